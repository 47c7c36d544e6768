//! The world a pattern sees: time, tasks, channels, select, signals, draws; and the two engines behind it.
//!
//! In reading order:
//! - [`setting`]: what a run is given · [`ends`]: how it ends
//! - [`task`]: spawn, join, stop · [`scope`]: no task outlives it · [`sleep`]: sleeping and working · [`interval`]: ticks
//! - [`channel`]: rendezvous, buffers, links · [`signal`]: cancel signals · [`select`](mod@select): one of several
//! - [`variable`]: what tasks share · [`later`]: what happens by itself · [`wall`]: the wall clock
//! - [`operation`]: what all of these are · [`chooser`]: who decides · `random`: draws
//! - `core`: the state · `ready`, `timers` with its `agenda`: the two queues · `waits`, `waiters`: who is parked · `faults`: what goes wrong
//! - `seat`: where a task's future is · `shelf`: what one execution leaves for the next
//! - [`ledger`]: what a step touches and a task observes · [`follow`]: the explorer's seat
//! - [`virtual_time`]: the repeatable engine · `browser`: the live one

mod agenda;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod channel;
pub mod chooser;
mod core;
pub mod ends;
mod faults;
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
pub mod task;
mod timers;
pub mod variable;
pub mod virtual_time;
mod waiters;
mod waits;
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

use self::channel::Landing;
use self::chooser::Choose;
use self::core::Core;
use self::ends::Blocked;
use self::later::Act;
use self::ledger::{Ledger, Name, common, mix};
use self::operation::WaitId;
use self::seat::{Chair, Returned, Seats};
use self::setting::Fault;
use self::shelf::Shelf;
use self::timers::{Due, TimerId};
use crate::trace::{ChannelId, EventId, Fingerprint, Kind, Observe, Site, Trace};
use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

/// 2026-01-01T00:00:00Z, the wall clock at the start of every virtual run, in seconds since 1970.
pub const EPOCH_SECONDS: u64 = 1_767_225_600;

struct World {
    ledger: Rc<Ledger>,
    /// The run is begun anew: what one execution does not need any more is left for the next.
    is_repeated: Cell<bool>,
    core: RefCell<Core>,
    seats: RefCell<Seats>,
    landings: RefCell<Shelf<Rc<dyn Landing>>>,
    acts: RefCell<BTreeMap<TimerId, Act>>,
    outside: Arc<Outside>,
}

/// The runtime of one run. Clones are the same runtime.
#[derive(Clone)]
pub struct Runtime(Rc<World>);

/// Tasks woken through a plain [`Waker`], by a combinator or a foreign future.
#[derive(Default)]
struct Outside {
    any: AtomicBool,
    woken: Mutex<Vec<TaskId>>,
}

struct TaskWaker {
    task: TaskId,
    outside: Arc<Outside>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.outside.woken.lock().unwrap_or_else(PoisonError::into_inner).push(self.task);
        self.outside.any.store(true, Ordering::Relaxed);
    }
}

impl Runtime {
    fn new(core: Core) -> Self {
        Runtime(Rc::new(World {
            ledger: core.ledger.clone(),
            is_repeated: Cell::new(false),
            core: RefCell::new(core),
            seats: RefCell::default(),
            landings: RefCell::default(),
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

    // --- the engine's side ---

    /// Puts a future among the tasks; it runs next. Gives its number and where its result will be.
    fn admit<F: Future + 'static>(
        &self,
        name: &str,
        server: bool,
        site: Option<Site>,
        future: F,
    ) -> (TaskId, Returned<F::Output>) {
        let id = self.core().announce(name, server, site, size_of::<F::Output>() == 0);
        let returned = seat::seat(&mut self.0.seats.borrow_mut(), future, || self.waker_of(id));
        let mut core = self.core();
        if core.is_alive(id) && core.tasks[id as usize].held == 0 {
            core.enqueue(id);
        }
        (id, returned)
    }

    /// Drops the future of a seat that was taken out, with nothing borrowed: destructors use the runtime.
    fn vacate(&self, task: TaskId, mut chair: Chair) {
        chair.seat.vacate();
        self.give_back(task, chair);
    }

    /// Gives an empty seat back if another execution may use it.
    fn give_back(&self, task: TaskId, chair: Chair) {
        if self.0.is_repeated.get() {
            self.0.seats.borrow_mut().put_back(task, chair);
        }
    }

    /// The waker of a task.
    fn waker_of(&self, task: TaskId) -> Waker {
        let mut core = self.core();
        while core.wakers.len() <= task as usize {
            let task = core.wakers.len() as TaskId;
            core.wakers.push(Waker::from(Arc::new(TaskWaker { task, outside: self.0.outside.clone() })));
        }
        core.wakers[task as usize].clone()
    }

    /// The state, once the wakers of combinators were called and whoever was woken through a plain waker is awake.
    fn awake(&self) -> RefMut<'_, Core> {
        self.pass_on_wakes(self.core())
    }

    #[inline]
    fn pass_on_wakes<'a>(&'a self, mut core: RefMut<'a, Core>) -> RefMut<'a, Core> {
        // Looking is cheaper than taking.
        while self.0.outside.any.load(Ordering::Relaxed) || !core.foreign.is_empty() {
            core = self.take_wakes(core);
        }
        core
    }

    #[cold]
    fn take_wakes<'a>(&'a self, mut core: RefMut<'a, Core>) -> RefMut<'a, Core> {
        self.0.outside.any.store(false, Ordering::Relaxed);
        let foreign = std::mem::take(&mut core.foreign);
        drop(core);
        foreign.into_iter().for_each(Waker::wake);
        let woken = std::mem::take(&mut *self.0.outside.woken.lock().unwrap_or_else(PoisonError::into_inner));
        let mut core = self.core();
        for task in woken {
            core.wake(task, None);
        }
        core
    }

    // What is returned is dropped with nothing borrowed: a foreign waker's destructor may use the runtime.

    /// Which arm of a wait of the current task was committed; if none it goes on waiting with this waker.
    fn fired(&self, wait: WaitId, waker: &Waker) -> Option<u8> {
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

    fn release_wait(&self, wait: WaitId) {
        let old = self.core().release_wait(wait);
        drop(old);
    }

    /// Whether the current task was struck, or is struck by a fault that only may strike at the operation it begins.
    #[inline]
    fn strikes(&self, has_begun: bool) -> bool {
        let mut core = self.core();
        if core.is_struck() {
            return true;
        }
        let task = core.current;
        !has_begun && (core.plan.has_may() && core.may_strike_here() || !core.is_alive(task))
    }

    /// Lets a timer fire.
    pub(crate) fn fire(&self, timer: TimerId) {
        let mut core = self.core();
        core.disarm(timer);
        let found = core.timers.get(timer);
        let (task, set, site) = (found.task, found.set, found.site);
        let (due, span, parked) = (found.due, found.span, found.parked);
        let kind = match due {
            Due::Land { channel } => {
                drop(core);
                let landing = self.0.landings.borrow().get(channel).cloned();
                return landing.into_iter().for_each(|landing| landing.land(self, timer));
            }
            Due::Act => {
                drop(core);
                return self.act(timer);
            }
            Due::Alarm => Some(Kind::Wake),
            Due::Work | Due::Unblock => Some(Kind::Worked),
            Due::Tick => None,
        };
        let event = match kind {
            Some(kind) if core.is_alive(task) => core.emit_as(task, kind, 0, span, set, site),
            _ => None,
        };
        core.timers.get_mut(timer).fired = Some(event);
        if let Some((wait, arm)) = parked {
            core.commit(wait, arm, event);
        }
        if due == Due::Unblock && core.live.is_none() {
            core.release(task);
        }
    }

    /// Drops every task and what the channels hold; nothing of it is recorded. What another execution may use is left.
    fn tear_down(&self) {
        self.core().ended = true;
        let mut seats = self.0.seats.take();
        self.vacate_all(&mut seats);
        // A destructor may spawn: that future, too, holds the runtime and has to go.
        loop {
            let mut more = self.0.seats.take();
            if more.is_empty() {
                break;
            }
            self.vacate_all(&mut more);
        }
        seats.places().flatten().for_each(|chair| chair.seat.forget());
        if !self.0.acts.borrow().is_empty() {
            let acts = self.0.acts.take();
            drop(acts);
        }
        let mut channels = self.0.landings.take();
        channels.iter().for_each(|channel| channel.empty());
        if self.0.is_repeated.get() {
            let rest = (seats.leave(), channels.leave());
            drop(rest);
            let new = (self.0.seats.replace(seats), self.0.landings.replace(channels));
            drop(new);
        }
        let inputs = self.core().take_inputs();
        drop(inputs);
    }

    fn vacate_all(&self, seats: &mut Seats) {
        for (task, chair) in (0..).zip(seats.places()) {
            self.core().current = task;
            chair.into_iter().for_each(|chair| chair.seat.vacate());
        }
    }
}

impl Core {
    /// A task of the current one, or the root, before its future has a seat.
    fn announce(&mut self, name: &str, server: bool, site: Option<Site>, is_plain: bool) -> TaskId {
        let is_root = self.tasks.is_empty();
        let id = self.add_task(name, (!is_root).then_some(self.current), server, is_plain);
        if !is_root {
            let event = self.emit(Kind::Spawn, id, 0, site);
            self.tasks[id as usize].last = event;
        }
        self.strike_late();
        id
    }

    /// A timer for the landing of a message; messages rank before timers of the same instant. Nobody but the landing
    /// itself touches it, so that no account is kept of it.
    fn set_landing(&mut self, channel: ChannelId, of: Name, sender: TaskId, deadline: u64, rank: u64) -> TimerId {
        let name = mix(of, self.tasks.get(sender as usize).map_or(0, |sender| sender.name));
        let of = (sender, name, common::NONE);
        let timer = self.timers.create_ranked(deadline, rank, Due::Land { channel }, of, 0);
        if let Some(live) = &mut self.live {
            live.arm(timer, deadline);
        }
        timer
    }

    fn give_way(&mut self, task: TaskId) {
        // It may have been woken during this very poll: it is to stand in the queue only once.
        if std::mem::replace(&mut self.tasks[task as usize].woken, true) {
            self.ready.remove(task);
        }
        if self.tasks[task as usize].held > 0 {
            return;
        }
        match &mut self.live {
            Some(live) => live.wake(task),
            None => self.ready.push_back(task),
        }
    }

    /// Who waits for what, besides servers.
    pub(crate) fn stuck(&self) -> Vec<(TaskId, Blocked)> {
        let waits = self.open_waits().filter(|(task, _)| self.is_alive(*task) && !self.tasks[*task as usize].server);
        waits.collect()
    }
}
