//! What to say: policy over what was found. Pure.
//!
//! ```text
//! message ─ Attendant::read ─→ Turn: language, questions with their slots, small talk, sentiment, risk
//!                 (the caller embeds Turn::texts, or not, and lets Heads hear the turn, or not)
//! Turn, embeddings ─ Attendant::reply:
//!     policy   course of the message · act on each question · escalation
//!     compose  the shop's own sentences, skills' results, the few sentences of `wording`
//!     ground   every number, date, code, link and name found in the sources, or the plain extract
//! → Reply: answer · clarify · products · skill · handoff · smalltalk · decline
//! ```
//!
//! Every answer is an extract: sentences and rows of the shop's own passages, or computed from its data.
//! What a shopper writes is searched for and never obeyed.

mod affirm;
mod attendant;
mod compose;
mod conversation;
pub mod evaluate;
mod extract;
pub mod grounding;
pub mod handoff;
mod heads;
mod intent;
mod kinds;
mod language;
mod message;
mod phrases;
mod policy;
mod prose;
mod reach;
mod reference;
pub mod rephrase;
mod risk;
mod scope;
mod search;
mod sentiment;
mod shorthand;
pub mod skills;
pub mod slots;
mod small_talk;
mod stream;
mod subjects;
mod trust;
mod turn;
mod wish;
mod wording;

pub use attendant::{Attendant, OpenError};
pub use conversation::Conversation;
pub use heads::Heads;
pub use language::detect_language;
pub use message::MAX_MESSAGE_CHARS;
pub use prose::Growing;
pub use stream::deltas;
pub use turn::{Message, Turn};
pub use wish::Wish;
