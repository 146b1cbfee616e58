//! `attendant train`: models of one's own.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use attendant::model::distill::{DistillConfig, Pair, Retrieval, distill, retrieval};
use attendant::protocol::DevicePreference;
use attendant::tokenizer::Fold;

use crate::convert::{Quant, replace};
use crate::embed::{LoadedEncoder, load_encoder};

/// Train an encoder for another language.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Trains a small encoder of one language to put sentences where another encoder puts their translations.
    Encoder(EncoderArgs),
}

#[derive(clap::Args)]
pub struct EncoderArgs {
    /// The encoder to learn from (GGUF).
    #[arg(long, value_name = "FILE")]
    teacher: PathBuf,
    /// Lines `text that the teacher knows<TAB>its translation`; more than one file may be given, and one twice.
    #[arg(long, value_name = "FILE", required = true)]
    pairs: Vec<PathBuf>,
    /// Pairs by which the best epoch is chosen.
    #[arg(long, value_name = "FILE")]
    valid: Option<PathBuf>,
    /// Pairs that judge the written file, and serve nothing else.
    #[arg(long, value_name = "FILE")]
    test: Vec<PathBuf>,
    /// Lines `character<TAB>character to read it as`: traditional characters to simplified ones.
    #[arg(long, value_name = "FILE")]
    fold: Option<PathBuf>,
    /// Where the teacher's vectors are kept from one training to the next.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// The model's name.
    #[arg(long, default_value = "student")]
    name: String,
    /// The language that it speaks.
    #[arg(long, default_value = "zh")]
    language: String,
    /// Numbers in a row of the table.
    #[arg(long, default_value_t = 256)]
    width: usize,
    /// Rows of the table, an n-gram each.
    #[arg(long, default_value_t = 18_000)]
    vocab: usize,
    #[arg(long, default_value_t = 12)]
    epochs: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How the table is stored.
    #[arg(long, value_enum, default_value_t = Quant::Q4_0)]
    quant: Quant,
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Encoder(args) => train_encoder(&args),
    }
}

fn train_encoder(args: &EncoderArgs) -> anyhow::Result<()> {
    ensure!(args.width > 0 && args.width.is_multiple_of(32), "--width must be a multiple of 32");
    let mut teacher = Teacher::open(&args.teacher, args.cache.as_deref())?;
    let mut pairs = Vec::new();
    for file in &args.pairs {
        pairs.extend(teacher.pairs(file)?);
    }
    let valid = args.valid.as_deref().map(|file| teacher.pairs(file)).transpose()?.unwrap_or_default();
    let fold = args.fold.as_deref().map(read_fold).transpose()?.unwrap_or_default();
    ensure!(!pairs.is_empty(), "there are no pairs to learn from");
    eprintln!("{} pairs", pairs.len());
    let config = DistillConfig { d_model: args.width, n_vocab: args.vocab, n_epochs: args.epochs, seed: args.seed };
    let student = distill(&pairs, &valid, fold, &config, |epoch| {
        eprintln!("epoch {:>2}  loss {:.3}  {}", epoch.number, epoch.loss, describe(&epoch.retrieval));
    });
    let writer = student.to_gguf(&args.name, &args.language, args.quant.into())?;
    replace(&args.output, |out| Ok(writer.write_to(out)?))?;
    let written = load_encoder(&args.output, DevicePreference::Cpu)?;
    for file in &args.test {
        let pairs = teacher.pairs(file)?;
        let texts: Vec<String> = pairs.iter().map(|pair| pair.text.clone()).collect();
        let targets: Vec<Vec<f32>> = pairs.into_iter().map(|pair| pair.target).collect();
        println!("{}: {}", file.display(), describe(&retrieval(&written.embed(&texts)?, &targets)));
    }
    Ok(())
}

fn describe(found: &Retrieval) -> String {
    let Retrieval { forward, backward, cosine } = found;
    format!("nearest is the translation {:.1} %, back {:.1} %, cosine {cosine:.3}", 100.0 * forward, 100.0 * backward)
}

fn read_fold(file: &Path) -> anyhow::Result<Fold> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let pair = |(at, line): (usize, &str)| {
        let mut chars = line.chars();
        match (chars.next(), chars.next(), chars.next(), chars.next()) {
            (Some(from), Some('\t'), Some(to), None) => Ok((from, to)),
            _ => bail!("{}:{}: a character, a tab and a character are expected", file.display(), at + 1),
        }
    };
    Ok(Fold::new(text.lines().enumerate().map(pair).collect::<anyhow::Result<Vec<_>>>()?))
}

/// The encoder to learn from, and what it said before.
struct Teacher {
    encoder: LoadedEncoder,
    known: HashMap<String, Vec<f32>>,
    /// A JSON array `[text, vector]` a line, for the encoder of this file's name.
    cache: Option<PathBuf>,
}

impl Teacher {
    fn open(file: &Path, cache: Option<&Path>) -> anyhow::Result<Teacher> {
        let encoder = load_encoder(file, DevicePreference::Cpu)?;
        let cache = cache.map(|folder| folder.join(format!("{}.jsonl", encoder.id().sha256)));
        let mut known = HashMap::new();
        if let Some(lines) = cache.as_deref().filter(|cache| cache.exists()) {
            let text = fs::read_to_string(lines).with_context(|| format!("cannot read {}", lines.display()))?;
            // A line cut off by an end in the middle of writing is made again.
            known.extend(text.lines().filter_map(|line| serde_json::from_str::<(String, Vec<f32>)>(line).ok()));
        }
        Ok(Teacher { encoder, known, cache })
    }

    /// The pairs of a file, each with the teacher's vector.
    fn pairs(&mut self, file: &Path) -> anyhow::Result<Vec<Pair>> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let split = |(at, line): (usize, &str)| match line.split_once('\t') {
            Some((source, text)) if !source.trim().is_empty() && !text.trim().is_empty() => {
                Ok((source.trim().to_owned(), text.trim().to_owned()))
            }
            _ => bail!("{}:{}: a text, a tab and its translation are expected", file.display(), at + 1),
        };
        let pairs: Vec<(String, String)> = text.lines().enumerate().map(split).collect::<Result<_, _>>()?;
        self.learn(pairs.iter().map(|(source, _)| source))?;
        Ok(pairs.into_iter().map(|(source, text)| Pair { target: self.known[&source].clone(), text }).collect())
    }

    fn learn<'a>(&mut self, texts: impl Iterator<Item = &'a String>) -> anyhow::Result<()> {
        let mut new: Vec<String> = texts.filter(|text| !self.known.contains_key(*text)).cloned().collect();
        new.sort();
        new.dedup();
        let mut out = match &self.cache {
            Some(cache) => {
                fs::create_dir_all(cache.parent().unwrap_or(Path::new(".")))?;
                let file = OpenOptions::new().create(true).append(true).open(cache);
                Some(file.with_context(|| format!("cannot write {}", cache.display()))?)
            }
            None => None,
        };
        for (at, texts) in new.chunks(64).enumerate() {
            for (text, vector) in texts.iter().zip(self.encoder.embed(texts)?) {
                if let Some(out) = &mut out {
                    writeln!(out, "{}", serde_json::to_string(&(text, &vector))?)?;
                }
                self.known.insert(text.clone(), vector);
            }
            eprint!("\rteacher: {} of {} texts", (at * 64 + texts.len()), new.len());
        }
        if !new.is_empty() {
            eprintln!();
        }
        Ok(())
    }
}
