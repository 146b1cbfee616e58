//! What recommending needs to know of each product, looked up quickly.

use std::collections::HashMap;

use super::features::Features;
use crate::pack::Embeddings;
use crate::pack::format::Product;
use crate::protocol::Language;

/// Products by index, in the pack's order.
#[derive(Debug)]
pub struct Catalogue {
    pub ids: Vec<String>,
    index: HashMap<String, usize>,
    pub categories: Vec<String>,
    pub brands: Vec<String>,
    /// What is paid now, in the currency's smallest unit.
    pub prices: Vec<u64>,
    pub in_stock: Vec<bool>,
    /// By word of titles, kinds and tags: products with it, in order.
    words: HashMap<String, Vec<usize>>,
    pub features: Features,
}

impl Catalogue {
    pub fn new(products: &[Product], embeddings: Option<&Embeddings>) -> Catalogue {
        let mut words: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, product) in products.iter().enumerate() {
            for language in Language::ALL {
                let texts = [product.title.exact(language)].into_iter().flatten();
                let lists = [product.tags.exact(language), product.product_type.exact(language)];
                let texts = texts.chain(lists.into_iter().flatten().flatten());
                for word in texts.flat_map(|text| words_of(text)) {
                    let places = words.entry(word).or_default();
                    if places.last() != Some(&at) {
                        places.push(at);
                    }
                }
            }
        }
        let texts = |text: fn(&Product) -> &str| products.iter().map(|product| text(product).to_owned()).collect();
        let ids: Vec<String> = texts(|product| &product.id);
        Catalogue {
            index: ids.iter().enumerate().map(|(at, id)| (id.clone(), at)).collect(),
            ids,
            categories: texts(|product| &product.category),
            brands: texts(|product| product.brand.text(Language::default())),
            prices: products.iter().map(|product| product.current_price().minor).collect(),
            in_stock: products.iter().map(Product::is_in_stock).collect(),
            words,
            features: Features::new(products, embeddings),
        }
    }

    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Products that have every word of a search. One that finds half the shop finds nothing in particular.
    pub fn matching(&self, text: &str) -> Vec<usize> {
        let mut found: Option<Vec<usize>> = None;
        for word in words_of(text) {
            let Some(with) = self.words.get(&word) else { return Vec::new() };
            found = Some(match found {
                None => with.clone(),
                Some(found) => found.into_iter().filter(|at| with.binary_search(at).is_ok()).collect(),
            });
        }
        found.filter(|found| 2 * found.len() <= self.len()).unwrap_or_default()
    }
}

/// Words in lower case; of scripts that write without spaces, each character.
fn words_of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars().flat_map(char::to_lowercase).chain([' ']) {
        let is_han = ('\u{3400}'..='\u{9fff}').contains(&c);
        if c.is_alphanumeric() && !is_han {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_han {
            words.push(c.to_string());
        }
    }
    words
}
