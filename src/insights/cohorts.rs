//! Who comes back, by the month of the first order.

use std::collections::BTreeMap;

use serde::Serialize;

use super::customers::{Customer, month};

/// Customers whose first order falls in one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cohort {
    /// As 2010-12.
    pub month: String,
    pub customers: usize,
    /// Share of them with an order in that month (1), the next, and so on; the last month may not be whole.
    pub retained: Vec<f64>,
}

pub fn of(customers: &[Customer], end: f64) -> Vec<Cohort> {
    let last = month(end - 1.0);
    let mut cohorts: BTreeMap<i32, (usize, Vec<usize>)> = BTreeMap::new();
    for customer in customers {
        let first = month(customer.days[0]);
        let (n, active) = cohorts.entry(first).or_insert_with(|| (0, vec![0; (last - first + 1) as usize]));
        *n += 1;
        let mut months: Vec<i32> = customer.days.iter().map(|&day| month(day)).collect();
        months.dedup();
        months.iter().for_each(|month| active[(month - first) as usize] += 1);
    }
    let cohort = |(month, (n, active)): (i32, (usize, Vec<usize>))| Cohort {
        month: format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
        customers: n,
        retained: active.iter().map(|&active| active as f64 / n as f64).collect(),
    };
    cohorts.into_iter().map(cohort).collect()
}
