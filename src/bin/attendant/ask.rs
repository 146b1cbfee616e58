//! `attendant ask`: one question a line, as the page would answer it.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use attendant::chat::evaluate::name;
use attendant::chat::{Attendant, Conversation};
use attendant::pack::Pack;
use attendant::protocol::{DevicePreference, Language, Reply};
use serde_json::json;

use crate::embed::{EncoderArgs, Encoders};

/// Answers questions from standard input, one a line.
#[derive(clap::Args)]
pub struct Args {
    /// The shop pack.
    #[arg(long)]
    pack: PathBuf,
    #[command(flatten)]
    encoders: EncoderArgs,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Take all lines as one conversation, so that “and to Canada?” is understood.
    #[arg(long)]
    conversation: bool,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let attendant = open_attendant(&args.pack)?;
    let encoders = open_encoders(&attendant, &args.encoders)?;
    let mut conversation = Conversation::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.context("standard input is not UTF-8")?;
        if !args.conversation {
            conversation = Conversation::default();
        }
        let turn = attendant.read(&conversation, &line, Language::default());
        let vectors = match &encoders {
            Some(encoders) if turn.wants_embedding() => {
                encoders.embed(turn.spoken, std::slice::from_ref(&turn.search_text))?
            }
            _ => None,
        };
        let embedding = vectors.and_then(|mut vectors| vectors.pop());
        let reply = attendant.reply(&mut conversation, &turn, embedding.as_deref());
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

fn to_json(reply: &Reply) -> serde_json::Value {
    let sources =
        reply.sources.iter().map(|source| json!({"id": source.id, "title": source.title, "score": source.score}));
    json!({
        "kind": name(reply.kind),
        "text": reply.text,
        "sources": sources.collect::<Vec<_>>(),
        "products": reply.products.iter().map(|shown| &shown.product).collect::<Vec<_>>(),
        "language": reply.language.code(),
    })
}

fn print_reply(out: &mut impl Write, reply: &Reply) -> std::io::Result<()> {
    writeln!(out, "{}", reply.text)?;
    for source in &reply.sources {
        writeln!(out, "  [{}] {} ({:.2})", source.id, source.title, source.score)?;
    }
    writeln!(out)
}
