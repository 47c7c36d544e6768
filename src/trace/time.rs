//! A moment of a run: whole nanoseconds since its start.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment of a run, in nanoseconds since the run began. Saturates instead of overflowing (584 years).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// The last moment that can be written.
    pub const MAX: Time = Time(u64::MAX);

    /// The moment `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Time(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A duration in whole nanoseconds, cut at 584 years.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, duration: Duration) -> Time {
        Time(self.0.saturating_add(nanos(duration)))
    }
}

impl Sub<Time> for Time {
    type Output = Duration;
    fn sub(self, earlier: Time) -> Duration {
        self.since(earlier)
    }
}

impl fmt::Display for Time {
    /// Seconds, with as many decimals as are needed to be exact and at least three.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, rest) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let digits = format!("{rest:09}");
        let needed = digits.trim_end_matches('0').len().max(3);
        f.pad(&format!("{seconds}.{} s", &digits[..needed]))
    }
}

/// A duration as it stands in a link: the largest unit that gives a finite decimal, `1.95s`, `250ms`.
pub fn write_duration(nanos: u64) -> String {
    const UNITS: [(&str, u64); 6] = [
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    if nanos == 0 {
        return "0s".to_owned();
    }
    for (unit, size) in UNITS {
        // Up to nine decimals are looked at: 1/size has no more for the decimal units, and h and m have a
        // finite decimal only if the rest divides a power of ten.
        let (whole, rest) = (nanos / size, nanos % size);
        let scaled = u128::from(rest) * 1_000_000_000;
        if whole == 0 || !scaled.is_multiple_of(u128::from(size)) {
            continue;
        }
        let digits = format!("{:09}", scaled / u128::from(size));
        let digits = digits.trim_end_matches('0');
        let point = if digits.is_empty() { "" } else { "." };
        return format!("{whole}{point}{digits}{unit}");
    }
    format!("{nanos}ns")
}
