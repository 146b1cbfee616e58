//! The weight store over the browser's private file system.

use attendant::platform::weights::{ShardStore, StoreError, sha256_hex};
use attendant::platform::{OpfsShards, clear_storage, clock, inspect_storage, sha256, sleep_ms, yield_now};
use attendant::protocol::WeightSource;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::source::{Source, load, model};

#[wasm_bindgen_test]
async fn what_was_stored_is_read_without_fetching() {
    let model = model(1);
    let store = model.store().await;
    let source = Source::of(&model);
    assert_eq!(load(&model, &source, Some(&store)).await, WeightSource::Network);
    assert_eq!(load(&model, &source, Some(&store)).await, WeightSource::Storage);
    assert_eq!(source.asked(), [None]);
    assert_eq!(inspect_storage().await.weights_bytes, 1000);
}

#[wasm_bindgen_test]
async fn a_damaged_shard_is_detected_and_fetched_again_alone() {
    let model = model(2);
    let store = model.store().await;
    load(&model, &Source::of(&model), Some(&store)).await;
    for damaged in [&[1; 300][..], &[1; 9], &[]] {
        store.write("0001", 0, damaged).await.unwrap();
        let source = Source::of(&model);
        assert_eq!(load(&model, &source, Some(&store)).await, WeightSource::Network);
        assert_eq!(source.asked(), [Some(300..600)]);
    }
}

#[wasm_bindgen_test]
async fn a_partial_shard_is_resumed() {
    let model = model(3);
    let store = model.store().await;
    store.write("0000", 0, &model.bytes[..300]).await.unwrap();
    store.write("0001.part", 0, &model.bytes[300..350]).await.unwrap();
    store.write("0001.part", 50, &model.bytes[350..420]).await.unwrap();
    let source = Source::of(&model);
    assert_eq!(load(&model, &source, Some(&store)).await, WeightSource::Network);
    assert_eq!(source.asked(), [Some(420..1000)]);
    assert_eq!(store.read("0001.part").await, Ok(None));
}

/// OPFS in a browser that grants too little room, or less than it said.
struct Cramped {
    store: OpfsShards,
    says_so: bool,
}

impl ShardStore for Cramped {
    type Lock = <OpfsShards as ShardStore>::Lock;

    async fn lock(&self) -> Self::Lock {
        self.store.lock().await
    }

    async fn room_bytes(&self) -> Option<u64> {
        if self.says_so { Some(10) } else { self.store.room_bytes().await }
    }

    async fn forget_others(&self) {
        self.store.forget_others().await;
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.read(name).await
    }

    async fn write(&self, name: &str, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        if name == "0000" { self.store.write(name, at, bytes).await } else { Err(StoreError::Full) }
    }

    async fn remove(&self, name: &str) {
        self.store.remove(name).await;
    }
}

#[wasm_bindgen_test]
async fn too_small_a_quota_leaves_the_model_in_memory() {
    for (seed, says_so, kept) in [(4, true, false), (5, false, true)] {
        let model = model(seed);
        let store = Cramped { store: model.store().await, says_so };
        assert_eq!(load(&model, &Source::of(&model), Some(&store)).await, WeightSource::Memory);
        assert_eq!(store.read("0000").await.unwrap().is_some(), kept);
    }
}

#[wasm_bindgen_test]
async fn two_tabs_download_once() {
    let model = model(6);
    let (one, two) = (model.store().await, model.store().await);
    let (first, second) = (Source::of(&model), Source::of(&model));
    let from = futures::join!(load(&model, &first, Some(&one)), load(&model, &second, Some(&two)));
    assert_eq!(from, (WeightSource::Network, WeightSource::Storage));
    assert_eq!((first.asked().len(), second.asked().len()), (1, 0));
}

#[wasm_bindgen_test]
async fn clearing_leaves_nothing() {
    let model = model(7);
    let store = model.store().await;
    load(&model, &Source::of(&model), Some(&store)).await;
    let report = clear_storage().await;
    assert!(report.available);
    assert_eq!(report.weights_bytes, 0);
}

#[wasm_bindgen_test]
async fn the_browser_hashes_as_we_do() {
    for n in [0, 1, 100_000] {
        let bytes: Vec<u8> = (0..n).map(|n| n as u8).collect();
        assert_eq!(sha256(&bytes).await, sha256_hex(&bytes));
    }
}

#[wasm_bindgen_test]
async fn waiting_takes_time_and_a_turn_takes_none() {
    let start_ms = clock::now_ms();
    sleep_ms(50).await;
    let slept_ms = clock::now_ms() - start_ms;
    assert!((45.0..5000.0).contains(&slept_ms), "{slept_ms} ms");
    futures::join!(yield_now(), yield_now(), yield_now());
}
