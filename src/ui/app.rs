//! The page as a whole: mounts over the static shell and shows the view that the address names.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::about::ABOUT;
use super::chat;
use super::chunk::later;
use super::embed::{self, Connection};
use super::opening;
use super::receipt;
use super::route::Route;
use super::state::{ShopState, Store};
use super::storefront::{GOODS, catalogue, footer, ghost_lines, masthead};
use super::{browser, words};
use crate::platform::{spawn_local, yield_now};
use crate::ui::element as html;

/// The element of `index.html` that the page takes over.
const MOUNT_ID: &str = "app";

/// At most this wide, a screen is a phone's.
const PHONE: &str = "(max-width: 40rem)";

/// Mounts the page in place of its static shell; in a frame the widget, once the host has said how it is to be.
pub fn start() {
    spawn_local(async {
        // A program that has just started has been at it for a while: what comes now is the next turn's.
        yield_now().await;
        match embed::is_framed() {
            true => embed::begin().await,
            false => mount(None, page),
        }
    });
}

/// Mounts what `view` makes of the store.
pub fn mount(connection: Option<Connection>, view: fn(Store) -> AnyView) {
    let Some(mount) = browser::document().get_element_by_id(MOUNT_ID) else {
        leptos::logging::error!("index.html has no element with the id {MOUNT_ID}");
        return;
    };
    let shell: Vec<web_sys::Node> = std::iter::successors(mount.first_child(), |node| node.next_sibling()).collect();
    let app = move || {
        let store = Store::start(connection);
        provide_context(store);
        receipt::watch(store.fetched);
        browser::follow_visual_viewport();
        title(store);
        html::group((view(store), announcer(store)))
    };
    leptos::mount::mount_to(mount.clone().unchecked_into(), app).forget();
    // The shell goes only once the page stands: no blank frame in between.
    for node in shell {
        let _ = mount.remove_child(&node);
    }
}

fn page(store: Store) -> AnyView {
    browser::on_media(PHONE, move |phone| store.phone.set(phone));
    browser::listen(&browser::window(), "popstate", move |_| {
        store.route.set(Route::from_query(browser::query_parameter));
        chat::follow_history(store);
    });
    browser::listen(&browser::window(), "attendant-update", move |_| store.update.set(true));
    accent(store);
    opening::open_shop(store);
    // The shortcut of the installed app.
    if browser::query_parameter("view").as_deref() == Some("chat") {
        chat::open(store);
    }
    let behind_chat = move || store.phone.get() && store.chat_open.get();
    html::group((
        html::div()
            .class("page")
            .attr("data-chat", move || store.chat_open.get().then_some("open"))
            .attr("inert", behind_chat)
            .child((
                html::a().class("skip").href("#main").child(move || store.say(words::SKIP)),
                masthead(store),
                html::main().id("main").attr("tabindex", "-1").child(part(store, main(store))),
                part(store, footer(store)),
                html::live(move || store.update.get().then(|| update_offer(store))),
                chat::launcher(store),
            )),
        part(store, html::live(move || store.chat_open.get().then(|| later(store, chat::PANEL)))),
    ))
}

/// A newer build is offered, never forced: what is typed and said here is not lost to it. See `www/start.js`.
fn update_offer(store: Store) -> AnyView {
    let answer = |label: words::Phrase, take: bool| {
        html::button()
            .attr("type", "button")
            .class("small-button")
            .on(leptos::ev::click, move |_| {
                store.update.set(false);
                if take {
                    browser::tell_window("attendant-update-taken");
                }
            })
            .child(move || store.say(label))
    };
    html::div()
        .class("update-offer")
        .attr("role", "status")
        .attr("data-testid", "update-offer")
        .child((
            html::p().child(move || store.say(words::UPDATE_READY)),
            answer(words::UPDATE_TAKE, true),
            answer(words::UPDATE_LATER, false),
        ))
        .into_any()
}

fn main(store: Store) -> AnyView {
    // Filters of the catalogue are one page: only what is in it changes.
    let page = Memo::new(move |_| match &*store.route.read() {
        Route::Category(_) | Route::Search(_) => Route::Home,
        route => route.clone(),
    });
    html::live(move || match (&*store.shop.read(), page.get()) {
        (_, Route::About) => later(store, ABOUT),
        (ShopState::Opening, _) => opening(store),
        (ShopState::Failed, _) => failed(store),
        (ShopState::Open(_), Route::Product(_) | Route::Cart) => later(store, GOODS),
        (ShopState::Open(shop), _) => catalogue(store, shop.clone()),
    })
}

/// What the static shell shows, until the shop's file is there.
fn opening(store: Store) -> AnyView {
    let ghosts: Vec<AnyView> =
        (0..8).map(|_| html::div().class("card card-ghost").child(ghost_lines()).into_any()).collect();
    html::div()
        .class("catalogue")
        .attr("aria-busy", "true")
        .child((
            html::div().class("hero hero-ghost").child((
                html::p().class("visually-hidden").attr("role", "status").child(move || store.say(words::LOADING_SHOP)),
                html::div().class("hero-words"),
                html::span().class("hero-picture"),
            )),
            html::div().class("grid").attr("aria-hidden", "true").child(ghosts),
        ))
        .into_any()
}

pub fn failed(store: Store) -> AnyView {
    html::div()
        .class("empty")
        .attr("role", "alert")
        .child((
            html::h1().id("page-title").class("empty-title").child(move || store.say(words::SHOP_FAILED)),
            html::p().child(move || store.say(words::SHOP_FAILED_TEXT)),
            html::button()
                .attr("type", "button")
                .class("button")
                .on(leptos::ev::click, move |_| opening::open_shop(store))
                .child(move || store.say(words::TRY_AGAIN)),
        ))
        .into_any()
}

/// Keeps one part's failure from taking the others along.
pub fn part(store: Store, view: AnyView) -> AnyView {
    let fallback = move |_| html::p().class("part-failed").child(store.say(words::PART_FAILED)).into_any();
    ErrorBoundary(
        ErrorBoundaryProps::builder()
            .fallback(fallback)
            .children(leptos::children::ToChildren::to_children(move || view))
            .build(),
    )
    .into_any()
}

/// The live region of the page: short sentences, one at a time.
fn announcer(store: Store) -> AnyView {
    html::p()
        .class("visually-hidden")
        .attr("role", "status")
        .attr("aria-live", "polite")
        .child(move || store.announcement.get())
        .into_any()
}

fn title(store: Store) {
    Effect::new(move |_| {
        let Some(shop) = store.open_shop() else { return };
        let name = store.read(&shop.settings.name);
        let page = match &*store.route.read() {
            Route::Home => store.read(&shop.settings.tagline),
            Route::Category(id) => shop.category(id).map_or(id.clone(), |category| store.read(&category.name)),
            Route::Search(words) => words.clone(),
            Route::Product(id) => shop.title(id, store.language.get()).to_owned(),
            Route::Cart => store.say(words::CART).to_owned(),
            Route::About => store.say(words::HOW).to_owned(),
        };
        browser::document().set_title(&format!("{page} · {name}"));
    });
}

/// The shop's own colour, for light and for dark.
fn accent(store: Store) {
    Effect::new(move |_| {
        let Some(shop) = store.open_shop() else { return };
        let style = browser::root().style();
        for (name, value) in
            [("--shop-accent", &shop.settings.accent), ("--shop-accent-dark", &shop.settings.accent_dark)]
        {
            if !value.is_empty() {
                let _ = style.set_property(name, value);
            }
        }
    });
}
