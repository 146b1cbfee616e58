//! Conversations, as a shopper would have them: see `behavior/conversations.txt`.
#![cfg(feature = "import")]

use std::path::Path;

use attendant::chat::{Attendant, Conversation, deltas};
use attendant::pack::Pack;
use attendant::pack::build::build_lexical;
use attendant::pack::import::read_shop;
use attendant::protocol::{Language, Reply, ReplyKind};

const CONVERSATIONS: &str = include_str!("behavior/conversations.txt");

fn attendant() -> Attendant {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behavior/shop");
    let shop = read_shop(&dir).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let bytes = build_lexical(&shop).expect("the shop is good");
    Attendant::open(&Pack::open(bytes).expect("it was just built")).expect("it was just built")
}

fn ask(attendant: &Attendant, conversation: &mut Conversation, text: &str) -> Reply {
    let turn = attendant.read(conversation, text, Language::En);
    attendant.reply(conversation, &turn, None)
}

/// What a line `attendant: …` demands.
struct Demand<'a> {
    kind: &'a str,
    ids: Vec<&'a str>,
    saying: Vec<&'a str>,
    without: Vec<&'a str>,
}

impl<'a> Demand<'a> {
    fn read(line: &'a str) -> Demand<'a> {
        let (head, _) = line.split_once('"').unwrap_or((line, ""));
        let words: Vec<&str> =
            head.split_whitespace().filter(|word| !["from", "saying", "without"].contains(word)).collect();
        let (kind, ids) = match words.split_first() {
            Some((&"small", _)) => ("small talk", &[][..]),
            Some((kind, ids)) => (*kind, ids),
            None => panic!("an empty demand"),
        };
        let mut demand = Demand { kind, ids: ids.to_vec(), saying: vec![], without: vec![] };
        let pieces: Vec<&str> = line.split('"').collect();
        for pair in pieces.chunks_exact(2) {
            match pair[0].split_whitespace().last() {
                Some("saying") => demand.saying.push(pair[1]),
                Some("without") => demand.without.push(pair[1]),
                other => panic!("{other:?} before a quotation in: {line}"),
            }
        }
        demand
    }

    fn check(&self, reply: &Reply) -> Result<(), String> {
        let sources: Vec<&str> = reply.sources.iter().map(|source| source.id.as_str()).collect();
        let products: Vec<&str> = reply.products.iter().map(|shown| shown.product.as_str()).collect();
        let holds = match self.kind {
            "answer" => reply.kind == ReplyKind::Answer && sources.first() == self.ids.first(),
            "products" => reply.kind == ReplyKind::Products && self.ids.iter().all(|id| products.contains(id)),
            "decline" => reply.kind == ReplyKind::Decline && sources.is_empty(),
            "small talk" => reply.kind == ReplyKind::Answer && sources.is_empty(),
            other => panic!("unknown demand {other}"),
        };
        let says = self.saying.iter().all(|text| reply.text.contains(text));
        let is_silent = !self.without.iter().any(|text| reply.text.contains(text));
        if holds && says && is_silent {
            Ok(())
        } else {
            Err(format!("{:?} {sources:?} {products:?}: {}", reply.kind, reply.text))
        }
    }
}

#[test]
fn every_conversation_goes_as_written() {
    let attendant = attendant();
    let (mut conversation, mut reply, mut failures) = (Conversation::default(), None, Vec::new());
    for (at, line) in CONVERSATIONS.lines().enumerate() {
        if line.is_empty() {
            conversation = Conversation::default();
        } else if let Some(text) = line.strip_prefix("shopper: ") {
            reply = Some(ask(&attendant, &mut conversation, text));
        } else if let Some(demand) = line.strip_prefix("attendant: ") {
            let reply = reply.as_ref().expect("a shopper speaks first");
            if let Err(given) = Demand::read(demand).check(reply) {
                failures.push(format!("line {}: expected {demand}\n  got {given}", at + 1));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Decision 7: extractive and cited. Every line of an answer stands in a cited passage.
#[test]
fn answers_are_quotations() {
    let attendant = attendant();
    for line in CONVERSATIONS.lines().filter_map(|line| line.strip_prefix("shopper: ")) {
        let reply = ask(&attendant, &mut Conversation::default(), line);
        if reply.kind != ReplyKind::Answer || reply.sources.is_empty() {
            continue;
        }
        for piece in reply.text.lines().flat_map(deltas).map(str::trim).filter(|piece| !piece.is_empty()) {
            let mut passages = attendant.passages().iter().filter(|passage| passage.language == reply.language);
            let is_cited = |id: &str| reply.sources.iter().any(|source| source.id == id);
            assert!(
                passages.any(|passage| is_cited(&passage.id) && passage.markdown.contains(piece)),
                "“{piece}” is in no source"
            );
        }
    }
}

#[test]
fn a_long_message_is_cut_and_the_reply_says_so() {
    let attendant = attendant();
    let long = format!("when do I get my refund? {}", "refund ".repeat(1000));
    let reply = ask(&attendant, &mut Conversation::default(), &long);
    assert!(reply.text.starts_with("Your message was long"), "{}", reply.text);
    let endless = "字".repeat(100_000);
    ask(&attendant, &mut Conversation::default(), &endless);
}

#[test]
fn odd_messages_do_no_harm() {
    let attendant = attendant();
    let mut conversation = Conversation::default();
    for text in [
        "",
        " ",
        "\u{0}",
        "👩‍👩‍👧",
        "'''",
        "under",
        "€",
        "under €",
        "以内",
        "9".repeat(400).as_str(),
        "and",
        "呢",
        "<script>alert(1)</script>",
    ] {
        let reply = ask(&attendant, &mut conversation, text);
        assert!(!reply.text.is_empty(), "{text:?}");
        assert!(!reply.text.contains("<script>"));
    }
}
