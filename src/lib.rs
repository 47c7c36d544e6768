//! Heartrace: techniques of large-scale concurrency, run for real and repeatably.

pub mod analysis;
pub mod link;
pub mod patterns;
pub mod report;
pub mod runner;
pub mod runtime;
pub mod scenarios;
pub mod text;
pub mod trace;
#[cfg(target_arch = "wasm32")]
pub mod web;
