//! The decoder's pass on a GPU: the program of [kernels](crate::kernels::wgsl) that a model is.

use std::sync::atomic::{AtomicU64, Ordering};

use burn::tensor::wgpu::wgpu::{Buffer, CommandEncoderDescriptor, ComputePipeline};

use crate::gguf::Gguf;
use crate::kernels::wgsl::{
    ARGMAX_ALL, ARGMAX_PARTS, ATTEND, Compiler, Constant, Count, GATE, HEADS, JOIN, Matrix, NORM, Op, PAIRS_F16,
    PAIRS_F32, Run, bind, filled, read, record, room, run_buffer, staging,
};
use crate::model::linear::{Stored, vector};
use crate::model::rope::angles;
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
/// Workgroups that look for the likeliest token.
const N_PARTS: usize = 64;
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
    /// From those to the likeliest token, which becomes the next pass' first.
    argmax: [Op; 2],
    /// How many passes there have been.
    n_passes: AtomicU64,
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
    ahead: Option<Ahead>,
}

/// A pass that reads the token which the GPU chose last, handed over before anybody has seen that token.
struct Ahead {
    /// The token, as seen since.
    id: u32,
    n_past: usize,
    chosen: Chosen,
}

/// What a pass found the likeliest token to be.
struct Chosen {
    staging: Buffer,
    /// The pass' number: until the next one the token also lies where that takes its ids from.
    pass: u64,
}

/// What a pass reads.
#[derive(Clone, Copy)]
enum Ids<'a> {
    Given(&'a [u32]),
    /// The token that the pass before chose.
    Chosen,
}

/// What is to come of a pass.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Nothing,
    LogitsOfLast,
    LogitsOfAll,
    Likeliest,
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
    /// The likeliest token of each part of the vocabulary and its logit, then that of all.
    best: Buffer,
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
            best: numbers(2 * (N_PARTS + 1)),
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
        let logits = logits.collect();
        let constants = [("N_VOCAB", Constant::Size(n_vocab)), ("PARTS", Constant::Size(N_PARTS))];
        let of_parts = compiler.pipeline(&constants, &[ARGMAX_PARTS]);
        let of_all = compiler.pipeline(&constants, &[ARGMAX_ALL]);
        let one = Count::Fixed(1);
        let argmax = [
            bind(gpu, &of_parts, &[(0, &buffers.logits), (1, &buffers.best)], [Count::Fixed(N_PARTS as u32), one, one]),
            bind(gpu, &of_all, &[(1, &buffers.best), (2, &buffers.ids)], [one; 3]),
        ];
        Ok(Self {
            gpu: gpu.clone(),
            config: config.clone(),
            n_vocab,
            is_exact,
            programs,
            logits,
            argmax,
            n_passes: AtomicU64::new(0),
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
        GpuCache { ops: self.layers.iter().flat_map(of_layer).collect(), capacity, ahead: None }
    }

    /// Reads `ids` behind `n_past` positions, and gives the logits of the last of them, or of all. `frequencies`: of
    /// global layers and of local ones, in radians a position.
    ///
    /// # Errors
    /// A device that fails or is gone.
    pub async fn forward(
        &self,
        cache: &mut GpuCache,
        n_past: usize,
        ids: &[u32],
        frequencies: &[Vec<f32>; 2],
        wants_all: bool,
    ) -> Result<Vec<f32>, ModelError> {
        cache.ahead = None;
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
                (true, _) => Wanted::LogitsOfAll,
                (false, true) => Wanted::LogitsOfLast,
                (false, false) => Wanted::Nothing,
            };
            let (staging, _) = self.submit(cache, n_past, Ids::Given(ids), frequencies, wanted);
            if let Some(staging) = staging {
                logits.extend(read::<f32>(&self.gpu, &staging).await.map_err(ModelError::Device)?);
            }
            n_past += ids.len();
        }
        Ok(logits)
    }

    /// As [`Self::forward`], and gives the likeliest token alone, of which four bytes come back, or `None` where no
    /// logit is finite. The pass that reads that token is handed over before it has come back: who asks next for what
    /// follows it finds it under way.
    ///
    /// # Errors
    /// A device that fails or is gone.
    pub async fn likeliest(
        &self,
        cache: &mut GpuCache,
        n_past: usize,
        ids: &[u32],
        frequencies: &[Vec<f32>; 2],
    ) -> Result<Option<u32>, ModelError> {
        let ahead = cache.ahead.take().filter(|ahead| ahead.n_past == n_past && *ids == [ahead.id]);
        let chosen = match ahead {
            Some(ahead) => ahead.chosen,
            None => {
                let (most, last) = ids.split_at((ids.len() - 1) / MAX_ROWS * MAX_ROWS);
                for (at, ids) in most.chunks(MAX_ROWS).enumerate() {
                    self.submit(cache, n_past + at * MAX_ROWS, Ids::Given(ids), frequencies, Wanted::Nothing);
                }
                self.choose(cache, n_past + most.len(), Ids::Given(last), frequencies)
            }
        };
        let n_past = n_past + ids.len();
        let is_there = self.n_passes.load(Ordering::Relaxed) == chosen.pass;
        let next = (is_there && n_past < cache.capacity).then(|| self.choose(cache, n_past, Ids::Chosen, frequencies));
        let id = read::<u32>(&self.gpu, &chosen.staging).await.map_err(ModelError::Device)?[0];
        cache.ahead = next.map(|chosen| Ahead { id, n_past, chosen });
        Ok(Some(id).filter(|&id| (id as usize) < self.n_vocab))
    }

    fn choose(&self, cache: &GpuCache, n_past: usize, ids: Ids<'_>, frequencies: &[Vec<f32>; 2]) -> Chosen {
        let (staging, pass) = self.submit(cache, n_past, ids, frequencies, Wanted::Likeliest);
        Chosen { staging: staging.expect("a token is wanted"), pass }
    }

    /// Hands a pass to the GPU. Gives the buffer that what is wanted comes in, and the pass' number.
    fn submit(
        &self,
        cache: &GpuCache,
        n_past: usize,
        ids: Ids<'_>,
        frequencies: &[Vec<f32>; 2],
        wanted: Wanted,
    ) -> (Option<Buffer>, u64) {
        let (gpu, buffers, d_model, n_vocab) = (&self.gpu, &self.buffers, self.config.d_model, self.n_vocab);
        let rows = match ids {
            Ids::Given(ids) => {
                gpu.queue.write_buffer(&buffers.ids, 0, bytemuck::cast_slice(ids));
                ids.len()
            }
            Ids::Chosen => 1,
        };
        for (frequencies, buffer) in frequencies.iter().zip(&buffers.turns) {
            let turns: Vec<[f32; 2]> =
                angles(frequencies, n_past, rows).map(|angle| [angle.cos(), angle.sin()]).collect();
            gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(&turns));
        }
        let run = run_of(n_past, rows, cache.capacity);
        gpu.queue.write_buffer(&buffers.run, 0, bytemuck::bytes_of(&run));

        let mut encoder = gpu.device.create_command_encoder(&CommandEncoderDescriptor { label: None });
        let program = &self.programs[usize::from(rows > 1)];
        let ops = program.iter().map(|step| match step {
            Step::Op(op) => op,
            Step::OfText(at) => &cache.ops[*at],
        });
        record(&mut encoder, ops, &run);
        if matches!(wanted, Wanted::LogitsOfLast | Wanted::Likeliest) {
            let n_bytes = (d_model * size_of::<f32>()) as u64;
            encoder.copy_buffer_to_buffer(&buffers.h, (rows as u64 - 1) * n_bytes, &buffers.last, 0, n_bytes);
            record(&mut encoder, self.logits.iter(), &Run { rows: 1, ..run });
        }
        let staging = match wanted {
            Wanted::Nothing => None,
            Wanted::LogitsOfLast => {
                let staging = staging(gpu, n_vocab);
                encoder.copy_buffer_to_buffer(&buffers.logits, 0, &staging, 0, staging.size());
                Some(staging)
            }
            Wanted::LogitsOfAll => {
                let (logits, mut compiler) = (room(gpu, rows * n_vocab * size_of::<f32>()), Compiler::new(gpu));
                let product =
                    |matrix: &Matrix| matrix.for_many(&mut compiler, &buffers.h, &logits, &buffers.run, n_vocab);
                let ops: Vec<Op> = self.output.iter().map(product).collect();
                record(&mut encoder, ops.iter(), &run);
                let staging = staging(gpu, rows * n_vocab);
                encoder.copy_buffer_to_buffer(&logits, 0, &staging, 0, staging.size());
                Some(staging)
            }
            Wanted::Likeliest => {
                record(&mut encoder, self.argmax.iter(), &run);
                let staging = staging(gpu, 1);
                let at = (N_PARTS * size_of::<[u32; 2]>() + size_of::<u32>()) as u64;
                encoder.copy_buffer_to_buffer(&buffers.best, at, &staging, 0, staging.size());
                Some(staging)
            }
        };
        gpu.queue.submit([encoder.finish()]);
        (staging, self.n_passes.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// A pass of `rows` positions behind `n_past` of a text with room for `capacity`.
fn run_of(n_past: usize, rows: usize, capacity: usize) -> Run {
    let n_keys = n_past + rows;
    // Many queries keep a GPU busy without being divided.
    let n_spans = if rows == 1 { n_keys.div_ceil(SPAN).min(MAX_SPANS) } else { 1 };
    Run {
        n_past: n_past as u32,
        rows: rows as u32,
        capacity: capacity as u32,
        n_spans: n_spans as u32,
        span: n_keys.div_ceil(n_spans) as u32,
        padding: [0; 3],
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
