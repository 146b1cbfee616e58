//! BM25F (Robertson, Zaragoza, Taylor 2004) over three fields, prebuilt in the pack.
//!
//! Passages and products of each language are separate collections: a term's rarity is judged among
//! its like. The section is: version, then four collections, all numbers LEB128.
//!
//! ```text
//! collection = n_docs, per doc: owner index, 3 field lengths
//!              n_terms, per term: length, UTF-8, n_postings, per posting: doc delta, 3 field counts
//! ```

use std::collections::{BTreeMap, HashMap};

use crate::pack::format::{Passage, Product};
use crate::protocol::Language;
use crate::retrieve::thesaurus::{Concept, concepts};
use crate::retrieve::tokens::{TOKENS_VERSION, is_telling, terms};
use crate::retrieve::typos::nearest;

/// Heading or title; tags and other wordings; body.
const N_FIELDS: usize = 3;

/// What a word counts in each field. Chosen on the development questions.
const FIELD_BOOSTS: [f32; N_FIELDS] = [3.0, 1.0, 1.0];
/// How soon repetition stops counting, and how much length is punished: the customary values.
const K1: f32 = 1.2;
const B: f32 = 0.75;

/// The score that maps to one half, in words that stand in one text only. Counted in words, a score
/// means the same in a shop of five passages and in one of five thousand.
const HALF_SCORE_WORDS: f32 = 1.8;

/// What a word counts that says the same as one asked for, and one that the word asked for is likely a slip of.
const SYNONYM_SHARE: f32 = 0.5;
const TYPO_SHARE: f32 = 0.8;
/// What a word counts that says the same as what no text says as the question does: idioms, above all.
const IDIOM_SHARE: f32 = 1.0;

/// Which texts to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HitKind {
    Passage,
    Product,
}

/// The order of collections in the section.
const COLLECTIONS: [(HitKind, Language); 4] = [
    (HitKind::Passage, Language::En),
    (HitKind::Passage, Language::Zh),
    (HitKind::Product, Language::En),
    (HitKind::Product, Language::Zh),
];

/// Why a lexical section cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LexicalError {
    #[error("the lexical index ends early or points outside itself")]
    Bounds,
    /// The caller rebuilds it from the records.
    #[error("the lexical index was made by another tokenizer version")]
    Version,
}

/// A searchable index.
#[derive(Debug, Default)]
pub struct LexicalIndex {
    collections: [Collection; COLLECTIONS.len()],
}

#[derive(Debug, Default)]
struct Collection {
    docs: Vec<Doc>,
    postings: BTreeMap<String, Vec<Posting>>,
    mean_length: f32,
}

#[derive(Clone, Copy, Debug)]
struct Doc {
    /// Index of the passage or product.
    owner: u32,
    lengths: [u32; N_FIELDS],
}

#[derive(Clone, Copy, Debug)]
struct Posting {
    doc: u32,
    counts: [u32; N_FIELDS],
}

/// A text found by its words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LexicalHit {
    /// Index of the passage or product.
    pub owner: u32,
    /// The BM25 score, saturated into `[0, 1)`: how much evidence there is, whatever else was asked.
    /// The share of the query that is covered was tried and lost: polite long questions scored low.
    pub score: f32,
}

impl LexicalIndex {
    /// Indexes records directly.
    pub fn build(passages: &[Passage], products: &[Product]) -> LexicalIndex {
        let mut index = LexicalIndex::default();
        for (collection, (kind, language)) in index.collections.iter_mut().zip(COLLECTIONS) {
            match kind {
                HitKind::Passage => {
                    for (owner, passage) in passages.iter().enumerate().filter(|(_, p)| p.language == language) {
                        collection.add(owner, passage_fields(passage));
                    }
                }
                HitKind::Product => {
                    for (owner, product) in products.iter().enumerate() {
                        if product.title.exact(language).is_some() {
                            collection.add(owner, product_fields(product, language));
                        }
                    }
                }
            }
            collection.finish();
        }
        index
    }

    /// Reads what [`write()`] wrote.
    pub fn read(bytes: &[u8]) -> Result<LexicalIndex, LexicalError> {
        let mut reader = Reader { bytes };
        if reader.number()? != TOKENS_VERSION {
            return Err(LexicalError::Version);
        }
        let mut index = LexicalIndex::default();
        for collection in &mut index.collections {
            *collection = Collection::read(&mut reader)?;
        }
        Ok(index)
    }

    /// Texts that share a word with `query`, best first.
    pub fn search(&self, query: &str, kind: HitKind, language: Language) -> Vec<LexicalHit> {
        let at = COLLECTIONS.iter().position(|&one| one == (kind, language));
        let Some(at) = at else { return Vec::new() };
        let said = terms(query);
        let mut wanted: BTreeMap<String, f32> = BTreeMap::new();
        for term in &said {
            match self.meant(term, language) {
                Some(meant) => *wanted.entry(meant.to_owned()).or_default() = TYPO_SHARE,
                None => *wanted.entry(term.clone()).or_default() = 1.0,
            }
        }
        let share = |concept: &Concept| if self.is_heard(concept, language) { SYNONYM_SHARE } else { IDIOM_SHARE };
        let concepts = concepts(query, &said).into_iter().map(|concept| (share(&concept), concept));
        self.collections[at].search(&wanted, &concepts.collect::<Vec<_>>())
    }

    /// Which share of what `query` says the text of `owner` says too, each word weighed by its rarity (`idf`): in
    /// `[0, 1]`. What is said otherwise, or with a slip, counts as said.
    pub fn coverage(&self, query: &str, kind: HitKind, language: Language, owner: u32) -> f32 {
        let at = COLLECTIONS.iter().position(|&one| one == (kind, language));
        let Some(collection) = at.map(|at| &self.collections[at]) else { return 0.0 };
        let said = terms(query);
        let concepts = concepts(query, &said);
        let holds = |term: &str| collection.holds(term, owner);
        let (mut total, mut covered) = (0.0, 0.0);
        for term in said.iter().filter(|term| is_telling(term)) {
            let meant = self.meant(term, language).unwrap_or(term);
            let weight = collection.idf(collection.postings.get(meant).map_or(0, Vec::len));
            let is_otherwise = || {
                let mut of = concepts.iter().filter(|concept| concept.said.contains(term));
                of.any(|concept| concept.others.iter().any(|member| member.iter().all(|term| holds(term))))
            };
            total += weight;
            if holds(meant) || is_otherwise() {
                covered += weight;
            }
        }
        if total > 0.0 { covered / total } else { 0.0 }
    }

    /// Which of some terms each product holds that holds any; described in `language`.
    pub fn products_with(&self, terms: &[String], language: Language) -> BTreeMap<u32, Vec<bool>> {
        let mut found: BTreeMap<u32, Vec<bool>> = BTreeMap::new();
        for (at, term) in terms.iter().enumerate() {
            for owner in self.products(language).flat_map(|collection| collection.owners(term)) {
                found.entry(owner).or_insert_with(|| vec![false; terms.len()])[at] = true;
            }
        }
        found
    }

    /// Whether the title of any product has the term.
    pub fn knows_title(&self, term: &str, language: Language) -> bool {
        let titled = |posting: &Posting| posting.counts[0] > 0;
        self.products(language).any(|collection| collection.postings.get(term).is_some_and(|of| of.iter().any(titled)))
    }

    fn products(&self, language: Language) -> impl Iterator<Item = &Collection> {
        let collections = self.collections.iter().zip(COLLECTIONS);
        collections.filter(move |(_, of)| *of == (HitKind::Product, language)).map(|(collection, _)| collection)
    }

    /// The shop's word that an unknown one is likely a slip of.
    pub fn meant(&self, term: &str, language: Language) -> Option<&str> {
        let first = term.chars().next().filter(char::is_ascii_alphabetic)?;
        if self.knows(term, language) {
            return None;
        }
        let spoken = self.collections.iter().zip(COLLECTIONS).filter(|(_, (_, spoken))| *spoken == language);
        // Hardly anybody mistypes the first letter, and to look no further keeps it quick.
        let words = spoken.flat_map(|(collection, _)| {
            collection
                .postings
                .range(first.to_string()..)
                .map(|(word, _)| word.as_str())
                .take_while(move |word| word.starts_with(first))
        });
        nearest(term, words)
    }

    /// Whether any text in `language` holds what says the same as the term.
    pub fn knows_otherwise(&self, term: &str, language: Language) -> bool {
        let mut concepts = concepts(term, &[term.to_owned()]).into_iter();
        concepts.any(|concept| self.knows_concept(&concept, language))
    }

    /// The terms of a text for which any text in `language` has other words.
    pub fn said_otherwise(&self, text: &str, language: Language) -> Vec<String> {
        let concepts = concepts(text, &terms(text)).into_iter();
        concepts.filter(|concept| self.knows_concept(concept, language)).flat_map(|concept| concept.said).collect()
    }

    /// Whether any text in `language` says a concept as the query does.
    fn is_heard(&self, concept: &Concept, language: Language) -> bool {
        let mut collections = self.collections.iter().zip(COLLECTIONS).filter(|(_, (_, spoken))| *spoken == language);
        collections.any(|(collection, _)| concept.ways.iter().any(|terms| collection.holds_all(terms)))
    }

    fn knows_concept(&self, concept: &Concept, language: Language) -> bool {
        concept.others.iter().any(|member| member.iter().all(|term| self.knows(term, language)))
    }

    /// Whether any text in `language` holds the term.
    pub fn knows(&self, term: &str, language: Language) -> bool {
        let mut collections = self.collections.iter().zip(COLLECTIONS).filter(|(_, (_, spoken))| *spoken == language);
        collections.any(|(collection, _)| collection.postings.contains_key(term))
    }
}

/// The lexical section of a pack.
pub fn write(passages: &[Passage], products: &[Product]) -> Vec<u8> {
    let index = LexicalIndex::build(passages, products);
    let mut bytes = Vec::new();
    write_number(&mut bytes, TOKENS_VERSION);
    for collection in &index.collections {
        collection.write(&mut bytes);
    }
    bytes
}

fn passage_fields(passage: &Passage) -> [String; N_FIELDS] {
    let aside = [passage.topic.clone(), passage.tags.join("\n"), passage.also.join("\n")].join("\n");
    [passage.heading.clone(), aside, passage.text.clone()]
}

fn product_fields(product: &Product, language: Language) -> [String; N_FIELDS] {
    let attributes = product.attributes.items(language).iter().map(|a| format!("{}\n{}", a.name, a.value));
    let title = product.title.text(language).to_owned();
    let aside = [
        product.product_type.items(language).join("\n"),
        product.tags.items(language).join("\n"),
        product.material.text(language).to_owned(),
        product.color.text(language).to_owned(),
        product.brand.text(language).to_owned(),
        product.highlights.items(language).join("\n"),
    ];
    let body: Vec<String> = attributes
        .chain([product.description.text(language).to_owned(), product.size.text(language).to_owned()])
        .collect();
    [title, aside.join("\n"), body.join("\n")]
}

impl Collection {
    fn add(&mut self, owner: usize, fields: [String; N_FIELDS]) {
        let doc = self.docs.len() as u32;
        let mut lengths = [0; N_FIELDS];
        let mut counts: BTreeMap<String, [u32; N_FIELDS]> = BTreeMap::new();
        for (field, text) in fields.iter().enumerate() {
            for term in terms(text) {
                lengths[field] += 1;
                counts.entry(term).or_default()[field] += 1;
            }
        }
        self.docs.push(Doc { owner: owner as u32, lengths });
        for (term, counts) in counts {
            self.postings.entry(term).or_default().push(Posting { doc, counts });
        }
    }

    fn finish(&mut self) {
        let total: f32 = self.docs.iter().map(Doc::length).sum();
        self.mean_length = (total / self.docs.len().max(1) as f32).max(1.0);
    }

    /// `wanted` are terms with their shares, `concepts` have theirs before them; sorted, so that sums round alike on every run.
    fn search(&self, wanted: &BTreeMap<String, f32>, concepts: &[(f32, Concept)]) -> Vec<LexicalHit> {
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for (term, share) in wanted {
            for (owner, score) in self.scores(term) {
                *scores.entry(owner).or_default() += share * score;
            }
        }
        for (share, concept) in concepts {
            for (owner, score) in self.otherwise(concept, *share) {
                *scores.entry(owner).or_default() += score;
            }
        }
        let half = HALF_SCORE_WORDS * self.idf(1);
        let saturate = |(owner, score): (u32, f32)| LexicalHit { owner, score: score / (score + half) };
        let mut hits: Vec<LexicalHit> = scores.into_iter().map(saturate).collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.owner.cmp(&b.owner)));
        hits
    }

    /// Each owner's BM25 score for one term.
    fn scores(&self, term: &str) -> impl Iterator<Item = (u32, f32)> {
        let postings = self.postings.get(term).map_or(&[][..], Vec::as_slice);
        let idf = self.idf(postings.len());
        postings.iter().map(move |posting| {
            let doc = &self.docs[posting.doc as usize];
            let count = boosted(posting.counts);
            let saturation = count / (count + K1 * (1.0 - B + B * doc.length() / self.mean_length));
            (doc.owner, idf * saturation)
        })
    }

    /// What texts that say it otherwise gain over what its own words gave them.
    fn otherwise(&self, concept: &Concept, share: f32) -> BTreeMap<u32, f32> {
        let mut best: BTreeMap<u32, f32> = BTreeMap::new();
        for member in &concept.others {
            let mut sums: BTreeMap<u32, (usize, f32)> = BTreeMap::new();
            for (owner, score) in member.iter().flat_map(|term| self.scores(term)) {
                let (n, sum) = sums.entry(owner).or_default();
                (*n, *sum) = (*n + 1, *sum + score);
            }
            for (owner, (n, sum)) in sums {
                if n == member.len() {
                    let entry = best.entry(owner).or_default();
                    *entry = entry.max(share * sum);
                }
            }
        }
        for (owner, score) in concept.said.iter().flat_map(|term| self.scores(term)) {
            if let Some(gain) = best.get_mut(&owner) {
                *gain -= score;
            }
        }
        best.retain(|_, gain| *gain > 0.0);
        best
    }

    /// Whether the text of `owner` holds a term.
    fn holds(&self, term: &str, owner: u32) -> bool {
        self.owners(term).any(|one| one == owner)
    }

    /// Whether any one text holds all the terms.
    fn holds_all(&self, terms: &[String]) -> bool {
        let Some((first, rest)) = terms.split_first() else { return false };
        self.owners(first).any(|owner| rest.iter().all(|term| self.holds(term, owner)))
    }

    /// Whose texts hold a term.
    fn owners(&self, term: &str) -> impl Iterator<Item = u32> {
        let postings = self.postings.get(term).map_or(&[][..], Vec::as_slice);
        postings.iter().map(|posting| self.docs[posting.doc as usize].owner)
    }

    fn idf(&self, n_found: usize) -> f32 {
        let (n_docs, n_found) = (self.docs.len() as f32, n_found as f32);
        (1.0 + (n_docs - n_found + 0.5) / (n_found + 0.5)).ln()
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        write_number(bytes, self.docs.len() as u32);
        for doc in &self.docs {
            write_number(bytes, doc.owner);
            doc.lengths.iter().for_each(|&length| write_number(bytes, length));
        }
        write_number(bytes, self.postings.len() as u32);
        for (term, postings) in &self.postings {
            write_number(bytes, term.len() as u32);
            bytes.extend_from_slice(term.as_bytes());
            write_number(bytes, postings.len() as u32);
            let mut last = 0;
            for posting in postings {
                write_number(bytes, posting.doc - last);
                last = posting.doc;
                posting.counts.iter().for_each(|&count| write_number(bytes, count));
            }
        }
    }

    /// No `with_capacity` here: a count is believed only as far as the bytes go.
    fn read(reader: &mut Reader<'_>) -> Result<Collection, LexicalError> {
        let mut collection = Collection::default();
        for _ in 0..reader.number()? {
            let owner = reader.number()?;
            collection.docs.push(Doc { owner, lengths: reader.fields()? });
        }
        for _ in 0..reader.number()? {
            let term = reader.text()?;
            let mut postings = Vec::new();
            let mut doc = 0u32;
            for _ in 0..reader.number()? {
                doc = doc.checked_add(reader.number()?).ok_or(LexicalError::Bounds)?;
                if doc as usize >= collection.docs.len() {
                    return Err(LexicalError::Bounds);
                }
                postings.push(Posting { doc, counts: reader.fields()? });
            }
            collection.postings.insert(term, postings);
        }
        collection.finish();
        Ok(collection)
    }
}

impl Doc {
    fn length(&self) -> f32 {
        boosted(self.lengths)
    }
}

fn boosted(counts: [u32; N_FIELDS]) -> f32 {
    counts.iter().zip(FIELD_BOOSTS).map(|(&count, boost)| count as f32 * boost).sum()
}

fn write_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn number(&mut self) -> Result<u32, LexicalError> {
        let mut number = 0u32;
        for shift in (0..32).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or(LexicalError::Bounds)?;
            self.bytes = rest;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(LexicalError::Bounds)
    }

    fn fields(&mut self) -> Result<[u32; N_FIELDS], LexicalError> {
        let mut fields = [0; N_FIELDS];
        for field in &mut fields {
            *field = self.number()?;
        }
        Ok(fields)
    }

    fn text(&mut self) -> Result<String, LexicalError> {
        let length = self.number()? as usize;
        if length > self.bytes.len() {
            return Err(LexicalError::Bounds);
        }
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        std::str::from_utf8(text).map(str::to_owned).map_err(|_| LexicalError::Bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(id: &str, heading: &str, text: &str) -> Passage {
        Passage { id: id.into(), heading: heading.into(), text: text.into(), ..Passage::default() }
    }

    fn passages() -> Vec<Passage> {
        vec![
            passage("a#rates", "Shipping rates", "A parcel to France costs four euros."),
            passage("a#hours", "Opening hours", "The shop is open on weekdays."),
        ]
    }

    #[test]
    fn what_is_written_reads_back_and_finds_the_same() {
        let read = LexicalIndex::read(&write(&passages(), &[])).expect("it was just written");
        let built = LexicalIndex::build(&passages(), &[]);
        for query in ["parcels to France", "opening", "shipping", "nothing of the kind"] {
            let search = |index: &LexicalIndex| index.search(query, HitKind::Passage, Language::En);
            assert_eq!(search(&read), search(&built), "{query}");
        }
    }

    #[test]
    fn an_idiom_that_no_text_has_counts_as_the_word_for_it() {
        let lost = passage("c#lost", "Lost password", "A link comes by e-mail.");
        let index = LexicalIndex::build(&[passages(), vec![lost]].concat(), &[]);
        let search = |query: &str| index.search(query, HitKind::Passage, Language::En);
        assert_eq!(search("It won't let me in!"), search("password"));
        assert!(search("let").is_empty());
    }

    #[test]
    fn scores_stay_between_zero_and_one() {
        let index = LexicalIndex::build(&passages(), &[]);
        let hits = index.search("shipping rates parcel france", HitKind::Passage, Language::En);
        assert_eq!(hits[0].owner, 0);
        assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)), "{hits:?}");
    }

    #[test]
    fn cut_or_bent_indexes_are_refused_without_a_panic() {
        let bytes = write(&passages(), &[]);
        for end in 0..bytes.len() {
            assert!(LexicalIndex::read(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut bent = bytes.clone();
            bent[at] ^= 0xff;
            let _ = LexicalIndex::read(&bent);
        }
    }
}
