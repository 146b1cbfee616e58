//! What is chosen on texts that were not trained on: the blend, its temperature, and the scope.

use crate::classify::head::Calibration;
use crate::classify::metrics::{MAX_REJECTED, threshold};
use crate::classify::scope::{N_SIGNALS, Scope, Signals};

/// Logits `[n_classes]` of both experts for one text; no dense ones where there is no encoder.
#[derive(Clone, Debug)]
pub struct Logits {
    pub dense: Vec<f32>,
    pub words: Vec<f32>,
}

/// More than this many texts only take longer.
const MAX_TEXTS: usize = 2000;

/// Scales tried: each half as large again, from 1/8 to 11.
const N_SCALES: i32 = 12;

/// Out-of-scope texts below which the weights of the signals are not learned.
pub const MIN_OOS: usize = 20;

/// Without out-of-scope texts, relative to each signal's deviation over texts in scope: energy and the nearest
/// prototype were the best pair on CLINC150's validation texts, better than either and than the log-odds.
const SIGNAL_WEIGHTS: [f32; N_SIGNALS] = [0.0, 1.0, 0.0, 1.0];

/// The scales of the experts' logits under which the texts' own classes are likeliest, by a search over a grid.
pub fn blend(logits: &[Logits], classes: &[usize]) -> (f32, f32) {
    let stride = logits.len().div_ceil(MAX_TEXTS).max(1);
    let texts: Vec<(&Logits, usize)> = logits.iter().zip(classes.iter().copied()).step_by(stride).collect();
    let scales = || (0..N_SCALES).map(|i| 0.125 * 1.5f32.powi(i));
    let has_dense = logits.iter().any(|logits| !logits.dense.is_empty());
    let dense: Vec<f32> = if has_dense { [0.0].into_iter().chain(scales()).collect() } else { vec![0.0] };
    let words: Vec<f32> = [0.0].into_iter().chain(scales()).collect();
    let mut best = (f64::INFINITY, (1.0, 1.0));
    for &dense in &dense {
        for &words in &words {
            let loss: f64 = texts.iter().map(|(logits, class)| f64::from(loss_of(logits, *class, dense, words))).sum();
            if loss < best.0 {
                best = (loss, (dense, words));
            }
        }
    }
    best.1
}

/// The mean cross-entropy of texts under these scales of the dense logits and those of words.
pub fn loss(logits: &[Logits], classes: &[usize], (dense, words): (f32, f32)) -> f64 {
    let texts = logits.iter().zip(classes);
    let sum: f64 = texts.map(|(logits, &class)| f64::from(loss_of(logits, class, dense, words))).sum();
    sum / classes.len().max(1) as f64
}

/// The cross-entropy of one text.
fn loss_of(logits: &Logits, class: usize, dense: f32, words: f32) -> f32 {
    let calibration = Calibration { dense, words, scope: Scope { weights: Vec::new(), threshold: 0.0 } };
    let blended = calibration.blend(&logits.dense, &logits.words);
    let highest = blended.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    highest + blended.iter().map(|logit| (logit - highest).exp()).sum::<f32>().ln() - blended[class]
}

/// The scope that keeps 95 % of in-scope texts: its signals' weights by logistic regression where there are enough
/// out-of-scope texts, else as they were found to serve in general.
pub fn scope(inside: &[Signals], outside: &[Signals]) -> Scope {
    let weights = if outside.len() < MIN_OOS { in_general(inside) } else { logistic(inside, outside) };
    let mut scope = Scope { weights, threshold: f32::NEG_INFINITY };
    let scores: Vec<f32> = inside.iter().map(|signals| scope.score(signals)).collect();
    scope.threshold = threshold(&scores, MAX_REJECTED);
    scope
}

fn in_general(inside: &[Signals]) -> Vec<f32> {
    let (_, deviations) = spread(inside);
    SIGNAL_WEIGHTS.iter().zip(deviations).map(|(weight, deviation)| weight / deviation).collect()
}

/// Mean and deviation of each signal; 1 for a signal that is always the same.
fn spread(texts: &[Signals]) -> (Signals, Signals) {
    let n = texts.len().max(1) as f32;
    let mean: Signals = std::array::from_fn(|i| texts.iter().map(|signals| signals[i]).sum::<f32>() / n);
    let variance = |i: usize| texts.iter().map(|signals| (signals[i] - mean[i]).powi(2)).sum::<f32>() / n;
    let deviation = |i| Some(variance(i).sqrt()).filter(|&deviation| deviation > 1e-6).unwrap_or(1.0);
    (mean, std::array::from_fn(deviation))
}

/// Both sides weigh the same, however many texts they have; gradient descent on standardized signals.
fn logistic(inside: &[Signals], outside: &[Signals]) -> Vec<f32> {
    let (mean, deviations) = spread(&[inside, outside].concat());
    let (mut weights, mut bias) = ([0f32; N_SIGNALS], 0f32);
    let sides = [(inside, 1.0), (outside, 0.0)];
    for _ in 0..500 {
        let (mut gradient, mut bias_gradient) = (weights.map(|weight| weight * 1e-3), 0.0);
        for (side, truth) in sides {
            for signals in side {
                let z: Vec<f32> = (0..N_SIGNALS).map(|i| (signals[i] - mean[i]) / deviations[i]).collect();
                let sum: f32 = weights.iter().zip(&z).map(|(weight, z)| weight * z).sum();
                let error = ((1.0 + (-sum - bias).exp()).recip() - truth) / (2 * side.len()) as f32;
                gradient.iter_mut().zip(&z).for_each(|(gradient, z)| *gradient += error * z);
                bias_gradient += error;
            }
        }
        weights.iter_mut().zip(gradient).for_each(|(weight, gradient)| *weight -= 2.0 * gradient);
        bias -= 2.0 * bias_gradient;
    }
    weights.iter().zip(deviations).map(|(weight, deviation)| weight / deviation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expert_that_guesses_is_not_listened_to_and_one_too_sure_is_cooled() {
        let right = |class: usize, by: f32| (0..3).map(|i| if i == class { by } else { 0.0 }).collect::<Vec<f32>>();
        let classes: Vec<usize> = (0..300).map(|i| i % 3).collect();
        // The dense expert is sure by 20 and right nine times in ten; the words say always the next class.
        let logits: Vec<Logits> = (classes.iter().enumerate())
            .map(|(i, &class)| Logits {
                dense: right(if i % 10 == 0 { (class + 1) % 3 } else { class }, 20.0),
                words: right(i / 100, 5.0),
            })
            .collect();
        let (dense, words) = blend(&logits, &classes);
        assert_eq!(words, 0.0);
        // At 90 %, the log-odds against either of two others are ln 18 = 2.9, a seventh of 20.
        assert!((0.1..0.2).contains(&dense), "{dense}");
    }

    #[test]
    fn the_scope_keeps_what_it_should_and_finds_the_telling_signal() {
        let inside: Vec<Signals> = (0..100).map(|i| [1.0, (i % 7) as f32, 0.0, 0.5 + i as f32 / 200.0]).collect();
        let outside: Vec<Signals> = (0..50).map(|i| [1.0, (i % 7) as f32, 0.0, i as f32 / 125.0]).collect();
        let scope = scope(&inside, &outside);
        let kept = |signals: &&Signals| scope.score(signals) >= scope.threshold;
        assert_eq!(inside.iter().filter(kept).count(), 95);
        assert_eq!(outside.iter().filter(kept).count(), 0);
    }
}
