//! The network and its training, in Burn.

use burn::optim::{AdamW, AdamWConfig, AdamWState, Optimizer};
use burn::tensor::activation::{log_softmax, relu, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::text::TextVectors;
use super::windows::Batch;
use crate::platform::SplitMix64;

/// Share of numbers left out of what passes between layers.
const DROPPED: f64 = 0.25;
/// Share of items whose own row is left out where a text can speak for them.
const ROWS_DROPPED: f64 = 0.15;

#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub n_items: usize,
    pub n_text: usize,
    pub n_ages: usize,
    pub d_model: usize,
    pub n_heads: usize,
    pub n_blocks: usize,
}

/// A matrix, and what the optimizer remembers of it.
#[derive(Clone)]
struct Parameter {
    value: Tensor<2>,
    state: Option<AdamWState<2>>,
}

/// Weights in the order of [`Weights::of`].
#[derive(Clone)]
pub struct Network {
    shape: Shape,
    parameters: Vec<Parameter>,
    /// `[n_items, n_text]`
    texts: Tensor<2>,
    has_text: Vec<bool>,
}

/// The weights by name, all `[n, d_model]` but where said.
struct Weights {
    items: Tensor<2>,
    /// `[n_text, d_model]`
    text: Tensor<2>,
    ages: Tensor<2>,
    norm: Norm,
    blocks: Vec<Block>,
}

struct Norm {
    gain: Tensor<2>,
    bias: Tensor<2>,
}

struct Block {
    attention_norm: Norm,
    /// Query, key, value, output: `[d_model, d_model]`.
    projections: [Tensor<2>; 4],
    forward_norm: Norm,
    /// `[d_model, 2·d_model]` and back.
    up: Tensor<2>,
    up_bias: Tensor<2>,
    down: Tensor<2>,
    down_bias: Tensor<2>,
}

/// What a weight starts as.
enum Start {
    Normal(f32),
    Ones,
    Zeros,
}

impl Weights {
    /// Shapes and starts, in the order in which [`Weights::of`] takes them.
    fn starts(shape: &Shape) -> Vec<([usize; 2], Start)> {
        let d = shape.d_model;
        let linear = |n_in: usize, n_out: usize| ([n_in, n_out], Start::Normal((n_in as f32).sqrt().recip()));
        let norm = || [([1, d], Start::Ones), ([1, d], Start::Zeros)];
        let mut starts = vec![
            ([shape.n_items, d], Start::Normal(0.05)),
            ([shape.n_text, d], Start::Normal(0.05)),
            ([shape.n_ages, d], Start::Normal(0.05)),
        ];
        starts.extend(norm());
        for _ in 0..shape.n_blocks {
            starts.extend(norm());
            starts.extend((0..4).map(|_| linear(d, d)));
            starts.extend(norm());
            starts.extend([linear(d, 2 * d), ([1, 2 * d], Start::Zeros)]);
            starts.extend([linear(2 * d, d), ([1, d], Start::Zeros)]);
        }
        starts
    }

    fn of(tensors: &[Tensor<2>], n_blocks: usize) -> Weights {
        let mut rest = tensors.iter().cloned();
        let mut next = || rest.next().expect("as many as there are starts");
        let (items, text, ages) = (next(), next(), next());
        let norm = Norm { gain: next(), bias: next() };
        let mut block = |_| Block {
            attention_norm: Norm { gain: next(), bias: next() },
            projections: [next(), next(), next(), next()],
            forward_norm: Norm { gain: next(), bias: next() },
            up: next(),
            up_bias: next(),
            down: next(),
            down_bias: next(),
        };
        let blocks = (0..n_blocks).map(&mut block).collect();
        Weights { items, text, ages, norm, blocks }
    }
}

impl Network {
    /// `counts` tell which items anybody took: the others have no row of their own.
    pub fn new(shape: Shape, counts: &[u32], texts: TextVectors, random: &mut SplitMix64, device: &Device) -> Network {
        let mut parameters = Vec::new();
        for (at, (dims, start)) in Weights::starts(&shape).into_iter().enumerate() {
            let n = dims[0] * dims[1];
            let mut values: Vec<f32> = match start {
                Start::Normal(scale) => (0..n).map(|_| scale * normal(random)).collect(),
                Start::Ones => vec![1.0; n],
                Start::Zeros => vec![0.0; n],
            };
            if at == 0 {
                for (row, _) in values.chunks_mut(shape.d_model).zip(counts).filter(|(_, count)| **count == 0) {
                    row.fill(0.0);
                }
            }
            let value = Tensor::from_data(TensorData::new(values, dims), device);
            parameters.push(Parameter { value, state: None });
        }
        let dims = [shape.n_items, shape.n_text];
        let has_text = texts.is_there;
        let texts = Tensor::from_data(TensorData::new(texts.values, dims), device);
        Network { shape, parameters, texts, has_text }
    }

    fn weights(&self) -> Weights {
        let values: Vec<Tensor<2>> = self.parameters.iter().map(|parameter| parameter.value.clone()).collect();
        Weights::of(&values, self.shape.n_blocks)
    }

    /// `[n_items, d_model]`, as logits are made with.
    pub fn item_vectors(&self) -> Tensor<2> {
        let weights = self.weights();
        weights.items + self.texts.clone().matmul(weights.text)
    }

    /// What one window comes to, `[d_model]`: the mean over the tokens of its last basket.
    pub fn state(&self, batch: &Batch) -> Vec<f32> {
        let d_model = self.shape.d_model;
        let states = read(self.forward(&self.weights(), self.texts.clone(), batch, &Device::flex(), None));
        let mut mean = vec![0.0; d_model];
        for &place in &batch.lasts[0] {
            let state = &states[place as usize * d_model..][..d_model];
            mean.iter_mut().zip(state).for_each(|(to, from)| *to += from / batch.lasts[0].len() as f32);
        }
        mean
    }

    /// Learns from a batch.
    pub fn step(&mut self, batch: &Batch, negatives: &[u32], correction: f32, rate: f64, random: &mut SplitMix64) {
        if batch.targets.is_empty() {
            return;
        }
        let device = Device::flex().autodiff();
        let leaves: Vec<Tensor<2>> = self
            .parameters
            .iter()
            .map(|parameter| Tensor::from_inner(parameter.value.clone()).require_grad())
            .collect();
        let weights = Weights::of(&leaves, self.shape.n_blocks);
        let texts = Tensor::from_inner(self.texts.clone());
        let states = self.forward(&weights, texts.clone(), batch, &device, Some(random));
        let states = states.select(0, ints(&batch.places, &device));
        let loss = self.loss(&weights, texts, states, &batch.targets, negatives, correction, random);
        let gradients = loss.backward();
        let optimizer: AdamW = AdamWConfig::new().with_beta_2(0.98).with_epsilon(1e-8).with_weight_decay(0.0).build();
        for (parameter, leaf) in self.parameters.iter_mut().zip(&leaves) {
            let Some(gradient) = leaf.grad(&gradients) else { continue };
            let (value, state) = optimizer.step(rate, parameter.value.clone(), gradient, parameter.state.take());
            *parameter = Parameter { value, state };
        }
    }

    /// Mean cross-entropy of `targets` against `negatives`, for states `[n_targets, d_model]`.
    #[allow(clippy::too_many_arguments, reason = "one call, of all that a step has")]
    fn loss(
        &self,
        weights: &Weights,
        texts: Tensor<2>,
        states: Tensor<2>,
        targets: &[u32],
        negatives: &[u32],
        correction: f32,
        random: &mut SplitMix64,
    ) -> Tensor<1> {
        let device = states.device();
        let own = self.vectors(weights, texts.clone(), targets, &device, Some(random));
        let others = self.vectors(weights, texts, negatives, &device, Some(random));
        let positive = (states.clone() * own).sum_dim(1);
        let same = targets.iter().flat_map(|target| {
            negatives.iter().map(move |negative| if negative == target { -1e4 } else { correction })
        });
        let dims = [targets.len(), negatives.len()];
        let shift = Tensor::<2>::from_data(TensorData::new(same.collect::<Vec<f32>>(), dims), &device);
        let negative = states.matmul(others.swap_dims(0, 1)) + shift;
        let logits = Tensor::cat(vec![positive, negative], 1);
        log_softmax(logits, 1).narrow(1, 0, 1).mean().neg()
    }

    /// `[items, d_model]`
    fn vectors(
        &self,
        weights: &Weights,
        texts: Tensor<2>,
        items: &[u32],
        device: &Device,
        random: Option<&mut SplitMix64>,
    ) -> Tensor<2> {
        let at = ints(items, device);
        let mut own = weights.items.clone().select(0, at.clone());
        if self.shape.n_text == 1 {
            return own;
        }
        if let Some(random) = random {
            let kept = |&item: &u32| {
                let is_dropped = self.has_text[item as usize] && random.unit() < ROWS_DROPPED;
                if is_dropped { 0.0f32 } else { 1.0 }
            };
            let kept: Vec<f32> = items.iter().map(kept).collect();
            own = own * Tensor::<2>::from_data(TensorData::new(kept, [items.len(), 1]), device);
        }
        own + texts.select(0, at).matmul(weights.text.clone())
    }

    /// States `[n_rows · n_tokens, d_model]`. Numbers are left out where `random` is given.
    fn forward(
        &self,
        weights: &Weights,
        texts: Tensor<2>,
        batch: &Batch,
        device: &Device,
        mut random: Option<&mut SplitMix64>,
    ) -> Tensor<2> {
        let Shape { d_model, n_heads, .. } = self.shape;
        let Batch { n_rows, n_tokens, .. } = *batch;
        let head_dim = d_model / n_heads;
        let mask = TensorData::new(batch.mask.clone(), [n_rows, 1, n_tokens, n_tokens]);
        let mask = Tensor::<4>::from_data(mask, device);
        let items = self.vectors(weights, texts, &batch.items, device, random.as_deref_mut());
        let mut x =
            items.mul_scalar((d_model as f32).sqrt()) + weights.ages.clone().select(0, ints(&batch.ages, device));
        x = dropped(x, device, random.as_deref_mut());
        for block in &weights.blocks {
            let y = block.attention_norm.apply(x.clone());
            let heads = |weight: &Tensor<2>| {
                let projected = y.clone().matmul(weight.clone());
                projected.reshape([n_rows, n_tokens, n_heads, head_dim]).swap_dims(1, 2)
            };
            let [query, key, value, output] = &block.projections;
            let scores = heads(query).matmul(heads(key).swap_dims(2, 3)).div_scalar((head_dim as f32).sqrt());
            let mixed = softmax(scores + mask.clone(), 3).matmul(heads(value));
            let mixed = mixed.swap_dims(1, 2).reshape([n_rows * n_tokens, d_model]).matmul(output.clone());
            x = x + dropped(mixed, device, random.as_deref_mut());
            let y = block.forward_norm.apply(x.clone());
            let y = relu(y.matmul(block.up.clone()) + block.up_bias.clone());
            let y = y.matmul(block.down.clone()) + block.down_bias.clone();
            x = x + dropped(y, device, random.as_deref_mut());
        }
        weights.norm.apply(x)
    }
}

impl Norm {
    /// Over the numbers of each row.
    fn apply(&self, x: Tensor<2>) -> Tensor<2> {
        let centred = x.clone() - x.mean_dim(1);
        let deviation = (centred.clone().powi_scalar(2).mean_dim(1) + 1e-5).sqrt();
        centred / deviation * self.gain.clone() + self.bias.clone()
    }
}

fn dropped(x: Tensor<2>, device: &Device, random: Option<&mut SplitMix64>) -> Tensor<2> {
    let Some(random) = random else { return x };
    let [n_rows, width] = x.dims();
    let kept = (1.0 - DROPPED).recip() as f32;
    let mask = (0..n_rows * width).map(|_| if random.unit() < DROPPED { 0.0 } else { kept }).collect::<Vec<f32>>();
    x * Tensor::<2>::from_data(TensorData::new(mask, [n_rows, width]), device)
}

fn ints(values: &[u32], device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = values.iter().map(|&value| value as i32).collect();
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n]), device)
}

/// The numbers of a tensor on the CPU.
pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().expect("training is in f32")
}

/// Of mean 0 and variance 1 (Box and Muller, 1958).
fn normal(random: &mut SplitMix64) -> f32 {
    let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
    (radius * (std::f64::consts::TAU * random.unit()).cos()) as f32
}
