use crate::gguf::Metadata;
use crate::model::ModelError;

/// What tells one decoder-only transformer from another, read from a file's metadata alone, under the names of
/// llama.cpp's keys (`src/llama-arch.cpp` and `src/llama-model.cpp` there; `{arch}` is the architecture's name).
#[derive(Clone, Debug, PartialEq)]
pub struct DecoderConfig {
    /// `general.architecture`: `llama`, `qwen2`, `qwen3` or `gemma3`.
    pub architecture: String,
    /// `{arch}.block_count`
    pub n_layers: usize,
    /// `{arch}.embedding_length`
    pub d_model: usize,
    /// `{arch}.feed_forward_length`
    pub d_ff: usize,
    /// `{arch}.attention.head_count`
    pub n_heads: usize,
    /// `{arch}.attention.head_count_kv`; as many as queries where it is not given.
    pub n_kv_heads: usize,
    /// `{arch}.attention.key_length`, else `d_model / n_heads`.
    pub head_dim: usize,
    /// `{arch}.context_length`: tokens that the model was made for.
    pub max_seq: usize,
    /// `{arch}.attention.layer_norm_rms_epsilon`
    pub rms_norm_epsilon: f32,
    /// `{arch}.attention.scale`, else `1 / sqrt(head_dim)`: what scores are multiplied with.
    pub attention_scale: f32,
    /// Of every layer, or of the global ones where some are [local](Self::local).
    pub rope: RopeConfig,
    /// Layers that see only so far back.
    pub local: Option<LocalConfig>,
    /// An RMS norm over each head of query and key, before the rotation.
    pub has_qk_norm: bool,
    /// A norm also behind attention and feed-forward, before each is added to the residual stream.
    pub has_post_norms: bool,
    pub activation: Activation,
    /// What token embeddings are multiplied with.
    pub embedding_scale: f32,
    /// `{arch}.final_logit_softcapping`: logits become `c * tanh(logits / c)`.
    pub logit_softcap: Option<f32>,
}

/// Rotary position embedding (Su et al., 2021, <https://arxiv.org/abs/2104.09864>) of one kind of layer.
#[derive(Clone, Debug, PartialEq)]
pub struct RopeConfig {
    /// `{arch}.rope.dimension_count`: leading values of a head that are rotated; even.
    pub n_dims: usize,
    /// `{arch}.rope.freq_base`
    pub base: f32,
    /// `{arch}.rope.scaling.factor` where the scaling is linear: positions are divided by it.
    pub factor: f32,
    pub pairs: RopePairs,
}

/// Which two values of a head turn together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RopePairs {
    /// `2i` and `2i + 1`: ggml's NORM, in files whose converter permuted queries and keys.
    Neighbours,
    /// `i` and `i + n_dims / 2`: ggml's NEOX, as in `transformers`.
    Halves,
}

/// Layers with a sliding window: all but every `period`-th.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalConfig {
    /// `{arch}.attention.sliding_window`: positions seen, the own one included.
    pub window: usize,
    /// `{arch}.attention.sliding_window_pattern`
    pub period: usize,
    pub rope: RopeConfig,
}

/// Between the two halves of the gated feed-forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    Silu,
    /// In its approximation by tanh.
    Gelu,
}

/// The architectures that [`Decoder`](super::Decoder) runs.
pub const DECODERS: [&str; 4] = ["llama", "qwen2", "qwen3", "gemma3"];

impl DecoderConfig {
    /// # Errors
    /// Another architecture, a key missing or mistyped, sizes that do not go together, a scaling unknown here.
    pub fn from_metadata(metadata: &Metadata) -> Result<Self, ModelError> {
        let architecture = metadata.str("general.architecture")?;
        if !DECODERS.contains(&architecture) {
            return Err(ModelError::Architecture {
                found: architecture.into(),
                needed: "a language model (`llama`, `qwen2`, `qwen3`, `gemma3`)",
            });
        }
        let is_gemma = architecture == "gemma3";
        let keys = Keys { metadata, architecture };

        let d_model = keys.size("embedding_length")?;
        let n_heads = keys.size("attention.head_count")?;
        let n_kv_heads = keys.optional_size("attention.head_count_kv")?.unwrap_or(n_heads);
        if !n_heads.is_multiple_of(n_kv_heads) {
            return Err(keys.bad("attention.head_count_kv", n_kv_heads, "it must divide the number of query heads"));
        }
        let head_dim = match keys.optional_size("attention.key_length")? {
            Some(head_dim) => head_dim,
            None if d_model.is_multiple_of(n_heads) => d_model / n_heads,
            None => return Err(keys.bad("attention.head_count", n_heads, "it must divide the embedding's length")),
        };
        let value_length = keys.optional_size("attention.value_length")?.unwrap_or(head_dim);
        if value_length != head_dim {
            return Err(keys.bad("attention.value_length", value_length, "it must equal the length of a key"));
        }
        let n_experts = keys.optional(Metadata::u32, "expert_count")?.unwrap_or(0);
        if n_experts != 0 {
            return Err(keys.bad("expert_count", n_experts, "mixtures of experts are not supported"));
        }
        let rope = RopeConfig::from_keys(&keys, head_dim)?;
        let local = match keys.optional_size("attention.sliding_window")? {
            // Other architectures carry the key without meaning it; llama.cpp looks at it here alone, too.
            Some(window) if is_gemma => Some(LocalConfig {
                window,
                period: keys.optional_size("attention.sliding_window_pattern")?.unwrap_or(6),
                // Local layers keep the frequencies of the short context, unscaled.
                rope: RopeConfig {
                    base: keys.optional(Metadata::f32, "rope.freq_base_swa")?.unwrap_or(10_000.0),
                    factor: 1.0,
                    ..rope.clone()
                },
            }),
            _ => None,
        };
        Ok(Self {
            architecture: architecture.into(),
            n_layers: keys.size("block_count")?,
            d_model,
            d_ff: keys.size("feed_forward_length")?,
            n_heads,
            n_kv_heads,
            head_dim,
            max_seq: keys.size("context_length")?,
            rms_norm_epsilon: metadata.f32(&keys.full("attention.layer_norm_rms_epsilon"))?,
            attention_scale: keys
                .optional(Metadata::f32, "attention.scale")?
                .unwrap_or_else(|| (head_dim as f32).sqrt().recip()),
            rope,
            local,
            has_qk_norm: is_gemma || architecture == "qwen3",
            has_post_norms: is_gemma,
            activation: if is_gemma { Activation::Gelu } else { Activation::Silu },
            embedding_scale: if is_gemma { (d_model as f32).sqrt() } else { 1.0 },
            logit_softcap: keys.optional(Metadata::f32, "final_logit_softcapping")?.filter(|&cap| cap > 0.0),
        })
    }

    /// What layer `index` sees and how it turns: `None` and the usual rotation, or a window and its own.
    pub fn layer(&self, index: usize) -> Option<&LocalConfig> {
        self.local.as_ref().filter(|local| !(index + 1).is_multiple_of(local.period))
    }

    /// Bytes of key-value cache that `capacity` positions take in f32.
    pub fn cache_bytes(&self, capacity: usize) -> usize {
        2 * self.n_layers * self.n_kv_heads * self.head_dim * capacity * size_of::<f32>()
    }
}

impl RopeConfig {
    fn from_keys(keys: &Keys, head_dim: usize) -> Result<Self, ModelError> {
        let n_dims = keys.optional_size("rope.dimension_count")?.unwrap_or(head_dim);
        if n_dims > head_dim || !n_dims.is_multiple_of(2) {
            return Err(keys.bad("rope.dimension_count", n_dims, "it must be even and no more than a head's length"));
        }
        let scaling = keys.optional(Metadata::str, "rope.scaling.type")?.unwrap_or("none");
        let factor = keys.optional(Metadata::f32, "rope.scaling.factor")?.filter(|&factor| factor > 0.0);
        let factor = match scaling {
            // llama 3 scales by the tensor `rope_freqs.weight`, whatever stands here.
            "none" | "llama3" => 1.0,
            "linear" => factor.unwrap_or(1.0),
            other => return Err(keys.bad("rope.scaling.type", other, "only none, linear and llama3 are supported")),
        };
        let pairs = if keys.architecture == "llama" { RopePairs::Neighbours } else { RopePairs::Halves };
        let base = keys.optional(Metadata::f32, "rope.freq_base")?.unwrap_or(10_000.0);
        Ok(Self { n_dims, base, factor, pairs })
    }

    /// What each pair turns by from one position to the next, in radians.
    pub fn frequencies(&self) -> Vec<f32> {
        let exponent = |i: usize| (2 * i) as f32 / self.n_dims as f32;
        (0..self.n_dims / 2).map(|i| self.base.powf(exponent(i)).recip() / self.factor).collect()
    }
}

/// Keys below the architecture's name.
struct Keys<'a> {
    metadata: &'a Metadata,
    architecture: &'a str,
}

impl<'a> Keys<'a> {
    fn full(&self, key: &str) -> String {
        format!("{}.{key}", self.architecture)
    }

    fn optional<T>(
        &self,
        read: impl FnOnce(&'a Metadata, &str) -> Result<T, crate::gguf::GgufError>,
        key: &str,
    ) -> Result<Option<T>, ModelError> {
        Ok(self.metadata.optional(read, &self.full(key))?)
    }

    fn size(&self, key: &str) -> Result<usize, ModelError> {
        self.checked(key, self.metadata.u32(&self.full(key))?)
    }

    fn optional_size(&self, key: &str) -> Result<Option<usize>, ModelError> {
        self.optional(Metadata::u32, key)?.map(|size| self.checked(key, size)).transpose()
    }

    /// Sizes become loops and allocations: none is zero, and products of a few stay far from overflow.
    fn checked(&self, key: &str, size: u32) -> Result<usize, ModelError> {
        match size {
            1..=0xff_ffff => Ok(size as usize),
            _ => Err(self.bad(key, size, "sizes go from 1 to 16,777,215")),
        }
    }

    fn bad(&self, key: &str, found: impl ToString, cure: &'static str) -> ModelError {
        ModelError::Config { what: self.full(key), found: found.to_string(), cure }
    }
}
