//! What shoppers with a like history took.

use super::{Query, Scorer, aged};
use crate::recommend::interactions::{Basket, Interactions};

/// Settings of [`Neighbours`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NeighboursConfig {
    pub n_neighbours: usize,
    /// What one more basket since leaves of an item.
    pub age_decay: f32,
    /// Exponent of an item's rarity ln(users/users with it) in the likeness.
    pub rarity_power: f32,
    /// Exponent of the likeness as a weight ("locality" in UP-CF).
    pub locality: f32,
    /// What one more basket since leaves of a neighbour's item when it is recommended.
    pub taken_decay: f32,
}

/// Nearest neighbours by decayed counts: TIFU-kNN (Hu et al. 2020) with the locality of UP-CF (Faggioli et al. 2020).
#[derive(Clone, Debug)]
pub struct Neighbours {
    config: NeighboursConfig,
    rarity: Vec<f32>,
    /// By item: users, and the item's part of the user's unit vector.
    inverted: Vec<Vec<(u32, f32)>>,
    /// By user: items and weights to recommend.
    taken: Vec<Vec<(u32, f32)>>,
}

fn decayed(history: &[Basket], decay: f32) -> Vec<(u32, f32)> {
    let query = Query { history, now: 0.0, user: None };
    let mut items: Vec<(u32, f32)> = aged(&query).map(|(item, age)| (item, decay.powi(age as i32))).collect();
    items.retain(|item| item.1 > 1e-4);
    items.sort_by_key(|item| item.0);
    items.dedup_by(|from, into| {
        let is_same = from.0 == into.0;
        if is_same {
            into.1 += from.1;
        }
        is_same
    });
    items
}

impl Neighbours {
    pub fn fit(data: &Interactions, config: NeighboursConfig) -> Neighbours {
        let mut n_users = vec![0u32; data.items.len()];
        let taken: Vec<Vec<(u32, f32)>> =
            data.histories.iter().map(|history| decayed(history, config.taken_decay)).collect();
        for history in &data.histories {
            for (item, _) in decayed(history, 1.0) {
                n_users[item as usize] += 1;
            }
        }
        let rarity = |&n: &u32| ((data.users.len() + 1) as f32 / (n.max(1) as f32)).ln().powf(config.rarity_power);
        let rarity: Vec<f32> = n_users.iter().map(rarity).collect();
        let mut inverted = vec![Vec::new(); data.items.len()];
        for (user, history) in (0u32..).zip(&data.histories) {
            let vector = unit(decayed(history, config.age_decay), &rarity);
            for (item, part) in vector {
                inverted[item as usize].push((user, part));
            }
        }
        Neighbours { config, rarity, inverted, taken }
    }
}

fn unit(mut vector: Vec<(u32, f32)>, rarity: &[f32]) -> Vec<(u32, f32)> {
    for (item, part) in &mut vector {
        *part *= rarity[*item as usize];
    }
    let length = vector.iter().map(|item| item.1 * item.1).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|item| item.1 /= length);
    vector
}

impl Scorer for Neighbours {
    fn name(&self) -> &'static str {
        "neighbours"
    }

    fn score(&self, query: &Query, scores: &mut [f32]) {
        scores.fill(0.0);
        let mut likeness = vec![0.0f32; self.taken.len()];
        for (item, part) in unit(decayed(query.history, self.config.age_decay), &self.rarity) {
            for &(user, other) in &self.inverted[item as usize] {
                likeness[user as usize] += part * other;
            }
        }
        if let Some(user) = query.user {
            likeness[user] = 0.0;
        }
        let mut users: Vec<usize> = (0..likeness.len()).filter(|&user| likeness[user] > 0.0).collect();
        let n = self.config.n_neighbours;
        if users.len() > n {
            users.select_nth_unstable_by(n, |&a, &b| likeness[b].total_cmp(&likeness[a]).then(a.cmp(&b)));
            users.truncate(n);
            users.sort_unstable();
        }
        for user in users {
            let weight = likeness[user].powf(self.config.locality);
            for &(item, taken) in &self.taken[user] {
                scores[item as usize] += weight * taken;
            }
        }
    }
}
