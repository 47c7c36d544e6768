//! Where the future of a task sits. The future of the n-th task is put into the very seat that the n-th task of the
//! last execution has left, if it is of the same type, so that a search allocates nothing for it.

use super::shelf::Shelf;
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
pub(super) fn seat<F: Future + 'static>(
    seats: &mut Seats,
    future: F,
    waker: impl FnOnce() -> Waker,
) -> Returned<F::Output> {
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
