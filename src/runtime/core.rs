//! The state of a run: clock, tasks, ready set, timers, chooser, record. Plain data behind one cell.
//!
//! Invariants:
//! 1. No user code (poll, drop, wake of a foreign waker) runs while the state is borrowed.
//! 2. A wait is committed at most once; whoever commits it wakes its task.
//! 3. A crashed task is in no ready set, and nothing of it is dropped or withdrawn until the run ends.
//! 4. Nothing but the run loop moves the virtual clock.

use super::channel::{Channels, Ticket};
use super::chooser::{Candidate, Misfit};
use super::deciding::Deciding;
use super::ends::Limit;
use super::faults::Plan;
use super::ledger::{Ledger, Name, mix};
use super::random::Draws;
use super::ready::Ready;
use super::setting::{Model, Setting};
use super::signal::Signal;
use super::slots::TaskSlot;
use super::timers::{TimerId, Timers};
use super::waits::Waits;
use crate::trace::{Event, EventId, Fingerprint, Kind, Observe, Site, TaskId, Time, Touch, Trace};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::Waker;

/// The user's input for tasks of one name.
pub(crate) struct Input {
    /// The hash of the name.
    hash: u64,
    pub given: Option<Signal>,
}

/// Who drives the run.
pub(crate) trait Live {
    /// Nanoseconds since the run began.
    fn now(&self) -> u64;
    /// The task can be polled.
    fn wake(&mut self, task: TaskId);
    /// A timer was set or set anew.
    fn arm(&mut self, timer: TimerId, deadline: u64);
    /// A timer was taken back.
    fn disarm(&mut self, timer: TimerId);
}

pub(crate) struct Core {
    pub ledger: Rc<Ledger>,
    /// How many objects were created outside any task.
    created: u32,
    /// Hash of the objects that know their own state's hash: signals and inputs.
    pub objects: u64,
    /// Something is part of the state that has no hash.
    pub has_hidden_state: bool,
    pub channels: Channels,
    /// Tickets of messages that a fault has struck, in the channel that is dealt with: their values are to be dropped when
    /// the state is free.
    pub lost: Vec<Ticket>,
    pub now: u64,
    pub model: Model,
    pub tasks: Vec<TaskSlot>,
    pub current: TaskId,
    pub ready: Ready,
    pub timers: Timers,
    pub waits: Waits,
    pub trace: Trace,
    pub recording: bool,
    pub observer: Option<Box<dyn Observe>>,
    observed: u32,
    pub events: u32,
    pub plan: Plan,
    /// The user's inputs by the task they are for; a name that is not used any more keeps its place.
    pub inputs: BTreeMap<Box<str>, Input>,
    pub signals: u32,
    /// The last number given for each purpose.
    pub numbers: BTreeMap<&'static str, u32>,
    pub messages: u32,
    pub deciding: Deciding,
    /// Choices made so far.
    pub choices: u64,
    /// For each recorded deviation that was made the number of the next event.
    pub deviations: Vec<EventId>,
    pub misfit: Option<Misfit>,
    pub draws: Draws,
    pub setting: Setting,
    pub over: Option<Limit>,
    /// The run has ended: what is dropped now leaves no event.
    pub ended: bool,
    pub polls: u64,
    pub polls_at_once: u32,
    pub live: Option<Box<dyn Live>>,
    /// The wakers of tasks, to know them by.
    pub wakers: Vec<Waker>,
    /// Wakers of combinators to be called when the state is free.
    pub foreign: Vec<Waker>,
    /// Room for a list of them.
    pub candidates: Vec<Candidate>,
}

impl Core {
    pub fn new(setting: Setting, recording: bool) -> Self {
        Core {
            ledger: Rc::default(),
            created: 0,
            objects: 0,
            has_hidden_state: false,
            channels: Channels::default(),
            lost: Vec::new(),
            now: 0,
            model: setting.model,
            tasks: Vec::new(),
            current: 0,
            ready: Ready::default(),
            timers: Timers::default(),
            waits: Waits::default(),
            trace: Trace::default(),
            recording,
            observer: None,
            observed: 0,
            events: 0,
            plan: Plan::new(&setting),
            inputs: BTreeMap::new(),
            signals: 0,
            numbers: BTreeMap::new(),
            messages: 0,
            deciding: Deciding::new(&setting),
            choices: 0,
            deviations: Vec::new(),
            misfit: None,
            draws: Draws::new(setting.seed),
            setting,
            over: None,
            ended: false,
            polls: 0,
            polls_at_once: 0,
            live: None,
            wakers: Vec::new(),
            foreign: Vec::new(),
            candidates: Vec::new(),
        }
    }

    /// Begins anew under the same setting, with the same chooser and observer. Gives the wakers that were left, to be
    /// dropped when the state is free.
    pub fn restart(&mut self) -> Vec<Waker> {
        self.ledger.clear();
        (self.created, self.objects, self.has_hidden_state) = (0, 0, false);
        (self.now, self.current, self.events, self.signals, self.messages) = (0, 0, 0, 0, 0);
        (self.choices, self.polls, self.polls_at_once) = (0, 0, 0);
        (self.misfit, self.over, self.ended) = (None, None, false);
        self.tasks.clear();
        self.channels.clear();
        self.numbers.clear();
        self.ready.clear();
        self.timers.clear();
        self.trace.restart();
        self.plan.restart(&self.setting);
        self.draws.restart();
        let mut left = self.waits.clear();
        left.append(&mut self.foreign);
        left
    }

    pub fn observe(&mut self, observer: Box<dyn Observe>) {
        self.observed = observer.kinds();
        self.observer = Some(observer);
    }

    pub fn clock(&self) -> u64 {
        self.live.as_ref().map_or(self.now, |live| live.now())
    }

    /// Records an event of the current task; its cause is what the task knew last.
    pub fn emit(&mut self, kind: Kind, a: u32, b: u64, site: Option<Site>) -> Option<EventId> {
        let cause = self.tasks.get(self.current as usize).and_then(|task| task.last);
        self.emit_as(self.current, kind, a, b, cause, site)
    }

    /// Records an event of any task with a cause of its own. Nothing once the run has ended or a limit is reached.
    pub fn emit_as(
        &mut self,
        task: TaskId,
        kind: Kind,
        a: u32,
        b: u64,
        cause: Option<EventId>,
        site: Option<Site>,
    ) -> Option<EventId> {
        if self.ended || self.over.is_some() {
            return None;
        }
        if self.events >= self.setting.limits.events {
            self.over = Some(Limit::Events);
            return None;
        }
        let id = self.events;
        self.events += 1;
        if let Some(slot) = self.tasks.get_mut(task as usize) {
            slot.last = Some(id);
        }
        if self.recording || self.observed & kind.bit() != 0 {
            self.show(&Event { id, time: Time::from_nanos(self.clock()), task, kind, a, b, cause }, site);
        }
        Some(id)
    }

    /// Stores an event and lets the observer see it.
    fn show(&mut self, event: &Event, site: Option<Site>) {
        if self.recording {
            self.trace.push(event, site);
        }
        if self.observed & event.kind.bit() != 0
            && let Some(observer) = &mut self.observer
        {
            let mut touch = |name, access| self.ledger.touch_claims(name, access);
            let touch: Option<&mut Touch<'_>> = if self.ledger.is_kept() { Some(&mut touch) } else { None };
            observer.see(event, &self.trace, touch);
        }
    }

    /// A look at the clock by the current task.
    pub fn look_at_clock(&self) -> u64 {
        let now = self.clock();
        self.look_at_time(now);
        now
    }

    /// A look at a moment that depends on the clock.
    pub fn look_at_time(&self, moment: u64) {
        match self.model {
            Model::AnySpeed => self.ledger.read_clock(moment),
            // Nothing moves the clock while anything else can move.
            Model::Timed => self.ledger.observe(moment),
        }
    }

    /// The name of an object that the current task creates.
    pub fn christen(&mut self) -> Name {
        match self.tasks.get_mut(self.current as usize) {
            Some(creator) => {
                self.ledger.change(creator.object);
                creator.created += 1;
                mix(creator.stem, u64::from(creator.created))
            }
            None => {
                self.created += 1;
                mix(0x0075_7473, u64::from(self.created))
            }
        }
    }

    /// Whether the current task has declared the head of a loop. Then it may create an object with a name that is in
    /// use: two that go by one name have a state that no hash tells.
    pub fn is_in_lap(&self) -> bool {
        self.ledger.is_kept() && self.tasks.get(self.current as usize).is_some_and(|task| task.lap != 0)
    }

    /// Another input for the task of this name.
    pub fn set_input(&mut self, task: &str, input: &Signal) {
        let known = match self.inputs.get_mut(task) {
            Some(known) => known,
            None => {
                let new = Input { hash: Fingerprint::hash(task), given: None };
                self.inputs.entry(task.into()).or_insert(new)
            }
        };
        let before = known.given.as_ref().map_or(0, |before| mix(known.hash, before.name()));
        self.objects = self.objects.wrapping_sub(before).wrapping_add(mix(known.hash, input.name()));
        known.given = Some(input.clone());
    }

    /// The inputs, to be dropped when the state is free.
    pub fn take_inputs(&mut self) -> Vec<Signal> {
        self.inputs.values_mut().filter_map(|input| input.given.take()).collect()
    }

    /// Whether a waker is that of the current task itself.
    pub fn is_own(&self, waker: &Waker) -> bool {
        self.wakers.get(self.current as usize).is_some_and(|own| own.will_wake(waker))
    }

    pub fn reach(&mut self, limit: Limit) {
        self.over.get_or_insert(limit);
    }
}
