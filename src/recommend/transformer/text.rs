//! Texts as vectors, without a model file.

use crate::platform::SplitMix64;
use crate::recommend::models::tf_idf;

/// Numbers of a text.
const WIDTH: usize = 128;

/// A vector a text.
#[derive(Clone)]
pub struct TextVectors {
    /// 1 where there is no text at all.
    pub width: usize,
    /// `[n, width]`, of zeros for an item without text.
    pub values: Vec<f32>,
    pub is_there: Vec<bool>,
}

/// Words weighed by their rarity, each put at random, so that few share places in all of a vector (feature hashing,
/// Weinberger et al. 2009, with four places a word).
pub fn text_vectors(texts: &[String], n_items: usize) -> TextVectors {
    const N_PLACES: usize = 4;
    if texts.iter().all(String::is_empty) {
        return TextVectors { width: 1, values: vec![0.0; n_items], is_there: vec![false; n_items] };
    }
    let mut values = vec![0.0f32; n_items * WIDTH];
    let mut is_there = vec![false; n_items];
    for (item, vector) in tf_idf(texts).into_iter().enumerate() {
        is_there[item] = !vector.is_empty();
        let row = &mut values[item * WIDTH..][..WIDTH];
        for (word, weight) in vector {
            let mut random = SplitMix64::new(u64::from(word));
            for _ in 0..N_PLACES {
                let sign = if random.bits() & 1 == 0 { 1.0 } else { -1.0 };
                row[random.below(WIDTH)] += sign * weight;
            }
        }
    }
    TextVectors { width: WIDTH, values, is_there }
}
