//! Messages that lean on earlier ones: fragments, corrections, returns, and choices by number or words.

use crate::chat::phrases::{has_any, strip_any};
use crate::protocol::Language;
use crate::retrieve::tokens::{is_telling, normalize, terms};

/// Fragments have few words of their own.
const MAX_FRAGMENT_TERMS: usize = 4;
const MAX_FRAGMENT_HAN: usize = 10;

const FRAGMENT_STARTS_EN: &[&str] = &[
    "and ",
    "or ",
    "also ",
    "but ",
    "what about",
    "how about",
    "what if",
    "to ",
    "for ",
    "in ",
    "from ",
    "with ",
    "without ",
];
const FRAGMENT_WORDS_EN: &[&str] =
    &["it", "its", "that", "they", "them", "those", "these", "this", "there", "one", "ones"];
const FRAGMENT_STARTS_ZH: &[&str] =
    &["那", "还有", "如果是", "要是", "换成", "它", "这个", "这些", "这款", "那款", "有没有更", "有更"];

/// Before what was meant instead.
const CORRECTIONS: &[&str] = &[
    "no, i meant ",
    "no i meant ",
    "i meant ",
    "no, i mean ",
    "no i mean ",
    "i mean ",
    "sorry, i meant ",
    "sorry i meant ",
    "sorry, i mean ",
    "actually, i meant ",
    "actually i meant ",
    "actually, ",
    "no, not that, ",
    "not that, ",
    "correction: ",
    "oops, ",
    "wait, ",
    "no, sorry, ",
    "no, ",
    "sorry, ",
    "no wait, ",
    "i wanted to say ",
    "不是，我是说",
    "不，我是说",
    "不是,我是说",
    "我是说",
    "我的意思是",
    "我是想说",
    "不对，",
    "不对,",
    "不是，",
    "不是,",
    "说错了，",
    "说错了,",
    "打错了，",
    "打错了,",
    "更正:",
    "抱歉，我是说",
    "抱歉,我是说",
    "我说的是",
];
/// Before what was spoken of earlier.
const RETURNS: &[&str] = &[
    "back to ",
    "going back to ",
    "let's go back to ",
    "lets go back to ",
    "can we go back to ",
    "coming back to ",
    "returning to ",
    "to come back to ",
    "ok, back to ",
    "okay, back to ",
    "ok back to ",
    "anyway, back to ",
    "回到刚才的",
    "回到刚才",
    "回到",
    "说回",
    "再说回",
    "还是说",
    "刚才说的",
    "刚才那个",
    "刚才的",
    "刚刚说的",
    "之前说的",
    "之前那个",
    "前面说的",
];

/// Whether a message only makes sense after another.
pub(super) fn is_fragment(text: &str, language: Language) -> bool {
    let text = normalize(text);
    let text = text.trim().trim_end_matches(['?', '.', '!', '。']);
    match language {
        Language::En => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let refers = || {
                let mut at_each = words.iter().enumerate();
                at_each.any(|(at, word)| FRAGMENT_WORDS_EN.contains(word) && !counts(word, words.get(at + 1).copied()))
            };
            let starts = FRAGMENT_STARTS_EN.iter().any(|start| text.starts_with(start));
            (starts || refers() && terms(text).len() < MAX_FRAGMENT_TERMS) && terms(text).len() <= MAX_FRAGMENT_TERMS
        }
        Language::Zh => {
            let starts = FRAGMENT_STARTS_ZH.iter().any(|start| text.starts_with(start));
            (starts || text.ends_with('呢')) && text.chars().count() <= MAX_FRAGMENT_HAN
        }
    }
}

/// Whether “one” is a number: “for one person”, and not “which one is cheaper”.
fn counts(word: &str, after: Option<&str>) -> bool {
    const VERBS_AND_THE_LIKE: &[&str] = &[
        "is", "are", "was", "do", "does", "did", "can", "could", "will", "would", "should", "has", "have", "in",
        "with", "without", "from", "for", "to", "on", "of", "at", "as", "and", "or", "but", "that", "you", "i",
        "please", "instead", "too", "again", "then", "comes", "fits", "costs", "works",
    ];
    word == "one" && after.is_some_and(|after| !VERBS_AND_THE_LIKE.contains(&after))
}

/// What was meant instead, where a message corrects the one before: “no, I meant Germany”, “不是德国，是法国”.
pub(super) fn correction(text: &str) -> Option<String> {
    let text = normalize(text).replace('’', "'").replace('，', ",");
    let text = text.trim();
    let marks: Vec<String> = CORRECTIONS.iter().map(|mark| normalize(mark)).collect();
    let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
    let rest = strip_any(text, &marks).map(str::trim);
    // “not Germany, France”
    let denied = |text: &str| -> Option<String> {
        let after = text.strip_prefix("not ").or_else(|| text.strip_prefix("不是"))?;
        let (_, meant) = after.split_once([',', ';'])?;
        let meant = meant.trim();
        let meant = meant.strip_prefix("but ").or_else(|| meant.strip_prefix('是')).unwrap_or(meant);
        Some(meant.trim().to_owned()).filter(|meant| !meant.is_empty())
    };
    let meant = match rest {
        Some(rest) => denied(rest).or_else(|| Some(rest.to_owned())),
        None => denied(text),
    };
    // Whoever says “no, thanks” takes nothing back.
    meant.filter(|meant| !meant.is_empty() && !has_any(meant, &["thanks", "thank you", "谢谢", "不用", "不需要"]))
}

/// What a message goes back to: “back to the teapot: is it glazed?”.
pub(super) fn return_to(text: &str) -> Option<String> {
    let text = normalize(text).replace('’', "'");
    let rest = strip_any(text.trim(), RETURNS)?.trim();
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// Which of `choices` a message picks: by number, by place in the list, or by words that only one has.
pub(super) fn choice(text: &str, choices: &[String]) -> Option<usize> {
    let text = normalize(text);
    let text = text.trim().trim_matches(|c: char| !c.is_alphanumeric());
    if let Some(exact) =
        choices.iter().position(|choice| normalize(choice).trim_matches(|c: char| !c.is_alphanumeric()) == text)
    {
        return Some(exact);
    }
    if let Some(place) = ordinal(text, choices.len()) {
        return Some(place);
    }
    let said: Vec<String> = terms(text).into_iter().filter(|term| is_telling(term)).collect();
    let overlap = |choice: &String| {
        let theirs = terms(choice);
        said.iter().filter(|term| theirs.contains(term)).count()
    };
    let overlaps: Vec<usize> = choices.iter().map(overlap).collect();
    let best = overlaps.iter().copied().max().filter(|best| *best > 0 && 2 * best >= said.len())?;
    let mut places = overlaps.iter().enumerate().filter(|(_, overlap)| **overlap == best).map(|(place, _)| place);
    places.next().filter(|_| places.next().is_none())
}

/// “2”, “the second one”, “第二个”, “last”: a place among `n`, from 0.
fn ordinal(text: &str, n: usize) -> Option<usize> {
    const EN: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];
    const ZH: &str = "一二三四五六";
    let words: Vec<&str> =
        text.split_whitespace().filter(|word| !["the", "one", "option", "number", "no"].contains(word)).collect();
    let place = match words.as_slice() {
        ["last"] => n.checked_sub(1),
        [word] => {
            let digits = word.trim_start_matches('#').trim_end_matches(['.', ')']);
            let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| digits.strip_suffix(end)).unwrap_or(digits);
            let english = EN.iter().position(|name| name == word);
            english.or_else(|| digits.parse::<usize>().ok()?.checked_sub(1))
        }
        _ => None,
    };
    let chinese = || {
        let rest = text.strip_prefix('第').unwrap_or(text);
        if text.starts_with("最后") {
            return n.checked_sub(1);
        }
        let first = rest.chars().next()?;
        let measured = rest[first.len_utf8()..].is_empty()
            || rest[first.len_utf8()..].starts_with(['个', '款', '种', '只', '项', '条']);
        let place = ZH.chars().position(|numeral| numeral == first);
        place.or_else(|| first.to_digit(10)?.checked_sub(1).map(|place| place as usize)).filter(|_| measured)
    };
    place.or_else(chinese).filter(|place| *place < n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_are_told_from_questions() {
        for text in ["and to Canada?", "what about white tea", "is it free", "to France?", "which one is cheaper?"] {
            assert!(is_fragment(text, Language::En), "{text}");
        }
        let whole = [
            "how long does delivery to Canada take?",
            "a smoky black tea",
            "which teapot for one person?",
            "do you ship to France",
        ];
        for text in whole {
            assert!(!is_fragment(text, Language::En), "{text}");
        }
        assert!(is_fragment("那加拿大呢", Language::Zh));
        assert!(is_fragment("白茶呢？", Language::Zh) && is_fragment("白茶呢", Language::Zh));
        assert!(!is_fragment("寄到德国邮费多少", Language::Zh));
    }

    #[test]
    fn corrections_say_what_was_meant() {
        for (text, meant) in [
            ("No, I meant Germany", "germany"),
            ("sorry, I meant the white one", "the white one"),
            ("no, not Germany, France", "france"),
            ("不是，我是说法国", "法国"),
            ("不是德国，是法国", "法国"),
            ("我是说退货", "退货"),
        ] {
            assert_eq!(correction(text).as_deref(), Some(meant), "{text}");
        }
        for text in ["no", "no thanks", "no, thanks", "do you ship to France?", "不是", "不用了谢谢"] {
            assert_eq!(correction(text), None, "{text}");
        }
    }

    #[test]
    fn a_choice_is_picked_by_number_or_words() {
        let choices = ["Speckled stoneware teapot".to_owned(), "Celadon melon teapot".into(), "玻璃盖碗".into()];
        for (text, place) in [
            ("2", Some(1)),
            ("the second one", Some(1)),
            ("the 1st", Some(0)),
            ("last one", Some(2)),
            ("the celadon one", Some(1)),
            ("第三个", Some(2)),
            ("三", Some(2)),
            ("玻璃的", Some(2)),
            ("teapot", None),
            ("7", None),
            ("how much is shipping?", None),
        ] {
            assert_eq!(choice(text, &choices), place, "{text}");
        }
    }
}
