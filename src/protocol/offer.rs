//! Goods that a page around the attendant tells of, and the shop's own file may not hold.

use serde::{Deserialize, Serialize};

/// One product as a page describes it to search engines: schema.org's `Product` with its `Offer`. Words are plain text.
///
/// What a page says is not signed by anybody: [`crate::pack::offer`] says which of it is taken, and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Offer {
    /// `sku`, else `productID`.
    pub id: String,
    /// `name`.
    pub title: String,
    pub description: String,
    pub brand: String,
    pub category: String,
    /// In major units with a point, as schema.org wants them: `12.50`.
    pub price: String,
    /// ISO 4217, upper case.
    pub currency: String,
    pub in_stock: bool,
}
