//! A pack of any bytes is refused or opens, and what opens can be read to its end.
//!
//! Bytes at random never hash to what they promise, so the container is made here around sections that are the
//! fuzzer's: after a byte that says which, either raw bytes as a whole file, or six sections cut at the fuzzer's word, the
//! last of them deflated if the fuzzer says so.

use attendant::chat::Attendant;
use attendant::pack::Pack;
use attendant::pack::format::{FORMAT_VERSION, Header, MAGIC, PREFIX_BYTES, SectionEntry, SectionName, hex};
use attendant::pack::signature::unsigned;
use attendant::protocol::Language;
use attendant::retrieve::HitKind;
use attendant::retrieve::lexical::LexicalIndex;
use sha2::{Digest, Sha256};

const SECTIONS: [SectionName; 6] = [
    SectionName::Settings,
    SectionName::Catalogue,
    SectionName::Passages,
    SectionName::Embeddings,
    SectionName::Lexical,
    SectionName::Images,
];

pub fn check(bytes: &[u8]) {
    let Some((&kind, bytes)) = bytes.split_first() else { return };
    let file = if kind == 0 { bytes.to_vec() } else { whole(bytes, kind == 2) };
    let _ = unsigned(&file);
    let Ok(pack) = Pack::open(file) else { return };
    let _ = (pack.id(), pack.settings(), pack.products(), pack.passages());
    for name in pack.image_names() {
        assert!(pack.image(name).is_some(), "an image that is named is there");
    }
    if let Ok(Some(embeddings)) = pack.embeddings() {
        for (_, _, row) in embeddings.rows() {
            assert_eq!(row.len(), embeddings.d_model());
        }
    }
    if let Ok(index) = pack.lexical().map(LexicalIndex::read)
        && let Ok(index) = index
    {
        let _ = index.search("a cup of tea", HitKind::Passage, Language::En);
    }
    let _ = Attendant::open(&pack);
}

/// Room for the header. JSON may end in spaces, so that the sections' places do not depend on its length.
const HEADER_BYTES: usize = 2048;

/// A container whose hashes are right. Sections are separated by a byte that text does not have. A deflated one begins with
/// the length that it promises.
fn whole(bytes: &[u8], is_deflated: bool) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = bytes.splitn(SECTIONS.len(), |&byte| byte == 0xff).collect();
    let mut promise = None;
    if is_deflated && let Some((length, rest)) = parts.last().and_then(|part| part.split_first_chunk()) {
        promise = Some(u64::from(u16::from_le_bytes(*length)));
        parts.pop();
        parts.push(rest);
    }
    let n_parts = parts.len();
    let mut offset = PREFIX_BYTES + HEADER_BYTES;
    let mut sections = Vec::new();
    for (at, (name, part)) in SECTIONS.into_iter().zip(&parts).enumerate() {
        let inflated = promise.filter(|_| at + 1 == n_parts);
        let sha256 = hex(&Sha256::digest(part));
        sections.push(SectionEntry { name, offset: offset as u64, length: part.len() as u64, sha256, inflated });
        offset += part.len();
    }
    let mut header = serde_json::to_vec(&Header { id: "fuzz".into(), sections }).expect("plain data");
    header.resize(HEADER_BYTES, b' ');
    let length = (HEADER_BYTES as u32).to_le_bytes();
    let prefix = [&MAGIC[..], &FORMAT_VERSION.to_le_bytes(), &length, &Sha256::digest(&header)].concat();
    [prefix, header, parts.concat()].concat()
}
