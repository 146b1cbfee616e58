//! Weights on a GPU, and the kernels that read them.

use burn::tensor::wgpu::wgpu::Buffer;

use super::{Compiler, Constant, Count, Op, bind, filled, room, spread};
use crate::gguf::{GgufError, TensorType, TensorView, dequantize, quantize};
use crate::kernels::repack::q4_k_to_q4_1;
use crate::platform::device::Gpu;

const MATVEC: &str = include_str!("matvec.wgsl");
const MATMUL: &str = concat!(include_str!("run.wgsl"), include_str!("matmul.wgsl"));
const EMBED: &str = include_str!("embed.wgsl");
const WEIGHTS: &str = include_str!("weights.wgsl");

/// Outputs that a workgroup of `matvec.wgsl` makes, and the tile of `matmul.wgsl`.
const OUTS: u32 = 4;
const TILE_OUTS: u32 = 64;
const TILE_ROWS: u32 = 32;

/// Bytes of the file that go to the GPU at once.
const UPLOAD_BYTES: usize = 4 << 20;

/// `[n_out, n_in]` and a bias, in a format that kernels dequantize as they read; scales apart from quants, both aligned.
pub struct Matrix {
    format: TensorType,
    n_out: usize,
    n_in: usize,
    quants: Buffer,
    scales: Option<Buffer>,
    bias: Option<Buffer>,
    /// Where its outputs begin in a row of several matrices' outputs.
    offset: usize,
}

/// Why a GPU does not take a matrix.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    #[error(transparent)]
    Gguf(#[from] GgufError),
    #[error("`{name}` has rows of {n_in} weights; on a GPU they are multiples of 8")]
    Width { name: String, n_in: usize },
}

impl Matrix {
    /// Several matrices of one input: those that lie side by side in one format become one, and one that is larger than
    /// what the GPU binds at once becomes several. `bias` is of all outputs.
    ///
    /// # Errors
    /// See [`MatrixError`].
    pub fn load(gpu: &Gpu, views: &[TensorView<'_>], bias: Option<&[f32]>) -> Result<Vec<Matrix>, MatrixError> {
        let limits = gpu.device.limits();
        Self::load_within(gpu, views, bias, limits.max_storage_buffer_binding_size.min(limits.max_buffer_size) as usize)
    }

    /// No part with more than `limit` bytes of quants.
    fn load_within(
        gpu: &Gpu,
        views: &[TensorView<'_>],
        bias: Option<&[f32]>,
        limit: usize,
    ) -> Result<Vec<Matrix>, MatrixError> {
        let mut matrices = Vec::new();
        let mut offset = 0;
        let bytes_of = |view: &TensorView<'_>| {
            let format = format_of(view.ty);
            view.shape[0] * view.shape[1] / format.block_len() * (format.block_bytes() - scale_bytes(format))
        };
        for same in views.chunk_by(|a, b| format_of(a.ty) == format_of(b.ty)) {
            let parts = match same.iter().map(bytes_of).sum::<usize>() {
                n_bytes if n_bytes <= limit => vec![same.to_vec()],
                _ => same
                    .iter()
                    .flat_map(|view| split(view, bytes_of(view).div_ceil(limit)))
                    .map(|part| vec![part])
                    .collect(),
            };
            for part in parts {
                let n_out: usize = part.iter().map(|view| view.shape[0]).sum();
                let bias = bias.map(|bias| filled(gpu, &bias[offset..offset + n_out]));
                matrices.push(Matrix { offset, bias, ..Matrix::upload(gpu, &part, n_out)? });
                offset += n_out;
            }
        }
        Ok(matrices)
    }

    fn upload(gpu: &Gpu, group: &[TensorView<'_>], n_out: usize) -> Result<Matrix, MatrixError> {
        let (name, n_in) = (group[0].name, group[0].shape[1]);
        if !n_in.is_multiple_of(8) {
            return Err(MatrixError::Width { name: name.into(), n_in });
        }
        let format = format_of(group[0].ty);
        let n_blocks = n_out * n_in / format.block_len();
        let n_scale = scale_bytes(format);
        let n_quant = format.block_bytes() - n_scale;
        let quants = room(gpu, n_blocks * n_quant);
        let mut n_written = 0;
        let mut all_scales = Vec::with_capacity(n_blocks * n_scale);
        for view in group {
            let row_bytes = view.bytes.len() / view.shape[0];
            let rows = view.bytes.chunks((UPLOAD_BYTES / row_bytes).max(1) * row_bytes);
            for bytes in rows {
                let mut blocks = converted(view.ty, format, bytes, n_in)?;
                if n_scale > 0 {
                    let mut only_quants = Vec::with_capacity(blocks.len());
                    for block in blocks.chunks_exact(format.block_bytes()) {
                        let (scale, quant) = block.split_at(n_scale);
                        only_quants.extend_from_slice(quant);
                        all_scales.extend_from_slice(scale);
                    }
                    blocks = only_quants;
                }
                gpu.queue.write_buffer(&quants, n_written, &blocks);
                n_written += blocks.len() as u64;
            }
        }
        let scales = (n_scale > 0).then(|| {
            // Whole words.
            all_scales.resize(all_scales.len().next_multiple_of(4), 0);
            let scales = room(gpu, all_scales.len());
            gpu.queue.write_buffer(&scales, 0, &all_scales);
            scales
        });
        Ok(Matrix { format, n_out, n_in, quants, scales, bias: None, offset: 0 })
    }

    /// `y[row] = W x[row] + bias` for a pass of one row, in a row of `stride` outputs.
    pub fn for_one(&self, compiler: &mut Compiler<'_>, x: &Buffer, y: &Buffer, stride: usize) -> Op {
        let pipeline = compiler.pipeline(&self.constants(stride), &[WEIGHTS, self.reader(), MATVEC]);
        let [across, down] = spread((self.n_out as u32).div_ceil(OUTS));
        let grid = [Count::Fixed(across), Count::Fixed(down), Count::Rows];
        bind(compiler.gpu, &pipeline, &self.bindings(&[(2, x), (4, y)]), grid)
    }

    /// The same for a pass of many rows.
    pub fn for_many(&self, compiler: &mut Compiler<'_>, x: &Buffer, y: &Buffer, run: &Buffer, stride: usize) -> Op {
        let pipeline = compiler.pipeline(&self.constants(stride), &[WEIGHTS, self.reader(), MATMUL]);
        let grid = [Count::Fixed((self.n_out as u32).div_ceil(TILE_OUTS)), Count::RowsBy(TILE_ROWS), Count::Fixed(1)];
        bind(compiler.gpu, &pipeline, &self.bindings(&[(2, x), (4, y), (5, run)]), grid)
    }

    /// `x[row] = scale * W[ids[row]]` of the ids that are among this matrix' rows.
    pub fn lookup(&self, compiler: &mut Compiler<'_>, ids: &Buffer, x: &Buffer, scale: f32) -> Op {
        let constants = [
            ("N_IN", Constant::Size(self.n_in)),
            ("N_OUT", Constant::Size(self.n_out)),
            ("OFFSET", Constant::Size(self.offset)),
            ("SCALE", Constant::Real(scale)),
        ];
        let pipeline = compiler.pipeline(&constants, &[WEIGHTS, self.reader(), EMBED]);
        let mut buffers = self.weights();
        buffers.extend([(2, ids), (3, x)]);
        let grid = [Count::Fixed((self.n_in as u32 / 8).div_ceil(64)), Count::Rows, Count::Fixed(1)];
        bind(compiler.gpu, &pipeline, &buffers, grid)
    }

    fn weights(&self) -> Vec<(u32, &Buffer)> {
        [Some((0, &self.quants)), self.scales.as_ref().map(|scales| (1, scales))].into_iter().flatten().collect()
    }

    fn bindings<'a>(&'a self, others: &[(u32, &'a Buffer)]) -> Vec<(u32, &'a Buffer)> {
        let mut buffers = self.weights();
        buffers.extend(others);
        // A kernel without a bias names the binding all the same.
        buffers.push((3, self.bias.as_ref().unwrap_or(&self.quants)));
        buffers
    }

    fn constants(&self, stride: usize) -> [(&'static str, Constant); 5] {
        [
            ("N_IN", Constant::Size(self.n_in)),
            ("N_OUT", Constant::Size(self.n_out)),
            ("STRIDE", Constant::Size(stride)),
            ("OFFSET", Constant::Size(self.offset)),
            ("HAS_BIAS", Constant::Flag(self.bias.is_some())),
        ]
    }

    fn reader(&self) -> &'static str {
        match self.format {
            TensorType::F16 => include_str!("f16.wgsl"),
            TensorType::Q4_0 => concat!(include_str!("nibbles.wgsl"), include_str!("q4_0.wgsl")),
            TensorType::Q4_1 => concat!(include_str!("nibbles.wgsl"), include_str!("q4_1.wgsl")),
            TensorType::Q8_0 => include_str!("q8_0.wgsl"),
            _ => include_str!("f32.wgsl"),
        }
    }
}

/// What kernels read a type as: itself, or what holds it with the least loss.
fn format_of(ty: TensorType) -> TensorType {
    match ty {
        TensorType::F32 | TensorType::F16 | TensorType::Q4_0 | TensorType::Q4_1 | TensorType::Q8_0 => ty,
        TensorType::BF16 => TensorType::F32,
        TensorType::Q4_K => TensorType::Q4_1,
        _ => TensorType::Q8_0,
    }
}

/// Its rows in `n` parts of like size.
fn split<'a>(view: &TensorView<'a>, n: usize) -> Vec<TensorView<'a>> {
    let n_out = view.shape[0];
    let rows = n_out.div_ceil(n).max(1);
    let row_bytes = view.bytes.len() / n_out;
    let part =
        |bytes: &'a [u8]| TensorView { shape: vec![bytes.len() / row_bytes, view.shape[1]], bytes, ..view.clone() };
    view.bytes.chunks(rows * row_bytes).map(part).collect()
}

/// Bytes of a block's scale and minimum.
fn scale_bytes(format: TensorType) -> usize {
    match format {
        TensorType::Q4_0 | TensorType::Q8_0 => 2,
        TensorType::Q4_1 => 4,
        _ => 0,
    }
}

/// Whole rows of `n_in` weights in another format.
fn converted(ty: TensorType, format: TensorType, bytes: &[u8], n_in: usize) -> Result<Vec<u8>, GgufError> {
    match (ty, format) {
        _ if ty == format => Ok(bytes.to_vec()),
        (TensorType::Q4_K, TensorType::Q4_1) => Ok(q4_k_to_q4_1(bytes)),
        _ => quantize(format, &dequantize(ty, bytes)?, n_in),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::wgpu::wgpu::CommandEncoderDescriptor;

    use super::super::{Run, read, record, run_buffer, staging};
    use super::*;
    use crate::kernels::noise;
    use crate::platform::block_on;
    use crate::platform::device::Placement;

    const N_IN: usize = 512;

    /// Blocks of noise, whose scales and minima are of a usual size.
    fn noisy(ty: TensorType, n_out: usize) -> Vec<u8> {
        let n_values = n_out * N_IN;
        if TensorType::WRITABLE.contains(&ty) {
            return quantize(ty, &noise(n_out as u64, n_values), N_IN).unwrap();
        }
        let n_bytes = n_values / ty.block_len() * ty.block_bytes();
        let mut bytes: Vec<u8> = noise(7, n_bytes).iter().map(|value| (value * 128.0) as i8 as u8).collect();
        let scales: &[usize] = match ty {
            TensorType::Q5_0 => &[0],
            TensorType::Q6_K => &[208],
            TensorType::BF16 => &[],
            _ => &[0, 2],
        };
        for block in bytes.chunks_exact_mut(ty.block_bytes()) {
            if ty == TensorType::BF16 {
                block[1] = 0x3f;
            }
            scales.iter().for_each(|&at| block[at..at + 2].copy_from_slice(&half::f16::from_f32(0.01).to_le_bytes()));
        }
        bytes
    }

    /// Two matrices of a type and one of Q8_0 side by side, of odd numbers of outputs, and a bias.
    #[test]
    fn every_type_multiplies_as_its_values_do() {
        let gpu = block_on(Placement::gpu()).expect("a Vulkan driver: ./dev test installs a software one").gpu.unwrap();
        for ty in TensorType::ALL {
            let parts = [(ty, 37), (ty, 5), (TensorType::Q8_0, 70)];
            let bytes: Vec<Vec<u8>> = parts.iter().map(|&(ty, n_out)| noisy(ty, n_out)).collect();
            let view = |(i, &(ty, n_out)): (usize, &(TensorType, usize))| TensorView {
                name: "w",
                ty,
                shape: vec![n_out, N_IN],
                bytes: &bytes[i],
            };
            let views: Vec<TensorView<'_>> = parts.iter().enumerate().map(view).collect();
            let stride = 112;
            let bias = noise(3, stride);
            // Whole, and in parts of a few rows.
            for (limit, rows) in [(usize::MAX, 1), (usize::MAX, 45), (11 * N_IN, 1)] {
                let matrices = Matrix::load_within(&gpu, &views, Some(&bias), limit).unwrap();
                let x = noise(11, rows * N_IN);
                let run = Run { n_past: 0, rows: rows as u32, capacity: 0, n_spans: 1, span: 1, padding: [0; 3] };
                let buffers = (filled(&gpu, &x), room(&gpu, rows * stride * 4), run_buffer(&gpu));
                gpu.queue.write_buffer(&buffers.2, 0, bytemuck::bytes_of(&run));
                let mut compiler = Compiler::new(&gpu);
                let ops: Vec<Op> = matrices
                    .iter()
                    .map(|matrix| match rows {
                        1 => matrix.for_one(&mut compiler, &buffers.0, &buffers.1, stride),
                        _ => matrix.for_many(&mut compiler, &buffers.0, &buffers.1, &buffers.2, stride),
                    })
                    .collect();
                let mut encoder = gpu.device.create_command_encoder(&CommandEncoderDescriptor { label: None });
                record(&mut encoder, ops.iter(), &run);
                let staging = staging(&gpu, rows * stride);
                encoder.copy_buffer_to_buffer(&buffers.1, 0, &staging, 0, staging.size());
                gpu.queue.submit([encoder.finish()]);
                let got: Vec<f32> = block_on(read(&gpu, &staging)).unwrap();

                let weights: Vec<f32> = views.iter().flat_map(TensorView::to_f32).collect();
                let expected = x.chunks_exact(N_IN).flat_map(|x| {
                    let rows = weights.chunks_exact(N_IN).zip(&bias);
                    rows.map(|(w, bias)| w.iter().zip(x).map(|(w, x)| w * x).sum::<f32>() + bias).collect::<Vec<_>>()
                });
                let (mut error, mut size) = (0.0, 0.0);
                for (got, expected) in got.iter().zip(expected) {
                    error += (got - expected).powi(2);
                    size += expected.powi(2);
                }
                // Types without a kernel become others: Q8_0 with its own rounding.
                let limit = if format_of(ty) == ty || ty == TensorType::BF16 { 1e-5 } else { 6e-3 };
                let share = f32::sqrt(error / size);
                assert!(share <= limit, "{ty}, {rows} rows: {share}");
            }
        }
    }
}
