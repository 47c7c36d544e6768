//! One copy of a request, as whoever serves it sees it, and how it came out.

use crate::patterns::cancel::{Cancel, Context};
use crate::runtime::{Cause, Reason, Runtime, Time};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// A copy of a request. Clones are the same copy.
#[derive(Clone)]
pub struct Attempt {
    /// Which one, from 0, the original.
    pub number: u32,
    /// Ends when the copy is no longer wanted; whoever serves it waits for that as well.
    pub context: Context,
    pub(super) rt: Runtime,
    pub(super) tie: Option<Rc<Tie>>,
}

impl Attempt {
    /// To be called when service begins, after queueing. Of tied copies the first that begins cancels the others; for
    /// those it is false, and they are not to be served. For copies that are not tied it is always true.
    #[track_caller]
    pub fn begin(&self) -> bool {
        self.tie.as_ref().is_none_or(|tie| tie.begin(self.number, self.rt.now()))
    }
}

/// What ties copies together: only one of them is served.
#[derive(Default)]
pub(super) struct Tie {
    served: Cell<Option<(u32, Time)>>,
    cancels: RefCell<Vec<(u32, Cancel)>>,
}

impl Tie {
    pub fn add(&self, number: u32, cancel: Cancel) {
        self.cancels.borrow_mut().push((number, cancel));
    }

    /// Which copy is being served, and since when.
    pub fn served(&self) -> Option<(u32, Time)> {
        self.served.get()
    }

    /// The copy that was served has failed: another may begin.
    pub fn release(&self, number: u32) {
        if self.served.get().is_some_and(|(served, _)| served == number) {
            self.served.set(None);
        }
    }

    #[track_caller]
    fn begin(&self, number: u32, now: Time) -> bool {
        if let Some((served, _)) = self.served.get() {
            return served == number;
        }
        self.served.set(Some((number, now)));
        let cancels = std::mem::take(&mut *self.cancels.borrow_mut());
        for (other, cancel) in cancels {
            if other != number {
                cancel.because(Cause::new(Reason::Replica, "another copy is being served"));
            }
        }
        true
    }
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its answer is the result.
    Won,
    /// It gave an answer that was not acceptable, or an error.
    Failed,
    /// It was cancelled because another was faster or was being served first.
    Cancelled,
}

/// A copy in retrospect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which one.
    pub number: u32,
    /// When it was sent.
    pub began: Time,
    /// How long it took, or had taken when it was cancelled.
    pub lasted: Duration,
    /// What became of it.
    pub fate: Fate,
}
