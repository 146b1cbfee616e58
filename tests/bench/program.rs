//! What `./dev bench` times language models with: the decoder alone, in a worker, without the conversation around it.
#![cfg(target_arch = "wasm32")]

use std::sync::Arc;

use attendant::gguf::Gguf;
use attendant::model::{DecodeState, Decoder};
use attendant::platform::clock;
use attendant::platform::device::Placement;
use wasm_bindgen::prelude::*;

unsafe extern "C" {
    /// The linker's; see `src/bin/worker.rs` for why it must be named.
    safe fn __wasm_call_ctors();
}

#[wasm_bindgen(start)]
pub fn start() {
    __wasm_call_ctors();
    console_error_panic_hook::set_once();
}

/// A language model on the CPU and one text.
#[wasm_bindgen]
pub struct Program {
    decoder: Decoder,
    state: DecodeState,
}

#[wasm_bindgen]
impl Program {
    /// From a GGUF file's bytes, with room for `capacity` tokens.
    pub fn load(bytes: Vec<u8>, capacity: usize) -> Result<Program, JsError> {
        let decoder = Decoder::load(Arc::new(Gguf::parse(bytes)?), &Placement::cpu())?;
        let state = decoder.new_state(capacity)?;
        Ok(Program { decoder, state })
    }

    /// Forgets the text, reads `n` tokens, and tells how many milliseconds that took.
    pub async fn prefill(&mut self, n: usize) -> Result<f64, JsError> {
        self.state.truncate(0);
        let ids: Vec<u32> = (0..n as u32).map(|i| 256 + i * 7919 % 30_000).collect();
        let began_ms = clock::now_ms();
        self.decoder.prefill(&mut self.state, &ids).await?;
        Ok(clock::now_ms() - began_ms)
    }

    /// Writes `n` tokens, each the likeliest, and tells how many milliseconds that took.
    pub async fn decode(&mut self, n: usize) -> Result<f64, JsError> {
        let mut id = 256;
        let began_ms = clock::now_ms();
        for _ in 0..n {
            let logits = self.decoder.decode_step(&mut self.state, id).await?;
            let likeliest = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            id = likeliest.map_or(0, |(id, _)| id as u32);
        }
        Ok(clock::now_ms() - began_ms)
    }
}
