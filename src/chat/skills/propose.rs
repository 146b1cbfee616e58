//! Which skills the words of a message ask for.

use super::details::{PRICE, SAVING, STOCK};
use super::sending::{AWAITED, DUTIES, sends_goods};
use super::shipping::EXPRESS;
use super::sums;
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
    "post",
    "posting",
    "posted",
    "mail",
    "reach",
    "reaches",
    "get here",
    "get there",
    "get it",
    "expect it",
    "be in",
    "go out",
    "freight",
    "邮资",
    "收货",
    "收到",
    "收着",
    "寄送",
    "发货",
    "发往",
    "运",
    "送货",
    "到手",
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
    "what day",
    "which day",
    "what date",
    "which date",
    "expect",
    "arriving",
    "go out",
    "哪天",
    "几号",
    "哪一天",
    "收到",
    "收着",
    "到吗",
    "多少天",
    "什么日子",
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
    "shipping fee",
    "delivery fee",
    "charges",
    "pay for shipping",
    "how many francs",
    "什么价",
    "邮资",
    "收多少",
    "怎么收",
    "怎么算",
    "几块",
    "几欧",
    "花多少",
    "多少欧",
    "多少",
];
const FREE: &[&str] = &[
    "free shipping",
    "free delivery",
    "shipping free",
    "ship free",
    "ship for free",
    "包邮",
    "免运费",
    "免邮",
    "free postage",
    "postage free",
    "free p&p",
    "waive",
    "waived",
    "dodge the shipping",
    "no shipping fee",
    "off free",
    "free shiping",
    "不用付邮费",
    "不用邮费",
    "不收运费",
    "还差多少",
    "还要凑",
    "再凑",
    "凑单",
    "凑多少",
    "不要邮费",
    "shipping still free",
    "stop charging for delivery",
    "stop charging for shipping",
    "stop charging postage",
    "不收邮费",
    "不收快递费",
    "不算邮费",
    "不算运费",
    "免快递费",
    "免配送费",
    "delivery still free",
    "still free shipping",
];
const RETURN: &[&str] = &[
    "return",
    "returns",
    "send back",
    "send it back",
    "give back",
    "refund",
    "退货",
    "退",
    "退换",
    "hand in",
    "hand it in",
    "hand back",
    "hand it back",
    "bring back",
    "bring it back",
    "take back",
    "take it back",
    "taken back",
    "sent back",
    "ship it back",
    "money back",
    "寄回",
    "退还",
    "退掉",
    "退了",
    "无理由",
    "还回",
];
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
    "last date",
    "latest",
    "final day",
    "by when",
    "till when",
    "possible",
    "allowed",
    "too old",
    "哪天",
    "几号",
    "最迟",
    "前要",
    "还行",
    "来得及么",
    "么",
    "行不行",
    "能不能",
];
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
];
/// Of goods that have come.
const HAD: &[&str] =
    &["delivered", "arrived", "came", "bought", "received", "got it", "收货", "收到", "买", "签收", "到货"];
/// Words of somebody who is about to order.
const BUY: &[&str] = &[
    "order",
    "ordering",
    "ordered",
    "buy",
    "buying",
    "pay",
    "paying",
    "paid",
    "checkout",
    "下单",
    "付款",
    "买",
    "拍下",
    "现在订",
];
/// Reaching the shop by telephone …
pub(super) const CALL: &[&str] = &["ring", "phone", "call", "telephone", "on the line", "电话", "打给", "拨"];
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
];
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
];
/// “Open” is also what one does to tea.
const NOT_OPEN: &[&str] = &[
    "opened", "return", "refund", "account", "parcel", "bag", "pouch", "tin", "退", "order", "ship", "delivery",
    "package", "open it", "bottle", "jar", "包裹", "订单", "发货", "开封", "拆", "开了",
];
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
    "how is",
    "what about",
    "怎么样",
    "到了没",
    "到没到",
    "现在",
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
    // What comes back is not sent to the shopper.
    let pays_duties = has(DUTIES) && slots.weight.is_none();
    let ships = rules.shipping.is_some() && has(SHIP) && !has(RETURN) && !pays_duties;
    let named = !slots.products.is_empty();
    let takes_off = slots.percent.is_some()
        || rules
            .coupons
            .iter()
            .flat_map(|coupons| &coupons.list)
            .any(|coupon| coupon.words.0.values().any(|words| says(&text, words)));
    let sums = !takes_off && !has(RETURN) && !has(WARRANTY) && !has(FREE) && sums::is_asked(shop, request, &text);
    add(sums, Skill::Sum);
    add(rules.orders.is_some() && (has(ORDER) && has(ORDER_WHERE) || slots.order.is_some()), Skill::OrderStatus);
    add(
        rules.gift_cards.is_some()
            && has(CARD)
            && !takes_off
            && (!slots.amounts.is_empty() || slots.quantity.is_some() || !slots.days.is_empty()),
        Skill::GiftCard,
    );
    let coupon_said =
        rules.coupons.iter().flat_map(|coupons| &coupons.list).any(|coupon| {
            coupon.words.0.values().any(|words| says(&text, words)) && (!slots.amounts.is_empty() || named)
        });
    let off = slots.percent.is_some() && (!slots.amounts.is_empty() || named) && has(OFF) || coupon_said;
    // Of a coupon and a basket that should go for nothing the basket is the question.
    add(off && !(rules.shipping.is_some() && has(FREE)), Skill::Discount);
    add(rules.returns.is_some() && has(RETURN) && has(RETURN_WHEN) && !has(AWAITED), Skill::ReturnDeadline);
    add(
        rules.warranty.is_some() && (has(WARRANTY) || has(FAULT) && has(HAD) && !slots.days.is_empty()),
        Skill::WarrantyDeadline,
    );
    let calls = rules.handoff.is_some() && has(CALL) && has(CALL_WHEN);
    add(rules.hours.is_some() && calls, Skill::OpeningHours);
    let opens = rules.hours.is_some() && has(OPEN) && !has(NOT_OPEN) && !has(&["reopen"]);
    add(opens, Skill::OpeningHours);
    let free = rules.shipping.is_some() && has(FREE) && !has(RETURN);
    add(free, Skill::FreeShipping);
    // “Paying now, Zurich, when?” says of its parcel no more than where it goes.
    let buys = rules.shipping.is_some() && !slots.places.is_empty() && has(BUY) && !has(RETURN);
    let timed = (ships || buys) && has(TIME);
    let weighed = rules.shipping.is_some() && !slots.places.is_empty() && slots.weight.is_some();
    let costs = (ships || weighed) && has(COST) || weighed && has(EXPRESS);
    add(timed && !free && (!has(PRICE) || slots.places.is_empty()), Skill::DeliveryTime);
    add(costs && !free || ships && has(EXPRESS) && !slots.places.is_empty() && !timed, Skill::ShippingCost);
    add(timed && !free, Skill::DeliveryTime);
    let asks_whether = ships && !free && !timed && !slots.places.is_empty() && !named && !has(COST);
    add(asks_whether && !sends_goods(&text), Skill::ShippingCost);
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
    add(slots.budget.is_some() || wants && has(SHOW) && !one, Skill::FilterCatalogue);
    let of_shown = slots.products.is_empty() && request.shown.len() == 1 && (has(PRICE) || has(STOCK));
    add(named || of_shown, Skill::ProductDetails);
    skills
}
