//! Keeping a file of which no manifest tells: it is looked at as soon as its head is there, and hashed while it
//! comes in, whole and shard by shard. Of the file no more than its head and one shard is in memory.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::assemble::{FLUSH_BYTES, MARGIN_BYTES, name, part_name};
use super::download::{Ask, Sink, download, or_cancel};
use super::source::{Body, FetchError, Fetcher, Part, ShardStore, StoreError};
use super::{Manifest, Progress, SHARD_BYTES, Sha256Hex, WeightError};
use crate::platform::{CancelToken, json, sha256};
use crate::protocol::{KeptModel, Phase, Refusal, Refused};

/// Files beside the shards.
const CARD_FILE: &str = "card.json";
const HASHES_FILE: &str = "hashes";
const MANIFEST_FILE: &str = "manifest.json";

/// Version of [`Card`].
const FORMAT: u32 = 1;

const HEX_DIGITS: usize = 64;

/// A head of more than this is no head; the vocabularies that people have take up to 16 MB.
const MAX_HEAD_BYTES: usize = 64 << 20;

/// What is asked for first: it tells the size and shows what kind of a file it is, before more is on its way.
const FIRST_BYTES: u64 = 1 << 20;

/// A 32-bit program allocates no more than this in one piece, and an opened model is one.
const MAX_MODEL_BYTES: u64 = i32::MAX as u64;

/// The largest file that a device with so much memory (`navigator.deviceMemory`, GiB, rounded and capped by the
/// browser) can open: half of it, as the page, the browser and the system want some too.
pub fn largest_bytes(device_memory_gib: Option<f64>) -> u64 {
    let half = device_memory_gib.map_or(u64::MAX, |gib| (gib * 0.5 * f64::from(1u32 << 30)) as u64);
    half.min(MAX_MODEL_BYTES)
}

/// An address, and the SHA-256 that its fragment (`#sha256=…`) promises.
///
/// # Errors
/// A fragment that promises a hash and holds none.
pub fn address(url: &str) -> Result<(&str, Option<Sha256Hex>), Refused> {
    let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
    let Some(hash) = fragment.strip_prefix("sha256=") else { return Ok((url, None)) };
    let hash = Sha256Hex::try_from(hash.to_ascii_lowercase());
    hash.map(|hash| (url, Some(hash))).map_err(|error| Refused::new(Refusal::Hash, error.to_string()))
}

/// What the store keeps beside the shards of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    format: u32,
    pub model: KeptModel,
    /// Of the version whose beginning is kept; empty where the server tells none.
    etag: String,
    /// The hash that was promised; empty where none was.
    promised: String,
}

impl Card {
    /// What the store holds; `None` where it holds none, or one of another format.
    pub async fn read(store: &impl ShardStore) -> Option<Card> {
        let json = store.read(CARD_FILE).await.ok()??;
        json::from_slice::<Card>(&json).ok().filter(|card| card.format == FORMAT)
    }

    pub fn is_whole(&self) -> bool {
        !self.model.sha256.is_empty()
    }

    /// What its shards hash to, once it is whole.
    pub async fn manifest(store: &impl ShardStore) -> Option<Manifest> {
        Manifest::parse(&store.read(MANIFEST_FILE).await.ok()??).ok()
    }
}

/// Looks at the beginning of a file of so many bytes, where that is known, and notes in the model what it says of
/// itself. `None` while the head is not whole, then the least that the whole file can have.
pub type Inspect = dyn Fn(&[u8], Option<u64>, &mut KeptModel) -> Result<Option<u64>, Refused>;

/// What a file must be to be kept.
pub struct Terms<'a> {
    pub sha256: Option<Sha256Hex>,
    pub size_bytes: Option<u64>,
    /// See [`largest_bytes`].
    pub largest_bytes: u64,
    pub inspect: &'a Inspect,
}

/// Fetches what is missing of the file and keeps it. `model` is what is known of it beforehand.
///
/// # Errors
/// After [`WeightError::Refused`] the store must be emptied; after others what has come is kept, and the next call
/// goes on from there.
pub async fn keep<F: Fetcher, S: ShardStore>(
    model: KeptModel,
    terms: &Terms<'_>,
    fetcher: &F,
    store: &S,
    progress: &mut Progress<impl FnMut(Phase, u64, u64)>,
    cancel: &CancelToken,
) -> Result<KeptModel, WeightError> {
    let url = model.url.clone();
    let promised = terms.sha256.as_ref().map_or(String::new(), |hash| hash.as_str().into());
    let card = Card { format: FORMAT, model, etag: String::new(), promised };
    let mut keeping = Keeping {
        card,
        terms,
        store,
        progress,
        cancel,
        whole: Sha256::new(),
        hashes: Vec::new(),
        shard: Vec::new(),
        flushed: 0,
        beginning: Some(Vec::new()),
        n_looked_at: 0,
        end_bytes: 0,
        has_ended: false,
        is_fresh: false,
        without_range: false,
    };
    keeping.resume().await?;
    if keeping.card.is_whole() {
        return Ok(keeping.card.model);
    }
    if let Some(size_bytes) = terms.size_bytes {
        keeping.admit(size_bytes).await?;
    }
    let outcome = download(&mut keeping, fetcher, &url, cancel).await;
    if !matches!(outcome, Err(WeightError::Refused(_))) {
        keeping.flush().await?;
    }
    outcome?;
    keeping.finish().await
}

struct Keeping<'a, S, P> {
    card: Card,
    terms: &'a Terms<'a>,
    store: &'a S,
    progress: &'a mut Progress<P>,
    cancel: &'a CancelToken,
    /// Of everything held.
    whole: Sha256,
    /// Of every whole shard.
    hashes: Vec<Sha256Hex>,
    /// The shard under way, and how much of it the store holds.
    shard: Vec<u8>,
    flushed: usize,
    /// The file from its first byte, until its head has been read.
    beginning: Option<Vec<u8>>,
    n_looked_at: usize,
    /// The least that the file can have, by what its head says.
    end_bytes: u64,
    /// The answer has ended where the server did not say how long it is.
    has_ended: bool,
    is_fresh: bool,
    without_range: bool,
}

impl<S: ShardStore, P: FnMut(Phase, u64, u64)> Keeping<'_, S, P> {
    fn held_bytes(&self) -> u64 {
        self.hashes.len() as u64 * SHARD_BYTES + self.shard.len() as u64
    }

    fn report(&mut self, phase: Phase) {
        self.progress.at(phase, self.held_bytes(), self.card.model.size_bytes);
    }

    /// Takes up what is kept, as far as it is sound.
    async fn resume(&mut self) -> Result<(), WeightError> {
        let Some(mut card) = Card::read(self.store).await else { return Ok(()) };
        if !self.card.promised.is_empty() {
            card.promised = std::mem::take(&mut self.card.promised);
        }
        self.card = card;
        if self.card.is_whole() {
            let kept = &self.card;
            let is_promised = kept.promised.is_empty() || kept.promised == kept.model.sha256;
            return if is_promised { Ok(()) } else { Err(self.not_as_promised()) };
        }
        let hashes = self.read(HASHES_FILE).await.unwrap_or_default();
        for hash in hashes.chunks_exact(HEX_DIGITS) {
            if self.cancel.is_cancelled() {
                return Err(WeightError::Cancelled);
            }
            let Some(shard) = self.read(&name(self.hashes.len())).await else { break };
            let hash = Sha256Hex::try_from(String::from_utf8_lossy(hash).into_owned());
            let found = sha256(&shard).await;
            // A shorter one would be the last, and is quickly made anew from its part.
            if shard.len() as u64 != SHARD_BYTES || !hash.is_ok_and(|hash| hash == found) {
                break;
            }
            self.hash(&shard);
            self.hashes.push(found);
            self.report(Phase::Reading);
        }
        if let Some(part) = self.read(&part_name(self.hashes.len())).await
            && (part.len() as u64) < SHARD_BYTES
        {
            self.hash(&part);
            self.flushed = part.len();
            self.shard = part;
        }
        self.look()?;
        self.report(Phase::Reading);
        Ok(())
    }

    async fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.store.read(name).await.ok().flatten()
    }

    fn hash(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        if let Some(beginning) = &mut self.beginning {
            beginning.extend_from_slice(bytes);
        }
    }

    /// Decides whether a file of this size can be kept, before more of it is fetched.
    async fn admit(&mut self, size_bytes: u64) -> Result<(), WeightError> {
        let refused = |why, needed_bytes, fits_bytes| {
            WeightError::Refused(Refused { why, needed_bytes, fits_bytes, detail: String::new() })
        };
        if self.terms.size_bytes.is_some_and(|promised| promised != size_bytes) {
            return Err(self.not_as_promised());
        }
        if size_bytes > self.terms.largest_bytes {
            return Err(refused(Refusal::Memory, size_bytes, self.terms.largest_bytes));
        }
        let needed_bytes = size_bytes.saturating_sub(self.held_bytes());
        if let Some(room_bytes) = self.store.room_bytes().await
            && room_bytes < needed_bytes + MARGIN_BYTES
        {
            return Err(refused(Refusal::Quota, needed_bytes, room_bytes.saturating_sub(MARGIN_BYTES)));
        }
        if self.card.model.size_bytes != size_bytes {
            self.card.model.size_bytes = size_bytes;
            self.write_card().await?;
        }
        self.report(Phase::Downloading);
        Ok(())
    }

    fn not_as_promised(&self) -> WeightError {
        WeightError::Refused(Refused::new(Refusal::Hash, self.card.promised.clone()))
    }

    async fn take(&mut self, mut piece: &[u8]) -> Result<(), WeightError> {
        while !piece.is_empty() {
            let n = piece.len().min(SHARD_BYTES as usize - self.shard.len());
            self.hash(&piece[..n]);
            self.shard.extend_from_slice(&piece[..n]);
            self.look()?;
            if self.shard.len() as u64 == SHARD_BYTES {
                self.seal().await?;
            } else if (self.shard.len() - self.flushed) as u64 >= FLUSH_BYTES {
                self.flush().await?;
            }
            piece = &piece[n..];
        }
        Ok(())
    }

    /// Reads the head when so much of it has come that it is worth another try.
    fn look(&mut self) -> Result<(), WeightError> {
        let Some(beginning) = &self.beginning else { return Ok(()) };
        let has_more = beginning.len() >= 2 * self.n_looked_at.max(1);
        let is_all = self.card.model.size_bytes == beginning.len() as u64;
        if !has_more && !is_all {
            return Ok(());
        }
        self.n_looked_at = beginning.len();
        let total_bytes = Some(self.card.model.size_bytes).filter(|&bytes| bytes > 0);
        let end = (self.terms.inspect)(beginning, total_bytes, &mut self.card.model).map_err(WeightError::Refused)?;
        match end {
            Some(end_bytes) => (self.end_bytes, self.beginning) = (end_bytes, None),
            None if beginning.len() > MAX_HEAD_BYTES => {
                let detail = format!("no end of the head in {MAX_HEAD_BYTES} bytes");
                return Err(WeightError::Refused(Refused::new(Refusal::Malformed, detail)));
            }
            None => {}
        }
        Ok(())
    }

    /// The shard under way is whole.
    async fn seal(&mut self) -> Result<(), WeightError> {
        let index = self.hashes.len();
        let hash = sha256(&self.shard).await;
        self.write(&name(index), 0, &self.shard).await?;
        self.write(HASHES_FILE, (index * HEX_DIGITS) as u64, hash.as_str().as_bytes()).await?;
        self.store.remove(&part_name(index)).await;
        self.hashes.push(hash);
        self.shard.clear();
        self.flushed = 0;
        // By now the head has mostly been read.
        if index == 0 {
            self.write_card().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), WeightError> {
        if self.shard.len() > self.flushed {
            let piece = &self.shard[self.flushed..];
            self.write(&part_name(self.hashes.len()), self.flushed as u64, piece).await?;
            self.flushed = self.shard.len();
            self.write_card().await?;
        }
        Ok(())
    }

    async fn write_card(&self) -> Result<(), WeightError> {
        let json = json::to_string(&self.card).expect("strings and numbers always serialize");
        self.write(CARD_FILE, 0, json.as_bytes()).await
    }

    async fn write(&self, name: &str, at: u64, bytes: &[u8]) -> Result<(), WeightError> {
        self.store.write(name, at, bytes).await.map_err(|error| match error {
            StoreError::Full => {
                let needed_bytes = self.card.model.size_bytes;
                let refused = Refused::new(Refusal::Quota, error.to_string());
                WeightError::Refused(Refused { needed_bytes, fits_bytes: self.held_bytes(), ..refused })
            }
            error => WeightError::Refused(Refused::new(Refusal::Store, error.to_string())),
        })
    }

    /// Another version of the file: what is held is worth nothing.
    async fn start_over(&mut self) {
        for index in 0..=self.hashes.len() {
            self.store.remove(&name(index)).await;
            self.store.remove(&part_name(index)).await;
        }
        self.store.remove(HASHES_FILE).await;
        self.hashes.clear();
        self.shard.clear();
        (self.flushed, self.n_looked_at, self.end_bytes) = (0, 0, 0);
        (self.whole, self.beginning, self.is_fresh) = (Sha256::new(), Some(Vec::new()), true);
        (self.card.model.size_bytes, self.card.etag) = (0, String::new());
    }

    /// Everything has come: is it what it must be?
    async fn finish(mut self) -> Result<KeptModel, WeightError> {
        let malformed = |detail: &str| WeightError::Refused(Refused::new(Refusal::Malformed, detail));
        self.card.model.size_bytes = self.held_bytes();
        self.look()?;
        if self.beginning.is_some() || self.end_bytes > self.held_bytes() {
            return Err(malformed("the file ends too early"));
        }
        let size_bytes = self.held_bytes();
        if !self.shard.is_empty() {
            self.seal().await?;
        }
        let found = Sha256Hex::from(<[u8; 32]>::from(self.whole.clone().finalize()));
        if !self.card.promised.is_empty() && self.card.promised != found.as_str() {
            return Err(self.not_as_promised());
        }
        let file = format!("{}.gguf", found.as_str());
        let hashes = std::mem::take(&mut self.hashes);
        let manifest = Manifest::of_hashes(&self.card.model.name, &file, size_bytes, found.clone(), hashes);
        self.write(MANIFEST_FILE, 0, manifest.to_json().as_bytes()).await?;
        self.card.model.sha256 = found.as_str().into();
        self.card.model.held_bytes = size_bytes;
        self.write_card().await?;
        Ok(self.card.model)
    }
}

impl<S: ShardStore, P: FnMut(Phase, u64, u64)> Sink for Keeping<'_, S, P> {
    fn next_ask(&self) -> Option<Ask> {
        let (held_bytes, size_bytes) = (self.held_bytes(), self.card.model.size_bytes);
        if self.has_ended || (size_bytes > 0 && held_bytes == size_bytes) {
            return None;
        }
        let end = match (held_bytes, size_bytes) {
            (0, _) => FIRST_BYTES,
            // Of a file of unknown length, up to where no file ends.
            (_, 0) => i64::MAX as u64,
            _ => size_bytes,
        };
        let range = (!self.without_range).then_some(held_bytes..end);
        let etag = Some(self.card.etag.clone()).filter(|etag| !etag.is_empty());
        Some(Ask { range, etag, is_fresh: self.is_fresh })
    }

    fn renounce_ranges(&mut self) {
        self.without_range = true;
    }

    async fn receive<B: Body>(
        &mut self,
        mut part: Part<B>,
        n_received: &mut u64,
    ) -> Result<Result<(), FetchError>, WeightError> {
        let etag = part.etag.take().unwrap_or_default();
        let model = &self.card.model;
        let is_other = !self.card.etag.is_empty() && !etag.is_empty() && etag != self.card.etag
            || model.size_bytes > 0 && part.total_bytes.is_some_and(|total_bytes| total_bytes != model.size_bytes);
        if is_other && self.held_bytes() > 0 {
            self.start_over().await;
        }
        self.card.etag = etag;
        if part.start > self.held_bytes() {
            return Ok(Err(FetchError::Broken("another version of the file".into())));
        }
        if let Some(total_bytes) = part.total_bytes {
            self.admit(total_bytes).await?;
        }
        let mut position = part.start;
        loop {
            let chunk = match or_cancel(part.body.next(), self.cancel).await? {
                Ok(Some(chunk)) => chunk,
                Ok(None) => {
                    let is_first = position == FIRST_BYTES && part.start == 0;
                    self.has_ended = self.card.model.size_bytes == 0 && *n_received > 0 && !is_first;
                    return Ok(Ok(()));
                }
                Err(error) => return Ok(Err(error)),
            };
            let n_known = (self.held_bytes() - position).min(chunk.len() as u64) as usize;
            position += chunk.len() as u64;
            let news = &chunk[n_known..];
            // More than it said there would be.
            let wanted = match self.card.model.size_bytes {
                0 => news.len(),
                size_bytes => news.len().min((size_bytes - self.held_bytes()) as usize),
            };
            self.take(&news[..wanted]).await?;
            *n_received += wanted as u64;
            if self.card.model.size_bytes == 0 && self.held_bytes() > self.terms.largest_bytes {
                self.admit(self.held_bytes()).await?;
            }
            self.report(Phase::Downloading);
            if self.card.model.size_bytes == self.held_bytes() {
                return Ok(Ok(()));
            }
        }
    }
}
