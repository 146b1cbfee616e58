use crate::gguf::GgufError;

/// Why a tokenizer could not be built from a file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenizerError {
    #[error("the tokenizer's settings cannot be read: {0}")]
    Metadata(#[from] GgufError),
    #[error(
        "the tokenizer model `{found}` is not supported; what is: `bert` (WordPiece), `gpt2` (byte-level BPE), `llama` \
         (SentencePiece BPE)"
    )]
    UnsupportedModel { found: String },
    #[error("the pre-tokenizer `{found}` is not supported; what is: {}", super::pre_tokenizer::names())]
    UnsupportedPreTokenizer { found: String },
    #[error("`{key}` is {id}, but the vocabulary has {n_vocab} tokens")]
    SpecialOutOfRange { key: &'static str, id: u32, n_vocab: usize },
    #[error("tokens {first} and {second} are both `{token}`")]
    DuplicateToken { token: String, first: u32, second: u32 },
    #[error("{n_types} token types for {n_tokens} tokens")]
    TypesMismatch { n_tokens: usize, n_types: usize },
    #[error("{n_scores} token scores for {n_tokens} tokens")]
    ScoresMismatch { n_tokens: usize, n_scores: usize },
    #[error("merge {index}, `{merge}`, does not join two tokens to a third")]
    BadMerge { index: usize, merge: String },
    #[error("the tokenizer cannot be built: {reason}")]
    Build { reason: String },
}
