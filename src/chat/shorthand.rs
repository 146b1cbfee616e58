//! What is typed in haste, spelled out for whoever reads with lists of words. The shopper's own words stay as they are
//! where they are shown or sent.

/// As typed, and as meant. One letter is only taken in lower case: “size U” is no “you”.
const SHORTHAND: &[(&str, &str)] = &[
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("wat", "what"),
    ("wot", "what"),
    ("wen", "when"),
    ("pls", "please"),
    ("plz", "please"),
    ("thx", "thanks"),
    ("cuz", "because"),
    ("coz", "because"),
    ("abt", "about"),
    ("b4", "before"),
    ("2day", "today"),
    ("tmrw", "tomorrow"),
    ("tmr", "tomorrow"),
    ("tomoz", "tomorrow"),
    ("2moro", "tomorrow"),
    ("ppl", "people"),
    ("wanna", "want to"),
    ("gonna", "going to"),
    ("gimme", "give me"),
    ("lemme", "let me"),
    ("adress", "address"),
    ("addres", "address"),
    ("adres", "address"),
    ("recieve", "receive"),
    ("recieved", "received"),
];

/// The text with its shorthand spelled out.
pub(super) fn spelled_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_meant =
            |(typed, _): &&(&str, &str)| *typed == word || typed.len() > 1 && typed.eq_ignore_ascii_case(word);
        out.push_str(SHORTHAND.iter().find(is_meant).map_or(word, |(_, meant)| meant));
        out.push_str(&piece[word.len()..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn haste_is_spelled_out_and_all_else_stays() {
        assert_eq!(spelled_out("Wat is ur adress, pls?"), "what is your address, please?");
        let kept = "size U, “R 2” – 我要退货 ü …";
        assert_eq!(spelled_out(kept), kept);
    }
}
