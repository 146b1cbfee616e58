use half::f16;

use super::ClassifyError;
use super::ngrams::SparseVector;
use crate::gguf::{Gguf, GgufError, TensorType, Writer, quantize};

/// One reader of a text: logits from a linear map of its features. Its weights stay as the file has them, `[n_classes,
/// n_in]` in Q8_0 blocks along the inputs, and are read where a text has a feature.
#[derive(Clone, Debug)]
pub(super) struct Expert {
    weights: Vec<u8>,
    bias: Vec<f32>,
    n_in: usize,
}

const TYPE: TensorType = TensorType::Q8_0;
const BLOCK: usize = TYPE.block_len();
const BLOCK_BYTES: usize = TYPE.block_bytes();

impl Expert {
    /// From `weights` `[n_in, n_classes]`, as they are trained; `n_in` is a multiple of 32.
    #[cfg(any(test, feature = "engine"))]
    pub fn quantize(weights: &[f32], bias: Vec<f32>) -> Result<Self, GgufError> {
        let (n_classes, n_in) = (bias.len(), weights.len() / bias.len().max(1));
        let rows: Vec<f32> =
            (0..n_classes).flat_map(|class| weights.iter().skip(class).step_by(n_classes).copied()).collect();
        Ok(Self { weights: quantize(TYPE, &rows, n_in)?, bias, n_in })
    }

    pub fn read(gguf: &Gguf, name: &str, n_classes: usize) -> Result<Self, ClassifyError> {
        let weights = gguf.tensor(&format!("{name}.weight"))?;
        let bias = gguf.tensor(&format!("{name}.bias"))?;
        match weights.shape[..] {
            [rows, n_in] if rows == n_classes && weights.ty == TYPE && bias.shape == [n_classes] && n_in > 0 => {
                Ok(Self { weights: weights.bytes.to_vec(), bias: bias.to_f32(), n_in })
            }
            _ => Err(ClassifyError::Unusable {
                what: "weights",
                found: format!("`{name}` are {} {:?} for {n_classes} labels", weights.ty, weights.shape),
            }),
        }
    }

    pub fn write(&self, writer: &mut Writer, name: &str) -> Result<(), GgufError> {
        let n_classes = self.bias.len();
        writer.tensor(&format!("{name}.weight"), TYPE, &[n_classes, self.n_in], self.weights.clone())?;
        let bias = quantize(TensorType::F32, &self.bias, n_classes)?;
        writer.tensor(&format!("{name}.bias"), TensorType::F32, &[n_classes], bias)
    }

    pub fn n_in(&self) -> usize {
        self.n_in
    }

    /// Logits `[n_classes]` of a text's features, all below [`Expert::n_in`].
    pub fn logits_of(&self, features: &SparseVector) -> Vec<f32> {
        let row_bytes = self.n_in / BLOCK * BLOCK_BYTES;
        let mut logits = self.bias.clone();
        for &(feature, value) in features {
            let (block, at) = (feature as usize / BLOCK, feature as usize % BLOCK);
            for (logit, row) in logits.iter_mut().zip(self.weights.chunks_exact(row_bytes)) {
                let block = &row[block * BLOCK_BYTES..(block + 1) * BLOCK_BYTES];
                let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
                *logit += value * scale * f32::from(block[2 + at] as i8);
            }
        }
        logits
    }

    /// Logits `[n_classes]` of a vector `[n_in]`.
    pub fn logits_at(&self, vector: &[f32]) -> Vec<f32> {
        let row_bytes = self.n_in / BLOCK * BLOCK_BYTES;
        let rows = self.weights.chunks_exact(row_bytes);
        let dot = |row: &[u8]| -> f32 {
            (row.chunks_exact(BLOCK_BYTES).zip(vector.chunks_exact(BLOCK)))
                .map(|(block, values)| {
                    let scale = f16::from_le_bytes([block[0], block[1]]).to_f32();
                    let sum: f32 = block[2..].iter().zip(values).map(|(&q, v)| f32::from(q as i8) * v).sum();
                    scale * sum
                })
                .sum()
        };
        rows.zip(&self.bias).map(|(row, bias)| bias + dot(row)).collect()
    }
}
