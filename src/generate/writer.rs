use crate::generate::{FinishReason, GenerateError, Speed, StopStrings, Tokens};
use crate::tokenizer::TokenStream;

/// A text that a model wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Up to the stop string or token, neither included.
    pub text: String,
    /// All that were chosen, those of a stop string included, a token that ends the text not.
    pub token_ids: Vec<u32>,
    pub finish_reason: FinishReason,
    pub speed: Speed,
}

/// Writes `tokens` out as text, in pieces that are whole characters and hold nothing of a stop string.
///
/// # Errors
/// Those of [`Tokens::next`]. What was shown before stays shown.
pub async fn write(
    mut tokens: Tokens<'_>,
    mut characters: TokenStream,
    mut stops: StopStrings,
    mut on_text: impl FnMut(&str),
) -> Result<Written, GenerateError> {
    let mut text = String::new();
    let mut token_ids = Vec::new();
    let mut show = |piece: &str| {
        if !piece.is_empty() {
            text.push_str(piece);
            on_text(piece);
        }
    };
    while let Some(id) = tokens.next().await? {
        token_ids.push(id);
        let piece = stops.push(&characters.push(id));
        show(&piece.text);
        if piece.is_last {
            tokens.finish(FinishReason::StopString);
        }
    }
    let finish_reason = tokens.finish_reason().expect("a text without a next token has ended");
    if finish_reason != FinishReason::StopString {
        let piece = stops.push(&characters.finish());
        show(&piece.text);
        if !piece.is_last {
            show(&stops.finish());
        }
    }
    Ok(Written { text, token_ids, finish_reason, speed: tokens.speed() })
}
