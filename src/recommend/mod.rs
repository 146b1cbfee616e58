//! What to show: from what this shopper did, and from what the shop learned of all. Pure, but for `read`.
//!
//! ```text
//! history ─ profile: products, weight by action and age ─┐
//!                                                        ├─ similarity → MMR → reasons
//! catalogue ─ vectors, attributes ───────────────────────┘
//! ```
//! An empty history (a newcomer, or personalisation switched off) gives the shop's picks.
//!
//! What the orders of all shoppers teach goes another way, natively, and becomes a file for a pack to carry:
//!
//! ```text
//! events file ─ read → Interactions: [user][basket] of item indices
//!   → models     scores [n_items], a table each
//!   → blend      weights learned on each user's last basket
//!   → model      one file · evaluate   a row of measures each
//! ```

pub mod blend;
mod codec;
pub mod evaluate;
pub mod interactions;
pub mod metrics;
pub mod model;
pub mod models;
mod profile;
#[cfg(feature = "import")]
pub mod read;
mod recommender;
mod similarity;
mod tables;

pub use recommender::Recommender;
