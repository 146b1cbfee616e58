//! What the shopper did here: the whole basis of personal recommendations, and theirs to read, edit
//! and erase. In memory until the shopper agrees to have it remembered.

use serde::{Deserialize, Serialize};

use crate::platform::{JsonError, json};
use crate::protocol::{ShopperAction, ShopperEvent};

/// Where builds before the vault kept it, in the clear (`localStorage`).
pub const KEY: &str = "attendant.history.v1";

/// The newest are kept. Recommendations look at some dozens; 500 is about 50 kB of storage.
pub const MOST_EVENTS: usize = 500;

/// Looking at the same page again within this time is one look.
const SAME_LOOK_MS: f64 = 30_000.0;

const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Oldest first.
    events: Vec<ShopperEvent>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    events: Vec<ShopperEvent>,
}

#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the stored history is not what was written: {0}")]
    Unreadable(#[from] JsonError),
    #[error("the stored history is of version {0}, not {VERSION}")]
    OtherVersion(u32),
}

impl History {
    pub fn from_json(stored: &str) -> Result<History, HistoryError> {
        let stored: Stored = json::from_slice(stored.as_bytes())?;
        if stored.version != VERSION {
            return Err(HistoryError::OtherVersion(stored.version));
        }
        let mut history = History { events: stored.events };
        history.trim();
        Ok(history)
    }

    pub fn to_json(&self) -> String {
        let stored = Stored { version: VERSION, events: self.events.clone() };
        json::to_string(&stored).expect("strings and numbers serialize")
    }

    pub fn events(&self) -> &[ShopperEvent] {
        &self.events
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Notes what happened; `false` where it was no news.
    pub fn record(&mut self, action: ShopperAction, product: &str, at_ms: f64) -> bool {
        let no_news = action == ShopperAction::ViewItem
            && self
                .events
                .iter()
                .rev()
                .take_while(|event| at_ms - event.at_ms < SAME_LOOK_MS)
                .any(|event| event.action == action && event.product == product);
        if no_news {
            return false;
        }
        self.events.push(ShopperEvent { action, product: product.to_owned(), at_ms });
        self.trim();
        true
    }

    /// Puts what was kept before what has happened since.
    pub fn begin_with(&mut self, earlier: History) {
        let since = std::mem::replace(&mut self.events, earlier.events);
        self.events.extend(since);
        self.events.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
        self.events.dedup();
        self.trim();
    }

    pub fn erase(&mut self, event: &ShopperEvent) {
        if let Some(at) = self.events.iter().position(|other| other == event) {
            self.events.remove(at);
        }
    }

    pub fn erase_all(&mut self) {
        self.events.clear();
    }

    /// Whether the shopper does not want to see this product recommended.
    pub fn is_unwanted(&self, product: &str) -> bool {
        self.events.iter().any(|event| event.action == ShopperAction::NotInterested && event.product == product)
    }

    fn trim(&mut self) {
        let excess = self.events.len().saturating_sub(MOST_EVENTS);
        self.events.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_survives_storage() {
        let mut history = History::default();
        history.record(ShopperAction::ViewItem, "cup", 1.0);
        history.record(ShopperAction::AddToCart, "cup", 2.0);
        assert_eq!(History::from_json(&history.to_json()).unwrap(), history);
    }

    #[test]
    fn broken_or_newer_storage_is_an_error_and_no_crash() {
        assert!(matches!(History::from_json("{\"version\":1,"), Err(HistoryError::Unreadable(_))));
        assert!(matches!(History::from_json(r#"{"version":9,"events":[]}"#), Err(HistoryError::OtherVersion(9))));
    }

    #[test]
    fn the_newest_events_are_kept() {
        let mut history = History::default();
        for i in 0..MOST_EVENTS + 20 {
            history.record(ShopperAction::ViewItem, &format!("p{i}"), i as f64);
        }
        assert_eq!(history.events().len(), MOST_EVENTS);
        assert_eq!(history.events()[0].product, "p20");
    }

    #[test]
    fn a_reload_is_not_a_second_look() {
        let mut history = History::default();
        assert!(history.record(ShopperAction::ViewItem, "cup", 0.0));
        assert!(!history.record(ShopperAction::ViewItem, "cup", 1_000.0));
        assert!(history.record(ShopperAction::ViewItem, "cup", 60_000.0));
    }

    #[test]
    fn what_was_kept_comes_first_and_nothing_twice() {
        let (mut kept, mut now) = (History::default(), History::default());
        kept.record(ShopperAction::ViewItem, "cup", 1.0);
        now.record(ShopperAction::ViewItem, "tray", 2.0);
        now.begin_with(kept.clone());
        now.begin_with(kept);
        assert_eq!(now.events().iter().map(|event| &event.product).collect::<Vec<_>>(), ["cup", "tray"]);
    }

    #[test]
    fn one_event_can_be_erased_and_a_dislike_with_it() {
        let mut history = History::default();
        history.record(ShopperAction::NotInterested, "cup", 5.0);
        assert!(history.is_unwanted("cup"));
        let event = history.events()[0].clone();
        history.erase(&event);
        assert!(history.is_empty() && !history.is_unwanted("cup"));
    }
}
