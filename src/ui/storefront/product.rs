//! One product's page.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::chat;
use super::super::icon::{self, icon};
use super::super::route::Route;
use super::super::shop::Shop;
use super::super::state::Store;
use super::super::{memory, words};
use super::rail::rail;
use super::{Alt, link, page_title, picture, price};
use crate::pack::{Attribute, Product};
use crate::protocol::{ShopperAction, Surface};
use crate::ui::element as html;

/// Below this many the shop says how many are left. It is a fact, told late, not a way to press.
const FEW: u32 = 5;

pub fn product(store: Store, shop: Arc<Shop>, id: String) -> AnyView {
    let Some(product) = shop.product(&id) else { return missing(store) };
    store.record(ShopperAction::ViewItem, &id);
    memory::note_dwell(store, id.clone());
    let title = product.title.clone();
    let description = product.description.clone();
    let category = shop.category(&product.category).cloned();
    let trail = html::nav().class("trail").attr("aria-label", move || store.say(words::CATEGORIES)).child((
        link(store, Route::Home, "trail-link", move || store.say(words::ALL_GOODS)),
        category.map(|category| {
            let name = category.name.clone();
            (
                html::span().attr("aria-hidden", "true").child("/"),
                link(store, Route::Category(category.id), "trail-link", move || store.read(&name)),
            )
        }),
    ));
    let rails = [Surface::GoesWith { product: id.clone() }, Surface::Similar { product: id }];
    let rails: Vec<AnyView> = rails.map(|surface| rail(store, shop.clone(), surface)).into_iter().collect();
    html::div()
        .class("product-page")
        .child((
            trail,
            html::article().class("product").child((
                html::div().class("product-picture").child(picture(store, &shop, product, 640, Alt::Title)),
                html::div().class("product-words").child((
                    page_title("product-title", move || store.read(&title)),
                    html::p().class("product-summary").child(move || store.read(&description)),
                    price(store, product),
                    stock(store, product),
                    actions(store, product),
                    highlights(store, product),
                    attributes(store, product),
                )),
            )),
            rails,
        ))
        .into_any()
}

fn stock(store: Store, product: &Product) -> AnyView {
    let stock = if product.is_in_stock() { product.stock } else { Some(0) };
    let class = if stock == Some(0) { "stock stock-none" } else { "stock" };
    html::p()
        .class(class)
        .child(move || match stock {
            Some(0) => store.say(words::SOLD_OUT).to_owned(),
            Some(n) if n <= FEW => words::n_left(store.language.get(), n),
            _ => store.say(words::IN_STOCK).to_owned(),
        })
        .into_any()
}

fn actions(store: Store, product: &Product) -> AnyView {
    let (add, ask, liked, id) = (product.id.clone(), product.id.clone(), product.id.clone(), product.id.clone());
    let sold_out = (!product.is_in_stock()).then_some("");
    html::div()
        .class("product-actions")
        .child((
            html::button()
                .attr("type", "button")
                .class("button")
                .attr("disabled", sold_out)
                .on(leptos::ev::click, move |_| store.add_to_cart(&add))
                .child(move || store.say(words::ADD_TO_CART)),
            html::button()
                .attr("type", "button")
                .class("button button-quiet")
                .on(leptos::ev::click, move |_| chat::open_about(store, &ask))
                .child((icon(icon::CHAT), move || store.say(words::ASK_ABOUT_THIS))),
            html::button()
                .attr("type", "button")
                .class("button button-quiet")
                .attr("aria-pressed", move || if store.history.read().is_liked(&liked) { "true" } else { "false" })
                .on(leptos::ev::click, move |_| store.like(&id))
                .child(move || store.say(words::LIKE)),
        ))
        .into_any()
}

fn highlights(store: Store, product: &Product) -> Option<AnyView> {
    let highlights = product.highlights.clone();
    let items = move || {
        let items = highlights.items(store.language.get()).iter();
        items.map(|text| html::li().child(text.clone()).into_any()).collect::<Vec<AnyView>>()
    };
    (!product.highlights.is_empty()).then(|| {
        html::section()
            .class("highlights")
            .child((
                html::h2().class("small-title").child(move || store.say(words::HIGHLIGHTS)),
                html::ul().child(items),
            ))
            .into_any()
    })
}

fn attributes(store: Store, product: &Product) -> Option<AnyView> {
    let attributes = product.attributes.clone();
    let rows = move || {
        let row = |attribute: &Attribute| {
            html::tr()
                .child((
                    html::th().attr("scope", "row").child(attribute.name.clone()),
                    html::td().child(attribute.value.clone()),
                ))
                .into_any()
        };
        attributes.items(store.language.get()).iter().map(row).collect::<Vec<AnyView>>()
    };
    (!product.attributes.is_empty()).then(|| {
        html::section()
            .class("attributes")
            .child((
                html::h2().class("small-title").child(move || store.say(words::DETAILS)),
                html::table().child(html::tbody().child(rows)),
            ))
            .into_any()
    })
}

fn missing(store: Store) -> AnyView {
    html::div()
        .class("empty")
        .child((
            page_title("empty-title", move || store.say(words::NO_SUCH_PRODUCT).to_owned()),
            html::p().child(move || store.say(words::NO_SUCH_PRODUCT_TEXT)),
            link(store, Route::Home, "button", move || store.say(words::ALL_GOODS)),
        ))
        .into_any()
}
