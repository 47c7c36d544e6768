//! Deduplication by key: the same request does the same thing once, within a window that is bounded in count and time.
//!
//! [`Dedup`] is the table, a pure state machine; [`Once`] does the work and lets repetitions wait for it. [`Fence`]
//! turns away what comes from an attempt that has been replaced.

mod fence;
mod once;

pub use fence::Fence;
pub use once::{NotDone, Once, Repeated};

use super::config::ConfigError;
use crate::ordered::Map;
use crate::runtime::Time;
use std::collections::VecDeque;
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
    entries: Map<K, Entry<R>>,
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
            entries: Map::new(),
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
