//! Events as they come in, each in a few bytes, until they are baskets.

use std::collections::{HashMap, HashSet};

use crate::recommend::interactions::{Basket, Interactions, Orders};

/// Ids in the order they first appear.
#[derive(Default)]
pub struct Indices {
    pub ids: Vec<String>,
    by_id: HashMap<String, u32>,
    last: u32,
}

impl Indices {
    pub fn of(&mut self, id: &str) -> u32 {
        // Most rows of a file name the customer of the row before.
        if self.ids.get(self.last as usize).is_some_and(|last| last == id) {
            return self.last;
        }
        if let Some(&index) = self.by_id.get(id) {
            self.last = index;
            return index;
        }
        let index = self.ids.len() as u32;
        self.last = index;
        self.ids.push(id.to_owned());
        self.by_id.insert(id.to_owned(), index);
        index
    }
}

/// One item of one user at one time: 24 bytes, so that millions fit.
struct Taken {
    /// Days since the epoch.
    at: f64,
    user: u32,
    item: u32,
    /// What was paid for it.
    value: f32,
}

/// Gathers the lines of a file. Where any tells of a purchase, only purchases stay.
#[derive(Default)]
pub struct Gatherer {
    users: Indices,
    items: Indices,
    taken: Vec<Taken>,
    only_bought: bool,
}

impl Gatherer {
    pub fn add(&mut self, user: &str, item: &str, at: f64, value: f64, is_bought: bool) {
        if is_bought && !self.only_bought {
            *self = Gatherer { only_bought: true, ..Gatherer::default() };
        }
        if is_bought == self.only_bought {
            let (user, item) = (self.users.of(user), self.items.of(item));
            self.taken.push(Taken { at, user, item, value: value as f32 });
        }
    }

    /// Baskets by user and time; users and items in the order of the file.
    pub fn finish(mut self) -> Orders {
        // Stable: within a basket the order of the file stays.
        self.taken.sort_by(|a, b| a.user.cmp(&b.user).then(a.at.total_cmp(&b.at)));
        let (mut histories, mut values) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for taken in self.taken.chunk_by(|a, b| a.user == b.user) {
            let mut history = Vec::new();
            let mut worth = Vec::new();
            for taken in taken.chunk_by(|a, b| a.at == b.at) {
                seen.clear();
                let items = taken.iter().map(|taken| taken.item).filter(|item| seen.insert(*item)).collect();
                history.push(Basket { at: taken[0].at, items });
                worth.push(taken.iter().map(|taken| f64::from(taken.value)).sum());
            }
            histories.push(history);
            values.push(worth);
        }
        let data = Interactions { items: self.items.ids, users: self.users.ids, histories, has_clock: true };
        Orders { data, values }
    }
}
