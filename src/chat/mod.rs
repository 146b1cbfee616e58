//! What to say: policy over what was found. Pure.
