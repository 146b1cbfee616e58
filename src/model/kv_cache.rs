use burn::tensor::{Device, Tensor, s};

use crate::model::DecoderConfig;

/// Keys and values of one layer for the positions seen so far: room for `capacity` of them from the start, written in
/// place, so that no step copies what earlier ones left.
///
/// How much of it is filled, [`DecodeState`](crate::model::DecodeState) knows; what lies behind that is overwritten.
pub enum KvCache {
    /// On the CPU, each `[n_kv_heads, capacity, head_dim]`.
    Host { keys: Vec<f32>, values: Vec<f32> },
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
    /// `device`: where other than on the CPU it lives.
    pub fn new(config: &DecoderConfig, capacity: usize, device: Option<&Device>) -> Self {
        let &DecoderConfig { n_kv_heads, head_dim, .. } = config;
        match device {
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
pub fn write_row(cache: &mut [f32], heads: &[f32], index: usize, head_dim: usize) {
    let n_kv_heads = heads.len() / head_dim;
    let capacity = cache.len() / heads.len();
    for (of_head, head) in
        cache.chunks_exact_mut(capacity * head_dim).zip(heads.chunks_exact(head_dim)).take(n_kv_heads)
    {
        of_head[index * head_dim..][..head_dim].copy_from_slice(head);
    }
}
