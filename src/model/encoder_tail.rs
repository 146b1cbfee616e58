use burn::tensor::{Device, Tensor, TensorData};

use crate::gguf::{Gguf, GgufError};
use crate::model::encoder::{Layer, in_passes, mean_over_tokens};
use crate::model::{EncoderConfig, ModelError};
use crate::platform::device::Placement;

/// The last layers of an [`Encoder`](super::Encoder) once more, fitted to one task ([`tune`](super::tune)): they read
/// the encoder's [states](super::Encoder::states), so that tasks share all that goes before.
pub struct EncoderTail {
    layers: Vec<Layer>,
    n_heads: usize,
    d_model: usize,
    device: Device,
}

impl EncoderTail {
    /// Loads the layers of an encoder of this shape from the first that the file has to the encoder's last.
    pub fn load(gguf: &Gguf, config: &EncoderConfig, placement: &Placement) -> Result<Self, ModelError> {
        let is_there = |i: &usize| gguf.tensor(&format!("blk.{i}.attn_q.weight")).is_ok();
        let Some(first) = (0..config.n_layers).find(is_there) else {
            let name = format!("blk.{}.attn_q.weight", config.n_layers.saturating_sub(1));
            return Err(GgufError::MissingTensor { name }.into());
        };
        let layer = |i| Layer::load(gguf, i, config, placement);
        let layers = (first..config.n_layers).map(layer).collect::<Result<_, ModelError>>()?;
        let EncoderConfig { n_heads, d_model, .. } = *config;
        Ok(Self { layers, n_heads, d_model, device: placement.device.clone() })
    }

    /// How many of an encoder's last layers it stands for.
    pub fn n_layers(&self) -> usize {
        self.layers.len()
    }

    /// States `[seq, d_model]` of texts to one vector of `d_model` and of length one (L2) for each.
    pub async fn embed(&self, states: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        let d_model = self.d_model;
        in_passes(states.iter().map(|state| state.len() / d_model), |indices| {
            let values: Vec<f32> = indices.iter().flat_map(|&index| states[index].iter().copied()).collect();
            let seq = states[indices[0]].len() / d_model;
            let x = Tensor::<3>::from_data(TensorData::new(values, [indices.len(), seq, d_model]), &self.device);
            Ok(mean_over_tokens(self.layers.iter().fold(x, |x, layer| layer.forward(x, self.n_heads))))
        })
        .await
    }
}
