//! Money in a message: limits (“under 20 euros”, “五十块以内”), plain sums, percentages.

use std::fmt;
use std::ops::Range;

use super::Slot;
pub use super::number::Decimal;
use super::number::{Number, numbers};
use super::reading::{Reading, Taken};
use crate::pack::Money;
use crate::pack::money::find_currency;

/// Limits on a price, in minor units of the shop's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub min: Option<Money>,
    pub max: Option<Money>,
    /// The currency that was said, where it is not the shop's: nothing is converted, and a reply says so.
    pub foreign: Option<&'static str>,
}

impl Budget {
    /// Whether a price of the same currency lies within it.
    pub fn allows(&self, price: &Money) -> bool {
        self.min.as_ref().is_none_or(|min| price.minor >= min.minor)
            && self.max.as_ref().is_none_or(|max| price.minor <= max.minor)
    }
}

/// `20 EUR – 30 EUR`, `≤ 20 EUR`.
impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => write!(f, "{min} – {max}"),
            (Some(min), None) => write!(f, "≥ {min}"),
            (None, Some(max)) => write!(f, "≤ {max}"),
            (None, None) => Ok(()),
        }
    }
}

/// A sum that is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAmount {
    pub money: Money,
    /// Whether a currency was said; a bare number is taken as the shop's.
    pub is_marked: bool,
}

/// What words and signs mean which currency.
const CURRENCIES: &[(&str, &str)] = &[
    ("euros", "EUR"),
    ("euro", "EUR"),
    ("eur", "EUR"),
    ("€", "EUR"),
    ("dollars", "USD"),
    ("dollar", "USD"),
    ("bucks", "USD"),
    ("usd", "USD"),
    ("$", "USD"),
    ("pounds", "GBP"),
    ("pound", "GBP"),
    ("quid", "GBP"),
    ("gbp", "GBP"),
    ("£", "GBP"),
    ("yen", "JPY"),
    ("jpy", "JPY"),
    ("¥", "CNY"),
    ("cny", "CNY"),
    ("rmb", "CNY"),
    ("yuan", "CNY"),
    ("swiss francs", "CHF"),
    ("francs", "CHF"),
    ("franc", "CHF"),
    ("chf", "CHF"),
    ("kronor", "SEK"),
    ("kroner", "SEK"),
    ("krona", "SEK"),
    ("krone", "SEK"),
    ("kr", "SEK"),
    ("sek", "SEK"),
    ("nok", "NOK"),
    ("dkk", "DKK"),
    ("zloty", "PLN"),
    ("zł", "PLN"),
    ("pln", "PLN"),
    ("koruna", "CZK"),
    ("kč", "CZK"),
    ("czk", "CZK"),
    ("rupees", "INR"),
    ("₹", "INR"),
    ("inr", "INR"),
    ("₩", "KRW"),
    ("krw", "KRW"),
    ("reais", "BRL"),
    ("brl", "BRL"),
    ("cad", "CAD"),
    ("aud", "AUD"),
    ("nzd", "NZD"),
    ("sgd", "SGD"),
    ("hkd", "HKD"),
    ("瑞士法郎", "CHF"),
    ("法郎", "CHF"),
    ("瑞郎", "CHF"),
    ("瑞典克朗", "SEK"),
    ("克朗", "SEK"),
    ("兹罗提", "PLN"),
    ("卢比", "INR"),
    ("韩元", "KRW"),
    ("雷亚尔", "BRL"),
    ("加元", "CAD"),
    ("加币", "CAD"),
    ("澳元", "AUD"),
    ("澳币", "AUD"),
    ("纽币", "NZD"),
    ("新币", "SGD"),
    ("新元", "SGD"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    ("欧元", "EUR"),
    ("欧", "EUR"),
    ("美元", "USD"),
    ("美金", "USD"),
    ("英镑", "GBP"),
    ("日元", "JPY"),
    ("人民币", "CNY"),
    ("块钱", "CNY"),
    ("块", "CNY"),
    ("元", "CNY"),
];
/// What may stand before a number that is a price's sign.
const SIGNS: [char; 7] = ['€', '$', '£', '¥', '₹', '₩', '~'];
/// Crowns are the shop's where it prices in any.
const CROWNS: &[&str] = &["SEK", "NOK", "DKK", "CZK"];
/// Numbers of these are no prices.
const UNITS: &[&str] = &[
    "ml", "cl", "l ", "litre", "liter", "g ", "gram", "kg", "kilo", "oz", "lb", "cm", "mm", "m ", "%", "percent",
    "per cent", "°", "day", "week", "month", "year", "min", "hour", "sec", "people", "person", "cup", "piece",
    "degree", "c ", "o'clock", "am", "pm", ":", "毫升", "升", "克", "公斤", "千克", "斤", "厘米", "度", "天", "日",
    "号", "周", "个", "月", "年", "岁", "分", "点", "小时", "秒", "人", "杯", "只", "件", "套", "盒", "包", "罐", "次",
    "泡", "折", "℃",
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
    "nothing over",
    "nothing above",
    "no dearer than",
    "<",
    "不超过",
    "低于",
    "少于",
    "最多",
    "不到",
    "小于",
    "预算",
    "预算是",
    "budget",
    "budget of",
    "budget is",
    "手头只有",
    "手里只有",
    "手上只有",
    "身上只有",
    "预算只有",
];
const MAX_AFTER: &[&str] = &[
    "or less",
    "max",
    "tops",
    "at most",
    "at the most",
    "and under",
    "or under",
    "budget",
    "以内",
    "以下",
    "之内",
    "之下",
    "内",
    "封顶",
    "预算",
];
const MIN_BEFORE: &[&str] = &["over", "above", "more than", "at least", "from", ">", "超过", "高于", "至少", "不低于"];
const MIN_AFTER: &[&str] = &["or more", "and up", "and over", "以上", "起"];
const ABOUT_BEFORE: &[&str] = &["about", "around", "roughly", "approximately", "大概", "大约", "差不多"];
const ABOUT_AFTER: &[&str] = &["左右", "上下"];
const RANGE: &[&str] = &["and", "to", "-", "–", "~", "到", "至"];

/// Limits as numbers of the major unit, and the bytes of the normalized text that said them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    /// ISO 4217, where a currency was said.
    pub currency: Option<&'static str>,
    pub ranges: Vec<Range<usize>>,
}

/// Reads the limits of a normalized text. “About 20” is taken as a quarter on either side.
pub fn limits(text: &str) -> Limits {
    read_limits(text, &numbers(text))
}

fn read_limits(text: &str, numbers: &[Number]) -> Limits {
    let mut limits = Limits::default();
    for (at, number) in numbers.iter().enumerate() {
        let last = at.checked_sub(1).map(|last| &numbers[last]);
        if let Some(range) = limits.read(text, number, last) {
            limits.ranges.push(range);
        }
    }
    limits
}

impl Limits {
    /// Takes a number as a limit if its surroundings say so; gives the bytes that said it.
    fn read(&mut self, text: &str, number: &Number, last: Option<&Number>) -> Option<Range<usize>> {
        let place = Surroundings::of(text, number);
        let Surroundings { before, tail, currency, .. } = place;
        if currency.is_none() && place.is_other_unit {
            return None;
        }
        let end = |extra: usize| text.len() - tail.len() + extra;
        let ends = |list: &'static [&str]| {
            let longest = list.iter().filter(|word| ends_with_word(before, word)).max_by_key(|word| word.len());
            longest.map(|word| before.len() - word.len()..end(0))
        };
        let starts = |list: &'static [&str]| {
            let longest = list.iter().filter(|word| tail.starts_with(**word)).max_by_key(|word| word.len());
            longest.map(|word| before.len()..end(word.len()))
        };
        // “between 20 and 30”, “20到30欧”: this number ends a range that the last one began.
        if let Some(last) = last
            && RANGE.contains(&text[last.range.end..number.range.start].trim().trim_matches(SIGNS).trim())
            && (currency.is_some()
                || self.min.is_some()
                || self.max.is_some()
                || ends_with_word(text[..last.range.start].trim_end(), "between"))
        {
            (self.min, self.max) = (Some(last.value), Some(number.value));
            self.currency = self.currency.or(currency);
            let start = text[..last.range.start].trim_end().trim_end_matches(SIGNS).trim_end();
            let start = start.strip_suffix("between").unwrap_or(start).len();
            return Some(start..end(0));
        }
        let (min, max, range) = if let Some(range) = ends(ABOUT_BEFORE).or_else(|| starts(ABOUT_AFTER)) {
            (Some(share(number.value, 75)), Some(share(number.value, 125)), range)
        } else if let Some(range) = ends(MAX_BEFORE).or_else(|| starts(MAX_AFTER)) {
            (self.min, Some(number.value), range)
        } else {
            let range = ends(MIN_BEFORE).or_else(|| starts(MIN_AFTER)).filter(|_| currency.is_some())?;
            (Some(number.value), self.max, range)
        };
        (self.min, self.max, self.currency) = (min, max, self.currency.or(currency));
        Some(range)
    }
}

/// What stands around a number.
struct Surroundings<'t> {
    /// Before it, without a currency's sign.
    before: &'t str,
    /// After it, without a currency's name.
    tail: &'t str,
    currency: Option<&'static str>,
    is_other_unit: bool,
}

impl<'t> Surroundings<'t> {
    fn of(text: &'t str, number: &Number) -> Surroundings<'t> {
        let signed = text[..number.range.start].trim_end();
        let before = signed.trim_end_matches(SIGNS).trim_end();
        let after = text[number.range.end..].trim_start();
        let named = CURRENCIES.iter().find(|(name, _)| {
            let rest = after.strip_prefix(name);
            rest.is_some_and(|rest| !name.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        });
        let sign =
            CURRENCIES.iter().find(|(name, _)| signed.ends_with(name) && name.chars().all(|c| SIGNS.contains(&c)));
        // “US$45”, “eur 45”.
        let prefix =
            CURRENCIES.iter().find(|(name, _)| name.is_ascii() && name.len() == 3 && ends_with_word(signed, name));
        let currency = named.or(sign).or(prefix).map(|(_, code)| *code);
        let tail = after[named.map_or(0, |(name, _)| name.len())..].trim_start();
        let is_other_unit = UNITS.iter().any(|unit| format!("{after} ").starts_with(unit));
        Surroundings { before, tail, currency, is_other_unit }
    }
}

fn share(value: Decimal, percent: u64) -> Decimal {
    Decimal { mantissa: value.mantissa.saturating_mul(percent), scale: value.scale + 2 }
}

/// Chinese needs no word boundary, English does.
fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !word.is_ascii() || !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
}

/// `$` and `¥` are the shop's own where its currency is written so; 块 and 元 are what people say of any.
fn resolve(said: Option<&'static str>, shop: &str) -> Option<&'static str> {
    let said = said?;
    let sign = |code: &str| find_currency(code).map(|currency| currency.symbol.trim_end().chars().next_back());
    let is_shops = said == shop
        || matches!(said, "USD" | "CNY") && sign(said) == sign(shop)
        || said == "SEK" && CROWNS.contains(&shop);
    (!is_shops).then_some(said)
}

fn to_money(value: Decimal, currency: &str) -> Option<Money> {
    let n_digits = find_currency(currency).map_or(2, |currency| currency.n_digits);
    // “About 20” of a currency without cents may not come out even: the limit is rounded down.
    let minor = value.minor(n_digits).or_else(|| {
        let unit = 10u64.checked_pow(value.scale.checked_sub(n_digits)?)?;
        Some(value.mantissa / unit)
    })?;
    Some(Money { minor, currency: currency.to_owned() })
}

/// Limits on the price.
pub(super) fn budget(reading: &Reading<'_>, taken: &mut Taken, currency: &str) -> Option<Slot<Budget>> {
    let mut free = numbers(&reading.text);
    free.retain(|number| taken.is_free(&number.range));
    let limits = read_limits(&reading.text, &free);
    let start = limits.ranges.iter().map(|range| range.start).min()?;
    let end = limits.ranges.iter().map(|range| range.end).max()?;
    let money = |value: Option<Decimal>| value.and_then(|value| to_money(value, currency));
    let (mut min, mut max) = (money(limits.min), money(limits.max));
    if let (Some(low), Some(high)) = (&min, &max)
        && low.minor > high.minor
    {
        std::mem::swap(&mut min, &mut max);
    }
    if min.is_none() && max.is_none() {
        return None;
    }
    let foreign = resolve(limits.currency, currency);
    limits.ranges.into_iter().for_each(|range| taken.take(range));
    Some(reading.slot(Budget { min, max, foreign }, trim(&reading.text, start..end)))
}

/// Sums that no other reader took.
pub(super) fn amounts(reading: &Reading<'_>, taken: &mut Taken, currency: &str) -> Vec<Slot<NamedAmount>> {
    let text = &reading.text;
    let mut amounts = Vec::new();
    for number in numbers(text) {
        let place = Surroundings::of(text, &number);
        if !taken.is_free(&number.range) || place.currency.is_none() && place.is_other_unit {
            continue;
        }
        // A bare word is no sum: “the one with two lids”.
        let is_digits = text[number.range.clone()].bytes().any(|byte| byte.is_ascii_digit());
        let said = resolve(place.currency, currency).unwrap_or(currency);
        let (Some(money), true) = (to_money(number.value, said), is_digits || place.currency.is_some()) else {
            continue;
        };
        let range = place.before.len()..text.len() - place.tail.len();
        let range = if place.currency.is_some() { trim(text, range) } else { number.range.clone() };
        taken.take(number.range.clone());
        amounts.push(reading.slot(NamedAmount { money, is_marked: place.currency.is_some() }, range));
    }
    amounts
}

/// Whether a number is a sum of money.
pub(super) fn is_priced(text: &str, number: &Number) -> bool {
    Surroundings::of(text, number).currency.is_some()
}

/// A share off: `20 %`, `20 percent`, 八折 (20 % off), 85折, 百分之十.
pub(super) fn percent(reading: &Reading<'_>, taken: &mut Taken) -> Option<Slot<u32>> {
    let text = &reading.text;
    numbers(text).into_iter().find_map(|number| {
        if !taken.is_free(&number.range) {
            return None;
        }
        let after = text[number.range.end..].trim_start();
        let before = &text[..number.range.start];
        let whole = number.value.whole()?;
        let unit = ["%", "percent", "per cent", "折"].into_iter().find(|unit| after.starts_with(unit));
        let (percent, start, unit) = match unit {
            // 八折 leaves eight tenths, 85折 and 八五折 leave 85 hundredths.
            Some("折") => {
                let left = if number.value.scale == 0 && whole < 10 { whole * 10 } else { whole };
                let left = if number.value.scale == 1 { u32::try_from(number.value.mantissa).ok()? } else { left };
                (100u32.checked_sub(left)?, number.range.start, "折")
            }
            Some(unit) => (whole, number.range.start, unit),
            None => (whole, before.strip_suffix("百分之")?.len(), ""),
        };
        let end = if unit.is_empty() { number.range.end } else { text.len() - after.len() + unit.len() };
        taken.take(start..end);
        (percent <= 100).then(|| reading.slot(percent, start..end))
    })
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..(start + inside.trim().len())
}
