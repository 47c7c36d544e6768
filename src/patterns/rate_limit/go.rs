//! The token bucket of `golang.org/x/time/rate` by its own rules, which differ from [`TokenBucket`](super::TokenBucket)
//! where that is exact. It keeps one number and remembers nobody; so a cancelled reservation gives back what it took
//! *less what was taken after it*, too little unless the last goes first, and once more each time it is cancelled.
//!
//! Waits are cut to whole nanoseconds, so a holder may act a nanosecond early and a refund may lack one's worth. A
//! clock that goes back sets the bucket back, and the same time is credited twice.

use super::{Adjustable, Bucket, Rate, Refused, Reservation};
use crate::runtime::Time;
use std::time::Duration;

/// Go's longest duration: a wait that does not fit is *for ever*.
const FOREVER: u64 = i64::MAX as u64;

/// A bucket by Go's rules; it starts full. The default one is Go's zero value.
#[derive(Clone, Debug)]
pub struct GoBucket {
    rate: Rate,
    burst: u32,
    /// In units; below zero while somebody waits.
    tokens: i128,
    last: u64,
    /// The latest moment anybody was granted, in nanoseconds.
    last_event: u64,
}

impl Default for GoBucket {
    fn default() -> Self {
        Self::new(Rate::ZERO, 0)
    }
}

impl GoBucket {
    /// A full bucket; a burst of 0 is allowed.
    pub fn new(rate: Rate, burst: u32) -> Self {
        GoBucket { rate, burst, tokens: rate.token() * i128::from(burst), last: 0, last_event: 0 }
    }

    fn room(&self) -> i128 {
        self.rate.token() * i128::from(self.burst)
    }

    fn tokens_at(&self, now: u64) -> i128 {
        if self.rate.is_infinite() {
            return self.room();
        }
        self.room().min(self.tokens + self.rate.units(now.saturating_sub(self.last)))
    }

    fn advance(&mut self, now: u64) {
        self.tokens = self.tokens_at(now);
        self.last = now;
    }
}

impl Bucket for GoBucket {
    fn rate(&self) -> Rate {
        self.rate
    }

    fn burst(&self) -> u32 {
        self.burst
    }

    fn tokens(&self, now: Time) -> f64 {
        self.tokens_at(now.as_nanos()) as f64 / self.rate.token() as f64
    }

    fn next_free(&mut self, now: Time, n: u32) -> Result<Time, Refused> {
        self.clone().reserve(now, n, None).map(|reservation| reservation.at)
    }

    fn allow(&mut self, now: Time, n: u32) -> bool {
        self.reserve(now, n, Some(Duration::ZERO)).is_ok()
    }

    fn reserve(&mut self, now: Time, n: u32, most: Option<Duration>) -> Result<Reservation, Refused> {
        if self.rate.is_infinite() {
            return Ok(Reservation { n, at: now, number: 0, rate: self.rate });
        }
        if n > self.burst {
            return Err(Refused::Burst { burst: self.burst });
        }
        let left = self.tokens_at(now.as_nanos()) - i128::from(n) * self.rate.token();
        let wait = if left >= 0 { Some(0) } else { self.rate.nanos_down(-left).filter(|wait| *wait < FOREVER) };
        let at = wait.map_or(Time::MAX, |wait| now + Duration::from_nanos(wait));
        if most.is_some_and(|most| wait.is_none_or(|wait| Duration::from_nanos(wait) > most)) {
            return Err(Refused::TooLong { wait: at.since(now) });
        }
        self.tokens = left;
        self.last = now.as_nanos();
        self.last_event = at.as_nanos();
        Ok(Reservation { n, at, number: 0, rate: self.rate })
    }

    fn cancel(&mut self, now: Time, reservation: &Reservation) {
        let Reservation { n, at, rate, .. } = *reservation;
        if self.rate.is_infinite() || rate.is_infinite() || n == 0 || at < now {
            return;
        }
        // What came between its moment and the latest one was promised to later ones.
        let promised = rate.units(self.last_event.saturating_sub(at.as_nanos()));
        let back = i128::from(n) * rate.token() - promised;
        if back <= 0 {
            return;
        }
        self.advance(now.as_nanos());
        self.tokens = self.room().min(self.tokens + self.rate.convert(back, rate));
        if at.as_nanos() == self.last_event {
            let span = rate.nanos_down(i128::from(n) * rate.token()).unwrap_or(u64::MAX);
            let before = self.last_event.saturating_sub(span);
            if before >= now.as_nanos() {
                self.last_event = before;
            }
        }
    }
}

impl Adjustable for GoBucket {
    fn set_rate(&mut self, now: Time, rate: Rate) {
        self.advance(now.as_nanos());
        self.tokens = rate.convert(self.tokens, self.rate);
        self.rate = rate;
    }

    fn set_burst(&mut self, now: Time, burst: u32) {
        self.advance(now.as_nanos());
        self.burst = burst;
    }
}
