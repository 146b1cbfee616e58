//! The few operations that attention in fixed point is made of.

use bytemuck::cast;
use wide::{f32x4, i16x8, i32x4};

use super::RUN;

/// Vectors of sums that go along the dimensions together.
pub const PARTS: usize = 2;

/// 16-bit words, and 32-bit sums of their products in pairs.
///
/// What is `unsafe` below is so because the processor must have the instructions.
pub trait Vectors {
    type Lanes: Copy;
    const ZERO: Self::Lanes;
    /// Sums in a vector.
    const SUMS: usize;
    /// A vector of words, and as many bytes.
    type Words;
    type Bytes;

    /// Whole vectors of them: cut once, so that the loops have nothing to check.
    fn in_words(values: &[i16]) -> &[Self::Words];
    fn in_bytes(values: &[i8]) -> &[Self::Bytes];
    fn words(from: &Self::Words) -> Self::Lanes;
    /// Widened to words.
    fn bytes(from: &Self::Bytes) -> Self::Lanes;
    /// A pair of words throughout.
    fn pair(pair: i32) -> Self::Lanes;
    fn add_dot(sums: Self::Lanes, a: Self::Lanes, b: Self::Lanes) -> Self::Lanes;
    /// The sum over each.
    fn across(sums: [Self::Lanes; RUN]) -> [i32; RUN];
    /// `to += sums * factor`
    fn add_scaled(to: &mut [f32], sums: Self::Lanes, factor: f32);
}

/// 128-bit vectors, which every target has.
pub struct Portable;

impl Vectors for Portable {
    type Lanes = i32x4;
    const ZERO: i32x4 = i32x4::ZERO;
    const SUMS: usize = 4;
    type Words = [i16; 8];
    type Bytes = [i8; 8];

    #[inline(always)]
    fn in_words(values: &[i16]) -> &[[i16; 8]] {
        values.as_chunks().0
    }

    #[inline(always)]
    fn in_bytes(values: &[i8]) -> &[[i8; 8]] {
        values.as_chunks().0
    }

    #[inline(always)]
    fn words(from: &[i16; 8]) -> i32x4 {
        cast(i16x8::new(*from))
    }

    #[inline(always)]
    fn bytes(from: &[i8; 8]) -> i32x4 {
        cast(widen(from))
    }

    #[inline(always)]
    fn pair(pair: i32) -> i32x4 {
        i32x4::splat(pair)
    }

    #[inline(always)]
    fn add_dot(sums: i32x4, a: i32x4, b: i32x4) -> i32x4 {
        sums + cast::<i32x4, i16x8>(a).dot(cast(b))
    }

    #[inline(always)]
    fn across(sums: [i32x4; RUN]) -> [i32; RUN] {
        let [a, b, c, d]: [i32x4; RUN] = cast(f32x4::transpose(cast(sums)));
        ((a + b) + (c + d)).to_array()
    }

    #[inline(always)]
    fn add_scaled(to: &mut [f32], sums: i32x4, factor: f32) {
        let to: &mut [f32; 4] = to.first_chunk_mut().expect("a vector's worth");
        *to = (f32x4::from(*to) + f32x4::from_i32x4(sums) * f32x4::splat(factor)).to_array();
    }
}

#[inline(always)]
fn widen(b: &[i8; 8]) -> i16x8 {
    #[cfg(target_feature = "simd128")]
    // SAFETY: eight bytes; one vector of sixteen bytes is as good as another.
    return unsafe {
        std::mem::transmute::<std::arch::wasm32::v128, i16x8>(std::arch::wasm32::i16x8_load_extend_i8x8(b.as_ptr()))
    };
    #[cfg(not(target_feature = "simd128"))]
    i16x8::new([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]].map(i16::from))
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
pub fn detect() -> super::Path {
    super::Path::Portable
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub use avx2::{detect, heads_avx2};

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod avx2 {
    use std::arch::x86_64::*;

    use super::*;
    use crate::kernels::attention::AttentionShape;
    use crate::kernels::fixed_attention::{FixedCache, Path, Work};

    pub fn detect() -> Path {
        let has_all = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        if has_all { Path::Avx2 } else { Path::Portable }
    }

    /// # Safety
    /// The processor must have AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn heads_avx2(
        cache: &FixedCache,
        queries: &[f32],
        kv_head: usize,
        position: usize,
        shape: &AttentionShape,
        work: &mut Work,
        out: &mut [f32],
    ) {
        cache.heads::<Avx2>(queries, kv_head, position, shape, work, out);
    }

    /// 256-bit vectors. Used inside of [`heads_avx2`] alone, whose caller knows that they are there.
    struct Avx2;

    // SAFETY, of all of it: as said, and the lengths are checked.
    impl Vectors for Avx2 {
        type Lanes = __m256i;
        const ZERO: __m256i = unsafe { std::mem::zeroed() };
        const SUMS: usize = 8;
        type Words = [i16; 16];
        type Bytes = [i8; 16];

        #[inline(always)]
        fn in_words(values: &[i16]) -> &[[i16; 16]] {
            values.as_chunks().0
        }

        #[inline(always)]
        fn in_bytes(values: &[i8]) -> &[[i8; 16]] {
            values.as_chunks().0
        }

        #[inline(always)]
        fn words(from: &[i16; 16]) -> __m256i {
            unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
        }

        #[inline(always)]
        fn bytes(from: &[i8; 16]) -> __m256i {
            unsafe { _mm256_cvtepi8_epi16(_mm_loadu_si128(from.as_ptr().cast())) }
        }

        #[inline(always)]
        fn pair(pair: i32) -> __m256i {
            unsafe { _mm256_set1_epi32(pair) }
        }

        #[inline(always)]
        fn add_dot(sums: __m256i, a: __m256i, b: __m256i) -> __m256i {
            unsafe { _mm256_add_epi32(sums, _mm256_madd_epi16(a, b)) }
        }

        #[inline(always)]
        fn across(v: [__m256i; RUN]) -> [i32; RUN] {
            unsafe {
                let v = _mm256_hadd_epi32(_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3]));
                let v = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256::<1>(v));
                let mut out = [0; RUN];
                _mm_storeu_si128(out.as_mut_ptr().cast(), v);
                out
            }
        }

        #[inline(always)]
        fn add_scaled(to: &mut [f32], sums: __m256i, factor: f32) {
            let to = &mut to[..8];
            unsafe {
                let sums = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_set1_ps(factor));
                _mm256_storeu_ps(to.as_mut_ptr(), _mm256_add_ps(_mm256_loadu_ps(to.as_ptr()), sums));
            }
        }
    }
}
