//! How customers are hidden in a pack's tables.

use serde::{Deserialize, Serialize};

/// How the release was made: it stands in the file, and is printed where it is built and looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub epsilon: f64,
    pub delta: f64,
    pub min_customers: u32,
    pub counts: Vec<Spent>,
}

/// What became of one kind of counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    pub name: String,
    pub rho: f64,
    /// One customer moves the vector of counts by at most this (L2).
    pub clip: f64,
    /// Deviation of the noise on each count.
    pub noise: f64,
    /// What a noisy count must reach to be told; 0 where all are.
    pub threshold: f64,
    /// Counts that are told.
    pub n_told: usize,
}

impl Spent {
    /// Rho, clip, noise and threshold in millionths, which JSON gives back as they went.
    pub fn new(name: &str, numbers: [f64; 4], n_told: usize) -> Spent {
        let [rho, clip, noise, threshold] = numbers.map(|number| (number * 1e6).round() / 1e6);
        Spent { name: name.to_owned(), rho, clip, noise, threshold, n_told }
    }
}

impl std::fmt::Display for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Statement { epsilon, delta, min_customers, counts } = self;
        writeln!(
            f,
            "differential privacy by customer: epsilon {epsilon}, delta {delta:e}; nothing of fewer than {min_customers} customers"
        )?;
        write!(f, "{:<12} {:>8} {:>7} {:>8} {:>10} {:>7}", "", "rho", "clip", "noise", "threshold", "told")?;
        for Spent { name, rho, clip, noise, threshold, n_told } in counts {
            write!(f, "\n{name:<12} {rho:>8.4} {clip:>7.2} {noise:>8.2} {threshold:>10.2} {n_told:>7}")?;
        }
        Ok(())
    }
}
