//! A token bucket whose limits change while it is in use. Whoever has a reservation keeps the moment it was promised;
//! what becomes of the tokens that are there is a choice with a name.

use super::{Share, TokenBucket};
use crate::patterns::config::ConfigError;
use crate::patterns::rate_limit::{Adjustable, Rate};
use crate::runtime::Time;

/// What becomes of the tokens in a bucket when its limits change (bucket4j's `TokensInheritanceStrategy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inherit {
    /// They stay, as far as they fit. (`AS_IS`)
    #[default]
    Keep,
    /// A larger burst brings the difference at once; a smaller one takes what no longer fits. (`ADDITIVE`)
    Add,
    /// It stays as full as it was: half a bucket is half a bucket. (`PROPORTIONALLY`)
    Scale,
    /// It begins anew: full. (`RESET`)
    Reset,
}

impl TokenBucket {
    /// From now on tokens come at this rate and there can be so many. A debt, where everything that is there and more
    /// is promised to those who wait, stays a debt: only what the bucket really holds now is inherited.
    ///
    /// # Errors
    /// If the burst is 0 under a limit: it would never grant anything again.
    pub fn change(&mut self, now: Time, rate: Rate, burst: u32, inherit: Inherit) -> Result<(), ConfigError> {
        ConfigError::unless(burst > 0 || rate.is_infinite(), "burst", burst, "> 0")?;
        let old = self.burst;
        self.set_rate(now, rate);
        let (token, before) = (rate.token(), self.level);
        // In these units a level is at most 2^32 · 2^64, so that it can be scaled in two steps without a loss.
        self.level = match inherit {
            Inherit::Keep => before,
            Inherit::Add => before + token * i128::from(burst.saturating_sub(old)),
            Inherit::Scale if old > 0 => scaled(before, burst, old),
            Inherit::Scale | Inherit::Reset => token * i128::from(burst),
        };
        self.burst = burst;
        self.level = self.level.min(self.room());
        self.replay();
        Ok(())
    }
}

/// `level · to / from`, rounded down.
fn scaled(level: i128, to: u32, from: u32) -> i128 {
    let (whole, rest) = (level.div_euclid(i128::from(from)), level.rem_euclid(i128::from(from)));
    whole * i128::from(to) + rest * i128::from(to) / i128::from(from)
}

impl Adjustable for TokenBucket {
    fn set_rate(&mut self, now: Time, rate: Rate) {
        self.advance(now);
        let old = std::mem::replace(&mut self.rate, rate);
        // Here, and nowhere else, something is lost to rounding: less than one unit.
        let convert = |units: i128| rate.convert(units, old);
        self.level = convert(self.level);
        // Who was told *never* will not act, and no longer stands in anybody's way.
        self.held.retain(|(at, _), _| *at < Time::MAX);
        let step = self.step;
        self.held.change_each(|(at, _), share| {
            let at = at.as_nanos();
            *share = Share { act: rate.units(at - at % step), need: convert(share.need) };
        });
        self.replay();
    }

    fn set_burst(&mut self, now: Time, burst: u32) {
        self.advance(now);
        self.burst = burst;
        self.level = self.level.min(self.room());
        self.replay();
    }
}
