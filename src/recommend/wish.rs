//! Products for a wish put in words: "something like this but cheaper", "a gift for … under …". Pure; the chat reads
//! the words.

use super::recommender::{Recommender, Shopper};
use super::variety::{Candidate, Caps, diversify, likeness};
use crate::pack::ranking::Place;
use crate::protocol::{Feature, Reason, Recommendation};

/// Less alike than this is something else, however cheap.
const MIN_LIKENESS: f32 = 0.3;

/// A gift: for somebody else, so the shopper's own taste says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gift {
    /// At most so much, in the currency's smallest unit.
    pub max_minor: Option<u64>,
    /// What is said of whom it is for, `somebody who likes green tea`: words of titles, kinds and tags count.
    pub about: String,
    /// What gifts are marked with, where the shop marks them.
    pub mark: Option<Feature>,
}

impl Recommender {
    /// What is like `product` and costs less, most alike first; nothing where there is no such thing.
    pub fn cheaper(&self, product: &str, shopper: Shopper, limit: usize) -> Vec<Recommendation> {
        let Some(product) = self.catalogue.index_of(product) else { return Vec::new() };
        let price = self.catalogue.prices[product];
        let alike = self.allowed(shopper).into_iter().filter(|&other| self.catalogue.prices[other] < price);
        let scored = alike.map(|other| Candidate { product: other, score: likeness(&self.catalogue, product, other) });
        let reason = Reason::SimilarTo { product: self.catalogue.ids[product].clone() };
        let scored: Vec<Candidate> = scored.filter(|one| one.score >= MIN_LIKENESS && one.product != product).collect();
        // Whoever names a product wants that, not variety.
        let open = Caps { per_category: usize::MAX, per_brand: usize::MAX };
        self.shown(diversify(&self.catalogue, scored, &[], open, 1.0, limit), &reason)
    }

    /// Gifts that fit, varied; first what fits the words, then what the shop marks as a gift, then what many take.
    pub fn gifts(&self, gift: &Gift, shopper: Shopper, limit: usize) -> Vec<Recommendation> {
        let n_words = gift.about.split_whitespace().count().max(1) as f32;
        let mut fits = vec![0.0f32; self.catalogue.len()];
        for word in gift.about.split_whitespace() {
            self.catalogue.matching(word).into_iter().for_each(|product| fits[product] += 1.0 / n_words);
        }
        let popular = self.popularity(shopper.now_ms);
        let is_marked =
            |product: usize| gift.mark.as_ref().is_some_and(|mark| self.catalogue.features.has(product, mark));
        let has_marks = (0..self.catalogue.len()).any(is_marked);
        let affordable = |product: &usize| gift.max_minor.is_none_or(|max| self.catalogue.prices[*product] <= max);
        let scored = self.allowed(shopper).into_iter().filter(affordable).map(|product| {
            let mark = if is_marked(product) || !has_marks { 1.0 } else { 0.0 };
            let popular = popular.get(&product).copied().unwrap_or(0.0);
            Candidate { product, score: 0.5 * fits[product].min(1.0) + 0.35 * mark + 0.15 * popular }
        });
        let ranking = self.ranking();
        let chosen = diversify(&self.catalogue, scored.collect(), &[], Caps::of(ranking), ranking.relevance, limit);
        self.shown(chosen, &Reason::MatchesQuestion)
    }

    /// What may be recommended at all. What the shopper has is no obstacle: it may be a gift, or cheaper.
    fn allowed(&self, shopper: Shopper) -> Vec<usize> {
        let profile = self.profile(shopper);
        let is_allowed = |product: &usize| !profile.is_refused(*product) && self.rules_allow(*product, Place::Similar);
        (0..self.catalogue.len()).filter(is_allowed).collect()
    }

    fn shown(&self, chosen: Vec<Candidate>, reason: &Reason) -> Vec<Recommendation> {
        let show = |one: Candidate| Recommendation {
            product: self.catalogue.ids[one.product].clone(),
            score: one.score.clamp(0.0, 1.0),
            reason: reason.clone(),
        };
        chosen.into_iter().map(show).collect()
    }
}

#[cfg(test)]
mod tests;
