use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::gguf::Gguf;
use crate::model::{Encoder, ModelError};
use crate::pack::EncoderId;
use crate::platform::device::Placement;
use crate::tokenizer::{Tokenizer, TokenizerError};

/// Text in, vectors out: a tokenizer and an encoder from one file.
pub struct Embedder {
    tokenizer: Arc<Tokenizer>,
    encoder: Encoder,
    gguf: Arc<Gguf>,
    placement: Placement,
    id: EncoderId,
    max_tokens: usize,
}

/// Why an embedder could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum EmbedderError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
}

impl Embedder {
    pub fn load(bytes: Vec<u8>, placement: Placement) -> Result<Self, EmbedderError> {
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let gguf = Arc::new(Gguf::parse(bytes).map_err(ModelError::from)?);
        let name = gguf.metadata().str("general.name").unwrap_or("unnamed").to_owned();
        let encoder = Encoder::load(gguf.clone(), &placement)?;
        // Sentence encoders are trained on shorter texts than their position table holds, and are worse past that.
        let trained_on = gguf.metadata().u32("attendant.max_seq_length").unwrap_or(u32::MAX);
        let max_tokens = encoder.config().max_seq.min(trained_on as usize);
        Ok(Self {
            max_tokens,
            tokenizer: Arc::new(Tokenizer::from_metadata(gguf.metadata())?),
            encoder,
            id: EncoderId { name, sha256 },
            gguf,
            placement,
        })
    }

    /// The same model on another device.
    pub fn on(&self, placement: Placement) -> Result<Self, EmbedderError> {
        Ok(Self {
            encoder: Encoder::load(self.gguf.clone(), &placement)?,
            tokenizer: self.tokenizer.clone(),
            gguf: self.gguf.clone(),
            id: self.id.clone(),
            max_tokens: self.max_tokens,
            placement,
        })
    }

    /// Which encoder this is; a pack's vectors are of use to no other.
    pub fn id(&self) -> &EncoderId {
        &self.id
    }

    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// One vector of length one for each text; a text longer than the model was trained on counts up to there.
    pub async fn embed<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Vec<f32>>, EmbedderError> {
        let ids: Vec<Vec<u32>> =
            texts.iter().map(|text| self.tokenizer.encode_framed(text.as_ref(), self.max_tokens)).collect();
        Ok(self.encoder.embed(&ids).await?)
    }
}
