//! Days as people name them: `3 December`, `last Friday`, 三天前, 圣诞节.

use std::ops::Range;

use super::Slot;
use super::day_role::{DayRole, roles};
use super::number::{Number, numbers};
use super::period;
use super::reading::{Reading, Taken, is_whole};
use crate::pack::calendar::{Date, DayRule};

/// A day that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedDay {
    /// The one meant when nothing says past or future: for “Friday” and “3 December” the coming one.
    pub date: Date,
    pub form: DayForm,
    /// What happens on it, where the words around it say so.
    pub role: Option<DayRole>,
}

/// How exactly it was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayForm {
    Exact,
    /// A weekday, of any week.
    Weekly,
    /// A day of any month: “the 3rd”.
    Monthly,
    /// A day of any year.
    Yearly,
}

impl NamedDay {
    /// The last such day up to `today`, for what was bought or delivered.
    pub fn past(self, today: Date) -> Date {
        match self.form {
            _ if self.date <= today => self.date,
            DayForm::Exact => self.date,
            DayForm::Weekly => self.date.plus_days(-7),
            DayForm::Monthly => self.date.plus_months(-1),
            DayForm::Yearly => self.date.plus_months(-12),
        }
    }
}

const WEEKDAYS: &[&[&str]] = &[
    &["monday", "mon"],
    &["tuesday", "tues", "tue"],
    &["wednesday"],
    &["thursday", "thurs", "thur", "thu"],
    &["friday", "fri"],
    &["saturday"],
    &["sunday"],
];
const WEEKDAYS_ZH: [char; 7] = ['一', '二', '三', '四', '五', '六', '日'];
const MONTHS: &[&[&str]] = &[
    &["january", "jan"],
    &["february", "feb"],
    &["march", "mar"],
    &["april", "apr"],
    &["may"],
    &["june", "jun"],
    &["july", "jul"],
    &["august", "aug"],
    &["september", "sept", "sep"],
    &["october", "oct"],
    &["november", "nov"],
    &["december", "dec"],
];
/// Days from today; the longer phrase first where one holds another.
const NEAR: &[(&str, i32)] = &[
    ("day before yesterday", -2),
    ("day after tomorrow", 2),
    ("yesterday", -1),
    ("tomorrow", 1),
    ("tonight", 0),
    ("today", 0),
    ("right now", 0),
    ("大前天", -3),
    ("大后天", 3),
    ("前天", -2),
    ("后天", 2),
    ("昨天", -1),
    ("昨日", -1),
    ("明天", 1),
    ("明早", 1),
    ("明晚", 1),
    ("昨晚", -1),
    ("今早", 0),
    ("明日", 1),
    ("今天", 0),
    ("今日", 0),
    ("今晚", 0),
];
/// Spans that are named without a number, and the days from today that they stand for.
const VAGUE: &[(&str, Step)] = &[
    ("a fortnight ago", Step::Days(-14)),
    ("a week ago", Step::Days(-7)),
    ("a month ago", Step::Months(-1)),
    ("a year ago", Step::Months(-12)),
    ("half a year ago", Step::Months(-6)),
    ("a day ago", Step::Days(-1)),
    ("in a week", Step::Days(7)),
    ("in a month", Step::Months(1)),
    ("last week", Step::Days(-7)),
    ("last month", Step::Months(-1)),
    ("last year", Step::Months(-12)),
    ("next week", Step::Days(7)),
    ("半年前", Step::Months(-6)),
    ("上个星期", Step::Days(-7)),
    ("上个月", Step::Months(-1)),
    ("上周", Step::Days(-7)),
    ("上星期", Step::Days(-7)),
    ("上月", Step::Months(-1)),
    ("去年", Step::Months(-12)),
    ("下周", Step::Days(7)),
    ("下个星期", Step::Days(7)),
];
const FEASTS: &[(&str, DayRule)] = &[
    ("new year's eve", DayRule::Yearly { month: 12, day: 31 }),
    ("new years eve", DayRule::Yearly { month: 12, day: 31 }),
    ("new year's day", DayRule::Yearly { month: 1, day: 1 }),
    ("new years day", DayRule::Yearly { month: 1, day: 1 }),
    ("new year's", DayRule::Yearly { month: 1, day: 1 }),
    ("christmas eve", DayRule::Yearly { month: 12, day: 24 }),
    ("christmas day", DayRule::Yearly { month: 12, day: 25 }),
    ("boxing day", DayRule::Yearly { month: 12, day: 26 }),
    ("christmas", DayRule::Yearly { month: 12, day: 25 }),
    ("xmas", DayRule::Yearly { month: 12, day: 25 }),
    ("easter monday", DayRule::Easter { offset: 1 }),
    ("monday after easter", DayRule::Easter { offset: 1 }),
    ("friday before easter", DayRule::Easter { offset: -2 }),
    ("easter saturday", DayRule::Easter { offset: -1 }),
    ("easter sunday", DayRule::Easter { offset: 0 }),
    ("good friday", DayRule::Easter { offset: -2 }),
    ("easter", DayRule::Easter { offset: 0 }),
    ("valentine's day", DayRule::Yearly { month: 2, day: 14 }),
    ("元旦", DayRule::Yearly { month: 1, day: 1 }),
    ("跨年夜", DayRule::Yearly { month: 12, day: 31 }),
    ("平安夜", DayRule::Yearly { month: 12, day: 24 }),
    ("圣诞前夜", DayRule::Yearly { month: 12, day: 24 }),
    ("圣诞", DayRule::Yearly { month: 12, day: 25 }),
    ("复活节星期一", DayRule::Easter { offset: 1 }),
    ("复活节周一", DayRule::Easter { offset: 1 }),
    ("复活节后的周一", DayRule::Easter { offset: 1 }),
    ("复活节前的周五", DayRule::Easter { offset: -2 }),
    ("复活节周日", DayRule::Easter { offset: 0 }),
    ("耶稣受难日", DayRule::Easter { offset: -2 }),
    ("受难日", DayRule::Easter { offset: -2 }),
    ("复活节", DayRule::Easter { offset: 0 }),
    ("情人节", DayRule::Yearly { month: 2, day: 14 }),
    ("劳动节", DayRule::Yearly { month: 5, day: 1 }),
    ("五一", DayRule::Yearly { month: 5, day: 1 }),
    ("国庆节", DayRule::Yearly { month: 10, day: 1 }),
    ("国庆", DayRule::Yearly { month: 10, day: 1 }),
    ("十一假期", DayRule::Yearly { month: 10, day: 1 }),
];
const PLAIN_EASTER: &[&str] = &["easter", "复活节"];
/// Lunar New Year, month and day, from 2024 on (Hong Kong Observatory's conversion table).
const LUNAR_NEW_YEARS: &[(u32, u32)] =
    &[(2, 10), (1, 29), (2, 17), (2, 6), (1, 26), (2, 13), (2, 3), (1, 23), (2, 11), (1, 31), (2, 19), (2, 8), (1, 28)];
const LUNAR_FROM: i32 = 2024;
const LUNAR: &[(&str, i32)] = &[
    ("chinese new year", 0),
    ("lunar new year", 0),
    ("spring festival", 0),
    ("大年初一", 0),
    ("春节", 0),
    ("过年", 0),
    ("除夕", -1),
];

#[derive(Clone, Copy)]
enum Step {
    Days(i32),
    Months(i32),
}

impl Step {
    fn from(self, today: Date) -> Date {
        match self {
            Step::Days(days) => today.plus_days(days),
            Step::Months(months) => today.plus_months(months),
        }
    }
}

/// Every day of a message, in order.
pub(super) fn read(reading: &Reading<'_>, taken: &mut Taken, today: Date) -> Vec<Slot<NamedDay>> {
    let mut days: Vec<(Range<usize>, NamedDay)> = Vec::new();
    let mut add = |range: Range<usize>, date: Date, form: DayForm| {
        if taken.is_free(&range) {
            taken.take(range.clone());
            days.push((range, NamedDay { date, form, role: None }));
        }
    };
    for (range, date, is_yearly) in period::ends(reading, today) {
        add(range, date, if is_yearly { DayForm::Yearly } else { DayForm::Exact });
    }
    let numbers = numbers(&reading.text);
    for (range, date, form) in written(&reading.text, today)
        .into_iter()
        .chain(with_months(&reading.text, &numbers, today))
        .chain(counted(&reading.text, &numbers, today))
    {
        add(range, date, form);
    }
    for (phrase, days) in NEAR {
        reading.find(phrase).for_each(|range| add(range, today.plus_days(*days), DayForm::Exact));
    }
    for (phrase, rule) in FEASTS {
        // Another country's national day is not China's.
        let is_elsewhere = |range: &Range<usize>| {
            let places = if phrase.starts_with("国庆") { super::place::read(reading) } else { Vec::new() };
            let start = reading.span(range.clone()).start;
            places.iter().any(|place| place.span.end == start && place.value.country_code() != "CN")
        };
        reading.find(phrase).filter(|range| !is_elsewhere(range)).for_each(|range| {
            let coming = |date: &Date| *date >= today;
            let date = rule.in_year(today.year()).filter(coming).or_else(|| rule.in_year(today.year() + 1));
            if let Some(date) = date {
                add(range, date, DayForm::Yearly);
            }
        });
    }
    for (phrase, offset) in LUNAR {
        reading.find(phrase).for_each(|range| {
            let date = LUNAR_NEW_YEARS.iter().zip(LUNAR_FROM..).find_map(|(&(month, day), year)| {
                Date::new(year, month, day).map(|date| date.plus_days(*offset)).filter(|&date| date >= today)
            });
            if let Some(date) = date {
                add(range, date, DayForm::Exact);
            }
        });
    }
    for (range, date, form) in weekdays(reading, today) {
        add(range, date, form);
    }
    for (phrase, step) in VAGUE {
        reading.find(phrase).for_each(|range| add(range, step.from(today), DayForm::Exact));
    }
    days.sort_by_key(|(range, _)| range.start);
    // “14 December last year”, “去年12月14号” name one day.
    let is_last_year = |range: &Range<usize>| matches!(&reading.text[range.clone()], "last year" | "去年");
    if let Some(at) = days.iter().position(|(range, _)| is_last_year(range))
        && let Some(other) = days.iter().position(|(range, day)| {
            day.form == DayForm::Yearly
                && (range.end.abs_diff(days[at].0.start) <= 1 || days[at].0.end.abs_diff(range.start) <= 1)
        })
        && let (_, month, day) = days[other].1.date.ymd()
        && let Some(date) = Date::new(today.year() - 1, month, day)
    {
        days[other].1 = NamedDay { date, form: DayForm::Exact, role: None };
        days.remove(at);
    }
    // “June last year” and 去年6月 are no day.
    days.retain(|(range, _)| {
        let (head, tail) = (reading.text[..range.start].trim_end(), reading.text[range.end..].trim_start());
        let month = numbers.iter().find(|number| number.range.start == reading.text.len() - tail.len());
        let is_month = month.is_some_and(|month| reading.text[month.range.end..].starts_with('月'));
        !(is_last_year(range) && (is_month || month_before(head).is_some() || month_at(tail).is_some()))
    });
    // “Over Easter, on Good Friday” means the Friday.
    let is_easter = |date: Date, offsets: &[i32]| {
        Date::easter(date.year()).is_some_and(|easter| offsets.contains(&date.days_since(easter)))
    };
    if days.iter().any(|(_, day)| is_easter(day.date, &[-2, 1])) {
        days.retain(|(range, day)| {
            !(is_easter(day.date, &[0]) && PLAIN_EASTER.contains(&&reading.text[range.clone()]))
        });
    }
    let ranges: Vec<(Range<usize>, bool)> = days.iter().map(|(range, day)| (range.clone(), day.date < today)).collect();
    for ((_, day), role) in days.iter_mut().zip(roles(reading, &ranges)) {
        day.role = role;
    }
    days.into_iter().map(|(range, day)| reading.slot(day, range)).collect()
}

type Found = (Range<usize>, Date, DayForm);

/// `2026-12-24`, `24/12/2026`, `24.12.`, `12/24`: day first where both orders make a day.
fn written(text: &str, today: Date) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(|c: char| c.is_ascii_digit()) {
        let start = from + at;
        let body = &text[start..];
        let length = body.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.')).unwrap_or(body.len());
        from = start + length;
        let body = body[..length].trim_end_matches(['-', '/']);
        let separator = body.chars().find(|c| !c.is_ascii_digit());
        let parts: Option<Vec<u32>> = body
            .trim_end_matches('.')
            .split(['-', '/', '.'])
            .map(|part| (part.len() <= 4).then(|| part.parse().ok()).flatten())
            .collect();
        let (Some(separator), Some(parts)) = (separator, parts) else { continue };
        let either = |year: u32, a: u32, b: u32| {
            let year = if year < 100 { 2000 + year as i32 } else { year as i32 };
            Date::new(year, b, a).or_else(|| Date::new(year, a, b))
        };
        let day = match *parts.as_slice() {
            [year, month, day] if year >= 1900 => Date::new(year as i32, month, day).map(|date| (date, DayForm::Exact)),
            [a, b, year] => either(year, a, b).map(|date| (date, DayForm::Exact)),
            // Two numbers with a point are a price or a time, unless a second point follows.
            [a, b] if separator == '/' || separator == '.' && body.ends_with('.') && body.matches('.').count() == 2 => {
                either(today.year() as u32, a, b).map(|date| coming(date, today)).map(|date| (date, DayForm::Yearly))
            }
            _ => None,
        };
        if let Some((date, form)) = day {
            found.push((start..start + body.trim_end_matches('.').len(), date, form));
        }
    }
    found
}

/// A day of this year, or of the next where it is over.
fn coming(date: Date, today: Date) -> Date {
    if date >= today { date } else { date.plus_months(12) }
}

/// `3 December 2026`, `Dec 3rd`, `the 3rd of December`, 2026年12月3日, 12月3号, 3号.
fn with_months(text: &str, numbers: &[Number], today: Date) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        let Some(value) = number.value.whole() else { continue };
        let after = &text[number.range.end..];
        if let Some(rest) = after.strip_prefix('月') {
            let day = numbers.get(at + 1).filter(|day| day.range.start == text.len() - rest.len());
            let Some((day, Some(number_of_day))) = day.map(|day| (day, day.value.whole())) else { continue };
            let year = at.checked_sub(1).map(|year| &numbers[year]);
            let year = year.filter(|year| &text[year.range.end..number.range.start] == "年");
            let mut end = day.range.end;
            end +=
                ["日", "号"].iter().find(|end_word| text[end..].starts_with(**end_word)).map_or(0, |word| word.len());
            let (start, said) = match year {
                Some(year) => {
                    (year.range.start, year.value.whole().map(|year| if year < 100 { 2000 + year } else { year }))
                }
                None => (number.range.start, None),
            };
            push_day(&mut found, start..end, said, value, number_of_day, today);
            continue;
        }
        let is_ordinal = ["st", "nd", "rd", "th"].into_iter().find(|suffix| after.starts_with(suffix));
        let mut end = number.range.end + is_ordinal.map_or(0, str::len);
        let mut start = number.range.start;
        let tail = text[end..].trim_start();
        let tail = tail.strip_prefix("of ").unwrap_or(tail);
        let month = month_at(tail);
        if let Some((month, length)) = month {
            end = text.len() - tail.len() + length;
            let year = year_after(text, &mut end, numbers);
            push_day(&mut found, start..end, year, month, value, today);
            continue;
        }
        let head = text[..start].trim_end();
        if let Some((month, length)) = month_before(head) {
            start = head.len() - length;
            let year = year_after(text, &mut end, numbers);
            push_day(&mut found, start..end, year, month, value, today);
        } else if let Some(rest) = after.strip_prefix('号').filter(|rest| !rest.starts_with(['码', '线'])) {
            found.extend(of_month(value, today).map(|date| (start..text.len() - rest.len(), date, DayForm::Monthly)));
        } else if is_ordinal.is_some() && is_ordinal_day(head, tail) {
            found.extend(of_month(value, today).map(|date| (start..end, date, DayForm::Monthly)));
        }
    }
    found
}

/// A day by its number: of this month, or of the next where it is over.
fn of_month(day: u32, today: Date) -> Option<Date> {
    let (year, month, _) = today.ymd();
    let date = Date::new(year, month, day).filter(|&date| date >= today);
    let next = || Date::new(year, month, 1)?.plus_months(1).plus_days(day.min(31) as i32 - 1).into();
    date.or_else(next).filter(|_| (1..=31).contains(&day))
}

/// Whether “18th” is a day, and not the 18th of something: “on the 18th”, “by the 18th”.
fn is_ordinal_day(head: &str, tail: &str) -> bool {
    const BEFORE: &[&str] =
        &["on", "by", "before", "till", "until", "since", "from", "came", "arrived", "delivered", "received", "for"];
    let head = head.strip_suffix("the").map_or(head, str::trim_end);
    let is_led =
        BEFORE.iter().any(|word| head.ends_with(word) && is_whole(head, &(head.len() - word.len()..head.len())));
    // “For the 2nd teapot” names a thing.
    const AFTER: &[&str] =
        &["and", "is", "it", "at", "in", "will", "can", "if", "or", "to", "when", "so", "i", "do", "does", "have"];
    let word = tail.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    is_led && (word.is_empty() || AFTER.contains(&word) || !head.ends_with("for"))
}

fn push_day(found: &mut Vec<Found>, range: Range<usize>, year: Option<u32>, month: u32, day: u32, today: Date) {
    let date = match year {
        Some(year) => Date::new(year as i32, month, day).map(|date| (date, DayForm::Exact)),
        None => Date::new(today.year(), month, day)
            .map(|date| coming(date, today))
            .or_else(|| Date::new(today.year() + 1, month, day))
            .map(|date| (date, DayForm::Yearly)),
    };
    found.extend(date.map(|(date, form)| (range, date, form)));
}

fn month_at(text: &str) -> Option<(u32, usize)> {
    MONTHS.iter().zip(1..).find_map(|(names, month)| {
        let name = names.iter().find(|name| text.starts_with(**name) && is_whole(text, &(0..name.len())))?;
        Some((month, name.len()))
    })
}

fn month_before(text: &str) -> Option<(u32, usize)> {
    MONTHS.iter().zip(1..).find_map(|(names, month)| {
        let name = names
            .iter()
            .find(|name| text.ends_with(**name) && is_whole(text, &(text.len() - name.len()..text.len())))?;
        Some((month, name.len()))
    })
}

/// A year right behind a day and its month.
fn year_after(text: &str, end: &mut usize, numbers: &[Number]) -> Option<u32> {
    let number = numbers.iter().find(|number| number.range.start >= *end)?;
    let between = text[*end..number.range.start].trim();
    let year = number.value.whole().filter(|year| (1990..=2200).contains(year))?;
    (between.is_empty() || between == ",").then(|| {
        *end = number.range.end;
        year
    })
}

/// `3 weeks ago`, `in 5 days`, 三天前, 两周后.
fn counted(text: &str, numbers: &[Number], today: Date) -> Vec<Found> {
    type Unit = (&'static str, fn(i32) -> Step);
    const DAYS: fn(i32) -> Step = Step::Days;
    const WEEKS: fn(i32) -> Step = |n| Step::Days(n.saturating_mul(7));
    const MONTHS: fn(i32) -> Step = Step::Months;
    const YEARS: fn(i32) -> Step = |n| Step::Months(n.saturating_mul(12));
    const UNITS: &[Unit] = &[
        ("days", DAYS),
        ("day", DAYS),
        ("weeks", WEEKS),
        ("week", WEEKS),
        ("months", MONTHS),
        ("month", MONTHS),
        ("years", YEARS),
        ("year", YEARS),
        ("天", DAYS),
        ("日", DAYS),
        ("个星期", WEEKS),
        ("星期", WEEKS),
        ("个礼拜", WEEKS),
        ("周", WEEKS),
        ("个月", MONTHS),
        ("年", YEARS),
    ];
    const BEFORE: &[&str] = &["ago", "back", "以前", "之前", "前"];
    const SINCE: &[&str] = &["买了", "收到", "到手", "到货", "拿到", "签收", "收货", "到了", "有", "快"];
    const AFTER: &[&str] = &["from now", "from today", "以后", "之后", "后"];
    numbers
        .iter()
        .filter_map(|number| {
            let count = i32::try_from(number.value.whole()?).ok()?.min(100_000);
            let after = text[number.range.end..].trim_start();
            let (unit, step) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
            let tail = after[unit.len()..].trim_start();
            let head = text[..number.range.start].trim_end();
            let word = |list: &[&str]| list.iter().find(|word| tail.starts_with(**word)).map(|word| word.len());
            let end = |length: usize| text.len() - tail.len() + length;
            if let Some(length) = word(BEFORE) {
                return Some((number.range.start..end(length), step(-count).from(today), DayForm::Exact));
            }
            // 买了三周了: it is so long since.
            if tail.starts_with('了') && SINCE.iter().any(|word| head.ends_with(word)) {
                return Some((number.range.start..end('了'.len_utf8()), step(-count).from(today), DayForm::Exact));
            }
            if let Some(length) = word(AFTER) {
                return Some((number.range.start..end(length), step(count).from(today), DayForm::Exact));
            }
            let head = head.strip_suffix("in").filter(|rest| !rest.ends_with(|c: char| c.is_alphanumeric()))?;
            Some((head.len()..text.len() - after.len() + unit.len(), step(count).from(today), DayForm::Exact))
        })
        .collect()
}

/// `last Friday`, `on Monday`, 上周五, 周一, `this weekend`.
fn weekdays(reading: &Reading<'_>, today: Date) -> Vec<Found> {
    let text = &reading.text;
    let mut found = Vec::new();
    let index = today.weekday() as i32;
    let monday = today.plus_days(-index);
    for (names, day) in WEEKDAYS.iter().zip(0..) {
        for range in
            names.iter().flat_map(|name| [(*name).to_owned(), format!("{name}s")]).flat_map(|name| reading.find(&name))
        {
            let head = text[..range.start].trim_end();
            let ahead = (day - index).rem_euclid(7);
            let (days, form, word) = if head.ends_with("last") || head.ends_with("past") {
                (if ahead == 0 { -7 } else { ahead - 7 }, DayForm::Exact, 4)
            } else if head.ends_with("next") {
                (if ahead == 0 { 7 } else { ahead }, DayForm::Exact, 4)
            } else {
                (ahead, DayForm::Weekly, 0)
            };
            let start = if word > 0 { head.len() - word } else { range.start };
            found.push((start..range.end, today.plus_days(days), form));
        }
    }
    for prefix in ["星期", "礼拜", "周"] {
        for (at, _) in text.match_indices(prefix) {
            let end = at + prefix.len();
            let Some(c) = text[end..].chars().next() else { continue };
            let c = if c == '天' { '日' } else { c };
            let day = WEEKDAYS_ZH.iter().position(|name| *name == c);
            let weekend = c == '末';
            let Some(day) = day.or(weekend.then_some(5)) else { continue };
            let head = text[..at].trim_end_matches('个');
            let back = head.chars().rev().take_while(|&c| c == '上').count();
            let on = head.chars().rev().take_while(|&c| c == '下').count();
            let this = head.ends_with(['这', '本']);
            let start = head.len() - (back + on) * '上'.len_utf8() - if this { '这'.len_utf8() } else { 0 };
            let start = if back + on > 0 || this { start } else { at };
            let (date, form) = if back + on > 0 || this {
                (monday.plus_days(day as i32 + 7 * (on as i32 - back as i32)), DayForm::Exact)
            } else {
                (today.plus_days((day as i32 - index).rem_euclid(7)), DayForm::Weekly)
            };
            found.push((start..end + c.len_utf8(), date, form));
        }
    }
    for range in reading.find("weekend") {
        found.push((range, today.plus_days((5 - index).rem_euclid(7)), DayForm::Weekly));
    }
    found
}
