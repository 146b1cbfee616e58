//! `attendant pack`: build, check and judge shop packs.

use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::chat::evaluate::{Evaluation, Score, evaluate, read_questions};
use attendant::pack::build::{build, build_lexical};
use attendant::pack::import::{ShopSource, read_shop};
use attendant::platform::clock;
use attendant::protocol::DevicePreference;

use crate::ask::{open_attendant, open_encoder, read_device, read_time};
use crate::embed::load_encoder;

/// Build, check and judge shop packs.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Builds the pack of a shop's folder.
    Build {
        dir: PathBuf,
        /// Where the pack goes.
        #[arg(short, long)]
        output: PathBuf,
        /// The encoder; without it the pack answers from words alone.
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long, default_value = "auto", value_parser = read_device)]
        device: DevicePreference,
    },
    /// Lists everything to put right in a shop's folder.
    Check { dir: PathBuf },
    /// Asks a pack questions with known answers and reports how it did.
    Eval {
        #[arg(long)]
        pack: PathBuf,
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long, default_value = "auto", value_parser = read_device)]
        device: DevicePreference,
        /// Tab-separated: language, question, expect, kind.
        #[arg(long)]
        questions: PathBuf,
        #[arg(long)]
        json: bool,
        /// The time it is, `2026-12-01T10:00:00Z`.
        #[arg(long, value_parser = read_time)]
        now: Option<i64>,
    },
}

pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Build { dir, output, model, device } => write_pack(&dir, &output, model.as_deref(), device),
        Command::Check { dir } => {
            print_counts(&read_or_exit(&dir));
            Ok(())
        }
        Command::Eval { pack, model, device, questions, json, now } => {
            judge(&pack, model.as_deref(), device, &questions, json, now)
        }
    }
}

/// Mistakes are the shop owner's to read: a list, and exit code 1.
fn read_or_exit(dir: &Path) -> ShopSource {
    read_shop(dir).unwrap_or_else(|mistakes| {
        eprintln!("{mistakes}");
        std::process::exit(1)
    })
}

fn print_counts(shop: &ShopSource) {
    let languages: Vec<_> = shop.settings.languages.iter().map(|language| language.code()).collect();
    println!(
        "{}: {} products, {} passages, {} images in {}",
        shop.settings.id,
        shop.products.len(),
        shop.passages.len(),
        shop.images.len(),
        languages.join(", "),
    );
}

fn write_pack(dir: &Path, output: &Path, model: Option<&Path>, device: DevicePreference) -> anyhow::Result<()> {
    let shop = read_or_exit(dir);
    let bytes = match model {
        Some(model) => {
            let encoder = load_encoder(model, device)?;
            build(&shop, encoder.id(), |texts| encoder.embed(texts))?
        }
        None => build_lexical(&shop)?,
    };
    std::fs::write(output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
    print_counts(&shop);
    println!("{}: {} bytes", output.display(), bytes.len());
    Ok(())
}

fn judge(
    pack: &Path,
    model: Option<&Path>,
    device: DevicePreference,
    questions: &Path,
    json: bool,
    now_ms: Option<i64>,
) -> anyhow::Result<()> {
    let attendant = open_attendant(pack)?;
    let encoder = model.map(|model| open_encoder(&attendant, model, device)).transpose()?;
    let text = std::fs::read_to_string(questions).with_context(|| format!("cannot read {}", questions.display()))?;
    let cases = read_questions(&text).with_context(|| format!("{} is no question file", questions.display()))?;
    let now_ms = now_ms.unwrap_or_else(|| clock::unix_ms() as i64);
    let mut failure = None;
    let evaluation = evaluate(&attendant, &cases, now_ms, |text| match encoder.as_ref()?.embed(&[text.to_owned()]) {
        Ok(mut vectors) => vectors.pop(),
        Err(error) => {
            failure = Some(error);
            None
        }
    });
    if let Some(error) = failure {
        return Err(error.context("the encoder failed"));
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&evaluation)?);
    } else {
        print_evaluation(&evaluation);
    }
    Ok(())
}

fn print_evaluation(evaluation: &Evaluation) {
    for (language, score) in &evaluation.languages {
        print_score(language, score);
    }
    for miss in &evaluation.misses {
        println!("{:.2}  {}  expected {}, got {}", miss.score, miss.question, miss.expected, miss.given);
    }
}

fn print_score(language: &str, score: &Score) {
    let share = |n: usize, of: usize| format!("{n}/{of} ({:.1} %)", 100.0 * n as f64 / of.max(1) as f64);
    println!("{language}");
    println!("  answered from an expected source    {}", share(score.top_1, score.n_answers));
    println!("  expected passage ranked first       {}", share(score.retrieved_1, score.n_answers));
    println!("  expected passage in the first three {}", share(score.retrieved_3, score.n_answers));
    println!("  expected product shown              {}", share(score.product_hits, score.n_products));
    println!("  decline recall                      {}", share(score.declines_right, score.n_declines));
    println!("  decline precision                   {}", share(score.declines_right, score.declines_made));
    for (kind, (of, right)) in &score.others {
        println!("  {kind:<35} {}", share(*right, *of));
    }
    println!("  replies that their sources do not bear out {}", score.ungrounded);
    for (pair, n) in &score.confusion {
        println!("  {pair:<20} {n}");
    }
}
