use super::*;
use crate::gguf::{TensorType, Writer};

const TEXTS: [(&str, &[&str]); 3] = [
    (
        "return",
        &[
            "i want to send this back",
            "how do i return my shoes",
            "can i return an opened box",
            "return label please",
            "我想退货",
            "怎么退货退款",
            "这件衣服可以退吗",
            "退货要运费吗",
        ],
    ),
    (
        "track",
        &[
            "where is my parcel",
            "track my order please",
            "has my order shipped yet",
            "when will my parcel arrive",
            "我的快递到哪了",
            "查一下物流",
            "包裹什么时候到",
            "订单发货了没有",
        ],
    ),
    (
        "hours",
        &[
            "when do you open",
            "opening hours on sunday",
            "are you open today",
            "what time do you close",
            "几点开门",
            "营业时间是几点",
            "今天营业吗",
            "周日几点关门",
        ],
    ),
];

fn material(embed: impl Fn(usize, usize) -> Vec<f32>, with_encoder: bool) -> Material {
    let mut train = Encoded { texts: Vec::new(), embeddings: Vec::new(), states: Vec::new() };
    for (class, (label, texts)) in TEXTS.iter().enumerate() {
        for (i, text) in texts.iter().enumerate() {
            train.texts.push(Sample { text: (*text).into(), label: (*label).into() });
            if with_encoder {
                train.embeddings.push(embed(class, i));
            }
        }
    }
    let none = || Encoded { texts: Vec::new(), embeddings: Vec::new(), states: Vec::new() };
    let encoder = EncoderId { name: "a test".into(), sha256: "0".into() };
    let encoders = if with_encoder { vec![encoder] } else { Vec::new() };
    Material { train, valid: None, oos: none(), names: none(), encoders }
}

/// Features that mostly say the class.
fn vector(class: usize, i: usize) -> Vec<f32> {
    let mut vector = vec![0.0; 64];
    vector[class] = 0.9;
    vector[3 + (class * 8 + i) % 29] = 0.19f32.sqrt();
    vector
}

#[test]
fn a_few_texts_in_two_languages_teach_a_head_without_an_encoder() {
    let config = TrainConfig { n_buckets: 1 << 12, ..TrainConfig::default() };
    let head = train(&material(|_, _| Vec::new(), false), None, &config, &Device::flex()).unwrap();
    let head = Head::open(&head.to_bytes().unwrap()).unwrap();
    let unseen = [
        ("please return my order's shoes back", "return"),
        ("where is the parcel that i orderd", "track"),
        ("do you open on sundays", "hours"),
        ("可以退货吗", "return"),
        ("我的包裹到哪里了", "track"),
        ("你们几点营业", "hours"),
    ];
    for (text, label) in unseen {
        assert_eq!(head.classify(text, None).label, label, "{text}");
    }
    assert!(head.encoders().is_empty());
}

#[test]
fn an_encoder_that_knows_decides_over_words_that_do_not() {
    let config = TrainConfig { n_buckets: 1 << 12, ..TrainConfig::default() };
    let head = train(&material(vector, true), None, &config, &Device::flex()).unwrap();
    // Labels are in order: hours, return, track; the embeddings were made in the order of the texts.
    let far: Vec<f32> = (0..64).map(|i| if i == 31 { -1.0 } else { 0.0 }).collect();
    let far = head.classify("zzz qqq", Some(&far));
    assert!(!far.in_scope);
    for (class, label) in ["return", "track", "hours"].into_iter().enumerate() {
        let found = head.classify("zzz qqq", Some(&vector(class, 17)));
        assert_eq!(found.label, label);
        assert!(found.confidence > far.confidence && found.scope_score > far.scope_score);
    }
}

#[test]
fn the_same_texts_and_seed_give_the_same_file() {
    let config = TrainConfig { n_buckets: 256, ..TrainConfig::default() };
    let bytes =
        || train(&material(|_, _| Vec::new(), false), None, &config, &Device::flex()).unwrap().to_bytes().unwrap();
    assert_eq!(bytes(), bytes());
}

#[test]
fn one_label_is_not_enough() {
    let mut material = material(|_, _| Vec::new(), false);
    material.train.texts.retain(|sample| sample.label == "track");
    let refused = train(&material, None, &TrainConfig::default(), &Device::flex());
    assert!(matches!(refused, Err(ClassifyError::TooFewLabels { n_labels: 1, n_texts: 8 })));
}

#[test]
fn names_of_labels_become_words() {
    assert_eq!(label_text("alarm_query"), "alarm query");
    assert_eq!(label_text("musicSettings"), "music settings");
    assert_eq!(label_text("退货"), "退货");
}

/// Tells the texts' classes by their first number; where it is told not to, it says as little as the encoder.
struct Tell(bool);

impl Tuner for Tell {
    fn tune(&self, _: &[&[f32]], _: &[usize], _: u64) -> Result<Gguf, String> {
        let mut writer = Writer::new();
        writer.tensor("blk.0.test", TensorType::F32, &[1], vec![0; 4]).unwrap();
        Ok(Gguf::parse(writer.to_bytes().unwrap()).unwrap())
    }

    fn features(&self, tail: &Gguf, states: &[&[f32]]) -> Result<Vec<Vec<f32>>, String> {
        assert!(tail.tensor("blk.0.test").is_ok());
        let features = |state: &&[f32]| match self.0 {
            true => vector(state[0] as usize, 1),
            false => vector(5, state[1] as usize),
        };
        Ok(states.iter().map(features).collect())
    }
}

#[test]
fn a_fitted_encoder_is_kept_where_it_serves_on_texts_held_out() {
    // The encoder as it is says nothing at all.
    let mut material = material(|_, i| vector(5, i), true);
    let texts = TEXTS.iter().enumerate().flat_map(|(class, (_, texts))| (0..texts.len()).map(move |i| [class, i]));
    material.train.states = texts.map(|numbers| numbers.map(|number| number as f32).to_vec()).collect();
    let config = TrainConfig { n_buckets: 1 << 12, ..TrainConfig::default() };
    let head = |tells| train(&material, Some(&Tell(tells)), &config, &Device::flex()).unwrap();
    assert!(head(false).tail().is_none());
    let head = Head::open(&head(true).to_bytes().unwrap()).unwrap();
    assert!(head.tail().is_some_and(|tail| tail.tensor("blk.0.test").is_ok()));
    assert_eq!(head.classify("zzz", Some(&vector(1, 1))).label, "track");
}
