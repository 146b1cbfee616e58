//! Cuts text at sentences and lines: to stream a reply, and to choose from a passage.

/// Abbreviations that end in a full stop but no sentence.
const ABBREVIATIONS: [&str; 9] = ["e.g.", "i.e.", "etc.", "approx.", "no.", "st.", "dr.", "mr.", "mrs."];

/// The pieces of a reply in order; joined they are the text again.
pub fn deltas(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, tail) = rest.split_at(sentence_end(rest)?);
        rest = tail;
        Some(piece)
    })
}

/// Length of the first sentence with the white space after it; `None` at the end.
fn sentence_end(text: &str) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let after = &text[end..];
        let ends = match c {
            '\n' => true,
            '。' | '！' | '？' => true,
            '.' | '!' | '?' => after.starts_with(char::is_whitespace) && !ends_in_abbreviation(&text[..end]),
            _ => false,
        };
        if !ends {
            continue;
        }
        // Closing quotes and brackets belong to the sentence, and so does the space after it.
        let tail = after.trim_start_matches(['”', '’', '"', '）', ')', '」']).trim_start();
        return Some(text.len() - tail.len());
    }
    Some(text.len())
}

fn ends_in_abbreviation(text: &str) -> bool {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    ABBREVIATIONS.contains(&word.trim_start_matches(['(', '“', '"']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_text() {
        for text in ["", "One. Two! 3.5 kg?\n\n- a\n- b\n", "一。二！“三？”四", "No end", "See e.g. tea. Then."]
        {
            assert_eq!(deltas(text).collect::<String>(), text);
        }
    }

    #[test]
    fn sentences_end_where_they_end() {
        let pieces = |text| deltas(text).map(str::trim).collect::<Vec<_>>();
        assert_eq!(pieces("Costs €3.90. See e.g. rates. Done"), ["Costs €3.90.", "See e.g. rates.", "Done"]);
        assert_eq!(pieces("要三天。“真的？”对"), ["要三天。", "“真的？”", "对"]);
    }
}
