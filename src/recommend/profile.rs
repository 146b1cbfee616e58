//! What a log says: weights of products, and what must not be shown again.

use std::collections::{BTreeMap, HashMap};

use super::interactions::Basket;
use super::log::{DAY_MS, Record};
use crate::protocol::{Feature, Reason, ShopperAction};

/// Interest halves in this time.
const HALF_LIFE_DAYS: f64 = 14.0;
/// The second look says half as much as the first, the third a third: ten reloads are no passion.
const MAX_REPEATS: u32 = 20;
/// A look as long as this counts as much again as the look itself; longer is a forgotten tab.
const LONG_LOOK_SECS: f64 = 60.0;
/// Shown so long ago is forgotten.
const EXPOSURE_DAYS: f64 = 14.0;
/// Products that taste is made of: those with the most weight.
const MAX_PRODUCTS: usize = 100;

/// What one action says about interest in the like of its product. A purchase says most; taking
/// something out of the cart speaks against it, but less than saying so.
fn action_weight(record: &Record) -> f64 {
    match record.event.action {
        ShopperAction::Purchase => 5.0,
        ShopperAction::Liked => 4.0,
        ShopperAction::AddToCart => 3.0,
        ShopperAction::ViewItem | ShopperAction::BeginCheckout => 1.0,
        ShopperAction::Dwell => (record.event.secs / LONG_LOOK_SECS).clamp(0.0, 1.0),
        ShopperAction::SelectItem | ShopperAction::Search => 0.5,
        ShopperAction::ViewItemList => 0.0,
        ShopperAction::RemoveFromCart => -1.5,
        ShopperAction::NotInterested => -4.0,
    }
}

/// A log, read once. Indices are those of the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Positive or negative.
    pub weights: BTreeMap<usize, f32>,
    /// What was taken at one time, oldest first; then, as the last one, what interests now.
    pub baskets: Vec<Basket>,
    /// The last search that found something.
    states: HashMap<usize, State>,
}

#[derive(Clone, Debug, Default)]
struct State {
    in_cart: bool,
    n_bought: u32,
    bought_at_ms: f64,
    liked: bool,
    viewed: bool,
    refused: bool,
    searched: Option<String>,
    n_shown: u32,
}

impl Profile {
    /// `index_of` finds a product, `matches` those that a search means; records of what is not in the catalogue say
    /// nothing. Records come in the order of their time.
    pub fn read(
        records: &[Record],
        now_ms: f64,
        index_of: impl Fn(&str) -> Option<usize>,
        matches: impl Fn(&str) -> Vec<usize>,
    ) -> Profile {
        let mut profile = Profile::default();
        let mut n_seen: HashMap<(usize, ShopperAction), u32> = HashMap::new();
        for record in records {
            let event = &record.event;
            let age_days = ((now_ms - record.until_ms) / DAY_MS).max(0.0);
            let fade = 0.5f64.powf(age_days / HALF_LIFE_DAYS);
            if event.action == ShopperAction::Search {
                let found = matches(&event.text);
                for &product in &found {
                    let weight = action_weight(record) * fade / found.len() as f64;
                    *profile.weights.entry(product).or_default() += weight as f32;
                    profile.states.entry(product).or_default().searched = Some(event.text.clone());
                }
                continue;
            }
            let Some(product) = index_of(&event.product) else { continue };
            profile.note(product, record, age_days);
            let n_before = n_seen.entry((product, event.action)).or_default();
            let repeats = *n_before + 1..=(*n_before + record.n).min(MAX_REPEATS);
            *n_before += record.n;
            let times: f64 = repeats.map(|n| 1.0 / f64::from(n)).sum();
            let weight = action_weight(record) * times * fade;
            if weight != 0.0 {
                *profile.weights.entry(product).or_default() += weight as f32;
            }
        }
        profile.trim();
        profile.add_current(now_ms);
        profile
    }

    fn note(&mut self, product: usize, record: &Record, age_days: f64) {
        let state = self.states.entry(product).or_default();
        match record.event.action {
            ShopperAction::ViewItemList if age_days < EXPOSURE_DAYS => state.n_shown += record.n,
            ShopperAction::SelectItem => state.n_shown = 0,
            ShopperAction::ViewItem => (state.viewed, state.n_shown) = (true, 0),
            ShopperAction::AddToCart => (state.in_cart, state.n_shown) = (true, 0),
            ShopperAction::RemoveFromCart => state.in_cart = false,
            ShopperAction::Liked => state.liked = true,
            ShopperAction::NotInterested => state.refused = true,
            ShopperAction::Purchase => {
                (state.in_cart, state.bought_at_ms) = (false, record.until_ms);
                state.n_bought += record.n;
                self.buy(product, record.event.at_ms / DAY_MS);
            }
            _ => {}
        }
    }

    /// What is bought within an hour is one order.
    fn buy(&mut self, product: usize, at: f64) {
        const HOUR_DAYS: f64 = 1.0 / 24.0;
        match self.baskets.last_mut() {
            Some(basket) if at - basket.at < HOUR_DAYS => {
                if !basket.items.contains(&(product as u32)) {
                    basket.items.push(product as u32);
                }
            }
            _ => self.baskets.push(Basket { at, items: vec![product as u32] }),
        }
    }

    fn trim(&mut self) {
        if self.weights.len() > MAX_PRODUCTS {
            let mut order: Vec<(usize, f32)> = self.weights.iter().map(|(&at, &weight)| (at, weight)).collect();
            order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
            for (at, _) in &order[MAX_PRODUCTS..] {
                self.weights.remove(at);
            }
        }
    }

    /// What was looked at and not bought is a basket too, the last one: tables of orders know it by its items.
    fn add_current(&mut self, now_ms: f64) {
        const MAX_CURRENT: usize = 10;
        let is_open = |at: &usize| self.states.get(at).is_none_or(|state| state.n_bought == 0);
        let mut current: Vec<(usize, f32)> = self
            .weights
            .iter()
            .filter(|(at, weight)| **weight > 0.05 && is_open(at))
            .map(|(&at, &weight)| (at, weight))
            .collect();
        current.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        current.truncate(MAX_CURRENT);
        if !current.is_empty() {
            self.baskets
                .push(Basket { at: now_ms / DAY_MS, items: current.iter().map(|&(at, _)| at as u32).collect() });
        }
    }

    /// Products of which `pick` is true, in the order of the catalogue.
    fn those(&self, pick: impl Fn(&State) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> = self.states.iter().filter(|(_, state)| pick(state)).map(|(&at, _)| at).collect();
        found.sort_unstable();
        found
    }

    /// What is in the cart now.
    pub fn cart(&self) -> Vec<usize> {
        self.those(|state| state.in_cart)
    }

    /// What was bought, with the number of times, and when last.
    pub fn bought(&self) -> Vec<(usize, u32, f64)> {
        let bought = self.those(|state| state.n_bought > 0 && !state.in_cart && !state.refused);
        bought.into_iter().map(|at| (at, self.states[&at].n_bought, self.states[&at].bought_at_ms)).collect()
    }

    fn is(&self, product: usize, what: impl Fn(&State) -> bool) -> bool {
        self.states.get(&product).is_some_and(what)
    }

    pub fn is_in_cart(&self, product: usize) -> bool {
        self.is(product, |state| state.in_cart)
    }

    pub fn is_refused(&self, product: usize) -> bool {
        self.is(product, |state| state.refused)
    }

    /// Whether a product was bought, refused or already is in the cart.
    pub fn excludes(&self, product: usize) -> bool {
        self.is(product, |state| state.in_cart || state.n_bought > 0 || state.refused)
    }

    pub fn is_seen(&self, product: usize) -> bool {
        self.is(product, |state| state.viewed)
    }

    /// How often it was shown lately and left alone.
    pub fn n_shown(&self, product: usize) -> u32 {
        self.states.get(&product).map_or(0, |state| state.n_shown)
    }

    /// Why something like `product` is shown: the strongest of what was done with it.
    pub fn reason(&self, product: usize, id: &str, shared: Option<Feature>) -> Reason {
        let product_id = id.to_owned();
        match self.states.get(&product).cloned().unwrap_or_default() {
            State { in_cart: true, .. } => Reason::BecauseInCart { product: product_id, shared },
            State { n_bought: 1.., .. } => Reason::BecauseBought { product: product_id, shared },
            State { liked: true, .. } => Reason::BecauseLiked { product: product_id, shared },
            State { viewed: false, searched: Some(text), .. } => Reason::BecauseSearched { text },
            State { .. } => Reason::BecauseViewed { product: product_id, shared },
        }
    }
}
