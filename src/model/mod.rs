//! Transformers in Burn. Nothing here knows of the web: a model is made of a [`Gguf`](crate::gguf::Gguf)
//! file and a [`Placement`](crate::platform::device::Placement).

mod config;
mod encoder;
mod linear;

pub use config::EncoderConfig;
pub use encoder::Encoder;
pub use linear::Linear;

use crate::gguf::GgufError;

/// Why a model could not be made or run.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error(transparent)]
    Gguf(#[from] GgufError),
    #[error("this file holds a `{found}` model; an embedding model of the BERT family (`bert`) is needed")]
    Architecture { found: String },
    #[error("tensor `{name}` has shape {found:?}, and the metadata call for {expected:?}")]
    Shape { name: String, expected: Vec<usize>, found: Vec<usize> },
    #[error("{what} = {found} is not possible: {cure}")]
    Config { what: &'static str, found: String, cure: &'static str },
    #[error("a text of {found} tokens; the model takes 1 to {limit}")]
    Length { found: usize, limit: usize },
    #[error("token id {id} is outside the vocabulary of {n_vocab}")]
    Token { id: u32, n_vocab: usize },
    #[error("the device failed while computing: {0}")]
    Device(String),
}
