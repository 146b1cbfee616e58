//! The shop's rules over scored candidates.

use super::catalogue::Catalogue;
use crate::pack::ranking::{Effect, OutOfStock, Place, Ranking, Rule};

/// What the rules make of one product at one place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ruling {
    pub factor: f32,
    pub is_last: bool,
    /// From 1.
    pub pin: Option<usize>,
}

fn means(rule: &Rule, catalogue: &Catalogue, product: usize, place: Place) -> bool {
    let price = catalogue.prices[product];
    (rule.places.is_empty() || rule.places.contains(&place))
        && rule.product.as_ref().is_none_or(|id| *id == catalogue.ids[product])
        && rule.feature.as_ref().is_none_or(|feature| catalogue.features.has(product, feature))
        && rule.price_from.is_none_or(|from| price >= from)
        && rule.price_to.is_none_or(|to| price <= to)
}

/// `None` for what must not be shown there. Of rules that contradict each other the later one holds; factors multiply.
pub fn rule(ranking: &Ranking, catalogue: &Catalogue, product: usize, place: Place) -> Option<Ruling> {
    let mut ruling = Ruling { factor: 1.0, is_last: false, pin: None };
    if !catalogue.in_stock[product] {
        match ranking.out_of_stock {
            OutOfStock::Hide => return None,
            OutOfStock::Last => ruling.is_last = true,
            OutOfStock::Show => {}
        }
    }
    for rule in ranking.rules.iter().filter(|rule| means(rule, catalogue, product, place)) {
        match rule.effect {
            Effect::Filter => return None,
            Effect::Boost(factor) => ruling.factor *= factor,
            Effect::Bury => ruling.is_last = true,
            Effect::Pin(at) => ruling.pin = Some(at),
        }
    }
    Some(ruling)
}
