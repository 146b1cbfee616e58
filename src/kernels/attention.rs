//! Attention of the CPU tier, over a key-value cache where it lies.
//!
//! Burn's general operations would copy the filled part of the cache for each product; here a decode step reads
//! every cached key and value once for each query head and writes nothing but the result.

use wide::f32x8;

/// What is fixed for a layer.
#[derive(Clone, Copy, Debug)]
pub struct AttentionShape {
    pub n_heads: usize,
    /// Divides `n_heads`: query head `h` reads key-value head `h / (n_heads / n_kv_heads)`.
    pub n_kv_heads: usize,
    pub head_dim: usize,
    /// Positions that the cache has room for.
    pub capacity: usize,
    /// A query at position `p` sees keys from `p + 1 - window`; all before it where there is none.
    pub window: Option<usize>,
    /// What scores are multiplied with before the softmax.
    pub scale: f32,
}

/// Causal softmax attention. `rows` are the queries, each `n_heads * head_dim` values, at positions `n_past..`;
/// `keys` and `values` are `[n_kv_heads, capacity, head_dim]` and hold those positions already. The result is
/// `[rows, n_heads, head_dim]`.
pub fn attend<'a>(
    rows: impl Iterator<Item = &'a [f32]>,
    keys: &[f32],
    values: &[f32],
    n_past: usize,
    shape: &AttentionShape,
) -> Vec<f32> {
    let &AttentionShape { n_heads, n_kv_heads, head_dim, capacity, window, scale } = shape;
    let group = n_heads / n_kv_heads;
    let mut out = Vec::new();
    let mut scores = Vec::new();
    for (row, position) in rows.zip(n_past..) {
        let start = window.map_or(0, |window| (position + 1).saturating_sub(window));
        let range = start * head_dim..(position + 1) * head_dim;
        for (head, query) in row.chunks_exact(head_dim).enumerate() {
            let kv_head = head / group * capacity * head_dim;
            let keys = &keys[kv_head..][range.clone()];
            let values = &values[kv_head..][range.clone()];
            scores.clear();
            scores.extend(keys.chunks_exact(head_dim).map(|key| scale * dot(query, key)));
            let total = exponentials(&mut scores);
            let at = out.len();
            out.resize(at + head_dim, 0.0);
            for (value, score) in values.chunks_exact(head_dim).zip(&scores) {
                add_scaled(&mut out[at..], value, score / total);
            }
        }
    }
    out
}

/// `exp(score - max)` in place of each score; returns their sum.
pub fn exponentials(scores: &mut [f32]) -> f32 {
    let max = scores.iter().fold(f32::NEG_INFINITY, |max, &score| max.max(score));
    let (chunks, rest) = scores.as_chunks_mut::<8>();
    let mut total = f32x8::ZERO;
    for chunk in chunks {
        let exponentials = (f32x8::from(*chunk) - f32x8::splat(max)).exp();
        total += exponentials;
        *chunk = exponentials.to_array();
    }
    let mut total = total.reduce_add();
    for score in rest {
        *score = (*score - max).exp();
        total += *score;
    }
    total
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let sum = a.iter().zip(b).fold(f32x8::ZERO, |sum, (&a, &b)| sum + f32x8::from(a) * f32x8::from(b));
    sum.reduce_add() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[inline(always)]
fn add_scaled(to: &mut [f32], from: &[f32], factor: f32) {
    let ((to, to_rest), (from, from_rest)) = (to.as_chunks_mut::<8>(), from.as_chunks::<8>());
    for (to, &from) in to.iter_mut().zip(from) {
        *to = (f32x8::from(*to) + f32x8::from(from) * f32x8::splat(factor)).to_array();
    }
    to_rest.iter_mut().zip(from_rest).for_each(|(to, from)| *to += from * factor);
}

/// The plain twin: one query head, in double precision.
#[cfg(test)]
pub fn attend_plain(query: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>], scale: f32) -> Vec<f64> {
    let dot = |key: &[f32]| query.iter().zip(key).map(|(q, k)| f64::from(q * scale) * f64::from(*k)).sum::<f64>();
    let weights: Vec<f64> = keys.iter().map(|key| dot(key).exp()).collect();
    let total: f64 = weights.iter().sum();
    let column = |i: usize| values.iter().zip(&weights).map(|(v, w)| f64::from(v[i]) * w / total).sum();
    (0..query.len()).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Single precision throughout, sums in another order.
    const TOLERANCE: f32 = 1e-5;

    #[test]
    fn agrees_with_its_plain_twin_over_odd_shapes() {
        let noise = |seed: usize, len: usize| -> Vec<f32> {
            (0..len).map(|i| ((i * 2654435761 + seed * 40503) % 2003) as f32 / 1001.0 - 1.0).collect()
        };
        for (seq, n_past, n_heads, n_kv_heads, head_dim, window) in [
            (1, 0, 1, 1, 8, None),
            (1, 20, 4, 2, 16, None),
            (5, 3, 6, 2, 12, None),
            (7, 9, 3, 3, 7, Some(4)),
            (3, 0, 4, 1, 64, Some(1)),
        ] {
            let capacity = n_past + seq + 2;
            let shape = AttentionShape { n_heads, n_kv_heads, head_dim, capacity, window, scale: 0.37 };
            let queries = noise(1, seq * n_heads * head_dim);
            let (keys, values) =
                (noise(2, n_kv_heads * capacity * head_dim), noise(3, n_kv_heads * capacity * head_dim));
            let got = attend(queries.chunks_exact(n_heads * head_dim), &keys, &values, n_past, &shape);
            assert_eq!(got.len(), queries.len());
            for (i, (query, got)) in queries.chunks(head_dim).zip(got.chunks(head_dim)).enumerate() {
                let (position, kv_head) = (n_past + i / n_heads, i % n_heads / (n_heads / n_kv_heads));
                let seen = window.map_or(0, |window| (position + 1).saturating_sub(window))..=position;
                let at = |of: usize| (kv_head * capacity + of) * head_dim;
                let rows = |all: &'_ [f32]| seen.clone().map(|j| all[at(j)..][..head_dim].to_vec()).collect::<Vec<_>>();
                let expected = attend_plain(query, &rows(&keys), &rows(&values), 0.37);
                for (got, expected) in got.iter().zip(expected) {
                    assert!((f64::from(*got) - expected).abs() < TOLERANCE.into(), "{shape:?}: {got} for {expected}");
                }
            }
        }
    }
}
