//! The yes or no before an answer, where the shop's own sentence says it plainly. In doubt, neither.

use std::collections::BTreeSet;

use crate::chat::phrases::has_any;
use crate::chat::stream::deltas;
use crate::protocol::Language;
use crate::retrieve::tokens::{is_telling, normalize, terms};

/// Questions that want a yes or a no.
const OPENERS: &[&str] = &[
    "do you ",
    "does ",
    "do they ",
    "can i ",
    "can you ",
    "could i ",
    "could you ",
    "is ",
    "are ",
    "may i ",
    "will you ",
    "would you ",
    "have you ",
    "am i ",
];
const ASKS_ZH: &[&str] = &["吗", "能不能", "可不可以", "是不是", "有没有", "行不行", "会不会", "可以不"];
/// A sentence with one of these says it of some cases only.
const CONDITIONS: &[&str] = &[
    "if",
    "from",
    "above",
    "over",
    "only",
    "except",
    "unless",
    "at least",
    "but",
    "when",
    "until",
    "within",
    "sometimes",
    "may",
    "most",
    "some",
    "although",
    "however",
    "without",
    "other",
    "instead",
    "如果",
    "满",
    "以上",
    "只",
    "除",
    "但",
    "起",
    "部分",
    "有些",
    "可能",
    "一般",
    "若",
    "以内",
    "之后",
    "前",
    "不过",
    "其他",
];
const NEGATIONS: &[&str] = &[
    "do not", "don't", "does not", "doesn't", "cannot", "can not", "can't", "is not", "isn't", "are not", "aren't",
    "will not", "won't", "never", "no", "not", "neither", "nor", "不", "没有", "无法", "未", "别", "勿",
];
/// Of a question that a passage's yes or no answers, its heading and its first words say more than this share.
const MIN_COVERED: f32 = 0.5;
/// How a “no” must be said to be one: the shop itself does not.
const DENIALS: &[&str] = &[
    "we do not",
    "we don't",
    "we cannot",
    "we can't",
    "you cannot",
    "you can't",
    "it cannot",
    "it can't",
    "cannot be",
    "are not",
    "is not",
    "我们不",
    "不能",
    "无法",
    "不可以",
    "不支持",
    "不提供",
    "不接受",
    "不寄",
    "不送",
];

/// `Some(true)` where a sentence of `extract` plainly affirms the question, `Some(false)` where it denies it.
pub(super) fn opening(question: &str, extract: &str, language: Language) -> Option<bool> {
    let question = normalize(question).replace('’', "'");
    let asks = match language {
        Language::En => {
            OPENERS.iter().any(|opener| question.trim_start().starts_with(opener)) && !question.contains(" or ")
        }
        Language::Zh => has_any(&question, ASKS_ZH) && !question.contains("还是"),
    };
    let said = normalize(extract);
    let says_already = ["yes", "no,", "no.", "是的", "可以", "能", "不可以", "不能", "有的", "没有", "会的"]
        .iter()
        .any(|start| said.trim_start().starts_with(start));
    if !asks || says_already {
        return None;
    }
    let wanted: BTreeSet<String> = terms(&matter(&question)).into_iter().filter(|term| is_telling(term)).collect();
    // One word in common is a coincidence.
    if wanted.len() < 2 {
        return None;
    }
    let sentences = said.lines().filter(|line| !line.trim_start().starts_with('|')).flat_map(deltas);
    sentences.filter(|sentence| !has_any(sentence, CONDITIONS)).find_map(|sentence| {
        let sentence = sentence.replace('’', "'");
        let held: BTreeSet<String> = terms(&sentence).into_iter().collect();
        if !wanted.is_subset(&held) {
            return None;
        }
        match (has_any(&sentence, NEGATIONS), has_any(&sentence, DENIALS)) {
            (false, _) => Some(true),
            (true, true) => Some(false),
            (true, false) => None,
        }
    })
}

/// A passage's answer without the yes or no that answers its own heading, where the question is another one.
pub(super) fn without_opening(question: &str, covered: f32, text: &str, language: Language) -> String {
    let asked = normalize(question);
    let asks = match language {
        Language::En => OPENERS.iter().any(|opener| asked.trim_start().starts_with(opener)),
        Language::Zh => has_any(&asked, ASKS_ZH),
    };
    if asks && covered > MIN_COVERED {
        return text.to_owned();
    }
    let openings: &[&str] = match language {
        Language::En => &["Yes, ", "Yes: ", "No, "],
        Language::Zh => {
            &["是的，", "有的，", "可以的，", "会的，", "可以，", "有，", "能，", "会，", "不用，", "不是，"]
        }
    };
    let Some(rest) = openings.iter().find_map(|opening| text.strip_prefix(opening)) else { return text.to_owned() };
    let mut chars = rest.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The question without what only makes a question of it.
fn matter(question: &str) -> String {
    const FORMS: &[&str] = &[
        "请问",
        "你们",
        "我们",
        "能不能",
        "可不可以",
        "是不是",
        "有没有",
        "行不行",
        "会不会",
        "可以",
        "能",
        "吗",
        "支持",
        "提供",
        "我",
        "店里",
        "这个",
        "用",
    ];
    FORMS.iter().fold(question.to_owned(), |question, form| question.replace(form, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_to_another_question_is_left_out() {
        let text = "Yes, cafés get 30 percent off.";
        let cut = |question, covered| without_opening(question, covered, text, Language::En);
        assert_eq!(cut("do you sell to cafés?", 1.0), text);
        assert_eq!(cut("do you sell coffee beans?", 0.0), "Cafés get 30 percent off.");
        assert_eq!(cut("what do cafés pay?", 1.0), "Cafés get 30 percent off.");
        assert_eq!(without_opening("多少钱", 0.0, "可以，礼品包装 4.50 欧元。", Language::Zh), "礼品包装 4.50 欧元。");
    }

    #[test]
    fn only_a_plain_sentence_says_yes_or_no() {
        let en = |question, extract| opening(question, extract, Language::En);
        assert_eq!(en("Can I pay with PayPal?", "You can pay with Visa, Mastercard and PayPal."), Some(true));
        assert_eq!(en("Do you offer cash on delivery?", "We do not offer cash on delivery."), Some(false));
        assert_eq!(en("Is delivery to Germany free?", "Delivery to Germany is free from €60."), None);
        assert_eq!(en("Can I pay with bitcoin?", "You can pay with Visa, Mastercard and PayPal."), None);
        assert_eq!(en("Can I pay with PayPal?", "Yes, you can pay with PayPal."), None);
        assert_eq!(en("How can I pay with PayPal?", "You can pay with PayPal."), None);
        let zh = |question, extract| opening(question, extract, Language::Zh);
        assert_eq!(zh("可以货到付款吗？", "我们不提供货到付款。"), Some(false));
        assert_eq!(zh("运费多少？", "运费看地区和重量。"), None);
    }
}
