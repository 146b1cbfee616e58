//! What a shop has to say about the order of its recommendations: the pack's `ranking` section.

use serde::{Deserialize, Serialize};

use crate::protocol::{Feature, Surface};

/// Rules and settings. None of them sees the shopper: who looks moves the order, and never a price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ranking {
    pub rules: Vec<Rule>,
    pub out_of_stock: OutOfStock,
    /// Of one brand among what is shown.
    pub max_per_brand: Option<usize>,
    /// Of one category, as long as others have something to offer.
    pub max_per_category: usize,
    /// Relevance against variety, in `[0, 1]`: 1 is relevance alone.
    pub relevance: f32,
    /// Of the places shown, for products that no orders speak for yet.
    pub newcomer_share: f32,
    /// Shown so often and left alone, a product makes room for others.
    pub max_shown: u32,
    /// How much what others took counts beside what is alike; learned when the pack was built.
    pub others_share: f32,
    /// Products below the shop's margin floor: never recommended. Margins themselves stay with the shop.
    pub withheld: Vec<String>,
}

impl Default for Ranking {
    fn default() -> Ranking {
        Ranking {
            rules: Vec::new(),
            out_of_stock: OutOfStock::Hide,
            max_per_brand: None,
            max_per_category: 3,
            relevance: 0.7,
            newcomer_share: 0.1,
            max_shown: 8,
            others_share: 0.6,
            withheld: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutOfStock {
    #[default]
    Hide,
    /// After everything that can be sent.
    Last,
    Show,
}

/// One rule: what it does, to which products, where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    pub effect: Effect,
    /// All that is named must be so; a rule that names nothing means every product.
    pub product: Option<String>,
    pub feature: Option<Feature>,
    /// In the currency's smallest unit, inclusive.
    pub price_from: Option<u64>,
    pub price_to: Option<u64>,
    /// Empty: everywhere.
    pub places: Vec<Place>,
}

impl Default for Rule {
    fn default() -> Rule {
        let effect = Effect::Filter;
        Rule { effect, product: None, feature: None, price_from: None, price_to: None, places: Vec::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Never recommended.
    Filter,
    /// The score times so much.
    Boost(f32),
    /// After everything else.
    Bury,
    /// At this place, from 1.
    Pin(usize),
}

/// A kind of [`Surface`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Home,
    Similar,
    GoesWith,
    Cart,
    Again,
}

impl Place {
    pub const ALL: [(Place, &str); 5] = [
        (Place::Home, "home"),
        (Place::Similar, "similar"),
        (Place::GoesWith, "goes_with"),
        (Place::Cart, "cart"),
        (Place::Again, "again"),
    ];

    pub fn of(surface: &Surface) -> Place {
        match surface {
            Surface::Home => Place::Home,
            Surface::Similar { .. } => Place::Similar,
            Surface::GoesWith { .. } => Place::GoesWith,
            Surface::Cart => Place::Cart,
            Surface::Again => Place::Again,
        }
    }
}
