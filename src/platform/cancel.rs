//! One flag that ends work early: asked for between steps, or awaited beside slow ones.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use super::clock::now_ms;

/// A shared wish to stop. Clones are the same wish; it cannot be taken back.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    cancelled: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
    bound: Option<Bound>,
}

/// What else ends the work.
#[derive(Debug)]
struct Bound {
    parent: CancelToken,
    /// As bits of an `f64`.
    deadline_ms: AtomicU64,
}

impl CancelToken {
    pub fn new() -> CancelToken {
        CancelToken::default()
    }

    pub fn is_cancelled(&self) -> bool {
        let is_bound = |bound: &Bound| {
            bound.parent.is_cancelled() || now_ms() >= f64::from_bits(bound.deadline_ms.load(Ordering::Relaxed))
        };
        self.state.cancelled.load(Ordering::Acquire) || self.state.bound.as_ref().is_some_and(is_bound)
    }

    /// A wish to stop of its own that is there as well when this one is, and from `deadline_ms` of the clock on. It has
    /// to be asked for: whoever awaits it hears of neither.
    pub fn until(&self, deadline_ms: f64) -> CancelToken {
        let bound = Bound { parent: self.clone(), deadline_ms: AtomicU64::new(deadline_ms.to_bits()) };
        CancelToken { state: Arc::new(State { bound: Some(bound), ..State::default() }) }
    }

    pub fn has_deadline(&self) -> bool {
        self.state.bound.is_some()
    }

    /// Sets another deadline, where there is one.
    pub fn put_off(&self, deadline_ms: f64) {
        if let Some(bound) = &self.state.bound {
            bound.deadline_ms.store(deadline_ms.to_bits(), Ordering::Relaxed);
        }
    }

    pub fn cancel(&self) {
        self.state.cancelled.store(true, Ordering::Release);
        let waiting = std::mem::take(&mut *self.state.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Resolves once somebody cancels, or never.
    pub fn cancelled(&self) -> Cancelled {
        Cancelled { state: self.state.clone() }
    }
}

/// The future of [`CancelToken::cancelled`].
#[derive(Debug)]
#[must_use = "a future does nothing unless awaited"]
pub struct Cancelled {
    state: Arc<State>,
}

impl Future for Cancelled {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Under the lock, so that a `cancel` between the question and the entry is not missed.
        let mut waiting = self.state.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.state.cancelled.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
            waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_clone_hears_of_it() {
        let token = CancelToken::new();
        let clone = token.clone();
        assert!(clone.cancelled().now_or_never().is_none());
        token.cancel();
        assert!(clone.is_cancelled());
        assert!(clone.cancelled().now_or_never().is_some());
    }

    #[test]
    fn a_deadline_ends_its_own_work_and_what_ends_the_whole_ends_it() {
        let whole = CancelToken::new();
        let part = whole.until(now_ms() - 1.0);
        assert!(part.is_cancelled() && !whole.is_cancelled());
        part.put_off(f64::INFINITY);
        assert!(!part.is_cancelled());
        whole.cancel();
        assert!(part.is_cancelled());
    }
}
