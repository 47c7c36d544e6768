//! A limiter made of a rule: the rule says when `n` more fit behind everything it knows, and this remembers who was
//! promised what, so that whoever gives up can be taken out of history. Every rule gets first come, first served, a
//! limit on who waits, and lossless refunds from here, and is itself a few lines of arithmetic.

use super::{Bucket, MOST_HELD, Rate, Refused, Reservation};
use crate::ordered::Map;
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// How a limiter counts. It hears of everybody in the order in which they act, and of nobody who will not.
pub trait Rule: Clone {
    /// A moment at which somebody acts, as exactly as the rule needs it to go on without drift.
    type Act: Copy;

    /// The rate that it allows in the long run.
    fn rate(&self) -> Rate;

    /// How many can act at once.
    fn burst(&self) -> u32;

    /// The first moment from `from` on at which `n` more fit, `0..=burst` of them; none: never. `from` is not before
    /// anybody it has heard of.
    fn earliest(&self, from: Time, n: u32) -> Option<(Time, Self::Act)>;

    /// `n` act at a moment, which is not before any other.
    fn take(&mut self, act: Self::Act, n: u32);

    /// How many could act at once at a moment that is not before any other.
    fn free(&self, at: Time) -> f64;
}

/// A limiter by a rule: [`Gcra`](super::Gcra), [`FixedWindow`](super::FixedWindow),
/// [`SlidingWindow`](super::SlidingWindow), [`SlidingLog`](super::SlidingLog). Time that runs backwards counts as the
/// latest moment it was asked about.
#[derive(Clone, Debug)]
pub struct Planned<R: Rule> {
    /// Who has acted before `now`.
    past: R,
    /// The same, and everybody who has a reservation.
    future: R,
    now: Time,
    held: Map<(Time, u64), (R::Act, u32)>,
    made: u64,
    queue: u32,
}

impl<R: Rule> Planned<R> {
    pub(super) fn by(rule: R) -> Self {
        let (held, queue) = (Map::new(), MOST_HELD);
        Planned { past: rule.clone(), future: rule, now: Time::ZERO, held, made: 0, queue }
    }

    /// The same with room for only so many who wait; others are refused at once, whatever their patience.
    ///
    /// # Errors
    /// If more are asked for than can be remembered, 100,000.
    pub fn with_queue(mut self, queue: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(queue <= MOST_HELD, "queue", queue, format!("0–{MOST_HELD}"))?;
        self.queue = queue;
        Ok(self)
    }

    /// How many have a reservation for later than the moment the limiter was last asked about.
    pub fn waiting(&self) -> usize {
        self.held.len() - self.held.range(..=(self.now, u64::MAX)).count()
    }

    /// Moves on to `now`, or stays where it is if that is earlier.
    fn advance(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        while let Some((&due, &(act, n))) = self.held.first_key_value().filter(|((due, _), _)| *due < self.now) {
            self.held.remove(&due);
            self.past.take(act, n);
        }
        self.now
    }

    /// The first moment for a newcomer behind all others.
    fn plan(&self, n: u32) -> Result<(Time, Option<R::Act>), Refused> {
        let burst = self.future.burst();
        if n > burst && !self.future.rate().is_infinite() {
            return Err(Refused::Burst { burst });
        }
        let last = self.held.last_key_value().map_or(Time::ZERO, |((last, _), _)| *last);
        let (at, act) = match self.future.earliest(self.now.max(last), n) {
            Some((at, act)) => (at, Some(act)),
            None => (Time::MAX, None),
        };
        let is_full = self.held.len() >= MOST_HELD as usize || at > self.now && self.waiting() >= self.queue as usize;
        if is_full { Err(Refused::Full) } else { Ok((at, act)) }
    }
}

impl<R: Rule> Bucket for Planned<R> {
    fn rate(&self) -> Rate {
        self.future.rate()
    }

    fn burst(&self) -> u32 {
        self.future.burst()
    }

    fn tokens(&self, now: Time) -> f64 {
        let mut at_now = self.clone();
        let now = at_now.advance(now);
        let promised: f64 = at_now.held.values().map(|(_, n)| f64::from(*n)).sum();
        at_now.past.free(now) - promised
    }

    fn next_free(&mut self, now: Time, n: u32) -> Result<Time, Refused> {
        self.advance(now);
        self.plan(n).map(|(at, _)| at)
    }

    fn allow(&mut self, now: Time, n: u32) -> bool {
        self.reserve(now, n, Some(Duration::ZERO)).is_ok()
    }

    fn reserve(&mut self, now: Time, n: u32, most: Option<Duration>) -> Result<Reservation, Refused> {
        let now = self.advance(now);
        let (at, act) = self.plan(n)?;
        let wait = at.since(now);
        if most.is_some_and(|most| at == Time::MAX || wait > most) {
            return Err(Refused::TooLong { wait });
        }
        self.made += 1;
        // Whoever was told *never* will not act, and stands in nobody's way.
        if let Some(act) = act.filter(|_| n > 0) {
            self.future.take(act, n);
            self.held.insert((at, self.made), (act, n));
        }
        Ok(Reservation { n, at, number: self.made, rate: self.rate() })
    }

    fn cancel(&mut self, now: Time, reservation: &Reservation) {
        self.advance(now);
        if self.held.remove(&(reservation.at, reservation.number)).is_some() {
            self.future = self.past.clone();
            self.held.values().for_each(|(act, n)| self.future.take(*act, *n));
        }
    }
}
