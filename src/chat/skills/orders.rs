//! Where an order is looked up: a page or an address of the shop's, shown first and opened by the shopper.

use super::words::{Sentence, says};
use super::{Action, Computed, Outcome, Request, Shop, Skill, Value};
use crate::chat::slots::SlotKind;

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
    "state of my order",
    "order number",
    "my stuff",
    "我订单",
    "我的单",
    "我的包裹",
    "我的快递",
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
    "state",
    "wheres my stuff",
    "wheres my order",
    "where's my stuff",
    "where's my order",
    "progress",
    "update",
    "any news",
    "news",
    "动静",
    "消息",
    "进展",
    "进度",
    "走到",
    "哪一步",
    "没影",
    "没到",
    "订单呢",
    "单子呢",
    "包裹呢",
    "快递呢",
    "瞅瞅",
];

/// Whether it is asked what became of an order.
pub(super) fn asks_order(request: &Request<'_>, text: &str) -> bool {
    says(text, ORDER) && says(text, ORDER_WHERE) || request.slots.order.is_some()
}

pub(super) fn answer(shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    let orders = shop.rules.orders.as_ref();
    let Some((orders, template)) =
        orders.and_then(|orders| Some((orders, orders.link.as_ref().or(orders.status_url.as_ref())?)))
    else {
        return Outcome::NotApplicable;
    };
    let mut sentence = Sentence::new(request, shop.today(request));
    let Some(order) = &request.slots.order else {
        let question = match &orders.format {
            Some(format) => sentence.say(
                format!("What is your order number? It looks like {format} and stands in your order e-mail."),
                format!("请问订单号是多少？格式如 {format}，在订单邮件里可以找到。"),
            ),
            None => sentence.say(
                "What is your order number? It stands in your order e-mail.".to_owned(),
                "请问订单号是多少？在订单邮件里可以找到。".to_owned(),
            ),
        };
        return Outcome::Needs { slot: SlotKind::Order, question, choices: Vec::new() };
    };
    let number = sentence.keep(order.value.clone());
    let url = sentence.keep(template.replace("{order}", &escape(&order.value)));
    let (action, text) = if orders.link.is_some() {
        let text = sentence.say(
            format!(
                "I cannot see orders from here, but this page shows where order {number} is: {url}\n\nShall I open it?"
            ),
            format!("我在这里看不到订单，不过这个页面会显示订单 {number} 的状态：{url}\n\n要我打开吗？"),
        );
        (Action::Open { url }, text)
    } else {
        let text = sentence.say(
            format!("I can ask the shop's server for order {number}. That would send the number to {url}\n\nShall I?"),
            format!("我可以向店铺服务器查询订单 {number}，需要把订单号发送到 {url}\n\n可以吗？"),
        );
        (Action::Fetch { url }, text)
    };
    Outcome::Done(Box::new(Computed {
        skill: Skill::OrderStatus,
        value: Value::Order { number },
        text,
        sources: orders.source.iter().cloned().collect(),
        numbers: sentence.numbers,
        products: Vec::new(),
        action: Some(action),
    }))
}

/// Percent-encodes what is not a letter, a digit or one of `-._~` (RFC 3986).
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        match byte {
            b'-' | b'.' | b'_' | b'~' => escaped.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => escaped.push(byte.into()),
            byte => escaped.push_str(&format!("%{byte:02X}")),
        }
        escaped
    })
}
