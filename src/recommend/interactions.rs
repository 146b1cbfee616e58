//! Who took what when, in the numbers that models count with.

use std::collections::{BTreeMap, HashMap, HashSet};

/// What one shopper took at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Basket {
    /// In days; in a file without times, steps since the shopper's first item.
    pub at: f64,
    /// Indices of items, each once, in the order of the file.
    pub items: Vec<u32>,
}

/// The baskets of all shoppers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interactions {
    /// Ids by index.
    pub items: Vec<String>,
    /// Ids by index.
    pub users: Vec<String>,
    /// A user's baskets, oldest first.
    pub histories: Vec<Vec<Basket>>,
    /// Whether [`Basket::at`] is a time, the same for all users.
    pub has_clock: bool,
}

/// Interactions and what was paid for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Orders {
    pub data: Interactions,
    /// By user and basket, as in [`Interactions::histories`]; 0 where the file tells no prices.
    pub values: Vec<Vec<f64>>,
}

/// A basket to foretell, and what is known before it.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// Of the user in the data that models were fitted on, if they are there at all.
    pub user: Option<usize>,
    pub history: &'a [Basket],
    /// When the basket is made, in the unit of [`Basket::at`].
    pub now: f64,
    /// What is in it; [`UNKNOWN_ITEM`] for what the catalogue lacks.
    pub wanted: Vec<u32>,
}

/// An item that no model has seen: in nobody's reach, but missed all the same.
pub const UNKNOWN_ITEM: u32 = u32::MAX;

impl Interactions {
    /// Cuts off each user's last basket, if another one stands before it.
    ///
    /// Returns what is left, with the same items and users, and the baskets cut off by user.
    pub fn split_last(&self) -> (Interactions, Vec<(usize, Basket)>) {
        let mut rest = self.clone();
        let mut last = Vec::new();
        for (user, history) in rest.histories.iter_mut().enumerate() {
            if history.len() > 1 {
                last.extend(history.pop().map(|basket| (user, basket)));
            }
        }
        (rest, last)
    }

    /// The cases that [`Interactions::split_last`] leaves; `self` is what it left.
    pub fn cases<'a>(&'a self, last: &[(usize, Basket)]) -> Vec<Case<'a>> {
        let case = |(user, basket): &(usize, Basket)| Case {
            user: Some(*user),
            history: &self.histories[*user],
            now: basket.at,
            wanted: basket.items.clone(),
        };
        last.iter().map(case).collect()
    }

    /// One case a user of `test`, whose baskets there count as one.
    pub fn cases_of<'a>(&'a self, test: &Interactions) -> Vec<Case<'a>> {
        let users: HashMap<&str, usize> = self.users.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
        let items: HashMap<&str, u32> = (0..).zip(&self.items).map(|(at, id)| (id.as_str(), at)).collect();
        let end = self.end();
        test.users
            .iter()
            .zip(&test.histories)
            .map(|(id, baskets)| {
                let user = users.get(id.as_str()).copied();
                let mut seen = HashSet::new();
                let all = baskets.iter().flat_map(|basket| &basket.items).filter(|&&item| seen.insert(item));
                let index =
                    |&item: &u32| items.get(test.items[item as usize].as_str()).copied().unwrap_or(UNKNOWN_ITEM);
                let history = user.map_or(&[][..], |user| &self.histories[user]);
                let now = match baskets.first() {
                    Some(basket) if test.has_clock && self.has_clock => basket.at,
                    _ if self.has_clock => end,
                    _ => history.last().map_or(0.0, |basket| basket.at + 1.0),
                };
                Case { user, history, now, wanted: all.map(index).collect() }
            })
            .collect()
    }

    /// Whether anybody ever came back to an item.
    pub fn has_repeats(&self) -> bool {
        self.histories.iter().any(|history| {
            let mut seen = HashSet::new();
            history.iter().flat_map(|basket| &basket.items).any(|&item| !seen.insert(item))
        })
    }

    /// Adds described items that nobody took yet, and returns each item's text by index; empty for one without.
    pub fn describe(&mut self, texts: &BTreeMap<String, String>) -> Vec<String> {
        let known: HashSet<&str> = self.items.iter().map(String::as_str).collect();
        let fresh: Vec<String> = texts.keys().filter(|id| !known.contains(id.as_str())).cloned().collect();
        self.items.extend(fresh);
        self.items.iter().map(|id| texts.get(id).cloned().unwrap_or_default()).collect()
    }

    /// Only these items; users whom nothing is left of go too.
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Interactions {
        let kept: Vec<usize> = (0..self.items.len()).filter(|&at| keep(&self.items[at])).collect();
        let mut place = vec![UNKNOWN_ITEM; self.items.len()];
        (0..).zip(&kept).for_each(|(new, &old)| place[old] = new);
        let cut = |basket: &Basket| {
            let items = basket.items.iter().map(|&item| place[item as usize]).filter(|&item| item != UNKNOWN_ITEM);
            Basket { at: basket.at, items: items.collect() }
        };
        let cut_all = |baskets: &Vec<Basket>| -> Vec<Basket> {
            baskets.iter().map(cut).filter(|basket| !basket.items.is_empty()).collect()
        };
        let (users, histories) = self
            .users
            .iter()
            .zip(&self.histories)
            .map(|(user, baskets)| (user.clone(), cut_all(baskets)))
            .filter(|(_, baskets)| !baskets.is_empty())
            .unzip();
        let items = kept.into_iter().map(|at| self.items[at].clone()).collect();
        Interactions { items, users, histories, has_clock: self.has_clock }
    }

    /// Time of the last basket; 0 without any.
    pub fn end(&self) -> f64 {
        self.histories.iter().flatten().map(|basket| basket.at).fold(0.0, f64::max)
    }

    /// How many baskets hold each item.
    pub fn counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.items.len()];
        for item in self.histories.iter().flatten().flat_map(|basket| &basket.items) {
            counts[*item as usize] += 1;
        }
        counts
    }
}
