//! The browser's side of `platform` in a dedicated worker, where it runs for shoppers.
//!
//! `wasm-bindgen-test-runner` with chromedriver runs it:
//! `cargo test --target wasm32-unknown-unknown --no-default-features --features core,web --test browser`
#![cfg(target_arch = "wasm32")]

mod source;
mod speed;
mod store;
mod wire;

use attendant::platform::weights::{ShardStore, StoreError};
use attendant::protocol::WeightSource;
use source::{Source, load, model};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    DedicatedWorkerGlobalScope, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions,
    FileSystemSyncAccessHandle,
};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Opens a shard the way another tab's worker would: exclusively.
async fn open_exclusively(folder: &str, name: &str) -> FileSystemSyncAccessHandle {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let root = JsFuture::from(scope.navigator().storage().get_directory()).await.unwrap();
    let mut directory: FileSystemDirectoryHandle = root.unchecked_into();
    for step in ["weights", folder] {
        directory = JsFuture::from(directory.get_directory_handle(step)).await.unwrap().unchecked_into();
    }
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let file = JsFuture::from(directory.get_file_handle_with_options(name, &options)).await.unwrap();
    let file: FileSystemFileHandle = file.unchecked_into();
    JsFuture::from(file.create_sync_access_handle()).await.unwrap().unchecked_into()
}

#[wasm_bindgen_test]
async fn a_shard_that_another_tab_holds_open_stops_neither_reading_nor_loading() {
    let model = model(8);
    let store = model.store().await;
    let handle = open_exclusively(model.manifest.sha256.as_str(), "0001").await;
    assert_eq!(store.write("0001", 0, &[1]).await, Err(StoreError::Busy));
    let source = Source::of(&model);
    assert_eq!(load(&model, &source, Some(&store)).await, WeightSource::Memory);
    handle.close();
    // Afterwards what was missing, and only that, is fetched and kept.
    let source = Source::of(&model);
    assert_eq!(load(&model, &source, Some(&store)).await, WeightSource::Network);
    assert_eq!(source.asked(), [Some(300..600)]);
}
