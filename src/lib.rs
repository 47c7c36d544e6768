//! Heartrace: techniques of large-scale concurrency, run for real and repeatably.

pub mod trace;
pub mod runtime;
pub mod patterns;
pub mod analysis;
