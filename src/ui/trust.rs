//! Whether the page believes a pack, and the last one that it did.
//!
//! A shop's key is named by the page (`<meta name="pack-key" content="…">`) or by the page around the widget, or it
//! is pinned when the first signed pack is seen. A pack that is not believed changes nothing: the one before it
//! goes on, out of the cache.

use js_sys::Uint8Array;
use leptos::prelude::ReadUntracked;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::browser;
use super::state::Store;
use crate::pack::Pack;
use crate::pack::signature::{Pin, TrustError, check};

/// Before the pack's address: whom the page believes for it (`localStorage`). It says nothing of the shopper.
const PIN_KEY: &str = "attendant.pack ";
/// The cache of packs that were believed. Shells are kept by the service worker, apart from it.
const CACHE: &str = "packs";

/// How far a pack is to be trusted, for the page to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Not all of it has come: who made it stands at its end.
    #[default]
    Unknown,
    /// Nobody has signed it, and nobody asked for it.
    Unsigned,
    Signed,
    /// What the server has now is not believed, and this is what was there before.
    Earlier,
}

/// Those bytes, or the last ones that were believed.
pub async fn believed(store: Store, url: &str, bytes: Uint8Array) -> Result<(Uint8Array, Trust), TrustError> {
    let (wanted, pin) = wanted(store, url);
    let pack = bytes.to_vec();
    match check(&pack, wanted.as_deref(), pin.as_ref()).await {
        Ok(None) => Ok((bytes, Trust::Unsigned)),
        // One that is signed and does not open is no better than one with a wrong signature.
        Ok(Some(_)) if Pack::open_sections(&pack, |_| true).await.is_err() => {
            earlier(url).await.ok_or(TrustError::Forged)
        }
        Ok(Some(new)) => {
            if pin.as_ref() != Some(&new) {
                browser::store(&pin_key(url), &new.text());
                keep(url, &bytes).await;
            }
            Ok((bytes, Trust::Signed))
        }
        Err(error) => {
            leptos::logging::warn!("{url}: {error}");
            earlier(url).await.ok_or(error)
        }
    }
}

/// Whether the page believes nobody's pack but one shop's. The proof of who made it comes at its end.
pub fn is_wanted(store: Store, url: &str) -> bool {
    let (wanted, pin) = wanted(store, url);
    wanted.is_some() || pin.is_some()
}

/// The key that somebody names, and what an earlier visit has seen.
fn wanted(store: Store, url: &str) -> (Option<String>, Option<Pin>) {
    let pin = browser::stored(&pin_key(url)).and_then(|stored| Pin::read(&stored));
    (store.host.settings.read_untracked().pack_key.clone().or_else(named_key), pin)
}

fn pin_key(url: &str) -> String {
    format!("{PIN_KEY}{url}")
}

fn named_key() -> Option<String> {
    let meta = browser::document().query_selector("meta[name=pack-key]").ok().flatten()?;
    meta.get_attribute("content").filter(|key| !key.is_empty())
}

async fn cache() -> Option<web_sys::Cache> {
    // Absent outside secure contexts.
    let caches = js_sys::Reflect::get(&browser::window(), &"caches".into()).ok()?;
    let caches: web_sys::CacheStorage = caches.dyn_into().ok()?;
    JsFuture::from(caches.open(CACHE)).await.ok().map(JsCast::unchecked_into)
}

async fn keep(url: &str, bytes: &Uint8Array) {
    let (Some(cache), Ok(response)) = (cache().await, web_sys::Response::new_with_opt_js_u8_array(Some(bytes))) else {
        return;
    };
    let _ = JsFuture::from(cache.put_with_str(url, &response)).await;
}

/// It was believed when it was kept, and nobody but this origin can have changed it since.
async fn earlier(url: &str) -> Option<(Uint8Array, Trust)> {
    let response = JsFuture::from(cache().await?.match_with_str(url)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some((Uint8Array::new(&buffer), Trust::Earlier))
}
