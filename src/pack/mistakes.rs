//! What is wrong with a file that somebody wrote, each with its place and its cure.

use std::fmt;

/// One thing to put right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Relative to the shop's folder.
    pub file: String,
    /// From 1; `None` where the whole file is meant.
    pub line: Option<u64>,
    pub what: String,
    pub cure: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {} — {}", self.file, self.what, self.cure),
            None => write!(f, "{}: {} — {}", self.file, self.what, self.cure),
        }
    }
}

/// All that is wrong with a shop's folder, by file and line.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.0 {
            writeln!(f, "{mistake}")?;
        }
        write!(f, "{} to put right", self.0.len())
    }
}

impl Mistakes {
    pub fn add(&mut self, file: &str, line: impl Into<Option<u64>>, what: impl Into<String>, cure: impl Into<String>) {
        self.0.push(Mistake { file: file.to_owned(), line: line.into(), what: what.into(), cure: cure.into() });
    }
}
