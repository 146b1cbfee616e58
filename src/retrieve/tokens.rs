//! Text to search terms, the same for packs and for queries.
//!
//! Everything is NFKC-normalized and lower-cased. English words lose their stop words and endings;
//! Chinese, which writes no spaces, becomes characters and pairs of characters, so no dictionary is
//! needed and every new word is found.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

/// Changes whenever the same text would give other terms: an index made under another version is not
/// searched but rebuilt.
pub const TOKENS_VERSION: u32 = 2;

/// English words that say nothing about the subject. Question words are among them: half the headings
/// ask “how long”, and those that ask it of something else came first.
const STOP_WORDS: &str = "a about all also am an and any are as at be been but by can cant could did do does dont for from get gets \
    getting give got had has have havent he her here him his how i id if ill im in into is isnt it its ive just \
    like ll long many me much my no not of on one or our out please re s she should so some such t take tell \
    than thanks that thats the their them then there theres these they this those to up us ve want was we were \
    what whats when where which who will with would you your youre yours";

/// Chinese particles, pronouns and auxiliaries.
const STOP_CHARACTERS: &str =
    "的了吗呢啊吧呀么嘛哦是我你您他她它们这那和与或就也都还要想请给把被让会能可以个有没不在到说";

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
static STOP_WORD_LIST: LazyLock<Vec<&str>> = LazyLock::new(|| STOP_WORDS.split_whitespace().collect());

/// Traditional characters and the simplified ones they are read as, in pairs: the common ones of Unihan's
/// `kSimplifiedVariant`.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut chars = include_str!("traditional.txt").trim().chars();
    std::iter::from_fn(|| Some((chars.next()?, chars.next()?))).collect()
});

/// Compatibility-normalizes, lower-cases, and reads traditional characters as simplified ones.
pub fn normalize(text: &str) -> String {
    let simplified = |c: char| match is_han(c) {
        true => SIMPLIFIED.get(&c).copied().unwrap_or(c),
        false => c,
    };
    text.nfkc().flat_map(char::to_lowercase).map(simplified).collect()
}

/// An English word, in lower case, without its ending.
pub fn stem(word: &str) -> String {
    STEMMER.stem(word).into_owned()
}

/// Whether a character is a Chinese one.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whether a term says something by itself: a lone Chinese character is in too many words.
pub fn is_telling(term: &str) -> bool {
    let mut chars = term.chars();
    !matches!((chars.next(), chars.next()), (Some(c), None) if is_han(c))
}

/// The terms of a text, in order, with repetitions.
pub fn terms(text: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let (mut word, mut run) = (String::new(), Vec::new());
    for c in normalize(text).chars().chain(['\n']) {
        if !is_han(c) {
            push_run(&mut terms, &mut run);
        }
        match c {
            _ if is_han(c) => push_word(&mut terms, &mut word),
            _ if c.is_alphanumeric() => word.push(c),
            // An apostrophe joins: don't → dont.
            '\'' | '’' if !word.is_empty() => {}
            _ => push_word(&mut terms, &mut word),
        }
        if is_han(c) {
            run.push(c);
        }
    }
    terms
}

fn push_word(terms: &mut Vec<String>, word: &mut String) {
    let word = std::mem::take(word);
    if !word.is_empty() && !STOP_WORD_LIST.contains(&word.as_str()) {
        terms.push(stem(&word));
    }
}

fn push_run(terms: &mut Vec<String>, run: &mut Vec<char>) {
    let is_stop = |c: &char| STOP_CHARACTERS.contains(*c);
    terms.extend(run.iter().filter(|c| !is_stop(c)).map(char::to_string));
    terms.extend(run.windows(2).filter(|pair| !pair.iter().all(is_stop)).map(|pair| pair.iter().collect()));
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_loses_stop_words_and_endings() {
        assert_eq!(terms("What's the shipping to France?"), ["ship", "franc"]);
        assert_eq!(terms("I don't like teapots"), ["teapot"]);
    }

    #[test]
    fn chinese_becomes_characters_and_pairs() {
        assert_eq!(terms("退货的"), ["退", "货", "退货", "货的"]);
    }

    #[test]
    fn mixed_scripts_and_full_width_forms_are_told_apart() {
        assert_eq!(terms("ＰａｙＰａｌ可用 500ML"), ["paypal", "用", "可用", "500ml"]);
    }

    #[test]
    fn both_scripts_of_chinese_give_the_same_terms() {
        assert_eq!(terms("請問貴店接受退貨嗎"), terms("请问贵店接受退货吗"));
    }

    #[test]
    fn nothing_in_nothing_out() {
        assert!(terms("").is_empty());
        assert!(terms("?! … the").is_empty());
    }
}
