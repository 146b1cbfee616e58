//! The attendant: a panel beside the shop on a desktop, the whole screen on a phone.

mod composer;
mod conversation;
mod feedback;
mod menu;
mod message;
mod panel;
mod person;
mod prose;
mod sentences;
mod speech;
mod tools;
mod transcript;
mod understood;

use std::cell::RefCell;

use leptos::prelude::*;

pub use conversation::{Conversation, Message, ask, begin_anew};
pub use panel::{PANEL, launcher};

use super::browser;
use super::link;
use super::state::Store;
use crate::widget::Notice;

pub const COMPOSER_ID: &str = "composer";
pub const LAUNCHER_ID: &str = "launcher";

/// Marks the entry of the history that the open chat has on a phone, where it covers the page: the way back
/// closes it, and leads back into it from a product that it led to.
const MARK: &str = "chat";

/// Opens the chat, with the composer in focus.
pub fn open(store: Store) {
    if covers(store) && !has_entry() {
        browser::push_mark(MARK);
    }
    show(store);
}

thread_local! {
    /// What had the focus when the chat was opened: it goes back there.
    static OPENER: RefCell<Option<web_sys::HtmlElement>> = const { RefCell::new(None) };
}

fn show(store: Store) {
    if !store.chat_open.get_untracked() {
        OPENER.replace(browser::focused());
    }
    store.chat_open.set(true);
    if store.engine_open.get_untracked() {
        link::offer_model(store);
    }
    browser::on_next_frame(|| browser::focus(COMPOSER_ID));
}

/// Opens the chat with a product in hand.
pub fn open_about(store: Store, product: &str) {
    store.conversation.about.set(Some(product.to_owned()));
    open(store);
}

/// Closes the chat; the focus goes back to what opened it. A widget is closed by its host.
pub fn close(store: Store) {
    if store.host.is_there() {
        return store.host.tell(Notice::Close);
    }
    match covers(store) && has_entry() {
        // The way back closes it: see `follow_history`.
        true => browser::go_back(),
        false => hide(store),
    }
}

fn hide(store: Store) {
    store.chat_open.set(false);
    browser::on_next_frame(|| {
        // It may have gone with its view meanwhile; the launcher has not.
        match OPENER.take().filter(|opener| opener.is_connected()) {
            Some(opener) => drop(opener.focus()),
            None => browser::focus(LAUNCHER_ID),
        }
    });
}

/// The shopper has gone back or forth. On a phone that shows or hides the chat, on a desktop it leaves it be.
pub fn follow_history(store: Store) {
    match (covers(store), has_entry(), store.chat_open.get_untracked()) {
        (true, true, false) => show(store),
        (true, false, true) => hide(store),
        _ => {}
    }
}

fn covers(store: Store) -> bool {
    store.phone.get_untracked() && !store.host.is_there()
}

fn has_entry() -> bool {
    browser::mark().as_deref() == Some(MARK)
}
