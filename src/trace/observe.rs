//! Whoever looks at events as they happen, whether or not they are stored.

use super::{Event, Trace};

/// A fold over the events of a run.
pub trait Observe {
    /// The kinds it wants to see, as [`Kind::bit`](super::Kind::bit)s.
    fn kinds(&self) -> u32;
    /// One event; `trace` has the names of tasks and channels, the labels and the texts.
    fn see(&mut self, event: &Event, trace: &Trace);
}
