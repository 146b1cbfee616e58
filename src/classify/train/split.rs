//! Which texts are trained on and which are kept to choose by.

use crate::platform::SplitMix64;

/// One text in this many is held out.
const HELD_OUT: usize = 10;

/// `n` parts that together are all texts, each with its share of every class; sorted indices.
pub fn folds(classes: &[usize], n: usize, seed: u64) -> Vec<Vec<usize>> {
    deal(classes, n, seed)
}

/// One part: a tenth of every class that has ten texts.
pub fn hold_out(classes: &[usize], seed: u64) -> Vec<Vec<usize>> {
    deal(classes, HELD_OUT, seed).into_iter().take(1).collect()
}

/// Deals the texts of each class in turn to `n` hands. Hands go on from class to class, so that small classes do not
/// all begin with the first; empty hands fall away.
fn deal(classes: &[usize], n: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut random = SplitMix64::new(seed);
    let mut order: Vec<usize> = (0..classes.len()).collect();
    (1..order.len()).rev().for_each(|i| order.swap(i, random.below(i + 1)));
    order.sort_by_key(|&i| classes[i]);
    let mut hands = vec![Vec::new(); n];
    order.into_iter().enumerate().for_each(|(turn, i)| hands[turn % n].push(i));
    hands.iter_mut().for_each(|hand| hand.sort_unstable());
    hands.retain(|hand| !hand.is_empty());
    hands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_a_partition_and_each_has_of_every_class() {
        let classes: Vec<usize> = (0..100).map(|i| i % 4).collect();
        let parts = folds(&classes, 5, 7);
        let mut all = parts.concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
        assert!(
            parts.iter().all(|part| (0..4).all(|class| part.iter().filter(|&&i| classes[i] == class).count() == 5))
        );
    }
}
