//! What to say: policy over what was found. Pure.
//!
//! ```text
//! message ─ Attendant::read ─→ Turn: language, small talk or search text, wish
//!                 (the caller embeds Turn::search_text, or not)
//! Turn, embedding ─ Attendant::reply ─→ Reply: answer · products · decline
//! ```
//!
//! Every answer is an extract: sentences and rows of the shop's own passages. What a shopper writes is
//! searched for and never obeyed.

mod attendant;
mod conversation;
pub mod evaluate;
mod extract;
mod intent;
mod language;
mod prose;
pub mod skills;
pub mod slots;
mod small_talk;
mod stream;
mod wish;
mod wording;

pub use attendant::{Attendant, Turn};
pub use conversation::Conversation;
pub use language::detect_language;
pub use prose::Growing;
pub use stream::deltas;
pub use wish::Wish;
