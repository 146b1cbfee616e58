//! What comes after the catalogue: a product's page, and the cart.

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use super::super::chunk::{Chunk, SplitLoaderError};
use super::super::route::Route;
use super::super::state::Store;
use super::basket::basket;
use super::product::product;
use crate::ui::element as html;

/// In a file of its own, fetched while the shopper looks at the catalogue.
pub const GOODS: Chunk = Chunk {
    fetch: || Box::pin(fetch_goods()),
    view: |store| Box::pin(goods(store)),
    frame: |words| html::div().class("goods").child(words).into_any(),
    focus: "page-title",
};

#[wasm_split(goods, wasm_split_path = leptos::wasm_split, preload(fetch_goods), fallible)]
fn goods(store: Store) -> Result<AnyView, SplitLoaderError> {
    Ok(view(store))
}

/// Of the route as it is now; another one is another view.
fn view(store: Store) -> AnyView {
    let Some(shop) = store.open_shop() else { return html::group(()) };
    let route = store.route.read_untracked().clone();
    match route {
        Route::Product(id) => product(store, shop, id),
        _ => basket(store, shop),
    }
}
