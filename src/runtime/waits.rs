//! Parked operations and selects: who waits, for what, and which arm a peer has committed.

use super::Runtime;
use super::core::Core;
use super::ends::Blocked;
use super::operation::WaitId;
use crate::trace::{EventId, TaskId};
use std::task::Waker;

/// A select has at most so many arms.
pub(crate) const MOST_ARMS: usize = 6;

/// A parked operation or select.
pub(crate) struct Wait {
    task: TaskId,
    generation: u32,
    fired: Option<u8>,
    /// The waker of a combinator that keeps its own account of who was woken.
    foreign: Option<Waker>,
    /// What its arms wait for, the first so many of them.
    on: [Blocked; MOST_ARMS],
    arms: u8,
    used: bool,
}

/// The waits of a run, in slots that are used again.
#[derive(Default)]
pub(crate) struct Waits {
    slots: Vec<Wait>,
    free: Vec<u32>,
}

impl Waits {
    /// Those that a peer has committed and nobody has taken notice of: whose, and which arm.
    pub fn committed(&self) -> impl Iterator<Item = (TaskId, u8)> + '_ {
        self.slots.iter().filter(|wait| wait.used).filter_map(|wait| Some((wait.task, wait.fired?)))
    }

    /// Forgets all of them; gives the wakers, to be dropped when the state is free.
    pub fn clear(&mut self) -> Vec<Waker> {
        self.free.clear();
        self.slots.drain(..).filter_map(|wait| wait.foreign).collect()
    }
}

impl Core {
    /// A new wait of the current task. `waker` is kept only if it is not the task's own.
    pub fn new_wait(&mut self, waker: &Waker) -> WaitId {
        let task = self.current;
        let own = self.is_own(waker);
        let foreign = (!own).then(|| waker.clone());
        let index = self.waits.free.pop().unwrap_or_else(|| {
            self.waits.slots.push(Wait {
                task,
                generation: 0,
                fired: None,
                foreign: None,
                on: [Blocked::Never; MOST_ARMS],
                arms: 0,
                used: false,
            });
            (self.waits.slots.len() - 1) as u32
        });
        let wait = &mut self.waits.slots[index as usize];
        wait.task = task;
        wait.fired = None;
        wait.foreign = foreign;
        wait.arms = 0;
        wait.used = true;
        WaitId { index, generation: wait.generation }
    }

    /// Renews the waker of a wait that is polled again; gives the old one, to be dropped when the state is free.
    pub fn refresh_wait(&mut self, wait: WaitId, waker: &Waker) -> Option<Waker> {
        let task = self.waits.slots[wait.index as usize].task;
        let own = self.wakers.get(task as usize).is_some_and(|own| own.will_wake(waker));
        std::mem::replace(&mut self.waits.slots[wait.index as usize].foreign, (!own).then(|| waker.clone()))
    }

    /// Notes what the next arm of a wait waits for.
    pub fn waits_on(&mut self, wait: WaitId, arm: u8, blocked: Blocked) {
        let wait = &mut self.waits.slots[wait.index as usize];
        wait.on[usize::from(arm)] = blocked;
        wait.arms = arm + 1;
    }

    /// Every open wait: whose it is and what it waits for.
    pub fn open_waits(&self) -> impl Iterator<Item = (TaskId, Blocked)> + '_ {
        let open = self.waits.slots.iter().filter(|wait| wait.used && wait.fired.is_none());
        open.flat_map(|wait| wait.on[..usize::from(wait.arms)].iter().map(|blocked| (wait.task, *blocked)))
    }

    fn known(&self, wait: WaitId) -> Option<&Wait> {
        let found = &self.waits.slots[wait.index as usize];
        (found.used && found.generation == wait.generation).then_some(found)
    }

    /// Which arm of a wait was committed.
    pub fn fired(&self, wait: WaitId) -> Option<u8> {
        self.known(wait).and_then(|wait| wait.fired)
    }

    /// Whether a peer may still commit this wait.
    pub fn is_open(&self, wait: WaitId) -> bool {
        let Some(found) = self.known(wait) else { return false };
        self.ledger.read(self.tasks[found.task as usize].object);
        found.fired.is_none()
    }

    /// The same, asked by nobody in the run.
    pub fn is_waiting(&self, wait: WaitId) -> bool {
        self.known(wait).is_some_and(|wait| wait.fired.is_none())
    }

    pub fn task_of(&self, wait: WaitId) -> TaskId {
        self.waits.slots[wait.index as usize].task
    }

    /// Commits an arm of a wait and wakes its task; false if another arm was first or nobody waits any more.
    pub fn commit(&mut self, wait: WaitId, arm: u8, cause: Option<EventId>) -> bool {
        let found = &mut self.waits.slots[wait.index as usize];
        if !found.used || found.generation != wait.generation {
            return false;
        }
        if found.fired.is_some() {
            self.ledger.read(self.tasks[found.task as usize].object);
            return false;
        }
        // To wake its task is more than to look at it.
        found.fired = Some(arm);
        let (task, foreign) = (found.task, found.foreign.take());
        self.wake(task, cause);
        if let Some(waker) = foreign {
            self.foreign.push(waker);
        }
        true
    }

    /// Gives a wait back, and its foreign waker, to be dropped when the state is free.
    pub fn release_wait(&mut self, wait: WaitId) -> Option<Waker> {
        let found = &mut self.waits.slots[wait.index as usize];
        if !found.used || found.generation != wait.generation {
            return None;
        }
        found.used = false;
        found.generation = found.generation.wrapping_add(1);
        self.waits.free.push(wait.index);
        found.foreign.take()
    }

    /// Who waits for what, besides servers.
    pub(crate) fn stuck(&self) -> Vec<(TaskId, Blocked)> {
        let waits = self.open_waits().filter(|(task, _)| self.is_alive(*task) && !self.tasks[*task as usize].server);
        waits.collect()
    }
}

impl Runtime {
    // What is returned is dropped with nothing borrowed: a foreign waker's destructor may use the runtime.

    /// Which arm of a wait of the current task was committed; if none it goes on waiting with this waker.
    pub(super) fn fired(&self, wait: WaitId, waker: &Waker) -> Option<u8> {
        let mut core = self.core();
        if core.is_struck() {
            return None;
        }
        let arm = core.fired(wait);
        if arm.is_none() {
            let old = core.refresh_wait(wait, waker);
            drop(core);
            drop(old);
        }
        arm
    }

    pub(super) fn release_wait(&self, wait: WaitId) {
        let old = self.core().release_wait(wait);
        drop(old);
    }

    /// Whether the current task was struck, or is struck by a fault that only may strike at the operation it begins.
    #[inline]
    pub(super) fn strikes(&self, has_begun: bool) -> bool {
        let mut core = self.core();
        if core.is_struck() {
            return true;
        }
        let task = core.current;
        !has_begun && (core.plan.has_may() && core.may_strike_here() || !core.is_alive(task))
    }
}
