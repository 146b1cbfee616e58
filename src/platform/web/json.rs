//! JSON by the browser's own parser: another one in the wasm would be a tenth of what the page may weigh.

use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::platform::JsonError;

/// Reads a value of a known shape; unknown fields are passed over.
pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, JsonError> {
    let json = std::str::from_utf8(json).map_err(|error| JsonError(error.to_string()))?;
    let value = JSON::parse(json).map_err(|error| JsonError(super::message_of(&error)))?;
    serde_wasm_bindgen::from_value(value).map_err(|error| JsonError(error.to_string()))
}

/// Writes a value, indented, as people may want to read it.
pub fn to_string(value: &impl Serialize) -> Result<String, JsonError> {
    let value = value.serialize(&Serializer::json_compatible()).map_err(|error| JsonError(error.to_string()))?;
    let written = JSON::stringify_with_replacer_and_space(&value, &JsValue::NULL, &2.into());
    written.map(String::from).map_err(|error| JsonError(super::message_of(&error)))
}
