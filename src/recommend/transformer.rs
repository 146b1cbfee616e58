//! A transformer over what shoppers took: causal self-attention, in the shape of SASRec (Kang and McAuley 2018).
//!
//! ```text
//! history → windows: tokens [batch, seq], a token sees its own and earlier baskets
//!   → item vectors: a row of their own + a projection of their text, + age [batch, seq, d_model]
//!   → blocks: attention, feed-forward → [batch, seq, d_model] · item vectors → one logit an item
//! ```
//!
//! The loss is the softmax cross-entropy of one item of the next basket against items drawn alike from the whole
//! catalogue, whose logits are corrected by the logarithm of how often they are drawn (Bengio and Senécal 2008): few
//! negatives without that correction are why SASRec was long thought weaker than it is (Petrov and Macdonald 2023,
//! "gSASRec"; Klenitskiy and Vasilev 2023, "Turning dross into gold loss"). An item's own row is left out at times, so
//! that its text learns to speak for items that nobody has taken yet (Volkovs et al. 2017, "DropoutNet").
//!
//! It is fitted without noise, so it stays where the orders are: it serves measuring, and no pack carries it (see
//! `release`).

mod network;
mod text;
mod windows;

use std::collections::HashSet;

use burn::tensor::{Device, Tensor, TensorData};

use super::blend::{tie_order, top};
use super::interactions::Interactions;
use super::metrics::judge;
use super::models::{Query, Scorer};
use crate::platform::SplitMix64;
use network::{Network, Shape};
use text::text_vectors;
use windows::{Window, batches, window};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransformerConfig {
    pub d_model: usize,
    pub n_heads: usize,
    pub n_blocks: usize,
    /// Tokens of a window.
    pub max_tokens: usize,
    /// Items that each target is told from.
    pub n_negatives: usize,
    pub learning_rate: f64,
    pub max_epochs: usize,
    /// Epochs without gain before training ends.
    pub patience: usize,
    pub seed: u64,
}

impl TransformerConfig {
    pub fn of(has_baskets: bool) -> TransformerConfig {
        TransformerConfig {
            d_model: 64,
            n_heads: 2,
            n_blocks: 2,
            max_tokens: if has_baskets { 100 } else { 50 },
            n_negatives: 1024,
            learning_rate: 2e-3,
            max_epochs: 30,
            patience: 2,
            seed: 1,
        }
    }
}

/// Tokens that all epochs together may learn from: minutes on two cores, whatever the size of the data.
const MAX_TOKENS: usize = 6_000_000;
/// Users by whom training is stopped.
const MAX_JUDGES: usize = 800;
const N_JUDGED: usize = 10;
/// Of the epochs that were best without the last baskets, the share that follows with them.
const WITH_LAST: f64 = 0.34;
/// What is dear to the loss is a ratio of chances; the blend weighs scores between 0 and 1. Their root keeps more than
/// the first few apart.
const SHARPNESS: f32 = 0.5;

/// Fitted.
pub struct Transformer {
    network: Network,
    /// `[n_items, d_model]`
    items: Tensor<2>,
    /// By item: whether anything is known of it.
    is_known: Vec<bool>,
    max_tokens: usize,
    config: TransformerConfig,
    /// Epochs that were best on the last baskets.
    pub n_epochs: usize,
}

impl Transformer {
    /// Trains on all but each user's last basket, until these are foretold no better.
    ///
    /// `on_epoch` is told each epoch's number and how well these are foretold then (NDCG at 10).
    pub fn fit(
        data: &Interactions,
        texts: &[String],
        new_only: bool,
        config: TransformerConfig,
        mut on_epoch: impl FnMut(usize, f64),
    ) -> Transformer {
        let mut random = SplitMix64::new(config.seed);
        let device = Device::flex();
        let counts = data.counts();
        let texts = text_vectors(texts, data.items.len());
        let shape = Shape {
            n_items: data.items.len(),
            n_text: texts.width,
            n_ages: config.max_tokens,
            d_model: config.d_model,
            n_heads: config.n_heads,
            n_blocks: config.n_blocks,
        };
        let is_known: Vec<bool> =
            counts.iter().zip(&texts.is_there).map(|(&count, &there)| count > 0 || there).collect();
        let network = Network::new(shape, &counts, texts, &mut random, &device);
        let items = network.item_vectors();
        let mut this = Transformer { network, items, is_known, max_tokens: config.max_tokens, config, n_epochs: 0 };
        let (rest, last) = data.split_last();
        let mut judges = rest.cases(&last);
        let step = judges.len().div_ceil(MAX_JUDGES).max(1);
        judges = judges.into_iter().step_by(step).collect();
        let ties = tie_order(&counts);
        let mut best: Option<(f64, usize, Network)> = None;
        let mut n_tokens = 0;
        for epoch in 1..=config.max_epochs {
            n_tokens += this.epoch(&rest, &counts, &mut random);
            let ndcg = judges
                .iter()
                .map(|case| {
                    let query = Query { history: case.history, now: case.now, user: case.user };
                    let list = this.top(&query, new_only, &ties);
                    judge(&list, &case.wanted, N_JUDGED).ndcg
                })
                .sum::<f64>();
            on_epoch(epoch, ndcg / judges.len().max(1) as f64);
            if best.as_ref().is_none_or(|(most, ..)| ndcg > *most) {
                best = Some((ndcg, epoch, this.network.clone()));
            }
            let (_, at, _) = best.as_ref().expect("just set");
            if judges.is_empty() || epoch >= at + config.patience || n_tokens >= MAX_TOKENS {
                break;
            }
        }
        if let Some((_, epoch, network)) = best {
            (this.network, this.n_epochs) = (network, epoch);
        }
        this.items = this.network.item_vectors();
        this
    }

    /// Goes on with data whose last baskets may count, for a share of the epochs that were best without.
    pub fn follow(&self, data: &Interactions) -> Transformer {
        let mut this = Transformer {
            network: self.network.clone(),
            items: self.items.clone(),
            is_known: self.is_known.clone(),
            ..*self
        };
        let mut random = SplitMix64::new(this.config.seed + 1);
        let counts = data.counts();
        for _ in 0..(WITH_LAST * self.n_epochs as f64).ceil() as usize {
            this.epoch(data, &counts, &mut random);
        }
        this
    }

    /// Returns how many tokens there were, padding included.
    fn epoch(&mut self, data: &Interactions, counts: &[u32], random: &mut SplitMix64) -> usize {
        let mut n_tokens = 0;
        let taken: Vec<u32> = (0..counts.len() as u32).filter(|&item| counts[item as usize] > 0).collect();
        for batch in batches(data, self.max_tokens, random) {
            n_tokens += batch.n_places();
            let n = self.config.n_negatives.min(taken.len());
            let negatives: Vec<u32> = (0..n).map(|_| taken[random.below(taken.len())]).collect();
            // Each stands for so many of the catalogue.
            let correction = (taken.len() as f32 / n.max(1) as f32).ln();
            self.network.step(&batch, &negatives, correction, self.config.learning_rate, random);
        }
        self.items = self.network.item_vectors();
        n_tokens
    }

    fn top(&self, query: &Query, new_only: bool, ties: &[u32]) -> Vec<u32> {
        let mut scores = vec![0.0; ties.len()];
        self.score(query, &mut scores);
        let had: HashSet<u32> = query.history.iter().flat_map(|basket| &basket.items).copied().collect();
        let open = (0..ties.len() as u32).filter(|item| !(new_only && had.contains(item)));
        top(open, &scores, ties, N_JUDGED)
    }
}

impl Scorer for Transformer {
    fn name(&self) -> &'static str {
        "transformer"
    }

    fn score(&self, query: &Query, scores: &mut [f32]) {
        scores.fill(0.0);
        let Some(window) = window(query.history, self.max_tokens) else { return };
        let state = self.network.state(&Window::batch_of_one(&window));
        let d_model = self.config.d_model;
        let state = Tensor::<2>::from_data(TensorData::new(state, [d_model, 1]), &Device::flex());
        let logits = network::read(self.items.clone().matmul(state));
        let max = logits.iter().copied().fold(f32::MIN, f32::max);
        for ((score, logit), known) in scores.iter_mut().zip(&logits).zip(&self.is_known) {
            *score = if *known { (SHARPNESS * (logit - max)).exp() } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests;
