//! The world a pattern sees: time, tasks, channels, select, signals, draws; and the two engines behind it.
//!
//! In reading order:
//! - [`setting`]: what a run is given · [`ends`]: how it ends
//! - [`task`]: spawn, join, stop · [`scope`]: no task outlives it · [`sleep`]: sleeping and working · [`interval`]: ticks
//! - [`channel`]: rendezvous, buffers, links · [`signal`]: cancel signals · [`select`](mod@select): one of several
//! - [`variable`]: what tasks share · [`later`]: what happens by itself · [`wall`]: the wall clock
//! - [`operation`]: what all of these are · [`chooser`]: who decides · `random`: draws
//! - `core`: the state · `slots`: its tasks · `waits`, `waiters`: who is parked · `wakers`: who is woken from outside
//! - `ready`, `timers` with their `agenda`: who can move · `deciding`: who moves · `firing`: timers · `faults`: what goes wrong
//! - `seat`: where a task's future is · `shelf`: what one execution leaves for the next
//! - [`ledger`]: what a step touches and a task observes · [`follow`]: the explorer's seat
//! - [`virtual_time`]: the repeatable engine · `browser`: the live one

mod agenda;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod channel;
pub mod chooser;
mod core;
mod deciding;
pub mod ends;
mod faults;
mod firing;
pub mod follow;
pub mod interval;
pub mod later;
pub mod ledger;
pub mod operation;
mod random;
mod ready;
pub mod scope;
mod seat;
pub mod select;
pub mod setting;
mod shelf;
pub mod signal;
pub mod sleep;
mod slots;
pub mod task;
mod timers;
pub mod variable;
pub mod virtual_time;
mod waiters;
mod waits;
mod wakers;
pub mod wall;

pub use self::channel::{Closed, Message, Receiver, Refused, Sender};
pub use self::interval::{Interval, Missed};
pub use self::later::Later;
pub use self::operation::{Op, Operation};
pub use self::select::{Of2, Of3, Of4, Of5, Of6, select, select_now};
pub use self::signal::{Cause, Signal};
pub use self::task::{Gone, Task};
pub use self::variable::Variable;
pub use crate::trace::{Reason, TaskId, Time, UNITS, decimal, write_duration};

use self::channel::Hold;
use self::chooser::Choose;
use self::core::Core;
use self::later::Act;
use self::ledger::{Ledger, common, mix};
use self::seat::Seats;
use self::setting::Fault;
use self::shelf::Shelf;
use self::timers::TimerId;
use self::wakers::Outside;
use crate::trace::{EventId, Fingerprint, Kind, Observe, Trace};
use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// 2026-01-01T00:00:00Z, the wall clock at the start of every virtual run, in seconds since 1970.
pub const EPOCH_SECONDS: u64 = 1_767_225_600;

struct World {
    ledger: Rc<Ledger>,
    /// The run is begun anew: what one execution does not need any more is left for the next.
    is_repeated: Cell<bool>,
    core: RefCell<Core>,
    seats: RefCell<Seats>,
    /// The values that channels hold.
    values: RefCell<Shelf<Rc<dyn Hold>>>,
    acts: RefCell<BTreeMap<TimerId, Act>>,
    outside: Arc<Outside>,
}

/// The runtime of one run. Clones are the same runtime.
#[derive(Clone)]
pub struct Runtime(Rc<World>);

impl Runtime {
    fn new(core: Core) -> Self {
        Runtime(Rc::new(World {
            ledger: core.ledger.clone(),
            is_repeated: Cell::new(false),
            core: RefCell::new(core),
            seats: RefCell::default(),
            values: RefCell::default(),
            acts: RefCell::default(),
            outside: Arc::default(),
        }))
    }

    pub(crate) fn core(&self) -> RefMut<'_, Core> {
        self.0.core.borrow_mut()
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// The present moment, since the start of the run.
    pub fn now(&self) -> Time {
        Time::from_nanos(self.core().look_at_clock())
    }

    /// The wall clock (UTC) in nanoseconds since 1970; in virtual time the run starts at 2026-01-01T00:00:00Z.
    pub fn utc_nanos(&self) -> u64 {
        EPOCH_SECONDS * 1_000_000_000 + self.core().look_at_clock()
    }

    /// A number in `low..=high`, drawn from the stream of this purpose and the current task.
    pub fn draw(&self, purpose: &'static str, low: u64, high: u64) -> u64 {
        let mut core = self.core();
        let task = core.current;
        let n = high.saturating_sub(low).saturating_add(1);
        let drawn = low + core.draws.below(purpose, task, n);
        if core.ledger.is_kept()
            && let Some(slot) = core.tasks.get_mut(task as usize)
        {
            slot.drawn = slot.drawn.wrapping_add(Fingerprint::hash(purpose));
        }
        core.ledger.observe(drawn);
        drawn
    }

    /// The next number of a purpose, from 1: unique in the run, given in the order of asking.
    pub fn number(&self, purpose: &'static str) -> u32 {
        let mut core = self.core();
        let number = core.numbers.entry(purpose).or_default();
        *number = number.saturating_add(1);
        let number = *number;
        if core.ledger.is_kept() {
            core.ledger.change(common::NUMBERS);
            core.ledger.observe(number.into());
            core.objects = core.objects.wrapping_add(Fingerprint::hash(purpose));
        }
        number
    }

    /// The current task and who started it, from the root: `root/main/worker`. Of a path of more than 64 tasks
    /// only the last 64 are named.
    pub fn task_path(&self) -> String {
        const MOST_NAMES: usize = 64;
        let core = self.core();
        let tasks = &core.trace.tasks;
        let above = |task: &TaskId| tasks.get(*task as usize).and_then(|task| task.parent);
        let path = std::iter::successors(Some(core.current), above).filter_map(|task| tasks.get(task as usize));
        let mut names: Vec<&str> = path.take(MOST_NAMES).map(|task| &*task.name).collect();
        names.reverse();
        names.join("/")
    }

    /// Records a moment of a pattern's own domain. Each `{}` in the label stands for one of the numbers; the
    /// first word of the label is what the fingerprint and the page know it by.
    #[track_caller]
    pub fn note(&self, label: &'static str, numbers: [u32; 2]) {
        let mut core = self.core();
        let a = core.trace.label_number(label);
        core.emit(Kind::Note, a, u64::from(numbers[0]) << 32 | u64::from(numbers[1]), Some(Location::caller()));
    }

    /// Prints a line.
    #[track_caller]
    pub fn log(&self, line: impl Into<String>) {
        let mut core = self.core();
        let a = core.trace.keep_text(line.into());
        core.emit(Kind::Log, a, 0, Some(Location::caller()));
    }

    /// Records that the current task stops what it does because of a cancel that came as a message.
    #[track_caller]
    pub fn acknowledge(&self, reason: Reason) {
        self.core().emit(Kind::Cancelled, u32::MAX, reason as u64, Some(Location::caller()));
    }

    /// A new signal that nobody has given yet.
    pub fn signal(&self) -> Signal {
        let mut core = self.core();
        core.signals += 1;
        let name = core.christen();
        Signal::new(core.signals - 1, name, core.ledger.clone())
    }

    /// The user's cancel of a task: given by a `cancel` fault and by the page's button. Once it was given, the
    /// next call makes a new one: it is for the next task of that name.
    pub fn input(&self, task: &str) -> Signal {
        self.ledger().change(common::INPUTS);
        let known = self.core().inputs.get(task).and_then(|known| known.given.clone());
        let input = known.filter(|input| input.given().is_none()).unwrap_or_else(|| {
            let new = self.signal();
            self.core().set_input(task, &new);
            new
        });
        self.ledger().observe(input.name());
        self.core().strike_late();
        input
    }

    /// Gives way to the other tasks that are ready.
    pub fn yield_now(&self) -> impl Future<Output = ()> + use<> {
        let rt = self.clone();
        let mut given_way = false;
        std::future::poll_fn(move |context| {
            if rt.core().is_struck() {
                return std::task::Poll::Pending;
            }
            if std::mem::replace(&mut given_way, true) {
                return std::task::Poll::Ready(());
            }
            let own = {
                let mut core = rt.core();
                let task = core.current;
                core.give_way(task);
                core.is_own(context.waker())
            };
            // A combinator polls only those of its parts whose own waker was called.
            if !own {
                context.waker().wake_by_ref();
            }
            std::task::Poll::Pending
        })
    }

    /// Declares, at the head of a loop, that these numbers say all that the current task holds there, besides what it
    /// awaits again and what it was given at the start. To the explorer two such moments with the same numbers are the
    /// same, however many laps lie between them: so it can exhaust what runs in circles. To leave something out is an
    /// error that hides outcomes; objects made since the last declaration must be gone.
    pub fn at_loop_head(&self, label: &'static str, holds: impl IntoIterator<Item = u64>) {
        if !self.ledger().is_kept() {
            return;
        }
        let state = holds.into_iter().fold(Fingerprint::hash(label), mix);
        let lap = self.ledger().declare(state);
        let mut core = self.core();
        let task = core.current;
        if let Some(slot) = core.tasks.get_mut(task as usize) {
            (slot.lap, slot.stem, slot.created) = (lap, mix(slot.name, lap), 0);
        }
    }

    /// Reads the trace so far.
    pub fn with_trace<T>(&self, read: impl FnOnce(&Trace) -> T) -> T {
        read(&self.core().trace)
    }

    /// How many events there were so far, recorded or not.
    pub fn event_count(&self) -> u32 {
        self.core().events
    }

    /// Faults that have found nothing to strike so far.
    pub fn missed_faults(&self) -> Vec<Fault> {
        self.core().plan.missed()
    }

    /// Where the run departed from what it would have done by itself: for each recorded choice that was made so far the
    /// event that came next after it, in order. An event may be there twice; the last may never have come.
    pub fn deviations(&self) -> Vec<EventId> {
        self.core().deviations.clone()
    }

    /// Lets somebody see the events as they happen.
    pub fn watch(&self, observer: impl Observe + 'static) {
        self.core().observe(Box::new(observer));
    }

    /// Lets somebody else choose.
    pub fn decide_with(&self, chooser: Box<dyn Choose>) {
        self.core().decide_with(chooser);
    }
}
