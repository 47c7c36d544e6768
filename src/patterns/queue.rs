//! A bounded queue in front of workers: who may stand in it, who is served next, and who is dropped instead.
//!
//! The decisions are a state machine over time ([`Backlog`]); [`WorkQueue`] is the same for tasks. An entry knows
//! when its caller gives up, so that the queue can tell which work is still worth doing.

use super::config::ConfigError;
use crate::runtime::{Receiver, Runtime, Sender, Time};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// More entries than this are never held, whatever the configuration.
pub const MOST: u32 = 1_000_000;

/// Who is served next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Who came first.
    #[default]
    Fifo,
    /// Who came last: under overload the young ones are still worth serving.
    Lifo,
}

/// Which entries are dropped when a worker asks for the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shed {
    /// None.
    #[default]
    Nothing,
    /// Those whose caller has given up: the deadline is reached.
    Expired,
    /// Those that can no longer be answered by their deadline: less is left than the work needs.
    TooLate {
        /// How long the work takes.
        needs: Duration,
    },
    /// Those that waited longer than the queue allows: see [`Codel`].
    Codel(Codel),
}

/// Controlled delay in the form of *Fail at Scale* (Maurer, ACM Queue 13(8), 2015): who joins a queue that has not
/// been empty for `interval` may wait for `target`, anybody else for `interval`. A standing queue is thus cut to
/// `target`, a burst is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codel {
    /// How long one may wait in a standing queue.
    pub target: Duration,
    /// How long one may wait otherwise, and after how long a queue counts as standing.
    pub interval: Duration,
}

impl Default for Codel {
    /// The numbers of the article: 5 ms and 100 ms.
    fn default() -> Self {
        Codel { target: Duration::from_millis(5), interval: Duration::from_millis(100) }
    }
}

/// How a queue behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// At most so many entries wait, `1..=`[`MOST`]; what a worker has taken is not counted.
    pub limit: u32,
    /// Who is served next.
    pub order: Order,
    /// Who is dropped.
    pub shed: Shed,
}

impl Default for Config {
    fn default() -> Self {
        Config { limit: MOST, order: Order::Fifo, shed: Shed::Nothing }
    }
}

/// What a worker gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// This is to be done.
    Serve(T),
    /// This is not to be done any more. Dropping it costs a worker nothing.
    Drop(T),
}

/// An entry's place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// The door was shut: so many wait already. The entry is handed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full<T>(pub T);

struct Entry<T> {
    item: T,
    /// When it is dropped by the rule, if it ever is.
    until: Option<Time>,
}

/// The queue as a state machine: `now` in, decision out. Moments that go backwards count as the latest one seen.
pub struct Backlog<T> {
    config: Config,
    entries: BTreeMap<Ticket, Entry<T>>,
    issued: u64,
    now: Time,
    /// The last moment at which nobody was waiting.
    last_empty: Time,
}

impl<T> Backlog<T> {
    /// An empty queue.
    ///
    /// # Errors
    /// If the limit is 0 or above [`MOST`], a span of [`Codel`] is zero, or its target is above its interval.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=MOST).contains(&config.limit), "limit", config.limit, format!("1–{MOST}"))?;
        if let Shed::Codel(codel) = config.shed {
            ConfigError::if_zero("target", codel.target)?;
            let fits = codel.target <= codel.interval;
            ConfigError::unless(fits, "target", format!("{:?}", codel.target), "≤ interval")?;
        }
        Ok(Backlog { config, entries: BTreeMap::new(), issued: 0, now: Time::ZERO, last_empty: Time::ZERO })
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn pass(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        if self.is_empty() {
            self.last_empty = self.now;
        }
        self.now
    }

    /// Joins the queue; its caller gives up at `deadline`.
    ///
    /// # Errors
    /// [`Full`], with the entry handed back.
    pub fn push(&mut self, item: T, deadline: Time, now: Time) -> Result<Ticket, Full<T>> {
        let now = self.pass(now);
        if self.entries.len() >= self.config.limit as usize {
            return Err(Full(item));
        }
        let until = match self.config.shed {
            Shed::Nothing => None,
            Shed::Expired => Some(deadline),
            // Answered exactly at the deadline is in time: dropped from the next nanosecond on.
            Shed::TooLate { needs } if needs.is_zero() => Some(deadline),
            Shed::TooLate { needs } => {
                let needs = u64::try_from(needs.as_nanos()).unwrap_or(u64::MAX);
                Some(Time::from_nanos(deadline.as_nanos().saturating_sub(needs).saturating_add(1)))
            }
            Shed::Codel(codel) => {
                let is_standing = now - self.last_empty >= codel.interval;
                Some(now + if is_standing { codel.target } else { codel.interval })
            }
        };
        self.issued += 1;
        let ticket = Ticket(self.issued);
        self.entries.insert(ticket, Entry { item, until });
        Ok(ticket)
    }

    /// Takes an entry out whose caller has given up and said so; none if it is not waiting any more.
    pub fn withdraw(&mut self, ticket: Ticket, now: Time) -> Option<T> {
        self.pass(now);
        let entry = self.entries.remove(&ticket)?;
        self.pass(now);
        Some(entry.item)
    }

    /// The next entry to be served, or one that is to be dropped; none if nobody waits. The oldest are looked at
    /// first in either order, so that nothing stays at the bottom of a stack for ever.
    pub fn pop(&mut self, now: Time) -> Option<Next<T>> {
        let now = self.pass(now);
        let is_over = |entry: &Entry<T>| entry.until.is_some_and(|until| until <= now);
        let oldest = self.entries.first_entry()?;
        let next = if is_over(oldest.get()) {
            Next::Drop(oldest.remove().item)
        } else {
            let (_, entry) = match self.config.order {
                Order::Fifo => self.entries.pop_first(),
                Order::Lifo => self.entries.pop_last(),
            }?;
            if is_over(&entry) { Next::Drop(entry.item) } else { Next::Serve(entry.item) }
        };
        self.pass(now);
        Some(next)
    }
}

/// A queue between tasks. Clones are the same queue.
pub struct WorkQueue<T>(Rc<Shared<T>>);

struct Shared<T> {
    backlog: RefCell<Backlog<T>>,
    /// Rung when somebody joins while a worker sleeps.
    bell: Sender<()>,
    rung: Receiver<()>,
    asleep: Cell<u32>,
}

impl<T> Clone for WorkQueue<T> {
    fn clone(&self) -> Self {
        WorkQueue(self.0.clone())
    }
}

impl<T> WorkQueue<T> {
    /// An empty queue; its workers are woken by a channel of this name.
    ///
    /// # Errors
    /// As [`Backlog::new`].
    pub fn new(rt: &Runtime, name: &str, config: Config) -> Result<Self, ConfigError> {
        let backlog = RefCell::new(Backlog::new(config)?);
        let (bell, rung) = rt.channel(name, 1);
        Ok(WorkQueue(Rc::new(Shared { backlog, bell, rung, asleep: Cell::new(0) })))
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.backlog.borrow().len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.0.backlog.borrow().is_empty()
    }

    /// Joins the queue, or is told at once that it is full.
    ///
    /// # Errors
    /// [`Full`], with the entry handed back.
    #[track_caller]
    pub fn offer(&self, rt: &Runtime, item: T, deadline: Time) -> Result<Ticket, Full<T>> {
        let ticket = self.0.backlog.borrow_mut().push(item, deadline, rt.now())?;
        self.ring(rt);
        Ok(ticket)
    }

    /// Leaves the queue; none if a worker has it already.
    pub fn withdraw(&self, rt: &Runtime, ticket: Ticket) -> Option<T> {
        self.0.backlog.borrow_mut().withdraw(ticket, rt.now())
    }

    /// The next entry, if one waits.
    pub fn try_take(&self, rt: &Runtime) -> Option<Next<T>> {
        self.0.backlog.borrow_mut().pop(rt.now())
    }

    /// Waits until somebody stands in the queue.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    pub async fn filled(&self, rt: &Runtime) {
        while self.is_empty() {
            let _asleep = Asleep::new(&self.0.asleep);
            let _ = self.0.rung.recv(rt).await;
        }
        // The one who was woken wakes the next while there is work left.
        if self.len() > 1 {
            self.ring(rt);
        }
    }

    /// The next entry, waiting for one if there is none.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing: an entry is taken in the very step that completes this.
    pub async fn take(&self, rt: &Runtime) -> Next<T> {
        loop {
            self.filled(rt).await;
            if let Some(next) = self.try_take(rt) {
                return next;
            }
        }
    }

    #[track_caller]
    fn ring(&self, rt: &Runtime) {
        if self.0.asleep.get() > 0 {
            // Full means that it has been rung already.
            let _ = self.0.bell.try_send(rt, ());
        }
    }
}

/// Counts a worker as asleep while this lives.
struct Asleep<'a>(&'a Cell<u32>);

impl<'a> Asleep<'a> {
    fn new(count: &'a Cell<u32>) -> Self {
        count.set(count.get() + 1);
        Asleep(count)
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
