//! Inflating by the browser, off this thread.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, ReadableStreamDefaultReader};

use super::property;

#[wasm_bindgen]
unsafe extern "C" {
    type DecompressionStream;

    #[wasm_bindgen(constructor, catch)]
    fn new(format: &str) -> Result<DecompressionStream, JsValue>;

    /// A [`ReadableStream`].
    type Source;

    #[wasm_bindgen(method, catch, js_name = pipeThrough)]
    fn pipe_through(this: &Source, through: &DecompressionStream) -> Result<JsValue, JsValue>;
}

/// As [`crate::platform::inflate`].
pub async fn inflate_off_thread(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let deflated = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes))).ok()?;
    let source: Source = deflated.stream().unchecked_into();
    let stream: ReadableStream = source.pipe_through(&DecompressionStream::new("deflate").ok()?).ok()?.unchecked_into();
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut inflated = Vec::with_capacity(length);
    loop {
        let read = JsFuture::from(reader.read()).await.ok()?;
        // At the end there is no chunk.
        let Ok(chunk) = property(&read, "value").dyn_into::<Uint8Array>() else { break };
        if inflated.len() + chunk.length() as usize > length {
            let _ = reader.cancel();
            return None;
        }
        inflated.extend(chunk.to_vec());
    }
    (inflated.len() == length).then_some(inflated)
}
