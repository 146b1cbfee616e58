//! What to show: from what this shopper did, and from what the shop learned of all. Pure, but for `read`.
//!
//! ```text
//! journal: segments in a drawer ─ log: records ─ profile: products, weight by action and age ─┐
//! catalogue ─ features: vectors, attributes ──────────────────────────────────────────────────┤
//! pack's tables ─ orders ─────────────────────────────────────────────────────────────────────┴→ hints
//!   → weights: the pack's, moved by what was clicked and refused → rules → variety → recommender: shelf, reasons
//! ```
//! An empty log (a newcomer, or personalisation switched off) gives what many take, then the shop's picks.
//!
//! What the orders of all shoppers teach goes another way, natively, and becomes a file for a pack to carry:
//!
//! ```text
//! events file ─ read → Interactions: [user][basket] of item indices
//!   → models, transformer   scores [n_items], a table or a network each
//!   → blend                 weights learned on each user's last basket
//!   → evaluate              a row of measures each: stays with the orders
//!   → release               tables and weights again, so that no customer can be found in them
//!     → model               one file, for a pack
//! tables counted elsewhere, by `sql/*.sql` ─ read → model
//! ```

pub mod blend;
mod catalogue;
mod codec;
pub mod evaluate;
mod features;
mod hints;
pub mod interactions;
pub mod journal;
pub mod known;
pub mod log;
pub mod metrics;
pub mod model;
pub mod models;
mod orders;
mod profile;
#[cfg(feature = "import")]
pub mod read;
mod recommender;
#[cfg(feature = "import")]
pub mod release;
mod rules;
pub mod statement;
pub mod tables;
#[cfg(feature = "train")]
pub mod transformer;
pub mod tune;
mod variety;
pub mod wish;

pub use recommender::{Recommender, Shopper};
