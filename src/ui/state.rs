//! What the page knows, as signals in one [`Store`] that every component can reach.

use std::sync::Arc;

use leptos::prelude::*;

use super::cart::{self, Cart};
use super::chat::Conversation;
use super::client::{Client, Health};
use super::embed::{Connection, Host};
use super::history::{self, History};
use super::receipt::Fetched;
use super::route::Route;
use super::shop::Shop;
use super::trust::Trust;
use super::words::Phrase;
use super::{browser, embed, memory, vault, words};
use crate::pack::Localized;
use crate::protocol::{
    DevicePreference, DeviceReport, EngineError, Erasure, Insight, Language, Phase, RequestId, ShopperAction,
    ShopperEvent, StorageReport, VaultState, WeightSource,
};

const LANGUAGE_KEY: &str = "attendant.language";
const THEME_KEY: &str = "attendant.theme";
const PERSONALISE_KEY: &str = "attendant.personalise";
/// Says that the shopper has agreed, until there is a vault to say so.
pub const REMEMBER_KEY: &str = "attendant.remember";
/// Says that a language model may put answers into other words.
pub const REPHRASE_KEY: &str = "attendant.rephrase";
/// For how many days, where the shopper has chosen.
const RETENTION_KEY: &str = "attendant.retention";
const DEFAULT_RETENTION_DAYS: u16 = 90;

/// The shop's file, as far as it has come.
#[derive(Clone, Debug, Default)]
pub enum ShopState {
    #[default]
    Opening,
    Open(Arc<Shop>),
    Failed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    fn code(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub fn from_code(code: &str) -> Theme {
        match code {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Auto,
        }
    }

    pub fn next(self) -> Theme {
        match self {
            Theme::Auto => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Auto,
        }
    }

    pub fn label(self) -> Phrase {
        match self {
            Theme::Auto => words::THEME_AUTO,
            Theme::Light => words::THEME_LIGHT,
            Theme::Dark => words::THEME_DARK,
        }
    }
}

/// The language model, from the shopper's side.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ModelState {
    #[default]
    Absent,
    /// The shopper saves data and has not been asked, or has not said yes.
    Offered,
    Loading {
        request: RequestId,
        phase: Phase,
        loaded_bytes: u64,
        total_bytes: u64,
    },
    Cancelled,
    Ready {
        name: String,
        size_bytes: u64,
        source: WeightSource,
    },
    Failed(EngineError),
}

impl ModelState {
    /// For styles and tests.
    pub fn code(&self) -> &'static str {
        match self {
            ModelState::Absent => "absent",
            ModelState::Offered => "offered",
            ModelState::Loading { .. } => "loading",
            ModelState::Cancelled => "cancelled",
            ModelState::Ready { .. } => "ready",
            ModelState::Failed(_) => "failed",
        }
    }

    /// Where a loaded model came from.
    pub fn source_code(&self) -> Option<&'static str> {
        match self {
            ModelState::Ready { source: WeightSource::Network, .. } => Some("network"),
            ModelState::Ready { source: WeightSource::Storage, .. } => Some("storage"),
            ModelState::Ready { source: WeightSource::Memory, .. } => Some("memory"),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
pub struct Store {
    pub language: RwSignal<Language>,
    pub theme: RwSignal<Theme>,
    pub route: RwSignal<Route>,
    pub shop: RwSignal<ShopState>,
    pub trust: RwSignal<Trust>,
    pub cart: RwSignal<Cart>,
    pub history: RwSignal<History>,
    /// Kept records that could not be read and were set aside.
    pub n_aside: RwSignal<usize>,
    /// What follows from the history, as the worker last said.
    pub insights: RwSignal<Vec<Insight>>,
    /// What is not on the disk yet, or never will be.
    pub unstored: RwSignal<Vec<ShopperEvent>>,
    /// Whether recommendations may look at the history.
    pub personalise: RwSignal<bool>,
    /// Whether what is said and done here outlives the tab; see [`vault`].
    pub remember: RwSignal<bool>,
    /// For how long what is done here is kept then.
    pub retention_days: RwSignal<u16>,
    /// Once the worker has told.
    pub vault: RwSignal<Option<VaultState>>,
    pub chat_open: RwSignal<bool>,
    pub conversation: Conversation,
    /// The screen is narrow: the chat fills it.
    pub phone: RwSignal<bool>,
    /// One short sentence for a screen reader; see `app::announcer`.
    pub announcement: RwSignal<String>,
    pub client: StoredValue<Option<Client>, LocalStorage>,
    /// What is to be asked of the worker once there is one: see [`super::link::when_started`].
    pub asked_early: StoredValue<Vec<Box<dyn FnOnce()>>, LocalStorage>,
    pub health: RwSignal<Health>,
    /// The worker has the pack: recommendations and answers can be had.
    pub engine_open: RwSignal<bool>,
    pub model: RwSignal<ModelState>,
    pub device: RwSignal<Option<DeviceReport>>,
    /// `?device=` of the address with which the page was opened, for tests and for the curious.
    pub wanted_device: DevicePreference,
    pub storage: RwSignal<Option<StorageReport>>,
    pub fetched: RwSignal<Vec<Fetched>>,
    /// A newer build is here and waits for the shopper's word.
    pub update: RwSignal<bool>,
    /// The page that this one is a widget in, if it is one.
    pub host: Host,
}

/// The store of the running page.
pub fn store() -> Store {
    expect_context()
}

impl Store {
    /// Reads what is kept, and keeps what changes from now on.
    pub fn start(connection: Option<Connection>) -> Store {
        let host = Host::new(connection);
        let stored_language = browser::query_parameter("lang").or_else(|| browser::stored(LANGUAGE_KEY));
        let language = stored_language
            .or_else(|| browser::preferred_languages().into_iter().find(|tag| speaks(tag)))
            .map_or(Language::default(), |tag| Language::from_tag(&tag));
        let theme = browser::stored(THEME_KEY).map_or(Theme::Auto, |code| Theme::from_code(&code));
        let cart = vault::cart_of_tab();
        let remember = browser::stored(REMEMBER_KEY).is_some();
        let retention_days = browser::stored(RETENTION_KEY).and_then(|days| days.parse().ok());
        let personalise = match browser::stored(PERSONALISE_KEY).as_deref() {
            Some(chosen) => chosen != "off",
            None => host.personalises(),
        };
        browser::unstore(history::EARLIER_KEY);
        let waiting = browser::kept_for_tab(history::KEY).map(|json| history::unstored_from_json(&json));
        let unstored = waiting.unwrap_or_default();
        let store = Store {
            language: RwSignal::new(language),
            theme: RwSignal::new(theme),
            route: RwSignal::new(Route::from_query(browser::query_parameter)),
            shop: RwSignal::new(ShopState::Opening),
            trust: RwSignal::new(Trust::default()),
            cart: RwSignal::new(cart),
            history: RwSignal::new(History::of(unstored.clone())),
            n_aside: RwSignal::new(0),
            insights: RwSignal::new(Vec::new()),
            unstored: RwSignal::new(unstored),
            personalise: RwSignal::new(personalise),
            remember: RwSignal::new(remember),
            retention_days: RwSignal::new(retention_days.unwrap_or(DEFAULT_RETENTION_DAYS)),
            vault: RwSignal::new(None),
            chat_open: RwSignal::new(false),
            conversation: Conversation::new(),
            phone: RwSignal::new(false),
            announcement: RwSignal::new(String::new()),
            client: StoredValue::new_local(None),
            asked_early: StoredValue::new_local(Vec::new()),
            health: RwSignal::new(Health::Starting),
            engine_open: RwSignal::new(false),
            model: RwSignal::new(ModelState::Absent),
            device: RwSignal::new(None),
            wanted_device: match browser::query_parameter("device").as_deref() {
                Some("cpu") => DevicePreference::Cpu,
                Some("gpu") => DevicePreference::Gpu,
                _ => DevicePreference::Auto,
            },
            storage: RwSignal::new(None),
            fetched: RwSignal::new(Vec::new()),
            update: RwSignal::new(false),
            host,
        };
        store.keep();
        store
    }

    fn keep(self) {
        Effect::new(move |_| {
            let _ = browser::root().set_attribute("lang", self.language.get().tag());
        });
        Effect::new(move |_| {
            let theme = self.theme.get();
            let _ = browser::root().set_attribute("data-theme", theme.code());
            match theme {
                // A widget's colours are its shop's choice, and not this shopper's to be kept.
                _ if self.host.is_there() => {}
                Theme::Auto => browser::unstore(THEME_KEY),
                chosen => browser::store(THEME_KEY, chosen.code()),
            }
        });
        // A reload does not empty it; what outlives the tab is the vault's.
        Effect::new(move |_| {
            let cart = self.cart.read();
            browser::keep_for_tab(cart::KEY, &if cart.is_empty() { String::new() } else { cart.to_json() });
        });
        vault::follow(self);
        memory::follow(self);
        Effect::new(move |_| match self.retention_days.get() {
            DEFAULT_RETENTION_DAYS => browser::unstore(RETENTION_KEY),
            days => browser::store(RETENTION_KEY, &days.to_string()),
        });
        // Only what differs from how a visit begins anyway is worth keeping.
        Effect::new(move |_| match self.personalise.get() {
            personalise if personalise == self.host.personalises() => browser::unstore(PERSONALISE_KEY),
            true => browser::store(PERSONALISE_KEY, "on"),
            false => browser::store(PERSONALISE_KEY, "off"),
        });
    }

    /// The phrase in the shopper's language; follows a change of it.
    pub fn say(self, phrase: Phrase) -> &'static str {
        phrase.get(self.language.get())
    }

    /// The shop's text in the shopper's language; follows a change of it.
    pub fn read(self, text: &Localized<String>) -> String {
        text.text(self.language.get()).to_owned()
    }

    pub fn choose_language(self, language: Language) {
        browser::store(LANGUAGE_KEY, language.tag());
        self.language.set(language);
    }

    /// As a newcomer finds the page.
    pub fn forget_settings(self) {
        self.theme.set(Theme::Auto);
        self.personalise.set(self.host.personalises());
        browser::unstore(LANGUAGE_KEY);
    }

    /// The shop's language, unless the shopper or the browser has one.
    pub fn default_language(self, language: Language) {
        let chosen = browser::query_parameter("lang").or_else(|| browser::stored(LANGUAGE_KEY));
        let host = self.host.settings.read_untracked().locale.as_deref().and_then(spoken);
        if chosen.is_none() && host.is_none() && !browser::preferred_languages().iter().any(|tag| speaks(tag)) {
            self.language.set(language);
        }
    }

    /// The shop, once it is open.
    pub fn open_shop(self) -> Option<Arc<Shop>> {
        match &*self.shop.read() {
            ShopState::Open(shop) => Some(shop.clone()),
            _ => None,
        }
    }

    /// Goes to another view, with its own address. A new page begins at its top, with its heading
    /// in focus; a filter leaves the shopper where they are.
    pub fn go(self, route: Route) {
        if self.host.is_there() {
            return embed::go(self, &route);
        }
        let before = self.route.get_untracked();
        if before == route {
            return;
        }
        let query = route.to_query(browser::escape);
        // Letters typed into the search are one step of the history, not one each.
        match (&before, &route) {
            (Route::Search(_), Route::Search(_)) => browser::replace_address(&query),
            _ => browser::push_address(&query),
        }
        // Who types into the search goes on typing.
        let new_page = !before.same_page(&route);
        let searching = matches!(route, Route::Search(_));
        self.route.set(route);
        if new_page {
            browser::scroll_to_top();
            if !searching {
                browser::on_next_frame(|| browser::focus("page-title"));
            }
        }
    }

    /// Notes what the shopper did. With personalisation off nothing is noted but what they ask for:
    /// not to see a product again.
    pub fn record(self, action: ShopperAction, product: &str) {
        if !self.personalise.get_untracked() && action != ShopperAction::NotInterested {
            return;
        }
        self.note(ShopperEvent::new(action, product, browser::now_ms()));
    }

    /// Notes it here and has the worker note it.
    pub fn note(self, event: ShopperEvent) {
        let is_news = self.history.try_maybe_update(|history| {
            let is_news = history.record(event.clone());
            (is_news, is_news)
        });
        if is_news == Some(true) {
            memory::note(self, vec![event]);
        }
    }

    /// Once more takes it back.
    pub fn like(self, product: &str) {
        let is_like = |event: &&ShopperEvent| event.action == ShopperAction::Liked && event.product == product;
        let liked = self.history.read_untracked().events().iter().find(is_like).cloned();
        match liked {
            Some(event) => memory::erase(self, Erasure::Event(event)),
            None => self.record(ShopperAction::Liked, product),
        }
    }

    pub fn add_to_cart(self, product: &str) {
        self.cart.update(|cart| cart.add(product));
        self.record(ShopperAction::AddToCart, product);
        self.announce(words::ADDED.get(self.language.get_untracked()));
    }

    pub fn set_quantity(self, product: &str, quantity: u32) {
        let before = self.cart.read_untracked().quantity(product);
        self.cart.update(|cart| cart.set(product, quantity));
        if quantity < before {
            self.record(ShopperAction::RemoveFromCart, product);
        } else if quantity > before {
            self.record(ShopperAction::AddToCart, product);
        }
    }

    /// Has a screen reader say it, even where it says the same as the last time.
    pub fn announce(self, text: &str) {
        let text = text.to_owned();
        self.announcement.set(String::new());
        browser::after_ms(60, move || self.announcement.set(text));
    }
}

fn speaks(tag: &str) -> bool {
    spoken(tag).is_some()
}

/// The language of a tag, if the page speaks it.
pub fn spoken(tag: &str) -> Option<Language> {
    let is = |language: &str| tag.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(language));
    (is("en") || is("zh")).then(|| Language::from_tag(tag))
}
