//! What was read out of a question: a place, a day, a sum. Pressed, the question is taken back to be put right.

use leptos::prelude::*;

use super::conversation::{Message, edit};
use crate::protocol::{Language, Reply, ReplyKind, SlotValue};
use crate::ui::element as html;
use crate::ui::state::Store;
use crate::ui::words;
use crate::ui::{browser, intl};

/// Under the answers that rest on it; `answer` is the message's id.
pub fn understood(store: Store, answer: u32, reply: &Reply) -> Option<AnyView> {
    if !matches!(reply.kind, ReplyKind::Skill | ReplyKind::Clarify | ReplyKind::Products) {
        return None;
    }
    let slots: Vec<AnyView> = reply.slots.iter().filter_map(|slot| chip(store, answer, slot)).collect();
    (!slots.is_empty()).then(|| {
        html::div()
            .class("understood")
            .attr("role", "group")
            .attr("aria-label", move || store.say(words::UNDERSTOOD))
            .attr("data-testid", "understood")
            .child((html::span().class("fine-print").child(move || store.say(words::UNDERSTOOD)), slots))
            .into_any()
    })
}

fn chip(store: Store, answer: u32, slot: &SlotValue) -> Option<AnyView> {
    let name = words::slot(&slot.slot)?;
    let SlotValue { slot, value } = slot.clone();
    let text = move || {
        let language = store.language.get();
        format!("{} {}", store.say(name), shown(store, language, &slot, &value))
    };
    let chip = html::button()
        .attr("type", "button")
        .class("chip")
        .attr("title", move || store.say(words::CORRECT))
        .on(leptos::ev::click, move |_| correct(store, answer))
        .child((text, html::span().class("visually-hidden").child(move || store.say(words::CORRECT))));
    Some(chip.into_any())
}

/// A value as people write it; a product by its title.
fn shown(store: Store, language: Language, slot: &str, value: &str) -> String {
    match slot {
        "place" => intl::place(language, value),
        "date" => intl::day(language, value).unwrap_or_else(|| value.to_owned()),
        "product" => store.open_shop().map_or_else(
            || value.to_owned(),
            |shop| match shop.product(value) {
                Some(product) => store.read(&product.title),
                None => value.to_owned(),
            },
        ),
        _ => value.to_owned(),
    }
}

/// Takes the question before this answer back into the composer.
fn correct(store: Store, answer: u32) {
    let question = {
        let messages = store.conversation.messages.read_untracked();
        let at = messages.iter().position(|message| message.id() == answer).unwrap_or(0);
        messages[..at].iter().rev().find(|message| matches!(message, Message::Shopper { .. })).map(Message::id)
    };
    if let Some(question) = question {
        edit(store, question);
        browser::focus(super::COMPOSER_ID);
    }
}
