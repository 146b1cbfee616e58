//! `attendant recommend`: learn from a shop's order history, and measure what was learned.

use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::pack::import::Mistakes;
use attendant::recommend::evaluate::{Report, evaluate};
use attendant::recommend::model::Model;
use attendant::recommend::read::{read_events, read_items};

/// Learn recommendations from a shop's order history, and measure them.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Writes the model that a pack carries.
    Train {
        /// CSV user,item,timestamp[,event,quantity,price], lines `user item item …`, or Shopify's order export.
        #[arg(long)]
        events: PathBuf,
        /// CSV item,title,… or a JSON object of attributes by item.
        #[arg(long)]
        items: Option<PathBuf>,
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Measures every model and their blend, over a full ranking of the catalogue.
    #[command(group(clap::ArgGroup::new("data").required(true).args(["train", "leave_one_out"])))]
    Eval {
        #[arg(long, requires = "test")]
        train: Option<PathBuf>,
        /// A user's items in it are one basket to foretell.
        #[arg(long, requires = "train")]
        test: Option<PathBuf>,
        /// Takes each user's last basket of --sequences as the test.
        #[arg(long, requires = "sequences", conflicts_with_all = ["train", "test"])]
        leave_one_out: bool,
        #[arg(long, requires = "leave_one_out")]
        sequences: Option<PathBuf>,
        #[arg(long)]
        items: Option<PathBuf>,
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
        k: u16,
        /// Only what a user never had is recommended and wanted.
        #[arg(long)]
        new_only: bool,
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Train { events, items, output } => train(&events, items.as_deref(), &output),
        Command::Eval { train, test, sequences, items, k, new_only, json, .. } => {
            let items = items.map(|items| or_exit(read_items(&items))).unwrap_or_default();
            let report = match (train, test, sequences) {
                (Some(train), Some(test), _) => {
                    let mut data = or_exit(read_events(&train));
                    let texts = data.describe(&items);
                    let test = or_exit(read_events(&test));
                    evaluate(&data, &texts, data.cases_of(&test), k.into(), new_only)
                }
                (_, _, Some(sequences)) => {
                    let mut data = or_exit(read_events(&sequences));
                    let texts = data.describe(&items);
                    let (rest, last) = data.split_last();
                    evaluate(&rest, &texts, rest.cases(&last), k.into(), new_only)
                }
                _ => unreachable!("the arguments ask for one of both"),
            };
            if json {
                println!("{}", serde_json::to_string(&report)?);
            } else {
                print_report(&report);
            }
            Ok(())
        }
    }
}

fn train(events: &Path, items: Option<&Path>, output: &Path) -> anyhow::Result<()> {
    let mut data = or_exit(read_events(events));
    let texts = data.describe(&items.map(|items| or_exit(read_items(items))).unwrap_or_default());
    let bytes = Model::train(&data, &texts).write();
    std::fs::write(output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
    println!("{}: {} users, {} items, {} bytes", output.display(), data.users.len(), data.items.len(), bytes.len());
    Ok(())
}

/// Mistakes are the shop owner's to read: a list, and exit code 1.
fn or_exit<T>(read: Result<T, Mistakes>) -> T {
    read.unwrap_or_else(|mistakes| {
        eprintln!("{mistakes}");
        std::process::exit(1)
    })
}

fn print_report(report: &Report) {
    println!("{} users, {} items, the first {}", report.users, report.items, report.k);
    println!(
        "{:<14} {:>7} {:>7} {:>7} {:>7} {:>9} {:>11} {:>7} {:>7}",
        "", "hit", "ndcg", "recall", "mrr", "coverage", "popularity", "gini", "tail"
    );
    for row in &report.rows {
        let m = &row.measures;
        println!(
            "{:<14} {:>7.4} {:>7.4} {:>7.4} {:>7.4} {:>9.3} {:>11.1} {:>7.3} {:>7.3}",
            row.name, m.hit, m.ndcg, m.recall, m.mrr, m.item_coverage, m.average_popularity, m.gini, m.tail_share
        );
    }
    println!("\nthe blend over each part, with the 95 % interval over users");
    for gain in &report.gains {
        let interval = |(mean, low, high): (f64, f64, f64)| format!("{mean:+.4} [{low:+.4}, {high:+.4}]");
        println!("{:<14} hit {}  ndcg {}", gain.over, interval(gain.hit), interval(gain.ndcg));
    }
}
