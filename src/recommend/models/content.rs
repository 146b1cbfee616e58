//! Items described alike.

use std::collections::{BTreeMap, HashSet};

use super::{Query, Scorer, aged};

/// Dimensions and values. An encoder's embedding is one with every dimension there.
pub type SparseVector = Vec<(u32, f32)>;

/// Likeness of descriptions to what the shopper took lately.
#[derive(Clone, Debug)]
pub struct Content {
    /// By item, of unit length; empty for an item without description.
    pub vectors: Vec<SparseVector>,
    /// By dimension: items and values.
    inverted: Vec<Vec<(u32, f32)>>,
    pub age_decay: f32,
}

impl Content {
    /// `vectors[i]` describes item `i` and is of unit length or empty.
    pub fn new(vectors: Vec<SparseVector>, age_decay: f32) -> Content {
        let n_dims = vectors.iter().flatten().map(|entry| entry.0 as usize + 1).max().unwrap_or(0);
        let mut inverted = vec![Vec::new(); n_dims];
        for (item, vector) in (0u32..).zip(&vectors) {
            for &(dim, value) in vector {
                inverted[dim as usize].push((item, value));
            }
        }
        Content { vectors, inverted, age_decay }
    }
}

impl Scorer for Content {
    fn name(&self) -> &'static str {
        "content"
    }

    fn score(&self, query: &Query, scores: &mut [f32]) {
        scores.fill(0.0);
        let mut profile: BTreeMap<u32, f32> = BTreeMap::new();
        for (item, age) in aged(query) {
            let weight = self.age_decay.powi(age as i32);
            for &(dim, value) in &self.vectors[item as usize] {
                *profile.entry(dim).or_default() += weight * value;
            }
        }
        for (dim, weight) in profile {
            for &(item, value) in &self.inverted[dim as usize] {
                scores[item as usize] += weight * value;
            }
        }
    }
}

/// Words weighed by ln(1 + n/df), of unit length (Salton and Buckley 1988, with binary term frequency).
pub fn tf_idf(texts: &[String]) -> Vec<SparseVector> {
    let words = |text: &str| -> Vec<String> {
        let split = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut seen = HashSet::new();
        split.map(str::to_lowercase).filter(|word| seen.insert(word.clone())).collect()
    };
    let documents: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let mut n_with: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for word in documents.iter().flatten() {
        let next = n_with.len() as u32;
        n_with.entry(word).or_insert((next, 0)).1 += 1;
    }
    let vector = |document: &Vec<String>| {
        let entry = |word: &String| {
            let (dim, n) = n_with[word.as_str()];
            (dim, (1.0 + texts.len() as f32 / n as f32).ln())
        };
        let mut vector: SparseVector = document.iter().map(entry).collect();
        let length = vector.iter().map(|entry| entry.1 * entry.1).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|entry| entry.1 /= length);
        vector
    };
    documents.iter().map(vector).collect()
}
