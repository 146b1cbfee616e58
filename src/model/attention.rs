use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};

use crate::gguf::Gguf;
use crate::kernels::attention::{AttentionShape, attend};
use crate::model::kv_cache::KvCache;
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
            let load = || RmsNorm::load(gguf, &named(part), head_dim, config.rms_norm_epsilon);
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
        self.output.forward(self.attend(qkv, cache, pass))
    }

    fn attend(&self, qkv: Tensor<3>, cache: &mut KvCache, pass: &Pass) -> Tensor<3> {
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
            KvCache::Exact { keys, values } => {
                let shape = shape(keys.len() / (n_kv_heads * head_dim));
                attend(queries.into_iter(), keys, values, pass.n_past, &shape)
            }
            KvCache::Fixed(cache) => cache.attend(&queries, pass.n_past, &shape(0)),
        };
        Tensor::from_data(TensorData::new(attended, [1, seq, n_heads * head_dim]), &device)
    }
}
