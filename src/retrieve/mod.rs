//! Lexical and dense search, fused. Pure.
//!
//! ```text
//! text ─ tokens ─→ lexical (BM25F)  ─┐
//!                                    ├─ fuse → hits, scores in [0, 1]
//! embedding [d_model] → dense (cos) ─┘
//! ```
//!
//! Without an embedding (the model is not there yet, or speaks another language) words alone decide.

pub mod dense;
pub mod fuse;
pub mod index;
pub mod lexical;
mod thesaurus;
pub mod tokens;
pub(crate) mod typos;

pub use index::{Hit, HitKind, Index, Query};
pub use thesaurus::plainly;
