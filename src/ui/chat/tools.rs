//! What can be done with an answer: copy it, hear it, say whether it helped.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::feedback::{Verdict, complaints, thumbs};
use super::speech;
use crate::protocol::{Block, Language, Reply};
use crate::ui::browser;
use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::words;

/// `shown` is the answer as it stands, which may come to be in other words than the reply's.
pub fn tools(
    store: Store,
    reply: &Reply,
    shown: ArcRwSignal<Vec<Block>>,
    verdict: ArcRwSignal<Option<Verdict>>,
) -> AnyView {
    html::group((
        html::div().class("message-tools").child((
            {
                let (text, blocks, shown) = (reply.text.clone(), reply.blocks.clone(), shown.clone());
                copy(store, move || match *shown.read_untracked() == blocks {
                    true => text.clone(),
                    false => Block::plain(&shown.read_untracked()),
                })
            },
            aloud(store, reply.language, shown),
            thumbs(store, verdict.clone()),
        )),
        complaints(store, verdict),
    ))
}

/// A button that puts a text on the clipboard.
pub fn copy(store: Store, text: impl Fn() -> String + 'static) -> AnyView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text();
        spawn_local(async move {
            if browser::copy(text).await {
                store.announce(words::COPIED.get(store.language.get_untracked()));
                let _ = copied.try_set(true);
                browser::after_ms(2_000, move || {
                    let _ = copied.try_set(false);
                });
            }
        });
    };
    html::button()
        .attr("type", "button")
        .class("small-button")
        .on(leptos::ev::click, copy)
        .child((icon(icon::COPY), move || store.say(if copied.get() { words::COPIED } else { words::COPY })))
        .into_any()
}

/// Only where the device has a voice of its own for the answer's language.
fn aloud(store: Store, language: Language, shown: ArcRwSignal<Vec<Block>>) -> Option<AnyView> {
    if !speech::can_speak(language) {
        return None;
    }
    let speaking = RwSignal::new(false);
    let toggle = move |_| match speaking.get_untracked() {
        true => speech::hush(),
        false => {
            speech::speak(&Block::plain(&shown.read_untracked()), language, move || {
                let _ = speaking.try_set(false);
            });
            speaking.set(true);
        }
    };
    let button = html::button()
        .attr("type", "button")
        .class("small-button")
        .attr("data-testid", "read-aloud")
        .on(leptos::ev::click, toggle)
        .child((icon(icon::SPEAK), move || {
            store.say(if speaking.get() { words::STOP_READING } else { words::READ_ALOUD })
        }));
    Some(button.into_any())
}
