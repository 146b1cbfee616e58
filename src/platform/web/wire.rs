//! How protocol messages look as JavaScript values: `{id, request, bytes?}`, `{id, event}`, `{fatal}`.

use js_sys::{ArrayBuffer, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use super::property;
use crate::protocol::RequestId;

const BYTES: &str = "bytes";
const FATAL: &str = "fatal";

/// A value that is no message of this protocol's.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WireError(String);

pub fn encode(message: &impl Serialize) -> Result<JsValue, WireError> {
    serde_wasm_bindgen::to_value(message).map_err(|error| WireError(error.to_string()))
}

pub fn decode<T: DeserializeOwned>(value: JsValue) -> Result<T, WireError> {
    serde_wasm_bindgen::from_value(value).map_err(|error| WireError(error.to_string()))
}

/// Lays an `ArrayBuffer`, which must also be named in the transfer list, or a `File` beside a message.
pub fn attach(message: &JsValue, bytes: &JsValue) {
    Reflect::set(message, &BYTES.into(), bytes).expect("an encoded message is a plain object");
}

/// The bytes that lie beside a message.
pub fn attached(message: &JsValue) -> Option<ArrayBuffer> {
    property(message, BYTES).dyn_into().ok()
}

/// The file that lies beside a message.
pub fn attached_file(message: &JsValue) -> Option<Blob> {
    property(message, BYTES).dyn_into().ok()
}

/// The id of a message that is otherwise not to be understood.
pub fn id_of(message: &JsValue) -> Option<RequestId> {
    property(message, "id").as_f64().filter(|id| id.fract() == 0.0 && *id >= 0.0).map(|id| id as RequestId)
}

/// A worker's last words: its program has panicked, and what is left of it must not be used.
pub fn fatal(reason: &str) -> JsValue {
    let message = js_sys::Object::new();
    Reflect::set(&message, &FATAL.into(), &reason.into()).expect("a plain object takes properties");
    message.into()
}

/// Why the worker died, if this is its last message.
pub fn fatal_reason(message: &JsValue) -> Option<String> {
    property(message, FATAL).as_string()
}
