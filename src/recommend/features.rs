//! What products are, in numbers: by the encoder's vectors where the pack has them, by attributes always.
//!
//! Every likeness here is a product of vectors, so what a whole history is like costs one vector, and then one
//! product an item.

use std::collections::{BTreeMap, HashMap};

use crate::pack::Embeddings;
use crate::pack::format::{Product, RowOwner};
use crate::protocol::{Feature, Language};

/// Parts of the likeness by attributes; they sum to one.
const CATEGORY_SHARE: f32 = 0.4;
const TYPE_SHARE: f32 = 0.3;
const TAG_SHARE: f32 = 0.3;

/// A product's entries: index of the feature, and its part of a vector no longer than one.
type Entries = Vec<(u32, f32)>;

/// Features and vectors of one catalogue, by index of the product.
#[derive(Debug)]
pub struct Features {
    names: Vec<Feature>,
    entries: Vec<Entries>,
    d_model: usize,
    /// `[n_products, d_model]`; zeros for a product without a vector.
    vectors: Vec<i8>,
    /// By product; 0 without a vector.
    scales: Vec<f32>,
}

/// Wrapping, since a check at every step keeps the compiler from taking eight at once; callers see to it that the
/// sum fits.
fn dot(row: &[i8], other: impl Iterator<Item = i16>) -> i32 {
    row.iter().zip(other).fold(0, |sum: i32, (&x, y)| sum.wrapping_add(i32::from(x).wrapping_mul(i32::from(y))))
}

/// What a weighted set of products is like.
#[derive(Clone, Debug)]
pub struct Taste {
    entries: Vec<f32>,
    vector: Vec<f32>,
    /// Of the absolute weights.
    total: f32,
}

impl Features {
    pub fn new(products: &[Product], embeddings: Option<&Embeddings>) -> Features {
        let mut index: HashMap<Feature, u32> = HashMap::new();
        let mut names = Vec::new();
        let mut id_of = |feature: Feature| {
            *index.entry(feature.clone()).or_insert_with(|| {
                names.push(feature);
                names.len() as u32 - 1
            })
        };
        let entries = products
            .iter()
            .map(|product| {
                let language = Language::default();
                let tags = product.tags.items(language);
                let tag_part = (TAG_SHARE / tags.len().max(1) as f32).sqrt();
                let mut entries = BTreeMap::new();
                // Goods of the page around may stand on no shelf.
                if !product.category.is_empty() {
                    entries.insert(id_of(Feature::Category(product.category.clone())), CATEGORY_SHARE.sqrt());
                }
                if let Some(kind) = product.product_type.items(language).last() {
                    entries.insert(id_of(Feature::Type(kind.clone())), TYPE_SHARE.sqrt());
                }
                // A brand is named and filtered by, and says nothing of likeness: some shops have but one.
                if !product.brand.text(language).is_empty() {
                    entries.insert(id_of(Feature::Brand(product.brand.text(language).to_owned())), 0.0);
                }
                for tag in tags {
                    entries.insert(id_of(Feature::Tag(tag.clone())), tag_part);
                }
                entries.into_iter().collect()
            })
            .collect();
        let mut features = Features { names, entries, d_model: 0, vectors: Vec::new(), scales: Vec::new() };
        features.scales = vec![0.0; products.len()];
        if let Some(embeddings) = embeddings {
            features.take_vectors(embeddings);
        }
        features
    }

    /// Of each product the row in the first language that was embedded.
    fn take_vectors(&mut self, embeddings: &Embeddings) {
        let d_model = embeddings.d_model();
        self.d_model = d_model;
        self.vectors = vec![0; self.scales.len() * d_model];
        for (owner, scale, row) in embeddings.rows() {
            if let RowOwner::Product(index, _) = owner
                && let Some(own @ 0.0) = self.scales.get_mut(index as usize)
            {
                *own = scale;
                self.vectors[index as usize * d_model..][..d_model].copy_from_slice(row);
            }
        }
    }

    pub fn n_products(&self) -> usize {
        self.entries.len()
    }

    fn row(&self, product: usize) -> &[i8] {
        &self.vectors[product * self.d_model..][..self.d_model]
    }

    pub fn of(&self, product: usize) -> impl Iterator<Item = &Feature> {
        self.entries[product].iter().map(|&(id, _)| &self.names[id as usize])
    }

    pub fn has(&self, product: usize, feature: &Feature) -> bool {
        self.of(product).any(|own| own == feature)
    }

    /// The most telling feature that both have: rare ones tell more than common ones.
    pub fn shared(&self, a: usize, b: usize) -> Option<&Feature> {
        let both = self.entries[a].iter().filter(|(id, _)| self.entries[b].iter().any(|(other, _)| other == id));
        let named = both.filter(|(_, part)| *part > 0.0).map(|&(id, _)| id);
        named.min_by_key(|&id| (self.n_with(id), id)).map(|id| &self.names[id as usize])
    }

    fn n_with(&self, id: u32) -> usize {
        self.entries.iter().filter(|entries| entries.iter().any(|(other, _)| *other == id)).count()
    }

    /// Cosine of both vectors; 0 where one has none.
    pub fn by_words(&self, a: usize, b: usize) -> f32 {
        if self.d_model == 0 {
            return 0.0;
        }
        let other = self.row(b).iter().map(|&y| i16::from(y));
        (dot(self.row(a), other) as f32 * self.scales[a] * self.scales[b]).clamp(0.0, 1.0)
    }

    /// Likeness of attributes, in `[0, 1]`.
    pub fn by_shelf(&self, a: usize, b: usize) -> f32 {
        let of_b = |id: u32| self.entries[b].iter().find(|(other, _)| *other == id).map_or(0.0, |(_, part)| *part);
        self.entries[a].iter().map(|&(id, part)| part * of_b(id)).sum()
    }

    pub fn has_vectors(&self) -> bool {
        self.d_model > 0
    }

    /// What these products are like, each with its weight, which may be negative.
    pub fn taste(&self, weights: impl IntoIterator<Item = (usize, f32)>) -> Taste {
        let (mut entries, mut vector) = (vec![0.0; self.names.len()], vec![0.0; self.d_model]);
        let mut total = 0.0;
        for (product, weight) in weights {
            total += weight.abs();
            self.entries[product].iter().for_each(|&(id, part)| entries[id as usize] += weight * part);
            if self.scales[product] > 0.0 {
                let scale = weight * self.scales[product];
                vector.iter_mut().zip(self.row(product)).for_each(|(to, &from)| *to += scale * f32::from(from));
            }
        }
        Taste { entries, vector, total }
    }

    /// Mean likeness of each of `products` to a taste: by words, and by shelf.
    pub fn like(&self, taste: &Taste, products: &[usize]) -> (Vec<f32>, Vec<f32>) {
        let total = taste.total.max(f32::MIN_POSITIVE);
        let largest = taste.vector.iter().fold(0.0f32, |largest, x| largest.max(x.abs()));
        // Integers, for there are four to eight products of them in an instruction; 32 bits must hold their sum.
        let limit = (f32::from(i16::MAX)).min((i32::MAX / 128) as f32 / self.d_model.max(1) as f32);
        let unit = largest.max(f32::MIN_POSITIVE) / limit;
        let vector: Vec<i16> = taste.vector.iter().map(|x| (x / unit) as i16).collect();
        let by_words = products.iter().map(|&product| {
            if self.d_model == 0 || largest == 0.0 {
                return 0.0;
            }
            dot(self.row(product), vector.iter().copied()) as f32 * unit * self.scales[product] / total
        });
        let by_shelf = products.iter().map(|&product| {
            self.entries[product].iter().map(|&(id, part)| part * taste.entries[id as usize]).sum::<f32>() / total
        });
        (by_words.collect(), by_shelf.collect())
    }
}
