//! A message, understood as far as words go: its language, its questions, and what each leans on.

use crate::chat::attendant::Attendant;
use crate::chat::conversation::{Conversation, Pending, Topic};
use crate::chat::intent;
use crate::chat::language::{detect_language, language_wanted};
use crate::chat::message::{clean, questions};
use crate::chat::phrases::has_any;
use crate::chat::reference::{self, is_fragment};
use crate::chat::risk::{read_risk, without_steering};
use crate::chat::sentiment::read_sentiment;
use crate::chat::shorthand::spelled_out;
use crate::chat::skills::Skill;
use crate::chat::skills::asks_extreme;
use crate::chat::slots::{ProductMention, Slot, Slots};
use crate::chat::small_talk::{self, SmallTalk};
use crate::chat::wish::Wish;
use crate::protocol::{Label, Language, Risk, Sentiment};
use crate::retrieve::plainly;
use crate::retrieve::tokens::{is_telling, normalize, terms};

/// What a shopper sends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Message<'a> {
    pub text: &'a str,
    /// The page's, for messages that show none.
    pub language: Language,
    /// The product from whose page or card it was asked.
    pub about: Option<&'a str>,
    /// Milliseconds since the Unix epoch.
    pub now_ms: i64,
}

/// A message, understood as far as words go.
#[derive(Clone, Debug)]
pub struct Turn {
    pub language: Language,
    /// The language of the message itself, which the shop may not speak: its encoder embeds [`Turn::texts`].
    pub spoken: Language,
    pub(super) text: String,
    /// One a question, in order; never empty.
    pub(super) parts: Vec<Part>,
    pub(super) talk: Option<SmallTalk>,
    pub(super) wants_person: bool,
    pub(super) sentiment: Sentiment,
    pub(super) risk: Risk,
    /// What it is about, where a classifier is sure; see [`Heads`](crate::chat::Heads).
    pub(super) intent: Option<Label>,
    /// Nothing is left of it once what steers is taken out.
    pub(super) only_steers: bool,
    pub(super) now_ms: i64,
    pub(super) was_cut: bool,
}

/// One question of a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// In the shopper's words.
    pub own: String,
    /// What to search for, and to embed where there is an encoder of [`Turn::spoken`].
    pub search_text: String,
    pub wish: Wish,
    /// With what it takes over from the subject that it follows up.
    pub slots: Slots,
    /// What it follows up, where it only makes sense after that.
    pub topic: Option<Topic>,
    /// The skill that waits for this, or that the subject was answered by.
    pub skill: Option<Skill>,
    /// The passage that was chosen.
    pub passage: Option<String>,
}

impl Turn {
    /// The texts whose embeddings can change the reply, one a question, with their idioms in plain words; empty where
    /// none can.
    pub fn texts(&self) -> Vec<String> {
        match self.wants_embedding() {
            true => self.parts.iter().map(|part| plainly(&part.search_text)).collect(),
            false => Vec::new(),
        }
    }

    /// Whether embeddings of [`Turn::texts`] can change the reply.
    pub fn wants_embedding(&self) -> bool {
        self.talk.is_none_or(|talk| talk == SmallTalk::Robot)
    }
}

/// Pronouns that stand for the product spoken of.
const PRONOUNS_EN: &[&str] = &["it", "its", "it's", "this", "that", "this one", "that one", "they", "them", "these"];
const PRONOUNS_ZH: &[&str] =
    &["它", "这个", "那个", "这款", "那款", "这只", "那只", "这把", "那把", "这套", "这件", "这茶", "这种"];

impl Attendant {
    /// Understands a message in its conversation.
    pub fn read(&self, conversation: &Conversation, message: &Message<'_>) -> Turn {
        let (text, was_cut) = clean(message.text);
        let wanted = language_wanted(&text);
        let shown = conversation.language.unwrap_or(message.language);
        let spoken = wanted.unwrap_or_else(|| detect_language(&text, shown));
        let mut language = spoken;
        if !self.settings().languages.contains(&language) {
            language = self.settings().languages.first().copied().unwrap_or(language);
        }
        let risk = read_risk(&text);
        let asked = if risk == Risk::Steering { without_steering(&text) } else { text.clone() };
        let asked = spelled_out(&asked);
        let mut turn = Turn {
            language,
            spoken,
            parts: Vec::new(),
            talk: small_talk::recognize(&text),
            wants_person: intent::wants_person(&text),
            sentiment: read_sentiment(&text),
            risk,
            intent: None,
            only_steers: risk == Risk::Steering && !crate::chat::message::is_question(&asked, language),
            now_ms: message.now_ms,
            was_cut,
            text,
        };
        if wanted.is_some() {
            turn.parts = vec![self.again(conversation, &turn)];
            // Nothing was spoken of yet: greet.
            turn.talk = conversation.topic().is_none().then_some(SmallTalk::Hello);
            return turn;
        }
        if let Some(part) = conversation.pending.as_ref().and_then(|pending| self.told(conversation, &turn, pending)) {
            turn.parts = vec![part];
            turn.talk = None;
            return turn;
        }
        // Later questions lean on earlier ones of the same message.
        let mut said = conversation.clone();
        for question in questions(&asked, language) {
            let part = self.read_part(&said, &turn, &question, message.about);
            said.remember(Topic { text: part.search_text.clone(), language, ..Topic::default() });
            turn.parts.push(part);
        }
        turn
    }

    pub(super) fn slots(&self, conversation: &Conversation, text: &str, now_ms: i64) -> Slots {
        let (today, _) = self.rules().zone.local(now_ms);
        self.lexicon().read(text, today, &conversation.shown)
    }

    fn read_part(&self, conversation: &Conversation, turn: &Turn, text: &str, about: Option<&str>) -> Part {
        let language = turn.language;
        let corrected = reference::correction(text);
        let returned = reference::return_to(text);
        let is_leaning = corrected.is_some() || is_fragment(text, language);
        let own = corrected.clone().or_else(|| returned.clone()).unwrap_or_else(|| text.to_owned());
        let mut slots = self.slots(conversation, &own, turn.now_ms);
        slots.products.retain(|slot| {
            own.get(slot.span.clone()).is_some_and(|said| {
                self.is_name(said, &slot.value.ids) || self.is_last_name(&own, said, &slot.value.ids)
            })
        });
        if let Some(about) = about.filter(|id| self.product(id).is_some()) {
            slots.products = vec![mention(about)];
        }
        let own_colour = slots.colours.first().map(|slot| slot.value);
        let is_bare = is_nothing_but_slots(&own, &slots);
        let topic = match &returned {
            Some(rest) => self.topic_of(conversation, rest),
            None if is_leaning || is_bare => self.leaned_on(conversation, turn, &slots),
            None => None,
        };
        let mut part = Part { search_text: own.clone(), own, ..Part::default() };
        if let Some(topic) = &topic {
            let earlier = self.slots(conversation, &topic.text, turn.now_ms);
            part.search_text = self.continued(topic, &earlier, &slots, &part.own, language);
            let brings_product = !slots.products.is_empty();
            slots.inherit(&earlier);
            slots.products.retain(|slot| brings_product || slot.span.is_empty() && slot.value.ids.len() == 1);
            if !brings_product && let Some(product) = topic.product.as_deref() {
                slots.products = vec![mention(product)];
            }
            part.skill = topic.skill;
            // “The red one”: of those shown, if one is; otherwise such goods are looked for.
            if let Some(colour) = own_colour.filter(|_| !brings_product) {
                let of_colour = |id: &&String| self.product(id).is_some_and(|product| colour.is_of(product));
                slots.products = conversation.shown.iter().find(of_colour).map(|id| mention(id)).into_iter().collect();
                part.skill = part.skill.filter(|skill| *skill != Skill::ProductDetails || !slots.products.is_empty());
                if !slots.products.is_empty() {
                    part.skill = Some(Skill::ProductDetails);
                }
            }
        }
        if slots.products.is_empty()
            && let Some(focus) = conversation.focus.as_deref().filter(|_| refers(&part.own, language))
        {
            slots.products = vec![mention(focus)];
        }
        // “Which is cheaper?”: of those shown.
        if slots.products.is_empty()
            && conversation.shown.len() >= 2
            && compares(&part.own)
            && !asks_extreme(&self.shop(), &normalize(&part.own))
        {
            slots.products = conversation.shown.iter().take(MAX_COMPARED).map(|id| mention(id)).collect();
            part.skill = Some(Skill::CompareProducts);
        }
        // What is asked of a product is searched with its name.
        if topic.is_none()
            && let [only] = slots.products.as_slice()
            && only.span.is_empty()
            && let Some(product) = only.value.only().and_then(|id| self.product(id))
        {
            part.search_text = format!("{} {}", product.title.text(language), part.own);
        }
        part.wish = Wish::read(&part.search_text);
        part.slots = slots;
        part.topic = topic;
        part
    }

    /// The subject that a message without its own leans on: the last one that speaks of such things as it
    /// brings, so that “and to Canada?” goes back to delivery over what came between.
    fn leaned_on(&self, conversation: &Conversation, turn: &Turn, slots: &Slots) -> Option<Topic> {
        let has_place = |topic: &&Topic| {
            matches!(topic.skill, Some(Skill::ShippingCost | Skill::DeliveryTime | Skill::FreeShipping))
                || !self.slots(conversation, &topic.text, turn.now_ms).places.is_empty()
        };
        let last = || conversation.topics().next();
        let topic = match slots.places.is_empty() {
            false => conversation.topics().find(has_place).or_else(last),
            true => last(),
        };
        topic.cloned()
    }

    /// The subject that shares most words with what somebody returns to.
    fn topic_of(&self, conversation: &Conversation, rest: &str) -> Option<Topic> {
        let wanted: Vec<String> = terms(rest).into_iter().filter(|term| is_telling(term)).collect();
        let overlap = |topic: &Topic| {
            let passage = topic.source.as_deref().and_then(|id| self.passage(id, topic.language));
            let product = topic.product.as_deref().and_then(|id| self.product(id));
            let heading = passage.map_or("", |passage| passage.heading.as_str());
            let title = product.map_or("", |product| product.title.text(topic.language));
            let theirs = terms(&format!("{} {heading} {title}", topic.text));
            wanted.iter().filter(|term| theirs.contains(term)).count()
        };
        // Of equals the one spoken of last.
        let mut best: Option<(usize, &Topic)> = None;
        for topic in conversation.topics() {
            let overlap = overlap(topic);
            if overlap > best.map_or(0, |(most, _)| most) {
                best = Some((overlap, topic));
            }
        }
        best.map(|(_, topic)| topic.clone())
    }

    /// The question that a fragment makes of its subject: its place put in place of the old one, or its
    /// words after the old ones.
    fn continued(&self, topic: &Topic, earlier: &Slots, slots: &Slots, own: &str, language: Language) -> String {
        if topic.language != language {
            // The same passage has a heading in every language of the shop.
            let heading = topic.source.as_deref().and_then(|id| self.passage(id, language));
            return format!("{} {own}", heading.map_or("", |passage| passage.heading.as_str())).trim().to_owned();
        }
        let place = |slots: &Slots| slots.places.first().map(|slot| slot.span.clone()).filter(|span| !span.is_empty());
        if let (Some(old), Some(new)) = (place(earlier), place(slots))
            && let (Some(before), Some(name), Some(after)) =
                (topic.text.get(..old.start), own.get(new), topic.text.get(old.end..))
        {
            return format!("{before}{name}{after}");
        }
        format!("{} {own}", topic.text)
    }

    /// The last question again, for “in English, please”.
    fn again(&self, conversation: &Conversation, turn: &Turn) -> Part {
        let Some(topic) = conversation.topic() else {
            return Part { own: turn.text.clone(), search_text: turn.text.clone(), ..Part::default() };
        };
        let passage = topic.source.as_deref().and_then(|id| self.passage(id, turn.language));
        let text = passage.map_or_else(|| topic.text.clone(), |passage| passage.heading.clone());
        let mut slots = self.slots(conversation, &topic.text, turn.now_ms);
        if let Some(product) = topic.product.as_deref() {
            slots.products = vec![mention(product)];
        }
        Part {
            wish: Wish::read(&text),
            own: topic.text.clone(),
            search_text: text,
            slots,
            skill: topic.skill,
            passage: topic.source.clone(),
            topic: Some(topic.clone()),
        }
    }

    /// The question that was waiting, with what it waited for; `None` where the message is about something else.
    fn told(&self, conversation: &Conversation, turn: &Turn, pending: &Pending) -> Option<Part> {
        let mut slots = self.slots(conversation, &turn.text, turn.now_ms);
        let chosen = reference::choice(&turn.text, &pending.choices);
        let label = chosen.and_then(|place| pending.choices.get(place));
        let target = chosen.and_then(|place| pending.targets.get(place)).map(String::as_str);
        let fills = pending.slot.is_some_and(|kind| slots.understood().iter().any(|one| one.kind == kind));
        let asks_anew = crate::chat::message::is_question(&turn.text, turn.language) && chosen.is_none();
        if !(chosen.is_some() || fills && !asks_anew) {
            return None;
        }
        if let Some(label) = label.filter(|_| !fills) {
            slots = self.slots(conversation, label, turn.now_ms);
        }
        slots.inherit(&self.slots(conversation, &pending.question, turn.now_ms));
        if let Some(product) = target.filter(|id| self.product(id).is_some()) {
            slots.products = vec![mention(product)];
        }
        let told = label.map_or(turn.text.as_str(), String::as_str);
        let search_text = format!("{} {told}", pending.question);
        Some(Part {
            own: pending.question.clone(),
            wish: Wish::read(&search_text),
            search_text,
            slots,
            skill: pending.skill,
            passage: target.filter(|id| id.contains('#')).map(str::to_owned),
            topic: None,
        })
    }
}

const MAX_COMPARED: usize = 3;

/// Whether a message weighs what was shown, and names nothing itself to choose from.
fn compares(text: &str) -> bool {
    const WEIGHS: &[&str] = &[
        "which is cheaper",
        "which one is cheaper",
        "which is cheapest",
        "the cheapest",
        "which is bigger",
        "which is better",
        "compare them",
        "compare these",
        "compare those",
        "what is the difference",
        "what's the difference",
        "哪个便宜",
        "哪个更",
        "哪款更",
        "哪款便宜",
        "有什么区别",
        "比较一下",
        "对比一下",
        "最便宜",
    ];
    const NAMES: &[&str] = &["or", "vs", "versus", "than", "还是", "跟", "和"];
    let text = normalize(text);
    has_any(&text, WEIGHS) && !has_any(&text, NAMES)
}

/// A product that was not named in the words of the message.
pub(super) fn mention(id: &str) -> Slot<ProductMention> {
    Slot { value: ProductMention { ids: vec![id.to_owned()] }, span: 0..0 }
}

/// Whether a message speaks of the product before it.
fn refers(text: &str, language: Language) -> bool {
    let pronouns = match language {
        Language::En => PRONOUNS_EN,
        Language::Zh => PRONOUNS_ZH,
    };
    has_any(&normalize(text), pronouns)
}

/// “Germany?”, “2 kg”: a value, and nothing said of it.
fn is_nothing_but_slots(text: &str, slots: &Slots) -> bool {
    let spans: Vec<_> = slots.understood().into_iter().map(|one| one.span).filter(|span| !span.is_empty()).collect();
    if spans.is_empty() {
        return false;
    }
    let mut rest = text.to_owned();
    for span in spans {
        if rest.is_char_boundary(span.start) && rest.is_char_boundary(span.end) && span.end <= rest.len() {
            rest.replace_range(span.clone(), &" ".repeat(span.len()));
        }
    }
    !terms(&rest).iter().any(|term| is_telling(term)) && rest.chars().filter(|c| c.is_alphanumeric()).count() <= 8
}
