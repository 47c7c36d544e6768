//! Heartrace: techniques of large-scale concurrency, run for real and repeatably.

pub mod analysis;
pub mod link;
pub mod patterns;
pub mod runner;
pub mod runtime;
pub mod scenarios;
pub mod text;
pub mod trace;
