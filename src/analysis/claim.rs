//! A claim is a fold over events, written once and fed with or without storing the trace.

pub use crate::trace::{Event, EventId, Kind, Trace};

pub use crate::trace::Access;

use crate::trace::{Fingerprint, Observe, Touch};
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

    /// What can be said at such an end: what has held until a cut could still have been broken.
    pub fn at(self, ending: Ending) -> Self {
        let holds = self.holds.filter(|holds| !holds || ending != Ending::Cut);
        Verdict { holds, ..self }
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
    /// Which part of the fold an event depends on; see [`Observe::see`]. Only the verdict counts, not its evidence.
    /// A claim that does not say is told every order of its events apart, which a search pays for.
    fn order(&self, _event: &Event, _trace: &Trace, touch: &mut dyn FnMut(u64, Access)) {
        touch(0, Access::Change);
    }
    /// A hash of the fold's state; see [`Observe::key`]. A claim that does not say is taken to remember everything.
    fn key(&self) -> Option<u64> {
        None
    }
    /// Becomes what it was before it had seen anything; false if it does not know how, and another is to be made.
    fn restart(&mut self) -> bool {
        false
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
    /// Becomes what it was before it had seen anything; see [`Claim::restart`].
    fn restart(&mut self) -> bool {
        false
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
    /// Of each claim without a key, and last of the outcome: a hash of all that it has seen, if it was asked for.
    seen: Vec<Option<u64>>,
    /// By kind of event: who wants to see it, by number; the last is the outcome.
    listeners: [Vec<u8>; 32],
}

impl Jury {
    /// Begins anew: those that do not know how to are replaced by what `claim` and `outcome` make.
    pub fn restart(
        &mut self,
        mut claim: impl FnMut(usize) -> Box<dyn Claim>,
        outcome: impl FnOnce() -> Option<Box<dyn Outcome>>,
    ) {
        for (index, known) in self.claims.iter_mut().enumerate() {
            if !known.restart() {
                *known = claim(index);
            }
        }
        if !self.outcome.as_mut().is_none_or(|known| known.restart()) {
            self.outcome = outcome();
        }
        self.seen.iter_mut().flatten().for_each(|seen| *seen = 0);
    }

    /// A jury of claims and an outcome that have seen nothing.
    pub fn new(claims: Vec<Box<dyn Claim>>, outcome: Option<Box<dyn Outcome>>) -> Self {
        let keys = claims.iter().map(|claim| claim.key());
        let keys = keys.chain([outcome.as_ref().map_or(Some(0), |outcome| outcome.key())]);
        let seen = keys.map(|key| key.is_none().then_some(0)).collect();
        let kinds = claims.iter().map(|claim| claim.kinds());
        let kinds = kinds.chain([outcome.as_ref().map_or(0, |outcome| outcome.kinds())]);
        let mut listeners: [Vec<u8>; 32] = Default::default();
        for (index, kinds) in (0..=u8::MAX).zip(kinds) {
            let wanted = listeners.iter_mut().enumerate().filter(|(kind, _)| kinds >> kind & 1 == 1);
            wanted.for_each(|(_, listeners)| listeners.push(index));
        }
        Jury { claims, outcome, seen, listeners }
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
        let wanted = jury.listeners.iter().zip(0..).filter(|(listeners, _)| !listeners.is_empty());
        wanted.fold(0, |kinds, (_, kind)| kinds | 1 << kind)
    }

    fn see(&mut self, event: &Event, trace: &Trace, mut touch: Option<&mut Touch<'_>>) {
        let mut jury = self.0.borrow_mut();
        let Jury { claims, outcome, listeners, seen } = &mut *jury;
        for index in &listeners[event.kind as usize] {
            let index = usize::from(*index);
            let claim = claims.get_mut(index);
            if let Some(touch) = &mut touch {
                // Each fold has parts of its own.
                let own = |part: u64| key_of([part.wrapping_add((index as u64 + 1) << 56)]);
                let touch = &mut |part, access| touch(own(part), access);
                match (&claim, &outcome) {
                    (Some(claim), _) => claim.order(event, trace, touch),
                    (None, Some(outcome)) => outcome.order(event, trace, touch),
                    (None, None) => {}
                }
                if let Some(seen) = &mut seen[index] {
                    *seen = key_of([*seen, hash_of(event, trace)]);
                }
            }
            match (claim, &mut *outcome) {
                (Some(claim), _) => claim.see(event, trace),
                (None, Some(outcome)) => outcome.see(event, trace),
                (None, None) => {}
            }
        }
    }

    fn key(&self) -> Option<u64> {
        let jury = self.0.borrow();
        let claims = jury.claims.iter().map(|claim| claim.key());
        let keys = claims.chain(jury.outcome.iter().map(|outcome| outcome.key()));
        Some(key_of(keys.zip(&jury.seen).map(|(key, seen)| key.or(*seen).unwrap_or(0))))
    }
}
