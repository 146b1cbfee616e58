//! The bodies of `tests/browser/speed.rs`, natively.
#![cfg(not(target_arch = "wasm32"))]

#[path = "browser/speed.rs"]
mod speed;
