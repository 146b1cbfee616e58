//! One flag that ends work early: asked for between steps, or awaited beside slow ones.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// A shared wish to stop. Clones are the same wish; it cannot be taken back.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    cancelled: AtomicBool,
    waiting: Mutex<Vec<Waker>>,
}

impl CancelToken {
    pub fn new() -> CancelToken {
        CancelToken::default()
    }

    pub fn is_cancelled(&self) -> bool {
        self.state.cancelled.load(Ordering::Acquire)
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
}
