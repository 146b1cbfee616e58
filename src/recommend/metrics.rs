//! How good recommendations are, over a full ranking of the catalogue.
//!
//! Names and definitions are those of RecBole (Zhao et al. 2021) where it has them.

use serde::Serialize;

use crate::platform::SplitMix64;

/// One list against one basket.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CaseScore {
    /// 1 when any of the wanted is among the first k.
    pub hit: f64,
    /// Binary gains; the ideal list has min(k, wanted) right ones first.
    pub ndcg: f64,
    /// Share of the wanted found.
    pub recall: f64,
    /// One over the place of the first right one.
    pub mrr: f64,
}

/// Means over cases, and how the lists spread over the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    pub hit: f64,
    pub ndcg: f64,
    pub recall: f64,
    pub mrr: f64,
    /// Share of the catalogue that stands in any list.
    pub item_coverage: f64,
    /// Mean number of training baskets with an item, over all places of all lists.
    pub average_popularity: f64,
    /// Of how often each item of the catalogue is listed: 0 all alike, towards 1 always the same.
    pub gini: f64,
    /// Share of places that go to items outside the most popular fifth of the catalogue.
    pub tail_share: f64,
}

/// A mean and the bounds of its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Interval {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+.4} [{:+.4}, {:+.4}]", self.mean, self.low, self.high)
    }
}

/// Judges the first `k` of `list`. `wanted` holds every item once; without any all is 0.
pub fn judge(list: &[u32], wanted: &[u32], k: usize) -> CaseScore {
    let gain = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let places: Vec<usize> = (0..list.len().min(k)).filter(|&at| wanted.contains(&list[at])).collect();
    let Some(first) = places.first() else { return CaseScore::default() };
    let ideal: f64 = (0..k.min(wanted.len())).map(gain).sum();
    CaseScore {
        hit: 1.0,
        ndcg: places.iter().map(|&place| gain(place)).sum::<f64>() / ideal,
        recall: places.len() as f64 / wanted.len() as f64,
        mrr: 1.0 / (*first as f64 + 1.0),
    }
}

/// Means of `scores`, and the spread of `lists` (at most k items each) over a catalogue with `counts[i]`
/// training baskets holding item `i`.
pub fn measure(scores: &[CaseScore], lists: &[Vec<u32>], counts: &[u32]) -> Measures {
    // An empty sum is −0, which nobody wants to read.
    let mean = |part: fn(&CaseScore) -> f64| 0.0 + scores.iter().map(part).sum::<f64>() / scores.len().max(1) as f64;
    let mut n_listed = vec![0u64; counts.len()];
    for &item in lists.iter().flatten() {
        n_listed[item as usize] += 1;
    }
    let n_places = n_listed.iter().sum::<u64>().max(1) as f64;
    let of_places = |value: &dyn Fn(usize) -> f64| {
        0.0 + n_listed.iter().enumerate().map(|(item, &n)| n as f64 * value(item)).sum::<f64>() / n_places
    };
    let mut by_count: Vec<usize> = (0..counts.len()).collect();
    by_count.sort_by_key(|&item| std::cmp::Reverse(counts[item]));
    let mut is_tail = vec![true; counts.len()];
    by_count[..counts.len().div_ceil(5)].iter().for_each(|&item| is_tail[item] = false);
    Measures {
        hit: mean(|score| score.hit),
        ndcg: mean(|score| score.ndcg),
        recall: mean(|score| score.recall),
        mrr: mean(|score| score.mrr),
        item_coverage: n_listed.iter().filter(|&&n| n > 0).count() as f64 / counts.len().max(1) as f64,
        average_popularity: of_places(&|item| f64::from(counts[item])),
        gini: gini(n_listed.clone()),
        tail_share: of_places(&|item| f64::from(u8::from(is_tail[item]))),
    }
}

fn gini(mut counts: Vec<u64>) -> f64 {
    counts.sort_unstable();
    let (n, total) = (counts.len() as f64, counts.iter().sum::<u64>() as f64);
    let weighted: f64 = (1..).zip(&counts).map(|(place, &count)| (2.0 * place as f64 - n - 1.0) * count as f64).sum();
    if total == 0.0 { 0.0 } else { weighted / (n * total) }
}

/// Mean of `differences` and the 95 % interval of that mean, by the percentile bootstrap (Efron 1979) over
/// `n_samples` draws with a fixed seed.
pub fn bootstrap_interval(differences: &[f64], n_samples: usize) -> Interval {
    let n = differences.len();
    if n == 0 {
        return Interval::default();
    }
    let mut random = SplitMix64::new(1);
    let mut means: Vec<f64> =
        (0..n_samples).map(|_| (0..n).map(|_| differences[random.below(n)]).sum::<f64>() / n as f64).collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((n_samples - 1) as f64 * share).round() as usize];
    Interval { mean: differences.iter().sum::<f64>() / n as f64, low: at(0.025), high: at(0.975) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_judged_as_by_hand() {
        let second = 1.0 / 3f64.log2();
        let score = judge(&[5, 1, 9, 2], &[1, 2, 7], 3);
        let ndcg = second / (1.0 + second + 0.5);
        assert_eq!(score, CaseScore { hit: 1.0, ndcg, recall: 1.0 / 3.0, mrr: 0.5 });
        // Fewer wanted than places: the ideal list is no longer than they are.
        assert_eq!(judge(&[7, 8], &[7], 2), CaseScore { hit: 1.0, ndcg: 1.0, recall: 1.0, mrr: 1.0 });
        assert_eq!(judge(&[7, 8], &[], 2), CaseScore::default());
        assert_eq!(judge(&[], &[7], 2), CaseScore::default());
    }

    #[test]
    fn the_spread_over_the_catalogue_is_as_by_hand() {
        let scores = [judge(&[0, 1], &[1], 2), judge(&[0, 4], &[3], 2)];
        let measures = measure(&scores, &[vec![0, 1], vec![0, 4]], &[10, 5, 3, 2, 1]);
        assert_eq!((measures.hit, measures.recall, measures.mrr), (0.5, 0.5, 0.25));
        assert_eq!(measures.item_coverage, 3.0 / 5.0);
        assert_eq!(measures.average_popularity, (10.0 + 5.0 + 10.0 + 1.0) / 4.0);
        // Listed 0, 0, 1, 1 and 2 times: (0·1 + 2·1 + 4·2) / (5 · 4).
        assert_eq!(measures.gini, 0.5);
        assert_eq!(measures.tail_share, 0.5);
        assert_eq!(format!("{:?}", measure(&[], &[], &[])), format!("{:?}", Measures::default()), "no −0");
    }

    #[test]
    fn the_interval_holds_the_mean_and_repeats() {
        let differences: Vec<f64> = (0..200).map(|at| f64::from(at % 3)).collect();
        let Interval { mean, low, high } = bootstrap_interval(&differences, 500);
        assert!(low < mean && mean < high && high - low < 0.4, "{low} {mean} {high}");
        assert_eq!(bootstrap_interval(&differences, 500), Interval { mean, low, high });
        assert_eq!(bootstrap_interval(&[2.0; 5], 100), Interval { mean: 2.0, low: 2.0, high: 2.0 });
    }
}
