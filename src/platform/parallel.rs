//! Work spread over the processor's cores natively; in a browser's worker there is one thread.

/// Threads for `work` multiplications, of which another thread must have enough to be worth its waking.
pub fn n_threads(work: usize) -> usize {
    const MIN_WORK: usize = 1 << 19;
    (work / MIN_WORK).clamp(1, n_available())
}

#[cfg(not(target_arch = "wasm32"))]
fn n_available() -> usize {
    rayon::current_num_threads()
}

#[cfg(target_arch = "wasm32")]
fn n_available() -> usize {
    1
}

/// `f` of each item, in their order; where there are `n_threads`, the first here and the others elsewhere meanwhile.
pub fn map<T: Sync, R: Send>(items: &[T], n_threads: usize, f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if n_threads > 1 && items.len() > 1 {
        return spread(items, &f);
    }
    items.iter().map(f).collect()
}

/// This thread takes part, so that nothing waits for another one to wake up.
#[cfg(not(target_arch = "wasm32"))]
fn spread<T: Sync, R: Send>(items: &[T], f: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
    rayon::in_place_scope(|scope| {
        let mut each = items.iter().zip(&mut results);
        let first = each.next();
        each.for_each(|(item, result)| scope.spawn(move |_| *result = Some(f(item))));
        first.into_iter().for_each(|(item, result)| *result = Some(f(item)));
    });
    results.into_iter().map(|result| result.expect("the scope ends when all are done")).collect()
}

#[cfg(target_arch = "wasm32")]
fn spread<T, R>(items: &[T], f: &impl Fn(&T) -> R) -> Vec<R> {
    items.iter().map(f).collect()
}
