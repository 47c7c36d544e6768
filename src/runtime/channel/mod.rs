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

mod message;
mod operations;
mod state;
mod transit;

pub use message::Message;
pub use operations::{Quiet, Receive, Send};
pub(crate) use state::Landing;

use super::Runtime;
use super::ends::Limit;
use super::ledger::common;
use super::operation::Op;
use crate::trace::{ChannelId, ChannelInfo, Kind, nanos};
use state::{Shared, State};
use std::any::Any;
use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

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
        let (id, channel_name, object) = {
            let mut core = self.core();
            core.ledger.change(common::CHANNELS);
            // The last bits tell the objects of a channel apart.
            let channel_name = core.christen() & !3;
            core.has_hidden_state |= core.is_in_lap() && core.channels.contains(&channel_name);
            core.channels.push(channel_name);
            let object = core.ledger.register(channel_name, 4);
            let id = core.trace.channels.len() as ChannelId;
            if id >= core.setting.limits.objects {
                core.reach(Limit::Objects);
            }
            let (name, _) = core.trace.channel_names.unique(name);
            core.trace.channels.push(ChannelInfo { name, describe: T::describe, reason: T::reason, receiver: None });
            (id, channel_name, object)
        };
        let left = self.0.landings.borrow_mut().take_left();
        let left = left.and_then(|left| (left as Rc<dyn Any>).downcast::<RefCell<State<T>>>().ok());
        let state: Shared<T> = left.filter(|left| Rc::strong_count(left) == 1).unwrap_or_default();
        state.borrow_mut().begin(id, channel_name, object, capacity, latency);
        self.0.landings.borrow_mut().push(state.clone());
        (Sender(state.clone()), Receiver(Some(state)))
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
        let has_room = state.has_room(rt);
        rt.ledger().observe_of(state.name, u64::from(state.closed) << 1 | u64::from(has_room));
        if state.closed {
            return Err(Refused::Closed);
        }
        if !has_room {
            let code = u64::from(value.code());
            rt.core().emit(Kind::Refuse, state.id, code, Some(site));
            return Err(Refused::Full);
        }
        let task = rt.core().current;
        let content = State::content_of(rt, &value);
        state.send(rt, task, value, content, site);
        Ok(())
    }

    /// Whether everything that was sent has been taken: nothing is under way and nothing waits.
    pub fn is_quiet(&self, rt: &Runtime) -> bool {
        let state = self.0.borrow();
        let is_quiet = state.is_quiet(rt);
        rt.ledger().observe_of(state.name, u64::from(is_quiet));
        is_quiet
    }

    /// Closes the channel: receivers get what is left or under way, then nothing; senders that wait get [`Closed`].
    /// Closing twice does nothing.
    #[track_caller]
    pub fn close(&self, rt: &Runtime) {
        let site = Location::caller();
        let mut state = self.0.borrow_mut();
        rt.ledger().change(state.closing());
        if std::mem::replace(&mut state.closed, true) {
            return;
        }
        rt.ledger().change(state.object);
        let event = rt.core().emit(Kind::Close, state.id, 0, Some(site));
        if state.is_over(rt) {
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
