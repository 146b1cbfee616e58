use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::gguf::Gguf;
use crate::model::{Encoder, EncoderTail, ModelError, NGRAM_ENCODER, NgramEncoder};
use crate::pack::EncoderId;
use crate::platform::device::Placement;
use crate::protocol::Language;
use crate::tokenizer::{Ngrams, Tokenizer, TokenizerError};

/// Text in, vectors out: a tokenizer and an encoder from one file.
pub struct Embedder {
    kind: Kind,
    gguf: Arc<Gguf>,
    placement: Placement,
    id: EncoderId,
}

/// By the architecture that the file names.
enum Kind {
    Bert { tokenizer: Tokenizer, encoder: Encoder, max_tokens: usize },
    Ngram { ngrams: Ngrams, encoder: NgramEncoder },
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
        Self::of(Arc::new(Gguf::parse(bytes).map_err(ModelError::from)?), placement)
    }

    pub fn of(gguf: Arc<Gguf>, placement: Placement) -> Result<Self, EmbedderError> {
        let mut hash = Sha256::new();
        gguf.files().for_each(|file| hash.update(file));
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let name = gguf.metadata().str("general.name").unwrap_or("unnamed").to_owned();
        let (kind, placement) = Kind::load(&gguf, placement)?;
        Ok(Self { kind, id: EncoderId { name, sha256 }, gguf, placement })
    }

    /// The same model on another device.
    pub fn on(&self, placement: Placement) -> Result<Self, EmbedderError> {
        let (kind, placement) = Kind::load(&self.gguf, placement)?;
        Ok(Self { kind, gguf: self.gguf.clone(), id: self.id.clone(), placement })
    }

    /// Which encoder this is; a pack's vectors are of use to no other.
    pub fn id(&self) -> &EncoderId {
        &self.id
    }

    /// Whether it has layers: to try a GPU for, or to fit to a task.
    pub fn has_layers(&self) -> bool {
        matches!(self.kind, Kind::Bert { .. })
    }

    /// The language whose texts it embeds: what the file says, else English.
    pub fn language(&self) -> Language {
        let said = self.gguf.metadata().array_str("general.languages").unwrap_or_default();
        let known = Language::ALL.into_iter().find(|language| said.iter().any(|code| code == language.code()));
        known.unwrap_or_default()
    }

    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// One vector of length one for each text; a text longer than the model was trained on counts up to there.
    /// A text of which the model knows nothing may be a vector of zeros.
    pub async fn embed<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Vec<f32>>, EmbedderError> {
        match &self.kind {
            Kind::Bert { encoder, .. } => Ok(encoder.embed(&self.kind.encode(texts)).await?),
            Kind::Ngram { encoder, .. } => Ok(encoder.embed(&self.kind.encode(texts)).await?),
        }
    }

    /// What a classifier reads of each text: its embedding, and as many numbers again that say more where the model
    /// has layers to take them from, and are zero where it has none.
    pub async fn features<T: AsRef<str>>(&self, texts: &[T]) -> Result<Vec<Vec<f32>>, EmbedderError> {
        match &self.kind {
            Kind::Bert { encoder, .. } => Ok(encoder.features(&self.kind.encode(texts)).await?),
            Kind::Ngram { encoder, .. } => {
                let mut embeddings = encoder.embed(&self.kind.encode(texts)).await?;
                embeddings.iter_mut().for_each(|embedding| embedding.resize(2 * embedding.len(), 0.0));
                Ok(embeddings)
            }
        }
    }

    /// What a head with layers of its own reads by: these layers, in the place of the encoder's last.
    ///
    /// # Errors
    /// Layers that do not fit, or a model that has none.
    pub fn tail(&self, layers: &Gguf) -> Result<EncoderTail, EmbedderError> {
        Ok(EncoderTail::load(layers, self.layered()?.config(), &self.placement)?)
    }

    /// What such layers read of each text: the activations before the last `n_last` layers, `[seq, d_model]`.
    ///
    /// # Errors
    /// A model that has no layers.
    pub async fn states<T: AsRef<str>>(&self, texts: &[T], n_last: usize) -> Result<Vec<Vec<f32>>, EmbedderError> {
        Ok(self.layered()?.states(&self.kind.encode(texts), n_last).await?)
    }

    /// As [`Embedder::features`], by other last layers, of these [states](Embedder::states); the second half is zero.
    pub async fn features_of(&self, tail: &EncoderTail, states: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, EmbedderError> {
        let mut features = tail.embed(states).await?;
        features.iter_mut().for_each(|features| features.resize(2 * features.len(), 0.0));
        Ok(features)
    }

    /// The file that it was made of.
    pub fn gguf(&self) -> &Gguf {
        &self.gguf
    }

    fn layered(&self) -> Result<&Encoder, ModelError> {
        match &self.kind {
            Kind::Bert { encoder, .. } => Ok(encoder),
            Kind::Ngram { .. } => {
                Err(ModelError::Architecture { found: NGRAM_ENCODER.into(), needed: "an encoder with layers" })
            }
        }
    }
}

impl Kind {
    /// The model, and where it runs: an [`NgramEncoder`] on the CPU whatever was asked for.
    fn load(gguf: &Arc<Gguf>, placement: Placement) -> Result<(Kind, Placement), EmbedderError> {
        let metadata = gguf.metadata();
        if metadata.str("general.architecture").is_ok_and(|name| name == NGRAM_ENCODER) {
            let ngrams = Ngrams::from_metadata(metadata).map_err(ModelError::from)?;
            return Ok((Kind::Ngram { ngrams, encoder: NgramEncoder::load(gguf.clone())? }, Placement::cpu()));
        }
        let encoder = Encoder::load(gguf.clone(), &placement)?;
        // Sentence encoders are trained on shorter texts than their position table holds, and are worse past that.
        let trained_on = metadata.u32("attendant.max_seq_length").unwrap_or(u32::MAX);
        let max_tokens = encoder.config().max_seq.min(trained_on as usize);
        let tokenizer = Tokenizer::from_metadata(metadata)?;
        Ok((Kind::Bert { tokenizer, encoder, max_tokens }, placement))
    }

    fn encode<T: AsRef<str>>(&self, texts: &[T]) -> Vec<Vec<u32>> {
        let texts = texts.iter().map(AsRef::as_ref);
        match self {
            Kind::Bert { tokenizer, max_tokens, .. } => {
                texts.map(|text| tokenizer.encode_framed(text, *max_tokens)).collect()
            }
            Kind::Ngram { ngrams, encoder } => {
                texts.map(|text| ngrams.encode(text, encoder.config().max_seq)).collect()
            }
        }
    }
}
