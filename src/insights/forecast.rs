//! Who comes back, who is gone, and when: two models, chosen on one period and tested on the next.
//!
//! ```text
//! … ─────────┬──────────┬──────────┬──────────┐ end of the file
//!            └ trained ─┴ chosen ──┴ tested ──┘ one window each; then fitted anew on everything
//! ```
//!
//! The baseline of both is the customer's recency alone: the share of those with a like one who came back in the
//! window before.

use serde::Serialize;

use super::assess::{Assessment, assess};
use super::bgnbd::{BgNbd, Summary};
use super::customers::{Customer, date};
use super::logistic::Logistic;
use super::{InsightsError, MIN_TESTED};

const BASELINE: &str = "recency";
const BG_NBD: &str = "BG/NBD";
const LOGISTIC: &str = "logistic regression";
/// Groups of a like recency.
const N_GROUPS: usize = 5;

/// How a forecast was tested.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    pub window_days: f64,
    /// What the customers' own figures are made with: the better one by Brier score in the window before the tested.
    pub model: &'static str,
    pub tested: Window,
    /// Customers known before the tested window.
    pub customers: usize,
    /// Share of them that it came true for.
    pub observed: f64,
    /// Baseline first.
    pub rows: Vec<Assessment>,
    /// The error of the days to the next order, none counted later than the window's end.
    pub timing: Vec<TimingRow>,
}

/// First and last day, as dates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Window {
    pub from: String,
    pub to: String,
}

/// Mean absolute error in days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimingRow {
    pub name: &'static str,
    pub error_days: f64,
}

/// A tested forecast, and its figures for each customer as of the end.
pub struct Forecasts {
    pub report: Forecast,
    pub now: Vec<f64>,
    pub median_days: Vec<Option<f64>>,
}

/// Of an order within `window` days.
pub fn back_within(customers: &[Customer], end: f64, window: f64) -> Result<Forecasts, InsightsError> {
    forecast(customers, end, window, false)
}

/// Of none within `window` days.
pub fn gone_for(customers: &[Customer], end: f64, window: f64) -> Result<Forecasts, InsightsError> {
    forecast(customers, end, window, true)
}

/// Those known before a day, and whether they came back within the window after it.
struct Cut {
    day: f64,
    window: f64,
    known: Vec<Customer>,
    days_to_next: Vec<Option<f64>>,
}

impl Cut {
    fn at(customers: &[Customer], day: f64, window: f64) -> Cut {
        let (known, days_to_next) =
            customers.iter().filter_map(|customer| Some((customer.before(day)?, customer.next_after(day)))).unzip();
        Cut { day, window, known, days_to_next }
    }

    fn came_back(&self) -> Vec<bool> {
        self.days_to_next.iter().map(|days| days.is_some_and(|days| days < self.window)).collect()
    }
}

/// Everything fitted on what is known at a cut: BG/NBD on the orders before it, the others on the window that ends there.
struct Fitted {
    bgnbd: BgNbd,
    logistic: Logistic,
    recency: RecencyShares,
    day: f64,
    window: f64,
}

impl Fitted {
    fn at(customers: &[Customer], day: f64, window: f64) -> Fitted {
        let before = Cut::at(customers, day - window, window);
        let known: Vec<Summary> =
            customers.iter().filter_map(|customer| Some(Summary::of(&customer.before(day)?, day))).collect();
        let came_back = before.came_back();
        Fitted {
            bgnbd: BgNbd::fit(&known),
            logistic: Logistic::fit(&before.known, before.day, window, &came_back),
            recency: RecencyShares::of(&before, &came_back),
            day,
            window,
        }
    }

    fn back(&self, name: &'static str, customer: &Customer) -> f64 {
        match name {
            BG_NBD => self.bgnbd.back_within(&Summary::of(customer, self.day), self.window),
            LOGISTIC => self.logistic.predict(customer, self.day, self.window),
            _ => self.recency.back(customer.recency(self.day)),
        }
    }

    /// The day by which an order is as likely as not, which is what a mean absolute error asks for, or the window's end.
    fn days(&self, customer: &Customer) -> f64 {
        self.bgnbd.median_days(&Summary::of(customer, self.day)).unwrap_or(self.window).min(self.window)
    }
}

/// Shares that came back, by recency.
struct RecencyShares {
    /// The largest recency of each group, rising, and the share.
    groups: Vec<(f64, f64)>,
}

impl RecencyShares {
    fn of(cut: &Cut, came_back: &[bool]) -> RecencyShares {
        let mut rows: Vec<(f64, bool)> =
            cut.known.iter().zip(came_back).map(|(customer, &back)| (customer.recency(cut.day), back)).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let group = |rows: &[(f64, bool)]| {
            let n_back = rows.iter().filter(|row| row.1).count() as f64;
            (rows[rows.len() - 1].0, n_back / rows.len() as f64)
        };
        RecencyShares { groups: rows.chunks(rows.len().div_ceil(N_GROUPS).max(1)).map(group).collect() }
    }

    fn back(&self, recency: f64) -> f64 {
        let group = self.groups.iter().find(|group| recency <= group.0).or(self.groups.last());
        group.map_or(0.5, |group| group.1)
    }
}

fn forecast(customers: &[Customer], end: f64, window: f64, of_gone: bool) -> Result<Forecasts, InsightsError> {
    let turn = |back: f64| if of_gone { 1.0 - back } else { back };
    let tested = Cut::at(customers, end - window, window);
    if tested.known.len() < MIN_TESTED {
        return Err(InsightsError::TooFew { known: tested.known.len() });
    }
    let judged = |fitted: &Fitted, cut: &Cut, name: &'static str| {
        let forecasts: Vec<f64> = cut.known.iter().map(|customer| turn(fitted.back(name, customer))).collect();
        let happened: Vec<bool> = cut.came_back().iter().map(|&back| back != of_gone).collect();
        assess(name, &forecasts, &happened)
    };
    let chosen_on = Cut::at(customers, end - 2.0 * window, window);
    let fitted = Fitted::at(customers, chosen_on.day, window);
    let brier = |name| judged(&fitted, &chosen_on, name).brier;
    let model = if brier(LOGISTIC) <= brier(BG_NBD) { LOGISTIC } else { BG_NBD };
    let fitted = Fitted::at(customers, tested.day, window);
    let rows = [BASELINE, BG_NBD, LOGISTIC].map(|name| judged(&fitted, &tested, name)).to_vec();
    let now = Fitted::at(customers, end, window);
    let n_true = tested.came_back().iter().filter(|&&back| back != of_gone).count();
    let report = Forecast {
        window_days: window,
        model,
        tested: Window { from: date(tested.day), to: date(end - 1.0) },
        customers: tested.known.len(),
        observed: n_true as f64 / tested.known.len() as f64,
        rows,
        timing: timing(&fitted, &tested),
    };
    Ok(Forecasts {
        report,
        now: customers.iter().map(|customer| turn(now.back(model, customer))).collect(),
        median_days: customers.iter().map(|customer| now.bgnbd.median_days(&Summary::of(customer, end))).collect(),
    })
}

/// One baseline waits out the customer's own mean gap, or that of all for one without; the other expects nobody.
fn timing(fitted: &Fitted, cut: &Cut) -> Vec<TimingRow> {
    let gaps: Vec<f64> = cut.known.iter().filter_map(Customer::mean_gap).collect();
    let mean_gap = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
    let waits = |customer: &Customer| {
        (customer.mean_gap().unwrap_or(mean_gap) - customer.recency(cut.day)).clamp(0.0, cut.window)
    };
    let error = |guess: &dyn Fn(&Customer) -> f64| {
        let actual = cut.days_to_next.iter().map(|days| days.unwrap_or(cut.window).min(cut.window));
        let errors = cut.known.iter().zip(actual).map(|(customer, actual)| (guess(customer) - actual).abs());
        errors.sum::<f64>() / cut.known.len().max(1) as f64
    };
    vec![
        TimingRow { name: "mean gap", error_days: error(&waits) },
        TimingRow { name: "not in the window", error_days: error(&|_| cut.window) },
        TimingRow { name: BG_NBD, error_days: error(&|customer| fitted.days(customer)) },
    ]
}
