//! How the shop opens, in the order of what a shopper can see: goods and prices as soon as the front of the pack has
//! come, the worker when all of it has and the browser is idle, the model when the chat is first opened.

use std::sync::Arc;

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browser::{self, FetchError};
use super::link;
use super::shop::Shop;
use super::state::{ShopState, Store};
use super::trust;
use crate::pack::format::FRONT;
use crate::pack::open::front_length;
use crate::pack::signature::TrustError;
use crate::pack::{Pack, PackError};
use crate::platform::{sleep_ms, yield_now};
use crate::widget::own_url;

/// The shop's file, beside the page. Not fetched ahead of the program: a browser would fetch all of it, at the cost of
/// what the page itself is made of.
const PACK_URL: &str = "shop.pack";

/// What is asked for first: the front of a shop with a hundred products and drawn pictures.
const AHEAD_BYTES: usize = 192 << 10;

/// How often a pack is asked for again whose shop is shown already.
const MAX_RETRIES: u32 = 4;

#[derive(Debug, thiserror::Error)]
enum OpeningError {
    #[error("a pack of another origin")]
    Elsewhere,
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// Fetches the pack and opens the shop; then, when there is time, starts the worker.
pub fn open_shop(store: Store) {
    let owner = Owner::current();
    store.shop.set(ShopState::Opening);
    spawn_local(async move {
        let pack = match open(store).await {
            Ok(pack) => pack,
            Err(error) => {
                leptos::logging::warn!("the shop's pack: {error}");
                return store.shop.set(ShopState::Failed);
            }
        };
        let start = move || match owner {
            Some(owner) => owner.with(|| link::start_worker(store, pack)),
            None => link::start_worker(store, pack),
        };
        // A widget has nothing but the chat to show, and is opened to ask.
        match store.host.is_there() {
            true => start(),
            false => browser::when_idle(start),
        }
    });
}

/// Shows the shop, and gives the whole pack.
async fn open(store: Store) -> Result<Uint8Array, OpeningError> {
    let url = pack_url(store).ok_or(OpeningError::Elsewhere)?;
    let mut retries = 0;
    let bytes = loop {
        match fetch(store, &url).await {
            // What is on the screen stays there while the rest is asked for again.
            Err(OpeningError::Fetch(error)) if store.open_shop().is_some() && retries < MAX_RETRIES => {
                leptos::logging::warn!("{url}: {error}");
                retries += 1;
                sleep_ms(500 << retries).await;
            }
            fetched => break fetched?,
        }
    };
    let (bytes, trust) = trust::believed(store, &url, bytes).await?;
    store.trust.set(trust);
    let pack = Pack::open_sections(&bytes.to_vec(), |_| true).await?;
    if store.open_shop().is_none() {
        show(store, pack).await?;
    }
    Ok(bytes)
}

/// The whole file; on the way, the shop is shown if nobody's word is needed for it. Then what comes first is asked for
/// first, and the rest when that has been painted: the line and the processor are the goods' for now.
async fn fetch(store: Store, url: &str) -> Result<Uint8Array, OpeningError> {
    let mut waits = store.open_shop().is_none() && !trust::is_wanted(store, url);
    let mut part = (waits && !store.host.is_there()).then_some((0, Some(AHEAD_BYTES)));
    let (mut bytes, mut front) = (Vec::new(), None);
    loop {
        let mut body = browser::fetch(url, part).await?;
        if body.whole.is_none() {
            bytes.clear();
        }
        let before = bytes.len();
        while let Some(chunk) = body.next().await? {
            bytes.extend(chunk);
            if waits && front.is_none() {
                front = front_length(&bytes)?;
            }
            if let Some(front) = front.filter(|&front| waits && front <= bytes.len()) {
                waits = false;
                let front = Pack::open_sections(&bytes[..front], |name| FRONT.contains(&name)).await?;
                show(store, front).await?;
            }
        }
        // A host that sends nothing more has another file by now, and its hash will tell.
        if body.whole.is_none_or(|whole| whole <= bytes.len()) || bytes.len() == before {
            return Ok(Uint8Array::from(bytes.as_slice()));
        }
        if !waits {
            browser::painted().await;
        }
        part = Some((bytes.len(), None));
    }
}

async fn show(store: Store, pack: Pack) -> Result<(), PackError> {
    let mut shop = Shop::of(Arc::new(pack), &[])?;
    // To read a catalogue and to draw it is too much at a stretch for a small processor.
    yield_now().await;
    // Not before: the page around may have told of its goods meanwhile.
    let offers = store.host.offers.get_untracked();
    if !offers.is_empty() {
        shop = shop.beside(&offers)?;
    }
    store.default_language(shop.default_language());
    store.cart.update(|cart| cart.keep(|id| shop.product(id).is_some()));
    store.shop.set(ShopState::Open(Arc::new(shop)));
    Ok(())
}

/// The shop's own file, or the one that the page around the widget names; never one of another origin.
fn pack_url(store: Store) -> Option<String> {
    match &store.host.settings.read_untracked().pack {
        Some(url) => own_url(url, &browser::origin()).map(str::to_owned),
        None => Some(PACK_URL.into()),
    }
}
