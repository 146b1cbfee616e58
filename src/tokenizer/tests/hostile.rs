//! Files that mean harm, and streams that end in the middle.

use super::*;
use crate::gguf::Value;

/// A byte-level vocabulary of whole bytes, some merges and special tokens; `change` may add keys.
fn byte_level(change: impl FnOnce(&mut Writer)) -> Result<Tokenizer, TokenizerError> {
    let mut writer = Writer::new();
    writer.put("tokenizer.ggml.model", "gpt2").unwrap();
    writer.put("tokenizer.ggml.pre", "gpt-2").unwrap();
    let mut tokens: Vec<String> = ["<|im_end|>", "<|pad|>", "<b>"].map(str::to_owned).to_vec();
    // GPT-2's alphabet as it follows from decoding: every character up to U+0143 that is a byte.
    let bytes = (0x21u32..0x144).filter(|c| !matches!(c, 0x7f..=0xa0 | 0xad)).filter_map(char::from_u32);
    tokens.extend(bytes.map(String::from));
    tokens.push("he".to_owned());
    let kinds: Vec<i32> = (0..tokens.len()).map(|id| [3, 3, 4].get(id).copied().unwrap_or(1)).collect();
    writer.put("tokenizer.ggml.tokens", tokens).unwrap();
    writer.put("tokenizer.ggml.token_type", kinds).unwrap();
    writer.put("tokenizer.ggml.eos_token_id", 1u32).unwrap();
    change(&mut writer);
    if !writer.to_bytes().unwrap().windows(6).any(|window| window == b"merges") {
        writer.put("tokenizer.ggml.merges", vec!["h e".to_owned()]).unwrap();
    }
    Tokenizer::from_metadata(Gguf::parse(writer.to_bytes().unwrap()).unwrap().metadata())
}

#[test]
fn a_stream_holds_a_character_back_until_it_is_whole() {
    let tokenizer = byte_level(|_| ()).unwrap();
    let ids = tokenizer.encode("a店🦙", EncodeOptions::default());
    assert_eq!(ids.len(), 1 + 3 + 4);
    let mut stream = tokenizer.stream();
    let pieces: Vec<String> = ids.iter().map(|&id| stream.push(id)).collect();
    assert_eq!(pieces, ["a", "", "", "店", "", "", "", "🦙"]);
    assert_eq!(stream.finish(), "");

    let mut cut = tokenizer.stream();
    assert_eq!([cut.push(ids[1]), cut.push(ids[2]), cut.push(ids[0])].concat(), "\u{fffd}a", "never completed");
    assert_eq!((cut.push(ids[1]), cut.push(0), cut.push(u32::MAX)), (String::new(), String::new(), String::new()));
    assert_eq!(cut.finish(), "\u{fffd}");
}

#[test]
fn what_ends_generation_is_found_by_id_and_by_name() {
    let tokenizer = byte_level(|_| ()).unwrap();
    assert_eq!(tokenizer.ends().collect::<Vec<_>>(), [0, 1], "the turn's end by its name, the text's by its key");
    assert!(tokenizer.is_end(0) && !tokenizer.is_end(2));
    let text = "<b><|im_end|>";
    assert_eq!(tokenizer.encode(text, EncodeOptions { add_special: false, parse_special: true }), [2, 0]);
    assert_eq!(tokenizer.encode(text, EncodeOptions::default())[0], 2, "user-defined tokens are always found");
    assert_eq!(tokenizer.encode(text, EncodeOptions::default()).len(), 1 + "<|im_end|>".len());
    assert_eq!(tokenizer.decode(&[2, 0]), "<b>");
}

#[test]
fn what_the_model_adds_follows_the_keys() {
    let both = |writer: &mut Writer| {
        writer.put("tokenizer.ggml.bos_token_id", 2u32).unwrap();
        writer.put("tokenizer.ggml.add_bos_token", true).unwrap();
        writer.put("tokenizer.ggml.add_eos_token", true).unwrap();
    };
    let special = EncodeOptions { add_special: true, parse_special: false };
    let he = byte_level(|_| ()).unwrap().encode("he", special);
    assert_eq!(he.len(), 1);
    assert_eq!(byte_level(both).unwrap().encode("he", special), [2, he[0], 1]);
    assert_eq!(byte_level(both).unwrap().encode("", special), [2, 1]);
}

#[test]
fn bad_files_say_what_is_wrong() {
    let merges = |merges: &[&str]| {
        let merges: Vec<String> = merges.iter().map(|&merge| merge.to_owned()).collect();
        byte_level(|writer| writer.put("tokenizer.ggml.merges", merges).unwrap()).unwrap_err()
    };
    for bad in ["he", "h  e", "q u", "h ", " ", "", "he he he"] {
        assert!(matches!(merges(&["h e", bad]), TokenizerError::BadMerge { index: 1, .. }), "{bad:?}");
    }
    let mut writer = Writer::new();
    writer.put("tokenizer.ggml.model", "gpt2").unwrap();
    writer.put("tokenizer.ggml.pre", "qwen9").unwrap();
    let gguf = Gguf::parse(writer.to_bytes().unwrap()).unwrap();
    let error = Tokenizer::from_metadata(gguf.metadata()).unwrap_err().to_string();
    assert!(error.contains("`qwen9`") && error.contains("qwen2"), "{error}");
}

#[test]
fn scores_of_any_kind_end_the_merging() {
    for score in [f32::NAN, f32::INFINITY, -0.0] {
        let mut writer = Writer::new();
        writer.put("tokenizer.ggml.model", "llama").unwrap();
        let tokens: Vec<String> = ["<unk>", "a", "aa", "aaaa", "▁"].map(str::to_owned).to_vec();
        writer.put("tokenizer.ggml.scores", vec![score; tokens.len()]).unwrap();
        writer.put("tokenizer.ggml.tokens", tokens).unwrap();
        writer.put("tokenizer.ggml.token_type", Value::from(vec![2, 1, 1, 1, 1])).unwrap();
        let tokenizer = Tokenizer::from_metadata(Gguf::parse(writer.to_bytes().unwrap()).unwrap().metadata()).unwrap();
        assert_eq!(tokenizer.encode(&"a".repeat(7), EncodeOptions::default()), [4, 3, 2, 1]);
        assert_eq!(tokenizer.encode("x", EncodeOptions::default()), [4, 0], "no byte tokens: the unknown one");
    }
}

/// Flips bytes of whole vocabulary files: what still parses is a tokenizer or an error, and a tokenizer
/// takes any text and any ids.
#[test]
fn broken_vocabularies_never_panic() {
    let files: [&[u8]; 2] = [
        include_bytes!("../../../tests/fixtures/tokenizers/llama-bpe.gguf"),
        include_bytes!("../../../tests/fixtures/tokenizers/spm.gguf"),
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let mut n_built = 0;
    for round in 0..1_500 {
        let mut bytes = files[round % files.len()].to_vec();
        for _ in 0..=below(6) {
            let at = below(bytes.len());
            bytes[at] = match below(3) {
                0 => below(256) as u8,
                1 => bytes[at] ^ (1 << below(8)),
                _ => bytes[below(bytes.len())],
            };
        }
        let Ok(gguf) = Gguf::parse(bytes) else { continue };
        let Ok(tokenizer) = Tokenizer::from_metadata(gguf.metadata()) else { continue };
        n_built += 1;
        let ids =
            tokenizer.encode(" <s>Hé 1234\n店🙂<|im_end|>", EncodeOptions { add_special: true, parse_special: true });
        tokenizer.decode(&ids);
        tokenizer.decode(&[0, 1, below(600) as u32, u32::MAX]);
    }
    assert!(n_built > 100, "{n_built} of them still are vocabularies");
}
