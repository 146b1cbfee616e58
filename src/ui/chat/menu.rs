//! What can be done with the conversation as a whole.

use leptos::prelude::*;

use super::conversation::{begin_anew, lines};
use super::transcript;
use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::state::Store;
use crate::ui::words::{self, Phrase};
use crate::ui::{browser, intl};

/// A disclosure in the chat's head; it closes by itself once something was chosen.
pub fn menu(store: Store) -> AnyView {
    let menu = html::ElementRef::new();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.remove_attribute("open");
        }
    };
    let item = move |id: &'static str, label: Phrase, path: &'static str, act: fn(Store)| {
        html::li()
            .child(
                html::button()
                    .attr("type", "button")
                    .class("menu-item")
                    .attr("data-testid", id)
                    .on(leptos::ev::click, move |_| {
                        close();
                        act(store);
                    })
                    .child((icon(path), html::span().child(move || store.say(label)))),
            )
            .into_any()
    };
    let has_messages = Memo::new(move |_| !store.conversation.messages.read().is_empty());
    let items = move || {
        let anew = item("new-conversation", words::NEW_CONVERSATION, icon::RENEW, begin_anew);
        if !has_messages.get() {
            return html::group(anew);
        }
        html::group((
            anew,
            item("save-text", words::SAVE_TEXT, icon::SAVE, save_text),
            item("save-data", words::SAVE_DATA, icon::SAVE, save_data),
            item("save-unanswered", words::SAVE_UNANSWERED, icon::SAVE, save_unanswered),
        ))
    };
    html::details()
        .class("menu")
        .node_ref(menu)
        .on(leptos::ev::keydown, move |event: leptos::ev::KeyboardEvent| {
            // Escape closes the menu first, the chat only after it.
            let is_open = menu.get_untracked().is_some_and(|menu| menu.has_attribute("open"));
            if event.key() == "Escape" && is_open {
                event.stop_propagation();
                close();
                browser::focus(MENU_ID);
            }
        })
        .child((
            html::summary()
                .id(MENU_ID)
                .class("icon-button")
                .attr("data-testid", "chat-menu")
                .attr("aria-label", move || store.say(words::CONVERSATION_MENU))
                .attr("title", move || store.say(words::CONVERSATION_MENU))
                .child(icon(icon::MORE)),
            html::ul().class("menu-items").attr("role", "list").child(items),
        ))
        .into_any()
}

const MENU_ID: &str = "chat-menu";

fn shop_and_time(store: Store) -> (String, String) {
    let shop = store.open_shop().map(|shop| store.read(&shop.settings.name)).unwrap_or_default();
    (shop, intl::date_time(store.language.get_untracked(), browser::now_ms()))
}

fn save_text(store: Store) {
    let (shop, saved) = shop_and_time(store);
    let text = transcript::to_text(&shop, &saved, store.language.get_untracked(), &lines(store));
    browser::download("conversation.txt", text.as_bytes(), "text/plain;charset=utf-8");
}

fn save_data(store: Store) {
    let (shop, saved) = shop_and_time(store);
    let data = transcript::to_json(&shop, &saved, store.language.get_untracked(), &lines(store));
    browser::download("conversation.json", data.as_bytes(), "application/json");
}

fn save_unanswered(store: Store) {
    let unanswered = transcript::unanswered(&lines(store));
    if unanswered.is_empty() {
        return store.announce(words::NOTHING_UNANSWERED.get(store.language.get_untracked()));
    }
    let data = transcript::unanswered_json(&unanswered);
    browser::download("unanswered.json", data.as_bytes(), "application/json");
}
