//! How much may be told of one customer, and how it is spent.

/// What the shop asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// All that is told of one customer: with them or without, any pack is at most `e^epsilon` times as likely, but for
    /// a chance of `delta` (Dwork and Roth 2014, "The algorithmic foundations of differential privacy", definition 2.4).
    pub epsilon: f64,
    pub delta: f64,
    /// Fewer customers than these are never told of, whatever the noise.
    pub min_customers: u32,
}

impl Default for Budget {
    /// An epsilon as it is used in practice for one release. A few thousand customers teach little at a smaller one: see
    /// what `recommend eval --epsilon` measures.
    fn default() -> Budget {
        Budget { epsilon: 8.0, delta: 1e-5, min_customers: 5 }
    }
}

/// Half of delta pays for turning ρ into epsilon, half for what thresholds let through.
const DELTA_SHARE: f64 = 0.5;

impl Budget {
    /// The ρ of zero-concentrated differential privacy that gives epsilon at half of delta: `ε = ρ + 2·√(ρ·ln(1/δ))`
    /// (Bun and Steinke 2016, proposition 1.3). Of all that is told of one customer the ρs add up.
    pub fn rho(&self) -> f64 {
        let log = -(self.delta * DELTA_SHARE).ln();
        ((log + self.epsilon).sqrt() - log.sqrt()).powi(2)
    }

    /// What all thresholds together may let through.
    pub fn threshold_delta(&self) -> f64 {
        self.delta * (1.0 - DELTA_SHARE)
    }
}

/// Deviation of the Gaussian noise that spends `rho` on numbers of which one customer moves the vector by `norm`
/// (Bun and Steinke 2016, proposition 1.6).
pub fn deviation(norm: f64, rho: f64) -> f64 {
    norm / (2.0 * rho).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rho_turns_back_into_epsilon() {
        for epsilon in [0.1, 1.0, 8.0] {
            let budget = Budget { epsilon, ..Budget::default() };
            let (rho, log) = (budget.rho(), (2.0 / budget.delta).ln());
            assert!((rho + 2.0 * (rho * log).sqrt() - epsilon).abs() < 1e-9);
        }
        assert!((deviation(3.0, 0.5) - 3.0).abs() < 1e-12);
    }
}
