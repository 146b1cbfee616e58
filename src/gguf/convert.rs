//! From a Hugging Face folder to GGUF, key for key as llama.cpp's `convert_hf_to_gguf.py` does it for
//! `BertModel` (`conversion/bert.py`, `conversion/base.py`), so that llama.cpp opens the result.
//!
//! ```text
//! config.json                       sizes, epsilon                       → bert.*
//! modules.json, 1_Pooling/…         how token embeddings become one      → bert.pooling_type
//! sentence_bert_config.json         how much text it was trained on      → attendant.max_seq_length
//! tokenizer.json or vocab.txt       the vocabulary, special tokens       → tokenizer.ggml.*
//! model.safetensors                 the weights, F32, F16 or BF16        → tensors
//! ```
//!
//! Two things differ from llama.cpp's output. `attendant.max_seq_length` is ours and ignored there. And
//! `tokenizer.ggml.pre` is `default`: llama.cpp recognizes vocabularies by a hash and may write a
//! model's name there, which it then ignores for WordPiece.

mod config;
mod error;
mod tensors;
mod vocabulary;

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value as Json;

use super::{TensorType, Writer};
use config::Config;
pub use error::ConvertError;
use tensors::Weights;
use vocabulary::Vocabulary;

/// ggml's `GGML_QNT_VERSION`: how the blocks are laid out.
const QUANTIZATION_VERSION: u32 = 2;

/// A tensor just converted, for a progress line.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    /// From 1.
    pub position: usize,
    pub n_tensors: usize,
    pub name: &'a str,
    pub shape: &'a [usize],
    pub ty: TensorType,
}

/// Reads the model in `folder` and lays it out as GGUF: weight matrices as `ty` (see
/// `stored_type` for the exceptions), vectors as F32, matrices whose rows do not divide into blocks as F16.
///
/// # Errors
/// A file missing or unreadable, an architecture other than BERT's, a setting that BERT in llama.cpp
/// does not have, a tensor missing or of the wrong shape: each with its place and its cure.
pub fn convert(folder: &Path, ty: TensorType, mut progress: impl FnMut(Progress<'_>)) -> Result<Writer, ConvertError> {
    let folder = Folder(folder.to_path_buf());
    let config = Config::read(&folder)?;
    let vocabulary = Vocabulary::read(&folder, config.vocab_size)?;
    let weights_path = folder.path("model.safetensors");
    let weights_bytes = folder.bytes("model.safetensors")?;
    let weights = Weights::open(weights_path, &weights_bytes)?;

    let mut writer = Writer::new();
    writer.put("general.architecture", "bert")?;
    writer.put("general.type", "model")?;
    writer.put("general.name", folder.name())?;
    config.put(&mut writer)?;
    writer.put("general.file_type", file_type(ty))?;
    writer.put("general.quantization_version", QUANTIZATION_VERSION)?;
    vocabulary.put(&mut writer)?;
    weights.put(&config, ty, &mut writer, &mut progress)?;
    Ok(writer)
}

/// llama.cpp's `llama_ftype`: what most of the file is stored as.
fn file_type(ty: TensorType) -> u32 {
    match ty {
        TensorType::F32 => 0,
        TensorType::F16 => 1,
        TensorType::Q4_0 => 2,
        TensorType::Q4_1 => 3,
        TensorType::Q8_0 => 7,
        TensorType::Q5_0 => 8,
        TensorType::Q5_1 => 9,
        TensorType::Q4_K => 14,
        TensorType::Q5_K => 16,
        TensorType::Q6_K => 18,
        TensorType::BF16 => 32,
    }
}

/// The folder of a model.
struct Folder(PathBuf);

impl Folder {
    fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// What people call the model: the folder's own name.
    fn name(&self) -> String {
        let full = fs::canonicalize(&self.0).unwrap_or_else(|_| self.0.clone());
        full.file_name().map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    fn bytes(&self, file: &str) -> Result<Vec<u8>, ConvertError> {
        let path = self.path(file);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ConvertError::MissingFile { path }),
            read => read.map_err(|source| ConvertError::Io { path, source }),
        }
    }

    fn json(&self, file: &str) -> Result<Json, ConvertError> {
        let bytes = self.bytes(file)?;
        serde_json::from_slice(&bytes).map_err(|source| ConvertError::Json { path: self.path(file), source })
    }

    /// `None` where the file is not there.
    fn optional_json(&self, file: &str) -> Result<Option<Json>, ConvertError> {
        match self.json(file) {
            Err(ConvertError::MissingFile { .. }) => Ok(None),
            read => read.map(Some),
        }
    }
}

#[cfg(test)]
mod tests;
