//! When a worker counts as dead, and when as dead too often. Pure: time comes from outside.

/// How often the watchdog looks. Coarse, because it wakes the page.
pub const TICK_MS: u32 = 2_500;

/// A tick this late means that the page slept, was throttled or was busy itself. The worker cannot be
/// blamed for such a silence and gets a fresh chance.
const LATE_TICK_MS: f64 = 3.0 * TICK_MS as f64;

const PING_EVERY_MS: f64 = 10_000.0;

/// Restarts allowed within [`RESTART_WINDOW_MS`]; a worker that dies oftener does so for a reason that
/// one more restart will not remove.
const MAX_RESTARTS: usize = 3;
const RESTART_WINDOW_MS: f64 = 5.0 * 60_000.0;

/// Before the first restart nothing, then a pause: the cause may be a network that comes and goes.
const RESTART_WAITS_MS: [u32; MAX_RESTARTS] = [0, 1_000, 4_000];

/// How long an answer may take, by what the worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Its script and its wasm are on their way, perhaps over a slow network. A failure to load is
    /// reported by the browser at once; this is for a silence.
    Starting,
    /// Pipelines compile synchronously: 36 s were measured on a software adapter.
    Preparing,
    /// A question on the GPU may meet a shape for the first time and compile a pipeline for it.
    OnGpu,
    /// Nothing the worker does on the CPU takes more than a second or two without a pause.
    Usual,
}

impl Patience {
    fn ms(self) -> f64 {
        match self {
            Patience::Starting => 120_000.0,
            Patience::Preparing => 60_000.0,
            Patience::OnGpu => 30_000.0,
            Patience::Usual => 15_000.0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wait,
    Ping,
    Dead,
}

/// Watches one worker.
#[derive(Clone, Debug)]
pub struct Watchdog {
    ticked_ms: f64,
    heard_ms: f64,
    /// When the question still unanswered was asked.
    asked_ms: Option<f64>,
}

impl Watchdog {
    /// A worker was started at `now_ms` and owes its first word.
    pub fn of_new_worker(now_ms: f64) -> Watchdog {
        Watchdog { ticked_ms: now_ms, heard_ms: now_ms, asked_ms: Some(now_ms) }
    }

    /// The worker said something.
    pub fn hear(&mut self, now_ms: f64) {
        self.heard_ms = now_ms;
        self.asked_ms = None;
    }

    /// The page is back from where its timers did not run. What was asked before counts from now.
    pub fn wake(&mut self, now_ms: f64) {
        self.ticked_ms = now_ms;
        self.asked_ms = self.asked_ms.map(|_| now_ms);
    }

    pub fn tick(&mut self, now_ms: f64, patience: Patience) -> Verdict {
        let since_tick_ms = now_ms - self.ticked_ms;
        self.ticked_ms = now_ms;
        // Backwards too: people set their clocks.
        if !(0.0..=LATE_TICK_MS).contains(&since_tick_ms) {
            self.wake(now_ms);
        }
        match self.asked_ms {
            Some(asked_ms) if now_ms - asked_ms > patience.ms() => Verdict::Dead,
            Some(_) => Verdict::Wait,
            None if (0.0..PING_EVERY_MS).contains(&(now_ms - self.heard_ms)) => Verdict::Wait,
            None => {
                self.asked_ms = Some(now_ms);
                Verdict::Ping
            }
        }
    }
}

/// Counts restarts.
#[derive(Clone, Debug, Default)]
pub struct Restarts {
    at_ms: Vec<f64>,
}

/// One more restart, and how long to wait before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    /// From 1.
    pub attempt: u32,
    pub wait_ms: u32,
}

impl Restarts {
    /// `None` if it has been too often.
    pub fn next(&mut self, now_ms: f64) -> Option<Restart> {
        self.at_ms.retain(|at_ms| now_ms - at_ms < RESTART_WINDOW_MS);
        let wait_ms = *RESTART_WAITS_MS.get(self.at_ms.len())?;
        self.at_ms.push(now_ms);
        Some(Restart { attempt: self.at_ms.len() as u32, wait_ms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: f64 = TICK_MS as f64;

    /// Ticks until the verdict is not to wait; milliseconds that took.
    fn until_verdict(watchdog: &mut Watchdog, now_ms: &mut f64, patience: Patience) -> (Verdict, f64) {
        let start_ms = *now_ms;
        loop {
            *now_ms += TICK;
            match watchdog.tick(*now_ms, patience) {
                Verdict::Wait => assert!(*now_ms - start_ms < 1e6, "it waits forever"),
                verdict => return (verdict, *now_ms - start_ms),
            }
        }
    }

    #[test]
    fn a_silent_worker_is_asked_and_then_dead() {
        let mut now_ms = 0.0;
        let mut watchdog = Watchdog::of_new_worker(now_ms);
        watchdog.hear(now_ms);
        assert_eq!(until_verdict(&mut watchdog, &mut now_ms, Patience::Usual), (Verdict::Ping, 10_000.0));
        assert_eq!(until_verdict(&mut watchdog, &mut now_ms, Patience::Usual), (Verdict::Dead, 17_500.0));
    }

    #[test]
    fn an_answer_of_any_kind_is_life() {
        let mut now_ms = 0.0;
        let mut watchdog = Watchdog::of_new_worker(now_ms);
        for _ in 0..20 {
            watchdog.hear(now_ms);
            assert_eq!(until_verdict(&mut watchdog, &mut now_ms, Patience::Usual).0, Verdict::Ping);
        }
    }

    #[test]
    fn compiling_pipelines_is_not_death() {
        let mut now_ms = 0.0;
        let mut watchdog = Watchdog::of_new_worker(now_ms);
        watchdog.hear(now_ms);
        until_verdict(&mut watchdog, &mut now_ms, Patience::Preparing);
        let (verdict, ms) = until_verdict(&mut watchdog, &mut now_ms, Patience::Preparing);
        assert!(verdict == Verdict::Dead && ms > 36_000.0);
    }

    #[test]
    fn a_night_asleep_is_nobodys_death() {
        let mut now_ms = 0.0;
        let mut watchdog = Watchdog::of_new_worker(now_ms);
        watchdog.hear(now_ms);
        until_verdict(&mut watchdog, &mut now_ms, Patience::Usual);
        now_ms += 8.0 * 3_600_000.0;
        assert_eq!(watchdog.tick(now_ms, Patience::Usual), Verdict::Wait);
        // But it must answer then.
        assert_eq!(until_verdict(&mut watchdog, &mut now_ms, Patience::Usual), (Verdict::Dead, 17_500.0));
    }

    #[test]
    fn a_clock_set_back_is_nobodys_death_either() {
        let mut watchdog = Watchdog::of_new_worker(1e9);
        assert_eq!(watchdog.tick(1e9 - 1e6, Patience::Usual), Verdict::Wait);
        assert_eq!(watchdog.tick(1e9 - 1e6 + TICK, Patience::Usual), Verdict::Wait);
    }

    #[test]
    fn three_restarts_in_five_minutes_are_enough() {
        let mut restarts = Restarts::default();
        let attempts: Vec<_> = (0..4).map(|n| restarts.next(n as f64 * 1e3).map(|restart| restart.attempt)).collect();
        assert_eq!(attempts, [Some(1), Some(2), Some(3), None]);
        assert_eq!(restarts.next(RESTART_WINDOW_MS + 500.0).map(|restart| restart.attempt), Some(3));
    }
}
