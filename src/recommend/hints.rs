//! What speaks for each product, and how much each hint counts: as the pack has learned it from all orders, moved by
//! what this one shopper took and left.

use std::collections::HashMap;

use super::catalogue::Catalogue;
use super::log::{DAY_MS, Record};
use super::orders::Orders;
use super::profile::Profile;
use crate::protocol::{Hint, ShopperAction};

pub const HINTS: [Hint; 3] = [Hint::Words, Hint::Shelf, Hint::Others];
const N_HINTS: usize = HINTS.len();

/// Of likeness, by the encoder's vectors where there are some. They know that a gaiwan goes with oolong; attributes
/// know the shop's shelves.
const WORDS_SHARE: f32 = 0.7;

/// Step of the online update.
const RATE: f32 = 0.3;
/// No hint moves further: clicks of an evening must not bury what all orders teach.
const MAX_SHIFT: f32 = 0.5;
/// What was learned halves in this time.
const HALF_LIFE_DAYS: f64 = 60.0;
/// Lists that are learned from, the newest, and how much of the log explains each.
const MAX_LESSONS: usize = 48;
const MAX_MEMORY: usize = 200;
/// A list that was left so long ago was not the reason.
const LIST_MS: f64 = 1_800_000.0;

/// Scores by hint, in the order of [`HINTS`], the strongest of the candidates 1.
pub type Scores = [f32; N_HINTS];

/// What each hint counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weights {
    prior: Scores,
    /// What this shopper has taught, each within ±[`MAX_SHIFT`].
    pub shift: Scores,
}

impl Weights {
    /// `others_share`: what others took against what is alike; [`crate::pack::ranking::Ranking::others_share`].
    pub fn prior(catalogue: &Catalogue, orders: Option<&Orders>, others_share: f32) -> Weights {
        let others = if orders.is_some() { others_share } else { 0.0 };
        let words = if catalogue.features.has_vectors() { WORDS_SHARE } else { 0.0 };
        let alike = 1.0 - others;
        Weights { prior: [alike * words, alike * (1.0 - words), others], shift: [0.0; N_HINTS] }
    }

    pub fn sum(&self, scores: &Scores) -> f32 {
        (0..N_HINTS).map(|at| (self.prior[at] + self.shift[at]) * scores[at]).sum()
    }
}

/// What speaks for each of `candidates`.
pub fn scores(
    catalogue: &Catalogue,
    orders: Option<&Orders>,
    profile: &Profile,
    candidates: &[usize],
    now_ms: f64,
) -> Vec<Scores> {
    let taste = catalogue.features.taste(profile.weights.iter().map(|(&at, &weight)| (at, weight)));
    let (by_words, by_shelf) = catalogue.features.like(&taste, candidates);
    let others = orders.map(|orders| orders.after(&profile.baskets, now_ms, true)).unwrap_or_default();
    gather(candidates, &by_words, &by_shelf, &others)
}

/// Makes the strongest of each hint 1.
fn gather(candidates: &[usize], by_words: &[f32], by_shelf: &[f32], others: &HashMap<usize, f32>) -> Vec<Scores> {
    let others = candidates.iter().map(|product| others.get(product).copied().unwrap_or(0.0));
    let mut scores: Vec<Scores> =
        by_words.iter().zip(by_shelf).zip(others).map(|((&words, &shelf), others)| [words, shelf, others]).collect();
    for hint in 0..N_HINTS {
        let largest = scores.iter().fold(0.0f32, |largest, scores| largest.max(scores[hint].abs()));
        if largest > 0.0 {
            scores.iter_mut().for_each(|scores| scores[hint] /= largest);
        }
    }
    scores
}

/// Moves the weights by what the shopper took from lists and refused in them, after `from_ms`: a logistic step on
/// each difference between what was picked and what stood beside it (Rendle et al. 2009, "BPR", with the lists'
/// other items as the negatives). The same records give the same weights.
pub fn learn(
    mut weights: Weights,
    catalogue: &Catalogue,
    orders: Option<&Orders>,
    records: &[Record],
    from_ms: f64,
    now_ms: f64,
) -> Weights {
    let picks = |action| match action {
        ShopperAction::SelectItem | ShopperAction::AddToCart | ShopperAction::Liked => Some(1.0),
        ShopperAction::NotInterested => Some(-1.0),
        _ => None,
    };
    let mut lessons: Vec<(usize, f32)> = (0..records.len())
        .filter(|&at| records[at].event.at_ms > from_ms)
        .filter_map(|at| Some((at, picks(records[at].event.action)?)))
        .collect();
    lessons.drain(..lessons.len().saturating_sub(MAX_LESSONS));
    for (at, sign) in lessons {
        let event = &records[at].event;
        let Some(picked) = catalogue.index_of(&event.product) else { continue };
        let before = &records[at.saturating_sub(MAX_MEMORY)..at];
        let Some(list) = list_with(before, &event.product, event.at_ms) else { continue };
        let mut candidates: Vec<usize> = list.iter().filter_map(|id| catalogue.index_of(id)).collect();
        candidates.retain(|&product| product != picked);
        candidates.push(picked);
        let n_others = candidates.len() - 1;
        if n_others == 0 {
            continue;
        }
        // Without searches and tables: they would cost a pass over the catalogue each time.
        let profile = Profile::read(before, event.at_ms, |id| catalogue.index_of(id), |_| Vec::new());
        let scores = listwise(catalogue, orders, &profile, &candidates);
        let age_days = ((now_ms - event.at_ms) / DAY_MS).max(0.0);
        let rate = RATE * 0.5f64.powf(age_days / HALF_LIFE_DAYS) as f32;
        let picked = scores[n_others];
        for other in &scores[..n_others] {
            let mut difference: Scores = std::array::from_fn(|hint| sign * (picked[hint] - other[hint]));
            let error = 1.0 / (1.0 + weights.sum(&difference).exp());
            difference.iter_mut().for_each(|x| *x *= rate * error / n_others as f32);
            for (shift, step) in weights.shift.iter_mut().zip(difference) {
                *shift = (*shift + step).clamp(-MAX_SHIFT, MAX_SHIFT);
            }
        }
    }
    weights
}

/// Hints of the items of one list, from rows of the tables alone.
fn listwise(catalogue: &Catalogue, orders: Option<&Orders>, profile: &Profile, candidates: &[usize]) -> Vec<Scores> {
    let taste = catalogue.features.taste(profile.weights.iter().map(|(&at, &weight)| (at, weight)));
    let (by_words, by_shelf) = catalogue.features.like(&taste, candidates);
    let mut others: HashMap<usize, f32> = HashMap::new();
    if let Some(orders) = orders {
        for &product in profile.baskets.last().map_or(&[][..], |basket| &basket.items) {
            orders
                .beside(product as usize)
                .into_iter()
                .for_each(|(to, weight)| *others.entry(to).or_default() += weight);
        }
    }
    gather(candidates, &by_words, &by_shelf, &others)
}

/// The last list before `at_ms` that showed `product`.
fn list_with<'a>(before: &'a [Record], product: &str, at_ms: f64) -> Option<Vec<&'a str>> {
    let is_list = |record: &&Record| record.event.action == ShopperAction::ViewItemList;
    let shown = before.iter().rev().filter(is_list).find(|record| record.event.product == product)?;
    let shown_ms = shown.until_ms;
    let of_list = |record: &&Record| is_list(record) && record.until_ms == shown_ms;
    (at_ms - shown_ms < LIST_MS)
        .then(|| before.iter().filter(of_list).map(|record| record.event.product.as_str()).collect())
}
