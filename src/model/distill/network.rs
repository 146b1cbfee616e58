use burn::tensor::{Device, Tensor, TensorData};

use super::normal;
use crate::gguf::{GgufError, TensorType, Writer, quantize};
use crate::model::ngram_encoder::OUTPUT;
use crate::model::parameter::{Parameter, read};
use crate::platform::SplitMix64;

/// Inverse temperature of the contrast.
const SCALE: f32 = 20.0;
/// What plain nearness to the teacher weighs beside the contrast with others.
const NEARNESS: f32 = 2.0;
/// Vectors of others nearer than this to a text's own are no others: the same sentence in other words.
const SAME: f32 = 0.85;

/// The projection from the mean of rows into the teacher's space, and the loss, in Burn.
#[derive(Clone)]
pub struct Network {
    d_model: usize,
    d_out: usize,
    /// `[d_out, d_model]`
    weight: Parameter,
    /// `[1, d_out]`
    bias: Parameter,
}

impl Network {
    pub fn new(d_model: usize, d_out: usize, random: &mut SplitMix64) -> Network {
        let scale = (d_model as f32).sqrt().recip();
        let weight = (0..d_out * d_model).map(|_| scale * normal(random)).collect();
        Network {
            d_model,
            d_out,
            weight: Parameter::new([d_out, d_model], weight),
            bias: Parameter::new([1, d_out], vec![0.0; d_out]),
        }
    }

    pub fn d_out(&self) -> usize {
        self.d_out
    }

    /// Learns from means `[batch, d_model]`, flat, and `targets`, of which the first `batch` are the texts' own and
    /// the others are not. Gives the loss, and its gradient by the means, flat.
    pub fn step(&mut self, means: Vec<f32>, targets: &[&[f32]], device: &Device, rate: f32) -> (f32, Vec<f32>) {
        let batch = means.len() / self.d_model;
        let x = self.input(means, device).require_grad();
        let [weight, bias] = [&self.weight, &self.bias].map(|parameter| parameter.tensor(device).require_grad());
        let y = forward(x.clone(), weight.clone(), bias.clone());
        let targets = TensorData::new(targets.concat(), [targets.len(), self.d_out]);
        let loss = loss(y, Tensor::from_data(targets, device), batch);
        let value = read(loss.clone())[0];
        let gradients = loss.backward();
        let gradient = |leaf: &Tensor<2>| read(leaf.grad(&gradients).expect("every leaf moves the loss"));
        self.weight.learn(&gradient(&weight), rate);
        self.bias.learn(&gradient(&bias), rate);
        (value, gradient(&x))
    }

    /// Means `[batch, d_model]`, flat, to `batch` vectors of length one, flat.
    pub fn embed(&self, means: Vec<f32>) -> Vec<f32> {
        let device = Device::flex();
        read(forward(self.input(means, &device), self.weight.tensor(&device), self.bias.tensor(&device)))
    }

    fn input(&self, means: Vec<f32>, device: &Device) -> Tensor<2> {
        let batch = means.len() / self.d_model;
        Tensor::from_data(TensorData::new(means, [batch, self.d_model]), device)
    }

    /// The matrix as `ty`, the bias as it is.
    pub fn write_tensors(&self, writer: &mut Writer, ty: TensorType) -> Result<(), GgufError> {
        let weight = quantize(ty, &self.weight.values, self.d_model)?;
        writer.tensor(&format!("{OUTPUT}.weight"), ty, &[self.d_out, self.d_model], weight)?;
        let bias = quantize(TensorType::F32, &self.bias.values, self.d_out)?;
        writer.tensor(&format!("{OUTPUT}.bias"), TensorType::F32, &[self.d_out], bias)
    }
}

/// As [`NgramEncoder`](crate::model::NgramEncoder) computes it: `[batch, d_model]` to `[batch, d_out]`.
fn forward(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<2>) -> Tensor<2> {
    let y = x.matmul(weight.swap_dims(0, 1)) + bias;
    let length = y.clone().powi_scalar(2).sum_dim(1).sqrt().clamp_min(1e-12);
    y / length
}

/// Contrast in both directions (van den Oord et al., 2018, <https://arxiv.org/abs/1807.03748>) and nearness, of
/// embeddings `[batch, d_out]` and targets `[n, d_out]`, the first `batch` of them their own.
fn loss(y: Tensor<2>, targets: Tensor<2>, batch: usize) -> Tensor<1> {
    let device = y.device();
    let own = targets.clone().narrow(0, 0, batch);
    let nearness = (y.clone() * own.clone()).sum_dim(1);
    // Other words for the same thing do not count as others: their scores go far down.
    let alike = own.matmul(targets.clone().swap_dims(0, 1)).greater_elem(SAME).float();
    let [_, n] = alike.dims();
    let diagonal = (0..batch * n).map(|at| if at / n == at % n { 1.0f32 } else { 0.0 }).collect();
    let diagonal = Tensor::<2>::from_data(TensorData::new(diagonal, [batch, n]), &device);
    let masked = (alike - diagonal).clamp_min(0.0).mul_scalar(-1e4);
    // Scores stay within ±SCALE, so their exponentials need no care.
    let scores = y.matmul(targets.swap_dims(0, 1)).mul_scalar(SCALE) + masked;
    let positive = nearness.clone().mul_scalar(SCALE);
    let forward = scores.clone().exp().sum_dim(1).log() - positive.clone();
    let backward = scores.narrow(1, 0, batch).exp().sum_dim(0).log().swap_dims(0, 1) - positive;
    let far = nearness.neg().add_scalar(1.0).mul_scalar(NEARNESS);
    (forward + backward.mul_scalar(0.5) + far).mean()
}
