//! The techniques, one file or folder each, in reading order. They know the runtime and nothing else.
//!
//! - [`config`]: settings that make no sense
//! - [`cancel`]: contexts, a tree of rights to stop · [`preempt`]: work that can be stopped · [`timeout`]: no longer than so
//! - [`heartbeat`]: pulses at intervals and per unit of work, and the slot in which the latest wins
//! - [`detector`]: from beats and the time now, whom to suspect · [`bridge`]: one stream over many lives
//! - [`steward`]: watches a ward and begins its next life · [`supervisor`]: many, begun in order and stopped in reverse
//! - [`duplicates`]: twenty policies for the message that arrives twice

pub mod bridge;
pub mod cancel;
pub mod config;
pub mod detector;
pub mod duplicates;
pub mod heartbeat;
pub mod preempt;
pub mod steward;
pub mod supervisor;
pub mod timeout;
