use super::*;

// Filled below.
