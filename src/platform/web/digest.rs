//! SHA-256 by the browser, off this thread.

use js_sys::{Promise, Uint8Array};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Crypto;

use super::property;

/// Below this a round trip to the browser costs more than hashing here.
const WORTH_ASKING_BYTES: usize = 16 << 10;

/// SHA-256, by the browser where it offers that (secure contexts only), else here.
pub async fn digest(bytes: &[u8]) -> [u8; 32] {
    if bytes.len() >= WORTH_ASKING_BYTES
        && let Some(digest) = ask_browser(bytes).await
    {
        return digest;
    }
    Sha256::digest(bytes).into()
}

async fn ask_browser(bytes: &[u8]) -> Option<[u8; 32]> {
    let crypto = property(&js_sys::global(), "crypto");
    if !property(&crypto, "subtle").is_object() {
        return None;
    }
    let subtle = crypto.unchecked_into::<Crypto>().subtle();
    let digest: Promise = subtle.digest_with_str_and_js_u8_array("SHA-256", &Uint8Array::from(bytes)).ok()?;
    let digest = JsFuture::from(digest).await.ok()?;
    Uint8Array::new(&digest).to_vec().try_into().ok()
}
