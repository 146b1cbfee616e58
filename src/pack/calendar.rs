//! Days and times of a shop, without a zone database: the browser carries none.
//!
//! Everything here is written in settings and stored in packs as a short text (`2026-12-24`, `14:00`,
//! `10:30-19:00`, `easter+1`), so one form serves the owner's file and the pack.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar, in no zone, from year 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    /// Since 1970-01-01.
    days: i32,
}

/// Why a text is no day, time or span.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is not {wanted}")]
pub struct CalendarError {
    pub text: String,
    /// With an example.
    pub wanted: &'static str,
}

const FIRST_DAY: i32 = -719_162;
const LAST_DAY: i32 = 2_932_896;
const SECS_PER_DAY: i64 = 86_400;

impl Date {
    /// `month` and `day` from 1; `None` where there is no such day.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Howard Hinnant, “chrono-compatible low-level date algorithms”, days_from_civil.
        let y = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (y.div_euclid(400), y.rem_euclid(400));
        let day_of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Date { days: era * 146_097 + day_of_era - 719_468 })
    }

    /// Year, month and day.
    pub fn ymd(self) -> (i32, u32, u32) {
        // The same, civil_from_days.
        let z = self.days + 719_468;
        let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let (month, day) = ((mp + 2) % 12 + 1, doy - (153 * mp + 2) / 5 + 1);
        (yoe + era * 400 + i32::from(month <= 2), month as u32, day as u32)
    }

    pub fn year(self) -> i32 {
        self.ymd().0
    }

    pub fn weekday(self) -> Weekday {
        Weekday::ALL[(self.days + 3).rem_euclid(7) as usize]
    }

    /// Stays within the calendar.
    pub fn plus_days(self, days: i32) -> Date {
        Date { days: self.days.saturating_add(days).clamp(FIRST_DAY, LAST_DAY) }
    }

    /// The same day of another month, or that month's last.
    pub fn plus_months(self, months: i32) -> Date {
        let (year, month, day) = self.ymd();
        let count = i64::from(year) * 12 + i64::from(month) - 1 + i64::from(months);
        let (year, month) = (count.div_euclid(12).clamp(1, 9999) as i32, count.rem_euclid(12) as u32 + 1);
        Date::new(year, month, day.min(days_in_month(year, month))).unwrap_or(self)
    }

    /// Days from `earlier` to this one.
    pub fn days_since(self, earlier: Date) -> i32 {
        self.days - earlier.days
    }

    /// Easter Sunday of the western churches (the anonymous Gregorian computus).
    pub fn easter(year: i32) -> Option<Date> {
        let (a, b, c) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15).rem_euclid(30);
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4).rem_euclid(7);
        let m = (a + 11 * h + 22 * l) / 451;
        let n = h + l - 7 * m + 114;
        Date::new(year, (n / 31) as u32, (n % 31 + 1) as u32)
    }

    /// The day in UTC, and the seconds into it.
    pub fn from_unix_secs(secs: i64) -> (Date, u32) {
        let days = secs.div_euclid(SECS_PER_DAY).clamp(FIRST_DAY.into(), LAST_DAY.into());
        (Date { days: days as i32 }, secs.rem_euclid(SECS_PER_DAY) as u32)
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `2026-12-24`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Date, CalendarError> {
        let parts: Option<Vec<u32>> = text.split('-').map(digits).collect();
        match parts.as_deref() {
            Some(&[year, month, day]) => Date::new(year as i32, month, day),
            _ => None,
        }
        .ok_or_else(|| error(text, "a day like 2026-12-24"))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    pub const ALL: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
}

/// A time of day: minutes from midnight, up to 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Clock {
    pub minutes: u16,
}

/// `9:05`.
impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl FromStr for Clock {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Clock, CalendarError> {
        let parts = text.split_once(':').and_then(|(hours, minutes)| Some((digits(hours)?, digits(minutes)?)));
        let minutes = parts.filter(|&(_, minutes)| minutes < 60).map(|(hours, minutes)| hours * 60 + minutes);
        match minutes {
            Some(minutes @ 0..=1440) => Ok(Clock { minutes: minutes as u16 }),
            _ => Err(error(text, "a time like 14:00")),
        }
    }
}

/// From one time to a later one of the same day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    pub from: Clock,
    pub to: Clock,
}

/// `10:30–19:00`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{}", self.from, self.to)
    }
}

impl FromStr for Span {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Span, CalendarError> {
        let wanted = || error(text, "a time span like 10:30-19:00");
        let (from, to) = text.split_once(['-', '–']).ok_or_else(wanted)?;
        let span = Span { from: from.trim().parse()?, to: to.trim().parse()? };
        if span.from < span.to { Ok(span) } else { Err(wanted()) }
    }
}

/// A day that comes again: `12-25`, `easter`, `easter-2`; or one that does not: `2027-02-06`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DayRule {
    Yearly { month: u32, day: u32 },
    Easter { offset: i32 },
    Once(Date),
}

impl DayRule {
    /// Its date in a year, where it has one there.
    pub fn in_year(self, year: i32) -> Option<Date> {
        match self {
            DayRule::Yearly { month, day } => Date::new(year, month, day),
            DayRule::Easter { offset } => Date::easter(year).map(|easter| easter.plus_days(offset)),
            DayRule::Once(date) => Some(date).filter(|date| date.year() == year),
        }
    }

    pub fn is_on(self, date: Date) -> bool {
        self.in_year(date.year()) == Some(date)
    }
}

impl fmt::Display for DayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DayRule::Yearly { month, day } => write!(f, "{month:02}-{day:02}"),
            DayRule::Easter { offset: 0 } => write!(f, "easter"),
            DayRule::Easter { offset } => write!(f, "easter{offset:+}"),
            DayRule::Once(date) => date.fmt(f),
        }
    }
}

impl FromStr for DayRule {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<DayRule, CalendarError> {
        let wanted = || error(text, "a day like 12-25, easter+1 or 2027-02-06");
        if let Some(offset) = text.strip_prefix("easter") {
            let offset = if offset.is_empty() { Ok(0) } else { offset.parse() };
            return match offset {
                Ok(offset @ -200..=200) => Ok(DayRule::Easter { offset }),
                _ => Err(wanted()),
            };
        }
        let parts: Option<Vec<u32>> = text.split('-').map(digits).collect();
        match parts.as_deref() {
            // 2024 is a leap year: 29 February is a day.
            Some(&[month, day]) if Date::new(2024, month, day).is_some() => Ok(DayRule::Yearly { month, day }),
            Some(&[_, _, _]) => text.parse().map(DayRule::Once).map_err(|_| wanted()),
            _ => Err(wanted()),
        }
    }
}

/// The shop's clock: what to add to UTC, and from when on. Resolved when the pack is built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// IANA's, `Europe/Lisbon`.
    pub name: String,
    /// Seconds since the Unix epoch, and the seconds to add to UTC from then on; ascending.
    pub offsets: Vec<(i64, i32)>,
}

impl Zone {
    /// The day and time in the shop. Before the first offset that one holds, after the last that one.
    pub fn local(&self, now_ms: i64) -> (Date, Clock) {
        let secs = now_ms.div_euclid(1000);
        let at = self.offsets.partition_point(|&(from, _)| from <= secs).saturating_sub(1);
        let offset = self.offsets.get(at).map_or(0, |&(_, offset)| offset);
        let (date, secs) = Date::from_unix_secs(secs.saturating_add(offset.into()));
        (date, Clock { minutes: (secs / 60) as u16 })
    }
}

fn digits(text: &str) -> Option<u32> {
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn error(text: &str, wanted: &'static str) -> CalendarError {
    CalendarError { text: text.to_owned(), wanted }
}

/// Settings and packs hold the text.
macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl TryFrom<String> for $name {
            type Error = CalendarError;
            fn try_from(text: String) -> Result<Self, CalendarError> {
                text.trim().parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    )*};
}
as_text!(Date, Clock, Span, DayRule);

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        let mut day = date("1999-12-25");
        for year in 2000..2101 {
            for month in 1..=12 {
                for number in 1..=31 {
                    let Some(built) = Date::new(year, month, number) else { continue };
                    assert_eq!(built.ymd(), (year, month, number));
                    assert!(built > day);
                    day = built;
                }
            }
        }
        assert_eq!(date("2100-12-31").days_since(date("2000-01-01")), 36_889);
        assert_eq!(date("2026-11-22").weekday(), Weekday::Sun);
        assert_eq!(date("2026-01-31").plus_months(1), date("2026-02-28"));
        assert_eq!(date("9999-12-31").plus_days(i32::MAX), date("9999-12-31"));
        assert_eq!(date("0001-01-01").plus_days(i32::MIN), date("0001-01-01"));
    }

    /// From the tables of the Astronomical Society of South Australia.
    #[test]
    fn easter_is_where_the_tables_put_it() {
        for day in ["2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2026-04-05", "2027-03-28", "2038-04-25"] {
            assert_eq!(Date::easter(date(day).year()), Some(date(day)));
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_what_is_no_day_is_refused() {
        for text in ["12-25", "easter", "easter+1", "easter-2", "2027-02-06", "02-29"] {
            assert_eq!(text.parse::<DayRule>().unwrap().to_string(), text);
        }
        for text in ["", "13-01", "02-30", "easter+x", "2027-02-30", "12/25", "-1-1", "1-2-3-4"] {
            assert!(text.parse::<DayRule>().is_err(), "{text}");
        }
        assert_eq!("10:30-19:00".parse::<Span>().unwrap().to_string(), "10:30–19:00");
        for text in ["19:00-10:30", "10:30", "25:00-26:00", "10:60-11:00"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_zone_moves_the_clock_at_its_hour() {
        // Lisbon in 2026: summer time from 29 March 01:00 UTC to 25 October 01:00 UTC.
        let zone =
            Zone { name: "Europe/Lisbon".into(), offsets: vec![(0, 0), (1_774_746_000, 3600), (1_792_890_000, 0)] };
        assert_eq!(zone.local(1_774_745_999_000), (date("2026-03-29"), "0:59".parse().unwrap()));
        assert_eq!(zone.local(1_774_746_000_000), (date("2026-03-29"), "2:00".parse().unwrap()));
        assert_eq!(Zone::default().local(-1), (date("1969-12-31"), "23:59".parse().unwrap()));
        zone.local(i64::MAX);
        zone.local(i64::MIN);
    }
}
