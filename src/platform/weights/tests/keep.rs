//! Files without a manifest: what of them is kept, and what becomes of them on bad days.

use super::*;
use crate::protocol::{KeptModel, Refusal, Refused};

/// Two shards and a bit.
fn large() -> Vec<u8> {
    (0..2 * SHARD_BYTES as usize + 300_000).map(|n| (n * 7 % 251) as u8).collect()
}

/// A head of a thousand bytes that begins with zero, and a file of any length.
fn inspect(beginning: &[u8], _: Option<u64>, model: &mut KeptModel) -> Result<Option<u64>, Refused> {
    if beginning[0] != 0 {
        return Err(Refused::new(Refusal::Malformed, "it begins with something"));
    }
    model.architecture = "zero".into();
    Ok((beginning.len() >= 1000).then_some(1000))
}

fn terms() -> Terms<'static> {
    Terms { sha256: None, size_bytes: None, largest_bytes: 1 << 30, inspect: &inspect }
}

fn add(server: &Server, store: &MemoryStore, terms: Terms<'_>) -> Result<KeptModel, WeightError> {
    let model = KeptModel { id: "url-1".into(), url: "m.gguf".into(), name: "m".into(), ..KeptModel::default() };
    let mut progress = Progress::new(|_: Phase, _, _| {});
    block_on(keep(model, &terms, server, store, &mut progress, &server.cancel))
}

fn why(outcome: Result<KeptModel, WeightError>) -> Refused {
    match outcome {
        Err(WeightError::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_without_a_manifest_is_kept_and_opened_by_the_one_that_is_written_for_it() {
    let (server, store) = (Server::of(large(), []), MemoryStore::default());
    let model = add(&server, &store, terms()).unwrap();
    assert_eq!(model.sha256, hash().as_str());
    assert_eq!((model.size_bytes, model.architecture.as_str()), (large().len() as u64, "zero"));

    let manifest = block_on(Card::manifest(&store)).unwrap();
    let nobody = Server::of(Vec::new(), []);
    let mut progress = Progress::new(|_: Phase, _, _| {});
    let opened = block_on(assemble(&manifest, &nobody, Some(&store), &mut progress, &nobody.cancel));
    assert!(opened.unwrap() == (large(), WeightSource::Storage));
    // Added once more it is there.
    assert_eq!(add(&nobody, &store, terms()).unwrap(), model);
    assert_eq!(*nobody.asked.borrow(), []);
}

/// The first mebibyte is a request of its own.
const FIRST: usize = 1 << 20;

/// What goes wrong once so many bytes have come.
fn after(cut: usize, fault: fn(usize) -> Fault) -> Vec<Fault> {
    if cut < FIRST { vec![fault(cut)] } else { vec![Fault::Behave, fault(cut - FIRST)] }
}

fn hash() -> Sha256Hex {
    sha256_hex(&large())
}

#[test]
fn what_was_cut_off_goes_on_at_the_byte_in_this_visit_and_in_the_next() {
    for cut in [1, 999, 700_000, SHARD_BYTES as usize, SHARD_BYTES as usize + 2_000_001] {
        let rest = Some(cut as u64..large().len() as u64);
        let (server, store) = (Server::of(large(), after(cut, Fault::BreakAfter)), MemoryStore::default());
        add(&server, &store, terms()).unwrap();
        assert_eq!(server.asked.borrow().last(), Some(&rest));

        let (server, store) = (Server::of(large(), after(cut, Fault::CancelAfter)), MemoryStore::default());
        assert!(matches!(add(&server, &store, terms()), Err(WeightError::Cancelled)));
        let next = Server::of(large(), []);
        let model = add(&next, &store, terms()).unwrap();
        assert_eq!(*next.asked.borrow(), [rest]);
        assert_eq!(model.sha256, hash().as_str());
    }
}

#[test]
fn what_is_damaged_in_the_store_is_fetched_anew() {
    let faults = after(2 * SHARD_BYTES as usize + 5, Fault::CancelAfter);
    let (server, store) = (Server::of(large(), faults), MemoryStore::default());
    assert!(add(&server, &store, terms()).is_err());
    store.files.borrow_mut().get_mut("0001").unwrap()[77] ^= 1;
    let next = Server::of(large(), []);
    let model = add(&next, &store, terms()).unwrap();
    assert_eq!(*next.asked.borrow(), [Some(SHARD_BYTES..large().len() as u64)]);
    assert_eq!(model.sha256, hash().as_str());
}

#[test]
fn another_version_of_the_file_begins_anew() {
    let (server, store) = (Server::of(large(), after(5_000_000, Fault::CancelAfter)), MemoryStore::default());
    assert!(add(&server, &store, terms()).is_err());
    let next = Server::of(large(), [Fault::OtherVersion]);
    let model = add(&next, &store, terms()).unwrap();
    assert_eq!(model.sha256, hash().as_str());
    assert_eq!(next.asked.borrow().len(), 1, "the answer held the whole of it");
}

#[test]
fn what_cannot_be_kept_is_refused_before_more_than_its_beginning_is_asked_for() {
    let len = large().len() as u64;
    let (server, store) = (Server::of(large(), []), MemoryStore::default());
    let refused = why(add(&server, &store, Terms { largest_bytes: 1_000_000, ..terms() }));
    assert_eq!((refused.why, refused.needed_bytes, refused.fits_bytes), (Refusal::Memory, len, 1_000_000));
    assert_eq!(store.names(), [""; 0], "nothing is stored of it");

    store.room_bytes.set(Some(3 << 20));
    let refused = why(add(&server, &store, terms()));
    assert_eq!((refused.why, refused.needed_bytes, refused.fits_bytes), (Refusal::Quota, len, 2 << 20));
    let refused = why(add(&server, &store, Terms { size_bytes: Some(len), ..terms() }));
    assert_eq!(
        (refused.why, server.asked.borrow().len()),
        (Refusal::Quota, 2),
        "known beforehand, it is not asked for"
    );

    store.room_bytes.set(None);
    let server = Server::of([vec![1], large()].concat(), []);
    assert_eq!(why(add(&server, &store, terms())).why, Refusal::Malformed);
    assert_eq!(*server.asked.borrow(), [Some(0..FIRST as u64)]);
    assert!(!store.names().iter().any(|name| name.starts_with('0')), "{:?}", store.names());
}

#[test]
fn a_file_that_is_not_the_one_promised_is_refused() {
    let promised = sha256_hex(b"another");
    let (server, store) = (Server::of(large(), []), MemoryStore::default());
    assert_eq!(why(add(&server, &store, Terms { sha256: Some(promised), ..terms() })).why, Refusal::Hash);
    let (server, store) = (Server::of(large(), []), MemoryStore::default());
    assert_eq!(why(add(&server, &store, Terms { size_bytes: Some(12), ..terms() })).why, Refusal::Hash);
    let short = Server::of(vec![0; 500], []);
    assert_eq!(why(add(&short, &MemoryStore::default(), terms())).why, Refusal::Malformed, "its head never ends");
}

#[test]
fn an_address_may_promise_a_hash() {
    let hash = sha256_hex(b"abc");
    let with_hash = format!("models/a.gguf#sha256={}", hash.as_str().to_uppercase());
    assert_eq!(address(&with_hash).unwrap(), ("models/a.gguf", Some(hash)));
    assert_eq!(address("a.gguf#top").unwrap(), ("a.gguf", None));
    assert_eq!(address("a.gguf#sha256=12").unwrap_err().why, Refusal::Hash);
}

#[test]
fn a_device_opens_no_more_than_half_its_memory_and_no_more_than_one_allocation() {
    assert_eq!(largest_bytes(Some(2.0)), 1 << 30);
    assert_eq!(largest_bytes(Some(8.0)), i32::MAX as u64);
    assert_eq!(largest_bytes(None), i32::MAX as u64);
}
