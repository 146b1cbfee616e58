//! A small model and a source of its bytes inside the program.

use std::cell::RefCell;
use std::ops::Range;

use attendant::platform::weights::{Body, FetchError, Fetcher, Manifest, Part, Progress, ShardStore, assemble};
use attendant::platform::{CancelToken, OpfsShards, sleep_ms};
use attendant::protocol::{Phase, WeightSource};

pub struct Model {
    pub bytes: Vec<u8>,
    pub manifest: Manifest,
}

impl Model {
    pub async fn store(&self) -> OpfsShards {
        OpfsShards::open(&self.manifest.sha256, &[]).await.expect("the tests' browser has OPFS")
    }
}

/// Another one for each `seed`: shards of 300, 300, 300 and 100 bytes.
pub fn model(seed: usize) -> Model {
    let bytes: Vec<u8> = (0..1000).map(|n| ((n + seed) * 7 % 251) as u8).collect();
    let manifest = Manifest::of("a model", "model.gguf", &bytes, 300);
    Model { bytes, manifest }
}

/// Serves the model and remembers what it was asked for.
pub struct Source {
    bytes: Vec<u8>,
    asked: RefCell<Vec<Option<Range<u64>>>>,
}

impl Source {
    pub fn of(model: &Model) -> Source {
        Source { bytes: model.bytes.clone(), asked: RefCell::default() }
    }

    pub fn asked(&self) -> Vec<Option<Range<u64>>> {
        self.asked.borrow().clone()
    }
}

pub struct SourceBody(Vec<u8>);

impl Body for SourceBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        sleep_ms(1).await;
        let n = self.0.len().min(77);
        Ok((n > 0).then(|| self.0.drain(..n).collect()))
    }
}

impl Fetcher for Source {
    type Body = SourceBody;

    async fn fetch(
        &self,
        range: Option<Range<u64>>,
        _etag: Option<&str>,
        _fresh: bool,
    ) -> Result<Part<SourceBody>, FetchError> {
        self.asked.borrow_mut().push(range.clone());
        let total = self.bytes.len() as u64;
        let range = range.unwrap_or(0..total);
        let bytes = self.bytes[range.start as usize..range.end as usize].to_vec();
        Ok(Part { start: range.start, total_bytes: Some(total), etag: None, body: SourceBody(bytes) })
    }

    async fn wait(&self, _retry: u32) {}
}

/// Loads and checks the bytes; says where they came from.
pub async fn load(model: &Model, source: &Source, store: Option<&impl ShardStore>) -> WeightSource {
    let mut progress = Progress::new(|_: Phase, _, _| {});
    let loaded = assemble(&model.manifest, source, store, &mut progress, &CancelToken::new()).await;
    let (bytes, from) = loaded.expect("the source serves what the manifest promises");
    assert!(bytes == model.bytes, "the bytes are the model's");
    from
}
