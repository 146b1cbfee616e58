use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::gguf::{Gguf, dequantize};
use crate::kernels::elementwise;
use crate::model::attention::{Attention, Pass, mask};
use crate::model::kv_cache::KvCache;
use crate::model::linear::{expect_shape, on_host, vector};
use crate::model::{Activation, DecoderConfig, Linear, ModelError, RmsNorm, Rope, RopeConfig};
use crate::platform::device::Placement;
use crate::protocol::DeviceKind;

const TOKEN_TABLE: &str = "token_embd.weight";

/// llama 3's correction of the rotary frequencies, one divisor for each pair.
const ROPE_DIVISORS: &str = "rope_freqs.weight";

/// A decoder-only transformer: `llama`, `qwen2`, `qwen3`, `gemma3`, by what their [`DecoderConfig`] says.
///
/// ```text
/// ids [seq] → embeddings [1, seq, d_model]
///   n_layers × { x += post(attention(norm(x)));  x += post(down(act(gate(norm(x))) * up(norm(x)))) }
///   → norm → logits [1, seq, vocab]
/// ```
///
/// One model serves any number of texts at once: what belongs to a text is in its [`DecodeState`].
pub struct Decoder {
    config: DecoderConfig,
    placement: Placement,
    /// Kept for the token embeddings, of which a step needs one row, and on the CPU for all its products.
    gguf: Arc<Gguf>,
    n_vocab: usize,
    /// Whether its weights are not quantized.
    is_exact: bool,
    layers: Vec<Layer>,
    output_norm: RmsNorm,
    output: Linear,
    /// Of global and of local layers, in radians a position.
    frequencies: [Vec<f32>; 2],
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
    kind: DeviceKind,
}

/// What a [`Decoder`] remembers of one text: keys and values of every layer.
pub struct DecodeState {
    layers: Vec<KvCache>,
    n_past: usize,
    capacity: usize,
}

impl DecodeState {
    /// Positions seen so far.
    pub fn n_past(&self) -> usize {
        self.n_past
    }

    /// Positions that there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Forgets all but the first `n` positions; the text may then go on differently. Costs nothing.
    pub fn truncate(&mut self, n: usize) {
        self.n_past = self.n_past.min(n);
    }
}

impl Decoder {
    /// # Errors
    /// What the metadata or tensors lack; see [`DecoderConfig::from_metadata`].
    pub fn load(gguf: Arc<Gguf>, placement: &Placement) -> Result<Self, ModelError> {
        let config = DecoderConfig::from_metadata(gguf.metadata())?;
        let d_model = config.d_model;
        let tokens = gguf.tensor(TOKEN_TABLE)?;
        let n_vocab = tokens.shape.first().copied().unwrap_or(0);
        expect_shape(tokens.name, &tokens.shape, &[n_vocab, d_model])?;

        let mut global = config.rope.frequencies();
        if gguf.tensor(ROPE_DIVISORS).is_ok() {
            let divisors = vector(&gguf, ROPE_DIVISORS, global.len())?;
            global.iter_mut().zip(divisors).for_each(|(frequency, divisor)| *frequency /= divisor);
        }
        let local = config.local.as_ref().map(|local| local.rope.frequencies()).unwrap_or_default();

        let layers =
            (0..config.n_layers).map(|i| Layer::load(&gguf, i, &config, placement)).collect::<Result<_, _>>()?;
        // A model without an output matrix uses its token table a second time.
        let output = if gguf.tensor("output.weight").is_ok() { "output" } else { "token_embd" };
        Ok(Self {
            output_norm: RmsNorm::load(&gguf, "output_norm", d_model, config.rms_norm_epsilon, placement)?,
            output: Linear::load_blocks(&gguf, &[(output.into(), n_vocab)], d_model, placement)?,
            frequencies: [global, local],
            placement: placement.clone(),
            n_vocab,
            is_exact: gguf.tensor("blk.0.attn_k.weight")?.ty.block_len() == 1,
            layers,
            config,
            gguf,
        })
    }

    pub fn config(&self) -> &DecoderConfig {
        &self.config
    }

    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// Tokens that it knows, and thus logits for each position.
    pub fn n_vocab(&self) -> usize {
        self.n_vocab
    }

    /// Room for a text of up to `capacity` tokens.
    ///
    /// # Errors
    /// [`ModelError::Length`] where the model was made for fewer.
    pub fn new_state(&self, capacity: usize) -> Result<DecodeState, ModelError> {
        if capacity == 0 || capacity > self.config.max_seq {
            return Err(ModelError::Length { found: capacity, limit: self.config.max_seq });
        }
        let new = |_| KvCache::new(&self.config, capacity, self.gpu(), self.is_exact);
        let layers = (0..self.config.n_layers).map(new).collect();
        Ok(DecodeState { layers, n_past: 0, capacity })
    }

    /// Bytes of [`Self::export_state`] for so many positions.
    fn exported_bytes(&self, state: &DecodeState, n: usize) -> Option<usize> {
        let DecoderConfig { head_dim, n_kv_heads, .. } = self.config;
        state.layers.iter().map(|cache| cache.exported_bytes(n, head_dim, n_kv_heads)).sum()
    }

    /// Keys and values of a text's first `n` positions, an even number of them, in this machine's byte order; `None`
    /// where it has fewer, they would be more than `most_bytes`, or they are a GPU's.
    pub fn export_state(&self, state: &DecodeState, n: usize, most_bytes: usize) -> Option<Vec<u8>> {
        let n_bytes = self.exported_bytes(state, n).filter(|&n_bytes| n_bytes <= most_bytes)?;
        if n > state.n_past || !n.is_multiple_of(2) {
            return None;
        }
        let mut out = Vec::with_capacity(n_bytes);
        let DecoderConfig { head_dim, n_kv_heads, .. } = self.config;
        state.layers.iter().for_each(|cache| cache.export(n, head_dim, n_kv_heads, &mut out));
        Some(out)
    }

    /// A text of `n` positions as [`Self::export_state`] of this very model has given them, with room for `capacity`;
    /// `None` where there are more or fewer bytes than that.
    ///
    /// # Errors
    /// Those of [`Self::new_state`].
    pub fn import_state(&self, capacity: usize, n: usize, bytes: &[u8]) -> Result<Option<DecodeState>, ModelError> {
        let mut state = self.new_state(capacity)?;
        if n > capacity || !n.is_multiple_of(2) || self.exported_bytes(&state, n) != Some(bytes.len()) {
            return Ok(None);
        }
        let DecoderConfig { head_dim, n_kv_heads, .. } = self.config;
        let per_layer = (bytes.len() / state.layers.len().max(1)).max(1);
        let layers = state.layers.iter_mut().zip(bytes.chunks_exact(per_layer));
        layers.for_each(|(cache, bytes)| cache.import(n, head_dim, n_kv_heads, bytes));
        state.n_past = n;
        Ok(Some(state))
    }

    /// Reads `ids` after what the state holds, and gives the logits `[vocab]` of what follows the last of them.
    ///
    /// # Errors
    /// No ids, one outside the vocabulary, more than there is room for, a device that fails. The state is then as
    /// before.
    pub async fn prefill(&self, state: &mut DecodeState, ids: &[u32]) -> Result<Vec<f32>, ModelError> {
        let x = self.forward(state, ids)?;
        let logits = read_f32(self.logits(x.narrow(1, ids.len() - 1, 1))).await?;
        state.n_past += ids.len();
        Ok(logits)
    }

    /// One more token: [`Self::prefill`] of a single id.
    pub async fn decode_step(&self, state: &mut DecodeState, id: u32) -> Result<Vec<f32>, ModelError> {
        self.prefill(state, &[id]).await
    }

    /// As [`Self::prefill`], with the logits of every position, `[ids.len(), vocab]`: to compare and to score texts.
    pub async fn read_all_logits(&self, state: &mut DecodeState, ids: &[u32]) -> Result<Vec<f32>, ModelError> {
        let logits = read_f32(self.logits(self.forward(state, ids)?)).await?;
        state.n_past += ids.len();
        Ok(logits)
    }

    /// `ids` `[seq]` to the residual stream behind the last layer, `[1, seq, d_model]`.
    fn forward(&self, state: &mut DecodeState, ids: &[u32]) -> Result<Tensor<3>, ModelError> {
        let (n_past, capacity) = (state.n_past, state.capacity);
        if ids.is_empty() || ids.len() > capacity - n_past {
            return Err(ModelError::ContextFull { n_past, n_new: ids.len(), capacity });
        }
        let mut x = self.embed(ids)?;
        let pass = |rope: &RopeConfig, frequencies, window| Pass {
            n_past,
            rope: Rope::new(rope, frequencies, n_past, ids.len(), self.gpu()),
            mask: self.gpu().and_then(|device| mask(window, n_past, ids.len(), device)),
        };
        let global = pass(&self.config.rope, &self.frequencies[0], None);
        let local = self.config.local.as_ref().map(|l| pass(&l.rope, &self.frequencies[1], Some(l.window)));
        for (layer, cache) in self.layers.iter().zip(&mut state.layers) {
            let pass = if layer.is_local { local.as_ref().unwrap_or(&global) } else { &global };
            x = layer.forward(x, cache, pass);
        }
        Ok(x)
    }

    /// `[1, seq, d_model]` to `[1, seq, vocab]`.
    fn logits(&self, x: Tensor<3>) -> Tensor<3> {
        let logits = self.output.forward(self.output_norm.forward(x));
        match self.config.logit_softcap {
            Some(cap) => (logits / cap).tanh() * cap,
            None => logits,
        }
    }

    /// `[1, seq, d_model]`.
    fn embed(&self, ids: &[u32]) -> Result<Tensor<3>, ModelError> {
        let (n_vocab, d_model) = (self.n_vocab, self.config.d_model);
        let table = self.gguf.tensor(TOKEN_TABLE)?;
        let row_bytes = table.bytes.len() / n_vocab;
        let mut x = Vec::with_capacity(ids.len() * d_model);
        for &id in ids {
            let row = table.bytes.chunks_exact(row_bytes).nth(id as usize);
            x.extend(dequantize(table.ty, row.ok_or(ModelError::Token { id, n_vocab })?)?);
        }
        if self.config.embedding_scale != 1.0 {
            x.iter_mut().for_each(|x| *x *= self.config.embedding_scale);
        }
        Ok(Tensor::from_data(TensorData::new(x, [1, ids.len(), d_model]), &self.placement.device))
    }

    /// The device, where it is not the CPU.
    fn gpu(&self) -> Option<&Device> {
        (self.placement.kind == DeviceKind::Gpu).then_some(&self.placement.device)
    }
}

impl Layer {
    fn load(gguf: &Arc<Gguf>, index: usize, config: &DecoderConfig, placement: &Placement) -> Result<Self, ModelError> {
        let &DecoderConfig { d_model, d_ff, .. } = config;
        let named = |part: &str| format!("blk.{index}.{part}");
        let norm = |part: &str| RmsNorm::load(gguf, &named(part), d_model, config.rms_norm_epsilon, placement);
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
            kind: placement.kind,
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
        if self.kind == DeviceKind::Cpu {
            return on_host(gate_up, d_ff, |x| match self.activation {
                Activation::Silu => elementwise::swiglu(x, d_ff),
                Activation::Gelu => elementwise::geglu(x, d_ff),
            });
        }
        let gate = gate_up.clone().narrow(2, 0, d_ff);
        let gate = match self.activation {
            Activation::Silu => activation::silu(gate),
            Activation::Gelu => activation::gelu_approximate(gate),
        };
        gate * gate_up.narrow(2, d_ff, d_ff)
    }
}

/// Never synchronous: a browser cannot wait for its GPU.
async fn read_f32(tensor: Tensor<3>) -> Result<Vec<f32>, ModelError> {
    let data = tensor.into_data_async().await.map_err(|error| ModelError::Device(format!("{error:?}")))?;
    data.try_into_vec::<f32>().map_err(|error| ModelError::Device(format!("{error:?}")))
}
