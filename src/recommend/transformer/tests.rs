use super::*;
use crate::recommend::interactions::Basket;

/// Each user walks a ring of items, which all are described by their place on it.
fn ring(n_users: usize, n_items: u32) -> (Interactions, Vec<String>) {
    let mut random = SplitMix64::new(1);
    let mut walk = |_| {
        let first = random.below(n_items as usize) as u32;
        (0..6).map(|at| Basket { at: f64::from(at), items: vec![(first + at) % n_items] }).collect()
    };
    let data = Interactions {
        items: (0..n_items).map(|item| item.to_string()).collect(),
        users: (0..n_users).map(|user| user.to_string()).collect(),
        histories: (0..n_users).map(&mut walk).collect(),
        has_clock: false,
    };
    let texts = (0..n_items).map(|item| format!("place {item} and {}", item + 1)).collect();
    (data, texts)
}

#[test]
fn it_learns_which_item_follows_and_repeats_by_its_seed() {
    let (data, texts) = ring(600, 20);
    let config = TransformerConfig::of(false);
    let scores = |model: &Transformer, item: u32| {
        let history: Vec<Basket> =
            (0..5).map(|at| Basket { at: f64::from(at), items: vec![(item + 16 + at) % 20] }).collect();
        let mut scores = vec![0.0; 20];
        model.score(&Query { history: &history, now: 1.0, user: None }, &mut scores);
        scores
    };
    let model = Transformer::fit(&data, &texts, true, config, |_, _| {});
    let ties: Vec<u32> = (0..20).collect();
    let n_right = (0..20)
        .filter(|&item| {
            let scores = scores(&model, item);
            assert!(scores.iter().all(|score| score.is_finite() && *score >= 0.0));
            // As it was trained to: of what the five before do not hold.
            top((1..16u32).map(|on| (item + on) % 20), &scores, &ties, 1) == [(item + 1) % 20]
        })
        .count();
    assert!(n_right >= 18, "{n_right} of 20 after {} epochs", model.n_epochs);
    assert_eq!(scores(&Transformer::fit(&data, &texts, true, config, |_, _| {}), 3), scores(&model, 3));
    assert_eq!(model.follow(&data).n_epochs, model.n_epochs);
    let mut none = vec![1.0; 20];
    model.score(&Query { history: &[], now: 1.0, user: None }, &mut none);
    assert_eq!(none, [0.0; 20]);
}
