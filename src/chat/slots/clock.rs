//! Times of day: `9 pm`, `half past nine`, 下午一点, and the parts of a day, which last: “in the evening”.

use std::fmt;
use std::ops::Range;

use super::Slot;
use super::number::numbers;
use super::reading::{Reading, Taken};
use crate::pack::calendar::Clock;

/// A time of day, from its first minute to its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTime {
    pub from: Clock,
    pub to: Clock,
}

impl DayTime {
    fn hours(from: u16, to: u16) -> DayTime {
        DayTime { from: Clock { minutes: 60 * from }, to: Clock { minutes: (60 * to - 1).max(60 * from) } }
    }

    /// The time, where it was said to the minute.
    pub fn exact(self) -> Option<Clock> {
        (self.from == self.to).then_some(self.from)
    }
}

/// `21:00`, `18:00–23:59`.
impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact() {
            Some(clock) => write!(f, "{clock}"),
            None => write!(f, "{}–{}", self.from, self.to),
        }
    }
}

/// Parts of a day: what they are called, and their hours.
const PARTS: &[(&str, u16, u16)] = &[
    ("after lunch", 13, 18),
    ("before lunch", 9, 12),
    ("before noon", 9, 12),
    ("before midday", 9, 12),
    ("afternoon", 12, 18),
    ("early morning", 5, 9),
    ("morning", 6, 12),
    ("lunchtime", 12, 13),
    ("evening", 18, 24),
    ("tonight", 18, 24),
    ("late at night", 21, 24),
    ("at night", 20, 24),
    ("night", 20, 24),
    ("凌晨", 0, 6),
    ("早上", 6, 12),
    ("早晨", 6, 12),
    ("清早", 6, 12),
    ("一早", 6, 12),
    ("上午", 6, 12),
    ("明早", 6, 12),
    ("今早", 6, 12),
    ("午前", 9, 12),
    ("中午", 12, 13),
    ("下午", 12, 18),
    ("傍晚", 17, 19),
    ("晚上", 18, 24),
    ("今晚", 18, 24),
    ("明晚", 18, 24),
    ("夜里", 19, 24),
    ("晚间", 18, 24),
    ("深夜", 22, 24),
    ("半夜", 22, 24),
];
const FIXED: &[(&str, u16)] = &[("midday", 720), ("noon", 720), ("midnight", 1439), ("正午", 720), ("午夜", 1439)];
/// What is said of another clock than the shop's says nothing of the hour there.
const ELSEWHERE: &[&str] =
    &["my time", "our time", "beijing time", "china time", "北京时间", "国内时间", "我这边", "我这里", "我们这边"];
/// Parts of the day whose hours are written from 1 to 11.
const LATE: &[&str] = &["tonight", "evening", "afternoon", "下午", "晚上", "今晚", "明晚"];
/// Greetings name no time.
const GREETINGS: &[&str] = &["good morning", "good afternoon", "good evening", "good night"];

/// The first time of day that is said to the minute, else the first part of a day.
pub(super) fn read(reading: &Reading<'_>, taken: &mut Taken) -> Option<Slot<DayTime>> {
    let text = &reading.text;
    // “9 tonight”: the day has been read, and its number is still free.
    let exact = clocks(text).into_iter().find(|(number, ..)| taken.is_free(number));
    let is_elsewhere = ELSEWHERE.iter().any(|words| text.contains(words));
    if let Some((_, range, minutes)) = exact {
        taken.take(range.clone());
        // “Tonight at 7:30”.
        let is_late = LATE.iter().any(|words| text.contains(words));
        let clock = Clock { minutes: if is_late && (60..720).contains(&minutes) { minutes + 720 } else { minutes } };
        let minutes = clock.minutes;
        let (head, tail) = (text[..range.start].trim_end(), text[range.end..].trim_start());
        let time = if head.ends_with("before") || ["前", "之前", "以前"].iter().any(|word| tail.starts_with(word))
        {
            DayTime { from: Clock { minutes: 0 }, to: Clock { minutes: minutes.saturating_sub(1) } }
        } else if head.ends_with("after") || ["后", "之后", "以后"].iter().any(|word| tail.starts_with(word)) {
            DayTime { from: clock, to: Clock { minutes: 1439.max(minutes) } }
        } else {
            DayTime { from: clock, to: clock }
        };
        return (!is_elsewhere).then(|| reading.slot(time, range));
    }
    let fixed = FIXED.iter().find_map(|(name, minutes)| {
        let clock = Clock { minutes: *minutes };
        Some((DayTime { from: clock, to: clock }, reading.find(name).next()?))
    });
    let part = || {
        let greets = |range: &Range<usize>| GREETINGS.iter().any(|words| text[..range.end].ends_with(words));
        let found = |name: &str| reading.find(name).find(|range| !greets(range));
        PARTS.iter().find_map(|(name, from, to)| Some((DayTime::hours(*from, *to), found(name)?)))
    };
    // “Before noon” is a part of the day, and noon is not.
    let (time, range) = match fixed {
        Some((_, range)) if text[..range.start].trim_end().ends_with("before") => part()?,
        Some(fixed) => fixed,
        None => part()?,
    };
    (!is_elsewhere).then(|| reading.slot(time, range))
}

/// Times to the minute: where their number stands, where all of them does, and the minutes from midnight.
fn clocks(text: &str) -> Vec<(Range<usize>, Range<usize>, u16)> {
    let mut found: Vec<_> = written(text).into_iter().map(|(range, minutes)| (range.clone(), range, minutes)).collect();
    for number in numbers(text) {
        let Some(hour) = number.value.whole().filter(|hour| *hour <= 24).map(|hour| hour as u16) else { continue };
        if found.iter().any(|(_, range, _)| range.start <= number.range.start && number.range.start < range.end) {
            continue;
        }
        let range = number.range;
        let time = chinese(text, &range, hour).or_else(|| english(text, &range, hour, 0));
        found.extend(time.map(|(all, minutes)| (range, all, minutes)));
    }
    found.sort_by_key(|(number, ..)| number.start);
    found
}

/// `21:00`, `9.30 pm`, `9:30`.
fn written(text: &str) -> Vec<(Range<usize>, u16)> {
    let bytes = text.as_bytes();
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let length = digits(at);
        if length == 0 {
            at += 1;
            continue;
        }
        let (start, mark) = (at, at + length);
        at = mark;
        let is_inside = text[..start].ends_with([':', '.', ',', '-', '/', '€', '$', '£', '¥']);
        let Some(separator) = bytes.get(mark).filter(|byte| [b':', b'.'].contains(byte)) else { continue };
        if is_inside || length > 2 || digits(mark + 1) != 2 {
            continue;
        }
        at = mark + 3;
        let (hour, minutes) = (text[start..mark].parse::<u16>(), text[mark + 1..mark + 3].parse::<u16>());
        let (Ok(hour @ 0..=24), Ok(minutes @ 0..=59)) = (hour, minutes) else { continue };
        match english(text, &(start..at), hour, minutes) {
            Some(time) => found.push(time),
            // With a point it is as likely a price.
            None if *separator == b':' && !text[at..].starts_with(':') => {
                found.push((start..at, (60 * hour + minutes).min(1440)));
            }
            None => {}
        }
    }
    found
}

/// `9 pm`, `nine in the evening`, `half past nine`, `9 o'clock`.
fn english(text: &str, range: &Range<usize>, hour: u16, minutes: u16) -> Option<(Range<usize>, u16)> {
    const SUFFIXES: &[(&str, bool)] = &[
        ("a.m.", false),
        ("a.m", false),
        ("am", false),
        ("in the morning", false),
        ("p.m.", true),
        ("p.m", true),
        ("pm", true),
        ("in the afternoon", true),
        ("in the evening", true),
        ("at night", true),
        ("tonight", true),
    ];
    const OCLOCK: &str = "o'clock";
    let before = text[..range.start].trim_end();
    let past = [("half past", 30), ("quarter past", 15)].into_iter().find(|(words, _)| before.ends_with(words));
    let after = text[range.end..].trim_start();
    let clock = after.strip_prefix(OCLOCK).map(str::trim_start);
    let rest = clock.unwrap_or(after);
    let suffix = SUFFIXES.iter().find(|(words, _)| {
        rest.strip_prefix(words).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    });
    // “At 11?”, “at 3 tomorrow”.
    const DAYS: &[&str] = &["today", "tomorrow", "on ", "this ", "next "];
    let is_bare = (1..=12).contains(&hour)
        && before.ends_with(" at")
        && (after.is_empty()
            || after.starts_with(['?', '!', ',', ';'])
            || DAYS.iter().any(|day| after.starts_with(day)));
    if suffix.is_none() && clock.is_none() && past.is_none() && !is_bare {
        return None;
    }
    let is_late = suffix.map_or((1..=6).contains(&hour), |(_, is_late)| *is_late);
    let hour = match (hour, is_late) {
        (1..=11, true) => hour + 12,
        (12, false) if suffix.is_some() => 0,
        (hour, _) => hour,
    };
    let start = past.map_or(range.start, |(words, _)| before.len() - words.len());
    let length = suffix.map_or(0, |(words, _)| words.len());
    let minutes = past.map_or(minutes, |(_, minutes)| minutes);
    Some((start..text.len() - rest.len() + length, (60 * hour + minutes).min(1440)))
}

/// 下午一点, 晚上十点半, 14点, 九点一刻; not 快一点.
fn chinese(text: &str, range: &Range<usize>, hour: u16) -> Option<(Range<usize>, u16)> {
    const DAY_PARTS: &[(&str, bool)] = &[
        ("凌晨", false),
        ("早上", false),
        ("早晨", false),
        ("上午", false),
        ("中午", true),
        ("下午", true),
        ("傍晚", true),
        ("晚上", true),
        ("今晚", true),
        ("明晚", true),
        ("夜里", true),
        ("晚", true),
    ];
    let rest = text[range.end..].strip_prefix(['点', '时'])?;
    let before = text[..range.start].trim_end();
    let part = DAY_PARTS.iter().find(|(words, _)| before.ends_with(words));
    let (minutes, length) = if rest.starts_with('半') {
        (30, '半'.len_utf8())
    } else if rest.starts_with("一刻") {
        (15, "一刻".len())
    } else if let Some(minutes) = numbers(rest).first().filter(|number| number.range.start == 0)
        && let Some(value) = minutes.value.whole().filter(|value| *value < 60)
        && rest[minutes.range.end..].starts_with('分')
    {
        (value as u16, minutes.range.end + '分'.len_utf8())
    } else {
        (0, ["钟", "整"].iter().find(|end| rest.starts_with(**end)).map_or(0, |end| end.len()))
    };
    let is_bit =
        hour == 1 && part.is_none() && length == 0 && !text[range.clone()].starts_with(|c: char| c.is_ascii_digit());
    if is_bit || rest.starts_with('儿') {
        return None;
    }
    let is_late = part.map_or((1..=6).contains(&hour), |(_, is_late)| *is_late);
    let hour =
        if is_late && (1..=11).contains(&hour) && !(part.is_some_and(|(words, _)| *words == "中午") && hour == 11) {
            hour + 12
        } else {
            hour
        };
    let start = part.map_or(range.start, |(words, _)| before.len() - words.len());
    Some((start..text.len() - rest.len() + length, (60 * hour + minutes).min(1440)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<String> {
        read(&Reading::new(text), &mut Taken::default()).map(|slot| slot.value.to_string())
    }

    #[test]
    fn times_of_day_are_understood_in_both_languages() {
        for (text, expected) in [
            ("around 9 in the evening", "21:00"),
            ("order at 3pm", "15:00"),
            ("9.30 am please", "9:30"),
            ("at 21:00", "21:00"),
            ("tonight at 7:30", "19:30"),
            ("half past nine in the morning", "9:30"),
            ("at 2 o'clock", "14:00"),
            ("can I come at 11?", "11:00"),
            ("if I order at 3 tomorrow", "15:00"),
            ("12 am", "0:00"),
            ("before noon on Friday", "9:00–11:59"),
            ("at noon", "12:00"),
            ("before 2 pm", "0:00–13:59"),
            ("两点以后", "14:00–23:59"),
            ("thursday morning", "6:00–11:59"),
            ("late at night", "21:00–23:59"),
            ("明天下午一点付款", "13:00"),
            ("晚上十点半", "22:30"),
            ("14点", "14:00"),
            ("早上九点一刻", "9:15"),
            ("三点二十分", "15:20"),
            ("周六夜里", "19:00–23:59"),
        ] {
            assert_eq!(time(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "快一点",
            "12.50 euros",
            "good morning",
            "9 cups",
            "at 11 euros",
            "北京时间晚上十点",
            "便宜一点的",
            "ratio 1:5:9",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
