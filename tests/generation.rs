//! The decode loop over a tiny seeded model: its text means nothing, and that is enough to see how it comes about.
#![cfg(feature = "engine")]

use std::path::Path;
use std::sync::Arc;

use attendant::generate::{
    Constraint, ConstraintError, FinishReason, GenerateError, Generator, Sampler, SamplerConfig, Session, Shape,
    TokenTable,
};
use attendant::gguf::Gguf;
use attendant::model::Decoder;
use attendant::platform::device::Placement;
use attendant::platform::{CancelToken, SplitMix64};
use attendant::tokenizer::Tokenizer;
use futures::TryStreamExt;
use futures::executor::block_on;

const PROMPT: [u32; 5] = [1, 17, 80, 3, 99];

fn generator() -> Generator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/decoder/qwen2.gguf");
    let gguf = Gguf::parse(std::fs::read(path).unwrap()).unwrap();
    Generator::new(Arc::new(Decoder::load(Arc::new(gguf), &Placement::cpu()).unwrap()))
}

fn sampled(seed: u64) -> SamplerConfig {
    SamplerConfig { temperature: 1.5, seed, ..SamplerConfig::default() }
}

/// What follows a prompt, and why it ended.
fn written(
    generator: &Generator,
    session: &mut Session,
    prompt: &[u32],
    sampler: SamplerConfig,
    max_tokens: usize,
    ends: &[u32],
) -> (Vec<u32>, FinishReason) {
    let tokens = generator.tokens(session, prompt, sampler, max_tokens, ends.to_vec(), CancelToken::new());
    let mut tokens = tokens.unwrap();
    let mut ids = Vec::new();
    while let Some(id) = block_on(tokens.next()).unwrap() {
        ids.push(id);
    }
    (ids, tokens.finish_reason().unwrap())
}

#[test]
fn a_seed_fixes_the_text_and_another_changes_it() {
    let generator = generator();
    let of = |seed| {
        let mut session = generator.new_session(40).unwrap();
        written(&generator, &mut session, &PROMPT, sampled(seed), 20, &[]).0
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn every_end_has_its_reason() {
    let generator = generator();
    let greedy = SamplerConfig { temperature: 0.0, ..SamplerConfig::default() };
    let run = |capacity, max_tokens, ends: &[u32]| {
        let mut session = generator.new_session(capacity).unwrap();
        written(&generator, &mut session, &PROMPT, greedy.clone(), max_tokens, ends)
    };
    let (ids, reason) = run(40, 12, &[]);
    assert_eq!((ids.len(), reason), (12, FinishReason::Length));
    assert_eq!(run(40, 0, &[]), (vec![], FinishReason::Length));
    // The last token chosen needs no place: only reading takes one.
    let (until_full, reason) = run(12, 100, &[]);
    assert_eq!((until_full.len(), reason), (12 - PROMPT.len() + 1, FinishReason::Context));
    assert_eq!(until_full, ids[..until_full.len()]);
    // An end ends the text where it first comes up, and is not part of it.
    let end = ids[5];
    let first = ids.iter().position(|&id| id == end).unwrap();
    assert_eq!(run(40, 12, &[126, end]), (ids[..first].to_vec(), FinishReason::Stop));
}

#[test]
fn a_wish_to_stop_is_heard_before_the_next_token() {
    let generator = generator();
    let mut session = generator.new_session(40).unwrap();
    let cancel = CancelToken::new();
    let mut tokens = generator.tokens(&mut session, &PROMPT, sampled(1), 20, vec![], cancel.clone()).unwrap();
    for _ in 0..3 {
        assert!(block_on(tokens.next()).unwrap().is_some());
    }
    cancel.cancel();
    assert_eq!(block_on(tokens.next()).unwrap(), None);
    assert_eq!(tokens.finish_reason(), Some(FinishReason::Cancelled));
}

/// Whatever a session has read before, interrupted or not, its next text is that of a fresh one; and what it has read
/// already is not read again.
#[test]
fn a_session_reads_only_what_is_new_and_answers_as_if_it_had_read_all() {
    let generator = generator();
    let mut kept = generator.new_session(60).unwrap();
    let (first, _) = written(&generator, &mut kept, &PROMPT, sampled(1), 6, &[]);
    let second: Vec<u32> = [&PROMPT[..], &first, &[7, 8]].concat();
    let third: Vec<u32> = [&PROMPT[..3], &[55, 56, 57]].concat();
    for (prompt, n_new) in [(&second, 3), (&third, 3), (&third, 1)] {
        let mut fresh = generator.new_session(60).unwrap();
        let expected = written(&generator, &mut fresh, prompt, sampled(2), 10, &[]);
        let mut tokens = generator.tokens(&mut kept, prompt, sampled(2), 10, vec![], CancelToken::new()).unwrap();
        let first = block_on(tokens.next()).unwrap();
        assert_eq!(first, expected.0.first().copied());
        assert_eq!(tokens.speed().n_prefilled, n_new);
        let rest: Vec<u32> = block_on(tokens.into_stream().try_collect()).unwrap();
        assert_eq!(rest, expected.0[1..]);
    }
}

#[test]
fn a_prompt_without_room_for_an_answer_is_refused() {
    let generator = generator();
    let mut session = generator.new_session(5).unwrap();
    let mut refused = |prompt: &[u32]| {
        let tokens = generator.tokens(&mut session, prompt, sampled(1), 1, vec![], CancelToken::new());
        tokens.err().expect("nothing can follow")
    };
    assert!(matches!(refused(&PROMPT), GenerateError::PromptTooLong { n_tokens: 5, capacity: 5 }));
    assert!(matches!(refused(&[]), GenerateError::EmptyPrompt));
}

/// A real vocabulary under random logits: what has a shape, the constraint has given it.
fn shaped(shape: &Shape, seed: u64) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokenizers/gpt-2.gguf");
    let tokenizer = Tokenizer::from_metadata(Gguf::parse(std::fs::read(path).unwrap()).unwrap().metadata()).unwrap();
    let ends: Vec<u32> = tokenizer.ends().collect();
    let mut constraint = Constraint::new(shape, Arc::new(TokenTable::new(&tokenizer))).unwrap();
    let all = SamplerConfig { temperature: 1.0, top_k: 0, top_p: 1.0, min_p: 0.0, seed, ..SamplerConfig::default() };
    let (mut sampler, mut random) = (Sampler::new(all), SplitMix64::new(seed));
    let (mut text, mut characters) = (String::new(), tokenizer.stream());
    for _ in 0..400 {
        let mut logits: Vec<f32> = (0..tokenizer.n_vocab()).map(|_| random.unit() as f32).collect();
        constraint.restrict(&mut logits, &ends).unwrap();
        let id = sampler.sample(&mut logits, &[]).expect("something may follow");
        if ends.contains(&id) {
            return Some(text);
        }
        text.push_str(&characters.push(id));
        constraint.accept(id).unwrap();
        if constraint.is_over().unwrap() {
            return Some(text);
        }
    }
    None
}

#[test]
fn a_text_of_a_shape_has_it_whatever_the_model_would_say() {
    let choices = ["yes", "no", "a (person)", "不知道"];
    let choice = Shape::Choice(choices.map(String::from).to_vec());
    let date = Shape::Regex("20[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]".into());
    let schema = serde_json::json!({
        "type": "object", "required": ["id", "size"], "additionalProperties": false,
        "properties": {
            "id": { "type": "string", "minLength": 1, "maxLength": 6 }, "in": { "type": "boolean" },
            "size": { "enum": ["s", 12, null] },
            "tags": { "type": "array", "maxItems": 2, "items": { "$ref": "#/$defs/n" } },
        },
        "$defs": { "n": { "type": "integer" } },
    });
    let schema = Shape::JsonSchema(schema);
    let mut chosen = std::collections::BTreeSet::new();
    for seed in 0..25 {
        chosen.insert(shaped(&choice, seed).expect("it ends"));
        let date = shaped(&date, seed).expect("it ends");
        assert!(date.len() == 10 && date.starts_with("20") && date.as_bytes()[4] == b'-', "{date}");
        let text = shaped(&schema, seed).expect("it ends");
        let value: serde_json::Value = serde_json::from_str(&text).expect(&text);
        let map = value.as_object().expect(&text);
        assert!((1..=6).contains(&map["id"].as_str().expect(&text).chars().count()), "{text}");
        assert!(["\"s\"", "12", "null"].contains(&map["size"].to_string().as_str()), "{text}");
        let tags = map.get("tags").map(|tags| tags.as_array().expect(&text).as_slice()).unwrap_or_default();
        assert!(tags.len() <= 2 && tags.iter().all(serde_json::Value::is_i64), "{text}");
    }
    assert_eq!(chosen, choices.map(String::from).into());
}

#[test]
fn a_shape_that_is_none_is_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokenizers/gpt-2.gguf");
    let tokenizer = Tokenizer::from_metadata(Gguf::parse(std::fs::read(path).unwrap()).unwrap().metadata()).unwrap();
    let table = Arc::new(TokenTable::new(&tokenizer));
    let refused = |shape: Shape| Constraint::new(&shape, table.clone()).err().expect("it is none").to_string();
    let regex = |expression: &str| refused(Shape::Regex(expression.into()));
    let schema = |schema: serde_json::Value| refused(Shape::JsonSchema(schema));
    assert!(refused(Shape::Choice(vec![])).contains("nothing is to be chosen"));
    assert!(regex("(").contains("cannot be read"));
    assert!(regex("a$").contains("looks around"));
    assert!(regex("(?:[a-z]{500}){500}").contains("too many states"));
    let minimum =
        schema(serde_json::json!({ "type": "object", "properties": { "n": { "type": "number", "minimum": 3 } } }));
    assert!(minimum.contains("#/properties/n") && minimum.contains("minimum"), "{minimum}");
    let endless = serde_json::json!({ "$defs": { "a": { "type": "array", "items": { "$ref": "#/$defs/a" } } }, "$ref": "#/$defs/a" });
    assert!(schema(endless).contains("itself"));
    let error = Constraint::new(&Shape::JsonSchema(serde_json::json!(false)), table.clone());
    assert!(matches!(error, Err(ConstraintError::Schema(_))));
}
