//! What leaves the shop: tables of which no customer can be found again.
//!
//! ```text
//! customers ─ a share, by hash ─┬─ most: the tables          items → popularity, what is lately, what is again
//!                               │    each clipped, summed,    pairs of told items → near · in one basket · after
//!                               │    noised, cut off
//!                               └─ the others: the weights    gradients, each clipped, summed, noised
//! ```
//!
//! Everything is accounted in ρ of zero-concentrated differential privacy, whose unit is the customer with their whole
//! history. A customer teaches either tables or weights, so the two need not share the budget (parallel composition,
//! McSherry 2009, "Privacy integrated queries"); within each the ρs add up to it. Later steps look at what earlier ones
//! told, which is theirs to use freely. Prior art: McSherry and Mironov 2009, "Differentially private recommender
//! systems", for noisy item-to-item counts of clipped customers; Wilson et al. 2020 for the thresholds.
//!
//! Only tables leave. The models that hold customers' histories (neighbours) or were fitted on them without noise (the
//! transformer) serve measuring, and stay. A small transformer learned with noise over vectors of the told pairs (one
//! block of 32 dimensions, a seventh of the budget) was tried: beside the tables it brought nothing, neither for 2,300
//! customers (HR@10 of new items .312 with it, .317 without; means over three seeds and two splits of Online Retail)
//! nor for ten times as many (.365 and .360, NDCG .0747 and .0751). What steps of a history tell is in `after`.

mod budget;
mod histogram;
mod noise;
mod weights;

use std::collections::{BTreeMap, HashMap};

pub use budget::Budget;
pub use noise::Noise;

use super::blend::Blend;
use super::codec::round_row;
use super::interactions::{Basket, Interactions};
use super::model::Model;
use super::models::{Again, Content, PairKind, Pairs, PairsConfig, Popularity, tf_idf};
use super::statement::{Spent, Statement};
use super::tables::{TREND_HALF_LIFE_DAYS, Tables, TablesConfig, Traits, names, own};
use histogram::{Bounds, Contribution, Histogram};
use weights::Judges;

/// Customers who teach weights, at most this share and this many.
const JUDGES_SHARE: f64 = 0.2;
const MAX_JUDGES: f64 = 4000.0;

// Shares of the budget.
const N_CUSTOMERS_SHARE: f64 = 0.01;
const TRAITS_SHARE: f64 = 0.02;
const TAKEN_SHARE: f64 = 0.25;
const OF_ITEMS_SHARE: f64 = 0.10;

/// Items of one customer that count: the latest.
const MAX_ITEMS: usize = 200;
/// A customer's vector over items is at most as long as that of so many items each taken once, squared.
const ITEMS_NORM: f64 = 6.0;
/// Items of one customer that pair: those that most take, since rare pairs are dropped anyway.
const MAX_PAIRED: usize = 24;
const PAIRS_NORM: f64 = 6.0;

/// Tables for a pack.
#[derive(Debug)]
pub struct Release {
    pub model: Model,
    /// Customers of the data who taught no table, and for whom there is budget left to choose one thing more.
    pub judges: Vec<usize>,
    /// What is left for that, of each of them.
    pub rho_left: f64,
}

/// What everyone may know beforehand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open<'a> {
    /// Whether the items of the data are those of a catalogue; else an item is told of only with enough customers.
    pub items: bool,
    /// `texts[i]` describes item `i`; or none at all.
    pub texts: &'a [String],
}

/// Makes the tables and says how.
pub fn release(data: &Interactions, open: Open, budget: &Budget, noise: &mut Noise) -> Release {
    let mut desk = Desk { data, budget: *budget, rho: budget.rho(), noise, spent: Vec::new() };
    let n_customers = desk.n_customers();
    let share = JUDGES_SHARE.min(MAX_JUDGES / n_customers);
    let (judges, teachers): (Vec<usize>, Vec<usize>) =
        (0..data.users.len()).partition(|&user| desk.noise.picks(&data.users[user], share));
    let (traits, last_day) = desk.traits(&teachers);
    let told = desk.told(&teachers, open, last_day);
    let tables = desk.tables(&teachers, &told, open.texts, traits, last_day);
    let ids = told.items.iter().map(|&item| data.items[item as usize].clone()).collect();
    let mut model = Model::of_tables(ids, tables, traits, last_day);
    let left = 1.0 - N_CUSTOMERS_SHARE;
    let judges_of = Judges { data, judges: &judges, told: &told.place, now: f64::from(last_day) + 1.0 };
    let learn = |new_only: bool, desk: &mut Desk, model: &Model| -> Blend {
        let rho = desk.rho * left * 0.45;
        judges_of.learn(model, new_only, rho, n_customers * share, desk.noise, &mut desk.spent)
    };
    let for_new = learn(true, &mut desk, &model);
    let for_all = if traits.has_repeats { learn(false, &mut desk, &model) } else { for_new.clone() };
    let rho_left = desk.rho * left * 0.1;
    let Budget { epsilon, delta, min_customers } = *budget;
    let statement = Statement { epsilon, delta, min_customers, counts: desk.spent };
    model.set_blends(for_new, for_all, statement);
    Release { model, judges, rho_left }
}

/// One of `sums`, each of which a customer moves by at most 1, the larger the likelier (exponential mechanism, McSherry
/// and Talwar 2007; its ρ is ε²/8, Cesar and Rogers 2021).
pub fn choose(sums: &[f64], rho: f64, noise: &mut Noise) -> Option<usize> {
    let epsilon = (8.0 * rho).sqrt();
    let noisy = sums.iter().map(|sum| sum + noise.gumbel(2.0 / epsilon)).enumerate();
    noisy.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(at, _)| at)
}

/// Where everything that is told passes.
struct Desk<'a> {
    data: &'a Interactions,
    budget: Budget,
    rho: f64,
    noise: &'a mut Noise,
    spent: Vec<Spent>,
}

/// Items of the release.
struct Told {
    /// By index of the release: that of the data.
    items: Vec<u32>,
    /// By index of the data: that of the release.
    place: Vec<Option<u32>>,
    /// By index of the release: customers, noisy; 0 where there are too few.
    taken: Vec<f32>,
    /// By index of the release: customers weighed by when they took it last.
    lately: Vec<f32>,
    /// By index of the release: customers who took it again in the next basket.
    again: Vec<f32>,
}

impl Desk<'_> {
    fn bounds(&self, norm: f64, max_cells: usize, share: f64) -> Bounds {
        // Traits, items, and up to three kinds of pairs.
        const N_THRESHOLDS: f64 = 5.0;
        let Budget { min_customers, .. } = self.budget;
        let delta = self.budget.threshold_delta() / N_THRESHOLDS;
        Bounds { norm, max_cells, min_customers, rho: self.rho * share, delta }
    }

    fn n_customers(&mut self) -> f64 {
        let bounds = self.bounds(1.0, 1, N_CUSTOMERS_SHARE);
        let all = Histogram::of(self.data.users.iter().map(|_| vec![(0, 1.0)]), &bounds);
        let (n, spent) = all.release_all("customers", std::iter::once(0), &bounds, self.noise);
        self.spent.push(spent);
        n[&0].max(1.0)
    }

    /// What the data can feed, and about when it ends: the first day of the last day, week or four weeks in which
    /// enough customers took anything for the last time.
    fn traits(&mut self, users: &[usize]) -> (Traits, i32) {
        const REPEATS: u64 = 0;
        const BASKETS: u64 = 1;
        /// A cell's kind stands above its day, and days before 1970 count up to this.
        const KIND: u64 = 1 << 40;
        const EPOCH: i64 = 1 << 32;
        const SPANS_DAYS: [i64; 3] = [1, 7, 28];
        let data = self.data;
        let of = |&user: &usize| -> Contribution {
            let alone = Interactions { histories: vec![data.histories[user].clone()], ..Interactions::default() };
            let traits = Traits::of(&alone);
            let cells = [traits.has_repeats.then_some(REPEATS), traits.has_baskets.then_some(BASKETS)];
            let last = data.histories[user].last().filter(|_| data.has_clock);
            let spans = last.into_iter().flat_map(|basket| {
                let day = basket.at.floor() as i64;
                (1..).zip(SPANS_DAYS).map(move |(kind, span)| kind * KIND + (day - day.rem_euclid(span) + EPOCH) as u64)
            });
            cells.into_iter().flatten().chain(spans).map(|cell| (cell, 1.0)).collect()
        };
        let bounds = self.bounds(5f64.sqrt(), 5, TRAITS_SHARE);
        let (told, spent) = Histogram::of(users.iter().map(of), &bounds).release("traits", &bounds, self.noise);
        self.spent.push(spent);
        let traits = Traits {
            has_clock: data.has_clock,
            has_repeats: told.contains_key(&REPEATS),
            has_baskets: told.contains_key(&BASKETS),
        };
        let days = told.keys().filter(|cell| **cell >= KIND).map(|cell| (cell % KIND) as i64 - EPOCH);
        (traits, days.max().unwrap_or(0) as i32)
    }

    /// The items that enough customers took, and all that are open.
    fn told(&mut self, users: &[usize], open: Open, last_day: i32) -> Told {
        let data = self.data;
        let bounds = self.bounds(ITEMS_NORM, MAX_ITEMS, TAKEN_SHARE);
        let taken = users.iter().map(|&user| latest(&data.histories[user]).map(|(item, _)| (item, 1.0)).collect());
        let (taken, spent) = Histogram::of(taken, &bounds).release("items", &bounds, self.noise);
        self.spent.push(spent);
        let items: Vec<u32> =
            (0..data.items.len() as u32).filter(|&item| open.items || taken.contains_key(&u64::from(item))).collect();
        let mut place = vec![None; data.items.len()];
        (0..).zip(&items).for_each(|(at, &item)| place[item as usize] = Some(at));

        let n = data.items.len() as u64;
        let bounds = self.bounds(ITEMS_NORM, 2 * MAX_ITEMS, OF_ITEMS_SHARE);
        let more = users.iter().map(|&user| {
            let history = &data.histories[user];
            let known = |item: &u64| taken.contains_key(item);
            let lately = latest(history).filter(|(item, _)| known(item)).map(|(item, at)| {
                let age = if data.has_clock { f64::from(last_day) - at.floor() } else { 0.0 };
                (item, 0.5f64.powf(age.max(0.0) / TREND_HALF_LIFE_DAYS))
            });
            let again = taken_again(history).into_iter().filter(known).take(MAX_ITEMS).map(|item| (n + item, 1.0));
            lately.chain(again).collect()
        });
        let cells = taken.keys().flat_map(|&item| [item, n + item]);
        let (more, spent) = Histogram::of(more, &bounds).release_all("lately, again", cells, &bounds, self.noise);
        self.spent.push(spent);
        let of = |sums: &BTreeMap<u64, f64>, first: u64| {
            let value = |&item: &u32| sums.get(&(first + u64::from(item))).map_or(0.0, |sum| sum.max(0.0) as f32);
            items.iter().map(value).collect::<Vec<f32>>()
        };
        Told { taken: of(&taken, 0), lately: of(&more, 0), again: of(&more, n), items, place }
    }

    fn tables(&mut self, users: &[usize], told: &Told, texts: &[String], traits: Traits, last_day: i32) -> Tables {
        let config = TablesConfig::of(traits);
        // One good table is worth more than three noisy ones; what follows what is all that steps of one item tell.
        let kinds = [
            (names::NEAR, config.near, if traits.has_baskets { 1.0 } else { 0.3 }),
            (names::TOGETHER, config.together, 0.0),
            (names::AFTER, config.after, if traits.has_baskets { 0.0 } else { 0.7 }),
        ];
        let left = 1.0 - N_CUSTOMERS_SHARE - TRAITS_SHARE - TAKEN_SHARE - OF_ITEMS_SHARE;
        let total: f64 = kinds.iter().map(|kind| kind.2).sum();
        let [near, together, after] = kinds.map(|(name, config, share)| {
            (share > 0.0).then(|| self.pairs(users, told, name, config, left * share / total))
        });
        let mean = told.again.iter().sum::<f32>() / told.taken.iter().sum::<f32>().max(1.0);
        // The noise of a rate falls with the customers it stands on; so does the weight of the mean.
        let prior = (4.0 * self.bounds(ITEMS_NORM, MAX_ITEMS, OF_ITEMS_SHARE).deviation()) as f32;
        let rate = |(again, taken): (&f32, &f32)| ((again + prior * mean) / (taken + prior)).clamp(0.0, 1.0);
        let day = if traits.has_clock { last_day } else { -1 };
        let counted = |name, counts: &[f32], half_life| Popularity::of_counts(name, counts, day, half_life);
        let mut vectors = match texts.is_empty() {
            true => Vec::new(),
            false => tf_idf(&told.items.iter().map(|&item| texts[item as usize].clone()).collect::<Vec<_>>()),
        };
        vectors.iter_mut().for_each(|vector| round_row(vector));
        let content = vectors.iter().any(|vector| !vector.is_empty());
        let empty = |name, config| Pairs::of_rows(name, vec![Vec::new(); told.items.len()], config);
        Tables {
            config,
            popularity: counted(names::POPULARITY, &told.taken, f64::INFINITY),
            trend: traits.has_clock.then(|| counted(names::TREND, &told.lately, TREND_HALF_LIFE_DAYS)),
            own: traits.has_repeats.then(|| own(&config)),
            again: traits.has_repeats.then(|| Again {
                decay: config.again_decay,
                rates: told.again.iter().zip(&told.taken).map(rate).collect(),
            }),
            near: near.unwrap_or_else(|| empty(names::NEAR, config.near)),
            together,
            after: after.unwrap_or_else(|| empty(names::AFTER, config.after)),
            content: content.then(|| Content::new(vectors, config.content_decay)),
        }
    }

    fn pairs(&mut self, users: &[usize], told: &Told, name: &'static str, config: PairsConfig, share: f64) -> Pairs {
        let n = told.items.len();
        let is_directed = config.kind == PairKind::After;
        let max_cells = MAX_PAIRED * (MAX_PAIRED - 1) / if is_directed { 1 } else { 2 };
        let bounds = self.bounds(PAIRS_NORM, max_cells, share);
        let pairs = users.iter().map(|&user| pairs_of(&self.data.histories[user], told, &config));
        let (sums, spent) = Histogram::of(pairs, &bounds).release(name, &bounds, self.noise);
        self.spent.push(spent);
        let power = |item: usize, power: f32| told.taken[item].max(1.0).powf(-power);
        let mut rows = vec![Vec::new(); n];
        for (cell, sum) in sums {
            let (a, b) = (cell as usize / n, cell as usize % n);
            let mut put = |from: usize, to: usize| {
                rows[from].push((to as u32, sum as f32 * power(from, config.from_power) * power(to, config.to_power)));
            };
            put(a, b);
            if !is_directed {
                put(b, a);
            }
        }
        for row in &mut rows {
            row.sort_by(|a: &(u32, f32), b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            row.truncate(config.max_entries);
            round_row(row);
        }
        Pairs::of_rows(name, rows, config)
    }
}

/// A customer's items, each with the time it was last taken, the latest first.
fn latest(history: &[Basket]) -> impl Iterator<Item = (u64, f64)> {
    let mut seen = std::collections::HashSet::new();
    let all = history.iter().rev().flat_map(|basket| basket.items.iter().map(|&item| (u64::from(item), basket.at)));
    all.filter(move |(item, _)| seen.insert(*item)).take(MAX_ITEMS)
}

/// Items that were taken in two baskets in a row.
fn taken_again(history: &[Basket]) -> Vec<u64> {
    let mut again: Vec<u64> = history
        .windows(2)
        .flat_map(|pair| pair[1].items.iter().filter(|item| pair[0].items.contains(item)).map(|&item| u64::from(item)))
        .collect();
    again.sort_unstable();
    again.dedup();
    again
}

/// The pairs of a customer's most popular items, weighed by the fewest steps between them.
fn pairs_of(history: &[Basket], told: &Told, config: &PairsConfig) -> Contribution {
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, basket) in history.iter().enumerate() {
        for place in basket.items.iter().filter_map(|&item| told.place[item as usize]) {
            places.entry(place).or_default().push(at);
        }
    }
    let mut items: Vec<u32> = places.keys().copied().filter(|&item| told.taken[item as usize] > 0.0).collect();
    items.sort_by(|&a, &b| told.taken[b as usize].total_cmp(&told.taken[a as usize]).then(a.cmp(&b)));
    items.truncate(MAX_PAIRED);
    let mut contribution = Vec::new();
    for (at, &a) in items.iter().enumerate() {
        for &b in &items[at + 1..] {
            let directions: &[(u32, u32)] =
                if config.kind == PairKind::After { &[(a, b), (b, a)] } else { &[(a.min(b), a.max(b))] };
            for &(from, to) in directions {
                if let Some(steps) = config.fewest_steps(&places[&from], &places[&to]) {
                    let cell = u64::from(from) * told.items.len() as u64 + u64::from(to);
                    contribution.push((cell, f64::from(config.step_decay).powi(steps.max(1) as i32 - 1)));
                }
            }
        }
    }
    contribution
}

#[cfg(test)]
mod tests;
