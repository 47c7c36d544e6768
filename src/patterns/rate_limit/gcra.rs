//! The generic cell rate algorithm (ITU-T I.371; the crate governor): a token bucket that remembers one moment instead
//! of a level, the *theoretical arrival time* at which it would be full again. It decides as the token bucket does, so
//! the only difference is what it costs to keep one for every user. (Where somebody has given up a place in the middle,
//! the bucket lets a small request act before those behind it; here whoever comes later acts later.)

use super::plan::{Planned, Rule};
use super::{Bucket, Rate};
use crate::patterns::config::ConfigError;
use crate::runtime::Time;

/// The rule of [`Gcra`].
#[derive(Clone, Debug)]
pub struct Cells {
    rate: Rate,
    burst: u32,
    /// When it is full again, in units of the rate.
    full_at: i128,
}

/// A limiter by the generic cell rate algorithm; it starts full.
///
/// ```
/// # use heartrace::patterns::rate_limit::{Bucket, Gcra, Rate};
/// # use heartrace::runtime::Time;
/// # use std::time::Duration;
/// let mut gcra = Gcra::new(Rate::new(2, Duration::from_secs(1)).unwrap(), 1).unwrap();
/// assert!(gcra.allow(Time::ZERO, 1));
/// assert_eq!(gcra.next_free(Time::ZERO, 1).unwrap().as_nanos(), 500_000_000);
/// ```
pub type Gcra = Planned<Cells>;

impl Gcra {
    /// Lets `burst` through at once, and from then on at this rate.
    ///
    /// # Errors
    /// If the burst is 0 under a limit: it would never grant anything.
    pub fn new(rate: Rate, burst: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(burst > 0 || rate.is_infinite(), "burst", burst, "> 0")?;
        Ok(Planned::by(rate, burst, Cells { rate, burst, full_at: 0 }))
    }

    /// Whether it is as good as new: nobody can tell it from one that was never asked.
    pub fn is_full(&mut self, now: Time) -> bool {
        self.tokens(now) >= f64::from(self.burst())
    }
}

impl Rule for Cells {
    type Act = i128;

    fn earliest(&self, from: Time, n: u32) -> Option<(Time, i128)> {
        let asked = self.rate.units(from.as_nanos());
        if self.rate.is_infinite() {
            return Some((from, asked));
        }
        // Afterwards it may be full again no later than a whole burst takes to come.
        let needed = i128::from(n) * self.rate.token();
        let act = self.full_at.max(asked) + needed - i128::from(self.burst) * self.rate.token();
        if act <= asked {
            return Some((from, asked));
        }
        let at = Time::from_nanos(self.rate.nanos_up(act)?);
        (at < Time::MAX).then_some((at, act))
    }

    fn take(&mut self, act: i128, n: u32) {
        if !self.rate.is_infinite() {
            self.full_at = self.full_at.max(act) + i128::from(n) * self.rate.token();
        }
    }

    fn free(&self, at: Time) -> f64 {
        let lacks = (self.full_at - self.rate.units(at.as_nanos())).max(0);
        f64::from(self.burst) - if self.rate.is_infinite() { 0.0 } else { lacks as f64 / self.rate.token() as f64 }
    }
}
