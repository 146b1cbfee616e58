//! The page's few icons: 24-unit line drawings in the colour of the text beside them.

use leptos::prelude::*;
use leptos::svg;

pub const SEARCH: &str = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20";
pub const CART: &str = "M5 8h14l-1.2 11.2H6.2L5 8ZM9 8V6.8a3 3 0 0 1 6 0V8";
pub const SUN: &str = "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 3v1.6M12 19.4V21M3 12h1.6M19.4 12H21M5.6 5.6l1.2 1.2M17.2 17.2l1.2 1.2M18.4 5.6l-1.2 1.2M6.8 17.2l-1.2 1.2";
pub const MOON: &str = "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z";
pub const HALF: &str = "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 4v16M14.7 4.7v14.6M17.3 6.4v11.2";
pub const CLOSE: &str = "M6 6l12 12M18 6 6 18";
pub const CHAT: &str = "M4.5 5.5h15v10.2h-8.3L7 19.5v-3.8H4.5V5.5ZM8.2 9.2h7.6M8.2 12.1h4.8";
pub const SEND: &str = "M12 19V5.5M6 11l6-6 6 6";
pub const STOP: &str = "M8 8h8v8H8z";
pub const RETRY: &str = "M19 12a7 7 0 1 1-2.2-5.1M17.5 3.5v3.9h-3.9";
pub const COPY: &str = "M9 9h10v10H9zM15 9V5H5v10h4";
pub const RENEW: &str = "M12 5.5v13M5.5 12h13";
pub const TRASH: &str = "M5.5 7.5h13M9.5 7.5V5.2h5v2.3M7.2 7.5l.8 11.3h8l.8-11.3";
pub const BACK: &str = "M19 12H5.5M11 6l-6 6 6 6";
pub const INFO: &str = "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 11v5M12 8v.4";
pub const MORE: &str = "M6 12h.01M12 12h.01M18 12h.01";
pub const SAVE: &str = "M12 4.5v10M8 11l4 4 4-4M5 19h14";
pub const EDIT: &str = "M5 19l.9-3.8L16 5.1l2.9 2.9L8.8 18.1 5 19ZM14 7.1l2.9 2.9";
pub const SPEAK: &str = "M5 10v4h3l4 3.5v-11L8 10H5ZM15 9.2a4 4 0 0 1 0 5.6M17.3 6.8a7.4 7.4 0 0 1 0 10.4";
pub const THUMB_UP: &str =
    "M8 11v8H5v-8h3ZM8 11l3.5-6.5c1.2 0 2 .9 1.8 2.2L12.8 10H18a1.6 1.6 0 0 1 1.5 2l-1.5 5.7a1.7 1.7 0 0 1-1.6 1.3H8";
pub const THUMB_DOWN: &str = "M16 13V5h3v8h-3ZM16 13l-3.5 6.5c-1.2 0-2-.9-1.8-2.200L11.2 14H6a1.6 1.6 0 0 1-1.5-2L6 6.300A1.7 1.7 0 0 1 7.600 5H16";

/// One icon, silent for screen readers: whatever carries it has a label of its own.
pub fn icon(path: &'static str) -> AnyView {
    svg::svg()
        .attr("class", "icon")
        .attr("viewBox", "0 0 24 24")
        .attr("width", "24")
        .attr("height", "24")
        .attr("aria-hidden", "true")
        .attr("focusable", "false")
        .child(svg::path().attr("d", path))
        .into_any()
}
