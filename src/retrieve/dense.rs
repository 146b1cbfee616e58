//! Cosine similarity over the pack's int8 matrix.

use std::collections::HashMap;

use crate::pack::format::{EncoderId, RowOwner};
use crate::pack::open::Embeddings;
use crate::protocol::Language;

/// The pack's vectors, ready to be compared.
#[derive(Debug)]
pub struct DenseIndex {
    embeddings: Embeddings,
}

impl DenseIndex {
    pub fn new(embeddings: Embeddings) -> DenseIndex {
        DenseIndex { embeddings }
    }

    /// The encoder a query of this language must be embedded with.
    pub fn encoder(&self, language: Language) -> Option<&EncoderId> {
        self.embeddings.encoder(language)
    }

    /// Each owner's best cosine with `query` `[d_model]`; nothing where the lengths differ.
    pub fn search(&self, query: &[f32]) -> HashMap<RowOwner, f32> {
        let mut best = HashMap::new();
        let norm = query.iter().map(|x| x * x).sum::<f32>().sqrt();
        if query.len() != self.embeddings.d_model() || norm <= 0.0 || !norm.is_finite() {
            return best;
        }
        for (owner, scale, row) in self.embeddings.rows() {
            let dot: f32 = row.iter().zip(query).map(|(&value, x)| f32::from(value) * x).sum();
            let cosine = dot * scale / norm;
            let entry = best.entry(owner).or_insert(cosine);
            *entry = entry.max(cosine);
        }
        best
    }

    /// A row of each product as f32 `[d_model]`, in the first language that was embedded.
    pub fn product_vectors(&self, n_products: usize) -> Vec<Option<Vec<f32>>> {
        let mut vectors = vec![None; n_products];
        for (owner, scale, row) in self.embeddings.rows() {
            if let RowOwner::Product(index, _) = owner
                && let Some(vector @ None) = vectors.get_mut(index as usize)
            {
                *vector = Some(row.iter().map(|&value| f32::from(value) * scale).collect());
            }
        }
        vectors
    }
}
