//! Transformers in Burn. Nothing here knows of the web: a model is made of a [`Gguf`](crate::gguf::Gguf)
//! file and a [`Placement`](crate::platform::device::Placement).

#[cfg(feature = "train")]
mod adam;
mod attention;
mod config;
mod decoder;
mod decoder_config;
#[cfg(feature = "train")]
pub mod distill;
mod encoder;
mod encoder_tail;
#[cfg(feature = "gpu")]
mod gpu_decoder;
mod host_decoder;
mod kv_cache;
mod linear;
mod ngram_encoder;
mod norm;
#[cfg(feature = "train")]
mod parameter;
mod rope;
#[cfg(feature = "train")]
pub mod tune;

pub use config::{BERT, EncoderConfig};
pub use decoder::{DecodeState, Decoder, likeliest};
pub use decoder_config::{Activation, DECODERS, DecoderConfig, LocalConfig, RopeConfig, RopePairs};
pub use encoder::Encoder;
pub use encoder_tail::EncoderTail;
#[cfg(feature = "gpu")]
use gpu_decoder::{GpuCache, GpuDecoder};
pub use linear::Linear;
pub use ngram_encoder::{NGRAM_ENCODER, NgramEncoder, NgramEncoderConfig};
pub use norm::RmsNorm;
pub use rope::Rope;

use crate::gguf::GgufError;

/// Why a model could not be made or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error(transparent)]
    Gguf(#[from] GgufError),
    #[error("this file holds a `{found}` model; {needed} is needed")]
    Architecture { found: String, needed: &'static str },
    #[error("tensor `{name}` has shape {found:?}, and the metadata call for {expected:?}")]
    Shape { name: String, expected: Vec<usize>, found: Vec<usize> },
    #[error("{what} = {found} is not possible: {cure}")]
    Config { what: String, found: String, cure: &'static str },
    #[error("a text of {found} tokens; the model takes 1 to {limit}")]
    Length { found: usize, limit: usize },
    #[error("{n_new} tokens after {n_past} do not fit a context of {capacity}")]
    ContextFull { n_past: usize, n_new: usize, capacity: usize },
    #[error("token id {id} is outside the vocabulary of {n_vocab}")]
    Token { id: u32, n_vocab: usize },
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Matrix(#[from] crate::kernels::wgsl::MatrixError),
    #[error("the device failed while computing: {0}")]
    Device(String),
}
