use std::collections::HashMap;

use crate::tokenizer::ngrams;

/// The n-grams worth a row each, at most `n_vocab`, most frequent first: those seen twice, and those that are a whole
/// text, as the words of a dictionary are. `texts` are normalized.
pub fn choose(texts: &[String], n_vocab: usize) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in texts {
        for gram in ngrams(text).into_iter().flatten() {
            *counts.entry(gram).or_default() += if gram == text { 2 } else { 1 };
        }
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().filter(|&(_, count)| count >= 2).collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts.truncate(n_vocab);
    counts.into_iter().map(|(gram, _)| gram.to_owned()).collect()
}
