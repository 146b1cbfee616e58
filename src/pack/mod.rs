//! The shop pack: import, build, open.
