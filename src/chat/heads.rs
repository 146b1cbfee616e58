//! What trained classifiers add to the rules: what a message is about, how it feels, what it risks.
//!
//! A rule that fires is believed; where none does, a head speaks when it is sure, and a false alarm is dearer than a
//! missed one, which leaves things as the rules have them.

use crate::chat::Turn;
use crate::classify::Head;
use crate::pack::EncoderId;
use crate::protocol::{Label, Risk, Sentiment};

/// Below this an intent is a guess, and not told.
const MIN_INTENT: f32 = 0.5;
/// On the 406 development questions, which are matter-of-fact, three false alarms remain at this, 22 at 0.7.
const MIN_SENTIMENT: f32 = 0.95;
/// There, nothing but the two injections at this; four false alarms at 0.7.
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
        // A head with layers of its own would have to be read for apart, at every message: it goes by n-grams here.
        let read = |head: &Head| head.classify(&turn.text, features.filter(|_| head.tail().is_none()));
        let classify = |head: &Option<Head>| head.as_ref().map(read);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::turn::Part;
    use crate::protocol::Language;

    const SHIPPED: [&[u8]; 3] = [
        include_bytes!("../../www/heads/intent.gguf"),
        include_bytes!("../../www/heads/sentiment.gguf"),
        include_bytes!("../../www/heads/risk.gguf"),
    ];

    fn shipped() -> Heads {
        let mut heads = Heads::default();
        SHIPPED.iter().for_each(|bytes| assert!(heads.add(Head::open(bytes).unwrap())));
        heads
    }

    fn turn(text: &str) -> Turn {
        Turn {
            language: Language::En,
            spoken: Language::En,
            text: text.into(),
            parts: Vec::new(),
            talk: None,
            wants_person: false,
            sentiment: Sentiment::Neutral,
            risk: Risk::None,
            intent: None,
            only_steers: false,
            now_ms: 0,
            was_cut: false,
        }
    }

    fn heard(text: &str) -> Turn {
        let mut turn = turn(text);
        shipped().hear(&mut turn, None);
        turn
    }

    #[test]
    fn the_shipped_heads_tell_plain_messages_apart_by_words_alone() {
        for (text, intent) in [
            ("where is my parcel?", "track_order"),
            ("how do i reset my password", "recover_password"),
            ("怎么开发票", "get_invoice"),
            ("我的快递到哪了", "track_order"),
        ] {
            let turn = heard(text);
            assert_eq!(turn.intent.map(|label| label.name).as_deref(), Some(intent), "{text}");
            assert_eq!((turn.sentiment, turn.risk), (Sentiment::Neutral, Risk::None), "{text}");
        }
    }

    #[test]
    fn a_rule_that_fired_is_not_overruled() {
        let mut turn = Turn { risk: Risk::Scam, sentiment: Sentiment::Positive, ..turn("where is my parcel?") };
        shipped().hear(&mut turn, None);
        assert_eq!((turn.sentiment, turn.risk), (Sentiment::Positive, Risk::Scam));
    }

    #[test]
    fn the_message_is_embedded_once_even_where_it_is_what_is_searched_for() {
        let part = |text: &str| Part { search_text: text.into(), ..Part::default() };
        let mut turn = turn("退货");
        turn.parts = vec![part("寄到哪"), part("退货")];
        assert_eq!(shipped().texts(&turn), (vec!["寄到哪".to_owned(), "退货".to_owned()], 1));
        turn.parts.pop();
        assert_eq!(shipped().texts(&turn), (vec!["寄到哪".to_owned(), "退货".to_owned()], 1));
    }
}
