//! The Leptos page: a storefront with the attendant in it.
//!
//! [`start`] mounts [`app`] over the static shell of `index.html`. The state is one [`state::Store`] of
//! signals; [`opening`] is how it comes by the pack, [`link`] where it meets the worker; the parts ([`storefront`], [`chat`],
//! [`about`], [`models`], and as a widget in other pages [`embed`]) only read the store and call its verbs. What needs no browser is pure and tested
//! natively: [`cart`], [`history`], [`route`], [`shop`], [`words`].
//!
//! Views are built with functions ([`element`]), not with Leptos' `view!` macro: the macro turns static
//! parts into `innerHTML`, which the page's own rules (`require-trusted-types-for 'script'`) forbid, and
//! gives every element a type of its own, which the page's size does not allow.

pub mod about;
pub mod app;
pub mod browser;
pub mod cart;
pub mod chat;
pub mod chunk;
pub mod client;
pub mod element;
pub mod embed;
pub mod history;
pub mod icon;
pub mod intl;
pub mod link;
pub mod memory;
pub mod models;
pub mod opening;
pub mod receipt;
pub mod route;
pub mod shop;
pub mod state;
pub mod storefront;
pub mod trust;
pub mod vault;
pub mod words;

pub use app::start;
