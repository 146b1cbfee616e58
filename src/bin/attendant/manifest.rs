use std::path::PathBuf;

use anyhow::Context;
use attendant::gguf::Gguf;
use attendant::platform::weights::Manifest;

/// Writes the manifest by which a browser fetches a model: sizes and SHA-256, whole and by shard
#[derive(clap::Args)]
pub struct Args {
    /// The GGUF file; the manifest names it by its file name and lies beside it
    file: PathBuf,
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Bytes a shard: what is fetched again when a download breaks
    #[arg(long, default_value_t = 4 << 20)]
    shard_bytes: u64,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("reading {}", args.file.display()))?;
    let file = args.file.file_name().and_then(|name| name.to_str()).context("the file's name is not UTF-8")?;
    let gguf = Gguf::parse(bytes.clone()).with_context(|| format!("{} is not a GGUF file", args.file.display()))?;
    let name = gguf.metadata().str("general.name").unwrap_or(file).to_owned();
    let manifest = Manifest::of(&name, file, &bytes, args.shard_bytes);
    std::fs::write(&args.output, manifest.to_json()).with_context(|| format!("writing {}", args.output.display()))
}
