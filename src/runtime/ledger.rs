//! What the step under way touches and what its task observes: from this the explorer knows which steps commute and
//! which states are the same.
//!
//! A *step* is one poll of a task or one firing of a timer; nothing interleaves within it. Whatever tasks share is
//! an object with a [`Name`] that says who created it and as the how-manyeth, so that it is the same object in every
//! execution that creates it. Two steps commute unless they touch a common object in ways that do not: see
//! [`Access`]. Being registered as somebody who waits is a change.
//!
//! What a task observes goes into its *history*: its future is a function of it, so that two states whose tasks have
//! the same histories differ in nothing that a task holds. A poll that finds nothing observes nothing.
//!
//! Nothing is kept, and each call is one test of a flag, unless somebody [follows](super::follow) the run.

pub use crate::trace::Access;

use std::cell::{Cell, RefCell};

/// A task, a timer or an object, the same in every execution that creates it: a hash of (who created it, the how-manyeth).
pub type Name = u64;

/// The names of what belongs to no task.
pub(crate) mod common {
    use super::Name;
    /// The clock, in the any-speed model: firings add to it, whoever looks at it reads it.
    pub const CLOCK: Name = 1;
    /// The numbers of tasks, on which their streams of draws and the names of namesakes depend.
    pub const TASKS: Name = 2;
    /// The names of channels.
    pub const CHANNELS: Name = 3;
    /// The user's inputs by name.
    pub const INPUTS: Name = 4;
    /// How often faults that only may strike still may.
    pub const BUDGET: Name = 5;
    /// What is created outside any task.
    pub const OUTSIDE: Name = 6;
    /// The claims: the first of them; each has a name of its own.
    pub const CLAIMS: Name = 1 << 20;
}

/// Mixes a number into a hash.
#[inline]
pub fn mix(hash: u64, number: u64) -> u64 {
    // The finaliser of SplitMix64 over a multiply-add: every bit of both depends on every bit of the result.
    let mut z = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number).wrapping_add(0x632b_e59b_d9b4_e019);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// What the step under way touches and observes.
#[derive(Default)]
pub(crate) struct Ledger {
    is_kept: Cell<bool>,
    everything: Cell<bool>,
    touched: RefCell<Vec<(Name, Access)>>,
    history: Cell<u64>,
    /// Whether any step has looked at the clock in the any-speed model: then it is part of the state.
    clock_read: Cell<bool>,
}

impl Ledger {
    pub fn keep(&self) {
        self.is_kept.set(true);
    }

    #[inline]
    pub fn is_kept(&self) -> bool {
        self.is_kept.get()
    }

    #[inline]
    pub fn touch(&self, name: Name, access: Access) {
        if self.is_kept.get() {
            self.touched.borrow_mut().push((name, access));
        }
    }

    #[inline]
    pub fn read(&self, name: Name) {
        self.touch(name, Access::Read);
    }

    #[inline]
    pub fn add(&self, name: Name) {
        self.touch(name, Access::Add);
    }

    #[inline]
    pub fn change(&self, name: Name) {
        self.touch(name, Access::Change);
    }

    /// The step commutes with no other.
    #[inline]
    pub fn touch_everything(&self) {
        self.everything.set(true);
    }

    /// The task of this poll learns something.
    #[inline]
    pub fn observe(&self, what: u64) {
        if self.is_kept.get() {
            self.history.set(mix(self.history.get(), what));
        }
    }

    /// A look at the clock where time is one of the choices.
    pub fn read_clock(&self, now: u64) {
        if self.is_kept.get() {
            self.read(common::CLOCK);
            self.observe(now);
            self.clock_read.set(true);
        }
    }

    /// A task declares all that it holds.
    pub fn declare(&self, state: u64) -> u64 {
        self.history.set(state | 1);
        self.history.get()
    }

    pub fn history(&self) -> u64 {
        self.history.get()
    }

    pub fn set_history(&self, history: u64) {
        self.history.set(history);
    }

    pub fn clock_read(&self) -> bool {
        self.clock_read.get()
    }

    /// A new step begins.
    pub fn begin(&self) {
        self.everything.set(false);
        self.touched.borrow_mut().clear();
    }

    /// A new execution begins.
    pub fn clear(&self) {
        self.begin();
        self.history.set(0);
    }

    pub fn with_touched<T>(&self, look: impl FnOnce(&[(Name, Access)], bool) -> T) -> T {
        look(&self.touched.borrow(), self.everything.get())
    }
}
