//! Random numbers that hide customers.

use sha2::{Digest, Sha256};

use crate::platform::system_seed;

/// Sums are counted, and noise is drawn, in multiples of this: what the last bits of a floating-point sum would tell
/// of single summands (Mironov 2012, "On significance of the least significant bits") is not there.
const GRAIN: f64 = 1.0 / (1u64 << 20) as f64;

/// SHA-256 of a seed and a counter: unlike a quick generator's, its state cannot be found from what it gave.
pub struct Noise {
    seed: [u8; 32],
    counter: u64,
    block: Vec<u64>,
}

impl Noise {
    /// For what is published.
    pub fn of_system() -> Noise {
        Noise::of(system_seed())
    }

    /// The same every time, so it hides nothing from who knows the seed: for tests and measurements.
    pub fn of_seed(seed: u64) -> Noise {
        Noise::of(Sha256::digest(seed.to_le_bytes()).into())
    }

    fn of(seed: [u8; 32]) -> Noise {
        Noise { seed, counter: 0, block: Vec::new() }
    }

    fn bits(&mut self) -> u64 {
        if self.block.is_empty() {
            let digest = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_le_bytes()).finalize();
            self.block = digest.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
            self.counter += 1;
        }
        self.block.pop().expect("a digest has four of them")
    }

    /// In `(0, 1)`.
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Of mean 0 and deviation `sigma`, a multiple of the grain (Box and Muller 1958).
    pub fn gaussian(&mut self, sigma: f64) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        grains(sigma * radius * (std::f64::consts::TAU * self.unit()).cos()) as f64 * GRAIN
    }

    /// Of scale `scale`: the largest of values with it is what the exponential mechanism draws (McSherry and Talwar
    /// 2007).
    pub fn gumbel(&mut self, scale: f64) -> f64 {
        -scale * (-self.unit().ln()).ln()
    }

    /// Whether a customer falls into a share of all: by their own name alone, whoever else is there.
    pub fn picks(&self, name: &str, share: f64) -> bool {
        let digest = Sha256::new().chain_update(self.seed).chain_update("pick").chain_update(name).finalize();
        let (bytes, _) = digest.split_first_chunk::<8>().expect("a digest has 32 bytes");
        (u64::from_le_bytes(*bytes) as f64) < share * u64::MAX as f64
    }
}

/// A value in multiples of the grain, towards zero: never more than it was.
pub fn grains(value: f64) -> i64 {
    (value / GRAIN) as i64
}

pub fn of_grains(grains: i64) -> f64 {
    grains as f64 * GRAIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_the_deviation_that_is_asked_for_and_repeats_by_its_seed() {
        const N: usize = 40_000;
        let draw = |seed| {
            let mut noise = Noise::of_seed(seed);
            (0..N).map(|_| noise.gaussian(3.0)).collect::<Vec<_>>()
        };
        let values = draw(1);
        let mean = values.iter().sum::<f64>() / N as f64;
        let deviation = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / N as f64).sqrt();
        assert!(mean.abs() < 0.06 && (deviation - 3.0).abs() < 0.06, "{mean} {deviation}");
        // 2.3 % lie beyond two deviations.
        let far = values.iter().filter(|x| **x > 6.0).count() as f64 / N as f64;
        assert!((far - 0.0228).abs() < 0.004, "{far}");
        assert_eq!(values, draw(1));
        assert_ne!(values, draw(2));
        assert_ne!(Noise::of_system().bits(), Noise::of_system().bits());
    }
}
