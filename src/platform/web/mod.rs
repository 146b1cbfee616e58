//! The world in a browser. Everything here works in a window and in a dedicated worker alike.

#[cfg(feature = "core")]
mod crypto;
#[cfg(feature = "core")]
mod database;
#[cfg(any(feature = "core", feature = "ui"))]
mod digest;
pub mod ed25519;
#[cfg(feature = "core")]
mod fetch;
#[cfg(any(feature = "core", feature = "ui"))]
mod inflate;
pub mod json;
#[cfg(feature = "core")]
mod library;
#[cfg(feature = "core")]
mod lock;
#[cfg(feature = "core")]
mod opfs;
#[cfg(feature = "core")]
mod safe;
mod tasks;
#[cfg(feature = "core")]
mod weights;
pub mod wire;

#[cfg(any(feature = "core", feature = "ui"))]
pub use digest::digest;
#[cfg(any(feature = "core", feature = "ui"))]
pub use inflate::inflate_off_thread;
pub use tasks::{sleep_ms, spawn_local, yield_now};

#[cfg(feature = "core")]
pub use library::{LocalFile, delete_model, keep_model, kept_folder, kept_models, open_kept};
#[cfg(feature = "core")]
pub use lock::Lock as SafeLock;
#[cfg(feature = "core")]
pub use opfs::{OpfsShards, clear_storage, inspect_storage};
#[cfg(feature = "core")]
pub use safe::{NewKey, Safe};
#[cfg(feature = "core")]
pub use weights::{load_weights, sha256};

#[cfg(feature = "core")]
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;

use super::property;

/// Reading the time.
pub mod clock {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    unsafe extern "C" {
        #[wasm_bindgen(thread_local_v2, js_name = performance)]
        static PERFORMANCE: web_sys::Performance;
    }

    /// Milliseconds since this page or worker started; never goes backwards. Where pages are not
    /// isolated it ticks every 0.1 ms or so.
    pub fn now_ms() -> f64 {
        PERFORMANCE.with(web_sys::Performance::now)
    }

    /// Milliseconds since the Unix epoch, as the computer's clock has it. Unlike [`now_ms`] it counts
    /// the time a computer sleeps in every browser.
    pub fn unix_ms() -> f64 {
        js_sys::Date::now()
    }
}

/// A number that no other caller gets, in this tab or another.
#[cfg(feature = "core")]
pub fn token() -> u64 {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
    half() << 32 | half()
}

/// `navigator`, which a window and a worker both have, each of its own type.
#[cfg(feature = "core")]
fn navigator() -> web_sys::WorkerNavigator {
    property(&js_sys::global(), "navigator").unchecked_into()
}

/// An exception in words.
fn message_of(error: &JsValue) -> String {
    let message = property(error, "message").as_string().filter(|message| !message.is_empty());
    match (property(error, "name").as_string(), message) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        (_, Some(message)) => message,
        _ => format!("{error:?}"),
    }
}
