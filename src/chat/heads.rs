//! What trained classifiers add to the rules: what a message is about, how it feels, what it risks.
//!
//! A rule that fires is believed; where none does, a head speaks when it is sure. Both were set on the development
//! questions and by cross-validation: a false alarm costs a shopper an answer, a missed one costs a rule's hit.

use crate::chat::Turn;
use crate::classify::Head;
use crate::pack::EncoderId;
use crate::protocol::{Label, Risk, Sentiment};

/// Below this an intent is a guess, and not told.
const MIN_INTENT: f32 = 0.5;
const MIN_SENTIMENT: f32 = 0.8;
const MIN_RISK: f32 = 0.95;

/// The heads of a shop's attendant, by what they are for; each may be missing.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    intent: Option<Head>,
    sentiment: Option<Head>,
    risk: Option<Head>,
}

impl Heads {
    /// Takes a head for what its card calls it, `intent`, `sentiment` or `risk`; whether it is one of them.
    pub fn add(&mut self, head: Head) -> bool {
        let place = match head.card().name.as_str() {
            "intent" => &mut self.intent,
            "sentiment" => &mut self.sentiment,
            "risk" => &mut self.risk,
            _ => return false,
        };
        *place = Some(head);
        true
    }

    /// Whether a head reads features of this encoder; without them they go by n-grams alone.
    pub fn read_with(&self, encoder: &EncoderId) -> bool {
        self.all().any(|head| head.encoders().contains(encoder))
    }

    /// The texts whose features are wanted: those to search for, and the message itself, whose place comes with them.
    pub fn texts(&self, turn: &Turn) -> (Vec<String>, usize) {
        let mut texts = turn.texts();
        let message = texts.iter().position(|text| *text == turn.text);
        let at = message.unwrap_or(texts.len());
        if message.is_none() {
            texts.push(turn.text.clone());
        }
        (texts, at)
    }

    /// Writes into the turn what the heads make of its message, given its features (`Embedder::features`) where there
    /// are any.
    pub fn hear(&self, turn: &mut Turn, features: Option<&[f32]>) {
        let classify = |head: &Option<Head>| head.as_ref().map(|head| head.classify(&turn.text, features));
        let sure = |head: &Option<Head>, least: f32| {
            classify(head).filter(|found| found.confidence >= least).map(|found| found.label)
        };
        let intent = classify(&self.intent).filter(|found| found.in_scope && found.confidence >= MIN_INTENT);
        let (sentiment, risk) = (sure(&self.sentiment, MIN_SENTIMENT), sure(&self.risk, MIN_RISK));
        turn.intent = intent.map(|found| Label { name: found.label, confidence: found.confidence });
        if turn.sentiment == Sentiment::Neutral {
            turn.sentiment = match sentiment.as_deref() {
                Some("negative") => Sentiment::Negative,
                Some("positive") => Sentiment::Positive,
                _ => Sentiment::Neutral,
            };
        }
        if turn.risk == Risk::None {
            turn.risk = match risk.as_deref() {
                Some("abuse") => Risk::Abuse,
                Some("steering") => Risk::Steering,
                Some("data_request") => Risk::PrivateData,
                Some("scam") => Risk::Scam,
                _ => Risk::None,
            };
        }
    }

    fn all(&self) -> impl Iterator<Item = &Head> {
        [&self.intent, &self.sentiment, &self.risk].into_iter().flatten()
    }
}
