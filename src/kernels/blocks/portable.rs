//! Products in blocks by 16-bit multiplications, in 128-bit vectors that every target has.

use std::ops::Add;

use bytemuck::cast;
use wide::{f32x4, i16x8, i32x4, u8x16};

use super::{BLOCK, ByteRows, Format, GROUP};

/// 32-bit values in a vector.
const LANES: usize = 4;

/// Rows whose sums stay in registers.
const TILE: usize = 4;

/// Pairs of values along the inner dimension.
const PAIRS: usize = BLOCK / 2;

/// Two values of each of eight outputs: `[o0k0 o0k1 o1k0 o1k1 …]`.
type PanelPair = [i16x8; 2];

/// `out` is `[rows, n_out]` for as many outputs as there are weights.
pub fn product<F: Format<BYTES>, const BYTES: usize>(weights: &[[u8; BYTES]], x: &ByteRows, out: &mut [f32]) {
    let n_blocks = x.n_blocks;
    let n_out = weights.len() / n_blocks;
    if x.n_rows == 1 {
        for (out, weights) in out.iter_mut().zip(weights.chunks_exact(n_blocks)) {
            *out = one_row::<F, BYTES>(weights, x);
        }
        return;
    }
    // A last group that is short computes its last output several times.
    let row = |index: usize| &weights[index.min(n_out - 1) * n_blocks..][..n_blocks];
    let mut panel = vec![[i16x8::ZERO; 2]; n_blocks * PAIRS];
    let mut scales = vec![[[f32x4::ZERO; 2]; 2]; n_blocks];
    for first in (0..n_out).step_by(GROUP) {
        fill::<F, BYTES>(&std::array::from_fn(|lane| row(first + lane)), &mut panel, &mut scales);
        let n = GROUP.min(n_out - first);
        let mut row = 0;
        while row < x.n_rows {
            let out = &mut out[row * n_out + first..];
            row += match x.n_rows - row {
                1 => tile::<F, BYTES, 1>(&panel, &scales, x, row, out, n_out, n),
                2 => tile::<F, BYTES, 2>(&panel, &scales, x, row, out, n_out, n),
                3 => tile::<F, BYTES, 3>(&panel, &scales, x, row, out, n_out, n),
                _ => tile::<F, BYTES, TILE>(&panel, &scales, x, row, out, n_out, n),
            };
        }
    }
}

/// One row of activations against one output: weights are read in the order in which they lie, which is what memory
/// gives fastest. The sums of four blocks share a vector.
#[inline(always)]
fn one_row<F: Format<BYTES>, const BYTES: usize>(weights: &[[u8; BYTES]], x: &ByteRows) -> f32 {
    let mut total = f32x4::ZERO;
    let (fours, rest) = weights.as_chunks::<LANES>();
    for (i, four) in fours.iter().enumerate() {
        total = add_blocks::<F, BYTES, LANES>(total, four, x, i * LANES);
    }
    let at = fours.len() * LANES;
    let total = match rest.len() {
        0 => total,
        1 => add_blocks::<F, BYTES, 1>(total, rest, x, at),
        2 => add_blocks::<F, BYTES, 2>(total, rest, x, at),
        _ => add_blocks::<F, BYTES, 3>(total, rest, x, at),
    };
    in_order(total.to_array())
}

/// Adds `N` blocks, from block `at` of the only row, to as many lanes of `total`.
#[inline(always)]
fn add_blocks<F: Format<BYTES>, const BYTES: usize, const N: usize>(
    total: f32x4,
    weights: &[[u8; BYTES]],
    x: &ByteRows,
    at: usize,
) -> f32x4 {
    let weights: &[[u8; BYTES]; N] = weights.first_chunk().expect("N blocks");
    let words: &[[i16; BLOCK]; N] = x.quants.words()[at..].first_chunk().expect("as many blocks as weights have");
    let mut sums = [i32x4::ZERO; LANES];
    for lane in 0..N {
        let w = unpack::<F, BYTES>(&weights[lane]);
        let x: [i16x8; 4] = cast(words[lane]);
        sums[lane] = (w[0].dot(x[0]) + w[1].dot(x[1])) + (w[2].dot(x[2]) + w[3].dot(x[3]));
    }
    // What is not there counts 0 times, by the padding behind the row.
    let four = [&weights[0], &weights[1.min(N - 1)], &weights[2.min(N - 1)], &weights[N - 1]];
    let x_scales = f32x4::from(*x.scales[at..].first_chunk().expect("padded"));
    let x_sums = i32x4::from(*x.sums[at..].first_chunk().expect("padded"));
    let sum = across(sums) - i32x4::splat(F::OFFSET) * x_sums;
    let total = total + f32x4::from_i32x4(sum) * (halves(four, 0) * x_scales);
    match F::MINIMUM {
        Some(minimum) => total + halves(four, minimum) * (x_scales * f32x4::from_i32x4(x_sums)),
        None => total,
    }
}

/// Four partial sums as one. A block's share goes to the one of its index modulo four, in a panel too, so that one row's
/// results are to the bit those of many.
#[inline(always)]
fn in_order<T: Add<Output = T>>([a, b, c, d]: [T; LANES]) -> T {
    (a + b) + (c + d)
}

/// Eight outputs as a panel, and for each block their scales and minima.
fn fill<F: Format<BYTES>, const BYTES: usize>(
    rows: &[&[[u8; BYTES]]; GROUP],
    panel: &mut [PanelPair],
    scales: &mut [[[f32x4; 2]; 2]],
) {
    for (i, (panel, scales)) in panel.as_chunks_mut::<PAIRS>().0.iter_mut().zip(scales).enumerate() {
        for half in 0..2 {
            let rows: &[&[[u8; BYTES]]; LANES] = rows.as_chunks().0.get(half).expect("two halves");
            let mut unpacked = [[i16x8::ZERO; 4]; LANES];
            for lane in 0..LANES {
                unpacked[lane] = unpack::<F, BYTES>(&rows[lane][i]);
            }
            for part in 0..4 {
                // Four pairs of four outputs, turned.
                let pairs: [i16x8; LANES] = cast(f32x4::transpose(cast(unpacked.map(|row| row[part]))));
                for (k, pair) in pairs.into_iter().enumerate() {
                    panel[part * 4 + k][half] = pair;
                }
            }
            let four = [&rows[0][i], &rows[1][i], &rows[2][i], &rows[3][i]];
            scales[0][half] = halves(four, 0);
            if let Some(minimum) = F::MINIMUM {
                scales[1][half] = halves(four, minimum);
            }
        }
    }
}

/// `M` rows from `row` against a panel; `n` outputs of each go to `out`, rows `stride` apart. Returns `M`.
#[inline(always)]
fn tile<F: Format<BYTES>, const BYTES: usize, const M: usize>(
    panel: &[PanelPair],
    scales: &[[[f32x4; 2]; 2]],
    x: &ByteRows,
    row: usize,
    out: &mut [f32],
    stride: usize,
    n: usize,
) -> usize {
    let n_blocks = x.n_blocks;
    let at: [usize; M] = std::array::from_fn(|m| (row + m) * n_blocks);
    let words: [&[[i16; BLOCK]]; M] = at.map(|at| &x.quants.words()[at..][..n_blocks]);
    let x_scales: [&[f32]; M] = at.map(|at| &x.scales[at..][..n_blocks]);
    let x_sums: [&[i32]; M] = at.map(|at| &x.sums[at..][..n_blocks]);
    let mut total = [[[f32x4::ZERO; LANES]; 2]; M];
    for (i, (weights, scales)) in panel.as_chunks::<PAIRS>().0.iter().zip(&scales[..n_blocks]).enumerate() {
        let pairs: [[i32; PAIRS]; M] = std::array::from_fn(|m| cast(words[m][i]));
        let mut sum: [[i32x4; 2]; M] = std::array::from_fn(|m| [i32x4::splat(-F::OFFSET * x_sums[m][i]); 2]);
        for (k, weights) in weights.iter().enumerate() {
            for m in 0..M {
                let pair: i16x8 = cast(i32x4::splat(pairs[m][k]));
                sum[m][0] += weights[0].dot(pair);
                sum[m][1] += weights[1].dot(pair);
            }
        }
        for m in 0..M {
            let x_scale = f32x4::splat(x_scales[m][i]);
            for half in 0..2 {
                let total = &mut total[m][half][i % LANES];
                *total += f32x4::from_i32x4(sum[m][half]) * (scales[0][half] * x_scale);
                if F::MINIMUM.is_some() {
                    *total += scales[1][half] * f32x4::splat(x_scales[m][i] * x_sums[m][i] as f32);
                }
            }
        }
    }
    for (m, total) in total.into_iter().enumerate() {
        let sums: [f32; GROUP] = cast([in_order(total[0]), in_order(total[1])]);
        out[m * stride..][..n].copy_from_slice(&sums[..n]);
    }
    M
}

/// A block's values in their order.
#[inline(always)]
fn unpack<F: Format<BYTES>, const BYTES: usize>(block: &[u8; BYTES]) -> [i16x8; 4] {
    let values = &block[F::VALUES..];
    if F::IS_SIGNED {
        let (eights, _) = values.as_chunks::<8>();
        return [widen(&eights[0]), widen(&eights[1]), widen(&eights[2]), widen(&eights[3])];
    }
    let values: &[u8; BLOCK / 2] = values.first_chunk().expect("half a byte a value");
    let bytes = u8x16::new(*values);
    let (low, high, nibble) = (i16x8::from_u8x16_low(bytes), i16x8::from_u8x16_high(bytes), i16x8::splat(0xf));
    [low & nibble, high & nibble, low >> 4, high >> 4]
}

/// Signed bytes.
#[inline(always)]
fn widen(bytes: &[u8; 8]) -> i16x8 {
    #[cfg(target_feature = "simd128")]
    // SAFETY: eight bytes; one vector of sixteen is as good as another.
    return unsafe {
        std::mem::transmute::<std::arch::wasm32::v128, i16x8>(std::arch::wasm32::i16x8_load_extend_i8x8(
            bytes.as_ptr().cast(),
        ))
    };
    #[cfg(not(target_feature = "simd128"))]
    {
        let twice: u8x16 = cast([*bytes, *bytes]);
        let [low, high]: [i16x8; 2] = cast([u8x16::unpack_low(twice, twice), u8x16::unpack_high(twice, twice)]);
        let _ = high;
        low >> 8
    }
}

/// The f16 at byte `at` of each block, as f32: exponent and mantissa moved into place, and the difference in bias
/// multiplied away, which is right for subnormal numbers too. Infinities are not kept, and no block has such a scale.
#[inline(always)]
fn halves<const BYTES: usize>(blocks: [&[u8; BYTES]; LANES], at: usize) -> f32x4 {
    let bits = |lane: usize| i32::from(u16::from_le_bytes([blocks[lane][at], blocks[lane][at + 1]]));
    let bits = i32x4::new([bits(0), bits(1), bits(2), bits(3)]);
    let magnitude: f32x4 = cast((bits & i32x4::splat(0x7fff)) << 13);
    let magnitude: i32x4 = cast(magnitude * f32x4::splat(f32::from_bits((127 + 112) << 23)));
    cast(magnitude | (bits & i32x4::splat(0x8000)) << 16)
}

/// The sum over each of four vectors.
#[inline(always)]
fn across(v: [i32x4; LANES]) -> i32x4 {
    let [a, b, c, d]: [i32x4; LANES] = cast(f32x4::transpose(cast(v)));
    (a + b) + (c + d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_singles_exactly() {
        for bits in (0..=u16::MAX).filter(|bits| bits & 0x7c00 != 0x7c00) {
            let block = bits.to_le_bytes();
            let expected = half::f16::from_bits(bits).to_f32().to_bits();
            assert_eq!(halves([&block; LANES], 0).to_array().map(f32::to_bits), [expected; LANES], "{bits:#06x}");
        }
    }
}
