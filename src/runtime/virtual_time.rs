//! The virtual engine: the run loop over the chooser, with a clock that jumps. Nothing here reads a real clock.

use super::Runtime;
use super::chooser::Candidate;
use super::core::{Core, Life};
use super::ends::{End, Limit};
use super::setting::Setting;
use crate::trace::{Kind, TaskId, nanos};
use std::future::Future;
use std::task::Poll;

/// A run in virtual time. Dropping it drops every task.
pub struct Run {
    rt: Runtime,
    end: Option<End>,
}

impl Run {
    /// A run under a setting whose events are stored (`recording`) or only counted and observed.
    pub fn new(setting: Setting, recording: bool) -> Self {
        Run { rt: Runtime::new(Core::new(setting, recording)), end: None }
    }

    /// The runtime of this run.
    pub fn runtime(&self) -> &Runtime {
        &self.rt
    }

    /// Starts the root task.
    pub fn start(&self, root: impl Future<Output = ()> + 'static) {
        let _ = self.rt.admit("root", false, None, root);
    }

    /// Goes on until the run ends or about `steps` more steps are done; whether it has ended.
    pub fn advance(&mut self, steps: u32) -> bool {
        for _ in 0..steps {
            if self.end.is_some() {
                return true;
            }
            if let Some(end) = self.step() {
                self.conclude(end);
            }
        }
        self.end.is_some()
    }

    /// Goes on to the end.
    pub fn finish(&mut self) -> End {
        while !self.advance(u32::MAX) {}
        self.end.clone().unwrap_or(End::Interrupted)
    }

    /// How it ended, if it has.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    fn step(&self) -> Option<End> {
        if let Some(end) = self.settle() {
            return Some(end);
        }
        let candidate = self.rt.core().next();
        match candidate {
            Some(candidate) => self.move_on(candidate),
            None => self.wait(),
        }
    }

    /// Does what is due before anybody moves; how the run has ended, if it has.
    pub(super) fn settle(&self) -> Option<End> {
        self.rt.take_foreign_wakes();
        let mut core = self.rt.core();
        if let Some(limit) = core.over {
            return Some(End::Cut(limit));
        }
        if let Some(misfit) = core.misfit {
            return Some(End::Misfit(misfit));
        }
        if core.tasks[0].life == Life::Ended {
            return Some(End::Finished);
        }
        if core.plan.next_at().is_some_and(|at| at <= core.now) {
            core.strike_due();
        }
        None
    }

    /// One step.
    pub(super) fn move_on(&self, candidate: Candidate) -> Option<End> {
        match candidate {
            Candidate::Task(task) => self.poll(task),
            Candidate::Timer(timer) => {
                let deadline = self.rt.core().timers.get(timer).deadline;
                if self.move_clock(deadline) {
                    self.rt.fire(timer);
                    // Whom it wakes by way of a combinator is woken within this step.
                    self.rt.take_foreign_wakes();
                }
                None
            }
        }
    }

    fn poll(&self, task: TaskId) -> Option<End> {
        {
            let mut core = self.rt.core();
            core.ready.remove(task);
            core.polls += 1;
            core.polls_at_once += 1;
            let limits = &core.setting.limits;
            let for_all = u64::from(limits.polls_each) * core.tasks.len() as u64;
            if core.polls_at_once > limits.polls_at_once && u64::from(core.polls_at_once) > for_all {
                return Some(End::LiveLocked { polls: core.polls_at_once, task });
            }
            if core.polls > core.setting.limits.polls {
                return Some(End::Cut(Limit::Polls));
            }
        }
        self.rt.poll_task(task);
        None
    }

    /// Moves the clock up to a deadline. If a fault comes first the clock stops there: false.
    fn move_clock(&self, deadline: u64) -> bool {
        let mut core = self.rt.core();
        if deadline <= core.now {
            return true;
        }
        let fault = core.plan.next_at().filter(|at| *at <= deadline);
        let to = fault.unwrap_or(deadline).max(core.now);
        if to > nanos(core.setting.limits.time) {
            core.reach(Limit::Time);
            return false;
        }
        if to > core.now {
            core.now = to;
            core.polls_at_once = 0;
            core.forget_late();
        }
        fault.is_none()
    }

    /// Nothing can move now: the clock goes on to the next timer or fault, or the run is stuck.
    pub(super) fn wait(&self) -> Option<End> {
        let next = {
            let core = self.rt.core();
            [core.timers.first_deadline(), core.plan.next_at()].into_iter().flatten().min()
        };
        match next {
            Some(at) => {
                self.move_clock(at);
                None
            }
            None => Some(End::Stalled(self.rt.core().stuck())),
        }
    }

    pub(super) fn forget_end(&mut self) {
        self.end = None;
    }

    pub(super) fn conclude(&mut self, end: End) {
        let end = {
            let mut core = self.rt.core();
            let servers = 0..core.tasks.len() as TaskId;
            if end == End::Finished {
                for task in servers {
                    if core.tasks[task as usize].server && core.is_alive(task) {
                        let cause = core.tasks[0].last;
                        core.emit_as(task, Kind::Stop, 0, 0, cause, None);
                        core.tasks[task as usize].life = Life::Stopped;
                    }
                }
            }
            core.left_over();
            core.ended = true;
            match core.misfit {
                Some(misfit) => End::Misfit(misfit),
                None => end,
            }
        };
        self.end = Some(end);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.rt.tear_down();
    }
}

impl Runtime {
    /// Whether a task stopped itself. A crash comes first: of what has crashed nothing is dropped.
    fn is_doomed(&self, task: TaskId) -> bool {
        let core = self.core();
        core.tasks[task as usize].doomed && core.is_alive(task)
    }

    /// Polls a task once; drops it when it has ended or is doomed.
    pub(crate) fn poll_task(&self, task: TaskId) {
        let chair = self.0.seats.borrow_mut().take(task);
        let Some(mut chair) = chair else { return };
        {
            let mut core = self.core();
            core.current = task;
            let slot = &mut core.tasks[task as usize];
            slot.woken = false;
            // Even a task that has observed nothing yet is not what it was before its first poll.
            self.ledger().set_history(slot.history.max(1));
        }
        let mut context = std::task::Context::from_waker(&chair.waker);
        match chair.seat.poll(&mut context) {
            Poll::Ready(()) => {
                self.give_back(task, chair);
                let mut core = self.core();
                if core.is_alive(task) {
                    let event = core.emit(Kind::End, 0, 0, None);
                    core.finish_task(task, Life::Ended, event);
                }
            }
            Poll::Pending if self.is_doomed(task) => {
                let event = self.core().emit(Kind::Stop, 0, 0, None);
                self.vacate(task, chair);
                self.core().finish_task(task, Life::Stopped, event);
            }
            Poll::Pending => self.0.seats.borrow_mut().put_back(task, chair),
        }
        self.core().tasks[task as usize].history = self.ledger().history();
        self.take_foreign_wakes();
    }
}
