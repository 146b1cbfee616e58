//! Pictures out of the pack. Each becomes an address the first time it is shown.

use std::cell::RefCell;
use std::collections::HashMap;

use leptos::prelude::*;

use super::super::browser;
use super::super::shop::Shop;
use super::super::state::Store;
use super::super::words;
use crate::pack::Product;
use crate::ui::element as html;

thread_local! {
    /// By picture name. There is one shop a page, and its pictures are shown again and again.
    static URLS: RefCell<HashMap<String, String>> = RefCell::default();
}

fn url(shop: &Shop, name: &str) -> Option<String> {
    URLS.with_borrow_mut(|urls| {
        if let Some(url) = urls.get(name) {
            return Some(url.clone());
        }
        let (bytes, media_type) = (shop.picture(name)?, media_type(name));
        // To make an object URL a browser asks another process and waits, some milliseconds each; a drawing is a few
        // kilobytes of text and can stand in the page itself.
        let url = match std::str::from_utf8(bytes) {
            Ok(drawing) if media_type == SVG && bytes.len() <= INLINE_BYTES => {
                format!("data:{SVG},{}", browser::escape(drawing))
            }
            _ => browser::object_url(bytes, media_type)?,
        };
        urls.insert(name.to_owned(), url.clone());
        Some(url)
    })
}

const SVG: &str = "image/svg+xml";

/// A drawing of more is not written into the page.
const INLINE_BYTES: usize = 16 << 10;

/// An image element runs no script, whatever its file holds; the type is for it to be decoded at all.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("avif") => "image/avif",
        _ => SVG,
    }
}

/// From this side on a picture is what its page is about, and waits for nothing.
const LARGE: u32 = 480;

/// What a picture says to those who do not see it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Alt {
    /// The product's title.
    Title,
    /// Nothing: the title stands beside it, in the same link.
    Beside,
}

/// A product's picture, square.
pub fn picture(store: Store, shop: &Shop, product: &Product, side: u32, alt: Alt) -> AnyView {
    let title = product.title.clone();
    let alt = move || match alt {
        Alt::Title => store.read(&title),
        Alt::Beside => String::new(),
    };
    match url(shop, &product.image) {
        Some(url) => html::img()
            .class("picture")
            // Before the address: an image that has one starts loading at once.
            .attr("loading", if side < LARGE { "lazy" } else { "eager" })
            .attr("decoding", "async")
            .attr("width", side.to_string())
            .attr("height", side.to_string())
            .attr("alt", alt)
            .attr("src", url)
            .into_any(),
        None => html::div()
            .class("picture picture-none")
            .attr("role", "img")
            .attr("aria-label", alt)
            .child(move || store.say(words::NO_PICTURE))
            .into_any(),
    }
}
