//! The same in a window, where OPFS has no sync access handles and files are written as streams.
#![cfg(target_arch = "wasm32")]

mod source;
mod store;
mod wire;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
