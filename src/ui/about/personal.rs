//! What is recorded about the shopper: theirs to read, to correct, to take along, to lock and to erase.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{button, topic};
use crate::protocol::{Erasure, Insight, ShopperEvent, VaultState};
use crate::ui::chat::{Message, begin_anew};
use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::storefront::consent;
use crate::ui::{browser, intl, memory, vault, words};

const PASSPHRASE_ID: &str = "passphrase";

pub fn personal(store: Store) -> AnyView {
    let has_events = Memo::new(move |_| !store.history.read().is_empty());
    let has_said = Memo::new(move |_| !store.conversation.messages.read().is_empty());
    let is_empty = move || !has_events.get() && !has_said.get() && store.cart.read().is_empty();
    let is_stored = Memo::new(move |_| store.unstored.read().is_empty());
    let kept = move || {
        store.say(match (store.vault.get(), store.remember.get()) {
            (Some(VaultState::Locked), _) => words::PERSONAL_LOCKED,
            (Some(VaultState::Refused), true) => words::PERSONAL_REFUSED,
            _ if is_empty() => words::PERSONAL_EMPTY,
            // Not before it is: the shopper may leave on the strength of it.
            (Some(VaultState::Open), true) if is_stored.get() => words::PERSONAL_STORED,
            _ => words::PERSONAL_MEMORY,
        })
    };
    let aside = move || {
        (store.n_aside.get() > 0)
            .then(|| html::div().class("notice").child(html::p().child(store.say(words::PERSONAL_ASIDE))))
    };
    let list = html::each(
        move || store.history.read().events().iter().rev().cloned().collect::<Vec<ShopperEvent>>(),
        |event| format!("{} {} {:?}", event.at_ms, event.product, event.action),
        move |event| event_row(store, event),
    );
    let actions = html::div().class("topic-actions").attr("data-testid", "personal-actions").child((
        button(store, words::EXPORT, move |_| vault::export(store)),
        button(store, words::LEARN_ANEW, move |_| memory::erase(store, Erasure::Learned)),
        button(store, words::ERASE_ALL, move |_| vault::erase_all(store)),
    ));
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
        (consent(store), html::live(move || store.remember.get().then(|| retention(store)))),
        html::p().attr("data-testid", "vault-state").attr("data-state", move || code(store.vault.get())).child(kept),
        aside,
        html::live(move || {
            matches!(store.vault.get(), Some(VaultState::Open | VaultState::Locked)).then(|| passphrase(store))
        }),
        (
            html::ul().class("record").attr("role", "list").attr("data-testid", "insights").child(insights),
            html::ul()
                .class("record")
                .attr("role", "list")
                .child((html::live(move || has_said.get().then(|| conversation_row(store))), list)),
        ),
        actions,
        html::p().class("fine-print").child(move || store.say(words::PERSONAL_NOTE)),
    );
    topic(store, words::PERSONAL, html::group(body))
}

/// For styles and tests.
fn code(state: Option<VaultState>) -> &'static str {
    match state {
        None => "unknown",
        Some(VaultState::Absent) => "absent",
        Some(VaultState::Locked) => "locked",
        Some(VaultState::Open) => "open",
        Some(VaultState::Refused) => "refused",
    }
}

fn passphrase(store: Store) -> AnyView {
    let is_locked = store.vault.get() == Some(VaultState::Locked);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let field = browser::document().get_element_by_id(PASSPHRASE_ID);
        let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        let typed = field.value();
        field.set_value("");
        match is_locked {
            true => vault::unlock(store, typed),
            false => vault::protect(store, typed),
        }
    };
    html::form()
        .class("passphrase")
        .on(leptos::ev::submit, submit)
        .child((
            html::label().attr("for", PASSPHRASE_ID).child(move || store.say(words::PASSPHRASE)),
            html::input()
                .id(PASSPHRASE_ID)
                .class("passphrase-field")
                .attr("type", "password")
                .attr("autocomplete", if is_locked { "current-password" } else { "new-password" }),
            html::button()
                .attr("type", "submit")
                .class("small-button")
                .child(move || store.say(if is_locked { words::UNLOCK } else { words::PROTECT })),
            (!is_locked).then(|| html::p().class("fine-print").child(move || store.say(words::PASSPHRASE_NOTE))),
        ))
        .into_any()
}

fn conversation_row(store: Store) -> AnyView {
    let said = move || {
        let messages = store.conversation.messages.read();
        let last = messages.iter().rev().find_map(|message| match message {
            Message::Shopper { question, .. } => Some(question.text.clone()),
            Message::Attendant { .. } => None,
        });
        format!("{}: {}", store.say(words::CONVERSATION), last.unwrap_or_default())
    };
    row(said, String::new, move || store.say(words::ERASE), move || begin_anew(store))
}

fn event_row(store: Store, event: ShopperEvent) -> AnyView {
    let text = {
        let event = event.clone();
        move || {
            let language = store.language.get();
            let title = store.open_shop().map(|shop| shop.title(&event.product, language).to_owned());
            let title = if event.text.is_empty() { title.unwrap_or_default() } else { event.text.clone() };
            words::action(language, event.action, &title)
        }
    };
    let (at_ms, erasure) = (event.at_ms, Erasure::Event(event));
    row(
        text,
        move || intl::date_time(store.language.get(), at_ms),
        move || store.say(words::ERASE),
        move || memory::erase(store, erasure.clone()),
    )
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
    let erasure = Erasure::Insight(insight);
    row(
        text,
        move || at_ms.map_or(String::new(), |at_ms| intl::date_time(store.language.get(), at_ms)),
        move || store.say(words::ERASE),
        move || memory::erase(store, erasure.clone()),
    )
}

/// How long the record is kept, for the shopper to say.
fn retention(store: Store) -> AnyView {
    const DAYS: [u16; 4] = [7, 30, 90, 365];
    let option = |days: u16| {
        html::option()
            .attr("value", days.to_string())
            .prop("selected", move || store.retention_days.get() == days)
            .child(move || words::n_days(store.language.get(), days))
            .into_any()
    };
    let options: Vec<AnyView> = DAYS.map(option).into_iter().collect();
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

/// What it is, when it was, and the way to be rid of it.
fn row(
    text: impl Fn() -> String + Clone + Send + 'static,
    when: impl Fn() -> String + Send + 'static,
    erase: impl Fn() -> &'static str + Send + 'static,
    on_erase: impl Fn() + 'static,
) -> AnyView {
    let label = {
        let text = text.clone();
        move || format!("{}: {}", erase(), text())
    };
    html::li()
        .class("record-row")
        .child((
            html::span().class("record-what").child(text),
            html::span().class("record-when").child(when),
            html::button()
                .attr("type", "button")
                .class("icon-button")
                .attr("aria-label", label)
                .on(leptos::ev::click, move |_| on_erase())
                .child(icon(icon::CLOSE)),
        ))
        .into_any()
}
