//! The chat's frame: its head, the log, what there is to say about the model, the composer.

use leptos::prelude::*;

use super::composer::composer;
use super::conversation::begin_anew;
use super::message::{message, quick_replies};
use super::{LAUNCHER_ID, close, open};
use crate::ui::client::Health;
use crate::ui::icon::{self, icon};
use crate::ui::link as engine;
use crate::ui::link::MODEL_BYTES;
use crate::ui::route::Route;
use crate::ui::state::{ModelState, Store};
use crate::ui::storefront::link;
use crate::ui::{browser, words};

/// The button that is always there.
pub fn launcher(store: Store) -> AnyView {
    leptos::html::button()
        .id(LAUNCHER_ID)
        .attr("type", "button")
        .class("launcher")
        .attr("data-testid", "launcher")
        .attr("aria-expanded", move || if store.chat_open.get() { "true" } else { "false" })
        .attr("hidden", move || store.chat_open.get())
        .on(leptos::ev::click, move |_| open(store))
        .child((icon(icon::CHAT), leptos::html::span().child(move || store.say(words::OPEN_CHAT))))
        .into_any()
}

/// The open chat. On a phone it is a modal dialog and the shop behind it is inert; on a desktop it
/// is a region beside the shop, and the keyboard may go where it likes.
pub fn panel(store: Store) -> AnyView {
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.stop_propagation();
            close(store);
        }
    };
    leptos::html::section()
        .class("chat")
        .attr("role", move || if store.phone.get() { "dialog" } else { "complementary" })
        .attr("aria-modal", move || store.phone.get().then_some("true"))
        .attr("aria-label", move || store.say(words::CHAT_LABEL))
        .on(leptos::ev::keydown, on_key)
        .child((head(store), log(store), announcer(store), notice(store), composer(store)))
        .into_any()
}

fn head(store: Store) -> AnyView {
    let tool = |label: words::Phrase, path: &'static str, on_click: Box<dyn FnMut(leptos::ev::MouseEvent)>| {
        leptos::html::button()
            .attr("type", "button")
            .class("icon-button")
            .attr("aria-label", move || store.say(label))
            .attr("title", move || store.say(label))
            .on(leptos::ev::click, on_click)
            .child(icon(path))
    };
    leptos::html::header()
        .class("chat-head")
        .child((
            leptos::html::div().class("chat-name").child((
                leptos::html::h2().child(move || store.say(words::CHAT)),
                leptos::html::p().class("ai-label").child(move || store.say(words::AI_LABEL)),
            )),
            link(
                store,
                Route::About,
                "icon-button",
                (icon(icon::INFO), leptos::html::span().class("visually-hidden").child(move || store.say(words::HOW)))
                    .into_any(),
            ),
            tool(words::NEW_CONVERSATION, icon::RENEW, Box::new(move |_| begin_anew(store))),
            tool(words::CLOSE_CHAT, icon::CLOSE, Box::new(move |_| close(store))),
        ))
        .into_any()
}

fn log(store: Store) -> AnyView {
    let conversation = store.conversation;
    let element = NodeRef::<leptos::html::Div>::new();
    // The end stays in view while the shopper is there; who has scrolled up to read is left alone.
    let follow = RwSignal::new(true);
    let scroll = move || {
        if let Some(log) = element.get_untracked().filter(|_| follow.get_untracked()) {
            log.set_scroll_top(log.scroll_height());
        }
    };
    Effect::new(move |_| {
        let messages = conversation.messages.read();
        if let Some(super::conversation::Message::Attendant { answer, .. }) = messages.last() {
            answer.text.track();
            answer.state.track();
        }
        browser::on_next_frame(scroll);
    });
    Effect::new(move |_| {
        conversation.messages.track();
        follow.set(true);
    });
    let on_scroll = move |_| {
        if let Some(log) = element.get_untracked() {
            follow.set(log.scroll_height() - log.scroll_top() - log.client_height() < 48);
        }
    };
    let list = For(ForProps::builder()
        .each(move || conversation.messages.get())
        .key(|message| message.id())
        .children(move |item| message(store, item))
        .build());
    leptos::html::div()
        .class("log")
        .attr("role", "log")
        .attr("aria-live", "polite")
        .attr("aria-label", move || store.say(words::CHAT))
        .attr("aria-busy", move || if conversation.running.get().is_some() { "true" } else { "false" })
        .attr("tabindex", "0")
        .node_ref(element)
        .on(leptos::ev::scroll, on_scroll)
        .child((greeting(store), list))
        .into_any()
}

fn greeting(store: Store) -> AnyView {
    let text = move || {
        let own = store.open_shop().map(|shop| store.read(&shop.settings.greeting)).unwrap_or_default();
        if own.is_empty() { store.say(words::GREETING).to_owned() } else { own }
    };
    let quick = move || {
        let shop = store.open_shop();
        shop.map(|shop| shop.settings.quick_replies.items(store.language.get()).to_vec()).unwrap_or_default()
    };
    let at_start =
        Memo::new(move |_| store.conversation.messages.read().is_empty() && store.conversation.about.read().is_none());
    leptos::html::div()
        .class("message message-attendant")
        .attr("lang", move || store.language.get().tag())
        .child((
            leptos::html::div().class("bubble").child(leptos::html::p().child(text)),
            leptos::html::p().class("ai-note").child(move || store.say(words::AI_NOTE)),
            move || at_start.get().then(|| quick_replies(store, quick())),
        ))
        .into_any()
}

/// Says an answer sentence by sentence while it comes. The log itself is silent meanwhile.
fn announcer(store: Store) -> AnyView {
    let sentences = For(ForProps::builder()
        .each(move || store.conversation.spoken.get())
        .key(|(id, _)| *id)
        .children(|(_, sentence)| leptos::html::p().child(sentence))
        .build());
    leptos::html::div()
        .class("visually-hidden")
        .attr("aria-live", "polite")
        .attr("aria-relevant", "additions")
        .child(sentences)
        .into_any()
}

/// One line over the composer: the engine's trouble first, else the model's progress.
fn notice(store: Store) -> AnyView {
    (move || match store.health.get() {
        Health::Lost => Some(lost(store)),
        Health::Restarting { attempt } => Some(line(words::restarting(store.language.get(), attempt), ().into_any())),
        _ => model_notice(store),
    })
    .into_any()
}

fn line(text: String, actions: AnyView) -> AnyView {
    leptos::html::div().class("notice").child((leptos::html::p().child(text), actions)).into_any()
}

fn action(label: String, on_click: impl FnMut(leptos::ev::MouseEvent) + 'static) -> AnyView {
    leptos::html::button()
        .attr("type", "button")
        .class("small-button")
        .on(leptos::ev::click, on_click)
        .child(label)
        .into_any()
}

fn lost(store: Store) -> AnyView {
    let reload = action(store.say(words::RELOAD).into(), |_| drop(browser::window().location().reload()));
    line(store.say(words::ENGINE_LOST).into(), reload)
}

fn model_notice(store: Store) -> Option<AnyView> {
    let language = store.language.get();
    let load = move || action(words::download_of(language, MODEL_BYTES), move |_| engine::load_model(store));
    match store.model.get() {
        ModelState::Absent | ModelState::Ready { .. } => None,
        ModelState::Offered => {
            Some(line(format!("{} {}", store.say(words::MODEL_OFFER), store.say(words::MODEL_SAVER)), load()))
        }
        ModelState::Loading { phase, loaded_bytes, total_bytes, .. } => {
            let cancel = action(store.say(words::CANCEL).into(), move |_| engine::cancel_model(store));
            let text = words::progress(language, phase, loaded_bytes, total_bytes);
            let bar = leptos::html::progress()
                .attr("max", total_bytes.max(1).to_string())
                .attr("value", loaded_bytes.to_string())
                .attr("aria-label", store.say(words::MODEL));
            Some(
                leptos::html::div()
                    .class("notice notice-progress")
                    .child((leptos::html::p().child(text), cancel, bar))
                    .into_any(),
            )
        }
        ModelState::Cancelled => Some(line(store.say(words::MODEL_DECLINED).into(), load())),
        ModelState::Failed(error) => {
            let again = action(store.say(words::TRY_AGAIN).into(), move |_| engine::load_model(store));
            Some(line(words::error(error.code).get(language).into(), again))
        }
    }
}
