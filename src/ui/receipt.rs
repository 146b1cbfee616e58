//! The network receipt: every request that the page has made, as the browser itself reports them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{
    BroadcastChannel, MessageEvent, PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList,
    PerformanceResourceTiming,
};

use super::browser;

/// One request that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Fetched {
    pub url: String,
    /// What crossed the network, or lay in a cache.
    pub size_bytes: u64,
    pub took_ms: f64,
    pub from_cache: bool,
}

impl Fetched {
    /// Whether it went to another origin than the page's.
    pub fn is_elsewhere(&self, origin: &str) -> bool {
        !is_at(&self.url, origin)
    }
}

fn is_at(url: &str, origin: &str) -> bool {
    url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// The part of an address that a shopper can read: its path and query, or all of it when elsewhere.
pub fn shown(url: &str, origin: &str) -> String {
    match url.strip_prefix(origin) {
        Some(path) if is_at(url, origin) => path.to_owned(),
        _ => url.to_owned(),
    }
}

pub fn origin() -> String {
    browser::window().location().origin().unwrap_or_default()
}

/// Where the worker and the service worker tell what they have fetched: `www/worker_loader.js`, `www/sw.js`. Every tab of
/// the shop hears it.
const CHANNEL: &str = "receipt";

/// Fills the list with what has been requested so far, and with what is requested from now on.
pub fn watch(fetched: RwSignal<Vec<Fetched>>) {
    if let Some(performance) = browser::window().performance() {
        add(fetched, &performance.get_entries_by_type("navigation"));
    }
    let on_entries =
        Closure::<dyn FnMut(PerformanceObserverEntryList)>::new(move |list: PerformanceObserverEntryList| {
            add(fetched, &list.get_entries());
        });
    if let Ok(observer) = PerformanceObserver::new(on_entries.as_ref().unchecked_ref()) {
        let options = js_sys::Object::new();
        let set = |name: &str, value: JsValue| drop(js_sys::Reflect::set(&options, &name.into(), &value));
        set("type", "resource".into());
        set("buffered", true.into());
        observer.observe(options.unchecked_ref());
    }
    on_entries.forget();
    if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
        browser::listen(&channel, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            let entries = data.as_string().and_then(|text| js_sys::JSON::parse(&text).ok());
            if let Some(entries) = entries.and_then(|entries| entries.dyn_into::<js_sys::Array>().ok()) {
                add(fetched, &entries);
            }
        });
        // It lives as long as the page.
        std::mem::forget(channel);
    }
}

fn add(fetched: RwSignal<Vec<Fetched>>, entries: &js_sys::Array) {
    let new: Vec<Fetched> = entries.iter().filter_map(|entry| read(entry.unchecked_into())).collect();
    if !new.is_empty() {
        fetched.update(|list| list.extend(new));
    }
}

/// Reads an entry, or one that came as JSON and has the same names.
fn read(entry: PerformanceEntry) -> Option<Fetched> {
    let url = entry.name();
    // Pictures out of the pack and inlined icons: no request at all.
    if url.starts_with("blob:") || url.starts_with("data:") {
        return None;
    }
    let timing: PerformanceResourceTiming = entry.unchecked_into();
    let transferred = timing.transfer_size();
    let body = timing.encoded_body_size();
    Some(Fetched {
        url,
        size_bytes: if transferred > 0.0 { transferred } else { body } as u64,
        // Browsers give 0 − start for a request that is not over.
        took_ms: timing.duration().max(0.0),
        from_cache: transferred == 0.0 && body > 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> Fetched {
        Fetched { url: url.into(), size_bytes: 1, took_ms: 1.0, from_cache: false }
    }

    #[test]
    fn elsewhere_is_another_origin_and_not_a_longer_name() {
        let origin = "https://shop.example";
        assert!(!at("https://shop.example/a.js").is_elsewhere(origin));
        assert!(at("https://shop.example.evil/a.js").is_elsewhere(origin));
        assert!(at("http://shop.example/a.js").is_elsewhere(origin));
        assert_eq!(shown("https://shop.example/tea/shop.pack", origin), "/tea/shop.pack");
        assert_eq!(shown("https://other.example/x", origin), "https://other.example/x");
    }
}
