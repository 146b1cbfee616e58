use super::*;
use crate::pack::Money;
use crate::pack::format::{Availability, Localized};
use crate::pack::ranking::{OutOfStock, Rule};
use crate::protocol::{Feature, Language, ShopperAction, ShopperEvent};
use crate::recommend::interactions::{Basket, Interactions};
use crate::recommend::log::Log;

pub const NOW_MS: f64 = 1.8e12;

pub fn product(id: &str, category: &str, tags: &[&str], stock: u32) -> Product {
    let mut localized_tags = Localized::default();
    localized_tags.insert(Language::En, tags.iter().map(|tag| (*tag).to_owned()).collect());
    Product {
        id: id.into(),
        category: category.into(),
        product_type: Localized::default(),
        title: Localized([(Language::En, id.replace('-', " "))].into()),
        description: Localized::default(),
        price: Money { minor: 100 * u64::from(stock), currency: "EUR".into() },
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

fn products() -> Vec<Product> {
    vec![
        product("green-1", "tea", &["green"], 9),
        product("green-2", "tea", &["green"], 8),
        product("green-gone", "tea", &["green"], 0),
        product("black-1", "tea", &["black"], 9),
        product("black-2", "tea", &["black"], 9),
        product("pot-green", "pots", &["green"], 9),
        product("pot-black", "pots", &["black"], 9),
        product("cup-1", "cups", &["plain"], 9),
    ]
}

pub fn recommender() -> Recommender {
    Recommender::new(&products(), None, None, Ranking::default())
}

fn ruled(ranking: Ranking) -> Recommender {
    Recommender::new(&products(), None, None, ranking)
}

/// Orders in which green tea goes with the cup, and the black pot is what most take.
fn with_orders() -> Recommender {
    let items = ["green-1", "cup-1", "pot-black", "black-1", "green-2"].map(str::to_owned).to_vec();
    let day = NOW_MS / DAY_MS - 3.0;
    let order = |at: f64, items: &[u32]| Basket { at, items: items.to_vec() };
    let history = |user: usize| match user % 3 {
        0 => vec![order(day - 2.0, &[0, 1]), order(day, &[2])],
        1 => vec![order(day - 2.0, &[0, 1, 3]), order(day, &[2])],
        _ => vec![order(day - 3.0, &[4]), order(day - 1.0, &[2])],
    };
    let data = Interactions {
        items,
        users: (0..60).map(|user| user.to_string()).collect(),
        histories: (0..60).map(history).collect(),
        has_clock: true,
    };
    Recommender::new(&products(), None, Some(Model::train(&data, &[])), Ranking::default())
}

pub fn log(events: &[(ShopperAction, &str, f64)]) -> Log {
    let event = |&(action, product, days_ago): &(ShopperAction, &str, f64)| {
        crate::recommend::log::Record::of(ShopperEvent::new(action, product, NOW_MS - days_ago * DAY_MS))
    };
    Log::of(events.iter().map(event), NOW_MS)
}

pub fn shopper(log: &Log) -> Shopper<'_> {
    Shopper { records: log.records(), learned_from_ms: 0.0, now_ms: NOW_MS }
}

pub fn ids(items: &[Recommendation]) -> Vec<&str> {
    items.iter().map(|item| item.product.as_str()).collect()
}

fn shown(
    recommender: &Recommender,
    surface: &Surface,
    events: &[(ShopperAction, &str, f64)],
    n: usize,
) -> Vec<Recommendation> {
    recommender.recommend(surface, shopper(&log(events)), n)
}

use ShopperAction::{AddToCart, Liked, NotInterested, Purchase, RemoveFromCart, SelectItem, ViewItem, ViewItemList};

#[test]
fn a_view_brings_what_is_like_it_and_says_so() {
    let items = shown(&recommender(), &Surface::Home, &[(ViewItem, "green-1", 0.0)], 3);
    assert_eq!(items[0].product, "green-2");
    let shared = Some(Feature::Tag("green".into()));
    assert_eq!(items[0].reason, Reason::BecauseViewed { product: "green-1".into(), shared });
}

#[test]
fn what_is_had_refused_or_gone_is_never_shown() {
    let history = [(AddToCart, "green-1", 1.0), (Purchase, "black-1", 1.0), (NotInterested, "cup-1", 1.0)];
    for recommender in [recommender(), with_orders()] {
        for surface in [
            Surface::Home,
            Surface::Cart,
            Surface::Similar { product: "green-2".into() },
            Surface::GoesWith { product: "green-2".into() },
        ] {
            let items = shown(&recommender, &surface, &history, 20);
            for hidden in ["green-1", "black-1", "cup-1", "green-gone", "green-2"] {
                let is_asked = hidden == "green-2" && matches!(surface, Surface::Home | Surface::Cart);
                assert!(is_asked || !ids(&items).contains(&hidden), "{surface:?} shows {hidden}");
            }
        }
    }
}

#[test]
fn a_newcomer_sees_every_category_first_and_the_same_all_day() {
    let recommender = recommender();
    let items = shown(&recommender, &Surface::Home, &[], 3);
    let category = |item: &Recommendation| {
        recommender.catalogue.index_of(&item.product).map(|at| recommender.catalogue.categories[at].clone())
    };
    let categories: HashSet<_> = items.iter().map(category).collect();
    assert_eq!(categories.len(), 3);
    assert!(items.iter().all(|item| item.reason == Reason::ShopPick));
    let later = Shopper { records: &[], learned_from_ms: 0.0, now_ms: NOW_MS + 1000.0 };
    assert_eq!(items, recommender.recommend(&Surface::Home, later, 3));
}

#[test]
fn a_newcomer_of_a_shop_with_orders_sees_what_many_take_and_then_the_picks() {
    let items = shown(&with_orders(), &Surface::Home, &[], 8);
    assert_eq!((items[0].product.as_str(), &items[0].reason), ("pot-black", &Reason::Popular));
    assert_eq!(items.last().map(|item| &item.reason), Some(&Reason::ShopPick));
    assert_eq!(items.len(), 7, "all that is in stock");
}

#[test]
fn an_old_love_weighs_less_than_a_new_one_and_a_purchase_more_than_a_view() {
    let items = shown(&recommender(), &Surface::Home, &[(ViewItem, "green-1", 60.0), (ViewItem, "black-1", 0.0)], 1);
    assert_eq!(items[0].product, "black-2");
    let items = shown(&recommender(), &Surface::Home, &[(ViewItem, "green-1", 0.0), (Purchase, "black-1", 0.0)], 1);
    assert_eq!(items[0].product, "black-2");
    assert!(matches!(&items[0].reason, Reason::BecauseBought { product, .. } if product == "black-1"));
}

#[test]
fn a_search_counts_and_is_named() {
    let mut search = ShopperEvent::new(ShopperAction::Search, "", NOW_MS);
    search.text = "pot black".into();
    let log = Log::of([crate::recommend::log::Record::of(search)], NOW_MS);
    let items = recommender().recommend(&Surface::Home, shopper(&log), 2);
    assert!(ids(&items).contains(&"pot-green") || ids(&items).contains(&"black-1"), "{items:?}");
    assert!(items.iter().any(|item| item.reason == Reason::BecauseSearched { text: "pot black".into() }), "{items:?}");
}

#[test]
fn beside_a_product_stands_what_orders_hold_with_it() {
    let beside = Surface::GoesWith { product: "green-1".into() };
    let items = shown(&with_orders(), &beside, &[], 2);
    assert_eq!(
        (items[0].product.as_str(), &items[0].reason),
        ("cup-1", &Reason::OftenWith { product: "green-1".into() })
    );
    let items = shown(&recommender(), &beside, &[], 2);
    assert_eq!(items[0].product, "pot-green", "without orders, what fits from another shelf");
    let items = shown(&with_orders(), &Surface::Cart, &[(AddToCart, "green-1", 0.0)], 1);
    assert_eq!(items[0].product, "cup-1");
}

#[test]
fn what_left_the_cart_may_be_shown_and_is_no_reason() {
    let history = [(AddToCart, "green-1", 0.2), (RemoveFromCart, "green-1", 0.1)];
    let items = shown(&recommender(), &Surface::Cart, &history, 8);
    assert!(!items.iter().any(|item| matches!(item.reason, Reason::BecauseInCart { .. })));
}

#[test]
fn what_was_bought_often_and_long_ago_comes_again() {
    let history = [
        (Purchase, "green-1", 90.0),
        (Purchase, "green-1", 60.0),
        (Purchase, "green-1", 31.0),
        (Purchase, "black-1", 31.0),
        (Purchase, "cup-1", 0.1),
        (Purchase, "pot-green", 40.0),
        (NotInterested, "pot-green", 1.0),
    ];
    for recommender in [recommender(), with_orders()] {
        let items = shown(&recommender, &Surface::Again, &history, 7);
        assert_eq!(&ids(&items)[..3], ["green-1", "black-1", "cup-1"]);
        assert!(items[..3].iter().all(|item| item.reason == Reason::BoughtBefore));
        assert!(!ids(&items).contains(&"pot-green"), "it was refused");
    }
    assert!(!shown(&recommender(), &Surface::Again, &[], 3).is_empty(), "a newcomer's shelf is not empty");
}

#[test]
fn one_category_does_not_fill_the_shelf() {
    let items = shown(&recommender(), &Surface::Home, &[(ViewItem, "green-1", 0.0), (ViewItem, "black-1", 0.0)], 5);
    let n_tea = ids(&items).iter().filter(|id| id.starts_with("green") || id.starts_with("black")).count();
    assert!(n_tea <= 3, "{items:?}");
}

#[test]
fn what_is_shown_in_vain_makes_room() {
    let first = shown(&recommender(), &Surface::Home, &[(ViewItem, "green-1", 0.0)], 1);
    let mut history = vec![(ViewItem, "green-1", 1.0)];
    history.extend((0..9).map(|n| (ViewItemList, "green-2", 0.5 - 0.01 * f64::from(n))));
    let then = shown(&recommender(), &Surface::Home, &history, 1);
    assert_eq!(first[0].product, "green-2");
    assert_ne!(then[0].product, "green-2");
}

#[test]
fn products_without_orders_have_their_places() {
    let ranking = Ranking { newcomer_share: 0.25, ..Ranking::default() };
    let recommender = Recommender { ranking, ..with_orders() };
    let items = shown(&recommender, &Surface::Home, &[(ViewItem, "green-1", 0.0)], 4);
    let n_new = items.iter().filter(|item| item.reason == Reason::New).count();
    assert_eq!(n_new, 1, "{items:?}");
}

#[test]
fn the_shop_filters_boosts_buries_pins_and_withholds() {
    let on = |id: &str, effect| Rule { effect, product: Some(id.into()), ..Rule::default() };
    let rules = vec![
        on("green-2", Effect::Filter),
        on("pot-black", Effect::Pin(2)),
        Rule { effect: Effect::Bury, feature: Some(Feature::Category("cups".into())), ..Rule::default() },
        Rule { effect: Effect::Filter, price_to: Some(0), ..Rule::default() },
    ];
    let ranking =
        Ranking { rules, withheld: vec!["black-2".into()], out_of_stock: OutOfStock::Show, ..Ranking::default() };
    let items = shown(&ruled(ranking.clone()), &Surface::Home, &[(ViewItem, "green-1", 0.0)], 8);
    let ids = ids(&items);
    assert!(["green-2", "black-2", "green-gone"].iter().all(|gone| !ids.contains(gone)), "{ids:?}");
    assert_eq!((ids[1], ids.last()), ("pot-black", Some(&"cup-1")));
    let boosted = Ranking { rules: vec![on("black-1", Effect::Boost(50.0))], ..Ranking::default() };
    let items = shown(&ruled(boosted), &Surface::Home, &[(ViewItem, "green-1", 0.0)], 8);
    assert_eq!(items[0].product, "black-1");
}

#[test]
fn the_order_does_not_know_prices_but_through_rules() {
    let mut dear = products();
    dear.iter_mut().for_each(|product| product.price.minor *= 7);
    let history = [(ViewItem, "green-1", 1.0), (Liked, "pot-black", 0.5)];
    let dear = Recommender::new(&dear, None, None, Ranking::default());
    for surface in [Surface::Home, Surface::Cart] {
        assert_eq!(shown(&dear, &surface, &history, 6), shown(&recommender(), &surface, &history, 6));
    }
}

#[test]
fn hints_move_by_what_is_taken_and_left_and_can_be_taught_anew() {
    // Lists in which the shopper takes what the shelf does not speak for.
    let mut history = vec![(ViewItem, "green-1", 2.0)];
    for n in 0..8 {
        let at = 1.0 - 0.1 * f64::from(n);
        history.extend([(ViewItemList, "green-2", at), (ViewItemList, "cup-1", at), (SelectItem, "cup-1", at - 0.001)]);
    }
    let log = log(&history);
    let recommender = recommender();
    let weights = recommender.weights(shopper(&log));
    assert!(weights.shift[1] < -0.05, "{weights:?}");
    assert_eq!(weights, recommender.weights(shopper(&log)), "the same log teaches the same");
    let anew = Shopper { learned_from_ms: NOW_MS, ..shopper(&log) };
    assert_eq!(recommender.weights(anew).shift, [0.0; 3]);
    let later = Shopper { now_ms: NOW_MS + 300.0 * DAY_MS, ..shopper(&log) };
    assert!(recommender.weights(later).shift[1].abs() < weights.shift[1].abs() / 4.0, "it is forgotten slowly");
}

#[test]
fn odd_histories_do_no_harm() {
    let history = [
        (ViewItem, "unknown", 0.0),
        (ViewItem, "green-1", f64::NAN),
        (ViewItem, "green-1", -400.0),
        (Purchase, "left-the-shop", 3.0),
    ];
    for recommender in [recommender(), with_orders()] {
        assert_eq!(shown(&recommender, &Surface::Home, &history, 4).len(), 4);
        assert!(shown(&recommender, &Surface::Home, &history, 0).is_empty());
        assert_eq!(shown(&recommender, &Surface::Similar { product: "unknown".into() }, &[], 2).len(), 2);
    }
    let empty = Recommender::new(&[], None, None, Ranking::default());
    assert!(shown(&empty, &Surface::Home, &history, 4).is_empty());
}
