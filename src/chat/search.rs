//! What the pack holds for a question.

use crate::chat::attendant::Attendant;
use crate::chat::intent::content;
use crate::chat::turn::{Part, Turn};
use crate::retrieve::tokens::terms;
use crate::retrieve::{Hit, HitKind, Query};

/// What is not in stock comes after what is.
const OUT_OF_STOCK_SHARE: f32 = 0.85;
/// How much a fragment's own words move passages of the file spoken of last.
const FRAGMENT_SHARE: f32 = 0.6;

/// Words for goods of any kind.
const GENERIC: &[&str] = &[
    "gift",
    "gifts",
    "present",
    "presents",
    "something",
    "anything",
    "nice",
    "small",
    "little",
    "good",
    "idea",
    "ideas",
    "product",
    "products",
    "thing",
    "things",
    "stuff",
    "euros",
    "buy",
    "friend",
    "her",
    "him",
    "礼物",
    "小礼物",
    "送礼",
    "东西",
    "商品",
    "有什么",
    "什么",
    "买",
    "送",
    "朋友",
];
/// Scores of what only a budget finds: enough to be shown, and gifts before the rest.
const GIFT_SCORE: f32 = 0.8;
const AFFORDABLE_SCORE: f32 = 0.6;

/// Whether a wish names no goods.
fn is_generic(text: &str) -> bool {
    let mut rest = text.to_owned();
    let mut chinese: Vec<&&str> = GENERIC.iter().filter(|word| !word.is_ascii()).collect();
    chinese.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in chinese {
        rest = rest.replace(*word, " ");
    }
    let generic: Vec<String> = GENERIC.iter().flat_map(|word| terms(word)).collect();
    terms(&rest).iter().all(|term| generic.contains(term))
}

impl Attendant {
    /// Passages for a turn's first question, best first.
    pub fn find_passages(&self, turn: &Turn, embedding: Option<&[f32]>) -> Vec<Hit> {
        turn.parts.first().map_or_else(Vec::new, |part| self.passages_for(turn, part, embedding))
    }

    pub(super) fn passages_for(&self, turn: &Turn, part: &Part, embedding: Option<&[f32]>) -> Vec<Hit> {
        let query = Query { text: &part.search_text, language: turn.language, embedding };
        let mut hits = self.index().search_kind(&query, HitKind::Passage);
        let source = part.topic.as_ref().and_then(|topic| topic.source.as_deref());
        if let Some((file, _)) = source.and_then(|source| source.split_once('#')) {
            let own = Query { text: &part.own, language: turn.language, embedding: None };
            for own in self.index().search_kind(&own, HitKind::Passage) {
                let hit = hits.iter_mut().find(|hit| hit.index == own.index && hit.id.split('#').next() == Some(file));
                if let Some(hit) = hit {
                    hit.score = (hit.score + FRAGMENT_SHARE * own.lexical).min(1.0);
                }
            }
        }
        // What was chosen comes first.
        if let Some(id) = &part.passage {
            for (index, _) in self
                .passages()
                .iter()
                .enumerate()
                .filter(|(_, passage)| passage.id == *id && passage.language == turn.language)
            {
                hits.retain(|hit| hit.index != index);
                hits.push(Hit { id: id.clone(), kind: HitKind::Passage, index, score: 1.0, lexical: 0.0, dense: None });
            }
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
        hits
    }

    /// What is in stock within the budget, what the shop itself calls a gift first.
    fn affordable(&self, part: &Part) -> Vec<Hit> {
        let fits = self
            .products()
            .iter()
            .enumerate()
            .filter(|(_, product)| product.is_in_stock() && part.wish.allows(product.current_price().major()));
        fits.map(|(index, product)| {
            let is_gift = product.tags.0.values().flatten().any(|tag| GENERIC.contains(&tag.to_lowercase().as_str()));
            let score = if is_gift { GIFT_SCORE } else { AFFORDABLE_SCORE };
            Hit { id: product.id.clone(), kind: HitKind::Product, index, score, lexical: score, dense: None }
        })
        .collect()
    }

    /// Products for a question, best first.
    pub(super) fn products_for(&self, turn: &Turn, part: &Part, embedding: Option<&[f32]>) -> Vec<Hit> {
        let text = content(&part.wish.rest, turn.language);
        let query = Query { text: &text, language: turn.language, embedding };
        let mut hits = self.index().search_kind(&query, HitKind::Product);
        hits.retain(|hit| hit.index < self.products().len());
        // “A gift under 30 euros” names nothing to search for: everything at that price is meant.
        if part.wish.has_price() && is_generic(&text) {
            hits = self.affordable(part);
        }
        let prices = || self.products().iter().map(|product| product.current_price().major());
        let (least, most) = (prices().fold(f64::MAX, f64::min), prices().fold(0.0, f64::max));
        for hit in &mut hits {
            let product = &self.products()[hit.index];
            if !product.is_in_stock() {
                hit.score *= OUT_OF_STOCK_SHARE;
            }
            if part.wish.cheap && most > least {
                // On a logarithm: from 5 to 10 matters as much as from 50 to 100.
                let place = (product.current_price().major() / least).ln() / (most / least).ln();
                hit.score *= 1.0 - 0.5 * place as f32;
            }
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
        hits
    }
}
