//! `attendant insights`: what a shop's orders say of its customers.

use std::path::PathBuf;

use attendant::insights::{Forecast, Insights, analyse};
use attendant::recommend::read::read_orders;

/// Rules shown in the terminal; `--json` has them all.
const N_RULES: usize = 15;
/// Months of retention that fit a line.
const N_MONTHS: usize = 13;

/// Find segments, cohorts, rules, and who comes back, in a shop's order history; each forecast is tested on a later period.
#[derive(clap::Args)]
pub struct Args {
    /// CSV or Parquet user,item,timestamp[,event,quantity,price], or Shopify's order export.
    #[arg(long)]
    events: PathBuf,
    /// Everything, each customer's figures too.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let orders = read_orders(&args.events).unwrap_or_else(|mistakes| {
        eprintln!("{mistakes}");
        std::process::exit(1)
    });
    let insights = analyse(&orders)?;
    if args.json {
        println!("{}", serde_json::to_string(&insights)?);
    } else {
        print_report(&insights);
    }
    Ok(())
}

fn print_report(insights: &Insights) {
    let Insights { customers, orders, items, from, to, .. } = insights;
    println!("{customers} customers, {orders} orders, {items} items, {from} to {to}");
    if !insights.has_values {
        println!("The file tells no prices: value says nothing here.");
    }
    println!("\nSegments by recency, frequency and value");
    println!(
        "{:<12} {:>9} {:>9} {:>8} {:>10} {:>11}",
        "", "customers", "of value", "orders", "days since", "value each"
    );
    for segment in &insights.segments {
        println!(
            "{:<12} {:>9} {:>8.1}% {:>8.1} {:>10.0} {:>11.0}",
            segment.name,
            segment.customers,
            100.0 * segment.share_of_value,
            segment.mean_orders,
            segment.mean_days_since_last,
            segment.mean_value
        );
    }
    println!("\nCohorts: of those whose first order was in a month, the share in % that ordered in it and those after");
    for cohort in &insights.cohorts {
        let shares: Vec<String> =
            cohort.retained.iter().take(N_MONTHS).map(|share| format!("{:>4.0}", 100.0 * share)).collect();
        println!("{} {:>6} {}", cohort.month, cohort.customers, shares.concat());
    }
    println!("\nRules, and how they held in orders after them ({} in all)", insights.rules.len());
    println!("{:>6} {:>10} {:>6} {:>10} {:>6}", "orders", "confidence", "lift", "later", "lift");
    for rule in insights.rules.iter().take(N_RULES) {
        let later = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
        println!(
            "{:>6} {:>10.2} {:>6.1} {:>10} {:>6}  {} → {}",
            rule.orders,
            rule.confidence,
            rule.lift,
            later(rule.later_confidence),
            later(rule.later_lift),
            rule.when.join(" + "),
            rule.then
        );
    }
    print_forecast("An order", &insights.next_purchase);
    println!("{:<20} mean error of the days to the next order, none counted later than that", "");
    for row in &insights.next_purchase.timing {
        println!("{:<20} {:>7.2} days", row.name, row.error_days);
    }
    print_forecast("No order", &insights.churn);
}

fn print_forecast(what: &str, forecast: &Forecast) {
    let Forecast { window_days, tested, customers, observed, .. } = forecast;
    println!("\n{what} within {window_days:.0} days: true of {:.1} % of {customers} customers", 100.0 * observed);
    println!("Tested on {} to {}; the customers' own figures are of {}.", tested.from, tested.to, forecast.model);
    println!("{:<20} {:>7} {:>7} {:>12}  forecast → observed in %, by tenths", "", "AUROC", "Brier", "calibration");
    for row in &forecast.rows {
        let bin =
            |bin: &attendant::insights::assess::Bin| format!("{:.0}→{:.0}", 100.0 * bin.forecast, 100.0 * bin.observed);
        let bins: Vec<String> = row.calibration.iter().map(bin).collect();
        println!(
            "{:<20} {:>7.3} {:>7.4} {:>12.4}  {}",
            row.name,
            row.auroc,
            row.brier,
            row.calibration_error,
            bins.join(" ")
        );
    }
}
