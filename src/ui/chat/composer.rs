//! Where the shopper writes.

use leptos::prelude::*;

use super::COMPOSER_ID;
use super::conversation::{MOST_CHARACTERS, ask, stop};
use super::message::quick_replies;
use crate::ui::browser;
use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::words;

/// From here on the shopper is told how much room is left.
const TELL_FROM: usize = MOST_CHARACTERS - 200;

/// What a browser sends as the key of a keystroke that belongs to an input method.
const KEY_OF_INPUT_METHOD: u32 = 229;

pub fn composer(store: Store) -> AnyView {
    let conversation = store.conversation;
    let draft = conversation.draft;
    let n_characters = Memo::new(move |_| draft.read().chars().count());
    let field = html::ElementRef::new();
    // The field is as high as its text; the style sheet says where it ends growing.
    Effect::new(move |_| {
        draft.track();
        let Some(field) = field.get() else { return };
        // Once the field holds what the draft says.
        browser::on_next_frame(move || {
            let style = field.style();
            let _ = style.set_property("height", "auto");
            let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
        });
    });
    let send = move || {
        if conversation.running.get_untracked().is_none() && !draft.read_untracked().trim().is_empty() {
            let text = draft.get_untracked();
            draft.set(String::new());
            ask(store, &text);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        // Enter also ends the composition of an input method: that one sends nothing.
        let composing = event.is_composing() || event.key_code() == KEY_OF_INPUT_METHOD;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            send();
        }
    };
    let count = move || {
        let n = n_characters.get();
        (n >= TELL_FROM).then(|| words::characters_left(store.language.get(), MOST_CHARACTERS.saturating_sub(n)))
    };
    html::form()
        .class("composer")
        .on(leptos::ev::submit, move |event| {
            event.prevent_default();
            send();
        })
        .child((
            about(store),
            html::div().class("composer-field").child((
                html::label()
                    .class("visually-hidden")
                    .attr("for", COMPOSER_ID)
                    .child(move || store.say(words::COMPOSER)),
                html::textarea()
                    .id(COMPOSER_ID)
                    .node_ref(field)
                    .attr("data-testid", "composer")
                    .attr("rows", "1")
                    .attr("maxlength", MOST_CHARACTERS.to_string())
                    .attr("enterkeyhint", "send")
                    .attr("autocomplete", "off")
                    .attr("aria-describedby", "composer-count")
                    .attr("placeholder", move || store.say(words::COMPOSER_HINT))
                    .prop("value", move || draft.get())
                    .on(leptos::ev::input, move |event| draft.set(event_target_value(&event)))
                    .on(leptos::ev::keydown, on_key),
                move || match conversation.running.get().is_some() {
                    true => html::button()
                        .attr("type", "button")
                        .class("send")
                        .attr("data-testid", "stop")
                        .attr("aria-label", store.say(words::STOP))
                        .on(leptos::ev::click, move |_| stop(store))
                        .child(icon(icon::STOP))
                        .into_any(),
                    false => html::button()
                        .attr("type", "submit")
                        .class("send")
                        .attr("data-testid", "send")
                        .attr("aria-label", store.say(words::SEND))
                        // Said to be disabled, not made so: it keeps the focus of who presses it.
                        .attr("aria-disabled", move || draft.read().trim().is_empty().then_some("true"))
                        .child(icon(icon::SEND))
                        .into_any(),
                },
            )),
            html::p().id("composer-count").class("composer-count").attr("aria-live", "polite").child(count),
        ))
        .into_any()
}

/// The product that the question will be about, and a way to let go of it.
fn about(store: Store) -> AnyView {
    let about = store.conversation.about;
    html::live(move || {
        about.get().map(|id| {
            let title = store.open_shop().map(|shop| shop.title(&id, store.language.get()).to_owned());
            let quick = words::quick_about_product(store.language.get()).map(str::to_owned).to_vec();
            let chip = html::p().class("composer-about").child((
                html::span().child(format!("{} · {}", store.say(words::ASKING_ABOUT), title.unwrap_or_default())),
                html::button()
                    .attr("type", "button")
                    .class("icon-button")
                    .attr("aria-label", store.say(words::DROP_CONTEXT))
                    .on(leptos::ev::click, move |_| about.set(None))
                    .child(icon(icon::CLOSE)),
            ));
            html::group((chip, quick_replies(store, quick)))
        })
    })
}
