use burn::tensor::Tensor;

use crate::gguf::Gguf;
use crate::kernels::elementwise;
use crate::model::ModelError;
use crate::model::linear::{in_place, vector};

/// Root mean square norm (Zhang and Sennrich, 2019, <https://arxiv.org/abs/1910.07467>) over the last dimension:
/// `x / sqrt(mean(x²) + epsilon) * weight`. On the CPU.
pub struct RmsNorm {
    weight: Vec<f32>,
    epsilon: f32,
}

impl RmsNorm {
    /// Loads `<name>.weight`, `[len]`.
    pub fn load(gguf: &Gguf, name: &str, len: usize, epsilon: f32) -> Result<Self, ModelError> {
        Ok(Self { weight: vector(gguf, &format!("{name}.weight"), len)?, epsilon })
    }

    /// `[.., len]` to the same shape.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        in_place(x, |x| self.apply(x))
    }

    /// Norms each row of `rows` where it lies.
    pub fn apply(&self, rows: &mut [f32]) {
        elementwise::rms_norm_rows(rows, &self.weight, self.epsilon);
    }
}
