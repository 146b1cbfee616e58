use burn::tensor::{Device, Tensor, s};

use crate::kernels::fixed_attention::{self, FixedCache};
use crate::model::DecoderConfig;

/// Keys and values of one layer for the positions seen so far: room for `capacity` of them from the start, written in
/// place, so that no step copies what earlier ones left.
///
/// How much of it is filled, [`DecodeState`](crate::model::DecodeState) knows; what lies behind that is overwritten.
pub enum KvCache {
    /// On the CPU, each `[n_kv_heads, capacity, head_dim]`.
    Host { keys: Vec<f32>, values: Vec<f32> },
    /// On the CPU, beside weights that are quantized too.
    Fixed(FixedCache),
    /// On a GPU.
    Device(Box<DeviceCache>),
}

/// Each `[1, n_kv_heads, capacity, head_dim]`.
pub struct DeviceCache {
    pub keys: DeviceHalf,
    pub values: DeviceHalf,
}

/// Empty only while it is being written.
pub struct DeviceHalf(Option<Tensor<4>>);

impl KvCache {
    /// `device`: where other than on the CPU it lives. `is_exact`: whether it keeps every bit of what it is given.
    pub fn new(config: &DecoderConfig, capacity: usize, device: Option<&Device>, is_exact: bool) -> Self {
        let &DecoderConfig { n_kv_heads, head_dim, .. } = config;
        match device {
            None if !is_exact && head_dim.is_multiple_of(fixed_attention::DIMS) => {
                KvCache::Fixed(FixedCache::new(n_kv_heads, head_dim, capacity))
            }
            None => {
                let zeros = || vec![0.0; n_kv_heads * capacity * head_dim];
                KvCache::Host { keys: zeros(), values: zeros() }
            }
            Some(device) => {
                let zeros = || DeviceHalf(Some(Tensor::zeros([1, n_kv_heads, capacity, head_dim], device)));
                KvCache::Device(Box::new(DeviceCache { keys: zeros(), values: zeros() }))
            }
        }
    }

    /// Bytes of the first `n` positions as they are kept; `None` where they are a GPU's.
    pub fn exported_bytes(&self, n: usize, head_dim: usize, n_kv_heads: usize) -> Option<usize> {
        match self {
            KvCache::Host { .. } => Some(2 * n_kv_heads * n * head_dim * size_of::<f32>()),
            KvCache::Fixed(cache) => Some(cache.exported_bytes(n)),
            KvCache::Device(_) => None,
        }
    }

    /// Appends the first `n` positions, an even number of them, in this machine's byte order.
    pub fn export(&self, n: usize, head_dim: usize, n_kv_heads: usize, out: &mut Vec<u8>) {
        match self {
            KvCache::Host { keys, values } => {
                for of_head in [keys, values].into_iter().flat_map(|half| half.chunks_exact(half.len() / n_kv_heads)) {
                    out.extend_from_slice(bytemuck::cast_slice(&of_head[..n * head_dim]));
                }
            }
            KvCache::Fixed(cache) => cache.export(n, out),
            KvCache::Device(_) => {}
        }
    }

    /// Takes what [`Self::export`] has given for `n` positions; `bytes` are [`Self::exported_bytes`].
    pub fn import(&mut self, n: usize, head_dim: usize, n_kv_heads: usize, bytes: &[u8]) {
        match self {
            KvCache::Host { keys, values } => {
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
            KvCache::Device(_) => {}
        }
    }

    /// Keeps one position on the CPU: `k` and `v` are `[n_kv_heads, head_dim]`.
    pub fn write(&mut self, position: usize, k: &[f32], v: &[f32], head_dim: usize) {
        match self {
            KvCache::Host { keys, values } => {
                write_row(keys, k, position, head_dim);
                write_row(values, v, position, head_dim);
            }
            KvCache::Fixed(cache) => cache.write(position, k, v),
            KvCache::Device(_) => unreachable!("a GPU's is written by its halves"),
        }
    }
}

impl DeviceHalf {
    /// Writes `new`, `[1, n_kv_heads, seq, head_dim]`, from position `n_past`, and gives the filled part back from
    /// position `start`. Burn writes in place where nobody else holds the tensor, so it is taken out meanwhile.
    pub fn write(&mut self, new: Tensor<4>, n_past: usize, start: usize) -> Tensor<4> {
        let seq = new.dims()[2];
        let whole = self.0.take().expect("it is put back below");
        let whole = whole.slice_assign(s![.., .., n_past..n_past + seq, ..], new);
        let filled = whole.clone().narrow(2, start, n_past + seq - start);
        self.0 = Some(whole);
        filled
    }
}

/// Writes row `index` of a `[n_kv_heads, capacity, head_dim]` cache: one position of each head.
fn write_row(cache: &mut [f32], heads: &[f32], index: usize, head_dim: usize) {
    let capacity = cache.len() / heads.len();
    for (of_head, head) in cache.chunks_exact_mut(capacity * head_dim).zip(heads.chunks_exact(head_dim)) {
        of_head[index * head_dim..][..head_dim].copy_from_slice(head);
    }
}
