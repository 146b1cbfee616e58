use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::TokenizerError;
use crate::gguf::{Metadata, TokenKind};

/// Tokens that end a turn whatever the file's ids say: llama.cpp tells them by their text, since
/// converters often name only one of several (`llama_vocab::impl::load`).
const ENDS: [&str; 22] = [
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<eos>",
    "<turn|>",
    "<|tool_response>",
    "<｜end▁of▁sentence｜>",
    "[e~[",
];

/// Code models' markers that also mean that there is nothing more to say: padding, repository, file.
const FILL_IN_ENDS: [&str; 11] = [
    "<|fim_pad|>",
    "<fim-pad>",
    "<fim_pad>",
    "<PAD>",
    "<|fim_repo|>",
    "<|repo_name|>",
    "<fim-repo>",
    "<REPO>",
    "<reponame>",
    "<|file_sep|>",
    "[PAD]",
];

/// What the file says about its tokens, in a compact form: vocabularies have up to 262,144 of them.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    /// All tokens, one after the other, as the model spells them.
    text: String,
    /// Where each token ends in `text`.
    ends: Vec<usize>,
    kinds: Vec<TokenKind>,
    /// Ids in the order of their texts.
    by_text: Vec<u32>,
    pub bos: Option<u32>,
    pub eos: Option<u32>,
    pub unknown: Option<u32>,
    pub add_bos: bool,
    pub add_eos: bool,
    generation_ends: BTreeSet<u32>,
}

/// What holds where the file says nothing: llama.cpp's settings for each model of tokenizer.
pub(super) struct Defaults {
    pub bos: Option<u32>,
    pub eos: Option<u32>,
    pub unknown: Option<u32>,
    pub add_bos: bool,
    pub add_eos: bool,
}

impl Vocabulary {
    /// Reads tokens, their kinds and the special ids under `tokenizer.ggml.*`. `spell` turns the file's
    /// spelling of a token into the model's, given the id and whether the token is control.
    pub fn read(
        metadata: &Metadata,
        defaults: &Defaults,
        spell: impl Fn(u32, &str, bool) -> String,
    ) -> Result<Vocabulary, TokenizerError> {
        let stored = metadata.array_str("tokenizer.ggml.tokens")?;
        let n_vocab = stored.len();
        let types = metadata.optional(Metadata::array_i32, "tokenizer.ggml.token_type")?;
        if let Some(types) = types.filter(|types| types.len() != n_vocab) {
            return Err(TokenizerError::TypesMismatch { n_tokens: n_vocab, n_types: types.len() });
        }
        let mut kinds = match types {
            // llama.cpp treats what it does not know as standing for nothing.
            Some(types) => types.iter().map(|&ty| TokenKind::from_i32(ty).unwrap_or(TokenKind::Unused)).collect(),
            None => vec![TokenKind::Normal; n_vocab],
        };

        let special = |key: &'static str, default: Option<u32>| match metadata.optional(Metadata::u32, key)? {
            Some(id) if id as usize >= n_vocab => Err(TokenizerError::SpecialOutOfRange { key, id, n_vocab }),
            Some(id) => Ok(Some(id)),
            None => Ok(default.filter(|&id| (id as usize) < n_vocab)),
        };
        let bos = special("tokenizer.ggml.bos_token_id", defaults.bos)?;
        let eos = special("tokenizer.ggml.eos_token_id", defaults.eos)?;
        let unknown = special("tokenizer.ggml.unknown_token_id", defaults.unknown)?;
        let mut generation_ends: BTreeSet<u32> = eos.into_iter().collect();
        for key in [
            "tokenizer.ggml.eot_token_id",
            "tokenizer.ggml.eom_token_id",
            "tokenizer.ggml.fim_pad_token_id",
            "tokenizer.ggml.fim_rep_token_id",
            "tokenizer.ggml.fim_sep_token_id",
        ] {
            generation_ends.extend(special(key, None)?);
        }

        let (mut text, mut ends) = (String::new(), Vec::with_capacity(n_vocab));
        for (id, token) in stored.iter().enumerate() {
            match spell(id as u32, token, kinds[id] == TokenKind::Control) {
                // As in llama.cpp: an empty token is a gap, not a match for everything.
                empty if empty.is_empty() => text.push_str(&format!("[EMPTY_{id}]")),
                token => text.push_str(&token),
            }
            ends.push(text.len());
        }
        let mut vocabulary = Vocabulary {
            by_text: Vec::new(),
            kinds: Vec::new(),
            text,
            ends,
            bos,
            eos,
            unknown,
            add_bos: metadata.optional(Metadata::bool, "tokenizer.ggml.add_bos_token")?.unwrap_or(defaults.add_bos),
            add_eos: metadata.optional(Metadata::bool, "tokenizer.ggml.add_eos_token")?.unwrap_or(defaults.add_eos),
            generation_ends: BTreeSet::new(),
        };
        let mut by_text: Vec<u32> = (0..n_vocab as u32).collect();
        by_text.sort_by(|&a, &b| vocabulary.text_of(a).cmp(vocabulary.text_of(b)));
        for pair in by_text.windows(2) {
            let (first, second) = (pair[0], pair[1]);
            if vocabulary.text_of(first) == vocabulary.text_of(second) {
                let token = vocabulary.text_of(first).to_owned();
                return Err(TokenizerError::DuplicateToken { token, first, second });
            }
        }
        vocabulary.by_text = by_text;
        for id in ENDS.iter().chain(&FILL_IN_ENDS).filter_map(|text| vocabulary.id(text)) {
            generation_ends.insert(id);
            // Some converters forget that these are not text.
            kinds[id as usize] = TokenKind::Control;
        }
        vocabulary.kinds = kinds;
        vocabulary.keep_what_ends(&mut generation_ends);
        vocabulary.generation_ends = generation_ends;
        Ok(vocabulary)
    }

    /// llama.cpp's two exceptions: in the harmony format `<|end|>` ends a message and not the turn, and
    /// with tool responses `</s>` is HTML.
    fn keep_what_ends(&mut self, ends: &mut BTreeSet<u32>) {
        let has = |text: &str| self.id(text).is_some_and(|id| ends.contains(&id));
        let harmony = (has("<|return|>") && (has("<|call|>") || has("<|calls|>")))
            || (has("<|flush|>") && (has("<|call|>") || has("<|calls|>")));
        let dropped =
            [(harmony, "<|end|>", TokenKind::UserDefined), (has("<|tool_response>"), "</s>", TokenKind::Normal)];
        for (_, text, kind) in dropped.into_iter().filter(|(applies, ..)| *applies) {
            if let Some(id) = self.id(text) {
                ends.remove(&id);
                self.kinds[id as usize] = kind;
            }
        }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn text(&self, id: u32) -> Option<&str> {
        ((id as usize) < self.len()).then(|| self.text_of(id))
    }

    fn text_of(&self, id: u32) -> &str {
        let at = id as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// The token of this text.
    pub fn id(&self, text: &str) -> Option<u32> {
        let found = self.by_text.binary_search_by(|&id| match self.text_of(id) {
            token if token == text => Ordering::Equal,
            token => token.cmp(text),
        });
        found.ok().map(|at| self.by_text[at])
    }

    pub fn kind(&self, id: u32) -> Option<TokenKind> {
        self.kinds.get(id as usize).copied()
    }

    /// For the special tokens of files that give no kinds.
    pub fn set_control(&mut self, id: u32) {
        self.kinds[id as usize] = TokenKind::Control;
    }

    pub fn tokens(&self) -> impl Iterator<Item = (u32, &str)> {
        (0..self.len() as u32).map(|id| (id, self.text_of(id)))
    }

    pub fn is_end(&self, id: u32) -> bool {
        self.generation_ends.contains(&id)
    }

    pub fn generation_ends(&self) -> impl Iterator<Item = u32> {
        self.generation_ends.iter().copied()
    }
}
