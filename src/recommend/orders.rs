//! What the orders of all shoppers teach, in the indices of the open catalogue.

use std::collections::HashMap;

use super::catalogue::Catalogue;
use super::interactions::Basket;
use super::log::DAY_MS;
use super::model::Model;
use super::models::Query;

/// Products that the tables bring for one shopper.
const N_RANKED: usize = 400;

/// The pack's tables.
#[derive(Debug)]
pub struct Orders {
    model: Model,
    /// By index of the catalogue; none for what nobody has ordered.
    to_model: Vec<Option<u32>>,
    /// By index of the model; none for what left the catalogue.
    to_catalogue: Vec<Option<usize>>,
}

impl Orders {
    pub fn new(model: Model, catalogue: &Catalogue) -> Orders {
        let to_catalogue: Vec<Option<usize>> = model.items.iter().map(|id| catalogue.index_of(id)).collect();
        let mut to_model = vec![None; catalogue.len()];
        for (at, product) in (0u32..).zip(&to_catalogue) {
            if let Some(product) = product {
                to_model[*product] = Some(at);
            }
        }
        Orders { model, to_model, to_catalogue }
    }

    /// Whether orders held it too rarely to be told of, or never.
    pub fn is_new(&self, product: usize) -> bool {
        self.to_model[product].is_none_or(|item| !self.model.is_taken(item))
    }

    /// What these baskets lead to: products and scores, 1 the best and 0 the last of them. `new_only` leaves out
    /// what is in the baskets.
    pub fn after(&self, baskets: &[Basket], now_ms: f64, new_only: bool) -> HashMap<usize, f32> {
        let known = |basket: &Basket| Basket {
            at: basket.at,
            items: basket.items.iter().filter_map(|&product| self.to_model[product as usize]).collect(),
        };
        let history: Vec<Basket> = baskets.iter().map(known).filter(|basket| !basket.items.is_empty()).collect();
        let query = Query { history: &history, now: now_ms / DAY_MS, user: None };
        let ranked = self.model.rank(&query, new_only, N_RANKED);
        self.scaled(ranked.into_iter().map(|ranked| (ranked.item, ranked.score)).collect())
    }

    /// What is often in one order with `product`, or near it in the orders of one customer.
    pub fn beside(&self, product: usize) -> HashMap<usize, f32> {
        let Some(item) = self.to_model[product] else { return HashMap::new() };
        let together = self.model.together(item, N_RANKED);
        let found = if together.is_empty() { self.model.alike(item, N_RANKED) } else { together };
        // Their weights mean something by themselves: the least of them is not nothing.
        let best = found.first().map_or(1.0, |found| found.1).max(f32::MIN_POSITIVE);
        self.to_products(found.into_iter().map(|(item, weight)| (item, weight / best)))
    }

    /// What is taken most lately, best first.
    pub fn popular(&self, now_ms: f64) -> Vec<usize> {
        let popular = self.model.popular(now_ms / DAY_MS, N_RANKED);
        popular.into_iter().filter_map(|item| self.to_catalogue[item as usize]).collect()
    }

    fn scaled(&self, ranked: Vec<(u32, f32)>) -> HashMap<usize, f32> {
        let (best, last) = (ranked.first().map_or(0.0, |one| one.1), ranked.last().map_or(0.0, |one| one.1));
        let width = (best - last).max(f32::MIN_POSITIVE);
        self.to_products(ranked.into_iter().map(|(item, score)| (item, (score - last) / width)))
    }

    fn to_products(&self, scored: impl Iterator<Item = (u32, f32)>) -> HashMap<usize, f32> {
        scored.filter_map(|(item, score)| Some((self.to_catalogue[item as usize]?, score))).collect()
    }
}
