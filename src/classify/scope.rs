use super::ClassifyError;
use crate::gguf::{GgufError, Metadata, Writer};

/// How sure a head must be that a text is of any of its labels at all: a weighted sum of [`Signals`], and the least
/// that it must come to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scope {
    pub weights: Vec<f32>,
    pub threshold: f32,
}

/// What tells a text that a head was trained for from one that it was not.
pub(super) const N_SIGNALS: usize = 4;

/// In order: the log-odds of the likeliest label; the energy of the blended logits (Liu et al., 2020,
/// <https://arxiv.org/abs/2010.03759>), their log-sum-exp; the highest blended logit; and the cosine with the nearest
/// prototype of the training texts, 0 without an embedding.
pub(super) type Signals = [f32; N_SIGNALS];

impl Scope {
    pub fn score(&self, signals: &Signals) -> f32 {
        self.weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum()
    }

    pub fn write(&self, writer: &mut Writer, name: &str) -> Result<(), GgufError> {
        writer.put(&format!("attendant.head.{name}.scope.weights"), self.weights.clone())?;
        writer.put(&format!("attendant.head.{name}.scope.threshold"), self.threshold)
    }

    pub fn read(metadata: &Metadata, name: &str) -> Result<Self, ClassifyError> {
        let weights = metadata.array_f32(&format!("attendant.head.{name}.scope.weights"))?.to_vec();
        let threshold = metadata.f32(&format!("attendant.head.{name}.scope.threshold"))?;
        match weights.len() == N_SIGNALS && weights.iter().chain([&threshold]).all(|x| !x.is_nan()) {
            true => Ok(Self { weights, threshold }),
            false => Err(ClassifyError::Unusable { what: "scope", found: format!("has weights {weights:?}") }),
        }
    }
}

/// The signals of a text with these blended logits.
pub(super) fn signals(logits: &[f32], nearest: f32) -> Signals {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - highest).exp()).sum();
    // The likeliest label's probability is 1 / sum, and the odds against it sum − 1.
    let log_odds = -(sum - 1.0).max(1e-6).ln();
    [log_odds, highest + sum.ln(), highest, nearest]
}
