//! A shop's rules as data: what a skill may compute with. All of it is optional; a shop without a table
//! answers from its passages.
//!
//! The shapes are those of the tables in `shop.toml`, and the pack stores them as they are. Every table
//! names the passage its numbers stand in: an answer cites it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::pack::calendar::{Clock, DayRule, Span, Weekday, Zone};
use crate::pack::format::{Localized, Product};
use crate::pack::money::{Money, MoneyError};

/// Everything a skill may compute with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShopRules {
    /// From `time_zone`; UTC where the shop names none.
    pub zone: Zone,
    pub shipping: Option<Shipping>,
    pub returns: Option<Returns>,
    pub warranty: Option<Warranty>,
    pub hours: Option<Hours>,
    pub orders: Option<Orders>,
    pub coupons: Option<Coupons>,
    pub gift_cards: Option<GiftCards>,
    pub handoff: Option<Handoff>,
}

/// An amount as `12.50 EUR`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Price(pub Money);

impl TryFrom<String> for Price {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Price, MoneyError> {
        Money::parse(&text).map(Price)
    }
}

impl From<Price> for String {
    fn from(price: Price) -> String {
        price.0.to_string()
    }
}

/// `[shipping]`: prices and times by region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipping {
    /// Passage of the prices.
    pub source: String,
    /// Passage of the free-shipping thresholds, where it is another one.
    pub free_source: Option<String>,
    /// What a basket may hold and what does not count towards free shipping: gift cards.
    #[serde(default)]
    pub free_without: Option<Goods>,
    /// Upper ends of the weight bands in grams, ascending. A heavier order goes in several parcels.
    pub bands_g: Vec<u32>,
    pub zones: Vec<ShippingZone>,
    pub dispatch: Option<Dispatch>,
    /// Times of year when parcels take longer.
    #[serde(default)]
    pub busy: Vec<BusySeason>,
}

/// One region of `[[shipping.zones]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingZone {
    pub name: Localized<String>,
    /// ISO 3166-1 codes (`PT`), 3166-2 for parts of a country (`PT-20`), `*` for everywhere else.
    pub places: Vec<String>,
    /// One a weight band.
    pub prices: Vec<Price>,
    /// Standard shipping is free from this basket on.
    pub free_from: Option<Price>,
    /// Working days on the way, least and most.
    pub days: [u32; 2],
    /// Where it differs within the zone, by place.
    #[serde(default)]
    pub days_by_place: BTreeMap<String, [u32; 2]>,
    /// Working days more for some places.
    #[serde(default)]
    pub more_days: BTreeMap<String, [u32; 2]>,
    /// What customs may add, in days.
    pub customs_days: Option<[u32; 2]>,
    /// Passage of the times.
    pub times_source: Option<String>,
    pub express: Option<Express>,
}

/// A faster way to the same region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Express {
    pub price: Price,
    /// Working days, least and most.
    pub days: [u32; 2],
    pub up_to_g: u32,
    pub source: String,
}

/// When parcels leave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    pub source: String,
    /// Orders before it leave the same working day.
    pub cut_off: Option<Clock>,
    /// The days on which parcels leave and travel.
    pub days: Vec<Weekday>,
    #[serde(default)]
    pub holidays: Vec<DayRule>,
    /// What takes longer to make ready.
    #[serde(default)]
    pub extras: Vec<DispatchExtra>,
    /// Payments whose order counts from the day the money arrives.
    #[serde(default)]
    pub slow_payment: Option<SlowPayment>,
}

/// One of `[[shipping.dispatch.extras]]`: gift wrapping, engraving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchExtra {
    pub name: Localized<String>,
    /// What shoppers call it.
    pub words: Localized<Vec<String>>,
    /// Working days more.
    pub days: u32,
    pub source: String,
}

/// `[shipping.dispatch.slow_payment]`: bank transfers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlowPayment {
    /// What shoppers call it.
    pub words: Localized<Vec<String>>,
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusySeason {
    pub from: DayRule,
    pub to: DayRule,
    /// Days to add.
    pub days: u32,
    pub source: String,
}

/// `[returns]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returns {
    pub source: String,
    /// From the day of delivery.
    pub days: u32,
    /// Other windows for some goods.
    #[serde(default)]
    pub windows: Vec<ReturnWindow>,
    /// Longer ones around holidays.
    #[serde(default)]
    pub extensions: Vec<ReturnExtension>,
    #[serde(default)]
    pub exceptions: Vec<ReturnException>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnWindow {
    pub goods: Goods,
    pub days: u32,
    pub source: String,
}

/// What is delivered from one day to another may come back until a third.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnExtension {
    pub from: DayRule,
    pub to: DayRule,
    pub until: DayRule,
    pub source: String,
}

/// What cannot come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnException {
    pub name: Localized<String>,
    pub goods: Goods,
    /// Only where one of these words is said: `opened`.
    #[serde(default)]
    pub only_if: Localized<Vec<String>>,
    pub source: String,
}

/// Some of what the shop sells: by category (any level, in the default language), by words of the
/// material, by product id, or by what shoppers call it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Goods {
    pub categories: Vec<String>,
    pub materials: Vec<String>,
    pub products: Vec<String>,
    pub words: Localized<Vec<String>>,
}

impl Goods {
    /// Whether a product is among them, by its data. `languages` as in the shop's settings.
    pub fn has(&self, product: &Product) -> bool {
        let types = product.product_type.0.values().flatten();
        let materials = product.material.0.values();
        self.products.contains(&product.id)
            || types.into_iter().any(|name| self.categories.contains(name))
            || materials.into_iter().any(|material| {
                let material = material.to_lowercase();
                self.materials.iter().any(|word| material.contains(&word.to_lowercase()))
            })
    }
}

/// `[warranty]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warranty {
    pub source: String,
    /// From the day of delivery.
    pub months: u32,
    /// Goods with another time; 0 for none.
    #[serde(default)]
    pub terms: Vec<WarrantyTerm>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarrantyTerm {
    pub name: Localized<String>,
    pub goods: Goods,
    pub months: u32,
    pub source: String,
}

/// `[hours]`: when people may come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub source: String,
    /// A weekday that is not named is closed.
    pub week: Week,
    #[serde(default)]
    pub special: Vec<SpecialDay>,
}

pub type Week = BTreeMap<Weekday, Vec<Span>>;

/// A day unlike its weekday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialDay {
    pub day: DayRule,
    #[serde(default)]
    pub name: Localized<String>,
    /// Its hours instead of the weekday's; empty for closed.
    pub open: Option<Vec<Span>>,
    /// The weekday's hours, but no later than this.
    pub until: Option<Clock>,
}

/// `[orders]`: where one order is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    pub source: Option<String>,
    /// What an order number looks like: `0` a digit, `A` a letter, anything else itself. `LL-000000`.
    pub format: Option<String>,
    /// A page to open, `{order}` for the number.
    pub link: Option<String>,
    /// An address that answers with the state of an order; asked only with the shopper's consent.
    pub status_url: Option<String>,
}

/// `[coupons]`: discounts and their terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coupons {
    /// Passage of the terms common to all.
    pub source: String,
    /// Whether a code takes nothing off goods already reduced.
    #[serde(default)]
    pub not_on_sale_goods: bool,
    /// Whether it takes nothing off gift cards.
    #[serde(default)]
    pub not_on_gift_cards: bool,
    pub list: Vec<Coupon>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    pub name: Localized<String>,
    /// What shoppers call it.
    pub words: Localized<Vec<String>>,
    pub percent: Option<u32>,
    pub amount: Option<Price>,
    /// The least basket.
    pub from: Option<Price>,
    pub source: String,
}

/// `[gift_cards]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiftCards {
    pub source: String,
    pub values: Vec<Price>,
    /// What a card that is printed and posted costs above its value.
    pub printed_fee: Option<Price>,
    /// How long a card is valid, and the passage that says so.
    pub months: Option<u32>,
    pub validity_source: Option<String>,
    /// Passage on spending a card in parts.
    pub use_source: Option<String>,
}

/// `[handoff]`: how a conversation reaches a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handoff {
    pub source: Option<String>,
    /// The first that is open is offered first.
    pub channels: Vec<Channel>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    pub kind: ChannelKind,
    /// An address, a number, a WeChat id or a URL.
    pub to: String,
    /// When somebody answers; empty for always.
    #[serde(default)]
    pub week: Week,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    Email,
    Phone,
    Whatsapp,
    Wechat,
    Link,
}
