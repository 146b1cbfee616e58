//! What the shopper did, in order and bounded.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::protocol::{ShopperAction, ShopperEvent};

/// Most records kept: at about 80 bytes each, a third of a megabyte.
pub const MAX_RECORDS: usize = 4000;
/// How much of a search or an id is kept: no shop's are longer, and a page may send anything.
const MAX_TEXT_CHARS: usize = 100;
pub const DAY_MS: f64 = 86_400_000.0;

/// One event, or all of one action on one product within one day (UTC).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub event: ShopperEvent,
    /// The last of them; the first is at `event.at_ms`.
    pub until_ms: f64,
    /// How many.
    pub n: u32,
}

/// Records, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Log {
    records: Vec<Record>,
    /// Exact events that stand in it, to know what is told twice.
    known: HashSet<u64>,
    /// Up to here a record may stand for many.
    merged_to_ms: f64,
}

impl Record {
    pub fn of(event: ShopperEvent) -> Record {
        Record { until_ms: event.at_ms, n: 1, event }
    }

    /// Whether `event` is among those that this record stands for.
    pub fn covers(&self, event: &ShopperEvent) -> bool {
        self.is_like(event) && (self.event.at_ms..=self.until_ms).contains(&event.at_ms)
    }

    fn is_like(&self, event: &ShopperEvent) -> bool {
        let own = &self.event;
        own.action == event.action && own.product == event.product && own.text == event.text
    }

    fn take_in(&mut self, other: Record) {
        self.n = self.n.saturating_add(other.n);
        self.event.secs += other.event.secs;
        self.event.at_ms = self.event.at_ms.min(other.event.at_ms);
        self.until_ms = self.until_ms.max(other.until_ms);
    }
}

fn fingerprint(event: &ShopperEvent) -> u64 {
    let mut hasher = DefaultHasher::new();
    (event.action, &event.product, &event.text, event.at_ms.to_bits()).hash(&mut hasher);
    hasher.finish()
}

/// What goes first where there is no room: what was merely shown, then what was merely looked at.
fn rank(action: ShopperAction) -> u8 {
    match action {
        ShopperAction::ViewItemList | ShopperAction::SelectItem => 0,
        ShopperAction::Dwell | ShopperAction::Search | ShopperAction::BeginCheckout => 1,
        ShopperAction::ViewItem => 2,
        ShopperAction::AddToCart | ShopperAction::RemoveFromCart => 3,
        ShopperAction::Purchase | ShopperAction::Liked | ShopperAction::NotInterested => 4,
    }
}

impl Log {
    /// `now_ms` bounds the stamps: what a clock that was ahead has dated later counts as of now.
    pub fn of(records: impl IntoIterator<Item = Record>, now_ms: f64) -> Log {
        let mut log = Log::default();
        for mut record in records {
            if record.event.at_ms.is_finite() && record.until_ms.is_finite() && record.n > 0 {
                log.known.insert(fingerprint(&record.event));
                record.event.at_ms = record.event.at_ms.min(now_ms);
                record.until_ms = record.until_ms.clamp(record.event.at_ms, now_ms.max(record.event.at_ms));
                log.records.push(record);
            }
        }
        log.records.sort_by(|a, b| a.event.at_ms.total_cmp(&b.event.at_ms));
        log.mark_merged();
        if log.records.len() > MAX_RECORDS {
            log.compact(now_ms);
        }
        log
    }

    pub fn records(&self) -> &[Record] {
        &self.records
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The newest `n` events, oldest first.
    pub fn newest(&self, n: usize) -> Vec<ShopperEvent> {
        let start = self.records.len().saturating_sub(n);
        self.records[start..].iter().map(|record| record.event.clone()).collect()
    }

    /// Notes what happened and returns it as it was noted; nothing where it was known or says nothing.
    pub fn note(&mut self, mut event: ShopperEvent, now_ms: f64) -> Option<Record> {
        if !event.at_ms.is_finite() || !event.secs.is_finite() || event.product.is_empty() && event.text.is_empty() {
            return None;
        }
        cut(&mut event.product);
        cut(&mut event.text);
        let is_covered = |record: &Record| record.n > 1 && record.covers(&event);
        let is_merged = event.at_ms <= self.merged_to_ms && self.records.iter().any(is_covered);
        if is_merged || !self.known.insert(fingerprint(&event)) {
            return None;
        }
        event.at_ms = event.at_ms.min(now_ms);
        let record = Record::of(event);
        let at = self.records.iter().rposition(|other| other.event.at_ms <= record.event.at_ms).map_or(0, |at| at + 1);
        self.records.insert(at, record.clone());
        if self.records.len() > 2 * MAX_RECORDS {
            self.compact(now_ms);
        }
        Some(record)
    }

    /// Keeps what `keep` says; whether anything went.
    pub fn retain(&mut self, keep: impl FnMut(&Record) -> bool) -> bool {
        let before = self.records.len();
        self.records.retain(keep);
        self.records.len() < before
    }

    /// Makes one record of what one past day holds of an action on a product, then lets the least and oldest go.
    pub fn compact(&mut self, now_ms: f64) {
        let day_of = |at_ms: f64| (at_ms / DAY_MS).floor() as i64;
        let today = day_of(now_ms);
        let mut days: BTreeMap<(i64, ShopperAction, String, String), usize> = BTreeMap::new();
        let mut records: Vec<Record> = Vec::with_capacity(self.records.len());
        for record in self.records.drain(..) {
            let day = day_of(record.event.at_ms);
            // What is bought together is known by its time: purchases stay apart.
            if day >= today || record.event.action == ShopperAction::Purchase {
                records.push(record);
                continue;
            }
            let key = (day, record.event.action, record.event.product.clone(), record.event.text.clone());
            match days.get(&key) {
                Some(&at) => records[at].take_in(record),
                None => {
                    days.insert(key, records.len());
                    records.push(record);
                }
            }
        }
        if records.len() > MAX_RECORDS {
            let mut order: Vec<usize> = (0..records.len()).collect();
            order.sort_by_key(|&at| (rank(records[at].event.action), at));
            let gone: HashSet<usize> = order[..records.len() - MAX_RECORDS].iter().copied().collect();
            let mut at = 0;
            records.retain(|_| {
                at += 1;
                !gone.contains(&(at - 1))
            });
        }
        self.records = records;
        self.known = self.records.iter().map(|record| fingerprint(&record.event)).collect();
        self.mark_merged();
    }

    fn mark_merged(&mut self) {
        let merged = self.records.iter().filter(|record| record.n > 1);
        self.merged_to_ms = merged.map(|record| record.until_ms).fold(f64::NEG_INFINITY, f64::max);
    }
}

fn cut(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(MAX_TEXT_CHARS) {
        text.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: f64 = 1.8e12;

    fn event(action: ShopperAction, product: &str, at_ms: f64) -> ShopperEvent {
        ShopperEvent::new(action, product, at_ms)
    }

    use ShopperAction::{NotInterested, Purchase, ViewItem, ViewItemList};

    #[test]
    fn a_million_events_are_bounded_and_what_matters_most_stays() {
        let mut log = Log::default();
        let start_ms = NOW_MS - 1_000_000.0 * 20_000.0;
        log.note(event(Purchase, "pot", start_ms), start_ms);
        log.note(event(NotInterested, "cup", start_ms), start_ms);
        for i in 0..1_000_000u32 {
            let at_ms = start_ms + f64::from(i) * 20_000.0;
            let action = if i % 3 == 0 { ViewItem } else { ViewItemList };
            log.note(event(action, &format!("p{}", i % 1500), at_ms), at_ms);
        }
        assert!(log.records().len() <= 2 * MAX_RECORDS);
        log.compact(NOW_MS);
        assert!(log.records().len() <= MAX_RECORDS);
        assert!([Purchase, NotInterested].iter().all(|kept| log.records().iter().any(|r| r.event.action == *kept)));
        assert!(log.records().is_sorted_by(|a, b| a.event.at_ms <= b.event.at_ms));
    }

    #[test]
    fn a_past_day_is_one_record_an_action_and_still_known() {
        let mut log = Log::default();
        let day_ms = (NOW_MS / DAY_MS).floor() * DAY_MS - 3.0 * DAY_MS;
        for minute in 0..5 {
            log.note(event(ViewItem, "cup", day_ms + 60_000.0 * f64::from(minute)), NOW_MS);
        }
        log.compact(NOW_MS);
        assert_eq!((log.records().len(), log.records()[0].n), (1, 5));
        assert_eq!(log.note(event(ViewItem, "cup", day_ms + 60_000.0), NOW_MS), None, "it was told before");
        assert!(log.note(event(ViewItem, "cup", day_ms + DAY_MS), NOW_MS).is_some());
    }

    #[test]
    fn what_is_told_twice_is_noted_once() {
        let mut log = Log::default();
        assert!(log.note(event(ViewItem, "cup", NOW_MS), NOW_MS).is_some());
        assert!(log.note(event(ViewItem, "cup", NOW_MS), NOW_MS).is_none());
        let again = Log::of(log.records().to_vec(), NOW_MS);
        assert!(again.clone().note(event(ViewItem, "cup", NOW_MS), NOW_MS).is_none());
    }

    #[test]
    fn a_clock_that_was_ahead_does_not_stay_ahead() {
        let mut log = Log::default();
        log.note(event(ViewItem, "cup", NOW_MS + 400.0 * DAY_MS), NOW_MS);
        log.note(event(ViewItem, "pot", NOW_MS), NOW_MS);
        assert!(log.records().iter().all(|record| record.event.at_ms <= NOW_MS));
        let stored = Record::of(event(ViewItem, "cup", NOW_MS + 400.0 * DAY_MS));
        assert_eq!(Log::of([stored], NOW_MS).records()[0].event.at_ms, NOW_MS);
    }

    #[test]
    fn nonsense_is_passed_over() {
        let mut log = Log::default();
        assert!(log.note(event(ViewItem, "cup", f64::NAN), NOW_MS).is_none());
        assert!(log.note(event(ViewItem, "", 1.0), NOW_MS).is_none());
        assert!(log.note(event(ViewItem, &"x".repeat(10_000), 1.0), NOW_MS).is_some());
        assert_eq!(log.records()[0].event.product.len(), MAX_TEXT_CHARS);
    }
}
