//! Reading text files as people save them: a byte-order mark and Windows line ends are fine, another
//! encoding is a mistake that names its place.

use std::path::Path;

use super::Mistakes;

/// Reads `dir/file` as UTF-8 without its byte-order mark and with Unix line ends.
pub fn read_text(dir: &Path, file: &str, mistakes: &mut Mistakes) -> Option<String> {
    let bytes = match std::fs::read(dir.join(file)) {
        Ok(bytes) => bytes,
        Err(error) => {
            mistakes.add(file, None, format!("cannot be read: {error}"), "add the file");
            return None;
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n")),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let line = line_at(error.as_bytes(), offset);
            let what = format!("is not UTF-8 at byte {offset}");
            mistakes.add(file, line, what, "save the file as UTF-8");
            None
        }
    }
}

/// The line, from 1, that byte `offset` lies in.
pub fn line_at(bytes: &[u8], offset: usize) -> u64 {
    1 + bytes.iter().take(offset).filter(|&&byte| byte == b'\n').count() as u64
}
