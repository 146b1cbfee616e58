//! Words that were meant.

/// Shorter words are too near to each other.
const MIN_CHARS: usize = 4;
/// From this length on two slips are forgiven.
const LONG_CHARS: usize = 8;

/// The distance that a word may be mistyped by; 0 where it is taken as it is.
fn forgiven(word: &str) -> usize {
    match word.chars().count() {
        n if n < MIN_CHARS || word.contains(|c: char| c.is_ascii_digit()) => 0,
        n if n < LONG_CHARS => 1,
        _ => 2,
    }
}

/// The nearest of some words, where one is near enough: of equals the first.
pub(crate) fn nearest<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let forgiven = forgiven(word);
    if forgiven == 0 {
        return None;
    }
    let letters: Vec<char> = word.chars().collect();
    let near = words.filter(|other| other.len().abs_diff(word.len()) <= forgiven && other.len() >= MIN_CHARS);
    let scored = near.filter_map(|other| {
        let theirs: Vec<char> = other.chars().collect();
        let distance = distance(&letters, &theirs);
        (distance <= forgiven).then_some((distance, other))
    });
    scored.min_by_key(|(distance, _)| *distance).map(|(_, other)| other)
}

/// Insertions, deletions, substitutions and exchanges of neighbours (optimal string alignment).
pub(crate) fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_forgiven_and_other_words_are_not() {
        let words = ["return", "teapot", "warranti", "deliveri"];
        let near = |word| nearest(word, words.into_iter());
        assert_eq!(near("retrun"), Some("return"));
        assert_eq!(near("tepot"), Some("teapot"));
        assert_eq!(near("delivri"), Some("deliveri"));
        assert_eq!(near("warrenty"), Some("warranti"));
        assert_eq!(near("robot"), None);
        assert_eq!(near("tea"), None);
    }
}
