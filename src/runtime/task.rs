//! Tasks: spawned with a name and a parent, joined, stopped from outside, asked whether they are dead.

use super::Runtime;
use super::ends::Blocked;
use super::ledger::mix;
use super::operation::{Op, Operation, WaitId, sealed::Sealed};
use super::seat::Returned;
use super::slots::Life;
use crate::trace::{Kind, Site, TaskId};
use std::future::Future;
use std::panic::Location;

/// Why a task gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It crashed: it stands still for ever where it was.
    Crashed,
    /// It was stopped and its future dropped.
    Stopped,
}

/// A task that was spawned. Dropping this stops nothing.
pub struct Task<T> {
    rt: Runtime,
    id: TaskId,
    result: Returned<T>,
}

impl Runtime {
    /// Starts a task below the current one; it runs next. A second task of the same name is called `name#2`.
    #[track_caller]
    pub fn spawn<T: 'static>(&self, name: &str, future: impl Future<Output = T> + 'static) -> Task<T> {
        self.spawn_as(name, false, future, Location::caller())
    }

    /// Starts a task that waits for work for ever: when the root returns it is stopped, and it is never stuck.
    #[track_caller]
    pub fn spawn_server(&self, name: &str, future: impl Future<Output = ()> + 'static) -> Task<()> {
        self.spawn_as(name, true, future, Location::caller())
    }

    pub(super) fn spawn_at<T: 'static>(
        &self,
        name: &str,
        future: impl Future<Output = T> + 'static,
        site: Site,
    ) -> Task<T> {
        self.spawn_as(name, false, future, site)
    }

    fn spawn_as<T: 'static>(
        &self,
        name: &str,
        server: bool,
        future: impl Future<Output = T> + 'static,
        site: Site,
    ) -> Task<T> {
        let (id, result) = self.admit(name, server, Some(site), future);
        Task { rt: self.clone(), id, result }
    }

    /// The current task.
    pub fn current(&self) -> TaskId {
        self.core().current
    }

    /// Whether a task has crashed. An oracle: no real system has it, and only a perfect failure detector asks it.
    pub fn is_dead(&self, task: TaskId) -> bool {
        self.core().look_at(task) == Some(Life::Crashed)
    }

    /// Faults that only *may* strike begin or cease to apply to the current task here.
    pub fn set_vulnerable(&self, vulnerable: bool) {
        let mut core = self.core();
        let task = core.current;
        core.tasks[task as usize].vulnerable = vulnerable;
    }
}

impl<T> Task<T> {
    /// Its number.
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Whether it has ended, crashed or been stopped.
    pub fn is_over(&self) -> bool {
        self.rt.core().look_at(self.id) != Some(Life::Alive)
    }

    /// Waits for its end and gives what it returned.
    ///
    /// # Errors
    /// [`Gone`] if it crashed or was stopped, or if the result was already taken.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing and stops nothing.
    #[track_caller]
    pub fn join(&self) -> Op<Join<T>> {
        Op::new(&self.rt, Join { id: self.id, result: self.result.clone() }, Location::caller())
    }

    /// Stops it where it is: its future is dropped, which withdraws whatever it waits for. Nothing happens to
    /// a task that is over.
    #[track_caller]
    pub fn stop(&self) {
        self.rt.stop_task(self.id, Some(Location::caller()));
    }
}

impl Runtime {
    pub(crate) fn stop_task(&self, task: TaskId, site: Option<Site>) {
        let (event, own) = {
            let mut core = self.core();
            core.ledger.read(core.tasks[task as usize].ending());
            if !core.is_alive(task) {
                return;
            }
            let is_taken = self.0.seats.borrow().get(task).is_none();
            if core.current == task || is_taken {
                // It cannot be dropped while it is being polled (this may be a destructor of another task that
                // it has stopped): the poll loop does it.
                core.tasks[task as usize].doomed = true;
                return;
            }
            let cause = core.tasks[core.current as usize].last;
            let event = core.emit_as(task, Kind::Stop, 0, 0, cause, site);
            let own = std::mem::replace(&mut core.current, task);
            (event, own)
        };
        let chair = self.0.seats.borrow_mut().take(task);
        if let Some(chair) = chair {
            self.vacate(task, chair);
        }
        let mut core = self.core();
        core.current = own;
        core.finish_task(task, Life::Stopped, event);
    }
}

/// Waiting for a task to end; see [`Task::join`].
pub struct Join<T> {
    id: TaskId,
    result: Returned<T>,
}

impl<T> Join<T> {
    fn outcome(&self, rt: &Runtime) -> Result<T, Gone> {
        let life = {
            let core = rt.core();
            let slot = &core.tasks[self.id as usize];
            let returned = if slot.is_plain { 0 } else { slot.history };
            core.ledger.observe(mix(mix(slot.name, slot.life as u64), returned));
            slot.life
        };
        match life {
            Life::Crashed => Err(Gone::Crashed),
            _ => self.result.borrow_mut().take().ok_or(Gone::Stopped),
        }
    }
}

impl<T> Sealed for Join<T> {}

impl<T> Operation for Join<T> {
    type Output = Result<T, Gone>;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        let core = rt.core();
        core.ledger.read(core.tasks[self.id as usize].ending());
        !core.is_alive(self.id)
    }

    fn take(&mut self, rt: &Runtime, _: Site) -> Option<Self::Output> {
        Some(self.outcome(rt))
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        let mut core = rt.core();
        core.ledger.add(core.tasks[self.id as usize].ending());
        core.tasks[self.id as usize].joiners.push((wait, arm));
        core.waits_on(wait, arm, Blocked::Join(self.id));
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, _: Site) -> Self::Output {
        self.outcome(rt)
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        let mut core = rt.core();
        core.ledger.add(core.tasks[self.id as usize].ending());
        core.tasks[self.id as usize].joiners.remove(wait);
    }
}
