//! What a message names: products, places, days, amounts. Read by words alone, in both languages at
//! once, since shoppers mix them.
//!
//! Each slot carries where it stands in the message, so that the page can show what was understood and
//! let the shopper correct it.

pub mod amount;
mod clock;
mod colour;
mod contact;
mod date;
mod day_role;
mod measure;
pub(super) mod number;
mod order;
mod period;
mod place;
mod product;
mod reading;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use amount::{Budget, NamedAmount};
pub use clock::DayTime;
pub use colour::Colour;
pub use date::{DayForm, NamedDay};
pub use day_role::DayRole;
pub use measure::Size;
pub use place::Place;
pub use product::{Names, ProductMention};

use crate::pack::calendar::Date;
use crate::pack::{Product, ShopRules, ShopSettings};
use reading::Reading;

/// A value and the bytes of the message that say it, on character boundaries.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// The kinds of slot, as `attendant ask --json` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    Order,
    Product,
    Quantity,
    Size,
    Colour,
    Budget,
    Amount,
    Percent,
    Place,
    Date,
    Weight,
    Time,
    Email,
    Phone,
}

/// One slot in words, to show and to correct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Understood {
    pub kind: SlotKind,
    /// Bytes of the message; empty where it was said in an earlier message.
    pub span: Range<usize>,
    /// Normalized: `FR`, `2026-12-24`, `20-30 EUR`, `2000 g`.
    pub value: String,
}

/// Everything a message names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slots {
    pub order: Option<Slot<String>>,
    /// In the order of the message; “the first” and “第三个” resolve to what was shown last.
    pub products: Vec<Slot<ProductMention>>,
    /// Pieces.
    pub quantity: Option<Slot<u32>>,
    pub size: Option<Slot<Size>>,
    pub colours: Vec<Slot<Colour>>,
    pub budget: Option<Slot<Budget>>,
    /// Sums of money and bare numbers that are no limits: “20 % off 45”.
    pub amounts: Vec<Slot<NamedAmount>>,
    pub percent: Option<Slot<u32>>,
    pub places: Vec<Slot<Place>>,
    pub days: Vec<Slot<NamedDay>>,
    /// Grams; several where they are weighed against each other, or one is the least and one the most.
    pub weights: Vec<Slot<u32>>,
    /// When on the day something is done.
    pub time: Option<Slot<DayTime>>,
    pub email: Option<Slot<String>>,
    pub phone: Option<Slot<String>>,
}

/// What a message is read with: one a pack.
#[derive(Debug)]
pub struct Lexicon {
    names: Names,
    order_format: Option<String>,
    currency: String,
}

impl Lexicon {
    pub fn new(settings: &ShopSettings, rules: &ShopRules, products: &[Product]) -> Lexicon {
        Lexicon {
            names: Names::new(products),
            order_format: rules.orders.as_ref().and_then(|orders| orders.format.clone()),
            currency: settings.currency.clone(),
        }
    }

    /// Reads a message. `today` is the shop's day; `shown` are the ids of the products shown last.
    pub fn read(&self, text: &str, today: Date, shown: &[String]) -> Slots {
        let reading = Reading::new(text);
        let mut taken = reading::Taken::default();
        // What is unmistakable goes first and keeps its words from the rest: the order of the fields counts.
        Slots {
            email: contact::email(&reading, &mut taken),
            order: order::read(&reading, &mut taken, self.order_format.as_deref()),
            phone: contact::phone(&reading, &mut taken),
            days: date::read(&reading, &mut taken, today),
            time: clock::read(&reading, &mut taken),
            products: self.names.read(&reading, &mut taken, shown),
            weights: measure::weights(&reading, &mut taken),
            size: measure::size(&reading, &mut taken),
            percent: amount::percent(&reading, &mut taken),
            budget: amount::budget(&reading, &mut taken, &self.currency),
            quantity: measure::quantity(&reading, &mut taken),
            amounts: amount::amounts(&reading, &mut taken, &self.currency),
            places: place::read(&reading),
            colours: colour::read(&reading),
        }
    }
}

impl Slots {
    /// Fills what this message does not say from an earlier one, for “and to Canada?”. What it takes
    /// over has an empty span.
    pub fn inherit(&mut self, earlier: &Slots) {
        fn one<T: Clone>(mine: &mut Option<Slot<T>>, theirs: &Option<Slot<T>>) {
            if mine.is_none() {
                *mine = theirs.as_ref().map(|slot| Slot { value: slot.value.clone(), span: 0..0 });
            }
        }
        fn many<T: Clone>(mine: &mut Vec<Slot<T>>, theirs: &[Slot<T>]) {
            if mine.is_empty() {
                mine.extend(theirs.iter().map(|slot| Slot { value: slot.value.clone(), span: 0..0 }));
            }
        }
        one(&mut self.order, &earlier.order);
        many(&mut self.products, &earlier.products);
        one(&mut self.quantity, &earlier.quantity);
        one(&mut self.size, &earlier.size);
        many(&mut self.colours, &earlier.colours);
        one(&mut self.budget, &earlier.budget);
        many(&mut self.amounts, &earlier.amounts);
        one(&mut self.percent, &earlier.percent);
        many(&mut self.places, &earlier.places);
        many(&mut self.days, &earlier.days);
        many(&mut self.weights, &earlier.weights);
        one(&mut self.time, &earlier.time);
        one(&mut self.email, &earlier.email);
        one(&mut self.phone, &earlier.phone);
    }

    pub fn is_empty(&self) -> bool {
        *self == Slots::default()
    }

    /// All of it as kinds and values, in the order of the message.
    pub fn understood(&self) -> Vec<Understood> {
        let mut all = Vec::new();
        fn push<T>(
            all: &mut Vec<Understood>,
            kind: SlotKind,
            slots: impl IntoIterator<Item = T>,
            show: impl Fn(&T) -> (Range<usize>, String),
        ) {
            all.extend(slots.into_iter().map(|slot| {
                let (span, value) = show(&slot);
                Understood { kind, span, value }
            }));
        }
        push(&mut all, SlotKind::Order, &self.order, |slot| (slot.span.clone(), slot.value.clone()));
        push(&mut all, SlotKind::Product, &self.products, |slot| (slot.span.clone(), slot.value.ids.join(" ")));
        push(&mut all, SlotKind::Quantity, &self.quantity, |slot| (slot.span.clone(), slot.value.to_string()));
        push(&mut all, SlotKind::Size, &self.size, |slot| (slot.span.clone(), slot.value.to_string()));
        push(&mut all, SlotKind::Colour, &self.colours, |slot| (slot.span.clone(), slot.value.id.to_owned()));
        push(&mut all, SlotKind::Budget, &self.budget, |slot| (slot.span.clone(), slot.value.to_string()));
        push(&mut all, SlotKind::Amount, &self.amounts, |slot| (slot.span.clone(), slot.value.money.to_string()));
        push(&mut all, SlotKind::Percent, &self.percent, |slot| (slot.span.clone(), format!("{} %", slot.value)));
        push(&mut all, SlotKind::Place, &self.places, |slot| (slot.span.clone(), slot.value.code.clone()));
        push(&mut all, SlotKind::Date, &self.days, |slot| (slot.span.clone(), slot.value.date.to_string()));
        push(&mut all, SlotKind::Weight, &self.weights, |slot| (slot.span.clone(), format!("{} g", slot.value)));
        push(&mut all, SlotKind::Time, &self.time, |slot| (slot.span.clone(), slot.value.to_string()));
        push(&mut all, SlotKind::Email, &self.email, |slot| (slot.span.clone(), slot.value.clone()));
        push(&mut all, SlotKind::Phone, &self.phone, |slot| (slot.span.clone(), slot.value.clone()));
        all.sort_by_key(|one| one.span.start);
        all
    }
}

#[cfg(all(test, feature = "import"))]
mod tests;
