//! What a shopper asks of a product beside its words: a price, stock, a bargain.

use crate::chat::slots::amount::{Decimal, limits};
use crate::protocol::Language;
use crate::retrieve::tokens::normalize;

const CHEAP: &[&str] = &[
    "cheap",
    "affordable",
    "inexpensive",
    "budget",
    "low price",
    "break the bank",
    "便宜",
    "实惠",
    "平价",
    "性价比",
    "口粮",
    "白菜价",
];
const IN_STOCK: &[&str] = &["in stock", "available now", "有货", "现货"];
const ON_SALE: &[&str] = &[
    "on sale",
    "discounted",
    "reduced",
    "marked down",
    "special offer",
    "on offer",
    "特价",
    "打折的",
    "促销",
    "在打折",
];

/// Constraints on products. Prices in the currency's major unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    pub min_price: Option<f64>,
    pub max_price: Option<f64>,
    /// The cheaper, the better.
    pub cheap: bool,
    pub in_stock: bool,
    pub on_sale: bool,
    /// The message without its prices: what is left to search for.
    pub rest: String,
}

impl Wish {
    /// Reads the constraints of a message.
    pub fn read(text: &str) -> Wish {
        let text = normalize(text);
        let has = |list: &[&str]| list.iter().any(|phrase| text.contains(phrase));
        let mut wish = Wish { cheap: has(CHEAP), in_stock: has(IN_STOCK), on_sale: has(ON_SALE), ..Wish::default() };
        let limits = limits(&text);
        wish.min_price = limits.min.map(Decimal::value);
        wish.max_price = limits.max.map(Decimal::value);
        let mut kept_from = 0;
        for range in limits.ranges {
            if range.start >= kept_from {
                wish.rest.push_str(&text[kept_from..range.start]);
                wish.rest.push(' ');
            }
            kept_from = range.end.max(kept_from);
        }
        wish.rest.push_str(&text[kept_from..]);
        for phrase in CHEAP.iter().chain(IN_STOCK).chain(ON_SALE) {
            wish.rest = wish.rest.replace(phrase, " ");
        }
        wish
    }

    /// Whether it limits the price.
    pub fn has_price(&self) -> bool {
        self.min_price.is_some() || self.max_price.is_some()
    }

    /// Whether it asks anything at all.
    pub fn is_any(&self) -> bool {
        self.has_price() || self.cheap || self.in_stock || self.on_sale
    }

    /// Whether a price, in major units, is within the limits.
    pub fn allows(&self, price: f64) -> bool {
        self.min_price.is_none_or(|min| price >= min) && self.max_price.is_none_or(|max| price <= max)
    }
}

/// How a limit reads in an intro: `under €20`; `None` where there is no price.
pub fn describe_price(wish: &Wish, format: impl Fn(f64) -> String, language: Language) -> Option<String> {
    Some(match (language, wish.min_price, wish.max_price) {
        (_, None, None) => return None,
        (Language::En, None, Some(max)) => format!("up to {}", format(max)),
        (Language::En, Some(min), None) => format!("from {}", format(min)),
        (Language::En, Some(min), Some(max)) => format!("{} to {}", format(min), format(max)),
        (Language::Zh, None, Some(max)) => format!("{}以内", format(max)),
        (Language::Zh, Some(min), None) => format!("{}起", format(min)),
        (Language::Zh, Some(min), Some(max)) => format!("{}到{}", format(min), format(max)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(text: &str) -> (Option<f64>, Option<f64>) {
        let wish = Wish::read(text);
        (wish.min_price, wish.max_price)
    }

    #[test]
    fn prices_are_understood_in_both_languages() {
        for (text, limits_expected) in [
            ("something under 20 euros", (None, Some(20.0))),
            ("tea below €12.50", (None, Some(12.5))),
            ("20欧元以下的茶", (None, Some(20.0))),
            ("二十欧以内", (None, Some(20.0))),
            ("一百五十欧以上的壶", (Some(150.0), None)),
            ("不超过30的杯子", (None, Some(30.0))),
            ("between 20 and 30 euros", (Some(20.0), Some(30.0))),
            ("20到30欧的茶", (Some(20.0), Some(30.0))),
            ("around 40 euros", (Some(30.0), Some(50.0))),
            ("more than 50 eur", (Some(50.0), None)),
            ("cups under 200 ml", (None, None)),
            ("三百毫升以内的壶", (None, None)),
            ("green tea", (None, None)),
        ] {
            assert_eq!(limits(text), limits_expected, "{text}");
        }
    }

    #[test]
    fn the_rest_is_what_to_search_for() {
        assert_eq!(
            Wish::read("cold brew under 20 euros please").rest.split_whitespace().collect::<Vec<_>>(),
            ["cold", "brew", "please"]
        );
        assert_eq!(Wish::read("二十欧以内适合冷泡的茶").rest.trim(), "适合冷泡的茶");
    }

    #[test]
    fn stock_and_bargains_are_heard() {
        let wish = Wish::read("cheap gaiwans on sale that are in stock");
        assert!(wish.cheap && wish.on_sale && wish.in_stock && wish.is_any() && !wish.has_price());
    }
}
