//! Faults on any task or channel: the runtime owns polling, work, timers and messages, so no scenario has to help.
//!
//! Timed faults are no candidates of a choice: each strikes when the clock reaches its time, before
//! anything else of that instant. One whose task does not exist yet waits for it within the same instant.

use super::chooser::Point;
use super::core::Core;
use super::ledger::{common, mix};
use super::setting::{Fault, Harm, May, Setting};
use super::signal::Cause;
use super::slots::Life;
use crate::trace::{FaultCode, Kind, Reason, TaskId, nanos};

/// What the plan does at a moment.
#[derive(Clone, Copy)]
enum Step {
    Strike(usize),
    Resume(TaskId),
}

/// The faults of a run, and which of them have struck.
#[derive(Default)]
pub(crate) struct Plan {
    faults: Vec<Fault>,
    struck: Vec<bool>,
    /// What is still to come, latest first.
    coming: Vec<(u64, Step)>,
    /// Due at this instant, but the task is not there yet.
    late: Vec<usize>,
    may: Vec<May>,
    /// Whether any fault strikes messages.
    on_messages: bool,
    /// Whether any strikes the n-th of them.
    counts_messages: bool,
}

impl Plan {
    pub fn new(setting: &Setting) -> Self {
        let faults = setting.faults.clone();
        let mut plan = Plan {
            struck: vec![false; faults.len()],
            may: setting.may.clone(),
            counts_messages: faults.iter().any(|fault| fault.harm.at().is_none()),
            on_messages: faults.iter().any(|fault| fault.harm.at().is_none())
                || setting.may.iter().any(|may| may.kind == FaultCode::Drop),
            ..Plan::default()
        };
        for (index, fault) in faults.iter().enumerate() {
            if let Some(at) = fault.harm.at() {
                plan.coming.push((at.as_nanos(), Step::Strike(index)));
            }
        }
        // Those of the same instant strike in the order given: the last of the list is the first to strike.
        plan.coming.reverse();
        plan.coming.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        plan.faults = faults;
        plan
    }

    /// As it was before the run.
    pub fn restart(&mut self, setting: &Setting) {
        if !self.faults.is_empty() {
            *self = Plan::new(setting);
        }
        self.may.iter_mut().zip(&setting.may).for_each(|(may, given)| may.times = given.times);
    }

    /// When the next fault strikes or hang ends.
    pub fn next_at(&self) -> Option<u64> {
        self.coming.last().map(|(at, _)| *at)
    }

    /// Whether any fault only may strike.
    pub fn has_may(&self) -> bool {
        !self.may.is_empty()
    }

    /// Whether it matters which number a message has.
    pub fn counts_messages(&self) -> bool {
        self.counts_messages
    }

    /// What is left of it, as far as what happens next depends on it.
    pub fn key(&self) -> u64 {
        let times = self.may.iter().fold(0, |key, may| mix(key, u64::from(may.times)));
        mix(times, (self.coming.len() as u64) << 32 | self.late.len() as u64)
    }

    fn come(&mut self, at: u64, step: Step) {
        let place = self.coming.partition_point(|(other, _)| *other > at);
        self.coming.insert(place, (at, step));
    }

    /// The faults that found nothing.
    pub fn missed(&self) -> Vec<Fault> {
        let missed = self.faults.iter().zip(&self.struck).filter(|(_, struck)| !**struck);
        missed.map(|(fault, _)| fault.clone()).collect()
    }
}

/// What happens to a message because of faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mishap {
    pub dropped: bool,
    pub duplicated: bool,
    pub delay: u64,
}

impl Core {
    /// Lets everything strike that is due at the present moment.
    pub fn strike_due(&mut self) {
        let now = self.clock();
        while let Some((at, step)) = self.plan.coming.last().copied()
            && at <= now
        {
            self.plan.coming.pop();
            match step {
                Step::Resume(task) => self.resume(task),
                Step::Strike(index) => {
                    let fault = self.plan.faults[index].clone();
                    if self.strike(&fault) {
                        self.plan.struck[index] = true;
                    } else {
                        self.plan.late.push(index);
                    }
                }
            }
        }
    }

    /// Faults of this instant whose task or input has just come to be.
    pub fn strike_late(&mut self) {
        if self.plan.late.is_empty() {
            return;
        }
        self.ledger.touch_everything();
        for index in std::mem::take(&mut self.plan.late) {
            let fault = self.plan.faults[index].clone();
            if self.strike(&fault) {
                self.plan.struck[index] = true;
            } else {
                self.plan.late.push(index);
            }
        }
    }

    /// The clock has moved: what came too late finds nothing.
    pub fn forget_late(&mut self) {
        self.plan.late.clear();
    }

    /// Does the harm now; false if there is nobody to harm.
    pub fn strike(&mut self, fault: &Fault) -> bool {
        if let Harm::Cancel { .. } = fault.harm {
            let input = self.inputs.get(fault.target.as_str()).and_then(|input| input.given.clone());
            let Some(input) = input else { return false };
            let task = self.find_task(&fault.target).unwrap_or(0);
            let before = std::mem::replace(&mut self.current, task);
            let event = self.emit_as(task, Kind::Fault, FaultCode::Cancel as u32, 0, None, None);
            let given = input.give_in(self, Cause::new(Reason::User, "user"), None);
            self.current = before;
            return event.is_some() && given;
        }
        let Some(task) = self.find_task(&fault.target) else { return false };
        if !self.is_alive(task) {
            return false;
        }
        match fault.harm {
            Harm::Crash { .. } => self.crash(task),
            Harm::Hang { lasting, .. } => self.hang(task, nanos(lasting)),
            Harm::Slow { thousandths, .. } => self.slow(task, thousandths),
            Harm::Cancel { .. } | Harm::Drop { .. } | Harm::Delay { .. } | Harm::Duplicate { .. } => return false,
        }
        true
    }

    fn find_task(&self, name: &str) -> Option<TaskId> {
        let found = self.trace.tasks.iter().position(|task| *task.name == *name);
        found.map(|id| id as TaskId)
    }

    pub fn crash(&mut self, task: TaskId) {
        let event = self.emit_as(task, Kind::Fault, FaultCode::Crash as u32, 0, None, None);
        for timer in self.timers.work_of(task) {
            self.disarm(timer);
        }
        self.finish_task(task, Life::Crashed, event);
    }

    fn hang(&mut self, task: TaskId, lasting: u64) {
        self.emit_as(task, Kind::Fault, FaultCode::Hang as u32, lasting, None, None);
        let now = self.clock();
        self.hold(task);
        self.tasks[task as usize].hung += 1;
        for timer in self.timers.work_of(task) {
            if self.timers.is_pending(timer) {
                let left = self.timers.get(timer).deadline.saturating_sub(now);
                self.timers.get_mut(timer).paused = Some(left);
                self.disarm(timer);
            }
        }
        self.plan.come(now.saturating_add(lasting), Step::Resume(task));
    }

    fn resume(&mut self, task: TaskId) {
        if !self.is_alive(task) {
            return;
        }
        self.emit_as(task, Kind::Fault, FaultCode::Resume as u32, 0, None, None);
        let now = self.clock();
        self.tasks[task as usize].hung -= 1;
        if self.tasks[task as usize].hung == 0 {
            for timer in self.timers.work_of(task) {
                if let Some(left) = self.timers.get_mut(timer).paused.take() {
                    self.arm(timer, now.saturating_add(left));
                }
            }
        }
        self.release(task);
    }

    fn slow(&mut self, task: TaskId, thousandths: u64) {
        self.emit_as(task, Kind::Fault, FaultCode::Slow as u32, thousandths, None, None);
        let now = self.clock();
        let before = std::mem::replace(&mut self.tasks[task as usize].slow, thousandths).max(1);
        let stretch = |left: u64| {
            let left = u128::from(left) * u128::from(thousandths) / u128::from(before);
            u64::try_from(left).unwrap_or(u64::MAX)
        };
        for timer in self.timers.work_of(task) {
            if let Some(left) = self.timers.get(timer).paused {
                self.timers.get_mut(timer).paused = Some(stretch(left));
            } else if self.timers.is_pending(timer) {
                let left = self.timers.get(timer).deadline.saturating_sub(now);
                self.arm(timer, now.saturating_add(stretch(left)));
            }
        }
    }

    /// What happens to message `nth` of a channel.
    pub fn mishap(&mut self, channel: u32, nth: u32) -> Mishap {
        let mut mishap = Mishap::default();
        if !self.plan.on_messages {
            return mishap;
        }
        let name = self.trace.channel_name(channel).to_owned();
        let struck = |code: FaultCode, b: u64, core: &mut Core| {
            core.emit(Kind::Fault, code as u32, b, None);
        };
        for index in 0..self.plan.faults.len() {
            if self.plan.faults[index].target != name {
                continue;
            }
            let number = u64::from(nth);
            match self.plan.faults[index].harm {
                Harm::Drop { nth: n } if n == nth => {
                    mishap.dropped = true;
                    struck(FaultCode::Drop, number, self);
                }
                Harm::Delay { nth: n, by } if n == nth => {
                    mishap.delay = mishap.delay.saturating_add(nanos(by));
                    struck(FaultCode::Delay, nanos(by), self);
                }
                Harm::Duplicate { nth: n } if n == nth => {
                    mishap.duplicated = true;
                    struck(FaultCode::Duplicate, number, self);
                }
                _ => continue,
            }
            self.plan.struck[index] = true;
        }
        if !mishap.dropped && self.may_strike(FaultCode::Drop, &name, channel) {
            mishap.dropped = true;
            struck(FaultCode::Drop, u64::from(nth), self);
        }
        mishap
    }

    /// Asks the chooser whether a fault strikes that only may.
    fn may_strike(&mut self, kind: FaultCode, name: &str, object: u32) -> bool {
        let fits = |may: &May| may.kind == kind && may.times > 0 && (may.target == name || may.target == "any");
        let Some(index) = self.plan.may.iter().position(fits) else { return false };
        if self.choose(Point::Fault(object)) == 0 {
            return false;
        }
        self.plan.may[index].times -= 1;
        // Who may not strike any more is as who does not: only striking depends on how often it still may.
        self.ledger.change(common::BUDGET);
        true
    }

    /// At the beginning of every asynchronous operation: whether the current task crashes or hangs for good here.
    pub fn may_strike_here(&mut self) -> bool {
        let task = self.current;
        if !self.tasks[task as usize].vulnerable {
            return false;
        }
        let name = self.trace.task_name(task).to_owned();
        if self.may_strike(FaultCode::Crash, &name, task) {
            self.crash(task);
            return true;
        }
        if self.may_strike(FaultCode::Hang, &name, task) {
            self.emit_as(task, Kind::Fault, FaultCode::Hang as u32, 0, None, None);
            self.hold(task);
            self.tasks[task as usize].frozen = true;
            return true;
        }
        false
    }
}
