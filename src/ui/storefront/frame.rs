//! What surrounds every page: the masthead and the footer.

use leptos::prelude::*;

use super::super::icon::{self, icon};
use super::super::route::Route;
use super::super::state::{Store, Theme};
use super::super::words;
use super::{follow, link};
use crate::pack::Localized;
use crate::platform;
use crate::protocol::Language;
use crate::ui::element as html;

/// The name before the shop is open is the one of the static shell: nothing flickers.
fn shop_name(store: Store) -> String {
    match store.open_shop() {
        Some(shop) => store.read(&shop.settings.name),
        None => String::new(),
    }
}

/// A link is never without words, not even before the shop has come.
fn name_or_home(store: Store) -> AnyView {
    match shop_name(store) {
        name if name.is_empty() => html::span().class("visually-hidden").child(store.say(words::HOME)).into_any(),
        name => html::span().child(name).into_any(),
    }
}

pub fn masthead(store: Store) -> AnyView {
    html::header()
        .class("masthead")
        .child((
            link(
                store,
                Route::Home,
                "masthead-name",
                (html::span().class("shop-mark").attr("aria-hidden", "true"), html::live(move || name_or_home(store))),
            ),
            search(store),
            html::div().class("masthead-tools").child((language(store), theme(store), cart(store))),
        ))
        .into_any()
}

fn search(store: Store) -> AnyView {
    let words_typed = move || match &*store.route.read() {
        Route::Search(words) => words.clone(),
        _ => String::new(),
    };
    html::form()
        .class("search")
        .attr("role", "search")
        .on(leptos::ev::submit, |event| event.prevent_default())
        .child((
            icon(icon::SEARCH),
            html::input()
                .attr("type", "search")
                .attr("name", "q")
                .attr("autocomplete", "off")
                .attr("enterkeyhint", "search")
                .attr("aria-label", move || store.say(words::SEARCH))
                .attr("placeholder", move || store.say(words::SEARCH_HINT))
                .prop("value", words_typed)
                .on(leptos::ev::input, move |event| {
                    let typed = event_target_value(&event);
                    store.go(if typed.trim().is_empty() { Route::Home } else { Route::Search(typed) });
                }),
        ))
        .into_any()
}

fn language(store: Store) -> AnyView {
    html::button()
        .attr("type", "button")
        .class("tool tool-language")
        .attr("data-testid", "language-switch")
        .attr("hidden", move || store.open_shop().is_some_and(|shop| shop.settings.languages.len() < 2))
        .attr("aria-label", move || store.say(words::OTHER_LANGUAGE_LABEL))
        .on(leptos::ev::click, move |_| {
            store.choose_language(match store.language.get_untracked() {
                Language::En => Language::Zh,
                Language::Zh => Language::En,
            });
        })
        .child(
            html::span()
                .attr("lang", move || match store.language.get() {
                    Language::En => "zh-CN",
                    Language::Zh => "en",
                })
                .child(move || store.say(words::OTHER_LANGUAGE)),
        )
        .into_any()
}

fn theme(store: Store) -> AnyView {
    html::button()
        .attr("type", "button")
        .class("tool")
        .attr("aria-label", move || store.say(store.theme.get().label()))
        .attr("title", move || store.say(store.theme.get().label()))
        .on(leptos::ev::click, move |_| {
            store.theme.update(|theme| *theme = theme.next());
            store.announce(store.theme.get_untracked().label().get(store.language.get_untracked()));
        })
        .child(move || {
            icon(match store.theme.get() {
                Theme::Auto => icon::HALF,
                Theme::Light => icon::SUN,
                Theme::Dark => icon::MOON,
            })
        })
        .into_any()
}

fn cart(store: Store) -> AnyView {
    let count = move || store.cart.read().n_items();
    html::a()
        .class("tool tool-cart")
        .href("?view=cart")
        .attr("data-testid", "cart-link")
        .attr("aria-label", move || words::cart_with(store.language.get(), count()))
        .on(leptos::ev::click, move |event| follow(store, &Route::Cart, event))
        .child((icon(icon::CART), move || {
            (count() > 0).then(|| html::span().class("cart-count").child(count().to_string()))
        }))
        .into_any()
}

pub fn footer(store: Store) -> AnyView {
    let contact = move || {
        store.open_shop().map(|shop| {
            let contact = &shop.settings.contact;
            let mail = contact
                .email
                .clone()
                .map(|email| html::p().child(html::a().href(format!("mailto:{email}")).child(email)));
            let phone = contact.telephone.clone().map(|telephone| {
                let digits: String = telephone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                html::p().child(html::a().href(format!("tel:{digits}")).child(telephone))
            });
            html::group((
                html::div().class("footer-part").child((
                    html::h2().class("small-title").child(move || store.say(words::CONTACT)),
                    mail,
                    phone,
                    lines(store, &contact.address),
                )),
                (!contact.hours.is_empty()).then(|| {
                    html::div().class("footer-part").child((
                        html::h2().class("small-title").child(move || store.say(words::HOURS)),
                        lines(store, &contact.hours),
                    ))
                }),
            ))
        })
    };
    html::footer()
        .class("footer")
        .child((
            html::div().class("footer-part footer-lead").child((
                html::p().class("footer-name").child(move || shop_name(store)),
                html::p().class("fine-print").child(move || store.say(words::FOOTER_NOTE)),
                link(store, Route::About, "text-link", move || store.say(words::HOW)),
                html::p()
                    .class("fine-print")
                    .attr("data-testid", "version")
                    .child(move || format!("{} {}", store.say(words::VERSION), platform::build())),
            )),
            contact,
        ))
        .into_any()
}

/// A text of several lines, each a paragraph.
fn lines(store: Store, text: &Localized<String>) -> AnyView {
    let text = text.clone();
    html::live(move || {
        store.read(&text).lines().map(|line| html::p().child(line.to_owned()).into_any()).collect::<Vec<AnyView>>()
    })
}
