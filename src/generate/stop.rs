/// Ends a text at the first of some strings, of which nothing is ever shown: whatever may be the beginning of one is
/// held back until it is known not to be.
#[derive(Clone, Debug, Default)]
pub struct StopStrings {
    strings: Vec<String>,
    held: String,
}

/// What [`StopStrings::push`] lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// To be shown; often what was pushed, sometimes nothing, sometimes more.
    pub text: String,
    /// Whether a stop string stood behind it. What follows that is dropped.
    pub is_last: bool,
}

impl StopStrings {
    /// Empty strings are passed over: they would end every text before it began.
    pub fn new(strings: impl IntoIterator<Item = String>) -> Self {
        Self { strings: strings.into_iter().filter(|string| !string.is_empty()).collect(), held: String::new() }
    }

    /// Takes the text of one more token.
    pub fn push(&mut self, text: &str) -> Piece {
        self.held.push_str(text);
        // The one that begins first; of two beginning together it does not matter which.
        if let Some(at) = self.strings.iter().filter_map(|string| self.held.find(string.as_str())).min() {
            let mut text = std::mem::take(&mut self.held);
            text.truncate(at);
            return Piece { text, is_last: true };
        }
        let may_begin = |at: &usize| self.strings.iter().any(|string| string.starts_with(&self.held[*at..]));
        let kept = self.held.char_indices().map(|(at, _)| at).find(may_begin).unwrap_or(self.held.len());
        let rest = self.held.split_off(kept);
        Piece { text: std::mem::replace(&mut self.held, rest), is_last: false }
    }

    /// What was held back, once nothing follows.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(stops: &[&str], pieces: &[&str]) -> (Vec<String>, bool) {
        let mut stops = StopStrings::new(stops.iter().map(ToString::to_string));
        let mut shown = Vec::new();
        for piece in pieces {
            let piece = stops.push(piece);
            shown.push(piece.text);
            if piece.is_last {
                return (shown, true);
            }
        }
        shown.push(stops.finish());
        (shown, false)
    }

    /// However a text falls into tokens, what is shown is the text up to the first stop string, and at no time has more
    /// been shown than that.
    #[test]
    fn every_split_into_tokens_shows_the_same() {
        for (text, stops, expected) in [
            ("one\nUser: two", &["\nUser:"][..], "one"),
            ("ababac", &["abac"], "ab"),
            ("aab", &["ab", "aab"], ""),
            ("the end", &["end of", "xx"], "the end"),
            ("再见。谢谢", &["。谢"], "再见"),
            ("nothing to stop", &[], "nothing to stop"),
        ] {
            let cuts: Vec<usize> = text.char_indices().skip(1).map(|(at, _)| at).collect();
            for mask in 0..1u32 << cuts.len() {
                let chosen = cuts.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, &at)| at);
                let edges: Vec<usize> = std::iter::once(0).chain(chosen).chain([text.len()]).collect();
                let pieces: Vec<&str> = edges.windows(2).map(|edge| &text[edge[0]..edge[1]]).collect();
                let (shown, stopped) = run(stops, &pieces);
                assert_eq!(shown.concat(), expected, "{pieces:?}");
                assert_eq!(stopped, expected != text, "{pieces:?}");
            }
        }
    }

    #[test]
    fn only_what_may_become_a_stop_string_is_held_back() {
        let (shown, _) = run(&["<end>", ""], &["a <", "b", " <en", "d", "less"]);
        assert_eq!(shown, ["a ", "<b", " ", "", "<endless", ""]);
    }
}
