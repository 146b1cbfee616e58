//! Sums: a share or a coupon off, a gift card on a basket. In whole minor units.

use std::ops::Range;

use super::basket::basket;
use super::returns::mentioned;
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value, sums};
use crate::chat::slots::number::numbers;
use crate::chat::slots::{Slot, SlotKind};
use crate::pack::Money;
use crate::pack::calendar::Date;
use crate::pack::money::find_currency;
use crate::pack::rules::{Coupon, GiftCards};
use crate::retrieve::tokens::normalize;

/// What a gift card is called.
const CARD: &[&str] = &["gift card", "gift cards", "giftcard", "voucher", "vouchers", "card", "礼品卡", "购物卡", "卡"];

/// Words for a card that is sent by post.
const PRINTED: &[&str] =
    &["printed", "paper", "physical", "by post", "in the post", "posted", "real card", "纸质", "实体", "印好", "寄的"];
/// Fewer are cards, not what is on one.
const MIN_CARD: u32 = 5;
/// More than these are a value.
const MAX_CARDS: u32 = 20;
/// As far from a sum the word “gift card” still says what the sum is.
const NEAR_CHARS: usize = 12;

/// A share or a coupon off a sum, a product's price or the basket.
pub(super) fn discount(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let mut sentence = Sentence::new(request, shop.today(request));
    let text = normalize(request.text);
    let coupons = shop.rules.coupons.as_ref();
    let said = |coupon: &&Coupon| coupon.words.0.values().any(|words| says(&text, words));
    let coupon = coupons.and_then(|coupons| coupons.list.iter().find(said));
    let product = mentioned(shop, request);
    let bare = || request.slots.amounts.first().map(|amount| amount.value.money.clone());
    let price = || product.map(|product| product.current_price().clone());
    let before = request.slots.amounts.iter().find(|amount| amount.value.is_marked);
    let before = before.map(|amount| amount.value.money.clone()).or_else(price).or_else(bare);
    let before = before.or_else(|| basket(shop, request));
    let (percent, amount) = match (&request.slots.percent, coupon) {
        (Some(percent), _) => (Some(percent.value), None),
        (None, Some(coupon)) => (coupon.percent, coupon.amount.as_ref().map(|price| price.0.clone())),
        (None, None) => return Outcome::NotApplicable,
    };
    let cards = cards(shop, request);
    let lines = goods(shop, request);
    // “My student discount, the ten percent” names one thing twice.
    let is_coupons =
        |coupon: &Coupon| request.slots.percent.as_ref().is_none_or(|said| coupon.percent == Some(said.value));
    if coupon.is_some_and(is_coupons) && (lines.len() > 1 || !cards.is_empty()) {
        let share = Share { percent, amount, coupon: coupon.expect("it is some") };
        return on_several(shop, request, &share, &lines, &cards, sentence);
    }
    let Some(before) = before else {
        // Without a sum a share has no answer, and a coupon's terms stand in its passage.
        return match coupon {
            Some(_) => Outcome::NotApplicable,
            None => {
                let question = sentence.say("Off which amount?".to_owned(), "请问原价是多少？".to_owned());
                Outcome::Needs { slot: SlotKind::Amount, question, choices: Vec::new() }
            }
        };
    };
    let mut sources: Vec<String> = coupon.map(|coupon| coupon.source.clone()).into_iter().collect();
    let mut products = Vec::new();
    if let Some(product) = product.filter(|product| *product.current_price() == before) {
        sources.push(product.id.clone());
        products.push(product.id.clone());
    }
    let base = sentence.money(&before);
    if let Some(coupon) = coupon.filter(|coupon| is_coupons(coupon)) {
        let name = coupon.name.text(sentence.language).to_owned();
        let from = coupon.from.as_ref().map(|price| &price.0);
        let is_reduced = coupons.is_some_and(|coupons| coupons.not_on_sale_goods)
            && product.is_some_and(|product| product.sale_price.is_some() && *product.current_price() == before);
        // The one thing that is named is a gift card.
        let is_card = coupons.is_some_and(|coupons| coupons.not_on_gift_cards) && product.is_some() && lines.is_empty();
        let refusal = if is_card {
            sources.extend(coupons.map(|coupons| coupons.source.clone()));
            Some(sentence.say(
                format!("The {name} does not apply to gift cards, so it stays at {base}."),
                format!("{name}不能用于礼品卡，所以还是 {base}。"),
            ))
        } else if is_reduced {
            sources.extend(coupons.map(|coupons| coupons.source.clone()));
            Some(sentence.say(
                format!("The {name} does not apply to goods already reduced in price, so it stays at {base}."),
                format!("{name}不能用于已经降价的商品，所以还是 {base}。"),
            ))
        } else if let Some(from) = from.filter(|from| from.currency == before.currency && before.minor < from.minor) {
            let missing = sentence.money(&Money { minor: from.minor - before.minor, ..before.clone() });
            let from = sentence.money(from);
            Some(sentence.say(
                format!("The {name} works from {from}; with {base} you are {missing} short."),
                format!("{name}满 {from} 才能用，{base} 还差 {missing}。"),
            ))
        } else {
            None
        };
        if let Some(text) = refusal {
            let value = Value::Sum { total: before.clone(), saved: Money { minor: 0, ..before } };
            return done(Skill::Discount, value, text, sources, sentence, products);
        }
    }
    let saved = match (percent, amount) {
        (Some(percent), _) => share(&before, percent),
        (None, Some(amount)) if amount.currency == before.currency => {
            Money { minor: amount.minor.min(before.minor), ..amount }
        }
        _ => return Outcome::NotApplicable,
    };
    let total = Money { minor: before.minor - saved.minor, ..before.clone() };
    let (total_text, saved_text) = (sentence.money(&total), sentence.money(&saved));
    let off = match percent {
        Some(percent) => sentence.keep(format!("{percent} %")),
        None => saved_text.clone(),
    };
    let text = sentence.say(
        format!("{off} off {base} makes {total_text}; you save {saved_text}."),
        format!("{base} 减 {off} 是 {total_text}，省 {saved_text}。"),
    );
    done(Skill::Discount, Value::Sum { total, saved }, text, sources, sentence, products)
}

/// What a coupon takes off.
struct Share<'c> {
    percent: Option<u32>,
    amount: Option<Money>,
    coupon: &'c Coupon,
}

/// A coupon on goods of which it may leave some out: those already reduced, and gift cards.
fn on_several(
    shop: &Shop<'_>,
    request: &Request<'_>,
    share: &Share<'_>,
    lines: &[sums::Line<'_>],
    cards: &[Card],
    mut sentence: Sentence,
) -> Outcome {
    let Some(coupons) = &shop.rules.coupons else { return Outcome::NotApplicable };
    let currency = &shop.settings.currency;
    let is_left_out = |line: &&sums::Line<'_>| coupons.not_on_sale_goods && line.product.sale_price.is_some();
    let (reduced, full): (Vec<_>, Vec<_>) = lines.iter().partition(is_left_out);
    let sum = |lines: &[&sums::Line<'_>]| lines.iter().map(|line| line.minor()).sum::<Option<u64>>();
    let others = sums_said(shop, request).into_iter().filter(|sum| !cards.iter().any(|card| card.span == sum.span));
    let said: u64 = others.filter(|sum| sum.value.currency == *currency).map(|sum| sum.value.minor).sum();
    let on_cards: u64 = cards.iter().map(|card| card.sum.minor).sum();
    let (Some(full), Some(reduced_sum)) = (sum(&full), sum(&reduced)) else { return Outcome::NotApplicable };
    let money = |minor: u64| Money { minor, currency: currency.clone() };
    let counted = full.saturating_add(said);
    let left_out = reduced_sum.saturating_add(if coupons.not_on_gift_cards { on_cards } else { 0 });
    let counted = if coupons.not_on_gift_cards { counted } else { counted.saturating_add(on_cards) };
    if counted == 0 || share.coupon.from.as_ref().is_some_and(|from| counted < from.0.minor) {
        return Outcome::NotApplicable;
    }
    let saved = match (share.percent, &share.amount) {
        (Some(percent), _) => self::share(&money(counted), percent),
        (None, Some(amount)) => money(amount.minor.min(counted)),
        (None, None) => return Outcome::NotApplicable,
    };
    let total = money(counted - saved.minor + left_out);
    let off = match share.percent {
        Some(percent) => sentence.keep(format!("{percent} %")),
        None => sentence.money(&saved),
    };
    let (base, rest) = (sentence.money(&money(counted)), sentence.money(&money(counted - saved.minor)));
    let (all, name) = (sentence.money(&total), share.coupon.name.text(sentence.language).to_owned());
    let mut text = sentence.say(
        format!("The {name} takes {off} off {base}, which makes {rest}."),
        format!("{name}：{base} 减 {off}，是 {rest}。"),
    );
    if left_out > 0 {
        let left_out = sentence.money(&money(left_out));
        text += &sentence.say(
            format!(" It leaves out {left_out} of reduced goods and gift cards, so it is {all} in all."),
            format!("已降价的商品和礼品卡 {left_out} 不打折，一共 {all}。"),
        );
    }
    let mut sources = vec![share.coupon.source.clone(), coupons.source.clone()];
    let products: Vec<String> = lines.iter().map(|line| line.product.id.clone()).collect();
    sources.extend(products.iter().cloned());
    done(Skill::Discount, Value::Sum { total, saved }, text, sources, sentence, products)
}

/// Gift cards of one value that a message speaks of, and where the value stands.
struct Card {
    sum: Money,
    pieces: u32,
    span: Range<usize>,
}

/// The goods that a message names, but for the gift card among them.
fn goods<'a>(shop: &Shop<'a>, request: &Request<'_>) -> Vec<sums::Line<'a>> {
    let is_card =
        |line: &sums::Line<'_>| request.text.get(line.span.clone()).is_some_and(|name| says(&normalize(name), CARD));
    let mut lines = sums::named(shop, request);
    lines.retain(|line| !is_card(line));
    lines
}

/// Every sum of a message, in its order. “80 of teaware” and “a 100 gift card” count pieces, as far as the reader of
/// pieces can tell.
fn sums_said(shop: &Shop<'_>, request: &Request<'_>) -> Vec<Slot<Money>> {
    let amounts = request.slots.amounts.iter().filter(|amount| !amount.span.is_empty());
    let amounts = amounts.map(|amount| Slot { value: amount.value.money.clone(), span: amount.span.clone() });
    let is_sum = |pieces: &&Slot<u32>| {
        let after = request.text.get(pieces.span.end..).map(normalize).unwrap_or_default();
        let is_of =
            after.trim_start().starts_with("of ") || CARD.iter().any(|word| after.trim_start().starts_with(word));
        pieces.value >= MIN_CARD && !pieces.span.is_empty() && is_of
    };
    let pieces = request.slots.quantity.iter().filter(is_sum);
    let pieces = pieces.map(|slot| Slot { value: whole(slot.value, &shop.settings.currency), span: slot.span.clone() });
    let mut sums: Vec<Slot<Money>> = amounts.chain(pieces).collect();
    sums.sort_by_key(|sum| sum.span.start);
    sums
}

/// Sums of a message that are on gift cards: the word stands beside them, or one did before (“and a 50 one”).
fn cards(shop: &Shop<'_>, request: &Request<'_>) -> Vec<Card> {
    let text = request.text.to_lowercase();
    let mut cards: Vec<Card> = Vec::new();
    let sums = sums_said(shop, request);
    for (i, sum) in sums.iter().enumerate() {
        let from = sums[..i].last().map_or(0, |last| last.span.end);
        let until = sums.get(i + 1).map_or(text.len(), |next| next.span.start);
        let (Some(before), Some(after)) = (text.get(from..sum.span.start), text.get(sum.span.end..until)) else {
            continue;
        };
        let near: String = after.trim_start().chars().take(NEAR_CHARS).collect();
        let is_card = CARD.iter().any(|word| near.contains(word) || stands_before(before, word))
            || !cards.is_empty() && near.starts_with("one");
        if !is_card || sum.value.currency != shop.settings.currency {
            continue;
        }
        let pieces = before_number(before).or_else(|| number_of_cards(after)).unwrap_or(1);
        let minor = sum.value.minor.saturating_mul(pieces.into());
        cards.push(Card { sum: Money { minor, ..sum.value.clone() }, pieces, span: sum.span.clone() });
    }
    cards
}

/// Whether a text ends with a word, and says nothing behind it: “a gift card of ”, 礼品卡里还有.
fn stands_before(text: &str, word: &str) -> bool {
    let filling = [' ', ':', '：', '里', '还', '有', '剩', '余', '额', '面', '值', '上', '是', '的'];
    text.rfind(word).is_some_and(|at| {
        let behind = text[at + word.len()..].trim_start_matches('s').trim_matches(filling);
        matches!(behind, "" | "of" | "for" | "worth" | "worth of" | "with" | "has" | "at")
    })
}

/// The number that a text ends with: `two ` of “two 25 gift cards”.
fn before_number(text: &str) -> Option<u32> {
    let text = normalize(text);
    let number = numbers(&text).pop()?;
    let joint = text[number.range.end..].trim().trim_start_matches(['x', '×', '*', '张', '个']).trim();
    number.value.whole().filter(|pieces| joint.is_empty() && (2..=MAX_CARDS).contains(pieces))
}

/// The number of cards that a text names: 四 of 面值的要四张.
fn number_of_cards(text: &str) -> Option<u32> {
    let text = normalize(text);
    let counts = |rest: &str| ["张", "cards", "of them"].iter().any(|word| rest.trim_start().starts_with(word));
    let number = numbers(&text).into_iter().find(|number| counts(&text[number.range.end..]))?;
    number.value.whole().filter(|pieces| (2..=MAX_CARDS).contains(pieces))
}

/// Gift cards: what they cost, what is left on them, and what is left to pay.
pub(super) fn gift_card(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(rules) = &shop.rules.gift_cards else { return Outcome::NotApplicable };
    let mut sentence = Sentence::new(request, shop.today(request));
    let bought = request.slots.days.first().map(|day| day.value.past(shop.today(request)));
    if let (true, Some(bought), Some(months)) = (request.slots.amounts.is_empty(), bought, rules.months) {
        return valid_until(rules, bought, months, shop.today(request), sentence);
    }
    let cards = cards(shop, request);
    let others = request.slots.amounts.iter().filter(|amount| !cards.iter().any(|card| card.span == amount.span));
    let other = others.map(|amount| amount.value.money.clone()).next();
    let Some(currency) = cards.first().map(|card| card.sum.currency.clone()) else { return Outcome::NotApplicable };
    let card = Money { minor: cards.iter().map(|card| card.sum.minor).sum(), currency };
    let by_product = || sums::total(&goods(shop, request));
    let cart = Request { slots: &crate::chat::slots::Slots::default(), ..*request };
    let Some(total) = other.or_else(by_product).or_else(|| basket(shop, &cart)) else {
        return price(rules, request, &cards, card, sentence);
    };
    if card.currency != total.currency {
        return Outcome::NotApplicable;
    }
    let left = Money { minor: card.minor.saturating_sub(total.minor), ..card.clone() };
    let to_pay = Money { minor: total.minor.saturating_sub(card.minor), ..total.clone() };
    let (card_text, total_text) = (sentence.money(&card), sentence.money(&total));
    let is_one = cards.iter().map(|card| card.pieces).sum::<u32>() == 1;
    let (en, zh) = if is_one {
        (format!("A gift card of {card_text}"), format!("{card_text} 的礼品卡"))
    } else {
        (format!("Gift cards of {card_text} together"), format!("合计 {card_text} 的礼品卡"))
    };
    let text = if to_pay.minor > 0 {
        let rest = sentence.money(&to_pay);
        sentence.say(
            format!("{en} on {total_text} leaves {rest} to pay another way."),
            format!("{total_text} 用 {zh}抵扣，还需另付 {rest}。"),
        )
    } else {
        let rest = sentence.money(&left);
        let covers = if is_one { "covers" } else { "cover" };
        sentence.say(
            format!("{en} {covers} {total_text}, and {rest} stays on the card."),
            format!("{zh}足够付 {total_text}，卡里还剩 {rest}。"),
        )
    };
    let sources = vec![rules.use_source.clone().unwrap_or_else(|| rules.source.clone())];
    done(Skill::GiftCard, Value::GiftCard { left, to_pay }, text, sources, sentence, Vec::new())
}

/// Until when a card that was bought on a day is valid.
fn valid_until(rules: &GiftCards, bought: Date, months: u32, today: Date, mut sentence: Sentence) -> Outcome {
    let last = bought.plus_months(i32::try_from(months).unwrap_or(i32::MAX));
    let (from, until, period) = (sentence.dated(bought), sentence.dated(last), sentence.months(months));
    let text = sentence.say(
        format!("A gift card bought on {from} is valid for {period}: until {until}."),
        format!("{from}购买的礼品卡有效期 {period}，到{until}为止。"),
    );
    let sources = vec![rules.validity_source.clone().unwrap_or_else(|| rules.source.clone())];
    done(Skill::GiftCard, Value::Deadline { day: last, is_over: last < today }, text, sources, sentence, Vec::new())
}

/// What several cards, or printed ones, cost to buy. The price of a single card sent by e-mail is what it says.
fn price(rules: &GiftCards, request: &Request<'_>, cards: &[Card], sum: Money, mut sentence: Sentence) -> Outcome {
    let pieces: u32 = cards.iter().map(|card| card.pieces).sum();
    let fee = rules.printed_fee.as_ref().filter(|fee| fee.0.currency == sum.currency);
    let fee = fee.filter(|_| says(&normalize(request.text), PRINTED)).map(|fee| fee.0.minor * u64::from(pieces));
    if pieces < 2 && fee.is_none() {
        return Outcome::NotApplicable;
    }
    let total = Money { minor: sum.minor.saturating_add(fee.unwrap_or(0)), ..sum.clone() };
    let (n, value, all) = (sentence.keep(pieces.to_string()), sentence.money(&sum), sentence.money(&total));
    let text = match fee {
        Some(minor) => {
            let fee = sentence.money(&Money { minor, ..sum.clone() });
            sentence.say(
                format!("{value} on {n} printed gift cards and {fee} for printing and post: {all}."),
                format!("{n} 张纸质礼品卡面值共 {value}，另加制卡邮寄 {fee}，合计 {all}。"),
            )
        }
        None => sentence.say(format!("{n} gift cards come to {all}."), format!("{n} 张礼品卡一共 {all}。")),
    };
    let saved = Money { minor: 0, ..sum };
    done(Skill::GiftCard, Value::Sum { total, saved }, text, vec![rules.source.clone()], sentence, Vec::new())
}

/// A whole number of a currency.
fn whole(number: u32, currency: &str) -> Money {
    let n_digits = find_currency(currency).map_or(2, |currency| currency.n_digits);
    Money { minor: u64::from(number) * 10u64.pow(n_digits), currency: currency.to_owned() }
}

/// A share of a sum, half a minor unit rounded up.
fn share(money: &Money, percent: u32) -> Money {
    let minor = (u128::from(money.minor) * u128::from(percent.min(100)) + 50) / 100;
    Money { minor: minor as u64, currency: money.currency.clone() }
}

fn done(
    skill: Skill,
    value: Value,
    text: String,
    sources: Vec<String>,
    sentence: Sentence,
    products: Vec<String>,
) -> Outcome {
    let numbers = sentence.numbers;
    Outcome::Done(Box::new(Computed { skill, value, text, sources, numbers, products, action: None }))
}
