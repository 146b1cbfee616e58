use super::*;
use crate::pack::Money;
use crate::pack::format::{Availability, Localized};
use crate::protocol::{Language, ShopperAction};

const NOW_MS: f64 = 1.8e12;

fn product(id: &str, category: &str, tags: &[&str], stock: u32) -> Product {
    let mut localized_tags = Localized::default();
    localized_tags.insert(Language::En, tags.iter().map(|tag| (*tag).to_owned()).collect());
    Product {
        id: id.into(),
        category: category.into(),
        product_type: Localized::default(),
        title: Localized::default(),
        description: Localized::default(),
        price: Money { minor: 100, currency: "EUR".into() },
        sale_price: None,
        availability: Availability::InStock,
        stock: Some(stock),
        brand: Localized::default(),
        color: Localized::default(),
        material: Localized::default(),
        size: Localized::default(),
        weight: None,
        highlights: Localized::default(),
        attributes: Localized::default(),
        tags: localized_tags,
        image: String::new(),
    }
}

fn recommender() -> Recommender {
    let products = [
        product("green-1", "tea", &["green"], 9),
        product("green-2", "tea", &["green"], 9),
        product("green-gone", "tea", &["green"], 0),
        product("black-1", "tea", &["black"], 9),
        product("black-2", "tea", &["black"], 9),
        product("pot-green", "pots", &["green"], 9),
        product("pot-black", "pots", &["black"], 9),
        product("cup-1", "cups", &["plain"], 9),
    ];
    Recommender::new(&products, vec![])
}

fn event(action: ShopperAction, product: &str, days_ago: f64) -> ShopperEvent {
    ShopperEvent { action, product: product.into(), at_ms: NOW_MS - days_ago * DAY_MS }
}

fn ids(items: &[Recommendation]) -> Vec<&str> {
    items.iter().map(|item| item.product.as_str()).collect()
}

use ShopperAction::{AddToCart, NotInterested, Purchase, RemoveFromCart, ViewItem};

#[test]
fn a_view_brings_what_is_like_it_and_says_so() {
    let items = recommender().recommend(&Surface::Home, &[event(ViewItem, "green-1", 0.0)], NOW_MS, 3);
    assert_eq!(items[0].product, "green-2");
    assert_eq!(items[0].reason, Reason::BecauseViewed { product: "green-1".into() });
}

#[test]
fn what_is_had_refused_or_gone_is_never_shown() {
    let history =
        [event(AddToCart, "green-1", 1.0), event(Purchase, "black-1", 1.0), event(NotInterested, "cup-1", 1.0)];
    for surface in [Surface::Home, Surface::Cart, Surface::Similar { product: "green-2".into() }] {
        let items = recommender().recommend(&surface, &history, NOW_MS, 20);
        for hidden in ["green-1", "black-1", "cup-1", "green-gone"] {
            assert!(!ids(&items).contains(&hidden), "{surface:?} shows {hidden}");
        }
    }
}

#[test]
fn a_newcomer_sees_every_category_first_and_the_same_all_day() {
    let recommender = recommender();
    let items = recommender.recommend(&Surface::Home, &[], NOW_MS, 3);
    let mut categories: Vec<&str> = items
        .iter()
        .map(|item| recommender.categories[recommender.index_of(&item.product).expect("known")].as_str())
        .collect();
    categories.sort_unstable();
    assert_eq!(categories, ["cups", "pots", "tea"]);
    assert!(items.iter().all(|item| item.reason == Reason::ShopPick));
    assert_eq!(items, recommender.recommend(&Surface::Home, &[], NOW_MS + 1000.0, 3));
}

#[test]
fn an_old_love_weighs_less_than_a_new_one() {
    let history = [event(ViewItem, "green-1", 60.0), event(ViewItem, "black-1", 0.0)];
    let items = recommender().recommend(&Surface::Home, &history, NOW_MS, 1);
    assert_eq!(items[0].product, "black-2");
}

#[test]
fn a_purchase_weighs_more_than_a_view() {
    let history = [event(ViewItem, "green-1", 0.0), event(Purchase, "black-1", 0.0)];
    let items = recommender().recommend(&Surface::Home, &history, NOW_MS, 1);
    assert_eq!(
        (items[0].product.as_str(), &items[0].reason),
        ("black-2", &Reason::BecauseBought { product: "black-1".into() })
    );
}

#[test]
fn what_left_the_cart_may_be_shown_and_is_no_reason() {
    let history = [event(AddToCart, "green-1", 0.2), event(RemoveFromCart, "green-1", 0.1)];
    let items = recommender().recommend(&Surface::Cart, &history, NOW_MS, 8);
    assert!(!items.iter().any(|item| matches!(item.reason, Reason::BecauseInCart { .. })));
}

#[test]
fn beside_a_cart_come_other_shelves() {
    let items = recommender().recommend(&Surface::Cart, &[event(AddToCart, "green-1", 0.0)], NOW_MS, 1);
    assert_eq!(items[0].reason, Reason::BecauseInCart { product: "green-1".into() });
}

#[test]
fn one_category_does_not_fill_the_shelf() {
    let history = [event(ViewItem, "green-1", 0.0), event(ViewItem, "black-1", 0.0)];
    let items = recommender().recommend(&Surface::Home, &history, NOW_MS, 5);
    assert!(
        ids(&items).iter().filter(|id| id.starts_with("green") || id.starts_with("black")).count() <= 3,
        "{items:?}"
    );
}

#[test]
fn odd_histories_do_no_harm() {
    let history = [
        event(ViewItem, "unknown", 0.0),
        ShopperEvent { action: ViewItem, product: "green-1".into(), at_ms: f64::NAN },
        event(ViewItem, "green-1", -400.0),
    ];
    assert_eq!(recommender().recommend(&Surface::Home, &history, NOW_MS, 4).len(), 4);
    assert!(recommender().recommend(&Surface::Home, &history, NOW_MS, 0).is_empty());
    assert!(Recommender::new(&[], vec![]).recommend(&Surface::Home, &history, NOW_MS, 4).is_empty());
    let unknown = Surface::Similar { product: "unknown".into() };
    assert_eq!(recommender().recommend(&unknown, &[], NOW_MS, 2).len(), 2);
}
