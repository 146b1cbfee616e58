//! Turns requests into events: one task per request, one final event per task.
//!
//! The host knows nothing of browsers. A program around it decodes messages, runs the future that
//! [`Host::handle`] returns, and posts what the host emits. Questions wait for each other, and so do
//! loads; everything else, above all [`Request::Cancel`] and [`Request::Ping`], does not wait.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select};
use futures::lock::Mutex;

use super::{Engine, library};
use crate::chat::Message;
use crate::platform::weights::WeightError;
use crate::platform::{self, CancelToken, LocalFile};
use crate::privacy::{Vault, keeper};
use crate::protocol::{
    DevicePreference, DeviceReport, EngineError, Erasure, ErrorCode, Event, FromWorker, KeptModel, Known, ModelAct,
    Offer, Phase, Recommendation, Reply, Request, RequestId, ShopperEvent, Surface, ToWorker, UNSOLICITED, VaultAct,
    WeightSource,
};

/// What the host asks of an engine. There is one, [`Engine`]; tests have another that needs no model.
#[expect(async_fn_in_trait, reason = "an engine's futures are not Send, so no bound on them would be of use")]
pub trait Answers {
    /// Opens a pack in place of the one before. A pack that cannot be opened changes nothing.
    fn open_pack(&self, bytes: Vec<u8>) -> Result<Event, EngineError>;
    /// Sells these goods of the page around beside the pack's. Conversations go on.
    fn offer(&self, offers: &[Offer]) -> Result<Event, EngineError>;
    /// Makes a GGUF file the encoder of its language, or the head that its card names; `kept` where it is the user's. One that cannot be loaded leaves
    /// the one before in place.
    async fn load_model(
        &self,
        bytes: Vec<u8>,
        kept: Option<KeptModel>,
        device: DevicePreference,
        on_event: &dyn Fn(Event),
    ) -> Result<DeviceReport, EngineError>;
    /// Answers one message of a conversation: [`Event::ReplyDelta`]s on the way, and whole at the end, with the
    /// conversation's state after it. One that cannot be read is a new conversation.
    async fn ask(
        &self,
        state: &str,
        message: &Message<'_>,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<(Reply, String), EngineError>;
    /// Answers it once more, with a language model putting the answer into other words if it can.
    async fn rephrase(
        &self,
        state: &str,
        message: &Message<'_>,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<(Reply, String), EngineError>;
    /// Does what was left for after an answer.
    async fn settle(&self);
    async fn recommend(
        &self,
        surface: &Surface,
        personal: bool,
        limit: usize,
    ) -> Result<Vec<Recommendation>, EngineError>;
    /// Notes what the shopper did; whether all of it is on the disk.
    async fn note(&self, events: Vec<ShopperEvent>) -> bool;
    async fn remember(&self, days: Option<u16>) -> Result<Known, EngineError>;
    async fn erase(&self, what: &Erasure) -> Result<Known, EngineError>;
    /// What is known about the shopper.
    async fn recall_shopper(&self) -> Result<Known, EngineError>;
    /// Has the language model answer an OpenAI request: [`Event::TextDelta`]s on the way, and its response at the end.
    async fn complete(&self, body: &str, on_event: &dyn Fn(Event), cancel: &CancelToken)
    -> Result<String, EngineError>;
    /// One vector of length one (L2) for each text.
    async fn embed(&self, texts: &[String], on_event: &dyn Fn(Event)) -> Result<Vec<Vec<f32>>, EngineError>;
}

/// Where events go.
pub type Emit = Rc<dyn Fn(FromWorker)>;

/// Serves one client. Clones are the same host.
pub struct Host<E = Engine> {
    shared: Rc<Shared<E>>,
}

impl<E> Clone for Host<E> {
    fn clone(&self) -> Host<E> {
        Host { shared: self.shared.clone() }
    }
}

struct Shared<E> {
    engine: E,
    emit: Emit,
    /// What is being worked on, and how to end it early.
    running: RefCell<HashMap<RequestId, CancelToken>>,
    /// Conversations have an order, and the model one state at a time.
    asking: Mutex<()>,
    loading: Mutex<()>,
    vault: Vault,
}

impl<E: Answers> Host<E> {
    pub fn new(engine: E, emit: Emit) -> Host<E> {
        Host::with_vault(engine, Vault::new(), emit)
    }

    /// Of a vault that the engine uses too.
    pub fn with_vault(engine: E, vault: Vault, emit: Emit) -> Host<E> {
        let running = RefCell::default();
        let (asking, loading) = (Mutex::new(()), Mutex::new(()));
        Host { shared: Rc::new(Shared { engine, emit, running, asking, loading, vault }) }
    }

    pub fn engine(&self) -> &E {
        &self.shared.engine
    }

    /// Emits what no request asked for.
    pub fn announce(&self, event: Event) {
        (self.shared.emit)(FromWorker { id: UNSOLICITED, event });
    }

    /// Takes a message and a file that came beside it; see [`Host::handle`].
    pub fn handle_file(&self, message: ToWorker, file: LocalFile) -> impl Future<Output = ()> + use<E> {
        self.begin(message, Beside::File(file))
    }

    /// Takes a message and the bytes that came beside it. What the returned future does until its end is
    /// the answer; cancelling, though, has happened when this returns.
    pub fn handle(&self, message: ToWorker, bytes: Option<Vec<u8>>) -> impl Future<Output = ()> + use<E> {
        self.begin(message, bytes.map_or(Beside::Nothing, Beside::Bytes))
    }

    fn begin(&self, message: ToWorker, beside: Beside) -> impl Future<Output = ()> + use<E> {
        let ToWorker { id, request } = message;
        let task = match request {
            Request::Cancel { request } => {
                if let Some(cancel) = self.shared.running.borrow().get(&request) {
                    cancel.cancel();
                }
                None
            }
            Request::Ping => {
                (self.shared.emit)(FromWorker { id, event: Event::Pong });
                None
            }
            request => Some((Answer::begin(self.shared.clone(), id), request)),
        };
        async move {
            let Some((answer, request)) = task else { return };
            let is_question = matches!(request, Request::Ask { .. });
            let ended = work(&answer, request, beside).await;
            answer.end(match ended {
                Ok(event) => event,
                Err(Ended::Cancelled) => Event::Cancelled,
                Err(Ended::Failed(error)) => Event::Failed { error },
            });
            if is_question {
                answer.shared.engine.settle().await;
            }
        }
    }
}

/// What came with a message.
enum Beside {
    Nothing,
    Bytes(Vec<u8>),
    File(LocalFile),
}

/// How a request ends other than well.
enum Ended {
    Cancelled,
    Failed(EngineError),
}

impl From<EngineError> for Ended {
    fn from(error: EngineError) -> Ended {
        Ended::Failed(error)
    }
}

impl From<WeightError> for Ended {
    fn from(error: WeightError) -> Ended {
        match error {
            WeightError::Cancelled => Ended::Cancelled,
            error => Ended::Failed(error.into()),
        }
    }
}

async fn work<E: Answers>(answer: &Answer<E>, request: Request, beside: Beside) -> Result<Event, Ended> {
    let Shared { engine, asking, loading, vault, .. } = &*answer.shared;
    let cancel = &answer.cancel;
    match request {
        Request::OpenPack => {
            let Beside::Bytes(bytes) = beside else { return Err(bad_request("no bytes came beside it").into()) };
            Ok(engine.open_pack(bytes)?)
        }
        Request::Offer { offers } => Ok(engine.offer(&offers)?),
        Request::LoadModel { manifest_url, device } => {
            let _turn = or_cancel(loading.lock(), cancel).await?;
            load(answer, engine, &manifest_url, device).await
        }
        Request::Ask { text, language, about, state, rephrase } => {
            let _turn = or_cancel(asking.lock(), cancel).await?;
            let now_ms = platform::clock::unix_ms() as i64;
            let message = Message { text: &text, language, about: about.as_deref(), now_ms };
            let on_event = |event| answer.say(event);
            let answered = match rephrase {
                false => engine.ask(&state, &message, &on_event, cancel).await,
                true => engine.rephrase(&state, &message, &on_event, cancel).await,
            };
            // An engine that was told to stop has no reply, or not the one wanted.
            if cancel.is_cancelled() {
                return Err(Ended::Cancelled);
            }
            let (reply, state) = answered?;
            match (rephrase, reply.is_rephrased) {
                (false, _) => keeper::note(vault, text, language, &reply, &state).await,
                (true, true) => keeper::reword(vault, text, language, &reply, &state).await,
                // It is kept as it stands.
                (true, false) => {}
            }
            Ok(Event::ReplyDone { reply: Box::new(reply), state })
        }
        Request::Recommend { surface, personal, limit } => {
            Ok(Event::Recommended { items: engine.recommend(&surface, personal, limit).await? })
        }
        Request::Note { events } => Ok(Event::Noted { stored: engine.note(events).await }),
        Request::Remember { days } => Ok(Event::Known { known: engine.remember(days).await? }),
        Request::Recall => Ok(Event::Known { known: engine.recall_shopper().await? }),
        Request::Erase { what } => Ok(Event::Known { known: engine.erase(&what).await? }),
        Request::Embed { texts } => {
            let _turn = or_cancel(asking.lock(), cancel).await?;
            let start_ms = platform::clock::now_ms();
            let embeddings = engine.embed(&texts, &|event| answer.say(event)).await?;
            Ok(Event::Embedded { embeddings, elapsed_ms: platform::clock::now_ms() - start_ms })
        }
        Request::Complete { body } => {
            let _turn = or_cancel(asking.lock(), cancel).await?;
            let body = engine.complete(&body, &|event| answer.say(event), cancel).await?;
            if cancel.is_cancelled() { Err(Ended::Cancelled) } else { Ok(Event::Completed { body }) }
        }
        Request::Models { act: ModelAct::Open { id, device } } => {
            let _turn = or_cancel(loading.lock(), cancel).await?;
            let on_progress = |phase, loaded, total| answer.say_progress(phase, loaded, total);
            let (bytes, model) = platform::open_kept(&id, on_progress, cancel).await?;
            let device = prepare(answer, engine, bytes, Some(model.clone()), device).await?;
            let (name, size_bytes) = (model.name, model.size_bytes);
            Ok(Event::ModelLoaded { name, size_bytes, source: WeightSource::Storage, device })
        }
        Request::Models { act } => {
            let file = if let Beside::File(file) = beside { Some(file) } else { None };
            let on_progress = |phase, loaded, total| answer.say_progress(phase, loaded, total);
            Ok(library::act(&act, file, on_progress, cancel).await?)
        }
        Request::Vault { act } => {
            // Not in the middle of a turn, which would be kept after it.
            let _turn = match act {
                VaultAct::ForgetTurns { .. } => Some(or_cancel(asking.lock(), cancel).await?),
                _ => None,
            };
            Ok(keeper::act(vault, act).await?)
        }
        Request::InspectStorage => Ok(Event::Storage { report: platform::inspect_storage().await }),
        Request::ClearStorage => Ok(Event::Storage { report: platform::clear_storage().await }),
        // Answered without a task; see `handle`.
        Request::Cancel { .. } | Request::Ping => Ok(Event::Pong),
    }
}

async fn load<E: Answers>(
    answer: &Answer<E>,
    engine: &E,
    manifest_url: &str,
    device: DevicePreference,
) -> Result<Event, Ended> {
    let on_progress = |phase, loaded, total| answer.say_progress(phase, loaded, total);
    let (files, manifest, source) = platform::load_weights(manifest_url, on_progress, &answer.cancel).await?;
    let size_bytes = manifest.total_bytes();
    let mut devices = Vec::new();
    for bytes in files {
        devices.push(prepare(answer, engine, bytes, None, device).await?);
    }
    // What is told is told of the first, which the others belong to.
    let device = devices.into_iter().next().ok_or_else(|| bad_request("a manifest of no files"))?;
    Ok(Event::ModelLoaded { name: manifest.name, size_bytes, source, device })
}

/// Hands a file's bytes to the engine.
async fn prepare<E: Answers>(
    answer: &Answer<E>,
    engine: &E,
    bytes: Vec<u8>,
    kept: Option<KeptModel>,
    device: DevicePreference,
) -> Result<DeviceReport, Ended> {
    let size_bytes = bytes.len() as u64;
    answer.say_progress(Phase::Preparing, size_bytes, size_bytes);
    // From here on the thread may be busy for seconds: let the page hear of it, and a Cancel in.
    platform::yield_now().await;
    if answer.cancel.is_cancelled() {
        return Err(Ended::Cancelled);
    }
    Ok(engine.load_model(bytes, kept, device, &|event| answer.say(event)).await?)
}

async fn or_cancel<T>(work: impl Future<Output = T>, cancel: &CancelToken) -> Result<T, Ended> {
    match select(cancel.cancelled(), pin!(work)).await {
        Either::Left(_) => Err(Ended::Cancelled),
        Either::Right((done, _)) => Ok(done),
    }
}

fn bad_request(detail: &str) -> EngineError {
    EngineError { code: ErrorCode::BadRequest, detail: detail.into() }
}

/// The answer to one request: events, then exactly one final one, whatever happens to the task.
struct Answer<E> {
    shared: Rc<Shared<E>>,
    id: RequestId,
    cancel: CancelToken,
    has_ended: Cell<bool>,
}

impl<E> Answer<E> {
    fn begin(shared: Rc<Shared<E>>, id: RequestId) -> Answer<E> {
        let cancel = CancelToken::new();
        shared.running.borrow_mut().insert(id, cancel.clone());
        Answer { shared, id, cancel, has_ended: Cell::new(false) }
    }

    /// An event on the way. One that claims to be final is for [`Answer::end`] alone. A device that changes is
    /// everybody's news, not only of whoever asked when it did.
    fn say(&self, event: Event) {
        debug_assert!(!event.is_final(), "{event:?} ends a request that goes on");
        if matches!(event, Event::DeviceChosen { .. }) {
            (self.shared.emit)(FromWorker { id: UNSOLICITED, event });
            return;
        }
        if !event.is_final() && !self.cancel.is_cancelled() {
            (self.shared.emit)(FromWorker { id: self.id, event });
        }
    }

    fn say_progress(&self, phase: Phase, loaded_bytes: u64, total_bytes: u64) {
        self.say(Event::Progress { phase, loaded_bytes, total_bytes });
    }

    fn end(&self, event: Event) {
        debug_assert!(event.is_final(), "{event:?} cannot end a request");
        if !self.has_ended.replace(true) {
            self.shared.running.borrow_mut().remove(&self.id);
            (self.shared.emit)(FromWorker { id: self.id, event });
        }
    }
}

impl<E> Drop for Answer<E> {
    fn drop(&mut self) {
        let error = EngineError { code: ErrorCode::Internal, detail: "the task ended without an answer".into() };
        self.end(Event::Failed { error });
    }
}

#[cfg(test)]
mod tests;
