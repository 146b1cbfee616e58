use burn::tensor::quantization::{QuantScheme, QuantStore, QuantValue, ScaleDtype};
use burn::tensor::{Bytes, DType, Tensor, TensorData, module};

use crate::gguf::{Gguf, TensorType};
use crate::kernels::fixed_point::FixedPointMatrix;
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
    Float { weight: Tensor<2>, bias: Tensor<1> },
    /// Quantized weights on the CPU.
    FixedPoint { matrix: FixedPointMatrix, bias: Vec<f32> },
    /// Quantized weights on a GPU, `[n_in, n_out]`, dequantized inside the matrix product.
    Blocks { weight: Tensor<2>, bias: Tensor<1> },
}

impl Linear {
    /// Loads `<name>.weight` `[n_out, n_in]` and `<name>.bias` `[n_out]` of each of `names`, stacked along the
    /// outputs: one product where the file has several of the same input (query, key, value).
    pub fn load(
        gguf: &Gguf,
        names: &[String],
        [n_out, n_in]: [usize; 2],
        placement: &Placement,
    ) -> Result<Self, ModelError> {
        let mut bias = Vec::with_capacity(n_out * names.len());
        let mut views = Vec::with_capacity(names.len());
        for name in names {
            let view = gguf.tensor(&format!("{name}.weight"))?;
            expect_shape(view.name, &view.shape, &[n_out, n_in])?;
            views.push(view);
            bias.extend(vector(gguf, &format!("{name}.bias"), n_out)?);
        }
        let n_out = n_out * names.len();
        let ty = views[0].ty;
        let blocks = matches!(ty, TensorType::Q8_0 | TensorType::Q4_0) && views.iter().all(|view| view.ty == ty);
        let device = &placement.device;
        let dense = || views.iter().flat_map(|view| view.to_f32()).collect::<Vec<f32>>();
        let weights = match (blocks, placement.kind) {
            (true, DeviceKind::Cpu) => {
                Weights::FixedPoint { matrix: FixedPointMatrix::pack(&dense(), n_out, n_in), bias }
            }
            (true, DeviceKind::Gpu) => {
                let bytes: Vec<u8> = views.iter().flat_map(|view| view.bytes.iter().copied()).collect();
                let data = block_tensor(ty, &bytes, n_out, n_in);
                Weights::Blocks {
                    weight: Tensor::<2>::from_data(data, device).swap_dims(0, 1),
                    bias: Tensor::from_data(TensorData::new(bias, [n_out]), device),
                }
            }
            (false, _) => Weights::Float {
                weight: Tensor::<2>::from_data(TensorData::new(dense(), [n_out, n_in]), device).swap_dims(0, 1),
                bias: Tensor::from_data(TensorData::new(bias, [n_out]), device),
            },
        };
        Ok(Self { weights, n_out })
    }

    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, seq, n_in] = x.dims();
        let n_out = self.n_out;
        match &self.weights {
            Weights::Float { weight, bias } => module::linear(x, weight.clone(), Some(bias.clone())),
            Weights::FixedPoint { matrix, bias } => {
                let device = x.device();
                // The CPU backend's data is at hand: this neither waits nor copies.
                let data = x.into_data();
                let y = matrix.product(data.as_slice::<f32>().expect("activations are f32"), bias);
                Tensor::from_data(TensorData::new(y, [batch, seq, n_out]), &device)
            }
            Weights::Blocks { weight, bias } => {
                let y = x.reshape([batch * seq, n_in]).matmul(weight.clone());
                y.reshape([batch, seq, n_out]) + bias.clone().reshape([1, 1, n_out])
            }
        }
    }
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
