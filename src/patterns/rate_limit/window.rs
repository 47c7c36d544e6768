//! So many per window, counted. A fixed window starts anew at its edge, so that what was saved up before meets what
//! comes after: twice the quota within a moment. A sliding window blends the count of the last one in and has no edge.

use super::Rate;
use super::plan::{Planned, Rule};
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// A quota: so many per window, and the windows begin at its multiples since the start of the run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quota {
    pub rate: Rate,
    pub limit: u32,
    /// In nanoseconds.
    pub window: u64,
}

impl Quota {
    pub fn new(limit: u32, window: Duration) -> Result<Self, ConfigError> {
        ConfigError::unless(limit > 0, "limit", limit, "> 0")?;
        ConfigError::if_zero("window", window)?;
        let rate = Rate::new(u64::from(limit), window)
            .map_err(|_| ConfigError::new("window", format!("{window:?}"), "1ns–584 years"))?;
        let window = u64::try_from(window.as_nanos())
            .map_err(|_| ConfigError::new("window", format!("{window:?}"), "1ns–584 years"))?;
        Ok(Quota { rate, limit, window })
    }

    /// The number of the window that a moment belongs to: it includes its beginning.
    fn number(&self, at: Time) -> u64 {
        at.as_nanos() / self.window
    }

    /// When a window begins, if the clock ever gets there.
    fn begins(&self, number: u64) -> Option<Time> {
        number.checked_mul(self.window).filter(|nanos| *nanos < u64::MAX).map(Time::from_nanos)
    }
}

/// The rule of [`FixedWindow`].
#[derive(Clone, Debug)]
pub struct Fixed {
    quota: Quota,
    window: u64,
    used: u32,
}

/// At most `limit` in each window; the windows stand still. Known elsewhere as fixed-window counter or cycles. The
/// cheapest of all, one number, and the one that lets through twice its limit around an edge.
///
/// ```
/// # use heartrace::patterns::rate_limit::{Bucket, FixedWindow};
/// # use heartrace::runtime::Time;
/// # use std::time::Duration;
/// let mut window = FixedWindow::new(10, Duration::from_secs(5)).unwrap();
/// let at = |millis| Time::ZERO + Duration::from_millis(millis);
/// assert!(window.allow(at(4_999), 10));
/// assert!(window.allow(at(5_000), 10), "twenty within a millisecond");
/// ```
pub type FixedWindow = Planned<Fixed>;

impl FixedWindow {
    /// At most `limit` in each window, which begin at the multiples of `window` since the start of the run.
    ///
    /// # Errors
    /// A limit or a window of zero, or a window of over 584 years.
    pub fn new(limit: u32, window: Duration) -> Result<Self, ConfigError> {
        let quota = Quota::new(limit, window)?;
        Ok(Planned::by(quota.rate, limit, Fixed { quota, window: 0, used: 0 }))
    }
}

impl Fixed {
    fn used(&self, window: u64) -> u32 {
        if window == self.window { self.used } else { 0 }
    }
}

impl Rule for Fixed {
    type Act = Time;

    fn earliest(&self, from: Time, n: u32) -> Option<(Time, Time)> {
        let window = self.quota.number(from);
        let is_there = n <= self.quota.limit - self.used(window);
        let at = if is_there { from } else { self.quota.begins(window + 1)? };
        Some((at, at))
    }

    fn take(&mut self, act: Time, n: u32) {
        let window = self.quota.number(act);
        (self.window, self.used) = (window, self.used(window) + n);
    }

    fn free(&self, at: Time) -> f64 {
        f64::from(self.quota.limit - self.used(self.quota.number(at)))
    }
}

/// The rule of [`SlidingWindow`].
#[derive(Clone, Debug)]
pub struct Sliding {
    quota: Quota,
    window: u64,
    /// Of the window before, and of this one.
    before: u32,
    used: u32,
}

/// At most `limit` in the last `window`, by estimate: the window before counts by the share of it that is not yet over,
/// as if what it let through had come evenly. Two numbers and no edge; known elsewhere as sliding-window counter.
///
/// ```
/// # use heartrace::patterns::rate_limit::{Bucket, SlidingWindow};
/// # use heartrace::runtime::Time;
/// # use std::time::Duration;
/// let mut window = SlidingWindow::new(10, Duration::from_secs(5)).unwrap();
/// let at = |millis| Time::ZERO + Duration::from_millis(millis);
/// assert!(window.allow(at(4_999), 10));
/// assert_eq!(window.next_free(at(5_000), 1).unwrap(), at(5_500), "a tenth of the window before is over");
/// ```
pub type SlidingWindow = Planned<Sliding>;

impl SlidingWindow {
    /// At most about `limit` in any stretch as long as `window`.
    ///
    /// # Errors
    /// A limit or a window of zero, or a window of over 584 years.
    pub fn new(limit: u32, window: Duration) -> Result<Self, ConfigError> {
        let quota = Quota::new(limit, window)?;
        Ok(Planned::by(quota.rate, limit, Sliding { quota, window: 0, before: 0, used: 0 }))
    }
}

impl Sliding {
    /// What counts in a window that is not before the one it knows: of the window before, and of that one.
    fn counts(&self, window: u64) -> (u32, u32) {
        match window - self.window {
            0 => (self.before, self.used),
            1 => (self.used, 0),
            _ => (0, 0),
        }
    }
}

impl Rule for Sliding {
    type Act = Time;

    fn earliest(&self, from: Time, n: u32) -> Option<(Time, Time)> {
        let (mut from, mut window) = (from, self.quota.number(from));
        loop {
            let (before, used) = self.counts(window);
            if let Some(room) = (self.quota.limit - used).checked_sub(n) {
                // So much of the window before may still count: before · (1 − passed / window) ≤ room.
                let length = u128::from(self.quota.window);
                let may_count = u128::from(room) * length;
                let passed = match u128::from(before) * length {
                    all if all <= may_count => 0,
                    all => (all - may_count).div_ceil(u128::from(before)),
                };
                let begins = self.quota.begins(window)?;
                let at = from.max(Time::from_nanos(begins.as_nanos().checked_add(passed as u64)?));
                return (at < Time::MAX).then_some((at, at));
            }
            window += 1;
            from = self.quota.begins(window)?;
        }
    }

    fn take(&mut self, act: Time, n: u32) {
        let window = self.quota.number(act);
        let (before, used) = self.counts(window);
        (self.window, self.before, self.used) = (window, before, used + n);
    }

    fn free(&self, at: Time) -> f64 {
        let window = self.quota.number(at);
        let (before, used) = self.counts(window);
        let passed = at.as_nanos() % self.quota.window;
        let left = (self.quota.window - passed) as f64 / self.quota.window as f64;
        f64::from(self.quota.limit) - f64::from(used) - f64::from(before) * left
    }
}
