//! Whole vocabularies against what others make of the same texts.

use std::path::Path;
use std::{env, fs};

use serde::Deserialize;

use super::*;

/// A vocabulary, and what Python's `tokenizers` made of texts with it.
/// Producer: tests/reference/tokenizers.py.
#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    text: String,
    /// Special tokens in the text read as such.
    ids: Vec<u32>,
    /// Special tokens in the text read as text, where that differs.
    plain_ids: Option<Vec<u32>>,
    /// `ids` decoded, where that is not `text`.
    decoded: Option<String>,
}

const PARSED: EncodeOptions = EncodeOptions { add_special: false, parse_special: true };

fn check(gguf: &[u8], json: &str) {
    let gguf = Gguf::parse(gguf.to_vec()).unwrap();
    let tokenizer = Tokenizer::from_metadata(gguf.metadata()).unwrap();
    let fixture: Fixture = serde_json::from_str(json).unwrap();
    assert!(fixture.cases.len() > 200);
    for Case { text, ids, plain_ids, decoded } in &fixture.cases {
        assert_eq!(&tokenizer.encode(text, PARSED), ids, "{text:?}");
        let plain = tokenizer.encode(text, EncodeOptions::default());
        assert_eq!(&plain, plain_ids.as_ref().unwrap_or(ids), "{text:?} as text");
        let decoded = decoded.as_ref().unwrap_or(text);
        assert_eq!(&tokenizer.decode(ids), decoded, "{text:?} decoded");

        // Piece by piece the text is the same, but for the space before the first word.
        let mut stream = tokenizer.stream();
        let mut streamed: String = ids.iter().map(|&id| stream.push(id)).collect();
        streamed += &stream.finish();
        assert!(streamed == *decoded || streamed.strip_prefix(' ') == Some(decoded), "{text:?}: {streamed:?}");
    }
}

macro_rules! fixtures {
    ($($test:ident: $name:literal;)*) => {
        $(#[test]
        fn $test() {
            check(
                include_bytes!(concat!("../../../tests/fixtures/tokenizers/", $name, ".gguf")),
                include_str!(concat!("../../../tests/fixtures/tokenizers/", $name, ".json")),
            );
        })*
    };
}

fixtures! {
    gpt_2_is_as_in_python: "gpt-2";
    llama_3_is_as_in_python: "llama-bpe";
    qwen_2_is_as_in_python: "qwen2";
    smollm_is_as_in_python: "smollm";
    sentencepiece_is_as_in_python: "spm";
}

/// llama.cpp's own vocabularies with their `.inp` and `.out`, which are too large to be kept here.
#[test]
fn llama_cpp_s_vectors_pass() {
    let Some(folder) = env::var_os("ATTENDANT_SHARED_TOKENIZERS") else {
        println!("skipped: ATTENDANT_SHARED_TOKENIZERS names no folder with ggml-vocab-*.gguf, .inp and .out");
        return;
    };
    let mut n_texts = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "gguf") {
            continue;
        }
        let gguf = Gguf::parse(fs::read(&path).unwrap()).unwrap();
        let tokenizer = Tokenizer::from_metadata(gguf.metadata()).unwrap();
        let beside = |extension| fs::read_to_string(Path::new(&path).with_added_extension(extension)).unwrap();
        let (texts, expected) = (beside("inp"), beside("out"));
        let texts = texts.strip_suffix("\n__ggml_vocab_test__\n").unwrap_or(&texts);
        let texts: Vec<&str> = texts.split("\n__ggml_vocab_test__\n").collect();
        for (text, line) in texts.iter().zip(expected.lines()) {
            let ids: Vec<u32> = line.split_whitespace().map(|id| id.parse().unwrap()).collect();
            assert_eq!(tokenizer.encode(text, EncodeOptions::default()), ids, "{}: {text:?}", path.display());
            assert_eq!(tokenizer.decode(&ids), *text, "{}", path.display());
            n_texts += 1;
        }
        assert_eq!(texts.len(), expected.lines().count(), "{}", path.display());
    }
    assert!(n_texts > 80, "{n_texts} texts");
}
