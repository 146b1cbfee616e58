//! How fast something comes, and how long it will take. Pure: time comes from outside.

use std::collections::VecDeque;

/// What is looked back on: long enough to be steady, short enough to notice a slower network.
const WINDOW_MS: f64 = 6_000.0;

/// Nothing is said of a speed that has been watched for less.
const LEAST_MS: f64 = 1_000.0;

/// Moments of a transfer, and how many bytes had come by then.
#[derive(Clone, Debug, Default)]
pub struct Pace(VecDeque<(f64, u64)>);

impl Pace {
    pub fn note(&mut self, now_ms: f64, loaded_bytes: u64) {
        self.0.push_back((now_ms, loaded_bytes));
        while self.0.front().is_some_and(|(at_ms, _)| now_ms - at_ms > WINDOW_MS) && self.0.len() > 2 {
            self.0.pop_front();
        }
    }

    /// `None` while it is too early to tell.
    pub fn bytes_per_sec(&self) -> Option<f64> {
        let ((from_ms, from_bytes), (to_ms, to_bytes)) = (self.0.front()?, self.0.back()?);
        let took_ms = to_ms - from_ms;
        (took_ms >= LEAST_MS && to_bytes > from_bytes).then(|| (to_bytes - from_bytes) as f64 * 1_000.0 / took_ms)
    }

    /// Of a transfer of so many bytes.
    pub fn secs_left(&self, total_bytes: u64) -> Option<f64> {
        let (_, loaded_bytes) = self.0.back()?;
        Some(total_bytes.checked_sub(*loaded_bytes)? as f64 / self.bytes_per_sec()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_transfer_ends_when_it_is_said_to() {
        let mut pace = Pace::default();
        pace.note(0.0, 500);
        assert_eq!(pace.bytes_per_sec(), None);
        (1..=10).for_each(|second| pace.note(1_000.0 * f64::from(second), 500 + 100 * second as u64));
        assert_eq!(pace.bytes_per_sec(), Some(100.0));
        assert_eq!(pace.secs_left(2_000), Some(5.0));
    }

    #[test]
    fn what_was_fast_and_is_slow_counts_as_slow() {
        let mut pace = Pace::default();
        (0..10).for_each(|second| pace.note(1_000.0 * f64::from(second), 1_000_000 * second as u64));
        (10..20).for_each(|second| pace.note(1_000.0 * f64::from(second), 9_000_000 + second as u64));
        assert!(pace.bytes_per_sec().is_some_and(|speed| speed < 2.0));
    }
}
