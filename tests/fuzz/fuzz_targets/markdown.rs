#![no_main]

#[path = "../cases/markdown.rs"]
mod case;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| case::check(bytes));
