//! The policy: a pure state machine. What was understood and found goes in, what to do comes out; nothing
//! here knows a word of any language.
//!
//! ```text
//! message:  Turn, Mood ─ course ─→ refuse · hand off · small talk · answer each question
//! question: Signs ─ act ─→ skill · answer · products · clarify · contact · decline
//! reply:    kind, Mood ─ escalation ─→ nothing · offer a person · hand off
//! ```

use crate::chat::conversation::Mood;
use crate::chat::small_talk::SmallTalk;

use crate::protocol::{Language, ReplyKind, Risk, Sentiment};
use crate::retrieve::fuse::fuse;

/// After this many declines in a row, or unhappy messages, a person takes over.
const MAX_FAILURES: u32 = 2;

/// What to do with a whole message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Refuse(Risk),
    HandOff(Why),
    Talk(SmallTalk),
    /// Answer its questions.
    Answer,
}

/// Why a person takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Asked,
    Unhappy,
    Stuck,
}

/// What a message is, as far as its course depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub talk: Option<SmallTalk>,
    pub wants_person: bool,
    pub sentiment: Sentiment,
    pub risk: Risk,
    pub only_steers: bool,
    /// It asks something besides being rude.
    pub asks: bool,
}

/// The course for a message. `mood` has heard it already.
pub(super) fn course(heard: &Heard, mood: &Mood) -> Course {
    match heard.risk {
        Risk::PrivateData | Risk::Scam => return Course::Refuse(heard.risk),
        Risk::Steering if heard.only_steers => return Course::Refuse(Risk::Steering),
        _ => {}
    }
    let accepts = mood.offered && heard.talk == Some(SmallTalk::Yes);
    if heard.wants_person || accepts {
        return Course::HandOff(Why::Asked);
    }
    if heard.sentiment == Sentiment::Negative && mood.n_unhappy >= MAX_FAILURES {
        return Course::HandOff(Why::Unhappy);
    }
    match (heard.risk, heard.talk) {
        (Risk::Abuse, _) if !heard.asks => Course::Refuse(Risk::Abuse),
        // The shop's own passage on robots goes first where it has one.
        (_, Some(talk)) if talk != SmallTalk::Robot => Course::Talk(talk),
        _ => Course::Answer,
    }
}

/// Where the policy draws its lines, on the scale of the scores it is given. All were chosen on the
/// development questions, asked of the demo shop with its other ways to ask (`also`) and without them;
/// a wrong answer (which shows its source) and a needless decline (which shows a telephone number)
/// were taken to cost about the same.
#[derive(Debug)]
struct Thresholds {
    /// With less evidence nothing is said to answer.
    answer: f32,
    products: f32,
    /// What a message made only of words the shop never uses loses.
    unknown: f32,
    /// What product scores need to compare with passage scores: products are described less fully.
    product_bias: f32,
}
const FUSED: Thresholds = Thresholds { answer: 0.60, products: 0.55, unknown: 0.0, product_bias: 0.06 };
const FUSED_ZH: Thresholds = Thresholds { answer: 1.0, products: 0.85, unknown: 0.0, product_bias: -0.04 };
/// The least cosine that answers a question in a language that the shop does not speak, where words say nothing.
const FOREIGN_COSINE: f32 = 0.43;
const WORDS_EN: Thresholds = Thresholds { answer: 0.15, products: 0.18, unknown: 0.3, product_bias: 0.07 };
const WORDS_ZH: Thresholds = Thresholds { answer: 0.34, products: 0.26, unknown: 0.3, product_bias: 0.05 };
/// For a wish, which says itself that products are wanted.
const WISH_SHARE: f32 = 0.5;
/// How much a fragment after products leans to products.
const FOLLOW_UP_STEP: f32 = 0.2;

/// What to do with one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// What the skill has computed, or what it asks for.
    Skill,
    Answer,
    Products,
    /// Asks which of several passages is meant.
    Clarify,
    /// How to reach the shop, from its settings.
    Contact,
    Decline,
}

/// What was found for one question.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signs {
    pub language: Language,
    /// The message's own, where the shop does not speak it.
    pub spoken: Language,
    pub has_vectors: bool,
    /// A skill has a result, or asks for what it lacks.
    pub skill: bool,
    /// No shop's matter.
    pub is_foreign: bool,
    /// Names a thing that shops are asked for, and on which this one's texts are silent.
    pub is_unspoken: bool,
    /// The best passage speaks of the very product that is asked about.
    pub is_told: bool,
    /// Names goods that the shop does not sell.
    pub is_unsold: bool,
    /// The best scores.
    pub passage: f32,
    pub product: f32,
    /// What speaks for those answering at all.
    pub passage_evidence: f32,
    pub product_evidence: f32,
    /// Share of its telling words that the shop ever uses.
    pub known_share: f32,
    /// Towards products, or away from them.
    pub lean: f32,
    pub has_wish: bool,
    pub follows_products: bool,
    /// A bare word that several passages fit alike.
    pub is_vague: bool,
    pub asks_contact: bool,
    /// All it names is a kind of goods.
    pub names_kind: bool,
    /// Which passage is meant has been said.
    pub is_chosen: bool,
}

/// What to do about one question.
pub(super) fn act(signs: &Signs) -> Act {
    if signs.is_foreign || signs.is_unspoken {
        return Act::Decline;
    }
    if signs.skill {
        return Act::Skill;
    }
    if signs.is_chosen {
        return Act::Answer;
    }
    if signs.is_unsold {
        return Act::Decline;
    }
    if signs.is_vague && signs.known_share >= 1.0 {
        return Act::Clarify;
    }
    let thresholds = match (signs.has_vectors, signs.language) {
        (true, language) if language != signs.spoken => {
            let least = fuse(0.0, Some(FOREIGN_COSINE));
            Thresholds { answer: least, products: least, unknown: 0.0, product_bias: 0.0 }
        }
        (true, Language::En) => FUSED,
        (true, Language::Zh) => FUSED_ZH,
        (false, Language::En) => WORDS_EN,
        (false, Language::Zh) => WORDS_ZH,
    };
    let unknown = thresholds.unknown * (1.0 - signs.known_share);
    // In words alone, and across languages, scores are few and speak for themselves.
    let stands_out = signs.has_vectors && signs.language == signs.spoken;
    let (answers, sells) = match stands_out {
        true => (signs.passage_evidence, signs.product_evidence),
        false => (signs.passage, signs.product),
    };
    let (answers, sells) = (answers - unknown, sells - unknown);
    let share = if signs.has_wish { WISH_SHARE } else { 1.0 };
    let asks_kind = signs.names_kind && signs.lean > 0.0;
    let products_fit = asks_kind || sells >= thresholds.products * share;
    let lean = signs.lean + if signs.follows_products { FOLLOW_UP_STEP } else { 0.0 };
    // “Show me teapots” wants teapots, whatever a passage says of them.
    let prefers_products =
        !signs.is_told && (asks_kind || signs.product - signs.passage + lean + thresholds.product_bias > 0.0);
    match (answers >= thresholds.answer, products_fit) {
        (_, true) if prefers_products => Act::Products,
        _ if signs.asks_contact => Act::Contact,
        (true, _) => Act::Answer,
        _ => Act::Decline,
    }
}

/// What a person adds to a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escalation {
    None,
    /// The reply stands; it begins with a word of regret where `sorry`, and offers a person.
    Offer {
        sorry: bool,
    },
    /// The reply gives way to a person.
    HandOff(Why),
}

/// Whether a person is needed, for a reply of `kind`. An unhappy shopper is offered one at once and handed
/// over the second time; so is one whose questions are declined, or who has to ask the same again.
pub(super) fn escalation(kind: ReplyKind, sentiment: Sentiment, is_foreign: bool, mood: &Mood) -> Escalation {
    let declined = kind == ReplyKind::Decline && !is_foreign;
    let n_declined = mood.n_declined + u32::from(declined);
    if declined && n_declined >= MAX_FAILURES || mood.n_repeated >= MAX_FAILURES {
        return Escalation::HandOff(Why::Stuck);
    }
    match (sentiment, mood.n_repeated) {
        (Sentiment::Negative, _) => Escalation::Offer { sorry: true },
        (_, 1..) if kind != ReplyKind::Smalltalk => Escalation::Offer { sorry: false },
        _ => Escalation::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEARD: Heard = Heard {
        talk: None,
        wants_person: false,
        sentiment: Sentiment::Neutral,
        risk: Risk::None,
        only_steers: false,
        asks: true,
    };

    #[test]
    fn a_person_is_always_had_for_the_asking() {
        let heard = Heard { wants_person: true, risk: Risk::Abuse, ..HEARD };
        assert_eq!(course(&heard, &Mood::default()), Course::HandOff(Why::Asked));
        let yes = Heard { talk: Some(SmallTalk::Yes), ..HEARD };
        assert_eq!(course(&yes, &Mood { offered: true, ..Mood::default() }), Course::HandOff(Why::Asked));
        assert_eq!(course(&yes, &Mood::default()), Course::Talk(SmallTalk::Yes));
    }

    #[test]
    fn an_unhappy_shopper_has_a_person_within_two_turns() {
        let unhappy = Heard { sentiment: Sentiment::Negative, ..HEARD };
        let once = Mood { n_unhappy: 1, ..Mood::default() };
        assert_eq!(course(&unhappy, &once), Course::Answer);
        assert_eq!(escalation(ReplyKind::Answer, Sentiment::Negative, false, &once), Escalation::Offer { sorry: true });
        let twice = Mood { n_unhappy: 2, ..Mood::default() };
        assert_eq!(course(&unhappy, &twice), Course::HandOff(Why::Unhappy));
    }

    #[test]
    fn the_second_decline_in_a_row_leads_to_a_person_and_small_questions_about_the_world_do_not() {
        let mood = Mood { n_declined: 1, ..Mood::default() };
        let escalate = |kind, is_foreign| escalation(kind, Sentiment::Neutral, is_foreign, &mood);
        assert_eq!(escalate(ReplyKind::Decline, false), Escalation::HandOff(Why::Stuck));
        assert_eq!(escalate(ReplyKind::Decline, true), Escalation::None);
        assert_eq!(escalate(ReplyKind::Answer, false), Escalation::None);
    }

    #[test]
    fn what_is_no_shops_matter_is_declined_whatever_was_found() {
        let signs = Signs { passage: 1.0, product: 1.0, known_share: 1.0, ..Signs::default() };
        assert_ne!(act(&signs), Act::Decline);
        assert_eq!(act(&Signs { is_foreign: true, skill: true, ..signs }), Act::Decline);
        assert_eq!(act(&Signs { is_unsold: true, ..signs }), Act::Decline);
        assert_eq!(act(&Signs { skill: true, is_unsold: true, ..signs }), Act::Skill);
    }
}
