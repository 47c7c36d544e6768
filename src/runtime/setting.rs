//! What a run is given besides its scenario: timing model, order, seed, faults, recorded choices, limits. Plain data.

use crate::trace::{FaultCode, Time};
use std::time::Duration;

/// When pending timers may fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Model {
    /// At their time; only ties are open.
    #[default]
    Timed,
    /// At or after their deadline, in any order: any task may be arbitrarily slow.
    AnySpeed,
}

/// Who decides where several things could happen next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The canonical rules: candidate 0 everywhere.
    #[default]
    Canonical,
    /// Drawn from the seed.
    Seeded,
}

/// What a fault does to a task or a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// The task is never polled again.
    Crash {
        /// When it strikes.
        at: Time,
    },
    /// The task is not polled for a while.
    Hang {
        /// When it strikes.
        at: Time,
        /// How long it lasts.
        lasting: Duration,
    },
    /// From then on the task's work takes longer.
    Slow {
        /// When it strikes.
        at: Time,
        /// How many times as long, in thousandths.
        thousandths: u64,
    },
    /// The user cancels the task.
    Cancel {
        /// When the user does.
        at: Time,
    },
    /// The n-th message sent on the channel is lost.
    Drop {
        /// The message, from 1.
        nth: u32,
    },
    /// The n-th message sent on the channel travels longer.
    Delay {
        /// The message, from 1.
        nth: u32,
        /// How much longer.
        by: Duration,
    },
    /// The n-th message sent on the channel arrives twice.
    Duplicate {
        /// The message, from 1.
        nth: u32,
    },
}

impl Harm {
    /// When it strikes; none for the faults of channels, which strike a message.
    pub fn at(&self) -> Option<Time> {
        match *self {
            Harm::Crash { at } | Harm::Hang { at, .. } | Harm::Slow { at, .. } | Harm::Cancel { at } => Some(at),
            Harm::Drop { .. } | Harm::Delay { .. } | Harm::Duplicate { .. } => None,
        }
    }
}

/// A fault: what happens to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The task or channel.
    pub target: String,
    /// What happens to it.
    pub harm: Harm,
}

/// Faults that the chooser may strike with, at most so many times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct May {
    /// Crash, hang or drop.
    pub kind: FaultCode,
    /// A task, a channel or `any`.
    pub target: String,
    /// At most how often.
    pub times: u32,
}

/// One choice that differs from what the rest of the link would choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// How many choices since the previous deviation went as they would.
    pub gap: u32,
    /// The candidate taken instead.
    pub pick: u32,
    /// How many candidates there are.
    pub arity: u32,
}

/// Everything that grows has a limit; reaching one ends the run and names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events of the trace.
    pub events: u32,
    /// Tasks and channels, each.
    pub objects: u32,
    /// Messages that have been sent and not taken.
    pub messages: u32,
    /// Polls of tasks.
    pub polls: u64,
    /// Polls without time passing: more of them is a live-lock …
    pub polls_at_once: u32,
    /// … unless there have been so many tasks that it is no more than this for each: a crowd is no live-lock.
    pub polls_each: u32,
    /// Virtual time. The default is the last whole day below 2^53 ns, so that every time of a run is a number that
    /// JavaScript keeps exactly.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            events: 2_000_000,
            objects: 250_000,
            messages: 1_000_000,
            polls: 20_000_000,
            polls_at_once: 200_000,
            // More than a worker at the bottom of six layers is asked, if each tries three times.
            polls_each: 1_000,
            time: Duration::from_secs(104 * 24 * 3600),
        }
    }
}

/// The whole setting of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// When pending timers may fire.
    pub model: Model,
    /// Who decides.
    pub order: Order,
    /// The seed of the order and of every draw.
    pub seed: u64,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// What may go wrong if the chooser says so.
    pub may: Vec<May>,
    /// Recorded choices.
    pub schedule: Option<Vec<Deviation>>,
    /// Where it ends at the latest.
    pub limits: Limits,
}
