//! What a task can wait for: one operation, or several of which exactly one takes effect.
//!
//! An operation is a future and can be an arm of [`select`](fn@super::select). Whoever makes a parked
//! operation possible commits it, and with it the whole select; the next poll returns exactly that arm.

use super::Runtime;
use crate::trace::Site;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A parked operation or select, as its peers know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitId {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// What the runtime needs of an operation. Only the runtime's own operations implement it.
pub trait Operation: sealed::Sealed {
    /// What it gives.
    type Output;
    /// Whether it could take effect now.
    #[doc(hidden)]
    fn is_ready(&mut self, rt: &Runtime) -> bool;
    /// Takes effect; called only while ready. None if a fault swallowed what made it ready: it has to wait after all.
    #[doc(hidden)]
    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Self::Output>;
    /// Tells its peers that somebody waits.
    #[doc(hidden)]
    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, site: Site);
    /// Gives what a peer has committed.
    #[doc(hidden)]
    fn finish(&mut self, rt: &Runtime, wait: WaitId, site: Site) -> Self::Output;
    /// Takes the word back: another arm was committed or the future was dropped.
    #[doc(hidden)]
    fn unpark(&mut self, rt: &Runtime, wait: WaitId);
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// An operation of the runtime with the source line that asked for it.
///
/// # Cancellation safety
/// Dropping it before it completes withdraws it; what that means for a value is said at the
/// function that made it.
#[must_use = "an operation does nothing until it is awaited or put into a select"]
pub struct Op<O: Operation> {
    pub(crate) rt: Runtime,
    pub(crate) operation: O,
    pub(crate) site: Site,
    wait: Option<WaitId>,
    begun: bool,
}

// An operation is plain data and never points into itself.
impl<O: Operation> Unpin for Op<O> {}

impl<O: Operation> Op<O> {
    pub(crate) fn new(rt: &Runtime, operation: O, site: Site) -> Self {
        Op { rt: rt.clone(), operation, site, wait: None, begun: false }
    }

    /// The same operation as an arm of one select, to be used again in the next: a timer goes on meanwhile.
    pub fn by_ref(&mut self) -> Op<&mut O> {
        Op { rt: self.rt.clone(), operation: &mut self.operation, site: self.site, wait: None, begun: false }
    }
}

impl<O: Operation> sealed::Sealed for &mut O {}

impl<O: Operation> Operation for &mut O {
    type Output = O::Output;
    fn is_ready(&mut self, rt: &Runtime) -> bool {
        (**self).is_ready(rt)
    }
    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Self::Output> {
        (**self).take(rt, site)
    }
    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, site: Site) {
        (**self).park(rt, wait, arm, site);
    }
    fn finish(&mut self, rt: &Runtime, wait: WaitId, site: Site) -> Self::Output {
        (**self).finish(rt, wait, site)
    }
    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        (**self).unpark(rt, wait);
    }
}

impl<O: Operation> Future for Op<O> {
    type Output = O::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O::Output> {
        let this = self.get_mut();
        if let Some(wait) = this.wait {
            if this.rt.fired(wait, cx.waker()).is_none() {
                return Poll::Pending;
            }
            let output = this.operation.finish(&this.rt, wait, this.site);
            this.rt.release_wait(wait);
            this.wait = None;
            return Poll::Ready(output);
        }
        if this.rt.strikes(std::mem::replace(&mut this.begun, true)) {
            return Poll::Pending;
        }
        // Again and again, since a fault may swallow what made it ready; each time there is less of it.
        while this.operation.is_ready(&this.rt) {
            if let Some(output) = this.operation.take(&this.rt, this.site) {
                return Poll::Ready(output);
            }
        }
        let wait = this.rt.core().new_wait(cx.waker());
        this.operation.park(&this.rt, wait, 0, this.site);
        this.wait = Some(wait);
        Poll::Pending
    }
}

impl<O: Operation> Drop for Op<O> {
    fn drop(&mut self) {
        if let Some(wait) = self.wait {
            self.operation.unpark(&self.rt, wait);
            self.rt.release_wait(wait);
        }
    }
}
