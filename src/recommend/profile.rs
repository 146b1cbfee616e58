//! What a history says: weights of products, and what must not be shown again.

use std::collections::{BTreeMap, HashMap};

use crate::protocol::{Reason, ShopperAction, ShopperEvent};

/// Interest halves in this time.
const HALF_LIFE_DAYS: f64 = 14.0;
const DAY_MS: f64 = 86_400_000.0;

/// What one action says about interest in the like of its product. A purchase says most; taking
/// something out of the cart speaks against it, but less than saying so.
fn action_weight(action: ShopperAction) -> f64 {
    match action {
        ShopperAction::Purchase => 5.0,
        ShopperAction::AddToCart => 3.0,
        ShopperAction::ViewItem => 1.0,
        ShopperAction::RemoveFromCart => -1.5,
        ShopperAction::NotInterested => -4.0,
    }
}

/// A history, read once.
#[derive(Debug, Default)]
pub struct Profile {
    /// Indices of products and their weights, positive or negative.
    pub weights: BTreeMap<usize, f32>,
    states: HashMap<usize, State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    in_cart: bool,
    bought: bool,
    refused: bool,
}

impl Profile {
    /// `index_of` finds a product; events of unknown products say nothing. Events are read in the order
    /// of their time, whatever order they come in; those of the future count as of now.
    pub fn read(history: &[ShopperEvent], now_ms: f64, index_of: impl Fn(&str) -> Option<usize>) -> Profile {
        let mut events: Vec<&ShopperEvent> = history.iter().filter(|event| event.at_ms.is_finite()).collect();
        events.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
        let mut profile = Profile::default();
        let mut n_seen: HashMap<(usize, ShopperAction), u32> = HashMap::new();
        for event in events {
            let Some(product) = index_of(&event.product) else { continue };
            let state = profile.states.entry(product).or_default();
            match event.action {
                ShopperAction::ViewItem => {}
                ShopperAction::AddToCart => state.in_cart = true,
                ShopperAction::RemoveFromCart => state.in_cart = false,
                ShopperAction::Purchase => *state = State { in_cart: false, bought: true, ..*state },
                ShopperAction::NotInterested => state.refused = true,
            }
            // The second look says half as much as the first: ten reloads are no passion.
            let n_before = n_seen.entry((product, event.action)).or_default();
            *n_before += 1;
            let age_days = ((now_ms - event.at_ms) / DAY_MS).max(0.0);
            let weight = action_weight(event.action) / f64::from(*n_before) * 0.5f64.powf(age_days / HALF_LIFE_DAYS);
            *profile.weights.entry(product).or_default() += weight as f32;
        }
        profile
    }

    /// What is in the cart now.
    pub fn cart(&self) -> Vec<usize> {
        let mut cart: Vec<usize> = self.states.iter().filter(|(_, state)| state.in_cart).map(|(&at, _)| at).collect();
        cart.sort_unstable();
        cart
    }

    /// Whether a product was bought, refused or already is in the cart.
    pub fn excludes(&self, product: usize) -> bool {
        self.states.get(&product).is_some_and(|state| state.in_cart || state.bought || state.refused)
    }

    /// Why something like `product` is shown.
    pub fn reason(&self, product: usize, id: &str) -> Reason {
        let product_id = id.to_owned();
        match self.states.get(&product).copied().unwrap_or_default() {
            State { in_cart: true, .. } => Reason::BecauseInCart { product: product_id },
            State { bought: true, .. } => Reason::BecauseBought { product: product_id },
            State { .. } => Reason::BecauseViewed { product: product_id },
        }
    }
}
