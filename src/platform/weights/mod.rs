//! Weights: what a manifest promises, what is held of it, and how the rest is fetched.
//!
//! ```text
//! models/minilm.manifest.json → Manifest → Plan { shard: whole | partial | missing }
//!   store  weights/<sha256>/0003       a whole shard, verified when written and when read
//!          weights/<sha256>/0003.part  the beginning of one, verified once it is whole
//!   fetch  Range: bytes=<first missing>-<last missing>, once per gap
//! ```
//!
//! What a user adds has no manifest: [`keep`] writes one while the file comes in.
//!
//! ```text
//!   store  weights/url-<hash of the address>/card.json      what it is, from the first byte on
//!                                           /hashes         32 bytes for each whole shard
//!                                           /manifest.json  once it is whole
//! ```
//!
//! Nothing here touches a browser: [`assemble`] and [`keep`] run over any [`Fetcher`] and any
//! [`ShardStore`], so the tests of its bad days run natively.

mod assemble;
mod download;
mod keep;
mod manifest;
mod plan;
mod progress;
mod source;
// Natively only: they run futures to their end on the spot. `tests/browser` has the browser's share.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests;

pub use assemble::assemble;
pub use keep::{Card, Terms, address, keep, largest_bytes};
pub use manifest::{Manifest, ManifestError, Sha256Hex, Shard, sha256_hex};
pub use plan::Plan;
pub use progress::Progress;
pub use source::{Body, FetchError, Fetcher, Part, ShardStore, StoreError};

use crate::protocol::{EngineError, ErrorCode, Refused};

/// Shards of 4 MiB: six for the default model. Small enough that a damaged one costs little to fetch
/// again, large enough that requests and files stay few.
pub const SHARD_BYTES: u64 = 4 << 20;

/// Why weights did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum WeightError {
    #[error("cancelled")]
    Cancelled,
    #[error("{url}: {source}")]
    Fetch { url: String, source: FetchError },
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A shard was fetched twice and was twice not what the manifest promises.
    #[error("shard {shard} of {file} is not what its manifest promises")]
    Corrupt { file: String, shard: usize },
    /// It cannot be kept, and nothing of it is.
    #[error("refused: {0:?}")]
    Refused(Refused),
}

impl From<WeightError> for EngineError {
    /// [`WeightError::Cancelled`] has no code of its own: it is an event, and the host sends that.
    fn from(error: WeightError) -> EngineError {
        let code = match error {
            WeightError::Fetch { .. } => ErrorCode::Network,
            WeightError::Manifest(_) => ErrorCode::BadModel,
            WeightError::Corrupt { .. } => ErrorCode::Corrupt,
            WeightError::Refused(_) => ErrorCode::Storage,
            WeightError::Cancelled => ErrorCode::Internal,
        };
        EngineError { code, detail: error.to_string() }
    }
}
