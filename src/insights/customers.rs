//! One line a customer: when they ordered, and for how much.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::recommend::interactions::{Basket, Orders};

/// A customer's orders, those of one day taken together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Customer {
    pub id: String,
    /// Whole days since the epoch, rising, each once; never empty.
    pub days: Vec<f64>,
    /// What was paid on each.
    pub values: Vec<f64>,
}

impl Customer {
    /// What was known of them before `day`; `None` for one not yet known.
    pub fn before(&self, day: f64) -> Option<Customer> {
        let n = self.days.partition_point(|&at| at < day);
        let known =
            || Customer { id: self.id.clone(), days: self.days[..n].to_vec(), values: self.values[..n].to_vec() };
        (n > 0).then(known)
    }

    /// Days from `day` to the first order on it or after.
    pub fn next_after(&self, day: f64) -> Option<f64> {
        self.days.get(self.days.partition_point(|&at| at < day)).map(|at| at - day)
    }

    /// Days since the last order, seen from the morning of `now`.
    pub fn recency(&self, now: f64) -> f64 {
        now - self.days.last().copied().unwrap_or(now)
    }

    /// Days since the first order.
    pub fn tenure(&self, now: f64) -> f64 {
        now - self.days.first().copied().unwrap_or(now)
    }

    /// Mean days between orders, of one who ordered more than once.
    pub fn mean_gap(&self) -> Option<f64> {
        let (first, last) = (self.days.first()?, self.days.last()?);
        (self.days.len() > 1).then(|| (last - first) / (self.days.len() - 1) as f64)
    }

    pub fn value(&self) -> f64 {
        self.values.iter().sum()
    }
}

/// In the order of the file.
pub fn gather(orders: &Orders) -> Vec<Customer> {
    let customer = |((id, history), values): ((&String, &Vec<Basket>), &Vec<f64>)| {
        let mut customer = Customer { id: id.clone(), ..Customer::default() };
        for (basket, value) in history.iter().zip(values) {
            let day = basket.at.floor();
            if customer.days.last() == Some(&day) {
                *customer.values.last_mut().expect("a value a day") += value;
            } else {
                customer.days.push(day);
                customer.values.push(*value);
            }
        }
        customer
    };
    let data = &orders.data;
    let customers = data.users.iter().zip(&data.histories).zip(&orders.values).map(customer);
    customers.filter(|customer| !customer.days.is_empty()).collect()
}

fn civil(day: f64) -> Date {
    let time = Timestamp::from_second(day as i64 * 86_400).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(TimeZone::UTC).date()
}

/// As 2011-12-09.
pub fn date(day: f64) -> String {
    civil(day).to_string()
}

/// Months since year 0.
pub fn month(day: f64) -> i32 {
    let date = civil(day);
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}
