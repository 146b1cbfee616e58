//! What was decided, in words: the shop's own sentences, computed results, and the few of [`wording`].

use crate::chat::affirm;
use crate::chat::attendant::{Attendant, CLOSE_SHARE, QUOTED_SHARE};
use crate::chat::conversation::Conversation;
use crate::chat::extract::{extract, lead};
use crate::chat::handoff::{self, PersonalData};
use crate::chat::policy::Why;
use crate::chat::prose;
use crate::chat::skills::{self, Computed, Skill};
use crate::chat::small_talk::SmallTalk;
use crate::chat::turn::{Part, Turn};
use crate::chat::wish::describe_price;
use crate::chat::wording::wording;
use crate::pack::Money;
use crate::pack::format::{Availability, Passage, Product};
use crate::protocol::{ChannelKind, Handoff, Language, Reason, Recommendation, Reply, ReplyKind, Risk, Source};
use crate::retrieve::Hit;
use crate::retrieve::tokens::{is_telling, terms};

/// Products in one reply.
const MAX_PRODUCTS: usize = 6;
/// Products beside an answer, and those among them that the passage itself speaks of.
const MAX_CARDS: usize = 4;
const MAX_RECOMMENDED: usize = 3;
const MAX_QUICK_REPLIES: usize = 3;
/// Products this far below the best one are left out.
const RELATED_SHARE: f32 = 0.55;

/// A reply before it is checked, with what the check needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub reply: Reply,
    /// Numbers, days and sums that were computed, as they stand in the text.
    pub computed: Vec<String>,
    /// What to show instead, should the text not hold.
    pub extract: Option<String>,
    pub skill: Option<Skill>,
    pub is_foreign: bool,
}

impl Draft {
    pub(super) fn append(&mut self, paragraph: &str) {
        self.reply.text.push_str("\n\n");
        self.reply.text.push_str(paragraph);
    }

    fn prepend(&mut self, paragraph: &str) {
        self.reply.text = format!("{paragraph}\n\n{}", self.reply.text);
    }
}

impl Attendant {
    /// The best passage's words, and cards of products where the question was not about a rule.
    pub(super) fn answer(&self, turn: &Turn, part: &Part, hits: &[Hit], products: &[Hit]) -> Draft {
        let Some(best) = hits.first() else { return self.decline(turn) };
        let lean = self.lean(part, turn.language);
        let share = if lean > 0.0 { RELATED_SHARE } else { CLOSE_SHARE };
        let near = products.iter().filter(|hit| lean >= 0.0 && hit.score >= share * best.score).map(recommend);
        // What the shop itself recommends in its words comes before what only sounds like the question.
        let mut cards: Vec<Recommendation> = self
            .recommended(&self.passages()[best.index], products)
            .into_iter()
            .take(MAX_RECOMMENDED)
            .map(|id| card(id, best.score))
            .collect();
        for card in near {
            if !cards.iter().any(|other| other.product == card.product) {
                cards.push(card);
            }
        }
        cards.truncate(MAX_CARDS);
        let cited: Vec<&Hit> = hits.iter().take(2).filter(|hit| hit.score >= QUOTED_SHARE * best.score).collect();
        let wanted = match skills::asks_leave_to_return(&part.own) {
            true => format!("{} {}", part.search_text, skills::CONDITIONS),
            false => part.search_text.clone(),
        };
        let texts = cited.iter().enumerate().map(|(rank, hit)| {
            let markdown = &self.passages()[hit.index].markdown;
            if rank == 0 { extract(markdown, &wanted) } else { lead(markdown) }
        });
        let plain = texts.collect::<Vec<_>>().join("\n\n");
        let covered = self.covered(part, best, turn.language);
        let plain = affirm::without_opening(&part.own, covered, &plain, turn.language);
        let words = wording(turn.language);
        let text = match affirm::opening(&part.own, &plain, turn.language) {
            Some(true) => opened(words.yes, &plain, turn.language),
            Some(false) => opened(words.no_opening, &plain, turn.language),
            None => plain.clone(),
        };
        Draft {
            reply: Reply {
                kind: ReplyKind::Answer,
                text,
                sources: cited.iter().map(|hit| self.passage_source(hit)).collect(),
                products: cards,
                quick_replies: self.headings(hits.iter().skip(cited.len())),
                ..Reply::default()
            },
            extract: Some(plain),
            ..Draft::default()
        }
    }

    /// Which share of a question a passage says where it says what it answers: heading, other ways to ask, first words.
    pub(super) fn covered(&self, part: &Part, hit: &Hit, language: Language) -> f32 {
        let passage = &self.passages()[hit.index];
        let told = format!("{}\n{}\n{}", passage.heading, passage.also.join("\n"), lead(&passage.markdown));
        let (told, wanted) = (terms(&told), terms(&crate::chat::intent::content(&part.own, language)));
        let wanted: Vec<&String> = wanted.iter().filter(|term| is_telling(term)).collect();
        let n_told = wanted.iter().filter(|term| told.contains(term)).count();
        n_told as f32 / wanted.len().max(1) as f32
    }

    /// The goods in stock that a passage speaks of by price and name, what fits the question best first. A file names
    /// its goods for all of its passages.
    fn recommended(&self, passage: &Passage, products: &[Hit]) -> Vec<&str> {
        let told: Vec<String> = terms(&passage.text);
        let is_told = |product: &&Product| {
            let price = product.current_price().format(passage.language);
            let title: Vec<String> =
                terms(product.title.text(passage.language)).into_iter().filter(|term| is_telling(term)).collect();
            let n_told = title.iter().filter(|term| told.contains(term)).count();
            product.is_in_stock()
                && (passage.text.contains(&price) && 2 * n_told >= title.len() || n_told == title.len())
        };
        let listed = passage.products.iter().filter_map(|id| self.product(id)).filter(is_told);
        let mut listed: Vec<&Product> = listed.collect();
        let place = |product: &Product| products.iter().position(|hit| hit.id == product.id).unwrap_or(usize::MAX);
        listed.sort_by_key(|product| place(product));
        listed.into_iter().map(|product| product.id.as_str()).collect()
    }

    pub(super) fn show(
        &self,
        conversation: &Conversation,
        turn: &Turn,
        part: &Part,
        hits: &[Hit],
        passages: &[Hit],
    ) -> Draft {
        let words = wording(turn.language);
        let best = hits.first().map_or(0.0, |hit| hit.score);
        let related: Vec<&Hit> = hits.iter().filter(|hit| hit.score >= RELATED_SHARE * best).collect();
        let product = |hit: &&Hit| &self.products()[hit.index];
        let fits = |hit: &&&Hit| {
            let product = product(hit);
            part.wish.allows(product.current_price().major()) && (!part.wish.on_sale || product.sale_price.is_some())
        };
        let mut fitting: Vec<&Hit> = related.iter().filter(fits).copied().collect();
        let mut intro = None;
        if fitting.is_empty() {
            // A budget is kept before likeness: better a cup that can be paid than a pot that cannot.
            fitting = hits.iter().collect::<Vec<_>>().iter().filter(fits).copied().collect();
        }
        if fitting.is_empty() {
            intro = Some(words.none_in_budget);
            fitting = related.clone();
            let limit = part.wish.max_price.or(part.wish.min_price).unwrap_or_default();
            let distance = |hit: &Hit| (self.products()[hit.index].current_price().major() - limit).abs();
            fitting.truncate(2 * MAX_PRODUCTS);
            fitting.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        }
        if part.wish.in_stock {
            if fitting.iter().any(|hit| product(hit).is_in_stock()) {
                fitting.retain(|hit| product(hit).is_in_stock());
            } else {
                intro = Some(words.none_in_stock);
            }
        }
        // “In black”: only what is; and where nothing is, that is said.
        if let Some(colour) = part.slots.colours.first().map(|slot| slot.value) {
            let of_colour: Vec<&Hit> = fitting.iter().filter(|hit| colour.is_of(product(hit))).copied().collect();
            match of_colour.is_empty() {
                false => fitting = of_colour,
                true if part.topic.is_some() => {
                    intro = Some(words.none_like_that);
                    let others: Vec<&Hit> =
                        hits.iter().filter(|hit| colour.is_of(product(hit))).take(MAX_PRODUCTS).collect();
                    let seen = |hit: &Hit| conversation.shown.contains(&hit.id);
                    fitting =
                        if others.is_empty() { fitting.into_iter().filter(|hit| !seen(hit)).collect() } else { others };
                    if fitting.is_empty() {
                        return self.decline(turn);
                    }
                }
                true => {}
            }
        }
        fitting.truncate(MAX_PRODUCTS);
        let mut computed = vec![fitting.len().to_string()];
        let intro = match (intro, fitting.len()) {
            (Some(intro), _) => intro.to_owned(),
            (None, 1) => words.one_fits.to_owned(),
            (None, n) => self.with_price(turn, part, words.some_fit.replace("{n}", &n.to_string()), &mut computed),
        };
        let lines = fitting.iter().map(|hit| self.product_line(product(hit), turn.language));
        let mut text = [intro, lines.collect::<Vec<_>>().join("\n")].join("\n\n");
        let mut sources: Vec<Source> =
            fitting.iter().map(|hit| self.product_source(product(hit), hit.score, turn.language)).collect();
        let mut passages = passages.iter();
        // Where a passage fits even better than the products, what it says belongs beside them: whoever
        // asks for biscuits without gluten must not be left with the biscuits alone.
        if let Some(passage) = passages.clone().next().filter(|passage| passage.score >= best) {
            let lead = lead(&self.passages()[passage.index].markdown);
            let covered = self.covered(part, passage, turn.language);
            let lead = affirm::without_opening(&part.own, covered, &lead, turn.language);
            text = format!("{text}\n\n{lead}");
            sources.push(self.passage_source(passage));
            passages.next();
        }
        let reply = Reply {
            kind: ReplyKind::Products,
            text,
            sources,
            products: fitting.iter().copied().map(recommend).collect(),
            quick_replies: self.headings(passages),
            ..Reply::default()
        };
        Draft { reply, computed, ..Draft::default() }
    }

    /// What a skill has computed.
    pub(super) fn computed(&self, turn: &Turn, computed: Computed) -> Draft {
        let language = turn.language;
        let source = |id: &String| {
            let passage =
                self.passage(id, language).or_else(|| self.passages().iter().find(|passage| passage.id == *id));
            let quoted = passage.map(|passage| of_passage(passage, 1.0));
            quoted.or_else(|| Some(self.product_source(self.product(id)?, 1.0, language)))
        };
        let kind = match computed.skill {
            Skill::FilterCatalogue => ReplyKind::Products,
            _ => ReplyKind::Skill,
        };
        let sources: Vec<Source> = computed.sources.iter().filter_map(source).collect();
        let plain = sources.iter().find_map(|source| self.passage(&source.id, language));
        Draft {
            extract: plain.map(|passage| extract(&passage.markdown, &turn.text)),
            reply: Reply {
                kind,
                text: computed.text,
                sources,
                products: computed.products.iter().map(|id| card(id, 1.0)).collect(),
                ..Reply::default()
            },
            // How many are shown is counted here.
            computed: computed.numbers.into_iter().chain([computed.products.len().to_string()]).collect(),
            skill: Some(computed.skill),
            ..Draft::default()
        }
    }

    /// A question back, with what can be answered to it.
    pub(super) fn ask_back(&self, question: &str, choices: Vec<String>) -> Draft {
        let listed: Vec<String> =
            choices.iter().enumerate().map(|(at, choice)| format!("{}. {choice}", at + 1)).collect();
        let text = match listed.is_empty() {
            true => question.to_owned(),
            false => format!("{question}\n\n{}", listed.join("\n")),
        };
        // The choices are the pack's own words, and their numbers are counted here.
        let computed = vec![text.clone()];
        let reply = Reply { kind: ReplyKind::Clarify, text, quick_replies: choices, ..Reply::default() };
        Draft { reply, computed, ..Draft::default() }
    }

    /// An answer and behind it a question that would make it exact.
    pub(super) fn ask_behind(&self, answer: Draft, question: Draft) -> Draft {
        let text = format!("{}\n\n{}", answer.reply.text, question.reply.text);
        let reply = Reply {
            kind: ReplyKind::Clarify,
            text,
            quick_replies: question.reply.quick_replies,
            products: Vec::new(),
            ..answer.reply
        };
        Draft { reply, computed: question.computed, extract: None, ..answer }
    }

    /// How to reach the shop, from its settings.
    pub(super) fn contact(&self, turn: &Turn) -> Draft {
        let words = wording(turn.language);
        let contact = &self.settings().contact;
        let mut lines: Vec<String> = self.channel_lines(
            &handoff::draft(
                &Conversation::default(),
                self.settings(),
                self.rules(),
                turn.language,
                PersonalData::Masked,
                turn.now_ms,
            ),
            turn.language,
        );
        for (name, text) in
            [(words.address, contact.address.text(turn.language)), (words.hours, contact.hours.text(turn.language))]
        {
            if !text.is_empty() {
                lines.push(format!("- {name}{text}"));
            }
        }
        if lines.is_empty() {
            return self.decline(turn);
        }
        let text = lines.join("\n");
        let title = self.settings().name.text(turn.language).to_owned();
        // Where a passage says it too, that is the source.
        let source = match self.contact_passage(turn.language) {
            Some(passage) => of_passage(passage, 1.0),
            None => Source { id: "shop#contact".into(), title, score: 1.0, passage: prose::parse(&text) },
        };
        // The settings are all that stands in it.
        let computed = vec![text.clone()];
        Draft {
            reply: Reply { kind: ReplyKind::Answer, text, sources: vec![source], ..Reply::default() },
            computed,
            ..Draft::default()
        }
    }

    pub(super) fn decline(&self, turn: &Turn) -> Draft {
        let text = match self.settings().decline.text(turn.language) {
            "" => wording(turn.language).decline,
            text => text,
        };
        Draft::of(Reply { text: text.to_owned(), quick_replies: self.starters(turn), ..Reply::default() })
    }

    /// What is not done for anybody.
    pub(super) fn refuse(&self, turn: &Turn, risk: Risk) -> Draft {
        let words = wording(turn.language);
        match risk {
            Risk::Abuse => Draft::of(Reply {
                kind: ReplyKind::Smalltalk,
                text: words.abuse.to_owned(),
                quick_replies: vec![words.ask_person.to_owned()],
                ..Reply::default()
            }),
            Risk::PrivateData => Draft::of(Reply { text: words.private_data.to_owned(), ..Reply::default() }),
            Risk::Scam => {
                let mut draft = Draft::of(Reply { text: words.scam.to_owned(), ..Reply::default() });
                let lines = self.channel_lines(
                    &self.draft_handoff(&Conversation::default(), turn.language, PersonalData::Masked, turn.now_ms),
                    turn.language,
                );
                draft.computed.clone_from(&lines);
                if !lines.is_empty() {
                    draft.append(&lines.join("\n"));
                }
                draft
            }
            Risk::Steering | Risk::None => Draft {
                is_foreign: true,
                ..Draft::of(Reply {
                    text: words.steering.to_owned(),
                    quick_replies: self.starters(turn),
                    ..Reply::default()
                })
            },
        }
    }

    pub(super) fn small_talk(&self, turn: &Turn, talk: SmallTalk) -> Draft {
        let quick_replies = match talk {
            SmallTalk::Bye | SmallTalk::Noted | SmallTalk::No => Vec::new(),
            _ => self.starters(turn),
        };
        let text = talk.answer(wording(turn.language)).to_owned();
        Draft::of(Reply { kind: ReplyKind::Smalltalk, text, quick_replies, ..Reply::default() })
    }

    /// Gives over to a person: how to reach one, and a draft of what to tell them.
    pub(super) fn hand_off(&self, conversation: &Conversation, turn: &Turn, why: Why) -> Draft {
        let words = wording(turn.language);
        // What was just said belongs in the summary.
        let mut told = conversation.clone();
        if why != Why::Asked {
            told.record(&turn.text, "", ReplyKind::Handoff);
        }
        let handoff = self.draft_handoff(&told, turn.language, PersonalData::Masked, turn.now_ms);
        let intro = match why {
            Why::Asked => words.person,
            Why::Unhappy => words.person_unhappy,
            Why::Stuck => words.person_stuck,
        };
        let mut lines = self.channel_lines(&handoff, turn.language);
        if !handoff.hours.is_empty() {
            lines.push(format!("- {}{}", words.hours, handoff.hours));
        }
        let text = match handoff.channels.is_empty() {
            true => words.no_channel.to_owned(),
            false => format!("{intro}\n\n{}\n\n{}", lines.join("\n"), words.person_next),
        };
        let sources = self.contact_passage(turn.language).map(|passage| of_passage(passage, 1.0)).into_iter().collect();
        let reply = Reply { kind: ReplyKind::Handoff, text, sources, handoff: Some(handoff), ..Reply::default() };
        Draft { reply, computed: lines, ..Draft::default() }
    }

    /// Offers a person beside what was said.
    pub(super) fn offer_person(
        &self,
        conversation: &Conversation,
        turn: &Turn,
        mut draft: Draft,
        sorry: bool,
    ) -> Draft {
        let words = wording(turn.language);
        if sorry {
            draft.prepend(words.sorry);
            draft.extract = None;
        }
        draft.append(words.offer_person);
        draft.reply.quick_replies.insert(0, words.ask_person.to_owned());
        draft.reply.quick_replies.truncate(MAX_QUICK_REPLIES);
        draft.reply.handoff = Some(self.draft_handoff(conversation, turn.language, PersonalData::Masked, turn.now_ms));
        draft
    }

    /// The answers of one message as one reply. What has no answer is said once, at the end.
    pub(super) fn join(&self, turn: &Turn, mut drafts: Vec<Draft>) -> Draft {
        if drafts.len() < 2 {
            return drafts.pop().unwrap_or_else(|| self.decline(turn));
        }
        let is_declined = |draft: &Draft| draft.reply.kind == ReplyKind::Decline;
        if drafts.iter().all(is_declined) {
            return drafts.swap_remove(0);
        }
        let n_declined = drafts.iter().filter(|draft| is_declined(draft)).count();
        drafts.retain(|draft| !is_declined(draft));
        let mut joined = drafts.remove(0);
        for other in drafts {
            joined.append(&other.reply.text);
            joined.computed.extend(other.computed);
            joined.extract = joined.extract.zip(other.extract).map(|(one, other)| format!("{one}\n\n{other}"));
            for source in other.reply.sources {
                if !joined.reply.sources.iter().any(|cited| cited.id == source.id) {
                    joined.reply.sources.push(source);
                }
            }
            for card in other.reply.products {
                if !joined.reply.products.iter().any(|shown| shown.product == card.product) {
                    joined.reply.products.push(card);
                }
            }
            // A question back waits for its answer, whatever else was answered.
            if other.reply.kind == ReplyKind::Clarify {
                joined.reply.kind = ReplyKind::Clarify;
                joined.reply.quick_replies = other.reply.quick_replies;
            }
        }
        if n_declined > 0 {
            joined.append(wording(turn.language).decline_part);
        }
        joined.reply.products.truncate(MAX_PRODUCTS);
        joined
    }

    /// The channels to a person, a line each.
    fn channel_lines(&self, handoff: &Handoff, language: Language) -> Vec<String> {
        let words = wording(language);
        let name = |kind| match kind {
            ChannelKind::Email => words.email,
            ChannelKind::Telephone => words.telephone,
            ChannelKind::Whatsapp => words.whatsapp,
            ChannelKind::Wechat => words.wechat,
            ChannelKind::Link => words.link,
        };
        handoff.channels.iter().map(|channel| format!("- {}{}", name(channel.kind), channel.address)).collect()
    }

    /// The shop's own first questions.
    fn starters(&self, turn: &Turn) -> Vec<String> {
        self.settings().quick_replies.items(turn.language).iter().take(MAX_QUICK_REPLIES).cloned().collect()
    }

    /// Headings a shopper may want next.
    fn headings<'a>(&self, hits: impl Iterator<Item = &'a Hit>) -> Vec<String> {
        hits.take(MAX_QUICK_REPLIES).map(|hit| self.passages()[hit.index].heading.clone()).collect()
    }

    /// A passage by its id, as a source.
    pub(super) fn passage_named(&self, id: &str, language: Language) -> Option<Source> {
        self.passage(id, language).map(|passage| of_passage(passage, 1.0))
    }

    fn passage_source(&self, hit: &Hit) -> Source {
        of_passage(&self.passages()[hit.index], hit.score)
    }

    /// The shop's own words on how to reach it, where it has any.
    fn contact_passage(&self, language: Language) -> Option<&Passage> {
        let contact = &self.settings().contact;
        let values = || [&contact.email, &contact.telephone].into_iter().flatten();
        let tells = |passage: &&Passage| {
            passage.language == language && values().all(|value| passage.markdown.contains(value.as_str()))
        };
        self.passages().iter().find(tells).filter(|_| values().next().is_some())
    }

    fn product_source(&self, product: &Product, score: f32, language: Language) -> Source {
        Source {
            id: product.id.clone(),
            title: product.title.text(language).to_owned(),
            score: score.clamp(0.0, 1.0),
            passage: prose::parse(product.description.text(language)),
        }
    }

    fn product_line(&self, product: &Product, language: Language) -> String {
        let words = wording(language);
        let mut facts = vec![product.current_price().format(language)];
        if product.sale_price.is_some() {
            facts.push(words.instead_of.replace("{old}", &product.price.format(language)));
        }
        match product.availability {
            Availability::Preorder | Availability::Backorder => facts.push(words.preorder.to_owned()),
            _ if !product.is_in_stock() => facts.push(words.out_of_stock.to_owned()),
            _ => {}
        }
        let (comma, dash) = if language == Language::Zh { ("，", "：") } else { (", ", ": ") };
        format!("- **{}**{dash}{}", product.title.text(language), facts.join(comma))
    }

    /// Says the price limit that was understood, so that a misunderstanding shows.
    fn with_price(&self, turn: &Turn, part: &Part, intro: String, computed: &mut Vec<String>) -> String {
        let format = |major: f64| {
            let one = Money { minor: 1, currency: self.settings().currency.clone() }.major();
            Money { minor: (major / one).round() as u64, currency: self.settings().currency.clone() }
                .format(turn.language)
        };
        match describe_price(&part.wish, format, turn.language) {
            Some(price) => {
                computed.push(price.clone());
                match turn.language {
                    Language::En => intro.replace(" that may fit", &format!(" ({price})")),
                    Language::Zh => intro.replace("可能合适的", &format!("（{price}）")),
                }
            }
            None => intro,
        }
    }
}

impl Draft {
    fn of(reply: Reply) -> Draft {
        Draft { reply, ..Draft::default() }
    }
}

fn of_passage(passage: &Passage, score: f32) -> Source {
    let (id, title) = (passage.id.clone(), passage.heading.clone());
    Source { id, title, score, passage: prose::parse(&passage.markdown) }
}

fn recommend(hit: &Hit) -> Recommendation {
    card(&hit.id, hit.score.clamp(0.0, 1.0))
}

fn card(id: &str, score: f32) -> Recommendation {
    Recommendation { product: id.to_owned(), score, reason: Reason::MatchesQuestion }
}

/// “Yes. You can pay …”
fn opened(opening: &str, text: &str, language: Language) -> String {
    match language {
        Language::En => format!("{opening} {text}"),
        Language::Zh => format!("{opening}{text}"),
    }
}
