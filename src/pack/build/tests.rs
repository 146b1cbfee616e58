use crate::pack::format::FRONT;
use crate::pack::open::front_length;
use crate::platform::block_on;
use std::convert::Infallible;

use super::*;
use crate::pack::open::{Pack, PackError};
use crate::pack::rules::ShopRules;
use crate::pack::{Money, format::Availability, format::Localized, format::ShopSettings};

fn english(text: &str) -> Localized<String> {
    let mut localized = Localized::default();
    localized.insert(Language::En, text.to_owned());
    localized
}

fn shop() -> ShopSource {
    let product = Product {
        id: "T1".into(),
        category: "Tea".into(),
        product_type: Localized::default(),
        title: english("Longjing"),
        description: english("Green tea."),
        price: Money { minor: 1250, currency: "EUR".into() },
        sale_price: None,
        availability: Availability::InStock,
        stock: Some(3),
        brand: Localized::default(),
        color: Localized::default(),
        material: Localized::default(),
        size: Localized::default(),
        weight: None,
        highlights: Localized::default(),
        attributes: Localized::default(),
        tags: Localized::default(),
        image: "images/t1.svg".into(),
    };
    let passage =
        Passage { id: "a#one".into(), heading: "Shipping".into(), text: "It is free.".into(), ..Passage::default() };
    ShopSource {
        rules: ShopRules::default(),
        settings: ShopSettings { id: "s".into(), languages: vec![Language::En], ..ShopSettings::default() },
        products: vec![product],
        passages: vec![passage],
        images: [("images/t1.svg".to_owned(), b"<svg></svg>".to_vec())].into(),
        ..ShopSource::default()
    }
}

fn encoders() -> EncoderIds {
    EncoderIds { en: EncoderId { name: "test".into(), sha256: "00".into() }, zh: None }
}

fn pack_bytes() -> Vec<u8> {
    let embed = |_, texts: &[String]| Ok::<_, Infallible>(texts.iter().map(|_| vec![0.6, -0.8, 0.0]).collect());
    build(&shop(), encoders(), embed).expect("the shop is good")
}

#[test]
fn what_is_built_opens_as_it_was() {
    let pack = Pack::open(pack_bytes()).expect("it was just built");
    assert_eq!(pack.id(), "s");
    assert_eq!(pack.settings().expect("settings"), shop().settings);
    assert_eq!(pack.products().expect("products"), shop().products);
    assert_eq!(pack.passages().expect("passages"), shop().passages);
    assert_eq!(pack.image("images/t1.svg"), Some(&b"<svg></svg>"[..]));
    assert_eq!(pack.image("images/none.svg"), None);
    let embeddings = pack.embeddings().expect("embeddings").expect("built with an encoder");
    assert_eq!(
        (embeddings.encoder(Language::En), embeddings.n_rows(), embeddings.d_model()),
        (Some(&encoders().en), 4, 3)
    );
    assert_eq!(embeddings.encoder(Language::Zh), None);
}

#[test]
fn the_same_shop_gives_the_same_bytes() {
    assert_eq!(pack_bytes(), pack_bytes());
}

#[test]
fn a_pack_without_an_encoder_has_no_embeddings() {
    let pack = Pack::open(build_lexical(&shop()).expect("the shop is good")).expect("it was just built");
    assert!(pack.embeddings().expect("readable").is_none());
}

#[test]
fn chinese_is_embedded_where_there_is_an_encoder_of_it() {
    let mut shop = shop();
    shop.passages.push(Passage { id: "a#one".into(), language: Language::Zh, ..shop.passages[0].clone() });
    let embed = |language, texts: &[String]| {
        let sign = if language == Language::Zh { -1.0 } else { 1.0 };
        Ok::<_, Infallible>(texts.iter().map(|_| vec![sign, 0.0]).collect())
    };
    let zh = EncoderId { name: "student".into(), sha256: "01".into() };
    let ids = EncoderIds { zh: Some(zh.clone()), ..encoders() };
    let pack = Pack::open(build(&shop, ids, embed).expect("the shop is good")).expect("it was just built");
    let embeddings = pack.embeddings().expect("embeddings").expect("built with an encoder");
    assert_eq!(embeddings.encoder(Language::Zh), Some(&zh));
    for (owner, _, row) in embeddings.rows() {
        let is_chinese = matches!(owner, RowOwner::Passage(1) | RowOwner::Sentence(1));
        assert_eq!(row[0] < 0, is_chinese, "{owner:?}");
    }
    // A heading, the whole and one sentence of each passage, and the product.
    assert_eq!(embeddings.n_rows(), 7);
}

#[test]
fn a_newer_format_is_refused_by_name() {
    let mut bytes = pack_bytes();
    bytes[8..12].copy_from_slice(&(FORMAT_VERSION + 1).to_le_bytes());
    assert!(matches!(Pack::open(bytes), Err(PackError::Newer { found }) if found == FORMAT_VERSION + 1));
}

/// Nothing but the version's own bytes may change unnoticed, and those only to an older version.
#[test]
fn every_bent_byte_and_every_cut_is_noticed() {
    let bytes = pack_bytes();
    for at in (0..bytes.len()).filter(|at| !(8..12).contains(at)) {
        let mut bent = bytes.clone();
        bent[at] ^= 0x55;
        assert!(Pack::open(bent).is_err(), "byte {at}");
    }
    for end in 0..bytes.len() {
        assert!(Pack::open(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn the_front_opens_before_the_rest_has_come() {
    let bytes = pack_bytes();
    let front = (0..).find_map(|end| front_length(&bytes[..end]).expect("a good pack")).expect("it has a header");
    assert!(front < bytes.len());
    let open = |bytes: &[u8]| block_on(Pack::open_sections(bytes, |name| FRONT.contains(&name)));
    let pack = open(&bytes[..front]).expect("all of it is there");
    assert_eq!(pack.settings().expect("settings"), shop().settings);
    assert_eq!(pack.products().expect("products"), shop().products);
    assert_eq!(pack.image("images/t1.svg"), Some(&b"<svg></svg>"[..]));
    assert!(matches!(pack.passages(), Err(PackError::Missing { at: "passages" })));
    for at in (0..front).filter(|at| !(8..12).contains(at)) {
        let mut bent = bytes[..front].to_vec();
        bent[at] ^= 0x55;
        assert!(open(&bent).is_err(), "byte {at}");
    }
}

/// A header that lies, correctly hashed, as an attacker would write it.
#[test]
fn a_lying_header_is_refused_without_a_panic() {
    let lies = [
        r#"{"id":"s","sections":[{"name":"images","offset":18446744073709551615,"length":2,"sha256":""}]}"#,
        r#"{"id":"s","sections":[{"name":"images","offset":0,"length":18446744073709551615,"sha256":""}]}"#,
        r#"{"id":"s","sections":[]}"#,
        r#"{"id":"s"}"#,
        "not json",
    ];
    for lie in lies {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT_VERSION.to_le_bytes());
        bytes.extend((lie.len() as u32).to_le_bytes());
        bytes.extend(Sha256::digest(lie));
        bytes.extend(lie.as_bytes());
        assert!(Pack::open(bytes).is_err(), "{lie}");
    }
}

/// The images of a pack that is otherwise nothing.
fn with_images(stored: &[u8], inflated: Option<u64>) -> Vec<u8> {
    let length = stored.len() as u64;
    let sha256 = hex(&Sha256::digest(stored));
    // A header's own length moves what stands behind it: its number keeps three digits.
    let header = (100..1000).find_map(|at| {
        let entry = SectionEntry { name: SectionName::Images, offset: at, length, sha256: sha256.clone(), inflated };
        let header = serde_json::to_vec(&Header { id: "s".into(), sections: vec![entry] }).expect("plain data");
        (PREFIX_BYTES + header.len() == at as usize).then_some(header)
    });
    let header = header.expect("some length is its own");
    let length = (header.len() as u32).to_le_bytes();
    [&MAGIC[..], &FORMAT_VERSION.to_le_bytes(), &length, &Sha256::digest(&header), &header, stored].concat()
}

#[test]
fn a_section_that_inflates_to_another_length_than_it_promises_is_refused() {
    let plain = [&13u32.to_le_bytes()[..], br#"{"images":[]}"#].concat();
    let deflated = platform::deflate(&plain);
    let opens = |stored: &[u8], inflated| {
        let pack = with_images(stored, inflated);
        let (whole, front) = (Pack::open(&pack), block_on(Pack::open_sections(&pack, |_| true)));
        assert_eq!(whole.is_ok(), front.is_ok());
        whole.is_ok()
    };
    assert!(opens(&plain, None) && opens(&deflated, Some(17)));
    for lie in [None, Some(0), Some(16), Some(18), Some(u64::MAX)] {
        assert!(!opens(&deflated, lie), "{lie:?}");
    }
    assert!(!opens(&plain, Some(17)) && !opens(&[&deflated[..], b"x"].concat(), Some(17)));
    assert!(!opens(&deflated[..deflated.len() - 1], Some(17)));
    // Honest, and more than a section may grow.
    let bomb = [&plain[..], &vec![0; 1 << 20]].concat();
    assert!(opens(&bomb, None) && !opens(&platform::deflate(&bomb), Some(bomb.len() as u64)));
}

#[test]
fn vectors_that_do_not_fit_are_refused() {
    let bad: [Vec<Vec<f32>>; 4] =
        [vec![], vec![vec![1.0]], vec![vec![1.0], vec![1.0, 2.0], vec![1.0]], vec![vec![f32::NAN]; 3]];
    for vectors in bad {
        let embed = |_, _: &[String]| Ok::<_, Infallible>(vectors.clone());
        assert!(matches!(build(&shop(), encoders(), embed), Err(BuildError::Vectors { .. })));
    }
}

/// Pseudo-random unit vectors of the default encoder's size.
#[test]
fn quantizing_moves_a_cosine_by_less_than_a_hundredth() {
    const MAX_ERROR: f32 = 0.01;
    let mut state = 7u32;
    let mut vector = || -> Vec<f32> {
        let draw = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let raw: Vec<f32> = (0..384).map(draw).collect();
        let norm = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
        raw.iter().map(|x| x / norm).collect()
    };
    for _ in 0..50 {
        let (a, b) = (vector(), vector());
        let exact: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        let (scale, values) = quantize(&a);
        let rough: f32 = values.iter().zip(&b).map(|(&x, y)| f32::from(x) * scale * y).sum();
        assert!((exact - rough).abs() < MAX_ERROR, "{exact} and {rough}");
    }
}

#[test]
fn the_rules_come_back_as_they_went_in_and_a_pack_without_them_has_none() {
    let mut shop = shop();
    let rules = r#"{"returns": {"source": "a#one", "days": 14}, "handoff": null,
        "shipping": {"source": "a#one", "bands_g": [1000], "zones": [
            {"name": {"en": "Here"}, "places": ["*"], "prices": ["3.90 EUR"], "days": [1, 2]}]}}"#;
    shop.rules = serde_json::from_str(rules).expect("the rules are sound");
    let pack = Pack::open(build_lexical(&shop).unwrap()).unwrap();
    assert_eq!(pack.rules().unwrap(), shop.rules);
    shop.rules = ShopRules::default();
    let old = build_lexical(&shop).unwrap();
    assert!(!String::from_utf8_lossy(&old).contains("\"rules\""));
    assert_eq!(Pack::open(old).unwrap().rules().unwrap(), ShopRules::default());
}

#[test]
fn what_orders_teach_and_rules_come_back_and_may_be_missing() {
    let without = Pack::open(pack_bytes()).expect("it was just built");
    assert!(without.tables().is_none());
    assert_eq!(without.ranking().expect("the usual rules"), Ranking::default());
    let ranking = Ranking { max_per_brand: Some(2), withheld: vec!["t1".into()], ..Ranking::default() };
    let shop = ShopSource { ranking: ranking.clone(), tables: Some(vec![1, 2, 3]), ..shop() };
    let with = Pack::open(build_lexical(&shop).expect("the shop is good")).expect("it was just built");
    assert_eq!((with.tables(), with.ranking().expect("rules")), (Some(&[1u8, 2, 3][..]), ranking));
}
