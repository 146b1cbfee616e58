//! Does the shopper want to be shown products, or to know something?

use crate::chat::phrases::has_any;
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
    "need a ",
    "need an ",
    "want a ",
    "i want to ",
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
    " how ",
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
const ASK_OPENERS_EN: &[&str] = &[
    "is ",
    "are ",
    "can ",
    "could ",
    "should ",
    "do the ",
    "do these ",
    "do they ",
    "does ",
    "did ",
    "was ",
    "were ",
    "has ",
    "will ",
    "would ",
    "may ",
    "must ",
    "who ",
    "why ",
];

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

/// What makes a sentence of an English phrase: then it names no thing, but asks or tells.
const VERBS_EN: &[&str] = &[
    "how", "what", "when", "where", "why", "who", "which", "is", "are", "do", "does", "did", "can", "could", "will",
    "would", "should", "have", "has", "had", "was", "were", "am", "be", "my", "your", "it", "it's", "its", "got",
    "get", "i've", "i'm", "ordered", "arrived", "please", "cancel", "return", "refund", "or", "not", "no", "change",
    "any",
];
const ASKS_ZH: &[&str] = &[
    "吗",
    "怎么",
    "多久",
    "多少",
    "什么",
    "几",
    "为什么",
    "能不能",
    "可不可以",
    "会不会",
    "是不是",
    "如何",
    "哪",
    "退",
    "寄",
    "了",
    "想",
    "加",
    "单",
    "改",
    "换",
    "取消",
    "咋",
    "呢",
    "么",
    "谁",
    "没",
    "怎样",
    "还是",
    "我",
    "你",
];
const MAX_THING_WORDS: usize = 8;
const MAX_THING_CHARS: usize = 12;

/// The thing that a message names, where it is nothing but a name: “kettle with temperature control” names a kettle,
/// 放普洱茶饼的盒子 a box.
pub(super) fn names_thing(text: &str, language: Language) -> Option<String> {
    let text = normalize(text);
    if text.contains('?') {
        return None;
    }
    let text = text.trim().trim_matches(|c: char| !c.is_alphanumeric());
    match language {
        Language::En => {
            let text = text.trim_start_matches("a ").trim_start_matches("an ").trim_start_matches("some ");
            let padded = format!("{text} ");
            let ends =
                [" for ", " with ", " without ", " that ", " to ", " in ", " from ", " of ", " under ", " where "];
            let end = ends.iter().filter_map(|end| padded.find(end)).min().unwrap_or(text.len());
            let is_short = text.split_whitespace().count() <= MAX_THING_WORDS;
            let is_sentence = text[..end].split_whitespace().any(|word| VERBS_EN.contains(&word));
            (is_short && !is_sentence).then(|| text[..end].to_owned())
        }
        Language::Zh => {
            let thing = text.rsplit('的').next().unwrap_or(text);
            let is_short = text.chars().count() <= MAX_THING_CHARS && !text.contains(['，', ',', '。', ' ']);
            let asks = ASKS_ZH.iter().any(|word| text.contains(word));
            (is_short && !asks && thing.chars().count() >= 2).then(|| thing.to_owned())
        }
    }
}

/// Who somebody wants to speak with …
const PERSONS: &[&str] = &[
    "human",
    "a person",
    "real person",
    "someone",
    "somebody",
    "an agent",
    "agent",
    "live agent",
    "representative",
    "staff",
    "a manager",
    "the manager",
    "manager",
    "operator",
    "customer service",
    "customer support",
    "support team",
    "your team",
    "an employee",
    "a colleague",
    "actual person",
    "human being",
];
/// … and how they say so.
const SPEAKS: &[&str] = &[
    "ring me",
    "phone me",
    "contact me",
    "get back to me",
    "speak",
    "talk",
    "chat with",
    "connect me",
    "transfer me",
    "put me through",
    "get me",
    "give me",
    "i want",
    "i need",
    "let me",
    "call me",
    "please",
    "can i have",
    "could i have",
    "reach",
    "real",
];
const PERSON_ALONE: &[&str] = &[
    "human",
    "agent",
    "real person",
    "a human",
    "operator",
    "representative",
    "live agent",
    "customer service",
    "人工",
    "客服",
    "真人",
];
const PERSON_ZH: &[&str] = &[
    "转人工",
    "人工客服",
    "人工服务",
    "真人客服",
    "找客服",
    "找人工",
    "要人工",
    "和真人",
    "跟真人",
    "找真人",
    "找店员",
    "和店员",
    "跟店员",
    "找你们经理",
    "找经理",
    "和人说",
    "跟人说",
    "和人聊",
    "跟人聊",
    "叫你们老板",
    "找你们老板",
    "让真人",
    "联系客服",
    "接人工",
    "给我回电",
    "给我回个电话",
    "回我电话",
    "给我打电话",
    "给我打个电话",
    "联系我一下",
    "真人说话",
    "人来处理",
    "换个人",
];

/// Whether a message asks for a person of the shop.
pub fn wants_person(text: &str) -> bool {
    let text = normalize(text).replace('’', "'");
    let bare = text.trim().trim_matches(|c: char| !c.is_alphanumeric());
    let bare = bare.strip_suffix(" please").unwrap_or(bare).trim();
    if PERSON_ALONE.contains(&bare) || has_any(&text, PERSON_ZH) {
        return true;
    }
    // “Is there someone who can talk about pottery courses on the phone?” is long, and a question.
    let is_short = text.split_whitespace().count() <= 16;
    let asks_what = ["are you", "is this", "am i"].iter().any(|start| bare.starts_with(start));
    is_short && !asks_what && has_any(&text, PERSONS) && has_any(&text, SPEAKS) && speaks_to(&text)
}

/// “Speak to”, “talk with”, “a human please”: not “can I give someone a voucher”.
fn speaks_to(text: &str) -> bool {
    const TO: &[&str] = &[
        "speak to",
        "speak with",
        "talk to",
        "talk with",
        "chat with",
        "connect me",
        "transfer me",
        "put me through",
        "get me a",
        "get me an",
        "get me the",
        "give me a human",
        "give me a person",
        "want a human",
        "want a person",
        "want a real person",
        "need a human",
        "need a person",
        "need a real person",
        "human please",
        "agent please",
        "person please",
        "call me back",
        "call me",
        "ring me",
        "phone me",
        "give me a call",
        "contact me",
        "get back to me",
        "reach a human",
        "reach a person",
        "reach someone",
        "want an agent",
        "need an agent",
        "real human",
    ];
    has_any(text, TO)
}

const CONTACT: &[&str] = &[
    "phone number",
    "telephone",
    "your phone",
    "your number",
    "call you",
    "your email",
    "your e-mail",
    "email address",
    "e-mail address",
    "email you",
    "write to you",
    "your whatsapp",
    "on whatsapp",
    "whatsapp number",
    "your wechat",
    "on wechat",
    "wechat id",
    "contact you",
    "contact details",
    "reach you",
    "get in touch",
    "your address",
    "where are you",
    "where is your shop",
    "where is the shop",
    "where's your shop",
    "opening hours",
    "business hours",
    "your hours",
    "are you open",
    "when do you open",
    "when do you close",
    "what time do you open",
    "what time do you close",
    "电话多少",
    "电话是",
    "电话号码",
    "有电话",
    "你们电话",
    "你们的电话",
    "店里电话",
    "店里的电话",
    "客服电话",
    "联系电话",
    "邮箱多少",
    "邮箱是",
    "邮箱地址",
    "有邮箱",
    "你们邮箱",
    "你们的邮箱",
    "客服邮箱",
    "邮件地址",
    "微信号",
    "联系方式",
    "联系你们",
    "怎么联系",
    "你们地址",
    "店在哪",
    "店铺地址",
    "店在哪里",
    "你们在哪里",
    "店铺在哪里",
    "门店在哪里",
    "营业时间",
    "几点开门",
    "几点关门",
    "开门吗",
    "开到几点",
    "几点下班",
];

/// Whether a message asks how, where or when to find the shop.
pub fn asks_contact(text: &str) -> bool {
    has_any(&normalize(text), CONTACT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wants_a_person_is_understood() {
        for text in [
            "I want to speak to a human",
            "human please",
            "Can I talk to someone?",
            "get me an agent",
            "let me talk to your manager",
            "转人工",
            "人工客服",
            "我要找真人",
        ] {
            assert!(wants_person(text), "{text}");
        }
        for text in [
            "are you a human?",
            "can I give someone a voucher?",
            "do you train staff?",
            "is it for a person with small hands",
            "你是真人吗",
            "how do I reach the shop by metro",
        ] {
            assert!(!wants_person(text), "{text}");
        }
    }
}
