//! The bad days of a download, natively: a scripted server and a store in memory.

mod keep;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use super::*;
use crate::platform::{CancelToken, block_on};
use crate::protocol::{Phase, WeightSource};

const SIZE: usize = 1000;
const SHARD: u64 = 300;

fn file() -> Vec<u8> {
    (0..SIZE).map(|n| (n * 7 % 251) as u8).collect()
}

fn manifest() -> Manifest {
    Manifest::of("a model", "model.gguf", &file(), SHARD)
}

/// What the server does with the next request; with none scripted it behaves.
#[derive(Clone, Debug)]
enum Fault {
    /// None, this time.
    Behave,
    /// The connection breaks after so many bytes.
    BreakAfter(usize),
    /// The whole file comes whatever was asked for.
    IgnoreRange,
    Refuse(FetchError),
    /// One byte of the file is another.
    Flip(usize),
    /// Another version under the same name: its tag changes, its content too.
    OtherVersion,
    /// It claims to have so many bytes.
    Claim(u64),
    /// The caller gives up after so many bytes.
    CancelAfter(usize),
}

struct Server {
    content: Vec<u8>,
    faults: RefCell<VecDeque<Fault>>,
    asked: RefCell<Vec<Option<Range<u64>>>>,
    fresh: RefCell<Vec<bool>>,
    cancel: CancelToken,
}

impl Server {
    fn with(faults: impl IntoIterator<Item = Fault>) -> Server {
        Server::of(file(), faults)
    }

    fn of(content: Vec<u8>, faults: impl IntoIterator<Item = Fault>) -> Server {
        Server {
            content,
            faults: RefCell::new(faults.into_iter().collect()),
            asked: RefCell::default(),
            fresh: RefCell::default(),
            cancel: CancelToken::new(),
        }
    }
}

struct ServerBody {
    bytes: Vec<u8>,
    end: Option<FetchError>,
    cancel: Option<CancelToken>,
}

impl Body for ServerBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        if self.bytes.is_empty() {
            if let Some(cancel) = self.cancel.take() {
                cancel.cancel();
                std::future::pending::<()>().await;
            }
            return match self.end.take() {
                Some(error) => Err(error),
                None => Ok(None),
            };
        }
        // Pieces that respect no shard's border.
        let n = self.bytes.len().min(if self.bytes.len() > SIZE { 262_139 } else { 77 });
        Ok(Some(self.bytes.drain(..n).collect()))
    }
}

impl Fetcher for Server {
    type Body = ServerBody;

    async fn fetch(
        &self,
        range: Option<Range<u64>>,
        _etag: Option<&str>,
        fresh: bool,
    ) -> Result<Part<ServerBody>, FetchError> {
        self.asked.borrow_mut().push(range.clone());
        self.fresh.borrow_mut().push(fresh);
        let mut content = self.content.clone();
        let size = content.len() as u64;
        let mut range = range.unwrap_or(0..size);
        let mut part = Part {
            start: 0,
            total_bytes: Some(size),
            etag: Some("\"one\"".into()),
            body: ServerBody { bytes: Vec::new(), end: None, cancel: None },
        };
        let mut length = usize::MAX;
        match self.faults.borrow_mut().pop_front() {
            None | Some(Fault::Behave) => {}
            Some(Fault::BreakAfter(n)) => {
                length = n;
                part.body.end = Some(FetchError::Broken("reset".into()));
            }
            Some(Fault::IgnoreRange) => range = 0..size,
            Some(Fault::Refuse(error)) => return Err(error),
            Some(Fault::Flip(at)) => content[at] ^= 1,
            Some(Fault::OtherVersion) => {
                part.etag = Some("\"two\"".into());
                range = 0..size;
            }
            Some(Fault::Claim(total_bytes)) => part.total_bytes = Some(total_bytes),
            Some(Fault::CancelAfter(n)) => {
                length = n;
                part.body.cancel = Some(self.cancel.clone());
            }
        }
        range.end = range.end.min(size);
        part.start = range.start;
        part.body.bytes = content[range.start as usize..range.end as usize].to_vec();
        part.body.bytes.truncate(length);
        Ok(part)
    }

    async fn wait(&self, _retry: u32) {}
}

#[derive(Default)]
pub(crate) struct MemoryStore {
    files: RefCell<BTreeMap<String, Vec<u8>>>,
    room_bytes: Cell<Option<u64>>,
    /// Writes fail like this once `room_bytes` are used up.
    fails_with: RefCell<Option<StoreError>>,
    others: Cell<bool>,
}

impl MemoryStore {
    fn holding(shards: impl IntoIterator<Item = usize>) -> MemoryStore {
        let store = MemoryStore::default();
        for shard in shards {
            let bytes = file()[manifest().shards[shard].range()].to_vec();
            store.files.borrow_mut().insert(format!("{shard:04}"), bytes);
        }
        store
    }

    fn names(&self) -> Vec<String> {
        self.files.borrow().keys().filter(|name| *name != "etag").cloned().collect()
    }
}

impl ShardStore for MemoryStore {
    type Lock = ();

    async fn lock(&self) {}

    async fn room_bytes(&self) -> Option<u64> {
        self.room_bytes.get()
    }

    async fn forget_others(&self) {
        self.others.set(false);
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.files.borrow().get(name).cloned())
    }

    async fn write(&self, name: &str, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        if let Some(error) = self.fails_with.borrow().clone() {
            return Err(error);
        }
        let mut files = self.files.borrow_mut();
        let held = files.entry(name.into()).or_default();
        held.resize(at as usize, 0);
        held.extend_from_slice(bytes);
        Ok(())
    }

    async fn remove(&self, name: &str) {
        self.files.borrow_mut().remove(name);
    }
}

fn run(server: &Server, store: Option<&MemoryStore>) -> Result<WeightSource, WeightError> {
    let mut progress = Progress::new(|_: Phase, _, _| {});
    let (bytes, source) = block_on(assemble(&manifest(), server, store, &mut progress, &server.cancel))?;
    assert!(bytes == file(), "the bytes are the file's");
    Ok(source)
}

const WHOLE: [&str; 4] = ["0000", "0001", "0002", "0003"];

#[test]
fn a_first_visit_downloads_and_a_second_does_not() {
    let (server, store) = (Server::with([]), MemoryStore::default());
    store.others.set(true);
    assert_eq!(run(&server, Some(&store)).unwrap(), WeightSource::Network);
    assert_eq!(store.names(), WHOLE);
    assert!(!store.others.get(), "older models go once the new one is whole");
    assert_eq!(run(&server, Some(&store)).unwrap(), WeightSource::Storage);
    assert_eq!(*server.asked.borrow(), [None], "one request, for all of it");
}

#[test]
fn a_broken_connection_is_resumed_where_it_broke() {
    let server = Server::with([Fault::BreakAfter(450), Fault::BreakAfter(1)]);
    assert_eq!(run(&server, Some(&MemoryStore::default())).unwrap(), WeightSource::Network);
    assert_eq!(*server.asked.borrow(), [None, Some(450..1000), Some(451..1000)]);
}

#[test]
fn a_cancelled_download_is_resumed_by_the_next_visit() {
    let (server, store) = (Server::with([Fault::CancelAfter(450)]), MemoryStore::default());
    assert!(matches!(run(&server, Some(&store)), Err(WeightError::Cancelled)));
    assert_eq!(store.names(), ["0000", "0001.part"]);
    let server = Server::with([]);
    assert_eq!(run(&server, Some(&store)).unwrap(), WeightSource::Network);
    assert_eq!(*server.asked.borrow(), [Some(450..1000)]);
    assert_eq!(store.names(), WHOLE);
}

#[test]
fn a_stored_shard_that_is_damaged_short_or_empty_is_fetched_again_alone() {
    for damage in [
        |shard: &mut Vec<u8>| shard[0] ^= 1,
        |shard: &mut Vec<u8>| shard.truncate(9),
        |shard: &mut Vec<u8>| shard.clear(),
    ] {
        let (server, store) = (Server::with([]), MemoryStore::holding(0..4));
        damage(store.files.borrow_mut().get_mut("0001").unwrap());
        assert_eq!(run(&server, Some(&store)).unwrap(), WeightSource::Network);
        assert_eq!(*server.asked.borrow(), [Some(300..600)]);
        assert_eq!(run(&server, Some(&store)).unwrap(), WeightSource::Storage);
    }
}

#[test]
fn a_server_without_ranges_sends_everything_and_that_is_used() {
    let server = Server::with([Fault::IgnoreRange]);
    let store = MemoryStore::holding([0, 2]);
    store.files.borrow_mut().insert("0001.part".into(), file()[300..420].to_vec());
    assert_eq!(run(&server, Some(&store)).unwrap(), WeightSource::Network);
    assert_eq!(*server.asked.borrow(), [Some(420..600)], "one request brought both gaps");
}

#[test]
fn a_range_refused_is_asked_for_without_one() {
    let server = Server::with([Fault::Refuse(FetchError::Range("416".into()))]);
    assert_eq!(run(&server, Some(&MemoryStore::holding([0]))).unwrap(), WeightSource::Network);
    assert_eq!(*server.asked.borrow(), [Some(300..1000), None]);
}

#[test]
fn a_shard_damaged_on_the_way_is_fetched_once_more_and_round_the_cache() {
    let server = Server::with([Fault::Flip(650)]);
    assert_eq!(run(&server, Some(&MemoryStore::default())).unwrap(), WeightSource::Network);
    assert_eq!(*server.asked.borrow(), [None, Some(600..900)]);
    assert_eq!(*server.fresh.borrow(), [false, true]);
}

#[test]
fn a_shard_damaged_twice_is_corrupt_and_not_stored() {
    let (server, store) = (Server::with([Fault::Flip(650), Fault::Flip(650)]), MemoryStore::default());
    assert!(matches!(run(&server, Some(&store)), Err(WeightError::Corrupt { shard: 2, .. })));
    assert_eq!(store.names(), ["0000", "0001", "0003"]);
}

#[test]
fn a_file_of_another_size_is_corrupt_without_reading_it() {
    let server = Server::with([Fault::Claim(5), Fault::Claim(5)]);
    assert!(matches!(run(&server, None), Err(WeightError::Corrupt { .. })));
}

#[test]
fn a_new_version_on_the_server_makes_a_partial_shard_worthless() {
    let store = MemoryStore::holding([0]);
    store.files.borrow_mut().insert("etag".into(), b"\"one\"".to_vec());
    // The beginning is of the old version.
    store.files.borrow_mut().insert("0001.part".into(), vec![0; 100]);
    let server = Server::with([Fault::OtherVersion]);
    assert_eq!(run(&server, Some(&store)).unwrap(), WeightSource::Network);
    assert_eq!(*server.asked.borrow(), [Some(400..1000)]);
    assert_eq!(store.files.borrow()["etag"], b"\"two\"");
}

#[test]
fn without_storage_the_model_is_in_memory() {
    assert_eq!(run(&Server::with([]), None).unwrap(), WeightSource::Memory);
}

#[test]
fn too_small_a_quota_is_noticed_before_the_first_byte() {
    let store = MemoryStore::default();
    store.room_bytes.set(Some(10));
    store.others.set(true);
    assert_eq!(run(&Server::with([]), Some(&store)).unwrap(), WeightSource::Memory);
    assert!(store.names().is_empty());
    assert!(!store.others.get(), "older models were in the way");
}

#[test]
fn a_store_that_fails_midway_costs_nothing() {
    for error in [StoreError::Full, StoreError::Busy, StoreError::Refused("no".into())] {
        let store = MemoryStore::holding([0]);
        store.fails_with.replace(Some(error));
        assert_eq!(run(&Server::with([]), Some(&store)).unwrap(), WeightSource::Memory);
        assert_eq!(store.names(), ["0000"], "what was whole stays");
    }
}

#[test]
fn a_file_that_is_not_there_is_not_asked_for_again() {
    let server = Server::with([Fault::Refuse(FetchError::Status(404))]);
    assert!(matches!(run(&server, None), Err(WeightError::Fetch { source: FetchError::Status(404), .. })));
    assert_eq!(server.asked.borrow().len(), 1);
}

#[test]
fn a_dead_network_ends_the_tries() {
    let server = Server::with(std::iter::repeat_n(Fault::BreakAfter(0), 50));
    assert!(matches!(run(&server, None), Err(WeightError::Fetch { source: FetchError::Broken(_), .. })));
    assert!(server.asked.borrow().len() < 10);
}
