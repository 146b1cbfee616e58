//! Logits of tiny seeded models against `transformers`', over the fixtures that `tests/reference/decoder.py` froze.
#![cfg(feature = "engine")]

use std::path::Path;
use std::sync::Arc;

use attendant::gguf::{Gguf, TensorType, Writer, dequantize, quantize};
use attendant::model::{DecodeState, Decoder, ModelError};
use attendant::platform::device::Placement;
use futures::executor::block_on;
use serde::Deserialize;

const ARCHITECTURES: [&str; 4] = ["llama", "qwen2", "qwen3", "gemma3"];

/// Single precision in another order of sums, through up to seven layers; logits are up to 12 in size.
const TOLERANCE_F32: f32 = 1e-3;

/// One pass against many: the same sums, in other groups.
const TOLERANCE_PIECES: f32 = 1e-4;

/// Root mean square of the differences, as a share of the logits' own. Rows of 32 to 96 random weights average
/// little out, so rounded weights move these logits far more than a real model's; what must be small is what the
/// products add to that, so it is told apart. Each is a little above the largest of the four models'.
const SHARE_OF_ROUNDING: [(TensorType, f32); 2] = [(TensorType::Q8_0, 0.04), (TensorType::Q4_0, 0.5)];

/// On the CPU products round activations to eight bits; a GPU rounds only the keys and values that it keeps, to eleven.
const SHARE_OF_PRODUCTS_CPU: f32 = 0.03;
#[cfg(feature = "gpu")]
const SHARE_OF_PRODUCTS_GPU: f32 = 1e-3;

#[derive(Deserialize)]
struct Fixture {
    vocab: usize,
    sequences: Vec<Vec<u32>>,
}

struct Reference {
    bytes: Vec<u8>,
    /// Ids, and `[ids, vocab]` logits.
    cases: Vec<(Vec<u32>, Vec<f32>)>,
}

fn reference(architecture: &str) -> Reference {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decoder");
    let read = |extension: &str| std::fs::read(folder.join(format!("{architecture}.{extension}"))).unwrap();
    let fixture: Fixture = serde_json::from_slice(&read("json")).unwrap();
    let logits: Vec<f32> = read("f32").as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    let mut rest = logits.as_slice();
    let cases = fixture.sequences.into_iter().map(|ids| {
        let (logits, after) = rest.split_at(ids.len() * fixture.vocab);
        rest = after;
        (ids, logits.to_vec())
    });
    let cases = cases.collect();
    assert!(rest.is_empty(), "the fixture has logits that belong to no sequence");
    Reference { bytes: read("gguf"), cases }
}

/// The same model with its matrices stored as `ty`.
fn requantized(bytes: &[u8], ty: TensorType) -> Vec<u8> {
    rewritten(bytes, |values, n_cols| (ty, quantize(ty, values, n_cols).unwrap()))
}

/// The same model with its matrices rounded to `ty` and stored as F32.
fn rounded(bytes: &[u8], ty: TensorType) -> Vec<u8> {
    rewritten(bytes, |values, n_cols| {
        let values = dequantize(ty, &quantize(ty, values, n_cols).unwrap()).unwrap();
        (TensorType::F32, quantize(TensorType::F32, &values, n_cols).unwrap())
    })
}

fn rewritten(bytes: &[u8], store: impl Fn(&[f32], usize) -> (TensorType, Vec<u8>)) -> Vec<u8> {
    let gguf = Gguf::parse(bytes.to_vec()).unwrap();
    let mut writer = Writer::new();
    for (key, value) in gguf.metadata().iter() {
        writer.put(key, value.clone()).unwrap();
    }
    for info in gguf.tensors() {
        let view = gguf.tensor(&info.name).unwrap();
        let (ty, bytes) = match *view.shape {
            [_, n_cols] => store(&view.to_f32(), n_cols),
            _ => (view.ty, view.bytes.to_vec()),
        };
        writer.tensor(&info.name, ty, &view.shape, bytes).unwrap();
    }
    writer.to_bytes().unwrap()
}

fn load(bytes: Vec<u8>, placement: &Placement) -> Decoder {
    Decoder::load(Arc::new(Gguf::parse(bytes).unwrap()), placement).unwrap()
}

fn state(decoder: &Decoder) -> DecodeState {
    decoder.new_state(48).unwrap()
}

/// Reads a sequence in pieces of the given length and gives the logits of all positions.
fn logits(decoder: &Decoder, ids: &[u32], piece: usize) -> Vec<f32> {
    let mut state = state(decoder);
    let pieces = ids.chunks(piece).flat_map(|ids| block_on(decoder.read_all_logits(&mut state, ids)).unwrap());
    pieces.collect()
}

#[track_caller]
fn assert_close(got: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(got.len(), expected.len(), "{what}");
    let worst = got.iter().zip(expected).map(|(got, expected)| (got - expected).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{what}: off by {worst}, {tolerance} allowed");
}

/// Root mean square of the differences as a share of the expected values'.
fn share(got: &[f32], expected: &[f32]) -> f32 {
    let square = |values: &mut dyn Iterator<Item = f32>| values.map(|x| x * x).sum::<f32>();
    let error = square(&mut got.iter().zip(expected).map(|(got, expected)| got - expected));
    (error / square(&mut expected.iter().copied())).sqrt()
}

#[test]
fn every_position_is_the_references_on_the_cpu() {
    for architecture in ARCHITECTURES {
        let Reference { bytes, cases } = reference(architecture);
        let decoder = load(bytes, &Placement::cpu());
        for (ids, expected) in &cases {
            let got = logits(&decoder, ids, usize::MAX);
            assert_close(&got, expected, TOLERANCE_F32, &format!("{architecture}, {} tokens", ids.len()));
        }
    }
}

#[test]
fn pieces_and_single_tokens_give_what_one_pass_gives() {
    for architecture in ARCHITECTURES {
        let Reference { bytes, cases } = reference(architecture);
        let ids = &cases.last().unwrap().0;
        for (ty, tolerance) in [(TensorType::F32, TOLERANCE_PIECES), (TensorType::Q8_0, TOLERANCE_PIECES)] {
            let decoder = load(requantized(&bytes, ty), &Placement::cpu());
            let whole = logits(&decoder, ids, usize::MAX);
            for piece in [1, 7, 16] {
                let got = logits(&decoder, ids, piece);
                assert_close(&got, &whole, tolerance, &format!("{architecture} {ty} in pieces of {piece}"));
            }
        }
    }
}

#[test]
fn quantized_weights_stay_near_the_reference() {
    for architecture in ARCHITECTURES {
        let Reference { bytes, cases } = reference(architecture);
        let (ids, expected) = cases.last().unwrap();
        for (ty, limit) in SHARE_OF_ROUNDING {
            let of = |bytes| logits(&load(bytes, &Placement::cpu()), ids, usize::MAX);
            let (quantized, rounded) = (of(requantized(&bytes, ty)), of(rounded(&bytes, ty)));
            let (rounding, products) = (share(&rounded, expected), share(&quantized, &rounded));
            assert!(rounding <= limit, "{architecture} {ty}: rounding {rounding}, {limit} allowed");
            assert!(products <= SHARE_OF_PRODUCTS_CPU, "{architecture} {ty}: products {products}");
        }
    }
}

/// On whatever GPU there is; where there is none, on a software Vulkan that `./dev test` installs. One test, because
/// Burn opens a device once a process.
#[cfg(feature = "gpu")]
#[test]
fn every_position_is_the_references_on_the_gpu_too() {
    let gpu = block_on(Placement::gpu()).expect("a Vulkan driver: ./dev test installs a software one");
    for architecture in ARCHITECTURES {
        let Reference { bytes, cases } = reference(architecture);
        let (ids, expected) = cases.last().unwrap();
        let decoder = load(bytes.clone(), &gpu);
        let got = logits(&decoder, ids, usize::MAX);
        assert_close(&got, expected, TOLERANCE_F32, &format!("{architecture} in one pass"));
        for piece in [1, 17] {
            let got = logits(&decoder, ids, piece);
            assert_close(&got, expected, TOLERANCE_F32, &format!("{architecture} in pieces of {piece}"));
        }
        for (ty, _) in SHARE_OF_ROUNDING {
            let of = |bytes, placement| logits(&load(bytes, placement), ids, usize::MAX);
            let (quantized, rounded) = (of(requantized(&bytes, ty), &gpu), of(rounded(&bytes, ty), &Placement::cpu()));
            let share = share(&quantized, &rounded);
            assert!(share <= SHARE_OF_PRODUCTS_GPU, "{architecture} {ty}: {share}");
        }
    }
    // Longer than a pass and than a span of attention.
    let (host, device) = (load(long_model(), &Placement::cpu()), load(long_model(), &gpu));
    let ids: Vec<u32> = (0..700).map(|i| i * 7 % host.n_vocab() as u32).collect();
    let [expected, got] = [&host, &device].map(|decoder| {
        let mut state = decoder.new_state(ids.len()).unwrap();
        let (most, last) = ids.split_at(ids.len() - 3);
        let mut logits = block_on(decoder.prefill(&mut state, most)).unwrap();
        last.iter().for_each(|&id| logits.extend(block_on(decoder.decode_step(&mut state, id)).unwrap()));
        logits
    });
    assert_close(&got, &expected, TOLERANCE_F32, "a long text");
    // What a GPU chooses itself, a pass ahead, with another text in between and one choice not followed.
    let [expected, got] = [&host, &device].map(|decoder| {
        let mut texts = [ids[..300].to_vec(), ids[200..210].to_vec()];
        let mut states = [(); 2].map(|()| decoder.new_state(400).unwrap());
        let mut chosen = Vec::new();
        for turn in 0..24 {
            let which = usize::from(turn % 7 == 3);
            let (text, state) = (&mut texts[which], &mut states[which]);
            let id = block_on(decoder.likeliest(state, &text[state.n_past()..])).unwrap().unwrap();
            text.push(if turn == 12 { id ^ 1 } else { id });
            chosen.push(id);
        }
        chosen
    });
    assert_eq!(got, expected);
}

/// Random weights and a context of 4,096 tokens.
#[cfg(feature = "gpu")]
fn long_model() -> Vec<u8> {
    let mut file = Vec::new();
    attendant::gguf::random::random("llama", "tiny", TensorType::F32, 0, &mut file).unwrap();
    let key = b"llama.context_length";
    let at = file.windows(key.len()).position(|window| window == key).unwrap() + key.len() + 4;
    file[at..at + 4].copy_from_slice(&4096u32.to_le_bytes());
    file
}

#[test]
fn conversations_share_a_model_and_a_text_may_be_taken_back() {
    let Reference { bytes, cases } = reference("gemma3");
    let decoder = load(bytes, &Placement::cpu());
    let (ids, expected) = cases.last().unwrap();
    let vocab = decoder.n_vocab();
    let (mut one, mut other) = (state(&decoder), state(&decoder));
    for (i, &id) in ids.iter().enumerate() {
        block_on(decoder.decode_step(&mut other, ids[ids.len() - 1 - i])).unwrap();
        let got = block_on(decoder.decode_step(&mut one, id)).unwrap();
        assert_close(&got, &expected[i * vocab..][..vocab], TOLERANCE_F32, "beside another text");
    }
    other.truncate(0);
    let got = block_on(decoder.prefill(&mut other, ids)).unwrap();
    assert_close(&got, &expected[(ids.len() - 1) * vocab..], TOLERANCE_F32, "after another text");
}

#[test]
fn limits_are_errors_and_leave_the_text_as_it_was() {
    let decoder = load(reference("llama").bytes, &Placement::cpu());
    assert!(matches!(decoder.new_state(65), Err(ModelError::Length { found: 65, limit: 64 })));
    let mut state = decoder.new_state(4).unwrap();
    block_on(decoder.prefill(&mut state, &[1, 2, 3])).unwrap();
    let full = block_on(decoder.prefill(&mut state, &[4, 5]));
    assert!(matches!(full, Err(ModelError::ContextFull { n_past: 3, n_new: 2, capacity: 4 })), "{full:?}");
    let unknown = block_on(decoder.prefill(&mut state, &[128]));
    assert!(matches!(unknown, Err(ModelError::Token { id: 128, n_vocab: 128 })), "{unknown:?}");
    assert_eq!(state.n_past(), 3);
    block_on(decoder.prefill(&mut state, &[4])).unwrap();
}
