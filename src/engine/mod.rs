//! Owns the models and answers requests; [`host`] turns those into events.

mod embedder;
pub mod host;
mod placing;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

pub use embedder::{Embedder, EmbedderError};
pub use host::{Answers, Host};

use crate::chat::{Attendant, Conversation, Growing, Message, deltas};
use crate::model::ModelError;
use crate::pack::{Pack, PackError};
use crate::platform::{self, CancelToken};
use crate::protocol::{
    ConversationId, DevicePreference, DeviceReason, DeviceReport, EngineError, ErrorCode, Event, Recommendation, Reply,
    ShopperEvent, Surface,
};
use crate::recommend::Recommender;

/// Conversations whose state is kept; the one longest silent goes first.
const MAX_CONVERSATIONS: usize = 16;

/// One shop, one encoder, any number of conversations. Everything is behind `&self`: requests overlap, and none
/// holds a borrow while it waits.
#[derive(Default)]
pub struct Engine {
    shop: RefCell<Option<Rc<Shop>>>,
    embedder: RefCell<Option<Rc<Embedder>>>,
    /// Whether the encoder made the open pack's vectors.
    can_search_by_meaning: Cell<bool>,
    conversations: RefCell<HashMap<ConversationId, Remembered>>,
    n_turns: Cell<u64>,
}

/// What a pack becomes once open.
struct Shop {
    attendant: Attendant,
    recommender: Recommender,
}

#[derive(Default)]
struct Remembered {
    conversation: Conversation,
    last_turn: u64,
}

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }

    fn shop(&self) -> Result<Rc<Shop>, EngineError> {
        self.shop.borrow().clone().ok_or_else(|| EngineError::new(ErrorCode::NoPack, "no pack is open yet"))
    }

    fn match_vectors(&self) {
        let (shop, embedder) = (self.shop.borrow(), self.embedder.borrow());
        let matches = shop.as_ref().zip(embedder.as_ref());
        self.can_search_by_meaning
            .set(matches.is_some_and(|(shop, embedder)| shop.attendant.index().accepts(embedder.id())));
    }

    fn recall(&self, id: ConversationId) -> Conversation {
        self.conversations.borrow().get(&id).map(|remembered| remembered.conversation.clone()).unwrap_or_default()
    }

    fn remember(&self, id: ConversationId, conversation: Conversation) {
        let last_turn = self.n_turns.get() + 1;
        self.n_turns.set(last_turn);
        let mut conversations = self.conversations.borrow_mut();
        conversations.insert(id, Remembered { conversation, last_turn });
        if conversations.len() > MAX_CONVERSATIONS
            && let Some((&oldest, _)) = conversations.iter().min_by_key(|(_, remembered)| remembered.last_turn)
        {
            conversations.remove(&oldest);
        }
    }
}

impl Answers for Engine {
    fn open_pack(&self, bytes: Vec<u8>) -> Result<Event, EngineError> {
        let pack = Pack::open(bytes)?;
        let attendant = Attendant::open(&pack)?;
        let n_products = attendant.products().len();
        let vectors = attendant.index().dense().map(|dense| dense.product_vectors(n_products));
        let recommender = Recommender::new(attendant.products(), vectors.unwrap_or_else(|| vec![None; n_products]));
        let event = Event::PackOpened {
            id: pack.id().to_owned(),
            n_products: attendant.products().len(),
            n_passages: attendant.passages().len(),
        };
        self.conversations.borrow_mut().clear();
        *self.shop.borrow_mut() = Some(Rc::new(Shop { attendant, recommender }));
        self.match_vectors();
        Ok(event)
    }

    async fn load_model(
        &self,
        bytes: Vec<u8>,
        device: DevicePreference,
        on_event: &dyn Fn(Event),
    ) -> Result<DeviceReport, EngineError> {
        let (embedder, report) = placing::load(bytes, device).await?;
        on_event(Event::DeviceChosen { device: report.clone() });
        *self.embedder.borrow_mut() = Some(Rc::new(embedder));
        self.match_vectors();
        Ok(report)
    }

    async fn ask(
        &self,
        conversation: ConversationId,
        message: &Message<'_>,
        on_event: &dyn Fn(Event),
        cancel: &CancelToken,
    ) -> Result<Reply, EngineError> {
        let shop = self.shop()?;
        let turn = shop.attendant.read(&self.recall(conversation), message);
        let texts = turn.texts();
        let embeddings = match !texts.is_empty() && self.can_search_by_meaning.get() {
            true => self.embed(&texts, on_event).await?,
            false => Vec::new(),
        };
        let mut state = self.recall(conversation);
        let reply = shop.attendant.reply(&mut state, &turn, &embeddings);
        self.remember(conversation, state);
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
        Ok(reply)
    }

    fn forget(&self, conversation: ConversationId) {
        self.conversations.borrow_mut().remove(&conversation);
    }

    fn recommend(
        &self,
        surface: &Surface,
        history: &[ShopperEvent],
        limit: usize,
    ) -> Result<Vec<Recommendation>, EngineError> {
        Ok(self.shop()?.recommender.recommend(surface, history, platform::clock::unix_ms(), limit))
    }

    /// A GPU that fails is left for the CPU, once and for good.
    async fn embed(&self, texts: &[String], on_event: &dyn Fn(Event)) -> Result<Vec<Vec<f32>>, EngineError> {
        let embedder = self.embedder.borrow().clone();
        let embedder = embedder.ok_or_else(|| EngineError::new(ErrorCode::NoModel, "no model is loaded yet"))?;
        match embedder.embed(texts).await {
            Err(EmbedderError::Model(ModelError::Device(_))) if placing::is_gpu(&embedder) => {
                let (embedder, device) = placing::retreat(&embedder, DeviceReason::Lost)?;
                let embedder = Rc::new(embedder);
                *self.embedder.borrow_mut() = Some(embedder.clone());
                on_event(Event::DeviceChosen { device });
                Ok(embedder.embed(texts).await?)
            }
            done => Ok(done?),
        }
    }
}

impl From<PackError> for EngineError {
    fn from(error: PackError) -> Self {
        EngineError::new(ErrorCode::BadPack, error.to_string())
    }
}

impl From<EmbedderError> for EngineError {
    fn from(error: EmbedderError) -> Self {
        EngineError::new(ErrorCode::BadModel, error.to_string())
    }
}
