//! From a Hugging Face folder to GGUF, key for key as llama.cpp's `convert_hf_to_gguf.py` does it for
//! `BertModel`, `LlamaModel`, `Qwen2Model` and `Qwen3Model` (`conversion/base.py`, `bert.py`, `llama.py`,
//! `qwen.py`), so that llama.cpp opens the result.
//!
//! ```text
//! config.json                       sizes, epsilon, rotary embedding     → bert.*, llama.*, qwen2.*, qwen3.*
//! modules.json, 1_Pooling/…         how token embeddings become one      → bert.pooling_type
//! sentence_bert_config.json         how much text it was trained on      → attendant.max_seq_length
//! tokenizer.json or vocab.txt       the vocabulary, merges, pre-tokenizer → tokenizer.ggml.*
//! tokenizer_config.json             special tokens, chat template        → tokenizer.ggml.*, tokenizer.chat_template
//! model.safetensors or its shards   the weights, F32, F16 or BF16        → tensors
//! ```
//!
//! Two things differ from llama.cpp's output for BERT. `attendant.max_seq_length` is ours and ignored there.
//! And `tokenizer.ggml.pre` is `default`: llama.cpp recognizes vocabularies by a hash and may write a
//! model's name there, which it then ignores for WordPiece. For decoders this name matters, and is told by
//! the pattern in tokenizer.json.

mod bert;
mod bpe;
mod config;
mod decoder;
mod decoder_config;
mod error;
mod tensors;
mod vocabulary;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value as Json;

use super::{GgufError, TensorType, Writer};
use config::Config;
pub(super) use decoder::{Decoder, RotaryScaling};
use decoder_config::DecoderConfig;
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

/// Reads the model in `folder` and lays it out as GGUF: weight matrices as `ty` (each architecture has its
/// exceptions), vectors as F32, matrices whose rows do not divide into blocks as F16.
///
/// # Errors
/// A file missing or unreadable, an architecture not known here, a setting that the architecture in
/// llama.cpp does not have, a tensor missing or of the wrong shape: each with its place and its cure.
pub fn convert(folder: &Path, ty: TensorType, mut progress: impl FnMut(Progress<'_>)) -> Result<Writer, ConvertError> {
    let folder = Folder(folder.to_path_buf());
    let mut writer = Writer::new();
    let config = folder.json("config.json")?;
    if DecoderConfig::ARCHITECTURES.iter().any(|&model_type| config["model_type"] == model_type) {
        let config = DecoderConfig::read(&folder)?;
        let vocabulary = bpe::Vocabulary::read(&folder, config.vocab_size())?;
        let files = folder.weights()?;
        let weights = Weights::open(&files, |name| config.canonical_name(name))?;
        put_general(&mut writer, config.decoder.arch, &folder)?;
        config.decoder.put(&mut writer)?;
        put_storage(&mut writer, ty)?;
        vocabulary.put(&mut writer)?;
        config.decoder.put_rotary_factors(&mut writer)?;
        weights.put(config.decoder.plan(ty), &mut writer, &mut progress)?;
        return Ok(writer);
    }
    let config = Config::read(&folder)?;
    let vocabulary = Vocabulary::read(&folder, config.vocab_size)?;
    let files = folder.weights()?;
    let weights = Weights::open(&files, bert::canonical_name)?;
    put_general(&mut writer, "bert", &folder)?;
    config.put(&mut writer)?;
    put_storage(&mut writer, ty)?;
    vocabulary.put(&mut writer)?;
    weights.put(bert::plan(&config.bert, ty), &mut writer, &mut progress)?;
    Ok(writer)
}

fn put_general(writer: &mut Writer, arch: &str, folder: &Folder) -> Result<(), GgufError> {
    writer.put("general.architecture", arch)?;
    writer.put("general.type", "model")?;
    writer.put("general.name", folder.name())
}

/// How the weights are stored.
pub(super) fn put_storage(writer: &mut Writer, ty: TensorType) -> Result<(), GgufError> {
    writer.put("general.file_type", file_type(ty))?;
    writer.put("general.quantization_version", QUANTIZATION_VERSION)
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

    /// model.safetensors, or all the files that its index names.
    fn weights(&self) -> Result<Vec<(PathBuf, Vec<u8>)>, ConvertError> {
        const INDEX: &str = "model.safetensors.index.json";
        let names = match self.optional_json(INDEX)? {
            None => vec!["model.safetensors".to_owned()],
            Some(index) => {
                let files = index["weight_map"].as_object().into_iter().flatten();
                let names: BTreeSet<&str> = files.filter_map(|(_, file)| file.as_str()).collect();
                // An index is no licence to read elsewhere.
                let names = names.into_iter().filter(|name| !name.contains(['/', '\\']));
                names.map(str::to_owned).collect()
            }
        };
        names.into_iter().map(|name| Ok((self.path(&name), self.bytes(&name)?))).collect()
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
