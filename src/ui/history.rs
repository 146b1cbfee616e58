//! What the shopper did here, as the page shows it. The worker keeps it, works with it and forgets it
//! ([`crate::protocol::Request::Note`]); the page holds what is not on the disk, so that a reload loses nothing.

use crate::platform::json;
use crate::protocol::{ShopperAction, ShopperEvent};

/// Where what is not on the disk waits (`sessionStorage`: gone with the tab).
pub const KEY: &str = "attendant.unstored.v1";
/// Where builds before the vault, none of them released, kept it in the clear (`localStorage`): erased at sight.
pub const EARLIER_KEY: &str = "attendant.history.v1";

/// The newest are shown, and no more wait.
pub const MOST_EVENTS: usize = 500;

/// Looking at the same page again within this time is one look.
const SAME_LOOK_MS: f64 = 30_000.0;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Oldest first.
    events: Vec<ShopperEvent>,
}

/// Events of a tab that was reloaded; none where they cannot be read.
pub fn unstored_from_json(json: &str) -> Vec<ShopperEvent> {
    json::from_slice(json.as_bytes()).unwrap_or_default()
}

pub fn to_json(events: &[ShopperEvent]) -> String {
    json::to_string(&events).expect("strings and numbers serialize")
}

/// Whether a shopper would say that they did it. What was merely shown, and for how long, is for the worker alone.
fn is_deed(event: &ShopperEvent) -> bool {
    !matches!(event.action, ShopperAction::ViewItemList | ShopperAction::Dwell)
}

impl History {
    pub fn of(mut events: Vec<ShopperEvent>) -> History {
        events.retain(is_deed);
        let mut history = History { events };
        history.trim();
        history
    }

    pub fn events(&self) -> &[ShopperEvent] {
        &self.events
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Notes what happened; `false` where it was no news.
    pub fn record(&mut self, event: ShopperEvent) -> bool {
        let no_news = event.action == ShopperAction::ViewItem
            && self
                .events
                .iter()
                .rev()
                .take_while(|before| event.at_ms - before.at_ms < SAME_LOOK_MS)
                .any(|before| before.action == event.action && before.product == event.product);
        if no_news || !is_deed(&event) {
            return !no_news;
        }
        self.events.push(event);
        self.trim();
        true
    }

    pub fn retain(&mut self, keep: impl FnMut(&ShopperEvent) -> bool) {
        self.events.retain(keep);
    }

    /// Whether the shopper does not want to see this product recommended.
    pub fn is_unwanted(&self, product: &str) -> bool {
        self.events.iter().any(|event| event.action == ShopperAction::NotInterested && event.product == product)
    }

    pub fn is_liked(&self, product: &str) -> bool {
        self.events.iter().any(|event| event.action == ShopperAction::Liked && event.product == product)
    }

    fn trim(&mut self) {
        let excess = self.events.len().saturating_sub(MOST_EVENTS);
        self.events.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(action: ShopperAction, product: &str, at_ms: f64) -> ShopperEvent {
        ShopperEvent::new(action, product, at_ms)
    }

    #[test]
    fn what_waits_survives_a_reload_and_what_is_broken_does_no_harm() {
        let events = [event(ShopperAction::ViewItem, "cup", 1.0), event(ShopperAction::AddToCart, "cup", 2.0)];
        assert_eq!(unstored_from_json(&to_json(&events)), events);
        assert!(unstored_from_json("{\"version\":1,").is_empty());
    }

    #[test]
    fn the_newest_events_are_kept() {
        let mut history = History::default();
        for i in 0..MOST_EVENTS + 20 {
            history.record(event(ShopperAction::ViewItem, &format!("p{i}"), i as f64));
        }
        assert_eq!(history.events().len(), MOST_EVENTS);
        assert_eq!(history.events()[0].product, "p20");
    }

    #[test]
    fn a_reload_is_not_a_second_look_and_what_was_shown_is_no_deed() {
        let mut history = History::default();
        assert!(history.record(event(ShopperAction::ViewItem, "cup", 0.0)));
        assert!(!history.record(event(ShopperAction::ViewItem, "cup", 1_000.0)));
        assert!(history.record(event(ShopperAction::ViewItem, "cup", 60_000.0)));
        assert!(history.record(event(ShopperAction::ViewItemList, "pot", 61_000.0)));
        assert_eq!(history.events().len(), 2);
    }

    #[test]
    fn a_dislike_goes_with_its_event() {
        let mut history = History::default();
        history.record(event(ShopperAction::NotInterested, "cup", 5.0));
        assert!(history.is_unwanted("cup"));
        history.retain(|_| false);
        assert!(history.is_empty() && !history.is_unwanted("cup"));
    }
}
