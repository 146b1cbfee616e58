//! Parts of the page that are files of their own, fetched when they are first needed.
//!
//! `#[wasm_split]` marks where such a part begins. What only it calls is cut out of the program after the link
//! (`.ci/finish.mjs`), and shares the program's memory and its tables once it is there.

use std::future::Future;
use std::pin::Pin;

use futures::FutureExt;
use leptos::prelude::*;
pub use leptos::wasm_split::SplitLoaderError;

use super::state::Store;
use super::{browser, words};
use crate::platform::spawn_local;
use crate::ui::element as html;

pub type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// One such part.
#[derive(Clone, Copy)]
pub struct Chunk {
    /// Has the file fetched; resolves at once where it is there.
    pub fetch: fn() -> Loading<()>,
    pub view: fn(Store) -> Loading<AnyView>,
    /// What stands around the words that it does not come.
    pub frame: fn(AnyView) -> AnyView,
    /// The element that has the focus once the part is shown.
    pub focus: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Awaited,
    Here,
    Failed,
}

/// Shows a part as soon as it is there.
pub fn later(store: Store, chunk: Chunk) -> AnyView {
    let state = RwSignal::new(State::Awaited);
    fetch(chunk, state);
    html::live(move || match state.get() {
        State::Awaited => (chunk.frame)(html::group(())),
        // What is there answers without waiting, and its effects belong to this view.
        State::Here => match (chunk.view)(store).now_or_never() {
            Some(Ok(view)) => view,
            _ => failed(store, chunk, state),
        },
        State::Failed => failed(store, chunk, state),
    })
}

/// Fetches a part that is likely to be wanted soon.
pub fn prefetch(chunk: Chunk) {
    spawn_local(async move { drop((chunk.fetch)().await) });
}

fn fetch(chunk: Chunk, state: RwSignal<State>) {
    spawn_local(async move {
        let fetched = (chunk.fetch)().await;
        // The shopper may have gone elsewhere by now.
        if state.try_set(if fetched.is_ok() { State::Here } else { State::Failed }).is_none() {
            browser::on_next_frame(move || browser::focus(chunk.focus));
        }
    });
}

fn failed(store: Store, chunk: Chunk, state: RwSignal<State>) -> AnyView {
    let again = html::button()
        .attr("type", "button")
        .class("small-button")
        .on(leptos::ev::click, move |_| fetch(chunk, state))
        .child(move || store.say(words::TRY_AGAIN));
    let words = html::div()
        .class("part-failed")
        .attr("role", "alert")
        .child((html::p().child(move || store.say(words::PART_MISSING)), again));
    (chunk.frame)(words.into_any())
}
