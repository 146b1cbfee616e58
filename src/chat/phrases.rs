//! Finding phrases in a normalized text: English ones at word boundaries, Chinese ones anywhere.

/// The first phrase of the list that stands in `text` and where, in bytes.
pub(super) fn contains_any<'a>(text: &str, list: &[&'a str]) -> Option<(usize, &'a str)> {
    list.iter().find_map(|phrase| find(text, phrase).map(|at| (at, *phrase)))
}

/// Whether any phrase of the list stands in `text`.
pub(super) fn has_any(text: &str, list: &[&str]) -> bool {
    contains_any(text, list).is_some()
}

/// Where `phrase` stands in `text` as words of its own.
pub(super) fn find(text: &str, phrase: &str) -> Option<usize> {
    let is_letter = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(phrase).map(|(at, _)| at).find(|&at| {
        let begins = !phrase.starts_with(is_letter) || !text[..at].ends_with(is_letter);
        let ends = !phrase.ends_with(is_letter) || !text[at + phrase.len()..].starts_with(is_letter);
        begins && ends
    })
}

/// What follows the longest of the phrases that `text` starts with.
pub(super) fn strip_any<'a>(text: &'a str, list: &[&str]) -> Option<&'a str> {
    let starts = |phrase: &&&str| text.starts_with(**phrase) && find(text, phrase) == Some(0);
    let longest = list.iter().filter(starts).max_by_key(|phrase| phrase.len())?;
    Some(&text[longest.len()..])
}
