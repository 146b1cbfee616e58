use burn::tensor::{Device, Tensor, TensorData};

use crate::gguf::Gguf;
use crate::model::ModelError;
use crate::model::linear::vector;

/// Root mean square norm (Zhang and Sennrich, 2019, <https://arxiv.org/abs/1910.07467>) over the last dimension:
/// `x / sqrt(mean(x²) + epsilon) * weight`.
pub struct RmsNorm {
    weight: Tensor<1>,
    /// The same, for those who hold their values on the CPU.
    values: Vec<f32>,
    epsilon: f32,
}

impl RmsNorm {
    /// Loads `<name>.weight`, `[len]`.
    pub fn load(gguf: &Gguf, name: &str, len: usize, epsilon: f32, device: &Device) -> Result<Self, ModelError> {
        let values = vector(gguf, &format!("{name}.weight"), len)?;
        Ok(Self { weight: Tensor::from_data(TensorData::new(values.clone(), [len]), device), values, epsilon })
    }

    /// `[.., len]` to the same shape.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let mean = x.clone().powi_scalar(2).mean_dim(D - 1);
        x * (mean + self.epsilon).sqrt().recip() * self.weight.clone().unsqueeze()
    }

    /// Norms each row of `rows` where it lies.
    pub fn apply(&self, rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(self.values.len()) {
            let mean = row.iter().map(|x| x * x).sum::<f32>() / row.len() as f32;
            let factor = (mean + self.epsilon).sqrt().recip();
            row.iter_mut().zip(&self.values).for_each(|(x, weight)| *x *= factor * weight);
        }
    }
}
