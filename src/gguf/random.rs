//! Models of the shapes that people run, with random weights: for measuring speed and memory where no
//! weights can be had. They open in llama.cpp too. What they say means nothing.
//!
//! The shapes are those of the published config.json files, the same seed gives the same file, and the
//! tokenizer is a byte-level BPE of the right size that takes any text.

use std::io::{self, Write};

use super::convert::{Decoder, RotaryScaling, put_storage};
use super::{GgufError, TensorType, TokenKind, Writer, quantize};
use crate::platform::SplitMix64;

/// One model that can be made.
struct Like {
    arch: &'static str,
    /// How people call its size.
    size: &'static str,
    name: &'static str,
    pre: &'static str,
    decoder: fn() -> Decoder,
}

const LIKES: [Like; 7] = [
    Like { arch: "llama", size: "tiny", name: "nothing: a model for tests", pre: "smollm", decoder: tiny },
    Like { arch: "llama", size: "135m", name: "SmolLM2-135M", pre: "smollm", decoder: smollm2_135m },
    Like { arch: "llama", size: "1b", name: "Llama-3.2-1B", pre: "llama-bpe", decoder: llama_3_2_1b },
    Like { arch: "qwen2", size: "0.5b", name: "Qwen2.5-0.5B", pre: "qwen2", decoder: qwen2_5_0_5b },
    Like { arch: "qwen3", size: "0.6b", name: "Qwen3-0.6B", pre: "qwen2", decoder: qwen3_0_6b },
    Like { arch: "gemma3", size: "270m", name: "Gemma-3-270M", pre: "gpt-2", decoder: gemma_3_270m },
    Like { arch: "gemma3", size: "1b", name: "Gemma-3-1B", pre: "gpt-2", decoder: gemma_3_1b },
];

/// Why a random model could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RandomError {
    #[error("there is no shape of {arch} {size}; what there is: {}", shapes())]
    UnknownShape { arch: String, size: String },
    #[error(transparent)]
    Gguf(#[from] GgufError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

fn shapes() -> String {
    LIKES.iter().map(|like| format!("{} {}", like.arch, like.size)).collect::<Vec<_>>().join(", ")
}

/// Writes the model of this architecture and size with matrices as `ty`, a row at a time.
///
/// # Errors
/// A shape not known here, a type that is not written, whatever `out` reports.
pub fn random(arch: &str, size: &str, ty: TensorType, seed: u64, out: &mut impl Write) -> Result<(), RandomError> {
    let unknown = || RandomError::UnknownShape { arch: arch.to_owned(), size: size.to_owned() };
    let like = LIKES.iter().find(|like| like.arch == arch && like.size == size).ok_or_else(unknown)?;
    write(like.name, like.pre, &(like.decoder)(), ty, seed, out)
}

fn write(
    name: &str,
    pre: &str,
    decoder: &Decoder,
    ty: TensorType,
    seed: u64,
    out: &mut impl Write,
) -> Result<(), RandomError> {
    if !TensorType::WRITABLE.contains(&ty) {
        return Err(GgufError::NotWritable { ty }.into());
    }
    let mut writer = Writer::new();
    writer.put("general.architecture", decoder.arch)?;
    writer.put("general.type", "model")?;
    writer.put("general.name", format!("random weights in the shape of {name}"))?;
    decoder.put(&mut writer)?;
    put_storage(&mut writer, ty)?;
    put_vocabulary(&mut writer, pre, decoder.vocab_size)?;
    decoder.put_rotary_factors(&mut writer)?;
    for plan in decoder.plan(ty) {
        let n_cols = plan.shape.last().copied().unwrap_or(1);
        // The converter does the same for rows that do not divide into blocks.
        let ty = if n_cols.is_multiple_of(plan.ty.block_len()) { plan.ty } else { TensorType::F16 };
        writer.declare(&plan.name, ty, &plan.shape)?;
    }
    let mut rows = Rows(SplitMix64::new(seed.wrapping_mul(2).wrapping_add(1)));
    writer.write_with(out, |name, ty, shape| rows.row(name, ty, shape))?;
    Ok(())
}

/// Rows of weights, drawn.
struct Rows(SplitMix64);

impl Rows {
    /// Uniform within ±1.
    fn value(&mut self) -> f32 {
        (self.0.bits() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    fn values(&mut self, n: usize, scale: f32) -> Vec<f32> {
        (0..n).map(|_| self.value() * scale).collect()
    }

    /// A row as stored. Norms are 1 and biases small; weights have variance 1 / n_cols, so that
    /// activations neither vanish nor explode through the layers.
    fn row(&mut self, name: &str, ty: TensorType, shape: &[usize]) -> Vec<u8> {
        let n_cols = shape.last().copied().unwrap_or(1);
        let scale = (3.0 / n_cols as f32).sqrt();
        let values = match ty {
            _ if name.ends_with("norm.weight") => vec![1.0; n_cols],
            _ if name.ends_with(".bias") => self.values(n_cols, 0.02),
            // Quantizing would only make other random blocks of these, and slowly.
            TensorType::Q4_0 | TensorType::Q8_0 => return self.blocks(ty, n_cols, scale),
            _ => self.values(n_cols, scale),
        };
        quantize(ty, &values, n_cols).expect("the type is writable and its blocks divide the row")
    }

    fn blocks(&mut self, ty: TensorType, n_cols: usize, scale: f32) -> Vec<u8> {
        let full_scale = if ty == TensorType::Q4_0 { 8.0 } else { 128.0 };
        let d = half::f16::from_f32(scale / full_scale).to_le_bytes();
        let mut out = Vec::with_capacity(n_cols / ty.block_len() * ty.block_bytes());
        for _ in 0..n_cols / ty.block_len() {
            out.extend(d);
            for _ in 0..(ty.block_bytes() - d.len()) / 8 {
                out.extend(self.0.bits().to_le_bytes());
            }
        }
        out
    }
}

/// A byte-level vocabulary of `n_vocab` tokens: the bytes, words of small letters that merge by halves,
/// and ChatML's special tokens at the end.
fn put_vocabulary(writer: &mut Writer, pre: &str, n_vocab: usize) -> Result<(), GgufError> {
    const SPECIALS: [&str; 3] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    const SPACE: &str = "Ġ";
    // GPT-2's `bytes_to_unicode`: these, and as many from U+0100 on as are missing of 256.
    let visible = (0x21u32..0x7f).chain(0xa1..0xad).chain(0xae..0x100);
    let mut tokens: Vec<String> = visible.chain(0x100..0x144).filter_map(char::from_u32).map(String::from).collect();
    let mut merges = Vec::new();
    let n_words = n_vocab.saturating_sub(SPECIALS.len());
    let mut add = |left: &str, right: &str| {
        if tokens.len() < n_words {
            tokens.push(format!("{left}{right}"));
            merges.push(format!("{left} {right}"));
        }
    };
    let letters: Vec<String> = ('a'..='z').map(String::from).collect();
    let longer = |words: &[String], tails: &[String]| -> Vec<String> {
        words.iter().flat_map(|word| tails.iter().map(move |tail| format!("{word}{tail}"))).collect()
    };
    let pairs = longer(&letters, &letters);
    letters.iter().for_each(|a| letters.iter().for_each(|b| add(a, b)));
    letters.iter().chain(&pairs).for_each(|word| add(SPACE, word));
    pairs.iter().for_each(|pair| letters.iter().for_each(|letter| add(pair, letter)));
    pairs.iter().for_each(|a| pairs.iter().for_each(|b| add(a, b)));

    let mut kinds = vec![TokenKind::Normal as i32; tokens.len()];
    let end = tokens.len() as u32;
    tokens.extend(SPECIALS.map(str::to_owned));
    kinds.extend([TokenKind::Control as i32; SPECIALS.len()]);
    writer.put("tokenizer.ggml.model", "gpt2")?;
    writer.put("tokenizer.ggml.pre", pre)?;
    writer.put("tokenizer.ggml.tokens", tokens)?;
    writer.put("tokenizer.ggml.token_type", kinds)?;
    writer.put("tokenizer.ggml.merges", merges)?;
    writer.put("tokenizer.ggml.bos_token_id", end + 1)?;
    writer.put("tokenizer.ggml.eos_token_id", end + 2)?;
    writer.put("tokenizer.ggml.padding_token_id", end)?;
    writer.put("tokenizer.ggml.add_bos_token", false)?;
    writer.put(
        "tokenizer.chat_template",
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}\
         {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    )
}

/// What most of the shapes have in common.
fn base(arch: &'static str) -> Decoder {
    Decoder {
        arch,
        block_count: 0,
        context_length: 32_768,
        embedding_length: 0,
        feed_forward_length: 0,
        head_count: 0,
        head_count_kv: 0,
        head_dim: 64,
        layer_norm_rms_epsilon: 1e-6,
        rope_freq_base: 1e6,
        rope_scaling: None,
        sliding_window: None,
        vocab_size: 151_936,
        has_output: false,
        has_qkv_bias: false,
        has_output_bias: false,
    }
}

/// A model that answers in no time, in a context that is soon full.
fn tiny() -> Decoder {
    Decoder {
        block_count: 2,
        context_length: 256,
        embedding_length: 64,
        feed_forward_length: 96,
        head_count: 4,
        head_count_kv: 2,
        head_dim: 16,
        vocab_size: 1_024,
        ..base("llama")
    }
}

fn smollm2_135m() -> Decoder {
    Decoder {
        block_count: 30,
        context_length: 8_192,
        embedding_length: 576,
        feed_forward_length: 1_536,
        head_count: 9,
        head_count_kv: 3,
        layer_norm_rms_epsilon: 1e-5,
        rope_freq_base: 1e5,
        vocab_size: 49_152,
        ..base("llama")
    }
}

fn llama_3_2_1b() -> Decoder {
    Decoder {
        block_count: 16,
        context_length: 131_072,
        embedding_length: 2_048,
        feed_forward_length: 8_192,
        head_count: 32,
        head_count_kv: 8,
        layer_norm_rms_epsilon: 1e-5,
        rope_freq_base: 5e5,
        rope_scaling: Some(RotaryScaling::Llama3 {
            factor: 32.0,
            low_freq_factor: 1.0,
            high_freq_factor: 4.0,
            original_context_length: 8_192.0,
        }),
        vocab_size: 128_256,
        ..base("llama")
    }
}

fn qwen2_5_0_5b() -> Decoder {
    Decoder {
        block_count: 24,
        embedding_length: 896,
        feed_forward_length: 4_864,
        head_count: 14,
        head_count_kv: 2,
        has_qkv_bias: true,
        ..base("qwen2")
    }
}

fn qwen3_0_6b() -> Decoder {
    Decoder {
        block_count: 28,
        context_length: 40_960,
        embedding_length: 1_024,
        feed_forward_length: 3_072,
        head_count: 16,
        head_count_kv: 8,
        head_dim: 128,
        ..base("qwen3")
    }
}

fn gemma_3_270m() -> Decoder {
    Decoder { block_count: 18, embedding_length: 640, feed_forward_length: 2_048, ..gemma_3_1b() }
}

fn gemma_3_1b() -> Decoder {
    Decoder {
        block_count: 26,
        embedding_length: 1_152,
        feed_forward_length: 6_912,
        head_count: 4,
        head_count_kv: 1,
        head_dim: 256,
        sliding_window: Some(512),
        vocab_size: 262_144,
        ..base("gemma3")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::Gguf;

    /// Small enough for a test, of each architecture's make.
    fn small(decoder: Decoder) -> Decoder {
        Decoder { block_count: 2, embedding_length: 64, feed_forward_length: 96, vocab_size: 2_000, ..decoder }
    }

    #[test]
    fn every_shape_is_a_whole_model_and_always_the_same() {
        for like in &LIKES {
            for ty in TensorType::WRITABLE {
                let decoder = small((like.decoder)());
                let make = |seed| {
                    let mut out = Vec::new();
                    write(like.name, like.pre, &decoder, ty, seed, &mut out).unwrap();
                    out
                };
                let bytes = make(7);
                assert!(bytes == make(7) && bytes != make(8));
                let gguf = Gguf::parse(bytes).unwrap();
                assert_eq!(gguf.tensor("token_embd.weight").unwrap().shape, [2_000, 64]);
                assert_eq!(gguf.metadata().array_str("tokenizer.ggml.tokens").unwrap().len(), 2_000);
                let down = gguf.tensor("blk.1.ffn_down.weight").unwrap();
                assert_eq!((down.ty, &down.shape[..]), (ty, &[64, 96][..]));
                let variance = down.to_f32().iter().map(|x| x * x).sum::<f32>() / (64.0 * 96.0);
                assert!((variance * 96.0 - 1.0).abs() < 0.15, "{ty}: {variance}");
                assert_eq!(gguf.tensor("output_norm.weight").unwrap().to_f32(), [1.0; 64]);
            }
        }
        let unknown = random("qwen2", "7b", TensorType::Q4_0, 0, &mut Vec::new()).unwrap_err().to_string();
        assert!(unknown.contains("qwen2 0.5b"), "{unknown}");
    }

    #[test]
    fn the_sizes_are_those_of_the_models() {
        // Parameters as published, without the copies that tying saves.
        for (like, millions) in LIKES.iter().zip([0.1, 134.5, 1235.8, 494.0, 596.0, 268.1, 999.9]) {
            let n: usize =
                (like.decoder)().plan(TensorType::F16).iter().map(|plan| plan.shape.iter().product::<usize>()).sum();
            assert!((n as f64 / 1e6 - millions).abs() < 0.1, "{}: {n}", like.name);
        }
    }

    #[test]
    fn llama_3_divides_its_slow_frequencies() {
        let factors = llama_3_2_1b().rotary_factors().unwrap();
        assert_eq!((factors.len(), factors[0], factors[31]), (32, 1.0, 32.0));
        assert!(factors.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
