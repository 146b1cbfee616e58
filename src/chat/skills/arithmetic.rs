//! Sums: a share or a coupon off, a gift card on a basket. In whole minor units.

use super::basket::basket;
use super::returns::mentioned;
use super::words::{Sentence, says};
use super::{Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::{NamedAmount, Slot, SlotKind};
use crate::pack::Money;
use crate::pack::money::find_currency;
use crate::pack::rules::Coupon;
use crate::retrieve::tokens::normalize;

/// What a gift card is called.
const CARD: &[&str] = &["gift card", "giftcard", "voucher", "card", "礼品卡", "购物卡", "卡"];

/// Fewer are cards, not what is on one.
const MIN_CARD: u32 = 5;

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
    if let Some(coupon) = coupon.filter(|_| request.slots.percent.is_none()) {
        let name = coupon.name.text(sentence.language).to_owned();
        let from = coupon.from.as_ref().map(|price| &price.0);
        let is_reduced = coupons.is_some_and(|coupons| coupons.not_on_sale_goods)
            && product.is_some_and(|product| product.sale_price.is_some() && *product.current_price() == before);
        let refusal = if is_reduced {
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

/// A gift card on a basket: what is left of it, and what is left to pay.
pub(super) fn gift_card(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let Some(cards) = &shop.rules.gift_cards else { return Outcome::NotApplicable };
    let mut sentence = Sentence::new(request, shop.today(request));
    let text = &request.text.to_lowercase();
    let card_at = CARD.iter().find_map(|word| text.find(word));
    // “A 100 gift card” counts cards, as far as the reader of pieces can tell.
    let pieces = request.slots.quantity.as_ref().filter(|pieces| pieces.value >= MIN_CARD).map(|pieces| Slot {
        value: NamedAmount { money: whole(pieces.value, &shop.settings.currency), is_marked: false },
        span: pieces.span.clone(),
    });
    let amounts: Vec<_> = request.slots.amounts.iter().chain(&pieces).collect();
    let bought = request.slots.days.first().map(|day| day.value.past(shop.today(request)));
    if let (true, Some(bought), Some(months)) = (amounts.is_empty(), bought, cards.months) {
        let last = bought.plus_months(i32::try_from(months).unwrap_or(i32::MAX));
        let is_over = last < shop.today(request);
        let (from, until, period) = (sentence.dated(bought), sentence.dated(last), sentence.months(months));
        let text = sentence.say(
            format!("A gift card bought on {from} is valid for {period}: until {until}."),
            format!("{from}购买的礼品卡有效期 {period}，到{until}为止。"),
        );
        let sources = vec![cards.validity_source.clone().unwrap_or_else(|| cards.source.clone())];
        return done(Skill::GiftCard, Value::Deadline { day: last, is_over }, text, sources, sentence, Vec::new());
    }
    // The sum beside the word “card” is the card's.
    let near = |span: &std::ops::Range<usize>| card_at.map_or(usize::MAX, |at| at.abs_diff(span.end));
    let Some(card) = amounts.iter().min_by_key(|amount| near(&amount.span)) else { return Outcome::NotApplicable };
    let other = amounts.iter().find(|amount| amount.span != card.span).map(|amount| amount.value.money.clone());
    let by_product = || mentioned(shop, request).map(|product| product.current_price().clone());
    let cart = Request { slots: &crate::chat::slots::Slots::default(), ..*request };
    let Some(total) = other.or_else(by_product).or_else(|| basket(shop, &cart)) else { return Outcome::NotApplicable };
    let card = card.value.money.clone();
    if card.currency != total.currency {
        return Outcome::NotApplicable;
    }
    let left = Money { minor: card.minor.saturating_sub(total.minor), ..card.clone() };
    let to_pay = Money { minor: total.minor.saturating_sub(card.minor), ..total.clone() };
    let (card_text, total_text) = (sentence.money(&card), sentence.money(&total));
    let text = if to_pay.minor > 0 {
        let rest = sentence.money(&to_pay);
        sentence.say(
            format!("A gift card of {card_text} on {total_text} leaves {rest} to pay another way."),
            format!("{total_text} 用 {card_text} 的礼品卡抵扣，还需另付 {rest}。"),
        )
    } else {
        let rest = sentence.money(&left);
        sentence.say(
            format!("A gift card of {card_text} covers {total_text}, and {rest} stays on the card."),
            format!("{card_text} 的礼品卡足够付 {total_text}，卡里还剩 {rest}。"),
        )
    };
    let sources = vec![cards.use_source.clone().unwrap_or_else(|| cards.source.clone())];
    done(Skill::GiftCard, Value::GiftCard { left, to_pay }, text, sources, sentence, Vec::new())
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
