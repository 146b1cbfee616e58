use std::collections::HashMap;
use std::path::Path;

use serde_json::Value as Json;

use super::vocabulary::filler;
use super::{ConvertError, Folder};
use crate::gguf::{TokenKind, Writer};

/// The patterns by which tokenizer.json cuts text, and llama.cpp's names of them. A pattern of another
/// model is refused, since a wrong name would give wrong tokens without a word.
const PATTERNS: [(&str, &str); 2] = [
    (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        "llama-bpe",
    ),
    (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        "qwen2",
    ),
];

/// What tokenizer_config.json or config.json may name, and GGUF's key of it.
const SPECIALS: [(&str, &str); 4] = [("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding")];

/// The BPE vocabulary of a decoder.
pub(super) struct Vocabulary {
    tokens: Vec<(String, TokenKind)>,
    kind: Kind,
    /// GGUF's key, and the id.
    specials: Vec<(&'static str, u32)>,
    add_bos: Option<bool>,
    add_eos: Option<bool>,
    chat_template: Option<String>,
}

enum Kind {
    ByteLevel {
        pre: &'static str,
        merges: Vec<String>,
    },
    /// By id.
    SentencePiece {
        scores: Vec<f32>,
        add_space_prefix: bool,
    },
}

impl Vocabulary {
    /// Reads tokenizer.json; ids up to `vocab_size` that it leaves open are filled, as the embedding table
    /// has a row for them.
    pub fn read(folder: &Folder, vocab_size: usize) -> Result<Vocabulary, ConvertError> {
        let path = folder.path("tokenizer.json");
        let json = folder.json("tokenizer.json")?;
        let settings = folder.optional_json("tokenizer_config.json")?.unwrap_or_default();
        let config = folder.json("config.json")?;
        let model = &json["model"];
        if model["type"] != "BPE" {
            return refuse(&path, format!("its model is {}, not BPE", model["type"]));
        }
        let mut tokens = read_tokens(&path, &json, vocab_size)?;
        let merges = read_merges(&path, model)?;
        let kind = if model["byte_fallback"] == true {
            mark_bytes(&mut tokens);
            let normalizer = json["normalizer"].to_string();
            let pre_tokenizer = &json["pre_tokenizer"];
            let add_space_prefix = normalizer.contains("\"Prepend\"") || pre_tokenizer["prepend_scheme"] == "first";
            Kind::SentencePiece { scores: scores(&tokens, &merges), add_space_prefix }
        } else {
            let merges = merges.into_iter().map(|(left, right)| format!("{left} {right}")).collect();
            Kind::ByteLevel { pre: pre_tokenizer(&path, &json["pre_tokenizer"])?, merges }
        };

        let ids: HashMap<&str, u32> = tokens.iter().map(|(token, _)| token.as_str()).zip(0..).collect();
        let mut specials = Vec::new();
        for (name, key) in SPECIALS {
            let token = &settings[format!("{name}_token")];
            let named = token.as_str().or(token["content"].as_str()).and_then(|token| ids.get(token).copied());
            let id = &config[format!("{name}_token_id")];
            // Some models end with one of several; the first is the one of the text.
            let numbered = id.as_u64().or(id[0].as_u64()).and_then(|id| u32::try_from(id).ok());
            let numbered = numbered.filter(|&id| (id as usize) < tokens.len());
            specials.extend(named.or(numbered).map(|id| (key, id)));
        }
        let chat_template = match folder.bytes("chat_template.jinja") {
            Ok(bytes) => String::from_utf8(bytes).ok(),
            Err(_) => settings["chat_template"].as_str().map(str::to_owned),
        };
        Ok(Vocabulary {
            kind,
            specials,
            add_bos: settings["add_bos_token"].as_bool(),
            add_eos: settings["add_eos_token"].as_bool(),
            chat_template,
            tokens,
        })
    }

    /// Keys in llama.cpp's order.
    pub fn put(self, writer: &mut Writer) -> Result<(), ConvertError> {
        let (tokens, kinds): (Vec<String>, Vec<i32>) =
            self.tokens.into_iter().map(|(token, kind)| (token, kind as i32)).unzip();
        let (model, pre) = match &self.kind {
            Kind::ByteLevel { pre, .. } => ("gpt2", *pre),
            Kind::SentencePiece { .. } => ("llama", "default"),
        };
        writer.put("tokenizer.ggml.model", model)?;
        writer.put("tokenizer.ggml.pre", pre)?;
        writer.put("tokenizer.ggml.tokens", tokens)?;
        if let Kind::SentencePiece { scores, .. } = &self.kind {
            writer.put("tokenizer.ggml.scores", scores.clone())?;
        }
        writer.put("tokenizer.ggml.token_type", kinds)?;
        match self.kind {
            Kind::ByteLevel { merges, .. } => writer.put("tokenizer.ggml.merges", merges)?,
            Kind::SentencePiece { add_space_prefix, .. } => {
                writer.put("tokenizer.ggml.add_space_prefix", add_space_prefix)?;
            }
        }
        for (key, id) in self.specials {
            writer.put(&format!("tokenizer.ggml.{key}_token_id"), id)?;
        }
        for (key, value) in [("add_bos_token", self.add_bos), ("add_eos_token", self.add_eos)] {
            if let Some(value) = value {
                writer.put(&format!("tokenizer.ggml.{key}"), value)?;
            }
        }
        if let Some(chat_template) = self.chat_template {
            writer.put("tokenizer.chat_template", chat_template)?;
        }
        Ok(())
    }
}

fn refuse<T>(path: &Path, reason: String) -> Result<T, ConvertError> {
    Err(ConvertError::Vocabulary { path: path.to_owned(), reason })
}

fn read_tokens(path: &Path, json: &Json, vocab_size: usize) -> Result<Vec<(String, TokenKind)>, ConvertError> {
    let entries = json["model"]["vocab"].as_object().into_iter().flatten();
    let normal = entries.map(|(token, id)| (token.as_str(), id, TokenKind::Normal));
    let added = json["added_tokens"].as_array().into_iter().flatten().filter_map(|token| {
        let kind = if token["special"] == true { TokenKind::Control } else { TokenKind::UserDefined };
        Some((token["content"].as_str()?, &token["id"], kind))
    });
    let mut tokens: Vec<(String, TokenKind)> = (0..vocab_size).map(filler).collect();
    for (token, id, kind) in normal.chain(added) {
        let Some(id) = id.as_u64().map(|id| id as usize).filter(|&id| id < vocab_size) else {
            return refuse(path, format!("token `{token}` has id {id}, outside the vocab_size of {vocab_size}"));
        };
        tokens[id] = (token.to_owned(), kind);
    }
    Ok(tokens)
}

/// A merge is `"a b"` in older files and `["a", "b"]` in newer ones.
fn read_merges(path: &Path, model: &Json) -> Result<Vec<(String, String)>, ConvertError> {
    let merges = model["merges"].as_array().into_iter().flatten();
    merges
        .map(|merge| {
            let pair = match merge.as_str() {
                Some(text) => text.split_once(' '),
                None => merge[0].as_str().zip(merge[1].as_str()),
            };
            match pair {
                Some((left, right)) => Ok((left.to_owned(), right.to_owned())),
                None => refuse(path, format!("its merge {merge} is not of two tokens")),
            }
        })
        .collect()
}

/// llama.cpp's name of the way that this file cuts text.
fn pre_tokenizer(path: &Path, json: &Json) -> Result<&'static str, ConvertError> {
    let steps = match json["pretokenizers"].as_array() {
        Some(steps) => steps.iter().collect(),
        None => vec![json],
    };
    let kinds: Vec<&str> = steps.iter().filter_map(|step| step["type"].as_str()).collect();
    let pattern = steps.iter().find_map(|step| step["pattern"]["Regex"].as_str());
    let known = PATTERNS.iter().find(|(known, _)| pattern == Some(known));
    match (&kinds[..], known) {
        (["Split", "ByteLevel"], Some((_, name))) => Ok(name),
        (["ByteLevel"], _) => Ok("gpt-2"),
        (["Digits", "ByteLevel"], _) if steps[0]["individual_digits"] == true => Ok("smollm"),
        _ => refuse(path, format!("its pre-tokenizer is not one known here: {json}")),
    }
}

/// The byte tokens of a SentencePiece vocabulary; its unknown token.
fn mark_bytes(tokens: &mut [(String, TokenKind)]) {
    for (token, kind) in tokens {
        let is_byte = token.len() == 6 && token.starts_with("<0x") && token.ends_with('>');
        if is_byte && *kind == TokenKind::Normal {
            *kind = TokenKind::Byte;
        } else if token == "<unk>" {
            *kind = TokenKind::Unknown;
        }
    }
}

/// tokenizer.json ranks merges where GGUF scores tokens: a token is worth the better, the earlier a merge
/// makes it; one that no merge makes is worth the least.
fn scores(tokens: &[(String, TokenKind)], merges: &[(String, String)]) -> Vec<f32> {
    let mut ranks: HashMap<String, usize> = HashMap::with_capacity(merges.len());
    for (rank, (left, right)) in merges.iter().enumerate() {
        ranks.entry(format!("{left}{right}")).or_insert(rank);
    }
    let of = |(token, kind): &(String, TokenKind)| match kind {
        TokenKind::Normal => -(ranks.get(token).copied().unwrap_or(merges.len()) as f32),
        _ => 0.0,
    };
    tokens.iter().map(of).collect()
}
