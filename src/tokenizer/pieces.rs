use super::vocabulary::Vocabulary;
use super::wordpiece::CONTINUATION;
use super::{byte_level, sentencepiece};
use crate::gguf::TokenKind;

/// The vocabulary and how its tokens spell text: all that decoding needs.
#[derive(Debug)]
pub(super) struct Pieces {
    pub vocabulary: Vocabulary,
    pub spelling: Spelling,
}

/// How a token's text becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// A space before every token that does not continue a word.
    WordPiece,
    /// GPT-2's visible characters for bytes.
    ByteLevel,
    /// U+2581 for spaces.
    SentencePiece,
}

impl Pieces {
    /// Appends the bytes that the token stands for: llama.cpp's `token_to_piece`.
    pub fn push_bytes(&self, id: u32, out: &mut Vec<u8>) {
        let (Some(text), Some(kind)) = (self.vocabulary.text(id), self.vocabulary.kind(id)) else { return };
        match (kind, self.spelling) {
            (TokenKind::Control | TokenKind::Unknown | TokenKind::Unused, _) => {}
            (TokenKind::UserDefined, _) => out.extend(text.as_bytes()),
            (TokenKind::Byte, _) => out.extend(sentencepiece::byte_of(text)),
            (TokenKind::Normal, Spelling::ByteLevel) => byte_level::push_bytes(text, out),
            (TokenKind::Normal, Spelling::SentencePiece) => {
                out.extend(text.replace(sentencepiece::SPACE, " ").as_bytes());
            }
            (TokenKind::Normal, Spelling::WordPiece) => match text.strip_prefix(CONTINUATION) {
                Some(rest) => out.extend(rest.as_bytes()),
                None => {
                    out.push(b' ');
                    out.extend(text.as_bytes());
                }
            },
        }
    }
}
