//! Text to hashed n-grams: what a classifier reads without an encoder.
//!
//! Words, their pairs, and runs of two to five characters are hashed with a sign into a fixed number of buckets
//! (Weinberger et al., 2009, <https://arxiv.org/abs/0902.2206>), so that no vocabulary travels with a head, a typo
//! shares most of its runs with the right spelling, and Chinese, which writes no spaces, needs no dictionary.

use crate::retrieve::tokens::{is_han, normalize};

/// Changes whenever the same text would give other features: a head made under another version is refused.
pub const NGRAMS_VERSION: u32 = 1;

/// A text counts up to here; what is longer has said what it is about.
const MAX_CHARS: usize = 1024;
const RUNS: std::ops::RangeInclusive<usize> = 2..=5;

/// Bucket and value, each bucket once, in ascending order. Words and runs of characters each have length one (L2),
/// together √2; a text without either has none.
pub type SparseVector = Vec<(u32, f32)>;

/// The n-grams of a text in `n_buckets` buckets.
pub fn ngrams(text: &str, n_buckets: u32) -> SparseVector {
    let text: String = text.chars().take(MAX_CHARS).collect();
    let words = words(&normalize(&text));
    let mut all = Vec::new();
    block(word_hashes(&words), n_buckets, &mut all);
    block(run_hashes(&words), n_buckets, &mut all);
    all.sort_by_key(|&(bucket, _)| bucket);
    all.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    all
}

/// Words of letters and digits; each Chinese character and each question or exclamation mark by itself. Long numbers
/// are told apart by their length alone: an order number's digits say nothing.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        match c {
            _ if is_han(c) || matches!(c, '?' | '!' | '。') => {
                flush(&mut word, &mut words);
                words.push(c.to_string());
            }
            _ if c.is_alphanumeric() => word.push(c),
            // An apostrophe joins: don't → dont.
            '\'' | '’' if !word.is_empty() => {}
            _ => flush(&mut word, &mut words),
        }
    }
    words
}

fn flush(word: &mut String, words: &mut Vec<String>) {
    if word.is_empty() {
        return;
    }
    let word = std::mem::take(word);
    let is_long_number = word.len() > 2 && word.chars().all(|c| c.is_ascii_digit());
    words.push(if is_long_number { "0".repeat(word.len()) } else { word });
}

fn word_hashes(words: &[String]) -> impl Iterator<Item = u64> {
    let single = words.iter().map(|word| Hash::new(0).text(word).finish());
    let pairs = words.windows(2).map(|pair| Hash::new(1).text(&pair[0]).char(' ').text(&pair[1]).finish());
    single.chain(pairs)
}

/// Runs over the whole text, a space between words but none between Chinese characters.
fn run_hashes(words: &[String]) -> impl Iterator<Item = u64> {
    let mut line = vec![' '];
    for word in words {
        let alone = word.chars().next().is_some_and(is_han);
        if alone
            && line.last() == Some(&' ')
            && line.len() > 1
            && line[line.len() - 2..].first().is_some_and(|&c| is_han(c))
        {
            line.pop();
        }
        line.extend(word.chars());
        line.push(' ');
    }
    (0..line.len()).flat_map(move |start| {
        let mut hash = Hash::new(2);
        let run: Vec<u64> = (line[start..].iter().take(*RUNS.end()).enumerate())
            .filter_map(|(at, &c)| {
                hash = hash.char(c);
                RUNS.contains(&(at + 1)).then(|| hash.finish())
            })
            .collect();
        run
    })
}

/// Counts, dampened, signed and brought to length one.
fn block(hashes: impl Iterator<Item = u64>, n_buckets: u32, out: &mut SparseVector) {
    let mut hashes: Vec<u64> = hashes.collect();
    hashes.sort_unstable();
    let first = out.len();
    out.extend(hashes.chunk_by(|a, b| a == b).map(|same| {
        let sign = if same[0] >> 63 == 0 { 1.0 } else { -1.0 };
        ((same[0] % u64::from(n_buckets)) as u32, sign * (1.0 + (same.len() as f32).ln()))
    }));
    let length = out[first..].iter().map(|(_, value)| value * value).sum::<f32>().sqrt().max(1e-12);
    out[first..].iter_mut().for_each(|(_, value)| *value /= length);
}

/// FNV-1a over characters, with SplitMix64's finish so that every bit depends on every character.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new(kind: u32) -> Self {
        Self(0xcbf2_9ce4_8422_2325).mix(kind)
    }

    fn mix(self, value: u32) -> Self {
        Self((self.0 ^ u64::from(value)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    fn char(self, c: char) -> Self {
        self.mix(c.into())
    }

    fn text(self, text: &str) -> Self {
        text.chars().fold(self, Self::char)
    }

    fn finish(self) -> u64 {
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn cosine(a: &str, b: &str) -> f32 {
        let [a, b] = [a, b].map(|text| ngrams(text, 1 << 16));
        let length = |vector: &SparseVector| vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        let lengths = length(&a) * length(&b);
        let b: HashMap<u32, f32> = b.into_iter().collect();
        a.iter().filter_map(|(bucket, value)| b.get(bucket).map(|other| value * other)).sum::<f32>() / lengths
    }

    #[test]
    fn a_text_is_like_itself_a_typo_nearly_so_and_another_text_not() {
        assert!((cosine("Where is my order?", "where is  my ORDER ?") - 1.0).abs() < 1e-3);
        assert!(cosine("cancel my subscription", "cancel my subscripton") > 0.6);
        assert!(cosine("我想退货", "我要退货") > 0.3);
        assert!(cosine("我想退货", "营业时间").abs() < 0.05);
        assert!(cosine("cancel my order", "what time is it").abs() < 0.1);
    }

    #[test]
    fn order_numbers_are_alike_and_years_are_not_amounts() {
        assert!((cosine("order 113542617", "order 998877665") - 1.0).abs() < 1e-3);
        assert!(cosine("order 12", "order 13") < 0.9);
    }

    #[test]
    fn nothing_comes_of_nothing_and_a_long_text_ends() {
        assert!(ngrams("", 64).is_empty() && ngrams(" … ", 64).len() <= 4);
        let long = "退".repeat(1 << 20);
        assert!(ngrams(&long, 1 << 12).len() < 64);
        assert!(
            ngrams("a\u{0}\u{200b}\u{202e}b", 1 << 12)
                .iter()
                .all(|(bucket, value)| *bucket < 1 << 12 && value.is_finite())
        );
    }
}
