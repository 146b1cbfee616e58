//! Which of the days that a message names a rule counts from.

use crate::chat::slots::{DayRole, NamedDay, Slots};
use crate::pack::calendar::Date;

/// From when a deadline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    Delivered(Date),
    /// All that is known is when it was ordered: it came later.
    Ordered(Date),
}

impl Since {
    pub fn day(self) -> Date {
        match self {
            Since::Delivered(day) | Since::Ordered(day) => day,
        }
    }
}

/// The day that something came; else one of which nothing is said; else the one on which it was ordered.
pub(super) fn since(slots: &Slots, today: Date) -> Option<Since> {
    let past = |wanted: fn(&NamedDay) -> bool| {
        let mut days = slots.days.iter().map(|day| day.value).filter(wanted).map(|day| day.past(today));
        days.find(|&day| day <= today)
    };
    let delivered = past(|day| day.role == Some(DayRole::Delivered));
    let told = || past(|day| !matches!(day.role, Some(DayRole::Ordered | DayRole::Returned)));
    let ordered = || past(|day| day.role == Some(DayRole::Ordered)).map(Since::Ordered);
    delivered.or_else(told).map(Since::Delivered).or_else(ordered)
}

/// The day on which an order is placed or paid, today or later.
pub(super) fn ordered(slots: &Slots, today: Date) -> Option<Date> {
    let days = slots.days.iter().map(|day| day.value);
    days.filter(|day| day.role == Some(DayRole::Ordered) && day.date >= today).map(|day| day.date).max()
}

/// The day by which something must be there.
pub(super) fn needed(slots: &Slots, today: Date) -> Option<Date> {
    let days = slots.days.iter().map(|day| day.value);
    days.filter(|day| day.role != Some(DayRole::Ordered) && day.date > today).map(|day| day.date).max()
}
