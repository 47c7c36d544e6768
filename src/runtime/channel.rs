//! Channels as in Go, and links whose messages travel.
//!
//! | made by | a send | a message lands |
//! | --- | --- | --- |
//! | `channel(name, 0)` | completes together with a receive (rendezvous) | at once |
//! | `channel(name, n)` | completes when there is room | at once |
//! | `link(name, latency)` | completes at once | after the latency, in order per sender |
//! | `absent()` | – | never: a receive blocks for ever |
//!
//! A channel is closed by saying so; dropping its ends closes nothing. A value that was handed to a
//! receive which is then dropped goes back to the head of the channel: nothing is lost. The same
//! receive of a crashed task keeps it: that value is lost.

use super::Runtime;
use super::ends::{Blocked, Limit};
use super::operation::{Op, Operation, WaitId, sealed::Sealed};
use super::timers::TimerId;
use crate::trace::{ChannelId, ChannelInfo, EventId, Kind, Reason, Site, TaskId, Time, nanos};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

/// What can travel on a channel: plain values with a number that says which one it is.
pub trait Message: Clone + 'static {
    /// The content as a number: part of the fingerprint, and all that the trace keeps of it.
    fn code(&self) -> u32 {
        0
    }
    /// The words for a code: a name and its numbers, such as `result 1 2`.
    fn describe(_code: u32) -> String {
        String::new()
    }
    /// Of a message that cancels: why. It is drawn in the colour of its reason.
    fn reason(_code: u32) -> Option<Reason> {
        None
    }
}

impl Message for () {}

impl Message for u32 {
    fn code(&self) -> u32 {
        *self
    }
    fn describe(code: u32) -> String {
        code.to_string()
    }
}

impl Message for i64 {
    fn code(&self) -> u32 {
        *self as u32
    }
    fn describe(code: u32) -> String {
        (code as i32).to_string()
    }
}

/// A moment travels as its milliseconds (up to 49 days).
impl Message for Time {
    fn code(&self) -> u32 {
        (self.as_nanos() / 1_000_000) as u32
    }
    fn describe(code: u32) -> String {
        Time::from_nanos(u64::from(code) * 1_000_000).to_string()
    }
}

impl<T: Message> Message for Receiver<T> {
    fn code(&self) -> u32 {
        self.id().unwrap_or(u32::MAX)
    }
    fn describe(code: u32) -> String {
        format!("channel {code}")
    }
}

/// The channel was closed; the value is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// Why a `try_send` gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No receiver was waiting and there was no room.
    Full,
    /// The channel is closed.
    Closed,
}

/// A message under way.
struct Flight<T> {
    message: u64,
    value: T,
    sent: Option<EventId>,
    site: Site,
    deadline: u64,
    rank: u64,
}

/// A value with its message number and the event it came by.
struct Parcel<T> {
    value: T,
    message: u64,
    came: Option<EventId>,
}

struct Parked<T> {
    wait: WaitId,
    arm: u8,
    value: T,
    site: Site,
}

struct State<T> {
    id: ChannelId,
    capacity: usize,
    latency: Option<u64>,
    buffer: VecDeque<Parcel<T>>,
    receivers: VecDeque<(WaitId, u8)>,
    senders: VecDeque<Parked<T>>,
    handed: Vec<(WaitId, Option<Parcel<T>>)>,
    /// What is under way, by sender and in order: only the first of a sender has a timer, so that the others
    /// cannot overtake it. No queue is empty.
    flights: BTreeMap<TaskId, VecDeque<Flight<T>>>,
    quiet: Vec<(WaitId, u8)>,
    closed: bool,
    /// Parked sends that the close has turned away.
    refused: Vec<WaitId>,
    sent: u32,
}

/// What the run loop needs of a channel without knowing its type.
pub(crate) trait Landing {
    fn land(&self, rt: &Runtime, timer: TimerId);
}

type Shared<T> = Rc<RefCell<State<T>>>;

/// The end that sends. Clones are the same end.
pub struct Sender<T: Message>(Shared<T>);

/// The end that receives. Clones are the same end; absent if made by [`absent`](Receiver::absent).
pub struct Receiver<T: Message>(Option<Shared<T>>);

impl<T: Message> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender(self.0.clone())
    }
}

impl<T: Message> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Receiver(self.0.clone())
    }
}

impl Runtime {
    /// A channel with room for `capacity` messages; 0 is a rendezvous. A second channel of the same name is `name#2`.
    pub fn channel<T: Message>(&self, name: &str, capacity: usize) -> (Sender<T>, Receiver<T>) {
        self.make_channel(name, capacity, None)
    }

    /// A link: a send completes at once and the message lands after `latency`, in order per sender.
    pub fn link<T: Message>(&self, name: &str, latency: Duration) -> (Sender<T>, Receiver<T>) {
        self.make_channel(name, usize::MAX, Some(nanos(latency)))
    }

    fn make_channel<T: Message>(&self, name: &str, capacity: usize, latency: Option<u64>) -> (Sender<T>, Receiver<T>) {
        let id = {
            let mut core = self.core();
            let id = core.trace.channels.len() as ChannelId;
            if id >= core.setting.limits.objects {
                core.reach(Limit::Objects);
            }
            let name = core.trace.unique_channel_name(name);
            core.trace.channels.push(ChannelInfo { name, describe: T::describe, reason: T::reason, receiver: None });
            id
        };
        let state: Shared<T> = Rc::new(RefCell::new(State {
            id,
            capacity,
            latency,
            buffer: VecDeque::new(),
            receivers: VecDeque::new(),
            senders: VecDeque::new(),
            handed: Vec::new(),
            flights: BTreeMap::new(),
            quiet: Vec::new(),
            closed: false,
            refused: Vec::new(),
            sent: 0,
        }));
        self.add_landing(state.clone());
        (Sender(state.clone()), Receiver(Some(state)))
    }
}

impl<T: Message> State<T> {
    /// Forgets parked peers that were committed elsewhere or have gone.
    fn prune(&mut self, rt: &Runtime) {
        while self.receivers.front().is_some_and(|(wait, _)| !rt.core().is_open(*wait)) {
            self.receivers.pop_front();
        }
        while self.senders.front().is_some_and(|parked| !rt.core().is_open(parked.wait)) {
            self.senders.pop_front();
        }
    }

    fn has_room(&mut self, rt: &Runtime) -> bool {
        if self.latency.is_some() || self.closed || self.buffer.len() < self.capacity {
            return true;
        }
        self.prune(rt);
        !self.receivers.is_empty()
    }

    /// Numbers a message and records that it was sent.
    fn record_send(&mut self, rt: &Runtime, task: TaskId, value: &T, site: Site) -> (u64, Option<EventId>) {
        self.sent += 1;
        let message = u64::from(self.sent) << 32 | u64::from(value.code());
        let mut core = rt.core();
        let cause = core.tasks[task as usize].last;
        let event = core.emit_as(task, Kind::Send, self.id, message, cause, Some(site));
        core.messages += 1;
        if core.messages > core.setting.limits.messages {
            core.reach(Limit::Messages);
        }
        (message, event)
    }

    /// A message takes effect: it sets out, is handed over or is put into the buffer.
    fn send(&mut self, rt: &Runtime, task: TaskId, value: T, site: Site) {
        let (message, event) = self.record_send(rt, task, &value, site);
        let mishap = rt.core().mishap(self.id, self.sent);
        if mishap.dropped {
            let mut core = rt.core();
            core.emit_as(task, Kind::Lose, self.id, message, event, Some(site));
            core.messages -= 1;
            drop(core);
            self.settle(rt);
            return;
        }
        let copies = if mishap.duplicated { 2 } else { 1 };
        for copy in 0..copies {
            if copy > 0 {
                rt.core().messages += 1;
            }
            let value = value.clone();
            // Also at once if an earlier one of this sender is still under way: it is not to be overtaken.
            if self.latency.is_some() || mishap.delay > 0 || self.flights.contains_key(&task) {
                let latency = self.latency.unwrap_or(0).saturating_add(mishap.delay);
                self.set_out(rt, task, Parcel { value, message, came: event }, site, latency);
            } else {
                self.deliver(rt, Parcel { value, message, came: event });
            }
        }
    }

    fn set_out(&mut self, rt: &Runtime, sender: TaskId, parcel: Parcel<T>, site: Site, latency: u64) {
        let mut core = rt.core();
        let own = core.clock().saturating_add(latency);
        let flights = self.flights.entry(sender).or_default();
        let deadline = flights.back().map_or(own, |ahead| own.max(ahead.deadline));
        let rank = core.timers.message_rank();
        if flights.is_empty() {
            core.set_landing(self.id, sender, deadline, rank);
        }
        let Parcel { value, message, came: sent } = parcel;
        flights.push_back(Flight { message, value, sent, site, deadline, rank });
    }

    fn land(&mut self, rt: &Runtime, timer: TimerId) {
        let sender = rt.core().timers.get(timer).task;
        let Some(flights) = self.flights.get_mut(&sender) else { return };
        let Some(flight) = flights.pop_front() else { return };
        let came = {
            let mut core = rt.core();
            core.remove_timer(timer);
            match flights.front() {
                Some(next) => {
                    let deadline = next.deadline.max(core.clock());
                    core.set_landing(self.id, sender, deadline, next.rank);
                }
                None => {
                    self.flights.remove(&sender);
                }
            }
            let to = core.trace.channels[self.id as usize].receiver.unwrap_or(sender);
            core.emit_as(to, Kind::Arrive, self.id, flight.message, flight.sent, Some(flight.site))
        };
        self.deliver(rt, Parcel { value: flight.value, message: flight.message, came });
    }

    /// Hands a parcel to the first receiver that still waits, else keeps it.
    fn deliver(&mut self, rt: &Runtime, parcel: Parcel<T>) {
        self.prune(rt);
        let came = parcel.came;
        match self.receivers.pop_front() {
            Some((wait, arm)) => {
                rt.core().commit(wait, arm, came);
                self.handed.push((wait, Some(parcel)));
            }
            None => self.buffer.push_back(parcel),
        }
        if self.is_over() {
            self.dismiss(rt, came);
        }
    }

    /// Closed, with nothing left to land.
    fn is_over(&self) -> bool {
        self.closed && self.flights.is_empty()
    }

    /// Tells parked receivers that nothing will come any more.
    fn dismiss(&mut self, rt: &Runtime, event: Option<EventId>) {
        let mut core = rt.core();
        for (wait, arm) in std::mem::take(&mut self.receivers) {
            if core.commit(wait, arm, event) {
                self.handed.push((wait, None));
            }
        }
    }

    /// Takes the next parcel, if there is one, and lets a parked sender move up.
    fn take(&mut self, rt: &Runtime) -> Option<Parcel<T>> {
        self.prune(rt);
        if let Some(parcel) = self.buffer.pop_front() {
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
        self.send(rt, task, parked.value, parked.site);
        let mut core = rt.core();
        let event = core.tasks[task as usize].last;
        core.commit(wait, arm, event);
    }

    fn is_quiet(&self) -> bool {
        // Told that nothing will come, a receiver has nothing to take.
        let is_handed = self.handed.iter().any(|(_, parcel)| parcel.is_some());
        self.buffer.is_empty() && self.flights.is_empty() && !is_handed
    }

    /// Tells those who wait for the channel to be empty.
    fn settle(&mut self, rt: &Runtime) {
        if !self.quiet.is_empty() && self.is_quiet() {
            let mut core = rt.core();
            let last = core.tasks[core.current as usize].last;
            for (wait, arm) in self.quiet.drain(..) {
                core.commit(wait, arm, last);
            }
        }
    }

    fn received(&mut self, rt: &Runtime, parcel: Option<Parcel<T>>, site: Site) -> Option<T> {
        let parcel = parcel?;
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
}

impl<T: Message> Sender<T> {
    /// Sends a value; completes as the table above says.
    ///
    /// # Errors
    /// [`Closed`] if the channel is closed or is closed while this waits.
    ///
    /// # Cancellation safety
    /// Dropped before it completes, nothing was sent.
    #[track_caller]
    pub fn send(&self, rt: &Runtime, value: T) -> Op<Send<T>> {
        Op::new(rt, Send { state: self.0.clone(), value: Some(value) }, Location::caller())
    }

    /// Sends if that is possible at once: a receiver is already waiting or there is room.
    ///
    /// # Errors
    /// [`Refused::Full`], recorded as an event, or [`Refused::Closed`].
    #[track_caller]
    pub fn try_send(&self, rt: &Runtime, value: T) -> Result<(), Refused> {
        let site = Location::caller();
        let mut state = self.0.borrow_mut();
        if state.closed {
            return Err(Refused::Closed);
        }
        if !state.has_room(rt) {
            let code = u64::from(value.code());
            rt.core().emit(Kind::Refuse, state.id, code, Some(site));
            return Err(Refused::Full);
        }
        let task = rt.core().current;
        state.send(rt, task, value, site);
        Ok(())
    }

    /// Closes the channel: receivers get what is left or under way, then nothing; senders that wait get [`Closed`].
    /// Closing twice does nothing.
    #[track_caller]
    pub fn close(&self, rt: &Runtime) {
        let site = Location::caller();
        let mut state = self.0.borrow_mut();
        if std::mem::replace(&mut state.closed, true) {
            return;
        }
        let event = rt.core().emit(Kind::Close, state.id, 0, Some(site));
        if state.is_over() {
            state.dismiss(rt, event);
        }
        let parked = std::mem::take(&mut state.senders);
        for parked in &parked {
            if rt.core().commit(parked.wait, parked.arm, event) {
                state.refused.push(parked.wait);
            }
        }
        // The values' own destructors find nothing borrowed.
        drop(state);
        drop(parked);
    }
}

impl<T: Message> Receiver<T> {
    /// The receiving end of no channel: a receive on it blocks for ever.
    pub fn absent() -> Self {
        Receiver(None)
    }

    /// Closes the channel from this end; see [`Sender::close`].
    #[track_caller]
    pub fn close(&self, rt: &Runtime) {
        if let Some(state) = &self.0 {
            Sender(state.clone()).close(rt);
        }
    }

    fn id(&self) -> Option<ChannelId> {
        self.0.as_ref().map(|state| state.borrow().id)
    }

    /// Receives the next message; `None` once the channel is closed and empty.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing: a message that was already handed to it goes back to the head of the channel.
    #[track_caller]
    pub fn recv(&self, rt: &Runtime) -> Op<Receive<T>> {
        Op::new(rt, Receive { state: self.0.clone() }, Location::caller())
    }

    /// Takes the next message if there is one.
    #[track_caller]
    pub fn try_recv(&self, rt: &Runtime) -> Option<T> {
        let site = Location::caller();
        let mut state = self.0.as_ref()?.borrow_mut();
        let parcel = state.take(rt);
        state.received(rt, parcel, site)
    }

    /// Waits until nothing is under way to this end and nothing waits to be taken.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    #[track_caller]
    pub fn quiet(&self, rt: &Runtime) -> Op<Quiet<T>> {
        Op::new(rt, Quiet { state: self.0.clone() }, Location::caller())
    }
}

/// Sending; see [`Sender::send`].
pub struct Send<T: Message> {
    state: Shared<T>,
    value: Option<T>,
}

impl<T: Message> Sealed for Send<T> {}

impl<T: Message> Operation for Send<T> {
    type Output = Result<(), Closed>;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        self.state.borrow_mut().has_room(rt)
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Self::Output> {
        let mut state = self.state.borrow_mut();
        if state.closed {
            return Some(Err(Closed));
        }
        let task = rt.core().current;
        if let Some(value) = self.value.take() {
            state.send(rt, task, value, site);
        }
        Some(Ok(()))
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, site: Site) {
        let mut state = self.state.borrow_mut();
        if let Some(value) = self.value.take() {
            state.senders.push_back(Parked { wait, arm, value, site });
        }
        rt.core().waits_on(wait, arm, Blocked::Send(state.id));
    }

    fn finish(&mut self, _: &Runtime, wait: WaitId, _: Site) -> Self::Output {
        let mut state = self.state.borrow_mut();
        match state.refused.iter().position(|other| *other == wait) {
            Some(place) => {
                state.refused.swap_remove(place);
                Err(Closed)
            }
            None => Ok(()),
        }
    }

    fn unpark(&mut self, _: &Runtime, wait: WaitId) {
        let mut state = self.state.borrow_mut();
        if let Some(place) = state.senders.iter().position(|parked| parked.wait == wait) {
            state.senders.remove(place);
        }
    }
}

/// Receiving; see [`Receiver::recv`].
pub struct Receive<T: Message> {
    state: Option<Shared<T>>,
}

impl<T: Message> Sealed for Receive<T> {}

impl<T: Message> Operation for Receive<T> {
    type Output = Option<T>;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        let Some(state) = &self.state else { return false };
        let mut state = state.borrow_mut();
        state.prune(rt);
        !state.buffer.is_empty() || !state.senders.is_empty() || state.is_over()
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Option<T>> {
        let mut state = self.state.as_ref()?.borrow_mut();
        match state.take(rt) {
            Some(parcel) => Some(state.received(rt, Some(parcel), site)),
            None => state.is_over().then_some(None),
        }
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        let Some(state) = &self.state else {
            rt.core().waits_on(wait, arm, Blocked::Never);
            return;
        };
        let mut state = state.borrow_mut();
        state.receivers.push_back((wait, arm));
        let mut core = rt.core();
        core.waits_on(wait, arm, Blocked::Receive(state.id));
        let task = core.current;
        core.trace.channels[state.id as usize].receiver = Some(task);
    }

    fn finish(&mut self, rt: &Runtime, wait: WaitId, site: Site) -> Option<T> {
        let mut state = self.state.as_ref()?.borrow_mut();
        let place = state.handed.iter().position(|(other, _)| *other == wait)?;
        let (_, parcel) = state.handed.swap_remove(place);
        state.received(rt, parcel, site)
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        let Some(state) = &self.state else { return };
        let mut state = state.borrow_mut();
        state.receivers.retain(|(other, _)| *other != wait);
        let Some(place) = state.handed.iter().position(|(other, _)| *other == wait) else { return };
        if let (_, Some(parcel)) = state.handed.swap_remove(place) {
            state.prune(rt);
            match state.receivers.pop_front() {
                Some((next, arm)) => {
                    rt.core().commit(next, arm, parcel.came);
                    state.handed.push((next, Some(parcel)));
                }
                None => state.buffer.push_front(parcel),
            }
        }
    }
}

/// Waiting for a channel to be empty; see [`Receiver::quiet`].
pub struct Quiet<T: Message> {
    state: Option<Shared<T>>,
}

impl<T: Message> Sealed for Quiet<T> {}

impl<T: Message> Operation for Quiet<T> {
    type Output = ();

    fn is_ready(&mut self, _: &Runtime) -> bool {
        self.state.as_ref().is_none_or(|state| state.borrow().is_quiet())
    }

    fn take(&mut self, _: &Runtime, _: Site) -> Option<()> {
        Some(())
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        if let Some(state) = &self.state {
            let mut state = state.borrow_mut();
            state.quiet.push((wait, arm));
            rt.core().waits_on(wait, arm, Blocked::Quiet(state.id));
        }
    }

    fn finish(&mut self, _: &Runtime, _: WaitId, _: Site) {}

    fn unpark(&mut self, _: &Runtime, wait: WaitId) {
        if let Some(state) = &self.state {
            state.borrow_mut().quiet.retain(|(other, _)| *other != wait);
        }
    }
}
