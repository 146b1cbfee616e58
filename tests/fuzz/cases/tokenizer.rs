//! Any text has ids, any ids have a text, and piece by piece the text is the same.

use std::sync::LazyLock;

use attendant::gguf::Gguf;
use attendant::tokenizer::{EncodeOptions, Tokenizer};

static TOKENIZERS: LazyLock<Vec<Tokenizer>> = LazyLock::new(|| {
    let files: [&[u8]; 5] = [
        include_bytes!("../../fixtures/tokenizers/gpt-2.gguf"),
        include_bytes!("../../fixtures/tokenizers/llama-bpe.gguf"),
        include_bytes!("../../fixtures/tokenizers/qwen2.gguf"),
        include_bytes!("../../fixtures/tokenizers/smollm.gguf"),
        include_bytes!("../../fixtures/tokenizers/spm.gguf"),
    ];
    let open = |bytes: &[u8]| Tokenizer::from_metadata(Gguf::parse(bytes.to_vec()).expect("it is whole").metadata());
    files.map(|bytes| open(bytes).expect("it is whole")).into()
});

pub fn check(bytes: &[u8]) {
    let Some((&pick, bytes)) = bytes.split_first() else { return };
    let tokenizer = &TOKENIZERS[pick as usize % TOKENIZERS.len()];
    let text = String::from_utf8_lossy(bytes);
    let ids = tokenizer.encode(&text, EncodeOptions { add_special: false, parse_special: false });
    assert!(ids.iter().all(|&id| (id as usize) < tokenizer.n_vocab()));
    let is_composed = tokenizer.id("Ġ").is_some() && pick as usize % TOKENIZERS.len() != 2;
    if is_composed && !["<|endoftext|>", "<|im_start|>", "<|im_end|>"].iter().any(|special| text.contains(special)) {
        assert_eq!(tokenizer.decode(&ids), text, "bytes in, bytes out");
    }

    let ids: Vec<u32> =
        bytes.chunks(2).map(|pair| pair.iter().fold(0, |id, &byte| (id << 8) | u32::from(byte))).collect();
    let mut stream = tokenizer.stream();
    let mut streamed: String = ids.iter().map(|&id| stream.push(id)).collect();
    streamed += &stream.finish();
    let decoded = tokenizer.decode(&ids);
    assert!(streamed == decoded || streamed.strip_prefix(' ') == Some(&decoded));
}
