//! Our answers against the reference's, over the fixtures that `tests/reference/minilm.py` froze.
//!
//! These tests need the default model, which is not committed: `./dev model` makes it.
#![cfg(feature = "core")]

use std::path::PathBuf;

use attendant::gguf::Gguf;
use attendant::tokenizer::Tokenizer;
use serde::Deserialize;

/// A fixture: who made it, from what, and its cases.
#[derive(Deserialize)]
struct Fixture<Case> {
    max_tokens: usize,
    cases: Vec<Case>,
}

/// What the reference tokenizer made of a text, specials included, truncated to `max_tokens`.
#[derive(Deserialize)]
struct TokenCase {
    text: String,
    ids: Vec<u32>,
}

fn fixture<Case: for<'de> Deserialize<'de>>(json: &str) -> Fixture<Case> {
    serde_json::from_str(json).expect("the fixture is as tests/reference/minilm.py writes it")
}

/// A model that `./dev model` or `./dev test` made. `ATTENDANT_MODELS` names the folder where it is another one.
fn model_bytes(file: &str) -> Vec<u8> {
    let folder = match std::env::var_os("ATTENDANT_MODELS") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir().expect("a home directory, or ATTENDANT_MODELS").join(".cache/attendant/models"),
    };
    let path = folder.join(file);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{} cannot be read ({error}): ./dev test makes it, ATTENDANT_MODELS names another folder",
            path.display()
        )
    })
}

fn model() -> Gguf {
    Gguf::parse(model_bytes("minilm-q8_0.gguf")).unwrap_or_else(|error| panic!("{error}: run ./dev model again"))
}

#[test]
fn every_text_becomes_the_reference_tokenizers_ids() {
    let fixture: Fixture<TokenCase> = fixture(include_str!("fixtures/minilm/tokens.json"));
    let tokenizer = Tokenizer::from_metadata(model().metadata()).unwrap();
    assert_eq!(tokenizer.n_vocab(), 30_522);
    assert!(fixture.cases.len() >= 220, "the fixture lost cases");
    for TokenCase { text, ids } in &fixture.cases {
        assert_eq!(&tokenizer.encode_framed(text, fixture.max_tokens), ids, "{text:?}");
    }
}

#[test]
fn the_model_names_the_length_it_was_trained_on() {
    let fixture: Fixture<TokenCase> = fixture(include_str!("fixtures/minilm/tokens.json"));
    let max_seq_length = model().metadata().u32("attendant.max_seq_length").unwrap();
    assert_eq!(max_seq_length as usize, fixture.max_tokens);
}

#[cfg(feature = "engine")]
mod embeddings {
    use attendant::engine::Embedder;
    use attendant::platform::device::Placement;
    use futures::executor::block_on;

    use super::*;

    /// What PyTorch made of a text: mean over tokens, then length one.
    #[derive(Deserialize)]
    struct EmbeddingCase {
        text: String,
        embedding: Vec<f32>,
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    /// The smallest cosine over the fixture's first `n_cases`.
    fn worst(file: &str, placement: Placement, n_cases: usize) -> f32 {
        let fixture: Fixture<EmbeddingCase> = fixture(include_str!("fixtures/minilm/embeddings.json"));
        let embedder = Embedder::load(model_bytes(file), placement).unwrap();
        let cases = &fixture.cases[..n_cases.min(fixture.cases.len())];
        let texts: Vec<&str> = cases.iter().map(|case| case.text.as_str()).collect();
        let embeddings = block_on(embedder.embed(&texts)).unwrap();
        let cosines = cases.iter().zip(&embeddings).map(|(case, embedding)| cosine(embedding, &case.embedding));
        cosines.fold(1.0, f32::min)
    }

    #[test]
    fn f32_on_the_cpu_is_the_reference() {
        let worst = worst("minilm-f32.gguf", Placement::cpu(), usize::MAX);
        assert!(worst >= 0.9999, "{worst}");
    }

    #[test]
    fn q8_0_on_the_cpu_is_near_the_reference() {
        let worst = worst("minilm-q8_0.gguf", Placement::cpu(), usize::MAX);
        assert!(worst >= 0.999, "{worst}");
    }

    #[test]
    fn q4_0_on_the_cpu_is_near_the_reference() {
        let worst = worst("minilm-q4_0.gguf", Placement::cpu(), usize::MAX);
        assert!(worst >= 0.98, "{worst}");
    }

    /// On whatever GPU there is; where there is none, on a software Vulkan that `./dev test` installs. That one
    /// is slow: a few texts must do. One test, because Burn opens a device once a process.
    #[cfg(feature = "gpu")]
    #[test]
    fn every_precision_on_the_gpu_is_as_near() {
        let gpu = block_on(Placement::gpu()).expect("a Vulkan driver: ./dev test installs a software one");
        for (file, limit) in [("minilm-f32.gguf", 0.9999), ("minilm-q8_0.gguf", 0.999), ("minilm-q4_0.gguf", 0.98)] {
            let worst = worst(file, gpu.clone(), 4);
            assert!(worst >= limit, "{file}: {worst}");
        }
    }
}
