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
}
