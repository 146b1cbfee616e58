//! Candidates, scores, variety, reasons.

use std::collections::BTreeMap;

use crate::pack::format::Product;
use crate::protocol::{Reason, Recommendation, ShopperEvent, Surface};
use crate::recommend::profile::Profile;
use crate::recommend::similarity::Similarity;

/// Relevance against variety in maximal marginal relevance (Carbonell and Goldstein 1998).
const RELEVANCE_SHARE: f32 = 0.7;
/// Of one category among what is shown, as long as others have something to offer.
const MAX_PER_CATEGORY: usize = 3;
/// How much a shopper's history moves what is like one product.
const PROFILE_SHARE: f32 = 0.2;
/// What was looked at already is no news, but not forbidden.
const SEEN_SHARE: f32 = 0.5;
/// What goes with a cart comes from other shelves: a second teapot rarely does.
const SAME_CATEGORY_SHARE: f32 = 0.5;
const DAY_MS: f64 = 86_400_000.0;

/// Recommends from one catalogue.
#[derive(Debug)]
pub struct Recommender {
    ids: Vec<String>,
    categories: Vec<String>,
    in_stock: Vec<bool>,
    similarity: Similarity,
}

#[derive(Clone, Debug)]
struct Candidate {
    index: usize,
    score: f32,
    reason: Reason,
}

impl Recommender {
    /// `vectors[i]` is product `i`'s embedding (`DenseIndex::product_vectors`), or nothing.
    pub fn new(products: &[Product], vectors: Vec<Option<Vec<f32>>>) -> Recommender {
        Recommender {
            ids: products.iter().map(|product| product.id.clone()).collect(),
            categories: products.iter().map(|product| product.category.clone()).collect(),
            in_stock: products.iter().map(Product::is_in_stock).collect(),
            similarity: Similarity::new(products, vectors),
        }
    }

    /// Up to `limit` products, best first; never one in the cart, bought, refused or out of stock.
    /// `now_ms` ages the history and, by its day, varies the shop's picks.
    pub fn recommend(
        &self,
        surface: &Surface,
        history: &[ShopperEvent],
        now_ms: f64,
        limit: usize,
    ) -> Vec<Recommendation> {
        let profile = Profile::read(history, now_ms, |id| self.index_of(id));
        let cart = profile.cart();
        let (candidates, max_per_category) = match surface {
            Surface::Similar { product } => match self.index_of(product) {
                // All of one shelf, if that is what is alike.
                Some(product) => (self.like(product, &profile), usize::MAX),
                None => (Vec::new(), MAX_PER_CATEGORY),
            },
            Surface::Cart if !cart.is_empty() => (self.beside(&cart, &profile), MAX_PER_CATEGORY),
            Surface::Cart | Surface::Home => (self.for_profile(&profile), MAX_PER_CATEGORY),
        };
        let mut chosen = self.diversify(candidates, max_per_category, limit);
        let seen = |index: usize| matches!(surface, Surface::Similar { product } if self.ids[index] == *product);
        for index in self.picks(now_ms) {
            let is_free = !profile.excludes(index) && !seen(index) && !chosen.iter().any(|one| one.index == index);
            if chosen.len() < limit && is_free {
                chosen.push(Candidate { index, score: 0.0, reason: Reason::ShopPick });
            }
        }
        let finish = |one: Candidate| Recommendation {
            product: self.ids[one.index].clone(),
            score: one.score.clamp(0.0, 1.0),
            reason: one.reason,
        };
        chosen.into_iter().map(finish).collect()
    }

    fn index_of(&self, id: &str) -> Option<usize> {
        self.ids.iter().position(|known| known == id)
    }

    fn candidates(&self, profile: &Profile) -> impl Iterator<Item = usize> {
        (0..self.ids.len()).filter(|&index| self.in_stock[index] && !profile.excludes(index))
    }

    /// Each candidate's score is the weighted mean of its similarities; the reason is the product that
    /// gave most of it.
    fn for_profile(&self, profile: &Profile) -> Vec<Candidate> {
        let scored = self.candidates(profile).filter_map(|index| {
            let (score, strongest) = self.affinity(profile, index)?;
            let reason = profile.reason(strongest, &self.ids[strongest]);
            let is_seen = profile.weights.contains_key(&index);
            Some(Candidate { index, score: if is_seen { SEEN_SHARE * score } else { score }, reason })
        });
        scored.filter(|candidate| candidate.score > 0.0).collect()
    }

    /// Weighted mean similarity to the history, and the product other than itself that adds most.
    fn affinity(&self, profile: &Profile, index: usize) -> Option<(f32, usize)> {
        let total: f32 = profile.weights.values().map(|weight| weight.abs()).sum();
        let parts = || {
            profile.weights.iter().map(|(&product, weight)| (product, weight * self.similarity.between(product, index)))
        };
        let score = parts().map(|(_, part)| part).sum::<f32>() / total.max(f32::MIN_POSITIVE);
        let (strongest, _) = parts()
            .filter(|&(product, part)| part > 0.0 && product != index)
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        Some((score, strongest))
    }

    fn like(&self, product: usize, profile: &Profile) -> Vec<Candidate> {
        let reason = Reason::SimilarTo { product: self.ids[product].clone() };
        let score = |index: usize| {
            let personal = self.affinity(profile, index).map_or(0.0, |(score, _)| score);
            (1.0 - PROFILE_SHARE) * self.similarity.between(product, index) + PROFILE_SHARE * personal
        };
        let others = self.candidates(profile).filter(|&index| index != product);
        others.map(|index| Candidate { index, score: score(index), reason: reason.clone() }).collect()
    }

    fn beside(&self, cart: &[usize], profile: &Profile) -> Vec<Candidate> {
        let fit = |index: usize, item: usize| {
            let is_same = self.categories[index] == self.categories[item];
            self.similarity.between(index, item) * if is_same { SAME_CATEGORY_SHARE } else { 1.0 }
        };
        let scored = self.candidates(profile).filter_map(|index| {
            let (item, score) = cart.iter().map(|&item| (item, fit(index, item))).max_by(|a, b| a.1.total_cmp(&b.1))?;
            Some(Candidate { index, score, reason: Reason::BecauseInCart { product: self.ids[item].clone() } })
        });
        scored.collect()
    }

    /// Takes the best that is not too like what was taken already.
    fn diversify(&self, mut candidates: Vec<Candidate>, max_per_category: usize, limit: usize) -> Vec<Candidate> {
        let mut chosen: Vec<Candidate> = Vec::new();
        let mut per_category: BTreeMap<&str, usize> = BTreeMap::new();
        while chosen.len() < limit {
            let marginal = |candidate: &Candidate| {
                let alike = chosen.iter().map(|one| self.similarity.between(one.index, candidate.index));
                RELEVANCE_SHARE * candidate.score - (1.0 - RELEVANCE_SHARE) * alike.fold(0.0, f32::max)
            };
            let open = |candidate: &Candidate| {
                per_category.get(self.categories[candidate.index].as_str()).is_none_or(|&n| n < max_per_category)
            };
            let best = (0..candidates.len())
                .filter(|&at| open(&candidates[at]))
                .max_by(|&a, &b| marginal(&candidates[a]).total_cmp(&marginal(&candidates[b])).then(b.cmp(&a)));
            let Some(best) = best else { break };
            let taken = candidates.remove(best);
            *per_category.entry(&self.categories[taken.index]).or_default() += 1;
            chosen.push(taken);
        }
        chosen
    }

    /// The shop's picks of the day: in stock, one of each category in turn. The day is the only seed, so
    /// every shopper sees the same and a reload changes nothing.
    fn picks(&self, now_ms: f64) -> Vec<usize> {
        let day = (now_ms / DAY_MS).floor() as i64;
        let mut shelves: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for index in (0..self.ids.len()).filter(|&index| self.in_stock[index]) {
            shelves.entry(&self.categories[index]).or_default().push(index);
        }
        let mut shelves: Vec<(&str, Vec<usize>)> = shelves.into_iter().collect();
        for (_, shelf) in &mut shelves {
            shelf.sort_by_key(|&index| shuffle_key(&self.ids[index], day));
        }
        shelves.sort_by_key(|(category, _)| shuffle_key(category, day));
        let longest = shelves.iter().map(|(_, shelf)| shelf.len()).max().unwrap_or(0);
        (0..longest).flat_map(|rank| shelves.iter().filter_map(move |(_, shelf)| shelf.get(rank).copied())).collect()
    }
}

/// FNV-1a with a final mix: a fixed order that looks like none.
fn shuffle_key(text: &str, day: i64) -> u64 {
    let bytes = text.bytes().chain(day.to_le_bytes());
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests;
