//! What the page knows of the models that a user keeps, and what it asks of the worker for them. It outlives the
//! view: a download goes on while the shopper looks at something else.

use std::cell::{Cell, OnceCell};

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::File;

use super::pace::Pace;
use crate::protocol::{Event, KeptModel, ModelAct, Phase, Refused, Request, RequestId};
use crate::ui::client::ask_to_persist;
use crate::ui::state::Store;
use crate::ui::words::models as words;
use crate::ui::{browser, link, words as said};

/// How often to ask how far another tab has come.
const FOLLOW_MS: i32 = 1_000;

/// A model that this page is adding.
#[derive(Clone, Debug)]
pub struct Adding {
    /// Counts additions.
    pub at: u32,
    pub name: String,
    /// As the worker resolves it; empty for a file.
    pub url: String,
    pub phase: Phase,
    pub loaded_bytes: u64,
    pub total_bytes: u64,
    pub pace: Pace,
    request: Option<RequestId>,
    /// What has come is not to be kept.
    is_unwanted: bool,
}

/// A sentence that says what went wrong, to be made in the language of the moment.
#[derive(Clone, Debug)]
pub enum Problem {
    Starting,
    Refused { name: String, refused: Refused },
    Failed { name: String, code: crate::protocol::ErrorCode },
}

#[derive(Clone, Copy)]
pub struct Shelf {
    store: Store,
    pub kept: RwSignal<Vec<KeptModel>>,
    pub adding: RwSignal<Vec<Adding>>,
    pub problem: RwSignal<Option<Problem>>,
    /// The model that the shopper is asked about whether to delete it.
    pub doubted: RwSignal<Option<String>>,
    /// The model that is being opened, and the one that is open.
    pub opening: RwSignal<Option<String>>,
    pub opened: RwSignal<Option<String>>,
    /// A file hangs over the page.
    pub is_dragged: RwSignal<bool>,
}

thread_local! {
    static SHELF: OnceCell<Shelf> = const { OnceCell::new() };
    static N_ADDED: Cell<u32> = const { Cell::new(0) };
    /// Whether the view is there, to take what is dropped.
    static IS_SHOWN: Cell<bool> = const { Cell::new(false) };
}

impl Shelf {
    /// The one shelf of the page.
    pub fn of(store: Store) -> Shelf {
        SHELF.with(|shelf| *shelf.get_or_init(|| Shelf::new(store)))
    }

    fn new(store: Store) -> Shelf {
        let make = || Shelf {
            store,
            kept: RwSignal::new(Vec::new()),
            adding: RwSignal::new(Vec::new()),
            problem: RwSignal::new(None),
            doubted: RwSignal::new(None),
            opening: RwSignal::new(None),
            opened: RwSignal::new(None),
            is_dragged: RwSignal::new(false),
        };
        // The page's, not the view's, with which they would go.
        let mut owner = Owner::current();
        while let Some(parent) = owner.as_ref().and_then(Owner::parent) {
            owner = Some(parent);
        }
        let shelf = owner.map_or_else(make, |owner| owner.with(make));
        shelf.listen();
        shelf
    }

    /// The view has come, or gone.
    pub fn show(self, is_shown: bool) {
        IS_SHOWN.set(is_shown);
    }

    fn listen(self) {
        let window = browser::window();
        for (event, is_over) in [("dragover", true), ("dragleave", false)] {
            browser::listen(&window, event, move |event| {
                if IS_SHOWN.get() && holds_files(&event) {
                    event.prevent_default();
                    if self.is_dragged.get_untracked() != is_over {
                        self.is_dragged.set(is_over);
                    }
                }
            });
        }
        browser::listen(&window, "drop", move |event| {
            if IS_SHOWN.get() && holds_files(&event) {
                event.prevent_default();
                self.is_dragged.set(false);
                files(&property(&event, "dataTransfer")).into_iter().for_each(|file| self.add_file(file));
            }
        });
        // Other tabs add and delete as well.
        browser::listen(&window, "focus", move |_| {
            if IS_SHOWN.get() {
                self.list();
            }
        });
    }

    pub fn list(self) {
        self.send(ModelAct::List);
    }

    pub fn delete(self, model: &KeptModel) {
        self.doubted.set(None);
        if self.opened.get_untracked().as_ref() == Some(&model.id) {
            self.opened.set(None);
        }
        let name = model.name.clone();
        link::send(self.store, request(ModelAct::Delete { id: model.id.clone() }), None, move |event| {
            self.hear_list(event);
            self.announce(|language| words::is_deleted(language, &name));
            link::inspect_storage(self.store);
        });
    }

    fn send(self, act: ModelAct) {
        link::send(self.store, request(act), None, move |event| self.hear_list(event));
    }

    fn hear_list(self, event: Event) {
        let Event::Models { kept } = event else { return };
        let follows = kept.iter().any(|model| model.is_busy && !self.is_adding(model));
        self.kept.set(kept);
        if follows {
            browser::after_ms(FOLLOW_MS, move || {
                if IS_SHOWN.get() {
                    self.list();
                }
            });
        }
    }

    /// Whether it is this page that is adding it.
    pub fn is_adding(self, model: &KeptModel) -> bool {
        let is_it = |adding: &Adding| match adding.url.as_str() {
            "" => model.url.is_empty() && model.is_busy,
            url => url == model.url,
        };
        self.adding.read().iter().any(is_it)
    }

    pub fn add_url(self, url: &str, sha256: Option<String>, size_bytes: Option<u64>) {
        let here = browser::window().location().href().unwrap_or_default();
        let absolute = web_sys::Url::new_with_base(url, &here).map(|url| url.href()).unwrap_or_default();
        let absolute = absolute.split('#').next().unwrap_or_default().to_owned();
        if self.adding.read_untracked().iter().any(|adding| adding.url == absolute) {
            return;
        }
        let path = absolute.split('?').next().unwrap_or_default();
        let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(url).to_owned();
        let act = ModelAct::Add { url: Some(url.to_owned()), sha256, size_bytes };
        self.add(name, absolute, |hear| link::send(self.store, request(act), None, hear));
    }

    pub fn add_file(self, file: File) {
        let act = ModelAct::Add { url: None, sha256: None, size_bytes: None };
        let name = file.name();
        self.add(name, String::new(), |hear| {
            let client = self.store.client.get_value()?;
            Some(client.send_file(request(act), file, hear))
        });
    }

    fn add(self, name: String, url: String, send: impl FnOnce(Box<dyn FnMut(Event)>) -> Option<RequestId>) {
        self.problem.set(None);
        ask_to_persist();
        let at = N_ADDED.get() + 1;
        N_ADDED.set(at);
        let adding = Adding {
            at,
            name,
            url,
            phase: Phase::Reading,
            loaded_bytes: 0,
            total_bytes: 0,
            pace: Pace::default(),
            request: None,
            is_unwanted: false,
        };
        self.adding.update(|all| all.push(adding));
        let sent = send(Box::new(move |event| self.hear_adding(at, event)));
        match sent {
            Some(_) => self.with(at, |adding| adding.request = sent),
            None => {
                self.take(at);
                self.problem.set(Some(Problem::Starting));
            }
        }
    }

    fn with(self, at: u32, change: impl FnOnce(&mut Adding)) {
        self.adding.update(|all| {
            if let Some(adding) = all.iter_mut().find(|adding| adding.at == at) {
                change(adding);
            }
        });
    }

    fn take(self, at: u32) -> Option<Adding> {
        let taken = self.adding.read_untracked().iter().find(|adding| adding.at == at).cloned();
        self.adding.update(|all| all.retain(|adding| adding.at != at));
        taken
    }

    fn hear_adding(self, at: u32, event: Event) {
        if let Event::Progress { phase, loaded_bytes, total_bytes } = event {
            let mut come = None;
            self.with(at, |adding| {
                let quarter = |bytes: u64| (4 * bytes).checked_div(total_bytes).unwrap_or(0);
                if phase == Phase::Downloading && (1..4).contains(&quarter(loaded_bytes)) {
                    let is_news = quarter(loaded_bytes) > quarter(adding.loaded_bytes) && adding.phase == phase;
                    come = is_news.then(|| (adding.name.clone(), 25 * quarter(loaded_bytes)));
                }
                if adding.phase != phase {
                    adding.pace = Pace::default();
                }
                adding.pace.note(browser::now_ms(), loaded_bytes);
                (adding.phase, adding.loaded_bytes, adding.total_bytes) = (phase, loaded_bytes, total_bytes);
            });
            if let Some((name, percent)) = come {
                self.announce(|language| words::percent_come(language, &name, percent));
            }
            return;
        }
        let Some(Adding { name, url, is_unwanted, .. }) = self.take(at) else { return };
        match event {
            Event::Models { .. } => {
                self.hear_list(event);
                self.announce(|language| words::is_kept(language, &name));
                link::inspect_storage(self.store);
            }
            Event::Cancelled if is_unwanted => self.forget_beginning(url),
            Event::Cancelled => {
                self.announce(|language| words::is_paused(language, &name));
                self.list();
            }
            Event::Refused { refused } => {
                self.problem.set(Some(Problem::Refused { name, refused }));
                self.list();
            }
            Event::Failed { error } => {
                leptos::logging::warn!("{name} was not added: {error}");
                self.problem.set(Some(Problem::Failed { name, code: error.code }));
                self.list();
            }
            _ => {}
        }
    }

    /// Deletes what has come of an addition that was given up.
    fn forget_beginning(self, url: String) {
        link::send(self.store, request(ModelAct::List), None, move |event| {
            if let Event::Models { kept } = event {
                // Of files the last: they have no address, and the name is by now what the file says.
                let is_it = |model: &&KeptModel| model.sha256.is_empty() && model.url == url;
                match kept.iter().rev().find(is_it) {
                    Some(model) => self.delete(model),
                    None => self.kept.set(kept),
                }
            }
        });
    }

    /// Ends an addition; what has come of it is kept, unless it is `unwanted`.
    pub fn stop(self, at: u32, unwanted: bool) {
        self.with(at, |adding| adding.is_unwanted = unwanted);
        let request = self.adding.read_untracked().iter().find(|adding| adding.at == at).and_then(|one| one.request);
        if let Some(request) = request {
            link::cancel(self.store, request);
        }
    }

    pub fn open(self, model: &KeptModel) {
        let KeptModel { id, name, .. } = model.clone();
        self.problem.set(None);
        self.opening.set(Some(id.clone()));
        let act = ModelAct::Open { id: id.clone(), device: self.store.wanted_device };
        let sent = link::send(self.store, request(act), None, move |event| {
            if !event.is_final() {
                return;
            }
            self.opening.set(None);
            match event {
                Event::ModelLoaded { device, .. } => {
                    self.store.device.set(Some(device));
                    self.opened.set(Some(id.clone()));
                    self.announce(|language| words::is_open(language, &name));
                }
                Event::Failed { error } => {
                    leptos::logging::warn!("{name} was not opened: {error}");
                    self.problem.set(Some(Problem::Failed { name: name.clone(), code: error.code }));
                }
                _ => {}
            }
        });
        if sent.is_none() {
            self.opening.set(None);
            self.problem.set(Some(Problem::Starting));
        }
    }

    fn announce(self, sentence: impl FnOnce(crate::protocol::Language) -> String) {
        self.store.announce(&sentence(self.store.language.get_untracked()));
    }
}

impl Problem {
    pub fn say(&self, language: crate::protocol::Language) -> String {
        match self {
            Problem::Starting => words::STARTING.get(language).to_owned(),
            Problem::Refused { name, refused } => words::about(language, name, &words::refusal(language, refused)),
            Problem::Failed { name, code } => words::about(language, name, said::error(*code).get(language)),
        }
    }

    /// For styles and tests.
    pub fn code(&self) -> String {
        match self {
            Problem::Starting => "starting".into(),
            Problem::Refused { refused, .. } => format!("{:?}", refused.why).to_lowercase(),
            Problem::Failed { code, .. } => format!("{code:?}").to_lowercase(),
        }
    }
}

fn request(act: ModelAct) -> Request {
    Request::Models { act }
}

fn property(of: &wasm_bindgen::JsValue, name: &str) -> wasm_bindgen::JsValue {
    js_sys::Reflect::get(of, &name.into()).unwrap_or(wasm_bindgen::JsValue::UNDEFINED)
}

fn holds_files(event: &web_sys::Event) -> bool {
    let types = js_sys::Array::from(&property(&property(event, "dataTransfer"), "types"));
    types.iter().any(|kind| kind == "Files")
}

/// The files of an input or of what is dropped.
pub fn files(of: &wasm_bindgen::JsValue) -> Vec<File> {
    let files = property(of, "files");
    if !files.is_object() {
        return Vec::new();
    }
    js_sys::Array::from(&files).iter().filter_map(|file| file.dyn_into().ok()).collect()
}
