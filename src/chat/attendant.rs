//! From a message and what was found for it to a reply: understand, decide, compose, check.

use crate::chat::compose::Draft;
use crate::chat::conversation::{Conversation, Pending, Topic};
use crate::chat::grounding::Evidence;
use crate::chat::intent::{asks_contact, content, lean, names_thing};
use crate::chat::kinds::Kinds;
use crate::chat::message::is_question;
use crate::chat::policy::{self, Act, Course, Escalation, Heard, Signs};
use crate::chat::prose;
use crate::chat::scope;
use crate::chat::skills::{self, Outcome, Shop, Skill};
use crate::chat::slots::Lexicon;
use crate::chat::turn::{Part, Turn};
use crate::chat::wording::wording;
use crate::pack::format::{Passage, Product, ShopSettings};
use crate::pack::{Pack, PackError, ShopRules, offer};
use crate::protocol::{Language, Offer, Reply, ReplyKind, SlotValue};
use crate::recommend::Recommender;
use crate::recommend::model::{Model, ModelError};
use crate::retrieve::dense::DenseIndex;
use crate::retrieve::fuse::evidence;
use crate::retrieve::lexical::LexicalIndex;
use crate::retrieve::tokens::{is_telling, normalize, terms};
use crate::retrieve::{Hit, Index};

/// A second passage this near to the best one competes with it.
pub(super) const CLOSE_SHARE: f32 = 0.85;
/// And one this near is quoted with it. On the development questions 12 of 42 seconds nearer than this, from other
/// files, were right where the first was not; of those between 0.85 and this, 5 of 61: they are only offered.
pub(super) const QUOTED_SHARE: f32 = 0.94;
/// A passage that says more of a question than this is believed to be of the same matter.
const MIN_COVERED: f32 = 0.5;
/// How much the bare name of a kind of goods leans to products.
const THING_STEP: f32 = 0.12;
/// Passages that a bare word must fit alike to be vague.
const MIN_VAGUE: usize = 3;

/// One shop's attendant. Keeps nothing of any conversation.
#[derive(Debug)]
pub struct Attendant {
    settings: ShopSettings,
    rules: ShopRules,
    products: Vec<Product>,
    passages: Vec<Passage>,
    index: Index,
    lexicon: Lexicon,
    kinds: Kinds,
    /// Every product's titles, normalized.
    names: Vec<String>,
    recommender: Recommender,
}

/// Why a pack makes no attendant.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Tables(#[from] ModelError),
}

impl Attendant {
    pub fn open(pack: &Pack) -> Result<Attendant, OpenError> {
        Attendant::open_beside(pack, &[])
    }

    /// With what the page around sells beside the pack's goods.
    pub fn open_beside(pack: &Pack, offers: &[Offer]) -> Result<Attendant, OpenError> {
        let (settings, rules) = (pack.settings()?, pack.rules()?);
        let (mut products, passages) = (pack.products()?, pack.passages()?);
        let new = offer::beside(&products, &settings.currency, offers);
        let index = match new.is_empty() {
            true => Index::open(pack, &passages, &products)?,
            // They come after the pack's own, whose vectors stay theirs; by words they are found like any.
            false => {
                products.extend(new);
                let lexical = LexicalIndex::build(&passages, &products);
                Index::new(lexical, pack.embeddings()?.map(DenseIndex::new), &passages, &products)
            }
        };
        let (lexicon, kinds) = (Lexicon::new(&settings, &rules, &products), Kinds::new(&products));
        let names =
            products.iter().flat_map(|product| product.title.0.values()).map(|title| normalize(title)).collect();
        let model = pack.tables().map(Model::read).transpose()?;
        let recommender = Recommender::new(&products, pack.embeddings()?.as_ref(), model, pack.ranking()?);
        Ok(Attendant { settings, rules, products, passages, index, lexicon, kinds, names, recommender })
    }

    pub fn settings(&self) -> &ShopSettings {
        &self.settings
    }

    pub fn rules(&self) -> &ShopRules {
        &self.rules
    }

    pub fn products(&self) -> &[Product] {
        &self.products
    }

    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    pub fn index(&self) -> &Index {
        &self.index
    }

    pub fn recommender(&self) -> &Recommender {
        &self.recommender
    }

    pub(super) fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    pub(super) fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    pub(super) fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    /// A passage in one language.
    pub(super) fn passage(&self, id: &str, language: Language) -> Option<&Passage> {
        self.passages.iter().find(|passage| passage.id == id && passage.language == language)
    }

    pub(super) fn shop(&self) -> Shop<'_> {
        Shop { settings: &self.settings, rules: &self.rules, products: &self.products, recommender: &self.recommender }
    }

    /// Replies to a turn. `embeddings` are those of [`Turn::texts`], by an encoder the index accepts; none
    /// where there is no such encoder.
    pub fn reply(&self, conversation: &mut Conversation, turn: &Turn, embeddings: &[Vec<f32>]) -> Reply {
        conversation.language = Some(turn.language);
        conversation.hear(&turn.text, turn.sentiment);
        let heard = Heard {
            talk: turn.talk,
            wants_person: turn.wants_person,
            sentiment: turn.sentiment,
            risk: turn.risk,
            only_steers: turn.only_steers,
            asks: turn.parts.iter().any(|part| is_question(&part.own, turn.language)),
        };
        let course = policy::course(&heard, &conversation.mood);
        let mut draft = match course {
            Course::Refuse(risk) => self.refuse(turn, risk),
            Course::Talk(talk) => self.small_talk(turn, talk),
            Course::HandOff(why) => self.hand_off(conversation, turn, why),
            Course::Answer => self.answer_all(conversation, turn, embeddings),
        };
        if course == Course::Answer {
            let escalation = policy::escalation(draft.reply.kind, turn.sentiment, draft.is_foreign, &conversation.mood);
            draft = match escalation {
                Escalation::None => draft,
                Escalation::Offer { sorry } => self.offer_person(conversation, turn, draft, sorry),
                Escalation::HandOff(why) => self.hand_off(conversation, turn, why),
            };
        }
        self.finish(conversation, turn, draft)
    }

    /// The questions of a message, each with its answer.
    fn answer_all(&self, conversation: &mut Conversation, turn: &Turn, embeddings: &[Vec<f32>]) -> Draft {
        conversation.pending = None;
        let mut drafts: Vec<Draft> = Vec::new();
        for (at, part) in turn.parts.iter().enumerate() {
            let draft = self.answer_one(conversation, turn, part, embeddings.get(at).map(Vec::as_slice));
            // Two questions with one answer are answered once.
            if !drafts.iter().any(|other| other.reply.text == draft.reply.text) {
                drafts.push(draft);
            }
        }
        self.join(turn, drafts)
    }

    /// Puts the rule first where somebody asks whether some goods may come back and what was found is of another
    /// matter: of these goods, as a rule, and not of returns.
    fn rule_first(&self, turn: &Turn, part: &Part, passages: &mut [Hit]) {
        let rule = self.rules.returns.as_ref().filter(|_| skills::asks_leave_to_return(&part.own));
        let Some(rule) = rule.map(|returns| skills::rule_of_return(returns, &part.own)) else { return };
        let Some(best) = passages.first() else { return };
        if part.passage.is_some() || best.id == rule || self.covered(part, best, turn.language) > MIN_COVERED {
            return;
        }
        let file = |id: &str| id.split('#').next().unwrap_or_default().to_owned();
        let share = if file(&best.id) == file(rule) { CLOSE_SHARE } else { 0.0 };
        let place = passages.iter().position(|hit| hit.id == rule && hit.score >= share * best.score);
        if let Some(at) = place {
            // It answers as firmly as what it passes, and alone.
            let score = best.score / QUOTED_SHARE;
            passages[..=at].rotate_right(1);
            passages[0].score = score * 1.01;
        }
    }

    fn answer_one(
        &self,
        conversation: &mut Conversation,
        turn: &Turn,
        part: &Part,
        embedding: Option<&[f32]>,
    ) -> Draft {
        let mut passages = self.passages_for(turn, part, embedding);
        let products = self.products_for(turn, part, embedding);
        self.rule_first(turn, part, &mut passages);
        let is_unspoken = part.passage.is_none() && !self.name_first(&part.own, &mut passages, &products);
        let mut signs = self.signs(turn, part, embedding.is_some(), &passages, &products);
        signs.is_unspoken = is_unspoken;
        signs.is_told = self.is_told_of(part, &passages);
        let answers = matches!(policy::act(&signs), Act::Answer);
        let mut outcome = self.run_skills(conversation, turn, part, &passages, answers);
        signs.skill = outcome.is_some();
        // Why a thing goes back is no subject of its own: “it gives me a headache, can I return it?”.
        let counts_days = |skill: Skill| matches!(skill, Skill::ReturnDeadline | Skill::WarrantyDeadline);
        let is_counted = outcome.as_ref().is_some_and(|(skill, _)| counts_days(*skill));
        signs.is_unspoken &= !is_counted || part.slots.days.is_empty();
        let mut act = policy::act(&signs);
        // Whoever asks about one product is told of it, and not of others like it.
        let asked_of =
            part.slots.products.first().filter(|slot| part.slots.products.len() == 1 && slot.span.is_empty());
        if act == Act::Products
            && signs.lean <= 0.0
            && !part.wish.is_any()
            && let Some(product) = asked_of.and_then(|slot| self.product(slot.value.only()?))
        {
            let request = skills::Request {
                text: product.title.text(turn.language),
                language: turn.language,
                slots: &part.slots,
                shown: &conversation.shown,
                cart: &[],
                now_ms: turn.now_ms,
            };
            outcome = Some((Skill::ProductDetails, skills::run(Skill::ProductDetails, &self.shop(), &request)));
            act = Act::Skill;
        }
        let mut draft = match act {
            Act::Skill => match outcome {
                Some((_, Outcome::Done(computed))) => self.computed(turn, *computed),
                Some((skill, Outcome::Needs { slot, question, choices })) => {
                    conversation.pending = Some(Pending {
                        question: part.search_text.clone(),
                        choices: choices.clone(),
                        targets: Vec::new(),
                        skill: Some(skill),
                        slot: Some(slot),
                    });
                    let mut draft = self.ask_back(&question, choices);
                    let source = skills::source_of(skill, &self.rules);
                    let is_told = passages.first().is_some_and(|hit| source == Some(hit.id.as_str()));
                    match answers && is_told {
                        // What the shop says of it to everybody comes first, and then what it depends on.
                        true => self.ask_behind(self.answer(turn, part, &passages, &products), draft),
                        false => {
                            draft.reply.sources.extend(source.and_then(|id| self.passage_named(id, turn.language)));
                            draft
                        }
                    }
                }
                _ => self.decline(turn),
            },
            Act::Answer => self.answer(turn, part, &passages, &products),
            Act::Products => self.show(conversation, turn, part, &products, &passages),
            Act::Clarify => {
                let near = near(&passages);
                let targets = near.iter().map(|hit| hit.id.clone()).collect();
                let choices: Vec<String> = near.iter().map(|hit| self.passages[hit.index].heading.clone()).collect();
                conversation.pending = Some(Pending {
                    question: part.search_text.clone(),
                    choices: choices.clone(),
                    targets,
                    ..Pending::default()
                });
                self.ask_back(wording(turn.language).which_topic, choices)
            }
            Act::Contact => self.contact(turn),
            Act::Decline if turn.talk.is_some() => {
                self.small_talk(turn, turn.talk.unwrap_or(super::small_talk::SmallTalk::Robot))
            }
            Act::Decline => self.decline(turn),
        };
        draft.is_foreign = signs.is_foreign;
        if scope::is_medical(&part.own)
            && matches!(draft.reply.kind, ReplyKind::Answer | ReplyKind::Products | ReplyKind::Skill)
        {
            draft.append(wording(turn.language).medical);
        }
        if draft.reply.kind == ReplyKind::Decline && scope::is_symptom(&part.own) {
            draft.append(wording(turn.language).doctor);
        }
        self.note(conversation, turn, part, &draft);
        draft
    }

    fn signs(&self, turn: &Turn, part: &Part, has_vectors: bool, passages: &[Hit], products: &[Hit]) -> Signs {
        let language = turn.language;
        let best = |hits: &[Hit]| hits.first().map_or(0.0, |hit| hit.score);
        let words = content(&part.wish.rest, language);
        Signs {
            language,
            spoken: turn.spoken,
            has_vectors,
            skill: false,
            is_foreign: scope::is_symptom(&part.own) || scope::is_foreign(&part.own, |phrase| self.speaks_of(phrase)),
            is_unspoken: false,
            is_told: false,
            is_unsold: self.is_unsold(part, language, passages),
            passage: best(passages),
            product: best(products),
            passage_evidence: evidence(passages, self.index.coverage(&words, passages, language), language),
            product_evidence: evidence(products, 0.0, language),
            known_share: self.index.known_share(&words, language),
            lean: self.lean(part, language),
            has_wish: part.wish.is_any(),
            follows_products: part
                .topic
                .as_ref()
                .is_some_and(|topic| topic.about_products || topic.product.is_some() && !part.slots.colours.is_empty()),
            is_vague: self.is_vague(part, language, passages),
            asks_contact: asks_contact(&part.own) && !self.tells_contact(passages),
            names_kind: self.names_kind(part, language),
            is_chosen: part.passage.is_some(),
        }
    }

    /// Whether the best passage holds the telephone number or an address of the shop.
    fn tells_contact(&self, passages: &[Hit]) -> bool {
        let contact = &self.settings.contact;
        let values = [&contact.email, &contact.telephone, &contact.whatsapp].into_iter().flatten();
        let mut values = values.chain(contact.address.0.values());
        passages
            .first()
            .is_some_and(|hit| values.any(|value| self.passages[hit.index].markdown.contains(value.as_str())))
    }

    /// Whether all it names is a kind of goods, as the catalogue calls it: “show me teapots”.
    fn names_kind(&self, part: &Part, language: Language) -> bool {
        let wanted: Vec<String> =
            terms(&content(&part.wish.rest, language)).into_iter().filter(|term| is_telling(term)).collect();
        !wanted.is_empty() && self.kinds.has(&wanted, language)
    }

    /// How much it wants products: by its phrases, and by being nothing but the name of a kind of them.
    pub(super) fn lean(&self, part: &Part, language: Language) -> f32 {
        let lean = lean(&part.search_text, &part.wish, language);
        let is_dietary = scope::is_dietary(&part.own) && !part.wish.has_price();
        let Some(thing) = names_thing(&part.own, language) else {
            return if is_dietary { lean.min(0.0) - THING_STEP } else { lean };
        };
        let mut wanted = terms(&thing).into_iter().filter(|term| is_telling(term));
        match wanted.next_back() {
            Some(head) if self.index.lexical().knows_title(&head, language) || self.kinds.is_kind(&head) => {
                lean.max(0.0) + THING_STEP
            }
            _ => lean,
        }
    }

    /// One word that several passages of one file fit alike.
    fn is_vague(&self, part: &Part, language: Language, passages: &[Hit]) -> bool {
        let n_terms = terms(&part.own).iter().filter(|term| is_telling(term)).count();
        let n_chars = part.own.chars().filter(|c| c.is_alphanumeric()).count();
        let is_bare = match language {
            Language::En => n_terms == 1 && part.own.split_whitespace().count() <= 2,
            Language::Zh => n_chars <= 2,
        };
        let near = near(passages);
        let file = |hit: &Hit| hit.id.split('#').next().map(str::to_owned);
        let is_one_file =
            near.first().is_some_and(|first| near.iter().filter(|hit| file(hit) == file(first)).count() >= MIN_VAGUE);
        is_bare && part.topic.is_none() && near.len() >= MIN_VAGUE && is_one_file
    }

    /// Keeps what a reply was about.
    fn note(&self, conversation: &mut Conversation, turn: &Turn, part: &Part, draft: &Draft) {
        let reply = &draft.reply;
        if matches!(reply.kind, ReplyKind::Decline | ReplyKind::Smalltalk | ReplyKind::Handoff) {
            return;
        }
        let named = part.slots.products.first().and_then(|mention| mention.value.only()).map(str::to_owned);
        let shown: Vec<String> = reply.products.iter().map(|shown| shown.product.clone()).collect();
        let product = named.or_else(|| match shown.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        });
        if product.is_some() {
            conversation.focus.clone_from(&product);
        } else if reply.kind == ReplyKind::Products {
            conversation.focus = None;
        }
        if shown.len() > 1 || !shown.is_empty() && conversation.shown.is_empty() {
            conversation.shown = shown;
        }
        let source = reply.sources.first().map(|source| source.id.clone()).filter(|id| id.contains('#'));
        conversation.remember(Topic {
            text: part.search_text.clone(),
            language: turn.language,
            about_products: reply.kind == ReplyKind::Products,
            source: source.filter(|_| reply.kind != ReplyKind::Clarify),
            product,
            skill: draft.skill,
        });
    }

    /// What every reply has: what was understood, the check of what it says, its place in the transcript.
    fn finish(&self, conversation: &mut Conversation, turn: &Turn, draft: Draft) -> Reply {
        let (mut reply, is_foreign) = (self.ground(turn, &draft), draft.is_foreign);
        if turn.spoken != turn.language && matches!(reply.kind, ReplyKind::Answer | ReplyKind::Products) {
            reply.text = format!("{}\n\n{}", wording(turn.spoken).other_language, reply.text);
        }
        if turn.was_cut {
            reply.text = format!("{}\n\n{}", wording(turn.language).cut, reply.text);
        }
        reply.language = turn.language;
        reply.sentiment = turn.sentiment;
        reply.risk = turn.risk;
        reply.intent = turn.intent.clone();
        reply.slots = self.understood(turn);
        reply.blocks = prose::parse(&reply.text);
        let mood = &mut conversation.mood;
        mood.offered = reply.handoff.is_some() && reply.kind != ReplyKind::Handoff;
        mood.n_declined = match reply.kind {
            ReplyKind::Decline if !is_foreign => mood.n_declined + 1,
            ReplyKind::Decline | ReplyKind::Smalltalk => mood.n_declined,
            _ => 0,
        };
        if reply.kind == ReplyKind::Handoff {
            mood.n_unhappy = 0;
            mood.n_repeated = 0;
        }
        conversation.record(&turn.text, &reply.text, reply.kind);
        reply
    }

    fn understood(&self, turn: &Turn) -> Vec<SlotValue> {
        let mut slots: Vec<SlotValue> = Vec::new();
        for one in turn.parts.iter().flat_map(|part| part.slots.understood()) {
            let slot = SlotValue { slot: slot_name(one.kind), value: one.value };
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        slots
    }

    /// The last step: what cannot be found in the sources is not said. The plain extract is, or else that
    /// there is no answer.
    fn ground(&self, turn: &Turn, draft: &Draft) -> Reply {
        let names = || self.names.iter().map(String::as_str);
        let is_grounded = |draft: &Draft| {
            let evidence = self.evidence(draft);
            evidence.check(&draft.reply.text, names()).is_ok()
        };
        if is_grounded(draft) {
            return Reply { grounded: true, ..draft.reply.clone() };
        }
        let fallback = draft.extract.as_ref().map(|extract| {
            let mut plain = draft.clone();
            plain.reply.text.clone_from(extract);
            plain
        });
        match fallback.filter(is_grounded) {
            Some(plain) => Reply { grounded: true, ..plain.reply },
            None => {
                let declined = self.decline(turn);
                Reply { grounded: is_grounded(&declined), ..declined.reply }
            }
        }
    }

    fn evidence(&self, draft: &Draft) -> Evidence {
        let mut evidence = Evidence::default();
        for source in &draft.reply.sources {
            for passage in self.passages.iter().filter(|passage| passage.id == source.id) {
                evidence.add(&passage.heading);
                evidence.add(&passage.markdown);
            }
            if let Some(product) = self.product(&source.id) {
                self.add_record(&mut evidence, product);
            }
        }
        for shown in &draft.reply.products {
            if let Some(product) = self.product(&shown.product) {
                self.add_record(&mut evidence, product);
            }
        }
        let contact = &self.settings.contact;
        let settings = [&contact.email, &contact.telephone, &contact.whatsapp].into_iter().flatten();
        let localized =
            contact.address.0.values().chain(contact.hours.0.values()).chain(self.settings.decline.0.values());
        settings.chain(localized).chain(&draft.computed).for_each(|text| evidence.add(text));
        evidence
    }

    fn add_record(&self, evidence: &mut Evidence, product: &Product) {
        for language in Language::ALL {
            evidence.add(&product.price.format(language));
            evidence.add(&product.current_price().format(language));
        }
        evidence.add(&product.id);
        let texts =
            [&product.title, &product.description, &product.brand, &product.color, &product.material, &product.size];
        texts.iter().flat_map(|text| text.0.values()).for_each(|text| evidence.add(text));
        let lists = [&product.highlights, &product.tags, &product.product_type];
        lists.iter().flat_map(|list| list.0.values().flatten()).for_each(|text| evidence.add(text));
        for attribute in product.attributes.0.values().flatten() {
            evidence.add(&attribute.name);
            evidence.add(&attribute.value);
        }
        product.weight.iter().for_each(|weight| evidence.add(weight));
        product.stock.iter().for_each(|stock| evidence.add(&stock.to_string()));
    }

    /// The hand-off of a conversation, at any time: what the page shows when the shopper asks for it.
    pub fn draft_handoff(
        &self,
        conversation: &Conversation,
        language: Language,
        personal_data: super::handoff::PersonalData,
        now_ms: i64,
    ) -> crate::protocol::Handoff {
        super::handoff::draft(conversation, &self.settings, &self.rules, language, personal_data, now_ms)
    }
}

/// As `attendant ask --json` names it.
fn slot_name(kind: super::slots::SlotKind) -> String {
    format!("{kind:?}").to_lowercase()
}

/// The passages that compete with the best one.
fn near(passages: &[Hit]) -> Vec<&Hit> {
    let best = passages.first().map_or(0.0, |hit| hit.score);
    passages.iter().take(4).filter(|hit| hit.score >= CLOSE_SHARE * best).collect()
}
