//! The Leptos page.
pub mod client;
