use std::sync::Arc;

use futures::executor::block_on;

use super::*;
use crate::gguf::Gguf;
use crate::model::NgramEncoder;

/// Texts of two "words" each and targets that are the sums of the words' own: what can be learned, and from parts.
fn pairs() -> (Vec<Pair>, Vec<Pair>) {
    const WORDS: [&str; 12] =
        ["退货", "发票", "运费", "尺码", "优惠", "保修", "颜色", "地址", "客服", "会员", "材质", "包装"];
    let mut random = SplitMix64::new(5);
    let vectors: Vec<Vec<f32>> = WORDS.iter().map(|_| (0..32).map(|_| normal(&mut random)).collect()).collect();
    let mut pairs = Vec::new();
    for a in 0..WORDS.len() {
        for b in (0..WORDS.len()).filter(|&b| b != a) {
            let sum: Vec<f32> = vectors[a].iter().zip(&vectors[b]).map(|(x, y)| x + y).collect();
            let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
            let target = sum.iter().map(|x| x / length).collect();
            pairs.push(Pair { text: format!("{}，{}", WORDS[a], WORDS[b]), target });
        }
    }
    shuffle(&mut pairs, &mut random);
    let valid: Vec<Pair> = pairs.drain(..20).collect();
    (pairs, valid)
}

fn train(pairs: &[Pair], valid: &[Pair]) -> (Student, Vec<Epoch>) {
    let config = DistillConfig { d_model: 32, n_vocab: 100, n_epochs: 60, seed: 3 };
    let mut epochs = Vec::new();
    let student = distill(pairs, valid, Fold::default(), &config, |epoch| epochs.push(*epoch));
    (student, epochs)
}

#[test]
fn a_student_learns_and_its_file_embeds_as_it_does() {
    const MOST_DIFFERENCE: f32 = 1e-5;
    let (pairs, valid) = pairs();
    let (student, epochs) = train(&pairs, &valid);
    let (first, last) = (epochs[0], epochs[epochs.len() - 1]);
    assert!(last.loss < 0.7 * first.loss, "{} and {}", first.loss, last.loss);
    assert!(last.retrieval.forward >= 0.9 && last.retrieval.cosine > 0.6, "{:?}", last.retrieval);

    let bytes = student.to_gguf("test", "zh", TensorType::F32).unwrap().to_bytes().unwrap();
    let gguf = Arc::new(Gguf::parse(bytes).unwrap());
    let ngrams = Ngrams::from_metadata(gguf.metadata()).unwrap();
    let encoder = NgramEncoder::load(gguf).unwrap();
    let texts: Vec<&str> = valid.iter().map(|pair| pair.text.as_str()).chain(["", "退货运费"]).collect();
    let ids: Vec<Vec<u32>> = texts.iter().map(|text| ngrams.encode(text, encoder.config().max_seq)).collect();
    let embeddings = block_on(encoder.embed(&ids)).unwrap();
    for (trained, loaded) in student.embed_texts(&texts).iter().zip(&embeddings) {
        let differs = trained.iter().zip(loaded).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(differs < MOST_DIFFERENCE, "{differs}");
    }
}

#[test]
fn the_same_seed_gives_the_same_file() {
    let (pairs, valid) = pairs();
    let file = || train(&pairs[..40], &valid).0.to_gguf("test", "zh", TensorType::Q4_0).unwrap().to_bytes().unwrap();
    assert_eq!(file(), file());
}
