//! Does the shopper want to be shown products, or to know something?

use crate::chat::wish::Wish;
use crate::protocol::Language;
use crate::retrieve::tokens::normalize;

/// Phrases of somebody who wants to be shown things.
const SHOW_EN: &[&str] = &[
    "show me",
    "looking for",
    "look for",
    "recommend",
    "suggest",
    "something",
    "have you got",
    "you got",
    "i want a ",
    "i need a ",
    "gift for",
    "present for",
    "gift idea",
    "do you have",
    "do you sell",
    "do you carry",
    "got any",
    "i love",
    "i like",
    "searching for",
    "in the mood for",
    "what can i",
    "which tea",
    "which pot",
    "which teapot",
    "which cup",
    "to go with",
    "tea for",
    "tea to",
    "pot for",
    "cup for",
    "best",
];
const SHOW_ZH: &[&str] = &[
    "推荐",
    "有没有",
    "想买",
    "想喝",
    "想要",
    "想找",
    "看看",
    "有哪些",
    "哪些",
    "哪款",
    "什么好",
    "之类",
    "来点",
    "求",
    "送什么",
    "礼物",
    "有什么",
    "适合",
    "喝的",
    "用的",
    "一点的",
    "找",
    "挑",
];
/// Phrases of somebody who wants to know.
const ASK_EN: &[&str] = &[
    "how ",
    "why ",
    "when ",
    "where ",
    "wheres ",
    "whens ",
    "can i ",
    "can you ",
    "could you",
    "is it",
    "is there",
    "are there",
    "are you",
    "does ",
    "will ",
    "should ",
    "what if",
    "what happens",
    " my ",
    "do i ",
    "safe",
    "ok?",
    "refund",
    "return",
    "deliver",
    "shipping",
    "warranty",
    "what does",
    "what is",
    "whats ",
    "what's",
    "do you ship",
    "do you take",
    "do you accept",
    "do you do",
    "am i",
    "is the",
    "is my",
    "i have a",
    "i ordered",
    "you sent",
];
const ASK_ZH: &[&str] = &[
    "怎么",
    "吗",
    "多久",
    "为什么",
    "多少",
    "几天",
    "能不能",
    "可不可以",
    "行不行",
    "要不要",
    "是不是",
    "会不会",
    "咋",
    "如何",
    "几点",
    "退",
    "寄",
    "快递",
    "发票",
    "运费",
    "邮费",
    "哪里",
    "在哪",
    "能退",
    "能用",
    "能放",
    "什么时候",
    "多大",
    "几",
];

/// How an English question of fact begins: with its verb, or with a word that no product answers to.
const ASK_OPENERS_EN: &[&str] =
    &["is ", "are ", "does ", "did ", "was ", "were ", "has ", "will ", "would ", "may ", "must ", "who ", "why "];

/// Words around a wish that say nothing of what is wished for. No shop has a word for “show me”, and
/// that must not count against the shopper.
const CARRIERS_EN: &[&str] = &[
    "show me",
    "looking for",
    "look for",
    "recommend",
    "suggest",
    "something",
    "have you got",
    "you got",
    "i want",
    "i need",
    "do you have",
    "do you sell",
    "got any",
    "i love",
    "i like",
    "searching for",
    "in the mood for",
    "please",
    "pls",
    "could you",
    "can you",
    "hello",
    "hi ",
];
const CARRIERS_ZH: &[&str] = &[
    "推荐",
    "有没有",
    "想买",
    "想喝",
    "想要",
    "想找",
    "看看",
    "有哪些",
    "哪些",
    "哪款",
    "之类",
    "来点",
    "帮我",
    "一下",
    "请问",
    "你好",
];

/// What is left of a message without its carriers.
pub fn content(text: &str, language: Language) -> String {
    let text = normalize(text);
    let carriers = match language {
        Language::En => CARRIERS_EN,
        Language::Zh => CARRIERS_ZH,
    };
    carriers.iter().fold(text, |text, carrier| text.replace(carrier, " "))
}

/// How much a phrase moves the decision, on the scale of the fused scores, and how much a price does:
/// nobody names a budget to be told a rule. Chosen on the development questions.
const PHRASE_STEP: f32 = 0.18;
const PRICE_STEP: f32 = 0.45;

/// Positive for products, negative for knowledge; to be added to the difference of their best scores.
pub fn lean(text: &str, wish: &Wish, language: Language) -> f32 {
    let text = format!(" {} ", normalize(text));
    let has = |list: &[&str]| list.iter().any(|phrase| text.contains(phrase));
    let (show, ask) = match language {
        Language::En => {
            let opens = ASK_OPENERS_EN.iter().any(|opener| text.trim_start().starts_with(opener));
            (has(SHOW_EN), has(ASK_EN) || opens)
        }
        Language::Zh => (has(SHOW_ZH), has(ASK_ZH)),
    };
    let step = |is: bool, size: f32| if is { size } else { 0.0 };
    step(show, PHRASE_STEP) - step(ask, PHRASE_STEP)
        + step(wish.has_price(), PRICE_STEP)
        + step(wish.cheap || wish.on_sale, PHRASE_STEP)
}
