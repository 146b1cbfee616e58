//! Recommended products, each with its reason, and the shopper's switches beside them.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::client::Health;
use super::super::link;
use super::super::shop::Shop;
use super::super::state::Store;
use super::super::{memory, words};
use super::card::card;
use crate::protocol::{Reason, Recommendation, Surface};
use crate::ui::element as html;

/// Two full rows on a phone, one on a desktop.
const SHOWN: usize = 4;

/// A rail for one place. Asks again when the history or the consent changes.
pub fn rail(store: Store, shop: Arc<Shop>, surface: Surface) -> AnyView {
    let items = RwSignal::new(None::<Vec<Recommendation>>);
    let asked = surface.clone();
    let asked_again = surface == Surface::Again;
    Effect::new(move |_| {
        store.history.track();
        store.personalise.track();
        if store.engine_open.get() {
            // A rail that has left the page by then has no signal to set any more.
            link::recommend(store, asked.clone(), SHOWN + 2, move |mut new: Vec<Recommendation>| {
                if asked_again {
                    // What stands in for it where nothing was bought has a rail of its own.
                    new.retain(|item| item.reason == Reason::BoughtBefore);
                }
                let shown = |items: &[Recommendation]| -> Vec<String> {
                    items.iter().take(SHOWN).map(|item| item.product.clone()).collect()
                };
                let before = items.try_get_untracked().flatten();
                if before.is_none_or(|before| shown(&before) != shown(&new)) {
                    memory::note_list(store, shown(&new).into_iter());
                }
                items.try_set(Some(new));
            });
        }
    });
    let heading = {
        let surface = surface.clone();
        move || {
            let personal = store.personalise.get() && !store.history.read().is_empty();
            store.say(match (&surface, personal) {
                (Surface::Similar { .. }, _) => words::SIMILAR,
                (Surface::GoesWith { .. }, _) => words::GOES_WITH,
                (Surface::Cart, _) => words::GOES_WITH_CART,
                (Surface::Again, _) => words::AGAIN,
                (Surface::Home, true) => words::FOR_YOU,
                (Surface::Home, false) => words::FROM_THE_SHELF,
            })
        }
    };
    let is_home = surface == Surface::Home;
    let title_id = match surface {
        Surface::Home => "rail-home",
        Surface::Similar { .. } => "rail-similar",
        Surface::GoesWith { .. } => "rail-goes-with",
        Surface::Cart => "rail-cart",
        Surface::Again => "rail-again",
    };
    let list = move || {
        store.language.track();
        let history = store.history.read();
        let Some(items) = items.get() else { return skeleton() };
        let cards: Vec<AnyView> = items
            .iter()
            .filter(|item| !history.is_unwanted(&item.product))
            .filter_map(|item| {
                let product = shop.product(&item.product)?;
                Some(card(store, &shop, product, Some(&item.reason)))
            })
            .take(SHOWN)
            .collect();
        grid(false, cards)
    };
    // Without an engine there is nothing to recommend with: the shop shows the shelf alone.
    let hidden = move || {
        store.health.get() == Health::Lost || items.read().as_ref().map_or(asked_again, |items| items.is_empty())
    };
    html::section()
        .class("rail")
        .attr("aria-labelledby", title_id)
        .attr("hidden", hidden)
        .child((
            html::div().class("rail-head").child((
                html::h2().id(title_id).class("section-title").child(heading),
                is_home.then(|| consent(store)),
            )),
            list,
        ))
        .into_any()
}

/// What stands in a card until its product is known.
pub fn ghost_lines() -> (html::Element, html::Element, html::Element) {
    (html::span().class("card-picture"), html::span().class("ghost-line"), html::span().class("ghost-line ghost-short"))
}

/// Keeps the rail's place, so that nothing jumps when it fills.
fn skeleton() -> AnyView {
    let ghosts: Vec<AnyView> =
        (0..SHOWN).map(|_| html::li().class("card card-ghost").child(ghost_lines()).into_any()).collect();
    grid(true, ghosts)
}

/// One function for both, because Leptos takes the ghosts' element over for the cards: an attribute that
/// only one of them named would stay on the other.
fn grid(hidden: bool, cards: Vec<AnyView>) -> AnyView {
    html::ul()
        .class("grid grid-rail")
        .attr("role", "list")
        .attr("aria-hidden", if hidden { "true" } else { "false" })
        .child(cards)
        .into_any()
}

/// Whether to personalise, and whether to remember: two switches and one line on what they do.
pub fn consent(store: Store) -> AnyView {
    let note = move || {
        store.say(match (store.personalise.get(), store.remember.get()) {
            (false, false) => words::RAIL_NOTE_OFF,
            (false, true) => words::RAIL_NOTE_ONLY_STORED,
            (true, false) => words::RAIL_NOTE_MEMORY,
            (true, true) => words::RAIL_NOTE_STORED,
        })
    };
    html::div()
        .class("consent")
        .child((
            html::p().class("consent-note").child(note),
            switch(store, words::PERSONALISE, store.personalise),
            switch(store, words::REMEMBER, store.remember),
        ))
        .into_any()
}

fn switch(store: Store, label: words::Phrase, signal: RwSignal<bool>) -> AnyView {
    html::label()
        .class("switch")
        .child((
            html::input()
                .attr("type", "checkbox")
                .attr("role", "switch")
                .prop("checked", move || signal.get())
                .on(leptos::ev::change, move |event| signal.set(event_target_checked(&event))),
            html::span().class("switch-track").attr("aria-hidden", "true"),
            html::span().child(move || store.say(label)),
        ))
        .into_any()
}
