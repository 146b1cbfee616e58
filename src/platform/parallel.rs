//! Work spread over the processor's cores natively; in a browser's worker there is one thread.

#[cfg(not(target_arch = "wasm32"))]
use rayon::prelude::*;

/// Threads that [`map`] uses.
#[cfg(not(target_arch = "wasm32"))]
pub fn n_threads() -> usize {
    rayon::current_num_threads()
}

#[cfg(target_arch = "wasm32")]
pub fn n_threads() -> usize {
    1
}

/// `f` of each item, in their order.
#[cfg(not(target_arch = "wasm32"))]
pub fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    match items {
        [item] => vec![f(item)],
        _ => items.par_iter().map(f).collect(),
    }
}

#[cfg(target_arch = "wasm32")]
pub fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    items.iter().map(f).collect()
}
