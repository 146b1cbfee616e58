//! What the pack holds for a question.

use crate::chat::attendant::Attendant;
use crate::chat::intent::content;
use crate::chat::turn::{Part, Turn};
use crate::retrieve::{Hit, HitKind, Query};

/// What is not in stock comes after what is.
const OUT_OF_STOCK_SHARE: f32 = 0.85;
/// How much a fragment's own words move passages of the file spoken of last.
const FRAGMENT_SHARE: f32 = 0.6;

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
            for (index, _) in self.passages().iter().enumerate().filter(|(_, passage)| passage.id == *id && passage.language == turn.language) {
                hits.retain(|hit| hit.index != index);
                hits.push(Hit { id: id.clone(), kind: HitKind::Passage, index, score: 1.0, lexical: 0.0, dense: None });
            }
        }
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
        hits
    }

    /// Products for a question, best first.
    pub(super) fn products_for(&self, turn: &Turn, part: &Part, embedding: Option<&[f32]>) -> Vec<Hit> {
        let text = content(&part.wish.rest, turn.language);
        let query = Query { text: &text, language: turn.language, embedding };
        let mut hits = self.index().search_kind(&query, HitKind::Product);
        hits.retain(|hit| hit.index < self.products().len());
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
