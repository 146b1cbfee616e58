//! Where the page meets the worker: what it starts, and what it asks of it.

use std::sync::Arc;

use leptos::prelude::*;

use super::client::{Client, Health, WORKER_URL};
use super::memory;
use super::state::{ModelState, ShopState, Store};
use super::{browser, vault};
use crate::protocol::{DevicePreference, Event, Offer, Phase, Recommendation, Request, RequestId, Surface};
use crate::widget::own_url;

/// Relative to the worker's own address.
const MODEL_MANIFEST_URL: &str = "models/minilm.manifest.json";

/// What the default model and its student of Chinese weigh, to be named before its manifest has been read.
pub const MODEL_BYTES: u64 = 28_000_000;

/// The model that the shop wants, if it wants one.
fn manifest_url(store: Store) -> Option<String> {
    match store.host.settings.read_untracked().model.as_deref() {
        Some("off") => None,
        Some(url) if url != "auto" => own_url(url, &browser::origin()).map(str::to_owned),
        _ => Some(MODEL_MANIFEST_URL.into()),
    }
}

/// Starts the worker, if it does not run yet, and hands it the pack.
pub fn start_worker(store: Store, pack: js_sys::Uint8Array) {
    if store.client.with_value(Option::is_some) {
        return;
    }
    // A worker that has to be started again is given the pack and the model by the client itself.
    let device = match store.wanted_device {
        DevicePreference::Auto => "auto",
        DevicePreference::Cpu => "cpu",
        DevicePreference::Gpu => "gpu",
    };
    let client = Client::start(&format!("{WORKER_URL}?device={device}"), move |event| match event {
        Event::DeviceChosen { device } => store.device.set(Some(device)),
        Event::ModelLoaded { name, size_bytes, source, device } => {
            store.device.set(Some(device));
            store.model.set(ModelState::Ready { name, size_bytes, source });
        }
        _ => {}
    });
    let health = client.health();
    store.client.set_value(Some(client));
    Effect::new(move |_| {
        store.health.set(health.get());
        // A worker that was started anew knows nobody.
        if health.get() == Health::Ready && store.engine_open.get_untracked() {
            memory::introduce(store);
        }
    });
    send(store, Request::OpenPack, Some(pack.buffer()), move |event| match event {
        Event::PackOpened { .. } => {
            memory::introduce(store);
            store.engine_open.set(true);
            vault::open(store);
            if store.chat_open.get_untracked() {
                offer_model(store);
            }
        }
        Event::Failed { error } => leptos::logging::warn!("the worker cannot open the pack: {error}"),
        _ => {}
    });
    // At once: a question may be next.
    if !store.host.offers.read_untracked().is_empty() {
        tell_offers(store);
    }
    for then in store.asked_early.try_update_value(std::mem::take).into_iter().flatten() {
        then();
    }
}

/// Does it once there is a worker that has been handed the pack: who asks while the rest of it is still on its way
/// waits a moment.
pub fn when_started(store: Store, then: impl FnOnce() + 'static) {
    match store.client.with_value(Option::is_some) {
        true => then(),
        false => store.asked_early.update_value(|asked| asked.push(Box::new(then))),
    }
}

/// Sells beside the pack's goods what the page around tells of, at once or as soon as the shop is open.
pub fn offer(store: Store, offers: Vec<Offer>) {
    if *store.host.offers.read_untracked() == offers {
        return;
    }
    // Before that they lie where `open_shop` finds them.
    if let Some(shop) = store.open_shop() {
        let Ok(shop) = shop.beside(&offers) else { return };
        store.shop.set(ShopState::Open(Arc::new(shop)));
    }
    store.host.offers.set(offers);
    tell_offers(store);
}

/// If there is a worker yet; one that starts is told by [`start_worker`].
fn tell_offers(store: Store) {
    let offers = store.host.offers.get_untracked();
    send(store, Request::Offer { offers }, None, |_| {});
}

/// Sends a request, if there is a worker to send it to.
pub fn send(
    store: Store,
    request: Request,
    transfer: Option<js_sys::ArrayBuffer>,
    on_event: impl FnMut(Event) + 'static,
) -> Option<RequestId> {
    let client = store.client.get_value()?;
    Some(client.send(request, transfer, on_event))
}

/// Starts a worker again after too many have died. It is given pack and model by the client itself.
pub fn restart(store: Store) {
    if let Some(client) = store.client.get_value() {
        client.restart();
    }
}

pub fn cancel(store: Store, request: RequestId) {
    if let Some(client) = store.client.get_value() {
        client.cancel(request);
    }
}

/// The chat has been opened: loads the model, or asks first where the shopper saves data.
pub fn offer_model(store: Store) {
    if store.model.get_untracked() != ModelState::Absent || manifest_url(store).is_none() {
        return;
    }
    if browser::saves_data() {
        store.model.set(ModelState::Offered);
    } else {
        load_model(store);
    }
}

pub fn load_model(store: Store) {
    if matches!(store.model.get_untracked(), ModelState::Loading { .. } | ModelState::Ready { .. }) {
        return;
    }
    let Some(manifest_url) = manifest_url(store) else { return };
    let request = Request::LoadModel { manifest_url, device: store.wanted_device };
    let sent = send(store, request, None, move |event| match event {
        Event::Progress { phase, loaded_bytes, total_bytes } => store.model.update(|model| {
            if let ModelState::Loading { request, .. } = *model {
                *model = ModelState::Loading { request, phase, loaded_bytes, total_bytes };
            }
        }),
        Event::DeviceChosen { device } => store.device.set(Some(device)),
        Event::ModelLoaded { name, size_bytes, source, device } => {
            store.device.set(Some(device));
            store.model.set(ModelState::Ready { name, size_bytes, source });
            inspect_storage(store);
        }
        Event::Cancelled => store.model.set(ModelState::Cancelled),
        Event::Failed { error } => {
            leptos::logging::warn!("the model did not load: {error}");
            store.model.set(ModelState::Failed(error));
        }
        _ => {}
    });
    if let Some(request) = sent {
        let phase = Phase::Reading;
        store.model.set(ModelState::Loading { request, phase, loaded_bytes: 0, total_bytes: MODEL_BYTES });
    }
}

pub fn cancel_model(store: Store) {
    if let ModelState::Loading { request, .. } = store.model.get_untracked() {
        cancel(store, request);
    }
}

pub fn inspect_storage(store: Store) {
    send(store, Request::InspectStorage, None, move |event| take_storage(store, event));
}

/// Deletes the stored weights. The loaded model goes on working until the tab is closed.
pub fn clear_storage(store: Store) {
    send(store, Request::ClearStorage, None, move |event| take_storage(store, event));
}

fn take_storage(store: Store, event: Event) {
    if let Event::Storage { report } = event {
        store.storage.set(Some(report));
    }
}

/// Asks for products for one place on the page. With personalisation off, of nobody in particular.
pub fn recommend(store: Store, surface: Surface, limit: usize, then: impl Fn(Vec<Recommendation>) + 'static) {
    let personal = store.personalise.get_untracked();
    send(store, Request::Recommend { surface, personal, limit }, None, move |event| match event {
        Event::Recommended { items } => then(items),
        Event::Failed { error } => leptos::logging::warn!("no recommendations: {error}"),
        _ => {}
    });
}
