//! What the page and the worker tell each other of the shopper.

use leptos::prelude::*;

use super::history::{self, History};
use super::link::send;
use super::state::Store;
use super::{browser, words};
use crate::protocol::{Erasure, Event, Request, ShopperAction, ShopperEvent, VaultState};

/// Tells the worker what happened. Until it is on the disk it waits in the tab.
pub fn note(store: Store, events: Vec<ShopperEvent>) {
    store.unstored.update(|unstored| {
        unstored.extend(events.iter().cloned());
        let excess = unstored.len().saturating_sub(history::MOST_EVENTS);
        unstored.drain(..excess);
    });
    keep(store);
    tell(store, events);
}

fn tell(store: Store, events: Vec<ShopperEvent>) {
    let last_ms = events.last().map_or(0.0, |event| event.at_ms);
    send(store, Request::Note { events }, None, move |event| {
        if let Event::Noted { stored: true } = event {
            store.unstored.update(|unstored| unstored.retain(|event| event.at_ms > last_ms));
            keep(store);
        }
    });
}

/// Tells a worker that has just opened the shop what it must know of the shopper.
pub fn introduce(store: Store) {
    let unstored = store.unstored.get_untracked();
    if !unstored.is_empty() {
        tell(store, unstored);
    }
    if store.vault.get_untracked() == Some(VaultState::Open) {
        remember(store, Some(store.retention_days.get_untracked()));
    }
}

/// From now on the worker keeps what is done here as long as there is a vault to keep it in.
pub fn follow(store: Store) {
    Effect::new(move |before: Option<Option<u16>>| {
        let is_open = store.vault.get() == Some(VaultState::Open);
        let days = is_open.then(|| store.retention_days.get());
        if days != before.flatten() {
            remember(store, days);
        }
        days
    });
}

fn remember(store: Store, days: Option<u16>) {
    send(store, Request::Remember { days }, None, move |event| take(store, event));
}

/// What the worker knows, for the page that shows it.
pub fn recall(store: Store) {
    send(store, Request::Recall, None, move |event| take(store, event));
}

pub fn erase(store: Store, what: Erasure) {
    let keeps = |event: &ShopperEvent| match &what {
        Erasure::All => false,
        Erasure::Event(gone) => event != gone,
        Erasure::Product(product) => event.product != *product,
        _ => true,
    };
    store.history.update(|history| history.retain(keeps));
    store.unstored.update(|unstored| unstored.retain(keeps));
    keep(store);
    send(store, Request::Erase { what }, None, move |event| take(store, event));
    store.announce(words::ERASED.get(store.language.get_untracked()));
}

fn take(store: Store, event: Event) {
    match event {
        Event::Known { known } => {
            store.insights.set(known.insights);
            store.n_aside.set(known.n_unreadable);
            store.unstored.set(if known.stored { Vec::new() } else { known.events.clone() });
            keep(store);
            // Rails follow the history: no news, no new question.
            let history = History::of(known.events);
            store.history.maybe_update(|shown| {
                let is_news = *shown != history;
                *shown = history;
                is_news
            });
        }
        Event::Failed { error } => leptos::logging::warn!("the shopper's record: {error}"),
        _ => {}
    }
}

fn keep(store: Store) {
    let json = store.unstored.with_untracked(|unstored| match unstored.is_empty() {
        true => String::new(),
        false => history::to_json(unstored),
    });
    browser::keep_for_tab(history::KEY, &json);
}

/// Products that stand in a rail now: one list, at one time.
pub fn note_list(store: Store, products: impl Iterator<Item = String>) {
    if store.personalise.get_untracked() {
        let now_ms = browser::now_ms();
        let shown = |product: String| ShopperEvent::new(ShopperAction::ViewItemList, &product, now_ms);
        note(store, products.map(shown).collect());
    }
}

/// Notes how long the view that asks for it was shown, when it goes.
pub fn note_dwell(store: Store, product: String) {
    /// Shorter is a slip of the finger, longer a forgotten tab.
    const SECS: std::ops::RangeInclusive<f64> = 2.0..=600.0;
    let start_ms = browser::now_ms();
    on_cleanup(move || {
        let now_ms = browser::now_ms();
        let secs = (now_ms - start_ms) / 1000.0;
        if SECS.contains(&secs) && store.personalise.get_untracked() {
            note(store, vec![ShopperEvent { secs, ..ShopperEvent::new(ShopperAction::Dwell, &product, now_ms) }]);
        }
    });
}
