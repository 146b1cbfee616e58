//! The index of one shop.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::pack::format::{EncoderId, Passage, Product, RowOwner};
use crate::pack::{Pack, PackError};
use crate::protocol::Language;
use crate::retrieve::dense::DenseIndex;
use crate::retrieve::fuse::fuse;
pub use crate::retrieve::lexical::HitKind;
use crate::retrieve::lexical::LexicalIndex;
use crate::retrieve::tokens::{is_telling, terms};

/// What the cosine of a passage's English counts for a question in Chinese, beside the Chinese one's.
const TWIN_SHARE: f32 = 0.6;

/// More than this many are never looked at.
pub const MAX_HITS: usize = 1_000;
/// The first passages, one of which may say what was asked though another lies nearer.
const COVERING: usize = 3;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    pub text: &'a str,
    pub language: Language,
    /// `[d_model]`, made by the pack's encoder of the language that the text is in ([`Index::accepts`]).
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
    products: Vec<(String, Vec<Language>)>,
    /// Ids of passages and the languages that they stand in.
    spoken: HashSet<(String, Language)>,
    /// Ids of passages and where they stand in English.
    twins: HashMap<String, u32>,
}

impl Index {
    /// `passages` and `products` are those of `pack`, already parsed. An index made by another tokenizer
    /// version, or one that does not fit the records, is made anew.
    pub fn open(pack: &Pack, passages: &[Passage], products: &[Product]) -> Result<Index, PackError> {
        let lexical = LexicalIndex::read(pack.lexical()?).unwrap_or_else(|_| LexicalIndex::build(passages, products));
        Ok(Index::new(lexical, pack.embeddings()?.map(DenseIndex::new), passages, products))
    }

    pub fn new(lexical: LexicalIndex, dense: Option<DenseIndex>, passages: &[Passage], products: &[Product]) -> Index {
        let english = passages.iter().zip(0..).filter(|(passage, _)| passage.language == Language::En);
        Index {
            twins: english.map(|(passage, index)| (passage.id.clone(), index)).collect(),
            lexical,
            dense,
            passages: passages.iter().map(|passage| (passage.id.clone(), passage.language)).collect(),
            products: products.iter().map(|product| (product.id.clone(), languages(product))).collect(),
            spoken: passages.iter().map(|passage| (passage.id.clone(), passage.language)).collect(),
        }
    }

    /// Whether a query of this language that `encoder` embedded compares with the pack's vectors.
    pub fn accepts(&self, language: Language, encoder: &EncoderId) -> bool {
        self.encoder(language) == Some(encoder)
    }

    /// The encoder that the pack was built with for texts of this language.
    pub fn encoder(&self, language: Language) -> Option<&EncoderId> {
        self.dense.as_ref()?.encoder(language)
    }

    pub fn dense(&self) -> Option<&DenseIndex> {
        self.dense.as_ref()
    }

    pub fn lexical(&self) -> &LexicalIndex {
        &self.lexical
    }

    /// Share of a text's terms, in `[0, 1]`, that the shop ever uses, or says otherwise. What nobody in the shop has a
    /// word for, the shop has likely no answer to, however near the other words lie.
    pub fn known_share(&self, text: &str, language: Language) -> f32 {
        let terms: BTreeSet<String> = terms(text).into_iter().filter(|term| is_telling(term)).collect();
        let otherwise = self.lexical.said_otherwise(text, language);
        let is_known = |term: &&String| self.lexical.knows(term, language) || otherwise.contains(*term);
        let n_known = terms.iter().filter(is_known).count();
        if terms.is_empty() { 1.0 } else { n_known as f32 / terms.len() as f32 }
    }

    /// Which share of a text the one of its first passages says that says most of it; in `[0, 1]`.
    pub fn coverage(&self, text: &str, passages: &[Hit], language: Language) -> f32 {
        let of = |hit: &Hit| self.lexical.coverage(text, HitKind::Passage, language, hit.index as u32);
        passages.iter().take(COVERING).map(of).fold(0.0, f32::max)
    }

    /// The best `limit` passages and products together.
    pub fn search(&self, query: &Query<'_>, limit: usize) -> Vec<Hit> {
        let mut hits = self.search_kind(query, HitKind::Passage);
        hits.extend(self.search_kind(query, HitKind::Product));
        sort(&mut hits);
        hits.truncate(limit);
        hits
    }

    /// The passages, or the products, at most [`MAX_HITS`], that have anything to do with the query; best first.
    pub fn search_kind(&self, query: &Query<'_>, kind: HitKind) -> Vec<Hit> {
        let mut found: BTreeMap<usize, (f32, Option<f32>)> = BTreeMap::new();
        for hit in self.lexical.search(query.text, kind, query.language) {
            found.insert(hit.owner as usize, (hit.score, None));
        }
        let cosines = match (&self.dense, query.embedding) {
            (Some(dense), Some(embedding)) => {
                dense.search(embedding, |owner| self.concerns(owner, kind, query.language))
            }
            _ => HashMap::new(),
        };
        for (&owner, &cosine) in &cosines {
            if let Some(index) = self.owned(owner, kind, query.language) {
                let twin = self.twin(owner, query.language).and_then(|twin| cosines.get(&twin));
                let cosine = twin.map_or(cosine, |twin| (cosine + TWIN_SHARE * twin) / (1.0 + TWIN_SHARE));
                found.entry(index).or_default().1 = Some(cosine);
            }
        }
        let mut scores: Vec<(f32, usize)> =
            found.iter().map(|(&index, &(lexical, dense))| (fuse(lexical, dense), index)).collect();
        scores.retain(|(score, _)| *score > 0.0);
        // Best first; of thousands of products, only those that anybody looks at.
        let order = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if scores.len() > MAX_HITS {
            scores.select_nth_unstable_by(MAX_HITS, order);
            scores.truncate(MAX_HITS);
        }
        scores.sort_unstable_by(order);
        let hit = |(score, index): (f32, usize)| {
            let id = match kind {
                HitKind::Passage => self.passages.get(index)?.0.clone(),
                HitKind::Product => self.products.get(index)?.0.clone(),
            };
            let (lexical, dense) = found[&index];
            Some(Hit { id, kind, index, score, lexical, dense })
        };
        scores.into_iter().filter_map(hit).collect()
    }

    /// Whether a row counts for a question of this language: it is of what is asked for, in words that may answer, or
    /// the English twin of such words.
    fn concerns(&self, owner: RowOwner, kind: HitKind, language: Language) -> bool {
        match owner {
            RowOwner::Passage(index) | RowOwner::Sentence(index) => {
                let spoken = self.passages.get(index as usize).map(|(_, spoken)| *spoken);
                // What stands in another language only is told apart later.
                kind == HitKind::Passage
                    && (language != Language::En || spoken != Some(Language::Zh) || !self.is_told(index))
            }
            RowOwner::Product(..) => kind == HitKind::Product && self.owned(owner, kind, language).is_some(),
        }
    }

    /// Whether a passage stands in English.
    fn is_told(&self, index: u32) -> bool {
        self.passages.get(index as usize).is_some_and(|(id, _)| self.twins.contains_key(id))
    }

    /// The English of a passage that a Chinese question may find: a student's vectors of questions lie near its
    /// teacher's of texts, which are better than its own.
    fn twin(&self, owner: RowOwner, language: Language) -> Option<RowOwner> {
        let RowOwner::Passage(index) = owner else { return None };
        let (id, _) = self.passages.get(index as usize).filter(|_| language == Language::Zh)?;
        let twin = self.twins.get(id)?;
        (*twin != index).then_some(RowOwner::Passage(*twin))
    }

    /// The index behind a row's owner, where the kind is that asked for and the text is in the language asked for, or
    /// does not stand in it: who asks in Chinese of what is told in English only shall find the English.
    fn owned(&self, owner: RowOwner, kind: HitKind, language: Language) -> Option<usize> {
        match (owner, kind) {
            (RowOwner::Passage(index), HitKind::Passage) => {
                let index = index as usize;
                let (id, spoken) = self.passages.get(index)?;
                (*spoken == language || !self.spoken.contains(&(id.clone(), language))).then_some(index)
            }
            (RowOwner::Product(index, spoken), HitKind::Product) => {
                let (_, told) = self.products.get(index as usize)?;
                (spoken == language || !told.contains(&language)).then_some(index as usize)
            }
            _ => None,
        }
    }
}

/// The languages a product is described in.
fn languages(product: &Product) -> Vec<Language> {
    Language::ALL.into_iter().filter(|&language| product.title.exact(language).is_some()).collect()
}

/// Best first; ties by index, so that equal inputs give equal answers.
fn sort(hits: &mut [Hit]) {
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.kind.cmp(&b.kind)).then(a.index.cmp(&b.index)));
}
