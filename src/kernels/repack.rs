//! K-quants as simpler blocks that have a [product](super::blocks).

use half::f16;

use crate::gguf::{TensorType, scale_min};

const SUPER_BLOCK_BYTES: usize = TensorType::Q4_K.block_bytes();
const BLOCK_BYTES: usize = TensorType::Q4_1.block_bytes();

/// Q4_K (4.5 bits a value) as Q4_1 (5 bits): the same four bits, with each part's scale and minimum multiplied out and
/// rounded to f16, which moves a value by 2⁻¹¹ of itself at most.
pub fn q4_k_to_q4_1(bytes: &[u8]) -> Vec<u8> {
    let super_blocks = bytes.as_chunks::<SUPER_BLOCK_BYTES>().0;
    let mut out = Vec::with_capacity(super_blocks.len() * 8 * BLOCK_BYTES);
    for block in super_blocks {
        let [d, d_min] = [0, 2].map(|at| f16::from_le_bytes([block[at], block[at + 1]]).to_f32());
        for part in 0..8 {
            let (scale, min) = scale_min(&block[4..16], part);
            out.extend(f16::from_f32(d * scale).to_le_bytes());
            out.extend(f16::from_f32(-d_min * min).to_le_bytes());
            // Two parts share 32 bytes: one has the low halves, one the high ones.
            let values = &block[16 + part / 2 * 32..][..32];
            let nibble = |i: usize| values[i] >> (4 * (part % 2)) & 0xf;
            out.extend((0..16).map(|i| nibble(i) | nibble(i + 16) << 4));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::dequantize;
    use crate::kernels::noise;

    /// An f16 has eleven bits; scale and minimum may err to the same side.
    const SHARE: f32 = 1.0 / 1024.0;

    #[test]
    fn values_stay_what_they_were_but_for_the_rounding_of_scales() {
        let bits = noise(5, 9 * SUPER_BLOCK_BYTES);
        let mut bytes: Vec<u8> = bits.iter().map(|value| (value * 128.0) as i8 as u8).collect();
        for block in bytes.chunks_exact_mut(SUPER_BLOCK_BYTES) {
            block[..2].copy_from_slice(&f16::from_f32(0.013).to_le_bytes());
            block[2..4].copy_from_slice(&f16::from_f32(0.021).to_le_bytes());
        }
        let expected = dequantize(TensorType::Q4_K, &bytes).unwrap();
        let got = dequantize(TensorType::Q4_1, &q4_k_to_q4_1(&bytes)).unwrap();
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(&expected) {
            assert!((got - expected).abs() <= SHARE * (0.013 * 63.0 * 15.0), "{got} for {expected}");
        }
        assert!(expected.iter().any(|value| *value > 1.0) && expected.iter().any(|value| *value < -0.5));
    }
}
