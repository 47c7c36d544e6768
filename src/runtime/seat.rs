//! Where the future of a task sits. The future of the n-th task is put into the very seat that the n-th task of the
//! last execution has left, if it is of the same type, so that a search allocates nothing for it.

use super::Runtime;
use super::shelf::Shelf;
use crate::trace::{Site, TaskId};
use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What a task returned, until somebody takes it.
pub(super) type Returned<T> = Rc<RefCell<Option<T>>>;

/// The seats of a run by task; one is taken out while its future is polled or dropped.
pub(super) type Seats = Shelf<Chair>;

/// A seat, and what wakes who sits there.
pub(super) struct Chair {
    pub seat: Box<dyn Seat>,
    pub waker: Waker,
}

/// A seat of a future of whatever type.
pub(super) trait Seat: Any {
    /// Polls the future; when it has ended, drops it and keeps what it returned. Of an empty seat it has ended.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>;
    /// Drops the future.
    fn vacate(&mut self);
    /// Drops what it returned, unless somebody may still take it.
    fn forget(&mut self);
}

struct SeatOf<F: Future> {
    future: Pin<Box<Option<F>>>,
    returned: Returned<F::Output>,
}

impl<F: Future + 'static> Seat for SeatOf<F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(future) = self.future.as_mut().as_pin_mut() else { return Poll::Ready(()) };
        let Poll::Ready(output) = future.poll(context) else { return Poll::Pending };
        self.vacate();
        *self.returned.borrow_mut() = Some(output);
        Poll::Ready(())
    }

    #[inline(never)]
    fn vacate(&mut self) {
        self.future.set(None);
    }

    fn forget(&mut self) {
        if Rc::strong_count(&self.returned) == 1 {
            drop(self.returned.take());
        }
    }
}

/// Seats a future as the next task; where its result will be. `waker` makes what wakes it, if nobody sat there before.
fn seat<F: Future + 'static>(seats: &mut Seats, future: F, waker: impl FnOnce() -> Waker) -> Returned<F::Output> {
    let (left, waker) = match seats.take_left() {
        Some(chair) => ((chair.seat as Box<dyn Any>).downcast::<SeatOf<F>>().ok(), chair.waker),
        None => (None, waker()),
    };
    let seat = match left {
        Some(mut seat) => {
            seat.future.set(Some(future));
            if Rc::strong_count(&seat.returned) > 1 {
                seat.returned = Rc::default();
            }
            seat
        }
        None => Box::new(SeatOf { future: Box::pin(Some(future)), returned: Rc::default() }),
    };
    let returned = seat.returned.clone();
    seats.push(Chair { seat, waker });
    returned
}

impl Runtime {
    /// Puts a future among the tasks; it runs next. Gives its number and where its result will be.
    pub(super) fn admit<F: Future + 'static>(
        &self,
        name: &str,
        server: bool,
        site: Option<Site>,
        future: F,
    ) -> (TaskId, Returned<F::Output>) {
        let id = self.core().announce(name, server, site, size_of::<F::Output>() == 0);
        let returned = seat(&mut self.0.seats.borrow_mut(), future, || self.waker_of(id));
        let mut core = self.core();
        if core.is_alive(id) && core.tasks[id as usize].held == 0 {
            core.enqueue(id);
        }
        (id, returned)
    }

    /// Drops the future of a seat that was taken out, with nothing borrowed: destructors use the runtime.
    pub(super) fn vacate(&self, task: TaskId, mut chair: Chair) {
        chair.seat.vacate();
        self.give_back(task, chair);
    }

    /// Gives an empty seat back if another execution may use it.
    pub(super) fn give_back(&self, task: TaskId, chair: Chair) {
        if self.0.is_repeated.get() {
            self.0.seats.borrow_mut().put_back(task, chair);
        }
    }

    /// Drops every task and what the channels hold; nothing of it is recorded. What another execution may use is left.
    pub(super) fn tear_down(&self) {
        self.core().ended = true;
        let mut seats = self.0.seats.take();
        self.vacate_all(&mut seats);
        // A destructor may spawn: that future, too, holds the runtime and has to go.
        loop {
            let mut more = self.0.seats.take();
            if more.is_empty() {
                break;
            }
            self.vacate_all(&mut more);
        }
        seats.places().flatten().for_each(|chair| chair.seat.forget());
        if !self.0.acts.borrow().is_empty() {
            let acts = self.0.acts.take();
            drop(acts);
        }
        let mut values = self.0.values.take();
        values.iter().for_each(|values| values.empty(self));
        if self.0.is_repeated.get() {
            let rest = (seats.leave(), values.leave());
            drop(rest);
            let new = (self.0.seats.replace(seats), self.0.values.replace(values));
            drop(new);
        }
        let inputs = self.core().take_inputs();
        drop(inputs);
    }

    fn vacate_all(&self, seats: &mut Seats) {
        for (task, chair) in (0..).zip(seats.places()) {
            self.core().current = task;
            chair.into_iter().for_each(|chair| chair.seat.vacate());
        }
    }
}
