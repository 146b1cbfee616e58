use crate::gguf::Metadata;
use crate::model::ModelError;

/// `general.architecture` of a file that holds an [`Encoder`](super::Encoder).
pub const BERT: &str = "bert";

/// Sizes of an encoder of the BERT family, under the names of llama.cpp's metadata keys.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderConfig {
    /// `bert.block_count`
    pub n_layers: usize,
    /// `bert.embedding_length`
    pub d_model: usize,
    /// `bert.feed_forward_length`
    pub d_ff: usize,
    /// `bert.attention.head_count`
    pub n_heads: usize,
    /// `bert.context_length`: the longest text in tokens, special ones included.
    pub max_seq: usize,
    /// `bert.attention.layer_norm_epsilon`
    pub layer_norm_epsilon: f64,
}

impl EncoderConfig {
    pub fn from_metadata(metadata: &Metadata) -> Result<Self, ModelError> {
        let architecture = metadata.str("general.architecture")?;
        if architecture != BERT {
            return Err(ModelError::Architecture {
                found: architecture.into(),
                needed: "an embedding model of the BERT family (`bert`)",
            });
        }
        let size = |key: &str| Ok::<_, ModelError>(metadata.u32(key)? as usize);
        let config = Self {
            n_layers: size("bert.block_count")?,
            d_model: size("bert.embedding_length")?,
            d_ff: size("bert.feed_forward_length")?,
            n_heads: size("bert.attention.head_count")?,
            max_seq: size("bert.context_length")?,
            layer_norm_epsilon: metadata.f32("bert.attention.layer_norm_epsilon")?.into(),
        };
        if config.n_heads == 0 || !config.d_model.is_multiple_of(config.n_heads) {
            return Err(ModelError::Config {
                what: "bert.attention.head_count".into(),
                found: config.n_heads.to_string(),
                cure: "it must divide bert.embedding_length",
            });
        }
        // llama.cpp's enum: 1 is the mean over tokens. Others (the first token, none) would need another head.
        let pooling = metadata.u32("bert.pooling_type")?;
        if pooling != 1 {
            return Err(ModelError::Config {
                what: "bert.pooling_type".into(),
                found: pooling.to_string(),
                cure: "only 1 (mean) is supported",
            });
        }
        Ok(config)
    }

    pub fn head_dim(&self) -> usize {
        self.d_model / self.n_heads
    }
}
