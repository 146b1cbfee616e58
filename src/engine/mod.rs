//! Owns the models and answers requests; [`host`] turns those into events.

mod author;
mod completion;
mod embedder;
pub mod host;
mod library;
mod placing;
mod prefix;
mod shopper;
#[cfg(feature = "train")]
mod tuner;
mod writer;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

pub use embedder::{Embedder, EmbedderError};
pub use host::{Answers, Host};
use shopper::Memory;

use crate::chat::rephrase;
use crate::chat::{Attendant, Conversation, Growing, Heads, Message, OpenError, Turn, deltas};
use crate::classify::{ClassifyError, Head};
use crate::gguf::Gguf;
use crate::model::{DECODERS, ModelError};
use crate::pack::{Pack, PackError};
use crate::platform::{self, CancelToken, DrawerError, json};
use crate::privacy::Vault;
use crate::protocol::{
    DevicePreference, DeviceReason, DeviceReport, EngineError, Erasure, ErrorCode, Event, KeptModel, Known, Language,
    Offer, Recommendation, Reply, ShopperEvent, Surface,
};

/// One shop, an encoder a language, at most one language model, and no conversation: its state comes with each message. Everything is behind `&self`: requests overlap, and none
/// holds a borrow while it waits.
pub struct Engine {
    memory: Memory,
    shop: RefCell<Option<Rc<Shop>>>,
    embedders: RefCell<HashMap<Language, Rc<Embedder>>>,
    heads: RefCell<Rc<Heads>>,
    author: RefCell<Option<Rc<author::Author>>>,
}

/// What a pack becomes once open.
struct Shop {
    /// For when the page around tells of more goods.
    pack: Rc<Pack>,
    attendant: Attendant,
}

impl Engine {
    /// `vault` holds what the shopper agreed to keep.
    pub fn new(vault: Vault) -> Engine {
        Engine {
            memory: Memory::new(vault),
            shop: RefCell::default(),
            embedders: RefCell::default(),
            heads: RefCell::default(),
            author: RefCell::default(),
        }
    }

    fn shop(&self) -> Result<Rc<Shop>, EngineError> {
        self.shop.borrow().clone().ok_or_else(|| EngineError::new(ErrorCode::NoPack, "no pack is open yet"))
    }

    /// Makes a pack, and what is offered beside it, the shop.
    fn furnish(&self, pack: Rc<Pack>, offers: &[Offer]) -> Result<Event, EngineError> {
        let attendant = Attendant::open_beside(&pack, offers)?;
        let n_products = attendant.products().len();
        let event = Event::PackOpened { id: pack.id().to_owned(), n_products, n_passages: attendant.passages().len() };
        *self.shop.borrow_mut() = Some(Rc::new(Shop { pack, attendant }));
        Ok(event)
    }

    /// One vector of length one for each text, by the encoder of this language.
    async fn embed_in(
        &self,
        language: Language,
        texts: &[String],
        on_event: &dyn Fn(Event),
    ) -> Result<Vec<Vec<f32>>, EngineError> {
        let mut features = self.features_in(language, texts, on_event).await?;
        features.iter_mut().for_each(|features| features.truncate(features.len() / 2));
        Ok(features)
    }

    /// Each text's vector and what else a classifier reads of it. A GPU that fails is left for the CPU, once and for
    /// good.
    async fn features_in(
        &self,
        language: Language,
        texts: &[String],
        on_event: &dyn Fn(Event),
    ) -> Result<Vec<Vec<f32>>, EngineError> {
        let embedder = self.embedders.borrow().get(&language).cloned();
        let embedder = embedder.ok_or_else(|| EngineError::new(ErrorCode::NoModel, "no model is loaded yet"))?;
        match embedder.features(texts).await {
            Err(EmbedderError::Model(ModelError::Device(_))) if placing::is_gpu(&embedder) => {
                let (embedder, device) = placing::retreat(&embedder, DeviceReason::Lost)?;
                let embedder = Rc::new(embedder);
                self.embedders.borrow_mut().insert(language, embedder.clone());
                on_event(Event::DeviceChosen { device });
                Ok(embedder.features(texts).await?)
            }
            done => Ok(done?),
        }
    }

    /// Makes a file the language model, in the place of the one before.
    async fn load_writer(
        &self,
        gguf: Arc<Gguf>,
        kept: Option<KeptModel>,
        device: DevicePreference,
    ) -> Result<DeviceReport, EngineError> {
        // The room for the next is that of the last.
        self.author.take();
        let (writer, report) = placing::load_writer(gguf, device).await?;
        let writer = author::PrefixedWriter::new(writer, kept);
        *self.author.borrow_mut() = Some(Rc::new(author::Author::new(writer, author::Limits::default())));
        Ok(report)
    }

    fn author(&self) -> Result<Rc<author::Author>, EngineError> {
        let none = || EngineError::new(ErrorCode::NoModel, "no language model is loaded yet");
        self.author.borrow().clone().ok_or_else(none)
    }

    /// The reply to a message, and the conversation after it.
    async fn answer(
        &self,
        state: &str,
        message: &Message<'_>,
        on_event: &dyn Fn(Event),
    ) -> Result<(Reply, Conversation), EngineError> {
        let shop = self.shop()?;
        let mut conversation: Conversation = json::from_slice(state.as_bytes()).unwrap_or_default();
        let mut turn = shop.attendant.read(&conversation, message);
        let embeddings = self.listen(&shop, &mut turn, on_event).await?;
        let reply = shop.attendant.reply(&mut conversation, &turn, &embeddings);
        Ok((reply, conversation))
    }

    /// Whether the encoder of this language made the pack's vectors of it.
    fn can_search_by_meaning(&self, shop: &Shop, language: Language) -> bool {
        let embedders = self.embedders.borrow();
        embedders.get(&language).is_some_and(|embedder| shop.attendant.index().accepts(language, embedder.id()))
    }

    /// Embeds what a turn asks, and lets the heads hear its message: one pass for both.
    async fn listen(
        &self,
        shop: &Shop,
        turn: &mut Turn,
        on_event: &dyn Fn(Event),
    ) -> Result<Vec<Vec<f32>>, EngineError> {
        let heads = self.heads.borrow().clone();
        if !turn.wants_embedding() || !self.can_search_by_meaning(shop, turn.spoken) {
            heads.hear(turn, None);
            return Ok(Vec::new());
        }
        let reads = |embedder: &Rc<Embedder>| heads.read_with(embedder.id());
        if !self.embedders.borrow().get(&turn.spoken).is_some_and(reads) {
            heads.hear(turn, None);
            return self.embed_in(turn.spoken, &turn.texts(), on_event).await;
        }
        let (texts, message) = heads.texts(turn);
        let mut features = self.features_in(turn.spoken, &texts, on_event).await?;
        heads.hear(turn, Some(&features[message]));
        features.truncate(turn.texts().len());
        features.iter_mut().for_each(|features| features.truncate(features.len() / 2));
        Ok(features)
    }
}

impl Answers for Engine {
    fn open_pack(&self, bytes: Vec<u8>) -> Result<Event, EngineError> {
        self.furnish(Rc::new(Pack::open(bytes)?), &[])
    }

    fn offer(&self, offers: &[Offer]) -> Result<Event, EngineError> {
        self.furnish(self.shop()?.pack.clone(), offers)
    }

    async fn load_model(
        &self,
        bytes: Vec<u8>,
        kept: Option<KeptModel>,
        device: DevicePreference,
        on_event: &dyn Fn(Event),
    ) -> Result<DeviceReport, EngineError> {
        if Head::is_head(&bytes) {
            Rc::make_mut(&mut self.heads.borrow_mut()).add(Head::open(&bytes)?);
            return Ok(placing::on_cpu());
        }
        let gguf = Arc::new(Gguf::parse(bytes).map_err(|error| EmbedderError::from(ModelError::from(error)))?);
        if is_language_model(&gguf) {
            return self.load_writer(gguf, kept, device).await;
        }
        let (embedder, report) = placing::load(gguf, device).await?;
        if embedder.has_layers() {
            on_event(Event::DeviceChosen { device: report.clone() });
        }
        self.embedders.borrow_mut().insert(embedder.language(), Rc::new(embedder));
        Ok(report)
    }

    async fn ask(
        &self,
        state: &str,
        message: &Message<'_>,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<(Reply, String), EngineError> {
        let (reply, conversation) = self.answer(state, message, on_event).await?;
        let mut growing = Growing::default();
        for piece in deltas(&reply.text) {
            let (first, blocks) = growing.push(piece);
            on_event(Event::ReplyDelta { first, blocks });
            // Lets a Cancel in between sentences.
            platform::yield_now().await;
            if cancel.is_cancelled() {
                break;
            }
        }
        Ok((reply, written(&conversation)?))
    }

    async fn rephrase(
        &self,
        state: &str,
        message: &Message<'_>,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<(Reply, String), EngineError> {
        let author = self.author()?;
        if author.is_too_slow() {
            return Err(EngineError::new(ErrorCode::NoModel, "the language model is too slow on this device"));
        }
        let (mut reply, mut conversation) = self.answer(state, message, on_event).await?;
        if let Some(extract) = rephrase::rephrasable(&reply)
            && let Some(text) = author.rephrase(&extract, reply.language, cancel).await
        {
            conversation.reword(&rephrase::marked(&text, reply.language));
            (reply.blocks, reply.text, reply.is_rephrased) = (rephrase::blocks(&text), text, true);
        }
        Ok((reply, written(&conversation)?))
    }

    async fn settle(&self) {
        if let Ok(author) = self.author() {
            author.writer.settle().await;
        }
    }

    async fn recommend(
        &self,
        surface: &Surface,
        personal: bool,
        limit: usize,
    ) -> Result<Vec<Recommendation>, EngineError> {
        Ok(self.memory.recommend(&*self.shop()?, surface, personal, limit).await)
    }

    async fn note(&self, events: Vec<ShopperEvent>) -> bool {
        self.memory.note(events).await
    }

    async fn remember(&self, days: Option<u16>) -> Result<Known, EngineError> {
        self.memory.remember(days).await?;
        self.recall_shopper().await
    }

    async fn erase(&self, what: &Erasure) -> Result<Known, EngineError> {
        self.memory.erase(&*self.shop()?, what).await?;
        self.recall_shopper().await
    }

    async fn recall_shopper(&self) -> Result<Known, EngineError> {
        Ok(self.memory.known(&*self.shop()?).await)
    }

    async fn complete(
        &self,
        body: &str,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<String, EngineError> {
        let author = self.author()?;
        let bad = |error: &dyn std::error::Error| EngineError::new(ErrorCode::BadRequest, error.to_string());
        let wanted = completion::Completion::read(body).map_err(|error| bad(&error))?;
        let completed =
            author.writer.writer.complete(&wanted, &|text| on_event(Event::TextDelta { text }), cancel).await?;
        completed.to_json().map_err(|error| bad(&error))
    }

    async fn embed(&self, texts: &[String], on_event: &dyn Fn(Event)) -> Result<Vec<Vec<f32>>, EngineError> {
        self.embed_in(Language::En, texts, on_event).await
    }
}

/// A conversation's state, as the page keeps it.
fn written(conversation: &Conversation) -> Result<String, EngineError> {
    json::to_string(conversation).map_err(|error| EngineError::new(ErrorCode::Internal, error.to_string()))
}

/// By the architecture that the file names.
fn is_language_model(gguf: &Gguf) -> bool {
    gguf.metadata().str("general.architecture").is_ok_and(|name| DECODERS.contains(&name))
}

impl From<writer::WriterError> for EngineError {
    fn from(error: writer::WriterError) -> Self {
        EngineError::new(ErrorCode::BadModel, error.to_string())
    }
}

impl From<PackError> for EngineError {
    fn from(error: PackError) -> Self {
        EngineError::new(ErrorCode::BadPack, error.to_string())
    }
}

impl From<OpenError> for EngineError {
    fn from(error: OpenError) -> Self {
        EngineError::new(ErrorCode::BadPack, error.to_string())
    }
}

impl From<DrawerError> for EngineError {
    fn from(error: DrawerError) -> Self {
        EngineError::new(ErrorCode::Storage, error.to_string())
    }
}

impl From<ClassifyError> for EngineError {
    fn from(error: ClassifyError) -> Self {
        EngineError::new(ErrorCode::BadModel, error.to_string())
    }
}

impl From<EmbedderError> for EngineError {
    fn from(error: EmbedderError) -> Self {
        EngineError::new(ErrorCode::BadModel, error.to_string())
    }
}
