//! The shop: its frame, its catalogue, a product, the cart.

mod basket;
mod card;
mod catalogue;
mod frame;
mod goods;
mod picture;
mod product;
mod rail;

use leptos::prelude::*;

pub use catalogue::catalogue;
pub use frame::{footer, masthead};
pub use goods::GOODS;
pub use picture::{Alt, picture};
pub use rail::{consent, ghost_lines};

use super::browser;
use super::intl;
use super::route::Route;
use super::state::Store;
use super::words;
use crate::pack::{Money, Product};
use crate::ui::element as html;

/// A link within the page: an address that can be copied, opened in a new tab and read by anything,
/// followed here without loading anew.
pub fn link(store: Store, route: Route, class: &'static str, child: impl html::IntoChild) -> AnyView {
    html::a()
        .class(class)
        .href(route.to_query(browser::escape))
        .on(leptos::ev::click, move |event| follow(store, &route, event))
        .child(child)
        .into_any()
}

pub fn follow(store: Store, route: &Route, event: leptos::ev::MouseEvent) {
    if event.button() != 0 || event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
        return;
    }
    event.prevent_default();
    // On a phone the chat covers the page that its links lead to.
    if store.phone.get_untracked() {
        store.chat_open.set(false);
    }
    store.go(route.clone());
}

/// The heading that takes the focus when its page is gone to.
pub fn page_title(class: &'static str, text: impl Fn() -> String + Send + Sync + 'static) -> AnyView {
    html::h1().id("page-title").attr("tabindex", "-1").class(class).child(text).into_any()
}

/// The price, and the one before a sale.
pub fn price(store: Store, product: &Product) -> AnyView {
    let (full, sale) = (product.price.clone(), product.sale_price.clone());
    html::live(move || {
        let language = store.language.get();
        let money = |money: &Money| intl::price(language, money.major(), &money.currency);
        let hidden =
            |phrase: words::Phrase| html::span().class("visually-hidden").child(format!("{} ", phrase.get(language)));
        match &sale {
            None => html::span().class("price").child(money(&full)).into_any(),
            Some(sale) => html::span()
                .class("price price-sale")
                .child(html::span().child((hidden(words::NOW_PRICE), money(sale))))
                .child(html::s().child((hidden(words::WAS_PRICE), money(&full))))
                .into_any(),
        }
    })
}
