//! SentencePiece's BPE as `llm_tokenizer_spm` in llama.cpp does it: no merges are listed; of all
//! neighbours that together are a token, those with the best score join first, the leftmost of equals.
//! The `tokenizers` crate knows BPE only with listed merges, which cannot say that two tokens are equals.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::TokenizerError;
use super::vocabulary::Vocabulary;
use crate::gguf::{Array, GgufError, Metadata, Value};

/// What stands for a space: U+2581.
pub(super) const SPACE: &str = "\u{2581}";

#[derive(Debug)]
pub(super) struct SentencePiece {
    /// By id; the higher, the earlier.
    scores: Vec<f32>,
    /// What a byte is where no token has it.
    byte_ids: Vec<Option<u32>>,
    max_token_bytes: usize,
    pub add_space_prefix: bool,
}

/// A stretch of the text that is one token, or one character that is none.
struct Symbol {
    start: usize,
    /// 0 once it has been joined to the one before.
    len: usize,
    prev: Option<usize>,
    next: Option<usize>,
}

/// Two neighbours that together are a token.
struct Bigram {
    score: f32,
    left: usize,
    right: usize,
    len: usize,
}

impl Ord for Bigram {
    fn cmp(&self, other: &Bigram) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Bigram {
    fn partial_cmp(&self, other: &Bigram) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Bigram {
    fn eq(&self, other: &Bigram) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Bigram {}

impl SentencePiece {
    pub fn read(metadata: &Metadata, vocabulary: &Vocabulary) -> Result<SentencePiece, TokenizerError> {
        let n_tokens = vocabulary.len();
        let key = "tokenizer.ggml.scores";
        // Without scores all tokens are equals, and the leftmost neighbours join first.
        let scores = match metadata.get(key) {
            None => vec![0.0; n_tokens],
            Some(Value::Array(Array::F32(scores))) => scores.clone(),
            Some(Value::Array(Array::I32(scores))) => scores.iter().map(|&score| score as f32).collect(),
            Some(other) => {
                let (expected, found) = ("an array of f32", other.kind());
                return Err(GgufError::WrongType { key: key.to_owned(), expected, found }.into());
            }
        };
        if scores.len() != n_tokens {
            return Err(TokenizerError::ScoresMismatch { n_tokens, n_scores: scores.len() });
        }
        let byte_id = |byte: u8| {
            let bare = [byte];
            let bare = str::from_utf8(&bare).ok();
            vocabulary.id(&format!("<0x{byte:02X}>")).or_else(|| bare.and_then(|text| vocabulary.id(text)))
        };
        Ok(SentencePiece {
            scores,
            byte_ids: (0..=255).map(|byte| byte_id(byte).or(vocabulary.unknown)).collect(),
            max_token_bytes: vocabulary.tokens().map(|(_, text)| text.len()).max().unwrap_or(0),
            add_space_prefix: metadata.optional(Metadata::bool, "tokenizer.ggml.add_space_prefix")?.unwrap_or(true),
        })
    }

    /// `text` as SentencePiece sees it: spaces escaped, with one before it where that is the model's
    /// habit and `is_start`, at the start of the text or after a special token.
    pub fn encode(&self, vocabulary: &Vocabulary, text: &str, is_start: bool, ids: &mut Vec<u32>) {
        let mut escaped = String::with_capacity(text.len() + SPACE.len());
        if is_start && self.add_space_prefix {
            escaped.push_str(SPACE);
        }
        text.split(' ').enumerate().for_each(|(i, word)| {
            if i > 0 {
                escaped.push_str(SPACE);
            }
            escaped.push_str(word);
        });
        self.merge(vocabulary, &escaped, ids);
    }

    fn merge(&self, vocabulary: &Vocabulary, text: &str, ids: &mut Vec<u32>) {
        let mut symbols: Vec<Symbol> = text
            .char_indices()
            .enumerate()
            .map(|(i, (start, c))| Symbol { start, len: c.len_utf8(), prev: i.checked_sub(1), next: Some(i + 1) })
            .collect();
        let Some(last) = symbols.last_mut() else { return };
        last.next = None;

        let bigram = |symbols: &[Symbol], left: usize, right: usize| {
            let (start, len) = (symbols[left].start, symbols[left].len + symbols[right].len);
            if len > self.max_token_bytes {
                return None;
            }
            let id = vocabulary.id(&text[start..start + len])?;
            Some(Bigram { score: self.scores[id as usize], left, right, len })
        };
        let mut queue: BinaryHeap<Bigram> =
            (1..symbols.len()).filter_map(|right| bigram(&symbols, right - 1, right)).collect();
        while let Some(Bigram { left, right, len, .. }) = queue.pop() {
            // One of the two has found a better partner since.
            if symbols[left].len == 0 || symbols[right].len == 0 || symbols[left].len + symbols[right].len != len {
                continue;
            }
            symbols[left].len = len;
            symbols[right].len = 0;
            let (prev, next) = (symbols[left].prev, symbols[right].next);
            symbols[left].next = next;
            if let Some(next) = next {
                symbols[next].prev = Some(left);
                queue.extend(bigram(&symbols, left, next));
            }
            if let Some(prev) = prev {
                queue.extend(bigram(&symbols, prev, left));
            }
        }
        for symbol in symbols.iter().filter(|symbol| symbol.len > 0) {
            let piece = &text[symbol.start..symbol.start + symbol.len];
            match vocabulary.id(piece) {
                Some(id) => ids.push(id),
                None => ids.extend(piece.bytes().filter_map(|byte| self.byte_ids[byte as usize])),
            }
        }
    }
}

/// The byte that a byte token spells: `<0x0A>`.
pub(super) fn byte_of(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}
