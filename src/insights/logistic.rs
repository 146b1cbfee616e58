//! Logistic regression over recency, frequency and value.

use super::customers::Customer;

const N: usize = 8;
const N_STEPS: usize = 30;
/// Per standard deviation of a feature; the intercept goes free.
const RIDGE: f64 = 1.0;

/// Weights over standardized features.
#[derive(Clone, Debug, PartialEq)]
pub struct Logistic {
    mean: [f64; N],
    deviation: [f64; N],
    weights: [f64; N],
}

/// The first is the intercept; counts and days by their logarithm, where they are spread evenly.
fn features(customer: &Customer, now: f64, window: f64) -> [f64; N] {
    let (recency, tenure) = (customer.recency(now), customer.tenure(now));
    let n = customer.days.len() as f64;
    let gap = customer.mean_gap().unwrap_or(tenure);
    let lately = customer.days.iter().filter(|&&day| day >= now - window).count() as f64;
    let value = customer.value() / n;
    [
        1.0,
        recency.ln_1p(),
        n.ln(),
        tenure.ln_1p(),
        gap.ln_1p(),
        (recency / gap.max(1.0)).ln_1p(),
        lately.ln_1p(),
        value.max(0.0).ln_1p(),
    ]
}

impl Logistic {
    /// By Newton's method (iteratively reweighted least squares).
    pub fn fit(customers: &[Customer], now: f64, window: f64, happened: &[bool]) -> Logistic {
        let rows: Vec<[f64; N]> = customers.iter().map(|customer| features(customer, now, window)).collect();
        let n = rows.len().max(1) as f64;
        let mean_of = |at: usize| rows.iter().map(|row| row[at]).sum::<f64>() / n;
        let mean: [f64; N] = std::array::from_fn(|at| if at == 0 { 0.0 } else { mean_of(at) });
        let variance = |at: usize| rows.iter().map(|row| (row[at] - mean[at]).powi(2)).sum::<f64>() / n;
        let deviation = std::array::from_fn(|at| if at == 0 { 1.0 } else { variance(at).sqrt().max(1e-6) });
        let mut model = Logistic { mean, deviation, weights: [0.0; N] };
        let rows: Vec<[f64; N]> = rows.iter().map(|row| model.standardize(row)).collect();
        for _ in 0..N_STEPS {
            let mut gradient: [f64; N] =
                std::array::from_fn(|at| if at == 0 { 0.0 } else { -RIDGE * model.weights[at] });
            let mut curvature = [[0.0; N]; N];
            (0..N).for_each(|at| curvature[at][at] = if at == 0 { 1e-9 } else { RIDGE });
            for (row, &happened) in rows.iter().zip(happened) {
                let p = model.chance(row);
                for i in 0..N {
                    gradient[i] += (f64::from(u8::from(happened)) - p) * row[i];
                    (0..N).for_each(|j| curvature[i][j] += p * (1.0 - p) * row[i] * row[j]);
                }
            }
            let step = solve(curvature, gradient);
            model.weights.iter_mut().zip(step).for_each(|(weight, step)| *weight += step.clamp(-5.0, 5.0));
            if step.iter().all(|step| step.abs() < 1e-8) {
                break;
            }
        }
        model
    }

    pub fn predict(&self, customer: &Customer, now: f64, window: f64) -> f64 {
        self.chance(&self.standardize(&features(customer, now, window)))
    }

    fn standardize(&self, row: &[f64; N]) -> [f64; N] {
        std::array::from_fn(|at| (row[at] - self.mean[at]) / self.deviation[at])
    }

    fn chance(&self, row: &[f64; N]) -> f64 {
        let sum: f64 = row.iter().zip(&self.weights).map(|(a, b)| a * b).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

/// Gaussian elimination; the matrix is positive definite, so no pivot is 0.
fn solve(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for at in 0..N {
        let pivot = matrix[at];
        for below in at + 1..N {
            let share = matrix[below][at] / pivot[at];
            matrix[below].iter_mut().zip(pivot).for_each(|(to, from)| *to -= share * from);
            right[below] -= share * right[at];
        }
    }
    for at in (0..N).rev() {
        let known: f64 = (at + 1..N).map(|other| matrix[at][other] * right[other]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved() {
        let matrix: [[f64; N]; N] = std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 3.0 } else { 0.5 }));
        let wanted: [f64; N] = std::array::from_fn(|at| at as f64 - 2.0);
        let right = std::array::from_fn(|i| (0..N).map(|j| matrix[i][j] * wanted[j]).sum());
        assert!(solve(matrix, right).iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
