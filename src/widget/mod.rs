//! What the widget's frame and the page around it say to each other, and whom the frame believes.
//!
//! The launcher (`www/embed.js`) runs in the shop's own page, the attendant in an iframe of the launcher's
//! origin (`embed.html`: this page, as a chat alone). Neither sees into the other.
//!
//! ```text
//! frame → host   {"attendant": 1}                  window.postMessage, to whoever framed it: no secret
//! host  → frame  {"attendant": 1, "settings": {…}} with a MessagePort, to the launcher's origin alone
//! frame ⇄ host   [`Command`]s down, [`Notice`]s up, on that port
//! ```
//!
//! - The host takes the greeting only from its own frame's window *and* from the launcher's origin. The
//!   frame takes one connection, only from its parent window, and only from an origin that
//!   [`may_embed`]; after that nothing but the port is listened to, which no other window holds.
//! - Messages are JSON texts of the types below. What is of no known shape is passed over, on both sides:
//!   a launcher and a frame of neighbouring builds go on with what both know. Another
//!   [`WIDGET_VERSION`] is refused.
//! - *Who may embed at all* is the host's to say, where a browser enforces it: `frame-ancestors` for
//!   `embed.html` in `www/_headers`.
//! - *What the embedding page learns*: that the chat was opened or closed, that a message came (its number,
//!   whose it is, what kind), and which product the shopper pressed. Never a word of the conversation, nor
//!   what is recorded about the shopper. What the page itself passes in ([`Command::Ask`]) it knows already.
//! - *What the embedding page can do*: ask on the shopper's behalf, note events, begin anew, offer goods beside the pack's
//!   ([`crate::pack::offer`] bounds them). It cannot make
//!   the frame fetch from elsewhere ([`own_url`]; and the content security policy says the same), nor show
//!   markup, nor a link of another scheme than [`handoff_url`] lists.

mod check;

use serde::{Deserialize, Serialize};

pub use check::{handoff_url, may_embed, own_url, product_url};

use crate::protocol::{Offer, ReplyKind, ShopperAction};

/// Version of these messages; `www/embed.js` carries the same number.
pub const WIDGET_VERSION: u32 = 1;

/// The frame's first words: that it listens.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    pub attendant: u32,
}

/// The host's answer; a port comes beside it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Connect {
    pub attendant: u32,
    #[serde(default)]
    pub settings: Settings,
}

/// What the shop has set. What is absent is the page's own choice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Absolute, and on the frame's own origin ([`own_url`]).
    pub pack: Option<String>,
    /// The public key that the pack must be signed with, 64 hexadecimal digits.
    pub pack_key: Option<String>,
    /// A BCP 47 tag.
    pub locale: Option<String>,
    /// `light`, `dark`, or the system's.
    pub theme: Option<String>,
    /// A CSS colour, and the one to write on it with.
    pub accent: Option<String>,
    pub on_accent: Option<String>,
    /// A CSS length.
    pub radius: Option<String>,
    pub greeting: Option<String>,
    /// `off`: not personalised until the shopper says so.
    pub personalise: Option<String>,
    /// `off`, `auto`, or the absolute address of a manifest on the frame's own origin.
    pub model: Option<String>,
    /// A line under the greeting: what the shop has to tell before the first question.
    pub consent: Option<String>,
    /// Where a person is to be had ([`handoff_url`]).
    pub handoff: Option<String>,
    /// The shop's address of a product, with `{id}` in it ([`product_url`]).
    pub product_url: Option<String>,
    /// Somebody on the page wants to hear of products that are pressed.
    pub takes_products: bool,
    /// Somebody on the page can put a product into the shop's cart.
    pub takes_cart: bool,
}

/// What the host tells the frame to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The panel is shown: the model may be loaded, the composer takes the focus.
    Open,
    /// The panel is hidden.
    Close,
    /// Put in the shopper's name; shown like any question of theirs.
    Ask {
        text: String,
    },
    /// Something the shopper did in the shop, by its GA4 name or Segment's: with these products, or, of a search,
    /// with these words.
    Event {
        action: ShopperAction,
        #[serde(default)]
        products: Vec<String>,
        #[serde(default)]
        text: String,
    },
    /// The products that the page describes to search engines, in place of those told before.
    Offer {
        products: Vec<Offer>,
    },
    /// Who is shopping, as the shop numbers its customers. Another one than before begins anew.
    Identify {
        shopper: String,
    },
    /// Forgets the conversation.
    Reset,
    Configure(Box<Settings>),
    /// The answer to [`Notice::AddToCart`].
    CartAnswered {
        product: String,
        ok: bool,
    },
}

/// What the frame tells the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The attendant is shown and can be asked.
    Ready,
    /// The shopper wants the panel closed.
    Close,
    /// A message stands in the log. `kind` is an answer's.
    Message {
        message: u32,
        role: Role,
        kind: Option<ReplyKind>,
    },
    /// A product was pressed.
    Product {
        product: String,
    },
    AddToCart {
        product: String,
        title: String,
        price: f64,
        currency: String,
    },
    /// The way to a person was taken.
    Handoff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Shopper,
    Attendant,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::json;

    fn command(text: &str) -> Option<Command> {
        json::from_slice(text.as_bytes()).ok()
    }

    #[test]
    fn commands_are_read_as_the_launcher_writes_them() {
        assert_eq!(command(r#""open""#), Some(Command::Open));
        assert_eq!(command(r#"{"ask":{"text":"Tea?"}}"#), Some(Command::Ask { text: "Tea?".into() }));
        let event = |action, products: &[&str], text: &str| {
            let products = products.iter().map(|product| (*product).to_owned()).collect();
            Some(Command::Event { action, products, text: text.into() })
        };
        let viewed = event(ShopperAction::ViewItem, &["yx-01"], "");
        assert_eq!(command(r#"{"event":{"action":"view_item","products":["yx-01"]}}"#), viewed);
        let ordered = event(ShopperAction::Purchase, &["a", "b"], "");
        assert_eq!(command(r#"{"event":{"action":"Order Completed","products":["a","b"]}}"#), ordered);
        assert_eq!(
            command(r#"{"event":{"action":"search","text":"oolong"}}"#),
            event(ShopperAction::Search, &[], "oolong")
        );
        let Some(Command::Configure(settings)) = command(r#"{"configure":{"theme":"dark","of_tomorrow":1}}"#) else {
            panic!("settings are read, and those of tomorrow passed over")
        };
        assert_eq!(settings.theme.as_deref(), Some("dark"));
    }

    #[test]
    fn what_is_of_no_known_shape_is_passed_over() {
        for text in ["", "1", "{}", r#""explode""#, r#"{"ask":{}}"#, r#"{"event":{"action":"spy","products":["x"]}}"#] {
            assert_eq!(command(text), None, "{text}");
        }
    }

    #[test]
    fn a_notice_carries_no_word_of_the_conversation() {
        let notice = Notice::Message { message: 3, role: Role::Attendant, kind: Some(ReplyKind::Answer) };
        let written: serde_json::Value = serde_json::to_value(notice).unwrap();
        assert_eq!(written, serde_json::json!({"message": {"message": 3, "role": "attendant", "kind": "answer"}}));
    }
}
