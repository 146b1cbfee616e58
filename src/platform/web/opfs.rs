//! The origin's private file system: `weights/<sha256>/0000`, `0001`, ….
//!
//! Reading goes through `getFile()`, which no other tab's open handle stands in the way of. Writing
//! takes a sync access handle where there is one (in workers) and a writable stream elsewhere.

use js_sys::{AsyncIterator, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemCreateWritableOptions, FileSystemDirectoryHandle, FileSystemFileHandle,
    FileSystemGetDirectoryOptions, FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemRemoveOptions,
    FileSystemSyncAccessHandle, FileSystemWritableFileStream, StorageManager,
};

use super::lock::{self, Lock};
use super::{message_of, navigator, property, sleep_ms};
use crate::platform::weights::{Sha256Hex, ShardStore, StoreError};
use crate::protocol::StorageReport;

const WEIGHTS: &str = "weights";

/// Another tab writes a shard in milliseconds; after this many tries it is not that.
const MAX_BUSY_TRIES: u32 = 4;
const BUSY_WAIT_MS: u32 = 50;

/// How long to wait for another tab that downloads but stores nothing: it stores every mebibyte.
const LOCK_PATIENCE_MS: u32 = 20_000;

/// What the folders of a user's models are called by, those of the shop by their hash alone.
const KEPT_PREFIXES: [&str; 2] = ["url-", "file-"];

/// One model's folder.
pub struct OpfsShards {
    weights: FileSystemDirectoryHandle,
    folder: FileSystemDirectoryHandle,
    name: String,
    /// Folders that are not forgotten with the others.
    kept: Vec<String>,
}

impl OpfsShards {
    /// Opens or makes the folder of the model with this hash, which is used together with `kept`.
    pub async fn open(sha256: &Sha256Hex, kept: &[Sha256Hex]) -> Result<OpfsShards, StoreError> {
        let weights = subfolder(&root().await?, WEIGHTS, true).await.map_err(store_error)?;
        let folder = subfolder(&weights, sha256.as_str(), true).await.map_err(store_error)?;
        let kept = kept.iter().map(|kept| kept.as_str().to_owned()).collect();
        Ok(OpfsShards { weights, folder, name: sha256.as_str().into(), kept })
    }

    /// Opens or makes the folder of a model that a user keeps: one of [`OpfsShards::kept_names`].
    pub async fn kept(name: &str) -> Result<OpfsShards, StoreError> {
        let weights = subfolder(&root().await?, WEIGHTS, true).await.map_err(store_error)?;
        let folder = subfolder(&weights, name, true).await.map_err(store_error)?;
        Ok(OpfsShards { weights, folder, name: name.into(), kept: Vec::new() })
    }

    /// The folders of all models that a user keeps.
    pub async fn kept_names() -> Vec<String> {
        let Ok(root) = root().await else { return Vec::new() };
        let Ok(weights) = subfolder(&root, WEIGHTS, false).await else { return Vec::new() };
        entries(&weights).await.into_iter().map(|(name, _)| name).filter(|name| is_kept(name)).collect()
    }

    /// Deletes the folder and all that is in it.
    pub async fn destroy(&self) {
        remove(&self.weights, &self.name).await;
    }

    /// What whoever writes here holds.
    pub fn lock_name(&self) -> String {
        format!("attendant-{WEIGHTS}-{}", self.name)
    }

    /// Bytes of all shards and of the beginnings of shards.
    pub async fn held_bytes(&self) -> u64 {
        let is_shard = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
        let mut total = 0;
        for (name, entry) in entries(&self.folder).await {
            if is_shard(&name) {
                total += file_bytes(entry).await;
            }
        }
        total
    }

    /// The content of the first file of this name in any model's folder.
    pub async fn find(name: &str) -> Option<Vec<u8>> {
        let weights = subfolder(&root().await.ok()?, WEIGHTS, false).await.ok()?;
        for (_, entry) in entries(&weights).await {
            if let Ok(folder) = entry.dyn_into::<FileSystemDirectoryHandle>()
                && let Ok(Some(bytes)) = read(&folder, name).await
            {
                return Some(bytes);
            }
        }
        None
    }
}

impl ShardStore for OpfsShards {
    type Lock = Lock;

    async fn lock(&self) -> Lock {
        let name = self.lock_name();
        let mut seen_bytes = size_bytes(&self.folder).await;
        loop {
            let lock = lock::take(&name, LOCK_PATIENCE_MS).await;
            let now_bytes = size_bytes(&self.folder).await;
            if lock.is_held() || now_bytes == seen_bytes {
                return lock;
            }
            seen_bytes = now_bytes;
        }
    }

    async fn room_bytes(&self) -> Option<u64> {
        let (usage_bytes, quota_bytes) = estimate(&manager()?).await?;
        Some(quota_bytes.saturating_sub(usage_bytes))
    }

    async fn forget_others(&self) {
        // A user's are for the user to delete, and are not in a position to judge the others.
        if is_kept(&self.name) {
            return;
        }
        for (name, _) in entries(&self.weights).await {
            if name != self.name && !self.kept.contains(&name) && !is_kept(&name) {
                remove(&self.weights, &name).await;
            }
        }
    }

    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        read(&self.folder, name).await
    }

    async fn write(&self, name: &str, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
        let mut tries = 1;
        loop {
            match write(&self.folder, name, at, bytes).await {
                Err(StoreError::Busy) if tries < MAX_BUSY_TRIES => sleep_ms(BUSY_WAIT_MS << tries).await,
                outcome => return outcome,
            }
            tries += 1;
        }
    }

    async fn remove(&self, name: &str) {
        remove(&self.folder, name).await;
    }
}

/// What is stored and what room is left.
pub async fn inspect_storage() -> StorageReport {
    let Some(manager) = manager() else { return StorageReport::default() };
    let (usage_bytes, quota_bytes) = estimate(&manager).await.unwrap_or_default();
    let persisted = match manager.persisted() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|persisted| persisted.is_truthy()),
        Err(_) => false,
    };
    let (available, weights_bytes) = match root().await {
        Ok(root) => match subfolder(&root, WEIGHTS, false).await {
            Ok(weights) => (true, shop_bytes(&weights).await),
            Err(_) => (true, 0),
        },
        Err(_) => (false, 0),
    };
    StorageReport { available, persisted, usage_bytes, quota_bytes, weights_bytes }
}

/// Deletes every stored weight of the shop's that no other tab has open, and says what is left.
pub async fn clear_storage() -> StorageReport {
    if let Ok(root) = root().await
        && let Ok(weights) = subfolder(&root, WEIGHTS, false).await
    {
        // Each by itself: one that is open in another tab would keep the others.
        for (name, _) in entries(&weights).await {
            if !is_kept(&name) {
                remove(&weights, &name).await;
            }
        }
    }
    inspect_storage().await
}

fn is_kept(name: &str) -> bool {
    KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Bytes of the shop's own models.
async fn shop_bytes(weights: &FileSystemDirectoryHandle) -> u64 {
    let mut total = 0;
    for (name, entry) in entries(weights).await {
        if let (false, Ok(folder)) = (is_kept(&name), entry.dyn_into::<FileSystemDirectoryHandle>()) {
            total += size_bytes(&folder).await;
        }
    }
    total
}

fn manager() -> Option<StorageManager> {
    let storage = property(&navigator(), "storage");
    storage.is_object().then(|| storage.unchecked_into())
}

/// Usage and quota.
async fn estimate(manager: &StorageManager) -> Option<(u64, u64)> {
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let bytes = |name| property(&estimate, name).as_f64().map(|bytes| bytes as u64);
    Some((bytes("usage")?, bytes("quota")?))
}

async fn root() -> Result<FileSystemDirectoryHandle, StoreError> {
    let absent = || StoreError::Refused("no private file system here".into());
    let manager = manager().filter(|manager| property(manager, "getDirectory").is_function()).ok_or_else(absent)?;
    JsFuture::from(manager.get_directory()).await.map(JsCast::unchecked_into).map_err(store_error)
}

async fn subfolder(
    parent: &FileSystemDirectoryHandle,
    name: &str,
    create: bool,
) -> Result<FileSystemDirectoryHandle, JsValue> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(create);
    JsFuture::from(parent.get_directory_handle_with_options(name, &options)).await.map(JsCast::unchecked_into)
}

async fn file_handle(
    folder: &FileSystemDirectoryHandle,
    name: &str,
    create: bool,
) -> Result<FileSystemFileHandle, JsValue> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(create);
    JsFuture::from(folder.get_file_handle_with_options(name, &options)).await.map(JsCast::unchecked_into)
}

async fn read(folder: &FileSystemDirectoryHandle, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let handle = match file_handle(folder, name, false).await {
        Ok(handle) => handle,
        Err(error) if is(&error, "NotFoundError") => return Ok(None),
        Err(error) => return Err(store_error(error)),
    };
    let file: File = JsFuture::from(handle.get_file()).await.map_err(store_error)?.unchecked_into();
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(store_error)?;
    Ok(Some(Uint8Array::new(&buffer).to_vec()))
}

async fn write(folder: &FileSystemDirectoryHandle, name: &str, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
    let handle = file_handle(folder, name, true).await.map_err(store_error)?;
    if property(&handle, "createSyncAccessHandle").is_function() {
        let access = JsFuture::from(handle.create_sync_access_handle()).await.map_err(store_error)?;
        let access: FileSystemSyncAccessHandle = access.unchecked_into();
        let written = write_sync(&access, at, bytes);
        // Until it is closed no tab can write here again, this one included.
        access.close();
        return written;
    }
    if property(&handle, "createWritable").is_function() {
        return write_stream(&handle, at, bytes).await.map_err(store_error);
    }
    Err(StoreError::Refused("files cannot be written here".into()))
}

fn write_sync(access: &FileSystemSyncAccessHandle, at: u64, bytes: &[u8]) -> Result<(), StoreError> {
    let options = FileSystemReadWriteOptions::new();
    options.set_at(at as f64);
    let n_written = access.write_with_u8_array_and_options(bytes, &options).map_err(store_error)?;
    if n_written < bytes.len() as f64 {
        return Err(StoreError::Full);
    }
    access.truncate_with_f64(at as f64 + n_written).map_err(store_error)?;
    access.flush().map_err(store_error)
}

async fn write_stream(handle: &FileSystemFileHandle, at: u64, bytes: &[u8]) -> Result<(), JsValue> {
    let options = FileSystemCreateWritableOptions::new();
    options.set_keep_existing_data(at > 0);
    let stream = JsFuture::from(handle.create_writable_with_options(&options)).await?;
    let stream: FileSystemWritableFileStream = stream.unchecked_into();
    let written = async {
        JsFuture::from(stream.seek_with_f64(at as f64)?).await?;
        // A copy: the stream reads it later, when this program's memory may have moved.
        JsFuture::from(stream.write_with_js_u8_array(&Uint8Array::from(bytes))?).await?;
        JsFuture::from(stream.truncate_with_f64(at as f64 + bytes.len() as f64)?).await
    };
    match written.await {
        Ok(_) => JsFuture::from(stream.close()).await.map(drop),
        Err(error) => {
            let _ = JsFuture::from(stream.abort()).await;
            Err(error)
        }
    }
}

/// What cannot be removed now, because another tab has it open, is removed another time.
async fn remove(folder: &FileSystemDirectoryHandle, name: &str) {
    let options = FileSystemRemoveOptions::new();
    options.set_recursive(true);
    let _ = JsFuture::from(folder.remove_entry_with_options(name, &options)).await;
}

/// Names and handles; as many as there were before something went wrong.
async fn entries(folder: &FileSystemDirectoryHandle) -> Vec<(String, JsValue)> {
    let iterator: AsyncIterator = folder.values();
    let mut found = Vec::new();
    while let Ok(promise) = iterator.next() {
        let Ok(step) = JsFuture::from(promise).await else { break };
        if property(&step, "done").is_truthy() {
            break;
        }
        let handle = property(&step, "value");
        found.push((property(&handle, "name").as_string().unwrap_or_default(), handle));
    }
    found
}

/// Bytes of all files below `folder`.
async fn size_bytes(folder: &FileSystemDirectoryHandle) -> u64 {
    let mut total = 0;
    for (_, entry) in entries(folder).await {
        total += match entry.dyn_into::<FileSystemDirectoryHandle>() {
            Ok(folder) => Box::pin(size_bytes(&folder)).await,
            Err(entry) => file_bytes(entry).await,
        };
    }
    total
}

async fn file_bytes(entry: JsValue) -> u64 {
    match JsFuture::from(entry.unchecked_into::<FileSystemFileHandle>().get_file()).await {
        Ok(file) => file.unchecked_into::<File>().size() as u64,
        Err(_) => 0,
    }
}

fn is(error: &JsValue, name: &str) -> bool {
    property(error, "name").as_string().as_deref() == Some(name)
}

fn store_error(error: JsValue) -> StoreError {
    if is(&error, "QuotaExceededError") {
        StoreError::Full
    } else if is(&error, "NoModificationAllowedError") {
        StoreError::Busy
    } else {
        StoreError::Refused(message_of(&error))
    }
}
