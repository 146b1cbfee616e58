//! The command line: the same engine for shop owners, tests, benchmarks and outside measurement.

mod ask;
mod chat;
mod classify;
mod convert;
mod embed;
mod generate;
mod insights;
mod inspect;
mod manifest;
mod pack;
mod random;
mod readers;
mod recommend;
mod tokenize;
mod train;

use clap::{Parser, Subcommand};

/// A shop attendant that lives in the customer's browser: its tools.
#[derive(Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    // What a shop's owner needs comes first, what a developer needs after it.
    #[command(subcommand)]
    Pack(pack::Command),
    Ask(ask::Args),
    Chat(chat::Args),
    #[command(subcommand)]
    Recommend(recommend::Command),
    Insights(insights::Args),
    #[command(subcommand)]
    Classify(classify::Command),
    #[command(subcommand)]
    Train(train::Command),
    Generate(generate::Args),
    Convert(convert::Args),
    Inspect(inspect::Args),
    Manifest(manifest::Args),
    Embed(embed::Args),
    Tokenize(tokenize::Args),
    Random(random::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Convert(args) => convert::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Manifest(args) => manifest::run(args),
        Command::Embed(args) => embed::run(args),
        Command::Pack(command) => pack::run(command),
        Command::Ask(args) => ask::run(args),
        Command::Chat(args) => chat::run(args),
        Command::Tokenize(args) => tokenize::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Random(args) => random::run(args),
        Command::Recommend(command) => recommend::run(command),
        Command::Classify(command) => classify::run(command),
        Command::Train(command) => train::run(command),
        Command::Insights(args) => insights::run(args),
    }
}
