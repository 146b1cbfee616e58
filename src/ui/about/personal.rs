//! What is recorded about the shopper: theirs to read, to correct, to take along, to lock and to erase.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{button, topic};
use crate::protocol::{ShopperEvent, VaultState};
use crate::ui::chat::{Message, begin_anew};
use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::storefront::consent;
use crate::ui::{browser, intl, vault, words};

const PASSPHRASE_ID: &str = "passphrase";

pub fn personal(store: Store) -> AnyView {
    let has_events = Memo::new(move |_| !store.history.read().is_empty());
    let has_said = Memo::new(move |_| !store.conversation.messages.read().is_empty());
    let is_empty = move || !has_events.get() && !has_said.get() && store.cart.read().is_empty();
    let kept = move || {
        store.say(match (store.vault.get(), store.remember.get()) {
            (Some(VaultState::Locked), _) => words::PERSONAL_LOCKED,
            (Some(VaultState::Refused), true) => words::PERSONAL_REFUSED,
            _ if is_empty() => words::PERSONAL_EMPTY,
            (_, false) => words::PERSONAL_MEMORY,
            (_, true) => words::PERSONAL_STORED,
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
        button(store, words::ERASE_ALL, move |_| vault::erase_all(store)),
    ));
    let body = (
        consent(store),
        html::p().attr("data-testid", "vault-state").attr("data-state", move || code(store.vault.get())).child(kept),
        aside,
        html::live(move || {
            matches!(store.vault.get(), Some(VaultState::Open | VaultState::Locked)).then(|| passphrase(store))
        }),
        html::ul()
            .class("record")
            .attr("role", "list")
            .child((html::live(move || has_said.get().then(|| conversation_row(store))), list)),
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
            words::action(language, event.action, &title.unwrap_or_default())
        }
    };
    let at_ms = event.at_ms;
    let when = move || intl::date_time(store.language.get(), at_ms);
    row(text, when, move || store.say(words::ERASE), move || store.history.update(|history| history.erase(&event)))
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
