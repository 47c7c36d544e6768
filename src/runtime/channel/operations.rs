//! What can be waited for at a channel: sending, receiving, and that it is empty.

use super::super::Runtime;
use super::super::ends::Blocked;
use super::super::operation::{Operation, WaitId, sealed::Sealed};
use super::store::Parked;
use super::values::Shared;
use super::{Closed, Message};
use crate::trace::{ChannelId, Site};

/// Sending; see [`Sender::send`](super::Sender::send).
pub struct Send<T: Message> {
    pub(super) values: Shared<T>,
    /// None once it is sent or parked.
    pub(super) value: Option<T>,
}

impl<T: Message> Sealed for Send<T> {}

impl<T: Message> Operation for Send<T> {
    type Output = Result<(), Closed>;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        rt.core().channel(self.values.id()).has_room()
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Self::Output> {
        if rt.core().channel(self.values.id()).is_closed() {
            return Some(Err(Closed));
        }
        if let Some(value) = self.value.take() {
            self.values.send(rt, value, site);
        }
        Some(Ok(()))
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, site: Site) {
        let item = self.value.take().map(|value| self.values.keep(rt, value));
        let parked = item.map(|item| Parked { wait, arm, item, site });
        rt.core().channel(self.values.id()).park_send(wait, arm, parked);
    }

    fn finish(&mut self, rt: &Runtime, wait: WaitId, _: Site) -> Self::Output {
        if rt.core().channel(self.values.id()).is_refused(wait) { Err(Closed) } else { Ok(()) }
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        let ticket = rt.core().channel(self.values.id()).withdraw_send(wait);
        drop(ticket.and_then(|ticket| self.values.take(ticket)));
    }
}

/// Receiving; see [`Receiver::recv`](super::Receiver::recv).
pub struct Receive<T: Message> {
    pub(super) values: Option<Shared<T>>,
}

impl<T: Message> Sealed for Receive<T> {}

impl<T: Message> Operation for Receive<T> {
    type Output = Option<T>;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        let Some(values) = &self.values else { return false };
        rt.core().channel(values.id()).has_something()
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Option<T>> {
        let values = self.values.as_ref()?;
        let mut core = rt.core();
        let received = core.channel(values.id()).receive(site);
        values.drop_lost(core);
        received.map(|received| received.and_then(|received| values.give(received)))
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        let mut core = rt.core();
        match &self.values {
            Some(values) => core.channel(values.id()).park_receive(wait, arm),
            None => core.waits_on(wait, arm, Blocked::Never),
        }
    }

    fn finish(&mut self, rt: &Runtime, wait: WaitId, site: Site) -> Option<T> {
        let values = self.values.as_ref()?;
        let received = rt.core().channel(values.id()).receive_handed(wait, site);
        values.give(received?)
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        if let Some(values) = &self.values {
            rt.core().channel(values.id()).withdraw_receive(wait);
        }
    }
}

/// Waiting for a channel to be empty; see [`Receiver::quiet`](super::Receiver::quiet).
pub struct Quiet {
    pub(super) channel: Option<ChannelId>,
}

impl Sealed for Quiet {}

impl Operation for Quiet {
    type Output = ();

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        self.channel.is_none_or(|channel| rt.core().channel(channel).is_quiet())
    }

    fn take(&mut self, rt: &Runtime, _: Site) -> Option<()> {
        rt.ledger().observe(1);
        Some(())
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        if let Some(channel) = self.channel {
            rt.core().channel(channel).park_quiet(wait, arm);
        }
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, _: Site) {
        rt.ledger().observe(1);
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        if let Some(channel) = self.channel {
            rt.core().channel(channel).withdraw_quiet(wait);
        }
    }
}
