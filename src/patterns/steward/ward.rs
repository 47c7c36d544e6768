//! What a steward watches: a ward is a way to begin a life; a life is told when to stop and gives signs.
//!
//! A steward is begun in the same way, so a steward can watch a steward.

use super::Exit;
use crate::patterns::cancel::Context;
use crate::runtime::{Receiver, Runtime, Task};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// What a life is given.
#[derive(Clone)]
pub struct Life {
    /// It shall stop when this is cancelled.
    pub context: Context,
    /// How often it is asked to pulse.
    pub pulse: Duration,
    /// Which life of its ward it is, from 1.
    pub epoch: u32,
}

/// What a life gives.
pub struct Signs {
    /// Its pulses, each with the units of work done so far; [`Receiver::absent`] if it gives none.
    pub heartbeat: Receiver<u32>,
    /// Its task.
    pub task: Rc<Task<Exit>>,
}

/// A way to begin a life.
type Begin = Rc<dyn Fn(&Runtime, Life) -> Signs>;

/// A ward: begins a life, at once and without waiting. Clones are the same ward.
#[derive(Clone)]
pub struct Ward(Begin);

impl Ward {
    /// A ward whose lives begin so.
    pub fn new(begin: impl Fn(&Runtime, Life) -> Signs + 'static) -> Self {
        Ward(Rc::new(begin))
    }

    /// Begins a life.
    pub fn begin(&self, rt: &Runtime, life: Life) -> Signs {
        (self.0)(rt, life)
    }
}

/// Says which life counts: whatever an older one still brings is refused, so that a life that could not be
/// stopped does no harm. Clones are the same fence.
#[derive(Clone, Debug, Default)]
pub struct Fence(Rc<Cell<u32>>);

impl Fence {
    /// Only lives from this one on count. A fence never goes back.
    pub fn raise(&self, epoch: u32) {
        self.0.set(self.0.get().max(epoch));
    }

    /// Whether what this life brings still counts.
    pub fn admits(&self, epoch: u32) -> bool {
        epoch >= self.0.get()
    }
}
