use std::io;
use std::path::PathBuf;

use safetensors::{Dtype, SafeTensorError};

use crate::gguf::GgufError;

/// Why a folder could not be converted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    #[error(
        "{} is missing: give the folder of a Hugging Face model with config.json, tokenizer.json or vocab.txt, and \
         model.safetensors or its shards",
        path.display()
    )]
    MissingFile { path: PathBuf },
    #[error("{} cannot be read: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} is not the JSON expected there: {source}", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("{} names the architecture {found}: what can be converted: BERT encoders, and decoders of the types llama, qwen2 and qwen3", path.display())]
    UnknownArchitecture { path: PathBuf, found: String },
    #[error("`{key}` in {} is {found}: {wanted}", path.display())]
    Setting { path: PathBuf, key: &'static str, found: String, wanted: &'static str },
    #[error("{} does not hold a usable vocabulary: {reason}", path.display())]
    Vocabulary { path: PathBuf, reason: String },
    #[error("{} is not a whole safetensors file ({source}): download it again", path.display())]
    SafeTensors { path: PathBuf, source: SafeTensorError },
    #[error("{} has no tensor `{name}`, which config.json promises: are the two from one model?", path.display())]
    MissingTensor { path: PathBuf, name: String },
    #[error("{} has a tensor `{name}`, which this architecture has no place for: leaving it out would change the model", path.display())]
    UnknownTensor { path: PathBuf, name: String },
    #[error("`{name}` in {} has shape {found:?}, but config.json makes it {expected:?}: are the two from one model?", path.display())]
    Shape { path: PathBuf, name: String, found: Vec<usize>, expected: Vec<usize> },
    #[error("`{name}` in {} is stored as {found:?}: save the model as F32, F16 or BF16", path.display())]
    Stored { path: PathBuf, name: String, found: Dtype },
    #[error(transparent)]
    Gguf(#[from] GgufError),
}
