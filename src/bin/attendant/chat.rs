//! `attendant chat`: a conversation in the terminal.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Context;
use attendant::chat::Conversation;

use crate::ask::{Counter, ShopArgs, print_reply, to_json};

/// Hold a conversation: one message a line, from the terminal or a script.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    shop: ShopArgs,
    /// A file with one message a line, instead of standard input.
    #[arg(long)]
    script: Option<PathBuf>,
    /// One JSON object a turn: what `attendant ask --json` says, and the message.
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> anyhow::Result<()> {
    let counter = Counter::open(&args.shop)?;
    let stdin = std::io::stdin();
    let prompts = args.script.is_none() && !args.json && stdin.is_terminal();
    let lines: Box<dyn BufRead> = match &args.script {
        Some(path) => {
            let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
            Box::new(std::io::BufReader::new(file))
        }
        None => Box::new(stdin.lock()),
    };
    let mut out = std::io::stdout().lock();
    let mut conversation = Conversation::default();
    let prompt = |out: &mut dyn Write| -> std::io::Result<()> {
        if prompts {
            write!(out, "> ")?;
        }
        out.flush()
    };
    prompt(&mut out)?;
    for line in lines.lines() {
        let line = line.context("the messages are not UTF-8")?;
        let reply = counter.say(&mut conversation, &line)?;
        if args.json {
            let mut turn = to_json(&reply);
            turn["message"] = line.into();
            writeln!(out, "{turn}")?;
        } else {
            if !prompts {
                writeln!(out, "> {line}")?;
            }
            print_reply(&mut out, &reply)?;
        }
        prompt(&mut out)?;
    }
    Ok(())
}
