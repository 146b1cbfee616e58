use std::fmt;

use super::dequantize;

/// How a tensor's values are stored. The discriminants are ggml's `ggml_type`, the layouts those of
/// `ggml/src/ggml-common.h`; bits per value include the scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
#[expect(non_camel_case_types, reason = "these are ggml's names, and people search for them")]
pub enum TensorType {
    F32 = 0,
    F16 = 1,
    /// Blocks of 32: an f16 scale, then 16 bytes with two 4-bit values each. 4.5 bits.
    Q4_0 = 2,
    /// Blocks of 32: an f16 scale, an f16 minimum, then 4-bit values. 5 bits.
    Q4_1 = 3,
    /// Blocks of 32: an f16 scale, 32 fifth bits, then 4-bit values. 5.5 bits.
    Q5_0 = 6,
    /// Blocks of 32: an f16 scale, an f16 minimum, 32 fifth bits, then 4-bit values. 6 bits.
    Q5_1 = 7,
    /// Blocks of 32: an f16 scale, then 32 signed bytes. 8.5 bits.
    Q8_0 = 8,
    /// Blocks of 256 in 8 parts: two f16, 6-bit scales and minima of them, 4-bit values. 4.5 bits.
    Q4_K = 12,
    /// As `Q4_K`, with 256 fifth bits. 5.5 bits.
    Q5_K = 13,
    /// Blocks of 256 in 16 parts: 6-bit values, 8-bit scales of one f16. 6.5625 bits.
    Q6_K = 14,
    /// The upper half of an f32.
    BF16 = 30,
}

impl TensorType {
    /// What this build reads.
    pub const ALL: [TensorType; 11] = [
        TensorType::F32,
        TensorType::F16,
        TensorType::Q4_0,
        TensorType::Q4_1,
        TensorType::Q5_0,
        TensorType::Q5_1,
        TensorType::Q8_0,
        TensorType::Q4_K,
        TensorType::Q5_K,
        TensorType::Q6_K,
        TensorType::BF16,
    ];

    /// What [`quantize`](super::quantize) writes.
    pub const WRITABLE: [TensorType; 4] = [TensorType::F32, TensorType::F16, TensorType::Q4_0, TensorType::Q8_0];

    pub fn from_id(id: u32) -> Option<TensorType> {
        TensorType::ALL.into_iter().find(|ty| ty.id() == id)
    }

    /// ggml's number for this type.
    pub fn id(self) -> u32 {
        self as u32
    }

    /// Values per block.
    pub const fn block_len(self) -> usize {
        match self {
            TensorType::F32 | TensorType::F16 | TensorType::BF16 => 1,
            TensorType::Q4_0 | TensorType::Q4_1 | TensorType::Q5_0 | TensorType::Q5_1 | TensorType::Q8_0 => 32,
            TensorType::Q4_K | TensorType::Q5_K | TensorType::Q6_K => 256,
        }
    }

    /// Bytes per block.
    pub const fn block_bytes(self) -> usize {
        match self {
            TensorType::F32 => 4,
            TensorType::F16 | TensorType::BF16 => 2,
            TensorType::Q4_0 => 2 + 16,
            TensorType::Q4_1 => 2 + 2 + 16,
            TensorType::Q5_0 => 2 + 4 + 16,
            TensorType::Q5_1 => 2 + 2 + 4 + 16,
            TensorType::Q8_0 => 2 + 32,
            TensorType::Q4_K => 2 + 2 + 12 + 128,
            TensorType::Q5_K => 2 + 2 + 12 + 32 + 128,
            TensorType::Q6_K => 128 + 64 + 16 + 2,
        }
    }

    /// Bytes that a tensor of this row-major shape takes; `None` where its rows do not divide into
    /// blocks or the size does not fit an address.
    pub fn size_bytes(self, shape: &[usize]) -> Option<usize> {
        let n_cols = shape.last().copied().unwrap_or(1);
        if !n_cols.is_multiple_of(self.block_len()) {
            return None;
        }
        let n_values = shape.iter().try_fold(1usize, |n, &dim| n.checked_mul(dim))?;
        (n_values / self.block_len()).checked_mul(self.block_bytes())
    }
}

/// ggml's name: `F32`, `Q4_K`.
impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(type_name(self.id()).expect("every type read here is one of ggml's"))
    }
}

/// What ggml calls the type of this number (`ggml/include/ggml.h`), read here or not.
pub(super) fn type_name(id: u32) -> Option<&'static str> {
    Some(match id {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        6 => "Q5_0",
        7 => "Q5_1",
        8 => "Q8_0",
        9 => "Q8_1",
        10 => "Q2_K",
        11 => "Q3_K",
        12 => "Q4_K",
        13 => "Q5_K",
        14 => "Q6_K",
        15 => "Q8_K",
        16 => "IQ2_XXS",
        17 => "IQ2_XS",
        18 => "IQ3_XXS",
        19 => "IQ1_S",
        20 => "IQ4_NL",
        21 => "IQ3_S",
        22 => "IQ2_S",
        23 => "IQ4_XS",
        24 => "I8",
        25 => "I16",
        26 => "I32",
        27 => "I64",
        28 => "F64",
        29 => "IQ1_M",
        30 => "BF16",
        34 => "TQ1_0",
        35 => "TQ2_0",
        39 => "MXFP4",
        40 => "NVFP4",
        _ => return None,
    })
}

/// What the file says about a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    pub name: String,
    pub ty: TensorType,
    /// Row-major: `[rows, cols]` for a matrix, `[]` for a scalar.
    pub shape: Vec<usize>,
    /// Which file of a split model holds it, from 0.
    pub part: usize,
    /// Where its values start, in bytes from the start of that file.
    pub offset: usize,
    /// Bytes that its values take.
    pub size_bytes: usize,
}

/// A tensor's values, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorView<'a> {
    pub name: &'a str,
    pub ty: TensorType,
    /// Row-major: `[rows, cols]` for a matrix, `[]` for a scalar.
    pub shape: Vec<usize>,
    /// Little-endian, block after block, row after row.
    pub bytes: &'a [u8],
}

impl TensorView<'_> {
    /// The values in row-major order.
    pub fn to_f32(&self) -> Vec<f32> {
        dequantize(self.ty, self.bytes).expect("the size of a view fits its type and shape")
    }
}
