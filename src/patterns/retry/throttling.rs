//! Throttling at the client (Beyer et al., *Site Reliability Engineering*, chapter 21): whoever is refused a lot
//! refuses himself, with probability max(0, (requests − K · accepts) / (requests + 1)) over a sliding window.

use crate::patterns::config::ConfigError;
use crate::patterns::window::Window;
use crate::runtime::Time;
use std::time::Duration;

/// One, in the unit of probabilities here: a millionth.
pub const CERTAIN: u64 = 1_000_000;

/// Counts what was asked and what was accepted, and says when not to ask.
#[derive(Clone, Debug)]
pub struct Throttling {
    counts: Window<2>,
    k: i64,
}

impl Throttling {
    /// `k` in thousandths: 2000 lets twice as many requests through as are accepted.
    ///
    /// # Errors
    /// If `k` is below 1 or above 1000 (it would refuse what is accepted, or never refuse), or the window is zero.
    pub fn new(window: Duration, k: u32) -> Result<Self, ConfigError> {
        ConfigError::unless((1000..=1_000_000).contains(&k), "k", f64::from(k) / 1000.0, "1–1000")?;
        Ok(Throttling { counts: Window::new(window, 10)?, k: i64::from(k) })
    }

    /// The probability of refusing a request now, in millionths.
    pub fn refusal(&mut self, now: Time) -> u64 {
        let [requests, accepts] = self.counts.sums(now);
        let excess = i128::from(requests) * 1000 - i128::from(self.k) * i128::from(accepts);
        let probability = excess.max(0) * i128::from(CERTAIN) / 1000 / (i128::from(requests) + 1);
        probability.min(i128::from(CERTAIN)) as u64
    }

    /// Whether to send a request now; `random` is drawn from 0 to [`CERTAIN`] − 1. Refused or not, it counts as asked.
    pub fn admits(&mut self, now: Time, random: u64) -> bool {
        let refusal = self.refusal(now);
        self.counts.add(now, 0, 1);
        random >= refusal
    }

    /// A request was accepted by the server.
    pub fn accepted(&mut self, now: Time) {
        self.counts.add(now, 1, 1);
    }
}
