//! Which skills the words of a message ask for.

use super::details::{PRICE, STOCK};
use super::wishes::{wants_cheaper, wants_gift};
use super::words::says;
use super::{Request, Shop, Skill};
use crate::retrieve::tokens::normalize;

const SHIP: &[&str] = &[
    "ship",
    "shipping",
    "shipped",
    "delivery",
    "deliver",
    "delivered",
    "postage",
    "send",
    "sending",
    "parcel",
    "arrive",
    "运费",
    "邮费",
    "快递费",
    "寄到",
    "寄去",
    "寄往",
    "送到",
    "发到",
    "运到",
    "配送",
    "邮寄",
    "快递",
    "寄",
    "到货",
    "包邮",
];
const TIME: &[&str] = &[
    "how long",
    "how many days",
    "when",
    "how fast",
    "how quickly",
    "arrive",
    "arrives",
    "delivery time",
    "in time",
    "by",
    "before",
    "多久",
    "几天",
    "什么时候",
    "何时",
    "多长时间",
    "赶得上",
    "来得及",
    "能到",
    "送达",
    "到得了",
];
const COST: &[&str] = &[
    "cost",
    "costs",
    "much",
    "price",
    "postage",
    "fee",
    "charge",
    "rate",
    "rates",
    "expensive",
    "多少钱",
    "运费",
    "邮费",
    "快递费",
    "费用",
];
const FREE: &[&str] =
    &["free shipping", "free delivery", "shipping free", "ship free", "ship for free", "包邮", "免运费", "免邮"];
const RETURN: &[&str] =
    &["return", "returns", "send back", "send it back", "give back", "refund", "退货", "退", "退换"];
const RETURN_WHEN: &[&str] = &[
    "can i",
    "can this",
    "can it",
    "still",
    "how long",
    "until",
    "deadline",
    "days",
    "too late",
    "last day",
    "when",
    "能退",
    "可以退",
    "还能",
    "多久",
    "几天",
    "期限",
    "截止",
    "最晚",
    "来得及",
    "吗",
];
const WARRANTY: &[&str] = &["warranty", "guarantee", "guaranteed", "under warranty", "保修", "质保", "保质期限"];
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
];
/// “Open” is also what one does to tea.
const NOT_OPEN: &[&str] = &["opened", "return", "refund", "account", "parcel", "bag", "pouch", "tin", "退"];
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
];
const CARD: &[&str] = &["gift card", "giftcard", "voucher", "礼品卡", "购物卡"];
const OFF: &[&str] = &["off", "discount", "coupon", "code", "reduction", "save", "折", "优惠", "打折", "减"];
const ORDER: &[&str] = &[
    "where is my order",
    "where's my order",
    "track",
    "tracking",
    "order status",
    "status of my order",
    "my order",
    "my parcel",
    "my package",
    "order",
    "订单",
    "物流",
    "查单",
    "单号",
];
const ORDER_WHERE: &[&str] = &[
    "where",
    "track",
    "tracking",
    "status",
    "arrived",
    "not arrived",
    "shipped yet",
    "find",
    "look up",
    "check",
    "到哪",
    "在哪",
    "查",
    "发货了吗",
    "发了吗",
    "状态",
    "没收到",
    "到了吗",
];
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
    let ships = rules.shipping.is_some() && has(SHIP);
    let named = !slots.products.is_empty();
    add(rules.orders.is_some() && (has(ORDER) && has(ORDER_WHERE) || slots.order.is_some()), Skill::OrderStatus);
    add(
        rules.gift_cards.is_some() && has(CARD) && (slots.amounts.len() >= 2 || !slots.days.is_empty()),
        Skill::GiftCard,
    );
    let coupon_said =
        rules.coupons.iter().flat_map(|coupons| &coupons.list).any(|coupon| {
            coupon.words.0.values().any(|words| says(&text, words)) && (!slots.amounts.is_empty() || named)
        });
    add((slots.percent.is_some() && (!slots.amounts.is_empty() || named)) && has(OFF) || coupon_said, Skill::Discount);
    add(rules.returns.is_some() && has(RETURN) && has(RETURN_WHEN), Skill::ReturnDeadline);
    add(rules.warranty.is_some() && has(WARRANTY), Skill::WarrantyDeadline);
    let opens = rules.hours.is_some() && has(OPEN) && !has(NOT_OPEN) && !has(&["reopen"]);
    add(opens, Skill::OpeningHours);
    let free = ships && has(FREE);
    add(free, Skill::FreeShipping);
    let timed = ships && has(TIME);
    add(ships && has(COST) && !free, Skill::ShippingCost);
    add(timed && !free, Skill::DeliveryTime);
    add(ships && !free && !timed && !slots.places.is_empty() && !named && !has(COST), Skill::ShippingCost);
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
    let one = slots.products.first().is_some_and(|slot| slot.value.only().is_some());
    add(slots.budget.is_some() || wants && has(SHOW) && !one, Skill::FilterCatalogue);
    let of_shown = slots.products.is_empty() && request.shown.len() == 1 && (has(PRICE) || has(STOCK));
    add(named || of_shown, Skill::ProductDetails);
    skills
}
