//! `attendant random`: a model of real shape for benchmarks.

use std::path::PathBuf;

use attendant::gguf::random::random;

use crate::convert::{Quant, replace};

/// Write a valid model of random weights in the shape of a real one, for benchmarks.
#[derive(clap::Args)]
pub struct Args {
    /// llama, qwen2, qwen3 or gemma3.
    #[arg(long)]
    arch: String,
    /// Which model's shape: llama tiny (for tests), 135m or 1b, qwen2 0.5b, qwen3 0.6b, gemma3 270m or 1b.
    #[arg(long, value_name = "SIZE")]
    like: String,
    /// How weight matrices are stored.
    #[arg(long, value_enum, default_value_t = Quant::Q4_0)]
    quant: Quant,
    /// The same seed gives the same file.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    replace(&args.output, |out| Ok(random(&args.arch, &args.like, args.quant.into(), args.seed, out)?))
}
