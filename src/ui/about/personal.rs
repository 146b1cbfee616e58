//! What is recorded about the shopper: theirs to read, to take along and to erase.

use leptos::prelude::*;

use super::{button, topic};
use crate::protocol::{Erasure, Insight, ShopperEvent};
use crate::ui::element as html;
use crate::ui::history;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::storefront::consent;
use crate::ui::{browser, intl, memory, words};

pub fn personal(store: Store) -> AnyView {
    let is_empty = Memo::new(move |_| store.history.read().is_empty());
    let kept = move || {
        store.say(match (is_empty.get(), store.remember.get()) {
            (true, _) => words::PERSONAL_EMPTY,
            (false, false) => words::PERSONAL_MEMORY,
            (false, true) => words::PERSONAL_STORED,
        })
    };
    let aside = move || {
        store.history_aside.get().then(|| {
            html::div().class("notice").child((
                html::p().child(store.say(words::PERSONAL_ASIDE)),
                button(store, words::ERASE_ALL, move |_| memory::erase(store, Erasure::All)),
            ))
        })
    };
    let list = html::each(
        move || store.history.read().events().iter().rev().cloned().collect::<Vec<ShopperEvent>>(),
        |event| format!("{} {} {:?}", event.at_ms, event.product, event.action),
        move |event| row(store, event),
    );
    let actions = move || {
        (!is_empty.get()).then(|| {
            html::div().class("topic-actions").child((
                button(store, words::EXPORT, move |_| {
                    let json = history::to_json(store.history.read_untracked().events());
                    browser::download(words::EXPORT_FILE, json.as_bytes(), "application/json");
                }),
                button(store, words::LEARN_ANEW, move |_| memory::erase(store, Erasure::Learned)),
                button(store, words::ERASE_ALL, move |_| memory::erase(store, Erasure::All)),
            ))
        })
    };
    // Also what other tabs have added, and what follows from it by now.
    Effect::new(move |_| {
        if store.engine_open.get() {
            memory::recall(store);
        }
    });
    let insights = html::each(
        move || store.insights.get(),
        |insight| format!("{insight:?}"),
        move |insight| insight_row(store, insight),
    );
    let body = (
        (consent(store), move || store.remember.get().then(|| retention(store))),
        html::p().child(kept),
        aside,
        html::ul().class("record").attr("role", "list").attr("data-testid", "insights").child(insights),
        html::ul().class("record").attr("role", "list").child(list),
        actions,
        html::p().class("fine-print").child(move || store.say(words::PERSONAL_NOTE)),
    );
    topic(store, words::PERSONAL, html::group(body))
}

fn row(store: Store, event: ShopperEvent) -> AnyView {
    let text = {
        let event = event.clone();
        move || {
            let language = store.language.get();
            let title = store.open_shop().map(|shop| shop.title(&event.product, language).to_owned());
            let title = if event.text.is_empty() { title.unwrap_or_default() } else { event.text.clone() };
            words::action(language, event.action, &title)
        }
    };
    line(store, text, Some(event.at_ms), Erasure::Event(event))
}

/// What follows from the events: to be taken back like them.
fn insight_row(store: Store, insight: Insight) -> AnyView {
    let at_ms = match &insight {
        Insight::Session { from_ms, .. } => Some(*from_ms),
        _ => None,
    };
    let text = {
        let insight = insight.clone();
        move || {
            let language = store.language.get();
            let shop = store.open_shop();
            match &insight {
                Insight::Interest { feature, share } => {
                    let name = shop.map(|shop| shop.feature(feature, language)).unwrap_or_default();
                    words::interested(language, &name, (100.0 * share).round() as u32)
                }
                Insight::Next { product } => {
                    words::next_guess(language, shop.as_ref().map_or("", |shop| shop.title(product, language)))
                }
                Insight::Session { n_products, .. } => words::visit(language, *n_products),
                Insight::Learned { hint, shift } => words::learned(language, *hint, *shift > 0.0),
            }
        }
    };
    line(store, text, at_ms, Erasure::Insight(insight))
}

/// How long the record is kept, for the shopper to say.
fn retention(store: Store) -> AnyView {
    const DAYS: [u16; 4] = [7, 30, 90, 365];
    let options: Vec<AnyView> = DAYS
        .map(|days| {
            html::option()
                .attr("value", days.to_string())
                .prop("selected", move || store.retention_days.get() == days)
                .child(move || words::n_days(store.language.get(), days))
                .into_any()
        })
        .into_iter()
        .collect();
    html::label()
        .class("retention")
        .child((
            html::span().child(move || store.say(words::KEEP_FOR)),
            html::select()
                .on(leptos::ev::change, move |event| {
                    if let Ok(days) = event_target_value(&event).parse() {
                        store.retention_days.set(days);
                    }
                })
                .child(options),
        ))
        .into_any()
}

fn line(
    store: Store,
    text: impl Fn() -> String + Clone + Send + Sync + 'static,
    at_ms: Option<f64>,
    erasure: Erasure,
) -> AnyView {
    let label = {
        let text = text.clone();
        move || format!("{}: {}", store.say(words::ERASE), text())
    };
    let when = move || at_ms.map_or(String::new(), |at_ms| intl::date_time(store.language.get(), at_ms));
    html::li()
        .class("record-row")
        .child((
            html::span().class("record-what").child(text),
            html::span().class("record-when").child(when),
            html::button()
                .attr("type", "button")
                .class("icon-button")
                .attr("aria-label", label)
                .on(leptos::ev::click, move |_| memory::erase(store, erasure.clone()))
                .child(icon(icon::CLOSE)),
        ))
        .into_any()
}
