//! The device, the model and its storage.

use leptos::prelude::*;

use super::{button, topic};
use crate::protocol::{DeviceKind, DeviceReason};
use crate::ui::client::Health;
use crate::ui::element as html;
use crate::ui::link::{self, MODEL_BYTES};
use crate::ui::state::{ModelState, Store};
use crate::ui::words;

pub fn engine(store: Store) -> AnyView {
    html::div()
        .class("topics")
        .child((
            topic(store, words::DEVICE, device(store)),
            topic(store, words::MODEL, model(store)),
            topic(store, words::STORAGE, storage(store)),
        ))
        .into_any()
}

fn device(store: Store) -> AnyView {
    html::live(move || {
        let language = store.language.get();
        match store.device.get() {
            None => html::p()
                .attr("data-testid", "device-badge")
                .child(match store.health.get() {
                    Health::Lost => store.say(words::ENGINE_LOST),
                    _ => store.say(words::DEVICE_UNKNOWN),
                })
                .into_any(),
            Some(report) => html::group((
                html::p()
                    .class("fact")
                    .attr("data-testid", "device-badge")
                    .attr("data-device", kind_code(report.kind))
                    .attr("data-reason", reason_code(&report.reason))
                    .child((
                        words::device_kind(language, report.kind),
                        html::span().class("fact-name").child(report.name.clone()),
                    )),
                html::p().child(words::device_reason(language, &report)),
            )),
        }
    })
}

fn kind_code(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::Gpu => "gpu",
    }
}

fn reason_code(reason: &DeviceReason) -> &'static str {
    match reason {
        DeviceReason::Preferred => "preferred",
        DeviceReason::Measured { .. } => "measured",
        DeviceReason::NoAdapter => "no_adapter",
        DeviceReason::Refused { .. } => "refused",
        DeviceReason::Lost => "lost",
    }
}

fn model(store: Store) -> AnyView {
    let state = move || {
        let language = store.language.get();
        match store.model.get() {
            ModelState::Absent if is_stored(store) => store.say(words::MODEL_STORED).to_owned(),
            ModelState::Absent => store.say(words::MODEL_ABSENT).to_owned(),
            ModelState::Offered => store.say(words::MODEL_SAVER).to_owned(),
            ModelState::Loading { phase, loaded_bytes, total_bytes, .. } => {
                words::progress(language, phase, loaded_bytes, total_bytes)
            }
            ModelState::Cancelled => store.say(words::MODEL_DECLINED).to_owned(),
            ModelState::Ready { name, size_bytes, source } => words::model_ready(language, &name, size_bytes, source),
            ModelState::Failed(error) => words::error(error.code).get(language).to_owned(),
        }
    };
    let bar = move || match store.model.get() {
        ModelState::Loading { loaded_bytes, total_bytes, .. } => Some(
            html::progress()
                .attr("max", total_bytes.max(1).to_string())
                .attr("value", loaded_bytes.to_string())
                .attr("aria-label", store.say(words::MODEL)),
        ),
        _ => None,
    };
    // Which button there is changes seldom, the progress often: the button must keep its focus.
    let loading = Memo::new(move |_| matches!(*store.model.read(), ModelState::Loading { .. }));
    let ready = Memo::new(move |_| matches!(*store.model.read(), ModelState::Ready { .. }));
    let actions = move || match (loading.get(), ready.get()) {
        (true, _) => Some(button(store, words::CANCEL, move |_| link::cancel_model(store))),
        (_, true) => None,
        _ => Some(button(store, words::LOAD_MODEL, move |_| link::load_model(store))),
    };
    html::group((
        html::p()
            .attr("data-testid", "model-state")
            .attr("data-state", move || store.model.read().code())
            .attr("data-source", move || store.model.read().source_code())
            .child(state),
        bar,
        html::div().class("topic-actions").child((actions, move || {
            let text = words::download_of(store.language.get(), MODEL_BYTES);
            (!ready.get() && !loading.get() && !is_stored(store)).then(|| html::span().class("fine-print").child(text))
        })),
        html::p().class("fine-print").child(move || store.say(words::MODEL_OFFER)),
    ))
}

/// Whether loading it would take nothing from the network.
fn is_stored(store: Store) -> bool {
    store.storage.read().as_ref().is_some_and(|report| report.weights_bytes > 0)
}

fn storage(store: Store) -> AnyView {
    html::live(move || {
        let language = store.language.get();
        let Some(report) = store.storage.get() else {
            return html::p().child(store.say(words::STORAGE_UNKNOWN)).into_any();
        };
        if !report.available {
            return html::p().child(store.say(words::STORAGE_REFUSED)).into_any();
        }
        let kept = if report.persisted { words::STORAGE_PERSISTED } else { words::STORAGE_BEST_EFFORT };
        html::group((
            html::p().child(words::storage_use(language, report.weights_bytes, report.usage_bytes, report.quota_bytes)),
            html::p().child(store.say(kept)),
            (report.weights_bytes > 0).then(|| {
                html::div()
                    .class("topic-actions")
                    .child(button(store, words::DELETE_MODEL, move |_| link::clear_storage(store)))
            }),
        ))
    })
}
