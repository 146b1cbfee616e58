//! How byte-level BPE cuts text into words before it merges: the patterns that models were trained with,
//! under the names that llama.cpp gives them in `tokenizer.ggml.pre` (`llama_vocab::impl::load` and
//! `llm_tokenizer_bpe`).

use tokenizers::utils::SysRegex;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::TokenizerError;

/// GPT-2's `encoder.py`.
const GPT_2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// Llama 3's tokenizer.json; tiktoken's cl100k.
const LLAMA_3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Qwen 2's tokenizer.json: as Llama 3, each digit for itself.
const QWEN_2: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// What a file means by one of these names.
struct Named {
    names: &'static [&'static str],
    /// Applied one after the other, each to the pieces of the one before.
    patterns: &'static [&'static str],
    /// A word that is a token is that token, whatever merges would make of it.
    ignore_merges: bool,
    /// llama.cpp's setting where the file does not say.
    add_bos: bool,
    /// Composed characters, as the model's own tokenizer has it; llama.cpp leaves this step out.
    nfc: bool,
}

const NAMED: [Named; 7] = [
    Named {
        names: &["gpt-2", "phi-2", "olmo", "jais", "mpt", "exaone4", "modern-bert"],
        patterns: &[GPT_2],
        ignore_merges: false,
        add_bos: false,
        nfc: false,
    },
    // What llama.cpp falls back on for files that do not say, or were converted before there was a name.
    Named {
        names: &["default", ""],
        patterns: &[
            r"[\p{P}\$\+<=>\^~\|]+",
            r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)",
            r"\p{N}+",
            "[0-9][0-9][0-9]",
        ],
        ignore_merges: false,
        add_bos: false,
        nfc: false,
    },
    Named {
        names: &["llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral", "lfm2"],
        patterns: &[LLAMA_3],
        ignore_merges: true,
        add_bos: true,
        nfc: false,
    },
    Named {
        names: &["smaug-bpe", "dbrx", "glm4", "chatglm-bpe"],
        patterns: &[LLAMA_3],
        ignore_merges: false,
        add_bos: false,
        nfc: false,
    },
    Named {
        names: &["qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez"],
        patterns: &[QWEN_2],
        ignore_merges: false,
        add_bos: false,
        nfc: true,
    },
    Named {
        names: &["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"],
        patterns: &[r"\p{N}", GPT_2],
        ignore_merges: false,
        add_bos: false,
        nfc: false,
    },
    Named {
        names: &["deepseek-v3", "hunyuan-dense"],
        patterns: &[
            r"\p{N}{1,3}",
            "[一-龥぀-ゟ゠-ヿ]+",
            r"[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ],
        ignore_merges: false,
        add_bos: false,
        nfc: false,
    },
];

/// The names known here, for people.
pub(super) fn names() -> String {
    let names = NAMED.iter().flat_map(|named| named.names).filter(|name| !name.is_empty());
    names.copied().collect::<Vec<_>>().join(", ")
}

#[derive(Debug)]
pub(super) struct PreTokenizer {
    patterns: Vec<SysRegex>,
    pub ignore_merges: bool,
    pub add_bos: bool,
    nfc: bool,
}

impl PreTokenizer {
    /// # Errors
    /// [`TokenizerError::UnsupportedPreTokenizer`]: text cut in another way gives other tokens than the
    /// model has learned, so there is no falling back.
    pub fn named(name: &str) -> Result<PreTokenizer, TokenizerError> {
        let unsupported = || TokenizerError::UnsupportedPreTokenizer { found: name.to_owned() };
        let named = NAMED.iter().find(|named| named.names.contains(&name)).ok_or_else(unsupported)?;
        let patterns = named.patterns.iter().map(|pattern| SysRegex::new(pattern).expect("the patterns are regular"));
        let (ignore_merges, add_bos, nfc) = (named.ignore_merges, named.add_bos, named.nfc);
        Ok(PreTokenizer { patterns: patterns.collect(), ignore_merges, add_bos, nfc })
    }

    /// Calls `word` with each piece of `text`, in order; together they are all of it.
    pub fn split(&self, text: &str, mut word: impl FnMut(&str)) {
        if self.nfc && is_nfc_quick(text.chars()) != IsNormalized::Yes {
            let composed: String = text.nfc().collect();
            self.split_from(0, &composed, &mut word);
        } else {
            self.split_from(0, text, &mut word);
        }
    }

    fn split_from(&self, depth: usize, text: &str, word: &mut impl FnMut(&str)) {
        let Some(pattern) = self.patterns.get(depth) else { return word(text) };
        let mut end = 0;
        for (start, stop) in pattern.find_iter(text).chain([(text.len(), text.len())]) {
            // What stands between two matches is a piece too.
            for piece in [&text[end..start], &text[start..stop]] {
                if !piece.is_empty() {
                    self.split_from(depth + 1, piece, word);
                }
            }
            end = stop;
        }
    }
}
