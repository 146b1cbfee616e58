//! The transcript and its verbs: ask, stop, ask again, begin anew. What outlives the tab, the worker keeps.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;

use super::feedback::Verdict;
use super::sentences::{remainder, whole_sentences};
use super::transcript::{Author, Line};
use crate::protocol::{Block, EngineError, Event, Language, Reply, ReplyKind, Request, RequestId, Turn};
use crate::ui::state::{REPHRASE_KEY, Store};
use crate::ui::{browser, link, vault, words};
use crate::widget::{Notice, Role};

/// What the composer takes, in characters.
pub const MOST_CHARACTERS: usize = 2_000;

/// A question as it was put.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub text: String,
    pub language: Language,
    /// The product it is about, if the shopper came from one.
    pub about: Option<String>,
}

#[derive(Clone)]
pub enum Message {
    Shopper { id: u32, question: Question },
    Attendant { id: u32, answer: Answer },
}

impl Message {
    pub fn id(&self) -> u32 {
        match self {
            Message::Shopper { id, .. } | Message::Attendant { id, .. } => *id,
        }
    }
}

impl Message {
    /// As it is saved; an answer that never came is not.
    fn line(&self) -> Option<Line> {
        let (author, sources, kind, is_rephrased, verdict) = (Author::Shopper, Vec::new(), None, false, None);
        match self {
            Message::Shopper { question, .. } => {
                let Question { text, language, .. } = question.clone();
                Some(Line { author, language, text, sources, kind, is_rephrased, verdict })
            }
            Message::Attendant { answer, .. } => match &*answer.state.read_untracked() {
                AnswerState::Done(reply) => Some(Line {
                    author: Author::Ai,
                    language: reply.language,
                    // As it is shown.
                    text: Block::plain(&answer.blocks.read_untracked()),
                    sources: reply.sources.iter().map(|source| source.id.clone()).collect(),
                    kind: Some(reply.kind),
                    is_rephrased: answer.is_rephrased.get_untracked(),
                    verdict: answer.verdict.get_untracked(),
                }),
                _ => None,
            },
        }
    }
}

/// An answer on its way, and then there.
#[derive(Clone)]
pub struct Answer {
    pub question: Question,
    /// What has come of it.
    pub blocks: ArcRwSignal<Vec<Block>>,
    pub state: ArcRwSignal<AnswerState>,
    /// The blocks are a language model's words for the shop's.
    pub is_rephrased: ArcRwSignal<bool>,
    /// Whether it helped, once the shopper has said so.
    pub verdict: ArcRwSignal<Option<Verdict>>,
    /// What the attendant goes on from after it; empty until it is done.
    pub after: ArcStoredValue<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum AnswerState {
    Running,
    Done(Box<Reply>),
    Stopped,
    Failed(EngineError),
}

#[derive(Clone, Copy)]
pub struct Conversation {
    pub messages: RwSignal<Vec<Message>>,
    /// The request being answered.
    pub running: RwSignal<Option<RequestId>>,
    /// The product the next question is about.
    pub about: RwSignal<Option<String>>,
    pub draft: RwSignal<String>,
    /// Sentences for a screen reader, as they come, with the language to read them in.
    pub spoken: RwSignal<Vec<(u32, Language, String)>>,
    next_id: StoredValue<u32>,
}

impl Conversation {
    #[allow(clippy::new_without_default, reason = "it makes signals, which a default should not")]
    pub fn new() -> Conversation {
        Conversation {
            messages: RwSignal::new(Vec::new()),
            running: RwSignal::new(None),
            about: RwSignal::new(None),
            draft: RwSignal::new(String::new()),
            spoken: RwSignal::new(Vec::new()),
            next_id: StoredValue::new(0),
        }
    }

    fn new_id(self) -> u32 {
        self.next_id.update_value(|id| *id += 1);
        self.next_id.get_value()
    }

    /// Shows an earlier visit's turns, if nothing has been said yet; `state` is what the last of them has left.
    pub fn restore(self, turns: Vec<Turn>, state: &str) {
        if !self.messages.read_untracked().is_empty() {
            return;
        }
        let n = turns.len();
        let messages = turns.into_iter().enumerate().flat_map(|(at, turn)| {
            let question = Question { text: turn.text, language: turn.language, about: None };
            let answer = Answer {
                question: question.clone(),
                blocks: ArcRwSignal::new(turn.reply.blocks.clone()),
                is_rephrased: ArcRwSignal::new(turn.reply.is_rephrased),
                state: ArcRwSignal::new(AnswerState::Done(Box::new(turn.reply))),
                verdict: ArcRwSignal::new(None),
                after: ArcStoredValue::new(if at + 1 == n { state.to_owned() } else { String::new() }),
            };
            [Message::Shopper { id: self.new_id(), question }, Message::Attendant { id: self.new_id(), answer }]
        });
        self.messages.set(messages.collect());
    }

    /// What the attendant goes on from: its last answer.
    fn state(self) -> String {
        let messages = self.messages.read_untracked();
        let last = messages.iter().rev().find_map(|message| match message {
            Message::Attendant { answer, .. } if matches!(*answer.state.read_untracked(), AnswerState::Done(_)) => {
                Some(answer.after.get_value())
            }
            _ => None,
        });
        last.unwrap_or_default()
    }

    fn speak(self, language: Language, sentences: Vec<String>) {
        for sentence in sentences {
            let id = self.new_id();
            self.spoken.update(|spoken| spoken.push((id, language, sentence)));
        }
    }
}

/// Puts a question. Nothing happens while another is being answered, or without words.
pub fn ask(store: Store, text: &str) {
    let conversation = store.conversation;
    let text: String = text.trim().chars().take(MOST_CHARACTERS).collect();
    if text.is_empty() || conversation.running.get_untracked().is_some() {
        return;
    }
    let about = conversation.about.get_untracked();
    let question = Question { language: language_of(&text, store), text, about };
    conversation.about.set(None);
    let id = conversation.new_id();
    conversation.messages.update(|messages| messages.push(Message::Shopper { id, question: question.clone() }));
    store.host.tell(Notice::Message { message: id, role: Role::Shopper, kind: None });
    answer(store, question);
}

/// The shopper's writing says better than the page's language what they want to read.
fn language_of(text: &str, store: Store) -> Language {
    let is_han = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
    match (text.chars().any(is_han), text.chars().any(|c| c.is_ascii_alphabetic())) {
        (true, _) => Language::Zh,
        (false, true) => Language::En,
        (false, false) => store.language.get_untracked(),
    }
}

/// Puts the question of a failed or stopped answer again, in its place.
pub fn ask_again(store: Store, message: u32, question: Question) {
    if store.conversation.running.get_untracked().is_none() {
        store.conversation.messages.update(|messages| messages.retain(|other| other.id() != message));
        answer(store, question);
    }
}

pub fn stop(store: Store) {
    stop_rewording(store);
    if let Some(request) = store.conversation.running.get_untracked() {
        link::cancel(store, request);
    }
}

/// Takes a question back into the composer, to be put in other words: it and what came after it go.
pub fn edit(store: Store, message: u32) {
    stop(store);
    let conversation = store.conversation;
    let (mut taken, mut n_turns) = (None, 0);
    conversation.messages.update(|messages| {
        let Some(at) = messages.iter().position(|other| other.id() == message) else { return };
        let mut gone = messages.drain(at..);
        taken = gone.next();
        n_turns = gone.filter(|message| message.line().is_some_and(|line| line.author == Author::Ai)).count();
    });
    let Some(Message::Shopper { question, .. }) = taken else { return };
    vault::forget_turns(store, n_turns);
    conversation.running.set(None);
    conversation.spoken.set(Vec::new());
    conversation.draft.set(question.text);
    conversation.about.set(question.about);
    browser::focus(super::COMPOSER_ID);
}

/// The ended messages, to be saved.
pub fn lines(store: Store) -> Vec<Line> {
    let messages = store.conversation.messages.read_untracked();
    messages.iter().filter_map(Message::line).collect()
}

/// Forgets all of it, here and where it is kept.
pub fn begin_anew(store: Store) {
    stop(store);
    vault::forget_turns(store, u32::MAX as usize);
    let conversation = store.conversation;
    conversation.messages.set(Vec::new());
    conversation.spoken.set(Vec::new());
    conversation.running.set(None);
    conversation.about.set(None);
    store.announce(words::CONVERSATION_CLEARED.get(store.language.get_untracked()));
    browser::focus(super::COMPOSER_ID);
}

thread_local! {
    /// The request that puts the last answer into other words.
    static REWORDING: Cell<Option<RequestId>> = const { Cell::new(None) };
}

/// The next question is not kept waiting for other words of the last answer.
fn stop_rewording(store: Store) {
    if let Some(request) = REWORDING.take() {
        link::cancel(store, request);
    }
}

/// Has a language model put an answer into other words, where the shopper has turned that on. The answer stands
/// meanwhile, and whatever of it has been opened stays open: when all of the new words are there and have been found to
/// say the same, they take its text's place at once.
fn reword(store: Store, answer: Answer, before: String) {
    if browser::stored(REPHRASE_KEY).is_none() {
        return;
    }
    let Question { text, language, about } = answer.question.clone();
    let request = Request::Ask { text, language, about, state: before, rephrase: true };
    let sent = link::send(store, request, None, move |event| {
        if !event.is_final() {
            return;
        }
        REWORDING.take();
        if let Event::ReplyDone { reply, state } = event
            && reply.is_rephrased
        {
            answer.after.set_value(state);
            answer.blocks.set(reply.blocks);
            answer.is_rephrased.set(true);
            store.announce(words::REPHRASED.get(store.language.get_untracked()));
        }
    });
    REWORDING.set(sent);
}

fn answer(store: Store, question: Question) {
    stop_rewording(store);
    let conversation = store.conversation;
    let blocks = ArcRwSignal::new(Vec::new());
    let state = ArcRwSignal::new(AnswerState::Running);
    let id = conversation.new_id();
    let answer = Answer {
        question: question.clone(),
        blocks: blocks.clone(),
        state: state.clone(),
        is_rephrased: ArcRwSignal::new(false),
        verdict: ArcRwSignal::new(None),
        after: ArcStoredValue::new(String::new()),
    };
    let (before, after, answered) = (conversation.state(), answer.after.clone(), answer.clone());
    conversation.messages.update(|messages| messages.push(Message::Attendant { id, answer }));
    conversation.spoken.set(Vec::new());

    let request = Request::Ask {
        text: question.text.clone(),
        language: question.language,
        about: question.about.clone(),
        state: before.clone(),
        rephrase: false,
    };
    let stream =
        Stream { conversation, language: question.language, blocks, pending: Rc::default(), said: Rc::default() };
    let finish = {
        let state = state.clone();
        move |end: AnswerState| {
            state.set(end);
            // A conversation that has been cleared meanwhile may have another question running.
            if conversation.messages.read_untracked().last().is_some_and(|last| last.id() == id) {
                conversation.running.set(None);
            }
        }
    };
    let on_event = move |event| match event {
        Event::ReplyDelta { first, blocks } => stream.push(first, blocks),
        Event::ReplyDone { reply, state } => {
            after.set_value(state);
            stream.end(reply.blocks.clone());
            store.host.tell(Notice::Message { message: id, role: Role::Attendant, kind: Some(reply.kind) });
            let may_reword = reply.kind == ReplyKind::Answer && reply.grounded;
            finish(AnswerState::Done(reply));
            // Only what has not been asked beyond yet.
            if may_reword && conversation.messages.read_untracked().last().is_some_and(|last| last.id() == id) {
                reword(store, answered.clone(), before.clone());
            }
        }
        Event::Cancelled => {
            stream.flush();
            finish(AnswerState::Stopped);
        }
        Event::Failed { error } => {
            leptos::logging::warn!("no answer: {error}");
            stream.flush();
            finish(AnswerState::Failed(error));
        }
        _ => {}
    };
    link::when_started(store, move || conversation.running.set(link::send(store, request, None, on_event)));
}

/// Pieces arrive faster than frames: they are gathered and shown once a frame.
#[derive(Clone)]
struct Stream {
    conversation: Conversation,
    language: Language,
    blocks: ArcRwSignal<Vec<Block>>,
    /// The answer as it will stand at the next frame, if that is another than now.
    pending: Rc<RefCell<Option<Vec<Block>>>>,
    /// Bytes of the plain text that have been spoken.
    said: Rc<Cell<usize>>,
}

impl Stream {
    fn push(&self, first: usize, blocks: Vec<Block>) {
        let mut pending = self.pending.borrow_mut();
        let is_first = pending.is_none();
        let shown = pending.get_or_insert_with(|| self.blocks.get_untracked());
        shown.truncate(first);
        shown.extend(blocks);
        if is_first {
            let stream = self.clone();
            browser::on_next_frame(move || stream.flush());
        }
    }

    fn flush(&self) {
        let pending = self.pending.borrow_mut().take();
        if let Some(blocks) = pending {
            self.speak(&blocks, false);
            self.blocks.set(blocks);
        }
    }

    /// The finished reply is the one that counts.
    fn end(&self, blocks: Vec<Block>) {
        self.pending.borrow_mut().take();
        self.speak(&blocks, true);
        self.blocks.set(blocks);
    }

    fn speak(&self, blocks: &[Block], is_whole: bool) {
        let text = Block::plain(blocks);
        let said = self.said.get();
        let said = if text.is_char_boundary(said) { said } else { 0 };
        let (mut sentences, said) = whole_sentences(&text, said);
        self.said.set(said);
        if is_whole {
            sentences.extend(remainder(&text, said));
        }
        self.conversation.speak(self.language, sentences);
    }
}
