use std::fmt;

use super::quantize::dequantize;

/// How a tensor's values are stored. The discriminants are ggml's `ggml_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum TensorType {
    F32 = 0,
    F16 = 1,
    /// Blocks of 32: an f16 scale, then 16 bytes with two 4-bit values each.
    Q4_0 = 2,
    /// Blocks of 32: an f16 scale, then 32 signed bytes.
    Q8_0 = 8,
}

impl TensorType {
    pub const ALL: [TensorType; 4] = [TensorType::F32, TensorType::F16, TensorType::Q4_0, TensorType::Q8_0];

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
            TensorType::F32 | TensorType::F16 => 1,
            TensorType::Q4_0 | TensorType::Q8_0 => 32,
        }
    }

    /// Bytes per block.
    pub const fn block_bytes(self) -> usize {
        match self {
            TensorType::F32 => 4,
            TensorType::F16 => 2,
            TensorType::Q4_0 => 2 + 16,
            TensorType::Q8_0 => 2 + 32,
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

/// ggml's name: `F32`, `Q8_0`.
impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TensorType::F32 => "F32",
            TensorType::F16 => "F16",
            TensorType::Q4_0 => "Q4_0",
            TensorType::Q8_0 => "Q8_0",
        })
    }
}

/// What the file says about a tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    pub name: String,
    pub ty: TensorType,
    /// Row-major: `[rows, cols]` for a matrix, `[]` for a scalar.
    pub shape: Vec<usize>,
    /// Where its values start, in bytes from the start of the file.
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
