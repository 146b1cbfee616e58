//! Text to token ids, built from a GGUF file's own metadata.
//!
//! The one kind so far is `bert`: WordPiece over lower-cased text, as in the BERT family. The work is
//! done by the `tokenizers` crate, which is also the reference; what is ours is to find its settings
//! in the file, and to undo the file's spelling of the tokens ([`from_phantom`]).

use std::collections::HashMap;

use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{AddedToken, TokenizerImpl};

use crate::gguf::{GgufError, Metadata, TokenKind, from_phantom};

/// What WordPiece puts before a token that continues a word.
const CONTINUATION: &str = "##";

/// A longer word, in characters, becomes the unknown token: the reference's setting for all of BERT.
const MAX_WORD_CHARS: usize = 100;

/// `[CLS]` and `[SEP]`.
const N_SPECIALS: usize = 2;

/// Why a tokenizer could not be built from a file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    #[error("the tokenizer's settings cannot be read: {0}")]
    Metadata(#[from] GgufError),
    #[error("the tokenizer model `{found}` is not supported: only `bert` (WordPiece) is")]
    UnsupportedModel { found: String },
    #[error("`{key}` is {id}, but the vocabulary has {n_vocab} tokens")]
    SpecialOutOfRange { key: &'static str, id: u32, n_vocab: usize },
    #[error("tokens {first} and {second} are both `{token}`")]
    DuplicateToken { token: String, first: u32, second: u32 },
    #[error("{n_types} token types for {n_tokens} tokens")]
    TypesMismatch { n_tokens: usize, n_types: usize },
    #[error("the tokenizer cannot be built: {reason}")]
    Build { reason: String },
}

type BertTokenizer = TokenizerImpl<
    WordPiece,
    BertNormalizer,
    BertPreTokenizer,
    tokenizers::processors::bert::BertProcessing,
    tokenizers::decoders::wordpiece::WordPiece,
>;

/// Text to ids, `[CLS] … [SEP]`.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: BertTokenizer,
    /// By id, in WordPiece's spelling.
    tokens: Vec<String>,
    cls_id: u32,
    sep_id: u32,
}

impl Tokenizer {
    /// Builds the tokenizer that the file describes under `tokenizer.ggml.*`.
    ///
    /// `tokenizer.ggml.normalizer.lowercase` and `.strip_accents` are heeded where they stand; files
    /// older than these keys are uncased, and accents go with case, as in the reference.
    ///
    /// # Errors
    /// A key missing or mistyped, a model other than `bert`, special ids outside the vocabulary, a token
    /// given twice.
    pub fn from_gguf(metadata: &Metadata) -> Result<Tokenizer, TokenizerError> {
        let model = metadata.str("tokenizer.ggml.model")?;
        if model != "bert" {
            return Err(TokenizerError::UnsupportedModel { found: model.to_owned() });
        }
        let stored = metadata.array_str("tokenizer.ggml.tokens")?;
        let n_vocab = stored.len();
        let special = |key: &'static str| match metadata.u32(key)? {
            id if (id as usize) < n_vocab => Ok(id),
            id => Err(TokenizerError::SpecialOutOfRange { key, id, n_vocab }),
        };
        let sep_id = special("tokenizer.ggml.seperator_token_id")?; // sic, in llama.cpp
        let unk_id = special("tokenizer.ggml.unknown_token_id")?;
        // Newer files may give [CLS] as the beginning of the sequence only.
        let cls_id = match special("tokenizer.ggml.cls_token_id") {
            Err(TokenizerError::Metadata(GgufError::MissingKey { .. })) => special("tokenizer.ggml.bos_token_id")?,
            found => found?,
        };
        let mut specials = vec![cls_id, sep_id, unk_id];
        for key in ["tokenizer.ggml.padding_token_id", "tokenizer.ggml.mask_token_id"] {
            match special(key) {
                Err(TokenizerError::Metadata(GgufError::MissingKey { .. })) => {}
                found => specials.push(found?),
            }
        }

        let types = optional(metadata.array_i32("tokenizer.ggml.token_type"))?;
        if let Some(types) = types.filter(|types| types.len() != n_vocab) {
            return Err(TokenizerError::TypesMismatch { n_tokens: n_vocab, n_types: types.len() });
        }
        let is_control = |id: u32| {
            specials.contains(&id) || types.is_some_and(|types| types[id as usize] == TokenKind::Control as i32)
        };
        let tokens: Vec<String> = (0u32..).zip(stored).map(|(id, token)| from_phantom(token, is_control(id))).collect();
        refuse_duplicates(&tokens)?;

        let lowercase = optional(metadata.bool("tokenizer.ggml.normalizer.lowercase"))?.unwrap_or(true);
        let strip_accents = optional(metadata.bool("tokenizer.ggml.normalizer.strip_accents"))?;
        let inner = build(&tokens, &specials, unk_id, BertNormalizer::new(true, true, strip_accents, lowercase))
            .map_err(|error| TokenizerError::Build { reason: error.to_string() })?;
        Ok(Tokenizer { inner, tokens, cls_id, sep_id })
    }

    /// The ids of `[CLS] text [SEP]`, at most `max_tokens` of them: what does not fit is cut from the
    /// end of the text, never the `[SEP]`. The two specials are always there, so fewer than 2 count as 2.
    ///
    /// Special tokens spelled out in the text (`[MASK]`) become what they spell, as in the reference.
    pub fn encode(&self, text: &str, max_tokens: usize) -> Vec<u32> {
        let encoding = self.inner.encode_fast(text, false).expect("the unknown token stands in for all others");
        let ids = encoding.get_ids();
        let n_kept = ids.len().min(max_tokens.saturating_sub(N_SPECIALS));
        let mut out = Vec::with_capacity(n_kept + N_SPECIALS);
        out.push(self.cls_id);
        out.extend_from_slice(&ids[..n_kept]);
        out.push(self.sep_id);
        out
    }

    /// Tokens in the vocabulary, and thus rows in the embedding table.
    pub fn n_vocab(&self) -> usize {
        self.tokens.len()
    }

    /// The token of this id in WordPiece's spelling: `shop`, `##ping`, `[CLS]`.
    pub fn token(&self, id: u32) -> Option<&str> {
        self.tokens.get(id as usize).map(String::as_str)
    }
}

/// `None` where the key is missing; a mistyped one stays an error.
fn optional<T>(found: Result<T, GgufError>) -> Result<Option<T>, GgufError> {
    match found {
        Err(GgufError::MissingKey { .. }) => Ok(None),
        found => found.map(Some),
    }
}

fn refuse_duplicates(tokens: &[String]) -> Result<(), TokenizerError> {
    let mut seen = HashMap::with_capacity(tokens.len());
    for (id, token) in (0u32..).zip(tokens) {
        if let Some(first) = seen.insert(token.as_str(), id) {
            return Err(TokenizerError::DuplicateToken { token: token.clone(), first, second: id });
        }
    }
    Ok(())
}

fn build(
    tokens: &[String],
    specials: &[u32],
    unk_id: u32,
    normalizer: BertNormalizer,
) -> tokenizers::Result<BertTokenizer> {
    // The crate's map has a hasher of its own; an empty one of its making saves naming that type.
    let mut vocab = WordPiece::read_bytes(&[])?;
    vocab.extend(tokens.iter().cloned().zip(0u32..));
    let model = WordPiece::builder()
        .vocab(vocab)
        .unk_token(tokens[unk_id as usize].clone())
        .continuing_subword_prefix(CONTINUATION.to_owned())
        .max_input_chars_per_word(MAX_WORD_CHARS)
        .build()?;
    let mut inner = BertTokenizer::new(model);
    inner.with_normalizer(Some(normalizer))?;
    inner.with_pre_tokenizer(Some(BertPreTokenizer));
    let added: Vec<AddedToken> =
        specials.iter().map(|&id| AddedToken::from(tokens[id as usize].clone(), true)).collect();
    inner.add_special_tokens(added)?;
    Ok(inner)
}

#[cfg(test)]
mod tests;
