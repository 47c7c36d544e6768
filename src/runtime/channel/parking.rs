//! Who waits at a channel: an operation is parked there, told what came of it, or withdrawn.

use super::super::ends::Blocked;
use super::super::operation::WaitId;
use super::queue::Channel;
use super::store::{Parked, Received, Ticket};
use crate::trace::Site;

impl Channel<'_> {
    /// A send waits; nothing is parked if its value has been sent already.
    pub fn park_send(&mut self, wait: WaitId, arm: u8, parked: Option<Parked>) {
        let queue = &mut self.core.channels.all[self.id as usize];
        self.core.ledger.change(queue.object);
        queue.senders.extend(parked);
        self.core.waits_on(wait, arm, Blocked::Send(self.id));
    }

    /// A receive waits.
    pub fn park_receive(&mut self, wait: WaitId, arm: u8) {
        let queue = &mut self.core.channels.all[self.id as usize];
        self.core.ledger.change(queue.object);
        queue.receivers.push_back((wait, arm));
        self.core.waits_on(wait, arm, Blocked::Receive(self.id));
        self.core.trace.channels[self.id as usize].receiver = Some(self.core.current);
    }

    /// Somebody waits for the channel to be empty.
    pub fn park_quiet(&mut self, wait: WaitId, arm: u8) {
        let queue = &mut self.core.channels.all[self.id as usize];
        self.core.ledger.change(queue.object);
        queue.quiet.push((wait, arm));
        self.core.waits_on(wait, arm, Blocked::Quiet(self.id));
    }

    /// Whether a close has turned a parked send away.
    pub fn is_refused(&mut self, wait: WaitId) -> bool {
        let queue = &mut self.core.channels.all[self.id as usize];
        let refused = queue.refused.iter().position(|other| *other == wait);
        if let Some(place) = refused {
            queue.refused.swap_remove(place);
        }
        self.core.ledger.observe_of(queue.name, u64::from(refused.is_some()));
        refused.is_some()
    }

    /// What a parked receive was given.
    pub fn receive_handed(&mut self, wait: WaitId, site: Site) -> Option<Received> {
        let queue = self.queue();
        let place = queue.handed.iter().position(|(other, _)| *other == wait)?;
        let (_, parcel) = queue.handed.swap_remove(place);
        self.received(parcel, site)
    }

    /// A send is withdrawn; gives its value, if that has not been sent.
    pub fn withdraw_send(&mut self, wait: WaitId) -> Option<Ticket> {
        let queue = &mut self.core.channels.all[self.id as usize];
        self.core.ledger.change(queue.object);
        let place = queue.senders.iter().position(|parked| parked.wait == wait)?;
        Some(queue.senders.remove(place)?.item.ticket)
    }

    /// A receive is withdrawn; what was handed to it goes to the next, or back to the head.
    pub fn withdraw_receive(&mut self, wait: WaitId) {
        let queue = &mut self.core.channels.all[self.id as usize];
        self.core.ledger.change(queue.object);
        queue.receivers.retain(|(other, _)| *other != wait);
        let Some(place) = queue.handed.iter().position(|(other, _)| *other == wait) else { return };
        if let (_, Some(parcel)) = queue.handed.swap_remove(place) {
            self.prune();
            match self.queue().receivers.pop_front() {
                Some((next, arm)) => {
                    self.core.commit(next, arm, parcel.came);
                    self.queue().handed.push((next, Some(parcel)));
                }
                None => self.queue().buffer.push_front(parcel),
            }
        }
    }

    /// Nobody waits any more for the channel to be empty.
    pub fn withdraw_quiet(&mut self, wait: WaitId) {
        let queue = &mut self.core.channels.all[self.id as usize];
        self.core.ledger.change(queue.object);
        queue.quiet.remove(wait);
    }
}
