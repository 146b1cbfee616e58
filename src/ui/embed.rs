//! The page as a widget: a chat alone, in a frame of somebody else's page.
//!
//! [`begin`] waits for the host and checks who it is; then the widget does what the host says and says what the shopper
//! does. Its part of the program is a file of its own. The messages are in [`crate::widget`].

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::about::ABOUT;
use super::app::{failed, mount, part};
use super::chunk::{SplitLoaderError, later};
use super::icon::{self, icon};
use super::route::Route;
use super::state::{ShopState, Store, Theme};
use super::{browser, chat, link, memory, opening, words};
use crate::pack::Product;
use crate::platform::{json, sleep_ms};
use crate::protocol::{Erasure, Offer, ShopperAction, ShopperEvent};
use crate::ui::element as html;
use crate::widget::{Command, Connect, Hello, Notice, Settings, WIDGET_VERSION, may_embed};

/// The way to the host, once it is known.
pub struct Connection {
    port: MessagePort,
    settings: Settings,
}

/// What the store holds of it.
#[derive(Clone, Copy)]
pub struct Host {
    port: StoredValue<Option<MessagePort>, LocalStorage>,
    pub settings: RwSignal<Settings>,
    /// Questions of the host's, each to be put once the shop is open and the one before is answered.
    asked: RwSignal<Vec<String>>,
    /// What the page around sells beside the pack's goods.
    pub offers: RwSignal<Vec<Offer>>,
    /// Who is shopping, if the host has said so.
    pub shopper: RwSignal<Option<String>>,
}

impl Host {
    pub fn new(connection: Option<Connection>) -> Host {
        let (port, settings) = connection.map(|connection| (connection.port, connection.settings)).unzip();
        Host {
            port: StoredValue::new_local(port),
            settings: RwSignal::new(settings.unwrap_or_default()),
            asked: RwSignal::new(Vec::new()),
            offers: RwSignal::new(Vec::new()),
            shopper: RwSignal::new(None),
        }
    }

    /// Whether the page is a widget in another one.
    pub fn is_there(self) -> bool {
        self.port.with_value(Option::is_some)
    }

    /// Whether a shopper who has not chosen is recommended to by what they looked at.
    pub fn personalises(self) -> bool {
        self.settings.read_untracked().personalise.as_deref() != Some("off")
    }

    pub fn tell(self, notice: Notice) {
        self.port.with_value(|port| {
            if let Some(port) = port {
                post(port, &notice);
            }
        });
    }
}

fn post(port: &MessagePort, notice: &Notice) {
    let _ = port.post_message(&json::to_string(notice).expect("plain data serializes").into());
}

fn read<T: serde::de::DeserializeOwned>(data: &JsValue) -> Option<T> {
    json::from_slice(data.as_string()?.as_bytes()).ok()
}

/// Whether this document is the widget's (`embed.html`) and framed.
pub fn is_framed() -> bool {
    browser::root().has_attribute("data-embed") && host_window().is_some()
}

fn host_window() -> Option<web_sys::Window> {
    let window = browser::window();
    window.parent().ok().flatten().filter(|parent| *parent != window)
}

/// How often the widget's own part of the program is asked for; after that the launcher says that nothing comes.
const TRIES: u32 = 5;

/// Starts the widget: its part of the program first, which no visitor of the page pays for.
pub async fn begin() {
    for tries in 1..=TRIES {
        match start_widget().await {
            Ok(()) => return,
            Err(error) => leptos::logging::warn!("the widget's part of the program: {error:?}"),
        }
        sleep_ms(500 << tries).await;
    }
}

#[wasm_split(widget, wasm_split_path = leptos::wasm_split, fallible)]
fn start_widget() -> Result<(), SplitLoaderError> {
    connect(|connection| mount(Some(connection), widget));
    Ok(())
}

/// The chat alone. How wide the screen is and where the shopper came from, the host knows.
fn widget(store: Store) -> AnyView {
    opening::open_shop(store);
    let view = part(store, view(store));
    follow(store);
    view
}

/// Says that the frame listens, and calls back with the first host that may drive it.
fn connect(then: impl FnOnce(Connection) + 'static) {
    let Some(host) = host_window() else { return };
    let own = browser::origin();
    let mut then = Some(then);
    let parent = host.clone();
    browser::listen(&browser::window(), "message", move |event| {
        let event: MessageEvent = event.unchecked_into();
        let from_parent = event.source().is_some_and(|source| js_sys::Object::is(&source, &parent));
        if !from_parent || !may_embed(&event.origin(), &own) {
            return;
        }
        let Some(Connect { attendant: WIDGET_VERSION, settings }) = read(&event.data()) else { return };
        let Ok(port) = event.ports().get(0).dyn_into::<MessagePort>() else { return };
        // Whoever came first has the frame; there is no second connection.
        if let Some(then) = then.take() {
            then(Connection { port, settings });
        }
    });
    // To whoever it is: that a frame listens is no secret, and its origin is not known before it answers.
    let hello = json::to_string(&Hello { attendant: WIDGET_VERSION }).expect("a number serializes");
    let _ = host.post_message(&hello.into(), "*");
}

/// From now on the frame does what the host says.
fn follow(store: Store) {
    let host = store.host;
    dress(store);
    let is_opening = Memo::new(move |_| matches!(&*store.shop.read(), ShopState::Opening));
    Effect::new(move |_| {
        if !is_opening.get() {
            host.tell(Notice::Ready);
        }
    });
    Effect::new(move |_| {
        let is_free = !is_opening.get() && store.conversation.running.get().is_none();
        if is_free && !host.asked.read().is_empty() {
            let text = host.asked.try_update(|asked| asked.remove(0));
            chat::ask(store, &text.unwrap_or_default());
        }
    });
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(command) = read(&event.data()) {
            obey(store, command);
        }
    });
    host.port.with_value(|port| {
        if let Some(port) = port {
            // Setting it also starts the port: what waited there is read now.
            port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        }
    });
    listener.forget();
}

fn obey(store: Store, command: Command) {
    let host = store.host;
    match command {
        Command::Open => chat::open(store),
        Command::Close => store.chat_open.set(false),
        Command::Ask { text } => host.asked.update(|asked| asked.push(text)),
        Command::Event { action, products, text } => note(store, action, &products, text),
        Command::Offer { products } => link::offer(store, products),
        Command::Identify { shopper } => identify(store, &shopper),
        Command::Reset => chat::begin_anew(store),
        Command::Configure(settings) => host.settings.set(*settings),
        Command::CartAnswered { product, ok: true } => {
            store.record(ShopperAction::AddToCart, &product);
            store.announce(words::ADDED.get(store.language.get_untracked()));
        }
        Command::CartAnswered { ok: false, .. } => {
            store.announce(words::CART_REFUSED.get(store.language.get_untracked()));
        }
    }
}

/// What the shopper did in the shop around; of one list, or one order, all at one time.
fn note(store: Store, action: ShopperAction, products: &[String], text: String) {
    if !store.personalise.get_untracked() && action != ShopperAction::NotInterested {
        return;
    }
    let at_ms = browser::now_ms();
    if !text.is_empty() {
        store.note(ShopperEvent { text, ..ShopperEvent::new(action, "", at_ms) });
    }
    for product in products {
        store.note(ShopperEvent::new(action, product, at_ms));
    }
}

/// What one customer said and looked at is not the next one's to find, on a device that they share.
fn identify(store: Store, shopper: &str) {
    let before = store.host.shopper.get_untracked();
    if before.as_deref() == Some(shopper) {
        return;
    }
    store.host.shopper.set(Some(shopper.to_owned()));
    if before.is_some() {
        memory::erase(store, Erasure::All);
        chat::begin_anew(store);
    }
}

/// Colours, radius and language as the shop has set them, now and when it sets others.
fn dress(store: Store) {
    let settings = store.host.settings;
    Effect::new(move |_| {
        let settings = settings.read();
        store.theme.set(Theme::from_code(settings.theme.as_deref().unwrap_or_default()));
        if let Some(language) = settings.locale.as_deref().and_then(super::state::spoken) {
            store.language.set(language);
        }
        let style = browser::root().style();
        // On dark paper an accent made for light paper is too dark to read.
        let dark = settings.accent.as_deref().map(|accent| format!("color-mix(in srgb, {accent} 45%, #fff)"));
        for (name, value) in [
            ("--shop-accent", &settings.accent),
            ("--shop-accent-dark", &dark),
            ("--shop-on-accent", &settings.on_accent),
            ("--radius", &settings.radius),
        ] {
            let _ = match value {
                Some(value) => style.set_property(name, value),
                None => style.remove_property(name).map(drop),
            };
        }
    });
}

/// The chat, or what it has to say about itself.
fn view(store: Store) -> AnyView {
    let on_about = Memo::new(move |_| *store.route.read() == Route::About);
    let has_failed = Memo::new(move |_| matches!(&*store.shop.read(), ShopState::Failed));
    html::live(move || match (store.chat_open.get(), on_about.get(), has_failed.get()) {
        (false, ..) => html::group(()),
        (true, true, _) => about_panel(store),
        (true, false, true) => failed(store),
        (true, false, false) => later(store, chat::PANEL),
    })
}

fn about_panel(store: Store) -> AnyView {
    let back = html::button()
        .attr("type", "button")
        .class("icon-button")
        .attr("aria-label", move || store.say(words::BACK_TO_CHAT))
        .on(leptos::ev::click, move |_| {
            store.route.set(Route::Home);
            browser::on_next_frame(|| browser::focus(chat::COMPOSER_ID));
        })
        .child(icon(icon::BACK));
    html::section()
        .class("chat")
        .attr("aria-label", move || store.say(words::HOW))
        .child((
            html::header()
                .class("chat-head")
                .child((back, html::div().class("chat-name").child(html::p().child(move || store.say(words::CHAT))))),
            html::div().class("log").attr("tabindex", "0").child(later(store, ABOUT)),
        ))
        .into_any()
}

/// Follows a link of the chat: what this page cannot show, the host may.
pub fn go(store: Store, route: &Route) {
    match route {
        Route::Product(product) => {
            store.record(ShopperAction::ViewItem, product);
            store.host.tell(Notice::Product { product: product.clone() });
        }
        Route::About => {
            store.route.set(Route::About);
            browser::on_next_frame(|| browser::focus("page-title"));
        }
        _ => {}
    }
}

/// Asks the host to put a product into the shop's cart. [`Command::CartAnswered`] says whether it did.
pub fn add_to_cart(store: Store, product: &Product) {
    let price = product.current_price();
    store.host.tell(Notice::AddToCart {
        product: product.id.clone(),
        title: product.title.text(store.language.get_untracked()).to_owned(),
        price: price.major(),
        currency: price.currency.clone(),
    });
}
