//! Kernels: each stem has a dispatch and its plain twin.
