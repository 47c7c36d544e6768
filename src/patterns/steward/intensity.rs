//! How many restarts are too many: restarting heals what passes, and hides what does not.
//!
//! Both ways of counting are pure: a moment in, a verdict out. Whoever is told that it was one too many gives up
//! and leaves the problem to whoever watches it.

use super::Pauses;
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::collections::VecDeque;
use std::time::Duration;

/// The most restarts that a window may allow: each of them is remembered.
pub const MOST: u32 = 10_000;

/// When restarts become too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intensity {
    /// More than `most` within `period`, both ends included (Erlang/OTP: 1 in 5 s; Elixir: 3 in 5 s).
    Window {
        /// So many are still allowed; 0: not even one. At most [`MOST`].
        most: u32,
        /// How long a restart counts; not zero.
        period: Duration,
    },
    /// More than `threshold` on a count that loses half of itself in every `half_life` (suture: 5, 30 s).
    Decay {
        /// The count that is still allowed.
        threshold: u32,
        /// In this time the count halves; not zero.
        half_life: Duration,
    },
}

impl Intensity {
    /// Erlang/OTP's default.
    pub const OTP: Intensity = Intensity::Window { most: 1, period: Duration::from_secs(5) };
    /// Elixir's default.
    pub const ELIXIR: Intensity = Intensity::Window { most: 3, period: Duration::from_secs(5) };
    /// suture's default.
    pub const SUTURE: Intensity = Intensity::Decay { threshold: 5, half_life: Duration::from_secs(30) };

    /// Whether the numbers make sense, and a ward that fails again and again, after lives of `shortest_life` and
    /// these pauses, is too much one day.
    ///
    /// # Errors
    /// A period or half-life of zero, a window of more than [`MOST`], or a limit that is never reached because the
    /// back-off spreads restarts wider than it counts them.
    pub fn check(self, mut pauses: Pauses, shortest_life: Duration) -> Result<(), ConfigError> {
        let (field, limit) = match self {
            Intensity::Window { most, period } => {
                ConfigError::if_zero("period", period)?;
                ConfigError::unless(most <= MOST, "intensity", most, format!("0–{MOST}"))?;
                ("period", period)
            }
            Intensity::Decay { half_life, .. } => {
                ConfigError::if_zero("half-life", half_life)?;
                ("half-life", half_life)
            }
        };
        // The worst that can happen is tried: every life as short as it can be, every pause too.
        let mut worst = Restarts::new(self);
        let mut now = Time::ZERO;
        let too_many = (0..=MOST).any(|_| {
            now = now + shortest_life;
            let is_too_many = !worst.admit(now);
            now = now + pauses.next(0);
            is_too_many
        });
        let allowed = "long enough for restarts to become too many in spite of the back-off";
        ConfigError::unless(too_many, field, format!("{limit:?}"), allowed)
    }
}

/// The restarts that still count.
#[derive(Clone, Debug)]
pub struct Restarts {
    intensity: Intensity,
    /// Of a window: when, the oldest first.
    recent: VecDeque<Time>,
    /// Of a decaying count: the count as it was at that moment.
    score: f64,
    at: Time,
}

impl Restarts {
    /// No restarts so far.
    pub fn new(intensity: Intensity) -> Self {
        Restarts { intensity, recent: VecDeque::new(), score: 0.0, at: Time::ZERO }
    }

    /// Counts a restart; whether it is still one that is allowed.
    pub fn admit(&mut self, now: Time) -> bool {
        match self.intensity {
            Intensity::Window { most, period } => {
                self.recent.push_back(now);
                while self.recent.front().is_some_and(|oldest| now - *oldest > period) {
                    self.recent.pop_front();
                }
                self.recent.len() <= most as usize
            }
            Intensity::Decay { threshold, .. } => {
                self.score = self.score(now) + 1.0;
                self.at = now;
                self.score <= f64::from(threshold)
            }
        }
    }

    /// The count as it is now: whole in a window, decayed otherwise.
    pub fn score(&self, now: Time) -> f64 {
        match self.intensity {
            Intensity::Window { period, .. } => {
                self.recent.iter().filter(|restart| now - **restart <= period).count() as f64
            }
            Intensity::Decay { half_life, .. } => {
                let halvings = (now - self.at).as_nanos() as f64 / half_life.as_nanos() as f64;
                self.score * libm::exp2(-halvings)
            }
        }
    }
}
