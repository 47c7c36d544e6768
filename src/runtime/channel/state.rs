//! What a channel holds, and what happens to a message in it.
//!
//! For the explorer a channel is three objects: its queue (buffer, who waits, what was handed over), whether it is
//! [closed](State::closed), and what is [under way](State::is_over). Sending and landing add to what is under way
//! and so commute with one another; who asks whether nothing is reads it.

use super::super::Runtime;
use super::super::core::Core;
use super::super::ledger::{Name, Object, mix};
use super::super::operation::WaitId;
use super::super::timers::TimerId;
use super::super::waiters::Waiters;
use super::Message;
use super::transit::Flight;
use crate::trace::{ChannelId, EventId, Kind, Site, TaskId};
use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// A value with its message number and the event it came by.
pub(super) struct Parcel<T> {
    pub value: T,
    pub message: u64,
    /// What the value is, as far as the explorer can tell values apart.
    pub content: u64,
    pub came: Option<EventId>,
}

pub(super) struct Parked<T> {
    pub wait: WaitId,
    pub arm: u8,
    pub value: T,
    pub content: u64,
    pub site: Site,
}

pub(super) struct State<T> {
    pub id: ChannelId,
    pub name: Name,
    /// The first of its four objects: the queue.
    pub object: Object,
    pub capacity: usize,
    pub latency: Option<u64>,
    pub buffer: VecDeque<Parcel<T>>,
    pub receivers: VecDeque<(WaitId, u8)>,
    pub senders: VecDeque<Parked<T>>,
    pub handed: Vec<(WaitId, Option<Parcel<T>>)>,
    /// What is under way, by sender and in order: only the first of a sender has a timer, so that the others
    /// cannot overtake it. Sorted by sender; a few empty lanes are kept for their next message.
    pub flights: Vec<(TaskId, VecDeque<Flight<T>>)>,
    /// How many messages are under way.
    pub in_air: usize,
    pub quiet: Waiters,
    pub closed: bool,
    /// Parked sends that the close has turned away.
    pub refused: Vec<WaitId>,
    pub sent: u32,
}

impl<T> Default for State<T> {
    fn default() -> Self {
        State {
            id: 0,
            name: 0,
            object: 0,
            capacity: 0,
            latency: None,
            buffer: VecDeque::new(),
            receivers: VecDeque::new(),
            senders: VecDeque::new(),
            handed: Vec::new(),
            flights: Vec::new(),
            in_air: 0,
            quiet: Waiters::default(),
            closed: false,
            refused: Vec::new(),
            sent: 0,
        }
    }
}

/// What the run loop needs of a channel without knowing its type.
pub(crate) trait Landing: Any {
    fn land(&self, rt: &Runtime, timer: TimerId);
    /// Drops every value it holds, with nothing borrowed.
    fn empty(&self);
    /// What it holds, as far as what happens next depends on it.
    fn key(&self, core: &Core, with_time: bool) -> u64;
}

pub(super) type Shared<T> = Rc<RefCell<State<T>>>;

impl<T: Message> State<T> {
    /// Becomes a new channel; it holds no value.
    pub(super) fn begin(&mut self, id: ChannelId, name: Name, object: Object, capacity: usize, latency: Option<u64>) {
        (self.id, self.name, self.object, self.capacity, self.latency) = (id, name, object, capacity, latency);
        self.receivers.clear();
        self.handed.clear();
        self.refused.clear();
        self.quiet = Waiters::default();
        (self.in_air, self.closed, self.sent) = (0, false, 0);
    }

    /// Any value that it holds.
    fn pop(&mut self) -> Option<T> {
        while let Some((_, parcel)) = self.handed.pop() {
            if let Some(parcel) = parcel {
                return Some(parcel.value);
            }
        }
        let parcel = self.buffer.pop_front().map(|parcel| parcel.value);
        let value = parcel.or_else(|| self.senders.pop_front().map(|parked| parked.value));
        value.or_else(|| self.flights.iter_mut().find_map(|(_, flights)| Some(flights.pop_front()?.value)))
    }

    /// The object of being closed.
    pub(super) fn closing(&self) -> Object {
        self.object + 1
    }

    /// What a value is, as far as the explorer can tell: its code if that says everything, else what its sender
    /// knew when it was sent.
    pub(super) fn content_of(rt: &Runtime, value: &T) -> u64 {
        let ledger = rt.ledger();
        ledger.observe(0);
        let known = if T::is_whole() { 0 } else { ledger.history() };
        mix(known, u64::from(value.code()))
    }

    /// Forgets parked peers that were committed elsewhere or have gone.
    #[inline]
    pub(super) fn prune(&mut self, rt: &Runtime) {
        while self.receivers.front().is_some_and(|(wait, _)| !rt.core().is_open(*wait)) {
            self.receivers.pop_front();
        }
        while self.senders.front().is_some_and(|parked| !rt.core().is_open(parked.wait)) {
            self.senders.pop_front();
        }
    }

    pub(super) fn has_room(&mut self, rt: &Runtime) -> bool {
        rt.ledger().read(self.closing());
        if self.latency.is_some() || self.closed {
            return true;
        }
        rt.ledger().read(self.object);
        if self.buffer.len() < self.capacity {
            return true;
        }
        self.prune(rt);
        !self.receivers.is_empty()
    }

    /// Whether a receive would give something at once.
    pub(super) fn has_something(&mut self, rt: &Runtime) -> bool {
        rt.ledger().read(self.object);
        self.prune(rt);
        !self.buffer.is_empty() || !self.senders.is_empty() || self.is_over(rt)
    }

    /// Hands a parcel to the first receiver that still waits, else keeps it.
    pub(super) fn deliver(&mut self, rt: &Runtime, parcel: Parcel<T>) {
        rt.ledger().change(self.object);
        self.prune(rt);
        let came = parcel.came;
        match self.receivers.pop_front() {
            Some((wait, arm)) => {
                rt.core().commit(wait, arm, came);
                self.handed.push((wait, Some(parcel)));
            }
            None => self.buffer.push_back(parcel),
        }
        if self.is_over(rt) {
            self.dismiss(rt, came);
        }
    }

    pub(super) fn is_air_empty(&self) -> bool {
        self.in_air == 0
    }

    /// Closed, with nothing left to land; asked by who depends on the queue, which a close changes as well.
    #[inline]
    pub(super) fn is_over(&self, rt: &Runtime) -> bool {
        if self.closed {
            rt.ledger().read(self.air());
        }
        self.closed && self.is_air_empty()
    }

    /// Tells parked receivers that nothing will come any more.
    pub(super) fn dismiss(&mut self, rt: &Runtime, event: Option<EventId>) {
        rt.ledger().change(self.object);
        let mut core = rt.core();
        for (wait, arm) in self.receivers.drain(..) {
            if core.commit(wait, arm, event) {
                self.handed.push((wait, None));
            }
        }
    }

    /// Takes the next parcel, if there is one, and lets a parked sender move up.
    pub(super) fn take(&mut self, rt: &Runtime) -> Option<Parcel<T>> {
        rt.ledger().read(self.object);
        self.prune(rt);
        if let Some(parcel) = self.buffer.pop_front() {
            rt.ledger().change(self.object);
            // More than one if a fault drops or delays what the first has to give.
            while self.buffer.len() < self.capacity
                && let Some(parked) = self.next_sender(rt)
            {
                self.admit(rt, parked);
            }
            return Some(parcel);
        }
        while self.buffer.is_empty() {
            let parked = self.next_sender(rt)?;
            rt.ledger().change(self.object);
            self.admit(rt, parked);
        }
        self.buffer.pop_front()
    }

    /// The first parked send that is still open.
    fn next_sender(&mut self, rt: &Runtime) -> Option<Parked<T>> {
        self.prune(rt);
        self.senders.pop_front()
    }

    /// A parked send takes effect: its value goes into the buffer and its task goes on.
    fn admit(&mut self, rt: &Runtime, parked: Parked<T>) {
        let task = rt.core().task_of(parked.wait);
        let (wait, arm) = (parked.wait, parked.arm);
        self.send(rt, task, parked.value, parked.content, parked.site);
        let mut core = rt.core();
        let event = core.tasks[task as usize].last;
        core.commit(wait, arm, event);
    }

    pub(super) fn is_quiet(&self, rt: &Runtime) -> bool {
        rt.ledger().read(self.object);
        rt.ledger().read(self.air());
        // Told that nothing will come, a receiver has nothing to take.
        let is_handed = self.handed.iter().any(|(_, parcel)| parcel.is_some());
        self.buffer.is_empty() && self.is_air_empty() && !is_handed
    }

    /// Tells those who wait for the channel to be empty.
    pub(super) fn settle(&mut self, rt: &Runtime) {
        rt.ledger().read(self.object);
        if !self.quiet.is_empty() && self.is_quiet(rt) {
            rt.ledger().change(self.object);
            let mut core = rt.core();
            let last = core.tasks[core.current as usize].last;
            for (wait, arm) in self.quiet.take() {
                core.commit(wait, arm, last);
            }
        }
    }

    pub(super) fn received(&mut self, rt: &Runtime, parcel: Option<Parcel<T>>, site: Site) -> Option<T> {
        rt.ledger().observe_of(self.name, parcel.as_ref().map_or(0, |parcel| parcel.content));
        let parcel = parcel?;
        rt.ledger().change(self.object);
        {
            let mut core = rt.core();
            let task = core.current;
            core.messages -= 1;
            core.emit_as(task, Kind::Receive, self.id, parcel.message, parcel.came, Some(site));
        }
        self.settle(rt);
        Some(parcel.value)
    }
}

impl<T: Message> Landing for RefCell<State<T>> {
    fn land(&self, rt: &Runtime, timer: TimerId) {
        self.borrow_mut().land(rt, timer);
    }

    fn empty(&self) {
        loop {
            let value = self.borrow_mut().pop();
            if value.is_none() {
                return;
            }
        }
    }

    fn key(&self, core: &Core, with_time: bool) -> u64 {
        let state = self.borrow();
        let who = |wait: WaitId, arm: u8| mix(core.tasks[core.task_of(wait) as usize].name, u64::from(arm));
        let mut key = mix(mix(state.name, u64::from(state.id)), u64::from(state.closed));
        key = state.buffer.iter().fold(key, |key, parcel| mix(key, parcel.content));
        for (wait, arm) in state.receivers.iter().filter(|(wait, _)| core.is_waiting(*wait)) {
            key = mix(key, who(*wait, *arm) ^ 1);
        }
        for parked in state.senders.iter().filter(|parked| core.is_waiting(parked.wait)) {
            key = mix(key, mix(parked.content, who(parked.wait, parked.arm)));
        }
        // What follows has no order that matters.
        let handed = state
            .handed
            .iter()
            .map(|(wait, parcel)| mix(who(*wait, 0), parcel.as_ref().map_or(1, |parcel| parcel.content)));
        let flights = state.flights.iter().filter(|(_, flights)| !flights.is_empty()).map(|(sender, flights)| {
            flights.iter().fold(core.tasks[*sender as usize].name, |key, flight| {
                mix(key, mix(flight.content, if with_time { flight.deadline } else { 0 }))
            })
        });
        let quiet = state.quiet.iter().map(|(wait, arm)| who(wait, arm) ^ 2);
        let refused = state.refused.iter().map(|wait| who(*wait, 0) ^ 3);
        let unordered = handed.chain(flights).chain(quiet).chain(refused).fold(0, u64::wrapping_add);
        let sent = if core.plan.counts_messages() { u64::from(state.sent) } else { 0 };
        mix(mix(key, unordered), sent)
    }
}
