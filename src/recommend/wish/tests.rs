use super::*;
use crate::protocol::ShopperAction::NotInterested;
use crate::recommend::log::Log;
use crate::recommend::recommender::tests::{ids, log, recommender, shopper};

#[test]
fn something_like_it_but_cheaper_is_both() {
    let nobody = Log::default();
    // green-2 costs 8 and green-1 9; green-gone costs nothing and is not there.
    assert_eq!(ids(&recommender().cheaper("green-1", shopper(&nobody), 5)), ["green-2"]);
    assert!(recommender().cheaper("green-2", shopper(&nobody), 5).is_empty());
    assert!(recommender().cheaper("no such", shopper(&nobody), 5).is_empty());
}

#[test]
fn a_gift_fits_the_words_and_the_purse_and_is_nothing_refused() {
    let refused = log(&[(NotInterested, "pot-green", 1.0)]);
    let gift = Gift { max_minor: Some(850), about: "green".into(), mark: None };
    assert_eq!(
        recommender().gifts(&gift, shopper(&refused), 5).first().map(|item| item.product.clone()),
        Some("green-2".into())
    );
    let gift = Gift { max_minor: None, about: "somebody with a green pot".into(), mark: None };
    let shown = recommender().gifts(&gift, shopper(&refused), 5);
    assert!(!ids(&shown).contains(&"pot-green") && shown.len() == 5);
}
