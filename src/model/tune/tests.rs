use futures::executor::block_on;

use super::*;
use crate::model::EncoderTail;
use crate::platform::device::Placement;

const D_MODEL: usize = 32;
const D_FF: usize = 64;
const N_LAYERS: u32 = 3;

/// A small encoder of random weights, as far as its last layers go.
fn encoder() -> Gguf {
    let mut random = SplitMix64::new(11);
    let mut writer = Writer::new();
    writer.put("general.architecture", "bert").unwrap();
    let sizes = [
        ("block_count", N_LAYERS),
        ("embedding_length", D_MODEL as u32),
        ("feed_forward_length", D_FF as u32),
        ("attention.head_count", 2),
        ("context_length", 16),
        ("pooling_type", 1),
    ];
    sizes.iter().for_each(|(key, size)| writer.put(&format!("bert.{key}"), *size).unwrap());
    writer.put("bert.attention.layer_norm_epsilon", 1e-12f32).unwrap();
    for i in 0..N_LAYERS {
        for part in PARTS {
            let (n_out, n_in) = match part {
                "ffn_up" => (D_FF, D_MODEL),
                "ffn_down" => (D_MODEL, D_FF),
                _ => (D_MODEL, D_MODEL),
            };
            let is_norm = part.ends_with("norm");
            let weight: Vec<f32> = match is_norm {
                true => vec![1.0; D_MODEL],
                false => (0..n_out * n_in).map(|_| random.unit() as f32 * 0.5 - 0.25).collect(),
            };
            let shape = if is_norm { vec![D_MODEL] } else { vec![n_out, n_in] };
            let ty = TensorType::F32;
            let bytes = quantize(ty, &weight, shape[shape.len() - 1]).unwrap();
            writer.tensor(&format!("blk.{i}.{part}.weight"), ty, &shape, bytes).unwrap();
            let bias = quantize(ty, &vec![0.01; n_out], n_out).unwrap();
            writer.tensor(&format!("blk.{i}.{part}.bias"), ty, &[n_out], bias).unwrap();
        }
    }
    Gguf::parse(writer.to_bytes().unwrap()).unwrap()
}

/// Texts of four labels: one token says which, under noise, among others that say nothing.
fn texts(n: usize, seed: u64) -> (Vec<Vec<f32>>, Vec<usize>) {
    let mut random = SplitMix64::new(seed);
    (0..n)
        .map(|i| {
            let (class, n_tokens) = (i % 4, 3 + random.below(4));
            let telling = random.below(n_tokens);
            let tokens = (0..n_tokens * D_MODEL).map(|at| {
                let says = at / D_MODEL == telling && at % D_MODEL == class;
                random.unit() as f32 * 2.0 - 1.0 + if says { 4.0 } else { 0.0 }
            });
            (tokens.collect(), class)
        })
        .unzip()
}

fn embed(layers: &Gguf, texts: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let config = EncoderConfig::from_metadata(encoder().metadata()).unwrap();
    block_on(EncoderTail::load(layers, &config, &Placement::cpu()).unwrap().embed(texts)).unwrap()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// How much nearer texts are to others of their label than to the rest.
fn apart(layers: &Gguf, (texts, classes): &(Vec<Vec<f32>>, Vec<usize>)) -> f32 {
    let embeddings = embed(layers, texts);
    let mean = |alike: bool| {
        let pairs = (0..texts.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let pairs: Vec<_> = pairs.filter(|&(i, j)| (classes[i] == classes[j]) == alike).collect();
        pairs.iter().map(|&(i, j)| dot(&embeddings[i], &embeddings[j])).sum::<f32>() / pairs.len() as f32
    };
    mean(true) - mean(false)
}

/// Random weights have further to go than those of a trained encoder.
fn tuned((texts, classes): &(Vec<Vec<f32>>, Vec<usize>)) -> Gguf {
    let states: Vec<&[f32]> = texts.iter().map(Vec::as_slice).collect();
    let encoder = encoder();
    let mut network = Network::read(&encoder, EncoderConfig::from_metadata(encoder.metadata()).unwrap()).unwrap();
    network.fit(&states, classes, 50.0 * RATE, &mut SplitMix64::new(1));
    network.to_gguf().unwrap()
}

#[test]
fn texts_of_one_label_come_together_also_those_not_learned_from() {
    let (learned, others) = (texts(64, 1), texts(64, 2));
    // One text has nothing to come near to: these layers are the encoder's own.
    let (before, after) = (apart(&tuned(&texts(1, 1)), &others), apart(&tuned(&learned), &others));
    assert!(after > 1.5 * before, "{before} {after}");
}

#[test]
fn the_layers_in_training_are_the_encoders_own() {
    let (states, classes) = texts(9, 3);
    let network = Network::read(&encoder(), EncoderConfig::from_metadata(encoder().metadata()).unwrap()).unwrap();
    let device = Device::flex();
    let read_whole: Vec<(&[f32], usize)> = states.iter().map(Vec::as_slice).zip(classes).collect();
    let mut batch = Batch::new(&read_whole, D_MODEL, &mut SplitMix64::new(1));
    for (text, row) in states.iter().zip(batch.is_read.chunks_exact_mut(batch.n_tokens)) {
        row[..text.len() / D_MODEL].fill(1.0);
    }
    let weights: Vec<Tensor<2>> = network.parameters.iter().map(|parameter| parameter.tensor(&device)).collect();
    let padded = read(network.embed(&weights, &batch, &device));
    for (alone, padded) in embed(&network.to_gguf().unwrap(), &states).iter().zip(padded.chunks_exact(D_MODEL)) {
        // The one is in Q8_0.
        assert!(dot(alone, padded) > 0.999, "{}", dot(alone, padded));
    }
}

#[test]
fn the_same_texts_give_the_same_file() {
    let files = || tuned(&texts(12, 4)).files().map(<[u8]>::to_vec).collect::<Vec<_>>();
    assert_eq!(files(), files());
}
