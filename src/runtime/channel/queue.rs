//! What happens to a message in a channel.
//!
//! For the explorer a channel is three objects: its queue (buffer, who waits, what was handed over), whether it is
//! [closed](Queue::closing), and what is [under way](Queue::air). Sending and landing add to what is under way
//! and so commute with one another; who asks whether nothing is reads it.

use super::super::core::Core;
use super::super::ends::Limit;
use super::super::ledger::common;
use super::store::{Parcel, Parked, Queue, Received};
use crate::trace::{ChannelId, ChannelInfo, EventId, Kind, Site};

/// A channel and the state of the run around it.
pub(crate) struct Channel<'a> {
    pub core: &'a mut Core,
    pub id: ChannelId,
}

impl Core {
    /// A new channel; what it is called in the trace is `info` about.
    pub(super) fn make_channel(&mut self, info: ChannelInfo, capacity: usize, latency: Option<u64>) -> ChannelId {
        self.ledger.change(common::CHANNELS);
        // The last bits tell the objects of a channel apart.
        let name = self.christen() & !3;
        self.has_hidden_state |= self.is_in_lap() && self.channels.iter().any(|channel| channel.name == name);
        let object = self.ledger.register(name, 4);
        let id = self.trace.channels.len() as ChannelId;
        if id >= self.setting.limits.objects {
            self.reach(Limit::Objects);
        }
        self.trace.channels.push(info);
        self.channels.next().begin(id, name, object, capacity, latency);
        id
    }

    pub(crate) fn channel(&mut self, id: ChannelId) -> Channel<'_> {
        Channel { core: self, id }
    }
}

impl Channel<'_> {
    #[inline]
    pub fn queue(&mut self) -> &mut Queue {
        &mut self.core.channels.all[self.id as usize]
    }

    /// Forgets parked peers that were committed elsewhere or have gone.
    #[inline]
    pub fn prune(&mut self) {
        while let Some((wait, _)) = self.queue().receivers.front().copied()
            && !self.core.is_open(wait)
        {
            self.queue().receivers.pop_front();
        }
        while let Some(wait) = self.queue().senders.front().map(|parked| parked.wait)
            && !self.core.is_open(wait)
        {
            self.queue().senders.pop_front();
        }
    }

    pub fn has_room(&mut self) -> bool {
        let queue = &self.core.channels.all[self.id as usize];
        self.core.ledger.read(queue.closing());
        if queue.latency.is_some() || queue.closed {
            return true;
        }
        self.core.ledger.read(queue.object);
        if queue.buffer.len() < queue.capacity {
            return true;
        }
        self.prune();
        !self.queue().receivers.is_empty()
    }

    /// Whether a receive would give something at once.
    pub fn has_something(&mut self) -> bool {
        let object = self.queue().object;
        self.core.ledger.read(object);
        self.prune();
        let queue = self.queue();
        !queue.buffer.is_empty() || !queue.senders.is_empty() || self.is_over()
    }

    /// Whether it is closed, asked by who sends.
    pub fn is_closed(&mut self) -> bool {
        let (name, closed) = (self.queue().name, self.queue().closed);
        self.core.ledger.observe_of(name, u64::from(closed));
        closed
    }

    /// Whether it is closed and whether a send would take effect at once, asked by who may do without.
    pub fn look_before_sending(&mut self) -> (bool, bool) {
        let has_room = self.has_room();
        let (name, closed) = (self.queue().name, self.queue().closed);
        self.core.ledger.observe_of(name, u64::from(closed) << 1 | u64::from(has_room));
        (closed, has_room)
    }

    /// Whether everything that was sent has been taken, asked by a task.
    pub fn look_whether_quiet(&mut self) -> bool {
        let (name, is_quiet) = (self.queue().name, self.is_quiet());
        self.core.ledger.observe_of(name, u64::from(is_quiet));
        is_quiet
    }

    /// Closed, with nothing left to land; asked by who depends on the queue, which a close changes as well.
    #[inline]
    pub fn is_over(&mut self) -> bool {
        let queue = &self.core.channels.all[self.id as usize];
        if queue.closed {
            self.core.ledger.read(queue.air());
        }
        queue.closed && queue.in_air == 0
    }

    /// Closes it, unless it is; gives the values of those who waited to send.
    pub fn close(&mut self, site: Site) -> Vec<Parked> {
        let closing = self.queue().closing();
        self.core.ledger.change(closing);
        if std::mem::replace(&mut self.queue().closed, true) {
            return Vec::new();
        }
        let object = self.queue().object;
        self.core.ledger.change(object);
        let event = self.core.emit(Kind::Close, self.id, 0, Some(site));
        if self.is_over() {
            self.dismiss(event);
        }
        let parked: Vec<Parked> = self.queue().senders.drain(..).collect();
        for parked in &parked {
            if self.core.commit(parked.wait, parked.arm, event) {
                self.queue().refused.push(parked.wait);
            }
        }
        parked
    }

    /// Hands a parcel to the first receiver that still waits, else keeps it.
    pub fn deliver(&mut self, parcel: Parcel) {
        let object = self.queue().object;
        self.core.ledger.change(object);
        self.prune();
        let queue = self.queue();
        match queue.receivers.pop_front() {
            Some((wait, arm)) => {
                queue.handed.push((wait, Some(parcel)));
                self.core.commit(wait, arm, parcel.came);
            }
            None => queue.buffer.push_back(parcel),
        }
        if self.is_over() {
            self.dismiss(parcel.came);
        }
    }

    /// Tells parked receivers that nothing will come any more.
    fn dismiss(&mut self, event: Option<EventId>) {
        let object = self.queue().object;
        self.core.ledger.change(object);
        while let Some((wait, arm)) = self.queue().receivers.pop_front() {
            if self.core.commit(wait, arm, event) {
                self.queue().handed.push((wait, None));
            }
        }
    }

    /// Takes the next parcel, if there is one, and lets a parked sender move up.
    pub fn take(&mut self) -> Option<Parcel> {
        let object = self.queue().object;
        self.core.ledger.read(object);
        self.prune();
        if let Some(parcel) = self.queue().buffer.pop_front() {
            self.core.ledger.change(object);
            // More than one if a fault drops or delays what the first has to give.
            while self.queue().buffer.len() < self.queue().capacity
                && let Some(parked) = self.next_sender()
            {
                self.admit(parked);
            }
            return Some(parcel);
        }
        while self.queue().buffer.is_empty() {
            let parked = self.next_sender()?;
            self.core.ledger.change(object);
            self.admit(parked);
        }
        self.queue().buffer.pop_front()
    }

    /// The first parked send that is still open.
    fn next_sender(&mut self) -> Option<Parked> {
        self.prune();
        self.queue().senders.pop_front()
    }

    /// A parked send takes effect: its value goes into the buffer and its task goes on.
    fn admit(&mut self, parked: Parked) {
        let task = self.core.task_of(parked.wait);
        self.send(task, parked.item, parked.site);
        let event = self.core.tasks[task as usize].last;
        self.core.commit(parked.wait, parked.arm, event);
    }

    /// Whether nothing is under way and nothing waits to be taken.
    pub fn is_quiet(&mut self) -> bool {
        let queue = &self.core.channels.all[self.id as usize];
        self.core.ledger.read(queue.object);
        self.core.ledger.read(queue.air());
        // Told that nothing will come, a receiver has nothing to take.
        let is_handed = queue.handed.iter().any(|(_, parcel)| parcel.is_some());
        queue.buffer.is_empty() && queue.in_air == 0 && !is_handed
    }

    /// Tells those who wait for the channel to be empty.
    pub fn settle(&mut self) {
        let queue = &self.core.channels.all[self.id as usize];
        let object = queue.object;
        self.core.ledger.read(object);
        if !queue.quiet.is_empty() && self.is_quiet() {
            self.core.ledger.change(object);
            let last = self.core.tasks[self.core.current as usize].last;
            for (wait, arm) in self.queue().quiet.take() {
                self.core.commit(wait, arm, last);
            }
        }
    }

    /// A receive at once, if it can take effect; nothing is received if nothing will come any more.
    pub fn receive(&mut self, site: Site) -> Option<Option<Received>> {
        match self.take() {
            Some(parcel) => Some(self.received(Some(parcel), site)),
            None if self.is_over() => Some(self.received(None, site)),
            None => None,
        }
    }

    /// A receive has taken effect: with a parcel, or because nothing will come any more.
    pub fn received(&mut self, parcel: Option<Parcel>, site: Site) -> Option<Received> {
        let queue = &self.core.channels.all[self.id as usize];
        self.core.ledger.observe_of(queue.name, parcel.as_ref().map_or(0, |parcel| parcel.content));
        let parcel = parcel?;
        self.core.ledger.change(queue.object);
        let task = self.core.current;
        self.core.messages -= 1;
        self.core.emit_as(task, Kind::Receive, self.id, parcel.message, parcel.came, Some(site));
        self.settle();
        let copies = &mut self.queue().copies;
        let copy = copies.iter().position(|ticket| *ticket == parcel.ticket);
        copy.map(|place| copies.swap_remove(place));
        Some(Received { ticket: parcel.ticket, is_copied: copy.is_some() })
    }
}
