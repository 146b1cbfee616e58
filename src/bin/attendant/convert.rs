//! `attendant convert`: a Hugging Face folder to GGUF.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::gguf::TensorType;
use attendant::gguf::convert::convert;

/// Convert a Hugging Face model folder (BERT encoder, Llama or Qwen decoder; safetensors) to a GGUF file.
///
/// The result opens in llama.cpp too.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with config.json, tokenizer.json or vocab.txt, and model.safetensors or its shards.
    folder: PathBuf,
    /// How weight matrices are stored.
    #[arg(long, value_enum, default_value_t = Quant::Q8_0)]
    quant: Quant,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Bits per weight: 32, 16, 8.5 and 4.5.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Quant {
    F32,
    F16,
    #[value(name = "q8_0")]
    Q8_0,
    #[value(name = "q4_0")]
    Q4_0,
}

impl From<Quant> for TensorType {
    fn from(quant: Quant) -> TensorType {
        match quant {
            Quant::F32 => TensorType::F32,
            Quant::F16 => TensorType::F16,
            Quant::Q8_0 => TensorType::Q8_0,
            Quant::Q4_0 => TensorType::Q4_0,
        }
    }
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let writer = convert(&args.folder, args.quant.into(), |progress| {
        let (position, n_tensors) = (progress.position, progress.n_tensors);
        eprintln!("[{position:>3}/{n_tensors}] {:<32} {:<5} {:?}", progress.name, progress.ty, progress.shape);
    })?;
    replace(&args.output, |out| Ok(writer.write_to(out)?))
}

/// Writes under another name first: whoever finds the file finds the whole of it.
pub fn replace(path: &Path, fill: impl FnOnce(&mut BufWriter<File>) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let partial = path.with_added_extension("partial");
    let file = File::create(&partial).with_context(|| format!("{} cannot be written", partial.display()))?;
    let mut out = BufWriter::new(file);
    if let Err(error) = fill(&mut out).and_then(|()| Ok(out.flush()?)) {
        let _ = fs::remove_file(&partial);
        return Err(error.context(format!("{} was not written", path.display())));
    }
    fs::rename(&partial, path).with_context(|| format!("{} cannot be replaced", path.display()))?;
    eprintln!("{}: {} bytes", path.display(), fs::metadata(path)?.len());
    Ok(())
}
