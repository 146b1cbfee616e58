//! Everything that crosses the worker boundary, and nothing else: no web types, no models.
//!
//! A [`Request`] is imperative and carries a [`RequestId`] chosen by the client; every [`Event`] that
//! answers it carries the same id. A request ends with exactly one *final* event
//! ([`Event::is_final`]). Events that no request asked for travel under [`UNSOLICITED`].
//!
//! Enums are tagged from outside, as serde does by itself: a tag inside would have the page's wasm buffer
//! and parse every message twice, at tens of kilobytes of code.
//!
//! Large bytes never pass through serde: they ride beside the message, a shop pack as a transferred
//! `ArrayBuffer` (see [`Request::OpenPack`]), a model dropped on the page as the browser's `File`, of which
//! the worker reads a piece at a time (see [`ModelAct::Add`]). Other weights do not cross at all: the worker
//! fetches them and keeps them in OPFS.

mod models;
mod offer;
mod prose;
mod reply;
mod shopper;

use serde::{Deserialize, Serialize};

pub use models::{KeptModel, ModelAct, Refusal, Refused};
pub use offer::Offer;
pub use prose::{Block, Inline};
pub use reply::{Channel, ChannelKind, Handoff, Label, Reply, ReplyKind, Risk, Sentiment, SlotValue, Source, Unmasked};
pub use shopper::{Erasure, Feature, Hint, Insight, Known, ShopperAction, ShopperEvent};

/// Version of this file's contract. Page and worker come from one build; a mismatch means that one of
/// them is a stale copy, and the client reloads instead of guessing.
pub const PROTOCOL_VERSION: u32 = 1;

/// Names a request among all that one client has sent. Never reused by that client.
pub type RequestId = u32;

/// The id under which the worker reports what nobody asked for ([`Event::Ready`], a lost device).
pub const UNSOLICITED: RequestId = 0;

/// What the page posts to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToWorker {
    pub id: RequestId,
    pub request: Request,
}

/// What the worker posts to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FromWorker {
    pub id: RequestId,
    pub event: Event,
}

/// Languages the attendant speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    En,
    Zh,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::En, Language::Zh];

    /// The short code used in packs and in the command line's JSON: `en`, `zh`.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }

    /// The BCP 47 tag for `lang` attributes and for `Intl`: `en`, `zh-CN`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Zh => "zh-CN",
        }
    }

    /// Reads a BCP 47 tag; anything that is not Chinese counts as English.
    pub fn from_tag(tag: &str) -> Language {
        if tag.to_ascii_lowercase().starts_with("zh") { Language::Zh } else { Language::En }
    }
}

/// Which device the shopper, or a test, wants the models on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DevicePreference {
    /// The GPU where there is one and it is worth it by measurement, else the CPU.
    #[default]
    Auto,
    Cpu,
    Gpu,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Opens a shop pack. Its bytes ride beside the message as a transferred `ArrayBuffer`.
    /// Answered by [`Event::PackOpened`].
    OpenPack,
    /// Goods that the page around tells of, beside those of the pack, in place of the ones told before. Answered by
    /// [`Event::PackOpened`].
    Offer { offers: Vec<Offer> },
    /// Makes the encoder ready: from OPFS where it is whole there, else over the network, resumed.
    /// `manifest_url` names a `*.manifest.json` (see `platform::weights`), relative to the worker's own
    /// address. Answered by [`Event::Progress`]…, [`Event::ModelLoaded`].
    LoadModel { manifest_url: String, device: DevicePreference },
    /// A shopper's message; `about` is the product whose page or card it was asked from, `state` what the
    /// [`Event::ReplyDone`] of the turn before has brought, empty in a new conversation: the worker itself
    /// remembers none, so any turn can be put again, by a new worker too. Answered by
    /// [`Event::ReplyDelta`]…, [`Event::ReplyDone`].
    ///
    /// With `rephrase` a question is put again that has been answered: a language model is to put the answer into other
    /// words. Nothing comes on the way, and [`Reply::is_rephrased`] says whether anything came of it; the reply that
    /// stands is not waited for, and can be called off by the next question.
    Ask { text: String, language: Language, about: Option<String>, state: String, rephrase: bool },
    /// Products for one place on the page. What the worker has been told of the shopper counts only where
    /// it is `personal`. Answered by [`Event::Recommended`].
    Recommend { surface: Surface, personal: bool, limit: usize },
    /// What the shopper did. What the worker has noted before is passed over, so a client that does not know
    /// whether it was heard sends it again. Answered by [`Event::Noted`].
    Note { events: Vec<ShopperEvent> },
    /// Whether, and for how many days, what the shopper does outlives this worker. With `None` what is stored is
    /// erased, and what is in memory stays. Answered by [`Event::Known`].
    Remember { days: Option<u16> },
    /// What is known about the shopper. Answered by [`Event::Known`].
    Recall,
    /// Forgets part of it, here and where it is stored. Answered by [`Event::Known`].
    Erase { what: Erasure },
    /// Embeds texts with the loaded encoder: for developers and for measuring. Answered by
    /// [`Event::Embedded`].
    Embed { texts: Vec<String> },
    /// What a language model has to say: a `chat.completions` request of OpenAI's as JSON, and not as a type, since the
    /// page has none to make and is spared the code. Answered by [`Event::TextDelta`]…, [`Event::Completed`].
    Complete { body: String },
    /// What the weight store holds and what room is left. Answered by [`Event::Storage`].
    InspectStorage,
    /// Deletes every stored weight. Answered by [`Event::Storage`].
    ClearStorage,
    /// About the models that a user keeps beside the shop's own.
    Models { act: ModelAct },
    /// About what is kept of the shopper. Answered by [`Event::Vault`], an export by [`Event::Exported`].
    Vault { act: VaultAct },
    /// Ends another request as soon as it can end; that one answers [`Event::Cancelled`].
    /// This one is not answered.
    Cancel { request: RequestId },
    /// Answered by [`Event::Pong`] at once: the watchdog's question.
    Ping,
}

/// What to do with the vault. Making it is the shopper's consent; before that nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultAct {
    /// Opens it where there is one, and tells what it holds.
    Inspect,
    /// From now on questions with their answers are kept, and the facts that are put.
    Make,
    Unlock {
        passphrase: String,
    },
    /// Seals everything anew under a passphrase, or with `None` under a key that the browser keeps.
    Protect {
        passphrase: Option<String>,
    },
    /// Keeps a fact in place of the one of its name; one with no value is forgotten.
    Put {
        fact: Fact,
    },
    /// Forgets the last so many turns: the shopper puts a question in other words.
    ForgetTurns {
        last: usize,
    },
    /// Everything that it holds, as JSON for the shopper to take along.
    Export,
    /// Destroys the key, then deletes everything.
    Erase,
}

/// The fact that holds the state of the conversation whose turns are kept ([`Event::ReplyDone`]).
pub const CONVERSATION: &str = "conversation";

/// Something to keep under a name of `a`-`z`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// A question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Milliseconds since the Unix epoch.
    pub at_ms: f64,
    pub text: String,
    pub language: Language,
    pub reply: Reply,
}

/// What the vault holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VaultReport {
    pub state: VaultState,
    /// Told by [`VaultAct::Inspect`] and [`VaultAct::Unlock`] alone; oldest first.
    pub turns: Vec<Turn>,
    pub facts: Vec<Fact>,
    /// Records that could not be read, and have been set aside.
    pub n_aside: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// The shopper has not agreed to have anything kept.
    #[default]
    Absent,
    /// It wants its passphrase.
    Locked,
    Open,
    /// The browser keeps nothing, as in some private windows.
    Refused,
}

/// A place on the page that shows recommendations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// The landing page's rail: for this shopper, or for a newcomer.
    Home,
    /// Like this product.
    Similar { product: String },
    /// Goes with this product: what others bought beside it, and what belongs to it from other shelves.
    GoesWith { product: String },
    /// Goes with what is in the cart.
    Cart,
    /// What the shopper had before and may need anew.
    Again,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The worker runs and listens. First event of every worker; the client queues until it comes.
    Ready {
        protocol: u32,
        build: String,
    },
    /// How far a [`Request::LoadModel`] or a [`Request::Models`] has come.
    Progress {
        phase: Phase,
        loaded_bytes: u64,
        total_bytes: u64,
    },
    /// The device the models now run on, and why. Unsolicited when it changes midway.
    DeviceChosen {
        device: DeviceReport,
    },
    PackOpened {
        id: String,
        n_products: usize,
        n_passages: usize,
    },
    ModelLoaded {
        name: String,
        size_bytes: u64,
        source: WeightSource,
        device: DeviceReport,
    },
    /// What the answer has grown by: from its block `first` on it is now `blocks`; the blocks before stay.
    ReplyDelta {
        first: usize,
        blocks: Vec<Block>,
    },
    /// `state` is the conversation's, for the next [`Request::Ask`] of it.
    ReplyDone {
        reply: Box<Reply>,
        state: String,
    },
    Recommended {
        items: Vec<Recommendation>,
    },
    /// One vector of length one (L2) for each text, and the milliseconds that all took, tokenizing included.
    Embedded {
        embeddings: Vec<Vec<f32>>,
        elapsed_ms: f64,
    },
    /// What a language model has written since; whole characters.
    TextDelta {
        text: String,
    },
    /// OpenAI's response, as JSON, with all of the text.
    Completed {
        body: String,
    },
    Storage {
        report: StorageReport,
    },
    /// `stored`: it is on the disk, and need not be kept elsewhere.
    Noted {
        stored: bool,
    },
    Known {
        known: Known,
    },
    Vault {
        report: VaultReport,
    },
    Exported {
        json: String,
    },
    /// All models that are kept.
    Models {
        kept: Vec<KeptModel>,
    },
    /// A model is not kept, and nothing of it is.
    Refused {
        refused: Refused,
    },
    Cancelled,
    Failed {
        error: EngineError,
    },
    Pong,
}

impl Event {
    /// Whether the request that this event answers is over with it.
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Event::Ready { .. }
                | Event::Progress { .. }
                | Event::DeviceChosen { .. }
                | Event::ReplyDelta { .. }
                | Event::TextDelta { .. }
        )
    }
}

/// What a [`Request::LoadModel`] or a [`Request::Models`] is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Reading and verifying shards already stored.
    Reading,
    Downloading,
    /// Building tensors on the device and, on a GPU, its pipelines.
    Preparing,
}

/// Where the weights of a [`Event::ModelLoaded`] came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightSource {
    /// Fetched now and stored.
    Network,
    /// Found whole in OPFS.
    Storage,
    /// Fetched now and kept in memory only, because storage was refused or full.
    Memory,
}

/// The device in use, in words for the page and for a bug report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceReport {
    pub kind: DeviceKind,
    /// The adapter's own description, or the CPU tier's (`wasm simd128`, `x86-64 avx2`).
    pub name: String,
    pub reason: DeviceReason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Cpu,
    Gpu,
}

/// Why this device and not the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceReason {
    /// It was asked for.
    Preferred,
    /// Both were timed on one short text; milliseconds of each.
    Measured { cpu_ms: f64, gpu_ms: f64 },
    /// The browser has no WebGPU, or offers no adapter.
    NoAdapter,
    /// There is an adapter, but it is a software one or it failed to make a device.
    Refused { message: String },
    /// The GPU was in use and went away.
    Lost,
}

/// A product and why it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Product id.
    pub product: String,
    pub score: f32,
    pub reason: Reason,
}

/// Why a product is recommended; the page words it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It matches the words of a question.
    MatchesQuestion,
    /// `shared` is what both products are, where there is something to name.
    BecauseViewed {
        product: String,
        shared: Option<Feature>,
    },
    BecauseLiked {
        product: String,
        shared: Option<Feature>,
    },
    BecauseInCart {
        product: String,
        shared: Option<Feature>,
    },
    BecauseBought {
        product: String,
        shared: Option<Feature>,
    },
    /// The shop's orders often hold both.
    OftenWith {
        product: String,
    },
    SimilarTo {
        product: String,
    },
    BoughtBefore,
    /// It fits what was searched for.
    BecauseSearched {
        text: String,
    },
    /// Much bought lately.
    Popular,
    /// New in the shop: nobody's orders speak for it yet.
    New,
    /// A newcomer's shelf: varied, in stock, chosen by the shop.
    ShopPick,
}

/// What the weight store holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageReport {
    /// `false` where the browser refuses OPFS (some private windows).
    pub available: bool,
    /// Whether the browser promised not to evict it (`navigator.storage.persisted()`).
    pub persisted: bool,
    pub usage_bytes: u64,
    pub quota_bytes: u64,
    pub weights_bytes: u64,
}

/// A failure in terms the page can act on. Wording for people lives in `ui`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{code:?}: {detail}")]
pub struct EngineError {
    pub code: ErrorCode,
    /// For a developer: the place and the cause, never shown to a shopper as it is.
    pub detail: String,
}

impl EngineError {
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A message that this protocol version does not know.
    BadRequest,
    /// The network failed or answered with an error; trying again may help.
    Network,
    /// Bytes arrived that are not what the manifest promised, twice.
    Corrupt,
    /// The pack cannot be read, or is for a newer version.
    BadPack,
    /// The model file cannot be read, or is of an unknown kind.
    BadModel,
    /// [`Request::Ask`] or [`Request::Recommend`] before [`Request::OpenPack`].
    NoPack,
    /// [`Request::Embed`] or [`Request::Complete`] before a [`Request::LoadModel`] of such a model.
    NoModel,
    /// What was to be kept on this device could not be.
    Storage,
    /// The worker died or hung and was restarted too often.
    WorkerLost,
    /// A defect of ours.
    Internal,
}
