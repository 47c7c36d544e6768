//! The queue between tasks: callers join it at once or are refused, workers sleep while it is empty.

use super::backlog::{Admitted, Backlog, Class, Config, Full, Next, Ticket};
use crate::patterns::config::ConfigError;
use crate::runtime::{Receiver, Runtime, Sender, Time};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Why somebody was not let in; the entry is handed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused<T> {
    /// So many wait already.
    Full(T),
    /// The queue is closed.
    Closed(T),
}

/// A queue between tasks. Clones are the same queue.
pub struct WorkQueue<T>(Rc<Shared<T>>);

struct Shared<T> {
    backlog: RefCell<Backlog<T>>,
    closed: Cell<bool>,
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
        let (closed, asleep) = (Cell::new(false), Cell::new(0));
        Ok(WorkQueue(Rc::new(Shared { backlog, closed, bell, rung, asleep })))
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.backlog.borrow().len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.0.backlog.borrow().is_empty()
    }

    /// Sets another limit; see [`Backlog::set_limit`].
    pub fn set_limit(&self, limit: u32) {
        self.0.backlog.borrow_mut().set_limit(limit);
    }

    /// Joins the queue, or is told at once that there is no room.
    ///
    /// # Errors
    /// [`Refused`], with the entry handed back.
    #[track_caller]
    pub fn offer(&self, rt: &Runtime, item: T, class: Class, deadline: Time) -> Result<Admitted<T>, Refused<T>> {
        if self.0.closed.get() {
            return Err(Refused::Closed(item));
        }
        let pushed = self.0.backlog.borrow_mut().push(item, class, deadline, rt.now());
        let admitted = pushed.map_err(|Full(item)| Refused::Full(item))?;
        self.ring(rt);
        Ok(admitted)
    }

    /// Leaves the queue; none if a worker has it already.
    pub fn withdraw(&self, rt: &Runtime, ticket: Ticket) -> Option<T> {
        self.0.backlog.borrow_mut().withdraw(ticket, rt.now())
    }

    /// Lets nobody in any more; workers do what is left. False if it was closed before.
    #[track_caller]
    pub fn close(&self, rt: &Runtime) -> bool {
        let was_open = !self.0.closed.replace(true);
        self.ring(rt);
        was_open
    }

    /// The next entry, if one waits.
    pub fn try_take(&self, rt: &Runtime) -> Option<Next<T>> {
        self.0.backlog.borrow_mut().pop(rt.now())
    }

    /// Waits until somebody stands in the queue; false if it is closed and nobody will.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    pub async fn filled(&self, rt: &Runtime) -> bool {
        while self.is_empty() && !self.0.closed.get() {
            let _asleep = Asleep::new(&self.0.asleep);
            let _ = self.0.rung.recv(rt).await;
        }
        // Whoever was woken wakes the next, while there is work left or to say that there is none.
        if self.len() > 1 || self.0.closed.get() {
            self.ring(rt);
        }
        !self.is_empty()
    }

    /// The next entry, waiting for one if there is none; none once the queue is closed and empty.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing: an entry is taken in the very step that completes this.
    pub async fn take(&self, rt: &Runtime) -> Option<Next<T>> {
        while self.filled(rt).await {
            if let Some(next) = self.try_take(rt) {
                return Some(next);
            }
        }
        None
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
