//! Days, times and sums in sentences.

use super::Request;
use crate::pack::Money;
use crate::pack::calendar::{Date, Weekday};
use crate::protocol::Language;
use crate::retrieve::typos::distance;

const WEEKDAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const WEEKDAYS_ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Words that questions to skills turn on: long enough to be known in spite of a slip.
const CUES: &[&str] = &[
    "shipping",
    "delivery",
    "deliver",
    "postage",
    "return",
    "returns",
    "refund",
    "warranty",
    "guarantee",
    "discount",
    "voucher",
    "opening",
    "express",
    "tracking",
    "parcel",
    "available",
    "expensive",
    "compare",
    "difference",
];
/// Words that are one slip from those, and are meant.
const NO_SLIPS: &[&str] =
    &["shopping", "returned", "refunds", "parcels", "delivers", "openings", "discounts", "vouchers"];

/// A message with slips in such words put right.
pub fn mended(text: &str) -> String {
    let is_slip = |word: &str| {
        word.len() >= 6 && word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !NO_SLIPS.contains(&word)
    };
    let mut mended = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphabetic()) {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let lower = word.to_lowercase();
        let letters: Vec<char> = lower.chars().collect();
        let near = |cue: &&&str| distance(&letters, &cue.chars().collect::<Vec<char>>()) == 1;
        match CUES.iter().find(near).filter(|_| is_slip(&lower) && !CUES.contains(&lower.as_str())) {
            Some(cue) => {
                mended.push_str(cue);
                mended.push_str(&piece[word.len()..]);
            }
            None => mended.push_str(piece),
        }
    }
    mended
}

/// `Tuesday, 1 December 2026`, `2026年12月1日（周二）`; without the year where it is this one.
pub fn date_words(date: Date, today: Date, language: Language) -> String {
    let (year, month, day) = date.ymd();
    let name = MONTHS[(month as usize - 1).min(11)];
    let weekday = weekday_words(date.weekday(), language);
    match (language, year == today.year()) {
        (Language::En, true) => format!("{weekday}, {day} {name}"),
        (Language::En, false) => format!("{weekday}, {day} {name} {year}"),
        (Language::Zh, true) => format!("{month}月{day}日（{weekday}）"),
        (Language::Zh, false) => format!("{year}年{month}月{day}日（{weekday}）"),
    }
}

/// Two days as a stretch; one where they are the same.
pub fn dates_words(first: Date, last: Date, today: Date, language: Language) -> String {
    if first == last {
        return date_words(first, today, language);
    }
    let (first, last) = (date_words(first, today, language), date_words(last, today, language));
    match language {
        Language::En => format!("between {first} and {last}"),
        Language::Zh => format!("{first}到{last}之间"),
    }
}

pub(super) fn weekday_words(weekday: Weekday, language: Language) -> &'static str {
    match language {
        Language::En => WEEKDAYS_EN[weekday as usize],
        Language::Zh => WEEKDAYS_ZH[weekday as usize],
    }
}

/// Collects what a sentence computed, for the check that every number has a ground.
pub(super) struct Sentence {
    pub language: Language,
    pub today: Date,
    pub numbers: Vec<String>,
}

impl Sentence {
    pub fn new(request: &Request<'_>, today: Date) -> Sentence {
        Sentence { language: request.language, today, numbers: Vec::new() }
    }

    /// The text of the shopper's language.
    pub fn say(&self, en: String, zh: String) -> String {
        match self.language {
            Language::En => en,
            Language::Zh => zh,
        }
    }

    pub fn keep(&mut self, text: String) -> String {
        if !self.numbers.contains(&text) {
            self.numbers.push(text.clone());
        }
        text
    }

    pub fn money(&mut self, money: &Money) -> String {
        self.keep(money.format(self.language))
    }

    pub fn date(&mut self, date: Date) -> String {
        self.keep(date_words(date, self.today, self.language))
    }

    /// With its year, whichever it is: for what lasts longer than one.
    pub fn dated(&mut self, date: Date) -> String {
        let far = self.today.plus_months(-24);
        self.keep(date_words(date, far, self.language))
    }

    pub fn dates(&mut self, first: Date, last: Date) -> String {
        self.date(first);
        self.date(last);
        dates_words(first, last, self.today, self.language)
    }

    /// `2–4`, or one number where both are the same.
    pub fn range(&mut self, [least, most]: [u32; 2]) -> String {
        self.keep(if least == most { least.to_string() } else { format!("{least}–{most}") })
    }

    /// `1.5 kg`, `800 g`; 1.5 公斤.
    pub fn weight(&mut self, grams: u32) -> String {
        let (amount, unit) = if grams >= 1000 {
            (f64::from(grams) / 1000.0, self.say("kg".to_owned(), "公斤".to_owned()))
        } else {
            (f64::from(grams), self.say("g".to_owned(), "克".to_owned()))
        };
        self.keep(format!("{amount} {unit}"))
    }

    /// Years where they are whole.
    pub fn months(&mut self, months: u32) -> String {
        let (n, en, zh) = if months > 0 && months.is_multiple_of(12) {
            (months / 12, "year", "年")
        } else {
            (months, "month", "个月")
        };
        let s = if n == 1 { "" } else { "s" };
        self.keep(self.say(format!("{n} {en}{s}"), format!("{n} {zh}")))
    }
}

/// Whether a text says one of some phrases, and does not say it with a “not” before.
pub(super) fn says(text: &str, phrases: &[impl AsRef<str>]) -> bool {
    phrases.iter().map(AsRef::as_ref).any(|phrase| {
        text.match_indices(phrase).any(|(at, found)| {
            let (before, after) = (&text[..at], &text[at + found.len()..]);
            let is_latin = |c: char| c.is_ascii_alphanumeric();
            let joins = found.starts_with(is_latin) && before.ends_with(is_latin)
                || found.ends_with(is_latin) && !found.ends_with(' ') && after.starts_with(is_latin);
            !joins && !before.ends_with(['未', '没', '不'])
        })
    })
}
