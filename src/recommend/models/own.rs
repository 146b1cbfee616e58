//! What the shopper took before: the strongest simple guess where people buy again.

use super::{Query, Scorer, aged};

/// A sum over the baskets that hold an item, each `decay` times the next later one; at a decay of 1 the plain
/// count, "personal top" (Hu et al. 2020, TIFU-kNN; Li et al. 2021, "A next basket recommendation reality check").
#[derive(Clone, Debug)]
pub struct Own {
    pub name: &'static str,
    pub decay: f32,
}

impl Scorer for Own {
    fn name(&self) -> &'static str {
        self.name
    }

    fn score(&self, query: &Query, scores: &mut [f32]) {
        scores.fill(0.0);
        for (item, age) in aged(query) {
            scores[item as usize] += self.decay.powi(age as i32);
        }
    }
}
