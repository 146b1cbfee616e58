use std::sync::Arc;

use super::pieces::Pieces;

/// Tokens to text, one at a time, for text that is shown while it is made. A character whose bytes come
/// in several tokens is held back until it is whole.
#[derive(Clone, Debug)]
pub struct TokenStream {
    pieces: Arc<Pieces>,
    /// The start of a character.
    held: Vec<u8>,
}

impl TokenStream {
    pub(super) fn new(pieces: Arc<Pieces>) -> TokenStream {
        TokenStream { pieces, held: Vec::new() }
    }

    /// The text that this token completes; often all of its own, sometimes none. Control tokens and ids
    /// outside the vocabulary have no text; bytes that are no UTF-8 become U+FFFD.
    pub fn push(&mut self, id: u32) -> String {
        self.pieces.push_bytes(id, &mut self.held);
        let mut out = String::new();
        let mut rest = &self.held[..];
        loop {
            match str::from_utf8(rest) {
                Ok(valid) => {
                    out.push_str(valid);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    out.push_str(str::from_utf8(valid).expect("valid up to here"));
                    rest = after;
                    // `None` where the next token may still complete it.
                    let Some(n_invalid) = error.error_len() else { break };
                    out.push(char::REPLACEMENT_CHARACTER);
                    rest = &rest[n_invalid..];
                }
            }
        }
        self.held = rest.to_vec();
        out
    }

    /// What was held back and never completed, as U+FFFD.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.held).into_owned()
    }
}
