//! A product among others.

use leptos::prelude::*;

use super::super::icon::{self, icon};
use super::super::route::Route;
use super::super::shop::Shop;
use super::super::state::Store;
use super::super::words;
use super::{Alt, link, picture, price};
use crate::pack::Product;
use crate::protocol::{Language, Reason, ShopperAction};
use crate::ui::element as html;

/// One card of the catalogue or of a rail. `reason` says why it is recommended.
pub fn card(store: Store, shop: &Shop, product: &Product, reason: Option<String>, dismissable: bool) -> AnyView {
    let title = product.title.clone();
    let badge = match (product.is_in_stock(), &product.sale_price) {
        (false, _) => Some(words::SOLD_OUT),
        (true, Some(_)) => Some(words::SALE),
        _ => None,
    };
    let face = (
        html::span().class("card-picture").child((
            picture(store, shop, product, 320, Alt::Beside),
            badge.map(|badge| html::span().class("badge").child(move || store.say(badge))),
        )),
        html::span().class("card-title").child(move || store.read(&title)),
    );
    let dismiss = dismissable.then(|| {
        let (id, title) = (product.id.clone(), product.title.clone());
        html::button()
            .attr("type", "button")
            .class("card-dismiss")
            .attr("aria-label", move || {
                words::not_interested_in(store.language.get(), title.text(store.language.get()))
            })
            .attr("title", move || store.say(words::NOT_INTERESTED))
            .on(leptos::ev::click, move |_| {
                store.record(ShopperAction::NotInterested, &id);
                store.announce(words::HIDDEN_FROM_YOU.get(store.language.get_untracked()));
            })
            .child(icon(icon::CLOSE))
    });
    html::li()
        .class("card")
        .attr("data-testid", "product-card")
        .attr("data-product", product.id.clone())
        .child((
            link(store, Route::Product(product.id.clone()), "card-link", face),
            price(store, product),
            reason.map(|reason| html::p().class("card-reason").child(reason)),
            dismiss,
        ))
        .into_any()
}

/// Why a product is recommended, in words.
pub fn reason_text(shop: &Shop, reason: &Reason, language: Language) -> String {
    let title = |id: &str| shop.title(id, language).to_owned();
    match reason {
        Reason::MatchesQuestion => words::REASON_QUESTION.get(language).into(),
        Reason::BecauseViewed { product } => words::because_viewed(language, &title(product)),
        Reason::BecauseInCart { product } => words::because_in_cart(language, &title(product)),
        Reason::BecauseBought { product } => words::because_bought(language, &title(product)),
        Reason::SimilarTo { product } => words::similar_to(language, &title(product)),
        Reason::ShopPick => words::REASON_SHOP_PICK.get(language).into(),
    }
}
