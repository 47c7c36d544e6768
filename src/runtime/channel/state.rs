//! What a channel holds, and what happens to a message in it.
//!
//! For the explorer a channel is three objects: its queue (buffer, who waits, what was handed over), whether it is
//! [closed](State::closed), and what is [under way](State::is_over). Sending and landing add to what is under way
//! and so commute with one another; who asks whether nothing is reads it.

use super::super::Runtime;
use super::super::core::Core;
use super::super::ends::Limit;
use super::super::faults::Mishap;
use super::super::ledger::{Name, Object, mix};
use super::super::operation::WaitId;
use super::super::timers::TimerId;
use super::super::waiters::Waiters;
use super::Message;
use crate::trace::{ChannelId, EventId, Kind, Site, TaskId};
use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// A message under way.
pub(super) struct Flight<T> {
    pub message: u64,
    pub value: T,
    pub content: u64,
    pub sent: Option<EventId>,
    pub site: Site,
    pub deadline: u64,
    pub rank: u64,
}

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

/// So many lanes are kept although nothing is under way on them.
const KEPT_LANES: usize = 8;

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

    /// The object of what is under way.
    fn air(&self) -> Object {
        self.object + 2
    }

    /// The object of the numbers of its messages.
    fn numbers(&self) -> Object {
        self.object + 3
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

    /// Numbers a message and records that it was sent; what becomes of it.
    fn record_send(&mut self, core: &mut Core, task: TaskId, code: u32, site: Site) -> (u64, Option<EventId>, Mishap) {
        self.sent += 1;
        let message = u64::from(self.sent) << 32 | u64::from(code);
        if core.plan.counts_messages() {
            core.ledger.change(self.numbers());
        }
        let cause = core.tasks[task as usize].last;
        let event = core.emit_as(task, Kind::Send, self.id, message, cause, Some(site));
        core.messages += 1;
        if core.messages > core.setting.limits.messages {
            core.reach(Limit::Messages);
        }
        let mishap = core.mishap(self.id, self.sent);
        if mishap.dropped {
            core.emit_as(task, Kind::Lose, self.id, message, event, Some(site));
            core.messages -= 1;
        }
        if mishap.duplicated && !mishap.dropped {
            core.messages += 1;
        }
        (message, event, mishap)
    }

    /// A message takes effect: it sets out, is handed over or is put into the buffer.
    pub(super) fn send(&mut self, rt: &Runtime, task: TaskId, value: T, content: u64, site: Site) {
        let code = value.code();
        let (message, came, mishap) = self.record_send(&mut rt.core(), task, code, site);
        if mishap.dropped {
            return self.settle(rt);
        }
        let copy = mishap.duplicated.then(|| value.clone());
        self.dispatch(rt, task, Parcel { value, message, content, came }, site, mishap.delay);
        if let Some(value) = copy {
            self.dispatch(rt, task, Parcel { value, message, content, came }, site, mishap.delay);
        }
    }

    fn dispatch(&mut self, rt: &Runtime, sender: TaskId, parcel: Parcel<T>, site: Site, delay: u64) {
        let lane = self.lane(sender);
        // Also at once if an earlier one of this sender is still under way: it is not to be overtaken.
        let is_behind = lane.is_ok_and(|lane| !self.flights[lane].1.is_empty());
        if self.latency.is_none() && delay == 0 && !is_behind {
            return self.deliver(rt, parcel);
        }
        let lane = lane.unwrap_or_else(|place| {
            self.flights.insert(place, (sender, VecDeque::new()));
            place
        });
        rt.ledger().add(self.air());
        let mut core = rt.core();
        let own = core.clock().saturating_add(self.latency.unwrap_or(0)).saturating_add(delay);
        self.in_air += 1;
        let flights = &mut self.flights[lane].1;
        let deadline = flights.back().map_or(own, |ahead| own.max(ahead.deadline));
        let rank = core.timers.message_rank();
        if flights.is_empty() {
            core.set_landing(self.id, self.name, sender, deadline, rank);
        }
        let Parcel { value, message, content, came: sent } = parcel;
        flights.push_back(Flight { message, value, content, sent, site, deadline, rank });
    }

    fn land(&mut self, rt: &Runtime, timer: TimerId) {
        rt.ledger().add(self.air());
        let sender = rt.core().timers.get(timer).task;
        let Ok(lane) = self.lane(sender) else { return };
        let flights = &mut self.flights[lane].1;
        let Some(flight) = flights.pop_front() else { return };
        self.in_air -= 1;
        let came = {
            let mut core = rt.core();
            core.remove_timer(timer);
            if let Some(next) = flights.front() {
                let deadline = next.deadline.max(core.clock());
                core.set_landing(self.id, self.name, sender, deadline, next.rank);
            }
            let to = core.trace.channels[self.id as usize].receiver.unwrap_or(sender);
            core.emit_as(to, Kind::Arrive, self.id, flight.message, flight.sent, Some(flight.site))
        };
        if self.flights.len() > KEPT_LANES && self.flights[lane].1.is_empty() {
            self.flights.remove(lane);
        }
        self.deliver(rt, Parcel { value: flight.value, message: flight.message, content: flight.content, came });
    }

    /// Hands a parcel to the first receiver that still waits, else keeps it.
    fn deliver(&mut self, rt: &Runtime, parcel: Parcel<T>) {
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

    fn is_air_empty(&self) -> bool {
        self.in_air == 0
    }

    /// Where the lane of a sender is, or would be.
    fn lane(&self, sender: TaskId) -> Result<usize, usize> {
        self.flights.binary_search_by_key(&sender, |(sender, _)| *sender)
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
    fn settle(&mut self, rt: &Runtime) {
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
