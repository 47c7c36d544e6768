//! Who decides in an execution, and the record of what was decided: the explorer's end of the runtime.
//!
//! A forced move is no choice and is not recorded. The record is what a link's `schedule=` is made of.

use super::behaviour::Behaviour;
use super::hunt::Hunter;
use super::prove::Prover;
use crate::runtime::chooser::{Choose, Point};
use crate::runtime::follow::{Follow, Moment};
use crate::runtime::ledger::{Name, Touched};
use crate::runtime::setting::Model;
use std::cell::{RefCell, RefMut};
use std::rc::Rc;

/// One choice of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The candidate taken.
    pub pick: u32,
    /// How many there were.
    pub arity: u32,
}

/// Who decides.
pub enum Mind {
    /// Picks by the number of the choice, where it is told, and the candidate 0 elsewhere.
    Told(Told),
    /// The systematic search.
    Proves(Box<Prover>),
    /// The search by chance.
    Hunts(Box<Hunter>),
}

/// Picks as told, at some of the choices, in order. What does not fit is taken modulo the arity.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// (number of the choice, pick).
    pub picks: Vec<(u32, u32)>,
    /// After this many choices somebody else goes on.
    pub until: Option<(u32, Box<Hunter>)>,
    next: usize,
}

impl Told {
    /// These picks, and 0 elsewhere.
    pub fn new(picks: Vec<(u32, u32)>) -> Self {
        Told { picks, until: None, next: 0 }
    }

    fn pick(&mut self, number: u32, arity: u32) -> u32 {
        match self.picks.get(self.next) {
            Some((at, pick)) if *at == number => {
                self.next += 1;
                pick % arity
            }
            _ => 0,
        }
    }
}

/// An execution under way.
pub struct Walk {
    /// Who decides.
    pub mind: Mind,
    /// What was decided.
    pub choices: Vec<Choice>,
    /// The partial order of the steps so far, if account is kept of what they touch.
    pub behaviour: Behaviour,
    /// The moment of each choice in nanoseconds, if that is wanted.
    pub times: Option<Vec<u64>>,
    /// How many steps there were.
    pub steps: u32,
    mover: Name,
    now: u64,
    is_timed: bool,
    /// How often it was asked within this step whether a fault strikes.
    asked: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Walk {
            mind: Mind::Told(Told::default()),
            choices: Vec::new(),
            behaviour: Behaviour::default(),
            times: None,
            steps: 0,
            mover: 0,
            now: 0,
            is_timed: true,
            asked: 0,
        }
    }
}

impl Walk {
    /// A new execution begins.
    pub fn begin(&mut self, model: Model) {
        self.choices.clear();
        self.behaviour.begin();
        self.steps = 0;
        self.now = 0;
        self.is_timed = model == Model::Timed;
        if let Some(times) = &mut self.times {
            times.clear();
        }
        match &mut self.mind {
            Mind::Told(told) => told.next = 0,
            Mind::Proves(prover) => prover.begin(),
            Mind::Hunts(_) => {}
        }
    }

    fn record(&mut self, pick: u32, arity: u32) {
        self.choices.push(Choice { pick, arity });
        if let Some(times) = &mut self.times {
            times.push(self.now);
        }
    }
}

/// A walk as the runtime and the search share it.
#[derive(Clone, Default)]
pub struct Walker(Rc<RefCell<Walk>>);

impl Walker {
    /// The walk.
    pub fn borrow(&self) -> RefMut<'_, Walk> {
        self.0.borrow_mut()
    }
}

impl Choose for Walker {
    fn choose(&mut self, point: Point<'_>) -> u32 {
        let mut walk = self.borrow();
        let (number, arity) = (walk.choices.len() as u32, point.arity());
        let pick = match &mut walk.mind {
            Mind::Told(told) => match &mut told.until {
                Some((until, hunter)) if number >= *until => hunter.within(point),
                _ => told.pick(number, arity),
            },
            Mind::Proves(prover) => prover.within(point),
            Mind::Hunts(hunter) => hunter.within(point),
        };
        match point {
            Point::Fault(_) => {
                walk.asked += 1;
                // Not to strike is as if there had been nothing to ask.
                if pick != 0 {
                    let asked = walk.asked;
                    walk.behaviour.vary(asked << 1 | 1);
                }
            }
            _ => walk.behaviour.vary(u64::from(pick) << 1),
        }
        walk.record(pick, arity);
        pick
    }
}

impl Follow for Walker {
    #[inline]
    fn pick(&mut self, moment: &Moment<'_>) -> Option<u32> {
        let mut walk = self.borrow();
        let walk = &mut *walk;
        let (number, arity) = (walk.choices.len() as u32, moment.candidates.len() as u32);
        walk.now = moment.now;
        let pick = match &mut walk.mind {
            Mind::Told(told) => match &mut told.until {
                Some((until, hunter)) if number >= *until => hunter.step(moment),
                _ if arity > 1 => told.pick(number, arity),
                _ => 0,
            },
            Mind::Proves(prover) => prover.step(moment)?,
            Mind::Hunts(hunter) => hunter.step(moment),
        };
        if arity > 1 {
            walk.record(pick, arity);
        }
        walk.mover = moment.name(pick);
        Some(pick)
    }

    #[inline]
    fn stepped(&mut self, touched: Option<&mut Touched<'_>>) {
        let mut walk = self.borrow();
        let walk = &mut *walk;
        walk.steps += 1;
        walk.asked = 0;
        let Some(touched) = touched else {
            if let Mind::Hunts(hunter) = &mut walk.mind {
                hunter.stepped(walk.mover, || unreachable!("who asks what a step touches has account kept"));
            }
            return;
        };
        let now = if walk.is_timed { walk.now } else { 0 };
        let mut touch = || walk.behaviour.touch(touched);
        match &mut walk.mind {
            Mind::Told(_) => {}
            Mind::Proves(prover) => prover.stepped(walk.mover, touch()),
            Mind::Hunts(hunter) => hunter.stepped(walk.mover, touch),
        }
        walk.behaviour.step(walk.mover, now, touched);
    }
}
