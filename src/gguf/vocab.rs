//! How llama.cpp's converter spells a WordPiece vocabulary under `tokenizer.ggml.tokens`.
//!
//! Not as WordPiece does: it marks the starts of words instead of their continuations, with a "phantom
//! space". `shop` becomes `▁shop`, `##ping` becomes `ping`, and control tokens such as `[CLS]` stay.
//! Source: `conversion/bert.py`, `BertModel.set_vocab`, in ggml-org/llama.cpp.

/// What starts a word: U+2581, sentencepiece's space.
const WORD_START: char = '\u{2581}';

/// What WordPiece puts before a token that continues a word.
const CONTINUATION: &str = "##";

/// An element of `tokenizer.ggml.token_type`: llama.cpp's `llama_token_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum TokenKind {
    Normal = 1,
    /// Stands in for what the vocabulary lacks.
    Unknown = 2,
    /// Stands for no text: `[CLS]`.
    Control = 3,
    /// Found in text before everything else, and never split.
    UserDefined = 4,
    /// Fills a gap in the ids.
    Unused = 5,
    /// One byte, spelled `<0x0A>`.
    Byte = 6,
}

impl TokenKind {
    /// `None` for what llama.cpp calls undefined, and for what it does not know.
    pub fn from_i32(kind: i32) -> Option<TokenKind> {
        use TokenKind::{Byte, Control, Normal, Unknown, Unused, UserDefined};
        [Normal, Unknown, Control, UserDefined, Unused, Byte].into_iter().find(|&known| known as i32 == kind)
    }
}

/// From WordPiece's spelling to llama.cpp's.
pub fn to_phantom(token: &str, is_control: bool) -> String {
    match token.strip_prefix(CONTINUATION) {
        _ if is_control => token.to_owned(),
        Some(rest) => rest.to_owned(),
        None => format!("{WORD_START}{token}"),
    }
}

/// From llama.cpp's spelling to WordPiece's.
pub fn from_phantom(token: &str, is_control: bool) -> String {
    match token.strip_prefix(WORD_START) {
        _ if is_control => token.to_owned(),
        Some(word) => word.to_owned(),
        None => format!("{CONTINUATION}{token}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phantom_spelling_translates_both_ways() {
        for (token, stored, is_control) in
            [("shop", "▁shop", false), ("##ping", "ping", false), ("[CLS]", "[CLS]", true), ("##", "", false)]
        {
            assert_eq!(to_phantom(token, is_control), stored);
            assert_eq!(from_phantom(stored, is_control), token);
        }
    }
}
