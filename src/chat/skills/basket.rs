//! What a basket is worth, as far as a message or the cart says it.

use std::ops::Range;

use super::returns::mentioned;
use super::words::says;
use super::{Request, Shop, sums};
use crate::chat::slots::{NamedAmount, Slot};
use crate::pack::rules::Goods;
use crate::pack::{Money, Product};
use crate::retrieve::tokens::normalize;

/// Something that does not count is named within so many bytes of its sum.
const MAX_APART: usize = 30;
/// Words that put what does not count beside the rest, and not within it.
const BESIDE: &[&str] =
    &["plus", "on top", "as well as", "and a", "and one", "加上", "另加", "再加", "外加", "另外", "还有"];
/// … and within it.
const WITHIN: &[&str] = &[
    "of that",
    "of which",
    "of it",
    "including",
    "includes",
    "in all",
    "total",
    "altogether",
    "里头",
    "里面",
    "其中",
    "包括",
    "一共",
    "总共",
];
/// What pays for the basket lies not in it.
const PAYS: &[&str] =
    &["pay with", "paying with", "pay by", "use a", "use my", "using", "redeem", "抵", "用礼品卡", "拿礼品卡"];

/// The sum that was said with its currency, else the basket's.
pub(super) fn basket(shop: &Shop<'_>, request: &Request<'_>) -> Option<Money> {
    let is_shops = |money: &Money| money.currency == shop.settings.currency;
    let said = request.slots.amounts.iter().find(|amount| amount.value.is_marked && is_shops(&amount.value.money));
    if let Some(said) = said {
        return Some(said.value.money.clone());
    }
    let sum = request.cart.iter().try_fold(0u64, |sum, (id, pieces)| {
        let price = shop.product(id)?.current_price().minor;
        sum.checked_add(price.checked_mul((*pieces).into())?)
    })?;
    (sum > 0).then(|| Money { minor: sum, currency: shop.settings.currency.clone() })
}

/// What counts towards free shipping, and the products whose prices make it up.
#[derive(Clone, Debug)]
pub(super) struct Counted<'a> {
    pub total: Money,
    pub products: Vec<&'a Product>,
    /// What was in the basket and does not count.
    pub left_out: Option<Money>,
}

/// The sum that a message names, with or without a currency, less what does not count and what a discount takes off;
/// else the prices of the goods it names; else the cart's.
pub(super) fn counted<'a>(shop: &Shop<'a>, request: &Request<'_>) -> Option<Counted<'a>> {
    let without = shop.rules.shipping.as_ref().and_then(|shipping| shipping.free_without.as_ref());
    let text = normalize(request.text);
    let is_shops = |amount: &&Slot<NamedAmount>| amount.value.money.currency == shop.settings.currency;
    let amounts: Vec<&Slot<NamedAmount>> = request.slots.amounts.iter().filter(is_shops).collect();
    let apart: Vec<&Slot<NamedAmount>> = match without.filter(|_| !says(&text, PAYS)) {
        Some(goods) => amounts_of(goods, &text, &amounts),
        None => Vec::new(),
    };
    let rest = || amounts.iter().filter(|amount| !apart.iter().any(|other| other.span == amount.span));
    let sum = rest().filter(|amount| amount.value.is_marked).chain(rest()).map(|amount| &amount.value.money);
    // A sum with its currency says it, and of bare numbers the greatest.
    let said = rest()
        .find(|amount| amount.value.is_marked)
        .map(|amount| &amount.value.money)
        .or_else(|| sum.max_by_key(|money| money.minor));
    let money = |minor: u64| Money { minor, currency: shop.settings.currency.clone() };
    if let Some(said) = said {
        let is_within = says(&text, WITHIN) || !says(&text, BESIDE);
        let out: u64 = apart.iter().map(|amount| amount.value.money.minor).sum();
        let out = if is_within { out } else { 0 };
        let total = money(said.minor.saturating_sub(out));
        let left_out = (out > 0).then(|| money(out));
        return Some(Counted { total: reduced(shop, total, request, &text), products: Vec::new(), left_out });
    }
    let (mut minor, mut products) = (0u64, Vec::new());
    let counts = |line: &sums::Line<'_>| without.is_none_or(|goods| !goods.has(line.product));
    for line in sums::named(shop, request).into_iter().filter(counts) {
        minor = minor.checked_add(line.minor()?)?;
        products.push(line.product);
    }
    if products.is_empty()
        && let Some(product) = mentioned(shop, request)
    {
        minor = product.current_price().minor;
        products.push(product);
    }
    let total = if minor > 0 { money(minor) } else { basket(shop, request)? };
    Some(Counted { total: reduced(shop, total, request, &text), products, left_out: None })
}

/// The sums that stand beside the words for some goods, nearest first.
fn amounts_of<'s>(goods: &Goods, text: &str, amounts: &[&'s Slot<NamedAmount>]) -> Vec<&'s Slot<NamedAmount>> {
    let words = goods.words.0.values().flatten().map(|word| normalize(word));
    let places: Vec<Range<usize>> = words
        .flat_map(|word| text.match_indices(&word).map(|(at, found)| at..at + found.len()).collect::<Vec<_>>())
        .collect();
    let apart = |amount: &Slot<NamedAmount>, place: &Range<usize>| match amount.span.end <= place.start {
        true => place.start - amount.span.end,
        false => amount.span.start.saturating_sub(place.end),
    };
    let mut found: Vec<&Slot<NamedAmount>> = Vec::new();
    for place in &places {
        let nearest =
            amounts.iter().filter(|amount| apart(amount, place) <= MAX_APART).min_by_key(|amount| apart(amount, place));
        if let Some(nearest) = nearest
            && !found.iter().any(|other| other.span == nearest.span)
        {
            found.push(nearest);
        }
    }
    // One sum alone is the basket's.
    if found.len() < amounts.len() { found } else { Vec::new() }
}

/// A sum less the share that is said to come off, or that a coupon takes off: what is paid counts.
fn reduced(shop: &Shop<'_>, total: Money, request: &Request<'_>, text: &str) -> Money {
    let coupons = shop.rules.coupons.iter().flat_map(|coupons| &coupons.list);
    let said = |coupon: &&crate::pack::rules::Coupon| {
        let is_enough = coupon.from.as_ref().is_none_or(|from| total.minor >= from.0.minor);
        is_enough && coupon.words.0.values().any(|words| says(text, words))
    };
    let coupon = coupons.clone().find(said);
    let percent = request.slots.percent.as_ref().map(|percent| percent.value);
    let percent = percent.or_else(|| coupon.and_then(|coupon| coupon.percent)).map_or(0, |percent| percent.min(100));
    let amount = match (percent, coupon.and_then(|coupon| coupon.amount.as_ref())) {
        (0, Some(amount)) if amount.0.currency == total.currency => amount.0.minor,
        _ => (total.minor * u64::from(percent) + 50) / 100,
    };
    Money { minor: total.minor.saturating_sub(amount), ..total }
}
