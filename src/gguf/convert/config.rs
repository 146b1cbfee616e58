use serde::Deserialize;
use serde_json::Value as Json;

use super::{ConvertError, Folder};
use crate::gguf::{GgufError, Writer};

/// What the sentence-transformers files and config.json say, as far as GGUF keeps it.
pub(super) struct Config {
    pub bert: BertConfig,
    pub vocab_size: usize,
    pooling: Option<Pooling>,
    max_seq_length: Option<u32>,
}

/// `config.json` of a BERT.
#[derive(Deserialize)]
pub(super) struct BertConfig {
    #[serde(default)]
    architectures: Vec<String>,
    model_type: String,
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_hidden_layers: usize,
    num_attention_heads: usize,
    pub max_position_embeddings: usize,
    #[serde(default = "one")]
    pub type_vocab_size: usize,
    layer_norm_eps: f32,
    #[serde(default)]
    hidden_act: Option<String>,
    #[serde(default)]
    position_embedding_type: Option<String>,
}

fn one() -> usize {
    1
}

/// How token embeddings become one; the discriminants are llama.cpp's `llama_pooling_type`.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Pooling {
    Mean = 1,
    Cls = 2,
}

impl Config {
    pub fn read(folder: &Folder) -> Result<Config, ConvertError> {
        let path = folder.path("config.json");
        let bert: BertConfig = serde_json::from_value(folder.json("config.json")?)
            .map_err(|source| ConvertError::Json { path: path.clone(), source })?;
        let known = ["BertModel", "BertForMaskedLM"];
        let is_known = bert.architectures.iter().all(|name| known.contains(&name.as_str()));
        if bert.model_type != "bert" || !is_known {
            let found = format!("{} {:?}", bert.model_type, bert.architectures);
            return Err(ConvertError::UnknownArchitecture { path, found });
        }
        let setting =
            |key, found: String, wanted| Err(ConvertError::Setting { path: path.clone(), key, found, wanted });
        // What llama.cpp's BERT computes whatever the file says; a model that wants otherwise is not one.
        match bert.hidden_act.as_deref() {
            None | Some("gelu") => {}
            Some(other) => return setting("hidden_act", other.to_owned(), "only gelu is implemented"),
        }
        match bert.position_embedding_type.as_deref() {
            None | Some("absolute") => {}
            Some(other) => return setting("position_embedding_type", other.to_owned(), "only absolute is implemented"),
        }
        if bert.num_attention_heads == 0 || !bert.hidden_size.is_multiple_of(bert.num_attention_heads) {
            let found = bert.num_attention_heads.to_string();
            return setting("num_attention_heads", found, "it must divide hidden_size");
        }
        let max_seq_length = folder
            .optional_json("sentence_bert_config.json")?
            .and_then(|json| json["max_seq_length"].as_u64())
            .and_then(|n| u32::try_from(n).ok());
        Ok(Config { vocab_size: bert.vocab_size, pooling: read_pooling(folder)?, max_seq_length, bert })
    }

    /// Keys in llama.cpp's order.
    pub fn put(&self, writer: &mut Writer) -> Result<(), GgufError> {
        let bert = &self.bert;
        writer.put("bert.block_count", bert.num_hidden_layers as u32)?;
        writer.put("bert.context_length", bert.max_position_embeddings as u32)?;
        writer.put("bert.embedding_length", bert.hidden_size as u32)?;
        writer.put("bert.feed_forward_length", bert.intermediate_size as u32)?;
        writer.put("bert.attention.head_count", bert.num_attention_heads as u32)?;
        writer.put("bert.attention.layer_norm_epsilon", bert.layer_norm_eps)?;
        writer.put("bert.attention.causal", false)?;
        if let Some(pooling) = self.pooling {
            writer.put("bert.pooling_type", pooling as u32)?;
        }
        if let Some(max_seq_length) = self.max_seq_length {
            writer.put("attendant.max_seq_length", max_seq_length)?;
        }
        writer.put("tokenizer.ggml.token_type_count", bert.type_vocab_size as u32)
    }
}

/// Follows modules.json to the pooling module; `None` for a model that is not of sentence-transformers.
fn read_pooling(folder: &Folder) -> Result<Option<Pooling>, ConvertError> {
    let Some(modules) = folder.optional_json("modules.json")? else { return Ok(None) };
    let of_pooling = |module: &&Json| module["type"].as_str().is_some_and(|ty| ty.ends_with("Pooling"));
    let Some(module) = modules.as_array().and_then(|modules| modules.iter().find(of_pooling)) else {
        return Ok(None);
    };
    let file = format!("{}/config.json", module["path"].as_str().unwrap_or("1_Pooling"));
    let pooling = folder.json(&file)?;
    let is_on = |key: &str| pooling[key].as_bool().unwrap_or(false);
    // Newer sentence-transformers name the mode instead of setting a flag.
    let mode = pooling["pooling_mode"].as_str();
    if mode == Some("mean") || is_on("pooling_mode_mean_tokens") {
        Ok(Some(Pooling::Mean))
    } else if mode == Some("cls") || is_on("pooling_mode_cls_token") {
        Ok(Some(Pooling::Cls))
    } else {
        let found = pooling.to_string();
        Err(ConvertError::Setting {
            path: folder.path(&file),
            key: "pooling_mode",
            found,
            wanted: "only mean and cls are implemented",
        })
    }
}
