//! Reads what a shop owner writes, and reports every mistake in it, each with a place and a cure.
//!
//! ```text
//! shop.toml              settings, and what the shop says of its recommendations
//! products.csv           Merchant Center's columns, in the default language
//! products.<lang>.csv    the translation feed of every further language
//! images/*               what image_link names: SVG, PNG, JPEG, WebP, AVIF
//! knowledge/<lang>/*.md  passages; the same files and slugs in every language
//! ```

mod catalogue;
mod image;
mod knowledge;
mod ranking;
mod rules;
mod settings;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::pack::format::{Passage, Product, ShopModel, ShopSettings};
pub use crate::pack::mistakes::{Mistake, Mistakes};
use crate::pack::ranking::Ranking;
use crate::pack::rules::ShopRules;

/// A shop, read and free of mistakes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShopSource {
    pub settings: ShopSettings,
    pub rules: ShopRules,
    /// Models that the shop serves.
    pub models: Vec<ShopModel>,
    pub products: Vec<Product>,
    pub passages: Vec<Passage>,
    /// By name, as products name them.
    pub images: BTreeMap<String, Vec<u8>>,
    pub ranking: Ranking,
    /// Where the order history lies, relative to the shop's folder, if the shop names one.
    pub events: Option<PathBuf>,
    /// What the orders teach: `recommend::model`'s file, as it goes into the pack.
    pub tables: Option<Vec<u8>>,
}

/// Reads the shop in `dir`, or lists all that is wrong with it.
pub fn read_shop(dir: &Path) -> Result<ShopSource, Mistakes> {
    let mut mistakes = Mistakes::default();
    if !dir.is_dir() {
        mistakes.add(&dir.display().to_string(), None, "is no folder", "name the folder that holds shop.toml");
        return Err(mistakes);
    }
    let settings = settings::read(dir, &mut mistakes).unwrap_or_default();
    // A later reader needs to know the languages; with none it can say nothing useful.
    let (rules, models) = (settings.rules, settings.models);
    let mut shop = ShopSource { settings: settings.shop, rules, models, ..ShopSource::default() };
    if !shop.settings.languages.is_empty() {
        (shop.products, shop.images) = catalogue::read(dir, &shop.settings, &mut mistakes);
        shop.passages = knowledge::read(dir, &shop.settings, &shop.products, &mut mistakes);
        rules::check(&settings.text, &shop.rules, &shop.settings.currency, &shop.passages, &mut mistakes);
        (shop.ranking, shop.events) = ranking::read(dir, &shop.settings, &shop.products, &mut mistakes);
    }
    if mistakes.0.is_empty() {
        return Ok(shop);
    }
    mistakes.0.sort();
    mistakes.0.dedup();
    Err(mistakes)
}

#[cfg(test)]
mod tests;
