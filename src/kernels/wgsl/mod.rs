//! Kernels for a GPU, in WGSL: the decoder's, on the device that Burn has opened. A kernel is a file of WGSL behind the
//! constants of its shape, so that the driver unrolls what it can, and one [`Op`] with its buffers bound.
//!
//! Reductions go through workgroup memory: browsers give wgpu no subgroups. Their twins on the CPU are
//! [`blocks`](super::blocks), [`elementwise`](super::elementwise) and [`attention`](super::attention);
//! `tests/parity_decoder.rs` compares both with PyTorch's.

mod matrix;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

use burn::tensor::wgpu::wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages, CommandEncoder,
    ComputePassDescriptor, ComputePipeline, ComputePipelineDescriptor, MapMode, ShaderModuleDescriptor, ShaderSource,
};
use futures::channel::oneshot;

pub use matrix::{Matrix, MatrixError};

use crate::platform::device::Gpu;

pub const ARGMAX_ALL: &str = concat!(include_str!("argmax.wgsl"), include_str!("argmax_all.wgsl"));
pub const ARGMAX_PARTS: &str = concat!(include_str!("argmax.wgsl"), include_str!("argmax_parts.wgsl"));
pub const ATTEND: &str = concat!(include_str!("run.wgsl"), include_str!("sum.wgsl"), include_str!("attend.wgsl"));
pub const GATE: &str = include_str!("gate.wgsl");
pub const HEADS: &str = concat!(include_str!("run.wgsl"), include_str!("sum.wgsl"), include_str!("heads.wgsl"));
pub const JOIN: &str = concat!(include_str!("run.wgsl"), include_str!("join.wgsl"));
pub const NORM: &str = concat!(include_str!("sum.wgsl"), include_str!("norm.wgsl"));
/// How keys and values are kept: as they are, or in half precision.
pub const PAIRS_F32: &str = include_str!("pairs_f32.wgsl");
pub const PAIRS_F16: &str = include_str!("pairs_f16.wgsl");

/// What changes from one pass to the next: `struct Run` of `run.wgsl`.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Run {
    pub n_past: u32,
    pub rows: u32,
    pub capacity: u32,
    pub n_spans: u32,
    pub span: u32,
    /// Uniform buffers are whole multiples of 16 bytes.
    pub padding: [u32; 3],
}

/// A constant of a kernel.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    Size(usize),
    Real(f32),
    Flag(bool),
}

/// How many workgroups there are along an axis.
#[derive(Clone, Copy, Debug)]
pub enum Count {
    Fixed(u32),
    /// One a position of the pass.
    Rows,
    /// One for so many positions.
    RowsBy(u32),
    /// One a span of the keys.
    Spans,
}

/// A kernel with its buffers, ready to run.
#[derive(Clone)]
pub struct Op {
    pipeline: ComputePipeline,
    group: BindGroup,
    grid: [Count; 3],
}

/// Makes ops; a pipeline that two of them share is compiled once.
pub struct Compiler<'a> {
    gpu: &'a Gpu,
    pipelines: HashMap<String, ComputePipeline>,
}

impl<'a> Compiler<'a> {
    pub fn new(gpu: &'a Gpu) -> Self {
        Self { gpu, pipelines: HashMap::new() }
    }

    /// The kernel that `parts` make behind `constants`.
    pub fn pipeline(&mut self, constants: &[(&str, Constant)], parts: &[&str]) -> ComputePipeline {
        let mut source = String::new();
        for (name, constant) in constants {
            let written = match constant {
                Constant::Size(size) => writeln!(source, "const {name} = {size}u;"),
                Constant::Real(real) => writeln!(source, "const {name}: f32 = {real:?};"),
                Constant::Flag(flag) => writeln!(source, "const {name} = {flag};"),
            };
            written.expect("writing to a string does not fail");
        }
        parts.iter().for_each(|part| source.push_str(part));
        let device = &self.gpu.device;
        let make = |source: &str| {
            let module = device.create_shader_module(ShaderModuleDescriptor {
                label: None,
                source: ShaderSource::Wgsl(Cow::Borrowed(source)),
            });
            device.create_compute_pipeline(&ComputePipelineDescriptor {
                label: None,
                layout: None,
                module: &module,
                entry_point: None,
                compilation_options: Default::default(),
                cache: None,
            })
        };
        if let Some(known) = self.pipelines.get(&source) {
            return known.clone();
        }
        let made = make(&source);
        self.pipelines.insert(source, made.clone());
        made
    }
}

/// Binds `buffers` to their numbers in the kernel.
pub fn bind(gpu: &Gpu, pipeline: &ComputePipeline, buffers: &[(u32, &Buffer)], grid: [Count; 3]) -> Op {
    let entries: Vec<BindGroupEntry<'_>> = buffers
        .iter()
        .map(|&(binding, buffer)| BindGroupEntry { binding, resource: buffer.as_entire_binding() })
        .collect();
    let layout = pipeline.get_bind_group_layout(0);
    let group = gpu.device.create_bind_group(&BindGroupDescriptor { label: None, layout: &layout, entries: &entries });
    Op { pipeline: pipeline.clone(), group, grid }
}

/// A buffer that kernels read and write, of `n_bytes`, zeros at first.
pub fn room(gpu: &Gpu, n_bytes: usize) -> Buffer {
    let usage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
    let size = n_bytes.next_multiple_of(16).max(16) as u64;
    gpu.device.create_buffer(&BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

/// A buffer that kernels read, with these numbers.
pub fn filled(gpu: &Gpu, values: &[f32]) -> Buffer {
    let buffer = room(gpu, size_of_val(values));
    gpu.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(values));
    buffer
}

/// A buffer for a [`Run`].
pub fn run_buffer(gpu: &Gpu) -> Buffer {
    let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
    let size = size_of::<Run>() as u64;
    gpu.device.create_buffer(&BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

/// A buffer by which `n` numbers of four bytes come back.
pub fn staging(gpu: &Gpu, n: usize) -> Buffer {
    let usage = BufferUsages::MAP_READ | BufferUsages::COPY_DST;
    let size = (n * size_of::<f32>()) as u64;
    gpu.device.create_buffer(&BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

/// What has been copied to a [`staging`] buffer. Never synchronous in a browser, which cannot wait for its GPU.
///
/// # Errors
/// What the GPU said: it is gone, as a rule.
pub async fn read<T: bytemuck::Pod>(gpu: &Gpu, staging: &Buffer) -> Result<Vec<T>, String> {
    let (done, is_done) = oneshot::channel();
    staging.map_async(MapMode::Read, .., move |result| drop(done.send(result)));
    gpu.settle()?;
    is_done.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    let view = staging.get_mapped_range(..).map_err(|error| error.to_string())?;
    Ok(bytemuck::pod_collect_to_vec(&view[..]))
}

/// Has the GPU run `ops`, one after another.
pub fn record<'a>(encoder: &mut CommandEncoder, ops: impl Iterator<Item = &'a Op>, run: &Run) {
    let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor { label: None, timestamp_writes: None });
    for op in ops {
        let [x, y, z] = op.grid.map(|count| match count {
            Count::Fixed(n) => n,
            Count::Rows => run.rows,
            Count::RowsBy(n) => run.rows.div_ceil(n),
            Count::Spans => run.n_spans,
        });
        pass.set_pipeline(&op.pipeline);
        pass.set_bind_group(0, &op.group, &[]);
        pass.dispatch_workgroups(x, y, z);
    }
}

/// Workgroups of a kernel that needs `n` of them: more than an axis takes go to a second one.
fn spread(n: u32) -> [u32; 2] {
    const MOST: u32 = 65_535;
    let y = n.div_ceil(MOST).max(1);
    [n.div_ceil(y), y]
}
