//! Weights in a browser: from OPFS where they are whole there, else over the network, resumed.

use web_sys::Url;

use super::digest::digest;
use super::fetch::{WebFetcher, fetch_small};
use super::opfs::OpfsShards;
use super::property;
use crate::platform::CancelToken;
use crate::platform::weights::{FetchError, Manifest, Progress, Sha256Hex, ShardStore, WeightError, assemble};
use crate::protocol::{Phase, WeightSource};

/// The models that the manifest at `manifest_url` names, in its order, verified, in memory.
///
/// The address is relative to this worker's (or page's) own. `on_progress` hears of it at most ten
/// times a second. Without a network, the manifest is that of the model stored last under this name.
pub async fn load_weights(
    manifest_url: &str,
    mut on_progress: impl FnMut(Phase, u64, u64),
    cancel: &CancelToken,
) -> Result<(Vec<Vec<u8>>, Manifest, WeightSource), WeightError> {
    let url = resolve(manifest_url, &here("href"))?;
    let remembered_as = url.rsplit('/').next().and_then(|name| name.split(['?', '#']).next()).unwrap_or_default();
    let manifest = Manifest::parse(&manifest_at(&url, remembered_as).await?)?;
    if cancel.is_cancelled() {
        return Err(WeightError::Cancelled);
    }
    let kept: Vec<Sha256Hex> = manifest.files().map(|file| file.sha256.clone()).collect();
    let (mut files, mut sources, mut done_bytes) = (Vec::new(), Vec::new(), 0_u64);
    for file in manifest.files() {
        let mut on_progress = |phase: Phase, loaded_bytes: u64, _: u64| {
            on_progress(phase, done_bytes + loaded_bytes, manifest.total_bytes())
        };
        let fetcher = WebFetcher::Url(resolve(&file.file, &url)?);
        // A browser that refuses storage (some private windows) still gets its model.
        let store = OpfsShards::open(&file.sha256, &kept).await.ok();
        let mut progress = Progress::of(&mut on_progress);
        let (bytes, source) = assemble(file, &fetcher, store.as_ref(), &mut progress, cancel).await?;
        files.push(bytes);
        sources.push((store, source));
        done_bytes += file.size_bytes;
    }
    // The manifest in the first one's folder says that all are whole. Without it they are merely not found when
    // there is no network.
    let source = sources[0].1;
    if let (Some(store), true) = (&sources[0].0, sources.iter().all(|(_, source)| *source != WeightSource::Memory)) {
        let json = manifest.to_json();
        if !matches!(store.read(remembered_as).await, Ok(Some(stored)) if stored == json.as_bytes()) {
            let _ = store.write(remembered_as, 0, json.as_bytes()).await;
        }
    }
    Ok((files, manifest, source))
}

/// See [`digest`].
pub async fn sha256(bytes: &[u8]) -> Sha256Hex {
    digest(bytes).await.into()
}

async fn manifest_at(url: &str, remembered_as: &str) -> Result<Vec<u8>, WeightError> {
    match fetch_small(url).await {
        Ok(json) => Ok(json),
        Err(error) => match OpfsShards::find(remembered_as).await {
            Some(json) if error.is_worth_a_retry() => Ok(json),
            _ => Err(WeightError::Fetch { url: url.into(), source: error }),
        },
    }
}

/// A part of this worker's (or page's) own address.
pub(super) fn here(part: &str) -> String {
    property(&property(&js_sys::global(), "location"), part).as_string().unwrap_or_default()
}

pub(super) fn resolve(url: &str, base: &str) -> Result<String, WeightError> {
    Url::new_with_base(url, base).map(|url| url.href()).map_err(|_| WeightError::Fetch {
        url: url.into(),
        source: FetchError::Broken(format!("no address relative to {base}")),
    })
}
