//! What the attendant computes instead of quoting: from the pack's rules and catalogue, never guessed.
//!
//! ```text
//! Slots, Request ─ propose ─→ the skills that the words ask for
//! Skill, Request ─ run ─→ Outcome: Done(Computed) · Needs(slot) · NotApplicable
//! ```
//!
//! Pure: the time is an argument, and a request to the outside is only ever proposed as an [`Action`].

mod arithmetic;
mod basket;
mod catalogue;
mod channels;
mod compare;
mod days;
mod details;
mod dispatch;
mod hours;
mod orders;
mod propose;
mod returns;
mod sending;
mod shipping;
mod sums;
mod warranty;
mod wishes;
mod words;

use serde::{Deserialize, Serialize};

pub(in crate::chat) use catalogue::asks_extreme;
pub(in crate::chat) use details::SAVING;
pub use propose::propose;
pub(in crate::chat) use returns::{CONDITIONS, asks_leave_to_return, asks_whether, rule_of_return};
pub(in crate::chat) use sending::is_bare as asks_bare_shipping;
pub use words::{date_words, dates_words, mended};

use crate::chat::slots::{SlotKind, Slots};
use crate::pack::calendar::{Clock, Date, Span};
use crate::pack::rules::{Channel, Handoff};
use crate::pack::{Money, Product, ShopRules, ShopSettings};
use crate::protocol::Language;
use crate::recommend::Recommender;

/// What can be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skill {
    /// What shipping costs to a place.
    ShippingCost,
    /// When a parcel arrives at a place.
    DeliveryTime,
    /// Until when something may come back.
    ReturnDeadline,
    /// Until when it is under warranty.
    WarrantyDeadline,
    OpeningHours,
    /// Price, stock, size and details of one product.
    ProductDetails,
    CompareProducts,
    /// What several goods come to.
    Sum,
    FilterCatalogue,
    /// What is like a product and costs less.
    Cheaper,
    /// A gift for somebody.
    Gift,
    /// A share or a coupon off a sum.
    Discount,
    /// A gift card on a basket.
    GiftCard,
    /// What is missing to free shipping.
    FreeShipping,
    OrderStatus,
}

/// The shop, as skills see it.
#[derive(Clone, Copy, Debug)]
pub struct Shop<'a> {
    pub settings: &'a ShopSettings,
    pub rules: &'a ShopRules,
    pub products: &'a [Product],
    pub recommender: &'a Recommender,
}

/// One message, read.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub text: &'a str,
    pub language: Language,
    pub slots: &'a Slots,
    /// Ids of the products shown last, in their order.
    pub shown: &'a [String],
    /// Ids and pieces in the basket.
    pub cart: &'a [(String, u32)],
    /// Milliseconds since the Unix epoch.
    pub now_ms: i64,
}

/// What came of running a skill.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done(Box<Computed>),
    /// One thing is missing; `question` asks for it in the shopper's language, `choices` are short answers.
    Needs {
        slot: SlotKind,
        question: String,
        choices: Vec<String>,
    },
    /// The shop has no such rule or product: its passages must answer.
    NotApplicable,
}

/// A computed answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    pub skill: Skill,
    pub value: Value,
    /// Markdown in the shopper's language.
    pub text: String,
    /// Passage ids and product ids that it rests on, the nearest first. Never empty but for sums.
    pub sources: Vec<String>,
    /// Every number, price, date and time in `text` that stands in no source, as it is written there.
    pub numbers: Vec<String>,
    /// Products to show as cards, best first.
    pub products: Vec<String>,
    pub action: Option<Action>,
}

/// The result as data.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Least and most: one price where weight is known.
    ShippingCost {
        place: String,
        least: Money,
        most: Money,
        is_free: bool,
    },
    /// Days of arrival, first and last.
    Arrival {
        place: String,
        first: Date,
        last: Date,
    },
    Deadline {
        day: Date,
        is_over: bool,
    },
    /// What cannot be returned, or has no warranty.
    Excluded,
    /// Until when a rule holds, without a day to count from.
    Period {
        days: u32,
        months: u32,
    },
    Hours {
        day: Date,
        spans: Vec<Span>,
        open_now: Option<bool>,
        next_opening: Option<(Date, Clock)>,
    },
    Product {
        id: String,
        attribute: Option<String>,
        answer: Option<bool>,
    },
    Comparison {
        products: Vec<String>,
    },
    /// All that fit, of which the reply shows the first few.
    Matches {
        total: usize,
        in_stock: usize,
    },
    Sum {
        total: Money,
        saved: Money,
    },
    /// What is left on a gift card, and what is left to pay.
    GiftCard {
        left: Money,
        to_pay: Money,
    },
    FreeShipping {
        place: String,
        from: Money,
        missing: Money,
    },
    Order {
        number: String,
    },
}

/// Something that leads outside; shown to the shopper first, done only on their word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Open this page in a new tab.
    Open { url: String },
    /// Ask this address for the state of the order.
    Fetch { url: String },
}

/// Runs a skill.
pub fn run(skill: Skill, shop: &Shop<'_>, request: &Request<'_>) -> Outcome {
    match skill {
        Skill::ShippingCost => shipping::cost(shop, request),
        Skill::DeliveryTime => shipping::time(shop, request),
        Skill::FreeShipping => shipping::free(shop, request),
        Skill::ReturnDeadline => returns::deadline(shop, request),
        Skill::WarrantyDeadline => warranty::deadline(shop, request),
        Skill::OpeningHours => hours::answer(shop, request),
        Skill::ProductDetails => details::answer(shop, request),
        Skill::CompareProducts => compare::answer(shop, request),
        Skill::Sum => sums::answer(shop, request),
        Skill::FilterCatalogue => catalogue::answer(shop, request),
        Skill::Cheaper => wishes::cheaper(shop, request),
        Skill::Gift => wishes::gift(shop, request),
        Skill::Discount => arithmetic::discount(shop, request),
        Skill::GiftCard => arithmetic::gift_card(shop, request),
        Skill::OrderStatus => orders::answer(shop, request),
    }
}

/// Whether what was computed are the hours of a channel to a person, and not those of the shop.
pub(in crate::chat) fn is_reached(computed: &Computed, rules: &ShopRules) -> bool {
    let source = rules.handoff.as_ref().and_then(|handoff| handoff.source.as_ref());
    computed.skill == Skill::OpeningHours && source.is_some_and(|source| computed.sources.contains(source))
}

/// The passage that a skill's rule stands in, to show beside a question back.
pub(in crate::chat) fn source_of(skill: Skill, rules: &ShopRules) -> Option<&str> {
    let shipping = rules.shipping.as_ref();
    match skill {
        Skill::ShippingCost => shipping.map(|shipping| shipping.source.as_str()),
        Skill::FreeShipping => {
            shipping.map(|shipping| shipping.free_source.as_ref().unwrap_or(&shipping.source).as_str())
        }
        Skill::DeliveryTime => {
            let mut zones = shipping?.zones.iter();
            zones.find_map(|zone| zone.times_source.as_deref())
        }
        Skill::ReturnDeadline => rules.returns.as_ref().map(|returns| returns.source.as_str()),
        Skill::WarrantyDeadline => rules.warranty.as_ref().map(|warranty| warranty.source.as_str()),
        Skill::OrderStatus => rules.orders.as_ref().and_then(|orders| orders.source.as_deref()),
        _ => None,
    }
}

/// The channels to a person, those that answer now first.
pub fn open_channels(rules: &ShopRules, now_ms: i64) -> Vec<(&Channel, bool)> {
    let (date, clock) = rules.zone.local(now_ms);
    let is_open = |channel: &Channel| {
        let spans = channel.week.get(&date.weekday()).map_or(&[][..], Vec::as_slice);
        channel.week.is_empty() || spans.iter().any(|span| span.from <= clock && clock < span.to)
    };
    let channels = rules.handoff.as_ref().map_or(&[][..], |handoff: &Handoff| handoff.channels.as_slice());
    let mut channels: Vec<(&Channel, bool)> = channels.iter().map(|channel| (channel, is_open(channel))).collect();
    channels.sort_by_key(|(_, is_open)| !is_open);
    channels
}

impl Shop<'_> {
    /// The product with this id.
    fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    fn today(&self, request: &Request<'_>) -> Date {
        self.rules.zone.local(request.now_ms).0
    }
}

#[cfg(all(test, feature = "import"))]
mod tests;
