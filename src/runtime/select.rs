//! `select`: waits for several operations, of which exactly one takes effect.
//!
//! If several are ready at once the chooser takes one; canonically the first in source order (rule S3).
//! Once a peer has committed one arm no other can take effect, so no value is handed over in vain.

use super::Runtime;
use super::chooser::Point;
use super::operation::{Op, Operation, WaitId};
use super::waits::MOST_ARMS;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits until one of the operations takes effect and says which, as `A`, `B`, `C` … in the order given.
///
/// # Cancellation safety
/// Dropping it withdraws every arm; see the operations.
pub fn select<S: Arms>(arms: S) -> Select<S> {
    Select { arms, wait: None, begun: false }
}

/// Takes the first of the operations that is ready at once; `None`, Go's `default`, if none is.
pub fn select_now<S: Arms>(mut arms: S) -> Option<S::Output> {
    let output = arms.take_ready();
    if output.is_none() {
        arms.runtime().ledger().observe(NOTHING);
    }
    output
}

/// What a task observes where nothing is ready: no number of an arm.
const NOTHING: u64 = 0xff;

/// The arms of a select: a tuple of operations.
pub trait Arms {
    /// Which arm, and what it gave.
    type Output;
    #[doc(hidden)]
    fn runtime(&self) -> &Runtime;
    #[doc(hidden)]
    fn ready(&mut self) -> ([u8; MOST_ARMS], u32);
    #[doc(hidden)]
    fn take(&mut self, arm: u8) -> Option<Self::Output>;
    #[doc(hidden)]
    fn park(&mut self, wait: WaitId);
    #[doc(hidden)]
    fn finish(&mut self, arm: u8, wait: WaitId) -> Self::Output;
    #[doc(hidden)]
    fn unpark(&mut self, wait: WaitId, but: Option<u8>);

    #[doc(hidden)]
    fn take_ready(&mut self) -> Option<Self::Output> {
        // Again and again, since a fault may swallow what made an arm ready while another is ready as well.
        loop {
            let (ready, count) = self.ready();
            if count == 0 {
                return None;
            }
            let pick = {
                let mut core = self.runtime().core();
                let task = core.current;
                core.choose(Point::Select(task, count))
            };
            let output = self.take(ready[pick as usize]);
            if output.is_some() {
                self.runtime().ledger().observe(u64::from(ready[pick as usize]));
                return output;
            }
        }
    }
}

/// Waiting for one of several operations; see [`select`].
#[must_use = "a select does nothing until it is awaited"]
pub struct Select<S: Arms> {
    arms: S,
    wait: Option<WaitId>,
    begun: bool,
}

// The arms are plain data and never point into themselves.
impl<S: Arms> Unpin for Select<S> {}

impl<S: Arms> Future for Select<S> {
    type Output = S::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<S::Output> {
        let this = self.get_mut();
        if let Some(wait) = this.wait {
            let Some(arm) = this.arms.runtime().fired(wait, cx.waker()) else { return Poll::Pending };
            let output = this.arms.finish(arm, wait);
            this.arms.runtime().ledger().observe(u64::from(arm));
            this.arms.unpark(wait, Some(arm));
            this.arms.runtime().release_wait(wait);
            this.wait = None;
            return Poll::Ready(output);
        }
        if this.arms.runtime().strikes(std::mem::replace(&mut this.begun, true)) {
            return Poll::Pending;
        }
        if let Some(output) = this.arms.take_ready() {
            return Poll::Ready(output);
        }
        let wait = this.arms.runtime().core().new_wait(cx.waker());
        this.arms.park(wait);
        this.wait = Some(wait);
        Poll::Pending
    }
}

impl<S: Arms> Drop for Select<S> {
    fn drop(&mut self) {
        if let Some(wait) = self.wait {
            self.arms.unpark(wait, None);
            self.arms.runtime().release_wait(wait);
        }
    }
}

macro_rules! arms {
    ($which:ident, $($arm:ident $place:tt),+) => {
        #[doc = concat!("Which of the arms of a select took effect, and what it gave.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $which<$($arm),+> {
            $(#[doc = "This arm."] $arm($arm)),+
        }

        impl<$($arm: Operation),+> Arms for ($(Op<$arm>,)+) {
            type Output = $which<$($arm::Output),+>;

            fn runtime(&self) -> &Runtime {
                &self.0.rt
            }

            fn ready(&mut self) -> ([u8; MOST_ARMS], u32) {
                let mut ready = [0; MOST_ARMS];
                let mut count = 0;
                $(if self.$place.operation.is_ready(&self.$place.rt) {
                    ready[count as usize] = $place;
                    count += 1;
                })+
                (ready, count)
            }

            fn take(&mut self, arm: u8) -> Option<Self::Output> {
                match arm {
                    $($place => self.$place.operation.take(&self.$place.rt, self.$place.site).map($which::$arm),)+
                    _ => None,
                }
            }

            fn park(&mut self, wait: WaitId) {
                $(self.$place.operation.park(&self.$place.rt, wait, $place, self.$place.site);)+
            }

            fn finish(&mut self, arm: u8, wait: WaitId) -> Self::Output {
                match arm {
                    $($place => $which::$arm(self.$place.operation.finish(&self.$place.rt, wait, self.$place.site)),)+
                    _ => unreachable!("a select has no arm {arm}"),
                }
            }

            fn unpark(&mut self, wait: WaitId, but: Option<u8>) {
                $(if but != Some($place) {
                    self.$place.operation.unpark(&self.$place.rt, wait);
                })+
            }
        }
    };
}

arms!(Of2, A 0, B 1);
arms!(Of3, A 0, B 1, C 2);
arms!(Of4, A 0, B 1, C 2, D 3);
arms!(Of5, A 0, B 1, C 2, D 3, E 4);
arms!(Of6, A 0, B 1, C 2, D 3, E 4, F 5);
