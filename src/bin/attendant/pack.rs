//! `attendant pack`: build, check and judge shop packs.

use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::chat::evaluate::{Evaluation, Score, evaluate, read_questions};
use attendant::pack::build::{EncoderIds, build, build_lexical};
use attendant::pack::import::{ShopSource, read_shop};

use crate::ask::{open_attendant, open_encoders};
use crate::embed::{EncoderArgs, LoadedEncoder};

/// Build, check and judge shop packs.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Builds the pack of a shop's folder.
    Build {
        dir: PathBuf,
        /// Where the pack goes.
        #[arg(short, long)]
        output: PathBuf,
        #[command(flatten)]
        encoders: EncoderArgs,
    },
    /// Lists everything to put right in a shop's folder.
    Check { dir: PathBuf },
    /// Asks a pack questions with known answers and reports how it did.
    Eval {
        #[arg(long)]
        pack: PathBuf,
        #[command(flatten)]
        encoders: EncoderArgs,
        /// Tab-separated: language, question, expect, kind.
        #[arg(long)]
        questions: PathBuf,
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Build { dir, output, encoders } => write_pack(&dir, &output, &encoders),
        Command::Check { dir } => {
            print_counts(&read_or_exit(&dir));
            Ok(())
        }
        Command::Eval { pack, encoders, questions, json } => judge(&pack, &encoders, &questions, json),
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

fn write_pack(dir: &Path, output: &Path, encoders: &EncoderArgs) -> anyhow::Result<()> {
    let shop = read_or_exit(dir);
    let bytes = match encoders.load()? {
        Some(encoders) => {
            let ids = EncoderIds { en: encoders.en.id(), zh: encoders.zh.as_ref().map(LoadedEncoder::id) };
            build(&shop, ids, |language, texts| {
                Ok::<_, anyhow::Error>(encoders.embed(language, texts)?.unwrap_or_default())
            })?
        }
        None => build_lexical(&shop)?,
    };
    std::fs::write(output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
    print_counts(&shop);
    println!("{}: {} bytes", output.display(), bytes.len());
    Ok(())
}

fn judge(pack: &Path, encoders: &EncoderArgs, questions: &Path, json: bool) -> anyhow::Result<()> {
    let attendant = open_attendant(pack)?;
    let encoders = open_encoders(&attendant, encoders)?;
    let text = std::fs::read_to_string(questions).with_context(|| format!("cannot read {}", questions.display()))?;
    let cases = read_questions(&text).with_context(|| format!("{} is no question file", questions.display()))?;
    let mut failure = None;
    let evaluation =
        evaluate(&attendant, &cases, |language, text| match encoders.as_ref()?.embed(language, &[text.to_owned()]) {
            Ok(vectors) => vectors?.pop(),
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
    for (pair, n) in &score.confusion {
        println!("  {pair:<20} {n}");
    }
}
