use crate::kernels::fixed_attention::{self, FixedCache};
use crate::model::DecoderConfig;

/// Keys and values of one layer on the CPU, for the positions seen so far: room for `capacity` of them from the start, written in
/// place, so that no step copies what earlier ones left.
///
/// How much of it is filled, [`DecodeState`](crate::model::DecodeState) knows; what lies behind that is overwritten.
pub enum KvCache {
    /// Each `[n_kv_heads, capacity, head_dim]`.
    Exact { keys: Vec<f32>, values: Vec<f32> },
    /// Beside weights that are quantized too.
    Fixed(FixedCache),
}

impl KvCache {
    /// `is_exact`: whether it keeps every bit of what it is given.
    pub fn new(config: &DecoderConfig, capacity: usize, is_exact: bool) -> Self {
        let &DecoderConfig { n_kv_heads, head_dim, .. } = config;
        if !is_exact && head_dim.is_multiple_of(fixed_attention::DIMS) {
            return KvCache::Fixed(FixedCache::new(n_kv_heads, head_dim, capacity));
        }
        let zeros = || vec![0.0; n_kv_heads * capacity * head_dim];
        KvCache::Exact { keys: zeros(), values: zeros() }
    }

    /// Bytes of the first `n` positions as they are kept.
    pub fn exported_bytes(&self, n: usize, head_dim: usize, n_kv_heads: usize) -> usize {
        match self {
            KvCache::Exact { .. } => 2 * n_kv_heads * n * head_dim * size_of::<f32>(),
            KvCache::Fixed(cache) => cache.exported_bytes(n),
        }
    }

    /// Appends the first `n` positions, an even number of them, in this machine's byte order.
    pub fn export(&self, n: usize, head_dim: usize, n_kv_heads: usize, out: &mut Vec<u8>) {
        match self {
            KvCache::Exact { keys, values } => {
                for of_head in [keys, values].into_iter().flat_map(|half| half.chunks_exact(half.len() / n_kv_heads)) {
                    out.extend_from_slice(bytemuck::cast_slice(&of_head[..n * head_dim]));
                }
            }
            KvCache::Fixed(cache) => cache.export(n, out),
        }
    }

    /// Takes what [`Self::export`] has given for `n` positions; `bytes` are [`Self::exported_bytes`].
    pub fn import(&mut self, n: usize, head_dim: usize, n_kv_heads: usize, bytes: &[u8]) {
        match self {
            KvCache::Exact { keys, values } => {
                let halves = [keys, values].into_iter().flat_map(|half| {
                    let per_head = half.len() / n_kv_heads;
                    half.chunks_exact_mut(per_head)
                });
                let n_bytes = n * head_dim * size_of::<f32>();
                for (of_head, bytes) in halves.zip(bytes.chunks_exact(n_bytes.max(1))) {
                    bytemuck::cast_slice_mut(&mut of_head[..n * head_dim]).copy_from_slice(bytes);
                }
            }
            KvCache::Fixed(cache) => cache.import(n, bytes),
        }
    }

    /// Keeps one position: `k` and `v` are `[n_kv_heads, head_dim]`.
    pub fn write(&mut self, position: usize, k: &[f32], v: &[f32], head_dim: usize) {
        match self {
            KvCache::Exact { keys, values } => {
                write_row(keys, k, position, head_dim);
                write_row(values, v, position, head_dim);
            }
            KvCache::Fixed(cache) => cache.write(position, k, v),
        }
    }
}

/// Writes row `index` of a `[n_kv_heads, capacity, head_dim]` cache: one position of each head.
fn write_row(cache: &mut [f32], heads: &[f32], index: usize, head_dim: usize) {
    let capacity = cache.len() / heads.len();
    for (of_head, head) in cache.chunks_exact_mut(capacity * head_dim).zip(heads.chunks_exact(head_dim)) {
        of_head[index * head_dim..][..head_dim].copy_from_slice(head);
    }
}
