//! Products with weights as a GGUF file stores them, Q8_0 and Q4_0: nothing is unpacked beforehand.
//!
//! A language model's decode step multiplies each weight with one number, so it is bound by reading weights:
//! here that is 8.5 or 4.5 bits each, straight from the file's bytes. Activations become signed bytes with
//! one scale for each [`BLOCK`], as in llama.cpp's `ggml_vec_dot_q8_0_q8_0` and `ggml_vec_dot_q4_0_q8_0`
//! (`ggml/src/ggml-cpu/quants.c`); a block's sum is then integer arithmetic and exact.
//!
//! Eight 16-bit lanes hold sixteen weight bytes as they come: a shift left and right gives the even bytes, a
//! shift right the odd ones, masks the nibbles. Activations are widened and put in that order once, for all
//! outputs, so the inner loop shuffles nothing and runs alike on SSE2, NEON and WebAssembly's simd128.

use bytemuck::cast;
use wide::{f32x4, i16x8, i32x4};

use crate::gguf::TensorType;

/// Values that share a scale.
pub const BLOCK: usize = 32;

/// Activations `[rows, n_in]` as signed bytes in blocks, ready for [`product`].
pub struct ByteRows {
    n_rows: usize,
    /// Along the inner dimension.
    n_blocks: usize,
    blocks: Vec<ByteBlock>,
}

/// 32 activations: `value = scale * quant`.
#[derive(Clone, Copy)]
struct ByteBlock {
    /// Even and odd positions of the first half, then of the second.
    quants: [i16x8; 4],
    /// −8 times the sum of the quants, in one lane: what Q4_0's offset of 8 adds too much.
    offset: i32x4,
    scale: f32,
}

impl ByteRows {
    /// Rounds row-major `x`, `[rows, n_in]`.
    ///
    /// # Panics
    /// If `n_in` is not a multiple of [`BLOCK`], or `x` not whole rows.
    pub fn quantize(x: &[f32], n_in: usize) -> Self {
        assert!(n_in > 0 && n_in.is_multiple_of(BLOCK) && x.len().is_multiple_of(n_in), "rows of whole blocks");
        let blocks = x.as_chunks::<BLOCK>().0.iter().map(ByteBlock::quantize).collect();
        Self { n_rows: x.len() / n_in, n_blocks: n_in / BLOCK, blocks }
    }

    pub fn n_rows(&self) -> usize {
        self.n_rows
    }
}

impl ByteBlock {
    fn quantize(values: &[f32; BLOCK]) -> Self {
        let largest = values.iter().fold(0f32, |largest, value| largest.max(value.abs()));
        let scale = largest / 127.0;
        // A block so small that its scale's inverse overflows counts as zeros.
        let inverse = if scale > f32::MIN_POSITIVE { scale.recip() } else { 0.0 };
        let quant = |i: usize| (values[i] * inverse).round_ties_even() as i16;
        let half = |first: usize, odd: usize| i16x8::new(std::array::from_fn(|i| quant(first + 2 * i + odd)));
        let sum: i32 = (0..BLOCK).map(|i| i32::from(quant(i))).sum();
        Self {
            quants: [half(0, 0), half(0, 1), half(16, 0), half(16, 1)],
            offset: i32x4::new([-8 * sum, 0, 0, 0]),
            scale,
        }
    }
}

/// `x · Wᵀ` of `weights` `[n_out, n_in]` stored as `ty`: output `o` of row `r` goes to `out[r * stride + o]`.
///
/// # Panics
/// If `ty` is neither Q8_0 nor Q4_0, or the lengths do not fit.
pub fn product(ty: TensorType, weights: &[u8], x: &ByteRows, n_out: usize, out: &mut [f32], stride: usize) {
    match ty {
        TensorType::Q8_0 => run::<Q8_0, 34>(weights, x, n_out, out, stride),
        TensorType::Q4_0 => run::<Q4_0, 18>(weights, x, n_out, out, stride),
        other => unreachable!("{other} has no product in blocks"),
    }
}

/// How a block of `BYTES` becomes 16-bit lanes, in the order of [`ByteBlock::quants`].
trait Unpack<const BYTES: usize> {
    /// Whether the lanes are 8 too high.
    const IS_OFFSET: bool;

    fn unpack(block: &[u8; BYTES]) -> [i16x8; 4];
}

fn run<F: Unpack<BYTES>, const BYTES: usize>(
    weights: &[u8],
    x: &ByteRows,
    n_out: usize,
    out: &mut [f32],
    stride: usize,
) {
    let (blocks, rest) = weights.as_chunks::<BYTES>();
    assert!(rest.is_empty() && blocks.len() == n_out * x.n_blocks, "weights do not fill the matrix");
    assert!(n_out <= stride && x.n_rows * stride <= out.len() + stride - n_out);
    let mut row = 0;
    // Rows in fours share the unpacking of a block. A lone row goes against four outputs at once instead, so that
    // sums do not wait for each other.
    while row + 4 <= x.n_rows {
        for first in 0..n_out {
            tile::<F, BYTES, 4, 1>(blocks, x, row, first, out, stride);
        }
        row += 4;
    }
    while row < x.n_rows {
        let mut first = 0;
        while first + 4 <= n_out {
            tile::<F, BYTES, 1, 4>(blocks, x, row, first, out, stride);
            first += 4;
        }
        while first < n_out {
            tile::<F, BYTES, 1, 1>(blocks, x, row, first, out, stride);
            first += 1;
        }
        row += 1;
    }
}

/// `M` rows from `row` against `N` outputs from `first`.
#[inline(always)]
fn tile<F: Unpack<BYTES>, const BYTES: usize, const M: usize, const N: usize>(
    blocks: &[[u8; BYTES]],
    x: &ByteRows,
    row: usize,
    first: usize,
    out: &mut [f32],
    stride: usize,
) {
    let n_blocks = x.n_blocks;
    let weights: [&[[u8; BYTES]]; N] = std::array::from_fn(|n| &blocks[(first + n) * n_blocks..][..n_blocks]);
    let rows: [&[ByteBlock]; M] = std::array::from_fn(|m| &x.blocks[(row + m) * n_blocks..][..n_blocks]);
    let mut total = [[f32x4::ZERO; N]; M];
    for i in 0..n_blocks {
        for n in 0..N {
            let block = &weights[n][i];
            let lanes = F::unpack(block);
            let scale = half_to_single(u16::from_le_bytes([block[0], block[1]]));
            for m in 0..M {
                let x = &rows[m][i];
                let start = if F::IS_OFFSET { x.offset } else { i32x4::ZERO };
                let sum = (start + lanes[0].dot(x.quants[0]) + lanes[1].dot(x.quants[1]))
                    + (lanes[2].dot(x.quants[2]) + lanes[3].dot(x.quants[3]));
                total[m][n] += f32x4::from_i32x4(sum) * f32x4::splat(scale * x.scale);
            }
        }
    }
    for (m, total) in total.into_iter().enumerate() {
        for (n, total) in total.into_iter().enumerate() {
            out[(row + m) * stride + first + n] = total.reduce_add();
        }
    }
}

struct Q8_0;

impl Unpack<34> for Q8_0 {
    const IS_OFFSET: bool = false;

    #[inline(always)]
    fn unpack(block: &[u8; 34]) -> [i16x8; 4] {
        let [low, high]: [i16x8; 2] = cast::<[u8; 32], _>(*block[2..].first_chunk().expect("34 - 2 bytes"));
        [(low << 8) >> 8, low >> 8, (high << 8) >> 8, high >> 8]
    }
}

struct Q4_0;

impl Unpack<18> for Q4_0 {
    const IS_OFFSET: bool = true;

    /// Byte `i` holds value `i` below and value `i + 16` above.
    #[inline(always)]
    fn unpack(block: &[u8; 18]) -> [i16x8; 4] {
        let bytes: i16x8 = cast::<[u8; 16], _>(*block[2..].first_chunk().expect("18 - 2 bytes"));
        let nibble = i16x8::splat(0xf);
        [bytes & nibble, (bytes >> 8) & nibble, (bytes >> 4) & nibble, (bytes >> 12) & nibble]
    }
}

/// An f16 as f32: exponent and mantissa moved into place, and the difference in bias multiplied away, which is
/// right for subnormal numbers too. Infinities are not kept, and no block has such a scale.
#[inline(always)]
fn half_to_single(half: u16) -> f32 {
    let magnitude = f32::from_bits(u32::from(half & 0x7fff) << 13) * f32::from_bits((127 + 112) << 23);
    f32::from_bits(magnitude.to_bits() | u32::from(half & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::{dequantize, quantize};
    use crate::kernels::fixed_point::product_plain;
    use crate::kernels::noise;

    /// Eight bits an activation leave half of 1/127 of a block's largest value; over a row the errors average out.
    /// Relative to the largest output, in the worst of the shapes below: 4.2e-3.
    const TOLERANCE: f32 = 8e-3;

    #[test]
    fn agrees_with_its_plain_twin_over_odd_shapes() {
        for ty in [TensorType::Q8_0, TensorType::Q4_0] {
            for (rows, n_in, n_out) in [(1, 32, 1), (1, 96, 5), (2, 576, 9), (3, 64, 4), (4, 32, 3), (9, 320, 33)] {
                let (x, weights) = (noise(1, rows * n_in), noise(2, n_out * n_in));
                let bytes = quantize(ty, &weights, n_in).unwrap();
                let expected = product_plain(&x, &dequantize(ty, &bytes).unwrap(), &vec![0.0; n_out], n_in);
                // A gap of one behind each row stays untouched.
                let mut got = vec![7.0; rows * (n_out + 1)];
                product(ty, &bytes, &ByteRows::quantize(&x, n_in), n_out, &mut got, n_out + 1);
                let largest = expected.iter().fold(1f32, |m, v| m.max(v.abs()));
                for (got, expected) in got.chunks(n_out + 1).zip(expected.chunks(n_out)) {
                    assert_eq!(got[n_out], 7.0);
                    for (got, expected) in got.iter().zip(expected) {
                        assert!(
                            (got - expected).abs() <= TOLERANCE * largest,
                            "{ty} {rows}x{n_in}x{n_out}: {got} for {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn extremes_stay_exact_and_finite() {
        let bytes = quantize(TensorType::Q8_0, &[-127.0; 32], 32).unwrap();
        let mut got = [0.0];
        product(TensorType::Q8_0, &bytes, &ByteRows::quantize(&[127.0; 32], 32), 1, &mut got, 1);
        assert_eq!(got, [-127.0 * 127.0 * 32.0]);
        product(TensorType::Q8_0, &bytes, &ByteRows::quantize(&[1e-42; 32], 32), 1, &mut got, 1);
        assert_eq!(got, [0.0]);
    }

    #[test]
    fn halves_become_singles_exactly() {
        for bits in (0..=u16::MAX).filter(|bits| bits & 0x7c00 != 0x7c00) {
            assert_eq!(half_to_single(bits).to_bits(), half::f16::from_bits(bits).to_f32().to_bits(), "{bits:#06x}");
        }
    }
}
