//! The models that a user keeps, in OPFS: each in a folder of its own, named by where it came from.

use web_sys::{Blob, Url};

use super::clock;
use super::fetch::WebFetcher;
use super::lock::{self, Lock};
use super::navigator;
use super::opfs::OpfsShards;
use super::property;
use super::weights::{here, resolve};
use crate::platform::CancelToken;
use crate::platform::weights::{
    Card, FetchError, Progress, Terms, WeightError, address, assemble, keep, largest_bytes, sha256_hex,
};
use crate::protocol::{KeptModel, Phase, Refusal, Refused};

/// How often to look how far another tab has come.
const FOLLOW_MS: u32 = 500;

/// A file that the user has handed to the page. What it holds stays where it lies until it is read.
pub struct LocalFile(pub Blob);

impl LocalFile {
    fn text(&self, name: &str) -> String {
        property(&self.0, name).as_string().unwrap_or_default()
    }

    fn size_bytes(&self) -> u64 {
        self.0.size() as u64
    }

    /// The same file, handed over once more, gets the same name.
    fn id(&self) -> String {
        let modified_ms = property(&self.0, "lastModified").as_f64().unwrap_or(0.0);
        let what = format!("{} {} {modified_ms}", self.text("name"), self.size_bytes());
        format!("file-{}", short(&what))
    }
}

/// Enough of a hash to tell folders apart.
fn short(text: &str) -> String {
    sha256_hex(text.as_bytes()).as_str()[..32].to_owned()
}

/// Every model that is kept, whole or in part, oldest first.
pub async fn kept_models() -> Vec<KeptModel> {
    let (mut models, locks) = (Vec::new(), lock::held().await);
    for name in OpfsShards::kept_names().await {
        let Ok(store) = OpfsShards::kept(&name).await else { continue };
        if let Some(Card { mut model, .. }) = Card::read(&store).await {
            model.is_busy = model.sha256.is_empty() && locks.contains(&store.lock_name());
            model.held_bytes = store.held_bytes().await;
            models.push(model);
        }
    }
    models.sort_by(|a: &KeptModel, b| a.added_ms.total_cmp(&b.added_ms));
    models
}

/// Keeps what is at `url`, or `file`; see [`keep`]. Of an address that another tab is fetching from, waits until it
/// has come, and tells how far it is.
pub async fn keep_model(
    url: Option<&str>,
    file: Option<LocalFile>,
    mut terms: Terms<'_>,
    mut on_progress: impl FnMut(Phase, u64, u64),
    cancel: &CancelToken,
) -> Result<(), WeightError> {
    let refused = |why, detail: String| WeightError::Refused(Refused::new(why, detail));
    let mut model = KeptModel { added_ms: clock::unix_ms(), ..KeptModel::default() };
    let fetcher = match (url, file) {
        (Some(url), _) => {
            let (url, promised) = address(url).map_err(WeightError::Refused)?;
            let url = own(url)?;
            terms.sha256 = terms.sha256.or(promised);
            (model.id, model.url) = (format!("url-{}", short(&url)), url.clone());
            let path = url.split('?').next().unwrap_or_default();
            model.name = path.rsplit('/').next().unwrap_or_default().into();
            WebFetcher::Url(url)
        }
        (None, Some(file)) => {
            (model.id, model.name) = (file.id(), file.text("name"));
            terms.size_bytes = Some(file.size_bytes());
            WebFetcher::File(file.0)
        }
        (None, None) => return Err(refused(Refusal::Address, String::new())),
    };
    let wanted = terms.sha256.as_ref().map(|sha256| sha256.as_str().to_owned());
    if kept_models().await.iter().any(|kept| Some(&kept.sha256) == wanted.as_ref()) {
        return Ok(());
    }
    terms.largest_bytes = largest_bytes(property(&navigator(), "deviceMemory").as_f64());
    let id = model.id.clone();
    let open = async || OpfsShards::kept(&id).await.map_err(|error| refused(Refusal::Store, error.to_string()));
    let _lock = lock_or_follow(&open().await?, &mut on_progress, cancel).await?;
    // Anew: whoever held the lock may have deleted the folder.
    let store = open().await?;
    let kept = keep(model, &terms, &fetcher, &store, &mut Progress::new(on_progress), cancel).await;
    match kept {
        Ok(model) => {
            // The same file from elsewhere is kept already.
            let is_twin = |other: &KeptModel| other.sha256 == model.sha256 && other.id != id;
            if kept_models().await.iter().any(is_twin) {
                store.destroy().await;
            }
            Ok(())
        }
        Err(error) => {
            let error = match error {
                WeightError::Fetch { source: FetchError::Status(status @ 400..500), .. } => {
                    refused(Refusal::Missing, status.to_string())
                }
                error => error,
            };
            // Of what cannot be kept nothing stays, and neither does a folder in which there is nothing.
            if matches!(error, WeightError::Refused(_)) || Card::read(&store).await.is_none() {
                store.destroy().await;
            }
            Err(error)
        }
    }
}

/// Deletes a model that no tab is fetching.
pub async fn delete_model(id: &str) {
    if OpfsShards::kept_names().await.iter().any(|name| name == id)
        && let Ok(store) = OpfsShards::kept(id).await
        && !lock::held().await.contains(&store.lock_name())
    {
        store.destroy().await;
    }
}

/// Where a model lies that is still kept, for what belongs to it.
pub async fn kept_folder(id: &str) -> Option<OpfsShards> {
    let store = OpfsShards::kept(id).await.ok()?;
    if Card::read(&store).await.is_none() {
        // It was deleted in another tab, and opening has made the folder anew.
        store.destroy().await;
        return None;
    }
    Some(store)
}

/// A whole model's bytes, verified; what of it is damaged is fetched again where it has an address.
pub async fn open_kept(
    id: &str,
    mut on_progress: impl FnMut(Phase, u64, u64),
    cancel: &CancelToken,
) -> Result<(Vec<u8>, KeptModel), WeightError> {
    let absent = || WeightError::Refused(Refused::new(Refusal::Store, format!("there is no whole model {id}")));
    let kept = kept_models().await.into_iter().find(|model| model.id == id && !model.sha256.is_empty());
    let model = kept.ok_or_else(absent)?;
    let store = OpfsShards::kept(id).await.map_err(|_| absent())?;
    let manifest = Card::manifest(&store).await.ok_or_else(absent)?;
    let fetcher = match model.url.as_str() {
        "" => WebFetcher::Gone,
        url => WebFetcher::Url(url.into()),
    };
    let (bytes, _) = assemble(&manifest, &fetcher, Some(&store), &mut Progress::of(&mut on_progress), cancel).await?;
    Ok((bytes, model))
}

/// The absolute address, if it is of this origin.
fn own(url: &str) -> Result<String, WeightError> {
    let refused = |detail: String| WeightError::Refused(Refused::new(Refusal::Address, detail));
    let url = resolve(url.trim(), &here("href")).map_err(|_| refused(String::new()))?;
    let origin = Url::new(&url).map(|url| url.origin()).unwrap_or_default();
    if origin == here("origin") { Ok(url) } else { Err(refused(origin)) }
}

/// Waits for the lock, and meanwhile tells how far the tab that holds it has come. A tab that holds one is not put
/// to sleep, so this may wait for as long as the user likes.
async fn lock_or_follow(
    store: &OpfsShards,
    on_progress: &mut impl FnMut(Phase, u64, u64),
    cancel: &CancelToken,
) -> Result<Lock, WeightError> {
    loop {
        let lock = lock::take(&store.lock_name(), FOLLOW_MS).await;
        if lock.is_held() || !lock::exist() {
            return Ok(lock);
        }
        if cancel.is_cancelled() {
            return Err(WeightError::Cancelled);
        }
        let size_bytes = Card::read(store).await.map_or(0, |card| card.model.size_bytes);
        on_progress(Phase::Downloading, store.held_bytes().await, size_bytes);
    }
}
