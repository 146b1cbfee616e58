//! How long a shelf takes, on one thread: natively (`tests/speed.rs`) and in the browser, from one body.

use attendant::pack::format::{Availability, EmbeddingsHeader, Localized, RowOwner};
use attendant::pack::ranking::Ranking;
use attendant::pack::{Embeddings, EncoderId, Money, Product};
use attendant::platform::clock;
use attendant::protocol::{Language, ShopperAction, ShopperEvent, Surface};
use attendant::recommend::interactions::{Basket, Interactions};
use attendant::recommend::log::{DAY_MS, Log, Record};
use attendant::recommend::model::Model;
use attendant::recommend::{Recommender, Shopper};

const NOW_MS: f64 = 1.8e12;
const D_MODEL: usize = 384;
const N_SHOWN: usize = 20;
/// The quickest counts: others may use the machine.
const N_RUNS: usize = 12;
/// What is promised for a build as it is served; one for debugging is another matter.
const IS_OPTIMIZED: bool = !cfg!(debug_assertions);

struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

fn products(n: usize, draw: &mut Draw) -> Vec<Product> {
    let text = |text: String| Localized([(Language::En, text)].into());
    let product = |at: usize| {
        let category = format!("category {}", draw.below(40));
        let tags = (0..3).map(|_| format!("tag {}", draw.below(200))).collect();
        Product {
            id: format!("P-{at}"),
            product_type: Localized(
                [(Language::En, vec![category.clone(), format!("kind {}", draw.below(300))])].into(),
            ),
            category,
            title: text(format!("Thing {} of kind {}", draw.below(5_000), draw.below(5_000))),
            description: Localized::default(),
            price: Money { minor: 100 + draw.below(10_000) as u64, currency: "EUR".into() },
            sale_price: None,
            availability: Availability::InStock,
            stock: None,
            brand: text(format!("brand {}", draw.below(100))),
            color: Localized::default(),
            material: Localized::default(),
            size: Localized::default(),
            weight: None,
            highlights: Localized::default(),
            attributes: Localized::default(),
            tags: Localized([(Language::En, tags)].into()),
            image: String::new(),
        }
    };
    (0..n).map(product).collect()
}

fn embeddings(n: usize, draw: &mut Draw) -> Embeddings {
    let rows = (0..n as u32).map(|at| RowOwner::Product(at, Language::En)).collect();
    let encoder = EncoderId { name: "drawn".into(), sha256: String::new() };
    let header = EmbeddingsHeader { encoder, encoder_zh: None, d_model: D_MODEL as u32, rows };
    let values: Vec<i8> = (0..n * D_MODEL).map(|_| draw.below(255) as i8).collect();
    Embeddings::new(header, vec![1.0 / 1436.0; n], values).expect("the lengths agree")
}

/// A few customers with long histories: rows as full as a table holds them, and quickly counted.
fn orders(n: usize, draw: &mut Draw) -> Model {
    let mut basket = |at: usize| {
        let mut items: Vec<u32> = (0..10).map(|_| draw.below(n) as u32).collect();
        items.sort_unstable();
        items.dedup();
        Basket { at: NOW_MS / DAY_MS - 100.0 + at as f64, items }
    };
    let histories: Vec<Vec<Basket>> = (0..40).map(|_| (0..90).map(&mut basket).collect()).collect();
    let items = (0..n).map(|at| format!("P-{at}")).collect();
    let users = (0..histories.len()).map(|user| user.to_string()).collect();
    Model::train(&Interactions { items, users, histories, has_clock: true }, &[])
}

fn busy_log(n: usize, draw: &mut Draw) -> Log {
    use ShopperAction::{AddToCart, Purchase, SelectItem, ViewItem, ViewItemList};
    let mut records = Vec::new();
    for visit in 0..60 {
        let at_ms = NOW_MS - 0.5 * DAY_MS * (60.0 - f64::from(visit));
        let shown: Vec<usize> = (0..6).map(|_| draw.below(n)).collect();
        let mut did = |action, product: usize, later_ms: f64| {
            records.push(Record::of(ShopperEvent::new(action, &format!("P-{product}"), at_ms + later_ms)));
        };
        shown.iter().for_each(|&product| did(ViewItemList, product, 0.0));
        did(SelectItem, shown[2], 1.0);
        did(ViewItem, shown[2], 2.0);
        did(AddToCart, shown[2], 3.0);
        if visit % 4 == 0 {
            did(Purchase, shown[2], 4.0);
        }
    }
    Log::of(records, NOW_MS)
}

fn quickest_ms(mut work: impl FnMut() -> usize) -> f64 {
    let mut time = |_| {
        let start_ms = clock::now_ms();
        assert!(work() > 0);
        clock::now_ms() - start_ms
    };
    (0..N_RUNS).map(&mut time).fold(f64::INFINITY, f64::min)
}

fn measure(n: usize, limit_ms: f64) {
    let mut draw = Draw(7);
    let (products, vectors, model) = (products(n, &mut draw), embeddings(n, &mut draw), orders(n, &mut draw));
    let table_bytes = model.write().len();
    let log = busy_log(n, &mut draw);
    let recommender = Recommender::new(&products, Some(&vectors), Some(model), Ranking::default());
    let shopper = Shopper { records: log.records(), learned_from_ms: 0.0, now_ms: NOW_MS };
    let shelf = |surface: Surface| quickest_ms(|| recommender.recommend(&surface, shopper, N_SHOWN).len());
    let product = || "P-3".to_owned();
    let home_ms = shelf(Surface::Home);
    let report = format!(
        "{N_SHOWN} of {n}: home {home_ms:.1} ms (of it the profile {:.1}, learning from clicks {:.1}), \
         similar {:.1}, goes with {:.1}, cart {:.1}, again {:.1}; tables of {table_bytes} bytes",
        quickest_ms(|| recommender.profile(shopper).weights.len()),
        quickest_ms(|| recommender.weights(shopper).shift.len()),
        shelf(Surface::Similar { product: product() }),
        shelf(Surface::GoesWith { product: product() }),
        shelf(Surface::Cart),
        shelf(Surface::Again),
    );
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{report}");
    #[cfg(not(target_arch = "wasm32"))]
    println!("{report}");
    assert!(!IS_OPTIMIZED || home_ms <= limit_ms, "more than {limit_ms} ms: {report}");
    assert!(table_bytes <= 600 * n, "more than 6 MB for 10,000 products: {report}");
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn twenty_of_ten_thousand_products_take_twenty_milliseconds() {
    measure(10_000, 20.0);
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn twenty_of_a_hundred_thousand_products_take_a_hundred_and_twenty() {
    measure(100_000, 120.0);
}
