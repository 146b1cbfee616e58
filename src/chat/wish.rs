//! What a shopper asks of a product beside its words: a price, stock, a bargain.

use crate::protocol::Language;
use crate::retrieve::tokens::normalize;

/// “About 20” is taken as this much on either side.
const ABOUT_SHARE: f64 = 0.25;

const CURRENCIES: &[&str] = &[
    "euros",
    "euro",
    "eur",
    "€",
    "dollars",
    "dollar",
    "usd",
    "$",
    "pounds",
    "pound",
    "gbp",
    "£",
    "¥",
    "cny",
    "rmb",
    "欧元",
    "欧",
    "美元",
    "美金",
    "英镑",
    "人民币",
    "块钱",
    "块",
    "元",
];
/// What may stand before a number that is a price's sign.
const SIGNS: [char; 5] = ['€', '$', '£', '¥', '~'];
/// Numbers of these are no prices.
const UNITS: &[&str] = &[
    "ml", "l ", "litre", "liter", "g ", "gram", "kg", "cm", "mm", "m ", "%", "°", "day", "week", "month", "year",
    "min", "hour", "sec", "people", "person", "cup", "piece", "degree", "c ", "毫升", "升", "克", "公斤", "斤", "厘米",
    "度", "天", "日", "周", "个", "月", "年", "岁", "分", "小时", "秒", "人", "杯", "只", "件", "次", "泡", "℃",
];
const MAX_BEFORE: &[&str] = &[
    "under",
    "below",
    "less than",
    "up to",
    "max",
    "maximum",
    "within",
    "no more than",
    "not more than",
    "cheaper than",
    "at most",
    "not over",
    "<",
    "不超过",
    "低于",
    "少于",
    "最多",
    "不到",
    "小于",
    "预算",
    "budget",
    "budget of",
    "budget is",
];
const MAX_AFTER: &[&str] = &["or less", "max", "and under", "or under", "以内", "以下", "之内", "之下", "内", "封顶"];
const MIN_BEFORE: &[&str] = &["over", "above", "more than", "at least", "from", ">", "超过", "高于", "至少", "不低于"];
const MIN_AFTER: &[&str] = &["or more", "and up", "and over", "以上", "起"];
const ABOUT_BEFORE: &[&str] = &["about", "around", "roughly", "approximately", "大概", "大约", "差不多"];
const ABOUT_AFTER: &[&str] = &["左右", "上下"];
const RANGE: &[&str] = &["and", "to", "-", "–", "~", "到", "至"];

const CHEAP: &[&str] = &["cheap", "affordable", "inexpensive", "budget", "low price", "便宜", "实惠", "平价", "性价比"];
const IN_STOCK: &[&str] = &["in stock", "available now", "有货", "现货"];
const ON_SALE: &[&str] =
    &["on sale", "discounted", "reduced", "special offer", "on offer", "特价", "打折的", "促销", "在打折"];

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
        let mut kept_from = 0;
        let numbers = numbers(&text);
        for (at, number) in numbers.iter().enumerate() {
            let Some(span) = wish.read_price(&text, number, at.checked_sub(1).map(|last| &numbers[last])) else {
                continue;
            };
            if span.0 >= kept_from {
                wish.rest.push_str(&text[kept_from..span.0]);
                wish.rest.push(' ');
            }
            kept_from = span.1.max(kept_from);
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

    /// Takes a number as a limit if its surroundings say so; gives the bytes that said it.
    fn read_price(&mut self, text: &str, number: &Number, last: Option<&Number>) -> Option<(usize, usize)> {
        let before = text[..number.start].trim_end().trim_end_matches(SIGNS).trim_end();
        let after = text[number.end..].trim_start();
        let currency = CURRENCIES.iter().find(|name| after.starts_with(**name));
        let signed = text[..number.start].trim_end().ends_with(SIGNS);
        let is_other_unit = || UNITS.iter().any(|unit| format!("{after} ").starts_with(unit));
        if currency.is_none() && !signed && is_other_unit() {
            return None;
        }
        let tail = after[currency.map_or(0, |name| name.len())..].trim_start();
        let ends = |list: &'static [&str]| {
            let longest = list.iter().filter(|word| ends_with_word(before, word)).max_by_key(|word| word.len());
            longest.map(|word| (before.len() - word.len(), text.len() - tail.len()))
        };
        let starts = |list: &'static [&str]| {
            let longest = list.iter().filter(|word| tail.starts_with(**word)).max_by_key(|word| word.len());
            longest.map(|word| (before.len(), text.len() - tail.len() + word.len()))
        };
        // “between 20 and 30”, “20到30欧”: this number ends a range that the last one began.
        if let Some(last) = last
            && RANGE.contains(&text[last.end..number.start].trim().trim_matches(SIGNS).trim())
            && (currency.is_some()
                || signed
                || self.has_price()
                || ends_with_word(text[..last.start].trim_end(), "between"))
        {
            self.min_price = Some(last.value);
            self.max_price = Some(number.value);
            let start = text[..last.start].trim_end().trim_end_matches(SIGNS).trim_end();
            let start = start.strip_suffix("between").unwrap_or(start).len();
            return Some((start, text.len() - tail.len()));
        }
        if let Some(span) = ends(ABOUT_BEFORE).or_else(|| starts(ABOUT_AFTER)) {
            self.min_price = Some(number.value * (1.0 - ABOUT_SHARE));
            self.max_price = Some(number.value * (1.0 + ABOUT_SHARE));
            return Some(span);
        }
        if let Some(span) = ends(MAX_BEFORE).or_else(|| starts(MAX_AFTER)) {
            self.max_price = Some(number.value);
            return Some(span);
        }
        let span = ends(MIN_BEFORE).or_else(|| starts(MIN_AFTER)).filter(|_| currency.is_some() || signed)?;
        self.min_price = Some(number.value);
        Some(span)
    }
}

/// Chinese needs no word boundary, English does.
fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !word.is_ascii() || !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
}

struct Number {
    value: f64,
    start: usize,
    end: usize,
}

/// Numbers in digits or in Chinese numerals up to 9999.
fn numbers(text: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut start = 0;
    while let Some(c) = text[start..].chars().next() {
        let run: &str = if c.is_ascii_digit() {
            let run = &text[start..];
            let end = run.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(run.len());
            run[..end].trim_end_matches('.')
        } else {
            let run = &text[start..];
            &run[..run.find(|c: char| chinese_digit(c).is_none()).unwrap_or(run.len())]
        };
        let value = if c.is_ascii_digit() { run.parse().ok() } else { chinese_number(run) };
        let end = start + run.len();
        if let Some(value) = value {
            numbers.push(Number { value, start, end });
        }
        start = end.max(start + c.len_utf8());
    }
    numbers
}

/// A numeral's value; tens, hundreds and thousands multiply.
fn chinese_digit(c: char) -> Option<u32> {
    Some(match c {
        '零' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        '千' => 1000,
        _ => return None,
    })
}

pub(super) fn chinese_number(run: &str) -> Option<f64> {
    let mut total = 0;
    let mut digit = None;
    for value in run.chars().map(chinese_digit) {
        match value? {
            unit @ (10 | 100 | 1000) => total += digit.take().unwrap_or(1) * unit,
            value => digit = Some(value),
        }
    }
    (!run.is_empty()).then(|| f64::from(total + digit.unwrap_or(0)))
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
