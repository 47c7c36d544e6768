//! Whoever looks at events as they happen, whether or not they are stored.

use super::{Event, Trace};

/// How something that happens depends on an object, and so whether it commutes with another that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Its course depends on the object. Reads commute.
    Read,
    /// It changes the object in a way that commutes with every other addition to it, but with no read.
    Add,
    /// It changes the object, or both reads it and adds to it. It commutes with nothing of that object.
    Change,
}

/// A fold over the events of a run.
pub trait Observe {
    /// The kinds it wants to see, as [`Kind::bit`](super::Kind::bit)s.
    fn kinds(&self) -> u32;
    /// One event; `trace` has the names of tasks and channels, the labels and the texts.
    fn see(&mut self, event: &Event, trace: &Trace);
    /// Which part of the fold an event depends on, told before it is seen: events that touch no common part, or
    /// only read or only add to it, may be seen in either order. To be safe: every event changes the whole.
    fn order(&self, _event: &Event, _trace: &Trace, touch: &mut dyn FnMut(u64, Access)) {
        touch(0, Access::Change);
    }
    /// A hash of the fold's state: two folds with the same hash judge alike whatever comes; none if it cannot say.
    fn key(&self) -> Option<u64> {
        None
    }
}
