//! The outside world behind one API: clock, waiting, hashing, randomness, weights, storage.
//!
//! `weights` is what can be said about weights without touching a browser; `web` and `native` do the
//! touching and offer the same names. Nothing outside this folder asks which of the two it runs on.

mod cancel;
#[cfg(feature = "engine")]
pub mod device;
#[cfg(feature = "core")]
mod drawer;
#[cfg(any(feature = "core", feature = "ui"))]
mod inflate;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(feature = "core")]
pub mod parallel;
mod random;
#[cfg(feature = "core")]
pub mod safe;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
mod web;
#[cfg(feature = "core")]
pub mod weights;
/// The page compiles natively too, for its pure parts' tests; nothing calls these there.
#[cfg(all(not(target_arch = "wasm32"), feature = "web"))]
#[path = "web/wire.rs"]
pub mod wire;
#[cfg(all(not(target_arch = "wasm32"), feature = "web"))]
pub use wasm_bindgen_futures::spawn_local;

/// A property that may be absent, in an old browser or outside a secure context.
#[cfg(feature = "web")]
fn property(object: &wasm_bindgen::JsValue, name: &str) -> wasm_bindgen::JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or(wasm_bindgen::JsValue::UNDEFINED)
}

pub use cancel::{CancelToken, Cancelled};
#[cfg(feature = "core")]
pub use drawer::{Drawer, DrawerError};
#[cfg(all(any(feature = "core", feature = "ui"), not(target_arch = "wasm32")))]
pub use inflate::deflate;
#[cfg(any(feature = "core", feature = "ui"))]
pub use inflate::inflate;
#[cfg(not(target_arch = "wasm32"))]
pub use native::*;
pub use random::SplitMix64;
#[cfg(all(feature = "core", not(target_arch = "wasm32")))]
pub use random::system_seed;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub use web::*;

/// What cannot be read as JSON of the shape that was wanted, or written as any.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(String);

/// Which build this program is of: the version and, where the build named one, the commit.
pub fn build() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match option_env!("ATTENDANT_BUILD") {
        Some(commit) => format!("{version}+{commit}"),
        None => version.into(),
    }
}
