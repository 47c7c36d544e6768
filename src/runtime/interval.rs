//! Ticks at first + n · period, with a named policy for ticks that nobody took in time.

use super::Runtime;
use super::core::Core;
use super::ends::Blocked;
use super::operation::{Op, Operation, WaitId, sealed::Sealed};
use super::timers::{Due, TimerId};
use crate::trace::{EventId, Kind, Site, Time, nanos};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
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
    /// The first tick, or the first since it was reset.
    start: Cell<u64>,
    /// Whether it was reset while a tick was on its way to somebody: the next one is that at `start`.
    moved: Cell<bool>,
    period: u64,
    missed: Missed,
    ticks: Cell<u64>,
    /// Who waits for a tick behind the one whom the timer knows.
    others: RefCell<VecDeque<(WaitId, u8)>>,
}

impl Inner {
    /// The next in the queue is the one whom the timer wakes, at once if a tick waits to be taken.
    fn promote(&self, core: &mut Core) {
        let mut others = self.others.borrow_mut();
        while let Some((wait, arm)) = others.pop_front() {
            if !core.is_open(wait) {
                continue;
            }
            let timer = core.timers.get_mut(self.timer);
            timer.parked = Some((wait, arm));
            if let Some(event) = timer.fired {
                core.commit(wait, arm, event);
            }
            return;
        }
    }
}

/// An interval; it ends when its last clone is dropped. Each tick goes to one of those who wait for it, in the
/// order they came.
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
        let period = period.max(Duration::from_nanos(1));
        self.interval_from(period, period, missed)
    }

    /// The same, the first time after `first`; zero: at once.
    #[track_caller]
    pub fn interval_from(&self, first: Duration, period: Duration, missed: Missed) -> Interval {
        let (first, period) = (nanos(first), nanos(period).max(1));
        let mut core = self.core();
        let start = core.clock().saturating_add(first);
        let timer = core.set_timer(first, Due::Tick);
        let set = core.tasks.get(core.current as usize).and_then(|task| task.last);
        core.timers.get_mut(timer).set = set;
        drop(core);
        Interval(Rc::new(Inner {
            rt: self.clone(),
            timer,
            start: Cell::new(start),
            moved: Cell::new(false),
            period,
            missed,
            ticks: Cell::new(0),
            others: RefCell::default(),
        }))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.rt.core().remove_timer(self.timer);
    }
}

impl Interval {
    /// Begins anew: the next tick comes one period from now.
    pub fn reset(&self) {
        self.reset_after(Duration::from_nanos(self.0.period));
    }

    /// Begins anew: the next tick comes now.
    pub fn reset_immediately(&self) {
        self.reset_after(Duration::ZERO);
    }

    /// Begins anew: the next tick comes after so long, be it longer than a period, and the others follow from there.
    pub fn reset_after(&self, first: Duration) {
        let now = Time::from_nanos(self.0.rt.core().clock());
        self.reset_at(now + first);
    }

    /// Begins anew at a moment, now if that has passed. A tick that waited to be taken is gone; one that is on its way
    /// to somebody still arrives. Who waits goes on waiting, for the new one.
    pub fn reset_at(&self, first: Time) {
        let inner = &self.0;
        let mut core = inner.rt.core();
        let first = first.as_nanos().max(core.clock());
        inner.start.set(first);
        // The phase of an interval that was reset is nothing that a search sees.
        core.has_hidden_state = true;
        let timer = core.timers.get_mut(inner.timer);
        if timer.fired.is_some() && timer.parked.is_some() {
            inner.moved.set(true);
            return;
        }
        timer.fired = None;
        core.arm(inner.timer, first);
    }

    /// Waits for the next tick and does not say when it was due. To the explorer that is no look at the clock, and so
    /// leaves more steps that commute.
    ///
    /// # Cancellation safety
    /// Dropping it loses no tick.
    #[track_caller]
    pub fn beat(&self) -> Op<Beat> {
        Op::new(&self.0.rt, Beat(Tick { interval: self.clone() }), Location::caller())
    }

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

/// Waiting for a tick; see [`Interval::beat`].
pub struct Beat(Tick);

impl Tick {
    fn taken(&self, rt: &Runtime, site: Site, fired: Option<EventId>) -> Time {
        let inner = &self.interval.0;
        let mut core = rt.core();
        core.ledger.change(core.timers.get(inner.timer).object);
        let due = core.timers.get(inner.timer).deadline;
        inner.ticks.set(inner.ticks.get() + 1);
        let task = core.current;
        let cause = fired.or(core.timers.get(inner.timer).set);
        core.emit_as(task, Kind::Tick, 0, inner.ticks.get(), cause, Some(site));
        core.timers.get_mut(inner.timer).fired = None;
        core.timers.get_mut(inner.timer).parked = None;
        let now = core.clock();
        let start = inner.start.get();
        let next = match inner.missed {
            _ if inner.moved.take() => start.max(now),
            Missed::Burst => due.saturating_add(inner.period),
            Missed::Delay if now > due => now.saturating_add(inner.period),
            Missed::Delay => due.saturating_add(inner.period),
            Missed::Skip => {
                let passed = now.max(due).saturating_sub(start) / inner.period;
                start.saturating_add(passed.saturating_add(1).saturating_mul(inner.period))
            }
        };
        core.arm(inner.timer, next);
        inner.promote(&mut core);
        Time::from_nanos(due)
    }
}

impl Sealed for Beat {}

impl Operation for Beat {
    type Output = ();

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        self.0.is_ready(rt)
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<()> {
        let fired = rt.core().timers.get(self.0.interval.0.timer).fired?;
        rt.ledger().observe(2);
        self.0.taken(rt, site, fired);
        Some(())
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, site: Site) {
        self.0.park(rt, wait, arm, site);
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, site: Site) {
        let fired = rt.core().timers.get(self.0.interval.0.timer).fired.flatten();
        rt.ledger().observe(2);
        self.0.taken(rt, site, fired);
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        self.0.unpark(rt, wait);
    }
}

/// The time is looked at.
fn looked_at(rt: &Runtime, due: Time) -> Time {
    rt.core().look_at_time(due.as_nanos());
    due
}

impl Sealed for Tick {}

impl Operation for Tick {
    type Output = Time;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        let core = rt.core();
        let timer = core.timers.get(self.interval.0.timer);
        core.ledger.read(timer.object);
        // A tick that was committed to somebody is his.
        timer.fired.is_some() && timer.parked.is_none()
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Time> {
        let fired = rt.core().timers.get(self.interval.0.timer).fired?;
        Some(looked_at(rt, self.taken(rt, site, fired)))
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        let mut core = rt.core();
        core.ledger.change(core.timers.get(self.interval.0.timer).object);
        let timer = core.timers.get_mut(self.interval.0.timer);
        match timer.parked {
            None => timer.parked = Some((wait, arm)),
            Some(_) => {
                self.interval.0.others.borrow_mut().push_back((wait, arm));
                core.has_hidden_state = true;
            }
        }
        core.waits_on(wait, arm, Blocked::Timer);
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, site: Site) -> Time {
        let fired = rt.core().timers.get(self.interval.0.timer).fired.flatten();
        looked_at(rt, self.taken(rt, site, fired))
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        let mut core = rt.core();
        core.ledger.change(core.timers.get(self.interval.0.timer).object);
        let timer = core.timers.get_mut(self.interval.0.timer);
        if timer.parked.is_some_and(|(other, _)| other == wait) {
            timer.parked = None;
            self.interval.0.promote(&mut core);
        } else {
            self.interval.0.others.borrow_mut().retain(|(other, _)| *other != wait);
        }
    }
}
