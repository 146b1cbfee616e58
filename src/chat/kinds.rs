//! How a shop files its goods: the labels of their types, put into words once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::pack::format::Product;
use crate::protocol::Language;
use crate::retrieve::tokens::{normalize, terms};

/// The kinds of a catalogue. Thousands of products are filed under a few dozen.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    /// The terms of each kind that there is, by language: all levels of the type, and the category.
    filed: BTreeMap<Language, BTreeSet<Vec<String>>>,
    terms: BTreeSet<String>,
    /// How many products a label files, as the last level of their type.
    n_filed: HashMap<String, usize>,
}

impl Kinds {
    pub fn new(products: &[Product]) -> Kinds {
        // Each path is put into words once, however many products it files.
        let mut paths: BTreeMap<(Language, Vec<String>, String), usize> = BTreeMap::new();
        for product in products {
            for language in Language::ALL {
                let levels = product.product_type.items(language).to_vec();
                *paths.entry((language, levels, product.category.clone())).or_default() += 1;
            }
        }
        let mut kinds = Kinds::default();
        for ((language, levels, category), n) in paths {
            let of_levels = terms(&levels.join(" "));
            kinds.terms.extend(of_levels.iter().cloned());
            let all = of_levels.into_iter().chain(terms(&category)).collect();
            kinds.filed.entry(language).or_default().insert(all);
            if let Some(last) = levels.last() {
                *kinds.n_filed.entry(normalize(last)).or_default() += n;
            }
        }
        kinds
    }

    /// Whether one kind has all of some terms.
    pub fn has(&self, wanted: &[String], language: Language) -> bool {
        let mut filed = self.filed.get(&language).into_iter().flatten();
        filed.any(|kind| wanted.iter().all(|term| kind.contains(term)))
    }

    /// Whether goods are filed under a term, in any language.
    pub fn is_kind(&self, term: &str) -> bool {
        self.terms.contains(term)
    }

    /// How many products are filed under what is said, word for word: “tasting cups” are filed, “the tasting cup” is not.
    pub fn n_filed(&self, said: &str) -> usize {
        self.n_filed.get(&normalize(said)).copied().unwrap_or(0)
    }
}
