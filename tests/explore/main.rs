//! The explorer: its reductions against the plain search, its outcome sets, its shrinker.
#![cfg(not(target_arch = "wasm32"))]

mod probe;
