//! Which shards are held, and which byte ranges that leaves to fetch.

use std::ops::Range;

use super::manifest::Manifest;

/// How much of each shard is held. A shard counts as whole only once it has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    shards: Vec<Held>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    offset: u64,
    length: u64,
    /// Bytes held from the shard's beginning.
    have: u64,
    whole: bool,
}

/// Where the next bytes of a stream belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To `shard`; it takes at most `take` bytes, from its byte `at` on.
    Into { shard: usize, at: u64, take: u64 },
    /// Nowhere: `0` bytes or more that are held already.
    Skip(u64),
    /// The stream has jumped over bytes that are missing.
    Gap,
}

impl Plan {
    /// Nothing held.
    pub fn of(manifest: &Manifest) -> Plan {
        let held = |offset, length| Held { offset, length, have: 0, whole: false };
        Plan { shards: manifest.shards.iter().map(|shard| held(shard.offset, shard.length)).collect() }
    }

    pub fn is_whole(&self) -> bool {
        self.shards.iter().all(|shard| shard.whole)
    }

    pub fn is_shard_whole(&self, shard: usize) -> bool {
        self.shards[shard].whole
    }

    /// Bytes held of `shard`, from its beginning.
    pub fn have(&self, shard: usize) -> u64 {
        self.shards[shard].have
    }

    /// Whether every byte of `shard` is there, to be verified now.
    pub fn is_filled(&self, shard: usize) -> bool {
        self.shards[shard].have == self.shards[shard].length
    }

    pub fn held_bytes(&self) -> u64 {
        self.shards.iter().map(|shard| shard.have).sum()
    }

    pub fn size_bytes(&self) -> u64 {
        self.shards.iter().map(|shard| shard.length).sum()
    }

    /// `shard` has been verified.
    pub fn set_whole(&mut self, shard: usize) {
        let held = &mut self.shards[shard];
        held.have = held.length;
        held.whole = true;
    }

    /// The first `have` bytes of `shard` are there, unverified.
    pub fn set_partial(&mut self, shard: usize, have: u64) {
        let held = &mut self.shards[shard];
        held.have = have.min(held.length);
        held.whole = false;
    }

    /// What is held of `shard` is worthless.
    pub fn discard(&mut self, shard: usize) {
        self.set_partial(shard, 0);
    }

    /// The byte ranges to fetch, in order, neighbours joined.
    pub fn missing(&self) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for shard in self.shards.iter().filter(|shard| !shard.whole) {
            let range = shard.offset + shard.have..shard.offset + shard.length;
            match ranges.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        ranges.retain(|range| !range.is_empty());
        ranges
    }

    /// Where bytes that a stream yields at file position `position` belong.
    pub fn place(&self, position: u64) -> Place {
        let found = self.shards.iter().position(|shard| position < shard.offset + shard.length);
        // Past the end: a server that sends more than the manifest promises. Nothing wants it.
        let Some(index) = found else { return Place::Skip(u64::MAX) };
        let shard = &self.shards[index];
        let at = position - shard.offset;
        if shard.whole {
            Place::Skip(shard.length - at)
        } else if at < shard.have {
            Place::Skip(shard.have - at)
        } else if at > shard.have {
            Place::Gap
        } else {
            Place::Into { shard: index, at, take: shard.length - at }
        }
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one range is what is meant")]
mod tests {
    use super::*;

    /// Shards of 4, 4 and 2 bytes.
    fn plan() -> Plan {
        Plan::of(&Manifest::of("a model", "model.gguf", &[7; 10], 4))
    }

    #[test]
    fn nothing_held_is_one_range() {
        assert_eq!(plan().missing(), [0..10]);
        assert_eq!(plan().size_bytes(), 10);
    }

    #[test]
    fn a_partial_shard_joins_the_missing_one_after_it() {
        let mut plan = plan();
        plan.set_whole(0);
        plan.set_partial(1, 3);
        assert_eq!(plan.missing(), [7..10]);
        assert_eq!(plan.held_bytes(), 7);
    }

    #[test]
    fn a_whole_shard_in_the_middle_splits_the_rest() {
        let mut plan = plan();
        plan.set_whole(1);
        assert_eq!(plan.missing(), [0..4, 8..10]);
        plan.set_whole(0);
        plan.set_whole(2);
        assert!(plan.is_whole() && plan.missing().is_empty());
        plan.discard(1);
        assert_eq!(plan.missing(), [4..8]);
    }

    #[test]
    fn a_stream_from_the_beginning_passes_over_what_is_held() {
        let mut plan = plan();
        plan.set_whole(0);
        plan.set_partial(1, 1);
        assert_eq!(plan.place(0), Place::Skip(4));
        assert_eq!(plan.place(4), Place::Skip(1));
        assert_eq!(plan.place(5), Place::Into { shard: 1, at: 1, take: 3 });
        assert_eq!(plan.place(6), Place::Gap);
        assert_eq!(plan.place(10), Place::Skip(u64::MAX));
    }
}
