//! `fetch` with byte ranges, streamed and abortable.

use std::future::Future;
use std::ops::Range;
use std::pin::pin;

use futures::future::{Either, select};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Blob, Headers, ReadableStreamDefaultReader, RequestCache, RequestInit, Response, WorkerGlobalScope,
};

use super::{message_of, property, sleep_ms};
use crate::platform::weights::{Body, FetchError, Fetcher, Part};

/// A transfer that brings nothing for this long is broken, whatever the connection thinks: a phone that
/// changed networks, a proxy that forgot.
const STALL_MS: u32 = 30_000;

/// Between tries: half a second, then twice as long each time.
const FIRST_WAIT_MS: u32 = 500;

/// Manifests are a few kilobytes; more is another file.
const MAX_SMALL_BYTES: usize = 1 << 20;

/// Where one file comes from. A single type for all, so that what downloads is compiled once.
pub enum WebFetcher {
    Url(String),
    /// The user has handed it over.
    File(Blob),
    /// A file that has not been handed over this time.
    Gone,
}

/// A response's bytes as they come in.
pub struct WebBody {
    reader: ReadableStreamDefaultReader,
    /// None for what comes from no network.
    _transfer: Option<Transfer>,
}

/// Aborts what it stands for when it goes.
struct Transfer(AbortController);

impl Drop for Transfer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Fetcher for WebFetcher {
    type Body = WebBody;

    async fn fetch(
        &self,
        range: Option<Range<u64>>,
        etag: Option<&str>,
        fresh: bool,
    ) -> Result<Part<WebBody>, FetchError> {
        match self {
            WebFetcher::Url(url) => fetch_range(url, range, etag, fresh).await,
            WebFetcher::File(file) => {
                let start = range.map_or(0, |range| range.start);
                let body = WebBody::of_blob(file, start)?;
                Ok(Part { start, total_bytes: Some(file.size() as u64), etag: None, body })
            }
            // What a server says of a file that it has no more.
            WebFetcher::Gone => Err(FetchError::Status(410)),
        }
    }

    async fn wait(&self, retry: u32) {
        sleep_ms(FIRST_WAIT_MS << (retry - 1).min(5)).await;
    }
}

impl WebBody {
    /// What a blob holds from `start` on. Dropping it leaves the rest unread.
    pub fn of_blob(blob: &Blob, start: u64) -> Result<WebBody, FetchError> {
        let rest = blob.slice_with_f64(start as f64).map_err(broken)?;
        let reader = ReadableStreamDefaultReader::new(&rest.stream()).map_err(broken)?;
        Ok(WebBody { reader, _transfer: None })
    }
}

impl Body for WebBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        let read = within_stall(JsFuture::from(self.reader.read())).await?.map_err(broken)?;
        if property(&read, "done").is_truthy() {
            return Ok(None);
        }
        Ok(Some(property(&read, "value").unchecked_into::<Uint8Array>().to_vec()))
    }
}

impl WebBody {
    async fn read_small(mut self) -> Result<Vec<u8>, FetchError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_SMALL_BYTES {
                return Err(FetchError::Broken(format!("more than {MAX_SMALL_BYTES} bytes came")));
            }
        }
        Ok(bytes)
    }
}

async fn fetch_range(
    url: &str,
    range: Option<Range<u64>>,
    etag: Option<&str>,
    fresh: bool,
) -> Result<Part<WebBody>, FetchError> {
    let headers = Headers::new().map_err(broken)?;
    if let Some(range) = &range {
        headers.set("Range", &format!("bytes={}-{}", range.start, range.end - 1)).map_err(broken)?;
        if let Some(etag) = etag {
            headers.set("If-Range", etag).map_err(broken)?;
        }
    }
    let cache = if fresh { RequestCache::Reload } else { RequestCache::Default };
    let (response, transfer) = send(url, &headers, cache).await?;
    part_of(response, transfer, range.as_ref())
}

/// Fetches a small file whole, asking the server whether a cached copy is still good.
pub async fn fetch_small(url: &str) -> Result<Vec<u8>, FetchError> {
    let headers = Headers::new().map_err(broken)?;
    let (response, transfer) = send(url, &headers, RequestCache::NoCache).await?;
    part_of(response, transfer, None)?.body.read_small().await
}

async fn send(url: &str, headers: &Headers, cache: RequestCache) -> Result<(Response, Transfer), FetchError> {
    let abort = AbortController::new().map_err(broken)?;
    let init = RequestInit::new();
    init.set_headers(headers);
    init.set_cache(cache);
    init.set_signal(Some(&abort.signal()));
    let transfer = Transfer(abort);
    // `fetch` of a worker and of a window are the same function of the global object.
    let promise = js_sys::global().unchecked_into::<WorkerGlobalScope>().fetch_with_str_and_init(url, &init);
    let response = within_stall(JsFuture::from(promise)).await?.map_err(broken)?;
    Ok((response.unchecked_into(), transfer))
}

fn part_of(response: Response, transfer: Transfer, asked: Option<&Range<u64>>) -> Result<Part<WebBody>, FetchError> {
    let headers = response.headers();
    let header = |name| headers.get(name).ok().flatten();
    // `fetch` undoes the encoding, and then lengths in the headers are those of the encoded bytes.
    let is_encoded = header("Content-Encoding").is_some_and(|encoding| encoding != "identity");
    let (start, total_bytes) = match (response.status(), asked) {
        (206, Some(asked)) => {
            let text = header("Content-Range").unwrap_or_default();
            let unusable = || FetchError::Range(format!("asked for {asked:?}, got {text:?}"));
            // A piece of compressed bytes cannot be undone.
            if is_encoded {
                return Err(FetchError::Range("a compressed range".into()));
            }
            let (start, total_bytes) = content_range(&text).ok_or_else(unusable)?;
            if start > asked.start {
                return Err(unusable());
            }
            (start, total_bytes)
        }
        (200, _) => {
            let length = header("Content-Length").and_then(|length| length.parse().ok());
            (0, length.filter(|_| !is_encoded))
        }
        (206 | 416, _) => return Err(FetchError::Range(format!("status {}", response.status()))),
        (status, _) => return Err(FetchError::Status(status)),
    };
    let etag = header("ETag").filter(|etag| etag.starts_with('"') && !is_encoded);
    let body = response.body().ok_or_else(|| FetchError::Broken("the answer has no body".into()))?;
    let reader = ReadableStreamDefaultReader::new(&body).map_err(broken)?;
    Ok(Part { start, total_bytes, etag, body: WebBody { reader, _transfer: Some(transfer) } })
}

/// `bytes 0-499/1234` or `bytes 0-499/*`: the first byte, and the whole size where it is told.
fn content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-')?.0.trim().parse().ok()?;
    let total_bytes = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    Some((start, total_bytes))
}

async fn within_stall<T>(work: impl Future<Output = T>) -> Result<T, FetchError> {
    match select(pin!(work), pin!(sleep_ms(STALL_MS))).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right(_) => Err(FetchError::Broken(format!("nothing came for {STALL_MS} ms"))),
    }
}

fn broken(error: JsValue) -> FetchError {
    FetchError::Broken(message_of(&error))
}
