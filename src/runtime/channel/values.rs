//! Where the values of a channel lie while it holds them: all that there is of a channel for every type of message.

use super::super::Runtime;
use super::super::core::Core;
use super::super::ledger::mix;
use super::Message;
use super::store::{Item, Received, Ticket};
use crate::trace::{ChannelId, Site};
use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;

/// The values that a channel holds, by ticket.
pub(crate) struct Values<T> {
    id: Cell<ChannelId>,
    places: RefCell<Places<T>>,
}

struct Places<T> {
    all: Vec<Option<T>>,
    free: Vec<Ticket>,
}

pub(super) type Shared<T> = Rc<Values<T>>;

/// Values of whatever type.
pub(crate) trait Hold: Any {
    /// Drops every value, with nothing borrowed.
    fn empty(&self, rt: &Runtime);
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Values { id: Cell::new(0), places: RefCell::new(Places { all: Vec::new(), free: Vec::new() }) }
    }
}

impl<T> Values<T> {
    pub fn id(&self) -> ChannelId {
        self.id.get()
    }

    /// Becomes what a new channel holds: nothing.
    pub fn begin(&self, id: ChannelId) {
        self.id.set(id);
    }

    fn put(&self, value: T) -> Ticket {
        let mut places = self.places.borrow_mut();
        match places.free.pop() {
            Some(ticket) => {
                places.all[ticket as usize] = Some(value);
                ticket
            }
            None => {
                places.all.push(Some(value));
                (places.all.len() - 1) as Ticket
            }
        }
    }

    /// Takes a value out.
    pub fn take(&self, ticket: Ticket) -> Option<T> {
        let mut places = self.places.borrow_mut();
        let value = places.all.get_mut(ticket as usize)?.take();
        if value.is_some() {
            places.free.push(ticket);
        }
        value
    }

    /// Drops what faults have taken from the channel, with nothing borrowed.
    pub fn drop_lost(&self, mut core: RefMut<'_, Core>) {
        if core.lost.is_empty() {
            return;
        }
        let lost = std::mem::take(&mut core.lost);
        drop(core);
        lost.into_iter().for_each(|ticket| drop(self.take(ticket)));
    }
}

impl<T: Message> Values<T> {
    /// Keeps a value that is to be sent.
    pub fn keep(&self, rt: &Runtime, value: T) -> Item {
        let code = value.code();
        Item { ticket: self.put(value), code, content: content_of(rt, T::is_whole(), code) }
    }

    /// Sends a value of the current task.
    pub fn send(&self, rt: &Runtime, value: T, site: Site) {
        let item = self.keep(rt, value);
        let mut core = rt.core();
        let task = core.current;
        core.channel(self.id()).send(task, item, site);
        self.drop_lost(core);
    }

    /// Gives a value that was received.
    pub fn give(&self, received: Received) -> Option<T> {
        let ticket = received.ticket;
        if !received.is_copied {
            return self.take(ticket);
        }
        let value = self.places.borrow_mut().all.get_mut(ticket as usize)?.take()?;
        let copy = value.clone();
        self.places.borrow_mut().all[ticket as usize] = Some(value);
        Some(copy)
    }
}

/// What a value is, as far as the explorer can tell: its code if that says everything, else what its sender
/// knew when it was sent.
fn content_of(rt: &Runtime, is_whole: bool, code: u32) -> u64 {
    let ledger = rt.ledger();
    ledger.observe(0);
    let known = if is_whole { 0 } else { ledger.history() };
    mix(known, u64::from(code))
}

impl<T: Message> Hold for Values<T> {
    fn empty(&self, rt: &Runtime) {
        // A destructor finds nothing in the channel, and may put something there.
        loop {
            rt.core().channel(self.id()).queue().forget();
            let mut places = self.places.borrow_mut();
            places.free.clear();
            if places.all.iter().all(Option::is_none) {
                return places.all.clear();
            }
            let held = std::mem::take(&mut places.all);
            drop(places);
            drop(held);
        }
    }
}
