//! Markdown of any kind becomes the same blocks at once and piece by piece, and a link has a harmless scheme.

use attendant::chat::{Growing, deltas};
use attendant::protocol::Block;

pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut whole = Growing::default();
    let (_, at_once) = whole.push(text);
    let mut growing = Growing::default();
    let mut shown: Vec<Block> = Vec::new();
    for piece in deltas(text) {
        let (first, blocks) = growing.push(piece);
        shown.truncate(first);
        shown.extend(blocks);
    }
    assert_eq!(shown, at_once);
    let _ = Block::plain(&shown);
    let said = serde_json::to_string(&shown).expect("plain data");
    for scheme in ["javascript:", "data:", "vbscript:", "file:"] {
        let link = format!("\"href\":\"{scheme}");
        assert!(!said.to_ascii_lowercase().contains(&link), "{said}");
    }
}
