use std::collections::HashMap;
use std::sync::OnceLock;

use tokenizers::Model;
use tokenizers::models::bpe::{BPE, Vocab};

use super::TokenizerError;
use super::pre_tokenizer::PreTokenizer;
use super::vocabulary::Vocabulary;
use crate::gguf::Metadata;

/// GPT-2's BPE: text is bytes, each spelled as a visible character, merged by rank within words.
#[derive(Debug)]
pub(super) struct ByteLevel {
    pre_tokenizer: PreTokenizer,
    bpe: BPE,
}

impl ByteLevel {
    pub fn read(
        metadata: &Metadata,
        vocabulary: &Vocabulary,
        pre_tokenizer: PreTokenizer,
    ) -> Result<ByteLevel, TokenizerError> {
        let stored = metadata.array_str("tokenizer.ggml.merges")?;
        let mut merges = Vec::with_capacity(stored.len());
        let mut joined = String::new();
        for (index, merge) in stored.iter().enumerate() {
            let bad = || TokenizerError::BadMerge { index, merge: merge.clone() };
            // A token may be a space itself: the separator is never the first character.
            let mut spaces = merge.char_indices().skip(1).filter(|&(_, c)| c == ' ');
            let (at, _) = spaces.next().ok_or_else(bad)?;
            let (left, right) = (&merge[..at], &merge[at + 1..]);
            joined.clear();
            joined.extend([left, right]);
            // The crate takes this for granted and panics otherwise.
            if right.is_empty() || [left, right, &joined].iter().any(|text| vocabulary.id(text).is_none()) {
                return Err(bad());
            }
            merges.push((left.to_owned(), right.to_owned()));
        }
        let vocab: Vocab = vocabulary.tokens().map(|(id, text)| (text.to_owned(), id)).collect();
        let bpe = BPE::builder()
            .vocab_and_merges(vocab, merges)
            .ignore_merges(pre_tokenizer.ignore_merges)
            // The crate's cache lives in the thread and outlives the model.
            .cache_capacity(0)
            .build()
            .map_err(|error| TokenizerError::Build { reason: error.to_string() })?;
        Ok(ByteLevel { pre_tokenizer, bpe })
    }

    pub fn encode(&self, text: &str, ids: &mut Vec<u32>) {
        let mut spelled = String::new();
        self.pre_tokenizer.split(text, |word| {
            spelled.clear();
            spelled.extend(word.bytes().map(|byte| alphabet().chars[byte as usize]));
            let tokens = self.bpe.tokenize(&spelled).expect("without an unknown token there is nothing to fail");
            ids.extend(tokens.iter().map(|token| token.id));
        });
    }
}

/// The bytes that this token spells; a character outside the alphabet stands for itself.
pub(super) fn push_bytes(token: &str, out: &mut Vec<u8>) {
    for c in token.chars() {
        match alphabet().bytes.get(&c) {
            Some(&byte) => out.push(byte),
            None => out.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

struct Alphabet {
    chars: [char; 256],
    bytes: HashMap<char, u8>,
}

/// GPT-2's `bytes_to_unicode`: a byte that prints in Latin-1 is that character, the others follow from
/// U+0100 on.
fn alphabet() -> &'static Alphabet {
    static ALPHABET: OnceLock<Alphabet> = OnceLock::new();
    ALPHABET.get_or_init(|| {
        let mut hidden = '\u{100}'..;
        let chars = std::array::from_fn(|byte| match byte as u8 {
            byte @ (b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff) => char::from(byte),
            _ => hidden.next().expect("characters do not run out after 68"),
        });
        Alphabet { chars, bytes: chars.into_iter().zip(0..=255).collect() }
    })
}
