use super::*;
use crate::gguf::{Gguf, GgufError, Writer, to_phantom};

mod hostile;
mod vectors;

const TOKENS: [&str; 12] =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "shop", "##ping", "cafe", "店", "!", "a", "##"];

/// A vocabulary in llama.cpp's spelling; `change` may add keys.
fn metadata(tokens: &[&str], change: impl FnOnce(&mut Writer)) -> Metadata {
    let mut writer = Writer::new();
    writer.put("tokenizer.ggml.model", "bert").unwrap();
    let stored: Vec<String> = tokens.iter().enumerate().map(|(id, token)| to_phantom(token, id < 5)).collect();
    writer.put("tokenizer.ggml.tokens", stored).unwrap();
    writer
        .put(
            "tokenizer.ggml.token_type",
            tokens.iter().map(|t| 1 + 2 * i32::from(t.starts_with('['))).collect::<Vec<i32>>(),
        )
        .unwrap();
    for (key, id) in [("unknown", 1u32), ("seperator", 3), ("padding", 0), ("cls", 2), ("mask", 4)] {
        writer.put(&format!("tokenizer.ggml.{key}_token_id"), id).unwrap();
    }
    change(&mut writer);
    Gguf::parse(writer.to_bytes().unwrap()).unwrap().metadata().clone()
}

fn tokenizer() -> Tokenizer {
    Tokenizer::from_metadata(&metadata(&TOKENS, |_| ())).unwrap()
}

#[test]
fn the_phantom_spelling_is_undone() {
    let tokenizer = tokenizer();
    assert_eq!(tokenizer.n_vocab(), TOKENS.len());
    for (id, token) in (0u32..).zip(TOKENS) {
        assert_eq!(tokenizer.token(id), Some(token));
    }
    assert_eq!(tokenizer.token(12), None);
}

#[test]
fn words_are_split_lower_cased_and_framed() {
    let tokenizer = tokenizer();
    assert_eq!(tokenizer.encode_framed("Shopping!", 256), [2, 5, 6, 9, 3]);
    assert_eq!(tokenizer.encode_framed("CAFÉ店店", 256), [2, 7, 8, 8, 3], "accents go, Chinese characters stand alone");
    assert_eq!(tokenizer.encode_framed("zebra", 256), [2, 1, 3]);
    assert_eq!(tokenizer.encode_framed(" \t\n", 256), [2, 3]);
    assert_eq!(tokenizer.encode_framed("", 256), [2, 3]);
    assert_eq!(tokenizer.encode_framed("shop [MASK]", 256), [2, 5, 4, 3]);
}

#[test]
fn truncation_keeps_the_separator_last() {
    let tokenizer = tokenizer();
    let text = "shop ".repeat(600);
    let ids = tokenizer.encode_framed(&text, 256);
    assert_eq!((ids.len(), ids[0], ids[254], ids[255]), (256, 2, 5, 3));
    assert_eq!(tokenizer.encode_framed(&text, 3), [2, 5, 3]);
    assert_eq!(tokenizer.encode_framed(&text, 2), [2, 3]);
    assert_eq!(tokenizer.encode_framed(&text, 0), [2, 3]);
}

#[test]
fn words_come_back_without_their_marks() {
    let tokenizer = tokenizer();
    let options = EncodeOptions { add_special: true, parse_special: false };
    assert_eq!(tokenizer.decode(&tokenizer.encode("Shopping !", options)), "shopping !");
    assert_eq!(tokenizer.encode("[MASK]", EncodeOptions::default()), [1, 1, 1], "text cannot forge a special token");
}

#[test]
fn case_is_kept_where_the_file_says_so() {
    let cased = metadata(&TOKENS, |writer| writer.put("tokenizer.ggml.normalizer.lowercase", false).unwrap());
    assert_eq!(Tokenizer::from_metadata(&cased).unwrap().encode_framed("Shop shop", 9), [2, 1, 5, 3]);
}

#[test]
fn bad_vocabularies_are_refused() {
    let error = |tokens: &[&str]| Tokenizer::from_metadata(&metadata(tokens, |_| ())).unwrap_err();
    assert!(matches!(error(&TOKENS[..4]), TokenizerError::SpecialOutOfRange { id: 4, n_vocab: 4, .. }));
    let mut twice = TOKENS;
    twice[10] = "shop";
    assert_eq!(error(&twice), TokenizerError::DuplicateToken { token: "shop".into(), first: 5, second: 10 });
    assert!(matches!(
        Tokenizer::from_metadata(&Metadata::default()),
        Err(TokenizerError::Metadata(GgufError::MissingKey { .. }))
    ));
    let mut other = Writer::new();
    other.put("tokenizer.ggml.model", "t5").unwrap();
    let gguf = Gguf::parse(other.to_bytes().unwrap()).unwrap();
    assert!(matches!(Tokenizer::from_metadata(gguf.metadata()), Err(TokenizerError::UnsupportedModel { .. })));
}
