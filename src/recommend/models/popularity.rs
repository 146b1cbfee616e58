//! Popularity, of all time or lately.

use super::{Query, Scorer};
use crate::recommend::interactions::Interactions;

/// Counts of baskets, halved with age. Only what lies before the query's day counts, so that an evaluation
/// over past days knows no more than the day did.
#[derive(Clone, Debug)]
pub struct Popularity {
    name: &'static str,
    /// Infinite for popularity of all time.
    half_life_days: f64,
    /// By item: each day on which it was taken, and the count as it stands at that day's end.
    daily: Vec<Vec<(i32, f32)>>,
}

impl Popularity {
    /// From counts as they stand at the end of `day`; a query of an earlier day finds nothing.
    pub fn of_counts(name: &'static str, counts: &[f32], day: i32, half_life_days: f64) -> Popularity {
        Popularity { name, half_life_days, daily: counts.iter().map(|&n| vec![(day, n)]).collect() }
    }

    /// Counts as they stand at the end of `day`, in which [`Popularity::of_counts`] gives the same scores on.
    pub fn counts_at(&self, day: i32) -> Vec<f32> {
        let mut counts = vec![0.0; self.daily.len()];
        self.score(&Query { history: &[], now: f64::from(day) + 1.0, user: None }, &mut counts);
        // The last day itself has one day less to fade than the query sees.
        let faded = 0.5f64.powf(1.0 / self.half_life_days) as f32;
        counts.iter().map(|count| count / faded).collect()
    }

    pub fn fit(name: &'static str, data: &Interactions, half_life_days: f64) -> Popularity {
        let mut daily: Vec<Vec<(i32, f32)>> = vec![Vec::new(); data.items.len()];
        for basket in data.histories.iter().flatten() {
            // Without a clock all is one day, before every query.
            let day = if data.has_clock { basket.at.floor() as i32 } else { -1 };
            for &item in &basket.items {
                daily[item as usize].push((day, 1.0));
            }
        }
        for days in &mut daily {
            days.sort_unstable_by_key(|day| day.0);
            let (mut sum, mut last) = (0.0f64, i32::MIN);
            for (day, n) in days.iter_mut() {
                sum = sum * fading(last, *day, half_life_days) + f64::from(*n);
                (last, *n) = (*day, sum as f32);
            }
            // Of one day the last count holds all.
            days.reverse();
            days.dedup_by_key(|day| day.0);
            days.reverse();
        }
        Popularity { name, half_life_days, daily }
    }
}

/// What is left of a count after these days.
fn fading(from: i32, to: i32, half_life_days: f64) -> f64 {
    0.5f64.powf((f64::from(to) - f64::from(from)) / half_life_days)
}

impl Scorer for Popularity {
    fn name(&self) -> &'static str {
        self.name
    }

    fn score(&self, query: &Query, scores: &mut [f32]) {
        let today = query.now.floor() as i32;
        for (score, days) in scores.iter_mut().zip(&self.daily) {
            let past = &days[..days.partition_point(|day| day.0 < today)];
            *score = past.last().map_or(0.0, |&(day, n)| n * fading(day, today, self.half_life_days) as f32);
        }
    }
}
