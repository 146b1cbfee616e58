//! Lexical and dense search, fused. Pure.
