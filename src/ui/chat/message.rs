//! One message: a bubble, and under an answer its sources, products and what can be done with it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::conversation::{Answer, AnswerState, Message, Question, ask, ask_again};
use super::prose::prose;
use crate::protocol::{Recommendation, Reply, Source};
use crate::ui::browser;
use crate::ui::element as html;
use crate::ui::icon::{self, icon};
use crate::ui::route::Route;
use crate::ui::state::Store;
use crate::ui::storefront::{Alt, link, picture, price};
use crate::ui::words;

pub fn message(store: Store, message: Message) -> AnyView {
    match message {
        Message::Shopper { question, .. } => shopper(store, question),
        Message::Attendant { id, answer } => attendant(store, id, answer),
    }
}

fn shopper(store: Store, question: Question) -> AnyView {
    let about = question.about.map(|id| {
        html::p().class("bubble-about").child(move || {
            let title = store.open_shop().map(|shop| shop.title(&id, store.language.get()).to_owned());
            format!("{} · {}", store.say(words::ASKING_ABOUT), title.unwrap_or_default())
        })
    });
    html::article()
        .class("message message-shopper")
        .attr("data-testid", "message-shopper")
        .attr("lang", question.language.tag())
        .child((
            html::h3().class("visually-hidden").child(move || store.say(words::YOU)),
            html::div().class("bubble").child((about, html::p().child(question.text))),
        ))
        .into_any()
}

fn attendant(store: Store, id: u32, answer: Answer) -> AnyView {
    let Answer { question, blocks, state } = answer;
    let asked_language = question.language;
    let language = {
        let state = state.clone();
        move || match &*state.read() {
            AnswerState::Done(reply) => reply.language.tag(),
            _ => asked_language.tag(),
        }
    };
    let running = {
        let state = state.clone();
        Memo::new(move |_| *state.read() == AnswerState::Running)
    };
    let waiting = {
        let blocks = blocks.clone();
        Memo::new(move |_| running.get() && blocks.read().is_empty())
    };
    let body = move || match waiting.get() {
        true => typing(store),
        false => html::div().class("prose").child(prose(blocks.get())).into_any(),
    };
    let rest = move || match &*state.read() {
        AnswerState::Running => html::group(()),
        AnswerState::Done(reply) => done(store, id, reply),
        AnswerState::Stopped => ended(store, id, &question, words::STOPPED),
        AnswerState::Failed(error) => ended(store, id, &question, words::error(error.code)),
    };
    html::article()
        .class("message message-attendant")
        .attr("data-testid", "message-attendant")
        .attr("lang", language)
        .attr("aria-busy", move || if running.get() { "true" } else { "false" })
        // The announcer says it sentence by sentence; the log must not say it again.
        .attr("aria-live", "off")
        .child((
            html::h3().class("visually-hidden").child(move || store.say(words::CHAT)),
            html::div().class("bubble").child(body),
            rest,
        ))
        .into_any()
}

fn typing(store: Store) -> AnyView {
    html::p()
        .class("typing")
        .child((
            html::span().class("visually-hidden").child(move || store.say(words::TYPING)),
            (0..3).map(|_| html::span().class("typing-dot").attr("aria-hidden", "true")).collect::<Vec<_>>(),
        ))
        .into_any()
}

fn done(store: Store, id: u32, reply: &Reply) -> AnyView {
    // Only the newest answer offers what may be asked next.
    let quick = reply.quick_replies.clone();
    let is_last = Memo::new(move |_| store.conversation.messages.read().last().is_some_and(|last| last.id() == id));
    (products(store, &reply.products), sources(store, &reply.sources), tools(store, reply.text.clone()), move || {
        is_last.get().then(|| quick_replies(store, quick.clone()))
    })
        .into_any()
}

fn tools(store: Store, text: String) -> AnyView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.clone();
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
    html::div()
        .class("message-tools")
        .child(
            html::button()
                .attr("type", "button")
                .class("small-button")
                .on(leptos::ev::click, copy)
                .child((icon(icon::COPY), move || store.say(if copied.get() { words::COPIED } else { words::COPY }))),
        )
        .into_any()
}

fn ended(store: Store, id: u32, question: &Question, why: words::Phrase) -> AnyView {
    let question = question.clone();
    html::div()
        .class("message-ended")
        .attr("role", "status")
        .child((
            html::p().child(move || store.say(why)),
            html::button()
                .attr("type", "button")
                .class("small-button")
                .on(leptos::ev::click, move |_| ask_again(store, id, question.clone()))
                .child((icon(icon::RETRY), move || store.say(words::RETRY))),
        ))
        .into_any()
}

/// Each source opens in place to the passage as the shop wrote it.
fn sources(store: Store, sources: &[Source]) -> Option<AnyView> {
    let n = sources.len();
    let cards: Vec<AnyView> = sources
        .iter()
        .map(|source| {
            html::li()
                .child(html::details().class("source").attr("data-testid", "source").child((
                    html::summary().child(source.title.clone()),
                    html::div().class("prose").child(prose(source.passage.clone())),
                )))
                .into_any()
        })
        .collect();
    (n > 0).then(|| {
        html::section()
            .class("sources")
            .attr("aria-label", move || store.say(words::SOURCES))
            .child((
                html::p().class("sources-title").child(move || words::n_sources(store.language.get(), n)),
                html::ol().attr("role", "list").child(cards),
            ))
            .into_any()
    })
}

fn products(store: Store, items: &[Recommendation]) -> Option<AnyView> {
    let shop = store.open_shop()?;
    let cards: Vec<AnyView> = items
        .iter()
        .filter_map(|item| shop.product(&item.product))
        .map(|product| {
            let title = product.title.clone();
            let face = (
                picture(store, &shop, product, 72, Alt::Beside),
                html::span().class("chat-product-words").child((
                    html::span().class("chat-product-title").child(move || store.read(&title)),
                    price(store, product),
                )),
            );
            html::li()
                .class("chat-product")
                .attr("data-testid", "product-card")
                .attr("data-product", product.id.clone())
                .child(link(store, Route::Product(product.id.clone()), "chat-product-link", face))
                .into_any()
        })
        .collect();
    (!cards.is_empty()).then(|| html::ul().class("chat-products").attr("role", "list").child(cards).into_any())
}

/// Questions to ask with one press.
pub fn quick_replies(store: Store, replies: Vec<String>) -> AnyView {
    let buttons: Vec<AnyView> = replies
        .into_iter()
        .map(|reply| {
            let text = reply.clone();
            html::li()
                .child(
                    html::button()
                        .attr("type", "button")
                        .class("quick-reply")
                        .on(leptos::ev::click, move |_| {
                            ask(store, &text);
                            browser::focus(super::COMPOSER_ID);
                        })
                        .child(reply),
                )
                .into_any()
        })
        .collect();
    html::ul()
        .class("quick-replies")
        .attr("role", "list")
        .attr("aria-label", move || store.say(words::SUGGESTIONS))
        .child(buttons)
        .into_any()
}
