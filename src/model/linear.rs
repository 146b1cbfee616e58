use std::sync::Arc;

use burn::tensor::quantization::{QuantScheme, QuantStore, QuantValue, ScaleDtype};
use burn::tensor::{Bytes, DType, Tensor, TensorData, module};

use crate::gguf::{Gguf, GgufError, TensorType, TensorView, dequantize, quantize};
use crate::kernels::blocks::{self, BlockMatrix};
use crate::kernels::fixed_point::FixedPointMatrix;
use crate::kernels::repack::q4_k_to_q4_1;
use crate::model::ModelError;
use crate::platform::device::Placement;
use crate::protocol::DeviceKind;

/// `y = x · Wᵀ + b` for every precision and device: `x` is `[batch, seq, n_in]`, `y` `[batch, seq, n_out]`.
pub struct Linear {
    weights: Weights,
    n_out: usize,
}

enum Weights {
    /// `[n_in, n_out]` and `[n_out]`; unquantized weights on any device.
    Float { weight: Tensor<2>, bias: Option<Tensor<1>> },
    /// Quantized weights on the CPU, packed for many rows at a time.
    FixedPoint { matrix: FixedPointMatrix, bias: Vec<f32> },
    /// Quantized weights on the CPU as the file has them, matrix after matrix along the outputs.
    Blocks { matrices: Vec<StoredMatrix>, bias: Option<Vec<f32>> },
    /// Quantized weights on a GPU, `[n_in, n_out]`, dequantized inside the matrix product.
    DeviceBlocks { weight: Tensor<2>, bias: Option<Tensor<1>> },
}

/// A matrix in blocks that have a product of their own.
struct StoredMatrix {
    ty: TensorType,
    n_out: usize,
    bytes: BlockBytes,
}

enum BlockBytes {
    /// In the file, which is held anyway: a second copy of a language model would be the larger part of memory.
    InFile { gguf: Arc<Gguf>, name: String },
    /// Repacked from a type that has no product of its own.
    Own(Vec<u8>),
}

impl StoredMatrix {
    fn view(&self) -> BlockMatrix<'_> {
        let bytes = match &self.bytes {
            BlockBytes::Own(bytes) => bytes,
            BlockBytes::InFile { gguf, name } => gguf.tensor(name).expect("it was there when this was loaded").bytes,
        };
        BlockMatrix { ty: self.ty, bytes, n_out: self.n_out }
    }
}

impl Linear {
    /// Loads `<name>.weight` `[n_out, n_in]` and `<name>.bias` `[n_out]` of each of `names`, stacked along the
    /// outputs: one product where the file has several of the same input (query, key, value). On the CPU quantized
    /// weights are packed for inputs of many rows.
    pub fn load(
        gguf: &Gguf,
        names: &[String],
        [n_out, n_in]: [usize; 2],
        placement: &Placement,
    ) -> Result<Self, ModelError> {
        let parts: Vec<(String, usize)> = names.iter().map(|name| (name.clone(), n_out)).collect();
        let stored = Stored::read(gguf, &parts, n_in)?;
        let bias = match stored.bias.clone() {
            Some(bias) => bias,
            None => return Err(GgufError::MissingTensor { name: format!("{}.bias", names[0]) }.into()),
        };
        let n_out = stored.n_out;
        let weights = match (stored.block_type(), placement.kind) {
            (Some(_), DeviceKind::Cpu) => {
                Weights::FixedPoint { matrix: FixedPointMatrix::pack(&stored.dense(), n_out, n_in), bias }
            }
            (Some(ty), DeviceKind::Gpu) => stored.to_device_blocks(ty, placement),
            (None, _) => stored.to_float(placement),
        };
        Ok(Self { weights, n_out })
    }

    /// Loads `<name>.weight` `[n_out, n_in]` of each of `parts`, (name, n_out), stacked along the outputs, with
    /// `<name>.bias` `[n_out]` where the file has them, to the CPU. Quantized weights stay as the file has them, which
    /// serves one row as well as many; types without a product of their own become Q8_0.
    pub fn load_blocks(
        gguf: &Arc<Gguf>,
        parts: &[(String, usize)],
        n_in: usize,
        placement: &Placement,
    ) -> Result<Self, ModelError> {
        let stored = Stored::read(gguf, parts, n_in)?;
        let n_out = stored.n_out;
        let weights = match stored.block_type() {
            Some(_) => Weights::Blocks { matrices: stored.to_blocks(gguf)?, bias: stored.bias },
            None => stored.to_float(placement),
        };
        Ok(Self { weights, n_out })
    }

    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, seq, n_in] = x.dims();
        let n_out = self.n_out;
        match &self.weights {
            Weights::Float { weight, bias } => module::linear(x, weight.clone(), bias.clone()),
            Weights::FixedPoint { matrix, bias } => on_host(x, n_out, |x| matrix.product(x, bias)),
            Weights::Blocks { matrices, bias } => on_host(x, n_out, |x| {
                let matrices: Vec<BlockMatrix<'_>> = matrices.iter().map(StoredMatrix::view).collect();
                let mut y = blocks::product(&matrices, x, n_in);
                if let Some(bias) = bias {
                    let rows = y.chunks_exact_mut(n_out);
                    rows.for_each(|row| row.iter_mut().zip(bias).for_each(|(y, bias)| *y += bias));
                }
                y
            }),
            Weights::DeviceBlocks { weight, bias } => {
                let y = x.reshape([batch * seq, n_in]).matmul(weight.clone()).reshape([batch, seq, n_out]);
                match bias {
                    Some(bias) => y + bias.clone().reshape([1, 1, n_out]),
                    None => y,
                }
            }
        }
    }
}

/// Runs `product`, `[rows, n_in]` to `[rows, n_out]`, on the CPU backend's data, which is at hand: this neither waits
/// nor copies.
pub(super) fn on_host(x: Tensor<3>, n_out: usize, product: impl FnOnce(&[f32]) -> Vec<f32>) -> Tensor<3> {
    let [batch, seq, _] = x.dims();
    let device = x.device();
    let data = x.into_data();
    let y = product(data.as_slice::<f32>().expect("activations are f32"));
    Tensor::from_data(TensorData::new(y, [batch, seq, n_out]), &device)
}

/// Hands a CPU tensor's own numbers to a kernel: this neither waits nor, for a tensor held once, copies.
pub(super) fn in_place<const D: usize>(x: Tensor<D>, kernel: impl FnOnce(&mut [f32])) -> Tensor<D> {
    let device = x.device();
    let mut data = x.into_data();
    kernel(data.as_mut_slice::<f32>().expect("activations are f32"));
    Tensor::from_data(data, &device)
}

/// Matrices of one input as they stand in the file.
pub(super) struct Stored<'a> {
    pub views: Vec<TensorView<'a>>,
    /// Of all of them, or there is none.
    pub bias: Option<Vec<f32>>,
    n_out: usize,
    n_in: usize,
}

impl<'a> Stored<'a> {
    pub fn read(gguf: &'a Gguf, parts: &[(String, usize)], n_in: usize) -> Result<Self, ModelError> {
        let n_out = parts.iter().map(|(_, n_out)| n_out).sum();
        let has_bias = parts.iter().any(|(name, _)| gguf.tensor(&format!("{name}.bias")).is_ok());
        let mut bias = Vec::new();
        let mut views = Vec::with_capacity(parts.len());
        for (name, n_out) in parts {
            let view = gguf.tensor(&format!("{name}.weight"))?;
            expect_shape(view.name, &view.shape, &[*n_out, n_in])?;
            views.push(view);
            if has_bias {
                bias.extend(vector(gguf, &format!("{name}.bias"), *n_out)?);
            }
        }
        Ok(Self { views, bias: has_bias.then_some(bias), n_out, n_in })
    }

    /// The type in blocks that all of them can be had in: their own, Q8_0, or none where one is not quantized.
    fn block_type(&self) -> Option<TensorType> {
        let first = self.views[0].ty;
        match first {
            _ if self.views.iter().any(|view| view.ty.block_len() == 1) => None,
            TensorType::Q8_0 | TensorType::Q4_0 if self.views.iter().all(|view| view.ty == first) => Some(first),
            _ => Some(TensorType::Q8_0),
        }
    }

    fn dense(&self) -> Vec<f32> {
        self.views.iter().flat_map(|view| view.to_f32()).collect()
    }

    fn to_blocks(&self, gguf: &Arc<Gguf>) -> Result<Vec<StoredMatrix>, ModelError> {
        let matrix = |view: &TensorView| {
            let (ty, bytes) = match view.ty {
                ty if blocks::has_product(ty) => {
                    (ty, BlockBytes::InFile { gguf: gguf.clone(), name: view.name.into() })
                }
                TensorType::Q4_K => (TensorType::Q4_1, BlockBytes::Own(q4_k_to_q4_1(view.bytes))),
                _ => (TensorType::Q8_0, BlockBytes::Own(repack(view, TensorType::Q8_0)?)),
            };
            Ok(StoredMatrix { ty, n_out: view.shape[0], bytes })
        };
        self.views.iter().map(matrix).collect()
    }

    fn to_device_blocks(&self, ty: TensorType, placement: &Placement) -> Weights {
        let bytes: Vec<u8> = self
            .views
            .iter()
            .flat_map(|view| match view.ty == ty {
                true => view.bytes.to_vec(),
                false => repack(view, ty).expect("rows of one type of blocks are rows of smaller ones"),
            })
            .collect();
        let data = block_tensor(ty, &bytes, self.n_out, self.n_in);
        Weights::DeviceBlocks {
            weight: Tensor::<2>::from_data(data, &placement.device).swap_dims(0, 1),
            bias: self.device_bias(placement),
        }
    }

    fn to_float(&self, placement: &Placement) -> Weights {
        let data = TensorData::new(self.dense(), [self.n_out, self.n_in]);
        Weights::Float {
            weight: Tensor::<2>::from_data(data, &placement.device).swap_dims(0, 1),
            bias: self.device_bias(placement),
        }
    }

    fn device_bias(&self, placement: &Placement) -> Option<Tensor<1>> {
        let bias = self.bias.clone()?;
        Some(Tensor::from_data(TensorData::new(bias, [self.n_out]), &placement.device))
    }
}

/// The same values as `ty`, row by row, so that no more than a row is ever held in f32.
fn repack(view: &TensorView, ty: TensorType) -> Result<Vec<u8>, ModelError> {
    let row_bytes = view.bytes.len() / view.shape[0];
    let mut out = Vec::with_capacity(ty.size_bytes(&view.shape).unwrap_or(0));
    for row in view.bytes.chunks_exact(row_bytes) {
        out.extend(quantize(ty, &dequantize(view.ty, row)?, view.shape[1])?);
    }
    Ok(out)
}

/// GGUF's blocks of 32 (an f16 scale, then the values) as Burn's: packed values first, `f32` scales behind.
/// Shape `[n_out, n_in]`.
fn block_tensor(ty: TensorType, bytes: &[u8], n_out: usize, n_in: usize) -> TensorData {
    const BLOCK: usize = 32;
    let (value, block_bytes) = match ty {
        TensorType::Q8_0 => (QuantValue::Q8F, 2 + BLOCK),
        TensorType::Q4_0 => (QuantValue::Q4F, 2 + BLOCK / 2),
        other => unreachable!("{other:?} has no blocks"),
    };
    let n_blocks = bytes.len() / block_bytes;
    let mut packed = Vec::with_capacity(n_blocks * (block_bytes + 2));
    let mut scales = Vec::with_capacity(n_blocks * 4);
    for block in bytes.chunks_exact(block_bytes) {
        let scale = half::f16::from_le_bytes([block[0], block[1]]).to_f32();
        scales.extend(scale.to_ne_bytes());
        let quants = &block[2..];
        if value == QuantValue::Q8F {
            packed.extend_from_slice(quants);
        } else {
            // ggml keeps value i and i + 16 in one byte, offset by 8; Burn neighbours, in two's complement.
            let nibble = |i: usize| (quants[i % 16] >> (4 * (i / 16)) & 0xf).wrapping_sub(8) & 0xf;
            packed.extend((0..BLOCK / 2).map(|i| nibble(2 * i) | nibble(2 * i + 1) << 4));
        }
    }
    packed.extend(scales);
    let scheme = QuantScheme::default()
        .with_value(value)
        .with_store(QuantStore::PackedU32(0))
        .per_block([BLOCK as u8], ScaleDtype::F32);
    TensorData::from_bytes(Bytes::from_bytes_vec(packed), [n_out, n_in], DType::QFloat(scheme))
}

/// The values of a one-dimensional tensor that must be `len` long.
pub(super) fn vector(gguf: &Gguf, name: &str, len: usize) -> Result<Vec<f32>, ModelError> {
    let view = gguf.tensor(name)?;
    expect_shape(name, &view.shape, &[len])?;
    Ok(view.to_f32())
}

pub(super) fn expect_shape(name: &str, found: &[usize], expected: &[usize]) -> Result<(), ModelError> {
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Shape { name: name.into(), expected: expected.into(), found: found.into() })
}
