use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;

use crate::generate::GenerateError;
use crate::tokenizer::Tokenizer;

/// What an expression's automaton may take: one that needs more is no use of a model but an attack on it.
const MAX_AUTOMATON_BYTES: usize = 16 << 20;

/// What a text is to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One of these, as it stands.
    Choice(Vec<String>),
    /// A match of the whole text, in the syntax of the `regex` crate
    /// (<https://docs.rs/regex/latest/regex/#syntax>), without its word boundaries.
    Regex(String),
}

/// Lets through, token by token, what can still become a text of the wanted [`Shape`] (Willard and Louf, 2023,
/// <https://arxiv.org/abs/2307.09702>): an automaton over bytes, which each token is tried on.
pub struct Constraint {
    automaton: dense::DFA<Vec<u32>>,
    state: StateID,
    /// Each token's bytes; of one that has no text, none.
    tokens: Vec<Vec<u8>>,
    end: u32,
}

impl Constraint {
    /// # Errors
    /// A shape that cannot be followed: no choices, an expression that is none or too large, a vocabulary with no token
    /// that ends a text.
    pub fn new(tokenizer: &Tokenizer, shape: &Shape) -> Result<Self, GenerateError> {
        let end = tokenizer.eos().or_else(|| tokenizer.ends().next()).ok_or(GenerateError::NoEnd)?;
        let expression = match shape {
            Shape::Choice(choices) if choices.is_empty() => {
                return Err(GenerateError::Shape("there is nothing to choose from".into()));
            }
            Shape::Choice(choices) => choices.iter().map(|choice| escape(choice)).collect::<Vec<_>>().join("|"),
            Shape::Regex(expression) => expression.clone(),
        };
        let refused = |error: dense::BuildError| GenerateError::Shape(reason(&error));
        let automaton = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .dfa_size_limit(Some(MAX_AUTOMATON_BYTES))
                    .determinize_size_limit(Some(MAX_AUTOMATON_BYTES)),
            )
            .thompson(thompson::Config::new().nfa_size_limit(Some(MAX_AUTOMATON_BYTES)))
            // An automaton tells of a match one byte late; with the end in the expression, no byte can follow a match.
            .build(&format!(r"(?:{expression})\z"))
            .map_err(refused)?;
        let start = automaton.start_state(&start::Config::new().anchored(Anchored::Yes));
        let state = start.map_err(|error| GenerateError::Shape(error.to_string()))?;
        let tokens = (0..tokenizer.n_vocab() as u32).map(|id| tokenizer.bytes(id)).collect();
        Ok(Self { automaton, state, tokens, end })
    }

    /// Takes their chance from all tokens that may not come next.
    pub fn mask(&self, logits: &mut [f32]) {
        for (id, logit) in (0..).zip(logits) {
            let may_come = match id == self.end {
                true => self.is_whole(),
                false => self.after(id).is_some(),
            };
            if !may_come {
                *logit = f32::NEG_INFINITY;
            }
        }
    }

    /// Goes on behind this token, which [`Self::mask`] has let through; whether nothing can follow it but the end.
    pub fn accept(&mut self, id: u32) -> bool {
        if let Some(state) = self.after(id) {
            self.state = state;
        }
        self.is_whole() && (0..=u8::MAX).all(|byte| !self.lives(self.automaton.next_state(self.state, byte)))
    }

    /// The token by which such a text ends; it stands for no text itself.
    pub fn end(&self) -> u32 {
        self.end
    }

    fn is_whole(&self) -> bool {
        self.automaton.is_match_state(self.automaton.next_eoi_state(self.state))
    }

    fn lives(&self, state: StateID) -> bool {
        !self.automaton.is_dead_state(state) && !self.automaton.is_quit_state(state)
    }

    /// The state behind this token, if a text of the shape can go on there.
    fn after(&self, id: u32) -> Option<StateID> {
        let bytes = self.tokens.get(id as usize).filter(|bytes| !bytes.is_empty())?;
        bytes.iter().try_fold(self.state, |state, &byte| {
            let next = self.automaton.next_state(state, byte);
            self.lives(next).then_some(next)
        })
    }
}

/// The expression that matches this text alone.
fn escape(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || !c.is_ascii() || c == ' ';
    text.chars().flat_map(|c| (!is_plain(c)).then_some('\\').into_iter().chain([c])).collect()
}

/// With what lies behind it, which says where in the expression.
fn reason(error: &dense::BuildError) -> String {
    let source = std::error::Error::source(error).and_then(std::error::Error::source);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}
