//! Which language a message is in: by script, since there are two.

use crate::protocol::Language;
use crate::retrieve::tokens::{is_han, normalize};

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

/// The language that a message asks for, where it asks for nothing else: “in English, please”.
pub fn language_wanted(text: &str) -> Option<Language> {
    const ENGLISH: &[&str] = &["english", "英文", "英语"];
    const CHINESE: &[&str] = &["chinese", "mandarin", "中文", "汉语", "普通话"];
    const FRAME: &[&str] = &[
        "in", "please", "can", "you", "speak", "do", "could", "we", "switch", "to", "use", "reply", "answer", "i",
        "prefer", "say", "that", "again", "说", "讲", "用", "请", "请用", "请说", "能说", "会说", "你会", "你能",
        "可以", "吗", "回答", "回复", "切换", "换成", "好吗", "一下", "再", "一遍", "我想", "到", "能", "会", "你",
        "支持",
    ];
    let text = normalize(text);
    let named = |names: &[&str]| names.iter().find(|name| text.contains(**name)).map(|name| text.replace(name, " "));
    let (language, rest) = match (named(ENGLISH), named(CHINESE)) {
        (Some(rest), None) => (Language::En, rest),
        (None, Some(rest)) => (Language::Zh, rest),
        _ => return None,
    };
    let mut rest: String = rest.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut frame: Vec<&&str> = FRAME.iter().filter(|word| !word.is_ascii()).collect();
    frame.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in frame {
        rest = rest.replace(*word, " ");
    }
    rest.split_whitespace().all(|word| FRAME.contains(&word)).then_some(language)
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

    #[test]
    fn a_language_is_asked_for_by_name() {
        for (text, language) in [
            ("In English, please", Some(Language::En)),
            ("can you speak Chinese?", Some(Language::Zh)),
            ("请用中文回答", Some(Language::Zh)),
            ("说英文", Some(Language::En)),
            ("English breakfast tea", None),
            ("can I get the card in Chinese characters", None),
            ("有中文说明书吗", None),
        ] {
            assert_eq!(language_wanted(text), language, "{text}");
        }
    }
}
