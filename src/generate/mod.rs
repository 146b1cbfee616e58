//! Text from a language model: the prefill and decode loop, the choice of tokens, when to stop.
//!
//! [`Generator::tokens`] gives ids as they come, [`write()`] text; [`StopStrings`] holds back what may become a stop string;
//! [`Constraint`] lets only texts of a shape through; [`fit`] leaves out the oldest turns of a conversation that has outgrown the context. What a conversation has been
//! read so far is in its [`Session`]; any number of them share one model.

mod constraint;
mod fit;
mod sampler;
mod schema;
mod session;
mod stop;
mod writer;

pub use constraint::{Constraint, ConstraintError, Shape, TokenTable};
pub use fit::{Fitted, fit};
pub use sampler::{Sampler, SamplerConfig};
pub use schema::SchemaError;
pub use session::{FinishReason, Generator, Session, Speed, Tokens};
pub use stop::{Piece, StopStrings};
pub use writer::{Written, write};

use crate::model::ModelError;

/// Why nothing, or nothing more, could be generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("a prompt of {n_tokens} tokens leaves no room in a context of {capacity}")]
    PromptTooLong { n_tokens: usize, capacity: usize },
    #[error("the prompt is empty, and this model has no token that begins a text")]
    EmptyPrompt,
    #[error("the model gave no finite logit to choose from")]
    NoChoice,
    #[error(transparent)]
    Constraint(#[from] ConstraintError),
}
