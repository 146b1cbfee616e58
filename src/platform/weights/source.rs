//! What [`assemble`](super::assemble) needs of the world: somewhere to fetch from, somewhere to keep.

#![expect(async_fn_in_trait, reason = "browser futures are not Send, so no bound on them would be of use")]

use std::ops::Range;

/// Where bytes come from.
pub trait Fetcher {
    type Body: Body;

    /// Asks for `range` of the weights' file, or for all of it. A server may send more than was asked
    /// for; [`Part::start`] says where what it sends begins.
    ///
    /// `etag` makes the range conditional (`If-Range`): a file that has changed since comes whole.
    /// `fresh` goes round caches, after one of them has served something wrong.
    async fn fetch(
        &self,
        range: Option<Range<u64>>,
        etag: Option<&str>,
        fresh: bool,
    ) -> Result<Part<Self::Body>, FetchError>;

    /// Waits before try number `retry` (from 1) of a fetch that failed.
    async fn wait(&self, retry: u32);
}

/// A response under way.
#[derive(Debug)]
pub struct Part<B> {
    /// The file position of the body's first byte.
    pub start: u64,
    /// The whole file's size, where the server tells.
    pub total_bytes: Option<u64>,
    /// A strong one only.
    pub etag: Option<String>,
    pub body: B,
}

/// The bytes of a response as they arrive. Dropping it ends the transfer.
pub trait Body {
    /// `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError>;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No connection, or it broke, or nothing came for too long. Worth another try.
    #[error("the network failed: {0}")]
    Broken(String),
    #[error("the server answered {0}")]
    Status(u16),
    /// The answer to a range is not usable: `416`, a range other than asked for, or a compressed one.
    /// Worth another try without a range.
    #[error("the server does not serve the range asked for: {0}")]
    Range(String),
}

impl FetchError {
    pub fn is_worth_a_retry(&self) -> bool {
        match self {
            FetchError::Broken(_) | FetchError::Range(_) => true,
            FetchError::Status(status) => matches!(status, 408 | 425 | 429 | 500..),
        }
    }
}

/// Where shards are kept. Names are `0000`, `0000.part`, `etag`.
pub trait ShardStore {
    /// Held while shards are written, so that two tabs do not fetch the same bytes.
    type Lock;

    /// Waits for the lock, though not forever: the other tab may be asleep.
    async fn lock(&self) -> Self::Lock;

    /// Room for new bytes; `None` where nobody knows.
    async fn room_bytes(&self) -> Option<u64>;

    /// Deletes what other models have left.
    async fn forget_others(&self);

    /// The file's bytes, or `None` if there is no such file.
    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes `bytes` at `at`, where the file then ends. With `at == 0` it replaces the file.
    async fn write(&self, name: &str, at: u64, bytes: &[u8]) -> Result<(), StoreError>;

    /// Deletes the file if it is there.
    async fn remove(&self, name: &str);
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("no room left")]
    Full,
    /// Another tab has the file open.
    #[error("in use by another tab")]
    Busy,
    #[error("refused: {0}")]
    Refused(String),
}
