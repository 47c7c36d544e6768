//! From the send to the landing: a message is numbered, a fault may strike it, and it is under way behind those that its
//! sender has sent before.

use super::super::ends::Limit;
use super::super::faults::Mishap;
use super::super::timers::TimerId;
use super::queue::Channel;
use super::store::{Item, Parcel};
use crate::trace::{EventId, Kind, Site, TaskId};
use std::collections::VecDeque;

/// A message under way; it comes by the event of its sending until it lands.
pub(crate) struct Flight {
    pub parcel: Parcel,
    pub site: Site,
    pub deadline: u64,
    pub rank: u64,
}

/// So many lanes are kept although nothing is under way on them.
const KEPT_LANES: usize = 8;

impl Channel<'_> {
    /// Numbers a message and records that it was sent; what becomes of it.
    fn record_send(&mut self, task: TaskId, code: u32, site: Site) -> (u64, Option<EventId>, Mishap) {
        let queue = self.queue();
        queue.sent += 1;
        let (id, nth, numbers) = (queue.id, queue.sent, queue.numbers());
        let message = u64::from(nth) << 32 | u64::from(code);
        let core = &mut *self.core;
        if core.plan.counts_messages() {
            core.ledger.change(numbers);
        }
        let cause = core.tasks[task as usize].last;
        let event = core.emit_as(task, Kind::Send, id, message, cause, Some(site));
        core.messages += 1;
        if core.messages > core.setting.limits.messages {
            core.reach(Limit::Messages);
        }
        let mishap = core.mishap(id, nth);
        if mishap.dropped {
            core.emit_as(task, Kind::Lose, id, message, event, Some(site));
            core.messages -= 1;
        }
        if mishap.duplicated && !mishap.dropped {
            core.messages += 1;
        }
        (message, event, mishap)
    }

    /// A message takes effect: it sets out, is handed over or is put into the buffer.
    pub fn send(&mut self, task: TaskId, item: Item, site: Site) {
        let Item { ticket, code, content } = item;
        let (message, came, mishap) = self.record_send(task, code, site);
        if mishap.dropped {
            self.core.lost.push(ticket);
            return self.settle();
        }
        let parcel = Parcel { ticket, message, content, came };
        self.dispatch(task, parcel, site, mishap.delay);
        if mishap.duplicated {
            self.queue().copies.push(ticket);
            self.dispatch(task, parcel, site, mishap.delay);
        }
    }

    fn dispatch(&mut self, sender: TaskId, parcel: Parcel, site: Site, delay: u64) {
        let lane = self.lane(sender);
        let queue = &mut self.core.channels.all[self.id as usize];
        // Also at once if an earlier one of this sender is still under way: it is not to be overtaken.
        let is_behind = lane.is_ok_and(|lane| !queue.flights[lane].1.is_empty());
        if queue.latency.is_none() && delay == 0 && !is_behind {
            return self.deliver(parcel);
        }
        let lane = lane.unwrap_or_else(|place| {
            queue.flights.insert(place, (sender, VecDeque::new()));
            place
        });
        self.core.ledger.add(queue.air());
        queue.in_air += 1;
        let (id, name, latency) = (queue.id, queue.name, queue.latency.unwrap_or(0));
        let own = self.core.clock().saturating_add(latency).saturating_add(delay);
        let rank = self.core.timers.message_rank();
        let flights = &mut self.queue().flights[lane].1;
        let deadline = flights.back().map_or(own, |ahead| own.max(ahead.deadline));
        let is_first = flights.is_empty();
        flights.push_back(Flight { parcel, site, deadline, rank });
        if is_first {
            self.core.set_landing(id, name, sender, deadline, rank);
        }
    }

    /// The first message of a sender lands.
    pub fn land(&mut self, timer: TimerId) {
        let sender = self.core.timers.get(timer).task;
        let lane = self.lane(sender);
        let queue = self.queue();
        let (id, name, air) = (queue.id, queue.name, queue.air());
        let Ok(lane) = lane else { return };
        let flights = &mut queue.flights[lane].1;
        let Some(flight) = flights.pop_front() else { return };
        let next = flights.front().map(|next| (next.deadline, next.rank));
        queue.in_air -= 1;
        if next.is_none() && queue.flights.len() > KEPT_LANES {
            queue.flights.remove(lane);
        }
        let core = &mut *self.core;
        core.ledger.add(air);
        core.remove_timer(timer);
        if let Some((deadline, rank)) = next {
            let deadline = deadline.max(core.clock());
            core.set_landing(id, name, sender, deadline, rank);
        }
        let to = core.trace.channels[id as usize].receiver.unwrap_or(sender);
        let Parcel { message, came: sent, .. } = flight.parcel;
        let came = core.emit_as(to, Kind::Arrive, id, message, sent, Some(flight.site));
        self.deliver(Parcel { came, ..flight.parcel });
    }

    /// Where the lane of a sender is, or would be.
    fn lane(&mut self, sender: TaskId) -> Result<usize, usize> {
        self.queue().flights.binary_search_by_key(&sender, |(sender, _)| *sender)
    }
}
