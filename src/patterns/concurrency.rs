//! A limit on how many do something at a time; the others wait in line, the first or the last who came first.
//!
//! A place is reserved in one synchronous step and belongs to a [`Permit`]: dropping that frees it, whatever became of
//! the work. A place that was granted to somebody who is gone goes to the next in line, so none is ever lost.

use super::config::ConfigError;
pub use super::queue::Order;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// How a limit behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// So many at a time, at least 1.
    pub limit: u32,
    /// Who gets the next free place.
    pub order: Order,
    /// At most so many wait; 0 refuses whoever finds no free place.
    pub waiting: u32,
}

/// No place is free and nobody else may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// A limit that tasks share. Clones are the same limit.
#[derive(Clone)]
pub struct Concurrency(Rc<RefCell<State>>);

struct State {
    config: Config,
    used: u32,
    /// In the order they came; whoever was granted a place has left it.
    line: VecDeque<Rc<Waiter>>,
}

#[derive(Default)]
struct Waiter {
    granted: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// A place; dropping it frees it.
#[must_use = "dropping it frees the place"]
pub struct Permit(Concurrency);

impl Concurrency {
    /// A limit with all its places free.
    ///
    /// # Errors
    /// If the limit is 0: nobody would ever get a place.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        ConfigError::unless(config.limit > 0, "limit", config.limit, "≥ 1")?;
        Ok(Concurrency(Rc::new(RefCell::new(State { config, used: 0, line: VecDeque::new() }))))
    }

    /// How many places are taken. More than the limit for a while after it was lowered.
    pub fn used(&self) -> u32 {
        self.0.borrow().used
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.0.borrow().line.len()
    }

    /// Sets another limit, at least 1. If it is higher, those who wait move up; if it is lower, nobody is thrown out.
    pub fn set_limit(&self, limit: u32) {
        self.0.borrow_mut().config.limit = limit.max(1);
        self.move_up();
    }

    /// A place, if one is free and nobody is before.
    pub fn try_acquire(&self) -> Option<Permit> {
        let mut state = self.0.borrow_mut();
        let is_free = state.used < state.config.limit && state.line.is_empty();
        is_free.then(|| {
            state.used += 1;
            Permit(self.clone())
        })
    }

    /// Waits for a place; one's place in line is that of the first poll.
    ///
    /// # Errors
    /// [`Full`], at once, if too many wait already.
    ///
    /// # Cancellation safety
    /// Dropping it gives up one's place in line, and a place that was granted meanwhile goes to the next.
    pub fn acquire(&self) -> Acquire {
        Acquire { limit: self.clone(), waiter: None }
    }

    /// Grants free places to those who wait.
    fn move_up(&self) {
        loop {
            let next = {
                let mut state = self.0.borrow_mut();
                if state.used >= state.config.limit {
                    return;
                }
                let next = match state.config.order {
                    Order::Fifo => state.line.pop_front(),
                    Order::Lifo => state.line.pop_back(),
                };
                let Some(next) = next else { return };
                state.used += 1;
                next.granted.set(true);
                next
            };
            // Woken with nothing borrowed.
            let waker = next.waker.take();
            waker.into_iter().for_each(Waker::wake);
        }
    }

    fn free(&self) {
        self.0.borrow_mut().used -= 1;
        self.move_up();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.free();
    }
}

/// Waiting for a place; see [`Concurrency::acquire`].
#[must_use = "it waits for nothing until it is awaited"]
pub struct Acquire {
    limit: Concurrency,
    waiter: Option<Rc<Waiter>>,
}

impl Future for Acquire {
    type Output = Result<Permit, Full>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(waiter) = &self.waiter {
            if !waiter.granted.get() {
                waiter.waker.replace(Some(context.waker().clone()));
                return Poll::Pending;
            }
            self.waiter = None;
            return Poll::Ready(Ok(Permit(self.limit.clone())));
        }
        if let Some(permit) = self.limit.try_acquire() {
            return Poll::Ready(Ok(permit));
        }
        let waiter = Rc::new(Waiter { granted: Cell::new(false), waker: RefCell::new(Some(context.waker().clone())) });
        {
            let mut state = self.limit.0.borrow_mut();
            if state.line.len() >= state.config.waiting as usize {
                return Poll::Ready(Err(Full));
            }
            state.line.push_back(waiter.clone());
        }
        self.waiter = Some(waiter);
        Poll::Pending
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(waiter) = self.waiter.take() else { return };
        if waiter.granted.get() {
            return self.limit.free();
        }
        self.limit.0.borrow_mut().line.retain(|other| !Rc::ptr_eq(other, &waiter));
    }
}
