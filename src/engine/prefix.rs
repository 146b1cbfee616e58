//! What a model has read of the text that every prompt of one kind begins with, kept beside the model, so that the next
//! visit need not have it read again.
//!
//! ```text
//! store  weights/file-<…>/prefix   MAGIC · SHA-256 of all that follows · SHA-256 of the model, in hexadecimal digits
//!                                  · how many ids · the ids · keys and values, see `Decoder::export_state`
//! ```
//!
//! One a model, of at most [`MAX_BYTES`]; it goes when the model goes. Whatever does not fit to the byte is deleted.

use super::writer::Writer;
use crate::platform::digest;
use crate::platform::weights::ShardStore;

const NAME: &str = "prefix";
/// Changes whenever the same text would be read otherwise.
const MAGIC: &[u8] = b"attendant prefix 1\n";
const DIGEST_BYTES: usize = 32;

/// 400 tokens of SmolLM2-135M are 7 MB, of Llama 3.2 1B 10 MB.
const MAX_BYTES: usize = 32 << 20;

/// Keeps what `writer` has read of `ids`, in place of what was kept before. That it cannot be kept is no matter.
pub async fn keep(store: &impl ShardStore, writer: &Writer, model: &str, ids: &[u32]) {
    let Some(state) = writer.export(ids, MAX_BYTES) else { return };
    let mut body = Vec::with_capacity(model.len() + 4 * (ids.len() + 1) + state.len());
    body.extend_from_slice(&head(model, ids));
    body.extend_from_slice(&state);
    let file = [MAGIC, &digest(&body).await, &body].concat();
    if store.write(NAME, 0, &file).await.is_err() {
        store.remove(NAME).await;
    }
}

/// Gives `writer` what is kept of `ids`, with room for `more` tokens after them. What is damaged, of another model or of
/// another text is deleted.
pub async fn restore(store: &impl ShardStore, writer: &Writer, model: &str, ids: &[u32], more: usize) -> bool {
    let Ok(Some(file)) = store.read(NAME).await else { return false };
    let is_restored = match state(&file, model, ids).await {
        Some(state) => writer.import(ids, more, state),
        None => false,
    };
    if !is_restored {
        store.remove(NAME).await;
    }
    is_restored
}

fn head(model: &str, ids: &[u32]) -> Vec<u8> {
    let numbers = [ids.len() as u32].into_iter().chain(ids.iter().copied());
    model.bytes().chain(numbers.flat_map(u32::to_le_bytes)).collect()
}

/// The keys and values of a file that is whole and of this model and text.
async fn state<'a>(file: &'a [u8], model: &str, ids: &[u32]) -> Option<&'a [u8]> {
    let (sum, body) = file.strip_prefix(MAGIC)?.split_at_checked(DIGEST_BYTES)?;
    let state = body.strip_prefix(&*head(model, ids))?;
    (file.len() <= MAX_BYTES + MAGIC.len() + DIGEST_BYTES + body.len() - state.len() && digest(body).await == *sum)
        .then_some(state)
}

#[cfg(all(test, feature = "convert"))]
mod tests {
    use std::sync::Arc;

    use super::super::writer::tests::writer;
    use super::*;
    use crate::generate::SamplerConfig;
    use crate::gguf::random::random;
    use crate::gguf::{Gguf, TensorType};
    use crate::platform::device::Placement;
    use crate::platform::weights::tests::MemoryStore;
    use crate::platform::{CancelToken, block_on, clock};
    use crate::tokenizer::Message;

    const MODEL: &str = "0123456789abcdef";
    const MORE: usize = 60;

    fn prompt(text: &str) -> Vec<Message> {
        vec![Message::new("system", "You reword what a shop says, and add nothing to it."), Message::new("user", text)]
    }

    fn ids(writer: &Writer) -> Vec<u32> {
        writer.shared_ids(&prompt("a"), &prompt("茶")).unwrap()
    }

    fn read(writer: &Writer) -> Vec<u32> {
        let ids = ids(writer);
        block_on(writer.read(&ids, MORE, &CancelToken::new())).unwrap();
        ids
    }

    fn said(writer: &Writer) -> (String, usize) {
        let wanted = super::super::completion::Completion {
            messages: prompt("It costs 3 euros."),
            max_tokens: 16,
            sampler: SamplerConfig { temperature: 0.0, ..SamplerConfig::default() },
            stops: Vec::new(),
            shape: None,
        };
        let completed = block_on(writer.complete(&wanted, &|_| (), &CancelToken::new())).unwrap();
        (completed.text, completed.n_known)
    }

    #[test]
    fn what_was_kept_is_gone_on_from_as_if_it_had_just_been_read() {
        let store = MemoryStore::default();
        let first = writer();
        let ids = read(&first);
        assert!(ids.len() > 10 && ids.len().is_multiple_of(2));
        block_on(keep(&store, &first, MODEL, &ids));
        let second = writer();
        assert!(block_on(restore(&store, &second, MODEL, &ids, MORE)));
        assert!(second.has_read(&ids));
        // To the bit: keys and values, and what is written from them on.
        assert!(second.export(&ids, MAX_BYTES) == first.export(&ids, MAX_BYTES));
        assert_eq!(said(&second), said(&first));
        let fresh = said(&writer());
        assert_eq!((said(&second).0, fresh.1), (fresh.0, 0));
    }

    #[test]
    fn what_is_damaged_cut_or_anothers_is_deleted_and_read_anew() {
        let (store, first) = (MemoryStore::default(), writer());
        let ids = read(&first);
        block_on(keep(&store, &first, MODEL, &ids));
        let whole = block_on(store.read(NAME)).unwrap().unwrap();
        let refuses = |file: Vec<u8>, model: &str, ids: &[u32]| {
            block_on(store.write(NAME, 0, &file)).unwrap();
            let fresh = writer();
            assert!(!block_on(restore(&store, &fresh, model, ids, MORE)) && !fresh.has_read(ids));
            assert_eq!(block_on(store.read(NAME)).unwrap(), None, "it is deleted");
            assert_eq!(said(&fresh), (said(&writer()).0, 0));
        };
        for at in [0, MAGIC.len(), MAGIC.len() + DIGEST_BYTES + 3, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            refuses(damaged, MODEL, &ids);
        }
        for length in [0, 5, MAGIC.len() + 10, whole.len() - 1] {
            refuses(whole[..length].to_vec(), MODEL, &ids);
        }
        refuses([&whole[..], &[0]].concat(), MODEL, &ids);
        refuses(whole.clone(), "fedcba9876543210", &ids);
        refuses(whole.clone(), MODEL, &ids[..ids.len() - 2]);
        // A file that is sound in itself, whose keys and values are another shape's.
        let body = [head(MODEL, &ids), vec![0; 100]].concat();
        refuses([MAGIC, &block_on(digest(&body)), &body].concat(), MODEL, &ids);
    }

    #[test]
    fn what_would_be_too_large_or_was_never_read_is_not_kept() {
        let writer = writer();
        let ids = read(&writer);
        assert_eq!(writer.export(&ids, 1_000), None);
        let store = MemoryStore::default();
        block_on(keep(&store, &writer, MODEL, &[&ids[..], &[1, 1]].concat()));
        assert_eq!(block_on(store.read(NAME)).unwrap(), None);
    }

    /// Not a test of speed, but the figure: `cargo test --release -- --ignored --nocapture prefix`.
    #[test]
    #[ignore = "wants an optimized build; prints times"]
    fn how_much_reading_it_spares() {
        let load = || {
            let mut file = Vec::new();
            random("llama", "135m", TensorType::Q4_0, 0, &mut file).unwrap();
            Writer::load(Arc::new(Gguf::parse(file).unwrap()), &Placement::cpu()).unwrap()
        };
        let (store, first) = (MemoryStore::default(), load());
        let ids: Vec<u32> = (1000..1400).collect();
        let start = clock::now_ms();
        block_on(first.read(&ids, MORE, &CancelToken::new())).unwrap();
        let read_ms = clock::now_ms() - start;
        let start = clock::now_ms();
        block_on(keep(&store, &first, MODEL, &ids));
        let keep_ms = clock::now_ms() - start;
        let n_bytes = block_on(store.read(NAME)).unwrap().unwrap().len();
        let second = load();
        let start = clock::now_ms();
        assert!(block_on(restore(&store, &second, MODEL, &ids, MORE)));
        let restore_ms = clock::now_ms() - start;
        println!(
            "{} tokens: read {read_ms:.1} ms, kept {keep_ms:.1} ms, restored {restore_ms:.1} ms, {n_bytes} bytes",
            ids.len()
        );
    }
}
