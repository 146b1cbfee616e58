//! What the fuzzer starts from, and what it has found, through the same checks as in `fuzz/fuzz_targets/`.
#![cfg(all(feature = "import", feature = "chat-template"))]

#[path = "fuzz/cases/csv.rs"]
mod csv;
#[path = "fuzz/cases/gguf.rs"]
mod gguf;
#[path = "fuzz/cases/markdown.rs"]
mod markdown;
#[path = "fuzz/cases/pack.rs"]
mod pack;
#[path = "fuzz/cases/protocol.rs"]
mod protocol;
#[path = "fuzz/cases/tokenizer.rs"]
mod tokenizer;

use std::fs;
use std::path::Path;

type Check = fn(&[u8]);

/// A folder of `fuzz/seeds/` and its check.
const CASES: [(&str, Check); 6] = [
    ("csv", csv::check),
    ("gguf", gguf::check),
    ("markdown", markdown::check),
    ("pack", pack::check),
    ("protocol", protocol::check),
    ("tokenizer", tokenizer::check),
];

#[test]
fn every_seed_passes() {
    for (name, check) in CASES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(name);
        let seeds: Vec<_> =
            fs::read_dir(folder).expect("it has seeds").map(|file| file.expect("readable").path()).collect();
        assert!(!seeds.is_empty(), "{name}");
        for seed in seeds {
            let bytes = fs::read(&seed).expect("readable");
            // A panic is to say which seed it was.
            println!("{}", seed.display());
            check(&bytes);
        }
    }
}
