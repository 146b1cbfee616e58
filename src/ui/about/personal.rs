//! What is recorded about the shopper: theirs to read, to take along and to erase.

use leptos::prelude::*;

use super::{button, topic};
use crate::protocol::ShopperEvent;
use crate::ui::element as html;
use crate::ui::history;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::storefront::consent;
use crate::ui::{browser, intl, words};

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
                button(store, words::ERASE, move |_| {
                    browser::unstore(history::ASIDE_KEY);
                    store.history_aside.set(false);
                }),
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
                    let json = store.history.read_untracked().to_json();
                    browser::download(words::EXPORT_FILE, json.as_bytes(), "application/json");
                }),
                button(store, words::ERASE_ALL, move |_| {
                    store.history.update(history::History::erase_all);
                    store.announce(words::ERASED.get(store.language.get_untracked()));
                }),
            ))
        })
    };
    let body = (
        consent(store),
        html::p().child(kept),
        aside,
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
            words::action(language, event.action, &title.unwrap_or_default())
        }
    };
    let at_ms = event.at_ms;
    let label = {
        let text = text.clone();
        move || format!("{}: {}", store.say(words::ERASE), text())
    };
    html::li()
        .class("record-row")
        .child((
            html::span().class("record-what").child(text),
            html::span().class("record-when").child(move || intl::date_time(store.language.get(), at_ms)),
            html::button()
                .attr("type", "button")
                .class("icon-button")
                .attr("aria-label", label)
                .on(leptos::ev::click, move |_| store.history.update(|history| history.erase(&event)))
                .child(icon(icon::CLOSE)),
        ))
        .into_any()
}
