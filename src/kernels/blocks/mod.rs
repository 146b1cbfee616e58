//! Products with weights as a GGUF file stores them, Q8_0, Q4_0 and Q4_1: nothing is unpacked beforehand.
//!
//! A language model's decode step multiplies each weight with one number, so it is bound by reading weights:
//! here that is 4.5 to 8.5 bits each, straight from the file's bytes. Activations become signed bytes with
//! one scale for each [`BLOCK`], as in llama.cpp's `ggml_vec_dot_q8_0_q8_0` and `ggml_vec_dot_q4_0_q8_0`
//! (`ggml/src/ggml-cpu/quants.c`); a block's sum is then integer arithmetic and exact.
//!
//! One row goes against several outputs at once, whose weights are read where they lie. Many rows (a prompt) go
//! against a *panel*: several outputs unpacked once, side by side, small enough for the fastest cache. Either way an
//! output adds up its blocks in their order, so that the number of rows never changes a result.
//!
//! `portable` does it by 16-bit products in 128-bit vectors (SSE2, NEON, simd128), `x86` by 8-bit ones in
//! 256-bit vectors where the processor has them.

mod portable;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod x86;

use bytemuck::cast;

use crate::gguf::TensorType;
use crate::platform::parallel;

/// Values that share a scale.
pub const BLOCK: usize = 32;

/// Outputs that go together at most, on any path: pieces of a matrix are whole groups.
const GROUP: usize = 8;

/// A weight matrix `[n_out, n_in]` in blocks along its rows.
#[derive(Clone, Copy)]
pub struct BlockMatrix<'a> {
    /// Q8_0, Q4_0 or Q4_1.
    pub ty: TensorType,
    pub bytes: &'a [u8],
    pub n_out: usize,
}

/// Whether [`product`] takes weights of this type.
pub fn has_product(ty: TensorType) -> bool {
    matches!(ty, TensorType::Q8_0 | TensorType::Q4_0 | TensorType::Q4_1)
}

/// `x · Wᵀ` for matrices of one input, stacked along the outputs: `x` is `[rows, n_in]`, the result `[rows, sum of
/// n_out]`.
///
/// # Panics
/// If a type has no product, `n_in` is not a multiple of [`BLOCK`], or lengths do not fit.
pub fn product(matrices: &[BlockMatrix<'_>], x: &[f32], n_in: usize) -> Vec<f32> {
    product_by(Panels::detect(), matrices, x, n_in)
}

/// The instructions that products are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Panels {
    Portable,
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Avx2,
    /// With the 8-bit dot product of AVX-512.
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Vnni,
}

impl Panels {
    fn detect() -> Self {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        if let Some(panels) = x86::detect() {
            return panels;
        }
        Panels::Portable
    }
}

fn product_by(panels: Panels, matrices: &[BlockMatrix<'_>], x: &[f32], n_in: usize) -> Vec<f32> {
    let x = ByteRows::quantize(x, n_in, panels);
    let stride: usize = matrices.iter().map(|matrix| matrix.n_out).sum();
    let n_threads = parallel::n_threads(x.n_rows * n_in * stride);
    let pieces = pieces(matrices, x.n_blocks, n_threads);
    let mut sums = parallel::map(&pieces, n_threads, |(_, piece)| {
        let mut sums = vec![0.0; x.n_rows * piece.n_out];
        match piece.ty {
            TensorType::Q8_0 => run::<Q8_0, 34>(panels, piece.bytes, &x, &mut sums),
            TensorType::Q4_0 => run::<Q4_0, 18>(panels, piece.bytes, &x, &mut sums),
            TensorType::Q4_1 => run::<Q4_1, 20>(panels, piece.bytes, &x, &mut sums),
            other => unreachable!("{other} has no product in blocks"),
        }
        sums
    });
    if let [sums] = &mut *sums {
        return std::mem::take(sums);
    }
    let mut out = vec![0.0; x.n_rows * stride];
    for ((first, piece), sums) in pieces.iter().zip(sums) {
        for (out, sums) in out.chunks_exact_mut(stride).zip(sums.chunks_exact(piece.n_out)) {
            out[*first..][..piece.n_out].copy_from_slice(sums);
        }
    }
    out
}

/// The matrices in pieces of about equal work, at least one for each of `n` threads, each with its first output.
fn pieces<'a>(matrices: &[BlockMatrix<'a>], n_blocks: usize, n: usize) -> Vec<(usize, BlockMatrix<'a>)> {
    let n_out: usize = matrices.iter().map(|matrix| matrix.n_out).sum();
    let longest = n_out.div_ceil(n).next_multiple_of(GROUP);
    let mut pieces = Vec::new();
    let mut first = 0;
    for &BlockMatrix { ty, bytes, n_out } in matrices {
        let row_bytes = n_blocks * ty.block_bytes();
        assert_eq!(bytes.len(), n_out * row_bytes, "weights do not fill the matrix");
        for bytes in bytes.chunks(longest * row_bytes) {
            let n_out = bytes.len() / row_bytes;
            pieces.push((first, BlockMatrix { ty, bytes, n_out }));
            first += n_out;
        }
    }
    pieces
}

fn run<F: Format<BYTES>, const BYTES: usize>(panels: Panels, weights: &[u8], x: &ByteRows, out: &mut [f32]) {
    let blocks = weights.as_chunks::<BYTES>().0;
    assert_eq!(out.len() * x.n_blocks, x.n_rows * blocks.len(), "a sum for each row and output");
    match panels {
        Panels::Portable => portable::product::<F, BYTES>(blocks, x, out),
        // SAFETY: what was detected is there.
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        Panels::Avx2 => unsafe { x86::product_avx2::<F, BYTES>(blocks, x, out) },
        // SAFETY: as above.
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        Panels::Vnni => unsafe { x86::product_vnni::<F, BYTES>(blocks, x, out) },
    }
}

/// How `BYTES` hold a block: first its scale as f16.
trait Format<const BYTES: usize> {
    /// Signed bytes; else 4-bit values without a sign, value `i` below and `i + 16` above in byte `i`.
    const IS_SIGNED: bool;
    /// What stored values are too high by.
    const OFFSET: i32;
    /// Where the f16 stands that is added to every value.
    const MINIMUM: Option<usize>;
    /// Where values begin.
    const VALUES: usize;
}

struct Q8_0;

impl Format<34> for Q8_0 {
    const IS_SIGNED: bool = true;
    const OFFSET: i32 = 0;
    const MINIMUM: Option<usize> = None;
    const VALUES: usize = 2;
}

struct Q4_0;

impl Format<18> for Q4_0 {
    const IS_SIGNED: bool = false;
    const OFFSET: i32 = 8;
    const MINIMUM: Option<usize> = None;
    const VALUES: usize = 2;
}

struct Q4_1;

impl Format<20> for Q4_1 {
    const IS_SIGNED: bool = false;
    const OFFSET: i32 = 0;
    const MINIMUM: Option<usize> = Some(2);
    const VALUES: usize = 4;
}

/// Activations `[rows, n_in]` as signed bytes in blocks: `value = scale * quant`.
struct ByteRows {
    n_rows: usize,
    /// Along the inner dimension.
    n_blocks: usize,
    quants: Quants,
    /// `[row][block]`, as the next, and behind them three zeros, so that four can be taken anywhere.
    scales: Vec<f32>,
    /// Of a block's quants.
    sums: Vec<i32>,
}

/// Of the size that the products take them in.
enum Quants {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    Bytes(Vec<[i8; BLOCK]>),
    Words(Vec<[i16; BLOCK]>),
}

impl Quants {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    fn bytes(&self) -> &[[i8; BLOCK]] {
        match self {
            Quants::Bytes(bytes) => bytes,
            Quants::Words(_) => unreachable!("made for another path"),
        }
    }

    fn words(&self) -> &[[i16; BLOCK]] {
        match self {
            Quants::Words(words) => words,
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            Quants::Bytes(_) => unreachable!("made for another path"),
        }
    }
}

impl ByteRows {
    /// Rounds row-major `x`, `[rows, n_in]`.
    fn quantize(x: &[f32], n_in: usize, panels: Panels) -> Self {
        assert!(n_in > 0 && n_in.is_multiple_of(BLOCK) && x.len().is_multiple_of(n_in), "rows of whole blocks");
        let values = x.as_chunks::<BLOCK>().0;
        let mut scales: Vec<f32> = values.iter().map(scale_of).collect();
        let quants = values.iter().zip(&scales).map(|(values, &scale)| quants_of(values, scale));
        let mut sums: Vec<i32> = quants.clone().map(|quants| quants.map(i32::from).iter().sum()).collect();
        let quants = match panels {
            Panels::Portable => Quants::Words(quants.map(|quants| quants.map(i16::from)).collect()),
            #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
            _ => Quants::Bytes(quants.collect()),
        };
        scales.extend([0.0; 3]);
        sums.extend([0; 3]);
        Self { n_rows: x.len() / n_in, n_blocks: n_in / BLOCK, quants, scales, sums }
    }
}

fn scale_of(values: &[f32; BLOCK]) -> f32 {
    let lanes: [[f32; 8]; 4] = cast(*values);
    let mut largest = [0f32; 8];
    lanes.iter().for_each(|lane| largest.iter_mut().zip(lane).for_each(|(m, value)| *m = m.max(value.abs())));
    largest.iter().fold(0f32, |largest, &value| largest.max(value)) / 127.0
}

/// Rounded half to even.
fn quants_of(values: &[f32; BLOCK], scale: f32) -> [i8; BLOCK] {
    // A block so small that its scale's inverse overflows counts as zeros.
    let inverse = if scale > f32::MIN_POSITIVE { scale.recip() } else { 0.0 };
    // Adding this leaves no bits for a fraction: the lower ones then hold the number rounded.
    const ROUNDING: f32 = (3 << 22) as f32;
    values.map(|value| (value * inverse + ROUNDING).to_bits() as i8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::dequantize;
    use crate::kernels::fixed_point::product_plain;
    use crate::kernels::noise;

    /// Eight bits an activation leave half of 1/127 of a block's largest value; over a row the errors average out.
    /// Relative to the largest output, in the worst of the shapes below: 4.2e-3.
    const TOLERANCE: f32 = 8e-3;

    /// Every path that this machine can take.
    fn paths() -> Vec<Panels> {
        let mut paths = vec![Panels::Portable];
        #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
        match Panels::detect() {
            Panels::Portable => {}
            Panels::Avx2 => paths.push(Panels::Avx2),
            Panels::Vnni => paths.extend([Panels::Avx2, Panels::Vnni]),
        }
        paths
    }

    /// Rows of blocks from random bits, with a scale that keeps them near 1.
    fn stored(ty: TensorType, seed: u64, n_out: usize, n_in: usize) -> Vec<u8> {
        let n_blocks = n_out * n_in / BLOCK;
        let bits = noise(seed, n_blocks * ty.block_bytes());
        let mut bytes: Vec<u8> = bits.iter().map(|value| (value * 128.0) as i8 as u8).collect();
        for (i, block) in bytes.chunks_exact_mut(ty.block_bytes()).enumerate() {
            let half = |value: f32| half::f16::from_f32(value).to_le_bytes();
            let step = if ty == TensorType::Q8_0 { 1.0 / 128.0 } else { 1.0 / 8.0 };
            block[..2].copy_from_slice(&half(step * (0.5 + (i % 7) as f32 / 14.0)));
            if ty == TensorType::Q4_1 {
                block[2..4].copy_from_slice(&half(-0.7 - (i % 5) as f32 / 20.0));
            }
        }
        bytes
    }

    #[test]
    fn every_path_agrees_with_the_plain_twin_over_odd_shapes() {
        for ty in [TensorType::Q8_0, TensorType::Q4_0, TensorType::Q4_1] {
            for (rows, n_in, n_out) in
                [(1, 32, 1), (1, 96, 5), (2, 576, 9), (3, 64, 4), (4, 32, 3), (9, 320, 33), (1, 64, 16), (6, 256, 8)]
            {
                let (x, bytes) = (noise(1, rows * n_in), stored(ty, 2, n_out, n_in));
                let expected = product_plain(&x, &dequantize(ty, &bytes).unwrap(), &vec![0.0; n_out], n_in);
                let largest = expected.iter().fold(1f32, |m, v| m.max(v.abs()));
                for path in paths() {
                    let got = product_by(path, &[BlockMatrix { ty, bytes: &bytes, n_out }], &x, n_in);
                    assert_eq!(got.len(), expected.len());
                    for (got, expected) in got.iter().zip(&expected) {
                        assert!(
                            (got - expected).abs() <= TOLERANCE * largest,
                            "{path:?} {ty} {rows}x{n_in}x{n_out}: {got} for {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn neither_company_nor_threads_change_a_bit_of_a_result() {
        let (n_in, n_out, rows) = (192, 2 * 700, 7);
        for ty in [TensorType::Q8_0, TensorType::Q4_0, TensorType::Q4_1] {
            let (x, bytes) = (noise(3, rows * n_in), stored(ty, 4, n_out, n_in));
            let whole = BlockMatrix { ty, bytes: &bytes, n_out };
            let (upper, lower) = bytes.split_at(bytes.len() / 2);
            let halves = [upper, lower].map(|bytes| BlockMatrix { ty, bytes, n_out: n_out / 2 });
            for path in paths() {
                let together = product_by(path, &[whole], &x, n_in);
                assert_eq!(product_by(path, &halves, &x, n_in), together, "{path:?} {ty}");
                let alone = x.chunks_exact(n_in).flat_map(|x| product_by(path, &[whole], x, n_in));
                assert_eq!(alone.collect::<Vec<f32>>(), together, "{path:?} {ty}");
                let pieces = pieces(&halves, n_in / BLOCK, 3);
                assert!(pieces.len() > 3 && pieces.windows(2).all(|two| two[0].0 + two[0].1.n_out == two[1].0));
                let apart = pieces.iter().map(|(_, piece)| product_by(path, &[*piece], &x, n_in)).collect::<Vec<_>>();
                let of_row = |row: usize| {
                    let sums = apart.iter().zip(&pieces);
                    sums.flat_map(move |(sums, (_, piece))| sums[row * piece.n_out..][..piece.n_out].to_vec())
                };
                assert_eq!((0..7).flat_map(of_row).collect::<Vec<f32>>(), together, "{path:?} {ty}");
            }
        }
    }

    #[test]
    fn extremes_stay_exact_and_finite() {
        // 1 as f16, then the most negative byte of all, which no quantizer writes.
        let bytes = [[0x00, 0x3c].as_slice(), &[0x80; 32]].concat();
        let matrix = [BlockMatrix { ty: TensorType::Q8_0, bytes: &bytes, n_out: 1 }];
        for path in paths() {
            assert_eq!(product_by(path, &matrix, &[127.0; 32], 32), [-128.0 * 127.0 * 32.0], "{path:?}");
            assert_eq!(product_by(path, &matrix, &[-127.0; 64], 32), [128.0 * 127.0 * 32.0; 2], "{path:?}");
            assert_eq!(product_by(path, &matrix, &[1e-42; 32], 32), [0.0], "{path:?}");
        }
    }
}
