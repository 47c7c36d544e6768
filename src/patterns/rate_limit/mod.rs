//! Rate limiting: a bucket holds up to `burst` tokens and gains `rate` of them per second; who acts takes some first.
//!
//! - [`rate`](Rate): tokens per time, exact · [`TokenBucket`]: reservations, and what a cancelled one gives back
//! - [`Inherit`]: what becomes of the tokens when the limits change
//! - [`GoBucket`]: the same by the rules of `golang.org/x/time/rate`, to compare
//! - [`Planned`]: limiters made of a [`Rule`] · [`Gcra`]: one moment instead of a level
//! - [`FixedWindow`], [`SlidingWindow`]: counters · [`SlidingLog`]: every grant remembered
//! - [`Counted`]: any of them, and what it has decided so far · [`Limiter`]: waits for its turn
//! - [`Multi`]: several buckets at once, planned and committed together · [`InTurn`]: one after the other, as in the book
//! - [`Keyed`]: a bucket for each user · [`Fair`]: one bucket, whose tokens go to the users in turns
//!
//! Buckets are arithmetic over time: `now` goes in and a decision comes out. [`Limiter`], [`Multi`], [`InTurn`]
//! and [`Fair`] are the async skin, and only they know a runtime.

mod bucket;
mod counted;
mod fair;
mod gcra;
mod go;
mod in_turn;
mod keyed;
mod limiter;
mod log;
mod multi;
mod plan;
mod rate;
mod window;

pub use bucket::{Inherit, TokenBucket};
pub use counted::{Counted, Tally};
pub use fair::Fair;
pub use gcra::{Cells, Gcra};
pub use go::GoBucket;
pub use in_turn::InTurn;
pub use keyed::{Keyed, MOST_KEYS, TooManyKeys};
pub use limiter::{Denied, Limiter};
pub use log::{Log, SlidingLog};
pub use multi::{Member, Multi, Plan};
pub use plan::{Planned, Rule};
pub use rate::Rate;
pub use window::{Fixed, FixedWindow, Sliding, SlidingWindow};

use crate::runtime::Time;
use std::fmt;
use std::time::Duration;

/// How many reservations may be outstanding at once, and so how many can wait.
const MOST_HELD: u32 = 100_000;

/// A bucket of tokens, or a limiter that decides as if it were one. Its clock never runs backwards unless it says so.
pub trait Bucket {
    /// How fast tokens come; in the long run, for one that counts by windows.
    fn rate(&self) -> Rate;

    /// How many there can be at most, and how many can be taken at once.
    fn burst(&self) -> u32;

    /// How many there are for a newcomer, who stands behind everybody with a reservation: below zero while some of
    /// them wait.
    fn tokens(&self, now: Time) -> f64;

    /// When `n` tokens could be taken by a newcomer, without taking them: now or later, perhaps [`Time::MAX`].
    ///
    /// # Errors
    /// If they are more than the burst, or if too many wait.
    fn next_free(&mut self, now: Time, n: u32) -> Result<Time, Refused>;

    /// Takes `n` tokens if they are there now.
    fn allow(&mut self, now: Time, n: u32) -> bool;

    /// Takes `n` tokens for the first moment at which they are there, if that is no more than `most` away; without
    /// `most` it may be arbitrarily far, even [`Time::MAX`]. Whoever holds the reservation must not act before.
    ///
    /// # Errors
    /// Why not; nothing has changed then.
    fn reserve(&mut self, now: Time, n: u32, most: Option<Duration>) -> Result<Reservation, Refused>;

    /// The holder will not act. Nothing comes back if its moment has passed; at that very moment it still does.
    fn cancel(&mut self, now: Time, reservation: &Reservation);
}

/// A bucket whose limits can be changed while it is in use.
pub trait Adjustable: Bucket {
    /// From now on tokens come at another rate. Who has a reservation keeps its moment.
    fn set_rate(&mut self, now: Time, rate: Rate);

    /// From now on there can be so many. A larger burst brings no tokens; a smaller one takes what no longer fits.
    fn set_burst(&mut self, now: Time, burst: u32);
}

/// Whichever was chosen.
impl Bucket for Box<dyn Bucket> {
    fn rate(&self) -> Rate {
        (**self).rate()
    }
    fn burst(&self) -> u32 {
        (**self).burst()
    }
    fn tokens(&self, now: Time) -> f64 {
        (**self).tokens(now)
    }
    fn next_free(&mut self, now: Time, n: u32) -> Result<Time, Refused> {
        (**self).next_free(now, n)
    }
    fn allow(&mut self, now: Time, n: u32) -> bool {
        (**self).allow(now, n)
    }
    fn reserve(&mut self, now: Time, n: u32, most: Option<Duration>) -> Result<Reservation, Refused> {
        (**self).reserve(now, n, most)
    }
    fn cancel(&mut self, now: Time, reservation: &Reservation) {
        (**self).cancel(now, reservation);
    }
}

/// The right to act from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "who does not act gives it back with `cancel`"]
pub struct Reservation {
    /// How many tokens it took.
    pub n: u32,
    /// When it may act; [`Time::MAX`]: never.
    pub at: Time,
    /// Which one of its bucket it is.
    pub(crate) number: u64,
    /// The rate when it was made.
    pub(crate) rate: Rate,
}

impl Reservation {
    /// How long it still has to wait.
    pub fn delay(&self, now: Time) -> Duration {
        self.at.since(now)
    }
}

/// Why there is no reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// More than the bucket ever holds.
    Burst {
        /// What it holds.
        burst: u32,
    },
    /// It would have to wait for longer than it would.
    TooLong {
        /// For how long, from now: trying again before then is in vain.
        wait: Duration,
    },
    /// Too many hold reservations already.
    Full,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Burst { burst } => write!(f, "more than the burst of {burst}"),
            Refused::TooLong { wait } => write!(f, "only in {wait:?}"),
            Refused::Full => f.write_str("too many are waiting"),
        }
    }
}

impl std::error::Error for Refused {}
