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
//!
//! What happens in a channel is decided over tickets (`queue`, `transit`, `parking`, on what `store` knows); the `values`
//! themselves are put in once and taken out once. So there is little that depends on their type.

mod message;
mod operations;
mod parking;
mod queue;
mod store;
mod transit;
mod values;

pub use message::Message;
pub use operations::{Quiet, Receive, Send};
pub(crate) use store::{Channels, Ticket};
pub(crate) use values::Hold;

use super::Runtime;
use super::operation::Op;
use crate::trace::{ChannelId, ChannelInfo, Kind, nanos};
use std::any::Any;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;
use values::{Shared, Values};

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
        let id = {
            let mut core = self.core();
            let (name, _) = core.trace.channel_names.unique(name);
            let info = ChannelInfo { name, describe: T::describe, reason: T::reason, receiver: None };
            core.make_channel(info, capacity, latency)
        };
        let left = self.0.values.borrow_mut().take_left();
        let left = left.and_then(|left| (left as Rc<dyn Any>).downcast::<Values<T>>().ok());
        let values: Shared<T> = left.filter(|left| Rc::strong_count(left) == 1).unwrap_or_default();
        values.begin(id);
        self.0.values.borrow_mut().push(values.clone());
        (Sender(values.clone()), Receiver(Some(values)))
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
        Op::new(rt, Send { values: self.0.clone(), value: Some(value) }, Location::caller())
    }

    /// Sends if that is possible at once: a receiver is already waiting or there is room.
    ///
    /// # Errors
    /// [`Refused::Full`], recorded as an event, or [`Refused::Closed`].
    #[track_caller]
    pub fn try_send(&self, rt: &Runtime, value: T) -> Result<(), Refused> {
        let (site, id) = (Location::caller(), self.0.id());
        let (closed, has_room) = rt.core().channel(id).look_before_sending();
        if closed {
            return Err(Refused::Closed);
        }
        if !has_room {
            let code = u64::from(value.code());
            rt.core().emit(Kind::Refuse, id, code, Some(site));
            return Err(Refused::Full);
        }
        self.0.send(rt, value, site);
        Ok(())
    }

    /// Whether everything that was sent has been taken: nothing is under way and nothing waits.
    pub fn is_quiet(&self, rt: &Runtime) -> bool {
        rt.core().channel(self.0.id()).look_whether_quiet()
    }

    /// Closes the channel: receivers get what is left or under way, then nothing; senders that wait get [`Closed`].
    /// Closing twice does nothing.
    #[track_caller]
    pub fn close(&self, rt: &Runtime) {
        let parked = rt.core().channel(self.0.id()).close(Location::caller());
        parked.into_iter().for_each(|parked| drop(self.0.take(parked.item.ticket)));
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
        if let Some(values) = &self.0 {
            Sender(values.clone()).close(rt);
        }
    }

    fn id(&self) -> Option<ChannelId> {
        self.0.as_ref().map(|values| values.id())
    }

    /// Receives the next message; `None` once the channel is closed and empty.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing: a message that was already handed to it goes back to the head of the channel.
    #[track_caller]
    pub fn recv(&self, rt: &Runtime) -> Op<Receive<T>> {
        Op::new(rt, Receive { values: self.0.clone() }, Location::caller())
    }

    /// Takes the next message if there is one.
    #[track_caller]
    pub fn try_recv(&self, rt: &Runtime) -> Option<T> {
        let site = Location::caller();
        let values = self.0.as_ref()?;
        let mut core = rt.core();
        let parcel = core.channel(values.id()).take();
        let received = core.channel(values.id()).received(parcel, site);
        values.drop_lost(core);
        values.give(received?)
    }

    /// Waits until nothing is under way to this end and nothing waits to be taken.
    ///
    /// # Cancellation safety
    /// Dropping it loses nothing.
    #[track_caller]
    pub fn quiet(&self, rt: &Runtime) -> Op<Quiet> {
        Op::new(rt, Quiet { channel: self.id() }, Location::caller())
    }
}
