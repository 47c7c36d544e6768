//! The techniques, one file or folder each, in reading order. They know the runtime and nothing else.
//!
//! - [`config`]: settings that make no sense
//! - [`fault`]: what went wrong, for a person, a program and a log
//! - [`cancel`]: contexts, a tree of rights to stop
//! - [`preempt`]: work that can be stopped
//! - [`timeout`]: no longer than so
//! - [`shield`]: what no cancel cuts short, for so long
//! - [`group`]: tasks that are told to stop together, and who did not · [`keyed`]: tasks by key, one for each
//! - [`tracker`]: how much is under way · [`delays`]: values that come out when they are due
//! - [`join`]: several tasks of which all, some or as many as possible are to succeed
//! - [`undo`]: taking back what was done · [`stage`]: changes prepared aside and made visible at once
//! - [`dedup`]: the window in which a message is known
//! - [`lock`]: one at a time
//! - [`duplicates`]: twenty policies for the message that arrives twice
//! - [`heartbeat`]: pulses at intervals and per unit of work, and the slot in which the latest wins
//! - [`detector`]: from pulses to suspicion
//! - [`replicate`]: several copies of a request, at once or one after the other
//! - [`rate_limit`]: token buckets, alone and in tiers; windows, fixed and sliding
//! - [`concurrency`]: so many at a time
//! - [`adaptive`]: how many at a time, learnt from what comes of it
//! - [`queue`]: who waits for a worker, and who is dropped instead
//! - [`backoff`]: how long to wait before the next try
//! - [`retry`]: trying again, within a budget
//! - [`breaker`]: who fails is left alone for a while
//! - [`window`]: sums over the last while · [`histogram`]: how often which length of time
//! - [`steward`]: who watches a ward and restarts it
//! - [`supervisor`]: several wards, and when to give up
//! - [`bridge`]: one stream over many lives

pub mod adaptive;
pub mod backoff;
pub mod breaker;
pub mod bridge;
pub mod cancel;
pub mod concurrency;
pub mod config;
pub mod dedup;
pub mod delays;
pub mod detector;
pub mod duplicates;
pub mod fault;
pub mod group;
pub mod heartbeat;
pub mod histogram;
pub mod join;
pub mod keyed;
pub mod lock;
pub mod preempt;
pub mod queue;
pub mod rate_limit;
pub mod replicate;
pub mod retry;
pub mod shield;
pub mod stage;
pub mod steward;
pub mod supervisor;
pub mod timeout;
pub mod tracker;
pub mod undo;
pub mod window;
