//! The shop pack: import, build, sign, open.
//!
//! ```text
//! shop.toml, products.csv, knowledge/*.md, images/*.svg
//!   → import   a ShopSource, or every mistake in it
//!   → build    one file: header, then sections, each with its SHA-256
//!   → open     the page (settings, catalogue, images) and the worker (all of it)
//! ```
//!
//! The page and the worker open the same file; only [`mod@format`], [`money`], [`offer`], [`open`] and [`signature`] reach the page.

pub mod calendar;
pub mod format;
pub mod mistakes;
pub mod money;
pub mod offer;
#[cfg(any(feature = "core", feature = "ui"))]
pub mod open;
pub mod ranking;
pub mod rules;
#[cfg(any(feature = "core", feature = "ui"))]
pub mod signature;

#[cfg(feature = "import")]
pub mod build;
#[cfg(feature = "import")]
pub mod import;

pub use format::{Attribute, Availability, Contact, EncoderId, Localized, Passage, Product, RowOwner, ShopSettings};
pub use money::Money;
#[cfg(any(feature = "core", feature = "ui"))]
pub use open::{Embeddings, Pack, PackError};
pub use rules::ShopRules;
