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

/// Who is told which part of a fold an event depends on, and how.
pub type Touch<'a> = dyn FnMut(u64, Access) + 'a;

/// A fold over the events of a run.
pub trait Observe {
    /// The kinds it wants to see, as [`Kind::bit`](super::Kind::bit)s.
    fn kinds(&self) -> u32;
    /// One event; `trace` has the names of tasks and channels, the labels and the texts. `touch`, if anybody wants to
    /// know, is told which parts of the fold the event depends on: events that touch no common part, or only read or only
    /// add to it, may be seen in either order.
    fn see(&mut self, event: &Event, trace: &Trace, touch: Option<&mut Touch<'_>>);
    /// A hash of the fold's state: two folds with the same hash judge alike whatever comes; none if it cannot say.
    fn key(&self) -> Option<u64> {
        None
    }
}
