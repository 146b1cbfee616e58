//! What is asked of goods that are sent: what it costs, when they leave and arrive, whether it is free. And what is asked
//! of things that are sent, or that came back, and is no question of price or day.

use super::dispatch::{asks_leaving, speaks_of_leaving};
use super::returns::asks_return;
use super::shipping::EXPRESS;
use super::words::says;
use super::{Request, Shop};
use crate::retrieve::tokens::{is_han, is_telling, terms};

/// Sending, and what comes of it.
const SHIP: &[&str] = &[
    "ship",
    "shipping",
    "shipped",
    "delivery",
    "deliver",
    "delivered",
    "postage",
    "send",
    "sending",
    "parcel",
    "arrive",
    "运费",
    "邮费",
    "快递费",
    "寄到",
    "寄去",
    "寄往",
    "送到",
    "发到",
    "运到",
    "配送",
    "邮寄",
    "快递",
    "寄",
    "到货",
    "包邮",
    "post",
    "posting",
    "posted",
    "mail",
    "reach",
    "reaches",
    "get here",
    "get there",
    "get it",
    "expect it",
    "be in",
    "go out",
    "freight",
    "邮资",
    "收货",
    "收到",
    "收着",
    "寄送",
    "发货",
    "发往",
    "运",
    "送货",
    "到手",
    "shipment",
    "能到",
    "几天到",
    "多久到",
    "几号到",
    "哪天到",
    "什么时候到",
    "啥时候到",
    "be there",
    "be here",
    "be with me",
    "courier",
    "turn up",
    "turns up",
    "show up",
    "到我",
    "到这",
    "发走",
    "发出",
    "寄出",
];
const TIME: &[&str] = &[
    "how long",
    "how many days",
    "when",
    "how fast",
    "how quickly",
    "arrive",
    "arrives",
    "delivery time",
    "in time",
    "by",
    "before",
    "多久",
    "几天",
    "什么时候",
    "何时",
    "多长时间",
    "赶得上",
    "来得及",
    "能到",
    "送达",
    "到得了",
    "what day",
    "which day",
    "what date",
    "which date",
    "expect",
    "arriving",
    "go out",
    "哪天",
    "几号",
    "哪一天",
    "收到",
    "收着",
    "到吗",
    "多少天",
    "什么日子",
    "make it",
    "makes it",
    "on time",
    "turn up",
    "turns up",
    "show up",
    "land",
    "earliest",
    "latest",
    "how soon",
    "which dates",
    "what dates",
    "quickest",
    "get here",
    "get there",
    "gets here",
    "送到",
    "到不",
    "能不能到",
    "赶不赶",
    "啥时候",
    "几时",
    "最早",
    "最晚",
    "多会儿",
];
const COST: &[&str] = &[
    "cost",
    "costs",
    "much",
    "price",
    "postage",
    "fee",
    "charge",
    "rate",
    "rates",
    "expensive",
    "多少钱",
    "运费",
    "邮费",
    "快递费",
    "费用",
    "shipping fee",
    "delivery fee",
    "charges",
    "pay for shipping",
    "how many francs",
    "什么价",
    "邮资",
    "收多少",
    "怎么收",
    "怎么算",
    "几块",
    "几欧",
    "花多少",
    "多少欧",
    "多少",
    "by which rate",
    "哪个价",
    "什么价位",
    "咋算",
    "怎么个价",
    "花费",
    "几多",
    "how much",
    "what do i pay",
    "what would i pay",
    "pay for",
    "take for",
];
/// Free shipping in one phrase …
const FREE: &[&str] = &[
    "free shipping",
    "ship it free",
    "ship it for free",
    "send it free",
    "send it for free",
    "deliver it free",
    "shipped free",
    "sent free",
    "delivered free",
    "free delivery",
    "shipping free",
    "ship free",
    "ship for free",
    "包邮",
    "免运费",
    "免邮",
    "free postage",
    "postage free",
    "free p&p",
    "waive",
    "waived",
    "dodge the shipping",
    "no shipping fee",
    "free shiping",
    "不用付邮费",
    "不用邮费",
    "不收运费",
    "不要邮费",
    "shipping still free",
    "stop charging for delivery",
    "stop charging for shipping",
    "stop charging postage",
    "不收邮费",
    "不收快递费",
    "不算邮费",
    "不算运费",
    "免快递费",
    "免配送费",
    "delivery still free",
    "still free shipping",
    "免运",
    "免不免",
    "包不包邮",
    "免掉运费",
    "邮费全免",
];
/// … or in two words, somewhere in the message …
const POSTAGE: &[&str] = &[
    "shipping",
    "delivery",
    "postage",
    "post",
    "p&p",
    "carriage",
    "freight",
    "运费",
    "邮费",
    "快递费",
    "邮资",
    "配送费",
];
const GRATIS: &[&str] = &[
    "free",
    "on the house",
    "waive",
    "waived",
    "gratis",
    "for nothing",
    "without paying",
    "no charge",
    "costs nothing",
    "cost nothing",
    "charge nothing",
    "on you",
    "you pay",
    "you cover",
    "免",
    "不收",
    "不用付",
    "不用给",
    "不花钱",
    "不用出",
    "你们出",
];
/// … of which some are said of goods.
const FREE_OF: &[&str] =
    &["gluten", "caffeine", "sugar", "dairy", "nut", "lactose", "alcohol", "duty", "tax", "feel", "lead"];
/// … or only by what is missing, where something is sent.
const MISSING: &[&str] = &[
    "how much more",
    "how much is missing",
    "how far off",
    "how far am i",
    "short of free",
    "off free",
    "am i short",
    "还差多少",
    "还缺多少",
    "还要凑",
    "再凑",
    "凑单",
    "凑多少",
    "再买多少",
    "还要买多少",
];
/// Words of somebody who is about to order.
const BUY: &[&str] = &[
    "order",
    "ordering",
    "ordered",
    "buy",
    "buying",
    "pay",
    "paying",
    "paid",
    "checkout",
    "下单",
    "付款",
    "买",
    "拍下",
    "现在订",
    "purchase",
    "check out",
    "order it",
    "拍",
    "订",
    "购买",
    "支付",
    "下了单",
];
/// Right now.
pub(super) const NOW: &[&str] = &[
    "now",
    "right away",
    "straight away",
    "this minute",
    "this second",
    "this moment",
    "today",
    "tonight",
    "现在",
    "这会儿",
    "此刻",
    "马上",
    "立刻",
    "立马",
    "今天",
    "今晚",
];

/// What a message asks of the sending of goods.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub cost: bool,
    pub time: bool,
    pub free: bool,
    /// When a parcel leaves, for who asks no more.
    pub leaving: bool,
    /// Whether something is sent to a place at all.
    pub whether: bool,
}

/// Reads what is asked; `text` is normalized.
pub(super) fn asked(shop: &Shop<'_>, request: &Request<'_>, text: &str) -> Asked {
    let slots = request.slots;
    let has = |words: &[&str]| says(text, words);
    // What comes back is not sent to the shopper.
    if shop.rules.shipping.is_none() || asks_return(text) {
        return Asked::default();
    }
    let (placed, weighed) = (!slots.places.is_empty(), !slots.weights.is_empty());
    let ships = (has(SHIP) || placed && has(EXPRESS)) && (weighed || !has(DUTIES));
    let free = asks_free(shop, text, ships || placed);
    // “Paying now, Zurich, when?” says of its parcel no more than where it goes.
    let buys = placed && has(BUY) && !has(DUTIES);
    let due = || slots.days.iter().any(|day| day.value.role == Some(crate::chat::slots::DayRole::Needed));
    let leaving = asks_leaving(request, text) && !placed;
    let time = (ships || buys)
        && (has(TIME) || placed && due() && !has(COST))
        && !free
        && (placed || !speaks_of_leaving(text));
    let costs = (ships || weighed && placed) && has(COST) || weighed && placed && (has(EXPRESS) || !time);
    let cost = (costs || ships && has(EXPRESS) && placed && !time) && !free;
    let whether = ships && !free && !time && placed && slots.products.is_empty() && !has(COST) && !sends_goods(text);
    Asked { cost, time, free, leaving, whether }
}

/// Whether a time is asked for.
pub(super) fn asks_when(text: &str) -> bool {
    says(text, TIME)
}

fn asks_free(shop: &Shop<'_>, text: &str, is_sent: bool) -> bool {
    let has = |words: &[&str]| says(text, words);
    let gratis = || {
        GRATIS.iter().any(|word| {
            text.match_indices(word).any(|(at, found)| {
                let before = text[..at].trim_end_matches([' ', '-']);
                says(
                    &text[at..at + found.len() + text[at + found.len()..].chars().next().map_or(0, char::len_utf8)],
                    &[word],
                ) && !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric())
                    && !FREE_OF.iter().any(|of| before.ends_with(of))
            })
        })
    };
    // What is missing to a coupon is not what is missing to free shipping.
    let coupons = shop.rules.coupons.iter().flat_map(|coupons| &coupons.list);
    let of_coupon = || coupons.into_iter().any(|coupon| coupon.words.0.values().any(|words| says(text, words)));
    has(FREE) || has(POSTAGE) && gratis() || has(MISSING) && is_sent && !of_coupon()
}

/// Whether nothing is asked but the price or the time of sending, of no parcel and to no place: then the place is asked back.
pub(in crate::chat) fn is_bare(text: &str) -> bool {
    const FILLERS: &[&str] = &[
        "is", "are", "the", "a", "what", "whats", "what's", "how", "do", "does", "you", "your", "i", "to", "it", "for",
        "of", "me", "my", "hi", "hello", "please", "pls", "will", "would", "take", "takes", "get", "gets", "here",
        "in", "on", "at", "if", "order", "ordered", "buy", "and", "be", "now", "today", "long", "days", "many", "can",
        "just", "come", "big", "请问", "你好", "您好", "大概", "一般", "你们", "啊", "呀", "呢", "吗", "的", "要",
        "能", "到", "是", "算", "咋", "收", "现在", "下单", "我", "天", "家", "这", "店",
    ];
    let mut chinese = text.to_owned();
    let lists = [SHIP, TIME, COST, NOW, BUY, FILLERS];
    let mut han: Vec<&str> =
        lists.iter().flat_map(|list| list.iter().copied()).filter(|word| !word.is_ascii()).collect();
    han.sort_by_key(|word| std::cmp::Reverse(word.len()));
    han.iter().for_each(|word| chinese = chinese.replace(word, " "));
    let known: Vec<String> =
        lists.iter().flat_map(|list| list.iter()).filter(|word| word.is_ascii()).flat_map(|word| terms(word)).collect();
    !terms(&chinese).iter().any(|term| is_telling(term) && !known.contains(term))
        && chinese.chars().filter(|c| is_han(*c)).count() <= 1
}

/// What is paid at the border is not the postage.
pub(super) const DUTIES: &[&str] = &[
    "customs",
    "duty",
    "duties",
    "tariff",
    "tariffs",
    "import tax",
    "tax",
    "taxes",
    "vat",
    "税",
    "海关",
    "关税",
    "清关",
];
/// Money that is waited for is no question of whether the goods may come back.
pub(super) const AWAITED: &[&str] = &[
    "no refund",
    "not refunded",
    "still waiting for my refund",
    "refund yet",
    "money yet",
    "where is my refund",
    "where's my refund",
    "still no money",
    "没到账",
    "还没到账",
    "没退款",
    "钱还没",
    "款还没",
    "没收到退款",
    "退款还没",
];
/// What goes without saying of a parcel; anything else that is sent is goods, of which the rules may say more.
const PARCEL: &[&str] = &[
    "it",
    "this",
    "that",
    "them",
    "order",
    "orders",
    "parcel",
    "parcels",
    "package",
    "packages",
    "stuff",
    "things",
    "goods",
    "gift",
    "gifts",
    "present",
    "presents",
    "something",
    "anything",
    "here",
    "abroad",
    "internationally",
    "overseas",
    "worldwide",
    "items",
    "box",
    "boxes",
];

/// Whether goods are named that are to be sent: “can you ship honey to Canada?” asks whether they may be.
pub(super) fn sends_goods(text: &str) -> bool {
    const SENDS: &[&str] = &["ship ", "send ", "post ", "mail ", "deliver "];
    let english = SENDS.iter().find_map(|verb| text.split_once(verb)).and_then(|(_, rest)| rest.split_once(" to "));
    let english = english.is_some_and(|(goods, _)| {
        let words = terms(goods);
        !words.is_empty() && goods.split_whitespace().count() <= 4 && !PARCEL.iter().any(|word| says(goods, &[word]))
    });
    let chinese =
        ["能寄", "可以寄", "能发", "可以发", "能不能寄", "可不可以寄"].iter().find_map(|verb| text.split_once(verb));
    let chinese = chinese.is_some_and(|(goods, _)| {
        const EMPTY: &[&str] =
            &["你们", "请问", "您好", "你好", "包裹", "东西", "货", "这", "我", "是否", "也", "还", "都"];
        let goods = EMPTY.iter().fold(goods.to_owned(), |goods, word| goods.replace(word, ""));
        goods.chars().filter(|c| is_han(*c)).count() >= 2
    });
    english || chinese
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goods_that_are_sent_are_told_from_a_parcel() {
        for text in ["can you ship honey to canada", "do you send bamboo trays to australia", "蜂蜜能寄到加拿大不"]
        {
            assert!(sends_goods(text), "{text}");
        }
        for text in
            ["do you ship to canada", "can you send it to canada", "can you send my order to spain", "能寄到加拿大吗"]
        {
            assert!(!sends_goods(text), "{text}");
        }
    }
}
