//! Text to token ids, built from a GGUF file's own metadata.
