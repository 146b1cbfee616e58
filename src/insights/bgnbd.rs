//! BG/NBD: buying at a rate of one's own until one is gone, with a chance of being gone after each purchase (Fader,
//! Hardie and Lee 2005, "Counting your customers the easy way", <https://doi.org/10.1287/mksc.1040.0098>).

use super::customers::Customer;
use super::minimum::nelder_mead;

/// What the model needs of one customer, in days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Orders after the first.
    pub repeats: f64,
    /// From the first order to the last.
    pub last: f64,
    /// From the first order to now.
    pub tenure: f64,
}

impl Summary {
    pub fn of(customer: &Customer, now: f64) -> Summary {
        let tenure = customer.tenure(now);
        Summary { repeats: (customer.days.len() - 1) as f64, last: tenure - customer.recency(now), tenure }
    }
}

/// Rates are spread as gamma(`r`, `alpha`) over customers, the chance of being gone as beta(`a`, `b`).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct BgNbd {
    pub r: f64,
    /// In days.
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

/// Holds the parameters to what can be told apart from forever.
const RIDGE: f64 = 1e-3;

impl BgNbd {
    /// By maximum likelihood, over the logarithms of the parameters.
    pub fn fit(customers: &[Summary]) -> BgNbd {
        // The scale of time makes the start as good for hours as for years.
        let mean_tenure = customers.iter().map(|one| one.tenure).sum::<f64>() / customers.len().max(1) as f64;
        let of = |place: &[f64; 4]| {
            let [r, alpha, a, b] = place.map(|log| log.clamp(-12.0, 12.0).exp());
            BgNbd { r, alpha: alpha * mean_tenure.max(1.0), a, b }
        };
        let loss = |place: &[f64; 4]| {
            let model = of(place);
            let likelihood: f64 = customers.iter().map(|customer| model.log_likelihood(customer)).sum();
            let loss =
                RIDGE * place.iter().map(|log| log * log).sum::<f64>() - likelihood / customers.len().max(1) as f64;
            if loss.is_finite() { loss } else { f64::MAX }
        };
        of(&nelder_mead([0.0; 4], 0.5, 1e-9, 400, loss).0)
    }

    /// Equation 6 of the paper.
    pub fn log_likelihood(&self, customer: &Summary) -> f64 {
        let BgNbd { r, alpha, a, b } = *self;
        let Summary { repeats: x, last, tenure } = *customer;
        let rate = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
        let stays = ln_gamma(a + b) + ln_gamma(b + x) - ln_gamma(b) - ln_gamma(a + b + x);
        let alive = -(r + x) * (alpha + tenure).ln();
        if x == 0.0 {
            return rate + stays + alive;
        }
        let gone = a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + last).ln();
        let most = alive.max(gone);
        rate + stays + most + ((alive - most).exp() + (gone - most).exp()).ln()
    }

    /// The chance that the customer is not gone.
    pub fn alive(&self, customer: &Summary) -> f64 {
        let Summary { repeats: x, last, tenure } = *customer;
        if x == 0.0 {
            return 1.0;
        }
        let odds = self.a / (self.b + x - 1.0) * ((self.alpha + tenure) / (self.alpha + last)).powf(self.r + x);
        1.0 / (1.0 + odds)
    }

    /// The chance of an order within `days`: alive, and given the rate's posterior gamma(r + x, alpha + tenure), not
    /// silent for so long.
    pub fn back_within(&self, customer: &Summary, days: f64) -> f64 {
        let scale = self.alpha + customer.tenure;
        self.alive(customer) * (1.0 - (scale / (scale + days)).powf(self.r + customer.repeats))
    }

    /// The days after which an order is as likely as not; `None` where it never is.
    pub fn median_days(&self, customer: &Summary) -> Option<f64> {
        let silent = 1.0 - 0.5 / self.alive(customer);
        let scale = self.alpha + customer.tenure;
        (silent > 0.0).then(|| scale * (silent.powf(-1.0 / (self.r + customer.repeats)) - 1.0))
    }
}

/// Lanczos' approximation with g = 7 (Press et al. 1992): 15 digits for a positive number.
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        // Γ(x) = Γ(x + 1) / x keeps small numbers in the approximation's range.
        return ln_gamma(x + 1.0) - x.ln();
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let series = (1..9).map(|at| COEFFICIENTS[at] / (x + at as f64)).sum::<f64>() + COEFFICIENTS[0];
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::SplitMix64;

    #[test]
    fn the_chance_of_being_there_is_the_papers() {
        // The parameters of table 2 (CDNOW, in weeks) and customer 0001 of the authors' spreadsheet.
        let model = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
        let customer = Summary { repeats: 2.0, last: 30.43, tenure: 38.86 };
        assert!((model.alive(&customer) - 0.7266).abs() < 5e-4, "{}", model.alive(&customer));
        assert_eq!(model.alive(&Summary { repeats: 0.0, last: 0.0, tenure: 38.86 }), 1.0);
        let half = model.median_days(&customer).expect("more likely there than not");
        assert!((model.back_within(&customer, half) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_gamma_function_is_the_factorial_between() {
        assert!((ln_gamma(5.0) - 24f64.ln()).abs() < 1e-12);
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-12);
        assert!((ln_gamma(0.1) - 2.252_712_651_734_206).abs() < 1e-12);
    }

    /// Customers who behave as the model says: a share of a half is gone after each order on average.
    #[test]
    fn the_fit_finds_the_behaviour_that_was_planted() {
        let mut random = SplitMix64::new(3);
        let mut customer = |_| {
            // Gamma(2, 40): the sum of two exponentials; beta(1, 1): uniform.
            let rate = -(random.unit().max(1e-12).ln() + random.unit().max(1e-12).ln()) / 40.0;
            let gone = random.unit();
            let (tenure, mut last, mut repeats) = (200.0, 0.0, 0.0);
            while random.unit() >= gone || repeats == 0.0 {
                let next = last - random.unit().max(1e-12).ln() / rate;
                if next > tenure {
                    break;
                }
                (last, repeats) = (next, repeats + 1.0);
            }
            Summary { repeats, last, tenure }
        };
        let customers: Vec<Summary> = (0..3000).map(&mut customer).collect();
        let model = BgNbd::fit(&customers);
        let (mean_rate, mean_gone) = (model.r / model.alpha, model.a / (model.a + model.b));
        assert!((mean_rate - 0.05).abs() < 0.01, "{model:?}");
        assert!((0.3..0.6).contains(&mean_gone), "{model:?}");
    }
}
