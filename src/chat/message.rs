//! What a shopper typed, made ready to be understood: cleaned, cut, and parted into its questions.

use crate::chat::small_talk;
use crate::chat::stream::deltas;
use crate::protocol::Language;
use crate::retrieve::tokens::{is_han, is_telling, normalize, terms};

/// Longer messages are cut, and the reply says so.
pub const MAX_MESSAGE_CHARS: usize = 2000;
/// More questions than these in one message are left unanswered, the last ones.
const MAX_QUESTIONS: usize = 3;
/// Han characters that a clause needs to be a question of its own.
const MIN_CLAUSE_HAN: usize = 4;
/// English words of an afterthought: “what day?”, “until what hour?”.
const MAX_AFTERTHOUGHT_WORDS: usize = 3;

/// A message without what cannot be seen, and whether it had to be cut.
pub(super) fn clean(text: &str) -> (String, bool) {
    let visible = |c: &char| !is_invisible(*c);
    let mut characters = text.chars().filter(visible).map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    let kept: String = characters.by_ref().take(MAX_MESSAGE_CHARS).collect();
    (kept.trim().to_owned(), characters.next().is_some())
}

/// Zero-width and direction-changing characters: they hide words from the eye that reads them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Words that begin an English question.
const OPENERS_EN: &[&str] = &[
    "how ",
    "what ",
    "what's ",
    "whats ",
    "when ",
    "where ",
    "where's ",
    "wheres ",
    "which ",
    "who ",
    "why ",
    "do you ",
    "do i ",
    "do they ",
    "does ",
    "did ",
    "is ",
    "are ",
    "can ",
    "could ",
    "will ",
    "would ",
    "may i ",
    "should ",
    "have you ",
    "has ",
];
/// What joins two English questions in one sentence.
const JOINTS_EN: &[&str] = &[", and ", " and also ", " and ", ", also ", " also, ", ", "];
/// Words that make a Chinese clause a question.
const MARKS_ZH: &[&str] = &[
    "吗",
    "多少",
    "多久",
    "怎么",
    "什么",
    "哪",
    "几",
    "能不能",
    "可不可以",
    "有没有",
    "是不是",
    "如何",
    "为什么",
    "多大",
    "多重",
    "多长",
    "行不行",
];

/// Whether a sentence asks.
pub(super) fn is_question(sentence: &str, language: Language) -> bool {
    let text = normalize(sentence.trim());
    if text.ends_with('?') {
        return true;
    }
    match language {
        Language::En => {
            let text = ["and ", "also ", "also, "]
                .iter()
                .fold(text.as_str(), |text, start| text.strip_prefix(start).unwrap_or(text));
            OPENERS_EN.iter().any(|opener| text.starts_with(opener))
        }
        Language::Zh => MARKS_ZH.iter().any(|mark| text.contains(mark)),
    }
}

/// The questions of a message in order, each with the statements that belong to it. Courtesies fall away
/// where anything else is left; a message of one question is one piece whatever its length.
pub(super) fn questions(text: &str, language: Language) -> Vec<String> {
    let said: Vec<&str> = deltas(text).map(str::trim).filter(|piece| !piece.is_empty()).collect();
    let meant: Vec<&str> = said.iter().copied().filter(|piece| small_talk::recognize(piece).is_none()).collect();
    if meant.is_empty() {
        return vec![text.to_owned()];
    }
    let mut pieces: Vec<String> = Vec::new();
    for sentence in meant {
        let mut clauses = clauses(small_talk::without_greeting(sentence), language);
        // “… open on Friday? Which hours?” asks once.
        if let ([only], Some(last)) = (clauses.as_slice(), pieces.last_mut())
            && is_question(last, language)
            && is_afterthought(only, language)
        {
            last.push(' ');
            last.push_str(only);
            continue;
        }
        pieces.append(&mut clauses);
    }
    if pieces.iter().filter(|piece| is_question(piece, language)).count() < 2 {
        return vec![pieces.join(" ")];
    }
    let (mut questions, mut before): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for piece in pieces {
        if is_question(&piece, language) {
            before.push(piece);
            questions.push(std::mem::take(&mut before).join(" "));
        } else {
            before.push(piece);
        }
    }
    // What is said after the last question belongs to it.
    if let Some(last) = questions.last_mut() {
        before.iter().for_each(|piece| {
            last.push(' ');
            last.push_str(piece);
        });
    }
    questions.truncate(MAX_QUESTIONS);
    questions
}

/// Whether a question is too short to name what it asks about.
fn is_afterthought(piece: &str, language: Language) -> bool {
    match language {
        Language::En => piece.split_whitespace().count() <= MAX_AFTERTHOUGHT_WORDS,
        Language::Zh => piece.chars().filter(|c| is_han(*c)).count() < MIN_CLAUSE_HAN,
    }
}

/// One sentence's clauses, where more than one of them asks.
fn clauses(sentence: &str, language: Language) -> Vec<String> {
    let whole = || vec![sentence.trim().to_owned()];
    match language {
        Language::En => {
            let lower = sentence.to_lowercase();
            if lower.len() != sentence.len() || !is_question(sentence, language) {
                return whole();
            }
            let opens = |at: usize, joint: &str| {
                OPENERS_EN.iter().any(|opener| lower[at + joint.len()..].starts_with(opener))
                    && n_telling(&lower[..at]) > 0
                    && is_question(&lower[..at], language)
            };
            let found =
                JOINTS_EN.iter().flat_map(|joint| lower.match_indices(joint)).filter(|(at, joint)| opens(*at, joint));
            match found.min_by_key(|(at, joint)| (*at, std::cmp::Reverse(joint.len()))) {
                Some((at, joint)) => {
                    let mut clauses_after = clauses(&sentence[at + joint.len()..], language);
                    clauses_after.insert(0, sentence[..at].trim().to_owned());
                    clauses_after
                }
                None => whole(),
            }
        }
        Language::Zh => {
            let clauses: Vec<&str> = sentence.split(['，', ',', '、']).collect();
            let asks = |clause: &&&str| {
                is_question(clause, language) && clause.chars().filter(|c| is_han(*c)).count() >= MIN_CLAUSE_HAN
            };
            if clauses.iter().filter(asks).count() < 2 {
                return whole();
            }
            clauses.into_iter().map(|clause| clause.trim().to_owned()).filter(|clause| !clause.is_empty()).collect()
        }
    }
}

fn n_telling(text: &str) -> usize {
    terms(text).iter().filter(|term| is_telling(term)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_gone() {
        assert_eq!(clean("te\u{200b}a\u{202e} p\u{0}ot\u{feff} "), ("tea p ot".into(), false));
        let (kept, was_cut) = clean(&"字".repeat(MAX_MESSAGE_CHARS + 1));
        assert!(was_cut && kept.chars().count() == MAX_MESSAGE_CHARS);
    }

    #[test]
    fn several_questions_are_parted() {
        for (text, n) in [
            ("Do you ship to France? How much is it?", 2),
            ("how long does delivery to Canada take and how much does it cost", 2),
            ("Hello! Do you ship to France?", 1),
            ("I bought a teapot. The lid is broken. Can I return it?", 1),
            ("do you have green tea and black tea", 1),
            ("Is it in stock? And can I pay with PayPal? Thanks!", 2),
        ] {
            assert_eq!(questions(text, Language::En).len(), n, "{:?}", questions(text, Language::En));
        }
        for (text, n) in [
            ("寄到德国要多久，运费是多少？", 2),
            ("怎么退货？可以用微信付款吗？", 2),
            ("我买的壶碎了，怎么办？", 1),
            ("你好，请问几点开门", 1),
        ] {
            assert_eq!(questions(text, Language::Zh).len(), n, "{:?}", questions(text, Language::Zh));
        }
    }

    #[test]
    fn statements_stay_with_their_question() {
        let parted = questions("My cup broke. Can I return it? I also need tea. Do you have sencha?", Language::En);
        assert_eq!(parted, ["My cup broke. Can I return it?", "I also need tea. Do you have sencha?"]);
    }
}
