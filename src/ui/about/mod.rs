//! "How this works": what runs where, what was fetched, what is recorded, and the switches for it.

mod engine;
mod network;
mod personal;

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::chunk::{Chunk, SplitLoaderError};
use super::models::models;
use super::state::Store;
use super::storefront::page_title;
use super::words;
use super::{embed, link};
use crate::ui::element as html;

/// In a file of its own: few shoppers ask.
pub const ABOUT: Chunk = Chunk {
    fetch: || Box::pin(fetch_about()),
    view: |store| Box::pin(about(store)),
    frame: |words| html::div().class("about").child(words).into_any(),
    focus: "page-title",
};

#[wasm_split(about, wasm_split_path = leptos::wasm_split, preload(fetch_about), fallible)]
fn about(store: Store) -> Result<AnyView, SplitLoaderError> {
    Ok(view(store))
}

fn view(store: Store) -> AnyView {
    // Also when the page is entered here, before there is anything to ask.
    Effect::new(move |_| {
        if store.engine_open.get() {
            link::inspect_storage(store);
        }
    });
    html::div()
        .class("about")
        .child((
            page_title("page-heading", move || store.say(words::HOW).to_owned()),
            html::p().class("about-lead").child(move || store.say(words::HOW_LEAD)),
            engine::engine(store),
            models(store),
            network::receipt(store),
            personal::personal(store),
            owners(store),
        ))
        .into_any()
}

/// The way to a page of its own, which is no shopper's concern: not in another shop's page.
fn owners(store: Store) -> AnyView {
    let link = html::a().href("insights/").child(move || store.say(words::OWNERS));
    html::p().class("fine-print").attr("hidden", embed::is_framed).child(link).into_any()
}

/// One topic: a heading and what there is to say about it.
fn topic(store: Store, title: words::Phrase, body: AnyView) -> AnyView {
    html::section()
        .class("topic")
        .child((html::h2().class("section-title").child(move || store.say(title)), body))
        .into_any()
}

/// A button of this page.
fn button(store: Store, label: words::Phrase, on_click: impl FnMut(leptos::ev::MouseEvent) + 'static) -> AnyView {
    html::button()
        .attr("type", "button")
        .class("small-button")
        .on(leptos::ev::click, on_click)
        .child(move || store.say(label))
        .into_any()
}
