//! What the attendant says to one message, and what it stands on.

use serde::{Deserialize, Serialize};

use super::{Block, Language, Recommendation};

/// A reply, with what was understood of the message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub kind: ReplyKind,
    /// Markdown: the shop's own words, what was computed from its data, and the attendant's few sentences.
    pub text: String,
    /// The same, parsed.
    pub blocks: Vec<Block>,
    pub language: Language,
    /// What the text stands on, best first.
    pub sources: Vec<Source>,
    /// Products to show as cards, best first.
    pub products: Vec<Recommendation>,
    /// Short messages the shopper may want to send next; the choices of a [`ReplyKind::Clarify`].
    pub quick_replies: Vec<String>,
    /// What the message was about, where that was recognized.
    pub intent: Option<Label>,
    pub sentiment: Sentiment,
    pub risk: Risk,
    /// What was read out of the message, to be shown and corrected.
    pub slots: Vec<SlotValue>,
    /// Whether every number, date, code, link and product name of the text was found in its sources.
    pub grounded: bool,
    /// A way to a person, where one is offered.
    pub handoff: Option<Handoff>,
    /// A language model has put the shop's words into others, and was found to say the same.
    #[serde(default)]
    pub is_rephrased: bool,
}

/// What the policy decided to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// From the shop's own passages.
    Answer,
    /// Asks back, with choices.
    Clarify,
    Products,
    /// Computed from the pack: a product's details, a price, a date.
    Skill,
    /// Leads to a person of the shop.
    Handoff,
    Smalltalk,
    /// The shop's knowledge does not hold an answer, or the request is not one to fulfil; the reply says so.
    #[default]
    Decline,
}

impl ReplyKind {
    pub const ALL: [ReplyKind; 7] = [
        ReplyKind::Answer,
        ReplyKind::Clarify,
        ReplyKind::Products,
        ReplyKind::Skill,
        ReplyKind::Handoff,
        ReplyKind::Smalltalk,
        ReplyKind::Decline,
    ];

    /// As the command line and the question files write it.
    pub fn name(self) -> &'static str {
        match self {
            ReplyKind::Answer => "answer",
            ReplyKind::Clarify => "clarify",
            ReplyKind::Products => "products",
            ReplyKind::Skill => "skill",
            ReplyKind::Handoff => "handoff",
            ReplyKind::Smalltalk => "smalltalk",
            ReplyKind::Decline => "decline",
        }
    }
}

/// A class and how sure its classifier is, in `[0, 1]`. A rule is sure: 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub name: String,
    pub confidence: f32,
}

/// How the shopper feels about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sentiment {
    Negative,
    #[default]
    Neutral,
    Positive,
}

/// What a message may be besides a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    #[default]
    None,
    /// Insults.
    Abuse,
    /// Tries to give the attendant other instructions, or to read its own.
    Steering,
    /// Wants what belongs to another person.
    PrivateData,
    /// Wants money or goods to go around the shop's own ways.
    Scam,
}

/// One thing read out of a message: `place` `France`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotValue {
    pub slot: String,
    pub value: String,
}

/// A passage or a product that an answer rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// `<file>#<slug>` for a passage, the product's id for a product, `shop#contact` for the settings.
    pub id: String,
    pub title: String,
    /// The retriever's fused relevance in `[0, 1]`.
    pub score: f32,
    /// The whole passage, to be read in place.
    pub passage: Vec<Block>,
}

/// The way to a person: nothing of it is sent by itself. The shopper reads it, edits it, and sends it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    /// In the shop's order; empty where its settings name none.
    pub channels: Vec<Channel>,
    /// When people are there, in the shop's words.
    pub hours: String,
    /// What it is about, with personal data masked unless it was to be kept.
    pub summary: String,
    /// Who said what, a line each, masked likewise.
    pub transcript: String,
    /// Both with the personal data in them, where masking has taken any out: the shopper may want it passed on.
    #[serde(default)]
    pub unmasked: Option<Unmasked>,
}

/// What a [`Handoff`] says, unmasked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unmasked {
    pub summary: String,
    pub transcript: String,
}

/// One way to reach the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub kind: ChannelKind,
    /// As people read it.
    pub address: String,
    /// `mailto:`, `tel:` or `https:`, with the summary filled in where the channel takes one; `None` where
    /// there is nothing to open (a WeChat name).
    pub url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    Email,
    Telephone,
    Whatsapp,
    Wechat,
    Link,
}
