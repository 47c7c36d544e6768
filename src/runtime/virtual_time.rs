//! The virtual engine: the run loop over the chooser, with a clock that jumps. Nothing here reads a real clock.

use super::Runtime;
use super::chooser::Candidate;
use super::core::Core;
use super::ends::{End, Limit};
use super::setting::Setting;
use super::slots::Life;
use crate::trace::{Kind, TaskId, nanos};
use std::cell::RefMut;
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
        if self.end.is_none()
            && let Err(end) = self.go_on(steps)
        {
            self.conclude(end);
        }
        self.end.is_some()
    }

    fn go_on(&self, steps: u32) -> Result<(), End> {
        let mut core = self.rt.awake();
        for _ in 0..steps {
            core.settle()?;
            match core.next() {
                Some(candidate) => core = self.rt.move_on(core, candidate)?,
                None => core.wait()?,
            }
        }
        Ok(())
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

impl Core {
    /// Does what is due before anybody moves; an error is how the run has ended.
    #[inline]
    pub(super) fn settle(&mut self) -> Result<(), End> {
        if let Some(limit) = self.over {
            return Err(End::Cut(limit));
        }
        if let Some(misfit) = self.misfit {
            return Err(End::Misfit(misfit));
        }
        if self.tasks[0].life == Life::Ended {
            return Err(End::Finished);
        }
        if self.plan.next_at().is_some_and(|at| at <= self.now) {
            self.strike_due();
        }
        Ok(())
    }

    /// Takes a task out of those that are ready, to be polled; an error if it has been polled too often.
    fn take_ready(&mut self, task: TaskId) -> Result<(), End> {
        self.ready.remove(task);
        self.polls += 1;
        self.polls_at_once += 1;
        let limits = &self.setting.limits;
        let for_all = u64::from(limits.polls_each) * self.tasks.len() as u64;
        if self.polls_at_once > limits.polls_at_once && u64::from(self.polls_at_once) > for_all {
            return Err(End::LiveLocked { polls: self.polls_at_once, task });
        }
        if self.polls > limits.polls { Err(End::Cut(Limit::Polls)) } else { Ok(()) }
    }

    /// Moves the clock up to a deadline. If a fault comes first the clock stops there: false.
    fn move_clock(&mut self, deadline: u64) -> bool {
        if deadline <= self.now {
            return true;
        }
        let fault = self.plan.next_at().filter(|at| *at <= deadline);
        let to = fault.unwrap_or(deadline).max(self.now);
        if to > nanos(self.setting.limits.time) {
            self.reach(Limit::Time);
            return false;
        }
        if to > self.now {
            self.now = to;
            self.polls_at_once = 0;
            self.forget_late();
        }
        fault.is_none()
    }

    /// Nothing can move now: the clock goes on to the next timer or fault, or the run is stuck.
    pub(super) fn wait(&mut self) -> Result<(), End> {
        match [self.timers.first_deadline(), self.plan.next_at()].into_iter().flatten().min() {
            Some(at) => {
                self.move_clock(at);
                Ok(())
            }
            None => Err(End::Stalled(self.stuck())),
        }
    }
}

impl Runtime {
    /// One step. The state is lent, and given back unless the run has ended.
    #[inline]
    pub(super) fn move_on<'a>(
        &'a self,
        mut core: RefMut<'a, Core>,
        candidate: Candidate,
    ) -> Result<RefMut<'a, Core>, End> {
        match candidate {
            Candidate::Task(task) => {
                core.take_ready(task)?;
                Ok(self.poll_task(core, task))
            }
            Candidate::Timer(timer) => {
                let deadline = core.timers.get(timer).deadline;
                if core.move_clock(deadline) {
                    if core.fire(timer) {
                        drop(core);
                        self.act(timer);
                        core = self.core();
                    }
                    // Whom it wakes by way of a combinator is woken within this step.
                    core = self.pass_on_wakes(core);
                }
                Ok(core)
            }
        }
    }

    /// Polls a task once; drops it when it has ended or is doomed.
    #[inline]
    pub(crate) fn poll_task<'a>(&'a self, mut core: RefMut<'a, Core>, task: TaskId) -> RefMut<'a, Core> {
        let chair = self.0.seats.borrow_mut().take(task);
        let Some(mut chair) = chair else { return core };
        core.begin_poll(task);
        drop(core);
        let mut context = std::task::Context::from_waker(&chair.waker);
        let mut core = match chair.seat.poll(&mut context) {
            Poll::Ready(()) => {
                self.give_back(task, chair);
                let mut core = self.core();
                if core.is_alive(task) {
                    let event = core.emit(Kind::End, 0, 0, None);
                    core.finish_task(task, Life::Ended, event);
                }
                core
            }
            Poll::Pending => {
                let mut core = self.core();
                if core.is_doomed(task) {
                    let event = core.emit(Kind::Stop, 0, 0, None);
                    drop(core);
                    self.vacate(task, chair);
                    core = self.core();
                    core.finish_task(task, Life::Stopped, event);
                } else {
                    self.0.seats.borrow_mut().put_back(task, chair);
                }
                core
            }
        };
        core.tasks[task as usize].history = core.ledger.history();
        self.pass_on_wakes(core)
    }
}

impl Core {
    #[inline]
    fn begin_poll(&mut self, task: TaskId) {
        self.current = task;
        let slot = &mut self.tasks[task as usize];
        slot.woken = false;
        // Even a task that has observed nothing yet is not what it was before its first poll.
        self.ledger.set_history(slot.history.max(1));
    }

    /// Whether a task stopped itself. A crash comes first: of what has crashed nothing is dropped.
    fn is_doomed(&self, task: TaskId) -> bool {
        self.tasks[task as usize].doomed && self.is_alive(task)
    }
}
