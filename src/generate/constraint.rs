//! Text that must match: before each choice, the tokens after which no match is possible any more lose their logits
//! (Willard & Louf, 2023, <https://arxiv.org/abs/2307.09702>).
//!
//! What must match is a regular language, run as a lazily built automaton over bytes; a choice of strings and a JSON
//! schema are written as regular expressions ([`super::schema`]).

use std::sync::Arc;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::hybrid::{LazyStateID, StartError};
use regex_automata::util::start;
use regex_automata::{Anchored, nfa::thompson};

use super::schema::{self, SchemaError};
use crate::tokenizer::Tokenizer;

/// States kept of one expression, in bytes: what needs more is refused.
const MAX_STATES_BYTES: usize = 32 << 20;
/// What `{1000}{1000}` and the like run into.
const MAX_NFA_BYTES: usize = 8 << 20;
/// The longest expression, a choice's or schema's included.
const MAX_PATTERN_BYTES: usize = 256 << 10;

/// Why a text cannot be held to an expression.
#[derive(Debug, thiserror::Error)]
pub enum ConstraintError {
    #[error("the expression cannot be read: {0}")]
    Syntax(String),
    #[error("the expression looks around (`^`, `$`, `\\b`); it always holds for the whole text: leave these out")]
    Look,
    #[error("the expression needs too many states: bound its repetitions more tightly")]
    TooLarge,
    #[error("nothing is to be chosen from")]
    NoChoice,
    #[error("this model has no token to go on with that would match")]
    Unspellable,
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// The bytes of all tokens that stand for any, sorted, so that tokens with a common beginning are walked together.
pub struct TokenTable {
    entries: Vec<Entry>,
    bytes: Vec<u8>,
    /// Where each id's bytes are; `0..0` of one that has none.
    spans: Vec<(u32, u32)>,
}

struct Entry {
    id: u32,
    /// Bytes it shares with the entry before.
    n_shared: u32,
}

impl TokenTable {
    pub fn new(tokenizer: &Tokenizer) -> TokenTable {
        let mut bytes = Vec::new();
        let mut spans = Vec::with_capacity(tokenizer.n_vocab());
        for id in 0..tokenizer.n_vocab() as u32 {
            let start = bytes.len() as u32;
            if !tokenizer.is_end(id) {
                bytes.extend(tokenizer.bytes(id));
            }
            spans.push((start, bytes.len() as u32));
        }
        let of = |&(start, end): &(u32, u32)| &bytes[start as usize..end as usize];
        let mut ids: Vec<u32> = (0..spans.len() as u32).filter(|&id| !of(&spans[id as usize]).is_empty()).collect();
        ids.sort_unstable_by(|&a, &b| of(&spans[a as usize]).cmp(of(&spans[b as usize])));
        let mut before: &[u8] = &[];
        let entries = ids.into_iter().map(|id| {
            let token = of(&spans[id as usize]);
            let n_shared = token.iter().zip(before).take_while(|(a, b)| a == b).count() as u32;
            before = token;
            Entry { id, n_shared }
        });
        let entries = entries.collect();
        TokenTable { entries, bytes, spans }
    }

    fn of(&self, id: u32) -> &[u8] {
        self.spans.get(id as usize).map_or(&[], |&(start, end)| &self.bytes[start as usize..end as usize])
    }
}

/// What a text is to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One of these, as it stands.
    Choice(Vec<String>),
    /// A match of the whole text, in the syntax of the `regex` crate
    /// (<https://docs.rs/regex/latest/regex/#syntax>), without look-around.
    Regex(String),
    /// An instance of this JSON schema, in its compact form; see [`schema::to_regex`] for what of it is kept to.
    JsonSchema(serde_json::Value),
}

/// What a text must become, and how far it has come.
pub struct Constraint {
    table: Arc<TokenTable>,
    dfa: DFA,
    cache: Box<Cache>,
    state: LazyStateID,
}

impl Constraint {
    /// # Errors
    /// See [`ConstraintError`].
    pub fn new(shape: &Shape, table: Arc<TokenTable>) -> Result<Constraint, ConstraintError> {
        match shape {
            Shape::Choice(choices) => Constraint::choice(choices, table),
            Shape::Regex(pattern) => Constraint::regex(pattern, table),
            Shape::JsonSchema(schema) => Constraint::json_schema(schema, table),
        }
    }

    /// The whole text matches `pattern`, in the syntax of the `regex` crate.
    ///
    /// # Errors
    /// Syntax, look-around, size.
    fn regex(pattern: &str, table: Arc<TokenTable>) -> Result<Constraint, ConstraintError> {
        if pattern.len() > MAX_PATTERN_BYTES {
            return Err(ConstraintError::TooLarge);
        }
        let read = regex_automata::util::syntax::parse(pattern);
        let read = read.map_err(|error| ConstraintError::Syntax(error.to_string()))?;
        if !read.properties().look_set().is_empty() {
            return Err(ConstraintError::Look);
        }
        // The end is asked for in the expression: else a match is known one byte late, and what follows it not dead.
        let dfa = DFA::builder()
            .thompson(thompson::Config::new().nfa_size_limit(Some(MAX_NFA_BYTES)))
            // States are kept by their names, so the cache must never be cleared: it gives up instead.
            .configure(
                DFA::config()
                    .cache_capacity(MAX_STATES_BYTES)
                    .skip_cache_capacity_check(true)
                    .minimum_cache_clear_count(Some(0))
                    .minimum_bytes_per_state(None),
            )
            .build(&format!("(?:{pattern})\\z"))
            .map_err(|_| ConstraintError::TooLarge)?;
        let mut cache = Box::new(dfa.create_cache());
        let state =
            dfa.start_state(&mut cache, &start::Config::new().anchored(Anchored::Yes)).map_err(
                |error| match error {
                    StartError::Cache { .. } => ConstraintError::TooLarge,
                    other => ConstraintError::Syntax(other.to_string()),
                },
            )?;
        Ok(Constraint { table, dfa, cache, state })
    }

    /// The whole text is one of `choices`.
    ///
    /// # Errors
    /// None to choose from, or too many.
    fn choice<T: AsRef<str>>(choices: &[T], table: Arc<TokenTable>) -> Result<Constraint, ConstraintError> {
        if choices.is_empty() {
            return Err(ConstraintError::NoChoice);
        }
        let choices: Vec<String> = choices.iter().map(|choice| schema::literal(choice.as_ref())).collect();
        Constraint::regex(&choices.join("|"), table)
    }

    /// The whole text is an instance of this JSON schema, in its compact form; see [`schema::to_regex`].
    ///
    /// # Errors
    /// A keyword that cannot be kept to while writing.
    fn json_schema(schema: &serde_json::Value, table: Arc<TokenTable>) -> Result<Constraint, ConstraintError> {
        Constraint::regex(&schema::to_regex(schema)?, table)
    }

    /// Leaves the logits of the tokens that may come next, and those of `ends` where the text may end here.
    ///
    /// # Errors
    /// None is left.
    pub fn restrict(&mut self, logits: &mut [f32], ends: &[u32]) -> Result<(), ConstraintError> {
        let kept: Vec<(u32, f32)> = match self.is_complete()? {
            true => ends.iter().filter_map(|&id| Some((id, *logits.get(id as usize)?))).collect(),
            false => Vec::new(),
        };
        let mut allowed = vec![false; logits.len()];
        // The state behind each byte of the token before, from that of the text so far; and after how many of its bytes
        // no match was possible any more, if so.
        let mut states = vec![self.state];
        let mut dead_after: Option<usize> = None;
        let table = self.table.clone();
        for entry in &table.entries {
            let n_shared = entry.n_shared as usize;
            if dead_after.is_some_and(|n| n_shared >= n) {
                continue;
            }
            dead_after = None;
            states.truncate(n_shared + 1);
            for &byte in &table.of(entry.id)[n_shared..] {
                let next = self.step(states[states.len() - 1], byte)?;
                if next.is_dead() {
                    dead_after = Some(states.len());
                    break;
                }
                states.push(next);
            }
            if let (None, Some(allowed)) = (dead_after, allowed.get_mut(entry.id as usize)) {
                *allowed = true;
            }
        }
        if kept.is_empty() && !allowed.contains(&true) {
            return Err(ConstraintError::Unspellable);
        }
        logits
            .iter_mut()
            .zip(&allowed)
            .filter(|(_, allowed)| !**allowed)
            .for_each(|(logit, _)| *logit = f32::NEG_INFINITY);
        kept.into_iter().for_each(|(id, logit)| logits[id as usize] = logit);
        Ok(())
    }

    /// Goes on by a token that [`Self::restrict`] has left.
    ///
    /// # Errors
    /// Too many states.
    pub fn accept(&mut self, id: u32) -> Result<(), ConstraintError> {
        let table = self.table.clone();
        for &byte in table.of(id) {
            self.state = self.step(self.state, byte)?;
        }
        Ok(())
    }

    /// Whether the text is whole and nothing can follow: then no token need be asked for.
    ///
    /// # Errors
    /// Too many states.
    pub fn is_over(&mut self) -> Result<bool, ConstraintError> {
        for byte in 0..=u8::MAX {
            if !self.step(self.state, byte)?.is_dead() {
                return Ok(false);
            }
        }
        self.is_complete()
    }

    fn is_complete(&mut self) -> Result<bool, ConstraintError> {
        let end = self.dfa.next_eoi_state(&mut self.cache, self.state).map_err(|_| ConstraintError::TooLarge)?;
        Ok(end.is_match())
    }

    fn step(&mut self, state: LazyStateID, byte: u8) -> Result<LazyStateID, ConstraintError> {
        self.dfa.next_state(&mut self.cache, state, byte).map_err(|_| ConstraintError::TooLarge)
    }
}
