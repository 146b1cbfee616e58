//! What is bought again: some goods are used up, others are bought once.

use std::collections::HashSet;

use super::{Query, Scorer, aged};
use crate::recommend::interactions::Interactions;

/// Strength of the mean rate against an item's own, in baskets.
const PRIOR: f32 = 5.0;

/// Own recency times how often anybody who took the item took it again in the next basket (the repeat
/// probability of Anderson et al. 2014, "The dynamics of repeat consumption").
#[derive(Clone, Debug)]
pub struct Again {
    pub decay: f32,
    /// By item, in [0, 1].
    pub rates: Vec<f32>,
}

impl Again {
    pub fn fit(data: &Interactions, decay: f32) -> Again {
        let (mut again, mut chances) = (vec![0.0f32; data.items.len()], vec![0.0f32; data.items.len()]);
        for pair in data.histories.iter().flat_map(|history| history.windows(2)) {
            let next: HashSet<u32> = pair[1].items.iter().copied().collect();
            for &item in &pair[0].items {
                chances[item as usize] += 1.0;
                again[item as usize] += f32::from(u8::from(next.contains(&item)));
            }
        }
        let mean = again.iter().sum::<f32>() / chances.iter().sum::<f32>().max(1.0);
        let rate = |(again, chances): (&f32, &f32)| (again + PRIOR * mean) / (chances + PRIOR);
        Again { decay, rates: again.iter().zip(&chances).map(rate).collect() }
    }
}

impl Scorer for Again {
    fn name(&self) -> &'static str {
        "again"
    }

    fn score(&self, query: &Query, scores: &mut [f32]) {
        scores.fill(0.0);
        for (item, age) in aged(query) {
            scores[item as usize] += self.decay.powi(age as i32) * self.rates[item as usize];
        }
    }
}
