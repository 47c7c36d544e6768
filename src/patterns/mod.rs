//! The techniques, one file or folder each, in reading order. They know the runtime and nothing else.
//!
//! - [`config`]: settings that make no sense
//! - [`cancel`]: contexts, a tree of rights to stop · [`preempt`]: work that can be stopped · [`timeout`]: no longer than so
//! - [`heartbeat`]: pulses at intervals and per unit of work, and the slot in which the latest wins
//! - [`duplicates`]: twenty policies for the message that arrives twice
//! - [`replicate`]: the same request to several, and the first acceptable answer
//! - [`rate_limit`]: token buckets, several at once, and what a cancelled reservation gives back

pub mod cancel;
pub mod config;
pub mod duplicates;
pub mod heartbeat;
pub mod preempt;
pub mod rate_limit;
pub mod replicate;
pub mod timeout;
