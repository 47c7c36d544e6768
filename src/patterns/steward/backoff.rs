//! How long to wait before a restart: longer after each, with jitter, as if new after a stable time.

use crate::patterns::config::ConfigError;
use std::time::Duration;

/// The pauses before restarts. The default is none at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// Before the first restart.
    pub first: Duration,
    /// Each pause is so many percent of the one before; 100 and less: all are alike.
    pub growth: u32,
    /// No pause is longer.
    pub most: Duration,
    /// Up to so many percent are added by a draw, so that not everybody comes back at once. Never above `most`.
    pub jitter: u32,
    /// A life that lasts so long is a success: the next pause is the first again. Zero: never.
    pub stable: Duration,
}

impl Backoff {
    /// suture's: 15 s, up to half as much more.
    pub const SUTURE: Backoff = Backoff {
        first: Duration::from_secs(15),
        growth: 100,
        most: Duration::from_millis(22_500),
        jitter: 50,
        stable: Duration::ZERO,
    };
    /// Kubernetes': 10 s, doubling up to 300 s, new after 10 min.
    pub const KUBELET: Backoff = Backoff {
        first: Duration::from_secs(10),
        growth: 200,
        most: Duration::from_secs(300),
        jitter: 0,
        stable: Duration::from_secs(600),
    };

    /// The same pause each time.
    pub const fn constant(pause: Duration) -> Self {
        Backoff { first: pause, growth: 100, most: pause, jitter: 0, stable: Duration::ZERO }
    }

    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// A longest pause that is shorter than the first.
    pub fn check(&self) -> Result<(), ConfigError> {
        let allowed = format!("{:?} or more", self.first);
        ConfigError::unless(self.most >= self.first, "most", format!("{:?}", self.most), allowed)
    }

    /// The shortest and the longest pause before a restart, numbered from 0 since the last success.
    pub fn range(&self, restart: u32) -> (Duration, Duration) {
        // Capped before the jitter is added: after it, the longest pauses would lose their spread.
        let most = self.most.as_nanos() * 100 / (100 + u128::from(self.jitter));
        let mut pause = self.first.as_nanos();
        for _ in 0..restart {
            if pause >= most || self.growth <= 100 {
                break;
            }
            pause = (pause * u128::from(self.growth) / 100).max(pause + 1);
        }
        let pause = pause.min(most);
        let jittered = pause + pause * u128::from(self.jitter) / 100;
        let whole = |nanos: u128| Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        (whole(pause), whole(jittered))
    }

    /// Whether a life of this length is a success.
    pub fn is_stable(&self, life: Duration) -> bool {
        !self.stable.is_zero() && life >= self.stable
    }
}
