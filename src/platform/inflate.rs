//! Deflated bytes (RFC 1950), on this thread.

use std::io::{BufRead, Read};

use flate2::bufread::ZlibDecoder;

/// Inflates all of `bytes` to exactly `length`; `None` where they are anything else. Allocates no more than that.
pub fn inflate(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut decoder = ZlibDecoder::new(bytes);
    let mut inflated = Vec::with_capacity(length);
    decoder.by_ref().take(length as u64 + 1).read_to_end(&mut inflated).ok()?;
    let is_all = decoder.get_mut().fill_buf().ok()?.is_empty();
    (is_all && inflated.len() == length).then_some(inflated)
}

/// As small as it gets.
#[cfg(not(target_arch = "wasm32"))]
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes every write")
}
