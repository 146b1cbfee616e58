//! Recency, frequency, value: each customer scored from 1 to 5 in each (Hughes 1994), and named by the scores.

use serde::Serialize;

use super::customers::Customer;

/// Customers of one name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Segment {
    pub name: &'static str,
    pub customers: usize,
    /// Of all that was paid.
    pub share_of_value: f64,
    pub mean_orders: f64,
    pub mean_days_since_last: f64,
    pub mean_value: f64,
}

const CHAMPIONS: &str = "champions";
const LOYAL: &str = "loyal";
const PROMISING: &str = "promising";
const NEW: &str = "new";
const AT_RISK: &str = "at risk";
const SLIPPING: &str = "slipping";
const LOST: &str = "lost";
const NAMES: [&str; 7] = [CHAMPIONS, LOYAL, PROMISING, NEW, AT_RISK, SLIPPING, LOST];

/// `recency` 5 is lately; `worth` is the mean of the scores of frequency and value, rounded.
fn name(recency: u8, worth: u8, n_orders: usize) -> &'static str {
    match (recency, worth) {
        (4..=5, 4..) => CHAMPIONS,
        (3.., _) if n_orders == 1 => NEW,
        (3, 4..) => LOYAL,
        (3.., 3) => LOYAL,
        (3.., _) => PROMISING,
        (_, 4..) => AT_RISK,
        (2, _) => SLIPPING,
        _ => LOST,
    }
}

/// By how many are below: equal values get equal scores.
fn scores(values: &[f64]) -> Vec<u8> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = values.len().max(1);
    values.iter().map(|value| (1 + 5 * sorted.partition_point(|other| other < value) / n) as u8).collect()
}

/// The segments that have customers, and each customer's.
pub fn of(customers: &[Customer], now: f64) -> (Vec<Segment>, Vec<&'static str>) {
    let of = |value: &dyn Fn(&Customer) -> f64| scores(&customers.iter().map(value).collect::<Vec<_>>());
    let (recency, frequency, value) =
        (of(&|customer| -customer.recency(now)), of(&|customer| customer.days.len() as f64), of(&Customer::value));
    let name_of = |at: usize| name(recency[at], (frequency[at] + value[at]).div_ceil(2), customers[at].days.len());
    let names: Vec<&'static str> = (0..customers.len()).map(name_of).collect();
    let total = customers.iter().map(Customer::value).sum::<f64>().max(f64::MIN_POSITIVE);
    let segment = |&segment: &&'static str| {
        let members: Vec<&Customer> =
            customers.iter().zip(&names).filter(|(_, name)| **name == segment).map(|(customer, _)| customer).collect();
        let sum = |part: &dyn Fn(&Customer) -> f64| members.iter().map(|customer| part(customer)).sum::<f64>();
        let n = members.len() as f64;
        (!members.is_empty()).then(|| Segment {
            name: segment,
            customers: members.len(),
            share_of_value: sum(&Customer::value) / total,
            mean_orders: sum(&|customer| customer.days.len() as f64) / n,
            mean_days_since_last: sum(&|customer| customer.recency(now)) / n,
            mean_value: sum(&Customer::value) / n,
        })
    };
    (NAMES.iter().filter_map(segment).collect(), names)
}
