//! Progress at a pace a page can paint.

use crate::platform::clock;
use crate::protocol::Phase;

/// At most ten reports a second.
const INTERVAL_MS: f64 = 100.0;

/// Passes reports on: the first and last of a phase always, those between not too often.
pub struct Progress<F> {
    report: F,
    last: Option<(Phase, f64)>,
}

impl<'a> Progress<&'a mut dyn FnMut(Phase, u64, u64)> {
    /// Of any closure: what reports to this is compiled once.
    pub fn of(report: &'a mut dyn FnMut(Phase, u64, u64)) -> Self {
        Progress::new(report)
    }
}

impl<F: FnMut(Phase, u64, u64)> Progress<F> {
    pub fn new(report: F) -> Progress<F> {
        Progress { report, last: None }
    }

    pub fn at(&mut self, phase: Phase, loaded_bytes: u64, total_bytes: u64) {
        let now_ms = clock::now_ms();
        let is_due = match self.last {
            Some((last_phase, last_ms)) => last_phase != phase || now_ms - last_ms >= INTERVAL_MS,
            None => true,
        };
        if is_due || loaded_bytes == total_bytes {
            self.last = Some((phase, now_ms));
            (self.report)(phase, loaded_bytes, total_bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_one_report_and_its_end_another() {
        let mut seen = Vec::new();
        let mut progress = Progress::new(|phase, loaded, _| seen.push((phase, loaded)));
        progress.at(Phase::Reading, 1, 1);
        (1..=100).for_each(|loaded| progress.at(Phase::Downloading, loaded, 100));
        assert_eq!(seen, [(Phase::Reading, 1), (Phase::Downloading, 1), (Phase::Downloading, 100)]);
    }
}
