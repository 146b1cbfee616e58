//! From the block formats to f32, bit for bit as ggml's `dequantize_row_*` (`ggml/src/ggml-quants.c`):
//! single precision, every operation rounded, in its order.

use half::f16;

use super::{GgufError, TensorType};

/// Values in a block of the legacy formats: ggml's `QK4_0` and its kin.
const BLOCK: usize = 32;

/// Values in a block of the K formats: ggml's `QK_K`.
const SUPER_BLOCK: usize = 256;

/// The values that `bytes` store as `ty`.
///
/// # Errors
/// [`GgufError::PartialBytes`] where the last block is cut short.
pub fn dequantize(ty: TensorType, bytes: &[u8]) -> Result<Vec<f32>, GgufError> {
    if !bytes.len().is_multiple_of(ty.block_bytes()) {
        return Err(GgufError::PartialBytes { ty, size_bytes: bytes.len() });
    }
    let mut out = vec![0.0; bytes.len() / ty.block_bytes() * ty.block_len()];
    match ty {
        TensorType::F32 => each(bytes, &mut out, |&x: &[u8; 4], [y]: &mut [f32; 1]| *y = f32::from_le_bytes(x)),
        TensorType::F16 => {
            each(bytes, &mut out, |&x: &[u8; 2], [y]: &mut [f32; 1]| *y = f16::from_le_bytes(x).to_f32())
        }
        TensorType::BF16 => {
            each(bytes, &mut out, |x: &[u8; 2], [y]: &mut [f32; 1]| {
                *y = f32::from_bits(u32::from_le_bytes([0, 0, x[0], x[1]]))
            });
        }
        TensorType::Q4_0 => each(bytes, &mut out, q4_0),
        TensorType::Q4_1 => each(bytes, &mut out, q4_1),
        TensorType::Q5_0 => each(bytes, &mut out, q5_0),
        TensorType::Q5_1 => each(bytes, &mut out, q5_1),
        TensorType::Q8_0 => each(bytes, &mut out, q8_0),
        TensorType::Q4_K => each(bytes, &mut out, q4_k),
        TensorType::Q5_K => each(bytes, &mut out, q5_k),
        TensorType::Q6_K => each(bytes, &mut out, q6_k),
    }
    Ok(out)
}

/// Block by block: `BYTES` in, `VALUES` out.
fn each<const BYTES: usize, const VALUES: usize>(
    bytes: &[u8],
    out: &mut [f32],
    block: impl Fn(&[u8; BYTES], &mut [f32; VALUES]),
) {
    for (x, y) in bytes.as_chunks().0.iter().zip(out.as_chunks_mut().0) {
        block(x, y);
    }
}

/// The f16 at this byte of a block.
fn f16_at(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

fn q8_0(block: &[u8; 34], y: &mut [f32; BLOCK]) {
    let d = f16_at(block, 0);
    for (y, &q) in y.iter_mut().zip(&block[2..]) {
        *y = f32::from(q as i8) * d;
    }
}

fn q4_0(block: &[u8; 18], y: &mut [f32; BLOCK]) {
    let d = f16_at(block, 0);
    nibbles(&block[2..], y, |_, q| f32::from(q as i8 - 8) * d);
}

fn q4_1(block: &[u8; 20], y: &mut [f32; BLOCK]) {
    let (d, min) = (f16_at(block, 0), f16_at(block, 2));
    nibbles(&block[4..], y, |_, q| f32::from(q) * d + min);
}

fn q5_0(block: &[u8; 22], y: &mut [f32; BLOCK]) {
    let d = f16_at(block, 0);
    nibbles(&block[6..], y, |j, q| f32::from((q | fifth_bit(&block[2..6], j)) as i8 - 16) * d);
}

fn q5_1(block: &[u8; 24], y: &mut [f32; BLOCK]) {
    let (d, min) = (f16_at(block, 0), f16_at(block, 2));
    nibbles(&block[8..], y, |j, q| f32::from(q | fifth_bit(&block[4..8], j)) * d + min);
}

/// The low halves of all bytes come first, then their high halves. `value` is given the place in the
/// block and the four bits.
fn nibbles(bytes: &[u8], y: &mut [f32], value: impl Fn(usize, u8) -> f32) {
    let (low, high) = y.split_at_mut(bytes.len());
    for (j, &q) in bytes.iter().enumerate() {
        low[j] = value(j, q & 0x0f);
        high[j] = value(j + bytes.len(), q >> 4);
    }
}

/// Bit `j` of these bytes, moved to where a fifth bit belongs.
fn fifth_bit(bytes: &[u8], j: usize) -> u8 {
    ((bytes[j / 8] >> (j % 8)) & 1) << 4
}

/// Scale and minimum of part `j` of eight in a Q4_K or Q5_K block: 6 bits each, packed into 12 bytes as `get_scale_min_k4` has it.
pub fn scale_min(scales: &[u8], j: usize) -> (f32, f32) {
    let (scale, min) = if j < 4 {
        (scales[j] & 63, scales[j + 4] & 63)
    } else {
        ((scales[j + 4] & 0x0f) | ((scales[j - 4] >> 6) << 4), (scales[j + 4] >> 4) | ((scales[j] >> 6) << 4))
    };
    (f32::from(scale), f32::from(min))
}

fn q4_k(block: &[u8; 144], y: &mut [f32; SUPER_BLOCK]) {
    let (d, dmin) = (f16_at(block, 0), f16_at(block, 2));
    // Each 32 bytes hold two parts: one in the low halves, one in the high ones.
    for (pair, (bytes, y)) in block[16..].chunks_exact(32).zip(y.chunks_exact_mut(64)).enumerate() {
        let parts = [2 * pair, 2 * pair + 1].map(|j| scale_min(&block[4..16], j)).map(|(s, m)| (d * s, dmin * m));
        nibbles(bytes, y, |at, q| parts[at / 32].0 * f32::from(q) - parts[at / 32].1);
    }
}

fn q5_k(block: &[u8; 176], y: &mut [f32; SUPER_BLOCK]) {
    let (d, dmin) = (f16_at(block, 0), f16_at(block, 2));
    let fifth = &block[16..48];
    for (pair, (bytes, y)) in block[48..].chunks_exact(32).zip(y.chunks_exact_mut(64)).enumerate() {
        let parts = [2 * pair, 2 * pair + 1].map(|j| scale_min(&block[4..16], j)).map(|(s, m)| (d * s, dmin * m));
        nibbles(bytes, y, |at, q| {
            let part = at / 32;
            let high = (fifth[at % 32] >> (2 * pair + part)) & 1;
            parts[part].0 * f32::from(q | (high << 4)) - parts[part].1
        });
    }
}

fn q6_k(block: &[u8; 210], y: &mut [f32; SUPER_BLOCK]) {
    let (low, rest) = block.split_at(128);
    let (high, rest) = rest.split_at(64);
    let (scales, d) = rest.split_at(16);
    let d = f16_at(d, 0);
    // Two halves of 128: four rows of 32 share 64 bytes of low bits and 32 bytes of high bits.
    for (half, y) in y.chunks_exact_mut(128).enumerate() {
        let (low, high, scales) = (&low[half * 64..][..64], &high[half * 32..][..32], &scales[half * 8..][..8]);
        for (at, y) in y.iter_mut().enumerate() {
            let (row, col) = (at / 32, at % 32);
            let low = (low[at % 64] >> (row / 2 * 4)) & 0x0f;
            let high = (high[col] >> (2 * row)) & 3;
            let q = (low | (high << 4)) as i8 - 32;
            *y = d * f32::from(scales[at / 16] as i8) * f32::from(q);
        }
    }
}
