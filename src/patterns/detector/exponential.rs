//! Phi accrual for silences of any length, the longer the rarer, as in Cassandra and chitchat: phi grows evenly.

use super::fixed::times;
use super::{Detector, HIGHEST, Samples};
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::f64::consts::{LN_10, LOG10_E};
use std::time::Duration;

/// A phi detector that knows only the mean silence.
#[derive(Clone, Debug)]
pub struct PhiExponential {
    samples: Samples,
    prior: Duration,
    weight: u32,
    longest: Duration,
    last: Option<Time>,
}

impl PhiExponential {
    /// A detector that keeps so many samples (1,000) and leaves out silences above `longest`, which are failures
    /// and not habits. Until it has samples it believes in `prior`, as firmly as in `weight` samples (chitchat: 5).
    /// With a weight of 0 the prior is the first sample, which leaves the window like any other (Cassandra).
    ///
    /// # Errors
    /// A window of none or of too many, a prior or a longest silence of zero.
    pub fn new(window: usize, prior: Duration, weight: u32, longest: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("interval", prior)?;
        ConfigError::if_zero("longest", longest)?;
        Ok(PhiExponential { samples: Samples::new(window)?, prior, weight, longest, last: None })
    }

    /// The mean silence it believes in, in nanoseconds; none before it can tell.
    pub fn mean(&self) -> Option<f64> {
        // Two beats make the first silence; a prior alone is no evidence of a heart.
        if self.samples.is_empty() {
            return None;
        }
        let weight = f64::from(self.weight);
        let sum = self.samples.sum() + self.prior.as_nanos() as f64 * weight;
        Some((sum / (self.samples.len() as f64 + weight)).max(1.0))
    }

    /// The silence in mean silences: what chitchat calls phi. Phi proper is this by ln 10.
    pub fn waited(&self, now: Time) -> Option<f64> {
        Some((now - self.last?).as_nanos() as f64 / self.mean()?)
    }
}

impl Detector for PhiExponential {
    fn beat(&mut self, now: Time, _: bool) {
        match self.last {
            None if self.weight == 0 => self.samples.push(self.prior),
            None => {}
            Some(last) if now - last <= self.longest => self.samples.push(now - last),
            Some(_) => {}
        }
        self.last = Some(now);
    }

    fn level(&self, now: Time) -> f64 {
        self.waited(now).map_or(0.0, |means| (means * LOG10_E).min(HIGHEST))
    }

    fn time_to(&self, limit: f64) -> Option<Time> {
        let mean = Duration::from_nanos(self.mean()?.ceil() as u64);
        Some(self.last? + times(mean, limit * LN_10))
    }

    fn excuse(&mut self, pause: Duration) {
        self.last = self.last.map(|last| last + pause);
    }

    fn reset(&mut self) {
        self.samples.clear();
        self.last = None;
    }
}
