//! What the shopper has agreed to have kept. The worker holds it, sealed; the page asks for it and shows it.
//!
//! One switch, [`Store::remember`], is the consent: on makes the vault, off destroys it. Before the worker has
//! told what there is ([`Store::vault`] is `None`), nothing is decided.

use leptos::prelude::*;

use super::cart::{self, Cart};
use super::chat::begin_anew;
use super::history;
use super::state::{REMEMBER_KEY, Store};
use super::{browser, link, memory, words};
use crate::protocol::{CONVERSATION, Erasure, Event, Fact, Request, VaultAct, VaultReport, VaultState};

// Names of facts.
const CART: &str = "cart";
const SHOPPER: &str = "shopper";

/// Asks the worker what there is.
pub fn open(store: Store) {
    act(store, VaultAct::Inspect, move |report| take(store, report));
}

/// From now on the vault follows the switch, and what is kept follows what it is of.
pub fn follow(store: Store) {
    Effect::new(move |_| match (store.remember.get(), store.vault.get()) {
        (true, Some(VaultState::Absent)) => act(store, VaultAct::Make, move |report| {
            store.vault.set(Some(report.state));
        }),
        (false, Some(VaultState::Open | VaultState::Locked)) => {
            act(store, VaultAct::Erase, move |report| store.vault.set(Some(report.state)));
        }
        _ => {}
    });
    // The wish outlives a page that is left before there is a vault.
    Effect::new(move |_| match (store.remember.get(), store.vault.get()) {
        (true, None | Some(VaultState::Absent)) => browser::store(REMEMBER_KEY, "1"),
        _ => browser::unstore(REMEMBER_KEY),
    });
    keep(store, CART, move || store.cart.with(|cart| if cart.is_empty() { String::new() } else { cart.to_json() }));
    keep(store, SHOPPER, move || store.host.shopper.get().unwrap_or_default());
}

fn keep(store: Store, name: &'static str, value: impl Fn() -> String + Send + Sync + 'static) {
    let value = Memo::new(move |_| value());
    Effect::new(move |_| {
        let value = value.get();
        if store.vault.get() != Some(VaultState::Open) {
            return;
        }
        let fact = Fact { name: name.into(), value };
        act(store, VaultAct::Put { fact }, move |report| {
            // Another tab has erased it: that was the shopper's word for this one too.
            if report.state == VaultState::Absent {
                store.remember.set(false);
                memory::erase(store, Erasure::All);
                store.vault.set(Some(report.state));
            }
        });
    });
}

/// Tries a passphrase on a locked vault.
pub fn unlock(store: Store, passphrase: String) {
    act(store, VaultAct::Unlock { passphrase }, move |report| {
        if report.state == VaultState::Locked {
            store.announce(words::UNLOCK_FAILED.get(store.language.get_untracked()));
        }
        take(store, report);
    });
}

/// Has everything sealed anew with a passphrase, or without one where it is empty.
pub fn protect(store: Store, passphrase: String) {
    let is_off = passphrase.is_empty();
    act(store, VaultAct::Protect { passphrase: (!is_off).then_some(passphrase) }, move |_| {
        let said = if is_off { words::UNPROTECTED } else { words::PROTECTED };
        store.announce(said.get(store.language.get_untracked()));
    });
}

/// Takes the last so many turns out of what is kept.
pub fn forget_turns(store: Store, last: usize) {
    if store.vault.get_untracked() == Some(VaultState::Open) {
        act(store, VaultAct::ForgetTurns { last }, |_| {});
    }
}

/// Gives the shopper a file with all that is kept; with what is in memory, where nothing is.
pub fn export(store: Store) {
    let download = |json: &str| browser::download(words::EXPORT_FILE, json.as_bytes(), "application/json");
    if store.vault.get_untracked() != Some(VaultState::Open) {
        return download(&history::to_json(store.history.read_untracked().events()));
    }
    let done = history::to_json(store.history.read_untracked().events());
    link::send(store, Request::Vault { act: VaultAct::Export }, None, move |event| {
        if let Event::Exported { json } = event {
            download(&format!("{{\"kept\": {json}, \"events\": {done}}}"));
        }
    });
}

/// Everything about the shopper: what was done, said and put into the cart, and the settings too.
pub fn erase_all(store: Store) {
    memory::erase(store, Erasure::All);
    store.cart.update(|cart| drop(cart.take()));
    store.host.shopper.set(None);
    begin_anew(store);
    store.remember.set(false);
    store.forget_settings();
    store.announce(words::ERASED.get(store.language.get_untracked()));
}

fn take(store: Store, report: VaultReport) {
    let VaultReport { state, turns, facts, n_aside } = report;
    let fact = |name: &str| facts.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str());
    store.n_aside.set(n_aside);
    let shopper = store.host.shopper.get_untracked();
    if fact(SHOPPER).is_some_and(|kept| shopper.as_deref().is_some_and(|shopper| shopper != kept)) {
        // Another customer's, on a device that they share.
        store.remember.set(true);
        return act(store, VaultAct::Erase, move |report| store.vault.set(Some(report.state)));
    }
    if matches!(state, VaultState::Open | VaultState::Locked) {
        store.remember.set(true);
    }
    if state == VaultState::Open {
        if let Some(kept) = fact(SHOPPER) {
            store.host.shopper.set(Some(kept.to_owned()));
        }
        if let Some(kept) = fact(CART).filter(|_| store.cart.read_untracked().is_empty()) {
            store.cart.set(Cart::from_json(kept));
        }
        store.conversation.restore(turns, fact(CONVERSATION).unwrap_or_default());
    }
    store.vault.set(Some(state));
}

fn act(store: Store, act: VaultAct, then: impl Fn(VaultReport) + 'static) {
    link::send(store, Request::Vault { act }, None, move |event| match event {
        Event::Vault { report } => then(report),
        Event::Failed { error } => leptos::logging::warn!("the vault: {error}"),
        _ => {}
    });
}

/// What lies in this tab until it is closed, and of older builds in the browser: the cart.
pub fn cart_of_tab() -> Cart {
    let earlier = browser::stored(cart::KEY);
    browser::unstore(cart::KEY);
    browser::kept_for_tab(cart::KEY).or(earlier).map_or_else(Cart::default, |json| Cart::from_json(&json))
}
