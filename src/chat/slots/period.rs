//! First and last days of months and years: “the last day of last month”, 今年最后一天. The “end” of a month is no day.

use std::ops::Range;

use super::number::numbers;
use super::reading::{Reading, is_whole};
use crate::pack::calendar::Date;

/// Which end of a period, by what stands before its name in English and behind it in Chinese.
const LAST_EN: &str = "last day of";
const FIRST_EN: &str = "first day of";
const LAST_ZH: &[&str] = &["的最后一天", "最后一天", "的最后一日", "最后一日"];
const FIRST_ZH: &[&str] = &["的第一天", "第一天", "头一天"];

#[derive(Clone, Copy)]
enum Period {
    /// Months from this one.
    Month(i32),
    /// Years from this one.
    Year(i32),
}

const PERIODS_EN: &[(&str, Period)] = &[
    ("last month", Period::Month(-1)),
    ("the last month", Period::Month(-1)),
    ("the previous month", Period::Month(-1)),
    ("this month", Period::Month(0)),
    ("the month", Period::Month(0)),
    ("next month", Period::Month(1)),
    ("last year", Period::Year(-1)),
    ("this year", Period::Year(0)),
    ("the year", Period::Year(0)),
    ("next year", Period::Year(1)),
];
const PERIODS_ZH: &[(&str, Period)] = &[
    ("上个月", Period::Month(-1)),
    ("上月", Period::Month(-1)),
    ("这个月", Period::Month(0)),
    ("本月", Period::Month(0)),
    ("下个月", Period::Month(1)),
    ("下月", Period::Month(1)),
    ("月", Period::Month(0)),
    ("去年", Period::Year(-1)),
    ("今年", Period::Year(0)),
    ("明年", Period::Year(1)),
    ("年", Period::Year(0)),
];
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Where such a day is named, and the day; and whether it comes every year.
pub(super) fn ends(reading: &Reading<'_>, today: Date) -> Vec<(Range<usize>, Date, bool)> {
    let text = &reading.text;
    let mut found = Vec::new();
    for (head, is_last) in [(LAST_EN, true), (FIRST_EN, false)] {
        for range in reading.find(head) {
            let tail = text[range.end..].trim_start();
            let at = text.len() - tail.len();
            let fits = |name: &str| tail.starts_with(name) && is_whole(text, &(at..at + name.len()));
            if let Some((name, period)) = PERIODS_EN.iter().find(|(name, _)| fits(name)) {
                found.extend(edge(*period, is_last, today).map(|day| (range.start..at + name.len(), day, false)));
            } else if let Some(month) = MONTHS.iter().position(|name| fits(name)) {
                let day = coming_edge(month as u32 + 1, is_last, today);
                found.extend(day.map(|day| (range.start..at + MONTHS[month].len(), day, true)));
            }
        }
    }
    for (tails, is_last) in [(LAST_ZH, true), (FIRST_ZH, false)] {
        for (at, tail) in tails.iter().flat_map(|tail| text.match_indices(tail)) {
            let head = &text[..at];
            let Some((name, period)) = PERIODS_ZH.iter().find(|(name, _)| head.ends_with(name)) else { continue };
            let start = at - name.len();
            // 二月最后一天: a month by its number.
            let number = numbers(&text[..start]).into_iter().next_back().filter(|number| number.range.end == start);
            let (start, day) = match (number, period) {
                (Some(number), Period::Month(0)) if *name == "月" => {
                    let month = number.value.whole().filter(|month| (1..=12).contains(month));
                    (number.range.start, month.and_then(|month| coming_edge(month, is_last, today)))
                }
                (Some(_), _) => continue,
                (None, period) => (start, edge(*period, is_last, today)),
            };
            let is_yearly = *name == "月" && start < at - name.len();
            found.extend(day.map(|day| (start..at + tail.len(), day, is_yearly)));
        }
    }
    found
}

fn edge(period: Period, is_last: bool, today: Date) -> Option<Date> {
    let (year, month, _) = today.ymd();
    match period {
        Period::Month(months) => {
            let first = Date::new(year, month, 1)?.plus_months(months);
            Some(if is_last { first.plus_months(1).plus_days(-1) } else { first })
        }
        Period::Year(years) if is_last => Date::new(year + years, 12, 31),
        Period::Year(years) => Date::new(year + years, 1, 1),
    }
}

/// The next first or last day of a month.
fn coming_edge(month: u32, is_last: bool, today: Date) -> Option<Date> {
    let in_year = |year: i32| {
        let first = Date::new(year, month, 1)?;
        Some(if is_last { first.plus_months(1).plus_days(-1) } else { first })
    };
    in_year(today.year()).filter(|&day| day >= today).or_else(|| in_year(today.year() + 1))
}
