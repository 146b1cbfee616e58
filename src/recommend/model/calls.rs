//! What the tables are asked for.

use super::Model;
use crate::recommend::blend::{Scores, top};
use crate::recommend::models::{Pairs, Query, Scorer};

/// An item and its blended score, comparable within one call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    pub item: u32,
    pub score: f32,
}

impl Model {
    /// The `k` best items with their scores, best first.
    pub fn rank(&self, query: &Query, new_only: bool, k: usize) -> Vec<Ranked> {
        let new_only = new_only || !self.traits.has_repeats;
        let scores = self.scores(query, new_only);
        let blend = if new_only { &self.for_new } else { &self.for_all };
        let blended = blend.score(&scores);
        let best = top(scores.candidates(&self.ties, new_only, k).into_iter(), &blended, &self.ties, k);
        best.into_iter().map(|item| Ranked { item, score: blended[item as usize] }).collect()
    }

    /// What each table says.
    pub fn scores(&self, query: &Query, new_only: bool) -> Scores {
        Scores::of(&self.tables.scorers(new_only), query, self.items.len(), new_only)
    }

    /// What the tables bring to be ranked.
    pub fn candidates(&self, scores: &Scores, new_only: bool) -> Vec<u32> {
        scores.candidates(&self.ties, new_only, 0)
    }

    /// Tables that score.
    pub fn n_scorers(&self, new_only: bool) -> usize {
        self.tables.scorers(new_only).len()
    }

    /// Whether enough have taken it to be told of.
    pub fn is_taken(&self, item: u32) -> bool {
        self.taken[item as usize]
    }

    /// What is in one basket with `item`, by weight.
    pub fn together(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        self.tables.together.as_ref().map(|pairs| row(pairs, item, k)).unwrap_or_default()
    }

    /// What is near `item` in histories, by weight.
    pub fn alike(&self, item: u32, k: usize) -> Vec<(u32, f32)> {
        row(&self.tables.near, item, k)
    }

    /// What is taken lately, else at all.
    pub fn popular(&self, now: f64, k: usize) -> Vec<u32> {
        let mut scores = vec![0.0; self.items.len()];
        let model = self.tables.trend.as_ref().unwrap_or(&self.tables.popularity);
        model.score(&Query { history: &[], now, user: None }, &mut scores);
        let taken = (0..self.items.len() as u32).filter(|&item| scores[item as usize] > 0.0);
        top(taken, &scores, &self.ties, k)
    }
}

fn row(pairs: &Pairs, item: u32, k: usize) -> Vec<(u32, f32)> {
    let mut row = pairs.rows[item as usize].clone();
    row.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    row.truncate(k);
    row
}
