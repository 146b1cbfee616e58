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
    /// Longest text in tokens. The default encoder was trained on at most 256 (its model card), and the time
    /// for a longer one would be felt.
    pub const MAX_TOKENS: usize = 256;

    pub fn load(bytes: Vec<u8>, placement: Placement) -> Result<Self, EmbedderError> {
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let gguf = Arc::new(Gguf::parse(bytes).map_err(ModelError::from)?);
        let name = gguf.metadata().str("general.name").unwrap_or("unnamed").to_owned();
        Ok(Self {
            tokenizer: Arc::new(Tokenizer::from_gguf(gguf.metadata())?),
            encoder: Encoder::load(gguf.clone(), &placement)?,
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

    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// One vector of length one for each text; a text over [`Self::MAX_TOKENS`] counts up to there.
    pub async fn embed<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Vec<f32>>, EmbedderError> {
        let limit = Self::MAX_TOKENS.min(self.encoder.config().max_seq);
        let ids: Vec<Vec<u32>> = texts.iter().map(|text| self.tokenizer.encode(text.as_ref(), limit)).collect();
        Ok(self.encoder.embed(&ids).await?)
    }
}
