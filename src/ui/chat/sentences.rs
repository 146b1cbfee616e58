//! Whole sentences out of a growing text: a screen reader is read sentences, not fragments.

/// Takes from `text`, beyond its first `from` bytes, every sentence that has ended; answers them and
/// how far it has come.
pub fn whole_sentences(text: &str, from: usize) -> (Vec<String>, usize) {
    let mut sentences = Vec::new();
    let mut start = from;
    let mut chars = text[from..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = from + at + c.len_utf8();
        let ends = match c {
            '。' | '！' | '？' | '\n' => true,
            // `3.50` and `e.g.this` are no ends; the last character may yet be followed by one.
            '.' | '!' | '?' => chars.peek().is_some_and(|(_, next)| next.is_whitespace()),
            _ => false,
        };
        if ends {
            push(&mut sentences, &text[start..end]);
            start = end;
        }
    }
    (sentences, start)
}

/// What is left when the text is complete.
pub fn remainder(text: &str, from: usize) -> Option<String> {
    let mut last = Vec::new();
    push(&mut last, text.get(from..).unwrap_or_default());
    last.pop()
}

fn push(sentences: &mut Vec<String>, sentence: &str) {
    let sentence = sentence.trim();
    if !sentence.is_empty() {
        sentences.push(sentence.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_given_once_it_has_ended() {
        let (sentences, at) = whole_sentences("It costs 3.50. Deli", 0);
        assert_eq!(sentences, ["It costs 3.50."]);
        let (sentences, at) = whole_sentences("It costs 3.50. Delivery is free. ", at);
        assert_eq!(sentences, ["Delivery is free."]);
        assert_eq!(remainder("It costs 3.50. Delivery is free. Bye", at), Some("Bye".into()));
    }

    #[test]
    fn chinese_stops_need_no_space() {
        let (sentences, at) = whole_sentences("三天内送达。支持退货！还有", 0);
        assert_eq!(sentences, ["三天内送达。", "支持退货！"]);
        assert_eq!(remainder("三天内送达。支持退货！还有", at), Some("还有".into()));
    }

    #[test]
    fn a_line_is_a_sentence() {
        let (sentences, _) = whole_sentences("Zone, Days\nEU, 3\n", 0);
        assert_eq!(sentences, ["Zone, Days", "EU, 3"]);
    }

    #[test]
    fn nothing_left_is_nothing_said() {
        assert_eq!(remainder("Done. ", 5), None);
        assert_eq!(remainder("short", 99), None);
    }
}
