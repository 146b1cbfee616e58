//! The models that a user keeps: what a file's head says of it, and whether this engine could ever open it.

use crate::gguf::{GgufError, Head, Metadata};
use crate::model::{BERT, DECODERS, NGRAM_ENCODER};
use crate::platform::weights::{Sha256Hex, Terms, WeightError};
use crate::platform::{self, CancelToken, LocalFile};
use crate::protocol::{Event, KeptModel, ModelAct, Phase, Refusal, Refused};

/// Where files say what they come from, the best first; `docs/gguf.md` in ggml-org/ggml.
const SOURCE_KEYS: [&str; 6] = [
    "general.source.url",
    "general.source.repo_url",
    "general.repo_url",
    "general.url",
    "general.base_model.0.repo_url",
    "general.base_model.0.url",
];
const AUTHOR_KEYS: [&str; 4] =
    ["general.author", "general.organization", "general.base_model.0.author", "general.base_model.0.organization"];
const LICENSE_KEYS: [&str; 3] = ["general.license.name", "general.license", "general.license.link"];

/// What a file says of itself is shown, and kept with it: so much of it and no more.
const MAX_CHARS: usize = 200;

/// Does what can be done without the engine: everything but [`ModelAct::Open`].
pub async fn act(
    act: &ModelAct,
    file: Option<LocalFile>,
    on_progress: impl FnMut(Phase, u64, u64),
    cancel: &CancelToken,
) -> Result<Event, WeightError> {
    match act {
        ModelAct::Add { url, sha256, size_bytes } => {
            let sha256 = sha256.clone().map(Sha256Hex::try_from).transpose()?;
            // What the device holds is for the platform to say.
            let terms = Terms { sha256, size_bytes: *size_bytes, largest_bytes: 0, inspect: &inspect };
            match platform::keep_model(url.as_deref(), file, terms, on_progress, cancel).await {
                Err(WeightError::Refused(refused)) => return Ok(Event::Refused { refused }),
                kept => kept?,
            }
        }
        ModelAct::Delete { id } => platform::delete_model(id).await,
        ModelAct::List | ModelAct::Open { .. } => {}
    }
    Ok(Event::Models { kept: platform::kept_models().await })
}

/// See [`Terms::inspect`].
fn inspect(beginning: &[u8], total_bytes: Option<u64>, model: &mut KeptModel) -> Result<Option<u64>, Refused> {
    let malformed = |error: GgufError| Refused::new(Refusal::Malformed, error.to_string());
    let head = Head::read(beginning, total_bytes).map_err(malformed)?;
    let metadata = head.metadata();
    // The first thing that files say, long before their vocabulary has come.
    match metadata.str("general.architecture") {
        Ok(found) if !is_known(found) => return Err(Refused::new(Refusal::Architecture, shown(found))),
        Ok(found) => model.architecture = found.into(),
        Err(GgufError::MissingKey { .. }) if !head.is_whole() => {}
        Err(error) => return Err(malformed(error)),
    }
    if !head.is_whole() {
        return Ok(None);
    }
    let n_files = head.split_count().map_err(malformed)?;
    if n_files > 1 {
        return Err(Refused::new(Refusal::Split, n_files.to_string()));
    }
    if let Some(name) = first(metadata, &["general.name"]) {
        model.name = name;
    }
    model.license = first(metadata, &LICENSE_KEYS).unwrap_or_default();
    let origin = [first(metadata, &AUTHOR_KEYS), first(metadata, &SOURCE_KEYS)];
    model.origin = origin.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    model.quantization = head.main_type().map(|ty| ty.to_string()).unwrap_or_default();
    model.n_parameters = head.n_parameters();
    Ok(Some(head.end_bytes()))
}

fn is_known(architecture: &str) -> bool {
    architecture == BERT || architecture == NGRAM_ENCODER || DECODERS.contains(&architecture)
}

/// What stands under the first of these keys that holds a text.
fn first(metadata: &Metadata, keys: &[&str]) -> Option<String> {
    let texts = keys.iter().filter_map(|key| metadata.str(key).ok());
    texts.map(shown).find(|text| !text.is_empty())
}

/// On one line, and no longer than anybody reads.
fn shown(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_CHARS).collect();
    text.trim().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gguf::{TensorType, Value, Writer};

    fn file(architecture: &str, more: &[(&str, Value)]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.put("general.architecture", architecture).unwrap();
        for (key, value) in more {
            writer.put(key, value.clone()).unwrap();
        }
        writer.tensor("w", TensorType::F32, &[3, 4], vec![0; 48]).unwrap();
        writer.to_bytes().unwrap()
    }

    fn inspected(bytes: &[u8], n: usize) -> (Result<Option<u64>, Refused>, KeptModel) {
        let mut model = KeptModel { name: "m.gguf".into(), ..KeptModel::default() };
        (inspect(&bytes[..n], Some(bytes.len() as u64), &mut model), model)
    }

    #[test]
    fn a_card_says_what_the_file_says() {
        let text = |text: &str| Value::from(text);
        let bytes = file(
            "llama",
            &[
                ("general.name", text("Tiny\n")),
                ("general.license", text("apache-2.0")),
                ("general.organization", text("Nobody")),
                ("general.repo_url", text("https://models.example/tiny")),
            ],
        );
        let (end, model) = inspected(&bytes, bytes.len());
        assert_eq!(end.unwrap(), Some(bytes.len() as u64 - 16), "behind the last tensor there is padding");
        let expected = ("Tiny", "apache-2.0", "Nobody · https://models.example/tiny");
        assert_eq!((model.name.as_str(), model.license.as_str(), model.origin.as_str()), expected);
        assert_eq!(
            (model.architecture.as_str(), model.quantization.as_str(), model.n_parameters),
            ("llama", "F32", 12)
        );
    }

    #[test]
    fn an_unknown_architecture_is_refused_before_the_head_is_whole() {
        let bytes = file("diffusion", &[("general.description", Value::from("long ".repeat(100)))]);
        let (refused, _) = inspected(&bytes, 100);
        assert_eq!(refused.unwrap_err(), Refused::new(Refusal::Architecture, "diffusion"));
        let (waits, model) = inspected(&file("qwen3", &[("general.name", Value::from("n".repeat(100)))]), 100);
        assert_eq!((waits, model.architecture.as_str()), (Ok(None), "qwen3"));
    }

    #[test]
    fn what_is_no_model_is_refused_by_name() {
        let refusal = |bytes: &[u8]| inspected(bytes, bytes.len()).0.unwrap_err().why;
        assert_eq!(refusal(b"<!DOCTYPE html>"), Refusal::Malformed);
        assert_eq!(refusal(&file("llama", &[("split.count", Value::U16(3))])), Refusal::Split);
        let mut anonymous = Writer::new();
        anonymous.tensor("w", TensorType::F32, &[1], vec![0; 4]).unwrap();
        assert_eq!(refusal(&anonymous.to_bytes().unwrap()), Refusal::Malformed);
    }
}
