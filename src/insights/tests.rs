use super::*;
use crate::platform::SplitMix64;
use crate::recommend::interactions::{Basket, Interactions};

const N_DAYS: f64 = 365.0;

/// A shop of two kinds of customers: regulars, who come every ten days or so, and passers-by, who never come back
/// after a first order or two. Who takes item 0 takes item 1, and item 9 comes as it may.
fn shop(n_customers: usize) -> Orders {
    let mut random = SplitMix64::new(7);
    let mut orders = Orders::default();
    orders.data.has_clock = true;
    orders.data.items = (0..10).map(|item| format!("item-{item}")).collect();
    for customer in 0..n_customers {
        let is_regular = customer % 2 == 0;
        let mut day = 15_000.0 + (random.unit() * N_DAYS * 0.5).floor();
        let n_most = if is_regular { usize::MAX } else { 1 + random.below(2) };
        let mut history = Vec::new();
        while history.len() < n_most && day < 15_000.0 + N_DAYS {
            let mut items = if random.unit() < 0.3 { vec![0, 1] } else { vec![2 + random.below(6) as u32] };
            if random.unit() < 0.3 {
                items.push(9);
            }
            // Two invoices on one day are one order.
            history.push(Basket { at: day + 0.4, items: items.clone() });
            history.push(Basket { at: day + 0.5, items: vec![8] });
            day += (4.0 + random.unit() * 12.0).floor();
        }
        orders.values.push(history.iter().map(|basket| 10.0 * basket.items.len() as f64).collect());
        orders.data.users.push(format!("customer-{customer}"));
        orders.data.histories.push(history);
    }
    orders
}

#[test]
fn regulars_and_passers_by_are_told_apart_on_a_period_not_seen() {
    let insights = analyse(&shop(400)).expect("a year of orders");
    assert_eq!(insights.customers, 400);
    for forecast in [&insights.next_purchase, &insights.churn] {
        let chosen = forecast.rows.iter().find(|row| row.name == forecast.model).expect("it was tested");
        let baseline = &forecast.rows[0];
        assert!(chosen.auroc > 0.9, "{chosen:?}");
        assert!(chosen.brier <= baseline.brier + 0.01, "{chosen:?} against {baseline:?}");
        assert!(forecast.customers >= 200 && forecast.observed > 0.2 && forecast.observed < 0.8, "{forecast:?}");
    }
    let mean = |is_regular: bool, part: fn(&Person) -> f64| {
        let of_kind = insights.people.iter().enumerate().filter(|(at, _)| (at % 2 == 0) == is_regular);
        of_kind.map(|(_, person)| part(person)).sum::<f64>() / 200.0
    };
    assert!(mean(true, |person| person.churn) + 0.5 < mean(false, |person| person.churn));
    assert!(mean(true, |person| person.next_purchase) > 0.5 + mean(false, |person| person.next_purchase));
    let regular = &insights.people[0];
    assert!(regular.days_to_next.is_some_and(|days| days < 30.0), "{regular:?}");
}

#[test]
fn segments_and_cohorts_hold_every_customer_once() {
    let insights = analyse(&shop(100)).expect("a year of orders");
    assert_eq!(insights.segments.iter().map(|segment| segment.customers).sum::<usize>(), 100);
    let shares: f64 = insights.segments.iter().map(|segment| segment.share_of_value).sum();
    assert!((shares - 1.0).abs() < 1e-9);
    assert_eq!(insights.cohorts.iter().map(|cohort| cohort.customers).sum::<usize>(), 100);
    assert!(insights.cohorts.iter().all(|cohort| cohort.retained[0] == 1.0));
    let days: usize = insights.people.iter().map(|person| person.orders).sum();
    assert_eq!(days, insights.orders, "two invoices of a day are one order");
}

#[test]
fn a_rule_that_was_planted_is_found_and_holds_later() {
    let insights = analyse(&shop(400)).expect("a year of orders");
    let rule = insights.rules.iter().find(|rule| rule.when == ["item-0"] && rule.then == "item-1").expect("planted");
    assert_eq!((rule.confidence, rule.later_confidence), (1.0, Some(1.0)));
    assert!(rule.lift > 3.0 && rule.later_lift.is_some_and(|lift| lift > 3.0), "{rule:?}");
    assert!(insights.rules.iter().all(|rule| rule.then != "item-9"), "what comes as it may is no rule");
}

#[test]
fn too_little_is_said_to_be_too_little() {
    let orders = Orders { data: Interactions { has_clock: true, ..Interactions::default() }, values: vec![] };
    assert!(matches!(analyse(&orders), Err(InsightsError::TooShort { .. })));
    assert!(matches!(analyse(&Orders::default()), Err(InsightsError::NoClock)));
    assert!(matches!(analyse(&shop(20)), Err(InsightsError::TooFew { .. })));
}
