//! Transformers in Burn.
