//! Timers that fire once: sleeping, and being busy.

use super::Runtime;
use super::core::Core;
use super::ends::Blocked;
use super::operation::{Op, Operation, WaitId, sealed::Sealed};
use super::timers::{Due, TimerId};
use crate::trace::{Kind, Site, nanos};
use std::future::Future;
use std::panic::Location;
use std::time::Duration;

impl Runtime {
    /// Sleeps for a while, counted from this call. Zero still gives way to the timers of this instant.
    ///
    /// # Cancellation safety
    /// Dropping it takes the timer back.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) -> Op<Sleep> {
        let site = Location::caller();
        let span = nanos(duration);
        let mut core = self.core();
        let set = core.emit(Kind::Sleep, 0, span, Some(site));
        let timer = core.set_timer(span, Due::Alarm);
        core.timers.get_mut(timer).set = set;
        core.timers.get_mut(timer).site = Some(site);
        drop(core);
        Op::new(self, Sleep { rt: self.clone(), timer }, site)
    }

    /// Is busy for a while: drawn as a bar, stretched by a slow fault, stopped by a hang. It counts from this call.
    ///
    /// # Cancellation safety
    /// Dropping it cuts the work short; whatever it was for is not done.
    #[track_caller]
    pub fn work(&self, duration: Duration) -> Op<Work> {
        let site = Location::caller();
        let timer = self.begin_work(duration, Due::Work, site);
        Op::new(self, Work { rt: self.clone(), timer, done: false }, site)
    }

    /// Is busy and hears nothing meanwhile: the task is not polled before the work is done. In a live
    /// session it really occupies its worker, and with it every other task.
    #[track_caller]
    pub fn work_blocking(&self, duration: Duration) -> impl Future<Output = ()> + use<> {
        let site = Location::caller();
        let rt = self.clone();
        async move {
            let timer = rt.begin_work(duration, Due::Unblock, site);
            let is_live = {
                let mut core = rt.core();
                let task = core.current;
                let is_live = core.live.is_some();
                if !is_live {
                    core.hold(task);
                }
                is_live
            };
            if is_live {
                rt.occupy(timer);
            }
            Op::new(&rt, Work { rt: rt.clone(), timer, done: false }, site).await;
        }
    }

    fn begin_work(&self, duration: Duration, due: Due, site: Site) -> TimerId {
        let mut core = self.core();
        let task = core.current;
        let span = match core.tasks[task as usize].slow {
            1000 => nanos(duration),
            slow => u64::try_from(u128::from(nanos(duration)) * u128::from(slow) / 1000).unwrap_or(u64::MAX),
        };
        let set = core.emit(Kind::Work, 0, span, Some(site));
        let timer = core.set_timer(span, due);
        core.timers.get_mut(timer).set = set;
        core.timers.get_mut(timer).site = Some(site);
        timer
    }

    /// Really keeps the thread busy until a timer's deadline (live sessions only).
    fn occupy(&self, timer: TimerId) {
        let deadline = self.core().timers.get(timer).deadline;
        while self.core().clock() < deadline {
            std::hint::spin_loop();
        }
        self.fire(timer);
    }
}

/// Sleeping; see [`Runtime::sleep`].
pub struct Sleep {
    rt: Runtime,
    timer: TimerId,
}

/// Being busy; see [`Runtime::work`].
pub struct Work {
    rt: Runtime,
    timer: TimerId,
    done: bool,
}

fn has_fired(rt: &Runtime, timer: TimerId) -> bool {
    let core = rt.core();
    let timer = core.timers.get(timer);
    core.ledger.read(timer.object);
    timer.fired.is_some()
}

fn park_on_timer(core: &mut Core, timer: TimerId, wait: WaitId, arm: u8) {
    core.ledger.change(core.timers.get(timer).object);
    core.timers.get_mut(timer).parked = Some((wait, arm));
    core.waits_on(wait, arm, Blocked::Timer);
}

impl Sealed for Sleep {}

impl Operation for Sleep {
    type Output = ();

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        has_fired(rt, self.timer)
    }

    fn take(&mut self, rt: &Runtime, _: Site) -> Option<()> {
        rt.ledger().observe(2);
        Some(())
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        park_on_timer(&mut rt.core(), self.timer, wait, arm);
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, _: Site) {
        rt.ledger().observe(2);
    }

    fn unpark(&mut self, rt: &Runtime, _: WaitId) {
        let mut core = rt.core();
        core.ledger.change(core.timers.get(self.timer).object);
        core.timers.get_mut(self.timer).parked = None;
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.rt.core().remove_timer(self.timer);
    }
}

impl Sealed for Work {}

impl Operation for Work {
    type Output = ();

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        has_fired(rt, self.timer)
    }

    fn take(&mut self, rt: &Runtime, _: Site) -> Option<()> {
        rt.ledger().observe(2);
        self.done = true;
        Some(())
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        park_on_timer(&mut rt.core(), self.timer, wait, arm);
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, _: Site) {
        rt.ledger().observe(2);
        self.done = true;
    }

    fn unpark(&mut self, rt: &Runtime, _: WaitId) {
        let mut core = rt.core();
        core.ledger.change(core.timers.get(self.timer).object);
        core.timers.get_mut(self.timer).parked = None;
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut core = self.rt.core();
        let timer = core.timers.get(self.timer);
        if !self.done && timer.fired.is_none() {
            let left = timer.paused.unwrap_or(timer.deadline.saturating_sub(core.clock()));
            let (task, set, site, worked) = (timer.task, timer.set, timer.site, timer.span.saturating_sub(left));
            let cause = core.tasks[task as usize].last.or(set);
            core.emit_as(task, Kind::Worked, 1, worked, cause, site);
        }
        core.remove_timer(self.timer);
    }
}
