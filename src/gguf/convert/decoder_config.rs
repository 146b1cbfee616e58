use serde::Deserialize;
use serde_json::Value as Json;

use super::decoder::{Decoder, RotaryScaling};
use super::{ConvertError, Folder};

/// `config.json` of a decoder.
pub(super) struct DecoderConfig {
    pub decoder: Decoder,
}

#[derive(Deserialize)]
struct Raw {
    model_type: String,
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    /// Until `transformers` 4; since then in `rope_parameters`.
    rope_theta: Option<f32>,
    rope_scaling: Option<Json>,
    rope_parameters: Option<Json>,
    hidden_act: Option<String>,
    #[serde(default)]
    tie_word_embeddings: bool,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    #[serde(default)]
    use_sliding_window: bool,
}

impl DecoderConfig {
    /// The values of `model_type` that are read here, which are also GGUF's names of them.
    pub const ARCHITECTURES: [&'static str; 3] = ["llama", "qwen2", "qwen3"];

    pub fn read(folder: &Folder) -> Result<DecoderConfig, ConvertError> {
        let path = folder.path("config.json");
        let raw: Raw = serde_json::from_value(folder.json("config.json")?)
            .map_err(|source| ConvertError::Json { path: path.clone(), source })?;
        let setting =
            |key, found: String, wanted| Err(ConvertError::Setting { path: path.clone(), key, found, wanted });
        let Some(arch) = Self::ARCHITECTURES.into_iter().find(|&arch| arch == raw.model_type) else {
            return Err(ConvertError::UnknownArchitecture { path, found: raw.model_type });
        };
        // What llama.cpp computes whatever the file says; a model that wants otherwise is another one.
        match raw.hidden_act.as_deref() {
            None | Some("silu") => {}
            Some(other) => return setting("hidden_act", other.to_owned(), "only silu is implemented"),
        }
        if raw.mlp_bias {
            return setting("mlp_bias", "true".to_owned(), "biases in the feed-forward layers have no place in GGUF");
        }
        if raw.use_sliding_window {
            return setting("use_sliding_window", "true".to_owned(), "only full attention is implemented here");
        }
        let (n_heads, n_kv_heads) =
            (raw.num_attention_heads, raw.num_key_value_heads.unwrap_or(raw.num_attention_heads));
        if n_heads == 0 || (raw.head_dim.is_none() && !raw.hidden_size.is_multiple_of(n_heads)) {
            return setting("num_attention_heads", n_heads.to_string(), "it must divide hidden_size");
        }
        if n_kv_heads == 0 || !n_heads.is_multiple_of(n_kv_heads) {
            return setting("num_key_value_heads", n_kv_heads.to_string(), "it must divide num_attention_heads");
        }
        let head_dim = raw.head_dim.unwrap_or(raw.hidden_size / n_heads);
        if head_dim == 0 || !head_dim.is_multiple_of(2) {
            return setting("head_dim", head_dim.to_string(), "the rotary embedding turns pairs");
        }

        let rotary = raw.rope_parameters.or(raw.rope_scaling).unwrap_or_default();
        let number = |key: &str, default: f32| rotary[key].as_f64().map_or(default, |x| x as f32);
        let rope_scaling = match rotary["rope_type"].as_str().or(rotary["type"].as_str()) {
            None | Some("default") => None,
            Some("linear") => Some(RotaryScaling::Linear { factor: number("factor", 1.0) }),
            Some("llama3") => Some(RotaryScaling::Llama3 {
                factor: number("factor", 8.0),
                low_freq_factor: number("low_freq_factor", 1.0),
                high_freq_factor: number("high_freq_factor", 4.0),
                original_context_length: number("original_max_position_embeddings", 8192.0),
            }),
            Some(other) => {
                return setting("rope_type", other.to_owned(), "only default, linear and llama3 are converted");
            }
        };
        let decoder = Decoder {
            arch,
            block_count: raw.num_hidden_layers,
            context_length: raw.max_position_embeddings,
            embedding_length: raw.hidden_size,
            feed_forward_length: raw.intermediate_size,
            head_count: n_heads,
            head_count_kv: n_kv_heads,
            head_dim,
            layer_norm_rms_epsilon: raw.rms_norm_eps,
            rope_freq_base: number("rope_theta", raw.rope_theta.unwrap_or(10_000.0)),
            rope_scaling,
            sliding_window: None,
            vocab_size: raw.vocab_size,
            has_output: !raw.tie_word_embeddings,
            has_qkv_bias: arch == "qwen2" || raw.attention_bias,
            has_output_bias: raw.attention_bias,
        };
        Ok(DecoderConfig { decoder })
    }

    /// Rows of the embedding table.
    pub fn vocab_size(&self) -> usize {
        self.decoder.vocab_size
    }

    /// The name without the wrapper's prefix; `None` for what is computed anew or stands twice.
    pub fn canonical_name(&self, name: &str) -> Option<String> {
        let name = name.strip_prefix("model.").unwrap_or(name);
        let is_tied_copy = name == "lm_head.weight" && !self.decoder.has_output;
        (!is_tied_copy && !name.ends_with(".rotary_emb.inv_freq")).then(|| name.to_owned())
    }
}
