use super::tensors::Plan;
use crate::gguf::{GgufError, TensorType, Writer, quantize};

/// The sizes and switches of a decoder of the Llama family, as GGUF names them.
#[derive(Clone, Debug)]
pub(in crate::gguf) struct Decoder {
    /// `general.architecture`: `llama`, `qwen2`, `qwen3`, `gemma3`.
    pub arch: &'static str,
    pub block_count: usize,
    pub context_length: usize,
    pub embedding_length: usize,
    pub feed_forward_length: usize,
    pub head_count: usize,
    pub head_count_kv: usize,
    pub head_dim: usize,
    pub layer_norm_rms_epsilon: f32,
    pub rope_freq_base: f32,
    pub rope_scaling: Option<RotaryScaling>,
    /// Positions that a local layer looks back.
    pub sliding_window: Option<usize>,
    pub vocab_size: usize,
    /// The output layer has weights of its own.
    pub has_output: bool,
    /// Biases of query, key and value; of the attention's output.
    pub has_qkv_bias: bool,
    pub has_output_bias: bool,
}

/// How a model reads texts longer than those it first learned from.
#[derive(Clone, Copy, Debug)]
pub(in crate::gguf) enum RotaryScaling {
    Linear { factor: f32 },
    Llama3 { factor: f32, low_freq_factor: f32, high_freq_factor: f32, original_context_length: f32 },
}

impl Decoder {
    /// Keys in llama.cpp's order.
    pub fn put(&self, writer: &mut Writer) -> Result<(), GgufError> {
        let mut put = |key: &str, n: usize| writer.put(&format!("{}.{key}", self.arch), n as u32);
        put("block_count", self.block_count)?;
        put("context_length", self.context_length)?;
        put("embedding_length", self.embedding_length)?;
        put("feed_forward_length", self.feed_forward_length)?;
        put("attention.head_count", self.head_count)?;
        put("attention.head_count_kv", self.head_count_kv)?;
        put("attention.key_length", self.head_dim)?;
        put("attention.value_length", self.head_dim)?;
        put("rope.dimension_count", self.head_dim)?;
        put("vocab_size", self.vocab_size)?;
        if let Some(sliding_window) = self.sliding_window {
            put("attention.sliding_window", sliding_window)?;
        }
        let key = |key: &str| format!("{}.{key}", self.arch);
        writer.put(&key("attention.layer_norm_rms_epsilon"), self.layer_norm_rms_epsilon)?;
        writer.put(&key("rope.freq_base"), self.rope_freq_base)?;
        if let Some(RotaryScaling::Linear { factor }) = self.rope_scaling {
            writer.put(&key("rope.scaling.type"), "linear")?;
            writer.put(&key("rope.scaling.factor"), factor)?;
        }
        Ok(())
    }

    /// Llama 3's scaling is a tensor of divisors, one for each frequency (`LlamaModel.generate_extra_tensors`).
    pub fn put_rotary_factors(&self, writer: &mut Writer) -> Result<(), GgufError> {
        let Some(factors) = self.rotary_factors() else { return Ok(()) };
        let bytes = quantize(TensorType::F32, &factors, factors.len())?;
        writer.tensor("rope_freqs.weight", TensorType::F32, &[factors.len()], bytes)
    }

    pub fn rotary_factors(&self) -> Option<Vec<f32>> {
        let Some(RotaryScaling::Llama3 { factor, low_freq_factor, high_freq_factor, original_context_length }) =
            self.rope_scaling
        else {
            return None;
        };
        let dim = self.head_dim as f32;
        let of = |i: usize| {
            let wavelength = std::f32::consts::TAU * self.rope_freq_base.powf(i as f32 / dim);
            if wavelength < original_context_length / high_freq_factor {
                1.0
            } else if wavelength > original_context_length / low_freq_factor {
                factor
            } else {
                let smooth =
                    (original_context_length / wavelength - low_freq_factor) / (high_freq_factor - low_freq_factor);
                1.0 / ((1.0 - smooth) / factor + smooth)
            }
        };
        Some((0..self.head_dim).step_by(2).map(of).collect())
    }

    /// Every tensor but the rotary factors, in the order of the computation. Matrices are of type `ty`; with
    /// four bits, the one that makes the logits has eight, as in llama.cpp's files of models whose rows do
    /// not divide by 256.
    pub fn plan(&self, ty: TensorType) -> Vec<Plan> {
        let (d_model, d_ff) = (self.embedding_length, self.feed_forward_length);
        let (d_q, d_kv) = (self.head_count * self.head_dim, self.head_count_kv * self.head_dim);
        let logits = if ty == TensorType::Q4_0 { TensorType::Q8_0 } else { ty };
        let mut plans = Vec::new();
        let mut add = |name: String, source: String, shape: &[usize], ty: TensorType, n_rotary_heads: Option<usize>| {
            let ty = if shape.len() == 1 { TensorType::F32 } else { ty };
            plans.push(Plan { name, source, shape: shape.to_vec(), ty, n_rotary_heads });
        };
        let embeddings = if self.has_output { ty } else { logits };
        add("token_embd.weight".into(), "embed_tokens.weight".into(), &[self.vocab_size, d_model], embeddings, None);
        for i in 0..self.block_count {
            let is_gemma = self.arch == "gemma3";
            let has_qk_norm = matches!(self.arch, "qwen3" | "gemma3");
            let mut layer = |is_there: bool, name: &str, source: &str, shape: &[usize], n_heads: Option<usize>| {
                if is_there {
                    // Only `llama` pairs neighbours; the others turn halves, as in the checkpoint.
                    let n_heads = n_heads.filter(|_| self.arch == "llama");
                    add(format!("blk.{i}.{name}"), format!("layers.{i}.{source}"), shape, ty, n_heads);
                }
            };
            let (q, kv) = (Some(self.head_count), Some(self.head_count_kv));
            let (bias, post) = (self.has_qkv_bias, "post_attention_layernorm.weight");
            layer(true, "attn_norm.weight", "input_layernorm.weight", &[d_model], None);
            layer(true, "attn_q.weight", "self_attn.q_proj.weight", &[d_q, d_model], q);
            layer(bias, "attn_q.bias", "self_attn.q_proj.bias", &[d_q], q);
            layer(has_qk_norm, "attn_q_norm.weight", "self_attn.q_norm.weight", &[self.head_dim], None);
            layer(true, "attn_k.weight", "self_attn.k_proj.weight", &[d_kv, d_model], kv);
            layer(bias, "attn_k.bias", "self_attn.k_proj.bias", &[d_kv], kv);
            layer(has_qk_norm, "attn_k_norm.weight", "self_attn.k_norm.weight", &[self.head_dim], None);
            layer(true, "attn_v.weight", "self_attn.v_proj.weight", &[d_kv, d_model], None);
            layer(bias, "attn_v.bias", "self_attn.v_proj.bias", &[d_kv], None);
            layer(true, "attn_output.weight", "self_attn.o_proj.weight", &[d_model, d_q], None);
            layer(self.has_output_bias, "attn_output.bias", "self_attn.o_proj.bias", &[d_model], None);
            layer(is_gemma, "post_attention_norm.weight", post, &[d_model], None);
            layer(is_gemma, "ffn_norm.weight", "pre_feedforward_layernorm.weight", &[d_model], None);
            layer(!is_gemma, "ffn_norm.weight", post, &[d_model], None);
            layer(true, "ffn_gate.weight", "mlp.gate_proj.weight", &[d_ff, d_model], None);
            layer(true, "ffn_up.weight", "mlp.up_proj.weight", &[d_ff, d_model], None);
            layer(true, "ffn_down.weight", "mlp.down_proj.weight", &[d_model, d_ff], None);
            layer(is_gemma, "post_ffw_norm.weight", "post_feedforward_layernorm.weight", &[d_model], None);
        }
        add("output_norm.weight".into(), "norm.weight".into(), &[d_model], ty, None);
        if self.has_output {
            add("output.weight".into(), "lm_head.weight".into(), &[self.vocab_size, d_model], logits, None);
        }
        plans
    }
}
