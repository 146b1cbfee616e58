//! The log, kept: segments in a drawer that several tabs share.
//!
//! A segment is written once and never changed, so there is nothing to tear: a tab that dies in the middle of a
//! write leaves its segment whole or not there. Two tabs add beside each other, each under names of its own.
//!
//! ```text
//! note     log ← event; one new segment with what is not stored yet
//! refresh  segments that others have added come in; those they have taken away go
//! rewrite  under a lock, one segment in place of many: "I replace these", then these are removed.
//!          After a crash between the two, what is replaced counts for nothing and is removed then.
//! ```
//!
//! Rewriting is how the log is compacted, how it ages, and how a line of it is erased.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::log::{DAY_MS, Log, Record};
use crate::platform::{self, Drawer, DrawerError};
use crate::protocol::ShopperEvent;

/// Segments that are read at every start; more become one.
const MAX_SEGMENTS: usize = 32;
const VERSION: u32 = 1;

/// Where the names of segments begin.
pub const PREFIX: &str = "events-";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Segment {
    version: u32,
    /// Names of the segments whose place it takes.
    #[serde(default)]
    replaces: Vec<String>,
    /// Hints are learned from events after this.
    #[serde(default)]
    learned_from_ms: f64,
    records: Vec<Record>,
}

/// What the shopper did, in memory; and stored, where they agreed.
#[derive(Debug)]
pub struct Journal<D> {
    drawer: Option<D>,
    /// How long it is kept; `None` where the shopper has not agreed that it is.
    days: Option<u16>,
    log: Log,
    /// In the log and not stored.
    fresh: Vec<Record>,
    /// As they were read or written here, by name.
    segments: BTreeMap<String, Segment>,
    unreadable: BTreeSet<String>,
    learned_from_ms: f64,
    version: u64,
}

impl<D: Drawer> Journal<D> {
    /// Without a drawer everything stays in memory.
    pub fn new(drawer: Option<D>) -> Journal<D> {
        Journal {
            drawer,
            days: None,
            log: Log::default(),
            fresh: Vec::new(),
            segments: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            learned_from_ms: 0.0,
            version: 0,
        }
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Changes whenever the log or [`Journal::learned_from_ms`] does.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn learned_from_ms(&self) -> f64 {
        self.learned_from_ms
    }

    /// Segments that could not be read. They are left where they are, and count for nothing.
    pub fn n_unreadable(&self) -> usize {
        self.unreadable.len()
    }

    /// Whether all that is known is stored.
    pub fn is_stored(&self) -> bool {
        self.days.is_some() && self.drawer.is_some() && self.fresh.is_empty()
    }

    /// Notes events, and stores them where the shopper agreed. A failure to store leaves them in memory.
    pub async fn note(&mut self, events: Vec<ShopperEvent>, now_ms: f64) -> Result<(), DrawerError> {
        for event in events {
            if let Some(record) = self.log.note(event, now_ms) {
                self.fresh.push(record);
                self.version += 1;
            }
        }
        self.refresh(now_ms).await?;
        self.flush().await
    }

    /// Keeps the log for so many days from now on; or, with `None`, in memory only.
    pub async fn remember(&mut self, days: Option<u16>, now_ms: f64) -> Result<(), DrawerError> {
        let before = std::mem::replace(&mut self.days, days);
        if days.is_some() {
            self.refresh(now_ms).await?;
            if before != days || self.segments.values().flat_map(|segment| &segment.records).any(self.is_old(now_ms)) {
                self.rewrite(now_ms).await?;
            }
            return self.flush().await;
        }
        // What was stored stays in memory, until the worker ends.
        self.fresh = self.log.records().to_vec();
        self.segments.clear();
        self.clear().await
    }

    /// Takes in what other tabs have stored, and lets go of what they have erased.
    pub async fn refresh(&mut self, now_ms: f64) -> Result<(), DrawerError> {
        let (Some(drawer), Some(_)) = (&self.drawer, self.days) else { return Ok(()) };
        let names: BTreeSet<String> = segment_names(drawer).await?;
        let gone: Vec<String> = self.segments.keys().filter(|name| !names.contains(*name)).cloned().collect();
        let mut has_changed = !gone.is_empty();
        gone.iter().for_each(|name| drop(self.segments.remove(name)));
        self.unreadable.retain(|name| names.contains(name));
        for name in names {
            if self.segments.contains_key(&name) || self.unreadable.contains(&name) {
                continue;
            }
            // One that is gone by now was replaced by another, which is read next time.
            let Some(bytes) = drawer.get(&name).await? else { continue };
            match serde_json::from_slice::<Segment>(&bytes).ok().filter(|segment| segment.version == VERSION) {
                Some(segment) => drop(self.segments.insert(name, segment)),
                None => drop(self.unreadable.insert(name)),
            }
            has_changed = true;
        }
        if has_changed {
            self.take_in(now_ms).await?;
        }
        if self.segments.len() > MAX_SEGMENTS {
            self.rewrite(now_ms).await?;
        }
        Ok(())
    }

    /// Makes the log of the segments that are there now.
    async fn take_in(&mut self, now_ms: f64) -> Result<(), DrawerError> {
        let replaced: BTreeSet<String> =
            self.segments.values().flat_map(|segment| &segment.replaces).cloned().collect();
        let left_over: Vec<String> = self.segments.keys().filter(|name| replaced.contains(*name)).cloned().collect();
        left_over.iter().for_each(|name| drop(self.segments.remove(name)));
        self.rebuild(now_ms);
        match &self.drawer {
            Some(drawer) if !left_over.is_empty() => drawer.remove(&left_over).await,
            _ => Ok(()),
        }
    }

    /// Forgets the records that `is_gone` picks.
    pub async fn erase(&mut self, mut is_gone: impl FnMut(&Record) -> bool, now_ms: f64) -> Result<(), DrawerError> {
        self.refresh(now_ms).await?;
        self.version += 1;
        self.fresh.retain(|record| !is_gone(record));
        self.log.retain(|record| !is_gone(record));
        for segment in self.segments.values_mut() {
            segment.records.retain(|record| !is_gone(record));
        }
        self.rewrite(now_ms).await
    }

    /// Forgets everything, what cannot be read included.
    pub async fn erase_all(&mut self) -> Result<(), DrawerError> {
        self.version += 1;
        self.log = Log::default();
        self.fresh.clear();
        self.segments.clear();
        self.unreadable.clear();
        self.learned_from_ms = 0.0;
        self.clear().await
    }

    /// Learning of hints begins anew.
    pub async fn learn_anew(&mut self, now_ms: f64) -> Result<(), DrawerError> {
        self.version += 1;
        self.learned_from_ms = now_ms;
        self.rewrite(now_ms).await
    }

    fn rebuild(&mut self, now_ms: f64) {
        let stored = self.segments.values().flat_map(|segment| &segment.records);
        let is_old = self.is_old(now_ms);
        let records: Vec<Record> = stored.chain(&self.fresh).filter(|record| !is_old(record)).cloned().collect();
        self.log = Log::of(records, now_ms);
        let learned = self.segments.values().map(|segment| segment.learned_from_ms);
        self.learned_from_ms = learned.fold(self.learned_from_ms, f64::max).min(now_ms);
        self.version += 1;
    }

    fn is_old(&self, now_ms: f64) -> impl Fn(&Record) -> bool + use<D> {
        let oldest_ms = self.days.map_or(f64::NEG_INFINITY, |days| now_ms - f64::from(days) * DAY_MS);
        move |record: &Record| record.until_ms < oldest_ms
    }

    /// Stores what is not stored yet.
    async fn flush(&mut self) -> Result<(), DrawerError> {
        let (Some(drawer), Some(_), false) = (&self.drawer, self.days, self.fresh.is_empty()) else { return Ok(()) };
        let segment = Segment {
            version: VERSION,
            learned_from_ms: self.learned_from_ms,
            records: self.fresh.clone(),
            ..Segment::default()
        };
        let name = new_name();
        drawer.put(&name, &bytes_of(&segment)).await?;
        self.segments.insert(name, segment);
        self.fresh.clear();
        Ok(())
    }

    /// One segment in place of all that are known here, without what is too old.
    async fn rewrite(&mut self, now_ms: f64) -> Result<(), DrawerError> {
        let is_old = self.is_old(now_ms);
        let (Some(drawer), Some(_)) = (&self.drawer, self.days) else {
            self.rebuild(now_ms);
            return Ok(());
        };
        let _lock = drawer.lock().await;
        // What another tab has replaced meanwhile must not come back.
        let names = segment_names(drawer).await?;
        self.segments.retain(|name, _| names.contains(name));
        let stored = self.segments.values().flat_map(|segment| &segment.records);
        let mut log = Log::of(stored.filter(|record| !is_old(record)).cloned(), now_ms);
        log.compact(now_ms);
        let replaces: Vec<String> = self.segments.keys().cloned().collect();
        let learned = self.segments.values().map(|segment| segment.learned_from_ms);
        let segment = Segment {
            version: VERSION,
            replaces: replaces.clone(),
            learned_from_ms: learned.fold(self.learned_from_ms, f64::max),
            records: log.records().to_vec(),
        };
        let name = new_name();
        drawer.put(&name, &bytes_of(&segment)).await?;
        drawer.remove(&replaces).await?;
        self.segments = BTreeMap::from([(name, segment)]);
        self.rebuild(now_ms);
        Ok(())
    }

    async fn clear(&self) -> Result<(), DrawerError> {
        let Some(drawer) = &self.drawer else { return Ok(()) };
        let _lock = drawer.lock().await;
        let names: Vec<String> = segment_names(drawer).await?.into_iter().collect();
        drawer.remove(&names).await
    }
}

async fn segment_names<D: Drawer>(drawer: &D) -> Result<BTreeSet<String>, DrawerError> {
    Ok(drawer.names().await?.into_iter().filter(|name| name.starts_with(PREFIX)).collect())
}

/// Of no other tab's, and later than the ones before.
fn new_name() -> String {
    format!("{PREFIX}{:013}-{:016x}", platform::clock::unix_ms() as u64, platform::token())
}

fn bytes_of(segment: &Segment) -> Vec<u8> {
    serde_json::to_vec(segment).expect("strings and finite numbers are JSON")
}

#[cfg(test)]
mod tests;
