//! The network receipt, for the shopper to check what the page claims.

use leptos::prelude::*;

use super::topic;
use crate::ui::element as html;
use crate::ui::receipt::{Fetched, origin, shown};
use crate::ui::state::Store;
use crate::ui::trust::Trust;
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
    let rows = html::each(
        move || store.fetched.get().into_iter().enumerate().collect::<Vec<_>>(),
        |(at, _)| at.to_string(),
        move |(_, one)| row(store, one, &origin),
    );
    let heading = |label: words::Phrase| html::th().attr("scope", "col").child(move || store.say(label));
    let body = (
        html::p().class("receipt-sentence").child(sentence),
        html::div().class("receipt-table").attr("tabindex", "0").attr("data-testid", "receipt").child(
            html::table().child((
                html::thead().child(html::tr().child((
                    heading(words::RECEIPT_WHAT),
                    heading(words::RECEIPT_SIZE),
                    heading(words::RECEIPT_TIME),
                ))),
                html::tbody().child(rows),
            )),
        ),
        html::p().class("fine-print").child(move || store.say(words::RECEIPT_LIMIT)),
        html::p()
            .class("fine-print")
            .attr("data-testid", "pack-trust")
            .attr("data-trust", move || trust_code(store.trust.get()))
            .child(move || store.say(trust_words(store.trust.get()))),
    );
    topic(store, words::RECEIPT, html::group(body))
}

fn trust_words(trust: Trust) -> words::Phrase {
    match trust {
        Trust::Unknown => words::PACK_UNKNOWN,
        Trust::Unsigned => words::PACK_UNSIGNED,
        Trust::Signed => words::PACK_SIGNED,
        Trust::Earlier => words::PACK_EARLIER,
    }
}

/// For styles and tests.
fn trust_code(trust: Trust) -> &'static str {
    match trust {
        Trust::Unknown => "unknown",
        Trust::Unsigned => "unsigned",
        Trust::Signed => "signed",
        Trust::Earlier => "earlier",
    }
}

fn row(store: Store, one: Fetched, origin: &str) -> AnyView {
    let elsewhere = one.is_elsewhere(origin);
    let what = html::code().child(shown(&one.url, origin));
    let size = words::bytes(one.size_bytes);
    let size = move || match one.from_cache {
        true => format!("{size} · {}", store.say(words::RECEIPT_FROM_CACHE)),
        false => size.clone(),
    };
    html::tr()
        .class(if elsewhere { "receipt-elsewhere" } else { "" })
        .child((
            html::td().child(what),
            html::td().child(size),
            html::td().child(move || words::milliseconds(store.language.get(), one.took_ms)),
        ))
        .into_any()
}
