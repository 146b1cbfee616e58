//! What a text wants, feels or risks: small heads over a shared encoder, trained in minutes.
//!
//! ```text
//!        ┌─ features [2 d_model] ─ linear ─ logits ─┐
//! text ──┤                                         ├─ blend ÷ temperature → label, confidence
//!        └─ n-grams, hashed ───── linear ─ logits ─┘         │
//!                                                            └─ scope: is it any of the labels at all?
//! ```
//!
//! The n-grams read rare words and typos where an encoder does not, and serve alone until the encoder has
//! come. A [`Head`] is one GGUF file; [`train`] makes it, in the browser as on the command line; [`metrics`] measure it.

mod card;
mod expert;
mod head;
pub mod metrics;
mod ngrams;
pub mod read;
mod scope;
#[cfg(feature = "engine")]
pub mod train;

pub use card::Card;
pub use head::{Classification, Head, Ranked};
pub use ngrams::ngrams;

use crate::gguf::GgufError;

/// Why a head could not be opened, trained or measured.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    #[error(transparent)]
    Gguf(#[from] GgufError),
    #[error("this is no classifier head: `general.architecture` is `{found}`, and `attendant.head` is needed")]
    NotAHead { found: String },
    #[error("this head's {what} {found}; train it anew with this version")]
    Unusable { what: &'static str, found: String },
    #[error("line {line}: {problem}")]
    Line { line: usize, problem: &'static str },
    #[error("{n_labels} label(s) in {n_texts} text(s); at least two labels are needed, each with a text")]
    TooFewLabels { n_labels: usize, n_texts: usize },
    #[error("the encoder could not be fitted to the texts: {0}")]
    Tuning(String),
    #[error("an embedding of {found} values; the head reads {expected}")]
    Embedding { found: usize, expected: usize },
}
