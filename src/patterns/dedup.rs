//! Deduplication by key: the same request does the same thing once, within a window that is bounded in count and time.
//!
//! [`Dedup`] is the table, a pure state machine; [`Once`] does the work and lets repetitions wait for it. [`Fence`]
//! turns away what comes from an attempt that has been replaced.

use super::config::ConfigError;
use crate::runtime::{Receiver, Runtime, Sender, Time};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// How much is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// So many requests that are settled; the oldest is forgotten first. At least 1.
    pub most: usize,
    /// Each for so long after it was settled. Choose it longer than the slowest repetition may take.
    pub time: Duration,
    /// So many requests at once that are not settled; these are never forgotten. At least 1.
    pub in_flight: usize,
}

/// What is to be done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admit<R> {
    /// It is new: do it, then settle it or say that it failed.
    Fresh,
    /// It has failed so often; do it again.
    Again(u32),
    /// Somebody is doing it.
    InFlight,
    /// It was done: this came of it.
    Done(R),
    /// Another request had this key: no repetition, but a mistake of whoever chose the key.
    Conflict,
    /// Too many are under way.
    Full,
}

enum State<R> {
    InFlight,
    Done(R),
    Failed,
}

struct Entry<R> {
    digest: u64,
    state: State<R>,
    failures: u32,
    /// Which settling put it into the queue of what may be forgotten.
    settled: u64,
}

/// The table of requests by key.
pub struct Dedup<K, R> {
    window: Window,
    entries: BTreeMap<K, Entry<R>>,
    /// What may be forgotten, the oldest first; an element whose number is not its entry's any more is void.
    settled: VecDeque<(Time, K, u64)>,
    in_flight: usize,
    settlings: u64,
    latest: Time,
}

impl<K: Ord + Clone, R: Clone> Dedup<K, R> {
    /// An empty table.
    ///
    /// # Errors
    /// [`ConfigError`] if the window remembers nothing or lets nothing be under way.
    pub fn new(window: Window) -> Result<Self, ConfigError> {
        ConfigError::unless(window.most > 0, "most", window.most, ">= 1")?;
        ConfigError::if_zero("time", window.time)?;
        ConfigError::unless(window.in_flight > 0, "in-flight", window.in_flight, ">= 1")?;
        Ok(Dedup {
            window,
            entries: BTreeMap::new(),
            settled: VecDeque::new(),
            in_flight: 0,
            settlings: 0,
            latest: Time::ZERO,
        })
    }

    /// A request with this key and digest of its content comes in. After `Fresh` or `Again` it is in flight.
    pub fn admit(&mut self, now: Time, key: K, digest: u64) -> Admit<R> {
        self.forget(now);
        let failures = match self.entries.get(&key) {
            Some(entry) if entry.digest != digest => return Admit::Conflict,
            Some(Entry { state: State::InFlight, .. }) => return Admit::InFlight,
            Some(Entry { state: State::Done(result), .. }) => return Admit::Done(result.clone()),
            Some(Entry { state: State::Failed, failures, .. }) => *failures,
            None => 0,
        };
        if self.in_flight == self.window.in_flight {
            return Admit::Full;
        }
        self.in_flight += 1;
        self.entries.insert(key, Entry { digest, state: State::InFlight, failures, settled: 0 });
        if failures == 0 { Admit::Fresh } else { Admit::Again(failures) }
    }

    /// What was in flight is done. Whatever is not in flight is left as it is: false.
    pub fn settle(&mut self, now: Time, key: &K, result: R) -> bool {
        self.land(now, key, |entry| entry.state = State::Done(result))
    }

    /// What was in flight has failed; the next that asks does it again.
    pub fn fail(&mut self, now: Time, key: &K) -> bool {
        self.land(now, key, |entry| {
            entry.state = State::Failed;
            entry.failures = entry.failures.saturating_add(1);
        })
    }

    /// How many requests it knows, in flight or settled.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it knows no request.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn land(&mut self, now: Time, key: &K, change: impl FnOnce(&mut Entry<R>)) -> bool {
        let Some(entry) = self.entries.get_mut(key).filter(|entry| matches!(entry.state, State::InFlight)) else {
            return false;
        };
        change(entry);
        self.settlings += 1;
        entry.settled = self.settlings;
        self.in_flight -= 1;
        self.latest = self.latest.max(now);
        self.settled.push_back((self.latest, key.clone(), self.settlings));
        self.forget(now);
        // A request that fails again and again leaves void elements behind.
        if self.settled.len() > 2 * self.entries.len() + 16 {
            let entries = &self.entries;
            self.settled.retain(|(_, key, number)| entries.get(key).is_some_and(|entry| entry.settled == *number));
        }
        true
    }

    /// Forgets what is too old or too much. A clock that goes back forgets nothing and keeps nothing longer.
    fn forget(&mut self, now: Time) {
        self.latest = self.latest.max(now);
        while let Some((settled, key, number)) = self.settled.front() {
            let is_void = self.entries.get(key).is_none_or(|entry| entry.settled != *number);
            let known = self.entries.len() - self.in_flight;
            let is_old = self.latest - *settled > self.window.time;
            if !is_void && !is_old && known <= self.window.most {
                return;
            }
            if !is_void {
                self.entries.remove(key);
            }
            self.settled.pop_front();
        }
    }
}

/// What a repetition does while the first is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// It waits for what comes of the first; if that fails, one of those who wait does it again.
    Wait,
    /// It is refused.
    Refuse,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDone<E> {
    /// Another request had this key.
    Conflict,
    /// The same request is being done.
    InFlight,
    /// Too many requests are under way.
    Full,
    /// It was done and failed.
    Failed(E),
}

impl<E: fmt::Display> fmt::Display for NotDone<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDone::Conflict => f.write_str("another request had the same key"),
            NotDone::InFlight => f.write_str("the same request is being done"),
            NotDone::Full => f.write_str("too many requests are under way"),
            NotDone::Failed(error) => write!(f, "it failed: {error}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> Error for NotDone<E> {}

struct Shared<K, R> {
    table: Dedup<K, R>,
    /// Of each request in flight: a channel that is closed when it lands.
    landings: BTreeMap<K, (Sender<()>, Receiver<()>)>,
}

/// Does each request once. Clones share what they know.
pub struct Once<K, R> {
    rt: Runtime,
    repeated: Repeated,
    shared: Rc<RefCell<Shared<K, R>>>,
}

impl<K, R> Clone for Once<K, R> {
    fn clone(&self) -> Self {
        Once { rt: self.rt.clone(), repeated: self.repeated, shared: self.shared.clone() }
    }
}

/// What is in flight lands when this is dropped: as failed, if nobody has said how.
struct Flight<'a, K: Ord + Clone, R: Clone> {
    once: &'a Once<K, R>,
    key: K,
}

impl<K: Ord + Clone, R: Clone> Drop for Flight<'_, K, R> {
    fn drop(&mut self) {
        let now = self.once.rt.now();
        let mut shared = self.once.shared.borrow_mut();
        shared.table.fail(now, &self.key);
        let landing = shared.landings.remove(&self.key);
        drop(shared);
        if let Some((landed, _)) = landing {
            landed.close(&self.once.rt);
        }
    }
}

impl<K: Ord + Clone, R: Clone> Once<K, R> {
    /// Nothing done yet.
    ///
    /// # Errors
    /// [`ConfigError`] as for [`Dedup::new`].
    pub fn new(rt: &Runtime, window: Window, repeated: Repeated) -> Result<Self, ConfigError> {
        let shared = Shared { table: Dedup::new(window)?, landings: BTreeMap::new() };
        Ok(Once { rt: rt.clone(), repeated, shared: Rc::new(RefCell::new(shared)) })
    }

    /// Does a request unless the same was done or is being done; gives what came of it.
    ///
    /// # Errors
    /// [`NotDone`]; of a failure only whoever did it hears.
    ///
    /// # Cancellation safety
    /// Dropped while it does the request, that counts as failed, and one of those who wait does it again. Dropped
    /// while it waits, nothing is lost.
    pub async fn run<E, F: Future<Output = Result<R, E>>>(
        &self,
        key: K,
        digest: u64,
        work: impl FnOnce() -> F,
    ) -> Result<R, NotDone<E>> {
        loop {
            let admitted = self.shared.borrow_mut().table.admit(self.rt.now(), key.clone(), digest);
            match admitted {
                Admit::Fresh | Admit::Again(_) => break,
                Admit::Done(result) => return Ok(result),
                Admit::Conflict => return Err(NotDone::Conflict),
                Admit::Full => return Err(NotDone::Full),
                Admit::InFlight if self.repeated == Repeated::Refuse => return Err(NotDone::InFlight),
                Admit::InFlight => {
                    let landing = self.shared.borrow().landings.get(&key).map(|(_, landing)| landing.recv(&self.rt));
                    if let Some(landing) = landing {
                        landing.await;
                    }
                }
            }
        }
        let landing = self.rt.channel("in-flight", 0);
        self.shared.borrow_mut().landings.insert(key.clone(), landing);
        let flight = Flight { once: self, key };
        let result = work().await.map_err(NotDone::Failed)?;
        self.shared.borrow_mut().table.settle(self.rt.now(), &flight.key, result.clone());
        Ok(result)
    }
}

/// Lets only the current attempt through: each attempt has a number, its epoch, and a higher one replaces all lower.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    current: u32,
    stale: u32,
}

impl Fence {
    /// Something comes from an attempt; whether it may pass. What is newer than all before is current from now on.
    pub fn admit(&mut self, epoch: u32) -> bool {
        self.current = self.current.max(epoch);
        let is_current = epoch == self.current;
        self.stale += u32::from(!is_current);
        is_current
    }

    /// Replaces the current attempt: the epoch of the next.
    pub fn advance(&mut self) -> u32 {
        self.current += 1;
        self.current
    }

    /// How many were turned away.
    pub fn stale(&self) -> u32 {
        self.stale
    }
}
