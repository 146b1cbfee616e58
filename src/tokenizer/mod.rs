//! Text to token ids and back, built from a GGUF file's own metadata.
//!
//! ```text
//! tokenizer.ggml.model   bert    WordPiece over normalized text          BERT and its kin
//!                        gpt2    byte-level BPE, words by `….pre`        SmolLM2, Llama 3, Qwen
//!                        llama   SentencePiece BPE with byte fallback    Llama 2, Gemma
//! ```
//!
//! [`Ngrams`] (`ngram`) is apart from these: its units overlap, and no text is made of them.
//!
//! The work is done by the `tokenizers` crate, which is also the reference, except where llama.cpp's
//! format knows no merges (`sentencepiece.rs`); what is ours is to find the settings in the file. The keys
//! and what holds in their absence are llama.cpp's (`src/llama-vocab.cpp`).

mod byte_level;
mod error;
mod ngrams;
mod pieces;
mod pre_tokenizer;
mod sentencepiece;
mod special;
mod stream;
#[cfg(feature = "chat-template")]
mod template;
mod vocabulary;
mod wordpiece;

use std::sync::Arc;

use crate::gguf::{Metadata, from_phantom};
use byte_level::ByteLevel;
pub use error::TokenizerError;
#[cfg(feature = "train")]
pub use ngrams::write_metadata as write_ngrams;
pub use ngrams::{Fold, NGRAM_TOKENIZER, Ngrams, ngrams};
use pieces::{Pieces, Spelling};
use pre_tokenizer::PreTokenizer;
use sentencepiece::SentencePiece;
use special::{Fragment, SpecialTokens};
pub use stream::TokenStream;
#[cfg(feature = "chat-template")]
pub use template::{ChatTemplate, Message, TemplateError};
use vocabulary::{Defaults, Vocabulary};
use wordpiece::WordPiece;

/// `[CLS]` and `[SEP]`.
const N_SPECIALS: usize = 2;

/// What may become of a text besides its own tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Add the tokens that the model wants before and after a text: `[CLS] … [SEP]`, `<s> …`.
    pub add_special: bool,
    /// Read control tokens spelled out in the text as these tokens. For prompts made by a chat template;
    /// what a person wrote must not be able to forge them.
    pub parse_special: bool,
}

/// Text to ids and back.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    pieces: Arc<Pieces>,
    special: SpecialTokens,
    model: Arc<Model>,
    #[cfg(feature = "chat-template")]
    template: Option<Arc<str>>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for each tokenizer, behind an Arc")]
enum Model {
    WordPiece(WordPiece),
    ByteLevel(ByteLevel),
    SentencePiece(SentencePiece),
}

impl Tokenizer {
    /// Builds the tokenizer that the file describes under `tokenizer.ggml.*`.
    ///
    /// # Errors
    /// A key missing or mistyped, a model or pre-tokenizer that is not known here, special ids outside the
    /// vocabulary, a token given twice, merges of what is no token.
    pub fn from_metadata(metadata: &Metadata) -> Result<Tokenizer, TokenizerError> {
        let none = Defaults { bos: None, eos: None, unknown: None, add_bos: false, add_eos: false };
        let as_stored = |_, token: &str, _| token.to_owned();
        let (vocabulary, spelling, model) = match metadata.str("tokenizer.ggml.model")? {
            "bert" => {
                let defaults = Defaults { add_bos: true, add_eos: true, ..none };
                // Older files give the tokens no kinds; the special ones are spelled as they are all the same.
                let specials = wordpiece::SPECIAL_KEYS.map(|key| metadata.u32(key).ok());
                let spell =
                    |id, token: &str, is_control| from_phantom(token, is_control || specials.contains(&Some(id)));
                let mut vocabulary = Vocabulary::read(metadata, &defaults, spell)?;
                let model = WordPiece::read(metadata, &mut vocabulary)?;
                (vocabulary, Spelling::WordPiece, Model::WordPiece(model))
            }
            "gpt2" => {
                let name = metadata.optional(Metadata::str, "tokenizer.ggml.pre")?.unwrap_or_default();
                let pre_tokenizer = PreTokenizer::named(name)?;
                let defaults = Defaults { add_bos: pre_tokenizer.add_bos, ..none };
                let vocabulary = Vocabulary::read(metadata, &defaults, as_stored)?;
                let model = ByteLevel::read(metadata, &vocabulary, pre_tokenizer)?;
                (vocabulary, Spelling::ByteLevel, Model::ByteLevel(model))
            }
            "llama" => {
                let defaults = Defaults { bos: Some(1), eos: Some(2), unknown: Some(0), add_bos: true, add_eos: false };
                let vocabulary = Vocabulary::read(metadata, &defaults, as_stored)?;
                let model = SentencePiece::read(metadata, &vocabulary)?;
                (vocabulary, Spelling::SentencePiece, Model::SentencePiece(model))
            }
            found => return Err(TokenizerError::UnsupportedModel { found: found.to_owned() }),
        };
        let special =
            SpecialTokens::new(&vocabulary).map_err(|error| TokenizerError::Build { reason: error.to_string() })?;
        Ok(Tokenizer {
            pieces: Arc::new(Pieces { vocabulary, spelling }),
            special,
            model: Arc::new(model),
            #[cfg(feature = "chat-template")]
            template: metadata.optional(Metadata::str, "tokenizer.chat_template")?.map(Arc::from),
        })
    }

    /// The ids of `text`.
    pub fn encode(&self, text: &str, options: EncodeOptions) -> Vec<u32> {
        let (before, after) = match options.add_special {
            true => self.frame(),
            false => (None, None),
        };
        let mut ids: Vec<u32> = before.into_iter().collect();
        // After a special token a text starts anew.
        let mut is_start = true;
        for fragment in self.special.split(text, options.parse_special) {
            match fragment {
                Fragment::Token(id) => ids.push(id),
                Fragment::Text(text) => match &*self.model {
                    Model::WordPiece(model) => model.encode(text, &mut ids),
                    Model::ByteLevel(model) => model.encode(text, &mut ids),
                    Model::SentencePiece(model) => model.encode(&self.pieces.vocabulary, text, is_start, &mut ids),
                },
            }
            is_start = matches!(fragment, Fragment::Token(_));
        }
        ids.extend(after);
        ids
    }

    /// What an encoder is given: the ids of `[CLS] text [SEP]`, at most `max_tokens` of them. What does not
    /// fit is cut from the end of the text, never the `[SEP]`; the two specials are always there, so fewer
    /// than 2 count as 2.
    ///
    /// Special tokens spelled out in the text (`[MASK]`) become what they spell, as in the reference.
    pub fn encode_framed(&self, text: &str, max_tokens: usize) -> Vec<u32> {
        let mut ids = self.encode(text, EncodeOptions { add_special: true, parse_special: true });
        if let (Some(&last), true) = (ids.last(), ids.len() > max_tokens.max(N_SPECIALS)) {
            ids.truncate(max_tokens.max(N_SPECIALS) - 1);
            ids.push(last);
        }
        ids
    }

    /// What the model wants before and after a text.
    fn frame(&self) -> (Option<u32>, Option<u32>) {
        let vocabulary = &self.pieces.vocabulary;
        match &*self.model {
            Model::WordPiece(model) => (Some(model.cls), Some(model.sep)),
            _ => (vocabulary.bos.filter(|_| vocabulary.add_bos), vocabulary.eos.filter(|_| vocabulary.add_eos)),
        }
    }

    /// The text with every control token that it spells out broken by an invisible space: whoever wrote it cannot forge
    /// one where the prompt around it is read with [`parse_special`](EncodeOptions::parse_special).
    pub fn defused(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for fragment in self.special.split(text, true) {
            match fragment {
                Fragment::Text(text) => out.push_str(text),
                Fragment::Token(id) => {
                    let mut characters = self.token(id).unwrap_or_default().chars();
                    out.extend(characters.next());
                    out.push('\u{200b}');
                    out.push_str(characters.as_str());
                }
            }
        }
        out
    }

    /// The text of these ids, read as a whole text: without control tokens, and without the space that a
    /// SentencePiece model puts before the first word.
    pub fn decode(&self, ids: &[u32]) -> String {
        let mut bytes = Vec::new();
        ids.iter().for_each(|&id| self.pieces.push_bytes(id, &mut bytes));
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        let has_prefix = match &*self.model {
            Model::WordPiece(_) => true,
            Model::ByteLevel(_) => false,
            Model::SentencePiece(model) => model.add_space_prefix,
        };
        if has_prefix && text.starts_with(' ') {
            text.remove(0);
        }
        text
    }

    /// Decodes what follows a prompt, token by token. The first token keeps its space.
    pub fn stream(&self) -> TokenStream {
        TokenStream::new(self.pieces.clone())
    }

    /// Tokens in the vocabulary, and thus rows in the embedding table.
    pub fn n_vocab(&self) -> usize {
        self.pieces.vocabulary.len()
    }

    /// The token of this id in the model's spelling: `shop`, `##ping`, `Ġshop`, `▁shop`, `[CLS]`.
    pub fn token(&self, id: u32) -> Option<&str> {
        self.pieces.vocabulary.text(id)
    }

    /// What the token adds to a text: nothing where it is a control token, and often no whole character.
    pub fn bytes(&self, id: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.pieces.push_bytes(id, &mut bytes);
        bytes
    }

    /// The id of this token, in the same spelling.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.pieces.vocabulary.id(token)
    }

    /// The token that begins a text.
    pub fn bos(&self) -> Option<u32> {
        self.pieces.vocabulary.bos
    }

    /// The token that ends a text.
    pub fn eos(&self) -> Option<u32> {
        self.pieces.vocabulary.eos
    }

    /// Whether generation is over with this token: the end of a text, of a turn, of a message.
    pub fn is_end(&self, id: u32) -> bool {
        self.pieces.vocabulary.is_end(id)
    }

    /// All tokens of which [`Tokenizer::is_end`] is true, ascending.
    pub fn ends(&self) -> impl Iterator<Item = u32> {
        self.pieces.vocabulary.generation_ends()
    }

    /// The file's own way to make a prompt of a conversation; `None` where it has none.
    #[cfg(feature = "chat-template")]
    pub fn chat_template(&self) -> Option<ChatTemplate> {
        let text = |id: Option<u32>| id.and_then(|id| self.token(id)).unwrap_or_default().to_owned();
        Some(ChatTemplate::new(self.template.clone()?, text(self.bos()), text(self.eos())))
    }
}

#[cfg(test)]
mod tests;
