//! From the send to the landing: a message is numbered, a fault may strike it, and it is under way behind those that its
//! sender has sent before.

use super::super::Runtime;
use super::super::core::Core;
use super::super::ends::Limit;
use super::super::faults::Mishap;
use super::super::ledger::Object;
use super::super::timers::TimerId;
use super::Message;
use super::state::{Parcel, State};
use crate::trace::{EventId, Kind, Site, TaskId};
use std::collections::VecDeque;

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

/// So many lanes are kept although nothing is under way on them.
const KEPT_LANES: usize = 8;

impl<T: Message> State<T> {
    /// The object of what is under way.
    pub(super) fn air(&self) -> Object {
        self.object + 2
    }

    /// The object of the numbers of its messages.
    fn numbers(&self) -> Object {
        self.object + 3
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

    pub(super) fn land(&mut self, rt: &Runtime, timer: TimerId) {
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

    /// Where the lane of a sender is, or would be.
    fn lane(&self, sender: TaskId) -> Result<usize, usize> {
        self.flights.binary_search_by_key(&sender, |(sender, _)| *sender)
    }
}
