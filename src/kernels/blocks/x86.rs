//! Products in blocks by AVX2, and by AVX-512's 8-bit dot product (VNNI) where there is one.
//!
//! Eight outputs share a vector, in the row-wise form for one row as in the panels for many.

use std::arch::x86_64::*;

use bytemuck::Zeroable;

use super::{BLOCK, ByteRows, Format, Panels};

/// Outputs computed together.
const LANES: usize = 8;

/// Rows whose sums stay in registers.
const TILE: usize = 4;

/// A vector in memory.
#[derive(Clone, Copy, Zeroable)]
#[repr(C, align(32))]
struct Bytes([i8; 32]);

#[derive(Clone, Copy, Zeroable)]
#[repr(C, align(32))]
struct Floats([f32; LANES]);

/// What this processor has, `None` where the portable path must do.
pub fn detect() -> Option<Panels> {
    if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c")) {
        return None;
    }
    let has_dot = is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512vl");
    Some(if has_dot { Panels::Vnni } else { Panels::Avx2 })
}

/// # Safety
/// The processor must have what [`detect`] names [`Panels::Avx2`].
#[target_feature(enable = "avx2,fma,f16c")]
pub unsafe fn product_avx2<F: Format<BYTES>, const BYTES: usize>(
    weights: &[[u8; BYTES]],
    x: &ByteRows,
    out: &mut [f32],
) {
    // SAFETY: the features that all of it needs are enabled here, and the callee is inlined.
    unsafe { product::<Avx2, F, BYTES>(weights, x, out) }
}

/// # Safety
/// The processor must have what [`detect`] names [`Panels::Vnni`].
#[target_feature(enable = "avx2,fma,f16c,avx512vnni,avx512vl")]
pub unsafe fn product_vnni<F: Format<BYTES>, const BYTES: usize>(
    weights: &[[u8; BYTES]],
    x: &ByteRows,
    out: &mut [f32],
) {
    // SAFETY: as above.
    unsafe { product::<Vnni, F, BYTES>(weights, x, out) }
}

/// Sums of four products of bytes in each 32-bit lane.
trait Dot {
    /// Whether any unsigned byte may be multiplied: without, sums of two products saturate at 16 bits.
    const TAKES_ALL: bool;

    /// `sum + unsigned · signed`. Of `unsigned` only the lower seven bits may be used unless [`Self::TAKES_ALL`].
    unsafe fn dot(sum: __m256i, unsigned: __m256i, signed: __m256i) -> __m256i;
}

struct Avx2;

impl Dot for Avx2 {
    const TAKES_ALL: bool = false;

    #[inline(always)]
    unsafe fn dot(sum: __m256i, unsigned: __m256i, signed: __m256i) -> __m256i {
        // SAFETY: the caller's.
        unsafe {
            let pairs = _mm256_maddubs_epi16(unsigned, signed);
            _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        }
    }
}

struct Vnni;

impl Dot for Vnni {
    const TAKES_ALL: bool = true;

    #[inline(always)]
    unsafe fn dot(sum: __m256i, unsigned: __m256i, signed: __m256i) -> __m256i {
        // SAFETY: the caller's.
        unsafe { _mm256_dpbusd_epi32(sum, unsigned, signed) }
    }
}

/// `sum + weights · x`, where weights that are signed may have to give up their sign to `x`.
#[inline(always)]
unsafe fn dot<D: Dot, const SIGNED: bool>(sum: __m256i, weights: __m256i, x: __m256i) -> __m256i {
    // SAFETY: the caller's.
    unsafe {
        match SIGNED {
            true => D::dot(sum, _mm256_abs_epi8(weights), _mm256_sign_epi8(x, weights)),
            false => D::dot(sum, weights, x),
        }
    }
}

/// `out` is `[rows, n_out]` for as many outputs as there are weights.
#[inline(always)]
unsafe fn product<D: Dot, F: Format<BYTES>, const BYTES: usize>(
    weights: &[[u8; BYTES]],
    x: &ByteRows,
    out: &mut [f32],
) {
    let n_blocks = x.n_blocks;
    let n_out = weights.len() / n_blocks;
    let quants = x.quants.bytes();
    let mut panel: Vec<Bytes> = vec![Bytes::zeroed(); if x.n_rows > 1 { n_blocks * LANES } else { 0 }];
    let mut scales: Vec<[Floats; 2]> = vec![[Floats::zeroed(); 2]; if x.n_rows > 1 { n_blocks } else { 0 }];
    for first in (0..n_out).step_by(LANES) {
        // A last group that is short computes its last output several times.
        let rows: [&[[u8; BYTES]]; LANES] =
            std::array::from_fn(|lane| &weights[(first + lane).min(n_out - 1) * n_blocks..][..n_blocks]);
        let n = LANES.min(n_out - first);
        // SAFETY: the caller's.
        unsafe {
            if x.n_rows == 1 {
                let sums = one_row::<D, F, BYTES>(&rows, x, quants);
                out[first..first + n].copy_from_slice(&sums[..n]);
                continue;
            }
            fill::<D, F, BYTES>(&rows, &mut panel, &mut scales);
            let mut row = 0;
            while row < x.n_rows {
                row += match x.n_rows - row {
                    1 => tile::<D, F, BYTES, 1>(&panel, &scales, x, quants, row, &mut out[first..], n_out, n),
                    2 => tile::<D, F, BYTES, 2>(&panel, &scales, x, quants, row, &mut out[first..], n_out, n),
                    3 => tile::<D, F, BYTES, 3>(&panel, &scales, x, quants, row, &mut out[first..], n_out, n),
                    _ => tile::<D, F, BYTES, TILE>(&panel, &scales, x, quants, row, &mut out[first..], n_out, n),
                };
            }
        }
    }
}

/// One row of activations against eight outputs, whose weights are read where they lie.
#[inline(always)]
unsafe fn one_row<D: Dot, F: Format<BYTES>, const BYTES: usize>(
    rows: &[&[[u8; BYTES]]; LANES],
    x: &ByteRows,
    quants: &[[i8; BLOCK]],
) -> [f32; LANES] {
    // SAFETY: the caller's; prefetching takes any address.
    unsafe {
        let mut total = _mm256_setzero_ps();
        // Eight rows are eight places in memory to a processor that guesses what comes next; it is one.
        let ahead = rows[LANES - 1].as_ptr_range().end.cast::<i8>();
        for i in 0..x.n_blocks {
            for line in 0..(LANES * BYTES).div_ceil(64) {
                _mm_prefetch::<_MM_HINT_T0>(ahead.wrapping_add(i * LANES * BYTES + line * 64));
            }
            let activations = load(&quants[i]);
            let offset = _mm256_zextsi128_si256(_mm_cvtsi32_si128(-F::OFFSET * x.sums[i]));
            let mut sums = [_mm256_setzero_si256(); LANES];
            for lane in 0..LANES {
                let unpacked = unpack::<F, BYTES>(&rows[lane][i]);
                sums[lane] = match F::IS_SIGNED {
                    true => dot::<D, true>(_mm256_setzero_si256(), unpacked, activations),
                    false => dot::<D, false>(offset, unpacked, activations),
                };
            }
            let scale = halves(rows, i, 0);
            let x_scale = _mm256_set1_ps(x.scales[i]);
            total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(across(sums)), _mm256_mul_ps(scale, x_scale), total);
            if let Some(at) = F::MINIMUM {
                total = _mm256_fmadd_ps(halves(rows, i, at), _mm256_set1_ps(x.scales[i] * x.sums[i] as f32), total);
            }
        }
        let mut out = [0.0; LANES];
        _mm256_storeu_ps(out.as_mut_ptr(), total);
        out
    }
}

/// Eight outputs as a panel: four values of each in a vector, and their scales.
#[inline(always)]
unsafe fn fill<D: Dot, F: Format<BYTES>, const BYTES: usize>(
    rows: &[&[[u8; BYTES]]; LANES],
    panel: &mut [Bytes],
    scales: &mut [[Floats; 2]],
) {
    // SAFETY: the caller's.
    unsafe {
        let flip = _mm256_set1_epi8(if F::IS_SIGNED && D::TAKES_ALL { i8::MIN } else { 0 });
        for (i, (panel, scales)) in panel.chunks_exact_mut(LANES).zip(scales).enumerate() {
            let mut unpacked = [flip; LANES];
            for lane in 0..LANES {
                unpacked[lane] = _mm256_xor_si256(flip, unpack::<F, BYTES>(&rows[lane][i]));
            }
            for (to, vector) in panel.iter_mut().zip(transposed(unpacked)) {
                _mm256_store_si256(to.0.as_mut_ptr().cast(), vector);
            }
            _mm256_store_ps(scales[0].0.as_mut_ptr(), halves(rows, i, 0));
            if let Some(at) = F::MINIMUM {
                _mm256_store_ps(scales[1].0.as_mut_ptr(), halves(rows, i, at));
            }
        }
    }
}

/// `M` rows from `row` against a panel; `n` outputs of each go to `out`, rows `stride` apart. Returns `M`.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "it is the body of a loop")]
unsafe fn tile<D: Dot, F: Format<BYTES>, const BYTES: usize, const M: usize>(
    panel: &[Bytes],
    scales: &[[Floats; 2]],
    x: &ByteRows,
    quants: &[[i8; BLOCK]],
    row: usize,
    out: &mut [f32],
    stride: usize,
    n: usize,
) -> usize {
    let offset = if F::IS_SIGNED && D::TAKES_ALL { 128 } else { F::OFFSET };
    let at: [usize; M] = std::array::from_fn(|m| (row + m) * x.n_blocks);
    let quants: [&[[i8; BLOCK]]; M] = std::array::from_fn(|m| &quants[at[m]..][..scales.len()]);
    let x_scales: [&[f32]; M] = std::array::from_fn(|m| &x.scales[at[m]..][..scales.len()]);
    let x_sums: [&[i32]; M] = std::array::from_fn(|m| &x.sums[at[m]..][..scales.len()]);
    // SAFETY: the caller's.
    unsafe {
        let mut total = [_mm256_setzero_ps(); M];
        for (i, (weights, scales)) in panel.as_chunks::<LANES>().0.iter().zip(scales).enumerate() {
            let mut sum = [_mm256_setzero_si256(); M];
            for m in 0..M {
                sum[m] = _mm256_set1_epi32(-offset * x_sums[m][i]);
            }
            for (k, weights) in weights.iter().enumerate() {
                let weights = _mm256_load_si256(weights.0.as_ptr().cast());
                for m in 0..M {
                    let four = _mm256_set1_epi32(quants[m][i].as_ptr().cast::<i32>().add(k).read_unaligned());
                    sum[m] = match F::IS_SIGNED && !D::TAKES_ALL {
                        true => dot::<D, true>(sum[m], weights, four),
                        false => dot::<D, false>(sum[m], weights, four),
                    };
                }
            }
            let scale = _mm256_load_ps(scales[0].0.as_ptr());
            for m in 0..M {
                let scale = _mm256_mul_ps(scale, _mm256_set1_ps(x_scales[m][i]));
                total[m] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[m]), scale, total[m]);
                if F::MINIMUM.is_some() {
                    let x_sum = _mm256_set1_ps(x_scales[m][i] * x_sums[m][i] as f32);
                    total[m] = _mm256_fmadd_ps(_mm256_load_ps(scales[1].0.as_ptr()), x_sum, total[m]);
                }
            }
        }
        for (m, total) in total.into_iter().enumerate() {
            let mut sums = [0.0; LANES];
            _mm256_storeu_ps(sums.as_mut_ptr(), total);
            out[(row + m) * stride..][..n].copy_from_slice(&sums[..n]);
        }
    }
    M
}

/// A block's values in their order.
#[inline(always)]
unsafe fn unpack<F: Format<BYTES>, const BYTES: usize>(block: &[u8; BYTES]) -> __m256i {
    let values = &block[F::VALUES..];
    // SAFETY: the caller's; each format has as many bytes as it says.
    unsafe {
        if F::IS_SIGNED {
            return load(values.first_chunk::<BLOCK>().expect("a byte a value"));
        }
        let bytes = values.first_chunk::<16>().expect("half a byte a value");
        let bytes = _mm_loadu_si128(bytes.as_ptr().cast());
        let both = _mm256_set_m128i(_mm_srli_epi16::<4>(bytes), bytes);
        _mm256_and_si256(both, _mm256_set1_epi8(0xf))
    }
}

#[inline(always)]
unsafe fn load<T>(bytes: &[T; BLOCK]) -> __m256i {
    const { assert!(size_of::<T>() == 1) };
    // SAFETY: 32 bytes, aligned or not.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// The f16 at byte `at` of block `i` of each row.
#[inline(always)]
unsafe fn halves<const BYTES: usize>(rows: &[&[[u8; BYTES]]; LANES], i: usize, at: usize) -> __m256 {
    let half = |lane: usize| i16::from_le_bytes([rows[lane][i][at], rows[lane][i][at + 1]]);
    // SAFETY: the caller's.
    unsafe { _mm256_cvtph_ps(_mm_setr_epi16(half(0), half(1), half(2), half(3), half(4), half(5), half(6), half(7))) }
}

/// The sum over each of eight vectors.
#[inline(always)]
unsafe fn across(v: [__m256i; LANES]) -> __m256i {
    // SAFETY: the caller's.
    unsafe {
        let abcd = _mm256_hadd_epi32(_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3]));
        let efgh = _mm256_hadd_epi32(_mm256_hadd_epi32(v[4], v[5]), _mm256_hadd_epi32(v[6], v[7]));
        let low = _mm256_permute2x128_si256::<0x20>(abcd, efgh);
        _mm256_add_epi32(low, _mm256_permute2x128_si256::<0x31>(abcd, efgh))
    }
}

/// Vector `i` of the result has the `i`th 32 bits of each.
#[inline(always)]
unsafe fn transposed(v: [__m256i; LANES]) -> [__m256i; LANES] {
    let mut out = v;
    // SAFETY: the caller's.
    unsafe {
        // Of four vectors each, within halves of 128 bits; then the halves.
        let mut fours = v;
        for i in [0, 4] {
            let (a, b) = (_mm256_unpacklo_epi32(v[i], v[i + 1]), _mm256_unpackhi_epi32(v[i], v[i + 1]));
            let (c, d) = (_mm256_unpacklo_epi32(v[i + 2], v[i + 3]), _mm256_unpackhi_epi32(v[i + 2], v[i + 3]));
            fours[i] = _mm256_unpacklo_epi64(a, c);
            fours[i + 1] = _mm256_unpackhi_epi64(a, c);
            fours[i + 2] = _mm256_unpacklo_epi64(b, d);
            fours[i + 3] = _mm256_unpackhi_epi64(b, d);
        }
        for i in 0..4 {
            out[i] = _mm256_permute2x128_si256::<0x20>(fours[i], fours[i + 4]);
            out[i + 4] = _mm256_permute2x128_si256::<0x31>(fours[i], fours[i + 4]);
        }
    }
    out
}
