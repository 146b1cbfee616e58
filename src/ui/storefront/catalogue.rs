//! The front page: a greeting, what is recommended, and everything there is.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::browser;
use super::super::chat;
use super::super::chunk::prefetch;
use super::super::route::Route;
use super::super::shop::Shop;
use super::super::state::Store;
use super::super::words;
use super::card::card;
use super::rail::rail;
use super::{Alt, GOODS, follow, link, page_title, picture};
use crate::pack::Product;
use crate::platform::yield_now;
use crate::protocol::{Language, ShopperAction, ShopperEvent, Surface};
use crate::ui::element as html;

/// Who has not typed for so long has finished.
const SEARCH_MS: i32 = 1_500;

/// Products shown at first, and with every press on "show more": whole rows of 2, 3 and 4.
const PAGE: usize = 24;

/// Of these, what is there when the page has just come: greeting and shelf stand before them. The others follow once
/// that has been painted, as many at a time: one row of a desktop, as much as a small processor draws at a stretch.
const ROW: usize = 4;

pub fn catalogue(store: Store, shop: Arc<Shop>) -> AnyView {
    let is_new = !store.engine_open.get_untracked();
    // The greeting makes way as soon as the shopper looks for something.
    let at_home = Memo::new(move |_| *store.route.read() == Route::Home);
    let front = {
        let shop = shop.clone();
        move || {
            at_home.get().then(|| {
                let rails = [Surface::Home, Surface::Again].map(|surface| rail(store, shop.clone(), surface));
                html::group((hero(store, &shop), rails.into_iter().collect::<Vec<AnyView>>()))
            })
        }
    };
    let count = Memo::new({
        let shop = shop.clone();
        move |_| selected(store, &shop).len()
    });
    // Another filter begins at its beginning.
    let shown = RwSignal::new(if is_new { ROW } else { PAGE });
    spawn_local(async move {
        browser::painted().await;
        while shown.try_get_untracked().is_some_and(|shown| shown < PAGE) {
            yield_now().await;
            let _ = shown.try_update(|shown| *shown += ROW);
        }
        prefetch(GOODS);
    });
    Effect::new(move |before: Option<()>| {
        let route = store.route.get();
        if before.is_some() {
            shown.set(PAGE);
        }
        if let Route::Search(text) = &route
            && store.personalise.get_untracked()
        {
            // A search is what the shopper stopped at, not each letter on the way.
            let text = text.clone();
            browser::after_ms(SEARCH_MS, move || {
                if store.route.try_get_untracked() == Some(route) {
                    store
                        .note(ShopperEvent { text, ..ShopperEvent::new(ShopperAction::Search, "", browser::now_ms()) });
                }
            });
        }
    });
    let list = {
        let shop = shop.clone();
        html::each(
            {
                let shop = shop.clone();
                move || selected(store, &shop).into_iter().take(shown.get()).collect::<Vec<_>>()
            },
            Clone::clone,
            move |id: String| shop.product(&id).map(|product| card(store, &shop, product, None)),
        )
    };
    html::div()
        .class("catalogue")
        .child((
            front,
            html::section().id("goods").attr("aria-labelledby", "goods-title").child((
                html::div().class("goods-head").child((
                    goods_title(store, shop.clone(), at_home),
                    html::p()
                        .class("goods-count")
                        .attr("role", "status")
                        .child(move || words::n_results(store.language.get(), count.get())),
                )),
                filter(store, &shop),
                html::ul().class("grid").attr("role", "list").child(list),
                move || (count.get() == 0).then(|| nothing_found(store)),
                move || (count.get() > shown.get() && shown.get() >= PAGE).then(|| more(store, shown)),
            )),
        ))
        .into_any()
}

fn selected(store: Store, shop: &Shop) -> Vec<String> {
    match &*store.route.read() {
        Route::Category(id) => shop.select(Some(id), ""),
        Route::Search(words) => shop.select(None, words),
        _ => shop.select(None, ""),
    }
}

/// The front page's first heading is the hero's; a filtered one's is this.
fn goods_title(store: Store, shop: Arc<Shop>, at_home: Memo<bool>) -> AnyView {
    let heading = move || {
        let shop = shop.clone();
        if at_home.get() {
            return html::h2().class("section-title").child(move || store.say(words::GOODS)).into_any();
        }
        page_title("section-title", move || match &*store.route.read() {
            Route::Category(id) => shop.category(id).map_or(id.clone(), |category| store.read(&category.name)),
            Route::Search(words) => format!("“{words}”"),
            _ => store.say(words::GOODS).to_owned(),
        })
    };
    html::div().id("goods-title").child(heading).into_any()
}

fn hero(store: Store, shop: &Shop) -> AnyView {
    let (name, tagline) = (shop.settings.name.clone(), shop.settings.tagline.clone());
    let featured = window_piece(shop);
    // The name as the other half of the customers knows it.
    let other = move || match store.language.get() {
        Language::En => Language::Zh,
        Language::Zh => Language::En,
    };
    let eyebrow =
        html::p().class("eyebrow").attr("lang", move || other().tag()).child(move || name.text(other()).to_owned());
    let featured = featured.map(|product| {
        let title = product.title.clone();
        let face = (
            picture(store, shop, product, 480, Alt::Beside),
            html::span().class("hero-caption").child(move || store.read(&title)),
        );
        link(store, Route::Product(product.id.clone()), "hero-picture", face)
    });
    html::section()
        .class("hero")
        .child((
            html::div().class("hero-words").child((
                eyebrow,
                page_title("hero-title", move || store.read(&tagline)),
                html::div().class("hero-actions").child((
                    html::a()
                        .class("button")
                        .href("#goods")
                        .on(leptos::ev::click, |event| {
                            event.prevent_default();
                            if let Some(goods) = browser::document().get_element_by_id("goods") {
                                goods.scroll_into_view();
                            }
                        })
                        .child(move || store.say(words::LOOK_AROUND)),
                    html::button()
                        .attr("type", "button")
                        .class("button button-quiet")
                        .on(leptos::ev::click, move |_| chat::open(store))
                        .child(move || store.say(words::OPEN_CHAT)),
                )),
            )),
            featured,
        ))
        .into_any()
}

/// What stands in the window: the first product of the second shelf, since the first of all opens the
/// shelves below it anyway.
fn window_piece(shop: &Shop) -> Option<&Product> {
    let shown = |product: &&Product| product.is_in_stock() && shop.picture(&product.image).is_some();
    let second = shop.categories.get(1).map(|category| &category.id);
    let of_second = shop.products.iter().filter(|product| Some(&product.category) == second).find(shown);
    of_second.or_else(|| shop.products.iter().find(shown))
}

fn filter(store: Store, shop: &Shop) -> AnyView {
    let tab = |route: Route, label: AnyView| {
        let (current, followed) = (route.clone(), route.clone());
        html::li().child(
            html::a()
                .class("filter-tab")
                .href(route.to_query(browser::escape))
                .attr("aria-current", move || (*store.route.read() == current).then_some("true"))
                .on(leptos::ev::click, move |event| follow(store, &followed, event))
                .child(label),
        )
    };
    let mut tabs = vec![tab(Route::Home, html::live(move || store.say(words::EVERYTHING)))];
    tabs.extend(shop.categories.iter().map(|category| {
        let name = category.name.clone();
        tab(Route::Category(category.id.clone()), html::live(move || store.read(&name)))
    }));
    html::nav()
        .class("filter")
        .attr("aria-label", move || store.say(words::CATEGORIES))
        .child(html::ul().attr("role", "list").child(tabs))
        .into_any()
}

fn more(store: Store, shown: RwSignal<usize>) -> AnyView {
    html::div()
        .class("more")
        .child(
            html::button()
                .attr("type", "button")
                .class("button button-quiet")
                .on(leptos::ev::click, move |_| shown.update(|shown| *shown += PAGE))
                .child(move || store.say(words::SHOW_MORE)),
        )
        .into_any()
}

fn nothing_found(store: Store) -> AnyView {
    html::div()
        .class("empty")
        .child((
            html::p().class("empty-title").child(move || store.say(words::NOTHING_FOUND)),
            html::p().child(move || store.say(words::NOTHING_FOUND_HINT)),
            html::button()
                .attr("type", "button")
                .class("button button-quiet")
                .on(leptos::ev::click, move |_| chat::open(store))
                .child(move || store.say(words::OPEN_CHAT)),
        ))
        .into_any()
}
