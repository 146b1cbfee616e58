//! The network receipt, for the shopper to check what the page claims.

use leptos::prelude::*;

use super::topic;
use crate::ui::receipt::{Fetched, What, origin, shown};
use crate::ui::state::Store;
use crate::ui::words;

pub fn receipt(store: Store) -> AnyView {
    let origin = origin();
    let sentence = {
        let origin = origin.clone();
        move || {
            let fetched = store.fetched.read();
            let n_elsewhere = fetched.iter().filter(|one| one.is_elsewhere(&origin)).count();
            let n_bytes = fetched.iter().filter(|one| !one.from_cache).map(|one| one.size_bytes).sum();
            words::receipt(store.language.get(), fetched.len(), n_bytes, n_elsewhere)
        }
    };
    let rows = For(ForProps::builder()
        .each(move || store.fetched.get().into_iter().enumerate().collect::<Vec<_>>())
        .key(|(at, _)| *at)
        .children(move |(_, one)| row(store, one, &origin))
        .build());
    let heading = |label: words::Phrase| leptos::html::th().attr("scope", "col").child(move || store.say(label));
    let body = (
        leptos::html::p().class("receipt-sentence").child(sentence),
        leptos::html::div().class("receipt-table").attr("tabindex", "0").attr("data-testid", "receipt").child(
            leptos::html::table().child((
                leptos::html::thead().child(leptos::html::tr().child((
                    heading(words::RECEIPT_WHAT),
                    heading(words::RECEIPT_SIZE),
                    heading(words::RECEIPT_TIME),
                ))),
                leptos::html::tbody().child(rows),
            )),
        ),
        leptos::html::p().class("fine-print").child(move || store.say(words::RECEIPT_LIMIT)),
    );
    topic(store, words::RECEIPT, body.into_any())
}

fn row(store: Store, one: Fetched, origin: &str) -> AnyView {
    let elsewhere = one.is_elsewhere(origin);
    let what = match one.what {
        What::Address(url) => leptos::html::code().child(shown(&url, origin)).into_any(),
        What::Model => (move || store.say(words::RECEIPT_WORKER)).into_any(),
    };
    let size = words::bytes(one.size_bytes);
    let size = move || match one.from_cache {
        true => format!("{size} · {}", store.say(words::RECEIPT_FROM_CACHE)),
        false => size.clone(),
    };
    leptos::html::tr()
        .class(if elsewhere { "receipt-elsewhere" } else { "" })
        .child((
            leptos::html::td().child(what),
            leptos::html::td().child(size),
            leptos::html::td().child(move || words::milliseconds(store.language.get(), one.took_ms)),
        ))
        .into_any()
}
