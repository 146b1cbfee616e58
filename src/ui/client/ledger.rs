//! What has been asked of the worker, and what a new worker must be told. Pure: `B` stands for bytes.
//!
//! A worker that dies takes its pack, its model and its conversations along. The successor is told, in
//! this order: the pack last opened, what is sold beside it, the model last loaded, the user's own last opened, and
//! every request still unanswered, under its old id. A request that has seen two workers die is not tried a third time: it may be the reason.

use std::collections::{BTreeMap, VecDeque};

use crate::protocol::{
    DeviceKind, DevicePreference, EngineError, ErrorCode, Event, ModelAct, Phase, Request, RequestId, UNSOLICITED,
};

/// Deaths that a request may witness before it is suspected of causing them.
const MAX_DEATHS: u32 = 2;

#[derive(Debug)]
pub struct Ledger<B> {
    last_id: RequestId,
    entries: BTreeMap<RequestId, Entry<B>>,
    /// To be posted, in this order.
    queue: VecDeque<RequestId>,
    pack: Option<B>,
    /// The request that told of the goods beside the pack.
    offer: Option<Request>,
    /// The request that loaded the shop's model, and the one that opened a user's.
    model: Option<Request>,
    kept: Option<Request>,
    device: Option<DeviceKind>,
    /// A worker died on the GPU: no further one is let near it.
    is_cpu_only: bool,
}

#[derive(Clone, Debug)]
struct Entry<B> {
    request: Request,
    bytes: Option<B>,
    /// Asked by the ledger itself, to bring a new worker up to date.
    is_own: bool,
    is_posted: bool,
    is_cancelled: bool,
    phase: Option<Phase>,
    /// The caller has been given a beginning of the reply.
    has_begun: bool,
    /// The caller has been given a beginning by a worker that is gone; a second one would be too many.
    is_resumed: bool,
    n_deaths: u32,
}

/// To be posted now.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing<B> {
    pub id: RequestId,
    pub request: Request,
    pub bytes: Option<B>,
}

/// Whom an event is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Caller,
    Unsolicited,
    Nobody,
}

/// How to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelling {
    /// Tell the worker; it answers.
    Post,
    /// The worker has not heard of it: answer for it.
    Answer,
    /// It is over or was never asked.
    Nothing,
}

impl<B: Clone> Default for Ledger<B> {
    fn default() -> Self {
        Ledger::new()
    }
}

impl<B: Clone> Ledger<B> {
    pub fn new() -> Ledger<B> {
        Ledger {
            last_id: UNSOLICITED,
            entries: BTreeMap::new(),
            queue: VecDeque::new(),
            pack: None,
            offer: None,
            model: None,
            kept: None,
            device: None,
            is_cpu_only: false,
        }
    }

    pub fn add(&mut self, request: Request, bytes: Option<B>) -> RequestId {
        self.enter(request, bytes, false)
    }

    /// The next message for a worker that listens.
    pub fn next_outgoing(&mut self) -> Option<Outgoing<B>> {
        loop {
            let id = self.queue.pop_front()?;
            // A request cancelled in the queue is gone.
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            entry.is_posted = true;
            let mut request = entry.request.clone();
            if let (Some(device), true) = (device_of(&mut request), self.is_cpu_only) {
                *device = DevicePreference::Cpu;
            }
            let bytes = entry.bytes.clone();
            if !is_answered(&request) {
                self.entries.remove(&id);
            }
            return Some(Outgoing { id, request, bytes });
        }
    }

    /// Notes an event of the worker's and says whom to give it to.
    pub fn hear(&mut self, id: RequestId, event: &Event) -> Route {
        if let Event::DeviceChosen { device } | Event::ModelLoaded { device, .. } = event {
            self.device = Some(device.kind);
        }
        if id == UNSOLICITED {
            return Route::Unsolicited;
        }
        let Some(entry) = self.entries.get_mut(&id) else { return Route::Nobody };
        match event {
            Event::Progress { phase, .. } => entry.phase = Some(*phase),
            Event::ReplyDelta { .. } => entry.has_begun = true,
            Event::PackOpened { .. } => match &entry.request {
                Request::Offer { .. } => self.offer = Some(entry.request.clone()),
                _ if entry.is_own => {}
                _ => (self.pack, self.offer) = (entry.bytes.clone(), None),
            },
            Event::ModelLoaded { .. } if is_load(&entry.request) => self.model = Some(entry.request.clone()),
            Event::ModelLoaded { .. } => self.kept = Some(entry.request.clone()),
            _ => {}
        }
        let route = match (entry.is_own, event) {
            (false, Event::ReplyDelta { .. }) if entry.is_resumed => Route::Nobody,
            (false, _) => Route::Caller,
            // The page shows these; that a pack is open again it never heard it was not.
            (true, Event::DeviceChosen { .. } | Event::ModelLoaded { .. } | Event::Failed { .. }) => Route::Unsolicited,
            (true, _) => Route::Nobody,
        };
        if event.is_final() {
            self.entries.remove(&id);
        }
        route
    }

    pub fn cancel(&mut self, id: RequestId) -> Cancelling {
        match self.entries.get_mut(&id) {
            Some(entry) if entry.is_posted => {
                entry.is_cancelled = true;
                Cancelling::Post
            }
            Some(_) => {
                self.entries.remove(&id);
                Cancelling::Answer
            }
            None => Cancelling::Nothing,
        }
    }

    /// The worker is gone. Queues what its successor must hear and returns the last events of requests
    /// that end here.
    pub fn bury(&mut self) -> Vec<(RequestId, Event)> {
        self.is_cpu_only |= self.is_on_gpu();
        self.device = None;
        self.queue.clear();
        self.entries.retain(|_, entry| !entry.is_own);
        let mut ended = Vec::new();
        for (id, entry) in &mut self.entries {
            if entry.is_cancelled {
                ended.push((*id, Event::Cancelled));
            } else if entry.is_posted {
                entry.n_deaths += 1;
                if entry.n_deaths >= MAX_DEATHS {
                    ended.push((*id, lost("two workers died while they had this request")));
                }
            }
            entry.is_posted = false;
            entry.phase = None;
            entry.is_resumed |= entry.has_begun;
        }
        for (id, _) in &ended {
            self.entries.remove(id);
        }
        let waiting: Vec<RequestId> = self.entries.keys().copied().collect();
        let asks_for = |wanted: fn(&Request) -> bool| self.entries.values().any(|entry| wanted(&entry.request));
        let (pack_comes, model_comes) = (asks_for(|request| *request == Request::OpenPack), asks_for(is_load));
        let kept_comes = asks_for(|request| matches!(request, Request::Models { act: ModelAct::Open { .. } }));
        if let (Some(pack), false) = (self.pack.clone(), pack_comes) {
            self.enter(Request::OpenPack, Some(pack), true);
            if let Some(offer) = self.offer.clone() {
                self.enter(offer, None, true);
            }
        }
        if let (Some(model), false) = (self.model.clone(), model_comes) {
            self.enter(model, None, true);
        }
        if let (Some(kept), false) = (self.kept.clone(), kept_comes) {
            self.enter(kept, None, true);
        }
        self.queue.extend(waiting);
        ended
    }

    /// There will be no further worker unless the shopper asks for one. Every request ends, but for a pack
    /// that is still to be opened: without it a later worker would be of no use.
    pub fn lose(&mut self) -> Vec<(RequestId, Event)> {
        let mut ended = self.bury();
        let others = self.entries.iter().filter(|(_, entry)| !entry.is_own && entry.request != Request::OpenPack);
        let others: Vec<RequestId> = others.map(|(id, _)| *id).collect();
        for id in others {
            self.entries.remove(&id);
            ended.push((id, lost("the worker was lost")));
        }
        ended
    }

    pub fn is_preparing(&self) -> bool {
        self.entries.values().any(|entry| entry.phase == Some(Phase::Preparing))
    }

    /// Whether the worker is on the GPU, or may be about to be.
    pub fn is_on_gpu(&self) -> bool {
        let may_prefer_gpu = |entry: &Entry<B>| {
            entry.phase == Some(Phase::Preparing)
                && device_of(&mut entry.request.clone()).is_some_and(|device| *device != DevicePreference::Cpu)
        };
        match self.device {
            Some(kind) => kind == DeviceKind::Gpu,
            None => !self.is_cpu_only && self.entries.values().any(may_prefer_gpu),
        }
    }

    fn enter(&mut self, request: Request, bytes: Option<B>, is_own: bool) -> RequestId {
        self.last_id += 1;
        let entry = Entry {
            request,
            bytes,
            is_own,
            is_posted: false,
            is_cancelled: false,
            phase: None,
            has_begun: false,
            is_resumed: false,
            n_deaths: 0,
        };
        self.entries.insert(self.last_id, entry);
        self.queue.push_back(self.last_id);
        self.last_id
    }
}

/// Whether an event will end it.
fn is_answered(request: &Request) -> bool {
    !matches!(request, Request::Cancel { .. })
}

/// What a request wants its model on.
fn device_of(request: &mut Request) -> Option<&mut DevicePreference> {
    match request {
        Request::LoadModel { device, .. } | Request::Models { act: ModelAct::Open { device, .. } } => Some(device),
        _ => None,
    }
}

fn is_load(request: &Request) -> bool {
    matches!(request, Request::LoadModel { .. })
}

fn lost(detail: &str) -> Event {
    Event::Failed { error: EngineError { code: ErrorCode::WorkerLost, detail: detail.into() } }
}

#[cfg(test)]
mod tests;
