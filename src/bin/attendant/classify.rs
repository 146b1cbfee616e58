//! `attendant classify`: train heads from labelled texts, measure them, use them.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use attendant::classify::metrics::{MAX_REJECTED, Report, report};
use attendant::classify::read::{read_samples, read_texts};
use attendant::classify::train::{Encoded, Material, TrainConfig, Tuner, is_few, label_text, labels_of, train};
use attendant::classify::{Card, Classification, Head};
use attendant::model::tune::N_TUNED;
use attendant::platform::device::Placement;
use serde_json::json;

use crate::embed::LoadedEncoder;
use crate::readers::{ReaderArgs, Readers};

/// Train classifiers of texts, measure them, use them.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Learns from `text<TAB>label` lines and writes a head.
    Train {
        #[arg(long, value_name = "TSV")]
        data: PathBuf,
        /// Texts to choose blend, temperature and threshold on; else some of --data are held out for it.
        #[arg(long, value_name = "TSV")]
        valid: Option<PathBuf>,
        /// Texts of no label, one a line.
        #[arg(long, value_name = "TSV")]
        oos: Option<PathBuf>,
        #[command(flatten)]
        readers: ReaderArgs,
        /// Buckets that n-grams are hashed into: a head has a byte for each and each label.
        #[arg(long, default_value_t = TrainConfig::default().n_buckets, value_parser = read_buckets)]
        buckets: u32,
        /// From every text alike (0) to every class alike (1), however many texts it has.
        #[arg(long, default_value_t = TrainConfig::default().class_balance, value_parser = read_share)]
        balance: f32,
        #[arg(long, default_value_t = TrainConfig::default().seed)]
        seed: u64,
        /// Leave the encoder as it is where texts are few: faster, a head of kilobytes instead of four megabytes, and
        /// some points less accurate. The chat's own heads need it.
        #[arg(long)]
        untuned: bool,
        #[arg(long, default_value = "")]
        name: String,
        /// What the head learned from, is for, and is bad at: its model card, a text file.
        #[arg(long, value_name = "FILE")]
        card: Option<PathBuf>,
        /// As SPDX writes it.
        #[arg(long, default_value = "")]
        license: String,
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Measures a head on texts that it was not trained on.
    Eval {
        #[arg(long)]
        head: PathBuf,
        #[arg(long, value_name = "TSV")]
        data: PathBuf,
        #[arg(long, value_name = "TSV")]
        oos: Option<PathBuf>,
        #[command(flatten)]
        readers: ReaderArgs,
        #[arg(long)]
        json: bool,
    },
    /// Classifies lines of standard input.
    Predict {
        #[arg(long)]
        head: PathBuf,
        #[command(flatten)]
        readers: ReaderArgs,
        #[arg(long)]
        json: bool,
    },
}

/// Lines classified together.
const BATCH: usize = 64;

pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Train { data, valid, oos, readers, buckets, balance, seed, untuned, name, card, license, output } => {
            let description = card.as_deref().map(read).transpose()?.unwrap_or_default();
            let card = Card { name, description, license };
            let config = TrainConfig { n_buckets: buckets, class_balance: balance, seed, card };
            let samples = |path: &Path| read_samples(&read(path)?).with_context(|| path.display().to_string());
            let train_samples = samples(&data)?;
            let valid = valid.as_deref().map(samples).transpose()?;
            let oos = oos.as_deref().map(texts).transpose()?.unwrap_or_default();
            let names: Vec<String> = labels_of(&train_samples).iter().map(|label| label_text(label)).collect();
            let readers = readers.find(train_samples.iter().map(|sample| sample.text.as_str()))?;
            let tunes = !untuned && is_few(train_samples.len(), names.len());
            let tuned = readers.tunable().filter(|_| tunes);
            if tuned.is_some() {
                eprintln!("few texts: the encoder's last layers are fitted to them, which takes a minute or two");
            }
            let material = Material {
                train: encode(train_samples, |sample| &sample.text, &readers, tuned)?,
                valid: valid.map(|valid| encode(valid, |sample| &sample.text, &readers, tuned)).transpose()?,
                oos: encode(oos, |text| text, &readers, tuned)?,
                names: encode(names, |name| name, &readers, tuned)?,
                encoders: readers.ids(),
            };
            let tuner = tuned.map(|reader| reader.embedder() as &dyn Tuner);
            let head = train(&material, tuner, &config, &Placement::cpu().device)?;
            let bytes = head.to_bytes()?;
            std::fs::write(&output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
            println!("{}: {} labels, {} bytes", output.display(), head.labels().len(), bytes.len());
            Ok(())
        }
        Command::Eval { head, data, oos, readers, json } => {
            let head = open(&head)?;
            let readers = readers.of(&head)?;
            let samples = read_samples(&read(&data)?).with_context(|| data.display().to_string())?;
            if samples.is_empty() {
                bail!("{}: no texts", data.display());
            }
            let (found, labels) = {
                let texts: Vec<String> = samples.iter().map(|sample| sample.text.clone()).collect();
                let labels: Vec<&str> = samples.iter().map(|sample| sample.label.as_str()).collect();
                (classify(&head, &texts, &readers)?, labels)
            };
            let oos = oos.as_deref().map(texts).transpose()?.unwrap_or_default();
            let report = report(&labels, &found, &classify(&head, &oos, &readers)?);
            match json {
                true => println!("{}", serde_json::to_string(&report)?),
                false => print_report(&report),
            }
            Ok(())
        }
        Command::Predict { head, readers, json } => {
            let head = open(&head)?;
            let readers = readers.of(&head)?;
            let mut out = std::io::stdout().lock();
            let mut lines = std::io::stdin().lock().lines().peekable();
            while lines.peek().is_some() {
                let texts: Vec<String> =
                    lines.by_ref().take(BATCH).collect::<Result<_, _>>().context("standard input is not UTF-8")?;
                for (text, found) in texts.iter().zip(classify(&head, &texts, &readers)?) {
                    print_classification(&mut out, text, &found, json)?;
                }
            }
            Ok(())
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {} as UTF-8 text", path.display()))
}

fn texts(path: &Path) -> anyhow::Result<Vec<String>> {
    Ok(read_texts(&read(path)?))
}

fn open(path: &Path) -> anyhow::Result<Head> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Head::open(&bytes).with_context(|| path.display().to_string())
}

/// With states for the encoder that is to be `tuned`.
fn encode<T>(
    texts: Vec<T>,
    text: impl Fn(&T) -> &String,
    readers: &Readers,
    tuned: Option<&LoadedEncoder>,
) -> anyhow::Result<Encoded<T>> {
    let plain: Vec<String> = texts.iter().map(|one| text(one).clone()).collect();
    let states = tuned.map(|reader| reader.states(&plain, N_TUNED)).transpose()?.unwrap_or_default();
    Ok(Encoded { embeddings: readers.features(&plain)?, texts, states })
}

fn classify(head: &Head, texts: &[String], readers: &Readers) -> anyhow::Result<Vec<Classification>> {
    let features = readers.features_for(head, texts)?;
    Ok(texts.iter().zip(&features).map(|(text, features)| head.classify(text, Some(features))).collect())
}

fn read_buckets(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(buckets @ 32..=0x10_0000) if buckets % 32 == 0 => Ok(buckets),
        _ => Err("a multiple of 32, at most 1048576".into()),
    }
}

fn read_share(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(share @ 0.0..=1.0) => Ok(share),
        _ => Err("a number from 0 to 1".into()),
    }
}

fn print_classification(out: &mut impl Write, text: &str, found: &Classification, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let ranked: Vec<_> =
            found.ranked.iter().map(|ranked| json!({"label": ranked.label, "confidence": ranked.confidence})).collect();
        let line = json!({
            "text": text,
            "label": found.label,
            "confidence": found.confidence,
            "in_scope": found.in_scope,
            "scope_score": found.scope_score,
            "ranked": ranked,
        });
        writeln!(out, "{line}")?;
    } else {
        let scope = if found.in_scope { "" } else { "\t(out of scope)" };
        writeln!(out, "{}\t{:.3}\t{text}{scope}", found.label, found.confidence)?;
    }
    Ok(())
}

fn print_report(report: &Report) {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    println!("{} texts, accuracy {}", report.n_texts, percent(report.accuracy));
    println!("{:<28} {:>9} {:>9} {:>9} {:>7}", "", "precision", "recall", "F1", "texts");
    let row = |name: &str, precision: f64, recall: f64, f1: f64, n: usize| {
        println!("{name:<28} {precision:>9.3} {recall:>9.3} {f1:>9.3} {n:>7}");
    };
    for class in &report.classes {
        row(&class.label, class.precision, class.recall, class.f1, class.support);
    }
    row("macro", report.macro_precision, report.macro_recall, report.macro_f1, report.n_texts);
    row("weighted", report.weighted_precision, report.weighted_recall, report.weighted_f1, report.n_texts);
    println!("calibration error {:.3}; the head's threshold rejects {}", report.ece, percent(report.rejected));
    if let (Some(recall), Some(at_threshold), Some(auroc)) =
        (report.oos_recall, report.oos_recall_at_threshold, report.auroc)
    {
        println!(
            "{} texts out of scope: {} found at {} rejected, {} at the head's threshold; AUROC {auroc:.3}",
            report.n_oos,
            percent(recall),
            percent(MAX_REJECTED),
            percent(at_threshold)
        );
    }
    println!("most often confused");
    let mut confused: Vec<(usize, usize, usize)> = (report.confusion.iter().enumerate())
        .flat_map(|(i, row)| {
            row.iter().enumerate().filter(move |&(j, &n)| i != j && n > 0).map(move |(j, &n)| (n, i, j))
        })
        .collect();
    confused.sort_unstable_by(|a, b| b.cmp(a));
    for (n, i, j) in confused.into_iter().take(10) {
        println!("{n:>5}  {} taken for {}", report.classes[i].label, report.classes[j].label);
    }
}
