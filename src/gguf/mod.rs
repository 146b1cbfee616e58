//! GGUF, the one weight format: read, write, quantize.
//!
//! A file is a header, typed key-value metadata, tensor infos, and an aligned data section, all
//! little-endian; versions 2 and 3 share this layout. The specification is `docs/gguf.md` in
//! ggml-org/ggml; where it is silent, `ggml/src/gguf.cpp` decides.
//!
//! ```text
//! "GGUF" version:u32 n_tensors:u64 n_kv:u64
//! n_kv      × { key:str type:u32 value }
//! n_tensors × { name:str n_dims:u32 dims:[u64; n_dims] type:u32 offset:u64 }
//! padding to the alignment, then each tensor at `offset` from here
//! ```
//!
//! [`Gguf::parse`] trusts nothing it reads: whatever is wrong comes back as a [`GgufError`] naming the
//! byte offset, and no count is believed before the bytes that it promises are known to be there.
//!
//! ggml lists dimensions with the fastest-moving first; here every shape is row-major, as in the
//! reference checkpoints: a matrix is `[rows, cols]` and its quantization blocks lie along `cols`.

mod cursor;
mod dequantize;
mod error;
mod head;
mod metadata;
mod quantize;
mod read;
mod tensor;
mod vocab;
mod write;

#[cfg(feature = "convert")]
pub mod convert;
#[cfg(feature = "convert")]
pub mod random;

pub use dequantize::{dequantize, scale_min};
pub use error::GgufError;
pub use head::Head;
pub use metadata::{Array, Metadata, Value};
pub use quantize::quantize;
pub use read::{Gguf, split_names};
pub use tensor::{TensorInfo, TensorType, TensorView};
pub use vocab::{TokenKind, from_phantom, to_phantom};
pub use write::Writer;

/// The first four bytes of every file.
const MAGIC: [u8; 4] = *b"GGUF";

/// What [`Writer`] writes.
const VERSION: u32 = 3;

/// Bytes between which tensors start where `general.alignment` does not say otherwise.
const DEFAULT_ALIGNMENT: u32 = 32;

/// The key that says otherwise.
const ALIGNMENT_KEY: &str = "general.alignment";

/// ggml's `GGML_MAX_DIMS`.
const MAX_DIMS: usize = 4;

#[cfg(test)]
mod tests;
