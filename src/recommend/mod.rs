//! What to show: from what this shopper did, and from nobody else. Pure.
//!
//! ```text
//! history ─ profile: products, weight by action and age ─┐
//!                                                        ├─ similarity → MMR → reasons
//! catalogue ─ vectors, attributes ───────────────────────┘
//! ```
//!
//! An empty history (a newcomer, or personalisation switched off) gives the shop's picks.

pub mod metrics;
mod profile;
mod recommender;
mod similarity;

pub use recommender::Recommender;
