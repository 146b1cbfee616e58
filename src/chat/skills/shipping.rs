//! What shipping costs, when a parcel arrives, what is missing to free shipping.

use super::basket::{basket, counted};
use super::days::{needed, ordered};
use super::dispatch::{self, asks_leaving, extra_line, plus_working_days};
use super::sending::asks_when;
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::{Place, SlotKind, Slots};
use crate::pack::Money;
use crate::pack::calendar::Date;
use crate::pack::rules::{Shipping, ShippingZone};
use crate::retrieve::tokens::normalize;

/// Places answered at once.
const MAX_PLACES: usize = 3;
pub(super) const EXPRESS: &[&str] = &[
    "express",
    "fastest",
    "urgent",
    "next day",
    "overnight",
    "加急",
    "特快",
    "最快",
    "急件",
    "次日达",
    "rush",
    "quickest",
    "as fast as",
    "fast as possible",
    "asap",
    "mind paying extra",
    "快的那种",
    "越快越好",
    "尽快",
    "加钱",
    "priority",
    "快件",
    "赶时间",
    "加快",
    "特急",
];
pub(super) fn cost(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some((shipping, places)) = ask_place(shop, request) else { return Outcome::NotApplicable };
    if places.is_empty() {
        return needs_place(shipping, request);
    }
    let mut sentence = Sentence::new(request, shop.today(request));
    let weights = weights(shop, request);
    let total = basket(shop, request);
    let (mut lines, mut sources, mut value) = (Vec::new(), vec![shipping.source.clone()], None);
    for place in places.iter().take(MAX_PLACES) {
        let Some(zone) = zone_of(shipping, place) else { continue };
        let (line, this) = cost_line(shipping, zone, place, &weights, total.as_ref(), request, &mut sentence);
        lines.push(line);
        if zone.free_from.is_some() {
            sources.extend(shipping.free_source.clone());
        }
        if wants_express(request) {
            sources.extend(zone.express.as_ref().map(|express| express.source.clone()));
        }
        value = value.or(Some(this));
    }
    let Some(value) = value else { return Outcome::NotApplicable };
    finish(Skill::ShippingCost, value, lines.join("\n\n"), sources, sentence)
}

fn cost_line(
    shipping: &Shipping,
    zone: &ShippingZone,
    place: &Place,
    weights: &[u32],
    total: Option<&Money>,
    request: &Request<'_>,
    sentence: &mut Sentence,
) -> (String, Value) {
    let to = place.name(sentence.language);
    let mut parts = Vec::new();
    let mut rates: Vec<Money> = zone.prices.iter().map(|price| price.0.clone()).collect();
    if wants_express(request) {
        let line = match &zone.express {
            Some(express) if weights.iter().all(|grams| *grams <= express.up_to_g) => {
                rates = vec![express.price.0.clone()];
                let (price, days, most) =
                    (sentence.money(&express.price.0), sentence.range(express.days), sentence.weight(express.up_to_g));
                let en_day = if express.days == [1, 1] { "working day" } else { "working days" };
                sentence.say(
                    format!("Express to {to} costs {price} and takes {days} {en_day}, for parcels up to {most}."),
                    format!("加急寄到{to}运费 {price}，{days} 个工作日送达，限 {most}以内的包裹。"),
                )
            }
            Some(express) => {
                let most = sentence.weight(express.up_to_g);
                sentence.say(
                    format!("Express to {to} is only for parcels up to {most}."),
                    format!("寄到{to}的加急只接 {most}以内的包裹。"),
                )
            }
            None => sentence.say(format!("Express is not offered to {to}."), format!("寄到{to}没有加急。")),
        };
        parts.push(line);
    }
    let is_express = rates.len() == 1 && wants_express(request) && zone.prices.len() > 1;
    let free_from = zone.free_from.as_ref().map(|price| &price.0);
    let is_free = !is_express && matches!((free_from, total), (Some(from), Some(total)) if total.minor >= from.minor);
    let prices: Vec<(u32, Money, u32)> = weights
        .iter()
        .filter_map(|&grams| price_of(shipping, zone, grams).map(|(price, n_parcels)| (grams, price, n_parcels)))
        .collect();
    let (mut least, mut most) = (rates.first().cloned(), rates.last().cloned());
    if !is_express && !prices.is_empty() {
        let price = |(_, price, _): &(u32, Money, u32)| price.clone();
        least = prices.iter().map(price).min_by_key(|price| price.minor);
        most = prices.iter().map(price).max_by_key(|price| price.minor);
    }
    if is_free {
        if let (Some(from), Some(total)) = (free_from, total) {
            let (from, total) = (sentence.money(from), sentence.money(total));
            parts.push(sentence.say(
                format!("Standard shipping to {to} is free for your basket of {total}: it is free from {from}."),
                format!("您的购物车是 {total}，寄到{to}满 {from} 包邮，所以标准配送免运费。"),
            ));
        }
        let zero = least.map(|money| Money { minor: 0, ..money });
        (least, most) = (zero.clone(), zero);
    } else if !is_express {
        for (grams, price, n_parcels) in &prices {
            let (weight, price) = (sentence.weight(*grams), sentence.money(price));
            let mut line = sentence.say(
                format!("Standard shipping of {weight} to {to} costs {price}."),
                format!("{weight}的包裹寄到{to}，标准配送运费 {price}。"),
            );
            if *n_parcels > 1 {
                let n = sentence.keep(n_parcels.to_string());
                line += &sentence.say(format!(" It goes in {n} parcels."), format!("会分成 {n} 个包裹寄出。"));
            }
            parts.push(line);
        }
        if prices.is_empty() {
            let bands: Vec<String> = (shipping.bands_g.iter().zip(&zone.prices))
                .map(|(&grams, price)| {
                    let (price, weight) = (sentence.money(&price.0), sentence.weight(grams));
                    sentence.say(format!("{price} up to {weight}"), format!("{weight}以内 {price}"))
                })
                .collect();
            parts.push(sentence.say(
                format!("Standard shipping to {to} costs {}.", list_en(&bands)),
                format!("寄到{to}的标准配送运费：{}。", bands.join("，")),
            ));
        }
        if let Some(from) = free_from {
            let missing = total.and_then(|total| from.minor.checked_sub(total.minor));
            let price = sentence.money(from);
            parts.push(match missing {
                Some(minor) => {
                    let missing = sentence.money(&Money { minor, ..from.clone() });
                    sentence.say(
                        format!("It is free from {price}: {missing} more in the basket."),
                        format!("满 {price} 包邮，还差 {missing}。"),
                    )
                }
                None => sentence.say(format!("It is free from {price}."), format!("满 {price} 包邮。")),
            });
        }
    }
    let joint = sentence.say(" ".to_owned(), String::new());
    let unknown = || Money { minor: 0, currency: String::new() };
    let (least, most) = (least.unwrap_or_else(unknown), most.unwrap_or_else(unknown));
    (parts.join(&joint), Value::ShippingCost { place: place.code.clone(), least, most, is_free })
}

pub(super) fn time(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some((shipping, places)) = ask_place(shop, request) else { return Outcome::NotApplicable };
    let Some(dispatch) = &shipping.dispatch else { return Outcome::NotApplicable };
    let text = normalize(request.text);
    // “And with gift wrapping?” goes on from when it leaves.
    let goes_on = || dispatch::names_extra(dispatch, &text) && !asks_when(&text);
    if places.is_empty() && (asks_leaving(request, &text) || goes_on()) {
        return dispatch::answer(shop, dispatch, request);
    }
    if places.is_empty() {
        return needs_place(shipping, request);
    }
    let (today, _) = shop.rules.zone.local(request.now_ms);
    let mut sentence = Sentence::new(request, today);
    // Beside the day to order on, any other is the one to arrive by.
    let order_day = ordered(request.slots, today);
    let by = needed(request.slots, today).filter(|by| order_day.is_none_or(|day| day < *by));
    let unneeded = match by {
        Some(by) => without_day(request, by),
        None => request.slots.clone(),
    };
    let Some(leaving) = dispatch::leaving(shop, dispatch, &Request { slots: &unneeded, ..*request }) else {
        return Outcome::NotApplicable;
    };
    let (leaves, is_planned) = (leaving.first, leaving.is_planned(request, today));
    let (mut lines, mut sources, mut value) = (Vec::new(), Vec::new(), None);
    for place in places.iter().take(MAX_PLACES) {
        let Some(zone) = zone_of(shipping, place) else { continue };
        let express = zone.express.as_ref().filter(|_| wants_express(request));
        if wants_express(request) && express.is_none() {
            let to = place.name(sentence.language);
            lines.push(sentence.say(format!("Express is not offered to {to}."), format!("寄到{to}没有加急。")));
        }
        let days = express.map_or_else(|| days_to(zone, place), |express| express.days);
        let busy = shipping.busy.iter().find(|busy| within(busy.from, busy.to, leaves));
        let first = plus_working_days(dispatch, leaves, days[0]);
        let last = plus_working_days(dispatch, leaves, days[1].saturating_add(busy.map_or(0, |busy| busy.days)));
        lines.push(time_line(place, zone, (leaves, is_planned), [first, last], days, &mut sentence));
        if leaving.first != leaving.last
            && let Some(cut_off) = dispatch.cut_off
        {
            let cut_off = sentence.keep(cut_off.to_string());
            lines.push(sentence.say(
                format!("That holds if it is paid before {cut_off}; otherwise a working day more."),
                format!("以上是 {cut_off} 前付款的情况，之后付款再晚一个工作日。"),
            ));
        }
        lines
            .extend(Some(extra_line(&leaving.extras, &mut sentence).trim().to_owned()).filter(|line| !line.is_empty()));
        if let Some(by) = by {
            let word = sentence.date(by);
            let customs = zone.customs_days.map_or(0, |days| i32::try_from(days[1]).unwrap_or_default());
            lines.push(if last <= by && by < last.plus_days(customs) {
                sentence.say(
                    format!("So it should be there by {word}, unless customs hold it."),
                    format!("所以不被海关查验的话，{word} 前应该能到。"),
                )
            } else if last <= by {
                sentence.say(format!("So it should be there by {word}."), format!("所以 {word} 前应该能到。"))
            } else if first <= by {
                sentence.say(
                    format!("By {word} it may arrive, but I would not count on it."),
                    format!("{word} 前有可能到，但不能保证。"),
                )
            } else {
                sentence.say(format!("So it will not be there by {word}."), format!("所以 {word} 前到不了。"))
            });
        }
        match express {
            Some(express) => sources.push(express.source.clone()),
            None => sources.extend(zone.times_source.clone()),
        }
        sources.extend(busy.map(|busy| busy.source.clone()));
        value = value.or(Some(Value::Arrival { place: place.code.clone(), first, last }));
    }
    let Some(value) = value else { return Outcome::NotApplicable };
    sources.push(dispatch.source.clone());
    sources.extend(leaving.sources());
    let joint = sentence.say(" ".to_owned(), String::new());
    finish(Skill::DeliveryTime, value, lines.join(&joint), sources, sentence)
}

fn time_line(
    place: &Place,
    zone: &ShippingZone,
    (leaves, is_planned): (Date, bool),
    [first, last]: [Date; 2],
    days: [u32; 2],
    sentence: &mut Sentence,
) -> String {
    let to = place.name(sentence.language);
    let (leaves, days_text) = (sentence.date(leaves), sentence.range(days));
    let arrives = sentence.dates(first, last);
    let en_on = if first == last { "on " } else { "" };
    let en_day = if days == [1, 1] { "working day" } else { "working days" };
    let (en_order, zh_order) =
        if is_planned { ("An order placed then", "那天下单") } else { ("An order paid now", "现在付款") };
    let mut line = sentence.say(
        format!(
            "{en_order} leaves us on {leaves} and should reach {to} {en_on}{arrives} ({days_text} {en_day} on the way)."
        ),
        format!("{zh_order}，{leaves}发货，寄到{to}路上 {days_text} 个工作日，预计{arrives}送达。"),
    );
    if let Some(customs) = zone.customs_days {
        let days = sentence.range(customs);
        line += &sentence
            .say(format!(" Customs checks can add {days} days."), format!("如遇海关查验，可能多花 {days} 天。"));
    }
    line
}

pub(super) fn free(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some((shipping, places)) = ask_place(shop, request) else { return Outcome::NotApplicable };
    let Some(place) = places.first() else { return needs_place(shipping, request) };
    let Some(zone) = zone_of(shipping, place) else { return Outcome::NotApplicable };
    let mut sentence = Sentence::new(request, shop.today(request));
    let to = place.name(sentence.language);
    let source = shipping.free_source.clone().unwrap_or_else(|| shipping.source.clone());
    let Some(from) = zone.free_from.as_ref().map(|price| price.0.clone()) else {
        let text = sentence.say(format!("There is no free shipping to {to}."), format!("寄到{to}不包邮。"));
        return finish(Skill::FreeShipping, Value::Excluded, text, vec![source], sentence);
    };
    let counted = counted(shop, request).filter(|counted| counted.total.currency == from.currency);
    let total = counted.as_ref().map(|counted| counted.total.clone());
    let missing = total.as_ref().map_or(0, |total| from.minor.saturating_sub(total.minor));
    let missing = Money { minor: missing, ..from.clone() };
    let price = sentence.money(&from);
    let text = match total {
        Some(total) if missing.minor > 0 => {
            let (total, missing) = (sentence.money(&total), sentence.money(&missing));
            sentence.say(
                format!(
                    "Standard shipping to {to} is free from {price}. With {total} in the basket, {missing} is missing."
                ),
                format!("寄到{to}满 {price} 包邮。您现在是 {total}，还差 {missing}。"),
            )
        }
        Some(total) => {
            let total = sentence.money(&total);
            sentence.say(
                format!("Yes, {total} is enough: standard shipping to {to} is free from {price}."),
                format!("可以，{total} 已经够了：寄到{to}满 {price} 包邮。"),
            )
        }
        None => sentence
            .say(format!("Standard shipping to {to} is free from {price}."), format!("寄到{to}满 {price} 包邮。")),
    };
    let mut text = text;
    let mut sources = vec![source];
    if let Some(counted) = &counted {
        if let Some(out) = &counted.left_out {
            let out = sentence.money(out);
            text +=
                &sentence.say(format!(" The other {out} does not count towards it."), format!("另外的 {out} 不计入。"));
        }
        sources.extend(counted.products.iter().map(|product| product.id.clone()));
    }
    finish(
        Skill::FreeShipping,
        Value::FreeShipping { place: place.code.clone(), from, missing },
        text,
        sources,
        sentence,
    )
}

/// What a message names, but for one day.
fn without_day(request: &Request<'_>, day: Date) -> Slots {
    let mut slots = request.slots.clone();
    slots.days.retain(|slot| slot.value.date != day);
    slots
}

pub(super) fn finish(
    skill: Skill,
    value: Value,
    text: String,
    mut sources: Vec<String>,
    sentence: Sentence,
) -> Outcome {
    let mut seen = Vec::new();
    sources.retain(|source| {
        !seen.contains(source) && {
            seen.push(source.clone());
            true
        }
    });
    let numbers = sentence.numbers;
    Outcome::Done(Box::new(Computed { skill, value, text, sources, numbers, products: Vec::new(), action: None }))
}

fn ask_place<'a>(shop: &Shop<'a>, request: &Request<'_>) -> Option<(&'a Shipping, Vec<Place>)> {
    let shipping = shop.rules.shipping.as_ref()?;
    Some((shipping, request.slots.places.iter().map(|slot| slot.value.clone()).collect()))
}

fn needs_place(shipping: &Shipping, request: &Request<'_>) -> Outcome {
    let sentence = Sentence { language: request.language, numbers: Vec::new(), today: Date::from_unix_secs(0).0 };
    let codes = shipping.zones.iter().filter_map(|zone| zone.places.iter().find(|code| *code != "*"));
    let choices =
        codes.filter_map(|code| Place::country(code)).map(|place| place.name(request.language)).take(4).collect();
    let question =
        sentence.say("Which country should the parcel go to?".to_owned(), "请问要寄到哪个国家或地区？".to_owned());
    Outcome::Needs { slot: SlotKind::Place, question, choices }
}

/// The zone of a place: by its own code, by its country's, else the one for everywhere else.
fn zone_of<'a>(shipping: &'a Shipping, place: &Place) -> Option<&'a ShippingZone> {
    let with = |code: &str| shipping.zones.iter().find(|zone| zone.places.iter().any(|other| other == code));
    with(&place.code).or_else(|| with(place.country_code())).or_else(|| with("*"))
}

fn days_to(zone: &ShippingZone, place: &Place) -> [u32; 2] {
    let own = zone.days_by_place.get(&place.code).or_else(|| zone.days_by_place.get(place.country_code()));
    let [least, most] = own.copied().unwrap_or(zone.days);
    let [more_least, more_most] = zone.more_days.get(&place.code).copied().unwrap_or_default();
    [least.saturating_add(more_least), most.saturating_add(more_most)]
}

/// What a weight costs, and in how many parcels it goes.
fn price_of(shipping: &Shipping, zone: &ShippingZone, grams: u32) -> Option<(Money, u32)> {
    let largest = *shipping.bands_g.last().filter(|&&largest| largest > 0)?;
    let n_full = grams.saturating_sub(1) / largest;
    let rest = grams - n_full * largest;
    let band = shipping.bands_g.iter().position(|&band| rest <= band)?;
    let (one, full) = (&zone.prices.get(band)?.0, &zone.prices.last()?.0);
    let minor = full.minor.checked_mul(n_full.into())?.checked_add(one.minor)?;
    Some((Money { minor, currency: one.currency.clone() }, n_full + 1))
}

fn wants_express(request: &Request<'_>) -> bool {
    says(&normalize(request.text), EXPRESS)
}

/// As said, else of what is in the basket.
fn weights(shop: &Shop<'_>, request: &Request<'_>) -> Vec<u32> {
    let said: Vec<u32> = request.slots.weights.iter().map(|weight| weight.value).filter(|&grams| grams > 0).collect();
    if !said.is_empty() {
        return said;
    }
    let weights = request.cart.iter().map(|(id, pieces)| {
        let weight = shop.product(id)?.weight.as_deref().and_then(grams)?;
        weight.checked_mul(*pieces)
    });
    let total = weights.collect::<Option<Vec<u32>>>().and_then(|all| all.into_iter().try_fold(0u32, u32::checked_add));
    total.filter(|&grams| grams > 0).into_iter().collect()
}

/// `120 g`, `1.2 kg`.
fn grams(text: &str) -> Option<u32> {
    let (number, unit) = text.trim().split_once(' ')?;
    let factor = match unit.trim() {
        "kg" => 1000.0,
        "g" => 1.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| (number * factor).round().clamp(0.0, 1e9) as u32)
}

fn within(from: crate::pack::calendar::DayRule, to: crate::pack::calendar::DayRule, day: Date) -> bool {
    matches!((from.in_year(day.year()), to.in_year(day.year())), (Some(from), Some(to)) if from <= day && day <= to)
}

pub(super) fn list_en(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
