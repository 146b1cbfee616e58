//! Builds a pack: the same shop and encoder give the same bytes.

use std::error::Error;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::pack::format::{
    EmbeddingsHeader, EncoderId, FORMAT_VERSION, Header, ImageEntry, ImagesHeader, MAGIC, MAX_INFLATION, PREFIX_BYTES,
    Passage, Product, RowOwner, SectionEntry, SectionName, hex,
};
use crate::pack::import::ShopSource;
use crate::pack::ranking::Ranking;
use crate::pack::rules::ShopRules;
use crate::platform;
use crate::protocol::Language;
use crate::retrieve::lexical;

/// Who embeds which texts. The default encoder, all-MiniLM-L6-v2, was trained on English: its vocabulary maps most
/// Chinese characters to one unknown token, so vectors of Chinese say nothing. Its student
/// ([`NgramEncoder`](crate::model::NgramEncoder)) puts them where it would put their translations.
#[derive(Clone, Debug)]
pub struct EncoderIds {
    pub en: EncoderId,
    /// Without one, Chinese texts have no vectors and are found by their words.
    pub zh: Option<EncoderId>,
}

impl EncoderIds {
    fn languages(&self) -> Vec<Language> {
        Language::ALL.into_iter().filter(|&language| language == Language::En || self.zh.is_some()).collect()
    }
}

/// Why a pack cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the encoder failed: {0}")]
    Embed(#[source] Box<dyn Error + Send + Sync>),
    #[error("the encoder gave {found} vectors for {expected} texts, or of unequal lengths, or no numbers")]
    Vectors { expected: usize, found: usize },
    #[error("a section cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Builds a pack with embeddings. `embed` maps texts of a language to vectors of one length.
pub fn build<E>(
    shop: &ShopSource,
    encoders: EncoderIds,
    mut embed: impl FnMut(Language, &[String]) -> Result<Vec<Vec<f32>>, E>,
) -> Result<Vec<u8>, BuildError>
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let (mut rows, mut vectors) = (Vec::new(), Vec::new());
    for language in encoders.languages() {
        let (owners, texts): (Vec<RowOwner>, Vec<String>) = embedded_texts(shop, language).into_iter().unzip();
        rows.extend(owners);
        vectors.extend(embed(language, &texts).map_err(|error| BuildError::Embed(error.into()))?);
    }
    let embeddings = write_embeddings(encoders, rows, &vectors)?;
    assemble(shop, Some(embeddings))
}

/// Builds a pack that answers from words alone.
pub fn build_lexical(shop: &ShopSource) -> Result<Vec<u8>, BuildError> {
    assemble(shop, None)
}

/// Every text of a language to embed, with its owner: of a passage its heading, its whole text, and each sentence,
/// since shoppers ask in headings but the one thing they ask may stand in a clause; of a product one text.
pub fn embedded_texts(shop: &ShopSource, language: Language) -> Vec<(RowOwner, String)> {
    let mut rows = Vec::new();
    for (index, passage) in shop.passages.iter().enumerate() {
        if passage.language == language {
            let owner = RowOwner::Passage(index as u32);
            rows.push((owner, passage.heading.clone()));
            rows.push((owner, passage_text(passage)));
            rows.extend(passage.also.iter().map(|phrase| (owner, phrase.clone())));
            let owner = RowOwner::Sentence(index as u32);
            rows.extend(sentences(&passage.text).map(|sentence| (owner, sentence.to_owned())));
        }
    }
    for (index, product) in shop.products.iter().enumerate() {
        if product.title.exact(language).is_some() {
            rows.push((RowOwner::Product(index as u32, language), product_text(product, language)));
        }
    }
    rows
}

/// The sentences of a text, without its line breaks. A stop between digits ends none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.char_indices().filter(|&(at, c)| {
        let after = || text[at + c.len_utf8()..].chars().next().is_none_or(char::is_whitespace);
        matches!(c, '\n' | '。' | '！' | '？' | '；') || matches!(c, '.' | '!' | '?' | ';') && after()
    });
    let ends: Vec<usize> = ends.map(|(at, c)| at + c.len_utf8()).chain([text.len()]).collect();
    let starts = [0].into_iter().chain(ends.clone());
    let pieces: Vec<&str> = starts.zip(ends).map(|(start, end)| text[start..end].trim()).collect();
    pieces.into_iter().filter(|piece| piece.chars().count() > 3)
}

fn passage_text(passage: &Passage) -> String {
    format!("{}. {}\n{}", passage.topic, passage.heading, passage.text)
}

fn product_text(product: &Product, language: Language) -> String {
    let attributes: Vec<String> = product
        .attributes
        .items(language)
        .iter()
        .map(|attribute| format!("{}: {}", attribute.name, attribute.value))
        .collect();
    [
        product.title.text(language).to_owned(),
        product.product_type.items(language).join(", "),
        product.description.text(language).to_owned(),
        product.highlights.items(language).join(". "),
        product.tags.items(language).join(", "),
        attributes.join(". "),
    ]
    .join("\n")
}

/// Quantizes each vector to int8 with one scale. For unit vectors of 384 numbers the cosine moves by
/// less than 0.01 (see the test), far below the gap between neighbours that matter.
fn write_embeddings(encoders: EncoderIds, rows: Vec<RowOwner>, vectors: &[Vec<f32>]) -> Result<Vec<u8>, BuildError> {
    let d_model = vectors.first().map_or(0, Vec::len);
    let is_sound = |vector: &Vec<f32>| vector.len() == d_model && vector.iter().all(|x| x.is_finite());
    if vectors.len() != rows.len() || d_model == 0 || !vectors.iter().all(is_sound) {
        return Err(BuildError::Vectors { expected: rows.len(), found: vectors.len() });
    }
    let mut bytes = with_header(&EmbeddingsHeader {
        encoder: encoders.en,
        encoder_zh: encoders.zh,
        d_model: d_model as u32,
        rows,
    })?;
    let quantized: Vec<(f32, Vec<i8>)> = vectors.iter().map(|vector| quantize(vector)).collect();
    bytes.extend(quantized.iter().flat_map(|(scale, _)| scale.to_le_bytes()));
    bytes.extend(quantized.iter().flat_map(|(_, values)| values.iter().map(|&value| value as u8)));
    Ok(bytes)
}

/// A unit vector in int8, and its scale.
pub fn quantize(vector: &[f32]) -> (f32, Vec<i8>) {
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    let largest = vector.iter().fold(0.0f32, |largest, x| largest.max(x.abs())).max(f32::MIN_POSITIVE);
    let values = vector.iter().map(|x| (x / largest * 127.0).round() as i8).collect();
    (largest / norm / 127.0, values)
}

fn assemble(shop: &ShopSource, embeddings: Option<Vec<u8>>) -> Result<Vec<u8>, BuildError> {
    // What the page shows goes first: see `FRONT`.
    let mut sections = vec![
        (SectionName::Settings, serde_json::to_vec(&shop.settings)?),
        (SectionName::Catalogue, serde_json::to_vec(&shop.products)?),
    ];
    if !shop.models.is_empty() {
        sections.push((SectionName::Models, serde_json::to_vec(&shop.models)?));
    }
    sections.push((SectionName::Images, write_images(shop)?));
    sections.push((SectionName::Passages, serde_json::to_vec(&shop.passages)?));
    sections.push((SectionName::Lexical, lexical::write(&shop.passages, &shop.products)));
    if shop.rules != ShopRules::default() {
        sections.push((SectionName::Rules, serde_json::to_vec(&shop.rules)?));
    }
    sections.extend(embeddings.map(|bytes| (SectionName::Embeddings, bytes)));
    sections.extend(shop.tables.clone().map(|bytes| (SectionName::Recommend, bytes)));
    if shop.ranking != Ranking::default() {
        sections.push((SectionName::Ranking, serde_json::to_vec(&shop.ranking)?));
    }
    let sections: Vec<Section> = sections.into_iter().map(|(name, bytes)| Section::of(name, bytes)).collect();
    // Offsets stand in the header and move with its length; pad it to a length found in two rounds.
    let mut header_length = 0;
    loop {
        let mut header = serde_json::to_vec(&lay_out(shop, &sections, PREFIX_BYTES + header_length))?;
        if header.len() > header_length {
            header_length = header.len().next_multiple_of(64);
            continue;
        }
        header.resize(header_length, b' ');
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&(header_length as u32).to_le_bytes());
        bytes.extend_from_slice(&Sha256::digest(&header));
        bytes.extend_from_slice(&header);
        bytes.extend(sections.iter().flat_map(|section| &section.stored));
        return Ok(bytes);
    }
}

/// A section as it lies in the file.
struct Section {
    name: SectionName,
    stored: Vec<u8>,
    /// See [`SectionEntry::inflated`].
    inflated: Option<u64>,
}

impl Section {
    /// Deflated where that saves a fifth: to inflate it costs every shopper a moment.
    fn of(name: SectionName, bytes: Vec<u8>) -> Section {
        let stored = platform::deflate(&bytes);
        let (length, least) = (bytes.len() as u64, stored.len() as u64);
        match least * 5 <= length * 4 && length <= least * MAX_INFLATION {
            true => Section { name, stored, inflated: Some(length) },
            false => Section { name, stored: bytes, inflated: None },
        }
    }
}

fn lay_out(shop: &ShopSource, sections: &[Section], start: usize) -> Header {
    let mut offset = start as u64;
    let sections = sections
        .iter()
        .map(|&Section { name, ref stored, inflated }| {
            let length = stored.len() as u64;
            let entry = SectionEntry { name, offset, length, sha256: hex(&Sha256::digest(stored)), inflated };
            offset += length;
            entry
        })
        .collect();
    Header { id: shop.settings.id.clone(), sections }
}

fn write_images(shop: &ShopSource) -> Result<Vec<u8>, BuildError> {
    let mut offset = 0;
    let mut header = ImagesHeader::default();
    for (name, image) in &shop.images {
        let length = image.len() as u64;
        header.images.push(ImageEntry { name: name.clone(), offset, length });
        offset += length;
    }
    let mut bytes = with_header(&header)?;
    bytes.extend(shop.images.values().flatten());
    Ok(bytes)
}

/// `u32 length, JSON`.
fn with_header(header: &impl Serialize) -> Result<Vec<u8>, BuildError> {
    let json = serde_json::to_vec(header)?;
    let mut bytes = (json.len() as u32).to_le_bytes().to_vec();
    bytes.extend(json);
    Ok(bytes)
}

#[cfg(test)]
mod tests;
