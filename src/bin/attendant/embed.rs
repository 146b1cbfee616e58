use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use attendant::engine::{Embedder, EmbedderError};
use attendant::model::EncoderTail;
use attendant::pack::EncoderId;
use attendant::platform::device::Placement;
use attendant::protocol::{DevicePreference, Language};
use futures::executor::block_on;

use crate::ask::read_device;

/// Read lines of text; print a JSON array of numbers, an embedding, for each.
#[derive(clap::Args)]
pub struct Args {
    /// A GGUF file of the BERT family, or a student of one
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    #[arg(long, default_value = "cpu", value_parser = read_device)]
    device: DevicePreference,
}

/// Lines embedded together: enough for equal lengths to meet, few enough for output to keep coming.
const BATCH: usize = 64;

pub fn run(args: Args) -> anyhow::Result<()> {
    let encoder = load_encoder(&args.model, args.device)?;
    let mut out = std::io::stdout().lock();
    let mut lines = std::io::stdin().lock().lines().peekable();
    while lines.peek().is_some() {
        let batch = lines.by_ref().take(BATCH).collect::<Result<Vec<_>, _>>().context("reading standard input")?;
        for embedding in encoder.embed(&batch)? {
            serde_json::to_writer(&mut out, &embedding)?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// The encoders of a shop's languages.
pub struct Encoders {
    pub en: LoadedEncoder,
    pub zh: Option<LoadedEncoder>,
}

impl Encoders {
    /// One vector of length one (L2) for each text, where there is an encoder of this language.
    pub fn embed(&self, language: Language, texts: &[String]) -> anyhow::Result<Option<Vec<Vec<f32>>>> {
        self.get(language).map(|encoder| encoder.embed(texts)).transpose()
    }

    pub fn get(&self, language: Language) -> Option<&LoadedEncoder> {
        match language {
            Language::En => Some(&self.en),
            Language::Zh => self.zh.as_ref(),
        }
    }
}

/// The options by which commands are given encoders.
#[derive(clap::Args)]
pub struct EncoderArgs {
    /// The encoder; without it words alone decide.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Its student of Chinese; without it Chinese goes by words alone.
    #[arg(long, value_name = "FILE", requires = "model")]
    model_zh: Option<PathBuf>,
    #[arg(long, default_value = "auto", value_parser = read_device)]
    device: DevicePreference,
}

impl EncoderArgs {
    pub fn load(&self) -> anyhow::Result<Option<Encoders>> {
        let load = |path: &PathBuf| load_encoder(path, self.device);
        let en = self.model.as_ref().map(load).transpose()?;
        let zh = self.model_zh.as_ref().map(load).transpose()?;
        Ok(en.map(|en| Encoders { en, zh }))
    }
}

/// An encoder for commands that wait for its answers.
pub struct LoadedEncoder(Embedder);

impl LoadedEncoder {
    /// One vector of length one (L2) for each text.
    pub fn embed(&self, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
        Ok(block_on(self.0.embed(texts))?)
    }

    /// What a classifier reads of each text (see [`Embedder::features`]), by layers of its own where it has any.
    pub fn features(&self, texts: &[String], tail: Option<&EncoderTail>) -> anyhow::Result<Vec<Vec<f32>>> {
        self.on_every_core(texts, |texts| match tail {
            Some(tail) => {
                let states = block_on(self.0.states(texts, tail.n_layers()))?;
                block_on(self.0.features_of(tail, &states))
            }
            None => block_on(self.0.features(texts)),
        })
    }

    /// What layers that stand for the last `n_last` read of each text.
    pub fn states(&self, texts: &[String], n_last: usize) -> anyhow::Result<Vec<Vec<f32>>> {
        self.on_every_core(texts, |texts| block_on(self.0.states(texts, n_last)))
    }

    /// Texts are dealt out in turn: long ones keep one core no longer than another.
    fn on_every_core(
        &self,
        texts: &[String],
        read: impl Fn(&[&String]) -> Result<Vec<Vec<f32>>, EmbedderError> + Sync,
    ) -> anyhow::Result<Vec<Vec<f32>>> {
        let n_threads =
            std::thread::available_parallelism().map_or(1, usize::from).min(texts.len().div_ceil(BATCH).max(1));
        let parts: Vec<Vec<Vec<f32>>> = std::thread::scope(|scope| {
            let read = &read;
            let part = |first: usize| -> Vec<&String> { texts.iter().skip(first).step_by(n_threads).collect() };
            let threads: Vec<_> = (0..n_threads).map(|first| scope.spawn(move || read(&part(first)))).collect();
            let join = |thread: std::thread::ScopedJoinHandle<_>| thread.join().expect("embedding does not panic");
            threads.into_iter().map(join).collect::<Result<_, _>>()
        })?;
        let mut parts: Vec<_> = parts.into_iter().map(Vec::into_iter).collect();
        Ok((0..texts.len()).map(|i| parts[i % n_threads].next().expect("features of each text")).collect())
    }

    /// The encoder itself.
    pub fn embedder(&self) -> &Embedder {
        &self.0
    }

    pub fn language(&self) -> Language {
        self.0.language()
    }

    pub fn id(&self) -> EncoderId {
        self.0.id().clone()
    }
}

/// Opens the encoder in the GGUF file at `path`.
pub fn load_encoder(path: &Path, device: DevicePreference) -> anyhow::Result<LoadedEncoder> {
    let bytes =
        std::fs::read(path).with_context(|| format!("cannot read {}; `./dev model` makes it", path.display()))?;
    let placement = place(device)?;
    Ok(LoadedEncoder(Embedder::load(bytes, placement).with_context(|| format!("loading {}", path.display()))?))
}

/// The device that was asked for; the CPU where it was left open.
pub fn place(device: DevicePreference) -> anyhow::Result<Placement> {
    match device {
        DevicePreference::Gpu => block_on(Placement::gpu())
            .map_err(|reason| anyhow::anyhow!("no GPU could be opened ({reason:?}); try --device cpu")),
        DevicePreference::Cpu | DevicePreference::Auto => Ok(Placement::cpu()),
    }
}
