//! How much work is under way, for whoever wants to wait until there is none: a count, and a door that is closed once
//! no more is to come. Work is not owned, named or stopped here; that is a [`Group`](super::group::Group).

use crate::runtime::{Cause, Reason, Runtime, Signal};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

/// Counts work. Clones are the same tracker.
///
/// It is *over* whenever it is closed and nothing is under way. It may be opened again, and work may begin at a closed
/// one: closing says that waiting makes sense, not that nobody may come.
#[derive(Clone)]
pub struct Tracker(Rc<Inner>);

struct Inner {
    rt: Runtime,
    open: Cell<bool>,
    under_way: Cell<usize>,
    /// Given when it is over for the first time from now on.
    over: RefCell<Signal>,
}

/// A piece of work that is under way until this is dropped.
#[must_use = "dropped at once, it is over at once"]
pub struct Token(Tracker);

impl Tracker {
    /// An open tracker of nothing.
    pub fn new(rt: &Runtime) -> Self {
        let (rt, over) = (rt.clone(), RefCell::new(rt.signal()));
        Tracker(Rc::new(Inner { rt, open: Cell::new(true), under_way: Cell::new(0), over }))
    }

    /// Says that no more is to come; whether it was open.
    pub fn close(&self) -> bool {
        let was_open = self.0.open.replace(false);
        self.look();
        was_open
    }

    /// Says that there may be more; whether it was closed.
    pub fn reopen(&self) -> bool {
        !self.0.open.replace(true)
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        !self.0.open.get()
    }

    /// How much is under way.
    pub fn len(&self) -> usize {
        self.0.under_way.get()
    }

    /// Whether nothing is under way.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts a piece of work until the token is dropped, also where the work is.
    pub fn token(&self) -> Token {
        self.0.under_way.set(self.len() + 1);
        Token(self.clone())
    }

    /// The same future, counted from now until it has ended or is dropped.
    pub fn track<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        let token = self.token();
        async move {
            let _token = token;
            work.await
        }
    }

    /// Waits until it is over, at once if it is. Whoever waits is let go even if more begins right after.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    pub async fn wait(&self) {
        if self.is_over() {
            return;
        }
        let over = self.0.over.borrow().clone();
        over.wait(&self.0.rt).await;
    }

    fn is_over(&self) -> bool {
        self.is_closed() && self.is_empty()
    }

    fn look(&self) {
        if self.is_over() {
            let next = self.0.rt.signal();
            let over = self.0.over.replace(next);
            over.give(&self.0.rt, Cause::new(Reason::Plain, "nothing is under way"));
        }
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.0.under_way.set(self.0.len() - 1);
        self.0.look();
    }
}
