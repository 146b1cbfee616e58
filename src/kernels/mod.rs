//! Kernels: where a library's general answer is too slow for a shopper's phone.
//!
//! A stem holds the kernel and its plain twin, and the test that compares them over odd shapes.

pub mod attention;
pub mod blocks;
pub mod elementwise;
pub mod fixed_point;
