//! The encoders by which heads read, each text by that of its language; found where they lie.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use attendant::chat::{Heads, detect_language};
use attendant::classify::Head;
use attendant::pack::EncoderId;
use attendant::protocol::{DevicePreference, Language};

use crate::embed::{LoadedEncoder, load_encoder};

/// At most one encoder a language.
pub struct Readers(Vec<LoadedEncoder>);

// The options by which heads are given encoders. (No doc comment: clap would take it for the command's help.)
#[derive(clap::Args)]
pub struct ReaderArgs {
    /// An encoder to read with, once for each language; for one not named, that which `./dev model` has made.
    #[arg(long, value_name = "FILE")]
    model: Vec<PathBuf>,
    /// Read by n-grams alone.
    #[arg(long, conflicts_with = "model")]
    words_only: bool,
}

impl ReaderArgs {
    /// The encoders for the languages of `texts`, to train with. Says on standard error where there is none.
    pub fn find<'a>(&self, texts: impl Iterator<Item = &'a str> + Clone) -> anyhow::Result<Readers> {
        let mut readers = Readers(Vec::new());
        if self.words_only {
            return Ok(readers);
        }
        for path in &self.model {
            readers.0.push(load_encoder(path, DevicePreference::Cpu)?);
        }
        for language in Language::ALL {
            let n_texts = texts.clone().filter(|text| language_of(text) == language).count();
            if n_texts == 0 {
                readers.0.retain(|reader| reader.language() != language);
            } else if readers.of(language).is_none() {
                match candidates().into_iter().find(|path| path.exists() && is_named_for(path, language)) {
                    Some(path) => readers.0.push(load_encoder(&path, DevicePreference::Cpu)?),
                    None => eprintln!(
                        "no encoder for `{}` in {}: {n_texts} texts are read by their n-grams alone (--model names one)",
                        language.code(),
                        models().display(),
                    ),
                }
            }
        }
        Ok(readers)
    }

    /// The encoders that a head was trained with; none for a head of n-grams alone, or where they are not wanted.
    pub fn of(&self, head: &Head) -> anyhow::Result<Readers> {
        let mut readers = Readers(Vec::new());
        if self.words_only {
            return Ok(readers);
        }
        for path in self.model.iter().cloned().chain(candidates().into_iter().filter(|path| path.exists())) {
            let is_complete = head.encoders().iter().all(|id| readers.0.iter().any(|reader| reader.id() == *id));
            if is_complete {
                break;
            }
            let reader = load_encoder(&path, DevicePreference::Cpu)?;
            if head.encoders().contains(&reader.id()) && readers.of(reader.language()).is_none() {
                readers.0.push(reader);
            }
        }
        match head.encoders().iter().find(|id| readers.0.iter().all(|reader| reader.id() != **id)) {
            None => Ok(readers),
            Some(id) => bail!(
                "the head was trained with the encoder `{}` (SHA-256 {}); name its file with --model, or say --words-only",
                id.name,
                id.sha256
            ),
        }
    }
}

impl Readers {
    fn of(&self, language: Language) -> Option<&LoadedEncoder> {
        self.0.iter().find(|reader| reader.language() == language)
    }

    pub fn ids(&self) -> Vec<EncoderId> {
        self.0.iter().map(LoadedEncoder::id).collect()
    }

    /// What a head reads of each text beside its n-grams; nothing of a text whose language has no encoder here.
    pub fn features(&self, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
        self.read(texts, |reader, texts| reader.features(texts, None))
    }

    /// The same for a head, which may have layers of its own.
    pub fn features_for(&self, head: &Head, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
        let Some(layers) = head.tail() else { return self.features(texts) };
        self.read(texts, |reader, texts| reader.features(texts, Some(&reader.embedder().tail(layers)?)))
    }

    /// The one encoder of all texts, where it can be fitted to them.
    pub fn tunable(&self) -> Option<&LoadedEncoder> {
        match &self.0[..] {
            [only] if only.embedder().has_layers() => Some(only),
            _ => None,
        }
    }

    /// Each text by the encoder of its language.
    fn read(
        &self,
        texts: &[String],
        read: impl Fn(&LoadedEncoder, &[String]) -> anyhow::Result<Vec<Vec<f32>>>,
    ) -> anyhow::Result<Vec<Vec<f32>>> {
        let mut features = vec![Vec::new(); texts.len()];
        for reader in &self.0 {
            let own: Vec<usize> = (0..texts.len()).filter(|&i| language_of(&texts[i]) == reader.language()).collect();
            let of_own = read(reader, &own.iter().map(|&i| texts[i].clone()).collect::<Vec<_>>())?;
            own.into_iter().zip(of_own).for_each(|(i, found)| features[i] = found);
        }
        Ok(features)
    }
}

/// The heads that lie in a folder, or in the source tree's; none where there is no such folder.
pub fn open_heads(folder: Option<&Path>) -> anyhow::Result<Heads> {
    let trees = ["www/heads", concat!(env!("CARGO_MANIFEST_DIR"), "/www/heads")].map(Path::new);
    let folder = folder.or_else(|| trees.into_iter().find(|tree| tree.is_dir()));
    let mut heads = Heads::default();
    for path in ["intent", "sentiment", "risk"].iter().filter_map(|name| Some(folder?.join(format!("{name}.gguf")))) {
        if path.is_file() {
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            heads.add(Head::open(&bytes).with_context(|| path.display().to_string())?);
        }
    }
    Ok(heads)
}

/// By script: the encoder of English reads whatever is written in letters.
fn language_of(text: &str) -> Language {
    detect_language(text, Language::En)
}

/// Where `./dev model` puts encoders, and where the trained ones lie in the source tree.
fn candidates() -> Vec<PathBuf> {
    let kept = ["q8_0", "f32", "q4_0", "zh"].map(|kind| models().join(format!("minilm-{kind}.gguf")));
    let trees = [Path::new("www/models"), Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www/models"))];
    kept.into_iter().chain(trees.map(|tree| tree.join("minilm-zh.gguf"))).collect()
}

fn is_named_for(path: &Path, language: Language) -> bool {
    let is_zh = path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("-zh"));
    is_zh == (language == Language::Zh)
}

fn models() -> PathBuf {
    let cache = std::env::var_os("ATTENDANT_CACHE").map(PathBuf::from);
    let home = || std::env::home_dir().unwrap_or_default().join(".cache/attendant");
    cache.unwrap_or_else(home).join("models")
}
