//! How long to wait before a restart: a back-off that begins anew after a life that was long enough to be a success.

use crate::patterns::backoff::{Backoff, Growth, Jitter, WHOLE};
use crate::patterns::config::ConfigError;
use crate::runtime::Runtime;
use std::time::Duration;

/// The pauses before the restarts of one ward. Without any, the next life begins at once.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// How they grow and spread: with a spread of their own, siblings do not come back all at once.
    pub backoff: Backoff,
    /// A life of this length is a success: the next pause is the first again. Zero: never.
    pub stable: Duration,
    /// Restarts since the last success.
    restarts: u32,
    before: Option<Duration>,
}

impl Pauses {
    /// None at all.
    pub const NONE: Pauses = Pauses::new(Backoff::NONE, Duration::ZERO);

    /// suture's: 15 s and up to half as much more.
    pub const SUTURE: Pauses = Pauses::new(
        Backoff {
            growth: Growth::Constant,
            base: Duration::from_secs(15),
            max: Duration::from_millis(22_500),
            jitter: Jitter::Plus(500),
        },
        Duration::ZERO,
    );

    /// Kubernetes': 10 s, doubling up to 300 s, anew after 10 min.
    pub const KUBELET: Pauses = Pauses::new(
        Backoff {
            growth: Growth::Exponential { factor: 2000 },
            base: Duration::from_secs(10),
            max: Duration::from_secs(300),
            jitter: Jitter::None,
        },
        Duration::from_secs(600),
    );

    /// These pauses, anew after a life of `stable`.
    pub const fn new(backoff: Backoff, stable: Duration) -> Self {
        Pauses { backoff, stable, restarts: 0, before: None }
    }

    /// Whether the back-off makes sense.
    ///
    /// # Errors
    /// As [`Backoff::checked`].
    pub fn check(&self) -> Result<(), ConfigError> {
        self.backoff.checked().map(drop)
    }

    /// A life has lasted so long.
    pub fn lived(&mut self, lasted: Duration) {
        if !self.stable.is_zero() && lasted >= self.stable {
            *self = Pauses::new(self.backoff, self.stable);
        }
    }

    /// The pause before the next life; `random` from 0, the shortest, to [`WHOLE`].
    pub fn next(&mut self, random: u64) -> Duration {
        let pause = self.backoff.delay(self.restarts, self.before, random);
        self.restarts = self.restarts.saturating_add(1);
        self.before = Some(pause);
        pause
    }

    /// The same, drawn by the current task if it is spread.
    pub(in crate::patterns) fn draw(&mut self, rt: &Runtime) -> Duration {
        let random = if self.backoff.is_spread() { rt.draw("restart pause", 0, WHOLE) } else { 0 };
        self.next(random)
    }
}

impl Default for Pauses {
    fn default() -> Self {
        Pauses::NONE
    }
}
