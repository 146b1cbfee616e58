//! The index of one shop.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::pack::format::{EncoderId, Passage, Product, RowOwner};
use crate::pack::{Pack, PackError};
use crate::protocol::Language;
use crate::retrieve::dense::DenseIndex;
use crate::retrieve::fuse::fuse;
pub use crate::retrieve::lexical::HitKind;
use crate::retrieve::lexical::LexicalIndex;
use crate::retrieve::tokens::{is_telling, terms};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    pub text: &'a str,
    pub language: Language,
    /// `[d_model]`, made by the pack's encoder ([`Index::accepts`]).
    pub embedding: Option<&'a [f32]>,
}

/// A passage or product that may answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub id: String,
    pub kind: HitKind,
    /// Index into the pack's passages or products.
    pub index: usize,
    /// Fused relevance in `[0, 1]`.
    pub score: f32,
    /// Evidence of the words, in `[0, 1)`.
    pub lexical: f32,
    /// Cosine, where the query was embedded and the text too.
    pub dense: Option<f32>,
}

/// Searches a pack's passages and products.
#[derive(Debug)]
pub struct Index {
    lexical: LexicalIndex,
    dense: Option<DenseIndex>,
    passages: Vec<(String, Language)>,
    products: Vec<String>,
}

impl Index {
    /// `passages` and `products` are those of `pack`, already parsed. An index made by another tokenizer
    /// version, or one that does not fit the records, is made anew.
    pub fn open(pack: &Pack, passages: &[Passage], products: &[Product]) -> Result<Index, PackError> {
        let lexical = LexicalIndex::read(pack.lexical()?).unwrap_or_else(|_| LexicalIndex::build(passages, products));
        Ok(Index::new(lexical, pack.embeddings()?.map(DenseIndex::new), passages, products))
    }

    pub fn new(lexical: LexicalIndex, dense: Option<DenseIndex>, passages: &[Passage], products: &[Product]) -> Index {
        Index {
            lexical,
            dense,
            passages: passages.iter().map(|passage| (passage.id.clone(), passage.language)).collect(),
            products: products.iter().map(|product| product.id.clone()).collect(),
        }
    }

    /// Whether vectors of `encoder` compare with the pack's.
    pub fn accepts(&self, encoder: &EncoderId) -> bool {
        self.dense.as_ref().is_some_and(|dense| dense.encoder() == encoder)
    }

    /// The encoder the pack was built with.
    pub fn encoder(&self) -> Option<&EncoderId> {
        self.dense.as_ref().map(DenseIndex::encoder)
    }

    pub fn dense(&self) -> Option<&DenseIndex> {
        self.dense.as_ref()
    }

    pub fn lexical(&self) -> &LexicalIndex {
        &self.lexical
    }

    /// Share of a text's terms, in `[0, 1]`, that the shop ever uses. What nobody in the shop has a word
    /// for, the shop has likely no answer to, however near the other words lie.
    pub fn known_share(&self, text: &str, language: Language) -> f32 {
        let terms: BTreeSet<String> = terms(text).into_iter().filter(|term| is_telling(term)).collect();
        let n_known = terms.iter().filter(|term| self.lexical.knows(term, language)).count();
        if terms.is_empty() { 1.0 } else { n_known as f32 / terms.len() as f32 }
    }

    /// The best `limit` passages and products together.
    pub fn search(&self, query: &Query<'_>, limit: usize) -> Vec<Hit> {
        let mut hits = self.search_kind(query, HitKind::Passage);
        hits.extend(self.search_kind(query, HitKind::Product));
        sort(&mut hits);
        hits.truncate(limit);
        hits
    }

    /// All passages, or all products, that have anything to do with the query; best first.
    pub fn search_kind(&self, query: &Query<'_>, kind: HitKind) -> Vec<Hit> {
        let mut found: BTreeMap<usize, (f32, Option<f32>)> = BTreeMap::new();
        for hit in self.lexical.search(query.text, kind, query.language) {
            found.insert(hit.owner as usize, (hit.score, None));
        }
        let cosines = match (&self.dense, query.embedding) {
            (Some(dense), Some(embedding)) => dense.search(embedding),
            _ => HashMap::new(),
        };
        for (owner, cosine) in cosines {
            if let Some(index) = self.owned(owner, kind, query.language) {
                found.entry(index).or_default().1 = Some(cosine);
            }
        }
        let mut hits: Vec<Hit> = found
            .into_iter()
            .filter_map(|(index, (lexical, dense))| {
                let id = match kind {
                    HitKind::Passage => self.passages.get(index)?.0.clone(),
                    HitKind::Product => self.products.get(index)?.clone(),
                };
                Some(Hit { id, kind, index, score: fuse(lexical, dense), lexical, dense })
            })
            .filter(|hit| hit.score > 0.0)
            .collect();
        sort(&mut hits);
        hits
    }

    /// The index behind a row's owner, where kind and language are those asked for.
    fn owned(&self, owner: RowOwner, kind: HitKind, language: Language) -> Option<usize> {
        match (owner, kind) {
            (RowOwner::Passage(index), HitKind::Passage) => {
                let index = index as usize;
                self.passages.get(index).filter(|(_, spoken)| *spoken == language).map(|_| index)
            }
            (RowOwner::Product(index, spoken), HitKind::Product) if spoken == language => Some(index as usize),
            _ => None,
        }
    }
}

/// Best first; ties by index, so that equal inputs give equal answers.
fn sort(hits: &mut [Hit]) {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.kind.cmp(&b.kind)).then(a.index.cmp(&b.index)));
}
