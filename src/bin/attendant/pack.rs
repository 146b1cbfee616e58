//! `attendant pack`: begin, build, check, sign and measure shop packs.

mod new;
mod sign;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::chat::evaluate::{Evaluation, Score, evaluate, read_questions};
use attendant::pack::build::{EncoderIds, build, build_lexical};
use attendant::pack::import::{ShopSource, read_shop};
use attendant::platform::clock;

use crate::ask::{open_attendant, open_encoders, read_time};
use crate::embed::{EncoderArgs, LoadedEncoder};
use crate::recommend::{Orders, PrivacyArgs};

/// Build, check and sign a shop's pack, and measure its answers.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Writes a small shop to begin with into a new folder.
    New { dir: PathBuf },
    /// Builds the pack of a shop's folder.
    Build {
        dir: PathBuf,
        /// Where the pack goes.
        #[arg(short, long)]
        output: PathBuf,
        #[command(flatten)]
        encoders: EncoderArgs,
        /// The shop's order history (see `recommend train`), in place of the one that shop.toml names.
        #[arg(long, conflicts_with = "tables")]
        events: Option<PathBuf>,
        /// What `recommend train` has made of it, ready; or a folder of tables as src/recommend/sql makes them where a
        /// history lies that outgrows this machine.
        #[arg(long)]
        tables: Option<PathBuf>,
        #[command(flatten)]
        privacy: PrivacyArgs,
    },
    /// Lists everything to put right in a shop's folder.
    Check { dir: PathBuf },
    /// Makes the key to sign packs with. The secret goes into the file, the public key onto the screen.
    Keygen {
        /// Must not exist yet: a key that is gone cannot be made again.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Signs a pack, in place or into another file.
    Sign {
        pack: PathBuf,
        /// What `keygen` wrote.
        #[arg(long)]
        key: PathBuf,
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// When it was issued, in seconds since the Unix epoch; pages refuse a pack older than one they have seen.
        #[arg(long)]
        issued: Option<u64>,
    },
    /// Says whether a page would open this pack, and whose it is.
    Verify {
        pack: PathBuf,
        /// The public key that the page names, 64 hexadecimal digits.
        #[arg(long)]
        key: Option<String>,
    },
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
        /// The time it is, `2026-12-01T10:00:00Z`.
        #[arg(long, value_parser = read_time)]
        now: Option<i64>,
    },
}

pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::New { dir } => new::new(&dir),
        Command::Build { dir, output, encoders, events, tables, privacy } => {
            let mut shop = read_or_exit(&dir);
            let orders = crate::recommend::orders_of(&shop, &dir, events, tables, privacy)?;
            write_pack(&mut shop, &output, &encoders, orders)
        }
        Command::Check { dir } => {
            print_counts(&read_or_exit(&dir));
            Ok(())
        }
        Command::Keygen { output } => sign::keygen(&output),
        Command::Sign { pack, key, output, issued } => sign::sign(&pack, &key, output.as_deref(), issued),
        Command::Verify { pack, key } => sign::verify(&pack, key.as_deref()),
        Command::Eval { pack, encoders, questions, json, now } => judge(&pack, &encoders, &questions, json, now),
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

fn write_pack(
    shop: &mut ShopSource,
    output: &Path,
    encoders: &EncoderArgs,
    orders: Option<Orders>,
) -> anyhow::Result<()> {
    let encoders = encoders.load()?;
    // The same texts again, if there is a second time.
    let mut made = BTreeMap::new();
    let mut build = |shop: &ShopSource| -> anyhow::Result<Vec<u8>> {
        let Some(encoders) = &encoders else { return Ok(build_lexical(shop)?) };
        let ids = EncoderIds { en: encoders.en.id(), zh: encoders.zh.as_ref().map(LoadedEncoder::id) };
        let embed = |language, texts: &[String]| -> anyhow::Result<Vec<Vec<f32>>> {
            if let Some(vectors) = made.get(&language) {
                return Ok(Clone::clone(vectors));
            }
            let vectors = encoders.embed(language, texts)?.unwrap_or_default();
            made.insert(language, vectors.clone());
            Ok(vectors)
        };
        Ok(build(shop, ids, embed)?)
    };
    let mut bytes = build(shop)?;
    if let Some(orders) = orders {
        // Once more with what the orders teach, which is learned beside the vectors of the first.
        orders.teach(shop, &bytes)?;
        bytes = build(shop)?;
    }
    std::fs::write(output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
    print_counts(shop);
    println!("{}: {} bytes", output.display(), bytes.len());
    Ok(())
}

fn judge(pack: &Path, encoders: &EncoderArgs, questions: &Path, json: bool, now_ms: Option<i64>) -> anyhow::Result<()> {
    let attendant = open_attendant(pack)?;
    let encoders = open_encoders(&attendant, encoders)?;
    let text = std::fs::read_to_string(questions).with_context(|| format!("cannot read {}", questions.display()))?;
    let cases = read_questions(&text).with_context(|| format!("{} is no question file", questions.display()))?;
    let now_ms = now_ms.unwrap_or_else(|| clock::unix_ms() as i64);
    let mut failure = None;
    let embed = |language, text: &str| match encoders.as_ref()?.embed(language, &[text.to_owned()]) {
        Ok(vectors) => vectors?.pop(),
        Err(error) => {
            failure = Some(error);
            None
        }
    };
    let evaluation = evaluate(&attendant, &cases, now_ms, embed);
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
