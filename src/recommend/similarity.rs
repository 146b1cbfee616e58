//! How alike two products are: by the encoder's vectors where the pack has them, by attributes always.

use std::collections::BTreeSet;

use crate::pack::format::Product;
use crate::protocol::Language;

/// Share of the vectors. They know that a gaiwan goes with oolong; attributes know the shop's shelves.
const VECTOR_SHARE: f32 = 0.7;

/// Parts of the attributes' similarity; they sum to one.
const CATEGORY_SHARE: f32 = 0.4;
const TYPE_SHARE: f32 = 0.3;
const TAG_SHARE: f32 = 0.3;

/// What similarity needs of each product.
#[derive(Debug)]
pub struct Similarity {
    features: Vec<Features>,
}

#[derive(Debug)]
struct Features {
    category: String,
    product_type: Vec<String>,
    tags: BTreeSet<String>,
    /// Of unit length.
    vector: Option<Vec<f32>>,
}

impl Similarity {
    /// `vectors[i]` is product `i`'s, or nothing.
    pub fn new(products: &[Product], mut vectors: Vec<Option<Vec<f32>>>) -> Similarity {
        vectors.resize(products.len(), None);
        let features = products.iter().zip(vectors).map(|(product, vector)| Features {
            category: product.category.clone(),
            product_type: product.product_type.items(Language::default()).to_vec(),
            tags: product.tags.items(Language::default()).iter().cloned().collect(),
            vector,
        });
        Similarity { features: features.collect() }
    }

    /// In `[0, 1]`.
    pub fn between(&self, a: usize, b: usize) -> f32 {
        let (a, b) = (&self.features[a], &self.features[b]);
        let shared = a.tags.intersection(&b.tags).count() as f32;
        let all = a.tags.union(&b.tags).count().max(1) as f32;
        let same = |is: bool, share: f32| if is { share } else { 0.0 };
        let attributes = same(a.category == b.category, CATEGORY_SHARE)
            + same(a.product_type == b.product_type, TYPE_SHARE)
            + TAG_SHARE * shared / all;
        match (&a.vector, &b.vector) {
            (Some(a), Some(b)) => {
                let cosine: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
                VECTOR_SHARE * cosine.clamp(0.0, 1.0) + (1.0 - VECTOR_SHARE) * attributes
            }
            _ => attributes,
        }
    }
}
