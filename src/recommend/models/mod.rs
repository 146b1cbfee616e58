//! Models that count: each scores every item for one shopper's history.
//!
//! ```text
//! popularity    what all take, and what they take lately
//! own           what this shopper took, how often and how lately
//! pairs         item → items, counted over the steps between baskets:
//!   item_to_item  near in a history · basket: in one basket · markov: the next k baskets
//! neighbours    what shoppers alike took
//! content       items described alike
//! ```

mod again;
mod content;
mod neighbours;
mod own;
mod pairs;
mod popularity;

pub use again::Again;
pub use content::{Content, SparseVector, tf_idf};
pub use neighbours::{Neighbours, NeighboursConfig};
pub use own::Own;
pub use pairs::{PairKind, Pairs, PairsConfig};
pub use popularity::Popularity;

use super::interactions::Basket;

/// What a model may know about a shopper.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Oldest first.
    pub history: &'a [Basket],
    /// In the unit of [`Basket::at`]; nothing later may count.
    pub now: f64,
    /// Index of the shopper in the fitted data, who is no neighbour of their own.
    pub user: Option<usize>,
}

/// Scores every item.
pub trait Scorer: Send + Sync {
    /// As it stands in a report.
    fn name(&self) -> &'static str;

    /// Fills `scores`, one an item; higher is better, 0 is nothing to say.
    fn score(&self, query: &Query, scores: &mut [f32]);
}

/// The history's items with the number of baskets since, most recent first.
fn aged<'a>(query: &Query<'a>) -> impl Iterator<Item = (u32, usize)> + use<'a> {
    let baskets = query.history.iter().rev().enumerate();
    baskets.flat_map(|(age, basket)| basket.items.iter().map(move |&item| (item, age)))
}
