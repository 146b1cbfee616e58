//! What the shopper did, and what is known from it.

use serde::{Deserialize, Serialize};

/// Something the shopper did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShopperEvent {
    pub action: ShopperAction,
    /// Product id; empty where the action has no product ([`ShopperAction::Search`]).
    pub product: String,
    /// Milliseconds since the Unix epoch.
    pub at_ms: f64,
    /// What was searched for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// How long it was looked at, of a [`ShopperAction::Dwell`]; else 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub secs: f64,
}

fn is_zero(secs: &f64) -> bool {
    *secs == 0.0
}

impl ShopperEvent {
    pub fn new(action: ShopperAction, product: &str, at_ms: f64) -> ShopperEvent {
        ShopperEvent { action, product: product.to_owned(), at_ms, ..ShopperEvent::default() }
    }
}

/// GA4's names for what happens to one item, and Segment's as their aliases; then three that GA4 lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopperAction {
    /// It stood in a list that was shown: one event an item, all at the list's time.
    #[serde(alias = "Product List Viewed")]
    ViewItemList,
    /// It was taken from a list.
    #[serde(alias = "Product Clicked")]
    SelectItem,
    #[default]
    #[serde(alias = "Product Viewed")]
    ViewItem,
    #[serde(alias = "Product Added")]
    AddToCart,
    #[serde(alias = "Product Removed")]
    RemoveFromCart,
    #[serde(alias = "Checkout Started")]
    BeginCheckout,
    #[serde(alias = "Order Completed")]
    Purchase,
    #[serde(alias = "Products Searched")]
    Search,
    NotInterested,
    #[serde(alias = "Product Added to Wishlist", alias = "add_to_wishlist")]
    Liked,
    /// It was on the screen for a while.
    #[serde(alias = "user_engagement")]
    Dwell,
}

/// Something of products that a shopper can see.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// The category's id.
    Category(String),
    /// The last level of `product_type`, in the shop's first language.
    Type(String),
    /// In the shop's first language.
    Brand(String),
    /// In the shop's first language.
    Tag(String),
}

/// What is known about the shopper, all of it from what they did here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// The newest, oldest first.
    pub events: Vec<ShopperEvent>,
    /// What follows from all events, the strongest of each kind first.
    pub insights: Vec<Insight>,
    /// Whether it is stored, and not in memory only.
    pub stored: bool,
    /// Parts of the store that could not be read, and count for nothing.
    pub n_unreadable: usize,
}

/// One line of what is known. [`Erasure::Insight`] takes it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Insight {
    /// `share` of all interest, in `[0, 1]`.
    Interest { feature: Feature, share: f32 },
    /// A visit: actions no further apart than half an hour, as GA4 has it.
    Session { from_ms: f64, to_ms: f64, n_products: usize },
    /// What the shopper is expected to want next.
    Next { product: String },
    /// How the order of recommendations has moved by what was taken and what was refused, from −1 to 1.
    Learned { hint: Hint, shift: f32 },
}

/// What speaks for a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Described like what the shopper looked at.
    Words,
    /// Of the same shelf, kind and tags.
    Shelf,
    /// Taken by others who took the same.
    Others,
}

/// What to forget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasure {
    All,
    Event(ShopperEvent),
    /// Everything that was done with one product, so that it is no reason any more.
    Product(String),
    Insight(Insight),
    /// What was learned of hints from clicks and refusals; the events stay.
    Learned,
}
