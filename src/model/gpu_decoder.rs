//! The decoder's pass on a GPU: the program of [kernels](crate::kernels::wgsl) that a model is.

use burn::tensor::wgpu::wgpu::{Buffer, CommandEncoderDescriptor, ComputePipeline};

use crate::gguf::Gguf;
use crate::kernels::wgsl::{
    ATTEND, Compiler, Constant, Count, GATE, HEADS, JOIN, Matrix, NORM, Op, PAIRS_F16, PAIRS_F32, Run, bind, filled,
    read, record, room, run_buffer, staging,
};
use crate::model::linear::{Stored, vector};
use crate::model::{Activation, DecoderConfig, ModelError, RopePairs};
use crate::platform::device::Gpu;

/// Positions of one pass: there is room for the activations of so many.
const MAX_ROWS: usize = 128;
/// Keys of a span of attention: the spans of a single query are read side by side.
const SPAN: usize = 256;
/// Spans at most; of a longer text they grow.
const MAX_SPANS: usize = 64;
/// The longest head that the kernels take.
const MAX_HEAD_DIM: usize = 256;
/// Bytes of logits at most, where those of every position are wanted.
const LOGITS_BYTES: usize = 64 << 20;

/// Weights on a GPU and the kernels that read them, in order.
pub struct GpuDecoder {
    gpu: Gpu,
    config: DecoderConfig,
    n_vocab: usize,
    is_exact: bool,
    buffers: Buffers,
    /// From ids to the normed residual stream behind the last layer, for a pass of one position and of many.
    programs: [Vec<Step>; 2],
    /// From the last position of that to its logits.
    logits: Vec<Op>,
    /// By layer, what a text's own ops are made of.
    layers: Vec<LayerKernels>,
    output: Vec<Matrix>,
}

enum Step {
    Op(Op),
    /// The op with this number of the text's own: layer `i` has `2 * i`, its rotation, and `2 * i + 1`, its attention.
    OfText(usize),
}

/// Kernels that read or write a text's own cache.
struct LayerKernels {
    heads: ComputePipeline,
    attend: ComputePipeline,
    /// Weights of the norms over heads of query and key.
    qk_norms: [Option<Buffer>; 2],
    is_local: bool,
}

/// What a GPU remembers of one text: keys and values of every layer, bound to the kernels that use them.
pub struct GpuCache {
    ops: Vec<Op>,
    capacity: usize,
}

/// Activations of a pass, `[MAX_ROWS, ..]` of f32 unless said otherwise.
struct Buffers {
    /// u32
    ids: Buffer,
    run: Buffer,
    /// Cosine and sine of each pair's angle, in global layers and in local ones.
    turns: [Buffer; 2],
    /// The residual stream.
    x: Buffer,
    /// The same, normed.
    h: Buffer,
    qkv: Buffer,
    q: Buffer,
    spans: Buffer,
    attended: Buffer,
    /// What half a layer adds to the residual stream.
    y: Buffer,
    gate_up: Buffer,
    hidden: Buffer,
    /// The last row of `h`.
    last: Buffer,
    /// Of that row.
    logits: Buffer,
    /// Bound where a kernel has nothing to read.
    nothing: Buffer,
}

impl Buffers {
    fn new(gpu: &Gpu, config: &DecoderConfig, n_vocab: usize) -> Self {
        let &DecoderConfig { d_model, d_ff, n_heads, n_kv_heads, head_dim, .. } = config;
        let numbers = |n: usize| room(gpu, n * size_of::<f32>());
        let rows = |n: usize| numbers(MAX_ROWS * n);
        Self {
            ids: rows(1),
            run: run_buffer(gpu),
            turns: [rows(head_dim), rows(head_dim)],
            x: rows(d_model),
            h: rows(d_model),
            qkv: rows((n_heads + 2 * n_kv_heads) * head_dim),
            q: rows(n_heads * head_dim),
            spans: numbers(MAX_ROWS.max(MAX_SPANS) * n_heads * (head_dim + 4)),
            attended: rows(n_heads * head_dim),
            y: rows(d_model),
            gate_up: rows(2 * d_ff),
            hidden: rows(d_ff),
            last: numbers(d_model),
            logits: numbers(n_vocab),
            nothing: numbers(1),
        }
    }
}

impl GpuDecoder {
    /// `output` names the matrix that logits come of. An `is_exact` model keeps every bit of keys and values, another
    /// half of them.
    ///
    /// # Errors
    /// Tensors that are not there, sizes that the kernels or the GPU do not take.
    pub fn load(
        gguf: &Gguf,
        config: &DecoderConfig,
        n_vocab: usize,
        output: &str,
        is_exact: bool,
        gpu: &Gpu,
    ) -> Result<Self, ModelError> {
        let &DecoderConfig { d_model, d_ff, n_heads, n_kv_heads, head_dim, .. } = config;
        if head_dim > MAX_HEAD_DIM || !head_dim.is_multiple_of(4) || !d_ff.is_multiple_of(4) {
            let cure = "on a GPU it is a multiple of 4, and 256 at most";
            return Err(ModelError::Config { what: "length of a head".into(), found: head_dim.to_string(), cure });
        }
        let buffers = Buffers::new(gpu, config, n_vocab);
        let programs = [Vec::new(), Vec::new()];
        let mut writer = ProgramWriter { gguf, gpu, config, buffers: &buffers, compiler: Compiler::new(gpu), programs };
        let tokens = writer.matrices(&[("token_embd".into(), n_vocab)], d_model)?;
        for part in &tokens {
            let lookup = part.lookup(&mut writer.compiler, &buffers.ids, &buffers.x, config.embedding_scale);
            writer.push(lookup);
        }
        writer.norm(None, "blk.0.attn_norm")?;
        let mut layers = Vec::with_capacity(config.n_layers);
        for layer in 0..config.n_layers {
            let named = |part: &str| format!("blk.{layer}.{part}");
            let post = |part: &str| config.has_post_norms.then(|| named(part));
            let qkv = [
                (named("attn_q"), n_heads * head_dim),
                (named("attn_k"), n_kv_heads * head_dim),
                (named("attn_v"), n_kv_heads * head_dim),
            ];
            writer.product(&qkv, d_model, [&buffers.h, &buffers.qkv])?;
            layers.push(writer.layer_kernels(layer, is_exact)?);
            writer.attention(layer);
            let output = [(named("attn_output"), d_model)];
            writer.product(&output, n_heads * head_dim, [&buffers.attended, &buffers.y])?;
            writer.norm(Some(post("post_attention_norm")), &named("ffn_norm"))?;
            let gate_up = [(named("ffn_gate"), d_ff), (named("ffn_up"), d_ff)];
            writer.product(&gate_up, d_model, [&buffers.h, &buffers.gate_up])?;
            writer.gate();
            writer.product(&[(named("ffn_down"), d_model)], d_ff, [&buffers.hidden, &buffers.y])?;
            let next =
                if layer + 1 < config.n_layers { format!("blk.{}.attn_norm", layer + 1) } else { "output_norm".into() };
            writer.norm(Some(post("post_ffw_norm")), &next)?;
        }
        let output = match output {
            "token_embd" => tokens,
            _ => writer.matrices(&[(output.into(), n_vocab)], d_model)?,
        };
        let ProgramWriter { mut compiler, programs, .. } = writer;
        let logits = output.iter().map(|matrix| matrix.for_one(&mut compiler, &buffers.last, &buffers.logits, n_vocab));
        Ok(Self {
            gpu: gpu.clone(),
            config: config.clone(),
            n_vocab,
            is_exact,
            programs,
            logits: logits.collect(),
            layers,
            output,
            buffers,
        })
    }

    /// Room for a text of up to `capacity` positions.
    pub fn new_cache(&self, capacity: usize) -> GpuCache {
        let (gpu, buffers) = (&self.gpu, &self.buffers);
        let &DecoderConfig { n_heads, n_kv_heads, head_dim, .. } = &self.config;
        let bytes_each = if self.is_exact { 4 } else { 2 };
        let half = || room(gpu, n_kv_heads * capacity * head_dim * bytes_each);
        let of_layer = |layer: &LayerKernels| {
            let (keys, values) = (half(), half());
            let [q_norm, k_norm] = layer.qk_norms.each_ref().map(|norm| norm.as_ref().unwrap_or(&buffers.nothing));
            let heads = [
                (0, &buffers.qkv),
                (1, &buffers.turns[usize::from(layer.is_local)]),
                (2, q_norm),
                (3, k_norm),
                (4, &buffers.q),
                (5, &keys),
                (6, &values),
                (7, &buffers.run),
            ];
            let attend = [(0, &buffers.q), (1, &keys), (2, &values), (3, &buffers.spans), (4, &buffers.run)];
            let n_all = Count::Fixed((n_heads + 2 * n_kv_heads) as u32);
            [
                bind(gpu, &layer.heads, &heads, [n_all, Count::Rows, Count::Fixed(1)]),
                bind(gpu, &layer.attend, &attend, [Count::Fixed(n_heads as u32), Count::Rows, Count::Spans]),
            ]
        };
        GpuCache { ops: self.layers.iter().flat_map(of_layer).collect(), capacity }
    }

    /// Reads `ids` behind `n_past` positions, and gives the logits of the last of them, or of all. `frequencies`: of
    /// global layers and of local ones, in radians a position.
    ///
    /// # Errors
    /// A device that fails or is gone.
    pub async fn forward(
        &self,
        cache: &GpuCache,
        n_past: usize,
        ids: &[u32],
        frequencies: &[Vec<f32>; 2],
        wants_all: bool,
    ) -> Result<Vec<f32>, ModelError> {
        let passes = self.passes(cache, n_past, ids, frequencies, wants_all);
        match n_past {
            // To ask at every token would cost a round trip. What there is no memory for shows at the first.
            0 => self.gpu.checked(passes).await.map_err(ModelError::Device)?,
            _ => passes.await,
        }
    }

    async fn passes(
        &self,
        cache: &GpuCache,
        mut n_past: usize,
        ids: &[u32],
        frequencies: &[Vec<f32>; 2],
        wants_all: bool,
    ) -> Result<Vec<f32>, ModelError> {
        let row_bytes = self.n_vocab * size_of::<f32>();
        let most = if wants_all { (LOGITS_BYTES / row_bytes).clamp(1, MAX_ROWS) } else { MAX_ROWS };
        let mut logits = Vec::new();
        let n_passes = ids.len().div_ceil(most);
        for (at, ids) in ids.chunks(most).enumerate() {
            let wanted = match (wants_all, at + 1 == n_passes) {
                (true, _) => ids.len(),
                (false, true) => 1,
                (false, false) => 0,
            };
            let staging = self.submit(cache, n_past, ids, frequencies, wanted);
            if let Some(staging) = staging {
                logits.extend(read(&self.gpu, &staging).await.map_err(ModelError::Device)?);
            }
            n_past += ids.len();
        }
        Ok(logits)
    }

    /// Hands a pass to the GPU; where logits are wanted, of the last position or of all, gives the buffer that they
    /// come in.
    fn submit(
        &self,
        cache: &GpuCache,
        n_past: usize,
        ids: &[u32],
        frequencies: &[Vec<f32>; 2],
        wanted: usize,
    ) -> Option<Buffer> {
        let (gpu, buffers, rows) = (&self.gpu, &self.buffers, ids.len());
        gpu.queue.write_buffer(&buffers.ids, 0, bytemuck::cast_slice(ids));
        for (frequencies, buffer) in frequencies.iter().zip(&buffers.turns) {
            let angles = (n_past..n_past + rows).flat_map(|p| frequencies.iter().map(move |f| p as f32 * f));
            let turns: Vec<[f32; 2]> = angles.map(|angle| [angle.cos(), angle.sin()]).collect();
            gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(&turns));
        }
        let n_keys = n_past + rows;
        // Many queries keep a GPU busy without being divided.
        let n_spans = if rows == 1 { n_keys.div_ceil(SPAN).min(MAX_SPANS) } else { 1 };
        let run = Run {
            n_past: n_past as u32,
            rows: rows as u32,
            capacity: cache.capacity as u32,
            n_spans: n_spans as u32,
            span: n_keys.div_ceil(n_spans) as u32,
            padding: [0; 3],
        };
        gpu.queue.write_buffer(&buffers.run, 0, bytemuck::bytes_of(&run));

        let mut encoder = gpu.device.create_command_encoder(&CommandEncoderDescriptor { label: None });
        let program = &self.programs[usize::from(rows > 1)];
        let ops = program.iter().map(|step| match step {
            Step::Op(op) => op,
            Step::OfText(at) => &cache.ops[*at],
        });
        record(&mut encoder, ops, &run);
        let row_bytes = (self.n_vocab * size_of::<f32>()) as u64;
        let staging = (wanted > 0).then(|| staging(gpu, wanted * self.n_vocab));
        match &staging {
            Some(staging) if wanted == rows && rows > 1 => {
                let logits = room(gpu, wanted * self.n_vocab * size_of::<f32>());
                let mut compiler = Compiler::new(gpu);
                let ops = self.output.iter();
                let ops =
                    ops.map(|matrix| matrix.for_many(&mut compiler, &buffers.h, &logits, &buffers.run, self.n_vocab));
                record(&mut encoder, ops.collect::<Vec<_>>().iter(), &run);
                encoder.copy_buffer_to_buffer(&logits, 0, staging, 0, staging.size());
            }
            Some(staging) => {
                let n_bytes = (self.config.d_model * size_of::<f32>()) as u64;
                encoder.copy_buffer_to_buffer(&buffers.h, (rows as u64 - 1) * n_bytes, &buffers.last, 0, n_bytes);
                record(&mut encoder, self.logits.iter(), &Run { rows: 1, ..run });
                encoder.copy_buffer_to_buffer(&buffers.logits, 0, staging, 0, row_bytes);
            }
            None => {}
        }
        gpu.queue.submit([encoder.finish()]);
        staging
    }
}

/// Writes a model's two programs, kernel after kernel.
struct ProgramWriter<'a> {
    gguf: &'a Gguf,
    gpu: &'a Gpu,
    config: &'a DecoderConfig,
    buffers: &'a Buffers,
    compiler: Compiler<'a>,
    programs: [Vec<Step>; 2],
}

impl ProgramWriter<'_> {
    fn push(&mut self, op: Op) {
        self.programs.iter_mut().for_each(|program| program.push(Step::Op(op.clone())));
    }

    /// `<name>.weight`, `[n_out, n_in]`, and `<name>.bias` where there is one, of each of `parts`.
    fn matrices(&self, parts: &[(String, usize)], n_in: usize) -> Result<Vec<Matrix>, ModelError> {
        let stored = Stored::read(self.gguf, parts, n_in)?;
        Ok(Matrix::load(self.gpu, &stored.views, stored.bias.as_deref())?)
    }

    /// `y = x Wᵀ + b`, the outputs of `parts` side by side.
    fn product(&mut self, parts: &[(String, usize)], n_in: usize, [x, y]: [&Buffer; 2]) -> Result<(), ModelError> {
        let stride = parts.iter().map(|(_, n_out)| n_out).sum();
        for matrix in self.matrices(parts, n_in)? {
            let run = &self.buffers.run;
            self.programs[0].push(Step::Op(matrix.for_one(&mut self.compiler, x, y, stride)));
            self.programs[1].push(Step::Op(matrix.for_many(&mut self.compiler, x, y, run, stride)));
        }
        Ok(())
    }

    fn weight(&self, name: &str, len: usize) -> Result<Buffer, ModelError> {
        Ok(filled(self.gpu, &vector(self.gguf, &format!("{name}.weight"), len)?))
    }

    /// `h = norm(x)`; before that, where `added` says so, `x += y`, with a norm of this name over `y`.
    fn norm(&mut self, added: Option<Option<String>>, name: &str) -> Result<(), ModelError> {
        let (buffers, d_model) = (self.buffers, self.config.d_model);
        let weight = self.weight(name, d_model)?;
        let post = added.as_ref().and_then(Option::as_ref).map(|post| self.weight(post, d_model)).transpose()?;
        let constants = [
            ("D_MODEL", Constant::Size(d_model)),
            ("EPSILON", Constant::Real(self.config.rms_norm_epsilon)),
            ("HAS_Y", Constant::Flag(added.is_some())),
            ("HAS_POST", Constant::Flag(post.is_some())),
        ];
        let pipeline = self.compiler.pipeline(&constants, &[NORM]);
        let post = post.as_ref().unwrap_or(&buffers.nothing);
        let bindings = [(0, &buffers.x), (1, &buffers.y), (2, post), (3, &weight), (4, &buffers.h)];
        self.push(bind(self.gpu, &pipeline, &bindings, [Count::Fixed(1), Count::Rows, Count::Fixed(1)]));
        Ok(())
    }

    fn layer_kernels(&mut self, layer: usize, is_exact: bool) -> Result<LayerKernels, ModelError> {
        let config = self.config;
        let local = config.layer(layer);
        let rope = local.map_or(&config.rope, |local| &local.rope);
        let norm = |part: &str| {
            let load = || self.weight(&format!("blk.{layer}.{part}"), config.head_dim);
            config.has_qk_norm.then(load).transpose()
        };
        let qk_norms = [norm("attn_q_norm")?, norm("attn_k_norm")?];
        let mut constants = self.head_sizes().to_vec();
        constants.extend([
            ("N_KV_HEADS", Constant::Size(config.n_kv_heads)),
            ("N_TURNED", Constant::Size(rope.n_dims)),
            ("NEIGHBOURS", Constant::Flag(rope.pairs == RopePairs::Neighbours)),
            ("HAS_NORM", Constant::Flag(config.has_qk_norm)),
            ("EPSILON", Constant::Real(config.rms_norm_epsilon)),
            ("SCALE", Constant::Real(config.attention_scale)),
            ("WINDOW", Constant::Size(local.map_or(0, |local| local.window))),
        ]);
        let pairs = if is_exact { PAIRS_F32 } else { PAIRS_F16 };
        Ok(LayerKernels {
            heads: self.compiler.pipeline(&constants, &[pairs, HEADS]),
            attend: self.compiler.pipeline(&constants, &[pairs, ATTEND]),
            qk_norms,
            is_local: local.is_some(),
        })
    }

    fn head_sizes(&self) -> [(&'static str, Constant); 2] {
        [("N_HEADS", Constant::Size(self.config.n_heads)), ("HEAD_DIM", Constant::Size(self.config.head_dim))]
    }

    /// Between the products of query, key and value and that of the output.
    fn attention(&mut self, layer: usize) {
        let buffers = self.buffers;
        for program in &mut self.programs {
            program.extend([Step::OfText(2 * layer), Step::OfText(2 * layer + 1)]);
        }
        let pipeline = self.compiler.pipeline(&self.head_sizes(), &[JOIN]);
        let bindings = [(0, &buffers.spans), (1, &buffers.attended), (2, &buffers.run)];
        let grid = [Count::Fixed(self.config.n_heads as u32), Count::Rows, Count::Fixed(1)];
        self.push(bind(self.gpu, &pipeline, &bindings, grid));
    }

    /// Between the two products of the feed-forward.
    fn gate(&mut self) {
        let (buffers, d_ff) = (self.buffers, self.config.d_ff);
        let is_gelu = self.config.activation == Activation::Gelu;
        let constants = [("D_FF", Constant::Size(d_ff)), ("IS_GELU", Constant::Flag(is_gelu))];
        let pipeline = self.compiler.pipeline(&constants, &[GATE]);
        let grid = [Count::Fixed((d_ff as u32 / 4).div_ceil(64)), Count::Rows, Count::Fixed(1)];
        self.push(bind(self.gpu, &pipeline, &[(0, &buffers.gate_up), (1, &buffers.hidden)], grid));
    }
}
