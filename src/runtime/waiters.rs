//! Who waits for one thing, in the order they came: nobody or one as a rule, and that takes no room of its own.

use super::operation::WaitId;

/// A parked operation, and which of its arms.
pub(crate) type Waiter = (WaitId, u8);

#[derive(Default)]
pub(crate) struct Waiters {
    first: Option<Waiter>,
    /// Behind the first; empty if there is none.
    rest: Vec<Waiter>,
}

impl Waiters {
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub fn push(&mut self, waiter: Waiter) {
        match self.first {
            None => self.first = Some(waiter),
            Some(_) => self.rest.push(waiter),
        }
    }

    /// Takes back what a wait has registered.
    pub fn remove(&mut self, wait: WaitId) {
        self.rest.retain(|(other, _)| *other != wait);
        if self.first.is_some_and(|(first, _)| first == wait) {
            self.first = (!self.rest.is_empty()).then(|| self.rest.remove(0));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = Waiter> + '_ {
        self.first.iter().chain(&self.rest).copied()
    }

    /// All of them; nobody waits any more.
    pub fn take(&mut self) -> impl Iterator<Item = Waiter> + use<> {
        self.first.take().into_iter().chain(std::mem::take(&mut self.rest))
    }
}
