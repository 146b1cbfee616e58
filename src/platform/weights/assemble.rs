//! From a manifest to bytes in memory: what is stored is verified, what is missing is fetched and kept.

use super::download::{Ask, Sink, download, or_cancel};
use super::plan::{Place, Plan};
use super::source::{Body, FetchError, Fetcher, Part, ShardStore, StoreError};
use super::{Manifest, Progress, WeightError};
use crate::platform::{CancelToken, sha256};
use crate::protocol::{Phase, WeightSource};

/// Times a shard may arrive damaged: fetched again once, then given up.
const MAX_DAMAGED: u32 = 2;

/// What a closed tab may lose of a shard under way; each piece written costs a file access.
pub(super) const FLUSH_BYTES: u64 = 1 << 20;

/// Room asked for beyond the shards themselves: folders, the manifest, a browser's rounding.
pub(super) const MARGIN_BYTES: u64 = 1 << 20;

/// The file in which the store remembers the version that partial shards belong to.
const ETAG_FILE: &str = "etag";

/// Brings the whole file into memory. Every shard of the result has been verified.
///
/// A store that is missing, too small, or gives up midway costs nothing but the next visit's download:
/// the answer is then [`WeightSource::Memory`].
pub async fn assemble<F: Fetcher, S: ShardStore>(
    manifest: &Manifest,
    fetcher: &F,
    store: Option<&S>,
    progress: &mut Progress<impl FnMut(Phase, u64, u64)>,
    cancel: &CancelToken,
) -> Result<(Vec<u8>, WeightSource), WeightError> {
    let n_shards = manifest.shards.len();
    let mut assembly = Assembly {
        manifest,
        plan: Plan::of(manifest),
        bytes: vec![0; manifest.size_bytes as usize],
        store,
        is_kept: store.is_some(),
        flushed: vec![0; n_shards],
        damaged: vec![0; n_shards],
        etag: None,
        is_fresh: false,
        without_range: false,
        progress,
        cancel,
    };
    assembly.read_stored().await?;
    if assembly.plan.is_whole() {
        return Ok((assembly.bytes, WeightSource::Storage));
    }
    let lock = match store {
        Some(store) => Some(or_cancel(store.lock(), cancel).await?),
        None => None,
    };
    // Whoever held the lock may have stored what was missing.
    assembly.read_stored().await?;
    if assembly.plan.is_whole() {
        return Ok((assembly.bytes, WeightSource::Storage));
    }
    assembly.make_room().await;
    assembly.progress.at(Phase::Downloading, assembly.plan.held_bytes(), assembly.plan.size_bytes());
    let outcome = download(&mut assembly, fetcher, &manifest.file, cancel).await;
    assembly.flush_partial().await;
    drop(lock);
    outcome?;
    if let (Some(store), true) = (assembly.store, assembly.is_kept) {
        store.forget_others().await;
    }
    let source = if assembly.is_kept { WeightSource::Network } else { WeightSource::Memory };
    Ok((assembly.bytes, source))
}

struct Assembly<'a, S, P> {
    manifest: &'a Manifest,
    plan: Plan,
    /// The file, its missing parts zero.
    bytes: Vec<u8>,
    /// `None` once it is not worth writing to.
    store: Option<&'a S>,
    /// Whether every shard fetched has been stored too.
    is_kept: bool,
    /// Per shard, how much of it the store holds as `.part`.
    flushed: Vec<u64>,
    /// Per shard, how often it arrived damaged.
    damaged: Vec<u32>,
    etag: Option<String>,
    /// Go round caches: one of them has served something wrong.
    is_fresh: bool,
    /// The server cannot do ranges, or not usably.
    without_range: bool,
    progress: &'a mut Progress<P>,
    cancel: &'a CancelToken,
}

impl<S: ShardStore, P: FnMut(Phase, u64, u64)> Assembly<'_, S, P> {
    /// Takes from the store what is there and right, and deletes what is there and wrong.
    async fn read_stored(&mut self) -> Result<(), WeightError> {
        let Some(store) = self.store else { return Ok(()) };
        for shard in 0..self.manifest.shards.len() {
            if self.plan.is_shard_whole(shard) {
                continue;
            }
            if self.cancel.is_cancelled() {
                return Err(WeightError::Cancelled);
            }
            let length = self.manifest.shards[shard].length;
            // A read that fails is a shard that is not there: it can be fetched.
            if let Ok(Some(bytes)) = store.read(&name(shard)).await {
                if bytes.len() as u64 == length && sha256(&bytes).await == self.manifest.shards[shard].sha256 {
                    self.bytes[self.manifest.shards[shard].range()].copy_from_slice(&bytes);
                    self.plan.set_whole(shard);
                } else {
                    store.remove(&name(shard)).await;
                }
            }
            if !self.plan.is_shard_whole(shard)
                && let Ok(Some(bytes)) = store.read(&part_name(shard)).await
            {
                if (bytes.len() as u64) < length {
                    let start = self.manifest.shards[shard].range().start;
                    self.bytes[start..start + bytes.len()].copy_from_slice(&bytes);
                    self.plan.set_partial(shard, bytes.len() as u64);
                    self.flushed[shard] = bytes.len() as u64;
                } else {
                    store.remove(&part_name(shard)).await;
                }
            }
            self.progress.at(Phase::Reading, self.plan.held_bytes(), self.plan.size_bytes());
        }
        if let Ok(Some(etag)) = store.read(ETAG_FILE).await {
            self.etag = String::from_utf8(etag).ok().filter(|etag| !etag.is_empty());
        }
        Ok(())
    }

    /// Decides before the first byte whether the store can take them all.
    async fn make_room(&mut self) {
        let Some(store) = self.store else { return };
        let needed_bytes = self.plan.size_bytes() - self.plan.held_bytes() + MARGIN_BYTES;
        let is_short = |room: Option<u64>| room.is_some_and(|room_bytes| room_bytes < needed_bytes);
        if is_short(store.room_bytes().await) {
            store.forget_others().await;
            if is_short(store.room_bytes().await) {
                self.give_up_store();
            }
        }
    }

    async fn take(&mut self, shard: usize, at: u64, piece: &[u8]) -> Result<(), WeightError> {
        let range = self.manifest.shards[shard].range();
        let start = range.start + at as usize;
        self.bytes[start..start + piece.len()].copy_from_slice(piece);
        self.plan.set_partial(shard, at + piece.len() as u64);
        if !self.plan.is_filled(shard) {
            if self.plan.have(shard) - self.flushed[shard] >= FLUSH_BYTES {
                self.flush(shard).await;
            }
            return Ok(());
        }
        if sha256(&self.bytes[range.clone()]).await != self.manifest.shards[shard].sha256 {
            self.discard(shard).await;
            return self.note_damage(shard);
        }
        self.plan.set_whole(shard);
        if let Some(store) = self.store {
            let written = store.write(&name(shard), 0, &self.bytes[range]).await;
            self.note_written(written);
            store.remove(&part_name(shard)).await;
            self.flushed[shard] = 0;
        }
        Ok(())
    }

    fn note_damage(&mut self, shard: usize) -> Result<(), WeightError> {
        self.damaged[shard] += 1;
        self.is_fresh = true;
        if self.damaged[shard] < MAX_DAMAGED {
            return Ok(());
        }
        Err(WeightError::Corrupt { file: self.manifest.file.clone(), shard })
    }

    /// A new version on the server makes what is held of partial shards worthless. Whole ones are
    /// verified, so they stay whatever the version.
    async fn note_etag(&mut self, etag: Option<String>) {
        let Some(etag) = etag else { return };
        if self.etag.as_ref() == Some(&etag) {
            return;
        }
        if self.etag.is_some() {
            for shard in 0..self.manifest.shards.len() {
                if !self.plan.is_shard_whole(shard) && self.plan.have(shard) > 0 {
                    self.discard(shard).await;
                }
            }
        }
        if let Some(store) = self.store {
            // Best effort: without it the next resume is merely unconditional.
            let _ = store.write(ETAG_FILE, 0, etag.as_bytes()).await;
        }
        self.etag = Some(etag);
    }

    async fn discard(&mut self, shard: usize) {
        self.plan.discard(shard);
        self.flushed[shard] = 0;
        if let Some(store) = self.store {
            store.remove(&part_name(shard)).await;
        }
    }

    /// Keeps what has come of shards that are not whole, for the next try or the next visit.
    async fn flush_partial(&mut self) {
        for shard in 0..self.manifest.shards.len() {
            if !self.plan.is_shard_whole(shard) && self.plan.have(shard) > self.flushed[shard] {
                self.flush(shard).await;
            }
        }
    }

    async fn flush(&mut self, shard: usize) {
        let Some(store) = self.store else { return };
        let (from, to) = (self.flushed[shard], self.plan.have(shard));
        let start = self.manifest.shards[shard].range().start;
        let piece = &self.bytes[start + from as usize..start + to as usize];
        match store.write(&part_name(shard), from, piece).await {
            Ok(()) => self.flushed[shard] = to,
            // Only the whole shard must be kept; that write speaks for itself.
            Err(StoreError::Busy) => {}
            Err(StoreError::Full | StoreError::Refused(_)) => self.give_up_store(),
        }
    }

    fn note_written(&mut self, written: Result<(), StoreError>) {
        match written {
            Ok(()) => {}
            Err(StoreError::Busy) => self.is_kept = false,
            Err(StoreError::Full | StoreError::Refused(_)) => self.give_up_store(),
        }
    }

    fn give_up_store(&mut self) {
        self.store = None;
        self.is_kept = false;
    }
}

impl<S: ShardStore, P: FnMut(Phase, u64, u64)> Sink for Assembly<'_, S, P> {
    fn next_ask(&self) -> Option<Ask> {
        let range = self.plan.missing().into_iter().next()?;
        let is_all = range.start == 0 && range.end == self.plan.size_bytes();
        let range = (!is_all && !self.without_range).then_some(range);
        Some(Ask { range, etag: self.etag.clone(), is_fresh: self.is_fresh })
    }

    fn renounce_ranges(&mut self) {
        self.without_range = true;
    }

    async fn receive<B: Body>(
        &mut self,
        mut part: Part<B>,
        n_received: &mut u64,
    ) -> Result<Result<(), FetchError>, WeightError> {
        if let Some(total_bytes) = part.total_bytes
            && total_bytes != self.manifest.size_bytes
        {
            self.note_damage(0)?;
            self.without_range = true;
            return Ok(Err(FetchError::Broken(format!("the file has {total_bytes} bytes"))));
        }
        self.note_etag(part.etag.take()).await;
        let mut position = part.start;
        loop {
            let chunk = match or_cancel(part.body.next(), self.cancel).await? {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            };
            let mut rest = chunk.as_slice();
            while !rest.is_empty() {
                let taken = match self.plan.place(position) {
                    Place::Gap => return Ok(Err(FetchError::Range("bytes were left out".into()))),
                    Place::Skip(n) => rest.len().min(usize::try_from(n).unwrap_or(usize::MAX)),
                    Place::Into { shard, at, take } => {
                        let n = rest.len().min(take as usize);
                        self.take(shard, at, &rest[..n]).await?;
                        *n_received += n as u64;
                        n
                    }
                };
                rest = &rest[taken..];
                position += taken as u64;
            }
            self.progress.at(Phase::Downloading, self.plan.held_bytes(), self.plan.size_bytes());
            if self.plan.is_whole() {
                return Ok(Ok(()));
            }
        }
    }
}

pub(super) fn name(shard: usize) -> String {
    format!("{shard:04}")
}

pub(super) fn part_name(shard: usize) -> String {
    format!("{shard:04}.part")
}
