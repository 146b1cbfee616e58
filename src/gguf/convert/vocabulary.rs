use std::path::PathBuf;

use serde_json::Value as Json;

use super::{ConvertError, Folder};
use crate::gguf::{GgufError, TokenKind, Writer, to_phantom};

/// BERT's special tokens, in the order in which llama.cpp writes their ids, and what it calls them.
const SPECIALS: [(&str, &str); 7] = [
    ("bos", "[CLS]"),
    ("eos", "[SEP]"),
    ("unknown", "[UNK]"),
    ("seperator", "[SEP]"), // sic, in llama.cpp
    ("padding", "[PAD]"),
    ("cls", "[CLS]"),
    ("mask", "[MASK]"),
];

/// Tokens by id, in WordPiece's spelling.
pub(super) struct Vocabulary {
    path: PathBuf,
    tokens: Vec<(String, TokenKind)>,
    lowercase: bool,
    strip_accents: Option<bool>,
}

impl Vocabulary {
    /// Reads tokenizer.json, or vocab.txt where there is none; ids up to `vocab_size` that they leave
    /// open are filled, as the embedding table has a row for them.
    pub fn read(folder: &Folder, vocab_size: usize) -> Result<Vocabulary, ConvertError> {
        let mut vocabulary = match folder.optional_json("tokenizer.json")? {
            Some(json) => Vocabulary::from_json(folder.path("tokenizer.json"), &json, vocab_size)?,
            None => Vocabulary::from_text(folder)?,
        };
        let n_tokens = vocabulary.tokens.len();
        if n_tokens > vocab_size {
            return vocabulary.refuse(format!("{n_tokens} tokens where config.json has a vocab_size of {vocab_size}"));
        }
        vocabulary.tokens.extend((n_tokens..vocab_size).map(filler));
        Ok(vocabulary)
    }

    fn from_json(path: PathBuf, json: &Json, vocab_size: usize) -> Result<Vocabulary, ConvertError> {
        let mut vocabulary = Vocabulary { path, tokens: Vec::new(), lowercase: true, strip_accents: None };
        let (model, normalizer) = (&json["model"], &json["normalizer"]);
        if model["type"] != "WordPiece" || model["continuing_subword_prefix"] != "##" {
            return vocabulary.refuse("its model is not WordPiece with the prefix `##`".to_owned());
        }
        if normalizer["type"] != "BertNormalizer"
            || normalizer["clean_text"] != true
            || normalizer["handle_chinese_chars"] != true
        {
            let reason = "its normalizer is not BertNormalizer with clean_text and handle_chinese_chars";
            return vocabulary.refuse(reason.to_owned());
        }
        vocabulary.lowercase = normalizer["lowercase"].as_bool().unwrap_or(true);
        vocabulary.strip_accents = normalizer["strip_accents"].as_bool();

        let entries = model["vocab"].as_object().into_iter().flatten();
        let normal = entries.map(|(token, id)| (token.as_str(), id, TokenKind::Normal));
        let added = json["added_tokens"].as_array().into_iter().flatten().filter_map(|token| {
            let kind = if token["special"] == true { TokenKind::Control } else { TokenKind::UserDefined };
            Some((token["content"].as_str()?, &token["id"], kind))
        });
        let mut tokens: Vec<(String, TokenKind)> = Vec::new();
        for (token, id, kind) in normal.chain(added) {
            let Some(id) = id.as_u64().map(|id| id as usize).filter(|&id| id < vocab_size) else {
                return vocabulary
                    .refuse(format!("token `{token}` has id {id}, outside the vocab_size of {vocab_size}"));
            };
            tokens.extend((tokens.len()..=id).map(filler));
            tokens[id] = (token.to_owned(), kind);
        }
        vocabulary.tokens = tokens;
        Ok(vocabulary)
    }

    /// One token a line. The file knows neither case nor which tokens are special: the former is asked
    /// of tokenizer_config.json, the latter are BERT's.
    fn from_text(folder: &Folder) -> Result<Vocabulary, ConvertError> {
        let path = folder.path("vocab.txt");
        let text = String::from_utf8(folder.bytes("vocab.txt")?)
            .map_err(|_| ConvertError::Vocabulary { path: path.clone(), reason: "it is not UTF-8".to_owned() })?;
        let kind = |token: &str| match SPECIALS.iter().any(|&(_, special)| special == token) {
            true => TokenKind::Control,
            false => TokenKind::Normal,
        };
        let tokens = text.lines().map(|token| (token.to_owned(), kind(token))).collect();
        let settings = folder.optional_json("tokenizer_config.json")?.unwrap_or_default();
        Ok(Vocabulary {
            path,
            tokens,
            lowercase: settings["do_lower_case"].as_bool().unwrap_or(true),
            strip_accents: settings["strip_accents"].as_bool(),
        })
    }

    /// Keys in llama.cpp's order.
    pub fn put(&self, writer: &mut Writer) -> Result<(), ConvertError> {
        let is_control = |kind| kind == TokenKind::Control;
        let stored = self.tokens.iter().map(|(token, kind)| to_phantom(token, is_control(*kind)));
        writer.put("tokenizer.ggml.model", "bert")?;
        writer.put("tokenizer.ggml.pre", "default")?;
        writer.put("tokenizer.ggml.tokens", stored.collect::<Vec<_>>())?;
        let kinds = self.tokens.iter().map(|&(_, kind)| kind as i32);
        writer.put("tokenizer.ggml.token_type", kinds.collect::<Vec<_>>())?;
        for (role, special) in SPECIALS {
            let Some(id) = self.tokens.iter().position(|(token, _)| token == special) else {
                return self.refuse(format!("it lacks BERT's token `{special}`"));
            };
            writer.put(&format!("tokenizer.ggml.{role}_token_id"), id as u32)?;
        }
        self.put_switches(writer)?;
        Ok(())
    }

    /// `[CLS] text [SEP]` in llama.cpp's terms, and how text is normalized.
    fn put_switches(&self, writer: &mut Writer) -> Result<(), GgufError> {
        writer.put("tokenizer.ggml.add_bos_token", true)?;
        writer.put("tokenizer.ggml.add_eos_token", true)?;
        writer.put("tokenizer.ggml.add_sep_token", false)?;
        writer.put("tokenizer.ggml.normalizer.lowercase", self.lowercase)?;
        if let Some(strip_accents) = self.strip_accents {
            writer.put("tokenizer.ggml.normalizer.strip_accents", strip_accents)?;
        }
        Ok(())
    }

    fn refuse<T>(&self, reason: String) -> Result<T, ConvertError> {
        Err(ConvertError::Vocabulary { path: self.path.clone(), reason })
    }
}

/// What llama.cpp's converter puts where an id has no token.
pub(super) fn filler(id: usize) -> (String, TokenKind) {
    (format!("[PAD{id}]"), TokenKind::Unused)
}
