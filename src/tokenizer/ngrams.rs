use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::gguf::{GgufError, Metadata};

/// What the file holds under `tokenizer.ggml.model`.
pub const NGRAM_TOKENIZER: &str = "ngram";
const TOKENS: &str = "tokenizer.ggml.tokens";
/// Characters to read as others, and what as: two texts of equal length in characters.
const FOLD_FROM: &str = "tokenizer.ngram.fold_from";
const FOLD_TO: &str = "tokenizer.ngram.fold_to";

/// The longest run of units that counts as one n-gram: most Chinese words and set phrases.
pub const MAX_NGRAM_UNITS: usize = 4;

/// Chinese text to the n-grams that a vocabulary knows, with no dictionary of words to cut by: each *unit* (a
/// character, or a whole word of Latin letters) carries every known n-gram that starts there. What nobody has seen
/// in training is left out rather than hashed among what was.
#[derive(Clone, Debug)]
pub struct Ngrams {
    ids: HashMap<Box<str>, u32>,
    fold: Fold,
}

/// Reads traditional characters as the simplified ones, so that both scripts share what was learned.
#[derive(Clone, Debug, Default)]
pub struct Fold(HashMap<char, char>);

impl Fold {
    pub fn new(pairs: impl IntoIterator<Item = (char, char)>) -> Fold {
        Fold(pairs.into_iter().collect())
    }

    /// In the order of the characters: equal folds are written alike.
    pub fn pairs(&self) -> Vec<(char, char)> {
        let mut pairs: Vec<_> = self.0.iter().map(|(&from, &to)| (from, to)).collect();
        pairs.sort_unstable();
        pairs
    }

    /// Compatibility-normalized (NFKC), lower-cased, folded, without the characters that nobody sees.
    pub fn normalize(&self, text: &str) -> String {
        let chars = text.nfkc().filter(|&c| !is_invisible(c)).flat_map(char::to_lowercase);
        chars.map(|c| self.0.get(&c).copied().unwrap_or(c)).collect()
    }
}

/// Zero-width and direction marks, which come with pasted text and hide in hostile text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl Ngrams {
    /// Ids are places in `tokens`, which are normalized already.
    pub fn new(tokens: &[String], fold: Fold) -> Ngrams {
        let ids = tokens.iter().zip(0..).map(|(token, id)| (token.as_str().into(), id)).collect();
        Ngrams { ids, fold }
    }

    /// # Errors
    /// A key missing or of another type.
    pub fn from_metadata(metadata: &Metadata) -> Result<Ngrams, GgufError> {
        let fold = metadata.str(FOLD_FROM)?.chars().zip(metadata.str(FOLD_TO)?.chars());
        Ok(Ngrams::new(metadata.array_str(TOKENS)?, Fold::new(fold)))
    }

    /// The ids of the known n-grams that start in the first `max_units` units, in order, with repetitions.
    pub fn encode(&self, text: &str, max_units: usize) -> Vec<u32> {
        let text = self.fold.normalize(text);
        let found = ngrams(&text).into_iter().take(max_units).flatten();
        found.filter_map(|gram| self.ids.get(gram).copied()).collect()
    }
}

/// The n-grams of normalized text, by the unit where they start, shortest first. Punctuation stands alone.
pub fn ngrams(text: &str) -> Vec<Vec<&str>> {
    let units = units(text);
    let from = |first: usize| {
        let run = units[first..].iter().take(MAX_NGRAM_UNITS);
        let mut end = units[first].start;
        let joined = run.take_while(|unit| {
            let follows = unit.start == end && (unit.start == units[first].start || unit.joins);
            end = unit.end;
            follows
        });
        let n = if units[first].joins { joined.count() } else { 1 };
        units[first..first + n].iter().map(|last| &text[units[first].start..last.end]).collect()
    };
    (0..units.len()).map(from).collect()
}

struct Unit {
    start: usize,
    end: usize,
    /// Whether n-grams run through it.
    joins: bool,
}

fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut in_word = false;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let is_letter = c.is_ascii_alphabetic();
        match units.last_mut() {
            Some(word) if in_word && is_letter && word.end == start => word.end = end,
            _ if c.is_whitespace() || c.is_control() => {}
            _ => units.push(Unit { start, end, joins: c.is_alphanumeric() }),
        }
        in_word = is_letter;
    }
    units
}

/// Writes the keys that [`Ngrams::from_metadata`] reads.
///
/// # Errors
/// Keys that are there already.
#[cfg(feature = "train")]
pub fn write_metadata(writer: &mut crate::gguf::Writer, tokens: Vec<String>, fold: &Fold) -> Result<(), GgufError> {
    let (from, to): (String, String) = fold.pairs().into_iter().unzip();
    writer.put("tokenizer.ggml.model", NGRAM_TOKENIZER)?;
    writer.put(FOLD_FROM, from)?;
    writer.put(FOLD_TO, to)?;
    writer.put(TOKENS, tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ngrams_run_over_characters_and_whole_latin_words_but_not_over_punctuation() {
        let grams = ngrams("能退usb线? 好");
        let expected: &[&[&str]] = &[
            &["能", "能退", "能退usb", "能退usb线"],
            &["退", "退usb", "退usb线"],
            &["usb", "usb线"],
            &["线"],
            &["?"],
            &["好"],
        ];
        assert_eq!(grams, expected);
    }

    #[test]
    fn both_scripts_give_the_same_ids_and_the_unknown_gives_none() {
        let tokens = ["退", "退货", "吗"].map(str::to_owned);
        let ngrams = Ngrams::new(&tokens, Fold::new([('貨', '货'), ('嗎', '吗')]));
        assert_eq!(ngrams.encode("退貨嗎", 9), [0, 1, 2]);
        assert_eq!(ngrams.encode("退货吗", 9), ngrams.encode("退貨嗎", 9));
        assert_eq!(ngrams.encode("退\u{200b}货吗", 9), [0, 1, 2]);
        assert!(ngrams.encode("鑫 \u{202e}", 9).is_empty());
    }
}
