use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use super::vocabulary::Vocabulary;
use crate::gguf::TokenKind;

/// Finds the tokens that stand in text as they are spelled, before any model sees it.
#[derive(Clone, Debug)]
pub(super) struct SpecialTokens {
    /// What is found in all text: the user-defined tokens.
    always: Finder,
    /// What is found where the text may carry special tokens: these and the control and unknown tokens.
    parsed: Finder,
}

#[derive(Clone, Debug)]
struct Finder {
    automaton: Option<AhoCorasick>,
    /// By pattern.
    ids: Vec<u32>,
}

/// A stretch of text, or a token found between two.
#[derive(Debug, PartialEq)]
pub(super) enum Fragment<'a> {
    Text(&'a str),
    Token(u32),
}

impl SpecialTokens {
    pub fn new(vocabulary: &Vocabulary) -> Result<SpecialTokens, BuildError> {
        let finder = |is_found: fn(TokenKind) -> bool| {
            let (ids, texts): (Vec<u32>, Vec<&str>) =
                vocabulary.tokens().filter(|&(id, _)| vocabulary.kind(id).is_some_and(is_found)).unzip();
            let automaton = match texts.is_empty() {
                true => None,
                false => Some(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(texts)?),
            };
            Ok(Finder { automaton, ids })
        };
        Ok(SpecialTokens {
            always: finder(|kind| kind == TokenKind::UserDefined)?,
            parsed: finder(|kind| matches!(kind, TokenKind::UserDefined | TokenKind::Control | TokenKind::Unknown))?,
        })
    }

    /// `text` in pieces; none of them is empty.
    pub fn split<'a>(&self, text: &'a str, parse_special: bool) -> Vec<Fragment<'a>> {
        let finder = if parse_special { &self.parsed } else { &self.always };
        let mut fragments = Vec::new();
        let mut start = 0;
        for found in finder.automaton.iter().flat_map(|automaton| automaton.find_iter(text)) {
            if start < found.start() {
                fragments.push(Fragment::Text(&text[start..found.start()]));
            }
            fragments.push(Fragment::Token(finder.ids[found.pattern().as_usize()]));
            start = found.end();
        }
        if start < text.len() {
            fragments.push(Fragment::Text(&text[start..]));
        }
        fragments
    }
}
