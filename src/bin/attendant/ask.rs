//! `attendant ask`: one question a line, as the page would answer it.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use attendant::chat::{Attendant, Conversation, Heads, Message};
use attendant::pack::Pack;
use attendant::platform::clock;
use attendant::protocol::{DevicePreference, Language, Reply};
use serde_json::{Value, json};

use crate::embed::{EncoderArgs, Encoders};
use crate::readers::open_heads;

/// Answer the questions on standard input, one a line, from a shop's pack.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    shop: ShopArgs,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Take all lines as one conversation, so that “and to Canada?” is understood.
    #[arg(long)]
    conversation: bool,
}

// A shop to talk to. (No doc comment: clap would take it for the help of the command around it.)
#[derive(clap::Args)]
pub struct ShopArgs {
    /// The shop pack.
    #[arg(long)]
    pack: PathBuf,
    #[command(flatten)]
    encoders: EncoderArgs,
    /// Where the classifiers' heads lie, `intent.gguf`, `sentiment.gguf`, `risk.gguf`; else the source tree's.
    #[arg(long, value_name = "DIR")]
    heads: Option<PathBuf>,
    /// The time it is, `2026-12-01T10:00:00Z`: for results that do not change with the day.
    #[arg(long, value_parser = read_time)]
    now: Option<i64>,
}

/// A shop's attendant with its encoder, where there is one.
pub struct Counter {
    attendant: Attendant,
    encoders: Option<Encoders>,
    heads: Heads,
    now_ms: Option<i64>,
}

impl Counter {
    pub fn open(args: &ShopArgs) -> anyhow::Result<Counter> {
        let attendant = open_attendant(&args.pack)?;
        let encoders = open_encoders(&attendant, &args.encoders)?;
        Ok(Counter { attendant, encoders, heads: open_heads(args.heads.as_deref())?, now_ms: args.now })
    }

    /// Says something in a conversation.
    pub fn say(&self, conversation: &mut Conversation, text: &str) -> anyhow::Result<Reply> {
        let now_ms = self.now_ms.unwrap_or_else(|| clock::unix_ms() as i64);
        let message = Message { text, language: Language::default(), now_ms, ..Message::default() };
        let mut turn = self.attendant.read(conversation, &message);
        let texts = turn.texts();
        let reader = self.encoders.as_ref().filter(|_| !texts.is_empty()).and_then(|all| all.get(turn.spoken));
        let embeddings = match reader {
            Some(reader) if self.heads.read_with(&reader.id()) => {
                let (texts, message) = self.heads.texts(&turn);
                let mut features = reader.features(&texts, None)?;
                self.heads.hear(&mut turn, Some(&features[message]));
                features.iter_mut().for_each(|features| features.truncate(features.len() / 2));
                features
            }
            _ => {
                self.heads.hear(&mut turn, None);
                reader.map(|reader| reader.embed(&texts)).transpose()?.unwrap_or_default()
            }
        };
        Ok(self.attendant.reply(conversation, &turn, &embeddings))
    }
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let counter = Counter::open(&args.shop)?;
    let mut conversation = Conversation::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.context("standard input is not UTF-8")?;
        if !args.conversation {
            conversation = Conversation::default();
        }
        let reply = counter.say(&mut conversation, &line)?;
        if args.json {
            writeln!(out, "{}", to_json(&reply))?;
        } else {
            print_reply(&mut out, &reply)?;
        }
        out.flush()?;
    }
    Ok(())
}

pub fn open_attendant(path: &Path) -> anyhow::Result<Attendant> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let pack = Pack::open(bytes).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Attendant::open(&pack)?)
}

/// Loads the encoders and refuses those whose vectors do not compare with the pack's.
pub fn open_encoders(attendant: &Attendant, args: &EncoderArgs) -> anyhow::Result<Option<Encoders>> {
    let Some(encoders) = args.load()? else { return Ok(None) };
    for language in Language::ALL {
        let Some(encoder) = encoders.get(language) else { continue };
        match attendant.index().encoder(language) {
            None => bail!(
                "the pack holds no embeddings of its texts in {}: leave its model away, or build the pack with it",
                language.code()
            ),
            Some(built_with) if *built_with != encoder.id() => bail!(
                "the pack was built with {} ({}), not with {} ({}): build it again or use that model",
                built_with.name,
                built_with.sha256,
                encoder.id().name,
                encoder.id().sha256,
            ),
            Some(_) => {}
        }
    }
    Ok(Some(encoders))
}

pub fn read_device(text: &str) -> Result<DevicePreference, &'static str> {
    match text {
        "auto" => Ok(DevicePreference::Auto),
        "cpu" => Ok(DevicePreference::Cpu),
        "gpu" => Ok(DevicePreference::Gpu),
        _ => Err("use auto, cpu or gpu"),
    }
}

pub fn read_time(text: &str) -> Result<i64, String> {
    let time: jiff::Timestamp = text.parse().map_err(|error| format!("{error}; write it like 2026-12-01T10:00:00Z"))?;
    Ok(time.as_millisecond())
}

pub fn to_json(reply: &Reply) -> Value {
    let sources =
        reply.sources.iter().map(|source| json!({"id": source.id, "title": source.title, "score": source.score}));
    json!({
        "kind": reply.kind.name(),
        "text": reply.text,
        "sources": sources.collect::<Vec<_>>(),
        "products": reply.products.iter().map(|shown| &shown.product).collect::<Vec<_>>(),
        "language": reply.language.code(),
        "intent": reply.intent,
        "sentiment": reply.sentiment,
        "risk": reply.risk,
        "slots": reply.slots,
        "grounded": reply.grounded,
        "choices": reply.quick_replies,
        "handoff": reply.handoff,
    })
}

pub fn print_reply(out: &mut impl Write, reply: &Reply) -> std::io::Result<()> {
    writeln!(out, "{}", reply.text)?;
    for source in &reply.sources {
        writeln!(out, "  [{}] {} ({:.2})", source.id, source.title, source.score)?;
    }
    writeln!(out)
}
