//! Counts over cells, of which no customer moves much and few are told.

use std::collections::BTreeMap;

use super::budget::deviation;
use super::noise::{Noise, grains, of_grains};
use crate::recommend::statement::Spent;

/// What one customer adds: cells, each once, with weights in `(0, 1]`.
pub type Contribution = Vec<(u64, f64)>;

/// What one customer may add, and what a cell needs to be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Longest vector (L2) that one customer adds.
    pub norm: f64,
    /// Most cells of one customer.
    pub max_cells: usize,
    pub min_customers: u32,
    pub rho: f64,
    pub delta: f64,
}

/// Sums of clipped contributions, before noise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// By cell: grains and customers.
    cells: BTreeMap<u64, (i64, u32)>,
}

impl Bounds {
    /// Cuts the cells beyond the limit off, and shrinks the rest until no longer than the norm (Wilson et al. 2020,
    /// "Differentially private SQL with bounded user contribution").
    fn clip(&self, contribution: &mut Contribution) {
        contribution.truncate(self.max_cells);
        let length = contribution.iter().map(|cell| cell.1 * cell.1).sum::<f64>().sqrt();
        let factor = (self.norm / length).min(1.0);
        contribution.iter_mut().for_each(|cell| cell.1 *= factor);
    }

    pub fn deviation(&self) -> f64 {
        deviation(self.norm, self.rho)
    }

    /// What a cell's noisy sum must reach. Only a customer's own cells can come to be told through them alone, and only
    /// those that they are the last of `min_customers` for; these sum to `min_customers` at most. The chance that noise
    /// lifts any of `max_cells` over this is below delta (Wilson et al. 2020, section 3.2, with the pre-threshold of
    /// Google's library).
    pub fn threshold(&self) -> f64 {
        f64::from(self.min_customers) + deviations(self.delta / self.max_cells as f64) * self.deviation()
    }
}

/// So many deviations are exceeded with less than this chance: Mills' bound, `exp(−z²/2) / (z·√(2π))`.
fn deviations(chance: f64) -> f64 {
    let bound = |z: f64| (-0.5 * z * z).exp() / (z * std::f64::consts::TAU.sqrt());
    let (mut low, mut high) = (1e-3, 40.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if bound(middle) > chance { low = middle } else { high = middle }
    }
    high
}

impl Histogram {
    /// Sums what customers add, each clipped.
    pub fn of(contributions: impl Iterator<Item = Contribution>, bounds: &Bounds) -> Histogram {
        let mut cells = BTreeMap::new();
        for mut contribution in contributions {
            bounds.clip(&mut contribution);
            for (cell, weight) in contribution {
                let sum: &mut (i64, u32) = cells.entry(cell).or_default();
                sum.0 += grains(weight);
                sum.1 += 1;
            }
        }
        Histogram { cells }
    }

    /// Noisy sums of the cells that enough customers share and that reach the threshold.
    pub fn release(&self, name: &str, bounds: &Bounds, noise: &mut Noise) -> (BTreeMap<u64, f64>, Spent) {
        let (sigma, threshold) = (bounds.deviation(), bounds.threshold());
        let enough = self.cells.iter().filter(|(_, sum)| sum.1 >= bounds.min_customers);
        let noisy = enough.map(|(&cell, sum)| (cell, of_grains(sum.0) + noise.gaussian(sigma)));
        let told: BTreeMap<u64, f64> = noisy.filter(|(_, sum)| *sum >= threshold).collect();
        let spent = bounds.spent(name, threshold, told.len());
        (told, spent)
    }

    /// Noisy sums of cells that are known to be of interest without any customer, whatever they hold.
    pub fn release_all(
        &self,
        name: &str,
        cells: impl Iterator<Item = u64>,
        bounds: &Bounds,
        noise: &mut Noise,
    ) -> (BTreeMap<u64, f64>, Spent) {
        let sum = |cell: &u64| self.cells.get(cell).map_or(0.0, |sum| of_grains(sum.0));
        let told: BTreeMap<u64, f64> =
            cells.map(|cell| (cell, sum(&cell) + noise.gaussian(bounds.deviation()))).collect();
        let spent = bounds.spent(name, 0.0, told.len());
        (told, spent)
    }
}

impl Bounds {
    fn spent(&self, name: &str, threshold: f64, n_told: usize) -> Spent {
        Spent::new(name, [self.rho, self.norm, self.deviation(), threshold], n_told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SplitMix64;

    const BOUNDS: Bounds = Bounds { norm: 3.0, max_cells: 12, min_customers: 2, rho: 1.0, delta: 1e-6 };

    fn random_contribution(random: &mut SplitMix64) -> Contribution {
        let cells: BTreeMap<u64, f64> =
            (0..random.below(40)).map(|_| (random.below(50) as u64, 1.0 - random.unit())).collect();
        cells.into_iter().collect()
    }

    #[test]
    fn one_customer_moves_the_counts_by_no_more_than_the_clip() {
        for seed in 0..200 {
            let mut random = SplitMix64::new(seed);
            let all: Vec<Contribution> = (0..1 + random.below(30)).map(|_| random_contribution(&mut random)).collect();
            let gone = random.below(all.len());
            let with = Histogram::of(all.iter().cloned(), &BOUNDS);
            let rest = all.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, one)| one.clone());
            let without = Histogram::of(rest, &BOUNDS);
            let moved: Vec<f64> = with
                .cells
                .iter()
                .map(|(cell, sum)| of_grains(sum.0 - without.cells.get(cell).map_or(0, |sum| sum.0)))
                .filter(|by| *by != 0.0)
                .collect();
            let length = moved.iter().map(|by| by * by).sum::<f64>().sqrt();
            assert!(length <= BOUNDS.norm && moved.len() <= BOUNDS.max_cells, "seed {seed}: {length}, {}", moved.len());
        }
    }

    #[test]
    fn a_cell_of_too_few_customers_is_never_told() {
        let bounds = Bounds { min_customers: 3, rho: 50.0, ..BOUNDS };
        let customer = |at: u64| match at {
            0..2 => vec![(7, 1.0), (8, 1.0)],
            _ => vec![(8, 1.0)],
        };
        let histogram = Histogram::of((0..200).map(customer), &bounds);
        for seed in 0..200 {
            let (told, spent) = histogram.release("pairs", &bounds, &mut Noise::of_seed(seed));
            assert_eq!(told.keys().collect::<Vec<_>>(), [&8]);
            assert!(spent.n_told == 1 && (spent.threshold - bounds.threshold()).abs() < 1e-6);
        }
    }

    #[test]
    fn the_least_that_could_be_told_is_lifted_over_the_threshold_less_often_than_delta() {
        // A delta that can be counted.
        let bounds = Bounds { delta: 0.05, max_cells: 1, ..BOUNDS };
        let histogram = Histogram::of((0..bounds.min_customers).map(|_| vec![(1, 1.0)]), &bounds);
        let mut noise = Noise::of_seed(1);
        let n = (0..4000).filter(|_| !histogram.release("", &bounds, &mut noise).0.is_empty()).count();
        assert!(n > 0 && (n as f64) < 0.05 * 4000.0, "{n}");
    }
}
