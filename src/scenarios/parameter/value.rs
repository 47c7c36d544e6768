//! Values and their text: durations, rates, counts, ratios; read exactly, written in one way only.

use crate::runtime::{UNITS, decimal};
use std::fmt;
use std::time::Duration;

/// One value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A length of time in whole nanoseconds, at most `LONGEST`.
    Duration(Duration),
    /// So many per unit of time.
    Rate(Rate),
    /// A whole number.
    Count(u64),
    /// A decimal number.
    Ratio(Ratio),
    /// Yes or no.
    Flag(bool),
    /// One of the words that the parameter declares.
    Choice(&'static str),
}

/// So many per `per`, reduced to the shortest of second, minute and hour that leaves `count` whole: `60/m` is `1/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// In which time: a second, a minute or an hour.
    pub per: Duration,
}

/// A decimal number from 0 up, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio {
    /// The number times a million.
    pub millionths: u64,
}

impl Ratio {
    /// The nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        self.millionths as f64 / 1e6
    }
}

/// What can be wrong with the text of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// There is no text.
    Missing,
    /// It is not a number of the form `12` or `1.5`.
    NotANumber,
    /// It is below zero.
    Negative,
    /// It has no unit.
    NoUnit,
    /// Its unit is not one of those allowed.
    UnknownUnit,
    /// It has more decimals than are kept.
    TooFine,
    /// It is too small or too large.
    OutOfRange,
    /// It is not one of the words allowed.
    Unknown,
}

/// The longest duration that a link can name: 100 days, just below 2^53 ns, which JavaScript's numbers keep exactly.
pub const LONGEST: Duration = Duration::from_secs(100 * 24 * 3600);

pub(super) const DURATION_UNITS: &str = "ns, us, ms, s, m, h";
pub(super) const RATE_UNITS: &str = "/s, /m, /h";

/// Units of a rate with their seconds, shortest first.
const RATES: [(&str, u64); 3] = [("s", 1), ("m", 60), ("h", 3600)];

/// Reads a duration such as `1.95s`: a decimal number and a unit, exact to one nanosecond.
///
/// # Errors
/// If it is not a number with a unit, finer than a nanosecond, or longer than `LONGEST`.
pub fn read_duration(text: &str) -> Result<Duration, Misfit> {
    let (number, unit) = Decimal::read(text)?;
    if unit.is_empty() {
        return Err(Misfit::NoUnit);
    }
    let (_, nanos, _) = UNITS.into_iter().find(|(name, ..)| *name == unit).ok_or(Misfit::UnknownUnit)?;
    let nanos = number.times(nanos)?;
    let duration = Duration::from_nanos(nanos);
    if duration > LONGEST { Err(Misfit::OutOfRange) } else { Ok(duration) }
}

/// Writes a duration with the largest unit that gives a number from 1 up with finitely many decimals.
pub fn write_duration(duration: Duration) -> String {
    crate::runtime::write_duration(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

/// Reads a rate such as `10/s`.
///
/// # Errors
/// If it is not a whole number with `/s`, `/m` or `/h`.
pub fn read_rate(text: &str) -> Result<Rate, Misfit> {
    let (number, unit) = text.split_once('/').unwrap_or((text, ""));
    let count = read_count(number)?;
    if unit.is_empty() {
        return Err(Misfit::NoUnit);
    }
    let (_, seconds) = RATES.into_iter().find(|(name, _)| *name == unit).ok_or(Misfit::UnknownUnit)?;
    let whole = |per: u64| (u128::from(count) * u128::from(per)).is_multiple_of(u128::from(seconds));
    let (_, per) = RATES.into_iter().find(|(_, per)| whole(*per)).unwrap_or(("", seconds));
    let count = u128::from(count) * u128::from(per) / u128::from(seconds);
    let count = u64::try_from(count).map_err(|_| Misfit::OutOfRange)?;
    Ok(Rate { count, per: Duration::from_secs(per) })
}

/// Reads a whole number from 0 to 2^64−1.
///
/// # Errors
/// If it is not made of digits only, or too large.
pub fn read_count(text: &str) -> Result<u64, Misfit> {
    match Decimal::read(text)? {
        (number, "") if number.fraction.is_empty() => number.times(1),
        _ => Err(Misfit::NotANumber),
    }
}

/// Reads a decimal number from 0 up, exact to one millionth.
///
/// # Errors
/// If it is not a decimal number, finer than that, or too large.
pub fn read_ratio(text: &str) -> Result<Ratio, Misfit> {
    match Decimal::read(text)? {
        (number, "") => Ok(Ratio { millionths: number.times(1_000_000)? }),
        _ => Err(Misfit::NotANumber),
    }
}

/// `whole.fraction` as written, without zeros at the outer ends.
struct Decimal<'a> {
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Reads digits with at most one point between them; gives the number and what follows it.
    fn read(text: &'a str) -> Result<(Self, &'a str), Misfit> {
        if text.is_empty() {
            return Err(Misfit::Missing);
        }
        if let Some(rest) = text.strip_prefix('-') {
            return Err(Decimal::read(rest).map_or(Misfit::NotANumber, |_| Misfit::Negative));
        }
        let (whole, rest) = digits(text);
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => digits(rest),
            None => ("0", rest),
        };
        // What follows a number is a unit: letters. Anything else means that the number itself is wrong.
        if whole.is_empty() || fraction.is_empty() || !rest.chars().all(char::is_alphabetic) {
            return Err(Misfit::NotANumber);
        }
        Ok((Decimal { whole: whole.trim_start_matches('0'), fraction: fraction.trim_end_matches('0') }, rest))
    }

    /// The number times `unit`, which must be whole.
    fn times(&self, unit: u64) -> Result<u64, Misfit> {
        // 13 decimals: an hour is 2^13 * 3^2 * 5^11 ns, so no finer decimal of any unit is a whole number of ns.
        if self.fraction.len() > 13 {
            return Err(Misfit::TooFine);
        }
        let scale = 10_u128.pow(self.fraction.len() as u32);
        // 20 + 13 digits fit 128 bits; numbers of more digits do not fit 64 bits anyway.
        if self.whole.len() > 20 {
            return Err(Misfit::OutOfRange);
        }
        let number = format!("0{}{}", self.whole, self.fraction).parse::<u128>().map_err(|_| Misfit::OutOfRange)?;
        let product = number.checked_mul(u128::from(unit)).ok_or(Misfit::OutOfRange)?;
        if product % scale != 0 {
            return Err(Misfit::TooFine);
        }
        u64::try_from(product / scale).map_err(|_| Misfit::OutOfRange)
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

impl Value {
    /// Whether this is from `min` to `max`; both must be of its own kind.
    pub(super) fn is_within(self, min: Value, max: Value) -> bool {
        match (min, self, max) {
            (Value::Duration(min), Value::Duration(value), Value::Duration(max)) => (min..=max).contains(&value),
            (Value::Count(min), Value::Count(value), Value::Count(max)) => (min..=max).contains(&value),
            (Value::Ratio(min), Value::Ratio(value), Value::Ratio(max)) => (min..=max).contains(&value),
            (Value::Rate(min), Value::Rate(value), Value::Rate(max)) => {
                let per_hour = |rate: Rate| u128::from(rate.count) * u128::from(3600 / rate.per.as_secs().max(1));
                (per_hour(min)..=per_hour(max)).contains(&per_hour(value))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Value {
    /// The one text of this value in a link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Duration(duration) => f.pad(&write_duration(*duration)),
            Value::Rate(rate) => rate.fmt(f),
            Value::Count(count) => count.fmt(f),
            Value::Ratio(ratio) => ratio.fmt(f),
            Value::Flag(flag) => flag.fmt(f),
            Value::Choice(choice) => f.pad(choice),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = RATES.into_iter().find(|(_, per)| *per == self.per.as_secs());
        f.pad(&format!("{}/{}", self.count, unit.map_or("s", |(name, _)| name)))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&decimal(self.millionths, 1_000_000))
    }
}
