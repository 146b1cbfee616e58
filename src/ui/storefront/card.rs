//! A product among others.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::super::icon::{self, icon};
use super::super::route::Route;
use super::super::shop::Shop;
use super::super::state::Store;
use super::super::{memory, words};
use super::{Alt, link, picture, price};
use crate::pack::Product;
use crate::protocol::{Erasure, Feature, Language, Reason, ShopperAction};
use crate::ui::element as html;

/// One card of the catalogue; or of a rail, where `reason` says why it is recommended.
pub fn card(store: Store, shop: &Shop, product: &Product, reason: Option<&Reason>) -> AnyView {
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
    let dismiss = reason.map(|_| {
        let (id, title) = (product.id.clone(), product.title.clone());
        html::button()
            .attr("type", "button")
            .class("card-dismiss")
            .attr("aria-label", move || {
                words::not_interested_in(store.language.get(), title.text(store.language.get()))
            })
            .attr("title", move || store.say(words::NOT_INTERESTED))
            .on(leptos::ev::click, move |event| {
                event.stop_propagation();
                store.record(ShopperAction::NotInterested, &id);
                store.announce(words::HIDDEN_FROM_YOU.get(store.language.get_untracked()));
            })
            .child(icon(icon::CLOSE))
    });
    let selected = reason.map(|_| product.id.clone());
    html::li()
        .class("card")
        .attr("data-testid", "product-card")
        .attr("data-product", product.id.clone())
        .child((
            link(store, Route::Product(product.id.clone()), "card-link", face),
            price(store, product),
            reason.map(|reason| why(store, shop, reason)),
            dismiss,
        ))
        .on(leptos::ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let is_link = target.is_some_and(|target| target.closest(".card-link").is_ok_and(|link| link.is_some()));
            if let (true, Some(product)) = (is_link, &selected) {
                store.record(ShopperAction::SelectItem, product);
            }
        })
        .into_any()
}

/// Why a product is recommended, and the way to say that this should be no reason.
fn why(store: Store, shop: &Shop, reason: &Reason) -> AnyView {
    let because = match reason {
        Reason::BecauseViewed { product, .. }
        | Reason::BecauseLiked { product, .. }
        | Reason::BecauseBought { product, .. } => Some(product.clone()),
        _ => None,
    };
    let forget = because.map(|product| {
        html::button()
            .attr("type", "button")
            .class("card-forget")
            .on(leptos::ev::click, move |event| {
                event.stop_propagation();
                memory::erase(store, Erasure::Product(product.clone()));
            })
            .child(move || store.say(words::NO_REASON))
    });
    html::p()
        .class("card-reason")
        .child((reason_text(shop, reason, store.language.get_untracked()), " ", forget))
        .into_any()
}

/// Why a product is recommended, in words.
pub fn reason_text(shop: &Shop, reason: &Reason, language: Language) -> String {
    let title = |id: &str| shop.title(id, language).to_owned();
    let because = |why: fn(Language, &str) -> String, product: &str, shared: &Option<Feature>| {
        let shared = shared.as_ref().map(|feature| shop.feature(feature, language));
        words::with_shared(language, why(language, &title(product)), shared.as_deref())
    };
    match reason {
        Reason::MatchesQuestion => words::REASON_QUESTION.get(language).into(),
        Reason::BecauseViewed { product, shared } => because(words::because_viewed, product, shared),
        Reason::BecauseLiked { product, shared } => because(words::because_liked, product, shared),
        Reason::BecauseInCart { product, shared } => because(words::because_in_cart, product, shared),
        Reason::BecauseBought { product, shared } => because(words::because_bought, product, shared),
        Reason::OftenWith { product } => words::often_with(language, &title(product)),
        Reason::SimilarTo { product } => words::similar_to(language, &title(product)),
        Reason::BecauseSearched { text } => words::because_searched(language, text),
        Reason::BoughtBefore => words::REASON_AGAIN.get(language).into(),
        Reason::Popular => words::REASON_POPULAR.get(language).into(),
        Reason::New => words::REASON_NEW.get(language).into(),
        Reason::ShopPick => words::REASON_SHOP_PICK.get(language).into(),
    }
}
