//! The policy: from a message and what was found for it to a reply.

use crate::chat::conversation::{Conversation, Topic, is_fragment};
use crate::chat::extract::{extract, lead};
use crate::chat::intent::{content, lean};
use crate::chat::language::detect_language;
use crate::chat::prose;
use crate::chat::small_talk::{self, SmallTalk};
use crate::chat::wish::{Wish, describe_price};
use crate::chat::wording::wording;
use crate::pack::format::{Availability, Passage, Product, ShopSettings};
use crate::pack::{Money, Pack, PackError};
use crate::protocol::{Language, Reason, Recommendation, Reply, ReplyKind, Source};
use crate::retrieve::fuse::fuse;
use crate::retrieve::{Hit, HitKind, Index, Query};

/// Longer messages are cut, and the reply says so.
pub const MAX_MESSAGE_CHARS: usize = 2000;
/// Products in one reply.
const MAX_PRODUCTS: usize = 6;
/// Products beside an answer.
const MAX_CARDS: usize = 3;
const MAX_QUICK_REPLIES: usize = 3;

/// Where the policy draws its lines, on the scale of the scores it is given. All were chosen on the
/// development questions, asked of the demo shop with its other ways to ask (`also`) and without them;
/// a wrong answer (which shows its source) and a needless decline (which shows a telephone number)
/// were taken to cost about the same.
#[derive(Debug)]
struct Thresholds {
    /// Below these nothing is said to answer.
    answer: f32,
    products: f32,
    /// What a message made only of words the shop never uses loses.
    unknown: f32,
    /// What product scores need to compare with passage scores: products are described less fully.
    product_bias: f32,
}
const FUSED: Thresholds = Thresholds { answer: 0.26, products: 0.26, unknown: 0.6, product_bias: 0.14 };
const FUSED_ZH: Thresholds = Thresholds { answer: 0.34, products: 0.2, unknown: 0.3, product_bias: 0.1 };
/// The least cosine that answers a question in a language that the shop does not speak, where words say nothing.
const FOREIGN_COSINE: f32 = 0.43;
const WORDS_EN: Thresholds = Thresholds { answer: 0.15, products: 0.18, unknown: 0.3, product_bias: 0.07 };
const WORDS_ZH: Thresholds = Thresholds { answer: 0.34, products: 0.26, unknown: 0.3, product_bias: 0.05 };
/// For a wish, which says itself that products are wanted.
const WISH_SHARE: f32 = 0.5;

/// A second passage this near to the best one is quoted and cited too.
const CLOSE_SHARE: f32 = 0.85;
/// Products this far below the best one are left out.
const RELATED_SHARE: f32 = 0.55;
/// What is not in stock comes after what is.
const OUT_OF_STOCK_SHARE: f32 = 0.85;
/// How much a fragment after products leans to products.
const FOLLOW_UP_STEP: f32 = 0.2;
/// How much a fragment's own words move passages of the file spoken of last.
const FRAGMENT_SHARE: f32 = 0.6;

/// One shop's attendant. Keeps nothing of any conversation.
#[derive(Debug)]
pub struct Attendant {
    settings: ShopSettings,
    products: Vec<Product>,
    passages: Vec<Passage>,
    index: Index,
}

/// A message, understood as far as words go.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    pub language: Language,
    /// The language of the message itself, which the shop may not speak.
    pub spoken: Language,
    /// What to search for, and to embed where there is an encoder of [`Turn::spoken`].
    pub search_text: String,
    pub wish: Wish,
    small_talk: Option<SmallTalk>,
    /// The message itself, where it only makes sense after the last one.
    fragment: Option<String>,
    was_cut: bool,
}

impl Turn {
    /// Whether an embedding of [`Turn::search_text`] can change the reply.
    pub fn wants_embedding(&self) -> bool {
        self.small_talk.is_none_or(|talk| talk == SmallTalk::Robot)
    }
}

impl Attendant {
    pub fn open(pack: &Pack) -> Result<Attendant, PackError> {
        let (products, passages) = (pack.products()?, pack.passages()?);
        let index = Index::open(pack, &passages, &products)?;
        Ok(Attendant { settings: pack.settings()?, products, passages, index })
    }

    pub fn settings(&self) -> &ShopSettings {
        &self.settings
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

    /// Understands a message in its conversation. `language` is the page's, for messages that show none.
    pub fn read(&self, conversation: &Conversation, text: &str, language: Language) -> Turn {
        let end = text.char_indices().nth(MAX_MESSAGE_CHARS).map_or(text.len(), |(at, _)| at);
        let (text, was_cut) = (text[..end].trim(), end < text.len());
        let spoken = detect_language(text, language);
        let mut language = spoken;
        if !self.settings.languages.contains(&language) {
            language = self.settings.languages.first().copied().unwrap_or(language);
        }
        let topic = conversation.topic().filter(|topic| topic.language == language);
        let topic = topic.filter(|_| is_fragment(text, language));
        let search_text = topic.map_or_else(|| text.to_owned(), |topic| format!("{} {text}", topic.text));
        Turn {
            language,
            spoken,
            wish: Wish::read(&search_text),
            search_text,
            small_talk: small_talk::recognize(text),
            fragment: topic.map(|_| text.to_owned()),
            was_cut,
        }
    }

    /// Replies to a turn. `embedding` is [`Turn::search_text`]'s, by an encoder the index accepts.
    pub fn reply(&self, conversation: &mut Conversation, turn: &Turn, embedding: Option<&[f32]>) -> Reply {
        let mut reply = self.compose(conversation, turn, embedding);
        if turn.spoken != turn.language && matches!(reply.kind, ReplyKind::Answer | ReplyKind::Products) {
            reply.text = format!("{}\n\n{}", wording(turn.spoken).other_language, reply.text);
        }
        if turn.was_cut {
            reply.text = format!("{}\n\n{}", wording(turn.language).cut, reply.text);
        }
        reply.blocks = prose::parse(&reply.text);
        reply
    }

    fn compose(&self, conversation: &mut Conversation, turn: &Turn, embedding: Option<&[f32]>) -> Reply {
        let talk = turn.small_talk.filter(|talk| *talk != SmallTalk::Robot);
        if let Some(talk) = talk {
            return self.small_talk(turn, talk);
        }
        let passages = self.find_passages(conversation, turn, embedding);
        let products = self.find_products(turn, embedding);
        let kind = self.decide(conversation, turn, embedding.is_some(), &passages, &products);
        let reply = match (kind, turn.small_talk) {
            (ReplyKind::Answer, _) => self.answer(turn, &passages, &products),
            (ReplyKind::Products, _) => self.show(turn, &products, &passages),
            (ReplyKind::Decline, Some(talk)) => self.small_talk(turn, talk),
            (ReplyKind::Decline, None) => self.decline(turn),
        };
        if kind != ReplyKind::Decline {
            conversation.remember(Topic {
                text: turn.search_text.clone(),
                language: turn.language,
                about_products: kind == ReplyKind::Products,
                source: reply.sources.first().filter(|_| kind == ReplyKind::Answer).map(|source| source.id.clone()),
            });
        }
        reply
    }

    /// Passages for the turn, best first.
    pub fn find_passages(&self, conversation: &Conversation, turn: &Turn, embedding: Option<&[f32]>) -> Vec<Hit> {
        let query = Query { text: &turn.search_text, language: turn.language, embedding };
        let mut hits = self.index.search_kind(&query, HitKind::Passage);
        let source = conversation.topic().and_then(|topic| topic.source.as_deref());
        if let (Some(fragment), Some((file, _))) = (&turn.fragment, source.and_then(|source| source.split_once('#'))) {
            let own = Query { text: fragment, language: turn.language, embedding: None };
            for own in self.index.search_kind(&own, HitKind::Passage) {
                let hit = hits.iter_mut().find(|hit| hit.index == own.index && hit.id.split('#').next() == Some(file));
                if let Some(hit) = hit {
                    hit.score = (hit.score + FRAGMENT_SHARE * own.lexical).min(1.0);
                }
            }
            hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
        }
        hits
    }

    /// Products for the turn, best first.
    pub fn find_products(&self, turn: &Turn, embedding: Option<&[f32]>) -> Vec<Hit> {
        let text = content(&turn.wish.rest, turn.language);
        let query = Query { text: &text, language: turn.language, embedding };
        let mut hits = self.index.search_kind(&query, HitKind::Product);
        hits.retain(|hit| hit.index < self.products.len());
        let prices = || self.products.iter().map(|product| product.current_price().major());
        let (least, most) = (prices().fold(f64::MAX, f64::min), prices().fold(0.0, f64::max));
        for hit in &mut hits {
            let product = &self.products[hit.index];
            if !product.is_in_stock() {
                hit.score *= OUT_OF_STOCK_SHARE;
            }
            if turn.wish.cheap && most > least {
                // On a logarithm: from 5 to 10 matters as much as from 50 to 100.
                let place = (product.current_price().major() / least).ln() / (most / least).ln();
                hit.score *= 1.0 - 0.5 * place as f32;
            }
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
        hits
    }

    fn decide(
        &self,
        conversation: &Conversation,
        turn: &Turn,
        has_vectors: bool,
        passages: &[Hit],
        products: &[Hit],
    ) -> ReplyKind {
        let thresholds = match (has_vectors, turn.language) {
            (true, language) if language != turn.spoken => {
                let least = fuse(0.0, Some(FOREIGN_COSINE), language);
                Thresholds { answer: least, products: least, unknown: 0.0, product_bias: 0.0 }
            }
            (true, Language::En) => FUSED,
            (true, Language::Zh) => FUSED_ZH,
            (false, Language::En) => WORDS_EN,
            (false, Language::Zh) => WORDS_ZH,
        };
        let unknown = thresholds.unknown
            * (1.0 - self.index.known_share(&content(&turn.wish.rest, turn.language), turn.language));
        let best = |hits: &[Hit]| hits.first().map_or(0.0, |hit| hit.score) - unknown;
        let (answer, product) = (best(passages), best(products));
        let share = if turn.wish.is_any() { WISH_SHARE } else { 1.0 };
        let products_fit = product >= thresholds.products * share;
        let was_products = turn.fragment.is_some() && conversation.topic().is_some_and(|topic| topic.about_products);
        let lean = lean(&turn.search_text, &turn.wish, turn.language) + if was_products { FOLLOW_UP_STEP } else { 0.0 };
        let prefers_products = product - answer + lean + thresholds.product_bias > 0.0;
        match (answer >= thresholds.answer, products_fit) {
            (_, true) if prefers_products => ReplyKind::Products,
            (true, _) => ReplyKind::Answer,
            _ => ReplyKind::Decline,
        }
    }

    /// The best passage's words, and cards of products where the question was not about a rule.
    fn answer(&self, turn: &Turn, hits: &[Hit], products: &[Hit]) -> Reply {
        let Some(best) = hits.first() else { return self.decline(turn) };
        let wants_cards = lean(&turn.search_text, &turn.wish, turn.language) >= 0.0;
        let near = products.iter().filter(|hit| wants_cards && hit.score >= CLOSE_SHARE * best.score).map(recommend);
        // What the shop itself names beside its words comes before what only sounds like the question.
        let named = &self.passages[best.index].products;
        let in_stock = |id: &&String| self.products.iter().any(|product| product.id == **id && product.is_in_stock());
        let named = named.iter().filter(in_stock);
        let mut cards: Vec<Recommendation> = named
            .map(|id| Recommendation { product: id.clone(), score: best.score, reason: Reason::MatchesQuestion })
            .collect();
        for card in near {
            if !cards.iter().any(|other| other.product == card.product) {
                cards.push(card);
            }
        }
        cards.truncate(MAX_CARDS);
        let cited: Vec<&Hit> = hits.iter().take(2).filter(|hit| hit.score >= CLOSE_SHARE * best.score).collect();
        let texts = cited.iter().enumerate().map(|(rank, hit)| {
            let markdown = &self.passages[hit.index].markdown;
            if rank == 0 { extract(markdown, &turn.search_text) } else { lead(markdown) }
        });
        let text = texts.collect::<Vec<_>>().join("\n\n");
        let sources: Vec<Source> = cited.iter().map(|hit| self.passage_source(hit)).collect();
        let quick_replies = self.headings(hits.iter().skip(cited.len()));
        let (kind, language) = (ReplyKind::Answer, turn.language);
        Reply { kind, text, language, sources, products: cards, quick_replies, ..Reply::default() }
    }

    fn show(&self, turn: &Turn, hits: &[Hit], passages: &[Hit]) -> Reply {
        let words = wording(turn.language);
        let best = hits.first().map_or(0.0, |hit| hit.score);
        let related: Vec<&Hit> = hits.iter().filter(|hit| hit.score >= RELATED_SHARE * best).collect();
        let product = |hit: &&Hit| &self.products[hit.index];
        let fits = |hit: &&&Hit| {
            let product = product(hit);
            turn.wish.allows(product.current_price().major()) && (!turn.wish.on_sale || product.sale_price.is_some())
        };
        let mut fitting: Vec<&Hit> = related.iter().filter(fits).copied().collect();
        let mut intro = None;
        if fitting.is_empty() {
            intro = Some(words.none_in_budget);
            fitting = related;
            let limit = turn.wish.max_price.or(turn.wish.min_price).unwrap_or_default();
            let distance = |hit: &Hit| (self.products[hit.index].current_price().major() - limit).abs();
            fitting.truncate(2 * MAX_PRODUCTS);
            fitting.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        }
        if turn.wish.in_stock {
            if fitting.iter().any(|hit| product(hit).is_in_stock()) {
                fitting.retain(|hit| product(hit).is_in_stock());
            } else {
                intro = Some(words.none_in_stock);
            }
        }
        fitting.truncate(MAX_PRODUCTS);
        let intro = match (intro, fitting.len()) {
            (Some(intro), _) => intro.to_owned(),
            (None, 1) => words.one_fits.to_owned(),
            (None, n) => self.with_price(turn, words.some_fit.replace("{n}", &n.to_string())),
        };
        let lines = fitting.iter().map(|hit| self.product_line(product(hit), turn.language));
        let mut text = [intro, lines.collect::<Vec<_>>().join("\n")].join("\n\n");
        let mut sources: Vec<Source> = fitting.iter().map(|hit| self.product_source(hit, turn.language)).collect();
        let mut passages = passages.iter();
        // Where a passage fits even better than the products, what it says belongs beside them: whoever
        // asks for biscuits without gluten must not be left with the biscuits alone.
        if let Some(passage) = passages.clone().next().filter(|passage| passage.score >= best) {
            text = format!("{text}\n\n{}", lead(&self.passages[passage.index].markdown));
            sources.push(self.passage_source(passage));
            passages.next();
        }
        Reply {
            kind: ReplyKind::Products,
            text,
            language: turn.language,
            sources,
            products: fitting.iter().copied().map(recommend).collect(),
            quick_replies: self.headings(passages),
            ..Reply::default()
        }
    }

    fn decline(&self, turn: &Turn) -> Reply {
        let text = match self.settings.decline.text(turn.language) {
            "" => wording(turn.language).decline,
            text => text,
        };
        Reply { text: text.to_owned(), language: turn.language, quick_replies: self.starters(turn), ..Reply::default() }
    }

    fn small_talk(&self, turn: &Turn, talk: SmallTalk) -> Reply {
        Reply {
            kind: ReplyKind::Answer,
            text: talk.answer(wording(turn.language)).to_owned(),
            language: turn.language,
            quick_replies: if talk == SmallTalk::Bye { vec![] } else { self.starters(turn) },
            ..Reply::default()
        }
    }

    /// The shop's own first questions.
    fn starters(&self, turn: &Turn) -> Vec<String> {
        self.settings.quick_replies.items(turn.language).iter().take(MAX_QUICK_REPLIES).cloned().collect()
    }

    /// Headings a shopper may want next.
    fn headings<'a>(&self, hits: impl Iterator<Item = &'a Hit>) -> Vec<String> {
        hits.take(MAX_QUICK_REPLIES).map(|hit| self.passages[hit.index].heading.clone()).collect()
    }

    fn passage_source(&self, hit: &Hit) -> Source {
        let passage = &self.passages[hit.index];
        Source {
            id: hit.id.clone(),
            title: passage.heading.clone(),
            score: hit.score,
            passage: prose::parse(&passage.markdown),
        }
    }

    fn product_source(&self, hit: &Hit, language: Language) -> Source {
        let product = &self.products[hit.index];
        Source {
            id: hit.id.clone(),
            title: product.title.text(language).to_owned(),
            score: hit.score.clamp(0.0, 1.0),
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
    fn with_price(&self, turn: &Turn, intro: String) -> String {
        let format = |major: f64| {
            let one = Money { minor: 1, currency: self.settings.currency.clone() }.major();
            Money { minor: (major / one).round() as u64, currency: self.settings.currency.clone() }
                .format(turn.language)
        };
        match describe_price(&turn.wish, format, turn.language) {
            Some(price) => match turn.language {
                Language::En => intro.replace(" that may fit", &format!(" ({price})")),
                Language::Zh => intro.replace("可能合适的", &format!("（{price}）")),
            },
            None => intro,
        }
    }
}

fn recommend(hit: &Hit) -> Recommendation {
    Recommendation { product: hit.id.clone(), score: hit.score.clamp(0.0, 1.0), reason: Reason::MatchesQuestion }
}
