//! A message normalized for reading, with the way back to its own bytes.

use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;

use super::Slot;
use crate::retrieve::tokens::{is_han, normalize};

/// A message, normalized, and where each part of it came from.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// As the shopper wrote it.
    pub original: &'a str,
    /// Normalized and lower-cased: what the readers match.
    pub text: String,
    /// For every original character with its marks: where it starts in `text` and in `original`.
    starts: Vec<(usize, usize)>,
}

impl<'a> Reading<'a> {
    pub fn new(original: &'a str) -> Reading<'a> {
        let mut reading = Reading { original, text: String::with_capacity(original.len()), starts: Vec::new() };
        let mut start = 0;
        let bounds = original.char_indices().skip(1).filter(|&(_, c)| canonical_combining_class(c) == 0);
        let ends: Vec<usize> = bounds.map(|(at, _)| at).chain([original.len()]).collect();
        for end in ends {
            reading.starts.push((reading.text.len(), start));
            // A curly apostrophe is an apostrophe.
            reading.text.push_str(&normalize(&original[start..end]).replace('’', "'"));
            start = end;
        }
        reading
    }

    /// The bytes of the message behind bytes of `text`.
    pub fn span(&self, range: Range<usize>) -> Range<usize> {
        let at = |offset: usize| self.starts.partition_point(|&(start, _)| start <= offset).saturating_sub(1);
        let start = self.starts.get(at(range.start)).map_or(0, |&(_, start)| start);
        if range.end <= range.start {
            return start..start;
        }
        let end = self.starts.get(at(range.end - 1) + 1).map_or(self.original.len(), |&(_, start)| start);
        start..end
    }

    pub fn slot<T>(&self, value: T, range: Range<usize>) -> Slot<T> {
        Slot { value, span: self.span(range) }
    }

    /// Words of letters and digits outside of Chinese, each with its place in `text`.
    pub fn words(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        let is_word = |c: char| c.is_alphanumeric() && !is_han(c) || c == '\'';
        let mut rest = 0;
        std::iter::from_fn(move || {
            let start = rest + self.text[rest..].find(is_word)?;
            let end = self.text[start..].find(|c: char| !is_word(c)).map_or(self.text.len(), |length| start + length);
            rest = end;
            Some((start..end, &self.text[start..end]))
        })
    }

    /// Every place where `phrase` stands: by itself where it is of Latin letters, anywhere in Chinese.
    pub fn find(&self, phrase: &str) -> std::vec::IntoIter<Range<usize>> {
        let text = self.text.as_str();
        let whole = text.match_indices(phrase).map(|(at, found)| at..at + found.len());
        let whole: Vec<Range<usize>> = whole.filter(|range| is_whole(text, range)).collect();
        whole.into_iter()
    }
}

/// Whether Latin letters and digits of a range do not go on outside of it.
pub(super) fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let joins = |a: Option<char>, b: Option<char>| {
        let is_latin = |c: char| c.is_alphanumeric() && !is_han(c);
        a.is_some_and(is_latin) && b.is_some_and(is_latin)
    };
    let (inside, before, after) = (&text[range.clone()], &text[..range.start], &text[range.end..]);
    !joins(before.chars().next_back(), inside.chars().next())
        && !joins(inside.chars().next_back(), after.chars().next())
}

/// Parts of a message that one reader understood and the later ones leave alone.
#[derive(Debug, Default)]
pub(super) struct Taken(Vec<Range<usize>>);

impl Taken {
    pub fn is_free(&self, range: &Range<usize>) -> bool {
        self.0.iter().all(|taken| taken.end <= range.start || range.end <= taken.start)
    }

    pub fn take(&mut self, range: Range<usize>) {
        self.0.push(range);
    }
}
