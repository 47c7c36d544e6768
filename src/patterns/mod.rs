//! The techniques, one file or folder each, in reading order. They know the runtime and nothing else.
//!
//! - [`config`]: settings that make no sense
//! - [`cancel`]: contexts, a tree of rights to stop · [`preempt`]: work that can be stopped · [`timeout`]: no longer than so
//! - [`heartbeat`]: pulses at intervals and per unit of work, and the slot in which the latest wins
//! - [`backoff`]: how long to wait before the next try · [`retry`]: trying again, within a budget
//! - [`breaker`]: not asking whoever fails
//! - [`queue`]: who waits for a worker, and who is dropped instead · [`window`]: sums over the last while
//! - [`concurrency`]: so many at a time · [`adaptive`]: limits that find their own number
//! - [`duplicates`]: twenty policies for the message that arrives twice

pub mod adaptive;
pub mod backoff;
pub mod breaker;
pub mod cancel;
pub mod concurrency;
pub mod config;
pub mod duplicates;
pub mod heartbeat;
pub mod preempt;
pub mod queue;
pub mod retry;
pub mod timeout;
pub mod window;
