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

#[cfg(feature = "core")]
pub mod blend;
#[cfg(feature = "core")]
mod catalogue;
#[cfg(feature = "core")]
mod codec;
#[cfg(feature = "core")]
pub mod evaluate;
#[cfg(feature = "core")]
mod features;
#[cfg(feature = "core")]
mod hints;
pub mod interactions;
#[cfg(feature = "core")]
pub mod journal;
#[cfg(feature = "core")]
pub mod known;
#[cfg(feature = "core")]
pub mod log;
#[cfg(feature = "core")]
pub mod metrics;
#[cfg(feature = "core")]
pub mod model;
#[cfg(feature = "core")]
pub mod models;
#[cfg(feature = "core")]
mod orders;
#[cfg(feature = "core")]
mod profile;
#[cfg(any(feature = "import", feature = "insights"))]
pub mod read;
#[cfg(feature = "core")]
mod recommender;
#[cfg(feature = "import")]
pub mod release;
#[cfg(feature = "core")]
mod rules;
#[cfg(feature = "core")]
pub mod statement;
#[cfg(feature = "core")]
pub mod tables;
#[cfg(feature = "train")]
pub mod transformer;
#[cfg(feature = "core")]
pub mod tune;
#[cfg(feature = "core")]
mod variety;
#[cfg(feature = "core")]
pub mod wish;

#[cfg(feature = "core")]
pub use recommender::{Recommender, Shopper};
