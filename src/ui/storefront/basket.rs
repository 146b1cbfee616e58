//! The cart's page. There is no checkout behind it, and it says so.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::cart::MOST_OF_ONE;
use super::super::icon::{self, icon};
use super::super::intl;
use super::super::route::Route;
use super::super::shop::Shop;
use super::super::state::Store;
use super::super::words;
use super::rail::rail;
use super::{Alt, link, page_title, picture, price};
use crate::protocol::{ShopperAction, Surface};
use crate::ui::element as html;

pub fn basket(store: Store, shop: Arc<Shop>) -> AnyView {
    let ordered = RwSignal::new(false);
    let ids =
        Memo::new(move |_| store.cart.read().lines().iter().map(|line| line.product.clone()).collect::<Vec<String>>());
    let is_empty = Memo::new(move |_| ids.read().is_empty());
    let body = {
        let shop = shop.clone();
        move || match is_empty.get() {
            true => empty(store, ordered),
            false => filled(store, shop.clone(), ids, ordered),
        }
    };
    html::div()
        .class("basket")
        .child((page_title("page-heading", move || store.say(words::YOUR_CART).to_owned()), body))
        .into_any()
}

fn empty(store: Store, ordered: RwSignal<bool>) -> AnyView {
    html::div()
        .class("empty")
        .child((
            html::p()
                .class("empty-title")
                .child(move || store.say(if ordered.get() { words::ORDER_NOTED } else { words::CART_EMPTY })),
            link(store, Route::Home, "button", move || store.say(words::LOOK_AROUND)),
        ))
        .into_any()
}

fn filled(store: Store, shop: Arc<Shop>, ids: Memo<Vec<String>>, ordered: RwSignal<bool>) -> AnyView {
    let lines = {
        let shop = shop.clone();
        html::each(move || ids.get(), Clone::clone, move |id: String| line(store, &shop, id))
    };
    let total = {
        let shop = shop.clone();
        move || {
            let cart = store.cart.read();
            let sum: f64 = cart
                .lines()
                .iter()
                .filter_map(|line| {
                    Some(shop.product(&line.product)?.current_price().major() * f64::from(line.quantity))
                })
                .sum();
            intl::price(store.language.get(), sum, &shop.settings.currency)
        }
    };
    let order = move |_| {
        let Some(lines) = store.cart.try_maybe_update(|cart| (true, cart.take())) else { return };
        for line in lines {
            store.record(ShopperAction::Purchase, &line.product);
        }
        ordered.set(true);
        store.announce(words::ORDER_NOTED.get(store.language.get_untracked()));
    };
    html::div()
        .class("basket-body")
        .child((
            html::ul().class("basket-lines").attr("role", "list").child(lines),
            html::div().class("basket-sum").child((
                html::p()
                    .class("basket-total")
                    .child((html::span().child(move || store.say(words::TOTAL)), html::strong().child(total))),
                html::button()
                    .attr("type", "button")
                    .class("button")
                    .on(leptos::ev::click, order)
                    .child(move || store.say(words::PLACE_ORDER)),
                html::p().class("fine-print").child(move || store.say(words::DEMO_NOTE)),
            )),
            rail(store, shop, Surface::Cart),
        ))
        .into_any()
}

fn line(store: Store, shop: &Shop, id: String) -> Option<AnyView> {
    let product = shop.product(&id)?;
    let title = product.title.clone();
    let (name, removed) = (product.title.clone(), product.title.clone());
    let most = product.stock.unwrap_or(MOST_OF_ONE).clamp(1, MOST_OF_ONE);
    let (fewer, more, typed, shown, gone) = (id.clone(), id.clone(), id.clone(), id.clone(), id.clone());
    let step = |label: words::Phrase, sign: &'static str, on_click: Box<dyn FnMut(leptos::ev::MouseEvent)>| {
        html::button()
            .attr("type", "button")
            .class("step")
            .attr("aria-label", move || store.say(label))
            .on(leptos::ev::click, on_click)
            .child(sign)
    };
    let quantity = move |id: &str| store.cart.read_untracked().quantity(id);
    let view = html::li()
        .class("basket-line")
        .child((
            link(store, Route::Product(id), "basket-picture", picture(store, shop, product, 96, Alt::Title)),
            html::div()
                .class("basket-words")
                .child((html::p().class("basket-title").child(move || store.read(&title)), price(store, product))),
            html::div()
                .class("stepper")
                .attr("role", "group")
                .attr("aria-label", move || words::quantity_of(store.language.get(), name.text(store.language.get())))
                .child((
                    step(
                        words::FEWER,
                        "−",
                        Box::new(move |_| store.set_quantity(&fewer, quantity(&fewer).saturating_sub(1).max(1))),
                    ),
                    html::input()
                        .class("stepper-number")
                        .attr("inputmode", "numeric")
                        .attr("aria-label", move || store.say(words::QUANTITY))
                        .prop("value", move || store.cart.read().quantity(&shown).to_string())
                        .on(leptos::ev::change, move |event| {
                            let wanted = event_target_value(&event).trim().parse::<u32>().unwrap_or(1);
                            store.set_quantity(&typed, wanted.clamp(1, most));
                        }),
                    step(
                        words::MORE,
                        "+",
                        Box::new(move |_| store.set_quantity(&more, (quantity(&more) + 1).min(most))),
                    ),
                )),
            html::button()
                .attr("type", "button")
                .class("icon-button")
                .attr("aria-label", move || {
                    words::remove_named(store.language.get(), removed.text(store.language.get()))
                })
                .on(leptos::ev::click, move |_| store.set_quantity(&gone, 0))
                .child(icon(icon::TRASH)),
        ))
        .into_any();
    Some(view)
}
