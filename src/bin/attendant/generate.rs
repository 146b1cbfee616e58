//! `attendant generate`: text from a language model.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use attendant::generate::{
    Constraint, Fitted, GenerateError, Generator, SamplerConfig, Shape, StopStrings, TokenTable, fit, write,
};
use attendant::model::Decoder;
use attendant::platform::CancelToken;
use attendant::protocol::DevicePreference;
use attendant::tokenizer::{EncodeOptions, Message, Tokenizer};
use futures::executor::block_on;
use serde_json::json;

use crate::ask::read_device;
use crate::embed::place;
use crate::tokenize::open;

/// Write what follows a prompt.
#[derive(clap::Args)]
pub struct Args {
    /// The GGUF file of a language model; of a split model, any of its files.
    #[arg(short, long, value_name = "FILE")]
    model: PathBuf,
    /// The text to go on with.
    #[arg(short, long, required_unless_present = "prompt_ids")]
    prompt: Option<String>,
    /// Token ids instead of a text, as they are: `1,15043,3186`.
    #[arg(long, value_delimiter = ',', conflicts_with_all = ["prompt", "chat"])]
    prompt_ids: Option<Vec<u32>>,
    /// Take the prompt as a user's message, by the model's own chat template.
    #[arg(long)]
    chat: bool,
    /// What the model is told before the conversation.
    #[arg(long, requires = "chat")]
    system: Option<String>,
    #[arg(long, default_value_t = 128, value_name = "N")]
    max_tokens: usize,
    /// Tokens to keep room for, prompt included; by default what the prompt and the answer need.
    #[arg(long, value_name = "N")]
    context: Option<usize>,
    /// 0 takes the likeliest token always.
    #[arg(long, default_value_t = SamplerConfig::default().temperature, value_name = "T")]
    temperature: f32,
    /// Only the K likeliest tokens; 0 for all.
    #[arg(long, default_value_t = SamplerConfig::default().top_k, value_name = "K")]
    top_k: usize,
    /// Only the likeliest tokens that together reach this probability.
    #[arg(long, default_value_t = SamplerConfig::default().top_p, value_name = "P")]
    top_p: f32,
    /// Only tokens at least this share as likely as the likeliest.
    #[arg(long, default_value_t = SamplerConfig::default().min_p, value_name = "P")]
    min_p: f32,
    /// What the logits of recent tokens are divided by; 1 for nothing.
    #[arg(long, default_value_t = SamplerConfig::default().repetition_penalty, value_name = "R")]
    repetition_penalty: f32,
    #[arg(long, default_value_t = SamplerConfig::default().seed, value_name = "N")]
    seed: u64,
    /// Ends the text before this string; may be given several times.
    #[arg(long, value_name = "TEXT")]
    stop: Vec<String>,
    /// Writes one of these; to be given for each.
    #[arg(long, value_name = "TEXT", group = "shape")]
    choice: Vec<String>,
    /// Writes a match of this regular expression, and nothing else.
    #[arg(long, value_name = "EXPRESSION", group = "shape")]
    regex: Option<String>,
    /// Writes JSON by the schema in this file.
    #[arg(long, value_name = "FILE", group = "shape")]
    json_schema: Option<PathBuf>,
    #[arg(long, default_value = "cpu", value_parser = read_device)]
    device: DevicePreference,
    /// One JSON object at the end instead of text as it comes.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let gguf = Arc::new(open(&args.model)?);
    let tokenizer = Tokenizer::from_metadata(gguf.metadata())
        .with_context(|| format!("{} has no usable tokenizer", args.model.display()))?;
    let decoder = Decoder::load(gguf, &place(args.device)?);
    let decoder = decoder.with_context(|| format!("loading {}", args.model.display()))?;
    let generator = Generator::new(Arc::new(decoder));

    let max_seq = generator.decoder().config().max_seq;
    let limit = args.context.unwrap_or(max_seq).min(max_seq);
    let prompt = prompt_ids(&args, &tokenizer, limit)?;
    let capacity = args.context.unwrap_or_else(|| prompt.ids.len().saturating_add(args.max_tokens)).min(max_seq);
    if prompt.n_dropped > 0 {
        eprintln!("{} messages do not fit {limit} tokens and were left out", prompt.n_dropped);
    }

    let sampler = SamplerConfig {
        temperature: args.temperature,
        top_k: args.top_k,
        top_p: args.top_p,
        min_p: args.min_p,
        repetition_penalty: args.repetition_penalty,
        seed: args.seed,
        ..SamplerConfig::default()
    };
    let mut session = generator.new_session(capacity)?;
    let ends = tokenizer.ends().collect();
    let shape = (!args.choice.is_empty()).then(|| Shape::Choice(args.choice.clone()));
    let shape = shape.or_else(|| args.regex.clone().map(Shape::Regex));
    let shape = match &args.json_schema {
        Some(path) => {
            let named = || path.display().to_string();
            let schema = std::fs::read(path).with_context(named)?;
            Some(Shape::JsonSchema(serde_json::from_slice(&schema).with_context(named)?))
        }
        None => shape,
    };
    let table = || Arc::new(TokenTable::new(&tokenizer));
    let constraint = shape.map(|shape| Constraint::new(&shape, table())).transpose()?;
    let tokens = generator.tokens(&mut session, &prompt.ids, sampler, args.max_tokens, ends, CancelToken::new())?;
    let tokens = tokens.within(constraint);
    let mut out = std::io::stdout().lock();
    let mut failed = Ok(());
    let written = block_on(write(tokens, tokenizer.stream(), StopStrings::new(args.stop), |piece| {
        if !args.json && failed.is_ok() {
            failed = out.write_all(piece.as_bytes()).and_then(|()| out.flush());
        }
    }))?;
    failed.context("writing to standard output")?;
    if !args.json {
        writeln!(out)?;
        return Ok(());
    }
    let report = json!({
        "text": written.text,
        "token_ids": written.token_ids,
        "prompt_token_ids": prompt.ids,
        "finish_reason": written.finish_reason.as_str(),
        "prefill_tokens_per_second": written.speed.prefill_tokens_per_second(),
        "decode_tokens_per_second": written.speed.decode_tokens_per_second(),
        "peak_memory_bytes": peak_memory_bytes(),
    });
    writeln!(out, "{report}")?;
    Ok(())
}

fn prompt_ids(args: &Args, tokenizer: &Tokenizer, limit: usize) -> anyhow::Result<Fitted> {
    if let Some(ids) = &args.prompt_ids {
        return Ok(Fitted { ids: ids.clone(), n_dropped: 0 });
    }
    let text = args.prompt.as_deref().unwrap_or_default();
    if !args.chat {
        let mut ids = tokenizer.encode(text, EncodeOptions { add_special: true, parse_special: false });
        if ids.is_empty() {
            ids.extend(tokenizer.bos());
        }
        if ids.is_empty() {
            return Err(GenerateError::EmptyPrompt.into());
        }
        return Ok(Fitted { ids, n_dropped: 0 });
    }
    let Some(template) = tokenizer.chat_template() else {
        bail!("{} has no chat template: leave --chat out", args.model.display());
    };
    let system = args.system.iter().map(|text| Message::new("system", text));
    let messages: Vec<Message> = system.chain([Message::new("user", text)]).collect();
    let encode = |messages: &[Message]| {
        let prompt = template.render(messages, true)?;
        anyhow::Ok(tokenizer.encode(&prompt, EncodeOptions { add_special: false, parse_special: true }))
    };
    let role = |wanted: &'static str| move |message: &Message| message.role == wanted;
    fit(&messages, limit.saturating_sub(1), role("system"), role("user"), encode)?
        .with_context(|| format!("the prompt does not fit a context of {limit} tokens"))
}

/// The most memory that this process ever held, where the system tells (Linux).
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
