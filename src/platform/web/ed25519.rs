//! Ed25519 (RFC 8032) by WebCrypto: Chromium 137, Firefox 129, Safari 17 and newer.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::property;

#[wasm_bindgen]
unsafe extern "C" {
    type Verifier;
    #[wasm_bindgen(method, catch, js_name = importKey)]
    fn import_key(
        this: &Verifier,
        format: &str,
        key: &Uint8Array,
        of: &str,
        extractable: bool,
        uses: &Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn verify(
        this: &Verifier,
        of: &str,
        key: &JsValue,
        signature: &Uint8Array,
        message: &Uint8Array,
    ) -> Result<Promise, JsValue>;
}

const ED25519: &str = "Ed25519";

/// Whether the signature is the key's of the message; `None` where the browser cannot tell.
pub async fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Option<bool> {
    let subtle = property(&property(&js_sys::global(), "crypto"), "subtle");
    let subtle: Verifier = subtle.is_object().then(|| subtle.unchecked_into())?;
    let uses = Array::of1(&"verify".into());
    let key = subtle.import_key("raw", &Uint8Array::from(&key[..]), ED25519, false, &uses).ok()?;
    let key = JsFuture::from(key).await.ok()?;
    let (signature, message) = (Uint8Array::from(&signature[..]), Uint8Array::from(message));
    let verified = JsFuture::from(subtle.verify(ED25519, &key, &signature, &message).ok()?).await.ok()?;
    Some(verified.is_truthy())
}
