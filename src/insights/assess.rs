//! How good probabilities are: do they rank, and are they what they say.

use serde::Serialize;

/// One forecaster on the tested period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assessment {
    pub name: &'static str,
    /// The chance that one with the event stands above one without: 0.5 is a guess.
    pub auroc: f64,
    /// Mean squared error (Brier 1950): 0 is certain and right.
    pub brier: f64,
    /// Mean distance of forecast and share over the calibration's bins.
    pub calibration_error: f64,
    pub calibration: Vec<Bin>,
}

/// A tenth of the customers, by rising forecast.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    pub customers: usize,
    pub forecast: f64,
    /// Share that it came true for.
    pub observed: f64,
}

const N_BINS: usize = 10;

/// `forecasts` of something that `happened`, or not.
pub fn assess(name: &'static str, forecasts: &[f64], happened: &[bool]) -> Assessment {
    let n = forecasts.len().max(1) as f64;
    let error = |(forecast, &happened): (&f64, &bool)| (forecast - f64::from(u8::from(happened))).powi(2);
    let calibration = calibrate(forecasts, happened);
    let off = |bin: &Bin| bin.customers as f64 * (bin.forecast - bin.observed).abs() / n;
    Assessment {
        name,
        auroc: auroc(forecasts, happened),
        brier: forecasts.iter().zip(happened).map(error).sum::<f64>() / n,
        calibration_error: calibration.iter().map(off).sum(),
        calibration,
    }
}

/// Area under the curve of hits over false alarms, as the rank sum of Mann and Whitney (1947): equal forecasts share
/// their ranks. 0.5 where all or none happened.
pub fn auroc(forecasts: &[f64], happened: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..forecasts.len()).collect();
    order.sort_by(|&a, &b| forecasts[a].total_cmp(&forecasts[b]));
    let (mut rank, mut sum) = (0.0, 0.0);
    for equal in order.chunk_by(|&a, &b| forecasts[a] == forecasts[b]) {
        let mean_rank = rank + (equal.len() as f64 + 1.0) / 2.0;
        sum += mean_rank * equal.iter().filter(|&&at| happened[at]).count() as f64;
        rank += equal.len() as f64;
    }
    let n_with = happened.iter().filter(|happened| **happened).count() as f64;
    let n_without = happened.len() as f64 - n_with;
    if n_with * n_without == 0.0 { 0.5 } else { (sum - n_with * (n_with + 1.0) / 2.0) / (n_with * n_without) }
}

fn calibrate(forecasts: &[f64], happened: &[bool]) -> Vec<Bin> {
    let mut order: Vec<usize> = (0..forecasts.len()).collect();
    order.sort_by(|&a, &b| forecasts[a].total_cmp(&forecasts[b]));
    let bin = |members: &[usize]| {
        let n = members.len() as f64;
        Bin {
            customers: members.len(),
            forecast: members.iter().map(|&at| forecasts[at]).sum::<f64>() / n,
            observed: members.iter().filter(|&&at| happened[at]).count() as f64 / n,
        }
    };
    order.chunks(forecasts.len().div_ceil(N_BINS).max(1)).map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forecasts_are_judged_as_by_hand() {
        let (forecasts, happened) = ([0.1, 0.4, 0.4, 0.8], [false, true, false, true]);
        // Of four pairs three stand right and one is even.
        assert_eq!(auroc(&forecasts, &happened), 3.5 / 4.0);
        assert_eq!(auroc(&[0.3, 0.2], &[true, true]), 0.5);
        let assessment = assess("x", &forecasts, &happened);
        assert!((assessment.brier - (0.01 + 0.36 + 0.16 + 0.04) / 4.0).abs() < 1e-12);
        assert_eq!(assessment.calibration.len(), 4);
        assert_eq!(assessment.calibration[3], Bin { customers: 1, forecast: 0.8, observed: 1.0 });
        assert_eq!(assess("none", &[], &[]).brier, 0.0);
    }
}
