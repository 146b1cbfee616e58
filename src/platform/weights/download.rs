//! Fetching until nothing is missing: what to ask for next, when to try again, when to give up.

use std::future::Future;
use std::ops::Range;
use std::pin::pin;

use futures::future::{Either, select};

use super::WeightError;
use super::source::{Body, FetchError, Fetcher, Part};
use crate::platform::CancelToken;

/// Tries in a row that bring nothing before giving up.
const MAX_FRUITLESS_TRIES: u32 = 4;

/// What is still to be asked for; see [`Fetcher::fetch`].
pub(super) struct Ask {
    /// `None` asks for the file.
    pub range: Option<Range<u64>>,
    pub etag: Option<String>,
    /// Go round caches: one of them has served something wrong.
    pub is_fresh: bool,
}

/// What a download fills.
pub(super) trait Sink {
    /// `None` once it is full.
    fn next_ask(&self) -> Option<Ask>;

    /// The server cannot do ranges, or not usably.
    fn renounce_ranges(&mut self);

    /// Reads one response to its end, counting the bytes that were wanted. The inner error is the connection's, and
    /// may be tried again.
    async fn receive<B: Body>(
        &mut self,
        part: Part<B>,
        n_received: &mut u64,
    ) -> Result<Result<(), FetchError>, WeightError>;
}

/// Fills the sink from the file that errors are to call `url`.
pub(super) async fn download<F: Fetcher>(
    sink: &mut impl Sink,
    fetcher: &F,
    url: &str,
    cancel: &CancelToken,
) -> Result<(), WeightError> {
    let mut fruitless = 0;
    while let Some(Ask { range, etag, is_fresh }) = sink.next_ask() {
        let etag = etag.filter(|_| range.is_some());
        let response = fetcher.fetch(range, etag.as_deref(), is_fresh);
        let mut n_received = 0;
        let outcome = match or_cancel(response, cancel).await? {
            Ok(part) => sink.receive(part, &mut n_received).await?,
            Err(error) => Err(error),
        };
        fruitless = if n_received > 0 { 0 } else { fruitless + 1 };
        let error = match outcome {
            Ok(()) if n_received > 0 => continue,
            Ok(()) => FetchError::Broken("the answer was empty".into()),
            Err(error) => error,
        };
        if let FetchError::Range(_) = error {
            sink.renounce_ranges();
        }
        if !error.is_worth_a_retry() || fruitless >= MAX_FRUITLESS_TRIES {
            return Err(WeightError::Fetch { url: url.into(), source: error });
        }
        or_cancel(fetcher.wait(fruitless.max(1)), cancel).await?;
    }
    Ok(())
}

pub(super) async fn or_cancel<T>(work: impl Future<Output = T>, cancel: &CancelToken) -> Result<T, WeightError> {
    match select(cancel.cancelled(), pin!(work)).await {
        Either::Left(_) => Err(WeightError::Cancelled),
        Either::Right((done, _)) => Ok(done),
    }
}
