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

/// The default model: the file that `ATTENDANT_MODEL` names, or else where `./dev model` puts it.
fn model() -> Gguf {
    let path = match std::env::var_os("ATTENDANT_MODEL") {
        Some(path) => PathBuf::from(path),
        None => {
            let home = std::env::home_dir().expect("a home directory, or ATTENDANT_MODEL");
            home.join(".cache/attendant/models/minilm-q8_0.gguf")
        }
    };
    let bytes = std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{} cannot be read ({error}): run ./dev model, or set ATTENDANT_MODEL to a GGUF file", path.display())
    });
    Gguf::parse(bytes).unwrap_or_else(|error| panic!("{}: {error}: run ./dev model again", path.display()))
}

#[test]
fn every_text_becomes_the_reference_tokenizers_ids() {
    let fixture: Fixture<TokenCase> = fixture(include_str!("fixtures/minilm/tokens.json"));
    let tokenizer = Tokenizer::from_gguf(model().metadata()).unwrap();
    assert_eq!(tokenizer.n_vocab(), 30_522);
    assert!(fixture.cases.len() >= 220, "the fixture lost cases");
    for TokenCase { text, ids } in &fixture.cases {
        assert_eq!(&tokenizer.encode(text, fixture.max_tokens), ids, "{text:?}");
    }
}

#[test]
fn the_model_names_the_length_it_was_trained_on() {
    let fixture: Fixture<TokenCase> = fixture(include_str!("fixtures/minilm/tokens.json"));
    let max_seq_length = model().metadata().u32("attendant.max_seq_length").unwrap();
    assert_eq!(max_seq_length as usize, fixture.max_tokens);
}
