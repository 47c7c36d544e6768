//! Stage, then commit: changes are made to a copy, and one step puts the copy in place. Nobody sees half of them.

use crate::runtime::{Runtime, Variable};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

struct Place<T> {
    value: Rc<T>,
    version: u64,
}

/// A value that several tasks share. Clones are the same value.
pub struct Shared<T>(Variable<Place<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<T: Clone> Shared<T> {
    /// A shared value, in its first version.
    pub fn new(rt: &Runtime, value: T) -> Self {
        Shared(Variable::new(rt, Place { value: Rc::new(value), version: 1 }))
    }

    /// The value as it is now. Whoever has it keeps this version, whatever is published meanwhile.
    pub fn read(&self) -> Rc<T> {
        self.0.read(|place| place.value.clone())
    }

    /// The number of the version that is read now, from 1.
    pub fn version(&self) -> u64 {
        self.0.read(|place| place.version)
    }

    /// Puts a value in place, whatever is there: fit for a single writer, or for one who holds a lock.
    pub fn write(&self, value: T) {
        let old = self.0.change(|place| {
            place.version += 1;
            std::mem::replace(&mut place.value, Rc::new(value))
        });
        // Its destructor finds the variable free.
        drop(old);
    }

    /// A copy to be changed and then published. Dropped instead, it leaves no trace.
    pub fn stage(&self) -> Staged<T> {
        Staged { shared: self.clone(), version: self.version(), copy: T::clone(&self.read()) }
    }
}

/// A copy of a shared value that is being changed.
#[must_use = "changes that are not published never happen"]
pub struct Staged<T> {
    shared: Shared<T>,
    version: u64,
    copy: T,
}

/// Somebody else has published meanwhile; the copy was made of what is no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// The version that the copy was made of.
    pub staged: u64,
    /// The version that is in place.
    pub found: u64,
}

impl<T: Clone> Staged<T> {
    /// Puts the copy in place, in one step.
    ///
    /// # Errors
    /// [`Outdated`] if another version has been published since the copy was made; nothing is changed then.
    pub fn publish(self) -> Result<(), Outdated> {
        let found = self.shared.version();
        if found != self.version {
            return Err(Outdated { staged: self.version, found });
        }
        self.shared.write(self.copy);
        Ok(())
    }
}

impl<T> Deref for Staged<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.copy
    }
}

impl<T> DerefMut for Staged<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.copy
    }
}
