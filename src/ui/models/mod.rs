//! The models that a user keeps: added, watched while they come, opened and deleted. A part of "How this works", with
//! which it comes: as a file of its own it would share so much with the others that the list of files, which every
//! visitor fetches, grew past its budget.

mod pace;
mod shelf;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use self::shelf::{Adding, Shelf, files};
use crate::pack::format::ShopModel;
use crate::protocol::{KeptModel, Phase};
use crate::ui::element as html;
use crate::ui::state::{REPHRASE_KEY, Store};
use crate::ui::words::{Phrase, bytes, models as words};
use crate::ui::{browser, intl};

/// Digits of a hash that are shown before the whole is asked for.
const N_SHORT: usize = 12;

const URL_ID: &str = "model-url";
const NOTE_ID: &str = "model-url-note";
const FILE_ID: &str = "model-file";
const LIST_ID: &str = "own-models";
const DELETE_ID: &str = "model-delete";

pub fn models(store: Store) -> AnyView {
    let shelf = Shelf::of(store);
    shelf.show(true);
    on_cleanup(move || shelf.show(false));
    Effect::new(move |_| {
        if store.engine_open.get() {
            shelf.list();
        }
    });
    let problem = html::div()
        .class("model-problem")
        .attr("role", "alert")
        .attr("data-testid", "model-problem")
        .attr("data-why", move || shelf.problem.read().as_ref().map(shelf::Problem::code))
        .child(move || shelf.problem.read().as_ref().map(|problem| problem.say(store.language.get())));
    // By name, so that there is one kind of list; what the rows show they look up.
    let coming = html::each(
        move || shelf.adding.read().iter().map(|adding| adding.at.to_string()).collect(),
        String::clone,
        move |at| adding_row(store, shelf, at.parse().unwrap_or_default()),
    );
    // While this page adds one, its row is the one that tells.
    let kept = html::each(
        move || shelf.kept.read().iter().filter(|model| !shelf.is_adding(model)).map(key).collect(),
        String::clone,
        move |wanted| {
            shelf
                .kept
                .read_untracked()
                .iter()
                .find(|model| key(model) == wanted)
                .map(|model| kept_row(store, shelf, model.clone()))
        },
    );
    let is_empty = Memo::new(move |_| shelf.kept.read().is_empty() && shelf.adding.read().is_empty());
    let list = html::div()
        .id(LIST_ID)
        .class("models")
        .attr("tabindex", "-1")
        .attr("role", "group")
        .attr("aria-label", move || store.say(words::TITLE))
        .child((
            html::ul().class("model-list").attr("role", "list").attr("data-testid", "models-coming").child(coming),
            html::ul().class("model-list").attr("role", "list").attr("data-testid", "models-kept").child(kept),
            move || is_empty.get().then(|| html::p().class("fine-print").child(store.say(words::NONE_KEPT))),
        ));
    html::section()
        .class("topic")
        .child((
            html::h2().class("section-title").child(move || store.say(words::TITLE)),
            html::p().class("receipt-sentence").child(move || store.say(words::LEAD)),
            rephrasing(store),
            offered(store, shelf),
            ways(store, shelf),
            problem,
            list,
        ))
        .into_any()
}

/// Whether a model may put answers into other words. It is for the chat to look it up: nothing else follows it.
fn rephrasing(store: Store) -> AnyView {
    let chosen = |event| match event_target_checked(&event) {
        true => browser::store(REPHRASE_KEY, "on"),
        false => browser::unstore(REPHRASE_KEY),
    };
    let input = html::input()
        .attr("type", "checkbox")
        .attr("role", "switch")
        .attr("data-testid", "rephrase")
        .prop("checked", || browser::stored(REPHRASE_KEY).is_some())
        .on(leptos::ev::change, chosen);
    html::group((
        html::label().class("switch").child((
            input,
            html::span().class("switch-track").attr("aria-hidden", "true"),
            html::span().child(move || store.say(words::REPHRASE)),
        )),
        html::p().class("fine-print").child(move || store.say(words::REPHRASE_NOTE)),
    ))
}

/// What the shop itself has to offer.
fn offered(store: Store, shelf: Shelf) -> AnyView {
    html::live(move || {
        let models = store.open_shop().map(|shop| shop.models()).unwrap_or_default();
        (!models.is_empty()).then(|| {
            let rows: Vec<AnyView> = models.into_iter().map(|model| offered_row(store, shelf, model)).collect();
            html::group((
                html::h3().class("small-title").child(move || store.say(words::OFFERED)),
                html::ul().class("model-list").attr("role", "list").attr("data-testid", "models-offered").child(rows),
            ))
        })
    })
}

fn offered_row(store: Store, shelf: Shelf, model: ShopModel) -> AnyView {
    let name = model.url.rsplit('/').next().unwrap_or_default().to_owned();
    let (sha256, purpose) = (model.sha256.clone(), model.purpose);
    let is_kept = Memo::new(move |_| shelf.kept.read().iter().any(|kept| kept.sha256 == sha256));
    let (url, sha256, size_bytes) = (model.url, model.sha256, model.size_bytes);
    let label = name.clone();
    html::li()
        .class("model")
        .child((
            html::p().class("model-name").child(name),
            html::p().class("model-facts").child(move || format!("{} · {}", bytes(size_bytes), store.read(&purpose))),
            move || match is_kept.get() {
                true => html::p().class("fine-print").child(words::is_kept(store.language.get(), &label)).into_any(),
                false => {
                    let (url, sha256) = (url.clone(), sha256.clone());
                    button(store, words::ADD, &label, move || {
                        shelf.add_url(&url, Some(sha256.clone()), Some(size_bytes))
                    })
                }
            },
        ))
        .into_any()
}

/// The ways to add one: an address, a file.
fn ways(store: Store, shelf: Shelf) -> AnyView {
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(field) = input(URL_ID) else { return };
        let typed = field.value();
        if !typed.trim().is_empty() {
            field.set_value("");
            shelf.add_url(typed.trim(), None, None);
        }
    };
    let address = html::form().class("model-address").on(leptos::ev::submit, submit).child((
        html::label().attr("for", URL_ID).child(move || store.say(words::URL)),
        html::input()
            .id(URL_ID)
            .class("model-url")
            .attr("type", "text")
            .attr("inputmode", "url")
            .attr("autocomplete", "off")
            .attr("spellcheck", "false")
            .attr("placeholder", "models/name.gguf")
            .attr("aria-describedby", NOTE_ID),
        html::button().attr("type", "submit").class("small-button").child(move || store.say(words::ADD)),
        html::p().id(NOTE_ID).class("fine-print").child(move || store.say(words::URL_NOTE)),
    ));
    let chosen = move |_| {
        let Some(field) = input(FILE_ID) else { return };
        files(&field).into_iter().for_each(|file| shelf.add_file(file));
        // The same one may be chosen again.
        field.set_value("");
    };
    let file = html::div().class("model-drop").child((
        html::p().class("model-label").child(move || store.say(words::FILE)),
        html::label().class("small-button model-choose").child((
            html::input()
                .id(FILE_ID)
                .class("visually-hidden")
                .attr("type", "file")
                .attr("accept", ".gguf")
                .on(leptos::ev::change, chosen),
            html::span().child(move || store.say(words::CHOOSE_FILE)),
        )),
        html::span()
            .class("fine-print")
            .child(move || store.say(if shelf.is_dragged.get() { words::DROP_NOW } else { words::OR_DROP })),
    ));
    html::div()
        .class(move || if shelf.is_dragged.get() { "model-ways model-ways-open" } else { "model-ways" })
        .child((address, file))
        .into_any()
}

fn input(id: &str) -> Option<web_sys::HtmlInputElement> {
    browser::document().get_element_by_id(id)?.dyn_into().ok()
}

/// What tells one state of a kept model from another.
fn key(model: &KeptModel) -> String {
    let KeptModel { id, sha256, held_bytes, is_busy, .. } = model;
    format!("{id} {sha256} {held_bytes} {is_busy}")
}

/// One that is on its way.
fn adding_row(store: Store, shelf: Shelf, at: u32) -> AnyView {
    // What has gone has nothing to say for the moment until its row goes.
    let of = move |say: fn(Store, &Adding) -> Option<String>| {
        move || shelf.adding.read().iter().find(|adding| adding.at == at).and_then(|adding| say(store, adding))
    };
    let name = of(|_, adding| Some(adding.name.clone()))().unwrap_or_default();
    let bar = html::progress()
        .attr("aria-label", name.clone())
        .attr("max", of(|_, adding| Some(adding.total_bytes.max(1).to_string())))
        // Without a value it says that nobody knows.
        .attr("value", of(|_, adding| (adding.total_bytes > 0).then(|| adding.loaded_bytes.to_string())));
    html::li()
        .class("model")
        .attr("data-testid", "model-coming")
        .child((
            html::p().class("model-name").child(name.clone()),
            html::p().class("model-facts").child(of(|store, adding| Some(coming(store, adding)))),
            bar,
            html::div().class("topic-actions").child((
                button(store, words::PAUSE, &name, move || leave_to_list(|| shelf.stop(at, false))),
                button(store, words::CANCEL, &name, move || leave_to_list(|| shelf.stop(at, true))),
            )),
        ))
        .into_any()
}

/// How far it has come, how fast, and how long it will take.
fn coming(store: Store, adding: &Adding) -> String {
    let Adding { phase, loaded_bytes, total_bytes, pace, .. } = adding;
    let language = store.language.get();
    match phase {
        _ if *loaded_bytes == 0 => words::LOOKING.get(language).to_owned(),
        Phase::Reading => words::rereading(language, *loaded_bytes),
        _ => {
            let came = words::came(language, *loaded_bytes, *total_bytes);
            let speed = pace.bytes_per_sec().map(|speed| words::per_second(language, speed));
            let left = pace.secs_left(*total_bytes).map(|secs| words::remaining(language, secs));
            [Some(came), speed, left].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
    }
}

/// One that is here, whole or in part.
fn kept_row(store: Store, shelf: Shelf, model: KeptModel) -> AnyView {
    let is_whole = !model.sha256.is_empty();
    let facts = {
        let model = model.clone();
        move || facts(store, &model)
    };
    let about = |label: Phrase, text: &str, none: Phrase| {
        let text = text.to_owned();
        html::p().class("model-about").child((
            html::span().class("model-label").child(move || format!("{} ", store.say(label))),
            move || {
                if text.is_empty() { store.say(none).to_owned() } else { text.clone() }
            },
        ))
    };
    let said = is_whole.then(|| {
        let origin = [model.origin.as_str(), model.url.as_str()];
        let origin = origin.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
        let none = if model.url.is_empty() { words::YOUR_FILE } else { words::NO_ORIGIN };
        html::group((
            about(words::LICENSE, &model.license, words::NO_LICENSE),
            about(words::ORIGIN, &origin, none),
            hash(store, &model.sha256),
        ))
    });
    html::li()
        .class("model")
        .attr("data-testid", "model-kept")
        .attr("data-state", if is_whole { "whole" } else { "part" })
        .child((
            html::p().class("model-name").child(model.name.clone()),
            html::p().class("model-facts").child(facts),
            said,
            actions(store, shelf, model),
        ))
        .into_any()
}

fn facts(store: Store, model: &KeptModel) -> String {
    let language = store.language.get();
    if model.sha256.is_empty() {
        return words::stopped_at(language, model.held_bytes, model.size_bytes);
    }
    let parts = [
        bytes(model.size_bytes),
        model.architecture.clone(),
        words::n_parameters(language, model.n_parameters),
        model.quantization.clone(),
        intl::date_time(language, model.added_ms),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Its beginning; the whole for who wants to compare.
fn hash(store: Store, sha256: &str) -> AnyView {
    let (short, whole) = (sha256.chars().take(N_SHORT).collect::<String>(), sha256.to_owned());
    html::details()
        .class("model-hash")
        .child((
            html::summary().child((
                html::span().child(move || format!("{} ", store.say(words::VERIFIED))),
                html::code().child(format!("{short}…")),
            )),
            html::code().class("model-hash-whole").attr("data-testid", "model-sha256").child(whole),
        ))
        .into_any()
}

fn actions(store: Store, shelf: Shelf, model: KeptModel) -> AnyView {
    let id = model.id.clone();
    let is_doubted = Memo::new(move |_| shelf.doubted.read().as_ref() == Some(&id));
    let id = model.id.clone();
    let is_opening = Memo::new(move |_| shelf.opening.read().as_ref() == Some(&id));
    let id = model.id.clone();
    let is_open = Memo::new(move |_| shelf.opened.read().as_ref() == Some(&id));
    let name = model.name.clone();
    html::div()
        .class("topic-actions")
        .child((
            move || {
                if is_doubted.get() {
                    return doubt(store, shelf, &model);
                }
                if model.is_busy {
                    return html::p().class("fine-print").child(store.say(words::ELSEWHERE)).into_any();
                }
                let (first, second) = (model.clone(), model.clone());
                let id = model.id.clone();
                let go_on = match (model.sha256.is_empty(), model.url.is_empty()) {
                    (true, true) => html::span().class("fine-print").child(store.say(words::CHOOSE_AGAIN)).into_any(),
                    (true, false) => button(store, words::RESUME, &model.name, move || {
                        leave_to_list(|| shelf.add_url(&first.url, None, None));
                    }),
                    (false, _) if is_opening.get() => html::span().child(store.say(words::OPENING)).into_any(),
                    (false, _) => button(store, words::OPEN, &model.name, move || shelf.open(&second)),
                };
                let delete = button(store, words::DELETE, &model.name, move || {
                    shelf.doubted.set(Some(id.clone()));
                    browser::on_next_frame(|| browser::focus(DELETE_ID));
                });
                html::group((go_on, delete))
            },
            move || {
                is_open.get().then(|| {
                    let text = words::is_open(store.language.get(), &name);
                    html::span().class("fine-print").attr("data-testid", "model-open").child(text)
                })
            },
        ))
        .into_any()
}

/// Before it is deleted.
fn doubt(store: Store, shelf: Shelf, model: &KeptModel) -> AnyView {
    let question = words::delete_question(store.language.get(), &model.name);
    let model = model.clone();
    html::group((
        html::span().class("model-doubt").child(question),
        html::button()
            .id(DELETE_ID)
            .attr("type", "button")
            .class("small-button model-delete")
            .on(leptos::ev::click, move |_| leave_to_list(|| shelf.delete(&model)))
            .child(store.say(words::DELETE)),
        html::button()
            .attr("type", "button")
            .class("small-button")
            .on(leptos::ev::click, move |_| leave_to_list(|| shelf.doubted.set(None)))
            .child(store.say(words::KEEP)),
    ))
}

/// Acts on a row that goes with it: who used the keyboard goes on from the list.
fn leave_to_list(act: impl FnOnce()) {
    browser::focus(LIST_ID);
    act();
}

/// A button of a row, which says of which to those who do not see it.
fn button(store: Store, label: Phrase, name: &str, mut on_click: impl FnMut() + 'static) -> AnyView {
    let name = name.to_owned();
    html::button()
        .attr("type", "button")
        .class("small-button")
        .attr("aria-label", move || words::of_model(store.say(label), &name))
        .on(leptos::ev::click, move |_| on_click())
        .child(move || store.say(label))
        .into_any()
}
