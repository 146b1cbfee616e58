use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::gguf::Gguf;
use crate::kernels::attention::{AttentionShape, attend};
use crate::model::kv_cache::{DeviceCache, KvCache};
use crate::model::{DecoderConfig, Linear, ModelError, RmsNorm, Rope};
use crate::platform::device::Placement;

/// Causal self-attention with grouped queries (Ainslie et al., 2023, <https://arxiv.org/abs/2305.13245>): several
/// query heads read one head of keys and values.
pub struct Attention {
    /// Query, key and value in one product, `[d_model] → [(n_heads + 2 * n_kv_heads) * head_dim]`.
    qkv: Linear,
    q_norm: Option<RmsNorm>,
    k_norm: Option<RmsNorm>,
    output: Linear,
    n_heads: usize,
    n_kv_heads: usize,
    head_dim: usize,
    scale: f32,
    window: Option<usize>,
}

/// What a pass shares over the layers of a kind.
pub struct Pass {
    /// Positions before this pass.
    pub n_past: usize,
    pub rope: Rope,
    /// On a GPU, where a query must not see every key: `[1, 1, seq, keys]`, 0 or −∞ to be added to scores.
    pub mask: Option<Tensor<4>>,
}

impl Attention {
    /// Layer `index`.
    pub fn load(
        gguf: &Arc<Gguf>,
        index: usize,
        config: &DecoderConfig,
        placement: &Placement,
    ) -> Result<Self, ModelError> {
        let &DecoderConfig { d_model, n_heads, n_kv_heads, head_dim, .. } = config;
        let named = |part: &str| format!("blk.{index}.{part}");
        let norm = |part: &str| {
            let load = || RmsNorm::load(gguf, &named(part), head_dim, config.rms_norm_epsilon, placement);
            config.has_qk_norm.then(load).transpose()
        };
        let qkv = [
            (named("attn_q"), n_heads * head_dim),
            (named("attn_k"), n_kv_heads * head_dim),
            (named("attn_v"), n_kv_heads * head_dim),
        ];
        let output = [(named("attn_output"), d_model)];
        Ok(Self {
            qkv: Linear::load_blocks(gguf, &qkv, d_model, placement)?,
            q_norm: norm("attn_q_norm")?,
            k_norm: norm("attn_k_norm")?,
            output: Linear::load_blocks(gguf, &output, n_heads * head_dim, placement)?,
            n_heads,
            n_kv_heads,
            head_dim,
            scale: config.attention_scale,
            window: config.layer(index).map(|local| local.window),
        })
    }

    /// `[1, seq, d_model]` to the same shape; the positions go into the cache.
    pub fn forward(&self, x: Tensor<3>, cache: &mut KvCache, pass: &Pass) -> Tensor<3> {
        let qkv = self.qkv.forward(x);
        let attended = match cache {
            KvCache::Device(cache) => self.on_device(qkv, cache, pass),
            cache => self.on_host(qkv, cache, pass),
        };
        self.output.forward(attended)
    }

    fn on_host(&self, qkv: Tensor<3>, cache: &mut KvCache, pass: &Pass) -> Tensor<3> {
        let &Self { n_heads, n_kv_heads, head_dim, scale, window, .. } = self;
        let [_, seq, width] = qkv.dims();
        let device = qkv.device();
        // The CPU backend's data is at hand: this neither waits nor copies.
        let mut qkv = qkv.into_data().try_into_vec::<f32>().expect("activations are f32");
        for (i, row) in qkv.chunks_exact_mut(width).enumerate() {
            let (q, kv) = row.split_at_mut(n_heads * head_dim);
            let (k, v) = kv.split_at_mut(n_kv_heads * head_dim);
            self.q_norm.iter().for_each(|norm| norm.apply(q));
            self.k_norm.iter().for_each(|norm| norm.apply(k));
            pass.rope.rotate_row(i, q, head_dim);
            pass.rope.rotate_row(i, k, head_dim);
            cache.write(pass.n_past + i, k, v, head_dim);
        }
        let queries: Vec<&[f32]> = qkv.chunks_exact(width).map(|row| &row[..n_heads * head_dim]).collect();
        let shape = |capacity| AttentionShape { n_heads, n_kv_heads, head_dim, capacity, window, scale };
        let attended = match cache {
            KvCache::Host { keys, values } => {
                let shape = shape(keys.len() / (n_kv_heads * head_dim));
                attend(queries.into_iter(), keys, values, pass.n_past, &shape)
            }
            KvCache::Fixed(cache) => cache.attend(&queries, pass.n_past, &shape(0)),
            KvCache::Device(_) => unreachable!("it is on the CPU"),
        };
        Tensor::from_data(TensorData::new(attended, [1, seq, n_heads * head_dim]), &device)
    }

    fn on_device(&self, qkv: Tensor<3>, cache: &mut DeviceCache, pass: &Pass) -> Tensor<3> {
        let &Self { n_heads, n_kv_heads, head_dim, .. } = self;
        let [_, seq, _] = qkv.dims();
        let group = n_heads / n_kv_heads;
        let heads = qkv.reshape([1, seq, n_heads + 2 * n_kv_heads, head_dim]).swap_dims(1, 2);
        let part = |first, n| heads.clone().narrow(1, first, n);
        let normed = |norm: &Option<RmsNorm>, x| match norm {
            Some(norm) => norm.forward(x),
            None => x,
        };
        let q = pass.rope.rotate(normed(&self.q_norm, part(0, n_heads)));
        let k = pass.rope.rotate(normed(&self.k_norm, part(n_heads, n_kv_heads)));
        let v = part(n_heads + n_kv_heads, n_kv_heads);

        let start = first_key(self.window, pass.n_past);
        let k = cache.keys.write(k, pass.n_past, start);
        let v = cache.values.write(v, pass.n_past, start);
        // The queries of a group become rows of one product with the keys that they share.
        let rows = [1, n_kv_heads, group * seq, head_dim];
        let scores = (q * self.scale).reshape(rows).matmul(k.swap_dims(2, 3));
        let n_keys = scores.dims()[3];
        let scores = match &pass.mask {
            Some(mask) => {
                let scores = scores.reshape([n_kv_heads, group, seq, n_keys]) + mask.clone();
                scores.reshape([1, n_kv_heads, group * seq, n_keys])
            }
            None => scores,
        };
        let attended = activation::softmax(scores, 3).matmul(v);
        attended.reshape([1, n_heads, seq, head_dim]).swap_dims(1, 2).reshape([1, seq, n_heads * head_dim])
    }
}

/// The first key that any query of a pass sees.
fn first_key(window: Option<usize>, n_past: usize) -> usize {
    window.map_or(0, |window| (n_past + 1).saturating_sub(window))
}

/// The mask of a pass for a layer with this window: none where all that is read may be seen.
pub fn mask(window: Option<usize>, n_past: usize, seq: usize, device: &Device) -> Option<Tensor<4>> {
    if seq == 1 {
        return None;
    }
    let start = first_key(window, n_past);
    let n_keys = n_past + seq - start;
    let mut values = Vec::with_capacity(seq * n_keys);
    for position in n_past..n_past + seq {
        let seen = first_key(window, position)..=position;
        values.extend((start..n_past + seq).map(|key| if seen.contains(&key) { 0.0 } else { f32::NEG_INFINITY }));
    }
    Some(Tensor::from_data(TensorData::new(values, [1, 1, seq, n_keys]), device))
}
