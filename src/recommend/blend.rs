//! The ranker: one score from all models', with weights learned on a validation split.

use serde::{Deserialize, Serialize};

use super::models::{Query, Scorer};

/// Curvature of the logarithmic feature: how soon a weak score counts nearly as much as the strongest.
const CURVE: f32 = 50.0;
/// Features a model gives.
const N_FEATURES: usize = 2;

/// Weights of a linear ranker over the models' scores. Items that the shopper had before are weighed apart from
/// new ones: what speaks for buying again is not what speaks for a first time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    /// `N_FEATURES` a model.
    pub new: Vec<f32>,
    /// `N_FEATURES` a model, then the head start (or handicap) of what was had before, by [`Scores::habit`].
    pub seen: Vec<f32>,
}

/// Numbers that tell how much a shopper lives on what they had before.
const N_HABITS: usize = 4;

/// All models' scores of all items for one query.
pub struct Scores {
    /// `[model][item]`, strongest candidate 1.
    pub by_model: Vec<Vec<f32>>,
    /// Whether the history holds the item.
    pub is_seen: Vec<bool>,
    /// 1, the length of the history in baskets and in items, and the share of these that are repeats: in `[0, 1]`.
    pub habit: [f32; N_HABITS],
}

/// Candidates that each model brings to the ranker.
const N_CANDIDATES: usize = 50;

/// Places of items by falling popularity: what decides between equal scores. Items equal in that too stand in
/// a shuffled order, for the order of a file may tell who took what.
pub fn tie_order(counts: &[u32]) -> Vec<u32> {
    let shuffle = |item: u32| u64::from(item).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mut items: Vec<u32> = (0..counts.len() as u32).collect();
    items.sort_by_key(|&item| (std::cmp::Reverse(counts[item as usize]), shuffle(item)));
    let mut places = vec![0; counts.len()];
    (0..).zip(&items).for_each(|(place, &item)| places[item as usize] = place);
    places
}

/// The first `k` of `items` by score.
pub fn top(items: impl Iterator<Item = u32>, scores: &[f32], ties: &[u32], k: usize) -> Vec<u32> {
    let mut items: Vec<u32> = items.collect();
    let by_score = |&a: &u32, &b: &u32| {
        let (a, b) = (a as usize, b as usize);
        scores[b].total_cmp(&scores[a]).then(ties[a].cmp(&ties[b]))
    };
    if items.len() > k {
        items.select_nth_unstable_by(k, by_score);
        items.truncate(k);
    }
    items.sort_by(by_score);
    items
}

impl Scores {
    /// What each model alone would recommend: `n` items each.
    pub fn tops(&self, ties: &[u32], new_only: bool, n: usize) -> Vec<Vec<u32>> {
        let eligible = || (0..self.is_seen.len() as u32).filter(|&item| !(new_only && self.is_seen[item as usize]));
        self.by_model.iter().map(|scores| top(eligible(), scores, ties, n)).collect()
    }

    /// The best of every model, each item once.
    pub fn candidates(&self, ties: &[u32], new_only: bool, k: usize) -> Vec<u32> {
        let mut candidates: Vec<u32> = self.tops(ties, new_only, N_CANDIDATES.max(k)).concat();
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Scores of `n_items` items. With `new_only`, what the history holds gets none.
    pub fn of(models: &[&dyn Scorer], query: &Query, n_items: usize, new_only: bool) -> Scores {
        let mut is_seen = vec![false; n_items];
        for &item in query.history.iter().flat_map(|basket| &basket.items) {
            is_seen[item as usize] = true;
        }
        let score = |model: &&dyn Scorer| {
            let mut scores = vec![0.0; n_items];
            model.score(query, &mut scores);
            if new_only {
                scores.iter_mut().zip(&is_seen).filter(|(_, seen)| **seen).for_each(|(score, _)| *score = 0.0);
            }
            let max = scores.iter().fold(f32::MIN_POSITIVE, |max, &score| max.max(score));
            scores.iter_mut().for_each(|score| *score /= max);
            scores
        };
        let by_model = models.iter().map(score).collect();
        let n_distinct = is_seen.iter().filter(|seen| **seen).count() as f32;
        let n_baskets = query.history.len() as f32;
        let n_taken = query.history.iter().map(|basket| basket.items.len()).sum::<usize>() as f32;
        let of = |n: f32, many: f32| (n.ln_1p() / many.ln_1p()).min(1.0);
        let repeats = if n_taken > 0.0 { 1.0 - n_distinct / n_taken } else { 0.0 };
        Scores { by_model, is_seen, habit: [1.0, of(n_baskets, 100.0), of(n_taken, 1000.0), repeats] }
    }

    fn features(&self, item: usize) -> impl Iterator<Item = f32> + '_ {
        self.by_model.iter().flat_map(move |scores| curves(scores[item]))
    }
}

fn curves(score: f32) -> [f32; N_FEATURES] {
    if score == 0.0 { [0.0; N_FEATURES] } else { [score, (1.0 + CURVE * score).ln() / (1.0 + CURVE).ln()] }
}

/// What the weights are learned from: one validation case.
struct Example {
    /// `[candidate][feature]`, features of new and seen one after the other.
    features: Vec<Vec<f32>>,
    is_wanted: Vec<bool>,
}

/// Gathers validation cases and learns from them.
#[derive(Default)]
pub struct BlendTrainer {
    examples: Vec<Example>,
    n_models: usize,
}

impl BlendTrainer {
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// `candidates` are items to tell apart, `wanted` or not.
    pub fn add(&mut self, scores: &Scores, candidates: &[u32], wanted: &[u32]) {
        self.n_models = scores.by_model.len();
        let n = N_FEATURES * self.n_models;
        let is_wanted: Vec<bool> = candidates.iter().map(|item| wanted.contains(item)).collect();
        if !is_wanted.contains(&true) {
            return;
        }
        let features = |&item: &u32| {
            let mut features = vec![0.0; 2 * n + N_HABITS];
            let seen = scores.is_seen[item as usize];
            let start = if seen { n } else { 0 };
            features[start..].iter_mut().zip(scores.features(item as usize)).for_each(|(to, from)| *to = from);
            if seen {
                features[2 * n..].copy_from_slice(&scores.habit);
            }
            features
        };
        self.examples.push(Example { features: candidates.iter().map(features).collect(), is_wanted });
    }

    /// Full-batch Adam (Kingma and Ba 2015) on the softmax cross-entropy of each list (ListNet's top one, Cao et
    /// al. 2007). Nothing is drawn, so it repeats.
    ///
    /// Asking for any of the wanted instead of for all alike, `−log Σ p`, found something for 0.5 % more users of
    /// Online Retail's validation baskets and ranked it lower (NDCG −0.003): not kept.
    pub fn learn(&self, n_steps: usize) -> Blend {
        let mut weights = Blend::even(self.n_models).flat();
        let (mut mean, mut square) = (vec![0.0f32; weights.len()], vec![0.0f32; weights.len()]);
        for step in 1..=n_steps as i32 {
            let gradient = self.gradient(&weights);
            let rate = 0.1 * (1.0 - step as f32 / (n_steps + 1) as f32);
            for at in 0..weights.len() {
                mean[at] = 0.9 * mean[at] + 0.1 * gradient[at];
                square[at] = 0.999 * square[at] + 0.001 * gradient[at] * gradient[at];
                let (m, v) = (mean[at] / (1.0 - 0.9f32.powi(step)), square[at] / (1.0 - 0.999f32.powi(step)));
                weights[at] -= rate * m / (v.sqrt() + 1e-8);
            }
        }
        Blend::of_flat(&weights, self.n_models)
    }

    fn gradient(&self, weights: &[f32]) -> Vec<f32> {
        const RIDGE: f32 = 1e-4;
        let mut sum: Vec<f32> = weights.iter().map(|weight| RIDGE * weight).collect();
        let share = (self.examples.len() as f32).recip();
        self.each_gradient(weights, |gradient| sum.iter_mut().zip(gradient).for_each(|(to, from)| *to += share * from));
        sum
    }

    /// Calls `take` with each case's gradient.
    pub fn each_gradient(&self, weights: &[f32], mut take: impl FnMut(&[f32])) {
        let mut gradient = vec![0.0; weights.len()];
        for example in &self.examples {
            gradient.fill(0.0);
            let dot = |features: &Vec<f32>| features.iter().zip(weights).map(|(a, b)| a * b).sum::<f32>();
            let scores: Vec<f32> = example.features.iter().map(dot).collect();
            let max = scores.iter().copied().fold(f32::MIN, f32::max);
            let exp: Vec<f32> = scores.iter().map(|score| (score - max).exp()).collect();
            let (total, n_wanted) =
                (exp.iter().sum::<f32>(), example.is_wanted.iter().filter(|wanted| **wanted).count() as f32);
            for ((features, exp), &wanted) in example.features.iter().zip(&exp).zip(&example.is_wanted) {
                let error = exp / total - if wanted { 1.0 / n_wanted } else { 0.0 };
                gradient.iter_mut().zip(features).for_each(|(to, feature)| *to += error * feature);
            }
            take(&gradient);
        }
    }
}

impl Blend {
    /// What is left where there is nothing to learn from: all models alike.
    pub fn even(n_models: usize) -> Blend {
        let n = N_FEATURES * n_models;
        let mut seen = vec![1.0; n + N_HABITS];
        seen[n + 1..].fill(0.0);
        Blend { new: vec![1.0; n], seen }
    }

    /// All weights in one row, those of new items first.
    pub fn flat(&self) -> Vec<f32> {
        self.new.iter().chain(&self.seen).copied().collect()
    }

    /// From what [`Blend::flat`] gave.
    pub fn of_flat(weights: &[f32], n_models: usize) -> Blend {
        let (new, seen) = weights.split_at(N_FEATURES * n_models);
        Blend { new: new.to_vec(), seen: seen.to_vec() }
    }

    /// Whether there are weights for so many models, and no more.
    pub fn fits(&self, n_models: usize) -> bool {
        let n = N_FEATURES * n_models;
        self.new.len() == n && self.seen.len() == n + N_HABITS
    }

    /// The first `k` candidates by blended score.
    pub fn rank(&self, scores: &Scores, ties: &[u32], new_only: bool, k: usize) -> Vec<u32> {
        top(scores.candidates(ties, new_only, k).into_iter(), &self.score(scores), ties, k)
    }

    /// The blended score of every item.
    ///
    /// To a newcomer only popularity speaks, of all time and lately, and these weights are of those who have a history:
    /// under them Online Retail's first orders were hit in 36 %, by what is popular lately alone in 45 %.
    pub fn score(&self, scores: &Scores) -> Vec<f32> {
        let n_items = scores.is_seen.len();
        if !scores.is_seen.contains(&true) {
            let latest = scores.by_model.iter().rfind(|scores| scores.iter().any(|score| *score != 0.0));
            return latest.cloned().unwrap_or_else(|| vec![0.0; n_items]);
        }
        let mut sums = vec![0.0f32; n_items];
        for (model, parts) in scores.by_model.iter().enumerate() {
            let at = N_FEATURES * model;
            for item in 0..n_items {
                if parts[item] != 0.0 {
                    let weights = if scores.is_seen[item] { &self.seen } else { &self.new };
                    let curves = curves(parts[item]);
                    sums[item] += curves.iter().zip(&weights[at..]).map(|(a, b)| a * b).sum::<f32>();
                }
            }
        }
        let by_habit = self.seen.iter().rev().zip(scores.habit.iter().rev());
        let head_start: f32 = by_habit.map(|(weight, habit)| weight * habit).sum();
        sums.iter_mut().zip(&scores.is_seen).filter(|(_, seen)| **seen).for_each(|(sum, _)| *sum += head_start);
        sums
    }
}
