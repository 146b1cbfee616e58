//! Opens a pack. Its bytes come from a network and are hostile until proven otherwise: everything is bounds-checked and
//! hashed before it is inflated or parsed, and nothing allocates more than [`MAX_INFLATION`] times what the file is long.

use std::ops::Range;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::pack::format::{
    EmbeddingsHeader, EncoderId, FORMAT_VERSION, FRONT, Header, ImagesHeader, MAGIC, MAX_INFLATION, PREFIX_BYTES,
    Passage, Product, RowOwner, SectionEntry, SectionName, ShopModel, ShopSettings, hex,
};
use crate::pack::ranking::Ranking;
use crate::pack::rules::ShopRules;
use crate::platform::{self, JsonError, json};
use crate::protocol::Language;

/// Why a pack cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("this is not a shop pack")]
    NotAPack,
    #[error("the pack is of format {found}, this program reads up to {FORMAT_VERSION}: update it")]
    Newer { found: u32 },
    #[error("the pack ends early or points outside itself at {at}")]
    Bounds { at: &'static str },
    #[error("{at} does not hash to what the pack promises")]
    Hash { at: &'static str },
    #[error("{at} cannot be inflated to the length that the pack promises")]
    Inflate { at: &'static str },
    #[error("the pack has no {at}")]
    Missing { at: &'static str },
    #[error("{at} cannot be read: {source}")]
    Json { at: &'static str, source: JsonError },
}

impl SectionName {
    /// For errors.
    fn label(self) -> &'static str {
        match self {
            SectionName::Settings => "settings",
            SectionName::Rules => "rules",
            SectionName::Catalogue => "catalogue",
            SectionName::Passages => "passages",
            SectionName::Embeddings => "embeddings",
            SectionName::Lexical => "lexical",
            SectionName::Images => "images",
            SectionName::Recommend => "recommend",
            SectionName::Ranking => "ranking",
            SectionName::Models => "models",
        }
    }
}

/// A verified pack. Sections are parsed when asked for, and not kept: the caller keeps what it needs.
#[derive(Debug)]
pub struct Pack {
    id: String,
    sections: Vec<(SectionName, Vec<u8>)>,
    /// Where each lies in its section.
    images: Vec<(String, Range<usize>)>,
}

/// How many of a pack's first bytes hold its [`FRONT`]; `None` where too few are here to tell.
pub fn front_length(start: &[u8]) -> Result<Option<usize>, PackError> {
    if start.len() < PREFIX_BYTES || start.len() < header_end(start)? {
        return Ok(None);
    }
    let sections = read_header(start)?.sections;
    let front = sections.iter().filter(|entry| FRONT.contains(&entry.name));
    let mut ends = front.map(|entry| entry.range(usize::MAX).map(|range| range.end));
    ends.try_fold(0, |last, end| Ok(last.max(end?))).map(Some)
}

fn header_end(bytes: &[u8]) -> Result<usize, PackError> {
    if bytes.len() < PREFIX_BYTES || bytes[..8] != MAGIC {
        return Err(PackError::NotAPack);
    }
    let found = read_u32(bytes, 8).ok_or(PackError::NotAPack)?;
    if found > FORMAT_VERSION {
        return Err(PackError::Newer { found });
    }
    let length = read_u32(bytes, 12).ok_or(PackError::NotAPack)? as usize;
    PREFIX_BYTES.checked_add(length).ok_or(PackError::Bounds { at: "header" })
}

fn read_header(bytes: &[u8]) -> Result<Header, PackError> {
    let header = bytes.get(PREFIX_BYTES..header_end(bytes)?).ok_or(PackError::Bounds { at: "header" })?;
    if Sha256::digest(header)[..] != bytes[16..PREFIX_BYTES] {
        return Err(PackError::Hash { at: "header" });
    }
    json::from_slice(header).map_err(|source| PackError::Json { at: "header", source })
}

impl SectionEntry {
    fn range(&self, n_bytes: usize) -> Result<Range<usize>, PackError> {
        subrange(0..n_bytes, self.offset, self.length).ok_or(PackError::Bounds { at: self.name.label() })
    }

    fn check(&self, sha256: &[u8]) -> Result<(), PackError> {
        if hex(sha256) == self.sha256 { Ok(()) } else { Err(PackError::Hash { at: self.name.label() }) }
    }

    /// The length to inflate to, where the section lies deflated and may be as long as it says.
    fn inflated(&self) -> Result<Option<usize>, PackError> {
        let Some(inflated) = self.inflated else { return Ok(None) };
        let fits = inflated <= self.length.saturating_mul(MAX_INFLATION);
        let inflated = usize::try_from(inflated).ok().filter(|_| fits);
        inflated.map(Some).ok_or(PackError::Inflate { at: self.name.label() })
    }

    fn whole(&self, inflated: Option<Vec<u8>>) -> Result<Vec<u8>, PackError> {
        inflated.ok_or(PackError::Inflate { at: self.name.label() })
    }
}

impl Pack {
    /// Verifies the whole file.
    pub fn open(bytes: impl AsRef<[u8]>) -> Result<Pack, PackError> {
        let bytes = bytes.as_ref();
        let Header { id, sections: entries } = read_header(bytes)?;
        let mut sections = Vec::with_capacity(entries.len());
        for entry in entries {
            let stored = &bytes[entry.range(bytes.len())?];
            entry.check(&Sha256::digest(stored))?;
            let section = match entry.inflated()? {
                Some(length) => entry.whole(platform::inflate(stored, length))?,
                None => stored.to_vec(),
            };
            sections.push((entry.name, section));
        }
        Pack::of(id, sections)
    }

    /// As [`Pack::open`], of the sections that are wanted alone: the rest is missing, and may not have come yet. Hashed
    /// and inflated by the platform, and a turn is given to the thread's other work after each section.
    pub async fn open_sections(bytes: &[u8], is_wanted: impl Fn(SectionName) -> bool) -> Result<Pack, PackError> {
        let Header { id, sections: entries } = read_header(bytes)?;
        let mut sections = Vec::with_capacity(entries.len());
        for entry in entries.into_iter().filter(|entry| is_wanted(entry.name)) {
            let stored = &bytes[entry.range(bytes.len())?];
            entry.check(&platform::digest(stored).await)?;
            let section = match entry.inflated()? {
                Some(length) => entry.whole(platform::inflate_off_thread(stored, length).await)?,
                None => stored.to_vec(),
            };
            sections.push((entry.name, section));
            platform::yield_now().await;
        }
        Pack::of(id, sections)
    }

    fn of(id: String, sections: Vec<(SectionName, Vec<u8>)>) -> Result<Pack, PackError> {
        let mut pack = Pack { id, sections, images: Vec::new() };
        pack.images = pack.read_images()?;
        Ok(pack)
    }

    /// The shop's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn settings(&self) -> Result<ShopSettings, PackError> {
        self.parse(SectionName::Settings)
    }

    /// What skills compute with; empty where the pack holds none.
    pub fn rules(&self) -> Result<ShopRules, PackError> {
        match self.section(SectionName::Rules) {
            Some(_) => self.parse(SectionName::Rules),
            None => Ok(ShopRules::default()),
        }
    }

    pub fn products(&self) -> Result<Vec<Product>, PackError> {
        self.parse(SectionName::Catalogue)
    }

    pub fn passages(&self) -> Result<Vec<Passage>, PackError> {
        self.parse(SectionName::Passages)
    }

    /// The lexical index as `retrieve::lexical` wrote it.
    pub fn lexical(&self) -> Result<&[u8], PackError> {
        self.section(SectionName::Lexical).ok_or(PackError::Missing { at: "lexical" })
    }

    /// What the shop's orders teach, as `recommend::model` wrote it; `None` where the shop has no order history.
    pub fn tables(&self) -> Option<&[u8]> {
        self.section(SectionName::Recommend)
    }

    /// The shop's rules; the usual ones where it has none of its own.
    pub fn ranking(&self) -> Result<Ranking, PackError> {
        match self.section(SectionName::Ranking) {
            Some(_) => self.parse(SectionName::Ranking),
            None => Ok(Ranking::default()),
        }
    }

    /// What the shop offers to keep; nothing where it offers nothing.
    pub fn models(&self) -> Result<Vec<ShopModel>, PackError> {
        match self.section(SectionName::Models) {
            Some(_) => self.parse(SectionName::Models),
            None => Ok(Vec::new()),
        }
    }

    /// An image by the name a product gives it.
    pub fn image(&self, name: &str) -> Option<&[u8]> {
        let (_, range) = self.images.iter().find(|(image, _)| image == name)?;
        self.section(SectionName::Images)?.get(range.clone())
    }

    /// The names of all images.
    pub fn image_names(&self) -> impl Iterator<Item = &str> {
        self.images.iter().map(|(name, _)| name.as_str())
    }

    /// The embeddings, or `None` where the pack was built without an encoder.
    pub fn embeddings(&self) -> Result<Option<Embeddings>, PackError> {
        const AT: &str = "embeddings";
        let Some(section) = self.section(SectionName::Embeddings) else { return Ok(None) };
        let (header, body): (EmbeddingsHeader, &[u8]) = split_header(section, AT)?;
        let d_model = header.d_model as usize;
        let n_scale_bytes = header.rows.len().checked_mul(4).ok_or(PackError::Bounds { at: AT })?;
        let n_value_bytes = header.rows.len().checked_mul(d_model).ok_or(PackError::Bounds { at: AT })?;
        if d_model == 0 || n_scale_bytes.checked_add(n_value_bytes) != Some(body.len()) {
            return Err(PackError::Bounds { at: AT });
        }
        let (scales, values) = body.split_at(n_scale_bytes);
        Ok(Some(Embeddings {
            scales: scales.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            values: values.iter().map(|&byte| byte as i8).collect(),
            header,
        }))
    }

    fn section(&self, name: SectionName) -> Option<&[u8]> {
        self.sections.iter().find(|(section, _)| *section == name).map(|(_, bytes)| bytes.as_slice())
    }

    fn parse<T: DeserializeOwned>(&self, name: SectionName) -> Result<T, PackError> {
        let at = name.label();
        let section = self.section(name).ok_or(PackError::Missing { at })?;
        json::from_slice(section).map_err(|source| PackError::Json { at, source })
    }

    fn read_images(&self) -> Result<Vec<(String, Range<usize>)>, PackError> {
        const AT: &str = "images";
        let section = self.section(SectionName::Images).ok_or(PackError::Missing { at: AT })?;
        let (header, body): (ImagesHeader, &[u8]) = split_header(section, AT)?;
        let body = section.len() - body.len()..section.len();
        header
            .images
            .into_iter()
            .map(|image| {
                let range = subrange(body.clone(), image.offset, image.length).ok_or(PackError::Bounds { at: AT })?;
                Ok((image.name, range))
            })
            .collect()
    }
}

/// A `[n_rows, d_model]` matrix of unit vectors, int8 with one scale a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    header: EmbeddingsHeader,
    scales: Vec<f32>,
    values: Vec<i8>,
}

impl Embeddings {
    /// `values` are `[n_rows, d_model]`, `scales` one a row; `None` where the lengths disagree.
    pub fn new(header: EmbeddingsHeader, scales: Vec<f32>, values: Vec<i8>) -> Option<Embeddings> {
        let (n_rows, d_model) = (header.rows.len(), header.d_model as usize);
        let agree = d_model > 0 && scales.len() == n_rows && n_rows.checked_mul(d_model) == Some(values.len());
        agree.then_some(Embeddings { header, scales, values })
    }

    /// The encoder a query of this language must be embedded with.
    pub fn encoder(&self, language: Language) -> Option<&EncoderId> {
        match language {
            Language::En => Some(&self.header.encoder),
            Language::Zh => self.header.encoder_zh.as_ref(),
        }
    }

    pub fn d_model(&self) -> usize {
        self.header.d_model as usize
    }

    pub fn n_rows(&self) -> usize {
        self.header.rows.len()
    }

    /// Each row: whose it is, its scale and its `d_model` values.
    pub fn rows(&self) -> impl Iterator<Item = (RowOwner, f32, &[i8])> {
        let values = self.values.chunks_exact(self.d_model());
        self.header.rows.iter().zip(&self.scales).zip(values).map(|((owner, scale), row)| (*owner, *scale, row))
    }
}

/// Splits `u32 length, JSON, rest`.
fn split_header<'a, T: DeserializeOwned>(section: &'a [u8], at: &'static str) -> Result<(T, &'a [u8]), PackError> {
    let length = read_u32(section, 0).ok_or(PackError::Bounds { at })? as usize;
    let rest = &section[4..];
    if length > rest.len() {
        return Err(PackError::Bounds { at });
    }
    let (header, body) = rest.split_at(length);
    Ok((json::from_slice(header).map_err(|source| PackError::Json { at, source })?, body))
}

fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// `offset` and `length` inside `outer`, where they stay inside it.
fn subrange(outer: Range<usize>, offset: u64, length: u64) -> Option<Range<usize>> {
    let start = outer.start.checked_add(usize::try_from(offset).ok()?)?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    (end <= outer.end).then_some(start..end)
}
