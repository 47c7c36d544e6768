//! The techniques, one file or folder each, in reading order. They know the runtime and nothing else.
//!
//! - [`config`]: settings that make no sense
//! - [`fault`]: what went wrong, known cases and bugs, boundaries, one report
//! - [`cancel`]: contexts, a tree of rights to stop · [`preempt`]: work that can be stopped · [`timeout`]: no longer than so
//! - [`group`]: tasks that are stopped together · [`dedup`]: the same request once
//! - [`undo`]: the way back · [`stage`]: changes that nobody sees half · [`lock`]: one after the other
//! - [`heartbeat`]: pulses at intervals and per unit of work, and the slot in which the latest wins
//! - [`duplicates`]: twenty policies for the message that arrives twice

pub mod cancel;
pub mod config;
pub mod dedup;
pub mod duplicates;
pub mod fault;
pub mod group;
pub mod heartbeat;
pub mod lock;
pub mod preempt;
pub mod stage;
pub mod timeout;
pub mod undo;
