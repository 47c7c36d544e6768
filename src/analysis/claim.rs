//! A claim is a fold over events, written once and fed with or without storing the trace.

pub use crate::trace::{Event, EventId, Kind, Trace};

use crate::trace::Observe;
use std::cell::RefCell;
use std::rc::Rc;

/// What a scenario says of its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It holds in every run.
    Always,
    /// It is broken under some schedule: the scenario exists to show that.
    Breaks,
}

impl Expect {
    /// The word in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Expect::Always => "always",
            Expect::Breaks => "breaks",
        }
    }
}

/// How a run ended, as far as a verdict depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The root returned.
    Finished,
    /// Nothing could move.
    Stalled,
    /// Moves without time passing.
    LiveLocked,
    /// Cut at a limit or from outside: what has not happened yet is undecided.
    Cut,
}

/// Whether a claim holds, and the events that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `None` if the run was cut before it could be decided.
    pub holds: Option<bool>,
    /// The events that break it, or that show how close it was.
    pub evidence: Vec<EventId>,
}

impl Verdict {
    /// It holds unless something was found against it.
    pub fn unless(against: &[EventId]) -> Self {
        Verdict { holds: Some(against.is_empty()), evidence: against.to_vec() }
    }
}

/// A claim about a run.
pub trait Claim {
    /// The kinds it wants to see, as [`Kind::bit`](crate::trace::Kind::bit)s.
    fn kinds(&self) -> u32;
    /// One event.
    fn see(&mut self, event: &Event, trace: &Trace);
    /// The verdict, once the run has ended.
    fn verdict(&self, ending: Ending) -> Verdict;
}

/// A fold that says how a run came out.
pub trait Outcome {
    /// The kinds it wants to see.
    fn kinds(&self) -> u32;
    /// One event.
    fn see(&mut self, event: &Event, trace: &Trace);
    /// The outcome in a word; none for a run that was cut.
    fn outcome(&self, ending: Ending) -> Option<&'static str>;
}

/// All claims and the outcome of a run, fed by the runtime as events happen.
#[derive(Default)]
pub struct Jury {
    /// The claims in the order of the scenario's list.
    pub claims: Vec<Box<dyn Claim>>,
    /// How the run came out, if the scenario declares it.
    pub outcome: Option<Box<dyn Outcome>>,
}

/// A jury that the runtime and the reader share.
#[derive(Clone, Default)]
pub struct SharedJury(pub Rc<RefCell<Jury>>);

impl Observe for SharedJury {
    fn kinds(&self) -> u32 {
        let jury = self.0.borrow();
        let claims = jury.claims.iter().fold(0, |kinds, claim| kinds | claim.kinds());
        claims | jury.outcome.as_ref().map_or(0, |outcome| outcome.kinds())
    }

    fn see(&mut self, event: &Event, trace: &Trace) {
        let bit = event.kind.bit();
        let mut jury = self.0.borrow_mut();
        for claim in &mut jury.claims {
            if claim.kinds() & bit != 0 {
                claim.see(event, trace);
            }
        }
        if let Some(outcome) = &mut jury.outcome
            && outcome.kinds() & bit != 0
        {
            outcome.see(event, trace);
        }
    }
}
