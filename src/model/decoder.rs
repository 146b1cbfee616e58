use std::sync::Arc;

use crate::gguf::Gguf;
use crate::model::host_decoder::HostDecoder;
use crate::model::kv_cache::KvCache;
use crate::model::linear::{expect_shape, vector};
use crate::model::{DecoderConfig, ModelError};
#[cfg(feature = "gpu")]
use crate::model::{GpuCache, GpuDecoder};
use crate::platform::device::Placement;

pub(super) const TOKEN_TABLE: &str = "token_embd.weight";

/// llama 3's correction of the rotary frequencies, one divisor for each pair.
const ROPE_DIVISORS: &str = "rope_freqs.weight";

/// A decoder-only transformer: `llama`, `qwen2`, `qwen3`, `gemma3`, by what their [`DecoderConfig`] says.
///
/// ```text
/// ids [seq] → embeddings [seq, d_model]
///   n_layers × { x += post(attention(norm(x)));  x += post(down(act(gate(norm(x))) * up(norm(x)))) }
///   → norm → logits [seq, vocab]
/// ```
///
/// One model serves any number of texts at once: what belongs to a text is in its [`DecodeState`].
pub struct Decoder {
    config: DecoderConfig,
    placement: Placement,
    n_vocab: usize,
    /// Of global and of local layers, in radians a position.
    frequencies: [Vec<f32>; 2],
    body: Body,
}

/// Weights where they are computed with.
enum Body {
    Host(Box<HostDecoder>),
    #[cfg(feature = "gpu")]
    Gpu(Box<GpuDecoder>),
}

impl Body {
    fn load(
        gguf: Arc<Gguf>,
        config: &DecoderConfig,
        n_vocab: usize,
        output: &str,
        is_exact: bool,
        placement: &Placement,
    ) -> Result<Self, ModelError> {
        #[cfg(feature = "gpu")]
        if let Some(gpu) = &placement.gpu {
            return Ok(Body::Gpu(Box::new(GpuDecoder::load(&gguf, config, n_vocab, output, is_exact, gpu)?)));
        }
        Ok(Body::Host(Box::new(HostDecoder::load(gguf, config, n_vocab, output, is_exact, placement)?)))
    }
}

/// What a [`Decoder`] remembers of one text: keys and values of every layer.
pub struct DecodeState {
    cache: Cache,
    n_past: usize,
    capacity: usize,
}

enum Cache {
    /// A layer each.
    Host(Vec<KvCache>),
    #[cfg(feature = "gpu")]
    Gpu(GpuCache),
}

impl Cache {
    /// On the CPU, where they are at hand.
    fn at_hand(&self) -> Option<&[KvCache]> {
        match self {
            Cache::Host(layers) => Some(layers),
            #[cfg(feature = "gpu")]
            Cache::Gpu(_) => None,
        }
    }
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
    /// What the metadata or tensors lack; see [`DecoderConfig::from_metadata`]. On a GPU also what its kernels do not
    /// take.
    pub fn load(gguf: Arc<Gguf>, placement: &Placement) -> Result<Self, ModelError> {
        let config = DecoderConfig::from_metadata(gguf.metadata())?;
        let tokens = gguf.tensor(TOKEN_TABLE)?;
        let n_vocab = tokens.shape.first().copied().unwrap_or(0);
        expect_shape(tokens.name, &tokens.shape, &[n_vocab, config.d_model])?;

        let mut global = config.rope.frequencies();
        if gguf.tensor(ROPE_DIVISORS).is_ok() {
            let divisors = vector(&gguf, ROPE_DIVISORS, global.len())?;
            global.iter_mut().zip(divisors).for_each(|(frequency, divisor)| *frequency /= divisor);
        }
        let local = config.local.as_ref().map(|local| local.rope.frequencies()).unwrap_or_default();
        // A model without an output matrix uses its token table a second time.
        let output = if gguf.tensor("output.weight").is_ok() { "output" } else { "token_embd" };
        let is_exact = gguf.tensor("blk.0.attn_k.weight")?.ty.block_len() == 1;
        let body = Body::load(gguf, &config, n_vocab, output, is_exact, placement)?;
        Ok(Self { frequencies: [global, local], placement: placement.clone(), n_vocab, body, config })
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
        let cache = match &self.body {
            Body::Host(host) => Cache::Host(host.new_cache(&self.config, capacity)),
            #[cfg(feature = "gpu")]
            Body::Gpu(gpu) => Cache::Gpu(gpu.new_cache(capacity)),
        };
        Ok(DecodeState { cache, n_past: 0, capacity })
    }

    /// Bytes of [`Self::export_state`] for so many positions.
    fn exported_bytes(&self, state: &DecodeState, n: usize) -> Option<usize> {
        let DecoderConfig { head_dim, n_kv_heads, .. } = self.config;
        Some(state.cache.at_hand()?.iter().map(|cache| cache.exported_bytes(n, head_dim, n_kv_heads)).sum())
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
        state.cache.at_hand()?.iter().for_each(|cache| cache.export(n, head_dim, n_kv_heads, &mut out));
        Some(out)
    }

    /// A text of `n` positions as [`Self::export_state`] of this very model has given them, with room for `capacity`;
    /// `None` where there are more or fewer bytes than that, or the model is a GPU's.
    ///
    /// # Errors
    /// Those of [`Self::new_state`].
    pub fn import_state(&self, capacity: usize, n: usize, bytes: &[u8]) -> Result<Option<DecodeState>, ModelError> {
        let mut state = self.new_state(capacity)?;
        if n > capacity || !n.is_multiple_of(2) || self.exported_bytes(&state, n) != Some(bytes.len()) {
            return Ok(None);
        }
        let DecoderConfig { head_dim, n_kv_heads, n_layers, .. } = self.config;
        let per_layer = (bytes.len() / n_layers).max(1);
        match &mut state.cache {
            Cache::Host(layers) => {
                let layers = layers.iter_mut().zip(bytes.chunks_exact(per_layer));
                layers.for_each(|(cache, bytes)| cache.import(n, head_dim, n_kv_heads, bytes));
            }
            #[cfg(feature = "gpu")]
            Cache::Gpu(_) => return Ok(None),
        }
        state.n_past = n;
        Ok(Some(state))
    }

    /// Reads `ids` after what the state holds, and gives the logits `[vocab]` of what follows the last of them.
    ///
    /// # Errors
    /// No ids, one outside the vocabulary, more than there is room for, a device that fails. The state is then as
    /// before.
    pub async fn prefill(&self, state: &mut DecodeState, ids: &[u32]) -> Result<Vec<f32>, ModelError> {
        self.forward(state, ids, false).await
    }

    /// One more token: [`Self::prefill`] of a single id.
    pub async fn decode_step(&self, state: &mut DecodeState, id: u32) -> Result<Vec<f32>, ModelError> {
        self.prefill(state, &[id]).await
    }

    /// As [`Self::prefill`], with the logits of every position, `[ids.len(), vocab]`: to compare and to score texts.
    pub async fn read_all_logits(&self, state: &mut DecodeState, ids: &[u32]) -> Result<Vec<f32>, ModelError> {
        self.forward(state, ids, true).await
    }

    /// As [`Self::prefill`], and gives the likeliest token, `None` where no logit is finite. A GPU chooses it itself,
    /// and goes on with it meanwhile.
    ///
    /// # Errors
    /// Those of [`Self::prefill`].
    pub async fn likeliest(&self, state: &mut DecodeState, ids: &[u32]) -> Result<Option<u32>, ModelError> {
        // A text's first pass goes the other way, which finds out whether there is memory for it.
        #[cfg(feature = "gpu")]
        if let (Body::Gpu(gpu), Cache::Gpu(cache), 1..) = (&self.body, &mut state.cache, state.n_past) {
            check(ids, state.n_past, state.capacity, self.n_vocab)?;
            let id = gpu.likeliest(cache, state.n_past, ids, &self.frequencies).await?;
            state.n_past += ids.len();
            return Ok(id);
        }
        Ok(likeliest(&self.prefill(state, ids).await?))
    }

    async fn forward(&self, state: &mut DecodeState, ids: &[u32], wants_all: bool) -> Result<Vec<f32>, ModelError> {
        let &mut DecodeState { n_past, capacity, .. } = state;
        check(ids, n_past, capacity, self.n_vocab)?;
        let mut logits = match (&self.body, &mut state.cache) {
            (Body::Host(host), Cache::Host(layers)) => {
                host.forward(&self.config, layers, n_past, ids, &self.frequencies, wants_all)?
            }
            #[cfg(feature = "gpu")]
            (Body::Gpu(gpu), Cache::Gpu(cache)) => {
                gpu.forward(cache, n_past, ids, &self.frequencies, wants_all).await?
            }
            #[cfg(feature = "gpu")]
            _ => return Err(ModelError::Device("the text was begun on another device".into())),
        };
        if let Some(cap) = self.config.logit_softcap {
            logits.iter_mut().for_each(|logit| *logit = cap * (*logit / cap).tanh());
        }
        state.n_past += ids.len();
        Ok(logits)
    }
}

/// The token with the highest of these logits; of equals the one that stands first in the vocabulary, and `None` where
/// none is finite.
pub fn likeliest(logits: &[f32]) -> Option<u32> {
    let finite = (0..).zip(logits).filter(|(_, logit)| logit.is_finite());
    finite.min_by(|(_, a), (_, b)| b.total_cmp(a)).map(|(id, _)| id)
}

/// Whether a text of `n_past` tokens can go on with `ids`.
fn check(ids: &[u32], n_past: usize, capacity: usize, n_vocab: usize) -> Result<(), ModelError> {
    if ids.is_empty() || ids.len() > capacity - n_past {
        return Err(ModelError::ContextFull { n_past, n_new: ids.len(), capacity });
    }
    match ids.iter().find(|&&id| id as usize >= n_vocab) {
        Some(&id) => Err(ModelError::Token { id, n_vocab }),
        None => Ok(()),
    }
}
