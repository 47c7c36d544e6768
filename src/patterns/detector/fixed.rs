//! Detectors with a fixed idea of a long silence: a deadline, and a count of beats that did not come.

use super::{Detector, HIGHEST};
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// Level 1 once a silence lasts `interval + pause`: the beat that is due, and what is accepted on top of it.
/// Counting the pause alone is a known mistake (akka/akka#17567).
#[derive(Clone, Debug)]
pub struct Deadline {
    limit: Duration,
    last: Option<Time>,
}

impl Deadline {
    /// Beats come every `interval`, and may be late by `pause`.
    ///
    /// # Errors
    /// An interval of zero.
    pub fn new(interval: Duration, pause: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("interval", interval)?;
        Ok(Deadline { limit: interval.saturating_add(pause), last: None })
    }

    /// The silence that is too long.
    pub fn limit(&self) -> Duration {
        self.limit
    }
}

impl Detector for Deadline {
    fn beat(&mut self, now: Time, _: bool) {
        self.last = Some(now);
    }

    fn level(&self, now: Time) -> f64 {
        let silence = self.last.map_or(Duration::ZERO, |last| now - last);
        share(silence, self.limit).min(HIGHEST)
    }

    fn time_to(&self, limit: f64) -> Option<Time> {
        Some(self.last? + times(self.limit, limit))
    }

    fn excuse(&mut self, pause: Duration) {
        self.last = self.last.map(|last| last + pause);
    }

    fn reset(&mut self) {
        self.last = None;
    }
}

/// The level is the number of beats in a row that were due and did not come, each allowed to be late by `slack`.
#[derive(Clone, Debug)]
pub struct Misses {
    interval: Duration,
    slack: Duration,
    last: Option<Time>,
}

impl Misses {
    /// Beats come every `interval`, and may be late by `slack`.
    ///
    /// # Errors
    /// An interval of zero.
    pub fn new(interval: Duration, slack: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("interval", interval)?;
        Ok(Misses { interval, slack, last: None })
    }
}

impl Detector for Misses {
    fn beat(&mut self, now: Time, _: bool) {
        self.last = Some(now);
    }

    fn level(&self, now: Time) -> f64 {
        let silence = self.last.map_or(Duration::ZERO, |last| now - last).saturating_sub(self.slack);
        (silence.as_nanos() / self.interval.as_nanos()) as f64
    }

    fn time_to(&self, limit: f64) -> Option<Time> {
        let beats = limit.max(0.0).ceil();
        let wait = if beats == 0.0 { Duration::ZERO } else { times(self.interval, beats).saturating_add(self.slack) };
        Some(self.last? + wait)
    }

    fn excuse(&mut self, pause: Duration) {
        self.last = self.last.map(|last| last + pause);
    }

    fn reset(&mut self) {
        self.last = None;
    }
}

/// How many times `whole` fits into `part`.
pub(super) fn share(part: Duration, whole: Duration) -> f64 {
    part.as_nanos() as f64 / whole.as_nanos() as f64
}

/// So many times a duration, to the nanosecond above.
pub(super) fn times(duration: Duration, factor: f64) -> Duration {
    Duration::from_nanos((duration.as_nanos() as f64 * factor.max(0.0)).ceil() as u64)
}
