//! Two things a heart alone does not say: whether the listener itself stood still, and whether anything gets done.

use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// Notices that the one who watches stood still: a hidden tab, a long collection, a stopped machine. Whatever
/// was not heard meanwhile is not the other's silence.
#[derive(Clone, Debug)]
pub struct LocalPause {
    tolerance: Duration,
}

impl LocalPause {
    /// Lateness of up to `tolerance` is nothing special (Cassandra: 5 s).
    ///
    /// # Errors
    /// A tolerance of zero: every timer is late by something.
    pub fn new(tolerance: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("tolerance", tolerance)?;
        Ok(LocalPause { tolerance })
    }

    /// One's own timer was due at `due` and is looked at now: how long to excuse, if that is more than tolerated.
    pub fn lateness(&self, due: Time, now: Time) -> Option<Duration> {
        let late = now - due;
        (late > self.tolerance).then_some(late)
    }
}

/// Notices a heart that beats although nothing gets done: a live-lock.
#[derive(Clone, Debug)]
pub struct Progress {
    limit: Duration,
    done: Option<u32>,
    since: Time,
}

impl Progress {
    /// Nothing done for `limit` is a stall; it counts from now.
    pub fn new(limit: Duration, now: Time) -> Self {
        Progress { limit, done: None, since: now }
    }

    /// A beat says that so much is done; whether that has been the same for too long. Less than before is a
    /// change as well: a new round has begun.
    pub fn is_stalled(&mut self, now: Time, done: u32) -> bool {
        if self.done != Some(done) {
            self.done = Some(done);
            self.since = now;
        }
        now - self.since >= self.limit
    }
}
