use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData, activation, module};

use crate::gguf::{Gguf, dequantize};
use crate::kernels::elementwise;
use crate::kernels::fixed_attention::{self, FixedCache};
use crate::model::linear::{expect_shape, in_place, on_host, vector};
use crate::model::{EncoderConfig, Linear, ModelError};
use crate::platform::device::Placement;
use crate::protocol::DeviceKind;

const TOKEN_TABLE: &str = "token_embd.weight";

/// A sentence encoder of the BERT family (Devlin et al., 2019, <https://arxiv.org/abs/1810.04805>) with the mean
/// over its tokens as the sentence's embedding (Reimers and Gurevych, 2019, <https://arxiv.org/abs/1908.10084>).
///
/// One implementation for every precision and device: what differs is inside [`Linear`].
pub struct Encoder {
    config: EncoderConfig,
    device: Device,
    /// Kept for the token embeddings: a sentence needs a few rows of them, so they stay as they stand in
    /// the file and are dequantized by the row.
    gguf: Arc<Gguf>,
    /// `[max_seq, d_model]`; the embedding of the one segment that a lone sentence has is added in.
    positions: Vec<f32>,
    norm: LayerNorm,
    layers: Vec<Layer>,
}

pub(super) struct Layer {
    /// Query, key and value in one product, `[d_model] → [3 * d_model]`.
    attn_qkv: Linear,
    attn_output: Linear,
    attn_output_norm: LayerNorm,
    ffn_up: Linear,
    ffn_down: Linear,
    layer_output_norm: LayerNorm,
    kind: DeviceKind,
}

struct LayerNorm {
    gamma: Tensor<1>,
    beta: Tensor<1>,
    /// The same, for the CPU.
    values: [Vec<f32>; 2],
    epsilon: f64,
    kind: DeviceKind,
}

impl Encoder {
    pub fn load(gguf: Arc<Gguf>, placement: &Placement) -> Result<Self, ModelError> {
        let config = EncoderConfig::from_metadata(gguf.metadata())?;
        let EncoderConfig { n_layers, d_model, max_seq, .. } = config;
        let device = &placement.device;
        let mut positions = matrix(&gguf, "position_embd.weight", [max_seq, d_model])?;
        let segments = gguf.tensor("token_types.weight")?.to_f32();
        let Some(first_segment) = segments.get(..d_model) else {
            return Err(ModelError::Shape {
                name: "token_types.weight".into(),
                expected: vec![2, d_model],
                found: vec![segments.len() / d_model.max(1), d_model],
            });
        };
        for row in positions.chunks_exact_mut(d_model) {
            row.iter_mut().zip(first_segment).for_each(|(position, segment)| *position += segment);
        }

        let layers =
            (0..n_layers).map(|i| Layer::load(&gguf, i, &config, placement)).collect::<Result<Vec<_>, ModelError>>()?;
        let tokens = gguf.tensor(TOKEN_TABLE)?;
        expect_shape(tokens.name, &tokens.shape, &[tokens.shape.first().copied().unwrap_or(0), d_model])?;
        let norm = LayerNorm::load(&gguf, "token_embd_norm", &config, placement)?;
        Ok(Self { norm, device: device.clone(), positions, layers, config, gguf })
    }

    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Embeds texts given as token ids, special tokens included: one vector of `d_model` and of length one
    /// (L2) for each, in their order. Texts of equal length share a pass, so none is padded.
    pub async fn embed(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.run(texts, Reading::Means(1)).await
    }

    /// What a classifier reads: `[2 * d_model]` for each text, its embedding and beside it the mean over its tokens
    /// one layer earlier, each of length one. The last layer is trained to say what sentences are alike in, and drops
    /// what the one before still tells classes apart by.
    pub async fn features(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.run(texts, Reading::Means(2)).await
    }

    /// What an [`EncoderTail`](super::EncoderTail) reads: the activations before the last `n_last` layers, `[seq,
    /// d_model]` for each text.
    pub async fn states(&self, texts: &[Vec<u32>], n_last: usize) -> Result<Vec<Vec<f32>>, ModelError> {
        self.run(texts, Reading::States(n_last)).await
    }

    async fn run(&self, texts: &[Vec<u32>], reading: Reading) -> Result<Vec<Vec<f32>>, ModelError> {
        if let Some(found) = texts.iter().map(Vec::len).find(|&len| len == 0 || len > self.config.max_seq) {
            return Err(ModelError::Length { found, limit: self.config.max_seq });
        }
        in_passes(texts.iter().map(Vec::len), |indices| {
            let ids: Vec<&[u32]> = indices.iter().map(|&index| texts[index].as_slice()).collect();
            self.forward(&ids, reading)
        })
        .await
    }

    /// `ids` `[batch][seq]`, all of one length, to what is read of each, `[batch, ..]`.
    fn forward(&self, ids: &[&[u32]], reading: Reading) -> Result<Tensor<2>, ModelError> {
        let (batch, seq, d_model) = (ids.len(), ids[0].len(), self.config.d_model);
        let tokens = self.gguf.tensor(TOKEN_TABLE)?;
        let n_vocab = tokens.shape[0];
        let row_bytes = tokens.bytes.len() / n_vocab;
        let mut x = Vec::with_capacity(batch * seq * d_model);
        for ids in ids {
            for (&id, position) in ids.iter().zip(self.positions.chunks_exact(d_model)) {
                let row = tokens.bytes.chunks_exact(row_bytes).nth(id as usize);
                let row = dequantize(tokens.ty, row.ok_or(ModelError::Token { id, n_vocab })?)?;
                x.extend(row.iter().zip(position).map(|(token, position)| token + position));
            }
        }
        let x = Tensor::<3>::from_data(TensorData::new(x, [batch, seq, d_model]), &self.device);
        let mut x = self.norm.forward(x);
        let (n_means, n_unread) = match reading {
            Reading::Means(n_means) => (n_means, 0),
            Reading::States(n_last) => (0, n_last),
        };
        let mut means = Vec::new();
        for (n_left, layer) in (0..self.layers.len()).rev().zip(&self.layers) {
            if n_left < n_unread {
                break;
            }
            x = layer.forward(x, self.config.n_heads);
            if n_left < n_means {
                means.insert(0, mean_over_tokens(x.clone()));
            }
        }
        Ok(match means.len() {
            0 => x.reshape([batch, seq * d_model]),
            1 => means.remove(0),
            _ => Tensor::cat(means, 1),
        })
    }
}

/// What is wanted of a text.
#[derive(Clone, Copy)]
enum Reading {
    /// The means over its tokens after each of so many last layers, the last one first: `[n * d_model]`.
    Means(usize),
    /// The activations before so many last layers: `[seq * d_model]`.
    States(usize),
}

/// Runs `pass` on texts of these numbers of tokens, each time on some of one length, so that none is padded: rows for
/// the indices that it is given. The rows in the order of the texts.
pub(super) async fn in_passes(
    lengths: impl Iterator<Item = usize>,
    pass: impl Fn(&[usize]) -> Result<Tensor<2>, ModelError>,
) -> Result<Vec<Vec<f32>>, ModelError> {
    let mut by_length = BTreeMap::<usize, Vec<usize>>::new();
    lengths.enumerate().for_each(|(index, length)| by_length.entry(length).or_default().push(index));
    let mut rows = vec![Vec::new(); by_length.values().map(Vec::len).sum()];
    for (length, indices) in by_length {
        // About 2,048 tokens a pass keep the widest activation under 13 MB.
        for indices in indices.chunks((2048 / length).max(1)) {
            let tensor = pass(indices)?;
            let [_, width] = tensor.dims();
            let data = tensor.into_data_async().await;
            let data = data.map_err(|error| ModelError::Device(format!("{error:?}")))?;
            let values = data.as_slice::<f32>().map_err(|error| ModelError::Device(format!("{error:?}")))?;
            for (&index, row) in indices.iter().zip(values.chunks_exact(width)) {
                rows[index] = row.to_vec();
            }
        }
    }
    Ok(rows)
}

/// `[batch, seq, d_model]` to rows `[batch, d_model]` of length one (L2).
pub(super) fn mean_over_tokens(x: Tensor<3>) -> Tensor<2> {
    let [batch, _, d_model] = x.dims();
    let mean = x.mean_dim(1).reshape([batch, d_model]);
    let length = mean.clone().powi_scalar(2).sum_dim(1).sqrt().clamp_min(1e-12);
    mean / length
}

impl Layer {
    /// The `i`-th of an encoder of this shape, from a file that may hold no other.
    pub fn load(gguf: &Gguf, i: usize, config: &EncoderConfig, placement: &Placement) -> Result<Self, ModelError> {
        let EncoderConfig { d_model, d_ff, .. } = *config;
        let named = |part: &str| format!("blk.{i}.{part}");
        let linear = |names: &[String], shape: [usize; 2]| Linear::load(gguf, names, shape, placement);
        let norm = |part: &str| LayerNorm::load(gguf, &named(part), config, placement);
        Ok(Layer {
            attn_qkv: linear(&["attn_q", "attn_k", "attn_v"].map(named), [d_model, d_model])?,
            attn_output: linear(&[named("attn_output")], [d_model, d_model])?,
            attn_output_norm: norm("attn_output_norm")?,
            ffn_up: linear(&[named("ffn_up")], [d_ff, d_model])?,
            ffn_down: linear(&[named("ffn_down")], [d_model, d_ff])?,
            layer_output_norm: norm("layer_output_norm")?,
            kind: placement.kind,
        })
    }

    /// `[batch, seq, d_model]` to the same shape. Norms follow the residual sums, as in the original BERT.
    pub fn forward(&self, x: Tensor<3>, n_heads: usize) -> Tensor<3> {
        let qkv = self.attn_qkv.forward(x.clone());
        let attended = attention(qkv, n_heads, self.kind);
        let x = self.attn_output_norm.forward(x + self.attn_output.forward(attended));
        let hidden = gelu(self.ffn_up.forward(x.clone()), self.kind);
        self.layer_output_norm.forward(x + self.ffn_down.forward(hidden))
    }
}

impl LayerNorm {
    fn load(gguf: &Gguf, name: &str, config: &EncoderConfig, placement: &Placement) -> Result<Self, ModelError> {
        let parameter = |part: &str| vector(gguf, &format!("{name}.{part}"), config.d_model);
        let values = [parameter("weight")?, parameter("bias")?];
        let [gamma, beta] = values.clone().map(|values| {
            let data = TensorData::new(values, [config.d_model]);
            Tensor::from_data(data, &placement.device)
        });
        Ok(Self { gamma, beta, values, epsilon: config.layer_norm_epsilon, kind: placement.kind })
    }

    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        if self.kind == DeviceKind::Cpu {
            let [gamma, beta] = &self.values;
            return in_place(x, |x| elementwise::layer_norm_rows(x, gamma, beta, self.epsilon as f32));
        }
        module::layer_norm(x, self.gamma.clone(), Some(self.beta.clone()), self.epsilon)
    }
}

/// Scaled dot-product attention: `qkv`, `[batch, seq, 3 * d_model]`, to `[batch, seq, d_model]`.
fn attention(qkv: Tensor<3>, n_heads: usize, kind: DeviceKind) -> Tensor<3> {
    let [batch, seq, width] = qkv.dims();
    let d_model = width / 3;
    let head_dim = d_model / n_heads;
    // Heads that fixed point does not fit are small enough for Burn.
    if kind == DeviceKind::Cpu && head_dim.is_multiple_of(fixed_attention::DIMS) {
        return on_host(qkv, d_model, |qkv| {
            let texts = qkv.chunks_exact(seq * width);
            texts.flat_map(|qkv| FixedCache::attend_all(qkv, n_heads, head_dim)).collect()
        });
    }
    let heads = qkv.reshape([batch, seq, 3 * n_heads, head_dim]).swap_dims(1, 2);
    let [q, k, v] = [0, 1, 2].map(|part| heads.clone().narrow(1, part * n_heads, n_heads));
    let attended = module::attention(q, k, v, None, None, Default::default());
    attended.swap_dims(1, 2).reshape([batch, seq, d_model])
}

fn gelu(x: Tensor<3>, kind: DeviceKind) -> Tensor<3> {
    match kind {
        DeviceKind::Gpu => activation::gelu(x),
        DeviceKind::Cpu => in_place(x, elementwise::gelu),
    }
}

fn matrix(gguf: &Gguf, name: &str, [rows, columns]: [usize; 2]) -> Result<Vec<f32>, ModelError> {
    let view = gguf.tensor(name)?;
    expect_shape(name, &view.shape, &[rows, columns])?;
    Ok(view.to_f32())
}
