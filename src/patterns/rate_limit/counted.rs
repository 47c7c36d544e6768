//! What a limiter has decided so far. It is a limiter around a limiter, so that whatever waits at one can wait at this.

use super::{Adjustable, Bucket, Rate, Refused, Reservation};
use crate::patterns::histogram::Histogram;
use crate::runtime::Time;
use std::time::Duration;

/// What was decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that were granted, at once or later; one that was given back in time is none.
    pub granted: u64,
    /// Those of them that had to wait.
    pub queued: u64,
    /// Tokens that were granted, less what was given back in time.
    pub tokens: u64,
    /// Refused: more than the burst.
    pub over_burst: u64,
    /// Refused: the wait would be too long; for [`allow`](Bucket::allow), any wait.
    pub too_long: u64,
    /// Refused: too many wait.
    pub queue_full: u64,
    /// Reservations that were given back in time.
    pub given_back: u64,
    /// How long those had to wait who were granted, nothing included; of what was given back too.
    pub waits: Histogram,
}

impl Tally {
    /// Requests that were refused, for whatever reason.
    pub fn refused(&self) -> u64 {
        self.over_burst + self.too_long + self.queue_full
    }
}

/// A limiter, and its tally.
///
/// ```
/// # use heartrace::patterns::rate_limit::{Bucket, Counted, Rate, TokenBucket};
/// # use heartrace::runtime::Time;
/// # use std::time::Duration;
/// let bucket = TokenBucket::new(Rate::every(Duration::from_secs(1)), 1).unwrap();
/// let mut bucket = Counted::new(bucket);
/// assert!(bucket.allow(Time::ZERO, 1) && !bucket.allow(Time::ZERO, 1));
/// assert_eq!((bucket.tally().granted, bucket.tally().refused()), (1, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Counted<B> {
    bucket: B,
    tally: Tally,
}

impl<B: Bucket> Counted<B> {
    /// Counts what this limiter decides from now on.
    pub fn new(bucket: B) -> Self {
        Counted { bucket, tally: Tally::default() }
    }

    /// The tally so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The limiter itself. What is asked of it directly is not counted.
    pub fn inner(&mut self) -> &mut B {
        &mut self.bucket
    }

    fn count(&mut self, now: Time, n: u32, decided: Result<Time, Refused>) {
        match decided {
            Ok(at) => {
                self.tally.granted += 1;
                self.tally.queued += u64::from(at > now);
                self.tally.tokens += u64::from(n);
                self.tally.waits.add(at.since(now));
            }
            Err(Refused::Burst { .. }) => self.tally.over_burst += 1,
            Err(Refused::TooLong { .. }) => self.tally.too_long += 1,
            Err(Refused::Full) => self.tally.queue_full += 1,
        }
    }
}

impl<B: Bucket> Bucket for Counted<B> {
    fn rate(&self) -> Rate {
        self.bucket.rate()
    }

    fn burst(&self) -> u32 {
        self.bucket.burst()
    }

    fn tokens(&self, now: Time) -> f64 {
        self.bucket.tokens(now)
    }

    fn next_free(&mut self, now: Time, n: u32) -> Result<Time, Refused> {
        self.bucket.next_free(now, n)
    }

    fn allow(&mut self, now: Time, n: u32) -> bool {
        let is_let = self.bucket.allow(now, n);
        let burst = self.bucket.burst();
        let decided = match is_let {
            true => Ok(now),
            false if n > burst => Err(Refused::Burst { burst }),
            false => Err(Refused::TooLong { wait: Duration::ZERO }),
        };
        self.count(now, n, decided);
        is_let
    }

    fn reserve(&mut self, now: Time, n: u32, most: Option<Duration>) -> Result<Reservation, Refused> {
        let reserved = self.bucket.reserve(now, n, most);
        self.count(now, n, reserved.map(|reservation| reservation.at));
        reserved
    }

    fn cancel(&mut self, now: Time, reservation: &Reservation) {
        self.bucket.cancel(now, reservation);
        if reservation.at >= now {
            self.tally.granted = self.tally.granted.saturating_sub(1);
            self.tally.tokens = self.tally.tokens.saturating_sub(u64::from(reservation.n));
            self.tally.given_back += 1;
        }
    }
}

impl<B: Adjustable> Adjustable for Counted<B> {
    fn set_rate(&mut self, now: Time, rate: Rate) {
        self.bucket.set_rate(now, rate);
    }

    fn set_burst(&mut self, now: Time, burst: u32) {
        self.bucket.set_burst(now, burst);
    }
}
