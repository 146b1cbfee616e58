//! When a person answers: the telephone and the messengers, by the hours of each.

use super::hours::spans_words;
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::pack::calendar::{Clock, Date, Span};
use crate::pack::rules::{Channel, ChannelKind};
use crate::retrieve::tokens::normalize;

/// Reaching the shop by telephone …
const CALL: &[&str] = &[
    "ring",
    "phone",
    "call",
    "telephone",
    "on the line",
    "电话",
    "打给",
    "拨",
    "phones",
    "calls",
    "give you a call",
    "打得通",
    "接电话",
    "通电话",
    "来电",
];
/// … or in writing …
const WHATSAPP: &[&str] = &["whatsapp", "whats app"];
const WECHAT: &[&str] = &["wechat", "微信"];
/// … and until when.
const CALL_WHEN: &[&str] = &[
    "till when",
    "until when",
    "what time",
    "from when",
    "how late",
    "hours",
    "today",
    "tomorrow",
    "几点",
    "到什么时候",
    "今天",
    "明天",
    "什么时间",
    "when",
    "between which",
    "which hours",
    "next",
    "earliest",
    "picks up",
    "pick up",
    "answers",
    "anyone",
    "anybody",
    "nobody",
    "什么时候",
    "最早",
    "有人接",
    "没人接",
    "打得通",
    "几时",
    "接到几点",
    "周末",
];
/// A week has a day on which somebody answers, or none has.
const DAYS_AHEAD: i32 = 7;

/// Whether it is asked when somebody answers there.
pub(super) fn asks_hours(request: &Request<'_>, text: &str) -> bool {
    is_named(text) && (says(text, CALL_WHEN) || !request.slots.days.is_empty() || request.slots.time.is_some())
}

/// Whether a message speaks of a channel to a person.
pub(super) fn is_named(text: &str) -> bool {
    [CALL, WHATSAPP, WECHAT].iter().any(|words| says(text, words))
}

/// The hours of the channel that a message speaks of, where it has hours of its own.
pub(super) fn hours(shop: &Shop<'_>, request: &Request<'_>) -> Option<Outcome> {
    let handoff = shop.rules.handoff.as_ref()?;
    let text = normalize(request.text);
    let kinds = [(WHATSAPP, ChannelKind::Whatsapp), (WECHAT, ChannelKind::Wechat), (CALL, ChannelKind::Phone)];
    let (_, kind) = kinds.into_iter().find(|(words, _)| says(&text, words))?;
    let channel = handoff.channels.iter().find(|channel| channel.kind == kind && !channel.week.is_empty())?;
    let (today, clock) = shop.rules.zone.local(request.now_ms);
    let mut sentence = Sentence::new(request, today);
    let day = request.slots.days.first().map_or(today, |day| day.value.date);
    let spans = channel.week.get(&day.weekday()).cloned().unwrap_or_default();
    let to = sentence.keep(channel.to.clone());
    let on = sentence.date(day);
    let is_phone = kind == ChannelKind::Phone;
    let mut line = match (spans.is_empty(), is_phone) {
        (true, true) => {
            sentence.say(format!("On {on} nobody answers the telephone ({to})."), format!("{on}没有人接电话（{to}）。"))
        }
        (true, false) => {
            sentence.say(format!("On {on} nobody reads messages to {to}."), format!("{on}没有人回复消息（{to}）。"))
        }
        (false, _) => {
            let hours = spans_words(&spans, &mut sentence);
            match is_phone {
                true => sentence.say(
                    format!("On {on} you can call {to} {hours}."),
                    format!("{on}可以打电话 {to}，时间是 {hours}。"),
                ),
                false => sentence.say(
                    format!("On {on} somebody answers messages to {to} {hours}."),
                    format!("{on}有人回复消息（{to}），时间是 {hours}。"),
                ),
            }
        }
    };
    // After the last hour of today, and on a day without any, the next one is what helps.
    let is_over = spans.is_empty() || day == today && spans.iter().all(|span| span.to <= clock);
    let next = if is_over { next_span(channel, day) } else { None };
    if let Some((next, span)) = next {
        let (day, hours) = (sentence.date(next), spans_words(&[span], &mut sentence));
        line += &sentence.say(format!(" The next time is {day}, {hours}."), format!("之后最早是{day} {hours}。"));
    }
    let next_opening: Option<(Date, Clock)> = next.map(|(day, span)| (day, span.from));
    let value = Value::Hours { day, spans, open_now: None, next_opening };
    let (numbers, sources) = (sentence.numbers, handoff.source.iter().cloned().collect());
    let (skill, text) = (Skill::OpeningHours, line);
    Some(Outcome::Done(Box::new(Computed { skill, value, text, sources, numbers, products: Vec::new(), action: None })))
}

fn next_span(channel: &Channel, day: Date) -> Option<(Date, Span)> {
    let mut days = (1..=DAYS_AHEAD).map(|n| day.plus_days(n));
    days.find_map(|day| Some((day, *channel.week.get(&day.weekday())?.first()?)))
}
