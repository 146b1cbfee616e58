//! One message: a bubble, and under an answer its sources, products and what can be done with it.

use leptos::prelude::*;

use super::conversation::{Answer, AnswerState, Message, Question, ask, ask_again, edit};
use super::feedback::Verdict;
use super::panel::handoff;
use super::person::person;
use super::prose::prose;
use super::tools::tools;
use super::understood::understood;
use crate::pack::Product;
use crate::protocol::{Block, Recommendation, Reply, ReplyKind, Source};
use crate::ui::browser;
use crate::ui::element as html;
use crate::ui::embed;
use crate::ui::icon::{self, icon};
use crate::ui::route::Route;
use crate::ui::state::Store;
use crate::ui::storefront::{Alt, follow, link, picture, price};
use crate::ui::words;
use crate::widget::product_url;

pub fn message(store: Store, message: Message) -> AnyView {
    match message {
        Message::Shopper { id, question } => shopper(store, id, question),
        Message::Attendant { id, answer } => attendant(store, id, answer),
    }
}

fn shopper(store: Store, id: u32, question: Question) -> AnyView {
    let edit = html::button()
        .attr("type", "button")
        .class("icon-button message-edit")
        .attr("data-testid", "edit")
        .attr("aria-label", move || store.say(words::EDIT))
        .attr("title", move || store.say(words::EDIT))
        .on(leptos::ev::click, move |_| edit(store, id))
        .child(icon(icon::EDIT));
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
            edit,
            html::div().class("bubble").child((about, html::p().child(question.text))),
        ))
        .into_any()
}

fn attendant(store: Store, id: u32, answer: Answer) -> AnyView {
    let Answer { question, blocks, state, is_rephrased, verdict, .. } = answer;
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
    let shown = blocks.clone();
    let body = move || match waiting.get() {
        true => typing(store),
        false => html::div().class("prose").child(prose(blocks.get())).into_any(),
    };
    let note = move || {
        let note = || html::p().class("fine-print").attr("data-testid", "rephrased").child(store.say(words::REPHRASED));
        is_rephrased.get().then(note)
    };
    let rest = move || match &*state.read() {
        AnswerState::Running => html::group(()),
        AnswerState::Done(reply) => done(store, id, reply, shown.clone(), verdict.clone()),
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
            note,
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

fn done(
    store: Store,
    id: u32,
    reply: &Reply,
    shown: ArcRwSignal<Vec<Block>>,
    verdict: ArcRwSignal<Option<Verdict>>,
) -> AnyView {
    // Only the newest answer offers what may be asked next.
    let quick = reply.quick_replies.clone();
    let settings = store.host.settings.read_untracked();
    let declined = match (reply.kind, settings.handoff.as_deref()) {
        (ReplyKind::Decline | ReplyKind::Handoff, Some(url)) => handoff(store, url),
        _ => None,
    };
    let is_last = Memo::new(move |_| store.conversation.messages.read().last().is_some_and(|last| last.id() == id));
    (
        understood(store, id, reply),
        products(store, &reply.products),
        declined,
        reply.handoff.as_ref().and_then(|handoff| person(store, handoff)),
        sources(store, &reply.sources),
        tools(store, reply, shown, verdict),
        move || is_last.get().then(|| quick_replies(store, quick.clone())),
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
                .child((product_link(store, &product.id, face), put_in_cart(store, product)))
                .into_any()
        })
        .collect();
    (!cards.is_empty()).then(|| html::ul().class("chat-products").attr("role", "list").child(cards).into_any())
}

/// Within the shop its own page; within a widget the page that the shop around it has for the product, if
/// it has said where, or whatever it does with one that is pressed.
fn product_link(store: Store, id: &str, face: impl html::IntoChild) -> AnyView {
    let route = Route::Product(id.to_owned());
    if !store.host.is_there() {
        return link(store, route, "chat-product-link", face);
    }
    let settings = store.host.settings.read_untracked();
    let href = settings.product_url.as_deref().and_then(|template| product_url(template, &browser::escape(id)));
    match href {
        Some(href) => html::a()
            .class("chat-product-link")
            .href(href)
            .attr("target", "_top")
            .on(leptos::ev::click, move |event| follow(store, &route, event))
            .child(face)
            .into_any(),
        None if settings.takes_products => html::button()
            .attr("type", "button")
            .class("chat-product-link")
            .on(leptos::ev::click, move |_| store.go(route.clone()))
            .child(face)
            .into_any(),
        None => html::div().class("chat-product-link").child(face).into_any(),
    }
}

/// Only where the shop around the widget has a cart to put it into.
fn put_in_cart(store: Store, product: &Product) -> Option<AnyView> {
    if !store.host.settings.read_untracked().takes_cart || !product.is_in_stock() {
        return None;
    }
    let (product, label) = (product.clone(), product.title.clone());
    let button = html::button()
        .attr("type", "button")
        .class("small-button")
        .attr("data-testid", "add-to-cart")
        .attr("aria-label", move || {
            let language = store.language.get();
            words::add_named(language, label.text(language))
        })
        .on(leptos::ev::click, move |_| embed::add_to_cart(store, &product))
        .child((icon(icon::CART), move || store.say(words::ADD_TO_CART)));
    Some(button.into_any())
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
