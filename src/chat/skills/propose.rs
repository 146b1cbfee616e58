//! Which skills the words of a message ask for.

use super::{Request, Shop, Skill};

/// Skills for a message, the likeliest first.
pub fn propose(_: &Shop<'_>, _: &Request<'_>) -> Vec<Skill> {
    Vec::new()
}
