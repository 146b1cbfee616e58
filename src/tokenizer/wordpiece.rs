use tokenizers::models::wordpiece::WordPiece as Model;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{TokenizerImpl, decoders};

use super::TokenizerError;
use super::vocabulary::Vocabulary;
use crate::gguf::{GgufError, Metadata};

/// What WordPiece puts before a token that continues a word.
pub(super) const CONTINUATION: &str = "##";

/// Where a file names BERT's special tokens.
pub(super) const SPECIAL_KEYS: [&str; 6] = [
    "tokenizer.ggml.cls_token_id",
    "tokenizer.ggml.bos_token_id",
    "tokenizer.ggml.seperator_token_id", // sic, in llama.cpp
    "tokenizer.ggml.unknown_token_id",
    "tokenizer.ggml.padding_token_id",
    "tokenizer.ggml.mask_token_id",
];

/// A longer word, in characters, becomes the unknown token: the reference's setting for all of BERT.
const MAX_WORD_CHARS: usize = 100;

type BertTokenizer =
    TokenizerImpl<Model, BertNormalizer, BertPreTokenizer, BertProcessing, decoders::wordpiece::WordPiece>;

/// BERT's words: normalized, cut at spaces and punctuation, matched from the left with the longest token.
#[derive(Debug)]
pub(super) struct WordPiece {
    inner: BertTokenizer,
    pub cls: u32,
    pub sep: u32,
}

impl WordPiece {
    /// Also marks the special tokens in `vocabulary`.
    ///
    /// `tokenizer.ggml.normalizer.lowercase` and `.strip_accents` are heeded where they stand; files
    /// older than these keys are uncased, and accents go with case, as in the reference.
    pub fn read(metadata: &Metadata, vocabulary: &mut Vocabulary) -> Result<WordPiece, TokenizerError> {
        let n_vocab = vocabulary.len();
        let mut found = [None; SPECIAL_KEYS.len()];
        for (found, key) in found.iter_mut().zip(SPECIAL_KEYS) {
            *found = metadata.optional(Metadata::u32, key)?;
            if let Some(id) = *found {
                if id as usize >= n_vocab {
                    return Err(TokenizerError::SpecialOutOfRange { key, id, n_vocab });
                }
                vocabulary.set_control(id);
            }
        }
        let [cls, bos, sep, unknown, ..] = found;
        let missing = |at: usize| GgufError::MissingKey { key: SPECIAL_KEYS[at].to_owned() };
        // Newer files may give [CLS] as the beginning of the sequence only.
        let cls = cls.or(bos).ok_or_else(|| missing(1))?;
        let sep = sep.ok_or_else(|| missing(2))?;
        let unknown = unknown.ok_or_else(|| missing(3))?;

        let lowercase = metadata.optional(Metadata::bool, "tokenizer.ggml.normalizer.lowercase")?.unwrap_or(true);
        let strip_accents = metadata.optional(Metadata::bool, "tokenizer.ggml.normalizer.strip_accents")?;
        let normalizer = BertNormalizer::new(true, true, strip_accents, lowercase);
        let inner = build(vocabulary, unknown, normalizer)
            .map_err(|error| TokenizerError::Build { reason: error.to_string() })?;
        Ok(WordPiece { inner, cls, sep })
    }

    pub fn encode(&self, text: &str, ids: &mut Vec<u32>) {
        let encoding = self.inner.encode_fast(text, false).expect("the unknown token stands in for all others");
        ids.extend_from_slice(encoding.get_ids());
    }
}

fn build(vocabulary: &Vocabulary, unknown: u32, normalizer: BertNormalizer) -> tokenizers::Result<BertTokenizer> {
    // The crate's map has a hasher of its own; an empty one of its making saves naming that type.
    let mut vocab = Model::read_bytes(&[])?;
    vocab.extend(vocabulary.tokens().map(|(id, text)| (text.to_owned(), id)));
    let model = Model::builder()
        .vocab(vocab)
        .unk_token(vocabulary.text(unknown).unwrap_or_default().to_owned())
        .continuing_subword_prefix(CONTINUATION.to_owned())
        .max_input_chars_per_word(MAX_WORD_CHARS)
        .build()?;
    let mut inner = BertTokenizer::new(model);
    inner.with_normalizer(Some(normalizer))?;
    inner.with_pre_tokenizer(Some(BertPreTokenizer));
    Ok(inner)
}
