//! From scored candidates to a shelf: varied, and within the shop's bounds.

use std::collections::BTreeMap;

use super::catalogue::Catalogue;
use crate::pack::ranking::Ranking;

/// Candidates that are compared with what was chosen; the rest is too weak to matter.
const MAX_POOL: usize = 200;
/// As in the weights of hints: vectors know what goes together, attributes the shelves.
const WORDS_SHARE: f32 = 0.7;

/// A product, and what speaks for it; the strongest near 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub product: usize,
    pub score: f32,
}

/// How many of one kind may be shown.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    pub per_category: usize,
    pub per_brand: usize,
}

impl Caps {
    pub fn of(ranking: &Ranking) -> Caps {
        Caps { per_category: ranking.max_per_category, per_brand: ranking.max_per_brand.unwrap_or(usize::MAX) }
    }
}

/// Takes the best that is not too like what was taken already: maximal marginal relevance (Carbonell and
/// Goldstein 1998). Candidates of `already` stand before and count.
pub fn diversify(
    catalogue: &Catalogue,
    mut candidates: Vec<Candidate>,
    already: &[usize],
    caps: Caps,
    relevance: f32,
    limit: usize,
) -> Vec<Candidate> {
    let by_score = |a: &Candidate, b: &Candidate| b.score.total_cmp(&a.score).then(a.product.cmp(&b.product));
    let n_pool = MAX_POOL.max(4 * limit);
    // A pool full of one kind would leave the caps nothing else to choose from.
    if candidates.len() > n_pool {
        candidates.select_nth_unstable_by(n_pool, by_score);
        let rest = candidates.split_off(n_pool);
        let mut best: BTreeMap<&str, Candidate> = BTreeMap::new();
        for candidate in rest {
            let own = best.entry(&catalogue.categories[candidate.product]).or_insert(candidate);
            if by_score(&candidate, own).is_lt() {
                *own = candidate;
            }
        }
        candidates.extend(best.into_values());
    }
    candidates.sort_by(by_score);
    let mut alike = vec![0.0f32; candidates.len()];
    let mut is_open = vec![true; candidates.len()];
    let (mut n_category, mut n_brand) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let mut count = |product: usize, alike: &mut [f32], is_open: &mut [bool]| {
        let (category, brand) = (catalogue.categories[product].as_str(), catalogue.brands[product].as_str());
        let category_full = count_up(&mut n_category, category) >= caps.per_category;
        let brand_full = count_up(&mut n_brand, brand) >= caps.per_brand && !brand.is_empty();
        for (at, candidate) in candidates.iter().enumerate() {
            let is_barred = category_full && catalogue.categories[candidate.product] == category
                || brand_full && catalogue.brands[candidate.product] == brand;
            is_open[at] &= !is_barred && candidate.product != product;
            if is_open[at] {
                alike[at] = alike[at].max(likeness(catalogue, product, candidate.product));
            }
        }
    };
    already.iter().for_each(|&product| count(product, &mut alike, &mut is_open));
    let mut chosen = Vec::new();
    while chosen.len() < limit {
        let marginal = |at: &usize| relevance * candidates[*at].score - (1.0 - relevance) * alike[*at];
        let open = (0..candidates.len()).filter(|&at| is_open[at]);
        let Some(best) = open.max_by(|a, b| marginal(a).total_cmp(&marginal(b)).then(b.cmp(a))) else { break };
        is_open[best] = false;
        chosen.push(candidates[best]);
        count(candidates[best].product, &mut alike, &mut is_open);
    }
    chosen
}

fn count_up<'a>(counts: &mut BTreeMap<&'a str, usize>, name: &'a str) -> usize {
    let n = counts.entry(name).or_default();
    *n += 1;
    *n
}

/// In `[0, 1]`.
pub fn likeness(catalogue: &Catalogue, a: usize, b: usize) -> f32 {
    let features = &catalogue.features;
    match features.has_vectors() {
        true => WORDS_SHARE * features.by_words(a, b) + (1.0 - WORDS_SHARE) * features.by_shelf(a, b),
        false => features.by_shelf(a, b),
    }
}
