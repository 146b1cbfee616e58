//! Which skills the words of a message ask for.

use super::catalogue::asks_extreme;
use super::channels::asks_hours;
use super::details::{PRICE, SAVING, STOCK};
use super::hours::asks_open;
use super::orders::asks_order;
use super::returns::{asks_deadline, asks_return};
use super::sending::asked;
use super::sums;
use super::warranty::asks_warranty;
use super::wishes::{wants_cheaper, wants_gift};
use super::words::says;
use super::{Request, Shop, Skill};
use crate::retrieve::tokens::normalize;

const COMPARE: &[&str] = &[
    "compare",
    "comparison",
    "difference",
    "differences",
    "vs",
    "versus",
    "better",
    "or",
    "比较",
    "对比",
    "区别",
    "哪个好",
    "还是",
    "不同",
    "which is",
    "which one",
    "which costs",
    "more expensive",
    "cheaper",
    "bigger",
    "larger",
    "heavier",
    "lighter",
    "longer",
    "than",
    "哪个",
    "哪款",
    "哪一个",
    "哪种",
    "更",
    "分别",
    "差多少",
    "跟",
    "最",
    "哪只",
    "哪把",
    "哪套",
    "哪盒",
    "largest",
    "biggest",
    "smallest",
    "cheapest",
    "heaviest",
];
const CARD: &[&str] = &[
    "gift card",
    "gift cards",
    "vouchers",
    "giftcard",
    "voucher",
    "礼品卡",
    "购物卡",
    "gift voucher",
    "gift certificate",
    "card bought",
    "储值卡",
    "礼券",
];
const OFF: &[&str] = &["off", "discount", "coupon", "code", "reduction", "save", "折", "优惠", "打折", "减"];
const SHOW: &[&str] = &[
    "show",
    "which",
    "what",
    "any",
    "have",
    "looking for",
    "something",
    "recommend",
    "find",
    "gift",
    "list",
    "有哪些",
    "哪些",
    "有没有",
    "推荐",
    "找",
    "想要",
    "想买",
    "礼物",
    "什么",
];

/// Skills for a message, the likeliest first.
pub fn propose(shop: &Shop<'_>, request: &Request<'_>) -> Vec<Skill> {
    let (rules, slots) = (shop.rules, request.slots);
    let text = normalize(request.text);
    let has = |words: &[&str]| says(&text, words);
    let mut skills = Vec::new();
    let mut add = |is: bool, skill: Skill| {
        if is && !skills.contains(&skill) {
            skills.push(skill);
        }
    };
    let sent = asked(shop, request, &text);
    let named = !slots.products.is_empty();
    let takes_off = slots.percent.is_some()
        || rules
            .coupons
            .iter()
            .flat_map(|coupons| &coupons.list)
            .any(|coupon| coupon.words.0.values().any(|words| says(&text, words)));
    let sums = !takes_off
        && !asks_return(&text)
        && !asks_warranty(shop, request, &text)
        && !sent.free
        && sums::is_asked(shop, request, &text);
    add(sums, Skill::Sum);
    add(rules.orders.is_some() && asks_order(request, &text), Skill::OrderStatus);
    add(
        rules.gift_cards.is_some()
            && has(CARD)
            && !takes_off
            && !sent.free
            && !asks_return(&text)
            && (!slots.amounts.is_empty() || slots.quantity.is_some() || !slots.days.is_empty()),
        Skill::GiftCard,
    );
    let coupon_said =
        rules.coupons.iter().flat_map(|coupons| &coupons.list).any(|coupon| {
            coupon.words.0.values().any(|words| says(&text, words)) && (!slots.amounts.is_empty() || named)
        });
    let off = slots.percent.is_some() && (!slots.amounts.is_empty() || named) && has(OFF) || coupon_said;
    // Of a coupon and a basket that should go for nothing the basket is the question.
    add(off && !sent.free, Skill::Discount);
    add(rules.returns.is_some() && asks_deadline(request, &text), Skill::ReturnDeadline);
    add(rules.warranty.is_some() && asks_warranty(shop, request, &text), Skill::WarrantyDeadline);
    add(rules.handoff.is_some() && rules.hours.is_some() && asks_hours(request, &text), Skill::OpeningHours);
    add(rules.hours.is_some() && asks_open(&text), Skill::OpeningHours);
    add(sent.free, Skill::FreeShipping);
    add(sent.leaving, Skill::DeliveryTime);
    add(sent.time && (!has(PRICE) || slots.places.is_empty()), Skill::DeliveryTime);
    add(sent.cost || sent.whether, Skill::ShippingCost);
    add(sent.time, Skill::DeliveryTime);
    let taken = !skills.is_empty();
    let mut add = |is: bool, skill: Skill| {
        if is && !taken && !skills.contains(&skill) {
            skills.push(skill);
        }
    };
    add(wants_cheaper(&text, request), Skill::Cheaper);
    add(wants_gift(&text), Skill::Gift);
    let several = slots.products.len() >= 2
        || slots.products.is_empty() && request.shown.len() >= 2 && has(&["compare", "比较", "对比"]);
    add(several && has(COMPARE), Skill::CompareProducts);
    let wants = slots.budget.is_some()
        || !slots.colours.is_empty()
        || has(STOCK)
        || has(&["without", "free", "no", "不含", "无"]);
    let asks_one = has(PRICE) || has(SAVING) || has(STOCK);
    let one = slots.products.first().is_some_and(|slot| slot.value.only().is_some());
    add(one && asks_one && slots.budget.is_none(), Skill::ProductDetails);
    let extreme = slots.products.is_empty() && asks_extreme(shop, &text);
    add(slots.budget.is_some() || wants && has(SHOW) && !one || extreme, Skill::FilterCatalogue);
    let of_shown = slots.products.is_empty() && request.shown.len() == 1 && (has(PRICE) || has(STOCK));
    add(named || of_shown, Skill::ProductDetails);
    skills
}
