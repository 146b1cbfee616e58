use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::gguf::Gguf;
use attendant::platform::weights::Manifest;

/// Write the manifest by which a browser fetches a model: sizes and SHA-256, whole and by shard.
#[derive(clap::Args)]
pub struct Args {
    /// The GGUF file; the manifest names it by its file name and lies beside it
    file: PathBuf,
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// A GGUF file that belongs to the first and is loaded with it, from beside it: its student
    #[arg(long, value_name = "FILE")]
    also: Vec<PathBuf>,
    /// Bytes a shard: what is fetched again when a download breaks
    #[arg(long, default_value_t = 4 << 20)]
    shard_bytes: u64,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let mut manifest = describe(&args.file, args.shard_bytes)?;
    manifest.also = args.also.iter().map(|file| describe(file, args.shard_bytes)).collect::<Result<_, _>>()?;
    std::fs::write(&args.output, manifest.to_json()).with_context(|| format!("writing {}", args.output.display()))
}

fn describe(path: &Path, shard_bytes: u64) -> anyhow::Result<Manifest> {
    let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let file = path.file_name().and_then(|name| name.to_str()).context("the file's name is not UTF-8")?;
    let gguf = Gguf::parse(bytes.clone()).with_context(|| format!("{} is not a GGUF file", path.display()))?;
    let name = gguf.metadata().str("general.name").unwrap_or(file).to_owned();
    Ok(Manifest::of(&name, file, &bytes, shard_bytes))
}
