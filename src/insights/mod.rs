//! What an order history says of a shop's customers, and how far its forecasts can be believed.
//!
//! ```text
//! Orders ─ customers: days with an order, and what was paid
//!   → segments    recency, frequency, value
//!   → cohorts     who comes back, by the month of the first order
//!   → rules       what is bought with what, counted early and tested late
//!   → forecast    back within a month? gone? when?   (BG/NBD, logistic regression)
//!       → assess  on a later period, beside a baseline: AUROC, Brier, calibration
//! ```
//!
//! All days with several orders count as one order: an order split over two invoices says nothing of coming back.

pub mod assess;
pub mod bgnbd;
mod cohorts;
mod customers;
mod forecast;
mod logistic;
mod minimum;
mod rules;
mod segments;

use serde::Serialize;

use crate::recommend::interactions::Orders;

pub use cohorts::Cohort;
pub use customers::Customer;
pub use forecast::{Forecast, TimingRow, Window};
pub use rules::Rule;
pub use segments::Segment;

/// Why there is nothing to tell.
#[derive(Debug, thiserror::Error)]
pub enum InsightsError {
    #[error("the events have no times: insights need user,item,timestamp or a shop's order export")]
    NoClock,
    #[error("the orders span {days:.0} days: at least {MIN_SPAN_DAYS:.0} are needed to test a forecast")]
    TooShort { days: f64 },
    #[error("the orders of {known} customers can be tested: at least {MIN_TESTED} are needed")]
    TooFew { known: usize },
}

/// Four windows of at least a week each.
const MIN_SPAN_DAYS: f64 = 28.0;
const MIN_TESTED: usize = 50;

/// What `attendant insights --json` prints. Days count from the epoch; shares and probabilities are in [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Insights {
    pub customers: usize,
    /// Days with an order, summed over customers.
    pub orders: usize,
    pub items: usize,
    /// As dates, UTC.
    pub from: String,
    pub to: String,
    /// Whether the file told what was paid; without it value says nothing.
    pub has_values: bool,
    pub segments: Vec<Segment>,
    pub cohorts: Vec<Cohort>,
    pub rules: Vec<Rule>,
    /// Of a further order within the shorter window.
    pub next_purchase: Forecast,
    /// Of no further order within the longer window.
    pub churn: Forecast,
    pub people: Vec<Person>,
}

/// One customer as of the last day of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    pub id: String,
    pub segment: &'static str,
    pub orders: usize,
    pub value: f64,
    pub days_since_last: f64,
    /// Of an order within the shorter window.
    pub next_purchase: f64,
    /// Days until the next order is as likely as not; `None` where it never is.
    pub days_to_next: Option<f64>,
    /// Of no order within the longer window.
    pub churn: f64,
}

/// Reads all of it out of the orders.
///
/// # Errors
/// Where there are no times, or too little to test a forecast on.
pub fn analyse(orders: &Orders) -> Result<Insights, InsightsError> {
    if !orders.data.has_clock {
        return Err(InsightsError::NoClock);
    }
    let customers = customers::gather(orders);
    let first = customers.iter().filter_map(|customer| customer.days.first()).fold(f64::INFINITY, |a, &b| a.min(b));
    let end = customers.iter().filter_map(|customer| customer.days.last()).fold(first, |a, &b| a.max(b)) + 1.0;
    let span = end - first;
    if span.is_nan() || span < MIN_SPAN_DAYS {
        return Err(InsightsError::TooShort { days: if span.is_finite() { span } else { 0.0 } });
    }
    // Three windows of the longer kind are tested on, a fourth is known before them.
    let long = (span / 4.0).clamp(MIN_SPAN_DAYS / 4.0, 180.0).floor();
    let short = (long / 3.0).round().max(1.0);
    let next_purchase = forecast::back_within(&customers, end, short)?;
    let churn = forecast::gone_for(&customers, end, long)?;
    let (segments, segment_of) = segments::of(&customers, end);
    let people = customers.iter().enumerate().map(|(at, customer)| Person {
        id: customer.id.clone(),
        segment: segment_of[at],
        orders: customer.days.len(),
        value: customer.value(),
        days_since_last: customer.recency(end),
        next_purchase: next_purchase.now[at],
        days_to_next: next_purchase.median_days[at],
        churn: churn.now[at],
    });
    Ok(Insights {
        customers: customers.len(),
        orders: customers.iter().map(|customer| customer.days.len()).sum(),
        items: orders.data.items.len(),
        from: customers::date(first),
        to: customers::date(end - 1.0),
        has_values: orders.values.iter().flatten().any(|&value| value > 0.0),
        people: people.collect(),
        segments,
        cohorts: cohorts::of(&customers, end),
        rules: rules::mine(&orders.data, end - long),
        next_purchase: next_purchase.report,
        churn: churn.report,
    })
}

#[cfg(test)]
mod tests;
