//! Which language a message is in: by script, since there are two.

use crate::protocol::Language;
use crate::retrieve::tokens::is_han;

/// Han characters against Latin words. A Chinese name in an English sentence leaves it English; a
/// Latin brand in a Chinese one leaves it Chinese. Digits and symbols alone say nothing.
pub fn detect_language(text: &str, fallback: Language) -> Language {
    let n_han = text.chars().filter(|&c| is_han(c)).count();
    let n_words = text
        .split(|c: char| !c.is_ascii_alphabetic() && c != '\'')
        .filter(|word| word.bytes().any(|byte| byte.is_ascii_alphabetic()))
        .count();
    match (n_han, n_words) {
        (0, 0) => fallback,
        (n_han, n_words) if n_han > n_words => Language::Zh,
        (0, _) => Language::En,
        // A tie of one and one is a brand and a particle: “PayPal 行”.
        (1, 1) => Language::Zh,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_decides_and_a_borrowed_name_does_not() {
        for (text, language) in [
            ("what is 龙井?", Language::En),
            ("Longjing 是什么茶", Language::Zh),
            ("可以用 PayPal 付款吗", Language::Zh),
            ("do you ship to France", Language::En),
            ("你好", Language::Zh),
        ] {
            assert_eq!(detect_language(text, Language::En), language, "{text}");
            assert_eq!(detect_language(text, Language::Zh), language, "{text}");
        }
        assert_eq!(detect_language("👍 12", Language::Zh), Language::Zh);
        assert_eq!(detect_language("", Language::En), Language::En);
    }
}
