//! The page's handle to the worker: sends requests, routes events, and brings a dead worker back.
//!
//! ```text
//! send ──▶ ledger (queue) ──Ready──▶ worker ──▶ hear ──▶ the caller's closure
//!                ▲                      │
//!                └── bury ◀── died: error, panic, or silence to a Ping (watchdog)
//! ```
//!
//! What a caller may rely on:
//! - Its closure is never called before [`Client::send`] returns, and last with a final event
//!   ([`Event::is_final`]), whatever becomes of the worker.
//! - After a restart the new worker is given the pack, the model and every unanswered request, under its
//!   old id. A question carries the state of its conversation, so a conversation goes on.
//! - [`Event::ReplyDelta`]s are a preview. Of a question that is asked again, deltas come no more once
//!   some have been delivered; [`Event::ReplyDone`] holds the whole text and replaces them.
//! - What nobody asked for, also the model that a new worker has loaded anew, goes to the closure given
//!   to [`Client::start`].

mod ledger;
mod watchdog;
mod worker;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use js_sys::{Array, ArrayBuffer};
use leptos::prelude::{GetUntracked, ReadSignal, Set, WriteSignal, signal};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use self::ledger::{Cancelling, Ledger, Outgoing, Route};
use self::watchdog::{Patience, Restarts, TICK_MS, Verdict, Watchdog};
use self::worker::Running;
use crate::platform::{clock, sleep_ms, spawn_local, wire};
use crate::protocol::{
    EngineError, ErrorCode, Event, FromWorker, PROTOCOL_VERSION, Request, RequestId, ToWorker, WeightSource,
};

/// Starts the binary `worker` or `worker_gpu`, relative to the page.
pub const WORKER_URL: &str = "worker_loader.js";

/// For the client's own messages, which no caller waits for.
const OWN_ID: RequestId = RequestId::MAX;

/// How the worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The first worker is on its way. Requests wait for it.
    Starting,
    Ready,
    /// A worker died; its successor is on its way. Requests wait for it.
    Restarting {
        attempt: u32,
    },
    /// There will be none unless [`Client::restart`] is called; see [`Client::loss`] for why.
    Lost,
}

/// Why there is no worker any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Page and worker are of different builds; a reload brings both up to date.
    StaleBuild { worker_build: String },
    /// It died too often. The reason is the last one, for a developer.
    Died { reason: String },
}

type OnEvent = Box<dyn FnMut(Event)>;

/// A handle to the one worker; clones share it. The worker ends with the last of them.
#[derive(Clone)]
pub struct Client {
    inner: SendWrapper<Rc<Inner>>,
}

struct Inner {
    /// Relative to the document.
    worker_url: String,
    worker: RefCell<Option<Running>>,
    is_listening: Cell<bool>,
    is_posting: Cell<bool>,
    /// Counts workers, so that what was meant for one does not reach the next.
    generation: Cell<u32>,
    ledger: RefCell<Ledger<Bytes>>,
    callers: RefCell<HashMap<RequestId, OnEvent>>,
    on_unsolicited: Box<dyn Fn(Event)>,
    watchdog: RefCell<Watchdog>,
    restarts: RefCell<Restarts>,
    loss: RefCell<Option<Loss>>,
    health: ReadSignal<Health>,
    set_health: WriteSignal<Health>,
    clockwork: RefCell<Option<Clockwork>>,
}

/// Bytes to go beside a message, as often as a worker needs them. A transferred buffer is gone from the
/// page; a blob lies wherever the browser keeps such things, mostly not in this page's memory.
#[derive(Clone, Debug)]
struct Bytes {
    buffer: Rc<RefCell<Option<ArrayBuffer>>>,
    blob: Option<Blob>,
}

impl Bytes {
    fn of_file(file: File) -> Bytes {
        Bytes { buffer: Rc::default(), blob: Some(file.into()) }
    }

    fn new(buffer: ArrayBuffer) -> Bytes {
        let blob = Blob::new_with_buffer_source_sequence(&Array::of1(&buffer)).ok();
        Bytes { buffer: Rc::new(RefCell::new(Some(buffer))), blob }
    }

    /// A buffer to hand over, or the file itself.
    async fn take(&self) -> Option<JsValue> {
        match (self.buffer.take(), &self.blob) {
            (Some(buffer), _) => Some(buffer.into()),
            (None, Some(blob)) if blob.has_type::<File>() => Some(blob.into()),
            (None, Some(blob)) => JsFuture::from(blob.array_buffer()).await.ok(),
            (None, None) => None,
        }
    }
}

impl Client {
    /// Starts the worker at `worker_url` ([`WORKER_URL`]), relative to the document's base.
    ///
    /// Call it under a Leptos owner that lives as long as the client: [`Client::health`] belongs to it.
    pub fn start(worker_url: &str, on_unsolicited: impl Fn(Event) + 'static) -> Client {
        let (health, set_health) = signal(Health::Starting);
        let inner = Rc::new(Inner {
            worker_url: worker_url.into(),
            worker: RefCell::new(None),
            is_listening: Cell::new(false),
            is_posting: Cell::new(false),
            generation: Cell::new(0),
            ledger: RefCell::new(Ledger::new()),
            callers: RefCell::new(HashMap::new()),
            on_unsolicited: Box::new(on_unsolicited),
            watchdog: RefCell::new(Watchdog::of_new_worker(clock::unix_ms())),
            restarts: RefCell::new(Restarts::default()),
            loss: RefCell::new(None),
            health,
            set_health,
            clockwork: RefCell::new(None),
        });
        inner.clockwork.replace(Clockwork::start(&inner));
        inner.start_worker();
        Client { inner: SendWrapper::new(inner) }
    }

    /// Sends a request; `on_event` hears every event that answers it. `transfer` are the bytes that go
    /// beside [`Request::OpenPack`]; the page's own buffer is empty afterwards.
    pub fn send(
        &self,
        request: Request,
        transfer: Option<ArrayBuffer>,
        on_event: impl FnMut(Event) + 'static,
    ) -> RequestId {
        self.enter(request, transfer.map(Bytes::new), Box::new(on_event))
    }

    /// Sends a request and a file beside it, of which the worker reads what it needs.
    pub fn send_file(&self, request: Request, file: File, on_event: impl FnMut(Event) + 'static) -> RequestId {
        self.enter(request, Some(Bytes::of_file(file)), Box::new(on_event))
    }

    fn enter(&self, request: Request, bytes: Option<Bytes>, on_event: OnEvent) -> RequestId {
        let id = self.inner.ledger.borrow_mut().add(request, bytes);
        self.inner.callers.borrow_mut().insert(id, on_event);
        if self.inner.loss.borrow().is_some() {
            let ended = self.inner.ledger.borrow_mut().lose();
            self.inner.end_soon(ended);
        } else {
            self.inner.post_queued();
        }
        id
    }

    /// Ends a request as soon as it can end: its caller hears [`Event::Cancelled`], or the answer that was
    /// already on its way.
    pub fn cancel(&self, id: RequestId) {
        let cancelling = self.inner.ledger.borrow_mut().cancel(id);
        match cancelling {
            Cancelling::Post => self.inner.post_own(Request::Cancel { request: id }),
            Cancelling::Answer => self.inner.end_soon(vec![(id, Event::Cancelled)]),
            Cancelling::Nothing => {}
        }
    }

    pub fn health(&self) -> ReadSignal<Health> {
        self.inner.health
    }

    /// Why [`Client::health`] is [`Health::Lost`].
    pub fn loss(&self) -> Option<Loss> {
        self.inner.loss.borrow().clone()
    }

    /// Starts over after [`Health::Lost`], because the shopper asks for it.
    pub fn restart(&self) {
        if self.inner.loss.take().is_some() {
            self.inner.restarts.take();
            self.inner.show(Health::Restarting { attempt: 1 });
            self.inner.start_worker();
        }
    }
}

impl Inner {
    fn start_worker(self: &Rc<Self>) {
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        self.watchdog.replace(Watchdog::of_new_worker(clock::unix_ms()));
        let on_message = {
            let inner = Rc::downgrade(self);
            move |message| with_current(&inner, generation, |inner| inner.receive(message))
        };
        let on_failure = {
            let inner = Rc::downgrade(self);
            move |reason: String| with_current(&inner, generation, |inner| inner.die(reason))
        };
        let started = worker::address(&self.worker_url).and_then(|url| Running::start(&url, on_message, on_failure));
        match started {
            Ok(running) => drop(self.worker.replace(Some(running))),
            Err(error) => {
                let inner = Rc::downgrade(self);
                spawn_local(async move {
                    with_current(&inner, generation, |inner| inner.die(error.to_string()));
                });
            }
        }
    }

    fn receive(self: &Rc<Self>, message: JsValue) {
        self.watchdog.borrow_mut().hear(clock::unix_ms());
        if let Some(reason) = wire::fatal_reason(&message) {
            return self.die(reason);
        }
        let FromWorker { id, event } = match wire::decode(message) {
            Ok(message) => message,
            Err(error) => return self.die(format!("a message that is none: {error}")),
        };
        if let Event::Ready { protocol, build } = &event {
            if *protocol != PROTOCOL_VERSION {
                return self.lose(Loss::StaleBuild { worker_build: build.clone() });
            }
            self.is_listening.set(true);
            self.show(Health::Ready);
            self.post_queued();
        }
        if let Event::ModelLoaded { source: WeightSource::Network, .. } = &event {
            ask_to_persist();
        }
        let route = self.ledger.borrow_mut().hear(id, &event);
        match route {
            Route::Caller => self.deliver(id, event),
            Route::Unsolicited => (self.on_unsolicited)(event),
            Route::Nobody => {}
        }
    }

    /// The closure is out of the map while it runs, so it may send and cancel.
    fn deliver(&self, id: RequestId, event: Event) {
        let Some(mut on_event) = self.callers.borrow_mut().remove(&id) else { return };
        let is_final = event.is_final();
        on_event(event);
        if !is_final {
            self.callers.borrow_mut().insert(id, on_event);
        }
    }

    fn end_soon(self: &Rc<Self>, ended: Vec<(RequestId, Event)>) {
        if ended.is_empty() {
            return;
        }
        let inner = self.clone();
        spawn_local(async move {
            ended.into_iter().for_each(|(id, event)| inner.deliver(id, event));
        });
    }

    /// Posts what is queued, one after the other: bytes may have to be read first.
    fn post_queued(self: &Rc<Self>) {
        if !self.is_listening.get() || self.is_posting.replace(true) {
            return;
        }
        let inner = self.clone();
        spawn_local(async move {
            while inner.is_listening.get() {
                let next = inner.ledger.borrow_mut().next_outgoing();
                let Some(outgoing) = next else { break };
                inner.post(outgoing).await;
            }
            inner.is_posting.set(false);
        });
    }

    async fn post(self: &Rc<Self>, outgoing: Outgoing<Bytes>) {
        let generation = self.generation.get();
        let Outgoing { id, request, bytes } = outgoing;
        let is_answered = !matches!(request, Request::Cancel { .. });
        let bytes = match bytes {
            Some(bytes) => match bytes.take().await {
                Some(buffer) => Some(buffer),
                None => return self.answer_for_worker(id, "the browser has lost the bytes"),
            },
            None => None,
        };
        // While the bytes were read the worker may have died; then the request is queued again.
        if generation != self.generation.get() {
            return;
        }
        let Some(worker) = self.worker.borrow().as_ref().map(Running::handle) else { return };
        let posted = match wire::encode(&ToWorker { id, request }) {
            Ok(message) => worker::post(&worker, &message, bytes.as_ref()).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match posted {
            Err(error) => self.answer_for_worker(id, &error),
            Ok(()) if !is_answered => drop(self.callers.borrow_mut().remove(&id)),
            Ok(()) => {}
        }
    }

    /// A message that never reached the worker still has a final event.
    fn answer_for_worker(self: &Rc<Self>, id: RequestId, detail: &str) {
        let event = Event::Failed { error: EngineError { code: ErrorCode::Internal, detail: detail.into() } };
        let route = self.ledger.borrow_mut().hear(id, &event);
        if route == Route::Caller {
            self.deliver(id, event);
        }
    }

    fn post_own(&self, request: Request) {
        let Some(worker) = self.worker.borrow().as_ref().map(Running::handle) else { return };
        if let Ok(message) = wire::encode(&ToWorker { id: OWN_ID, request }) {
            // A worker that cannot be posted to does not answer either, which the watchdog notices.
            let _ = worker::post(&worker, &message, None);
        }
    }

    fn tick(self: &Rc<Self>) {
        if self.worker.borrow().is_none() {
            return;
        }
        let patience = {
            let ledger = self.ledger.borrow();
            if !self.is_listening.get() {
                Patience::Starting
            } else if ledger.is_preparing() {
                Patience::Preparing
            } else if ledger.is_on_gpu() {
                Patience::OnGpu
            } else {
                Patience::Usual
            }
        };
        let verdict = self.watchdog.borrow_mut().tick(clock::unix_ms(), patience);
        match verdict {
            Verdict::Wait => {}
            Verdict::Ping => self.post_own(Request::Ping),
            Verdict::Dead => self.die(format!("no answer within the patience for {patience:?}")),
        }
    }

    fn die(self: &Rc<Self>, reason: String) {
        leptos::logging::warn!("the worker died: {reason}");
        self.stop_worker();
        let ended = self.ledger.borrow_mut().bury();
        let restart = self.restarts.borrow_mut().next(clock::unix_ms());
        match restart {
            Some(restart) => {
                self.show(Health::Restarting { attempt: restart.attempt });
                let (inner, generation) = (Rc::downgrade(self), self.generation.get());
                spawn_local(async move {
                    sleep_ms(restart.wait_ms).await;
                    with_current(&inner, generation, Inner::start_worker);
                });
            }
            None => self.lose(Loss::Died { reason }),
        }
        self.end_soon(ended);
    }

    fn lose(self: &Rc<Self>, loss: Loss) {
        self.stop_worker();
        self.loss.replace(Some(loss));
        let ended = self.ledger.borrow_mut().lose();
        self.show(Health::Lost);
        self.end_soon(ended);
    }

    fn stop_worker(&self) {
        self.generation.set(self.generation.get() + 1);
        self.is_listening.set(false);
        self.worker.take();
    }

    fn show(&self, health: Health) {
        if self.health.try_get_untracked().is_some_and(|shown| shown != health) {
            self.set_health.set(health);
        }
    }
}

/// Runs `act` unless the worker it is about has been replaced.
fn with_current(inner: &Weak<Inner>, generation: u32, act: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = inner.upgrade().filter(|inner| inner.generation.get() == generation) {
        act(&inner);
    }
}

/// The watchdog's timer. It stands still while the page is hidden: timers are throttled there, and
/// nobody is waiting.
struct Clockwork {
    window: web_sys::Window,
    document: web_sys::Document,
    timer: Rc<Cell<Option<i32>>>,
    on_visibility: Closure<dyn FnMut()>,
    /// Called by the timer for as long as it runs.
    _on_tick: Rc<Closure<dyn FnMut()>>,
}

impl Clockwork {
    fn start(inner: &Rc<Inner>) -> Option<Clockwork> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let timer = Rc::new(Cell::new(None));
        let on_tick = {
            let inner = Rc::downgrade(inner);
            Rc::new(Closure::<dyn FnMut()>::new(move || {
                if let Some(inner) = inner.upgrade() {
                    inner.tick();
                }
            }))
        };
        let follow_visibility = {
            let (inner, window, document) = (Rc::downgrade(inner), window.clone(), document.clone());
            let (timer, on_tick) = (timer.clone(), on_tick.clone());
            move || {
                if let Some(running) = timer.take() {
                    window.clear_interval_with_handle(running);
                }
                if document.hidden() {
                    return;
                }
                if let Some(inner) = inner.upgrade() {
                    inner.watchdog.borrow_mut().wake(clock::unix_ms());
                }
                let tick = (*on_tick).as_ref().unchecked_ref();
                timer.set(window.set_interval_with_callback_and_timeout_and_arguments_0(tick, TICK_MS as i32).ok());
            }
        };
        follow_visibility();
        let on_visibility = Closure::<dyn FnMut()>::new(follow_visibility);
        let handler = on_visibility.as_ref().unchecked_ref();
        document.add_event_listener_with_callback("visibilitychange", handler).ok()?;
        Some(Clockwork { window, document, timer, on_visibility, _on_tick: on_tick })
    }
}

impl Drop for Clockwork {
    fn drop(&mut self) {
        if let Some(running) = self.timer.take() {
            self.window.clear_interval_with_handle(running);
        }
        let handler = self.on_visibility.as_ref().unchecked_ref();
        let _ = self.document.remove_event_listener_with_callback("visibilitychange", handler);
    }
}

/// Asks the browser not to evict what has just been stored. Only a page may ask, not a worker; Firefox
/// asks the shopper in turn, the others decide by themselves.
pub fn ask_to_persist() {
    let navigator = web_sys::window().map(|window| window.navigator());
    let storage = navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"storage".into()).ok());
    let Some(storage) = storage.filter(JsValue::is_object) else { return };
    if let Ok(asked) = storage.unchecked_into::<web_sys::StorageManager>().persist() {
        spawn_local(async move {
            // Either answer is fine: a store that is evicted is filled again.
            let _ = JsFuture::from(asked).await;
        });
    }
}
