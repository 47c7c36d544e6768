//! How a run ends, and who waits for what when it is stuck.

use super::chooser::Misfit;
use crate::trace::{ChannelId, TaskId};

/// A limit of [`Limits`](super::setting::Limits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Events of the trace.
    Events,
    /// Tasks or channels.
    Objects,
    /// Messages sent and not taken.
    Messages,
    /// Polls.
    Polls,
    /// Virtual time.
    Time,
}

impl Limit {
    /// The word for this limit in JSON and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Limit::Events => "events",
            Limit::Objects => "objects",
            Limit::Messages => "messages",
            Limit::Polls => "polls",
            Limit::Time => "time",
        }
    }
}

/// What a parked operation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blocked {
    /// A message on a channel.
    Receive(ChannelId),
    /// Room or a receiver on a channel.
    Send(ChannelId),
    /// A channel to be empty, with nothing under way.
    Quiet(ChannelId),
    /// A signal to be given.
    Signal(u32),
    /// A task to end.
    Join(TaskId),
    /// A timer.
    Timer,
    /// Something that never comes: a receive on an absent channel.
    Never,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The root returned.
    Finished,
    /// Nothing can move and the root has not returned: who waits for what.
    Stalled(Vec<(TaskId, Blocked)>),
    /// Tasks move without time passing.
    LiveLocked {
        /// How many polls were made at one instant.
        polls: u32,
        /// Who was polled last.
        task: TaskId,
    },
    /// A limit was reached.
    Cut(Limit),
    /// It was ended from outside (a live session).
    Interrupted,
    /// The recorded choices do not fit: not a result, an error in the link.
    Misfit(Misfit),
}

impl End {
    /// The word for this end in JSON and on the page.
    pub const fn name(&self) -> &'static str {
        match self {
            End::Finished => "finished",
            End::Stalled(_) => "stalled",
            End::LiveLocked { .. } => "live-locked",
            End::Cut(_) | End::Interrupted | End::Misfit(_) => "cut",
        }
    }
}
