//! What is kept about a shopper, and how: [`Vault`], a [`crate::platform::Drawer`] that is sealed.

pub mod diary;
pub mod keeper;
pub mod record;
mod vault;

pub use vault::Vault;
