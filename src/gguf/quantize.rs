//! From f32 to the block formats, bit for bit as ggml's `quantize_row_*_ref` (`ggml/src/ggml-quants.c`).

use half::f16;

use super::{GgufError, TensorType};

const BLOCK: usize = TensorType::Q8_0.block_len();

/// Stores `values`, rows of `n_cols`, as `ty`. Blocks run along rows and never cross them.
///
/// The arithmetic is single precision with every operation rounded, as the C source reads. (A ggml
/// compiled with fused multiply-add may differ from its own source by one step in a Q4_0 value that
/// falls on a tie.)
///
/// # Errors
/// [`GgufError::RaggedRows`] and [`GgufError::PartialBlock`] where the lengths do not fit;
/// [`GgufError::NotWritable`] for a type outside [`TensorType::WRITABLE`].
pub fn quantize(ty: TensorType, values: &[f32], n_cols: usize) -> Result<Vec<u8>, GgufError> {
    if n_cols == 0 || !values.len().is_multiple_of(n_cols) {
        return Err(GgufError::RaggedRows { n_values: values.len(), n_cols });
    }
    if !n_cols.is_multiple_of(ty.block_len()) {
        return Err(GgufError::PartialBlock { ty, n_cols });
    }
    let mut out = Vec::with_capacity(values.len() / ty.block_len() * ty.block_bytes());
    match ty {
        TensorType::F32 => values.iter().for_each(|x| out.extend(x.to_le_bytes())),
        TensorType::F16 => values.iter().for_each(|&x| out.extend(f16::from_f32(x).to_le_bytes())),
        TensorType::Q8_0 => values.as_chunks().0.iter().for_each(|block| quantize_q8_0(block, &mut out)),
        TensorType::Q4_0 => values.as_chunks().0.iter().for_each(|block| quantize_q4_0(block, &mut out)),
        ty => return Err(GgufError::NotWritable { ty }),
    }
    Ok(out)
}

/// `1/d`, and 0 for the block of zeros.
fn inverse(d: f32) -> f32 {
    if d == 0.0 { 0.0 } else { 1.0 / d }
}

fn quantize_q8_0(block: &[f32; BLOCK], out: &mut Vec<u8>) {
    let amax = block.iter().fold(0f32, |amax, x| amax.max(x.abs()));
    let d = amax / 127.0;
    let id = inverse(d);
    out.extend(f16::from_f32(d).to_le_bytes());
    // Rounds half away from zero, as C's roundf does.
    out.extend(block.iter().map(|x| (x * id).round() as i8 as u8));
}

/// The scale carries the sign of the value farthest from zero, which thus maps to −8 exactly.
fn quantize_q4_0(block: &[f32; BLOCK], out: &mut Vec<u8>) {
    let max = block.iter().fold(0f32, |max, &x| if max.abs() < x.abs() { x } else { max });
    let d = max / -8.0;
    let id = inverse(d);
    out.extend(f16::from_f32(d).to_le_bytes());
    let nibble = |x: f32| ((x * id + 8.5) as i8).min(15) as u8;
    // Value j lies in the low half of byte j, value j + 16 in its high half.
    let (low, high) = block.split_at(BLOCK / 2);
    out.extend(low.iter().zip(high).map(|(&x0, &x1)| nibble(x0) | nibble(x1) << 4));
}
