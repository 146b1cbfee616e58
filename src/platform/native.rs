//! The world natively: files and threads.

#[cfg(any(feature = "core", feature = "ui"))]
pub mod ed25519;
#[cfg(feature = "core")]
mod safe;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// Reading the time.
pub mod clock {
    use super::{Instant, OnceLock};
    use std::time::{SystemTime, UNIX_EPOCH};

    /// Milliseconds since some moment at the start of the program; never goes backwards.
    pub fn now_ms() -> f64 {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
    }

    /// Milliseconds since the Unix epoch, as the computer's clock has it.
    pub fn unix_ms() -> f64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1e3)
    }
}

/// JSON by serde.
pub mod json {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use crate::platform::JsonError;

    /// Reads a value of a known shape; unknown fields are passed over.
    pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, JsonError> {
        serde_json::from_slice(json).map_err(|error| JsonError(error.to_string()))
    }

    /// Writes a value, indented, as people may want to read it.
    pub fn to_string(value: &impl Serialize) -> Result<String, JsonError> {
        serde_json::to_string_pretty(value).map_err(|error| JsonError(error.to_string()))
    }
}

/// SHA-256.
#[cfg(any(feature = "core", feature = "ui"))]
pub async fn digest(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

/// As [`super::inflate`]; natively there is no other thread to spare.
#[cfg(any(feature = "core", feature = "ui"))]
pub async fn inflate_off_thread(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    super::inflate(bytes, length)
}

/// A number that no other caller gets, here or in another program.
pub fn token() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // Keyed by the system's own randomness, once a thread, and counted on from there.
    RandomState::new().hash_one(clock::now_ms().to_bits())
}

/// Waits. Natively nothing shares the thread, so it blocks.
pub async fn sleep_ms(ms: u32) {
    std::thread::sleep(Duration::from_millis(ms.into()));
}

/// Lets waiting messages through; natively there are none.
pub async fn yield_now() {}

/// Runs a future to its end on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

#[cfg(feature = "core")]
pub use safe::{Lock as SafeLock, NewKey, Safe};
#[cfg(feature = "core")]
pub use with_weights::*;

#[cfg(feature = "core")]
mod with_weights {
    use std::path::Path;

    use crate::platform::CancelToken;
    use crate::platform::weights::{
        FetchError, Manifest, Progress, Sha256Hex, ShardStore, StoreError, Terms, WeightError, sha256_hex,
    };
    use crate::protocol::{KeptModel, Phase, Refusal, Refused, StorageReport, WeightSource};

    pub async fn sha256(bytes: &[u8]) -> Sha256Hex {
        sha256_hex(bytes)
    }

    /// Reads the files that the manifest at the path `manifest_url` describes, from beside it, in its order.
    pub async fn load_weights(
        manifest_url: &str,
        on_progress: impl FnMut(Phase, u64, u64),
        cancel: &CancelToken,
    ) -> Result<(Vec<Vec<u8>>, Manifest, WeightSource), WeightError> {
        let mut progress = Progress::new(on_progress);
        let path = Path::new(manifest_url.strip_prefix("file://").unwrap_or(manifest_url));
        let manifest = Manifest::parse(&read(path)?)?;
        let total_bytes = manifest.total_bytes();
        progress.at(Phase::Reading, 0, total_bytes);
        let mut files = Vec::new();
        for file in manifest.files() {
            let bytes = read(&path.with_file_name(&file.file))?;
            if cancel.is_cancelled() {
                return Err(WeightError::Cancelled);
            }
            if !file.describes(&bytes) {
                return Err(WeightError::Corrupt { file: file.file.clone(), shard: 0 });
            }
            files.push(bytes);
        }
        progress.at(Phase::Reading, total_bytes, total_bytes);
        Ok((files, manifest, WeightSource::Storage))
    }

    /// Natively nothing is stored: files are read where they lie.
    pub async fn inspect_storage() -> StorageReport {
        StorageReport::default()
    }

    /// See [`inspect_storage`].
    pub async fn clear_storage() -> StorageReport {
        StorageReport::default()
    }

    /// What a page hands to its worker; natively there is none.
    pub enum LocalFile {}

    /// See [`inspect_storage`].
    pub async fn kept_models() -> Vec<KeptModel> {
        Vec::new()
    }

    /// See [`inspect_storage`].
    pub async fn keep_model(
        _url: Option<&str>,
        _file: Option<LocalFile>,
        _terms: Terms<'_>,
        _on_progress: impl FnMut(Phase, u64, u64),
        _cancel: &CancelToken,
    ) -> Result<(), WeightError> {
        Err(no_store())
    }

    /// See [`inspect_storage`].
    pub async fn delete_model(_id: &str) {}

    /// See [`inspect_storage`].
    pub async fn open_kept(
        _id: &str,
        _on_progress: impl FnMut(Phase, u64, u64),
        _cancel: &CancelToken,
    ) -> Result<(Vec<u8>, KeptModel), WeightError> {
        Err(no_store())
    }

    /// See [`inspect_storage`].
    pub enum NoFolder {}

    /// See [`inspect_storage`].
    pub async fn kept_folder(_id: &str) -> Option<NoFolder> {
        None
    }

    impl ShardStore for NoFolder {
        type Lock = ();

        async fn lock(&self) {
            match *self {}
        }

        async fn room_bytes(&self) -> Option<u64> {
            match *self {}
        }

        async fn forget_others(&self) {
            match *self {}
        }

        async fn read(&self, _name: &str) -> Result<Option<Vec<u8>>, StoreError> {
            match *self {}
        }

        async fn write(&self, _name: &str, _at: u64, _bytes: &[u8]) -> Result<(), StoreError> {
            match *self {}
        }

        async fn remove(&self, _name: &str) {
            match *self {}
        }
    }

    fn no_store() -> WeightError {
        WeightError::Refused(Refused::new(Refusal::Store, "natively nothing is stored: files are read where they lie"))
    }

    fn read(path: &Path) -> Result<Vec<u8>, WeightError> {
        std::fs::read(path).map_err(|error| WeightError::Fetch {
            url: path.display().to_string(),
            source: FetchError::Broken(error.to_string()),
        })
    }
}
