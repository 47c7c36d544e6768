//! What a channel knows of the values that it holds, whatever their type: a value is a [`Ticket`] here, and the
//! [values](super::values) themselves lie elsewhere and never move.

use super::super::core::Core;
use super::super::ledger::{Name, Object, mix};
use super::super::operation::WaitId;
use super::super::waiters::{Waiter, Waiters};
use super::transit::Flight;
use crate::trace::{ChannelId, EventId, Site, TaskId};
use std::collections::VecDeque;

/// Where the value lies.
pub(crate) type Ticket = u32;

/// A value that is to be sent.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    pub ticket: Ticket,
    pub code: u32,
    /// What the value is, as far as the explorer can tell values apart.
    pub content: u64,
}

/// A value with its message number and the event it came by.
#[derive(Clone, Copy)]
pub(crate) struct Parcel {
    pub ticket: Ticket,
    pub message: u64,
    pub content: u64,
    pub came: Option<EventId>,
}

/// A send that waits.
#[derive(Clone, Copy)]
pub(crate) struct Parked {
    pub wait: WaitId,
    pub arm: u8,
    pub item: Item,
    pub site: Site,
}

/// A value that was received.
pub(crate) struct Received {
    pub ticket: Ticket,
    /// It arrived twice, and the other one has not been received yet.
    pub is_copied: bool,
}

#[derive(Default)]
pub(crate) struct Queue {
    pub id: ChannelId,
    pub name: Name,
    /// The first of its four objects: the queue.
    pub object: Object,
    pub capacity: usize,
    pub latency: Option<u64>,
    pub buffer: VecDeque<Parcel>,
    pub receivers: VecDeque<Waiter>,
    pub senders: VecDeque<Parked>,
    pub handed: Vec<(WaitId, Option<Parcel>)>,
    /// What is under way, by sender and in order: only the first of a sender has a timer, so that the others
    /// cannot overtake it. Sorted by sender; a few empty lanes are kept for their next message.
    pub flights: Vec<(TaskId, VecDeque<Flight>)>,
    /// How many messages are under way.
    pub in_air: usize,
    pub quiet: Waiters,
    pub closed: bool,
    /// Parked sends that the close has turned away.
    pub refused: Vec<WaitId>,
    pub sent: u32,
    /// Values that arrive once more.
    pub copies: Vec<Ticket>,
}

/// The channels of a run. What one execution has made of them is room for the next.
#[derive(Default)]
pub(crate) struct Channels {
    pub all: Vec<Queue>,
    len: usize,
}

/// At most so many channels are left for the next execution.
const MOST_LEFT: usize = 1024;

impl Channels {
    pub fn iter(&self) -> impl Iterator<Item = &Queue> {
        self.all[..self.len].iter()
    }

    pub fn next(&mut self) -> &mut Queue {
        if self.len == self.all.len() {
            self.all.push(Queue::default());
        }
        self.len += 1;
        &mut self.all[self.len - 1]
    }

    /// Forgets all of them.
    pub fn clear(&mut self) {
        self.len = 0;
        self.all.truncate(MOST_LEFT);
    }
}

impl Queue {
    /// Becomes a new channel.
    pub fn begin(&mut self, id: ChannelId, name: Name, object: Object, capacity: usize, latency: Option<u64>) {
        (self.id, self.name, self.object, self.capacity, self.latency) = (id, name, object, capacity, latency);
        self.forget();
        self.receivers.clear();
        self.refused.clear();
        self.quiet = Waiters::default();
        (self.closed, self.sent) = (false, 0);
    }

    /// Knows of no value any more.
    pub fn forget(&mut self) {
        self.handed.clear();
        self.buffer.clear();
        self.senders.clear();
        self.copies.clear();
        self.flights.iter_mut().for_each(|(_, flights)| flights.clear());
        self.in_air = 0;
    }

    /// The object of being closed.
    pub fn closing(&self) -> Object {
        self.object + 1
    }

    /// The object of what is under way.
    pub fn air(&self) -> Object {
        self.object + 2
    }

    /// The object of the numbers of its messages.
    pub fn numbers(&self) -> Object {
        self.object + 3
    }

    /// What it holds, as far as what happens next depends on it.
    pub fn key(&self, core: &Core, with_time: bool) -> u64 {
        let who = |wait: WaitId, arm: u8| mix(core.tasks[core.task_of(wait) as usize].name, u64::from(arm));
        let mut key = mix(mix(self.name, u64::from(self.id)), u64::from(self.closed));
        key = self.buffer.iter().fold(key, |key, parcel| mix(key, parcel.content));
        for (wait, arm) in self.receivers.iter().filter(|(wait, _)| core.is_waiting(*wait)) {
            key = mix(key, who(*wait, *arm) ^ 1);
        }
        for parked in self.senders.iter().filter(|parked| core.is_waiting(parked.wait)) {
            key = mix(key, mix(parked.item.content, who(parked.wait, parked.arm)));
        }
        // What follows has no order that matters.
        let handed = self
            .handed
            .iter()
            .map(|(wait, parcel)| mix(who(*wait, 0), parcel.as_ref().map_or(1, |parcel| parcel.content)));
        let flights = self.flights.iter().filter(|(_, flights)| !flights.is_empty()).map(|(sender, flights)| {
            flights.iter().fold(core.tasks[*sender as usize].name, |key, flight| {
                mix(key, mix(flight.parcel.content, if with_time { flight.deadline } else { 0 }))
            })
        });
        let quiet = self.quiet.iter().map(|(wait, arm)| who(wait, arm) ^ 2);
        let refused = self.refused.iter().map(|wait| who(*wait, 0) ^ 3);
        let unordered = handed.chain(flights).chain(quiet).chain(refused).fold(0, u64::wrapping_add);
        let sent = if core.plan.counts_messages() { u64::from(self.sent) } else { 0 };
        mix(mix(key, unordered), sent)
    }
}
