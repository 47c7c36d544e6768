//! The token bucket. It remembers who holds a reservation until that has acted, so a cancelled one can be taken out
//! of history: afterwards the bucket is exactly what it would be had it never been made, while everybody else keeps
//! the moment that was promised. Tokens are lost only where the bucket would overflow meanwhile.

mod change;
mod fit;

pub use change::Inherit;

use super::{Bucket, MOST_HELD, Rate, Refused, Reservation};
use crate::ordered::Map;
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// What somebody takes, and when: both in units.
#[derive(Clone, Copy, Debug)]
struct Share {
    act: i128,
    need: i128,
}

/// A bucket that starts full. The default one has no rate and no room: it grants only nothing.
///
/// ```
/// # use heartrace::patterns::rate_limit::{Bucket, Rate, TokenBucket};
/// # use heartrace::runtime::Time;
/// # use std::time::Duration;
/// let second = Duration::from_secs(1);
/// let mut bucket = TokenBucket::new(Rate::new(2, second).unwrap(), 1).unwrap();
/// assert!(bucket.allow(Time::ZERO, 1));
/// let next = bucket.reserve(Time::ZERO, 1, None).unwrap();
/// assert_eq!(next.at.as_nanos(), 500_000_000);
/// ```
#[derive(Clone, Debug)]
pub struct TokenBucket {
    rate: Rate,
    burst: u32,
    /// Tokens come at multiples of so many nanoseconds; 1: as soon as they are due.
    step: u64,
    /// The latest moment it was asked about; earlier ones count as this one.
    seen: u64,
    /// The last step up to then: the moment of all arithmetic.
    now: u64,
    /// What it really holds then: whoever acted before has taken theirs.
    level: i128,
    /// Who acts then or later.
    held: Map<(Time, u64), Share>,
    /// When the last of them will have acted and what it will hold then, if nobody else comes.
    end: (i128, i128),
    made: u64,
    /// How many may wait.
    queue: u32,
}

impl Default for TokenBucket {
    fn default() -> Self {
        Self::full(Rate::ZERO, 0)
    }
}

impl TokenBucket {
    /// A full bucket.
    ///
    /// # Errors
    /// If the burst is 0 under a limit: it would never grant anything. ([`set_burst`](super::Adjustable::set_burst) closes a
    /// bucket for a while.)
    pub fn new(rate: Rate, burst: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(burst > 0 || rate.is_infinite(), "burst", burst, "> 0")?;
        Ok(Self::full(rate, burst))
    }

    /// The same with only so many tokens in it at the start.
    ///
    /// # Errors
    /// As [`new`](Self::new), or if they are more than the burst.
    pub fn holding(rate: Rate, burst: u32, tokens: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(tokens <= burst, "tokens", tokens, "0–burst")?;
        let mut bucket = Self::new(rate, burst)?;
        bucket.level = rate.token() * i128::from(tokens);
        bucket.replay();
        Ok(bucket)
    }

    /// The same with room for only so many who wait; others are refused at once, whatever their patience.
    ///
    /// # Errors
    /// If more are asked for than can be remembered.
    pub fn with_queue(mut self, queue: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(queue <= MOST_HELD, "queue", queue, format!("0–{MOST_HELD}"))?;
        self.queue = queue;
        Ok(self)
    }

    /// The same, except that tokens come only at the multiples of `step` since the start of the run, each time all that
    /// are due (*interval refill*; upstream: bursty, cycles). With a rate of 5 per second and a step of a second a
    /// quota of 5 begins anew every second; twice the burst can be taken around such a moment.
    ///
    /// # Errors
    /// If the step is zero or over 584 years.
    pub fn in_steps(mut self, step: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("step", step)?;
        self.step = u64::try_from(step.as_nanos()).map_err(|_| ConfigError::new("step", "more", "1ns–584 years"))?;
        Ok(self)
    }

    fn full(rate: Rate, burst: u32) -> Self {
        let level = rate.token() * i128::from(burst);
        let (held, end) = (Map::new(), (0, level));
        TokenBucket { rate, burst, step: 1, seen: 0, now: 0, level, held, end, made: 0, queue: MOST_HELD }
    }

    /// How many have a reservation for later than the moment the bucket was last asked about.
    pub fn waiting(&self) -> usize {
        let due = self.held.range(..=(Time::from_nanos(self.seen), u64::MAX));
        self.held.len() - due.count()
    }

    /// Whether it is as good as new: full, and nobody has a reservation.
    pub fn is_full(&mut self, now: Time) -> bool {
        self.advance(now);
        self.held.is_empty() && self.level >= self.room()
    }

    /// Takes `n` tokens for a given moment, which must not be before [`next_fit`](Self::next_fit).
    pub(super) fn reserve_at(&mut self, now: Time, n: u32, at: Time) -> Reservation {
        self.advance(now);
        if self.rate.is_infinite() {
            return Reservation { n, at, number: 0, rate: self.rate };
        }
        let act = if at == Time::MAX { 0 } else { self.act_at(at) };
        self.hold(n, at, act)
    }

    /// The step before a moment, or at it.
    fn step_down(&self, nanos: u64) -> u64 {
        nanos - nanos % self.step
    }

    /// The step after a moment, or at it.
    fn step_up(&self, nanos: u64) -> u64 {
        nanos.checked_next_multiple_of(self.step).unwrap_or(u64::MAX)
    }

    /// A moment at which somebody acts, in units: what has come by then has come at a step.
    fn act_at(&self, at: Time) -> i128 {
        self.rate.units(self.step_down(at.as_nanos()))
    }

    fn room(&self) -> i128 {
        self.rate.token() * i128::from(self.burst)
    }

    /// What is held after so many units' time, by nobody else.
    fn refilled(&self, level: i128, units: i128) -> i128 {
        if self.rate.is_infinite() { self.room() } else { self.room().min(level + units) }
    }

    /// Moves on to `now`, or stays where it is if that is earlier.
    fn advance(&mut self, now: Time) -> Time {
        let mut moment = self.rate.units(self.now);
        self.seen = self.seen.max(now.as_nanos());
        self.now = self.step_down(self.seen);
        let now = Time::from_nanos(self.seen);
        while let Some((&(at, _), &share)) = self.held.first_key_value()
            && at < now
        {
            self.level = self.refilled(self.level, share.act - moment) - share.need;
            moment = share.act;
            self.held.pop_first();
        }
        self.level = self.refilled(self.level, self.rate.units(self.now) - moment);
        if self.held.is_empty() {
            self.end = (self.rate.units(self.now), self.level);
        }
        now
    }

    /// Plays what is to come once more, after something in it has changed.
    fn replay(&mut self) {
        let (mut moment, mut level) = (self.rate.units(self.now), self.level);
        for share in self.held.values() {
            level = self.refilled(level, share.act - moment) - share.need;
            moment = share.act;
        }
        self.end = (moment, level);
    }

    /// What is there for a newcomer. While others have yet to act, that is what the last of them leaves, less what
    /// will only have come by then.
    fn free(&self, now: u64) -> i128 {
        let (moment, level) = self.end;
        let since = self.rate.units(now) - moment;
        if since < 0 { level + since } else { self.refilled(level, since) }
    }

    fn check(&self, n: u32) -> Result<(), Refused> {
        if n > self.burst { Err(Refused::Burst { burst: self.burst }) } else { Ok(()) }
    }

    /// Whether there is room for one more who acts at a moment.
    fn admit(&self, at: Time) -> Result<Time, Refused> {
        let waits = at > Time::from_nanos(self.seen);
        let is_full = self.held.len() >= MOST_HELD as usize || waits && self.waiting() >= self.queue as usize;
        if is_full { Err(Refused::Full) } else { Ok(at) }
    }

    /// The first moment for a newcomer behind all others, as time and in units.
    fn earliest(&self, n: u32) -> Result<(Time, i128), Refused> {
        self.check(n)?;
        let lack = (i128::from(n) * self.rate.token() - self.free(self.now)).max(0);
        let (at, act) = match self.rate.nanos_up(lack) {
            _ if lack == 0 => (Time::from_nanos(self.seen), self.rate.units(self.now)),
            Some(wait) if self.step > 1 => {
                let at = Time::from_nanos(self.step_up(self.now.saturating_add(wait)));
                (at, self.act_at(at))
            }
            Some(wait) => (Time::from_nanos(self.now.saturating_add(wait)), self.rate.units(self.now) + lack),
            None => (Time::MAX, 0),
        };
        Ok((self.admit(at)?, act))
    }

    fn hold(&mut self, n: u32, at: Time, act: i128) -> Reservation {
        if n == 0 {
            return Reservation { n, at, number: 0, rate: self.rate };
        }
        self.made += 1;
        let reservation = Reservation { n, at, number: self.made, rate: self.rate };
        let share = Share { act, need: i128::from(n) * self.rate.token() };
        let is_last = self.held.last_key_value().is_none_or(|((last, _), _)| *last <= at);
        self.held.insert((at, self.made), share);
        if is_last {
            let (moment, level) = self.end;
            self.end = (act, self.refilled(level, act - moment) - share.need);
        } else {
            self.replay();
        }
        reservation
    }
}

impl Bucket for TokenBucket {
    fn rate(&self) -> Rate {
        self.rate
    }

    fn burst(&self) -> u32 {
        self.burst
    }

    fn tokens(&self, now: Time) -> f64 {
        if self.rate.is_infinite() {
            return f64::from(self.burst);
        }
        self.free(self.step_down(self.seen.max(now.as_nanos()))) as f64 / self.rate.token() as f64
    }

    fn next_free(&mut self, now: Time, n: u32) -> Result<Time, Refused> {
        let now = self.advance(now);
        if self.rate.is_infinite() {
            return Ok(now);
        }
        self.earliest(n).map(|(at, _)| at)
    }

    fn allow(&mut self, now: Time, n: u32) -> bool {
        self.advance(now);
        if self.rate.is_infinite() {
            return true;
        }
        let need = i128::from(n) * self.rate.token();
        let is_there = n <= self.burst && need <= self.free(self.now);
        if is_there {
            // Nobody can give them back, so there is nothing to remember.
            self.level -= need;
            self.replay();
        }
        is_there
    }

    fn reserve(&mut self, now: Time, n: u32, most: Option<Duration>) -> Result<Reservation, Refused> {
        let now = self.advance(now);
        if self.rate.is_infinite() {
            return Ok(Reservation { n, at: now, number: 0, rate: self.rate });
        }
        let (at, act) = self.earliest(n)?;
        let wait = at.since(now);
        if most.is_some_and(|most| at == Time::MAX || wait > most) {
            return Err(Refused::TooLong { wait });
        }
        Ok(self.hold(n, at, act))
    }

    fn cancel(&mut self, now: Time, reservation: &Reservation) {
        self.advance(now);
        if self.held.remove(&(reservation.at, reservation.number)).is_some() {
            self.replay();
        }
    }
}
