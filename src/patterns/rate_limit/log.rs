//! So many in *any* stretch as long as the window, exactly: every grant of the last window is remembered with its
//! moment. What the counters estimate, at the price of a list.

use super::plan::{Planned, Rule};
use super::window::Quota;
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::collections::VecDeque;
use std::time::Duration;

/// More grants than this are not remembered.
const MOST_LOGGED: u32 = 1_000_000;

/// The rule of [`SlidingLog`].
#[derive(Clone, Debug)]
pub struct Log {
    quota: Quota,
    /// Who has acted within the last window before the newest of them, the oldest first.
    grants: VecDeque<(Time, u32)>,
    /// How many they are.
    sum: u32,
}

/// At most `limit` in any stretch as long as `window`, which includes its beginning and not its end.
///
/// ```
/// # use heartrace::patterns::rate_limit::{Bucket, SlidingLog};
/// # use heartrace::runtime::Time;
/// # use std::time::Duration;
/// let mut log = SlidingLog::new(10, Duration::from_secs(5)).unwrap();
/// let at = |millis| Time::ZERO + Duration::from_millis(millis);
/// assert!(log.allow(at(4_999), 10));
/// assert_eq!(log.next_free(at(5_000), 1).unwrap(), at(9_999));
/// ```
pub type SlidingLog = Planned<Log>;

impl SlidingLog {
    /// At most `limit` in any stretch as long as `window`. It remembers as many grants as the limit at most.
    ///
    /// # Errors
    /// A limit of zero or over 1,000,000, a window of zero or over 584 years.
    pub fn new(limit: u32, window: Duration) -> Result<Self, ConfigError> {
        ConfigError::unless(limit <= MOST_LOGGED, "limit", limit, format!("1–{MOST_LOGGED}"))?;
        let quota = Quota::new(limit, window)?;
        Ok(Planned::by(quota.rate, limit, Log { quota, grants: VecDeque::new(), sum: 0 }))
    }
}

impl Log {
    /// When a grant no longer counts.
    fn leaves(&self, act: Time) -> Time {
        act + Duration::from_nanos(self.quota.window)
    }

    /// How many count at a moment.
    fn counted(&self, at: Time) -> u32 {
        let gone = self.grants.iter().take_while(|(act, _)| self.leaves(*act) <= at);
        self.sum - gone.map(|(_, n)| n).sum::<u32>()
    }
}

impl Rule for Log {
    type Act = Time;

    fn earliest(&self, from: Time, n: u32) -> Option<(Time, Time)> {
        // The oldest have to leave until there is room.
        let mut excess = (self.sum + n).saturating_sub(self.quota.limit);
        let mut at = from;
        for (act, others) in &self.grants {
            if excess == 0 {
                break;
            }
            at = at.max(self.leaves(*act));
            excess = excess.saturating_sub(*others);
        }
        (at < Time::MAX).then_some((at, at))
    }

    fn take(&mut self, act: Time, n: u32) {
        while let Some((oldest, others)) = self.grants.front().copied()
            && self.leaves(oldest) <= act
        {
            self.grants.pop_front();
            self.sum -= others;
        }
        match self.grants.back_mut() {
            Some((last, others)) if *last == act => *others += n,
            _ => self.grants.push_back((act, n)),
        }
        self.sum += n;
    }

    fn free(&self, at: Time) -> f64 {
        f64::from(self.quota.limit - self.counted(at))
    }
}
