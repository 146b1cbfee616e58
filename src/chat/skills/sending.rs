//! What is asked of things that are sent, or that came back, and is no question of price or day.

use super::words::says;
use crate::retrieve::tokens::{is_han, terms};

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
