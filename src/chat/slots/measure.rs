//! Weights, sizes and quantities.

use std::fmt;
use std::ops::Range;

use super::Slot;
use super::amount::is_priced;
use super::number::{Number, numbers};
use super::reading::{Reading, Taken, is_whole};

/// A size that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    Millilitres(u32),
    Millimetres(u32),
    /// As it was said: `xl`, `large`, 大号.
    Label(String),
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Millilitres(n) => write!(f, "{n} ml"),
            Size::Millimetres(n) => write!(f, "{n} mm"),
            Size::Label(label) => f.write_str(label),
        }
    }
}

/// Grams of a unit; the longer name first where one begins another.
const WEIGHTS: &[(&str, f64)] = &[
    ("kilograms", 1000.0),
    ("kilogram", 1000.0),
    ("kilos", 1000.0),
    ("kilo", 1000.0),
    ("kgs", 1000.0),
    ("kg", 1000.0),
    ("grams", 1.0),
    ("gram", 1.0),
    ("gr", 1.0),
    ("g", 1.0),
    ("lbs", 453.592_37),
    ("lb", 453.592_37),
    ("ounces", 28.349_523),
    ("ounce", 28.349_523),
    ("oz", 28.349_523),
    // By itself a pound is money.
    ("pounds of", 453.592_37),
    ("pound parcel", 453.592_37),
    ("pound package", 453.592_37),
    ("pound box", 453.592_37),
    ("公斤", 1000.0),
    ("千克", 1000.0),
    ("斤", 500.0),
    ("克", 1.0),
];
/// Weights without a number.
const FIXED_WEIGHTS: &[(&str, f64)] = &[
    ("a kilo and a half", 1500.0),
    ("half a kilo", 500.0),
    ("half a pound", 227.0),
    ("a kilo", 1000.0),
    ("半公斤", 500.0),
    ("半斤", 250.0),
];
const AND_A_HALF: &str = "and a half ";
/// Between two weights with one unit.
const JOINTS: &[&str] = &["", "-", "–", "~", "to", "or", "到", "至", "或", "或者", "、", "/"];
/// More are a list of something else.
const MAX_WEIGHTS: usize = 3;
const VOLUMES: &[(&str, f64)] = &[
    ("millilitres", 1.0),
    ("milliliters", 1.0),
    ("ml", 1.0),
    ("cl", 10.0),
    ("litres", 1000.0),
    ("liters", 1000.0),
    ("litre", 1000.0),
    ("liter", 1000.0),
    ("l", 1000.0),
    ("毫升", 1.0),
    ("升", 1000.0),
];
const LENGTHS: &[(&str, f64)] = &[("centimetres", 10.0), ("cm", 10.0), ("mm", 1.0), ("厘米", 10.0), ("毫米", 1.0)];
const LABELS: &[&str] = &[
    "xxl",
    "xl",
    "xs",
    "extra large",
    "large size",
    "medium size",
    "small size",
    "size xxl",
    "size xl",
    "size l",
    "size m",
    "size s",
    "size xs",
    "加大号",
    "大号",
    "中号",
    "小号",
    "特大号",
];
/// Words for pieces, right behind the number.
const PIECES: &[&str] = &[
    "pieces", "piece", "pcs", "pairs", "sets", "boxes", "packs", "packets", "bags", "tins", "x ", "of ", "个", "只",
    "件", "套", "盒", "包", "罐", "袋", "份", "把", "条", "对",
];
const PARTS: &[&str] = &["that", "it", "which", "this"];
/// More than this is a code or a year.
const MAX_QUANTITY: u32 = 1000;
/// More than this is not sent as a parcel.
const MAX_GRAMS: f64 = 10_000_000.0;

/// Grams, every weight of a message: “950 g or 1050 g”, and of “3 to 4 kilos” and 三四斤 the least and the most.
pub(super) fn weights(reading: &Reading<'_>, taken: &mut Taken) -> Vec<Slot<u32>> {
    let text = &reading.text;
    let mut found: Vec<(f64, Range<usize>)> = Vec::new();
    let mut all = numbers(text);
    all.retain(|number| taken.is_free(&number.range));
    for (at, number) in all.iter().enumerate() {
        // 千 of 千克 is no number of its own.
        if found.last().is_some_and(|(_, range)| number.range.start < range.end) {
            continue;
        }
        let own = measure(text, number, WEIGHTS).or_else(|| liang(text, number));
        // The unit is said once, behind the second.
        let shared = || {
            let next = all.get(at + 1)?;
            let joint = text[number.range.end..next.range.start].trim();
            let (_, unit) = unit_behind(text, next, WEIGHTS).filter(|_| JOINTS.contains(&joint))?;
            Some((number.value.value() * unit, number.range.clone()))
        };
        found.extend(own.or_else(shared));
    }
    if found.is_empty() {
        let said = FIXED_WEIGHTS.iter().find_map(|(phrase, grams)| Some((*grams, reading.find(phrase).next()?)));
        found.extend(said);
    }
    found.retain(|(grams, _)| *grams <= MAX_GRAMS);
    found.truncate(MAX_WEIGHTS);
    found.iter().for_each(|(_, range)| taken.take(range.clone()));
    found.into_iter().map(|(grams, range)| reading.slot(grams.round() as u32, range)).collect()
}

pub(super) fn size(reading: &Reading<'_>, taken: &mut Taken) -> Option<Slot<Size>> {
    type Make = fn(u32) -> Size;
    for (units, make) in [(VOLUMES, Size::Millilitres as Make), (LENGTHS, Size::Millimetres as Make)] {
        if let Some((value, range)) = measured(reading, taken, units) {
            return (value <= f64::from(u32::MAX)).then(|| reading.slot(make(value.round() as u32), range));
        }
    }
    LABELS.iter().find_map(|label| {
        let range = reading.find(label).next()?;
        taken.take(range.clone());
        let value = label.trim_start_matches("size ").trim_end_matches(" size").to_owned();
        Some(reading.slot(Size::Label(value), range))
    })
}

/// Pieces: `two gaiwans`, `x3`, 三个.
pub(super) fn quantity(reading: &Reading<'_>, taken: &mut Taken) -> Option<Slot<u32>> {
    let text = &reading.text;
    numbers(text).into_iter().filter(|number| !is_priced(text, number)).find_map(|Number { value, range }| {
        let whole = value.whole().filter(|whole| (1..=MAX_QUANTITY).contains(whole))?;
        if !taken.is_free(&range) {
            return None;
        }
        let after = text[range.end..].trim_start();
        let at = text.len() - after.len();
        let is_times = ["x", "×"].iter().any(|sign| {
            text[..range.start].strip_suffix(sign).is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()))
        });
        let counts = PIECES.iter().any(|word| {
            after.starts_with(word)
                && is_whole(text, &(at..at + word.trim_end().len()))
                && !after[word.len()..].starts_with(['月', '星', '周', '小'])
                // “50 of that” is a part of a sum.
                && !(*word == "of " && PARTS.iter().any(|part| after[word.len()..].starts_with(part)))
        });
        if !is_times && !counts && taken.is_free(&(at..at + 1)) {
            return None;
        }
        taken.take(range.clone());
        Some(reading.slot(whole, range))
    })
}

/// The first number with one of the units: its value in the base unit, and where both stand.
fn measured(reading: &Reading<'_>, taken: &mut Taken, units: &[(&str, f64)]) -> Option<(f64, Range<usize>)> {
    let text = &reading.text;
    let (value, range) = numbers(text)
        .into_iter()
        .filter(|number| taken.is_free(&number.range))
        .find_map(|number| measure(text, &number, units))?;
    taken.take(range.clone());
    Some((value, range))
}

/// What a number measures, in the base unit of the one behind it, and where both stand.
fn measure(text: &str, number: &Number, units: &[(&str, f64)]) -> Option<(f64, Range<usize>)> {
    let (mut end, factor) = unit_behind(text, number, units)?;
    let mut value = number.value.value() * factor;
    // “一斤半”, “one and a half kilos”.
    if text[end..].starts_with('半') {
        (value, end) = (value + 0.5 * factor, end + '半'.len_utf8());
    } else if let Some((more, length)) = liang_at(&text[end..]).filter(|_| text[..end].ends_with('斤')) {
        (value, end) = (value + more, end + length);
    } else if text[number.range.end..].trim_start().starts_with(AND_A_HALF) {
        value += 0.5 * factor;
    }
    Some((value, number.range.start..end))
}

/// 八两: 50 grams each. The unit is also a numeral, so that both are read as one number.
fn liang(text: &str, number: &Number) -> Option<(f64, Range<usize>)> {
    let (grams, length) = liang_at(&text[number.range.start..])?;
    (length == number.range.len()).then(|| (grams, number.range.clone()))
}

/// Grams of a numeral and 两 that a text begins with, and their length.
fn liang_at(text: &str) -> Option<(f64, usize)> {
    let mut chars = text.chars();
    let digit = "一二三四五六七八九".chars().position(|numeral| text.starts_with(numeral))? + 1;
    let length = chars.next()?.len_utf8() + '两'.len_utf8();
    // “一两公斤” is one or two of them.
    let is_unit = chars.next() == Some('两')
        && !text[length..].starts_with(['公', '斤', '千', '克', '个', '百', '十', '天', '只', '件']);
    is_unit.then_some((50.0 * digit as f64, length))
}

/// Where the unit behind a number ends, and its factor.
fn unit_behind(text: &str, number: &Number, units: &[(&str, f64)]) -> Option<(usize, f64)> {
    let after = text[number.range.end..].trim_start_matches([' ', '-']);
    let after = after.strip_prefix(AND_A_HALF).map_or(after, str::trim_start);
    let at = text.len() - after.len();
    let fits = |(name, _): &&(&str, f64)| after.starts_with(name) && is_unit_end(text, at + name.len());
    units.iter().find(fits).map(|(name, factor)| (at + name.len(), *factor))
}

fn is_unit_end(text: &str, end: usize) -> bool {
    let last = text[..end].chars().next_back();
    let next = text[end..].chars().next();
    !(last.is_some_and(|c| c.is_ascii_alphabetic()) && next.is_some_and(|c| c.is_ascii_alphanumeric()))
}
