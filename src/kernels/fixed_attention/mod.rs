//! Attention of the CPU tier over keys and values in fixed point: for models whose weights are quantized anyway.
//!
//! A long text makes a decode step read every key and value of it, and in single precision these soon outweigh the
//! model. Keys are kept in 13 bits or so (some models' keys have a few channels that dwarf the others, which 8 bits do
//! not survive), values in 8, each position of a head with a scale: 3 bytes where `f32` has 8. Scores and sums then
//! are 16-bit products, the query heads that share keys go together, and each key is read once for all of them.

mod vectors;

use wide::f32x8;

use crate::kernels::attention::{AttentionShape, exponentials};
use crate::platform::parallel;
use vectors::{PARTS, Portable, Vectors};

/// Positions whose scores come in one go, and that the capacity is a multiple of.
const RUN: usize = 4;

/// Positions whose weighted values are added up in integers.
const WINDOW: usize = 256;

/// Largest weight of a value: sums over a window of it times 127 fit an `i32`.
const WEIGHT_LIMIT: f32 = 32767.0;
const _: () = assert!(WINDOW as i64 * 127 * WEIGHT_LIMIT as i64 <= i32::MAX as i64);

/// Query heads that go together at most.
const MAX_GROUP: usize = 3;

/// Dimensions that a head must be a multiple of.
pub const DIMS: usize = 16;

/// Keys and values of one layer, with room for `capacity` positions.
pub struct FixedCache {
    head_dim: usize,
    capacity: usize,
    /// Largest magnitude of a key's, and of a query's, values: a sum over `head_dim` products fits an `i32`.
    limit: f32,
    /// `[n_kv_heads, capacity, head_dim]`
    keys: Vec<i16>,
    /// `[n_kv_heads, capacity / 2, head_dim, 2]`: positions in pairs, as they are added up.
    values: Vec<i8>,
    /// `[n_kv_heads, capacity]`, as the next.
    key_scales: Vec<f32>,
    value_scales: Vec<f32>,
}

impl FixedCache {
    /// # Panics
    /// If `head_dim` is not a multiple of [`DIMS`].
    pub fn new(n_kv_heads: usize, head_dim: usize, capacity: usize) -> Self {
        assert!(head_dim > 0 && head_dim.is_multiple_of(DIMS), "heads of whole vectors");
        let capacity = capacity.next_multiple_of(RUN);
        let n = n_kv_heads * capacity;
        let limit = (i32::MAX as f32 / head_dim as f32).sqrt().floor() - 1.0;
        let (keys, values) = (vec![0; n * head_dim], vec![0; n * head_dim]);
        Self { head_dim, capacity, limit, keys, values, key_scales: vec![0.0; n], value_scales: vec![0.0; n] }
    }

    /// Keeps one position: `keys` and `values` are `[n_kv_heads, head_dim]`.
    pub fn write(&mut self, position: usize, keys: &[f32], values: &[f32]) {
        let &mut Self { head_dim, capacity, limit, .. } = self;
        assert!(position < capacity, "position {position} of {capacity}");
        let heads = keys.chunks_exact(head_dim).zip(values.chunks_exact(head_dim)).enumerate();
        for (head, (key, value)) in heads {
            let row = head * capacity + position;
            let (step, inverse) = step_of(key, limit);
            self.key_scales[row] = step;
            let to = &mut self.keys[row * head_dim..][..head_dim];
            to.iter_mut().zip(key).for_each(|(to, &key)| *to = rounded(key * inverse) as i16);
            let (step, inverse) = step_of(value, 127.0);
            self.value_scales[row] = step;
            let pair = &mut self.values[(row - position % 2) * head_dim..][..2 * head_dim];
            let to = pair.iter_mut().skip(position % 2).step_by(2);
            to.zip(value).for_each(|(to, &value)| *to = rounded(value * inverse) as i8);
        }
    }

    /// Bytes of [`Self::export`] for so many positions.
    pub fn exported_bytes(&self, n: usize) -> usize {
        let n_heads = self.key_scales.len() / self.capacity;
        n_heads * n * (3 * self.head_dim + 2 * size_of::<f32>())
    }

    /// Appends the first `n` positions, an even number of them, in this machine's byte order.
    pub fn export(&self, n: usize, out: &mut Vec<u8>) {
        assert!(n.is_multiple_of(2) && n <= self.capacity, "{n} of {}", self.capacity);
        for head in 0..self.key_scales.len() / self.capacity {
            let (row, width) = (head * self.capacity, self.head_dim);
            out.extend_from_slice(bytemuck::cast_slice(&self.keys[row * width..][..n * width]));
            out.extend_from_slice(bytemuck::cast_slice(&self.values[row * width..][..n * width]));
            out.extend_from_slice(bytemuck::cast_slice(&self.key_scales[row..][..n]));
            out.extend_from_slice(bytemuck::cast_slice(&self.value_scales[row..][..n]));
        }
    }

    /// Takes what [`Self::export`] of a cache of these heads has given for `n` positions.
    ///
    /// # Panics
    /// If they are not [`Self::exported_bytes`].
    pub fn import(&mut self, n: usize, bytes: &[u8]) {
        assert!(n.is_multiple_of(2) && n <= self.capacity && bytes.len() == self.exported_bytes(n));
        let (capacity, width) = (self.capacity, self.head_dim);
        let per_head = bytes.len() / (self.key_scales.len() / capacity);
        for (head, bytes) in bytes.chunks_exact(per_head.max(1)).enumerate() {
            let row = head * capacity;
            let (keys, rest) = bytes.split_at(2 * n * width);
            let (values, rest) = rest.split_at(n * width);
            let (key_scales, value_scales) = rest.split_at(n * size_of::<f32>());
            bytemuck::cast_slice_mut(&mut self.keys[row * width..][..n * width]).copy_from_slice(keys);
            bytemuck::cast_slice_mut(&mut self.values[row * width..][..n * width]).copy_from_slice(values);
            bytemuck::cast_slice_mut(&mut self.key_scales[row..][..n]).copy_from_slice(key_scales);
            bytemuck::cast_slice_mut(&mut self.value_scales[row..][..n]).copy_from_slice(value_scales);
        }
    }

    /// Causal softmax attention. `rows` are the queries, each `n_heads * head_dim` values, at positions `n_past..`,
    /// which are written already. The result is `[rows, n_heads, head_dim]`. Of `shape` the capacity is this cache's.
    pub fn attend(&self, rows: &[&[f32]], n_past: usize, shape: &AttentionShape) -> Vec<f32> {
        self.attend_by(vectors::detect(), rows, n_past, shape)
    }

    /// Softmax attention of a text to the whole of itself: `qkv` is `[seq, 3, n_heads, head_dim]`, queries, keys and
    /// values of each position; the result is `[seq, n_heads, head_dim]`. No position is masked.
    pub fn attend_all(qkv: &[f32], n_heads: usize, head_dim: usize) -> Vec<f32> {
        Self::attend_all_by(vectors::detect(), qkv, n_heads, head_dim)
    }

    fn attend_all_by(path: Path, qkv: &[f32], n_heads: usize, head_dim: usize) -> Vec<f32> {
        let width = n_heads * head_dim;
        let rows: Vec<&[f32]> = qkv.chunks_exact(3 * width).collect();
        let seq = rows.len();
        let mut cache = Self::new(n_heads, head_dim, seq);
        rows.iter().enumerate().for_each(|(i, row)| cache.write(i, &row[width..2 * width], &row[2 * width..]));
        let scale = (head_dim as f32).sqrt().recip();
        let shape = AttentionShape { n_heads, n_kv_heads: n_heads, head_dim, capacity: seq, window: None, scale };
        let mut out = vec![0.0; seq * width];
        let mut work = Work::default();
        // Queries of several positions read the same keys here, where a decoder has several heads that do.
        let (mut queries, mut attended) = (Vec::new(), Vec::new());
        for head in 0..n_heads {
            let at = head * head_dim..(head + 1) * head_dim;
            for (rows, out) in rows.chunks(MAX_GROUP).zip(out.chunks_mut(MAX_GROUP * width)) {
                queries.clear();
                rows.iter().for_each(|row| queries.extend_from_slice(&row[at.clone()]));
                attended.clear();
                attended.resize(queries.len(), 0.0);
                cache.heads_by(path, &queries, head, seq - 1, &shape, &mut work, &mut attended);
                for (out, attended) in out.chunks_exact_mut(width).zip(attended.chunks_exact(head_dim)) {
                    out[at.clone()].copy_from_slice(attended);
                }
            }
        }
        out
    }

    fn attend_by(&self, path: Path, rows: &[&[f32]], n_past: usize, shape: &AttentionShape) -> Vec<f32> {
        let &AttentionShape { n_heads, n_kv_heads, head_dim, .. } = shape;
        let of_shared = n_heads / n_kv_heads * head_dim;
        let tasks: Vec<(usize, usize)> =
            (0..rows.len()).flat_map(|row| (0..n_kv_heads).map(move |kv_head| (row, kv_head))).collect();
        let n_threads = parallel::n_threads(rows.len() * n_heads * head_dim * (n_past + rows.len()));
        // Later rows see more: smaller pieces even that out.
        let n_pieces = if rows.len() > 1 { 8 * n_threads } else { n_threads };
        let pieces: Vec<&[(usize, usize)]> = tasks.chunks(tasks.len().div_ceil(n_pieces).max(1)).collect();
        let attended = parallel::map(&pieces, n_threads, |piece| {
            let mut out = Vec::with_capacity(piece.len() * of_shared);
            let mut work = Work::default();
            for &(row, kv_head) in *piece {
                let queries = &rows[row][kv_head * of_shared..][..of_shared];
                let first = out.len();
                out.resize(first + of_shared, 0.0);
                // Evenly: four heads go as two and two.
                let n_groups = (n_heads / n_kv_heads).div_ceil(MAX_GROUP);
                let together = (n_heads / n_kv_heads).div_ceil(n_groups) * head_dim;
                for (queries, out) in queries.chunks(together).zip(out[first..].chunks_mut(together)) {
                    self.heads_by(path, queries, kv_head, n_past + row, shape, &mut work, out);
                }
            }
            out
        });
        attended.concat()
    }

    #[expect(clippy::too_many_arguments, reason = "one call, which only picks the instructions")]
    fn heads_by(
        &self,
        path: Path,
        queries: &[f32],
        kv_head: usize,
        position: usize,
        shape: &AttentionShape,
        work: &mut Work,
        out: &mut [f32],
    ) {
        match path {
            Path::Portable => self.heads::<Portable>(queries, kv_head, position, shape, work, out),
            // SAFETY: what was detected is there.
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Path::Avx2 => unsafe { vectors::heads_avx2(self, queries, kv_head, position, shape, work, out) },
        }
    }

    /// Some query heads of one position that read the same keys and values.
    #[inline(always)]
    fn heads<V: Vectors>(
        &self,
        queries: &[f32],
        kv_head: usize,
        position: usize,
        shape: &AttentionShape,
        work: &mut Work,
        out: &mut [f32],
    ) {
        match queries.len() / self.head_dim {
            1 => self.group::<V, 1>(queries, kv_head, position, shape, work, out),
            2 => self.group::<V, 2>(queries, kv_head, position, shape, work, out),
            _ => self.group::<V, MAX_GROUP>(queries, kv_head, position, shape, work, out),
        }
    }

    #[inline(always)]
    fn group<V: Vectors, const G: usize>(
        &self,
        queries: &[f32],
        kv_head: usize,
        position: usize,
        shape: &AttentionShape,
        work: &mut Work,
        out: &mut [f32],
    ) {
        let first = shape.window.map_or(0, |window| (position + 1).saturating_sub(window));
        // Whole runs; what a query must not see in them gets no weight.
        let start = first / RUN * RUN;
        let n = (position + 1 - start).next_multiple_of(RUN);
        self.scores::<V, G>(queries, kv_head, start, n, shape.scale, work);
        let value_scales = &self.value_scales[kv_head * self.capacity + start..][..n];
        let mut totals = [0.0; G];
        for (g, total) in totals.iter_mut().enumerate() {
            let weights = &mut work.weights[g * n..][..n];
            weights[..first - start].fill(f32::NEG_INFINITY);
            weights[position + 1 - start..].fill(f32::NEG_INFINITY);
            *total = exponentials(weights);
            weights.iter_mut().zip(value_scales).for_each(|(weight, scale)| *weight *= scale);
        }
        self.add_values::<V, G>(kv_head, start, n, work, out);
        for (out, total) in out.chunks_exact_mut(self.head_dim).zip(totals) {
            out.iter_mut().for_each(|out| *out /= total);
        }
    }

    /// Scores of positions `start..start + n` into `work.weights`, `[G, n]`.
    #[inline(always)]
    fn scores<V: Vectors, const G: usize>(
        &self,
        queries: &[f32],
        kv_head: usize,
        start: usize,
        n: usize,
        scale: f32,
        work: &mut Work,
    ) {
        let &Self { head_dim, capacity, limit, .. } = self;
        work.weights.clear();
        work.weights.resize(G * n, 0.0);
        work.words.clear();
        let mut steps = [0.0; G];
        for (query, to) in queries.chunks_exact(head_dim).zip(&mut steps) {
            let (step, inverse) = step_of(query, limit);
            *to = step * scale;
            work.words.extend(query.iter().map(|&query| rounded(query * inverse) as i16));
        }
        let rows = kv_head * capacity + start;
        let keys = &self.keys[rows * head_dim..][..n * head_dim];
        let scales = &self.key_scales[rows..][..n];
        let n_vectors = head_dim / (2 * V::SUMS);
        let queries: [&[V::Words]; G] = std::array::from_fn(|g| &V::in_words(&work.words[g * head_dim..])[..n_vectors]);
        for (i, (keys, scales)) in keys.chunks_exact(RUN * head_dim).zip(scales.as_chunks::<RUN>().0).enumerate() {
            let keys: [&[V::Words]; RUN] = std::array::from_fn(|j| &V::in_words(&keys[j * head_dim..])[..n_vectors]);
            let mut sums = [[V::ZERO; RUN]; G];
            for at in 0..n_vectors {
                for j in 0..RUN {
                    let key = V::words(&keys[j][at]);
                    for g in 0..G {
                        sums[g][j] = V::add_dot(sums[g][j], key, V::words(&queries[g][at]));
                    }
                }
            }
            for g in 0..G {
                let sums = V::across(sums[g]);
                let to = &mut work.weights[g * n + i * RUN..][..RUN];
                for j in 0..RUN {
                    to[j] = sums[j] as f32 * (scales[j] * steps[g]);
                }
            }
        }
    }

    /// Adds the values of positions `start..start + n`, by `work.weights`, to `out`, `[G, head_dim]`.
    #[inline(always)]
    fn add_values<V: Vectors, const G: usize>(
        &self,
        kv_head: usize,
        start: usize,
        n: usize,
        work: &mut Work,
        out: &mut [f32],
    ) {
        let &Self { head_dim, capacity, .. } = self;
        let values = &self.values[(kv_head * capacity + start) * head_dim..][..n * head_dim];
        for (window, values) in values.chunks(WINDOW * head_dim).enumerate() {
            let at = window * WINDOW;
            let n_here = values.len() / head_dim;
            let mut steps = [0.0; G];
            work.pairs.clear();
            for (g, to) in steps.iter_mut().enumerate() {
                let weights = &work.weights[g * n + at..][..n_here];
                let (step, inverse) = step_of(weights, WEIGHT_LIMIT);
                *to = step;
                work.pairs.extend(weights.as_chunks::<2>().0.iter().map(|&[a, b]| {
                    let (a, b) = (rounded(a * inverse), rounded(b * inverse));
                    a & 0xffff | b << 16
                }));
            }
            let pairs: [&[i32]; G] = std::array::from_fn(|g| &work.pairs[g * n_here / 2..][..n_here / 2]);
            let values = V::in_bytes(values);
            let n_vectors = head_dim / V::SUMS;
            for at in (0..n_vectors).step_by(PARTS) {
                let mut sums = [[V::ZERO; PARTS]; G];
                for (j, values) in values.chunks_exact(n_vectors).enumerate() {
                    let values: &[V::Bytes; PARTS] = values[at..].first_chunk().expect("heads of whole vectors");
                    for part in 0..PARTS {
                        let value = V::bytes(&values[part]);
                        for g in 0..G {
                            sums[g][part] = V::add_dot(sums[g][part], value, V::pair(pairs[g][j]));
                        }
                    }
                }
                for g in 0..G {
                    for part in 0..PARTS {
                        let to = &mut out[g * head_dim + (at + part) * V::SUMS..][..V::SUMS];
                        V::add_scaled(to, sums[g][part], steps[g]);
                    }
                }
            }
        }
    }
}

/// What a step needs besides, kept from head to head.
#[derive(Default)]
struct Work {
    /// `[G, n]`: scores, then the weights that values get.
    weights: Vec<f32>,
    words: Vec<i16>,
    pairs: Vec<i32>,
}

/// The instructions that it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path {
    Portable,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx2,
}

/// What one unit stands for where the largest magnitude is to be `limit`, and its inverse: 0 for what is too small.
#[inline(always)]
fn step_of(values: &[f32], limit: f32) -> (f32, f32) {
    let (lanes, rest) = values.as_chunks::<8>();
    let largest = lanes.iter().fold(f32x8::ZERO, |largest, &lane| largest.fast_max(f32x8::from(lane).abs())).to_array();
    let largest = largest.iter().chain(rest).fold(0f32, |largest, value| largest.max(value.abs()));
    let step = largest / limit;
    (step, if step > f32::MIN_POSITIVE { step.recip() } else { 0.0 })
}

/// To the nearest integer, of magnitudes below 2²²: adding 1.5 · 2²³ leaves no bits for a fraction.
#[inline(always)]
fn rounded(value: f32) -> i32 {
    const ROUNDING: f32 = (3 << 22) as f32;
    (value + ROUNDING).to_bits().wrapping_sub(ROUNDING.to_bits()).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::attention::attend_plain;
    use crate::kernels::noise;

    /// Values in 8 bits leave half of 1/127 of a position's largest value, averaged over positions; beside a channel of
    /// 40 the other keys lose a few thousandths too. The worst of the shapes below: 5.0e-3.
    const TOLERANCE: f64 = 8e-3;

    fn paths() -> Vec<Path> {
        let mut paths = vec![Path::Portable, vectors::detect()];
        paths.dedup();
        paths
    }

    #[test]
    fn every_path_agrees_with_the_plain_twin_over_odd_shapes() {
        for (seq, n_past, n_heads, n_kv_heads, head_dim, window) in [
            (1, 0, 1, 1, 16, None),
            (1, 20, 4, 2, 32, None),
            (5, 3, 6, 2, 16, None),
            (7, 9, 3, 3, 48, Some(4)),
            (3, 0, 4, 1, 64, Some(1)),
            (2, 700, 7, 1, 16, None),
            (2, 600, 5, 1, 128, Some(301)),
        ] {
            let capacity = n_past + seq + 1;
            let shape = AttentionShape { n_heads, n_kv_heads, head_dim, capacity, window, scale: 0.37 };
            let queries = noise(1, seq * n_heads * head_dim);
            let kv = |seed| noise(seed, capacity * n_kv_heads * head_dim);
            let (mut keys, values) = (kv(2), kv(3));
            // A channel that dwarfs the others, as some models' have.
            keys.iter_mut().step_by(head_dim).for_each(|key| *key += 40.0);
            let width = n_kv_heads * head_dim;
            let mut cache = FixedCache::new(n_kv_heads, head_dim, capacity);
            for (position, (keys, values)) in keys.chunks(width).zip(values.chunks(width)).enumerate() {
                cache.write(position, keys, values);
            }
            let rows: Vec<&[f32]> = queries.chunks(n_heads * head_dim).collect();
            for path in paths() {
                let got = cache.attend_by(path, &rows, n_past, &shape);
                assert_eq!(got.len(), queries.len());
                for (i, (query, got)) in queries.chunks(head_dim).zip(got.chunks(head_dim)).enumerate() {
                    let (position, kv_head) = (n_past + i / n_heads, i % n_heads / (n_heads / n_kv_heads));
                    let seen = window.map_or(0, |window| (position + 1).saturating_sub(window))..=position;
                    let of = |all: &[f32]| -> Vec<Vec<f32>> {
                        seen.clone().map(|j| all[j * width + kv_head * head_dim..][..head_dim].to_vec()).collect()
                    };
                    let expected = attend_plain(query, &of(&keys), &of(&values), 0.37);
                    for (got, expected) in got.iter().zip(expected) {
                        let off = (f64::from(*got) - expected).abs();
                        assert!(off < TOLERANCE, "{path:?} {shape:?}: {got} for {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_text_attends_to_the_whole_of_itself() {
        for (seq, n_heads, head_dim) in [(1, 1, 16), (5, 2, 32), (13, 3, 16)] {
            let qkv = noise(6, seq * 3 * n_heads * head_dim);
            let part = |position: usize, part: usize, head: usize| {
                qkv[((position * 3 + part) * n_heads + head) * head_dim..][..head_dim].to_vec()
            };
            let all = |of: usize, head: usize| (0..seq).map(|position| part(position, of, head)).collect::<Vec<_>>();
            for path in paths() {
                let got = FixedCache::attend_all_by(path, &qkv, n_heads, head_dim);
                assert_eq!(got.len(), seq * n_heads * head_dim);
                for (i, got) in got.chunks(head_dim).enumerate() {
                    let (position, head) = (i / n_heads, i % n_heads);
                    let scale = (head_dim as f32).sqrt().recip();
                    let expected = attend_plain(&part(position, 0, head), &all(1, head), &all(2, head), scale);
                    for (got, expected) in got.iter().zip(expected) {
                        assert!((f64::from(*got) - expected).abs() < TOLERANCE, "{path:?}: {got} for {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn company_and_stale_positions_change_nothing() {
        let (n_heads, n_kv_heads, head_dim) = (6, 2, 32);
        let shape = AttentionShape { n_heads, n_kv_heads, head_dim, capacity: 300, window: None, scale: 0.2 };
        let mut cache = FixedCache::new(n_kv_heads, head_dim, 300);
        let kv = noise(4, 300 * n_kv_heads * head_dim);
        for (position, row) in kv.chunks(n_kv_heads * head_dim).enumerate() {
            cache.write(position, row, row);
        }
        let queries = noise(5, 9 * n_heads * head_dim);
        let rows: Vec<&[f32]> = queries.chunks(n_heads * head_dim).collect();
        let whole = cache.attend(&rows, 280, &shape);
        // The rest of the text is taken back and another one stands there.
        cache.write(289, &kv[..64], &kv[64..128]);
        let alone = rows.iter().enumerate().flat_map(|(i, row)| cache.attend(&[row], 280 + i, &shape));
        assert_eq!(alone.collect::<Vec<f32>>(), whole);
    }
}
