//! A signal that is given once, with a cause: what cancellation is made of.

use super::Runtime;
use super::core::Core;
use super::ends::Blocked;
use super::ledger::{Ledger, Name, Object, mix};
use super::operation::{Op, Operation, WaitId, sealed::Sealed};
use super::waiters::Waiters;
use crate::trace::{EventId, Fingerprint, Kind, Reason, Site};
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::rc::Rc;

/// Why something was cancelled: one of the chapter's reasons, and whose word it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The reason, which colours the cancel on the page.
    pub reason: Reason,
    /// A word of the canceller's own; it tells two causes of the same reason apart.
    pub what: &'static str,
}

impl Cause {
    /// A cause with a word of its own.
    pub const fn new(reason: Reason, what: &'static str) -> Self {
        Cause { reason, what }
    }

    fn hash(self) -> u64 {
        mix(self.reason as u64 + 1, Fingerprint::hash(self.what))
    }
}

struct State {
    given: Cell<Option<(Cause, Option<EventId>)>>,
    waiting: RefCell<Waiters>,
    name: Name,
    object: Object,
    ledger: Rc<Ledger>,
}

/// A signal. Clones are the same signal.
#[derive(Clone)]
pub struct Signal {
    id: u32,
    state: Rc<State>,
}

impl Signal {
    pub(crate) fn new(id: u32, name: Name, ledger: Rc<Ledger>) -> Self {
        let object = ledger.register(name, 1);
        let state = State { given: Cell::default(), waiting: RefCell::default(), name, object, ledger };
        Signal { id, state: Rc::new(state) }
    }

    pub(crate) fn name(&self) -> Name {
        self.state.name
    }

    /// Its number in this run.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The cause, if it was given.
    pub fn given(&self) -> Option<Cause> {
        let given = self.state.given.get().map(|(cause, _)| cause);
        self.state.ledger.read(self.state.object);
        self.state.ledger.observe_of(self.state.name, given.map_or(0, Cause::hash));
        given
    }

    /// Whether anybody has another clone of it, be it only to wait for it.
    pub fn is_shared(&self) -> bool {
        Rc::strong_count(&self.state) > 1
    }

    /// Gives the signal; true if this call did. Wakes everybody who waits for it, in the order they came.
    #[track_caller]
    pub fn give(&self, rt: &Runtime, cause: Cause) -> bool {
        self.give_in(&mut rt.core(), cause, Some(Location::caller()))
    }

    pub(crate) fn give_in(&self, core: &mut Core, cause: Cause, site: Option<Site>) -> bool {
        let state = &self.state;
        let is_first = state.given.get().is_none();
        state.ledger.change(state.object);
        state.ledger.observe_of(state.name, u64::from(is_first));
        if !is_first {
            return false;
        }
        let event = core.emit(Kind::Cancel, self.id, cause.reason as u64, site);
        state.given.set(Some((cause, event)));
        core.objects = core.objects.wrapping_add(mix(state.name, cause.hash()));
        for (wait, arm) in state.waiting.take().take() {
            core.commit(wait, arm, event);
        }
        true
    }

    /// Waits for the signal and gives its cause.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing: a given signal stays given.
    #[track_caller]
    pub fn wait(&self, rt: &Runtime) -> Op<Given> {
        Op::new(rt, Given { signal: self.clone() }, Location::caller())
    }
}

/// Waiting for a [`Signal`].
pub struct Given {
    signal: Signal,
}

impl Sealed for Given {}

impl Operation for Given {
    type Output = Cause;

    fn is_ready(&mut self, _: &Runtime) -> bool {
        let state = &self.signal.state;
        state.ledger.read(state.object);
        state.given.get().is_some()
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Cause> {
        let (cause, event) = self.signal.state.given.get()?;
        rt.ledger().observe_of(self.signal.state.name, cause.hash());
        let mut core = rt.core();
        let task = core.current;
        core.emit_as(task, Kind::Cancelled, self.signal.id, cause.reason as u64, event, Some(site));
        Some(cause)
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        let state = &self.signal.state;
        // In which order they wait does not matter: all of them are told.
        state.ledger.add(state.object);
        state.waiting.borrow_mut().push((wait, arm));
        rt.core().waits_on(wait, arm, Blocked::Signal(self.signal.id));
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, site: Site) -> Cause {
        self.take(rt, site).expect("a committed signal was given")
    }

    fn unpark(&mut self, _: &Runtime, wait: WaitId) {
        let state = &self.signal.state;
        state.ledger.add(state.object);
        state.waiting.borrow_mut().remove(wait);
    }
}
