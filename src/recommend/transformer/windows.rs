//! Histories as rows of tokens.

use std::ops::Range;

use crate::platform::SplitMix64;
use crate::recommend::interactions::{Basket, Interactions};

/// Most tokens of a batch, padding included.
const BATCH_TOKENS: usize = 1024;
/// Most windows of one user in an epoch.
const MAX_WINDOWS: usize = 4;
/// Most windows of an epoch.
const MAX_PER_EPOCH: usize = 40_000;

/// Tokens of one user, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub items: Vec<u32>,
    /// Baskets since, of each token.
    pub ages: Vec<u32>,
    /// One item of the basket after each token's own; none after the last.
    pub targets: Vec<Option<u32>>,
}

impl Batch {
    /// Padding included.
    pub fn n_places(&self) -> usize {
        self.n_rows * self.n_tokens
    }
}

/// Windows side by side, padded to the longest.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub n_rows: usize,
    pub n_tokens: usize,
    /// `[n_rows, n_tokens]`; 0 where there is no token.
    pub items: Vec<u32>,
    pub ages: Vec<u32>,
    /// `[n_rows, n_tokens, n_tokens]`: 0 where a token is seen by another, far below where not.
    pub mask: Vec<f32>,
    /// Places of tokens with a target, and these.
    pub places: Vec<u32>,
    pub targets: Vec<u32>,
    /// Places of the tokens of each row's last basket.
    pub lasts: Vec<Vec<u32>>,
}

const UNSEEN: f32 = -1e4;

/// The last tokens of a history.
pub fn window(history: &[Basket], max_tokens: usize) -> Option<Window> {
    let (mut items, mut ages) = (Vec::new(), Vec::new());
    for (age, basket) in history.iter().rev().enumerate() {
        for &item in basket.items.iter().rev() {
            if items.len() < max_tokens {
                items.push(item);
                ages.push(age.min(max_tokens - 1) as u32);
            }
        }
    }
    items.reverse();
    ages.reverse();
    let targets = vec![None; items.len()];
    (!items.is_empty()).then_some(Window { items, ages, targets })
}

/// A window to learn from.
fn lesson(history: &[Basket], max_tokens: usize, random: &mut SplitMix64) -> Option<Window> {
    let mut window = window(&history[..history.len() - 1], max_tokens)?;
    let n = history.len() - 1;
    for (target, &age) in window.targets.iter_mut().zip(&window.ages) {
        // The age is cut off in histories of more baskets than tokens; their oldest tokens then teach nothing.
        let next = &history[n - age as usize].items;
        let is_cut = age as usize + 1 >= max_tokens;
        *target = (!is_cut && !next.is_empty()).then(|| next[random.below(next.len())]);
    }
    Some(window)
}

/// What an epoch learns from: windows that end anywhere in a history, most often at its end, in batches of about one
/// length, in a random order.
pub fn batches(data: &Interactions, max_tokens: usize, random: &mut SplitMix64) -> Vec<Batch> {
    let mut windows = Vec::new();
    for history in data.histories.iter().filter(|history| history.len() > 1) {
        let n_items: usize = history.iter().map(|basket| basket.items.len()).sum();
        let n = n_items.div_ceil(max_tokens).min(MAX_WINDOWS);
        for at in 0..n {
            let end = match at == 0 && random.unit() < 0.7 {
                true => history.len(),
                false => 2 + random.below(history.len() - 1),
            };
            windows.extend(lesson(&history[..end], max_tokens, random));
        }
    }
    shuffle(&mut windows, random);
    windows.truncate(MAX_PER_EPOCH);
    windows.sort_by_key(|window| window.items.len());
    let mut batches = Vec::new();
    let mut start = 0;
    while start < windows.len() {
        let mut end = start + 1;
        while end < windows.len() && windows[end].items.len() * (end + 1 - start) <= BATCH_TOKENS {
            end += 1;
        }
        batches.push(Window::batch(&windows[start..end]));
        start = end;
    }
    shuffle(&mut batches, random);
    batches
}

impl Window {
    pub fn batch_of_one(&self) -> Batch {
        Window::batch(std::slice::from_ref(self))
    }

    /// Side by side.
    pub fn batch(windows: &[Window]) -> Batch {
        let n_tokens = windows.iter().map(|window| window.items.len()).max().unwrap_or(0);
        let mut batch = Batch {
            n_rows: windows.len(),
            n_tokens,
            items: vec![0; windows.len() * n_tokens],
            ages: vec![0; windows.len() * n_tokens],
            mask: vec![UNSEEN; windows.len() * n_tokens * n_tokens],
            places: Vec::new(),
            targets: Vec::new(),
            lasts: Vec::new(),
        };
        for (row, window) in windows.iter().enumerate() {
            let n = window.items.len();
            let places: Range<usize> = row * n_tokens..row * n_tokens + n;
            batch.items[places.clone()].copy_from_slice(&window.items);
            batch.ages[places.clone()].copy_from_slice(&window.ages);
            for at in 0..n_tokens {
                let seen = &mut batch.mask[(row * n_tokens + at) * n_tokens..][..n_tokens];
                // What is no token sees itself, so that its softmax is a number.
                seen[at] = 0.0;
                for (score, age) in seen.iter_mut().zip(&window.ages) {
                    if at < n && *age >= window.ages[at] {
                        *score = 0.0;
                    }
                }
            }
            for (place, target) in places.clone().zip(&window.targets) {
                if let Some(target) = target {
                    batch.places.push(place as u32);
                    batch.targets.push(*target);
                }
            }
            let last = places.zip(&window.ages).filter(|(_, age)| **age == 0);
            batch.lasts.push(last.map(|(place, _)| place as u32).collect());
        }
        batch
    }
}

fn shuffle<T>(items: &mut [T], random: &mut SplitMix64) {
    for last in (1..items.len()).rev() {
        items.swap(last, random.below(last + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_sees_its_own_basket_and_those_before_and_foretells_the_next() {
        let history: Vec<Basket> =
            [&[1u32, 2][..], &[3], &[4, 5]].iter().map(|items| Basket { at: 0.0, items: items.to_vec() }).collect();
        let mut random = SplitMix64::new(1);
        let lesson = lesson(&history, 8, &mut random).expect("three baskets");
        assert_eq!((&lesson.items[..], &lesson.ages[..]), (&[1, 2, 3][..], &[1, 1, 0][..]));
        assert_eq!(lesson.targets[..2], [Some(3), Some(3)]);
        assert!(matches!(lesson.targets[2], Some(4 | 5)));
        let short = window(&history, 1).expect("a token");
        assert_eq!((&short.items[..], &short.targets[..]), (&[5][..], &[None][..]));
        let batch = Window::batch(&[lesson, short]);
        let row = |at: usize| batch.mask[at * 3..][..3].iter().map(|seen| *seen == 0.0).collect::<Vec<_>>();
        assert_eq!([row(0), row(1), row(2)], [vec![true, true, false], vec![true, true, false], vec![true; 3]]);
        assert_eq!([row(3), row(4)], [vec![true, false, false], vec![false, true, false]]);
        assert_eq!(batch.lasts, [vec![2], vec![3]]);
        assert_eq!(batch.places, [0, 1, 2]);
        assert_eq!(window(&[], 8), None);
    }
}
