//! Until when something is under warranty.

use super::days::{Since, since};
use super::returns::{is_about, mentioned};
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::SlotKind;
use crate::retrieve::tokens::normalize;

const WARRANTY: &[&str] = &[
    "warranty",
    "guarantee",
    "guaranteed",
    "under warranty",
    "保修",
    "质保",
    "保质期限",
    "保到",
    "保内",
    "保多久",
    "还保",
    "在保",
    "covered",
    "过保",
    "guarantees",
    "garantee",
    "guaranty",
    "warrantee",
    "under cover",
    "保不保",
    "质保期",
    "保修期",
    "能保",
    "包修",
    "保固",
];
/// What goes wrong with goods: with a day of delivery, a matter of warranty.
const FAULT: &[&str] = &[
    "broke",
    "broken",
    "cracked",
    "snapped",
    "died",
    "dead",
    "stopped working",
    "does not work",
    "doesn't work",
    "faulty",
    "defective",
    "went dead",
    "坏了",
    "坏掉",
    "裂了",
    "断了",
    "不能用",
    "失灵",
    "故障",
    "leaks",
    "leaking",
    "leaky",
    "flaking",
    "peeling",
    "漏水",
    "漏了",
    "掉漆",
    "松了",
];
/// Of goods that have come.
const HAD: &[&str] = &[
    "delivered",
    "arrived",
    "came",
    "bought",
    "received",
    "got it",
    "收货",
    "收到",
    "买",
    "签收",
    "到货",
    "turned up",
    "reached me",
    "收的",
    "到的",
    "拿到",
    "到手",
];
/// Of a thing that somebody has, and not of the rule.
const OWN_CASE: &[&str] = &[
    "is my",
    "does my",
    "my kettle still",
    "still under",
    "still covered",
    "till when is my",
    "until when is my",
    "is it still",
    "is this still",
    "has my",
    "is mine",
    "till when is my",
    "until when is my",
    "when does my",
    "how long is my",
    "does the warranty on my",
    "我的",
    "我这",
    "我那",
    "还在保",
    "还保",
    "过保",
    "过没过保",
    "warranty still",
    "guarantee still",
    "still running",
    "still valid",
    "bought",
    "保到什么时候",
    "保到哪",
    "保到几",
    "保到何",
    "收的",
    "买的",
];

/// What breaks sooner than this came broken, and its passage says what to do.
const MIN_DAYS_OF_USE: i32 = 30;

/// Whether a warranty is asked about.
pub(super) fn asks_warranty(shop: &Shop<'_>, request: &Request<'_>, text: &str) -> bool {
    let today = shop.today(request);
    let was_used = || since(request.slots, today).is_some_and(|came| today.days_since(came.day()) >= MIN_DAYS_OF_USE);
    says(text, WARRANTY) || says(text, FAULT) && says(text, HAD) && was_used()
}

pub(super) fn deadline(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(warranty) = &shop.rules.warranty else { return Outcome::NotApplicable };
    let today = shop.today(request);
    let text = normalize(request.text);
    let product = mentioned(shop, request);
    let mut sentence = Sentence::new(request, today);
    let term = warranty.terms.iter().find(|term| is_about(&term.goods, product, &text));
    let months = term.map_or(warranty.months, |term| term.months);
    let source = term.map_or(&warranty.source, |term| &term.source).clone();
    let what = match (product, term) {
        (Some(product), _) => product.title.text(sentence.language).to_owned(),
        (None, Some(term)) => term.name.text(sentence.language).to_owned(),
        (None, None) => sentence.say("What you buy from us".to_owned(), "在我们店购买的商品".to_owned()),
    };
    let period = sentence.months(months);
    let delivered = since(request.slots, today).map(Since::day);
    if delivered.is_none() && months > 0 && says(&text, OWN_CASE) && says(&text, WARRANTY) {
        let question = sentence.say("On which day did it reach you?".to_owned(), "请问是哪天收到的？".to_owned());
        return Outcome::Needs { slot: SlotKind::Date, question, choices: Vec::new() };
    }
    let (value, text) = match delivered {
        _ if months == 0 => {
            let text = sentence.say(format!("{what}: there is no warranty."), format!("{what}没有保修。"));
            (Value::Excluded, text)
        }
        None => {
            let text = sentence.say(
                format!("{what}: the warranty is {period} from delivery, against faults in material and making."),
                format!("{what}：保修 {period}，从收货算起，保材料和做工的问题。"),
            );
            (Value::Period { days: 0, months }, text)
        }
        Some(delivered) => {
            let last = delivered.plus_months(i32::try_from(months).unwrap_or(i32::MAX));
            let is_over = last < today;
            let (from, until) = (sentence.dated(delivered), sentence.dated(last));
            let text = if is_over {
                sentence.say(
                    format!("{what}: the warranty of {period}, counted from {from}, ended on {until}."),
                    format!("{what}：保修 {period}，从{from}算起，已于{until}到期。"),
                )
            } else {
                sentence.say(
                    format!("{what}: the warranty of {period}, counted from {from}, runs until {until}."),
                    format!("{what}：保修 {period}，从{from}算起，到{until}为止。"),
                )
            };
            (Value::Deadline { day: last, is_over }, text)
        }
    };
    let (numbers, sources) = (sentence.numbers, vec![source]);
    let products = product.map(|product| product.id.clone()).into_iter().collect();
    let skill = Skill::WarrantyDeadline;
    Outcome::Done(Box::new(Computed { skill, value, text, sources, numbers, products, action: None }))
}
