use burn::tensor::{Tensor, TensorData};

use crate::gguf::Gguf;
use crate::kernels::elementwise;
use crate::model::ModelError;
use crate::model::linear::{in_place, vector};
use crate::platform::device::Placement;
use crate::protocol::DeviceKind;

/// Root mean square norm (Zhang and Sennrich, 2019, <https://arxiv.org/abs/1910.07467>) over the last dimension:
/// `x / sqrt(mean(x²) + epsilon) * weight`.
pub struct RmsNorm {
    weight: Tensor<1>,
    /// The same, for those who hold their values on the CPU.
    values: Vec<f32>,
    epsilon: f32,
    kind: DeviceKind,
}

impl RmsNorm {
    /// Loads `<name>.weight`, `[len]`.
    pub fn load(gguf: &Gguf, name: &str, len: usize, epsilon: f32, placement: &Placement) -> Result<Self, ModelError> {
        let values = vector(gguf, &format!("{name}.weight"), len)?;
        let weight = Tensor::from_data(TensorData::new(values.clone(), [len]), &placement.device);
        Ok(Self { weight, values, epsilon, kind: placement.kind })
    }

    /// `[.., len]` to the same shape.
    pub fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        if self.kind == DeviceKind::Cpu {
            return in_place(x, |x| self.apply(x));
        }
        let mean = x.clone().powi_scalar(2).mean_dim(D - 1);
        x * (mean + self.epsilon).sqrt().recip() * self.weight.clone().unsqueeze()
    }

    /// Norms each row of `rows` where it lies.
    pub fn apply(&self, rows: &mut [f32]) {
        elementwise::rms_norm_rows(rows, &self.values, self.epsilon);
    }
}
