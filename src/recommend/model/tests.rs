use std::time::Instant;

use super::*;
use crate::recommend::codec::round_row;
use crate::recommend::interactions::Basket;

/// Pairs of items bought together, week after week, by `n_users` users over `n_items` items.
fn shop(n_users: u32, n_items: u32) -> Interactions {
    let basket = |user: u32, week: u32| {
        let first = (user * 7 + week * 3) % n_items;
        Basket { at: f64::from(15_000 + week * 7), items: vec![first, (first + 1) % n_items] }
    };
    Interactions {
        items: (0..n_items).map(|item| format!("item-{item}")).collect(),
        users: (0..n_users).map(|user| user.to_string()).collect(),
        histories: (0..n_users).map(|user| (0..6).map(|week| basket(user, week)).collect()).collect(),
        has_clock: true,
    }
}

#[test]
fn a_model_read_back_recommends_the_same() {
    let data = shop(40, 30);
    let texts: Vec<String> = (0..30).map(|item| format!("cup {} {}", item / 2, item % 5)).collect();
    let model = Model::train(&data, &texts);
    let bytes = model.write();
    let read = Model::read(&bytes).expect("what was just written");
    assert_eq!(read.items, data.items);
    for history in &data.histories {
        let query = Query { history, now: data.end() + 1.0, user: None };
        for new_only in [false, true] {
            assert_eq!(read.recommend(&query, new_only, 5), model.recommend(&query, new_only, 5));
        }
    }
    assert_eq!(Model::train(&data, &texts).write(), bytes, "training repeats");
}

#[test]
fn what_is_no_model_says_so() {
    let bytes = Model::train(&shop(10, 8), &[]).write();
    assert!(matches!(Model::read(b"GGUF"), Err(ModelError::NotAModel)));
    for end in MAGIC.len()..bytes.len() {
        assert!(Model::read(&bytes[..end]).is_err(), "cut at {end}");
    }
}

/// The worst case: every row full. Speed is printed, not held to a limit: test machines differ.
#[test]
fn ten_thousand_items_stay_within_six_megabytes() {
    const N_ITEMS: u32 = 10_000;
    const MAX_BYTES: usize = 6_000_000;
    let mut data = shop(10, N_ITEMS);
    data.histories[0] = (0..40).map(|at| Basket { at: f64::from(at), items: vec![at * 3, at * 5 + 1] }).collect();
    let mut model = Model::train(&data, &(0..N_ITEMS).map(|item| format!("cup {item} red")).collect::<Vec<_>>());
    let full = |config: PairsConfig| {
        let row = |from: u32| {
            let entry = |at: u32| ((from * 31 + at * 151 + at * at) % N_ITEMS, 1.0 / (at + 1) as f32);
            let mut row: Vec<(u32, f32)> = (0..config.max_entries as u32).map(entry).collect();
            round_row(&mut row);
            row
        };
        (0..N_ITEMS).map(row).collect::<Vec<_>>()
    };
    let config = model.tables.config;
    model.tables.near = Pairs::of_rows(names::NEAR, full(config.near), config.near);
    model.tables.together = Some(Pairs::of_rows(names::TOGETHER, full(config.together), config.together));
    model.tables.after = Pairs::of_rows(names::AFTER, full(config.after), config.after);
    let bytes = model.write();
    assert!(bytes.len() <= MAX_BYTES, "{} bytes, limit {MAX_BYTES}", bytes.len());

    let model = Model::read(&bytes).expect("what was just written");
    let query = Query { history: &data.histories[0], now: data.end() + 1.0, user: None };
    let start = Instant::now();
    assert_eq!(model.recommend(&query, false, 20).len(), 20);
    println!("{} bytes; 20 of {N_ITEMS} items in {:.1} ms", bytes.len(), start.elapsed().as_secs_f64() * 1000.0);
}
