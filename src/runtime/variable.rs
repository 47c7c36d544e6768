//! A variable that several tasks share: looking at it is a read, changing it a change, and the explorer knows of both.
//!
//! Tasks may share anything, for they run one at a time; but of what they share by other means than the runtime's the
//! explorer does not know, and cannot tell which of their steps commute. What the value is follows from what those knew
//! who have changed it, so that a hash of that stands for the value, whatever its type.

use super::Runtime;
use super::ledger::{Ledger, Name, Object};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

struct Held<T> {
    value: RefCell<T>,
    /// What was known to whoever changed it last, who knew of the changes before.
    content: Cell<u64>,
    name: Name,
    object: Object,
    ledger: Rc<Ledger>,
}

/// A variable that several tasks share. Clones are the same variable.
pub struct Variable<T>(Rc<Held<T>>);

impl<T> Clone for Variable<T> {
    fn clone(&self) -> Self {
        Variable(self.0.clone())
    }
}

impl<T> Variable<T> {
    /// A variable of the task that makes it, to begin with.
    pub fn new(rt: &Runtime, value: T) -> Self {
        let mut core = rt.core();
        let name = core.christen();
        let ledger = core.ledger.clone();
        let object = ledger.register(name, 1);
        Variable(Rc::new(Held { value: RefCell::new(value), content: Cell::new(0), name, object, ledger }))
    }

    /// Looks at the value.
    ///
    /// # Panics
    /// If this is called while it is being changed: a bug of whoever calls it.
    pub fn read<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let held = &*self.0;
        held.ledger.read(held.object);
        held.ledger.observe_of(held.name, held.content.get());
        look(&held.value.borrow())
    }

    /// Changes the value, in one step; whoever changes it may look at it as well.
    ///
    /// # Panics
    /// If this is called while somebody looks at it: a bug of whoever calls it.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let held = &*self.0;
        held.ledger.change(held.object);
        held.ledger.observe_of(held.name, held.content.get());
        held.content.set(held.ledger.replace(held.name, held.content.get()));
        change(&mut held.value.borrow_mut())
    }
}

impl<T: Clone> Variable<T> {
    /// A copy of the value.
    pub fn get(&self) -> T {
        self.read(T::clone)
    }
}

impl<T> Variable<T> {
    /// Puts another value in its place.
    pub fn set(&self, value: T) {
        let old = self.change(|place| std::mem::replace(place, value));
        // Its destructor finds the variable free.
        drop(old);
    }
}
