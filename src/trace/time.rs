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

/// Units of time, longest first: name, nanoseconds, and the odd factor that a number of nanoseconds must have
/// to be a finite decimal of this unit (a third of a minute is not one).
pub const UNITS: [(&str, u64, u64); 6] = [
    ("h", 3_600_000_000_000, 9),
    ("m", 60_000_000_000, 3),
    ("s", 1_000_000_000, 1),
    ("ms", 1_000_000, 1),
    ("us", 1_000, 1),
    ("ns", 1, 1),
];

/// Nanoseconds as a duration stands in a link: with the largest unit that gives a number from 1 up with finitely
/// many decimals, `1.95s`, `250ms`.
pub fn write_duration(nanos: u64) -> String {
    let fits = |unit: u64, odd: u64| nanos >= unit && nanos.is_multiple_of(odd);
    match UNITS.into_iter().find(|(_, unit, odd)| fits(*unit, *odd)) {
        Some((name, unit, _)) => format!("{}{name}", decimal(nanos, unit)),
        None => "0s".to_owned(),
    }
}

/// `number / unit` with all its decimals, of which there are at most 13.
pub fn decimal(number: u64, unit: u64) -> String {
    let whole = number / unit;
    let fraction = u128::from(number % unit) * 10_u128.pow(13) / u128::from(unit);
    let fraction = format!("{fraction:013}");
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        fraction => format!("{whole}.{fraction}"),
    }
}
