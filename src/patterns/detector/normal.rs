//! Phi accrual (Hayashibara and others, 2004) for silences that scatter around a mean, as in Akka and Pekko.
//!
//! Phi is −log₁₀ of the chance that a silence so long is followed by a beat all the same: at 1 one suspicion in ten
//! is false, at 8 one in a hundred million, if beats come as they came so far.

use super::{Detector, HIGHEST, Samples};
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::f64::consts::LOG10_E;
use std::time::Duration;

/// The logistic approximation of the normal distribution in units of its standard deviation.
fn bend(y: f64) -> f64 {
    y * (1.5976 + 0.070566 * y * y)
}

/// The share of silences that are no longer than `x`, for a mean and a standard deviation in the same unit.
pub fn cdf(x: f64, mean: f64, deviation: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-bend((x - mean) / deviation)))
}

/// Phi of a silence, for a mean and a standard deviation in the same unit; from 0 to [`HIGHEST`].
pub fn phi(silence: f64, mean: f64, deviation: f64) -> f64 {
    let bend = bend((silence - mean) / deviation);
    let phi = if silence > mean {
        // −log₁₀(e / (1 + e)) with e = exp(−bend), taken apart: e itself is 0 long before phi has no more meaning.
        bend * LOG10_E + libm::log1p(libm::exp(-bend)) * LOG10_E
    } else {
        let e = libm::exp(-bend);
        -libm::log10(1.0 - 1.0 / (1.0 + e))
    };
    // The chances of a very short silence round to 1, whose logarithm is −0.
    if phi.is_nan() { 0.0 } else { phi.clamp(0.0, HIGHEST) + 0.0 }
}

/// A phi detector for silences that scatter around a mean.
#[derive(Clone, Debug)]
pub struct PhiNormal {
    samples: Samples,
    expected: Duration,
    least_deviation: Duration,
    pause: Duration,
    last: Option<Time>,
}

impl PhiNormal {
    /// A detector that keeps so many samples (Akka's cluster: 1,000) and begins with a guess: silences around
    /// `expected`, a quarter of it to and fro. The deviation is never taken for less than `least_deviation`
    /// (100 ms), and each silence may be longer by `pause` (3 s).
    ///
    /// # Errors
    /// A window of none or of too many, an expected interval or a least deviation of zero.
    pub fn new(
        window: usize,
        expected: Duration,
        least_deviation: Duration,
        pause: Duration,
    ) -> Result<Self, ConfigError> {
        ConfigError::if_zero("interval", expected)?;
        ConfigError::if_zero("deviation", least_deviation)?;
        Ok(PhiNormal { samples: Samples::new(window)?, expected, least_deviation, pause, last: None })
    }

    /// Mean and standard deviation in nanoseconds as they are used: with the pause and the least deviation.
    pub fn statistics(&self) -> (f64, f64) {
        let mean = self.samples.mean() + self.pause.as_nanos() as f64;
        let deviation = self.samples.variance().sqrt().max(self.least_deviation.as_nanos() as f64);
        (mean, deviation)
    }
}

impl Detector for PhiNormal {
    fn beat(&mut self, now: Time, accepted: bool) {
        match self.last {
            None => {
                let deviation = self.expected / 4;
                self.samples.push(self.expected - deviation);
                self.samples.push(self.expected + deviation);
            }
            Some(last) if accepted => self.samples.push(now - last),
            Some(_) => {}
        }
        self.last = Some(now);
    }

    fn level(&self, now: Time) -> f64 {
        let Some(last) = self.last else { return 0.0 };
        let (mean, deviation) = self.statistics();
        phi((now - last).as_nanos() as f64, mean, deviation)
    }

    fn time_to(&self, limit: f64) -> Option<Time> {
        let last = self.last?;
        let (mean, deviation) = self.statistics();
        // Phi only grows: the moment lies between two that are halved until they meet, in whole nanoseconds.
        let reaches = |silence: u64| phi(silence as f64, mean, deviation) >= limit;
        let (mut below, mut at) = (0_u64, 1_u64 << 62);
        if reaches(below) {
            return Some(last);
        }
        while at - below > 1 {
            let middle = below + (at - below) / 2;
            *(if reaches(middle) { &mut at } else { &mut below }) = middle;
        }
        Some(last + Duration::from_nanos(at))
    }

    fn excuse(&mut self, pause: Duration) {
        self.last = self.last.map(|last| last + pause);
    }

    fn reset(&mut self) {
        self.samples.clear();
        self.last = None;
    }
}
