//! Matrix product of the CPU tier: 16-bit fixed point in, 32-bit sums, `f32` out.
//!
//! WebAssembly's baseline SIMD has no fused multiply-add and no 8-bit dot product, but it has
//! `i32x4.dot_i16x8_s`: eight multiplications and four additions in one instruction (`pmaddwd` on x86,
//! `smlal` pairs on Arm), twice the work of an `f32x4` multiply and add. So weights of any quantized
//! type, and activations on the fly, become 13-bit signed integers with one scale for each run of
//! [`CHUNK`] values along the inner dimension. That is finer than Q8_0's own step, so the product is as
//! good as one with the dequantized weights (see the test), and it costs two bytes a weight where
//! `f32` costs four.
//!
//! Layout: outputs go in panels of [`PANEL`]; within a panel, the values of four outputs for one *pair*
//! of inner positions share a vector: `[o0k0 o0k1 o1k0 o1k1 o2k0 o2k1 o3k0 o3k1]`. One broadcast pair of
//! an activation row then feeds four outputs, and sums need no horizontal step.

use bytemuck::cast;
use wide::{f32x4, i16x8, i32x4};

/// Inner positions that share one scale, and after which the integer sums are folded into `f32`.
pub const CHUNK: usize = 128;

/// Outputs computed together.
const PANEL: usize = 8;

/// Largest magnitude of a fixed-point value: `CHUNK * LIMIT²` just fits in an `i32`.
const LIMIT: f32 = 4095.0;
const _: () = assert!((CHUNK as i64) * (LIMIT as i64) * (LIMIT as i64) <= i32::MAX as i64);

/// A weight matrix `[n_out, n_in]` in panels, ready for [`Self::product`].
pub struct FixedPointMatrix {
    n_out: usize,
    n_in: usize,
    /// `[panel][pair of inner positions][half of the panel]`.
    values: Vec<i16x8>,
    /// `[panel][chunk][half of the panel]`.
    scales: Vec<f32x4>,
}

/// Activations `[rows, n_in]` in fixed point.
struct FixedPointRows {
    /// `[row][pair]`, the two values in one word, lower position in the lower half.
    pairs: Vec<i32>,
    /// `[row][chunk]`.
    scales: Vec<f32>,
}

impl FixedPointMatrix {
    /// Packs row-major `weights`, `[n_out, n_in]`.
    ///
    /// # Panics
    /// If the length is not `n_out * n_in`.
    pub fn pack(weights: &[f32], n_out: usize, n_in: usize) -> Self {
        assert_eq!(weights.len(), n_out * n_in, "weights do not fill [{n_out}, {n_in}]");
        let (n_panels, n_pairs, n_chunks) = (n_out.div_ceil(PANEL), n_in.div_ceil(2), n_in.div_ceil(CHUNK));
        let mut values = vec![[0i16; 8]; n_panels * n_pairs * 2];
        let mut scales = vec![[0f32; 4]; n_panels * n_chunks * 2];
        for (out, row) in weights.chunks_exact(n_in).enumerate() {
            let (panel, half, lane) = (out / PANEL, out % PANEL / 4, out % 4);
            for (chunk, run) in row.chunks(CHUNK).enumerate() {
                let step = step_of(run);
                scales[(panel * n_chunks + chunk) * 2 + half][lane] = step;
                for (i, &weight) in run.iter().enumerate() {
                    let position = chunk * CHUNK + i;
                    values[(panel * n_pairs + position / 2) * 2 + half][lane * 2 + position % 2] =
                        to_fixed(weight, step.recip());
                }
            }
        }
        Self {
            n_out,
            n_in,
            values: values.into_iter().map(i16x8::from).collect(),
            scales: scales.into_iter().map(f32x4::from).collect(),
        }
    }

    /// `x · Wᵀ + bias`: `x` is `[rows, n_in]` row-major, the result `[rows, n_out]`.
    ///
    /// # Panics
    /// If `x` is not whole rows, or `bias` not `n_out` long.
    pub fn product(&self, x: &[f32], bias: &[f32]) -> Vec<f32> {
        assert_eq!(x.len() % self.n_in, 0, "activations are not whole rows of {}", self.n_in);
        assert_eq!(bias.len(), self.n_out, "one bias for each output");
        let n_rows = x.len() / self.n_in;
        let rows = FixedPointRows::quantize(x, self.n_in);
        let mut out = vec![0f32; n_rows * self.n_out];
        for panel in 0..self.n_out.div_ceil(PANEL) {
            let mut row = 0;
            // Four rows at a time keep eight sums in registers; the rest go by fewer.
            while row < n_rows {
                row += match n_rows - row {
                    1 => self.tile::<1>(&rows, row, panel, bias, &mut out),
                    2 => self.tile::<2>(&rows, row, panel, bias, &mut out),
                    3 => self.tile::<3>(&rows, row, panel, bias, &mut out),
                    _ => self.tile::<4>(&rows, row, panel, bias, &mut out),
                };
            }
        }
        out
    }

    /// Rows `row..row + M` against one panel of outputs. Returns `M`.
    #[inline(always)]
    fn tile<const M: usize>(
        &self,
        rows: &FixedPointRows,
        row: usize,
        panel: usize,
        bias: &[f32],
        out: &mut [f32],
    ) -> usize {
        let (n_pairs, n_chunks) = (self.n_in.div_ceil(2), self.n_in.div_ceil(CHUNK));
        let values = &self.values[panel * n_pairs * 2..][..n_pairs * 2];
        let scales = &self.scales[panel * n_chunks * 2..][..n_chunks * 2];
        let pairs: [&[i32]; M] = std::array::from_fn(|m| &rows.pairs[(row + m) * n_pairs..][..n_pairs]);
        let mut total = [[f32x4::ZERO; 2]; M];
        for chunk in 0..n_chunks {
            let range = chunk * (CHUNK / 2)..((chunk + 1) * (CHUNK / 2)).min(n_pairs);
            let values = &values[range.start * 2..range.end * 2];
            let pairs: [&[i32]; M] = std::array::from_fn(|m| &pairs[m][range.clone()]);
            let mut sum = [[i32x4::ZERO; 2]; M];
            for (k, weights) in values.chunks_exact(2).enumerate() {
                for m in 0..M {
                    let pair: i16x8 = cast(i32x4::splat(pairs[m][k]));
                    sum[m][0] += weights[0].dot(pair);
                    sum[m][1] += weights[1].dot(pair);
                }
            }
            for m in 0..M {
                let row_scale = f32x4::splat(rows.scales[(row + m) * n_chunks + chunk]);
                for half in 0..2 {
                    total[m][half] += f32x4::from_i32x4(sum[m][half]) * (scales[chunk * 2 + half] * row_scale);
                }
            }
        }
        let first = panel * PANEL;
        let width = PANEL.min(self.n_out - first);
        for (m, total) in total.into_iter().enumerate() {
            let lanes: [f32; PANEL] = cast(total);
            let to = &mut out[(row + m) * self.n_out + first..][..width];
            for ((to, sum), bias) in to.iter_mut().zip(lanes).zip(&bias[first..]) {
                *to = sum + bias;
            }
        }
        M
    }
}

impl FixedPointRows {
    fn quantize(x: &[f32], n_in: usize) -> Self {
        let (n_pairs, n_chunks) = (n_in.div_ceil(2), n_in.div_ceil(CHUNK));
        let n_rows = x.len() / n_in;
        let mut pairs = Vec::with_capacity(n_rows * n_pairs);
        let mut scales = Vec::with_capacity(n_rows * n_chunks);
        for row in x.chunks_exact(n_in) {
            for run in row.chunks(CHUNK) {
                let step = step_of(run);
                let inverse = step.recip();
                scales.push(step);
                pairs.extend(run.chunks(2).map(|two| {
                    let low = to_fixed(two[0], inverse);
                    let high = two.get(1).map_or(0, |&value| to_fixed(value, inverse));
                    i32::from(low) & 0xffff | i32::from(high) << 16
                }));
            }
        }
        Self { pairs, scales }
    }
}

/// The value of one fixed-point unit for `run`. A run of zeros gets a harmless one.
fn step_of(run: &[f32]) -> f32 {
    let largest = run.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    if largest > 0.0 { largest / LIMIT } else { 1.0 }
}

fn to_fixed(value: f32, inverse_step: f32) -> i16 {
    // Saturating: a step so small that its inverse overflows must not wrap.
    ((value * inverse_step).round_ties_even() as i32).clamp(-(LIMIT as i32), LIMIT as i32) as i16
}

/// The plain twin of [`FixedPointMatrix::product`]: `f32` throughout, one sum at a time.
pub fn product_plain(x: &[f32], weights: &[f32], bias: &[f32], n_in: usize) -> Vec<f32> {
    x.chunks_exact(n_in)
        .flat_map(|row| {
            weights
                .chunks_exact(n_in)
                .zip(bias)
                .map(|(weight, bias)| bias + row.iter().zip(weight).map(|(a, b)| a * b).sum::<f32>())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::noise;

    /// 13 bits a factor leave about 1.2e-4 of a chunk's largest value; over a row the errors average
    /// out. Relative to the largest output, in the worst of the shapes below: 1.1e-4.
    const TOLERANCE: f32 = 3e-4;

    #[test]
    fn agrees_with_its_plain_twin_over_odd_shapes() {
        for (rows, n_in, n_out) in
            [(1, 1, 1), (1, 384, 384), (2, 33, 7), (3, 127, 9), (4, 128, 8), (5, 129, 17), (7, 1536, 384), (9, 300, 1)]
        {
            let (x, weights, bias) = (noise(1, rows * n_in), noise(2, n_out * n_in), noise(3, n_out));
            let expected = product_plain(&x, &weights, &bias, n_in);
            let got = FixedPointMatrix::pack(&weights, n_out, n_in).product(&x, &bias);
            let largest = expected.iter().fold(0f32, |m, v| m.max(v.abs()));
            for (got, expected) in got.iter().zip(&expected) {
                assert!(
                    (got - expected).abs() <= TOLERANCE * largest.max(1.0),
                    "{rows}x{n_in}x{n_out}: {got} for {expected}"
                );
            }
            assert_eq!(got.len(), expected.len());
        }
    }

    #[test]
    fn the_largest_sums_do_not_overflow() {
        let (x, weights) = (vec![1.0; 2 * 256], vec![-1.0; 8 * 256]);
        let got = FixedPointMatrix::pack(&weights, 8, 256).product(&x, &[0.0; 8]);
        assert!(got.iter().all(|&sum| (sum + 256.0).abs() < 1e-3), "{got:?}");
    }

    #[test]
    fn zeros_and_tiny_values_stay_finite() {
        let weights = [vec![0.0; 130], vec![1e-42; 130]].concat();
        let got = FixedPointMatrix::pack(&weights, 2, 130).product(&[f32::MIN_POSITIVE; 130], &[0.5, 0.25]);
        assert_eq!(got, [0.5, 0.25]);
    }
}
