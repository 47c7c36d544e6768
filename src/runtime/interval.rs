//! Ticks at start + n · period, with a named policy for ticks that nobody took in time.

use super::Runtime;
use super::ends::Blocked;
use super::operation::{Op, Operation, WaitId, sealed::Sealed};
use super::timers::{Due, TimerId};
use crate::trace::{EventId, Kind, Site, Time, nanos};
use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

/// What happens to ticks that were due while nobody took them. One tick always waits to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missed {
    /// They are left out; the next tick is the next multiple of the period. The default: right for pulses.
    #[default]
    Skip,
    /// They follow at once, one after the other, until the interval has caught up.
    Burst,
    /// The next tick comes one period after the late one was taken.
    Delay,
}

struct Inner {
    rt: Runtime,
    timer: TimerId,
    start: u64,
    period: u64,
    missed: Missed,
    ticks: Cell<u64>,
}

/// An interval; it ends when its last clone is dropped.
#[derive(Clone)]
pub struct Interval(Rc<Inner>);

impl Runtime {
    /// Ticks every `period` (at least 1 ns) from now on, the first time after one period; missed ticks are skipped.
    #[track_caller]
    pub fn interval(&self, period: Duration) -> Interval {
        self.interval_with(period, Missed::Skip)
    }

    /// The same with another policy for missed ticks.
    #[track_caller]
    pub fn interval_with(&self, period: Duration, missed: Missed) -> Interval {
        let period = nanos(period).max(1);
        let mut core = self.core();
        let start = core.clock();
        let timer = core.set_timer(period, Due::Tick);
        let set = core.tasks.get(core.current as usize).and_then(|task| task.last);
        core.timers.get_mut(timer).set = set;
        drop(core);
        Interval(Rc::new(Inner { rt: self.clone(), timer, start, period, missed, ticks: Cell::new(0) }))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.rt.core().remove_timer(self.timer);
    }
}

impl Interval {
    /// Waits for the next tick and gives the time it was due.
    ///
    /// # Cancellation safety
    /// Dropping it loses no tick.
    #[track_caller]
    pub fn tick(&self) -> Op<Tick> {
        Op::new(&self.0.rt, Tick { interval: self.clone() }, Location::caller())
    }
}

/// Waiting for a tick; see [`Interval::tick`].
pub struct Tick {
    interval: Interval,
}

impl Tick {
    fn taken(&self, rt: &Runtime, site: Site, fired: Option<EventId>) -> Time {
        let inner = &self.interval.0;
        let mut core = rt.core();
        let due = core.timers.get(inner.timer).deadline;
        inner.ticks.set(inner.ticks.get() + 1);
        let task = core.current;
        let cause = fired.or(core.timers.get(inner.timer).set);
        core.emit_as(task, Kind::Tick, 0, inner.ticks.get(), cause, Some(site));
        core.timers.get_mut(inner.timer).fired = None;
        let now = core.clock();
        let next = match inner.missed {
            Missed::Burst => due.saturating_add(inner.period),
            Missed::Delay if now > due => now.saturating_add(inner.period),
            Missed::Delay => due.saturating_add(inner.period),
            Missed::Skip => {
                let passed = now.max(due).saturating_sub(inner.start) / inner.period;
                inner.start.saturating_add(passed.saturating_add(1).saturating_mul(inner.period))
            }
        };
        core.arm(inner.timer, next);
        Time::from_nanos(due)
    }
}

impl Sealed for Tick {}

impl Operation for Tick {
    type Output = Time;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        rt.core().timers.get(self.interval.0.timer).fired.is_some()
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Time> {
        let fired = rt.core().timers.get(self.interval.0.timer).fired?;
        Some(self.taken(rt, site, fired))
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        let mut core = rt.core();
        core.timers.get_mut(self.interval.0.timer).parked = Some((wait, arm));
        core.waits_on(wait, arm, Blocked::Timer);
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, site: Site) -> Time {
        let fired = rt.core().timers.get(self.interval.0.timer).fired.flatten();
        self.taken(rt, site, fired)
    }

    fn unpark(&mut self, rt: &Runtime, _: WaitId) {
        rt.core().timers.get_mut(self.interval.0.timer).parked = None;
    }
}
