//! The queue as a state machine over time: `now` in, decision out. An entry knows when its caller gives up, so that the
//! queue can tell which work is still worth doing.

use crate::ordered::{Map, Set};
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
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

/// Who gives way when somebody comes to a full queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFull {
    /// Whoever comes.
    #[default]
    Newcomer,
    /// The oldest of the least urgent, unless all are more urgent than whoever comes.
    Oldest,
    /// The oldest of the least urgent, if it is less urgent than whoever comes.
    LessUrgent,
    /// Everybody: who comes is refused, those who wait are dropped, and nobody is let in until nobody has come for so
    /// long. Whoever hammers at the door keeps it shut. (bottleneck's BLOCK)
    Block(Duration),
}

/// How a queue behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// At most so many entries wait, `1..=`[`MOST`]; what a worker has taken is not counted.
    pub limit: u32,
    /// Who gives way at the limit.
    pub on_full: OnFull,
    /// Who is served next among those of the most urgent class.
    pub order: Order,
    /// Who is dropped.
    pub shed: Shed,
}

impl Default for Config {
    fn default() -> Self {
        Config { limit: MOST, on_full: OnFull::Newcomer, order: Order::Fifo, shed: Shed::Nothing }
    }
}

/// How urgent an entry is: 0 comes before 1.
pub type Class = u8;

/// An entry's place in the queue: the most urgent first, then in the order they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    class: Class,
    number: u64,
}

/// Somebody was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admitted<T> {
    /// The place.
    pub ticket: Ticket,
    /// Who had to give way, to be told at once.
    pub evicted: Option<T>,
}

/// The door was shut: so many wait already. The entry is handed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full<T>(pub T);

/// What a worker gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// This is to be done.
    Serve(T),
    /// This is not to be done any more. Dropping it costs a worker nothing.
    Drop(T),
}

struct Entry<T> {
    item: T,
    /// When it is dropped by the rule, if it ever is.
    until: Option<Time>,
}

/// The queue as a state machine: `now` in, decision out. Moments that go backwards count as the latest one seen.
pub struct Backlog<T> {
    config: Config,
    entries: Map<Ticket, Entry<T>>,
    /// Who is to be dropped when, if nobody serves it before.
    overdue: Set<(Time, Ticket)>,
    issued: u64,
    now: Time,
    /// The last moment at which nobody was waiting.
    last_empty: Time,
    /// Nobody is let in before then.
    shut_until: Time,
}

impl<T> Backlog<T> {
    /// An empty queue.
    ///
    /// # Errors
    /// If the limit is 0 or above [`MOST`], the target of [`Codel`] is zero or above its interval, or a penalty is zero.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=MOST).contains(&config.limit), "limit", config.limit, format!("1–{MOST}"))?;
        if let Shed::Codel(codel) = config.shed {
            ConfigError::if_zero("target", codel.target)?;
            let fits = codel.target <= codel.interval;
            ConfigError::unless(fits, "target", format!("{:?}", codel.target), "≤ interval")?;
        }
        if let OnFull::Block(penalty) = config.on_full {
            ConfigError::if_zero("penalty", penalty)?;
        }
        let (entries, overdue, now) = (Map::new(), Set::new(), Time::ZERO);
        Ok(Backlog { config, entries, overdue, issued: 0, now, last_empty: now, shut_until: now })
    }

    /// Sets another limit, brought into `1..=`[`MOST`]. Nobody who waits already is thrown out.
    pub fn set_limit(&mut self, limit: u32) {
        self.config.limit = limit.clamp(1, MOST);
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Joins the queue; its caller gives up at `deadline`.
    ///
    /// # Errors
    /// [`Full`], with the entry handed back.
    pub fn push(&mut self, item: T, class: Class, deadline: Time, now: Time) -> Result<Admitted<T>, Full<T>> {
        let now = self.pass(now);
        let mut evicted = None;
        if let OnFull::Block(penalty) = self.config.on_full
            && (now < self.shut_until || self.entries.len() >= self.config.limit as usize)
        {
            self.shut(now, penalty);
            return Err(Full(item));
        }
        if self.entries.len() >= self.config.limit as usize {
            evicted = self.evict_for(class);
            if evicted.is_none() {
                return Err(Full(item));
            }
        }
        self.issued += 1;
        let ticket = Ticket { class, number: self.issued };
        let until = self.allowed_until(deadline, now);
        self.overdue.extend(until.map(|until| (until, ticket)));
        self.entries.insert(ticket, Entry { item, until });
        Ok(Admitted { ticket, evicted })
    }

    /// Takes an entry out whose caller has given up and said so; none if it is not waiting any more.
    pub fn withdraw(&mut self, ticket: Ticket, now: Time) -> Option<T> {
        self.pass(now);
        let item = self.remove(ticket)?;
        self.pass(now);
        Some(item)
    }

    /// The next entry to be served, or one that is to be dropped; none if nobody waits. Whoever is to be dropped
    /// comes first, wherever he stands, so that nothing lies at the bottom of a stack for ever.
    pub fn pop(&mut self, now: Time) -> Option<Next<T>> {
        let now = self.pass(now);
        let over = self.overdue.first().filter(|(until, _)| *until <= now).copied();
        let next = match over {
            Some((_, ticket)) => Next::Drop(self.remove(ticket)?),
            None => {
                let first = *self.entries.first_key_value()?.0;
                let last_of_class = Ticket { number: u64::MAX, ..first };
                let ticket = match self.config.order {
                    Order::Fifo => first,
                    Order::Lifo => *self.entries.range(..=last_of_class).next_back()?.0,
                };
                Next::Serve(self.remove(ticket)?)
            }
        };
        self.pass(now);
        Some(next)
    }

    fn pass(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        if self.is_empty() {
            self.last_empty = self.now;
        }
        self.now
    }

    fn remove(&mut self, ticket: Ticket) -> Option<T> {
        let entry = self.entries.remove(&ticket)?;
        if let Some(until) = entry.until {
            self.overdue.remove(&(until, ticket));
        }
        Some(entry.item)
    }

    /// Makes room for a newcomer of this class, if the rule lets anybody give way.
    fn evict_for(&mut self, class: Class) -> Option<T> {
        let least = self.entries.last_key_value()?.0.class;
        let gives_way = match self.config.on_full {
            OnFull::Newcomer | OnFull::Block(_) => false,
            OnFull::Oldest => least >= class,
            OnFull::LessUrgent => least > class,
        };
        let oldest = *self.entries.range(Ticket { class: least, number: 0 }..).next()?.0;
        gives_way.then(|| self.remove(oldest)).flatten()
    }

    /// Nobody is let in for so long; all who wait are to be dropped.
    fn shut(&mut self, now: Time, penalty: Duration) {
        self.shut_until = now + penalty;
        let overdue = &mut self.overdue;
        self.entries.change_each(|ticket, entry| {
            if let Some(until) = entry.until.replace(now) {
                overdue.remove(&(until, *ticket));
            }
            overdue.insert((now, *ticket));
        });
    }

    /// Until when somebody may wait who joins now.
    fn allowed_until(&self, deadline: Time, now: Time) -> Option<Time> {
        match self.config.shed {
            Shed::Nothing => None,
            Shed::Expired => Some(deadline),
            Shed::TooLate { needs } if needs.is_zero() => Some(deadline),
            Shed::TooLate { needs } => {
                // Answered exactly at the deadline is in time: dropped from the next nanosecond on.
                let needs = u64::try_from(needs.as_nanos()).unwrap_or(u64::MAX);
                Some(Time::from_nanos(deadline.as_nanos().saturating_sub(needs).saturating_add(1)))
            }
            Shed::Codel(codel) => {
                let is_standing = now - self.last_empty >= codel.interval;
                Some(now + if is_standing { codel.target } else { codel.interval })
            }
        }
    }
}
