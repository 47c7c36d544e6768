//! Waiting for one's turn at a bucket: first come, first served, nobody is polled, and who gives up gives back.

use super::{Bucket, Refused, Reservation, TokenBucket};
use crate::patterns::cancel::{Context, ContextError};
use crate::runtime::{Runtime, Time, select};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

/// A bucket that tasks share. Clones are the same bucket.
///
/// ```
/// # use heartrace::patterns::{cancel::Context, rate_limit::{Limiter, Rate, TokenBucket}};
/// # use heartrace::runtime::{virtual_time::Run, setting::Setting};
/// # use std::time::Duration;
/// # let mut run = Run::new(Setting::default(), true);
/// # let rt = run.runtime().clone();
/// # run.start(async move {
/// let rate = Rate::new(2, Duration::from_secs(1)).unwrap();
/// let limiter = Limiter::new(1, TokenBucket::new(rate, 1).unwrap());
/// let context = Context::background(&rt);
/// for _ in 0..4 {
///     limiter.wait(&rt, &context, 1).await.unwrap();
/// }
/// assert_eq!(rt.now().as_nanos(), 1_500_000_000);
/// # });
/// # assert_eq!(run.finish().name(), "finished");
/// ```
pub struct Limiter<B: Bucket = TokenBucket> {
    number: u32,
    bucket: Rc<RefCell<B>>,
    jitter: Duration,
}

/// Why somebody was not let through. No token was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// More than the bucket ever holds.
    Burst {
        /// The bucket that says so.
        bucket: u32,
        /// What it holds.
        burst: u32,
    },
    /// The deadline would come first: said at once, without waiting for it.
    Deadline {
        /// The bucket for which it would wait longest.
        bucket: u32,
        /// How long it would have to wait.
        wait: Duration,
    },
    /// Too many hold reservations already.
    Full {
        /// The bucket that says so.
        bucket: u32,
    },
    /// Its context ended, before it asked or while it waited.
    Ended(ContextError),
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Denied::Burst { burst, .. } => write!(f, "more than the burst of {burst}"),
            Denied::Deadline { wait, .. } => write!(f, "would wait for {wait:?}, past the deadline"),
            Denied::Full { .. } => f.write_str("too many are waiting"),
            Denied::Ended(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Denied {}

impl Denied {
    /// What a bucket's refusal means to whoever wants to wait for it.
    pub(super) fn by(bucket: u32, refused: Refused) -> Self {
        match refused {
            Refused::Burst { burst } => Denied::Burst { bucket, burst },
            Refused::TooLong { wait } => Denied::Deadline { bucket, wait },
            Refused::Full => Denied::Full { bucket },
        }
    }
}

impl<B: Bucket> Clone for Limiter<B> {
    fn clone(&self) -> Self {
        Limiter { number: self.number, bucket: self.bucket.clone(), jitter: self.jitter }
    }
}

impl<B: Bucket> Limiter<B> {
    /// Shares a bucket; the number is what it is known by in notes and refusals.
    pub fn new(number: u32, bucket: B) -> Self {
        Limiter { number, bucket: Rc::new(RefCell::new(bucket)), jitter: Duration::ZERO }
    }

    /// The same bucket; whoever waits at this clone acts up to so much later than it may, by the draw `jitter`, though
    /// not after its deadline. Where tokens come all at once that keeps those who wait for them from acting as a herd
    /// (governor's `Jitter`). Its tokens count from the moment it may act: whoever gives up after that has used them.
    pub fn with_jitter(self, most: Duration) -> Self {
        Limiter { jitter: most, ..self }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Looks at the bucket or changes it: rate and burst can be set while tasks wait.
    pub fn with<T>(&self, act: impl FnOnce(&mut B) -> T) -> T {
        act(&mut self.bucket.borrow_mut())
    }

    /// Whether somebody else has it too, be it only to wait.
    pub(super) fn is_shared(&self) -> bool {
        Rc::strong_count(&self.bucket) > 1
    }

    pub(super) fn is(&self, other: &Limiter<B>) -> bool {
        Rc::ptr_eq(&self.bucket, &other.bucket)
    }

    /// Takes `n` tokens if they are there now.
    #[track_caller]
    pub fn allow(&self, rt: &Runtime, n: u32) -> bool {
        let is_let = self.with(|bucket| bucket.allow(rt.now(), n));
        if is_let {
            rt.note("take bucket {} tokens {}", [self.number, n]);
        }
        is_let
    }

    /// Waits until `n` tokens are there and takes them. What is due at the very moment of the deadline is granted.
    ///
    /// # Errors
    /// In this order: more than the burst; the context has ended; its deadline would come first; it ended meanwhile.
    ///
    /// # Cancellation safety
    /// Dropping it gives the tokens back.
    pub async fn wait(&self, rt: &Runtime, context: &Context, n: u32) -> Result<(), Denied> {
        let (rate, burst) = self.with(|bucket| (bucket.rate(), bucket.burst()));
        if n > burst && !rate.is_infinite() {
            return Err(Denied::Burst { bucket: self.number, burst });
        }
        let most = time_left(rt, context)?;
        let reserved = self.with(|bucket| bucket.reserve(rt.now(), n, most));
        let reservation = reserved.map_err(|refused| Denied::by(self.number, refused))?;
        let wait = reservation.delay(rt.now());
        let mut hold = Hold::new(rt, vec![(self.clone(), reservation)]);
        if !self.jitter.is_zero() && !wait.is_zero() {
            let most_nanos = u64::try_from(self.jitter.as_nanos()).unwrap_or(u64::MAX);
            let drawn = Duration::from_nanos(rt.draw("jitter", 0, most_nanos));
            hold.later = most.map_or(drawn, |most| drawn.min(most.saturating_sub(wait)));
        }
        hold.until_due(context, self.number).await
    }
}

/// How long a context has from now on; none if it has no deadline.
///
/// # Errors
/// If it has ended.
pub(super) fn time_left(rt: &Runtime, context: &Context) -> Result<Option<Duration>, Denied> {
    match context.err() {
        Some(error) => Err(Denied::Ended(error)),
        None => Ok(context.deadline().map(|deadline| deadline.since(rt.now()))),
    }
}

/// Reservations of one caller, which go back if it gives up before they are due.
pub(super) struct Hold<B: Bucket> {
    rt: Runtime,
    parts: Vec<(Limiter<B>, Reservation)>,
    /// So much later than they may its holder acts.
    later: Duration,
}

impl<B: Bucket> Hold<B> {
    pub fn new(rt: &Runtime, parts: Vec<(Limiter<B>, Reservation)>) -> Self {
        Hold { rt: rt.clone(), parts, later: Duration::ZERO }
    }

    /// Waits until all are due, and takes them. `binding` is the bucket that lets the caller act last.
    ///
    /// # Errors
    /// [`Denied::Ended`] if the context ends before.
    ///
    /// # Cancellation safety
    /// Dropping it gives all of them back.
    pub async fn until_due(mut self, context: &Context, binding: u32) -> Result<(), Denied> {
        let at = self.parts.iter().map(|(_, reservation)| reservation.at).max().unwrap_or(Time::ZERO) + self.later;
        let wait = at.since(self.rt.now());
        if !wait.is_zero() {
            let millis = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX);
            self.rt.note("wait bucket {} for {} ms", [binding, millis]);
        }
        if at == Time::MAX {
            context.done().await;
        } else if !wait.is_zero() {
            select((self.rt.sleep(wait), context.done())).await;
        }
        // What ended the wait may have been the deadline of this very moment, at which the tokens are there.
        if self.rt.now() < at {
            return Err(Denied::Ended(context.err().unwrap_or(ContextError::Canceled)));
        }
        for (limiter, reservation) in std::mem::take(&mut self.parts) {
            self.rt.note("take bucket {} tokens {}", [limiter.number, reservation.n]);
        }
        Ok(())
    }
}

impl<B: Bucket> Drop for Hold<B> {
    fn drop(&mut self) {
        let now = self.rt.now();
        for (limiter, reservation) in std::mem::take(&mut self.parts) {
            limiter.with(|bucket| bucket.cancel(now, &reservation));
        }
    }
}
