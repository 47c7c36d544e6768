//! So many tokens per time, as a fraction of whole numbers: nothing is rounded before a wait is told in nanoseconds.
//!
//! A bucket counts in *units*. A token is `period` units and a nanosecond brings `count` of them, so both are whole
//! whatever the rate is; a moment counted in units, `nanoseconds × count`, is exact as well.

use crate::patterns::config::ConfigError;
use std::cmp::Ordering;
use std::time::Duration;

/// The largest count of a rate in lowest terms: with it a moment 584 years from the start still fits in 127 bits.
const MOST: u64 = 1 << 62;

/// A rate: `count` tokens every `period` nanoseconds, in lowest terms; nothing ever, or no limit at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    count: u64,
    period: u64,
}

impl Rate {
    /// No limit: every request is granted at once, whatever the burst.
    pub const INFINITE: Rate = Rate { count: 1, period: 0 };
    /// No token ever comes.
    pub const ZERO: Rate = Rate { count: 0, period: 1 };

    /// Exactly `count` tokens per `period`.
    ///
    /// # Errors
    /// If either is zero, or if in lowest terms there are more than 2^62 tokens or the period is over 584 years.
    pub fn new(count: u64, period: Duration) -> Result<Self, ConfigError> {
        ConfigError::unless(count > 0, "rate", count, "> 0")?;
        ConfigError::if_zero("period", period)?;
        let divisor = gcd(u128::from(count), period.as_nanos());
        let (count, period) = (count / divisor as u64, period.as_nanos() / divisor);
        ConfigError::unless(count <= MOST, "rate", count, "1–2^62")?;
        let period = u64::try_from(period).map_err(|_| ConfigError::new("period", period, "1ns–584 years"))?;
        Ok(Rate { count, period })
    }

    /// One token every `interval`; an interval of zero is no limit. (Go's `rate.Every`.)
    pub fn every(interval: Duration) -> Self {
        match u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX) {
            0 => Rate::INFINITE,
            period => Rate { count: 1, period },
        }
    }

    /// The book's helper: one token every `period / count`, cut to whole nanoseconds. Three per second are
    /// 3.000000003 per second by it.
    ///
    /// # Errors
    /// If either is zero.
    pub fn per(count: u32, period: Duration) -> Result<Self, ConfigError> {
        ConfigError::unless(count > 0, "rate", count, "> 0")?;
        ConfigError::if_zero("period", period)?;
        Ok(Rate::every(period / count))
    }

    /// Tokens per second, for people to read.
    pub fn per_second(self) -> f64 {
        if self.is_infinite() { f64::INFINITY } else { self.count as f64 * 1e9 / self.period as f64 }
    }

    /// Whether there is no limit.
    pub fn is_infinite(self) -> bool {
        self.period == 0
    }

    /// A token, in units.
    pub(super) fn token(self) -> i128 {
        i128::from(self.period.max(1))
    }

    /// What so many nanoseconds bring, in units; of a moment: that moment in units.
    pub(super) fn units(self, nanos: u64) -> i128 {
        i128::from(nanos) * i128::from(self.count)
    }

    /// Units of another rate as units of this one, rounded down.
    pub(super) fn convert(self, units: i128, other: Rate) -> i128 {
        let whole = units.div_euclid(other.token()) * self.token();
        // The rest is less than a token, so the product of two unsigned 64-bit numbers.
        let rest = units.rem_euclid(other.token()) as u128 * self.token() as u128 / other.token() as u128;
        whole + rest as i128
    }

    /// Whole nanoseconds in which so many units come, cut; none if they never do.
    pub(super) fn nanos_down(self, units: i128) -> Option<u64> {
        (self.count > 0).then(|| u64::try_from(units / i128::from(self.count)).unwrap_or(u64::MAX))
    }

    /// The same, rounded up: by then they have come.
    pub(super) fn nanos_up(self, units: i128) -> Option<u64> {
        self.nanos_down(units + i128::from(self.count.saturating_sub(1)))
    }
}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The slower rate is the smaller one.
impl Ord for Rate {
    fn cmp(&self, other: &Self) -> Ordering {
        // A fraction with the denominator 0 is larger than all others, and two of them are equal.
        let product = |one: u64, two: u64| u128::from(one) * u128::from(two);
        product(self.count, other.period).cmp(&product(other.count, self.period))
    }
}

fn gcd(one: u128, two: u128) -> u128 {
    if two == 0 { one } else { gcd(two, one % two) }
}
