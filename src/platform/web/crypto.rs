//! WebCrypto: AES-GCM for what is kept, PBKDF2 for a passphrase, Ed25519 for a shop's signature.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{message_of, property};
use crate::platform::DrawerError;
use crate::platform::safe::{NONCE_BYTES, PASSPHRASE_ROUNDS};

#[wasm_bindgen]
unsafe extern "C" {
    type Crypto;
    #[wasm_bindgen(method, getter)]
    fn subtle(this: &Crypto) -> SubtleCrypto;
    #[wasm_bindgen(method, js_name = getRandomValues)]
    fn get_random_values(this: &Crypto, bytes: &Uint8Array);

    type SubtleCrypto;
    #[wasm_bindgen(method, catch, js_name = generateKey)]
    fn generate_key(this: &SubtleCrypto, of: &JsValue, extractable: bool, uses: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = importKey)]
    fn import_key(
        this: &SubtleCrypto,
        format: &str,
        key: &Uint8Array,
        of: &JsValue,
        extractable: bool,
        uses: &Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deriveKey)]
    fn derive_key(
        this: &SubtleCrypto,
        how: &JsValue,
        from: &JsValue,
        of: &JsValue,
        extractable: bool,
        uses: &Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = wrapKey)]
    fn wrap_key(
        this: &SubtleCrypto,
        format: &str,
        key: &JsValue,
        with: &JsValue,
        how: &JsValue,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = unwrapKey)]
    fn unwrap_key(
        this: &SubtleCrypto,
        format: &str,
        wrapped: &Uint8Array,
        with: &JsValue,
        how: &JsValue,
        of: &JsValue,
        extractable: bool,
        uses: &Array,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn encrypt(this: &SubtleCrypto, how: &JsValue, key: &JsValue, bytes: &Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decrypt(this: &SubtleCrypto, how: &JsValue, key: &JsValue, bytes: &Uint8Array) -> Result<Promise, JsValue>;
}

/// A `CryptoKey` for AES-256-GCM.
#[derive(Clone)]
pub struct Key(pub JsValue);

impl Key {
    /// A new one. Only one that is to be wrapped may be taken out of the browser's hands, and not for longer.
    pub async fn generate(extractable: bool) -> Result<Key, DrawerError> {
        let uses = strings(&["encrypt", "decrypt"]);
        done(crypto()?.subtle().generate_key(&aes(), extractable, &uses)).await.map(Key)
    }

    /// `nonce ‖ ciphertext ‖ tag`, the nonce fresh.
    pub async fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, DrawerError> {
        let nonce = random(NONCE_BYTES)?;
        let how = gcm(&nonce, associated);
        let sealed = done(crypto()?.subtle().encrypt(&how, &self.0, &Uint8Array::from(plain))).await?;
        Ok([nonce, Uint8Array::new(&sealed).to_vec()].concat())
    }

    /// `None` where it was not sealed by this key with these associated bytes.
    pub async fn unseal(&self, associated: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>, DrawerError> {
        let Some((nonce, sealed)) = sealed.split_at_checked(NONCE_BYTES) else { return Ok(None) };
        let decrypting = crypto()?.subtle().decrypt(&gcm(nonce, associated), &self.0, &Uint8Array::from(sealed));
        // The standard has one exception for all that is not as it was sealed.
        Ok(done(decrypting).await.ok().map(|plain| Uint8Array::new(&plain).to_vec()))
    }

    /// `nonce ‖ wrapped key`, for [`Key::unwrap`] with the same passphrase and salt.
    pub async fn wrap(&self, passphrase: &str, salt: &[u8]) -> Result<Vec<u8>, DrawerError> {
        let nonce = random(NONCE_BYTES)?;
        let with = from_passphrase(passphrase, salt, PASSPHRASE_ROUNDS).await?;
        let wrapped = done(crypto()?.subtle().wrap_key("raw", &self.0, &with, &gcm(&nonce, &[]))).await?;
        Ok([nonce, Uint8Array::new(&wrapped).to_vec()].concat())
    }

    /// `None` where it is another passphrase. What comes out stays in the browser's hands.
    pub async fn unwrap(
        wrapped: &[u8],
        passphrase: &str,
        salt: &[u8],
        rounds: u32,
    ) -> Result<Option<Key>, DrawerError> {
        let Some((nonce, wrapped)) = wrapped.split_at_checked(NONCE_BYTES) else { return Ok(None) };
        let with = from_passphrase(passphrase, salt, rounds).await?;
        let unwrapping = crypto()?.subtle().unwrap_key(
            "raw",
            &Uint8Array::from(wrapped),
            &with,
            &gcm(nonce, &[]),
            &aes(),
            false,
            &strings(&["encrypt", "decrypt"]),
        );
        Ok(done(unwrapping).await.ok().map(Key))
    }
}

/// So many bytes from the browser's own source.
pub fn random(n: usize) -> Result<Vec<u8>, DrawerError> {
    let bytes = Uint8Array::new_with_length(n as u32);
    crypto()?.get_random_values(&bytes);
    Ok(bytes.to_vec())
}

async fn from_passphrase(passphrase: &str, salt: &[u8], rounds: u32) -> Result<JsValue, DrawerError> {
    let subtle = crypto()?.subtle();
    let words = Uint8Array::from(passphrase.as_bytes());
    let material =
        done(subtle.import_key("raw", &words, &named("PBKDF2", &[]), false, &strings(&["deriveKey"]))).await?;
    let how = named(
        "PBKDF2",
        &[("salt", Uint8Array::from(salt).into()), ("iterations", rounds.into()), ("hash", "SHA-256".into())],
    );
    done(subtle.derive_key(&how, &material, &aes(), false, &strings(&["wrapKey", "unwrapKey"]))).await
}

fn crypto() -> Result<Crypto, DrawerError> {
    let crypto = property(&js_sys::global(), "crypto");
    // `subtle` is there in secure contexts alone.
    match property(&crypto, "subtle").is_object() {
        true => Ok(crypto.unchecked_into()),
        false => Err(DrawerError::Refused("no WebCrypto: the page is not served securely".into())),
    }
}

async fn done(started: Result<Promise, JsValue>) -> Result<JsValue, DrawerError> {
    let broken = |error: JsValue| DrawerError::Broken(message_of(&error));
    JsFuture::from(started.map_err(broken)?).await.map_err(broken)
}

fn aes() -> JsValue {
    named("AES-GCM", &[("length", 256.into())])
}

fn gcm(nonce: &[u8], associated: &[u8]) -> JsValue {
    named("AES-GCM", &[("iv", Uint8Array::from(nonce).into()), ("additionalData", Uint8Array::from(associated).into())])
}

/// An algorithm and its parameters.
fn named(name: &str, parameters: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in [("name", name.into())].iter().chain(parameters) {
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}

fn strings(of: &[&str]) -> Array {
    of.iter().map(|text| JsValue::from_str(text)).collect()
}
