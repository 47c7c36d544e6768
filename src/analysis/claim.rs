//! A claim is a fold over events, written once and fed with or without storing the trace.

pub use crate::trace::{Event, EventId, Kind, Trace};

pub use crate::trace::Access;

use crate::trace::{Fingerprint, Observe};
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
    /// Which part of the fold an event depends on; see [`Observe::order`]. Only the verdict counts, not its evidence.
    /// A claim that does not say is told every order of its events apart, which a search pays for.
    fn order(&self, _event: &Event, _trace: &Trace, touch: &mut dyn FnMut(u64, Access)) {
        touch(0, Access::Change);
    }
    /// A hash of the fold's state; see [`Observe::key`]. A claim that does not say is taken to remember everything.
    fn key(&self) -> Option<u64> {
        None
    }
}

/// A fold that says how a run came out.
pub trait Outcome {
    /// The kinds it wants to see.
    fn kinds(&self) -> u32;
    /// One event.
    fn see(&mut self, event: &Event, trace: &Trace);
    /// The outcome in a word; none for a run that was cut.
    fn outcome(&self, ending: Ending) -> Option<&'static str>;
    /// Which part of the fold an event depends on; see [`Claim::order`].
    fn order(&self, _event: &Event, _trace: &Trace, touch: &mut dyn FnMut(u64, Access)) {
        touch(0, Access::Change);
    }
    /// A hash of the fold's state; see [`Claim::key`].
    fn key(&self) -> Option<u64> {
        None
    }
}

/// A hash of numbers in order: what [`Claim::key`] is made of.
pub fn key_of(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().fold(0, |key, number| {
        let key = (key ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let key = (key ^ key >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        key ^ key >> 29
    })
}

/// All claims and the outcome of a run, fed by the runtime as events happen.
#[derive(Default)]
pub struct Jury {
    /// The claims in the order of the scenario's list.
    pub claims: Vec<Box<dyn Claim>>,
    /// How the run came out, if the scenario declares it.
    pub outcome: Option<Box<dyn Outcome>>,
    /// Of each claim, and last of the outcome: a hash of all that it has seen, if it was asked for.
    seen: Vec<u64>,
}

impl Jury {
    /// Begins anew with claims and an outcome that have seen nothing.
    pub fn renew(&mut self, claims: impl Iterator<Item = Box<dyn Claim>>, outcome: Option<Box<dyn Outcome>>) {
        self.claims.clear();
        self.claims.extend(claims);
        self.outcome = outcome;
        self.seen.clear();
    }
}

/// What an event says, as far as a fold may depend on it.
fn hash_of(event: &Event, trace: &Trace) -> u64 {
    let (a, b) = match event.kind {
        Kind::Note => (Fingerprint::hash(trace.label(event.a)), event.b),
        Kind::Log => (Fingerprint::hash(trace.text(event.a)), 0),
        _ => (u64::from(event.a), event.b),
    };
    let path = trace.tasks.get(event.task as usize).map_or(0, |task| task.path);
    key_of([event.kind as u64, path, a, b])
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

    fn order(&self, event: &Event, trace: &Trace, touch: &mut dyn FnMut(u64, Access)) {
        let bit = event.kind.bit();
        let mut jury = self.0.borrow_mut();
        let jury = &mut *jury;
        jury.seen.resize(jury.claims.len() + 1, 0);
        for (index, claim) in jury.claims.iter().enumerate() {
            if claim.kinds() & bit != 0 {
                claim.order(event, trace, &mut |part, access| touch(key_of([index as u64, part]), access));
                if claim.key().is_none() {
                    jury.seen[index] = key_of([jury.seen[index], hash_of(event, trace)]);
                }
            }
        }
        if let Some(outcome) = &jury.outcome
            && outcome.kinds() & bit != 0
        {
            let last = jury.claims.len();
            outcome.order(event, trace, &mut |part, access| touch(key_of([last as u64, part]), access));
            if outcome.key().is_none() {
                jury.seen[last] = key_of([jury.seen[last], hash_of(event, trace)]);
            }
        }
    }

    fn key(&self) -> Option<u64> {
        let jury = self.0.borrow();
        let claims = jury.claims.iter().map(|claim| claim.key());
        let keys = claims.chain(jury.outcome.iter().map(|outcome| outcome.key()));
        let seen = jury.seen.iter().copied().chain(std::iter::repeat(0));
        Some(key_of(keys.zip(seen).map(|(key, seen)| key.unwrap_or(seen))))
    }
}
