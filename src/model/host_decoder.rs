//! The decoder's pass on the CPU: Burn's tensors around [kernels](crate::kernels) of our own.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};

use crate::gguf::{Gguf, dequantize};
use crate::kernels::elementwise;
use crate::model::attention::{Attention, Pass};
use crate::model::decoder::TOKEN_TABLE;
use crate::model::kv_cache::KvCache;
use crate::model::linear::on_host;
use crate::model::{Activation, DecoderConfig, Linear, ModelError, RmsNorm, Rope, RopeConfig};
use crate::platform::device::Placement;

/// Weights on the CPU. Their products read them from the file.
pub struct HostDecoder {
    placement: Placement,
    /// Kept for the token embeddings, of which a step needs one row.
    gguf: Arc<Gguf>,
    n_vocab: usize,
    /// Whether its weights are not quantized.
    is_exact: bool,
    layers: Vec<Layer>,
    output_norm: RmsNorm,
    output: Linear,
}

struct Layer {
    attn_norm: RmsNorm,
    attention: Attention,
    post_attention_norm: Option<RmsNorm>,
    ffn_norm: RmsNorm,
    /// Gate and up in one product, `[d_model] → [2 * d_ff]`.
    ffn_gate_up: Linear,
    ffn_down: Linear,
    post_ffw_norm: Option<RmsNorm>,
    activation: Activation,
    is_local: bool,
}

impl HostDecoder {
    /// `output` names the matrix that logits come of.
    ///
    /// # Errors
    /// Tensors that are not there or of another shape.
    pub fn load(
        gguf: Arc<Gguf>,
        config: &DecoderConfig,
        n_vocab: usize,
        output: &str,
        is_exact: bool,
        placement: &Placement,
    ) -> Result<Self, ModelError> {
        let d_model = config.d_model;
        let layers = (0..config.n_layers).map(|i| Layer::load(&gguf, i, config, placement));
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
            output_norm: RmsNorm::load(&gguf, "output_norm", d_model, config.rms_norm_epsilon)?,
            output: Linear::load_blocks(&gguf, &[(output.into(), n_vocab)], d_model, placement)?,
            placement: placement.clone(),
            n_vocab,
            is_exact,
            gguf,
        })
    }

    /// Room for a text of up to `capacity` positions.
    pub fn new_cache(&self, config: &DecoderConfig, capacity: usize) -> Vec<KvCache> {
        self.layers.iter().map(|_| KvCache::new(config, capacity, self.is_exact)).collect()
    }

    /// Reads `ids` behind `n_past` positions, and gives the logits of the last of them, or of all. `frequencies`: of
    /// global layers and of local ones, in radians a position.
    ///
    /// # Errors
    /// A token table that does not dequantize.
    pub fn forward(
        &self,
        config: &DecoderConfig,
        caches: &mut [KvCache],
        n_past: usize,
        ids: &[u32],
        frequencies: &[Vec<f32>; 2],
        wants_all: bool,
    ) -> Result<Vec<f32>, ModelError> {
        let mut x = self.embed(config, ids)?;
        let pass =
            |rope: &RopeConfig, frequencies| Pass { n_past, rope: Rope::new(rope, frequencies, n_past, ids.len()) };
        let global = pass(&config.rope, &frequencies[0]);
        let local = config.local.as_ref().map(|local| pass(&local.rope, &frequencies[1]));
        for (layer, cache) in self.layers.iter().zip(caches) {
            let pass = if layer.is_local { local.as_ref().unwrap_or(&global) } else { &global };
            x = layer.forward(x, cache, pass);
        }
        if !wants_all {
            x = x.narrow(1, ids.len() - 1, 1);
        }
        let logits = self.output.forward(self.output_norm.forward(x));
        // The CPU backend's data is at hand: this neither waits nor copies.
        Ok(logits.into_data().try_into_vec::<f32>().expect("activations are f32"))
    }

    /// `[1, seq, d_model]`.
    fn embed(&self, config: &DecoderConfig, ids: &[u32]) -> Result<Tensor<3>, ModelError> {
        let (n_vocab, d_model) = (self.n_vocab, config.d_model);
        let table = self.gguf.tensor(TOKEN_TABLE)?;
        let row_bytes = table.bytes.len() / n_vocab;
        let mut x = Vec::with_capacity(ids.len() * d_model);
        for &id in ids {
            let row = table.bytes.chunks_exact(row_bytes).nth(id as usize);
            x.extend(dequantize(table.ty, row.ok_or(ModelError::Token { id, n_vocab })?)?);
        }
        if config.embedding_scale != 1.0 {
            x.iter_mut().for_each(|x| *x *= config.embedding_scale);
        }
        Ok(Tensor::from_data(TensorData::new(x, [1, ids.len(), d_model]), &self.placement.device))
    }
}

impl Layer {
    fn load(gguf: &Arc<Gguf>, index: usize, config: &DecoderConfig, placement: &Placement) -> Result<Self, ModelError> {
        let &DecoderConfig { d_model, d_ff, .. } = config;
        let named = |part: &str| format!("blk.{index}.{part}");
        let norm = |part: &str| RmsNorm::load(gguf, &named(part), d_model, config.rms_norm_epsilon);
        let post_norm = |part: &str| config.has_post_norms.then(|| norm(part)).transpose();
        let gate_up = [(named("ffn_gate"), d_ff), (named("ffn_up"), d_ff)];
        Ok(Self {
            attn_norm: norm("attn_norm")?,
            attention: Attention::load(gguf, index, config, placement)?,
            post_attention_norm: post_norm("post_attention_norm")?,
            ffn_norm: norm("ffn_norm")?,
            ffn_gate_up: Linear::load_blocks(gguf, &gate_up, d_model, placement)?,
            ffn_down: Linear::load_blocks(gguf, &[(named("ffn_down"), d_model)], d_ff, placement)?,
            post_ffw_norm: post_norm("post_ffw_norm")?,
            activation: config.activation,
            is_local: config.layer(index).is_some(),
        })
    }

    /// `[1, seq, d_model]` to the same shape.
    fn forward(&self, x: Tensor<3>, cache: &mut KvCache, pass: &Pass) -> Tensor<3> {
        let after = |norm: &Option<RmsNorm>, x| match norm {
            Some(norm) => norm.forward(x),
            None => x,
        };
        let attended = self.attention.forward(self.attn_norm.forward(x.clone()), cache, pass);
        let x = x + after(&self.post_attention_norm, attended);
        let gate_up = self.ffn_gate_up.forward(self.ffn_norm.forward(x.clone()));
        let hidden = self.ffn_down.forward(self.gated(gate_up));
        x + after(&self.post_ffw_norm, hidden)
    }

    /// `[1, seq, 2 * d_ff]`, gate and up, to `[1, seq, d_ff]`.
    fn gated(&self, gate_up: Tensor<3>) -> Tensor<3> {
        let d_ff = gate_up.dims()[2] / 2;
        on_host(gate_up, d_ff, |x| match self.activation {
            Activation::Silu => elementwise::swiglu(x, d_ff),
            Activation::Gelu => elementwise::geglu(x, d_ff),
        })
    }
}
