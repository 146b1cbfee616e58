use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};

use crate::gguf::{Gguf, Metadata, dequantize};
use crate::model::linear::expect_shape;
use crate::model::{Linear, ModelError};
use crate::platform::device::Placement;

/// `general.architecture` of a file that holds an [`NgramEncoder`], and the prefix of its keys.
pub const NGRAM_ENCODER: &str = "ngram-encoder";

pub(super) const TABLE: &str = "token_embd.weight";
pub(super) const OUTPUT: &str = "output";

/// Sizes of an [`NgramEncoder`].
#[derive(Clone, Debug, PartialEq)]
pub struct NgramEncoderConfig {
    /// `ngram-encoder.embedding_length`: numbers in a row of the table.
    pub d_model: usize,
    /// `ngram-encoder.embedding_length_out`: length of the embeddings, which is the teacher's.
    pub d_out: usize,
    /// `ngram-encoder.context_length`: the longest text in units; see [`Ngrams`](crate::tokenizer::Ngrams).
    pub max_seq: usize,
}

impl NgramEncoderConfig {
    pub fn from_metadata(metadata: &Metadata) -> Result<Self, ModelError> {
        let size = |key: &str| Ok::<_, ModelError>(metadata.u32(&format!("{NGRAM_ENCODER}.{key}"))? as usize);
        Ok(Self {
            d_model: size("embedding_length")?,
            d_out: size("embedding_length_out")?,
            max_seq: size("context_length")?,
        })
    }
}

/// A student of another sentence encoder, in a language that the other does not know (Reimers and Gurevych, 2020,
/// <https://arxiv.org/abs/2004.09813>): the mean of its n-grams' rows (Bojanowski et al., 2017,
/// <https://arxiv.org/abs/1607.04606>; Wieting et al., 2016, <https://arxiv.org/abs/1607.02789>), projected into the
/// teacher's space. The length of a row is what the n-gram weighs.
///
/// It runs on the CPU: a sentence takes less there than a GPU needs to begin.
pub struct NgramEncoder {
    config: NgramEncoderConfig,
    placement: Placement,
    /// Kept for the n-grams' rows: a sentence needs a few of them.
    gguf: Arc<Gguf>,
    output: Linear,
}

impl NgramEncoder {
    pub fn load(gguf: Arc<Gguf>) -> Result<Self, ModelError> {
        let config = NgramEncoderConfig::from_metadata(gguf.metadata())?;
        let placement = Placement::cpu();
        let output = Linear::load(&gguf, &[OUTPUT.into()], [config.d_out, config.d_model], &placement)?;
        let table = gguf.tensor(TABLE)?;
        expect_shape(TABLE, &table.shape, &[table.shape.first().copied().unwrap_or(0), config.d_model])?;
        Ok(Self { output, placement, config, gguf })
    }

    pub fn config(&self) -> &NgramEncoderConfig {
        &self.config
    }

    /// Embeds texts given as the ids of their n-grams: one vector of `d_out` and of length one (L2) for each, in
    /// their order. A text without any is a vector of zeros, near to nothing.
    pub async fn embed(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        let NgramEncoderConfig { d_model, d_out, .. } = self.config;
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let means = texts.iter().map(|ids| self.mean(ids)).collect::<Result<Vec<_>, _>>()?.concat();
        let x = Tensor::<3>::from_data(TensorData::new(means, [1, texts.len(), d_model]), &self.placement.device);
        let y = self.output.forward(x).reshape([texts.len(), d_out]);
        let length = y.clone().powi_scalar(2).sum_dim(1).sqrt().clamp_min(1e-12);
        let data = (y / length).into_data_async().await;
        let data = data.map_err(|error| ModelError::Device(format!("{error:?}")))?;
        let values = data.as_slice::<f32>().map_err(|error| ModelError::Device(format!("{error:?}")))?;
        let embeddings = values.chunks_exact(d_out).zip(texts);
        Ok(embeddings.map(|(y, ids)| if ids.is_empty() { vec![0.0; d_out] } else { y.to_vec() }).collect())
    }

    /// The mean of rows, `[d_model]`.
    fn mean(&self, ids: &[u32]) -> Result<Vec<f32>, ModelError> {
        let table = self.gguf.tensor(TABLE)?;
        let n_vocab = table.shape[0];
        let row_bytes = table.bytes.len() / n_vocab;
        let mut mean = vec![0.0; self.config.d_model];
        for &id in ids {
            let row = table.bytes.chunks_exact(row_bytes).nth(id as usize);
            let row = dequantize(table.ty, row.ok_or(ModelError::Token { id, n_vocab })?)?;
            mean.iter_mut().zip(&row).for_each(|(sum, x)| *sum += x / ids.len() as f32);
        }
        Ok(mean)
    }
}
