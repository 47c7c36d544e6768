//! What can be waited for at a channel: sending, receiving, and that it is empty.

use super::super::Runtime;
use super::super::ends::Blocked;
use super::super::operation::{Operation, WaitId, sealed::Sealed};
use super::state::{Parked, Shared, State};
use super::{Closed, Message};
use crate::trace::Site;

/// Sending; see [`Sender::send`](super::Sender::send).
pub struct Send<T: Message> {
    pub(super) state: Shared<T>,
    pub(super) value: Option<T>,
}

impl<T: Message> Sealed for Send<T> {}

impl<T: Message> Operation for Send<T> {
    type Output = Result<(), Closed>;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        self.state.borrow_mut().has_room(rt)
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Self::Output> {
        let mut state = self.state.borrow_mut();
        rt.ledger().observe_of(state.name, u64::from(state.closed));
        if state.closed {
            return Some(Err(Closed));
        }
        let task = rt.core().current;
        if let Some(value) = self.value.take() {
            let content = State::content_of(rt, &value);
            state.send(rt, task, value, content, site);
        }
        Some(Ok(()))
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, site: Site) {
        let mut state = self.state.borrow_mut();
        if let Some(value) = self.value.take() {
            let content = State::content_of(rt, &value);
            state.senders.push_back(Parked { wait, arm, value, content, site });
        }
        rt.ledger().change(state.object);
        rt.core().waits_on(wait, arm, Blocked::Send(state.id));
    }

    fn finish(&mut self, rt: &Runtime, wait: WaitId, _: Site) -> Self::Output {
        let mut state = self.state.borrow_mut();
        let refused = state.refused.iter().position(|other| *other == wait);
        rt.ledger().observe_of(state.name, u64::from(refused.is_some()));
        match refused {
            Some(place) => {
                state.refused.swap_remove(place);
                Err(Closed)
            }
            None => Ok(()),
        }
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        let mut state = self.state.borrow_mut();
        rt.ledger().change(state.object);
        if let Some(place) = state.senders.iter().position(|parked| parked.wait == wait) {
            state.senders.remove(place);
        }
    }
}

/// Receiving; see [`Receiver::recv`](super::Receiver::recv).
pub struct Receive<T: Message> {
    pub(super) state: Option<Shared<T>>,
}

impl<T: Message> Sealed for Receive<T> {}

impl<T: Message> Operation for Receive<T> {
    type Output = Option<T>;

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        let Some(state) = &self.state else { return false };
        state.borrow_mut().has_something(rt)
    }

    fn take(&mut self, rt: &Runtime, site: Site) -> Option<Option<T>> {
        let mut state = self.state.as_ref()?.borrow_mut();
        match state.take(rt) {
            Some(parcel) => Some(state.received(rt, Some(parcel), site)),
            None if state.is_over(rt) => Some(state.received(rt, None, site)),
            None => None,
        }
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        let Some(state) = &self.state else {
            rt.core().waits_on(wait, arm, Blocked::Never);
            return;
        };
        let mut state = state.borrow_mut();
        rt.ledger().change(state.object);
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
        rt.ledger().change(state.object);
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

/// Waiting for a channel to be empty; see [`Receiver::quiet`](super::Receiver::quiet).
pub struct Quiet<T: Message> {
    pub(super) state: Option<Shared<T>>,
}

impl<T: Message> Sealed for Quiet<T> {}

impl<T: Message> Operation for Quiet<T> {
    type Output = ();

    fn is_ready(&mut self, rt: &Runtime) -> bool {
        self.state.as_ref().is_none_or(|state| state.borrow().is_quiet(rt))
    }

    fn take(&mut self, rt: &Runtime, _: Site) -> Option<()> {
        rt.ledger().observe(1);
        Some(())
    }

    fn park(&mut self, rt: &Runtime, wait: WaitId, arm: u8, _: Site) {
        if let Some(state) = &self.state {
            let mut state = state.borrow_mut();
            rt.ledger().change(state.object);
            state.quiet.push((wait, arm));
            rt.core().waits_on(wait, arm, Blocked::Quiet(state.id));
        }
    }

    fn finish(&mut self, rt: &Runtime, _: WaitId, _: Site) {
        rt.ledger().observe(1);
    }

    fn unpark(&mut self, rt: &Runtime, wait: WaitId) {
        if let Some(state) = &self.state {
            let mut state = state.borrow_mut();
            rt.ledger().change(state.object);
            state.quiet.remove(wait);
        }
    }
}
