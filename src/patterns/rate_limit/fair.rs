//! One bucket for many users, who get its tokens in turns: one who asks for a hundred waits for his own hundred, and
//! the next user's first request comes right after his first.
//!
//! Each key has a line, and the lines take turns; a line's head waits for all it needs, however much that is, so that
//! small requests do not overtake it for ever. Nobody coordinates: whoever joins, leaves or is served sets the one
//! alarm for the head whose turn it is.

use super::limiter::time_left;
use super::{Bucket, Denied, Inherit, Rate, Refused, Reservation, TokenBucket};
use crate::ordered::Map;
use crate::patterns::cancel::{Context, ContextError};
use crate::patterns::config::ConfigError;
use crate::runtime::{Later, Runtime, Time};
use futures::future::{Either, select};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as Polled, Poll, Waker};

/// No more than so many ever wait.
const MOST: u32 = 100_000;

/// A bucket whose tokens go to the users in turns. Clones are the same.
pub struct Fair<K: Ord + Clone>(Rc<Shared<K>>);

struct Shared<K> {
    rt: Runtime,
    number: u32,
    most: u32,
    bucket: RefCell<TokenBucket>,
    lines: RefCell<Lines<K>>,
    /// When the head whose turn it is can be served.
    alarm: RefCell<Option<Later>>,
}

struct Lines<K> {
    of: Map<K, VecDeque<Rc<Waiter>>>,
    /// The keys that have a line, whose turn it is first.
    turns: VecDeque<K>,
    waiting: u32,
}

struct Waiter {
    n: u32,
    settled: Cell<Option<Result<Reservation, Refused>>>,
    waker: RefCell<Option<Waker>>,
}

impl<K: Ord + Clone> Clone for Fair<K> {
    fn clone(&self) -> Self {
        Fair(self.0.clone())
    }
}

impl<K: Ord + Clone + 'static> Fair<K> {
    /// Shares a bucket, known as `number` in notes and refusals; at most so many wait for it, over all keys.
    ///
    /// # Errors
    /// If more may wait than can be remembered.
    pub fn new(rt: &Runtime, number: u32, bucket: TokenBucket, most: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(most <= MOST, "most", most, format!("0–{MOST}"))?;
        let lines = Lines { of: Map::new(), turns: VecDeque::new(), waiting: 0 };
        Ok(Fair(Rc::new(Shared {
            rt: rt.clone(),
            number,
            most,
            bucket: RefCell::new(bucket),
            lines: RefCell::new(lines),
            alarm: RefCell::default(),
        })))
    }

    /// How many tokens there are for a newcomer, who stands behind everybody: below zero while some wait.
    pub fn tokens(&self, now: Time) -> f64 {
        let lines = self.0.lines.borrow();
        let wanted: f64 = lines.of.values().flatten().map(|waiter| f64::from(waiter.n)).sum();
        self.0.bucket.borrow().tokens(now) - wanted
    }

    /// How many wait.
    pub fn waiting(&self) -> u32 {
        self.0.lines.borrow().waiting
    }

    /// Changes the bucket's limits, and plans anew for everybody who waits: a higher rate is felt at once. Who waits for
    /// more than the bucket can hold from now on is refused when its turn comes.
    ///
    /// # Errors
    /// As [`TokenBucket::change`].
    pub fn change(&self, rate: Rate, burst: u32, inherit: Inherit) -> Result<(), ConfigError> {
        self.0.bucket.borrow_mut().change(self.0.rt.now(), rate, burst, inherit)?;
        self.0.serve();
        Ok(())
    }

    /// Waits for `n` tokens, behind those of the same key and in turns with the others.
    ///
    /// # Errors
    /// In this order: more than the burst; the context has ended; even alone its deadline would come first; too many
    /// wait; it ended meanwhile.
    ///
    /// # Cancellation safety
    /// Dropping it leaves the line, and gives back what was granted at this moment.
    pub async fn wait(&self, context: &Context, key: K, n: u32) -> Result<(), Denied> {
        let shared = &self.0;
        let by = |refused| Denied::by(shared.number, refused);
        let free = shared.bucket.borrow_mut().next_free(shared.rt.now(), n).map_err(by)?;
        let wait = free.since(shared.rt.now());
        if time_left(&shared.rt, context)?.is_some_and(|left| wait > left) {
            return Err(Denied::Deadline { bucket: shared.number, wait });
        }
        if shared.lines.borrow().waiting == 0 && shared.bucket.borrow_mut().allow(shared.rt.now(), n) {
            shared.rt.note("take bucket {} tokens {}", [shared.number, n]);
            return Ok(());
        }
        if shared.lines.borrow().waiting >= shared.most {
            return Err(Denied::Full { bucket: shared.number });
        }
        let turn = Turn { fair: self.clone(), waiter: shared.join(key.clone(), n), key };
        shared.serve();
        match select(turn, context.done()).await {
            Either::Left((refused, _)) => {
                refused.map_err(by)?;
                shared.rt.note("take bucket {} tokens {}", [shared.number, n]);
                Ok(())
            }
            Either::Right(_) => Err(Denied::Ended(context.err().unwrap_or(ContextError::Canceled))),
        }
    }
}

impl<K: Ord + Clone + 'static> Shared<K> {
    fn join(&self, key: K, n: u32) -> Rc<Waiter> {
        let waiter = Rc::new(Waiter { n, settled: Cell::new(None), waker: RefCell::default() });
        let mut lines = self.lines.borrow_mut();
        lines.waiting += 1;
        let line = lines.of.get_or_insert_with(key.clone(), VecDeque::new);
        line.push_back(waiter.clone());
        if line.len() == 1 {
            lines.turns.push_back(key);
        }
        waiter
    }

    fn leave(&self, key: &K, waiter: &Rc<Waiter>) {
        let mut lines = self.lines.borrow_mut();
        let Some(line) = lines.of.get_mut(key) else { return };
        let before = line.len();
        line.retain(|other| !Rc::ptr_eq(other, waiter));
        let (left, is_empty) = (before - line.len(), line.is_empty());
        lines.waiting -= left as u32;
        if is_empty {
            lines.of.remove(key);
            lines.turns.retain(|other| other != key);
        }
    }

    /// Serves whose turn it is as far as the tokens go, and sets the alarm for the next.
    fn serve(self: &Rc<Self>) {
        let now = self.rt.now();
        self.alarm.take();
        while let Some((key, head)) = self.head() {
            let free = self.bucket.borrow_mut().next_free(now, head.n);
            let at = match free {
                Ok(at) => at,
                // The bucket has become too small for it.
                Err(refused @ Refused::Burst { .. }) => {
                    self.settle(&key, &head, Err(refused));
                    continue;
                }
                Err(_) => return,
            };
            if at == Time::MAX {
                return;
            }
            if at > now {
                let shared = Rc::downgrade(self);
                let later = self.rt.later(at.since(now), move |_| {
                    if let Some(shared) = shared.upgrade() {
                        shared.serve();
                    }
                });
                *self.alarm.borrow_mut() = Some(later);
                return;
            }
            let Ok(reservation) = self.bucket.borrow_mut().reserve(now, head.n, None) else { return };
            self.settle(&key, &head, Ok(reservation));
        }
    }

    /// A head's wait is over.
    fn settle(&self, key: &K, head: &Rc<Waiter>, how: Result<Reservation, Refused>) {
        head.settled.set(Some(how));
        self.leave(key, head);
        // Its line is behind all others now.
        let mut lines = self.lines.borrow_mut();
        if lines.of.contains_key(key) {
            lines.turns.retain(|other| other != key);
            lines.turns.push_back(key.clone());
        }
        drop(lines);
        let waker = head.waker.take();
        waker.into_iter().for_each(Waker::wake);
    }

    fn head(&self) -> Option<(K, Rc<Waiter>)> {
        let lines = self.lines.borrow();
        let key = lines.turns.front()?;
        Some((key.clone(), lines.of.get(key)?.front()?.clone()))
    }
}

/// A place in a line.
struct Turn<K: Ord + Clone + 'static> {
    fair: Fair<K>,
    key: K,
    waiter: Rc<Waiter>,
}

// A place is plain data and never points into itself.
impl<K: Ord + Clone + 'static> Unpin for Turn<K> {}

impl<K: Ord + Clone + 'static> Future for Turn<K> {
    type Output = Result<(), Refused>;

    fn poll(self: Pin<&mut Self>, context: &mut Polled<'_>) -> Poll<Self::Output> {
        if let Some(settled) = self.waiter.settled.take() {
            return Poll::Ready(settled.map(drop));
        }
        self.waiter.waker.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl<K: Ord + Clone + 'static> Drop for Turn<K> {
    fn drop(&mut self) {
        let shared = &self.fair.0;
        match self.waiter.settled.take() {
            Some(Err(_)) => {}
            Some(Ok(reservation)) => shared.bucket.borrow_mut().cancel(shared.rt.now(), &reservation),
            None => shared.leave(&self.key, &self.waiter),
        }
        // Whoever was behind may be next.
        shared.serve();
    }
}
