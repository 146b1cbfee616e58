//! `attendant inspect`: what a GGUF file holds.

use std::fmt::{self, Display};
use std::path::PathBuf;

use attendant::gguf::{Array, Gguf, Value};

use crate::tokenize;

/// Show the metadata and tensors of a GGUF file.
#[derive(clap::Args)]
pub struct Args {
    /// The file to read.
    file: PathBuf,
}

/// Array elements and characters shown before the rest is only counted.
const N_SHOWN_ELEMENTS: usize = 6;
const N_SHOWN_CHARS: usize = 72;

pub fn run(args: Args) -> anyhow::Result<()> {
    print!("{}", Report(&tokenize::open(&args.file)?));
    Ok(())
}

/// Two tables, keys and tensors, and a line of totals.
struct Report<'a>(&'a Gguf);

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report(gguf) = self;
        writeln!(f, "GGUF version {}\n", gguf.version())?;

        let metadata = gguf.metadata();
        let key_width = metadata.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        let kind_width = metadata.iter().map(|(_, value)| value.kind().len()).max().unwrap_or(0);
        for (key, value) in metadata.iter() {
            writeln!(f, "{key:<key_width$}  {:<kind_width$}  {}", value.kind(), show(value))?;
        }
        writeln!(f)?;

        let shape = |shape: &[usize]| shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" × ");
        let name_width = gguf.tensors().map(|info| info.name.len()).max().unwrap_or(0);
        let shape_width = gguf.tensors().map(|info| shape(&info.shape).chars().count()).max().unwrap_or(0);
        for info in gguf.tensors() {
            let (name, ty, size_bytes) = (&info.name, info.ty, info.size_bytes);
            writeln!(f, "{name:<name_width$}  {ty:<4}  {:>shape_width$}  {size_bytes:>12} bytes", shape(&info.shape))?;
        }
        let n_values: usize = gguf.tensors().map(|info| info.shape.iter().product::<usize>()).sum();
        let tensor_bytes: usize = gguf.tensors().map(|info| info.size_bytes).sum();
        let bits = 8.0 * tensor_bytes as f64 / n_values.max(1) as f64;
        writeln!(
            f,
            "\n{} keys, {} tensors, {n_values} values in {tensor_bytes} bytes ({bits:.2} bits each), file of {} bytes",
            metadata.len(),
            gguf.tensors().len(),
            gguf.size_bytes()
        )
    }
}

/// A value on one line; of a long one the beginning, and how long it is.
fn show(value: &Value) -> String {
    match value {
        Value::U8(x) => x.to_string(),
        Value::I8(x) => x.to_string(),
        Value::U16(x) => x.to_string(),
        Value::I16(x) => x.to_string(),
        Value::U32(x) => x.to_string(),
        Value::I32(x) => x.to_string(),
        Value::U64(x) => x.to_string(),
        Value::I64(x) => x.to_string(),
        Value::F32(x) => format!("{x:?}"),
        Value::F64(x) => format!("{x:?}"),
        Value::Bool(x) => x.to_string(),
        Value::Str(x) => quoted(x),
        Value::Array(array) => match array {
            Array::U8(xs) => list(xs, u8::to_string),
            Array::I8(xs) => list(xs, i8::to_string),
            Array::U16(xs) => list(xs, u16::to_string),
            Array::I16(xs) => list(xs, i16::to_string),
            Array::U32(xs) => list(xs, u32::to_string),
            Array::I32(xs) => list(xs, i32::to_string),
            Array::U64(xs) => list(xs, u64::to_string),
            Array::I64(xs) => list(xs, i64::to_string),
            Array::F32(xs) => list(xs, |x| format!("{x:?}")),
            Array::F64(xs) => list(xs, |x| format!("{x:?}")),
            Array::Bool(xs) => list(xs, bool::to_string),
            Array::Str(xs) => list(xs, |x| quoted(x)),
        },
    }
}

fn list<T>(elements: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = elements.iter().take(N_SHOWN_ELEMENTS).map(show).collect();
    match elements.len().saturating_sub(N_SHOWN_ELEMENTS) {
        0 => format!("[{}]", shown.join(", ")),
        n_more => format!("[{}, … {n_more} more]", shown.join(", ")),
    }
}

/// Escaped, so that a hostile file cannot steer the terminal.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(N_SHOWN_CHARS) {
        Some((end, _)) => format!("{:?}… {} bytes", &text[..end], text.len()),
        None => format!("{text:?}"),
    }
}
