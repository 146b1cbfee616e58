//! Association rules (Agrawal and Srikant 1994): who takes this in an order takes that as well.
//!
//! Counted over orders before a day, and tested on those after it. Pairs of frequent items are counted outright;
//! three items are grown from the strongest pairs alone, which bounds time and memory whatever the baskets hold.

use std::collections::HashMap;

use serde::Serialize;

use crate::recommend::interactions::{Basket, Interactions};

/// `when` in an order makes `then` in it more likely.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Ids; one or two.
    pub when: Vec<String>,
    pub then: String,
    /// Orders with all of them.
    pub orders: usize,
    /// The same as a share of all orders.
    pub support: f64,
    /// Share of the orders with `when` that hold `then`.
    pub confidence: f64,
    /// Confidence over the share of all orders that hold `then`.
    pub lift: f64,
    /// Orders after the day with `when`, the confidence among them and its lift there: what the rule is worth.
    pub later_orders: usize,
    pub later_confidence: Option<f64>,
    pub later_lift: Option<f64>,
}

/// Rarer sets are chance; and each pair costs memory.
const MIN_ORDERS: usize = 20;
const MIN_SUPPORT: f64 = 0.002;
const MIN_CONFIDENCE: f64 = 0.1;
const MIN_LIFT: f64 = 1.5;
/// The most frequent items that pairs are counted of: a few million pairs at the worst.
const MAX_ITEMS: usize = 2000;
/// Pairs that a third item is looked for.
const MAX_GROWN: usize = 500;
/// Rules told.
const MAX_RULES: usize = 200;
/// Of a larger order only so many items are paired, the most frequent: it is a reseller's, and says little.
const MAX_PAIRED: usize = 200;

struct Found {
    when: Vec<u32>,
    then: u32,
    orders: usize,
}

/// Rules of the orders before `day`, by falling lift times the root of their orders: strong and not by chance.
pub fn mine(data: &Interactions, day: f64) -> Vec<Rule> {
    let (early, late): (Vec<Basket>, Vec<Basket>) =
        data.histories.iter().flat_map(|history| by_day(history)).partition(|basket| basket.at < day);
    let early = Postings::of(early, data.items.len());
    let late = Postings::of(late, data.items.len());
    let min_orders = MIN_ORDERS.max((early.n_orders as f64 * MIN_SUPPORT).ceil() as usize);
    let mut items: Vec<u32> = (0..data.items.len() as u32).filter(|&item| early.n(item) >= min_orders).collect();
    items.sort_by_key(|&item| (std::cmp::Reverse(early.n(item)), item));
    items.truncate(MAX_ITEMS);
    let pairs = early.pairs(&items, min_orders);
    let mut found = Vec::new();
    for &(a, b, orders) in &pairs {
        found.push(Found { when: vec![a], then: b, orders });
        found.push(Found { when: vec![b], then: a, orders });
    }
    for &(a, b, _) in pairs.iter().take(MAX_GROWN) {
        for (then, orders) in early.beside(a, b, &items, min_orders) {
            found.push(Found { when: vec![a, b], then, orders });
        }
    }
    let mut rules: Vec<(f64, Rule)> =
        found.into_iter().filter_map(|found| weigh(&found, &early, &late, &data.items)).collect();
    rules.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (&a.1.when, &a.1.then).cmp(&(&b.1.when, &b.1.then))));
    rules.truncate(MAX_RULES);
    rules.into_iter().map(|(_, rule)| rule).collect()
}

/// One order a day: what a shopper adds an hour later goes with the rest.
fn by_day(history: &[Basket]) -> impl Iterator<Item = Basket> + use<'_> {
    history.chunk_by(|a, b| a.at.floor() == b.at.floor()).map(|baskets| {
        let mut items: Vec<u32> = baskets.iter().flat_map(|basket| &basket.items).copied().collect();
        items.sort_unstable();
        items.dedup();
        Basket { at: baskets[0].at.floor(), items }
    })
}

fn weigh(found: &Found, early: &Postings, late: &Postings, ids: &[String]) -> Option<(f64, Rule)> {
    let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
    let confidence = share(found.orders, early.with_all(&found.when).len());
    let lift = confidence / share(early.n(found.then), early.n_orders);
    if confidence < MIN_CONFIDENCE || lift < MIN_LIFT {
        return None;
    }
    let later = late.with_all(&found.when);
    let later_both = later.iter().filter(|order| late.orders[found.then as usize].binary_search(order).is_ok()).count();
    let later_confidence = (!later.is_empty()).then(|| share(later_both, later.len()));
    let later_share = share(late.n(found.then), late.n_orders);
    let rule = Rule {
        when: found.when.iter().map(|&item| ids[item as usize].clone()).collect(),
        then: ids[found.then as usize].clone(),
        orders: found.orders,
        support: share(found.orders, early.n_orders),
        confidence,
        lift,
        later_orders: later.len(),
        later_confidence,
        later_lift: later_confidence.filter(|_| later_share > 0.0).map(|confidence| confidence / later_share),
    };
    Some((lift * (found.orders as f64).sqrt(), rule))
}

/// By item: the orders that hold it, rising.
struct Postings {
    orders: Vec<Vec<u32>>,
    n_orders: usize,
    baskets: Vec<Vec<u32>>,
}

impl Postings {
    fn of(baskets: Vec<Basket>, n_items: usize) -> Postings {
        let mut orders = vec![Vec::new(); n_items];
        for (order, basket) in (0u32..).zip(&baskets) {
            basket.items.iter().for_each(|&item| orders[item as usize].push(order));
        }
        let n_orders = baskets.len();
        Postings { orders, n_orders, baskets: baskets.into_iter().map(|basket| basket.items).collect() }
    }

    fn n(&self, item: u32) -> usize {
        self.orders[item as usize].len()
    }

    fn with_all(&self, items: &[u32]) -> Vec<u32> {
        let (first, rest) = items.split_first().expect("a rule has a condition");
        let has = |order: &u32, item: &u32| self.orders[*item as usize].binary_search(order).is_ok();
        let orders = self.orders[*first as usize].iter();
        orders.filter(|order| rest.iter().all(|item| has(order, item))).copied().collect()
    }

    /// Pairs with at least `min_orders`, most first.
    fn pairs(&self, items: &[u32], min_orders: usize) -> Vec<(u32, u32, usize)> {
        let places: HashMap<u32, usize> = items.iter().enumerate().map(|(place, &item)| (item, place)).collect();
        // One half of a square of counts: 8 MB at the most.
        let mut counts = vec![0u32; items.len() * items.len().saturating_sub(1) / 2];
        for basket in &self.baskets {
            let mut held: Vec<usize> = basket.iter().filter_map(|item| places.get(item).copied()).collect();
            held.sort_unstable();
            held.truncate(MAX_PAIRED);
            for (n, &high) in held.iter().enumerate() {
                held[..n].iter().for_each(|&low| counts[high * (high - 1) / 2 + low] += 1);
            }
        }
        let mut pairs = Vec::new();
        for high in 1..items.len() {
            for low in 0..high {
                let n = counts[high * (high - 1) / 2 + low] as usize;
                if n >= min_orders {
                    pairs.push((items[low], items[high], n));
                }
            }
        }
        pairs.sort_by_key(|&(a, b, n)| (std::cmp::Reverse(n), a, b));
        pairs
    }

    /// What stands in the orders with both, in at least `min_orders`.
    fn beside(&self, a: u32, b: u32, items: &[u32], min_orders: usize) -> Vec<(u32, usize)> {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for order in self.with_all(&[a, b]) {
            self.baskets[order as usize].iter().for_each(|&item| *counts.entry(item).or_default() += 1);
        }
        let third = |item: &&u32| **item != a && **item != b;
        let counted = items.iter().filter(third).filter_map(|item| counts.get(item).map(|&n| (*item, n)));
        counted.filter(|(_, n)| *n >= min_orders).collect()
    }
}
