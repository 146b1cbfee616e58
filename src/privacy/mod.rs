//! What is kept about a shopper: [`Vault`], a [`crate::platform::Drawer`] that is sealed, and in it what
//! [`diary`] says.
//!
//! ```text
//! consent  → Vault::make     a key that scripts can use and not read
//! keep     → value → seal(version, name, nonce) → one record
//! recall   → record → unseal → migrate → value; what does not open is set aside, and told
//! lock     → Vault::protect  a new key, wrapped by a passphrase; everything sealed anew, all or nothing
//! erase    → Vault::destroy  the key first, then all the rest
//! ```
//!
#![doc = include_str!("threats.md")]

pub mod diary;
pub mod keeper;
pub mod record;
mod vault;

pub use vault::Vault;
