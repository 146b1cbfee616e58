//! Opening hours: now, on a day, and when the shop opens next.

use super::channels;
use super::words::{Sentence, says, weekday_words};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::pack::calendar::{Clock, Date, Span, Weekday};
use crate::pack::rules::{Hours, SpecialDay};
use crate::protocol::Language;
use crate::retrieve::tokens::normalize;

const OPEN: &[&str] = &[
    "open",
    "opening",
    "closed",
    "close",
    "closing",
    "shut",
    "business hours",
    "opening hours",
    "营业",
    "开门",
    "关门",
    "开着",
    "休息",
    "几点开",
    "几点关",
    "opens",
    "closes",
    "open till",
    "anybody there",
    "anyone there",
    "somebody there",
    "someone there",
    "drop in",
    "drop by",
    "come by",
    "come in",
    "stop by",
    "pop in",
    "visit",
    "打烊",
    "进店",
    "去店里",
    "来店里",
    "到店",
    "有人在",
    "上班",
    "下班",
    "开吗",
    "开不开",
    "几点能去",
    "anyone in",
    "someone in",
    "somebody in",
    "in the door",
    "store open",
    "店里有人",
    "开店",
    "能进店",
    "能进去",
    "进门",
    "开到",
    "有人吗",
];
/// “Open” is also what one does to tea.
const NOT_OPEN: &[&str] = &[
    "opened", "return", "refund", "account", "parcel", "bag", "pouch", "tin", "退", "order", "ship", "delivery",
    "package", "open it", "bottle", "jar", "包裹", "订单", "发货", "开封", "拆", "开了",
];

/// A shop that is closed longer than this says so itself.
const MAX_DAYS_AHEAD: i32 = 60;
const MAX_DAYS_ASKED: usize = 3;

/// Whether it is asked when the shop is open.
pub(super) fn asks_open(text: &str) -> bool {
    // A course begins, and a shop opens.
    let text = &text.replace("开始", " ");
    says(text, OPEN) && !says(text, NOT_OPEN) && !says(text, &["reopen"])
}

pub(super) fn answer(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(hours) = &shop.rules.hours else { return Outcome::NotApplicable };
    let (today, clock) = shop.rules.zone.local(request.now_ms);
    let mut sentence = Sentence::new(request, today);
    match channels::hours(shop, request) {
        Some(reached) => return reached,
        // The hours of the shop say nothing of a messenger that it does not have.
        None if channels::is_named(&normalize(request.text)) && !asks_open(&normalize(request.text)) => {
            return Outcome::NotApplicable;
        }
        None => {}
    }
    let mut named: Vec<Date> = request.slots.days.iter().map(|day| day.value.date).take(MAX_DAYS_ASKED).collect();
    if named.is_empty() {
        named.extend(named_day(hours, &normalize(request.text), today));
    }
    let time = request.slots.time.as_ref().and_then(|time| time.value.exact());
    if let Some(time) = time {
        let day = named.first().copied().unwrap_or(today);
        let (text, value) = at_time(hours, day, time, &mut sentence);
        return done(value, text, hours, sentence);
    }
    let (text, value) = if named.is_empty() || named == [today] {
        let (text, value) = now(hours, today, clock, &mut sentence);
        let week = if named.is_empty() { week_words(hours, &mut sentence) } else { String::new() };
        (format!("{text}{week}"), value)
    } else {
        let lines: Vec<String> = named.iter().map(|&day| day_line(hours, day, today, &mut sentence)).collect();
        let (first, joint) = (named[0], sentence.say(" ".to_owned(), String::new()));
        let spans = spans_on(hours, first);
        let next = if spans.is_empty() { next_opening(hours, first, None) } else { None };
        (lines.join(&joint), Value::Hours { day: first, spans, open_now: None, next_opening: next })
    };
    done(value, text, hours, sentence)
}

fn done(value: Value, text: String, hours: &Hours, sentence: Sentence) -> Outcome {
    let (numbers, sources) = (sentence.numbers, vec![hours.source.clone()]);
    let skill = Skill::OpeningHours;
    Outcome::Done(Box::new(Computed { skill, value, text, sources, numbers, products: Vec::new(), action: None }))
}

/// Whether the shop is open at a time of a day, and that day's hours.
fn at_time(hours: &Hours, day: Date, time: Clock, sentence: &mut Sentence) -> (String, Value) {
    let spans = spans_on(hours, day);
    let is_open = spans.iter().any(|span| span.from <= time && time < span.to);
    let next = if spans.is_empty() { next_opening(hours, day, None) } else { None };
    let text = if spans.is_empty() {
        day_line(hours, day, sentence.today, sentence)
    } else {
        let (on, at, open) = (sentence.date(day), sentence.keep(time.to_string()), spans_words(&spans, sentence));
        match is_open {
            true => sentence.say(
                format!("Yes, on {on} at {at} we are open: that day's hours are {open}."),
                format!("{on} {at} 营业，当天时间是 {open}。"),
            ),
            false => sentence.say(
                format!("No, on {on} at {at} we are closed: that day's hours are {open}."),
                format!("{on} {at} 不营业，当天时间是 {open}。"),
            ),
        }
    };
    (text, Value::Hours { day, spans, open_now: None, next_opening: next })
}

/// The next one of the days that the shop has a name for, and that a text names.
fn named_day(hours: &Hours, text: &str, today: Date) -> Option<Date> {
    let is_said = |special: &&SpecialDay| special.name.0.values().any(|name| says(text, &[normalize(name)]));
    let special = hours.special.iter().find(is_said)?;
    let years = [today.year(), today.year() + 1];
    years.into_iter().find_map(|year| special.day.in_year(year).filter(|&day| day >= today))
}

fn now(hours: &Hours, today: Date, clock: Clock, sentence: &mut Sentence) -> (String, Value) {
    let spans = spans_on(hours, today);
    let open = spans.iter().copied().find(|span| span.from <= clock && clock < span.to);
    let next = if open.is_some() { None } else { next_opening(hours, today, Some(clock)) };
    let time = sentence.keep(clock.to_string());
    let text = match (open, next) {
        (Some(span), _) => {
            let until = sentence.keep(span.to.to_string());
            sentence.say(
                format!("Yes, we are open now, until {until} today (it is {time} in the shop)."),
                format!("现在营业中，今天开到 {until}（店里现在是 {time}）。"),
            )
        }
        (None, Some((day, at))) => {
            let at = sentence.keep(at.to_string());
            let (en_day, zh_day) = if day == today {
                ("today".to_owned(), "今天".to_owned())
            } else {
                let word = sentence.date(day);
                (format!("on {word}"), word)
            };
            sentence.say(
                format!("We are closed at the moment (it is {time} in the shop) and open again {en_day} at {at}."),
                format!("现在已经休息了（店里现在是 {time}），{zh_day} {at} 开门。"),
            )
        }
        (None, None) => sentence.say("We are closed at the moment.".to_owned(), "现在不营业。".to_owned()),
    };
    (text, Value::Hours { day: today, spans, open_now: Some(open.is_some()), next_opening: next })
}

fn day_line(hours: &Hours, day: Date, today: Date, sentence: &mut Sentence) -> String {
    let spans = spans_on(hours, day);
    let name = special(hours, day).map(|special| special.name.text(sentence.language).to_owned());
    let word = sentence.date(day);
    let word = match name.filter(|name| !name.is_empty()) {
        Some(name) => sentence.say(format!("{word} ({name})"), format!("{word}{name}")),
        None => word,
    };
    if !spans.is_empty() {
        let spans = spans_words(&spans, sentence);
        return sentence.say(format!("Yes, on {word} we are open {spans}."), format!("{word}营业，时间是 {spans}。"));
    }
    let mut line = sentence.say(format!("No, on {word} we are closed."), format!("{word}不营业。"));
    if let Some((next, at)) = next_opening(hours, day, None).filter(|_| day >= today) {
        let (next, at) = (sentence.date(next), sentence.keep(at.to_string()));
        line +=
            &sentence.say(format!(" The next day we open is {next}, at {at}."), format!("之后最早 {next} {at} 开门。"));
    }
    line
}

/// The week's hours, days alike together.
fn week_words(hours: &Hours, sentence: &mut Sentence) -> String {
    let spans = |day: &Weekday| hours.week.get(day).cloned().unwrap_or_default();
    let mut groups: Vec<(Weekday, Weekday, Vec<Span>)> = Vec::new();
    for day in Weekday::ALL {
        match groups.last_mut() {
            Some((_, last, other)) if *other == spans(&day) => *last = day,
            _ => groups.push((day, day, spans(&day))),
        }
    }
    let words: Vec<String> = groups
        .into_iter()
        .map(|(first, last, spans)| {
            let name = |day| weekday_words(day, sentence.language);
            let days = match (first == last, sentence.language) {
                (true, _) => name(first).to_owned(),
                (false, Language::En) => format!("{} to {}", name(first), name(last)),
                (false, Language::Zh) => format!("{}至{}", name(first), name(last)),
            };
            if spans.is_empty() {
                return sentence.say(format!("{days} closed"), format!("{days}休息"));
            }
            format!("{days} {}", spans_words(&spans, sentence))
        })
        .collect();
    sentence.say(format!("\n\nOur hours: {}.", words.join(", ")), format!("\n\n营业时间：{}。", words.join("，")))
}

pub(super) fn spans_words(spans: &[Span], sentence: &mut Sentence) -> String {
    let words: Vec<String> = spans.iter().map(|span| sentence.keep(span.to_string())).collect();
    words.join(&sentence.say(" and ".to_owned(), "、".to_owned()))
}

fn special(hours: &Hours, day: Date) -> Option<&SpecialDay> {
    hours.special.iter().find(|special| special.day.is_on(day))
}

/// When the shop is open on a day; empty for closed.
pub(super) fn spans_on(hours: &Hours, day: Date) -> Vec<Span> {
    let weekly = hours.week.get(&day.weekday()).cloned().unwrap_or_default();
    let Some(special) = special(hours, day) else { return weekly };
    let mut spans = special.open.clone().unwrap_or(weekly);
    if let Some(until) = special.until {
        spans.retain(|span| span.from < until);
        spans.iter_mut().for_each(|span| span.to = span.to.min(until));
    }
    spans
}

/// The next day and time that the shop opens: later on `day` where a time is given, else after `day`.
fn next_opening(hours: &Hours, day: Date, after: Option<Clock>) -> Option<(Date, Clock)> {
    let today =
        after.and_then(|after| spans_on(hours, day).into_iter().map(|span| span.from).find(|&from| from > after));
    today.map(|from| (day, from)).or_else(|| {
        let days = (1..=MAX_DAYS_AHEAD).map(|n| day.plus_days(n));
        days.into_iter().find_map(|day| Some((day, spans_on(hours, day).first()?.from)))
    })
}
