//! Kernels: where a library's general answer is too slow for a shopper's phone.
//!
//! A stem holds the kernel and its plain twin, and the test that compares them over odd shapes.

pub mod attention;
pub mod blocks;
pub mod elementwise;
pub mod fixed_attention;
pub mod fixed_point;
pub mod repack;
#[cfg(feature = "gpu")]
pub mod wgsl;

/// For tests: deterministic values in `[-1, 1)` (a 64-bit linear congruential generator, Knuth's constants).
#[cfg(test)]
fn noise(seed: u64, len: usize) -> Vec<f32> {
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    })
    .take(len)
    .collect()
}
