//! When a parcel leaves: the cut-off, the days on which nothing is sent, and what takes longer to make ready.

use super::days::ordered;
use super::sending::NOW;
use super::shipping::finish;
use super::words::{Sentence, says};
use super::{Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::DayTime;
use crate::pack::Localized;
use crate::pack::calendar::{Clock, Date, Weekday};
use crate::pack::rules::{Dispatch, DispatchExtra};
use crate::retrieve::tokens::normalize;

/// Of the parcel, at the shop's end. The leaves of tea are no parcel.
const LEAVES: &[&str] = &[
    "go out",
    "goes out",
    "going out",
    "it leave",
    "it leaves",
    "order leave",
    "order leaves",
    "parcel leave",
    "parcel leaves",
    "package leave",
    "package leaves",
    "leave you",
    "leaves you",
    "leave your",
    "leaves your",
    "leave the shop",
    "leaves the shop",
    "leaves when",
    "leave when",
    "leave today",
    "leave on",
    "dispatch",
    "dispatched",
    "send it",
    "send them",
    "send out",
    "sends out",
    "sent out",
    "send off",
    "sent off",
    "send things out",
    "sent today",
    "ship today",
    "shipped today",
    "ship it",
    "ship out",
    "shipped out",
    "shipping it",
    "do you ship",
    "you ship",
    "you post",
    "post it",
    "posted",
    "it ship",
    "get sent",
    "gets sent",
    "on its way",
    "handed to the carrier",
    "hand it over",
    "发货",
    "发出",
    "发走",
    "发掉",
    "寄出",
    "寄走",
    "出货",
    "发件",
    "出库",
    "能发",
    "会发",
    "发不发",
    "哪天发",
    "几号发",
    "什么时候发",
    "啥时候发",
    "才发",
    "当天发",
];
const WHEN: &[&str] = &[
    "when",
    "what day",
    "which day",
    "what date",
    "which date",
    "same day",
    "or later",
    "still",
    "on what",
    "how soon",
    "go out today",
    "goes out today",
    "哪天",
    "几号",
    "什么时候",
    "啥时候",
    "何时",
    "当天",
    "还能",
    "今天",
    "吗",
    "哪一天",
    "能不能",
];
/// … or whether at all, of an order that is placed now or then.
const WHETHER: &[&str] = &["does it", "will it", "can it", "can you", "do you", "will you", "do they"];
/// Who is about to order.
const ORDERS: &[&str] = &[
    "i order",
    "i buy",
    "i pay",
    "i purchase",
    "we order",
    "ordering",
    "buying",
    "paying",
    "order placed",
    "orders placed",
    "下单",
    "付款",
    "付",
    "拍下",
    "下的单",
    "现在订",
    "现在买",
];
/// Of an order that has been placed, the shop says more elsewhere.
const PLACED: &[&str] = &[
    "already ordered",
    "already placed",
    "already paid",
    "haven't",
    "havent",
    "has not",
    "hasn't",
    "hasnt",
    "not yet",
    "yet",
    "still not",
    "still hasn't",
    "没收到",
    "还没",
    "都没",
    "没发",
    "已经下单",
    "已经付",
    "pre-order",
    "preorder",
    "pre order",
    "预订",
    "预售",
    "预购",
    "下单好几天",
    "有没有发",
];
/// A year of closed days ends a search for a working one.
const MAX_CLOSED_DAYS: usize = 366;

/// Whether it is asked when an order leaves that is placed now or on a day that is named.
pub(super) fn asks_leaving(request: &Request<'_>, text: &str) -> bool {
    let is_timed =
        !request.slots.days.is_empty() || request.slots.time.is_some() || says(text, NOW) || says(text, ORDERS);
    let has_order = request.slots.order.is_some();
    let is_asked = says(text, WHEN) || says(text, WHETHER) && (says(text, NOW) || says(text, ORDERS));
    says(text, LEAVES) && is_asked && is_timed && !says(text, PLACED) && !has_order
}

/// Whether something is named that takes longer to make ready.
pub(super) fn names_extra(dispatch: &Dispatch, text: &str) -> bool {
    dispatch.extras.iter().any(|extra| extra.words.0.values().any(|words| says(text, words)))
}

/// Whether a message speaks of the shop's end of the way.
pub(super) fn speaks_of_leaving(text: &str) -> bool {
    says(text, LEAVES)
}

/// When an order leaves that is paid on a day.
#[derive(Clone, Debug)]
pub(super) struct Leaving<'a> {
    pub paid: Date,
    /// The day it leaves, by what is known of the hour: paid before the cut-off, and after it.
    pub first: Date,
    pub last: Date,
    pub extras: Vec<&'a DispatchExtra>,
    /// Where the money is waited for.
    pub payment_source: Option<&'a str>,
}

impl Leaving<'_> {
    /// Whether it is paid on another day than today, or at another hour than now.
    pub fn is_planned(&self, request: &Request<'_>, today: Date) -> bool {
        self.paid != today || request.slots.time.is_some()
    }

    /// The passages that it rests on, after the one of the cut-off.
    pub fn sources(&self) -> impl Iterator<Item = String> {
        self.extras.iter().map(|extra| extra.source.clone()).chain(self.payment_source.map(str::to_owned))
    }
}

/// When the order of a message leaves; `None` where it waits for money of which no day is said.
pub(super) fn leaving<'a>(shop: &Shop<'a>, dispatch: &'a Dispatch, request: &Request<'_>) -> Option<Leaving<'a>> {
    let (today, clock) = shop.rules.zone.local(request.now_ms);
    let text = normalize(request.text);
    let said = |words: &Localized<Vec<String>>| words.0.values().any(|words| says(&text, words));
    let extras: Vec<&DispatchExtra> = dispatch.extras.iter().filter(|extra| said(&extra.words)).collect();
    let payment = dispatch.slow_payment.as_ref().filter(|payment| said(&payment.words));
    // Of money that is waited for, the day it arrives.
    let arrives = || request.slots.days.iter().map(|day| day.value.date).find(|&day| day > today);
    let day = ordered(request.slots, today).or_else(|| payment.and_then(|_| arrives()));
    if payment.is_some() && day.is_none_or(|day| day == today) {
        return None;
    }
    // Of a day with nothing said of it, the order is meant, unless it is needed by then.
    let named = || request.slots.days.iter().map(|day| day.value).find(|day| day.role.is_none() && day.date >= today);
    let paid = day.or_else(|| named().map(|day| day.date)).unwrap_or(today);
    let any = DayTime { from: Clock { minutes: 0 }, to: Clock { minutes: 1439 } };
    let time = match &request.slots.time {
        // Of today only what is left, unless all of it is over.
        Some(time) if paid == today && time.value.from < clock && clock <= time.value.to => {
            DayTime { from: clock, ..time.value }
        }
        Some(time) => time.value,
        None if paid == today => DayTime { from: clock, to: clock },
        None => any,
    };
    let ready: u32 = extras.iter().map(|extra| extra.days.min(400)).sum();
    let leaves = |is_late: bool| {
        let first = working_day(dispatch, if is_late { paid.plus_days(1) } else { paid });
        (0..ready).fold(first, |day, _| working_day(dispatch, day.plus_days(1)))
    };
    let (first, last) = match dispatch.cut_off {
        None => (leaves(false), leaves(false)),
        Some(cut_off) => (leaves(time.from >= cut_off), leaves(time.to >= cut_off)),
    };
    Some(Leaving { paid, first, last, extras, payment_source: payment.map(|payment| payment.source.as_str()) })
}

/// The answer to when an order leaves.
pub(super) fn answer(shop: &Shop<'_>, dispatch: &Dispatch, request: &Request<'_>) -> Outcome {
    let (today, clock) = shop.rules.zone.local(request.now_ms);
    let is_awaited = |slot: &crate::chat::slots::Slot<crate::chat::slots::ProductMention>| {
        slot.value.only().and_then(|id| shop.product(id)).is_some_and(|product| !product.is_in_stock())
    };
    let Some(leaving) = leaving(shop, dispatch, request).filter(|_| !request.slots.products.iter().any(is_awaited))
    else {
        return Outcome::NotApplicable;
    };
    let mut sentence = Sentence::new(request, today);
    let Leaving { paid, first, last, .. } = leaving;
    let (day, leaves) = (sentence.date(paid), sentence.date(first));
    let cut_off = dispatch.cut_off.map(|cut_off| sentence.keep(cut_off.to_string()));
    let mut text = match (leaving.is_planned(request, today), first == paid, cut_off) {
        (_, _, Some(cut_off)) if first != last => {
            let later = sentence.date(last);
            sentence.say(
                format!("Paid before {cut_off} on {day}, an order leaves us on {leaves}; paid later, on {later}."),
                format!("{day} {cut_off} 前付款，{leaves}发货；之后付款，{later}发货。"),
            )
        }
        (true, true, _) => sentence.say(
            format!("An order paid then leaves us the same day, {leaves}."),
            format!("那时付款，当天（{leaves}）就发货。"),
        ),
        (true, false, _) => sentence.say(
            format!("An order paid then, on {day}, leaves us on {leaves}."),
            format!("{day}付款的订单，{leaves}发货。"),
        ),
        (false, true, Some(cut_off)) => {
            let time = sentence.keep(clock.to_string());
            sentence.say(
                format!("Yes: paid before {cut_off} (it is {time} in the shop), an order leaves today, {leaves}."),
                format!("可以：{cut_off} 前付款（店里现在是 {time}），今天（{leaves}）就发货。"),
            )
        }
        (false, true, None) => sentence
            .say(format!("An order paid now leaves today, {leaves}."), format!("现在付款，今天（{leaves}）发货。")),
        (false, false, _) => {
            let time = sentence.keep(clock.to_string());
            sentence.say(
                format!("Not today: it is {time} in the shop, and an order paid now leaves on {leaves}."),
                format!("今天发不出了：店里现在是 {time}，现在付款的订单{leaves}发货。"),
            )
        }
    };
    text += &extra_line(&leaving.extras, &mut sentence);
    let sources = [dispatch.source.clone()].into_iter().chain(leaving.sources()).collect();
    finish(Skill::DeliveryTime, Value::Deadline { day: first, is_over: first != paid }, text, sources, sentence)
}

/// What the day of dispatch already counts in: “Gift wrapping takes 1 more working day.”
pub(super) fn extra_line(extras: &[&DispatchExtra], sentence: &mut Sentence) -> String {
    let mut line = String::new();
    for extra in extras {
        let (name, n) = (extra.name.text(sentence.language).to_owned(), sentence.keep(extra.days.to_string()));
        let s = if extra.days == 1 { "" } else { "s" };
        line += &sentence.say(
            format!(" That counts in {n} more working day{s} for {name}."),
            format!("这已算上{name}多需的 {n} 个工作日。"),
        );
    }
    line
}

fn is_working(dispatch: &Dispatch, day: Date) -> bool {
    dispatch.days.contains(&day.weekday()) && !dispatch.holidays.iter().any(|holiday| holiday.is_on(day))
}

/// The day itself, or the next working one.
pub(super) fn working_day(dispatch: &Dispatch, day: Date) -> Date {
    (0..MAX_CLOSED_DAYS as i32).map(|n| day.plus_days(n)).find(|&day| is_working(dispatch, day)).unwrap_or(day)
}

/// The carrier works from Monday to Friday, whatever days the shop sends on.
pub(super) fn plus_working_days(dispatch: &Dispatch, from: Date, days: u32) -> Date {
    let mut carrier = dispatch.clone();
    carrier.days = Weekday::ALL.into_iter().take(5).chain(dispatch.days.iter().copied()).collect();
    // No parcel takes longer than this; settings may say anything.
    (0..days.min(400)).fold(from, |day, _| working_day(&carrier, day.plus_days(1)))
}
