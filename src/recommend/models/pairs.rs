//! Item-to-item tables, counted over pairs of items in one history.

use serde::{Deserialize, Serialize};

use super::{Query, Scorer, aged};
use crate::recommend::codec::round_row;
use crate::recommend::interactions::{Basket, Interactions};

/// Which pairs of one history count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairKind {
    /// Near each other, in either order (Sarwar et al. 2001; Linden et al. 2003).
    Near,
    /// In one basket.
    Together,
    /// The second in one of the next baskets after the first: a Markov chain that may skip steps
    /// (Garcin et al. 2013; He and McAuley 2016, "Fusing similarity models with Markov chains").
    After,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairsConfig {
    pub kind: PairKind,
    /// Furthest apart, in baskets.
    pub max_steps: usize,
    /// What one more basket between two items leaves of their count.
    pub step_decay: f32,
    /// What one more basket since leaves of a history's item.
    pub age_decay: f32,
    /// Exponent of the first item's count in the divisor; 0.5 with [`PairsConfig::to_power`] 0.5 is the cosine.
    pub from_power: f32,
    /// Exponent of the second item's count: 0 favours what is popular.
    pub to_power: f32,
    /// Exponent of the history's length: long histories are less telling a pair.
    pub length_power: f32,
    /// Most entries kept a row.
    pub max_entries: usize,
}

/// A table of what goes with each item.
#[derive(Clone, Debug)]
pub struct Pairs {
    name: &'static str,
    pub config: PairsConfig,
    /// `rows[i]` holds other items and weights above 0.
    pub rows: Vec<Vec<(u32, f32)>>,
}

impl Pairs {
    pub fn fit(name: &'static str, data: &Interactions, config: PairsConfig) -> Pairs {
        let n_items = data.items.len();
        let counts = data.counts();
        let power = |count: u32, power: f32| (count.max(1) as f32).powf(-power);
        let to_weights: Vec<f32> = counts.iter().map(|&count| power(count, config.to_power)).collect();
        let mut places: Vec<Vec<(u32, u32)>> = vec![Vec::new(); n_items];
        for (user, history) in (0..).zip(&data.histories) {
            for (at, basket) in (0..).zip(history) {
                for &item in &basket.items {
                    places[item as usize].push((user, at));
                }
            }
        }
        let lengths: Vec<f32> = (data.histories.iter())
            .map(|history| power(history.iter().map(|basket| basket.items.len() as u32).sum(), config.length_power))
            .collect();
        let decays: Vec<f32> = (0..=config.max_steps).map(|steps| config.step_decay.powi(steps as i32)).collect();
        let (mut sums, mut touched) = (vec![0.0f32; n_items], Vec::new());
        let mut rows = Vec::with_capacity(n_items);
        for (from, places) in (0u32..).zip(&places) {
            for &(user, at) in places {
                let history = &data.histories[user as usize];
                for (steps, basket) in config.within_reach(history, at as usize) {
                    let weight = lengths[user as usize] * decays[steps.max(1) - 1];
                    for &to in near(&basket.items, from, steps).iter().filter(|&&to| to != from) {
                        if sums[to as usize] == 0.0 {
                            touched.push(to);
                        }
                        sums[to as usize] += weight;
                    }
                }
            }
            let own = power(counts[from as usize], config.from_power);
            let entry = |to: u32| (to, std::mem::take(&mut sums[to as usize]) * own * to_weights[to as usize]);
            let mut row: Vec<(u32, f32)> = touched.drain(..).map(entry).collect();
            row.sort_by(|a, b| b.1.total_cmp(&a.1).then(counts[b.0 as usize].cmp(&counts[a.0 as usize])));
            row.truncate(config.max_entries);
            // What was cut off held thousands of entries: kept for each row, they are gigabytes.
            row.shrink_to_fit();
            // As a file will hold it, so that what is measured is what is carried.
            round_row(&mut row);
            rows.push(row);
        }
        Pairs { name, config, rows }
    }

    /// From rows as [`Pairs::rows`] holds them.
    pub fn of_rows(name: &'static str, rows: Vec<Vec<(u32, f32)>>, config: PairsConfig) -> Pairs {
        Pairs { name, config, rows }
    }
}

/// Of a basket, what pairs with one item of it, or of another basket: all, but for those that no person fills.
fn near(items: &[u32], from: u32, steps: usize) -> &[u32] {
    const MAX_ITEMS: usize = 500;
    if items.len() <= MAX_ITEMS {
        return items;
    }
    let own = if steps == 0 { items.iter().position(|&item| item == from).unwrap_or(0) } else { 0 };
    let start = own.saturating_sub(MAX_ITEMS / 2).min(items.len() - MAX_ITEMS);
    &items[start..start + MAX_ITEMS]
}

impl PairsConfig {
    /// Between the baskets at these places, if any two of them pair.
    pub fn fewest_steps(&self, from: &[usize], to: &[usize]) -> Option<usize> {
        let steps = from.iter().flat_map(|&from| to.iter().map(move |&to| (from, to)));
        let reach = steps.filter_map(|(from, to)| match self.kind {
            PairKind::Near => Some(from.abs_diff(to)),
            PairKind::Together => (from == to).then_some(0),
            PairKind::After => to.checked_sub(from).filter(|&steps| steps > 0),
        });
        reach.filter(|&steps| steps <= self.max_steps).min()
    }

    /// The baskets that pair with the one at `at`, with the number of steps between.
    fn within_reach<'a>(
        &self,
        history: &'a [Basket],
        at: usize,
    ) -> impl Iterator<Item = (usize, &'a Basket)> + use<'a> {
        let reach = match self.kind {
            PairKind::Near => at.saturating_sub(self.max_steps)..(at + self.max_steps + 1).min(history.len()),
            PairKind::Together => at..at + 1,
            PairKind::After => (at + 1)..(at + self.max_steps + 1).min(history.len()),
        };
        reach.map(move |other| (other.abs_diff(at), &history[other]))
    }
}

impl Scorer for Pairs {
    fn name(&self) -> &'static str {
        self.name
    }

    fn score(&self, query: &Query, scores: &mut [f32]) {
        scores.fill(0.0);
        let reach = if self.config.kind == PairKind::After { self.config.max_steps } else { usize::MAX };
        for (from, age) in aged(query).take_while(|(_, age)| *age < reach) {
            let weight = self.config.age_decay.powi(age as i32);
            if weight < 1e-4 {
                break;
            }
            for &(to, strength) in &self.rows[from as usize] {
                scores[to as usize] += weight * strength;
            }
        }
    }
}
