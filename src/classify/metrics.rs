//! How good a head is, on texts that it was not trained on.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Classification;

/// Share of in-scope texts that may be rejected where out-of-scope recall is measured.
pub const MAX_REJECTED: f64 = 0.05;

const ECE_BINS: usize = 15;

/// Shares lie in 0..=1. Classes without a text count in no mean.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub n_texts: usize,
    pub accuracy: f64,
    pub macro_precision: f64,
    pub macro_recall: f64,
    pub macro_f1: f64,
    pub weighted_precision: f64,
    pub weighted_recall: f64,
    pub weighted_f1: f64,
    /// Expected calibration error over 15 bins of equal width (Guo et al., 2017).
    pub ece: f64,
    /// In-scope texts that the head's own threshold rejects.
    pub rejected: f64,
    pub n_oos: usize,
    /// Out-of-scope texts found where at most 5 % of in-scope texts are rejected.
    pub oos_recall: Option<f64>,
    /// Out-of-scope texts that the head's own threshold finds.
    pub oos_recall_at_threshold: Option<f64>,
    /// How often an in-scope text scores above an out-of-scope one.
    pub auroc: Option<f64>,
    pub classes: Vec<Class>,
    /// `confusion[i][j]`: texts of class i that were called class j, both as in `classes`.
    pub confusion: Vec<Vec<usize>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Class {
    pub label: String,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    /// Texts of this class.
    pub support: usize,
}

/// Measures `found`, one for each of the texts whose labels are `truth`, and `oos`, those of out-of-scope texts.
pub fn report(truth: &[&str], found: &[Classification], oos: &[Classification]) -> Report {
    let labels: BTreeSet<&str> = truth.iter().copied().chain(found.iter().map(|found| found.label.as_str())).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let index = |label: &str| labels.binary_search(&label).expect("every label is among them");
    let mut confusion = vec![vec![0usize; labels.len()]; labels.len()];
    truth.iter().zip(found).for_each(|(truth, found)| confusion[index(truth)][index(&found.label)] += 1);

    let classes: Vec<Class> = (labels.iter().enumerate())
        .map(|(i, label)| {
            let support: usize = confusion[i].iter().sum();
            let called: usize = confusion.iter().map(|row| row[i]).sum();
            let (precision, recall) = (ratio(confusion[i][i], called), ratio(confusion[i][i], support));
            let f1 = ratio(2 * confusion[i][i], support + called);
            Class { label: (*label).into(), precision, recall, f1, support }
        })
        .collect();
    let supported: Vec<&Class> = classes.iter().filter(|class| class.support > 0).collect();
    let mean =
        |of: fn(&Class) -> f64| supported.iter().map(|class| of(class)).sum::<f64>() / supported.len().max(1) as f64;
    let weighted = |of: fn(&Class) -> f64| {
        supported.iter().map(|class| of(class) * class.support as f64).sum::<f64>() / truth.len().max(1) as f64
    };
    let n_right = (0..labels.len()).map(|i| confusion[i][i]).sum();
    let scores = |of: &[Classification]| -> Vec<f32> { of.iter().map(|found| found.scope_score).collect() };
    let (inside, outside) = (scores(found), scores(oos));
    let has_oos = !oos.is_empty() && !found.is_empty();
    Report {
        n_texts: truth.len(),
        accuracy: ratio(n_right, truth.len()),
        macro_precision: mean(|class| class.precision),
        macro_recall: mean(|class| class.recall),
        macro_f1: mean(|class| class.f1),
        weighted_precision: weighted(|class| class.precision),
        weighted_recall: weighted(|class| class.recall),
        weighted_f1: weighted(|class| class.f1),
        ece: calibration_error(truth, found),
        rejected: ratio(found.iter().filter(|found| !found.in_scope).count(), found.len()),
        n_oos: oos.len(),
        oos_recall: has_oos.then(|| {
            let threshold = threshold(&inside, MAX_REJECTED);
            ratio(outside.iter().filter(|&&score| score < threshold).count(), outside.len())
        }),
        oos_recall_at_threshold: has_oos.then(|| ratio(oos.iter().filter(|oos| !oos.in_scope).count(), oos.len())),
        auroc: has_oos.then(|| auroc(&inside, &outside)),
        classes,
        confusion,
    }
}

/// The highest threshold below which lie at most `max_rejected` of the scores.
pub fn threshold(scores: &[f32], max_rejected: f64) -> f32 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get((scores.len() as f64 * max_rejected) as usize).copied().unwrap_or(f32::NEG_INFINITY)
}

/// The area under the receiver operating characteristic: the share of pairs in order, ties counting half.
pub fn auroc(inside: &[f32], outside: &[f32]) -> f64 {
    let mut sorted = outside.to_vec();
    sorted.sort_by(f32::total_cmp);
    let in_order: f64 = inside
        .iter()
        .map(|score| {
            let below = sorted.partition_point(|other| other < score);
            let up_to = sorted.partition_point(|other| other <= score);
            (below + up_to) as f64 / 2.0
        })
        .sum();
    in_order / (inside.len() * outside.len()).max(1) as f64
}

/// The mean distance of confidence from accuracy, over bins of confidence.
fn calibration_error(truth: &[&str], found: &[Classification]) -> f64 {
    let mut bins = [(0.0, 0usize); ECE_BINS];
    for (truth, found) in truth.iter().zip(found) {
        let bin = &mut bins[((found.confidence * ECE_BINS as f32) as usize).min(ECE_BINS - 1)];
        bin.0 += f64::from(found.confidence) - if *truth == found.label { 1.0 } else { 0.0 };
        bin.1 += 1;
    }
    bins.iter().map(|(gap, _)| gap.abs()).sum::<f64>() / truth.len().max(1) as f64
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(label: &str, confidence: f32, scope_score: f32) -> Classification {
        Classification { label: label.into(), confidence, in_scope: scope_score >= 0.5, scope_score, ranked: vec![] }
    }

    #[test]
    fn a_small_confusion_is_counted_by_hand() {
        let found = [called("a", 1.0, 0.9), called("b", 1.0, 0.8), called("b", 0.5, 0.7), called("b", 0.5, 0.2)];
        let oos = [called("a", 0.3, 0.1), called("a", 0.3, 0.75)];
        let report = report(&["a", "a", "b", "c"], &found, &oos);
        assert_eq!(report.confusion, [[1, 1, 0], [0, 1, 0], [0, 1, 0]]);
        assert_eq!(report.accuracy, 0.5);
        assert!((report.macro_precision - (1.0 + 1.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((report.macro_recall - 0.5).abs() < 1e-12);
        assert!((report.macro_f1 - (2.0 / 3.0 + 0.5) / 3.0).abs() < 1e-12);
        assert!((report.weighted_f1 - (2.0 * 2.0 / 3.0 + 0.5) / 4.0).abs() < 1e-12);
        // At confidence 1, one of two is right; at 0.5, one of two.
        assert!((report.ece - 0.25).abs() < 1e-6);
        // Of eight pairs, 0.1 lies below all four and 0.75 below two.
        assert_eq!(report.auroc, Some(0.75));
        assert_eq!((report.rejected, report.oos_recall), (0.25, Some(0.5)));
    }

    #[test]
    fn no_more_than_a_twentieth_lies_below_the_threshold() {
        let scores: Vec<f32> = (0..100).map(|i| i as f32).collect();
        assert_eq!(threshold(&scores, MAX_REJECTED), 5.0);
        assert_eq!(threshold(&[], MAX_REJECTED), f32::NEG_INFINITY);
        assert_eq!(threshold(&[3.0, 1.0], MAX_REJECTED), 1.0);
    }
}
