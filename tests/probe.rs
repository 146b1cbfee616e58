use attendant::chat::{Attendant, Conversation, Message, evaluate::*};
use attendant::pack::{Pack, build::build_lexical, import::read_shop};
#[test]
fn probe() {
    let dir = std::env::var("SHOP").unwrap_or("www/shop".into());
    let shop = read_shop(std::path::Path::new(&dir)).unwrap_or_else(|m| panic!("{m}"));
    let a = Attendant::open(&Pack::open(build_lexical(&shop).unwrap()).unwrap()).unwrap();
    if let Ok(file) = std::env::var("DEV") {
        let cases = read_questions(&std::fs::read_to_string(file).unwrap()).unwrap();
        let e = evaluate(&a, &cases, 1_796_119_200_000, |_| None);
        for (l, s) in &e.languages { println!("{l} {}/{} r1 {} r3 {} prod {}/{} decl {}/{} made {} ungr {} {:?}", s.top_1, s.n_answers, s.retrieved_1, s.retrieved_3, s.product_hits, s.n_products, s.declines_right, s.n_declines, s.declines_made, s.ungrounded, s.confusion); }
        for m in &e.misses { println!("MISS {:.2} {} | want {} | got {}", m.score, m.question, m.expected, m.given); }
        return;
    }
    let mut c = Conversation::default();
    for line in std::fs::read_to_string("/tmp/probe.txt").unwrap().lines() {
        if line.is_empty() { c = Conversation::default(); println!("----"); continue; }
        let m = Message { text: line, now_ms: 1_796_119_200_000, ..Message::default() };
        let t = a.read(&c, &m);
        let r = a.reply(&mut c, &t, &[]);
        println!("> {line}\n  [{} {:?} {:?} g{} {:?}] src {:?} cards {:?} {}\n    {}", r.kind.name(), r.sentiment, r.risk, r.grounded, r.slots.iter().map(|s| format!("{}={}", s.slot, s.value)).collect::<Vec<_>>(), r.sources.iter().map(|s| &s.id).collect::<Vec<_>>(), r.products.iter().map(|s| &s.product).collect::<Vec<_>>(), if r.handoff.is_some() {"HANDOFF"} else {""}, r.text.replace('\n', "\n    "));
    }
}
