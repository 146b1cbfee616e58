//! The page's sections, each a plot with its figures in a table.

use super::node::{Node, html, table};
use super::plots::{BarRow, bars, calibration, heat, legend};
use super::words;
use crate::insights::assess::Assessment;
use crate::insights::{Forecast, Insights};
use crate::protocol::Language;

/// Rules drawn; the table has more, the JSON all.
const N_RULES: usize = 10;
const N_RULES_TOLD: usize = 40;
/// Months that fit a phone.
const MAX_MONTHS: usize = 18;

/// All there is to show of the insights, `width` pixels wide.
pub fn report(insights: &Insights, language: Language, width: f64) -> Vec<Node> {
    let Insights { customers, orders, items, from, to, .. } = insights;
    let mut sections =
        vec![html("p").class("overview").text(&words::overview(language, *customers, *orders, *items, from, to))];
    if !insights.has_values {
        sections.push(html("p").text(words::NO_VALUES.get(language)));
    }
    sections.push(segments(insights, language, width));
    sections.push(cohorts(insights, language, width));
    sections.push(rules(insights, language, width));
    let (next, churn) = (&insights.next_purchase, &insights.churn);
    sections.push(forecast(next, &words::back_within(language, next.window_days), "next", language, width));
    sections.push(forecast(churn, &words::gone_for(language, churn.window_days), "churn", language, width));
    sections
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A heading, what to know, the plot, and its data folded away below.
fn section(name: &str, title: &str, parts: Vec<Node>, data: Node, language: Language) -> Node {
    let id = format!("insights-{name}");
    let details = html("details").child(html("summary").text(words::DATA.get(language))).child(data);
    html("section")
        .attr("aria-labelledby", &id)
        .attr("data-testid", name)
        .child(html("h2").attr("id", &id).text(title))
        .children(parts)
        .child(details)
}

fn segments(insights: &Insights, language: Language, width: f64) -> Node {
    let title = words::SEGMENTS.get(language);
    let of_all = |customers: usize| customers as f64 / insights.customers.max(1) as f64;
    let rows: Vec<BarRow> = insights
        .segments
        .iter()
        .map(|segment| BarRow {
            label: words::name(segment.name, language).to_owned(),
            values: vec![Some(of_all(segment.customers)), insights.has_values.then_some(segment.share_of_value)],
        })
        .collect();
    let head =
        [words::SEGMENT, words::CUSTOMERS, words::OF_VALUE, words::ORDERS_EACH, words::DAYS_SINCE, words::VALUE_EACH];
    let figures: Vec<Vec<String>> = insights
        .segments
        .iter()
        .map(|segment| {
            vec![
                words::name(segment.name, language).to_owned(),
                segment.customers.to_string(),
                percent(segment.share_of_value),
                format!("{:.1}", segment.mean_orders),
                format!("{:.0}", segment.mean_days_since_last),
                format!("{:.0}", segment.mean_value),
            ]
        })
        .collect();
    let names = [words::CUSTOMERS, words::OF_VALUE].map(|phrase| phrase.get(language).to_owned());
    let plot = bars(title, width, &rows, |share| format!("{:.0}%", 100.0 * share));
    section("segments", title, vec![plot, legend(&names)], table(title, &said(&head, language), &figures), language)
}

fn cohorts(insights: &Insights, language: Language, width: f64) -> Node {
    let title = words::COHORTS.get(language);
    // In its own month everybody has ordered.
    let returned = |retained: &[f64]| retained.iter().skip(1).take(MAX_MONTHS).copied().collect::<Vec<f64>>();
    let rows: Vec<(String, Vec<f64>)> =
        insights.cohorts.iter().map(|cohort| (cohort.month.clone(), returned(&cohort.retained))).collect();
    let n_months = rows.iter().map(|row| row.1.len()).max().unwrap_or(0);
    let columns: Vec<String> = (1..=n_months).map(words::month_after).collect();
    let head = said(&[words::COHORT, words::CUSTOMERS], language).into_iter().chain(columns.iter().cloned());
    let figures: Vec<Vec<String>> = insights
        .cohorts
        .iter()
        .zip(&rows)
        .map(|(cohort, (month, shares))| {
            let shares = (0..n_months).map(|at| shares.get(at).map_or("–".to_owned(), |share| percent(*share)));
            [month.clone(), cohort.customers.to_string()].into_iter().chain(shares).collect()
        })
        .collect();
    let plot = heat(title, width, &rows, &columns);
    let note = html("p").text(words::COHORTS_NOTE.get(language));
    section("cohorts", title, vec![note, plot], table(title, &head.collect::<Vec<_>>(), &figures), language)
}

fn rules(insights: &Insights, language: Language, width: f64) -> Node {
    let title = words::RULES.get(language);
    let label = |rule: &crate::insights::Rule| format!("{} → {}", rule.when.join(" + "), rule.then);
    let rows: Vec<BarRow> = insights
        .rules
        .iter()
        .take(N_RULES)
        .map(|rule| BarRow { label: label(rule), values: vec![Some(rule.lift), rule.later_lift] })
        .collect();
    let told = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.2}"));
    let head = [words::RULE, words::ORDERS, words::CONFIDENCE, words::LATER_CONFIDENCE, words::LIFT, words::LATER_LIFT];
    let figures: Vec<Vec<String>> = insights
        .rules
        .iter()
        .take(N_RULES_TOLD)
        .map(|rule| {
            let (confidence, lift) = (told(Some(rule.confidence)), told(Some(rule.lift)));
            let later = (told(rule.later_confidence), told(rule.later_lift));
            vec![label(rule), rule.orders.to_string(), confidence, later.0, lift, later.1]
        })
        .collect();
    let parts = match rows.is_empty() {
        true => vec![html("p").text(words::NO_RULES.get(language))],
        false => vec![
            html("p").text(words::RULES_NOTE.get(language)),
            bars(title, width, &rows, |lift| format!("{lift:.1}")),
            legend(&said(&[words::LIFT, words::LATER_LIFT], language)),
        ],
    };
    section("rules", title, parts, table(title, &said(&head, language), &figures), language)
}

fn forecast(forecast: &Forecast, title: &str, name: &str, language: Language, width: f64) -> Node {
    let Forecast { tested, customers, observed, model, rows, .. } = forecast;
    let note = words::tested(language, &tested.from, &tested.to, *customers, *observed, model);
    let method = |row: &Assessment| words::name(row.name, language).to_owned();
    let judged: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                method(row),
                format!("{:.3}", row.auroc),
                format!("{:.4}", row.brier),
                format!("{:.4}", row.calibration_error),
            ]
        })
        .collect();
    let [of, error] = [words::METHOD, words::CALIBRATION].map(|phrase| phrase.get(language).to_owned());
    let evaluation = table(&note, &[of.clone(), "AUROC".into(), "Brier".into(), error], &judged);
    let points: Vec<Vec<(f64, f64)>> =
        rows.iter().map(|row| row.calibration.iter().map(|bin| (bin.forecast, bin.observed)).collect()).collect();
    let axes = [words::FORECAST.get(language), words::OBSERVED.get(language)];
    let figures: Vec<Vec<String>> = rows
        .iter()
        .flat_map(|row| row.calibration.iter().map(move |bin| (row, bin)))
        .map(|(row, bin)| vec![method(row), bin.customers.to_string(), percent(bin.forecast), percent(bin.observed)])
        .collect();
    let head = said(&[words::METHOD, words::CUSTOMERS, words::FORECAST, words::OBSERVED], language);
    let parts = vec![
        html("p").text(&note),
        evaluation,
        html("p").text(words::READ_PLOT.get(language)),
        calibration(title, width, axes, &points),
        legend(&rows.iter().map(method).collect::<Vec<_>>()),
    ];
    section(name, title, parts, table(title, &head, &figures), language)
}

fn said(phrases: &[words::Phrase], language: Language) -> Vec<String> {
    phrases.iter().map(|phrase| phrase.get(language).to_owned()).collect()
}
