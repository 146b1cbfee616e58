//! The pack's container and its records.
//!
//! ```text
//! offset  bytes  what
//!      0      8  MAGIC
//!      8      4  FORMAT_VERSION, u32 little endian
//!     12      4  length of the header, u32 little endian
//!     16     32  SHA-256 of the header
//!     48      …  the header: JSON, see Header
//!      …      …  the sections, where the header says, each with its own SHA-256
//! ```
//!
//! Settings, catalogue and passages are JSON; embeddings, the lexical index and images are binary. A section that is a
//! good deal smaller for it lies deflated (RFC 1950), since few hosts compress a file of this kind on the way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::pack::money::Money;
use crate::protocol::Language;

/// First bytes of every pack.
pub const MAGIC: [u8; 8] = *b"ATTNPACK";

/// Version of everything in this file. A reader refuses a newer one.
pub const FORMAT_VERSION: u32 = 2;

/// Bytes before the header.
pub const PREFIX_BYTES: usize = 48;

/// What stands at the front of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The shop's id, as in its settings.
    pub id: String,
    pub sections: Vec<SectionEntry>,
}

/// Where one section lies, and what it must hash to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionEntry {
    pub name: SectionName,
    /// From the start of the file.
    pub offset: u64,
    pub length: u64,
    /// Of what lies there, in lower-case hexadecimal.
    pub sha256: String,
    /// How long the section is once inflated, at most [`MAX_INFLATION`] times `length`; absent where it lies as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inflated: Option<u64>,
}

/// No section grows more than this when it is inflated: what a reader allocates is bounded by what it was sent.
pub const MAX_INFLATION: u64 = 32;

/// The sections of a pack. [`SectionName::Embeddings`] may be absent: a pack without them answers from words alone.
/// So may the last four, where the shop states no rules, has no order history, leaves the shelf as it is, or offers no
/// models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionName {
    Settings,
    /// What skills compute with; a section of its own, since the page has no use for it.
    Rules,
    Catalogue,
    Passages,
    Embeddings,
    Lexical,
    Images,
    /// `recommend::model`'s file: what the orders of all shoppers teach.
    Recommend,
    /// [`crate::pack::ranking::Ranking`], JSON.
    Ranking,
    /// [`ShopModel`]s, JSON.
    Models,
}

/// What a page reads of a shop. A builder puts these first, so that goods are seen before the rest has come.
pub const FRONT: [SectionName; 4] =
    [SectionName::Settings, SectionName::Catalogue, SectionName::Models, SectionName::Images];

/// One value in each language that has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localized<T>(pub BTreeMap<Language, T>);

impl<T> Default for Localized<T> {
    fn default() -> Self {
        Localized(BTreeMap::new())
    }
}

impl<T> Localized<T> {
    /// The value in `language`, else in the first language that has one.
    pub fn get(&self, language: Language) -> Option<&T> {
        self.0.get(&language).or_else(|| self.0.values().next())
    }

    /// The value in `language` only.
    pub fn exact(&self, language: Language) -> Option<&T> {
        self.0.get(&language)
    }

    pub fn insert(&mut self, language: Language, value: T) {
        self.0.insert(language, value);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Localized<String> {
    /// The text in `language`, else in any, else nothing.
    pub fn text(&self, language: Language) -> &str {
        self.get(language).map_or("", String::as_str)
    }
}

impl<T> Localized<Vec<T>> {
    /// The items in `language`, else in any, else none.
    pub fn items(&self, language: Language) -> &[T] {
        self.get(language).map_or(&[], Vec::as_slice)
    }
}

/// The shop's own settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopSettings {
    pub id: String,
    /// ISO 4217; every price is in it.
    pub currency: String,
    /// The first is the default.
    pub languages: Vec<Language>,
    /// `#rrggbb`, on white.
    pub accent: String,
    /// `#rrggbb`, on the dark theme.
    pub accent_dark: String,
    pub name: Localized<String>,
    pub tagline: Localized<String>,
    pub greeting: Localized<String>,
    pub quick_replies: Localized<Vec<String>>,
    pub contact: Contact,
    /// Said when the shop's knowledge holds no answer.
    pub decline: Localized<String>,
}

/// A model that the shop serves from its own address, for shoppers to keep if they like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopModel {
    /// Relative to the page.
    pub url: String,
    /// Of the GGUF file, in lowercase hexadecimal digits.
    pub sha256: String,
    pub size_bytes: u64,
    /// What it is good for, in the shop's words.
    pub purpose: Localized<String>,
}

/// How to reach the people of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub email: Option<String>,
    pub telephone: Option<String>,
    pub whatsapp: Option<String>,
    pub address: Localized<String>,
    pub hours: Localized<String>,
}

/// One product, in every language of the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub id: String,
    /// First level of `product_type` in the default language: the same whatever the shopper speaks.
    pub category: String,
    /// `product_type`, level by level.
    pub product_type: Localized<Vec<String>>,
    pub title: Localized<String>,
    pub description: Localized<String>,
    pub price: Money,
    pub sale_price: Option<Money>,
    pub availability: Availability,
    /// Pieces left, where the shop says.
    pub stock: Option<u32>,
    pub brand: Localized<String>,
    pub color: Localized<String>,
    pub material: Localized<String>,
    pub size: Localized<String>,
    /// As the shop wrote it, `120 g`.
    pub weight: Option<String>,
    pub highlights: Localized<Vec<String>>,
    pub attributes: Localized<Vec<Attribute>>,
    /// From `custom_label_*`.
    pub tags: Localized<Vec<String>>,
    /// Name of an image in the pack.
    pub image: String,
}

impl Product {
    /// What the shopper pays now.
    pub fn current_price(&self) -> &Money {
        self.sale_price.as_ref().unwrap_or(&self.price)
    }

    /// Whether it can be sent now. Both the feed's word and its count must allow it.
    pub fn is_in_stock(&self) -> bool {
        self.availability == Availability::InStock && self.stock != Some(0)
    }
}

/// One row of a product's details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub value: String,
}

/// Merchant Center's four states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    #[default]
    InStock,
    OutOfStock,
    Preorder,
    Backorder,
}

/// One section of a knowledge file, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// `<file id>#<slug>`, the same in every language.
    pub id: String,
    pub language: Language,
    /// The file's title.
    pub topic: String,
    pub heading: String,
    /// As the shop wrote it, without the heading.
    pub markdown: String,
    /// The same without markup, to search and to embed.
    pub text: String,
    /// Products it speaks about.
    pub products: Vec<String>,
    /// Other words for its topic, from the front matter.
    pub tags: Vec<String>,
    /// Other ways to ask for it, from a `<!-- also: … -->` comment: searched, never shown.
    pub also: Vec<String>,
}

/// Where a link in a passage may lead.
const LINK_SCHEMES: [&str; 4] = ["http:", "https:", "mailto:", "tel:"];

/// Whether a shopper may be sent to an address. Not to a relative one: passages were written for another
/// page than the attendant's.
pub fn may_lead_to(href: &str) -> bool {
    let href = href.trim().to_ascii_lowercase();
    LINK_SCHEMES.iter().any(|scheme| href.starts_with(scheme))
}

/// The encoder that made a pack's embeddings. Vectors of two encoders do not compare, so a reader with
/// another one searches by words alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EncoderId {
    pub name: String,
    /// Of its weight file, lower-case hexadecimal.
    pub sha256: String,
}

/// What a row of the embedding matrix stands for. Several rows may share an owner: a passage has one
/// for its heading, often a question itself, and one for its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOwner {
    /// Index into the passages, which carry their language. The first row is its heading, the second the whole text,
    /// further ones are other ways to ask for it.
    Passage(u32),
    /// One sentence of a passage.
    Sentence(u32),
    /// Index into the products, and the language of the text.
    Product(u32, Language),
}

/// Front of the embeddings section; after it come `n_rows` f32 scales, then `n_rows × d_model` i8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddingsHeader {
    pub encoder: EncoderId,
    /// Made the rows of Chinese texts, in the space of `encoder`'s. Without it there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder_zh: Option<EncoderId>,
    pub d_model: u32,
    pub rows: Vec<RowOwner>,
}

/// Front of the images section: where each image lies in the bytes after it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagesHeader {
    pub images: Vec<ImageEntry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageEntry {
    pub name: String,
    pub offset: u64,
    pub length: u64,
}

/// Writes bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
