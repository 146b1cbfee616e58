//! Web Locks: one tab downloads, the others wait and find it stored.
//!
//! `web-sys` has them behind its unstable flag only; three properties are read by name instead.

use futures::channel::oneshot;
use futures::future::{Either, select};
use std::pin::pin;
use wasm_bindgen::prelude::*;

use super::{navigator, property, sleep_ms};

#[wasm_bindgen]
unsafe extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn query(this: &LockManager) -> Result<js_sys::Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        on_granted: &js_sys::Function,
    ) -> Result<js_sys::Promise, JsValue>;
}

/// A lock held until it is dropped; or none, where the browser has none or it was not to be had.
pub struct Lock {
    release: Option<js_sys::Function>,
}

impl Lock {
    pub fn is_held(&self) -> bool {
        self.release.is_some()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Whether this browser has locks at all.
pub fn exist() -> bool {
    property(&navigator(), "locks").is_object()
}

/// The names of the locks that tabs of this origin, this one too, hold now.
pub async fn held() -> Vec<String> {
    let locks = property(&navigator(), "locks");
    if !locks.is_object() {
        return Vec::new();
    }
    let Ok(asked) = locks.unchecked_into::<LockManager>().query() else { return Vec::new() };
    let Ok(snapshot) = wasm_bindgen_futures::JsFuture::from(asked).await else { return Vec::new() };
    let held = js_sys::Array::from(&property(&snapshot, "held"));
    held.iter().filter_map(|lock| property(&lock, "name").as_string()).collect()
}

/// Takes the lock `name`, waiting at most `patience_ms`: a tab that holds it may be frozen, and then
/// downloading twice is the lesser evil.
pub async fn take(name: &str, patience_ms: u32) -> Lock {
    let none = Lock { release: None };
    let locks = property(&navigator(), "locks");
    if !locks.is_object() {
        return none;
    }
    let Ok(abort) = web_sys::AbortController::new() else { return none };
    let options = js_sys::Object::new();
    if js_sys::Reflect::set(&options, &"signal".into(), &abort.signal()).is_err() {
        return none;
    }
    // The lock is held until the promise that `on_granted` returns resolves.
    let mut release = None;
    let held = js_sys::Promise::new(&mut |resolve, _| release = Some(resolve));
    let release = release.map(|resolve| resolve.unchecked_into::<js_sys::Function>());
    let (grant, granted) = oneshot::channel();
    let on_granted = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
        let _ = grant.send(());
        held.into()
    });
    // From here on the lock is released even if this future is dropped before it is granted.
    let lock = Lock { release };
    let Ok(requested) = locks.unchecked_into::<LockManager>().request(name, &options, on_granted.unchecked_ref())
    else {
        return none;
    };
    // Its rejection is the abort below; unhandled, it would pass for a defect.
    wasm_bindgen_futures::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(requested).await;
    });
    match select(granted, pin!(sleep_ms(patience_ms))).await {
        Either::Left((Ok(()), _)) => lock,
        _ => {
            abort.abort();
            none
        }
    }
}
