//! What one conversation remembers. It can be written down and read again, so that the page may give it
//! back to a worker that has started anew.

use serde::{Deserialize, Serialize};

use crate::chat::skills::Skill;
use crate::chat::slots::SlotKind;
use crate::protocol::{Language, ReplyKind, Sentiment};
use crate::retrieve::tokens::{is_telling, normalize, terms};

/// Characters kept of a question: a chain of fragments must not grow without end.
const MAX_TOPIC_CHARS: usize = 200;
/// Subjects to return to.
const MAX_TOPICS: usize = 6;
/// Turns of the transcript.
const MAX_TURNS: usize = 30;
/// Characters of a turn in the transcript.
const MAX_TURN_CHARS: usize = 600;

/// The state of one conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conversation {
    /// The language of the last message that showed one.
    pub(super) language: Option<Language>,
    /// The subject spoken of last is the last.
    topics: Vec<Topic>,
    /// Product ids shown last, in order: “the second one”.
    pub(super) shown: Vec<String>,
    /// The product spoken of last: “is it in stock?”.
    pub(super) focus: Option<String>,
    /// What the attendant has asked and waits to be told.
    pub(super) pending: Option<Pending>,
    pub(super) mood: Mood,
    turns: Vec<Exchange>,
}

/// What was spoken of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Topic {
    /// The question as it was searched.
    pub text: String,
    pub language: Language,
    /// Whether products were shown.
    pub about_products: bool,
    /// The passage that answered, if one did.
    pub source: Option<String>,
    /// The product it was about, if it was about one.
    pub product: Option<String>,
    /// The skill that answered.
    pub skill: Option<Skill>,
}

/// A question of the attendant's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pending {
    /// The shopper's question that could not be answered yet.
    pub question: String,
    /// What to choose from, as it was shown; empty where anything may be the answer.
    pub choices: Vec<String>,
    /// The product or passage that each choice stands for, where it stands for one.
    pub targets: Vec<String>,
    /// The skill that asked, and for what.
    pub skill: Option<Skill>,
    pub slot: Option<SlotKind>,
}

/// How it has been going.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mood {
    /// Unhappy messages since the last happy one.
    pub n_unhappy: u32,
    /// Declines in a row.
    pub n_declined: u32,
    /// The same question asked again in a row.
    pub n_repeated: u32,
    /// A person was offered in the last reply.
    pub offered: bool,
}

/// One message and its reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Exchange {
    pub shopper: String,
    pub attendant: String,
    pub kind: ReplyKind,
}

impl Conversation {
    pub(super) fn topic(&self) -> Option<&Topic> {
        self.topics.last()
    }

    /// Subjects, the last one first.
    pub(super) fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.topics.iter().rev()
    }

    pub(super) fn turns(&self) -> &[Exchange] {
        &self.turns
    }

    /// A subject that is taken up again replaces its older self.
    pub(super) fn remember(&mut self, mut topic: Topic) {
        cut(&mut topic.text, MAX_TOPIC_CHARS);
        let is_same = |other: &Topic| {
            other.source.is_some() && other.source == topic.source
                || other.product.is_some() && other.product == topic.product && other.skill == topic.skill
                || other.text == topic.text
        };
        self.topics.retain(|other| !is_same(other));
        self.topics.push(topic);
        let surplus = self.topics.len().saturating_sub(MAX_TOPICS);
        self.topics.drain(..surplus);
    }

    pub(super) fn record(&mut self, shopper: &str, attendant: &str, kind: ReplyKind) {
        let (mut shopper, mut attendant) = (shopper.to_owned(), attendant.to_owned());
        cut(&mut shopper, MAX_TURN_CHARS);
        cut(&mut attendant, MAX_TURN_CHARS);
        self.turns.push(Exchange { shopper, attendant, kind });
        let surplus = self.turns.len().saturating_sub(MAX_TURNS);
        self.turns.drain(..surplus);
    }

    /// What was said last was shown in other words.
    pub fn reword(&mut self, attendant: &str) {
        if let Some(last) = self.turns.last_mut() {
            last.attendant = attendant.to_owned();
            cut(&mut last.attendant, MAX_TURN_CHARS);
        }
    }

    /// Takes note of how a message sounds, before it is answered.
    pub(super) fn hear(&mut self, text: &str, sentiment: Sentiment) {
        match sentiment {
            Sentiment::Negative => self.mood.n_unhappy += 1,
            Sentiment::Positive => self.mood = Mood::default(),
            Sentiment::Neutral => {}
        }
        let is_again = self.turns.last().is_some_and(|last| is_same_question(&last.shopper, text));
        self.mood.n_repeated = if is_again { self.mood.n_repeated + 1 } else { 0 };
    }
}

/// Whether two messages ask the same in the same words.
fn is_same_question(one: &str, other: &str) -> bool {
    let telling = |text: &str| {
        let mut terms: Vec<String> = terms(text).into_iter().filter(|term| is_telling(term)).collect();
        terms.sort();
        terms.dedup();
        terms
    };
    let (mine, theirs) = (telling(one), telling(other));
    if mine.is_empty() { normalize(one).trim() == normalize(other).trim() } else { mine == theirs }
}

fn cut(text: &mut String, max_chars: usize) {
    if let Some((end, _)) = text.char_indices().nth(max_chars) {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(text: &str, source: &str) -> Topic {
        Topic { text: text.into(), source: Some(source.into()), ..Topic::default() }
    }

    #[test]
    fn it_is_the_same_after_a_restart() {
        let mut conversation = Conversation { focus: Some("TEA-001".into()), ..Conversation::default() };
        conversation.hear("this is awful", Sentiment::Negative);
        conversation.remember(topic("returns", "returns#steps"));
        conversation.record("this is awful", "I'm sorry.", ReplyKind::Answer);
        conversation.pending =
            Some(Pending { question: "how big?".into(), choices: vec!["a".into()], ..Pending::default() });
        let written = serde_json::to_string(&conversation).unwrap();
        assert_eq!(serde_json::from_str::<Conversation>(&written).unwrap(), conversation);
    }

    #[test]
    fn a_subject_taken_up_again_comes_last_and_only_once() {
        let mut conversation = Conversation::default();
        for (text, source) in
            [("delivery", "shipping#eu"), ("returns", "returns#steps"), ("delivery again", "shipping#eu")]
        {
            conversation.remember(topic(text, source));
        }
        let texts: Vec<&str> = conversation.topics().map(|topic| topic.text.as_str()).collect();
        assert_eq!(texts, ["delivery again", "returns"]);
        (0..100).for_each(|n| conversation.remember(topic(&"字".repeat(n + 300), "")));
        assert!(
            conversation.topics.len() <= MAX_TOPICS && serde_json::to_string(&conversation).unwrap().len() < 20_000
        );
    }

    #[test]
    fn the_same_question_is_known_again() {
        assert!(is_same_question("Where is my parcel?", "where is MY parcel"));
        assert!(is_same_question("？？", "?? "));
        assert!(!is_same_question("Where is my parcel?", "Where is my refund?"));
        assert!(!is_same_question("ok", "?"));
    }
}
