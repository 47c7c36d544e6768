//! Three things a heart alone does not say: whether the listener itself stood still, whether the device slept, and
//! whether anything gets done.

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

/// Notices that the device slept: the clock that only ever runs forward stood still then, and the wall clock did not.
/// Whoever was not on this device went on meanwhile.
///
/// ```
/// # use heartrace::patterns::detector::Suspend;
/// # use heartrace::runtime::Time;
/// # use std::time::Duration;
/// let second = 1_000_000_000;
/// let mut suspend = Suspend::new(Duration::from_secs(1)).unwrap();
/// assert_eq!(suspend.slept(Time::from_nanos(0), 100 * second), None);
/// assert_eq!(suspend.slept(Time::from_nanos(5 * second), 105 * second), None);
/// assert_eq!(suspend.slept(Time::from_nanos(6 * second), 706 * second), Some(Duration::from_secs(600)));
/// ```
#[derive(Clone, Debug)]
pub struct Suspend {
    tolerance: Duration,
    /// The two clocks as they were, the wall clock in nanoseconds since 1970.
    last: Option<(Time, u64)>,
}

impl Suspend {
    /// The wall clock may be ahead by up to `tolerance` between two looks: it is set now and then, too.
    ///
    /// # Errors
    /// A tolerance of zero: no two clocks agree.
    pub fn new(tolerance: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("tolerance", tolerance)?;
        Ok(Suspend { tolerance, last: None })
    }

    /// Both clocks as they are now: how long the device has slept since the last look, if that is more than tolerated.
    /// A wall clock that was set back says nothing.
    pub fn slept(&mut self, now: Time, utc_nanos: u64) -> Option<Duration> {
        let (before, utc_before) = self.last.replace((now, utc_nanos))?;
        let passed = Duration::from_nanos(utc_nanos.saturating_sub(utc_before));
        let slept = passed.saturating_sub(now - before);
        (slept > self.tolerance).then_some(slept)
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
