//! Whoever decides where several things could happen next. Candidate 0 is what the canonical rules would do.

use super::random::{below, stream};
use super::setting::{Deviation, Order};
use super::timers::TimerId;
use crate::trace::{Fingerprint, TaskId};
use rand_pcg::Pcg32;

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// A ready task is polled.
    Task(TaskId),
    /// A timer fires; the number of its slot.
    Timer(TimerId),
}

/// A point with two or more candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point<'a> {
    /// Who moves: ready tasks, then timers.
    Step(&'a [Candidate]),
    /// Which ready arm a select of this task takes, of so many, in source order.
    Select(TaskId, u32),
    /// Whether a fault strikes this task or channel: 0 no, 1 yes.
    Fault(u32),
}

impl Point<'_> {
    /// How many candidates there are.
    pub fn arity(&self) -> u32 {
        match self {
            Point::Step(candidates) => candidates.len() as u32,
            Point::Select(_, arms) => *arms,
            Point::Fault(_) => 2,
        }
    }
}

/// Somebody who chooses; the explorer is one.
pub trait Choose {
    /// A number below the point's arity.
    fn choose(&mut self, point: Point<'_>) -> u32;
}

/// The canonical rules.
pub struct Canonical;

impl Choose for Canonical {
    fn choose(&mut self, _: Point<'_>) -> u32 {
        0
    }
}

/// Every choice drawn from the seed. Faults that only may strike do not.
pub struct Seeded(Pcg32);

impl Seeded {
    /// The chooser of a seed; its stream is apart from those of the draws.
    pub fn new(seed: u64) -> Self {
        Seeded(stream(seed, Fingerprint::hash("order")))
    }
}

impl Choose for Seeded {
    fn choose(&mut self, point: Point<'_>) -> u32 {
        match point {
            Point::Fault(_) => 0,
            _ => below(&mut self.0, u64::from(point.arity())) as u32,
        }
    }
}

/// A recorded choice that does not fit the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Which deviation, from 0.
    pub deviation: u32,
    /// At which choice of the run, from 0.
    pub choice: u64,
    /// The arity that was recorded.
    pub recorded: u32,
    /// The arity that was met; none if the run ended before.
    pub met: Option<u32>,
}

/// Recorded deviations from another chooser.
pub struct Recorded {
    base: Box<dyn Choose>,
    deviations: Vec<Deviation>,
    done: usize,
    gap: u32,
}

impl Recorded {
    /// Deviations from what `order` would choose.
    pub fn new(order: Order, seed: u64, deviations: Vec<Deviation>) -> Self {
        let base: Box<dyn Choose> = match order {
            Order::Canonical => Box::new(Canonical),
            Order::Seeded => Box::new(Seeded::new(seed)),
        };
        Recorded { base, deviations, done: 0, gap: 0 }
    }

    /// The pick at a choice point, or why the record does not fit. The base chooses too, so that its draws keep step.
    pub fn pick(&mut self, point: Point<'_>, choice: u64) -> Result<u32, Misfit> {
        let usual = self.base.choose(point);
        let Some(deviation) = self.deviations.get(self.done) else { return Ok(usual) };
        if self.gap < deviation.gap {
            self.gap += 1;
            return Ok(usual);
        }
        if deviation.arity != point.arity() || deviation.pick >= deviation.arity {
            return Err(Misfit {
                deviation: self.done as u32,
                choice,
                recorded: deviation.arity,
                met: Some(point.arity()),
            });
        }
        self.done += 1;
        self.gap = 0;
        Ok(deviation.pick)
    }

    /// How many deviations were made so far.
    pub fn made(&self) -> usize {
        self.done
    }

    /// What is left over at the end of a run.
    pub fn left_over(&self, choice: u64) -> Option<Misfit> {
        let deviation = self.deviations.get(self.done)?;
        Some(Misfit { deviation: self.done as u32, choice, recorded: deviation.arity, met: None })
    }
}
