//! How long to wait before the next try: a growing delay, spread out so that those who failed together do not come
//! back together.
//!
//! Pure and exact: whole nanoseconds, saturating; what is random is passed in as billionths (`rt.draw("back-off", 0,
//! `[`WHOLE`]`)`). A cap never swallows the spread: the delay is capped so that its spread still fits below the cap.

use super::config::ConfigError;
use std::time::Duration;

/// One, in the unit in which randomness is passed in.
pub const WHOLE: u64 = 1_000_000_000;

/// How the delay grows from one retry to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Always the base.
    Constant,
    /// Base, twice the base, three times …
    Linear,
    /// Base, then each time so many thousandths of the one before; 2000 doubles it.
    Exponential {
        /// The factor in thousandths, 1000 at least.
        factor: u32,
    },
    /// Between the base and three times the delay before, drawn anew each time (*decorrelated jitter*, AWS
    /// Architecture Blog, 2015). It is its own jitter.
    Decorrelated,
}

/// How a delay is spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    /// Not at all.
    None,
    /// Anywhere from zero to the delay.
    Full,
    /// Anywhere from half the delay to the delay.
    Equal,
    /// Up to so many thousandths more or less; at most 1000.
    PlusMinus(u32),
    /// Up to so many thousandths more.
    Plus(u32),
}

impl Jitter {
    /// So much more or less, as a share from 0 to 1.
    ///
    /// # Errors
    /// If it is no number from 0 to 1.
    pub fn plus_minus(share: f64) -> Result<Self, ConfigError> {
        thousandths("jitter", share, 1.0).map(Jitter::PlusMinus)
    }

    /// So much more, as a share from 0 to 1000.
    ///
    /// # Errors
    /// If it is no number from 0 to 1000.
    pub fn plus(share: f64) -> Result<Self, ConfigError> {
        thousandths("jitter", share, 1000.0).map(Jitter::Plus)
    }
}

/// A number from 0 to `most` in thousandths, rounded to the nearest.
///
/// # Errors
/// If it is not a number, infinite, negative or above `most`.
pub fn thousandths(field: &'static str, number: f64, most: f64) -> Result<u32, ConfigError> {
    ConfigError::unless((0.0..=most).contains(&number), field, number, format!("0–{most}"))?;
    Ok((number * 1000.0).round() as u32)
}

/// How long to wait before each retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// How the delay grows.
    pub growth: Growth,
    /// The first delay; zero waits for nothing, ever.
    pub base: Duration,
    /// No delay is longer.
    pub max: Duration,
    /// How a delay is spread.
    pub jitter: Jitter,
}

impl Backoff {
    /// No delay at all: retries at once.
    pub const NONE: Backoff =
        Backoff { growth: Growth::Constant, base: Duration::ZERO, max: Duration::ZERO, jitter: Jitter::None };

    /// As gRPC's retry design (A6) has it: from 100 ms doubling up to 1 s, ±20 %.
    pub const GRPC: Backoff = Backoff {
        growth: Growth::Exponential { factor: 2000 },
        base: Duration::from_millis(100),
        max: Duration::from_secs(1),
        jitter: Jitter::PlusMinus(200),
    };

    /// Checks it.
    ///
    /// # Errors
    /// If the base is above the cap, a factor is below 1, or a spread goes below zero.
    pub fn checked(self) -> Result<Self, ConfigError> {
        ConfigError::unless(self.base <= self.max, "base", format!("{:?}", self.base), "≤ max")?;
        if let Growth::Exponential { factor } = self.growth {
            ConfigError::unless(factor >= 1000, "factor", f64::from(factor) / 1000.0, "≥ 1")?;
        }
        if let Jitter::PlusMinus(share) = self.jitter {
            ConfigError::unless(share <= 1000, "jitter", f64::from(share) / 1000.0, "0–1")?;
        }
        Ok(self)
    }

    /// Whether a delay depends on what is drawn.
    pub fn is_spread(&self) -> bool {
        self.jitter != Jitter::None || self.growth == Growth::Decorrelated
    }

    /// The delay before a retry, from 0; `before` is the delay before the previous one (none before the first),
    /// `random` from 0 to [`WHOLE`].
    pub fn delay(&self, retry: u32, before: Option<Duration>, random: u64) -> Duration {
        let random = random.min(WHOLE);
        let max = nanos(self.max);
        let base = nanos(self.base).min(max);
        let delay = match self.growth {
            Growth::Constant => base,
            Growth::Linear => base.saturating_mul(u64::from(retry) + 1),
            Growth::Exponential { factor } => grown(base, factor, retry, max),
            Growth::Decorrelated => {
                let upper = before.map_or(base, nanos).saturating_mul(3).clamp(base, max);
                return Duration::from_nanos(base + share(upper - base, random));
            }
        };
        let delay = delay.min(max);
        Duration::from_nanos(match self.jitter {
            Jitter::None => delay,
            Jitter::Full => share(delay, random),
            Jitter::Equal => delay - delay / 2 + share(delay / 2, random),
            Jitter::PlusMinus(spread) => {
                let (middle, spread) = below_cap(delay, spread, max);
                // From the lower end, so that nothing is negative on the way.
                middle - spread + share(spread, random).saturating_add(share(spread, random))
            }
            Jitter::Plus(spread) => {
                let (least, spread) = below_cap(delay, spread, max);
                least + share(spread, random)
            }
        })
    }
}

/// A delay that leaves room for its spread below the cap, and that spread.
fn below_cap(delay: u64, spread: u32, max: u64) -> (u64, u64) {
    let spread = u128::from(spread);
    let room = u128::from(max) * 1000 / (1000 + spread);
    let delay = u128::from(delay).min(room);
    (delay as u64, (delay * spread / 1000).min(u128::from(u64::MAX)) as u64)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// So many billionths of a number.
fn share(of: u64, billionths: u64) -> u64 {
    (u128::from(of) * u128::from(billionths) / u128::from(WHOLE)) as u64
}

/// `base` multiplied so often, but not beyond `max`.
fn grown(base: u64, factor: u32, times: u32, max: u64) -> u64 {
    let mut delay = u128::from(base);
    // A factor of 1, or a base of 0, would never reach the cap.
    let times = if factor == 1000 || base == 0 { 0 } else { times };
    for _ in 0..times {
        let next = delay * u128::from(factor) / 1000;
        // So short that the factor is lost in the rounding: it still grows.
        delay = next.max(delay + 1);
        if delay >= u128::from(max) {
            return max;
        }
    }
    delay.min(u128::from(max)) as u64
}

/// The delays of one operation, one after the other, within limits.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    backoff: Backoff,
    /// At most so many retries; none means without end.
    times: Option<u32>,
    /// All delays together are at most so long.
    total: Option<Duration>,
    made: u32,
    /// Retries since the last [`restart`](Schedule::restart).
    steps: u32,
    before: Option<Duration>,
    spent: Duration,
}

impl Schedule {
    /// At most so many retries, with delays of at most `total` together.
    ///
    /// # Errors
    /// As [`Backoff::checked`].
    pub fn new(backoff: Backoff, times: Option<u32>, total: Option<Duration>) -> Result<Self, ConfigError> {
        let backoff = backoff.checked()?;
        Ok(Schedule { backoff, times, total, made: 0, steps: 0, before: None, spent: Duration::ZERO })
    }

    /// How many retries were made.
    pub fn made(&self) -> u32 {
        self.made
    }

    /// Whether one more retry is allowed at all.
    pub fn is_over(&self) -> bool {
        self.times.is_some_and(|times| self.made >= times)
    }

    /// The delay before the next retry, which is thereby made; none if the retries or the time are used up.
    pub fn next(&mut self, random: u64) -> Option<Duration> {
        let delay = self.backoff.delay(self.steps, self.before, random);
        self.pass(delay)?;
        self.steps = self.steps.saturating_add(1);
        self.before = Some(delay);
        Some(delay)
    }

    /// A delay that somebody else has set, after which the back-off begins anew; none as for [`next`](Schedule::next).
    pub fn told(&mut self, delay: Duration) -> Option<Duration> {
        self.pass(delay)?;
        self.restart();
        Some(delay)
    }

    /// Begins again with the first delay; what was spent stays spent.
    pub fn restart(&mut self) {
        self.steps = 0;
        self.before = None;
    }

    fn pass(&mut self, delay: Duration) -> Option<()> {
        let spent = self.spent.saturating_add(delay);
        if self.is_over() || self.total.is_some_and(|total| spent > total) {
            return None;
        }
        self.spent = spent;
        self.made = self.made.saturating_add(1);
        Some(())
    }
}
