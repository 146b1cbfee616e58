//! Owns the models and turns requests into events.
