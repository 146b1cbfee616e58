//! `attendant tokenize`: what a model sees of a text.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::gguf::{Gguf, split_names};
use attendant::tokenizer::{EncodeOptions, Tokenizer};

/// Turn the whole of standard input into one JSON array of token ids.
///
/// Text is text: a special token spelled out in it is read as the characters it is made of.
#[derive(clap::Args)]
pub struct Args {
    /// The GGUF file with the vocabulary; of a split model, any of its files.
    #[arg(short, long, value_name = "FILE")]
    model: PathBuf,
    /// Add the tokens that the model puts before and after a text.
    #[arg(long)]
    special: bool,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let gguf = open(&args.model)?;
    let tokenizer = Tokenizer::from_metadata(gguf.metadata())
        .with_context(|| format!("{} has no usable tokenizer", args.model.display()))?;
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
    let text = String::from_utf8(bytes).context("standard input is not UTF-8")?;
    let ids = tokenizer.encode(&text, EncodeOptions { add_special: args.special, parse_special: false });
    println!("{}", serde_json::to_string(&ids)?);
    Ok(())
}

/// Opens a file, or all files of the split model of which it is one.
pub fn open(path: &Path) -> anyhow::Result<Gguf> {
    let names = path.file_name().and_then(|name| split_names(name.to_str()?));
    let paths = match names {
        Some(names) => names.iter().map(|name| path.with_file_name(name)).collect(),
        None => vec![path.to_path_buf()],
    };
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("{} cannot be read", path.display()));
    let files = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Gguf::parse_split(files).with_context(|| format!("{} cannot be used", path.display()))
}
