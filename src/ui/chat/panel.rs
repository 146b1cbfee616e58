//! The chat's frame: its head, the log, what there is to say about the model, the composer.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use wasm_bindgen::JsCast;

use super::composer::composer;
use super::conversation::Message;
use super::menu::menu;
use super::message::{message, quick_replies};
use super::{COMPOSER_ID, LAUNCHER_ID, close, open};
use crate::protocol::Phase;
use crate::ui::chunk::{self, Chunk, SplitLoaderError};
use crate::ui::client::{Client, Health, Loss};
use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::link as engine;
use crate::ui::link::MODEL_BYTES;
use crate::ui::route::Route;
use crate::ui::state::{ModelState, Store};
use crate::ui::storefront::link;
use crate::ui::{browser, words};
use crate::widget::{Notice, handoff_url};

/// The button that is always there.
pub fn launcher(store: Store) -> AnyView {
    html::button()
        .id(LAUNCHER_ID)
        .attr("type", "button")
        .class("launcher")
        .attr("data-testid", "launcher")
        .attr("aria-expanded", move || if store.chat_open.get() { "true" } else { "false" })
        .attr("hidden", move || store.chat_open.get())
        .on(leptos::ev::pointerenter, move |_| chunk::prefetch(PANEL))
        .on(leptos::ev::focus, move |_| chunk::prefetch(PANEL))
        .on(leptos::ev::click, move |_| open(store))
        .child((icon(icon::CHAT), html::span().child(move || store.say(words::OPEN_CHAT))))
        .into_any()
}

/// In a file of its own: most visits to a shop need no help.
pub const PANEL: Chunk = Chunk {
    fetch: || Box::pin(fetch_panel()),
    view: |store| Box::pin(panel(store)),
    frame: |words| html::section().class("chat").child(words).into_any(),
    focus: COMPOSER_ID,
};

#[wasm_split(chat, wasm_split_path = leptos::wasm_split, preload(fetch_panel), fallible)]
fn panel(store: Store) -> Result<AnyView, SplitLoaderError> {
    Ok(view(store))
}

/// The open chat. On a phone it is a modal dialog and the shop behind it is inert; on a desktop it
/// is a region beside the shop, and the keyboard may go where it likes.
fn view(store: Store) -> AnyView {
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.stop_propagation();
            close(store);
        }
    };
    html::section()
        .class("chat")
        .attr("role", move || match (store.phone.get(), store.host.is_there()) {
            (true, _) => "dialog",
            // All there is in its document; the dialog is around it, in the host's.
            (_, true) => "main",
            _ => "complementary",
        })
        .attr("aria-modal", move || store.phone.get().then_some("true"))
        .attr("aria-label", move || store.say(words::CHAT_LABEL))
        .on(leptos::ev::keydown, on_key)
        .child((head(store), log(store), announcer(store), notice(store), composer(store)))
        .into_any()
}

fn head(store: Store) -> AnyView {
    html::header()
        .class("chat-head")
        .child((
            html::div().class("chat-name").child((
                html::h2().child(move || store.say(words::CHAT)),
                html::p().class("ai-label").child(move || store.say(words::AI_LABEL)),
            )),
            link(
                store,
                Route::About,
                "icon-button",
                (icon(icon::INFO), html::span().class("visually-hidden").child(move || store.say(words::HOW))),
            ),
            menu(store),
            html::button()
                .attr("type", "button")
                .class("icon-button")
                .attr("aria-label", move || store.say(words::CLOSE_CHAT))
                .attr("title", move || store.say(words::CLOSE_CHAT))
                .on(leptos::ev::click, move |_| close(store))
                .child(icon(icon::CLOSE)),
        ))
        .into_any()
}

fn log(store: Store) -> AnyView {
    let conversation = store.conversation;
    let element = html::ElementRef::new();
    let scroll = Scroll::new(element);
    Effect::new(move |_| {
        conversation.messages.track();
        scroll.follow();
    });
    Effect::new(move |_| {
        let messages = conversation.messages.read();
        if let Some(Message::Attendant { answer, .. }) = messages.last() {
            answer.blocks.track();
            answer.state.track();
        }
        browser::on_next_frame(move || scroll.to_newest());
    });
    let list = html::each(
        move || conversation.messages.get(),
        |message| message.id().to_string(),
        move |item| message(store, item),
    );
    html::div()
        .class("log")
        .attr("role", "log")
        .attr("aria-live", "polite")
        .attr("aria-label", move || store.say(words::CHAT))
        .attr("aria-busy", move || if conversation.running.get().is_some() { "true" } else { "false" })
        .attr("tabindex", "0")
        .node_ref(element)
        .on(leptos::ev::scroll, move |_| scroll.note())
        .child((greeting(store), list))
        .into_any()
}

/// Keeps what is new in view: the end of the log, but never past the question, so that a long answer
/// is read from its beginning. Who has scrolled up to read is left alone until the next message.
#[derive(Clone, Copy)]
struct Scroll {
    log: html::ElementRef,
    /// How far down it has been taken, in CSS pixels.
    taken_to: StoredValue<i32>,
    following: StoredValue<bool>,
}

/// A scroll position this much above where it was taken is the shopper's doing.
const SCROLL_SLACK_PX: i32 = 24;

impl Scroll {
    fn new(log: html::ElementRef) -> Scroll {
        Scroll { log, taken_to: StoredValue::new(0), following: StoredValue::new(true) }
    }

    fn follow(self) {
        self.following.set_value(true);
        self.taken_to.set_value(0);
    }

    fn note(self) {
        if let Some(log) = self.log.get_untracked() {
            self.following.set_value(log.scroll_top() >= self.taken_to.get_value() - SCROLL_SLACK_PX);
        }
    }

    fn to_newest(self) {
        // The panel may have been closed since.
        let Some(log) = self.log.try_get_untracked().flatten() else { return };
        if !self.following.get_value() {
            return;
        }
        let end = log.scroll_height() - log.client_height();
        let last = log.last_element_child();
        let question = last.and_then(|last| last.previous_element_sibling());
        let question_top = question.and_then(|question| question.dyn_into::<web_sys::HtmlElement>().ok());
        let target = question_top.map_or(end, |question| end.min(question.offset_top() - log.offset_top() - 16));
        if target > log.scroll_top() {
            log.set_scroll_top(target);
        }
        self.taken_to.set_value(log.scroll_top());
    }
}

fn greeting(store: Store) -> AnyView {
    let text = move || {
        let host = store.host.settings.read().greeting.clone();
        let shop = || store.open_shop().map(|shop| store.read(&shop.settings.greeting));
        let own = host.or_else(shop).unwrap_or_default();
        if own.is_empty() { store.say(words::GREETING).to_owned() } else { own }
    };
    let quick = move || {
        let shop = store.open_shop();
        shop.map(|shop| shop.settings.quick_replies.items(store.language.get()).to_vec()).unwrap_or_default()
    };
    let at_start =
        Memo::new(move |_| store.conversation.messages.read().is_empty() && store.conversation.about.read().is_none());
    html::div()
        .class("message message-attendant")
        .attr("lang", move || store.language.get().tag())
        .child((
            html::div().class("bubble").child(html::p().child(text)),
            html::p().class("ai-note").child(move || store.say(words::AI_NOTE)),
            move || {
                let consent = store.host.settings.read().consent.clone();
                consent.map(|consent| html::p().class("ai-note").attr("data-testid", "consent").child(consent))
            },
            move || store.host.settings.read().handoff.as_deref().and_then(|url| handoff(store, url)),
            move || at_start.get().then(|| quick_replies(store, quick())),
        ))
        .into_any()
}

/// The way to a person, where the shop around the widget has named one.
pub fn handoff(store: Store, url: &str) -> Option<AnyView> {
    let link = html::a()
        .class("text-link handoff")
        .href(handoff_url(url)?.to_owned())
        .attr("data-testid", "handoff")
        .attr("target", "_blank")
        .attr("rel", "noopener noreferrer")
        .on(leptos::ev::click, move |_| store.host.tell(Notice::Handoff))
        .child(move || store.say(words::HANDOFF));
    Some(html::p().child(link).into_any())
}

/// Says an answer sentence by sentence while it comes. The log itself is silent meanwhile.
fn announcer(store: Store) -> AnyView {
    let sentences = html::each(
        move || store.conversation.spoken.get(),
        |(id, ..)| id.to_string(),
        |(_, language, sentence)| html::p().attr("lang", language.tag()).child(sentence),
    );
    html::div()
        .class("visually-hidden")
        .attr("aria-live", "polite")
        .attr("aria-relevant", "additions")
        .child(sentences)
        .into_any()
}

/// One line over the composer: the engine's trouble first, else the model's progress.
fn notice(store: Store) -> AnyView {
    html::live(move || match store.health.get() {
        Health::Lost => lost(store),
        Health::Restarting { attempt } => line(words::restarting(store.language.get(), attempt), html::group(())),
        _ => model_notice(store),
    })
}

fn line(text: String, actions: AnyView) -> AnyView {
    html::div().class("notice").child((html::p().child(text), actions)).into_any()
}

fn action(label: String, on_click: impl FnMut(leptos::ev::MouseEvent) + 'static) -> AnyView {
    html::button().attr("type", "button").class("small-button").on(leptos::ev::click, on_click).child(label).into_any()
}

fn lost(store: Store) -> AnyView {
    let loss = store.client.with_value(|client| client.as_ref().and_then(Client::loss));
    if let Some(Loss::StaleBuild { .. }) = loss {
        let reload = action(store.say(words::RELOAD).into(), |_| drop(browser::window().location().reload()));
        return line(store.say(words::ENGINE_STALE).into(), reload);
    }
    let restart = action(store.say(words::RESTART).into(), move |_| engine::restart(store));
    line(store.say(words::ENGINE_LOST).into(), restart)
}

fn model_notice(store: Store) -> AnyView {
    // The state changes with every piece that arrives, its kind seldom: the buttons stay what they are.
    let kind = Memo::new(move |_| store.model.read().code());
    html::live(move || {
        // Read, not only tracked: a memo that nobody has read follows nothing.
        kind.get();
        let language = store.language.get();
        let load = || action(words::download_of(language, MODEL_BYTES), move |_| engine::load_model(store));
        match store.model.get_untracked() {
            ModelState::Absent | ModelState::Ready { .. } => html::group(()),
            ModelState::Offered => {
                line(format!("{} {}", store.say(words::MODEL_OFFER), store.say(words::MODEL_SAVER)), load())
            }
            ModelState::Loading { .. } => loading(store),
            ModelState::Cancelled => line(store.say(words::MODEL_DECLINED).into(), load()),
            ModelState::Failed(error) => {
                let again = action(store.say(words::TRY_AGAIN).into(), move |_| engine::load_model(store));
                line(words::error(error.code).get(language).into(), again)
            }
        }
    })
}

fn loading(store: Store) -> AnyView {
    let far = move || match *store.model.read() {
        ModelState::Loading { phase, loaded_bytes, total_bytes, .. } => (phase, loaded_bytes, total_bytes),
        _ => (Phase::Preparing, 0, 0),
    };
    let text = move || {
        let (phase, loaded_bytes, total_bytes) = far();
        words::progress(store.language.get(), phase, loaded_bytes, total_bytes)
    };
    let cancel = action(store.say(words::CANCEL).into(), move |_| engine::cancel_model(store));
    let bar = html::progress()
        .attr("max", move || far().2.max(1).to_string())
        .attr("value", move || far().1.to_string())
        .attr("aria-label", store.say(words::MODEL));
    html::div().class("notice notice-progress").child((html::p().child(text), cancel, bar)).into_any()
}
