//! The search by chance: random walk, POS, PCT, URW, and the portfolio of them. Execution `i` depends on (seed, `i`)
//! and the canonical run alone.
//!
//! Time is a mover among the others: a pending timer has a priority of its own, as a task has.

use super::behaviour::Touch;
use crate::runtime::chooser::Point;
use crate::runtime::follow::Moment;
use crate::runtime::ledger::{Name, mix};
use std::rc::Rc;

/// How an execution is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Any candidate, at every step.
    Walk,
    /// Partial order sampling (Yuan, Yang, Gu 2018): each step has a random priority, drawn anew when it races with
    /// the step that was made.
    Pos,
    /// Probabilistic concurrency testing (Burckhardt et al. 2010): random priorities of movers, lowered at `depth` − 1
    /// random moments.
    Pct {
        /// How many orderings a bug needs.
        depth: u32,
    },
    /// Uniform random walk (Zhao et al. 2025): a mover is taken as often as it has steps left in the canonical run.
    Urw,
}

impl Draw {
    /// What the portfolio draws execution `i` with.
    pub fn of_portfolio(i: u64) -> Draw {
        match i % 4 {
            0 => Draw::Pos,
            1 => Draw::Pct { depth: (i / 4 % 4) as u32 + 1 },
            2 => Draw::Urw,
            _ => Draw::Walk,
        }
    }
}

/// What the canonical run is like: what PCT and URW need to know beforehand.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// How many steps it has.
    pub steps: u32,
    /// How many of them each mover makes.
    pub movers: Vec<(Name, u32)>,
}

/// A fault that may strike does so one time in so many.
const STRIKES_ONE_IN: u64 = 8;

/// An execution so many times as long as the canonical run goes on as a random walk.
const FAIR_AFTER: u32 = 4;

/// An execution drawn at random.
#[derive(Clone, Debug)]
pub struct Hunter {
    draw: Draw,
    random: u64,
    profile: Rc<Profile>,
    /// By mover: its priority (PCT, POS) or how many steps it has made (URW).
    numbers: Vec<(Name, u64)>,
    /// By mover: what its last step touched (POS).
    touches: Vec<(Name, Touch)>,
    steps: u32,
    /// PCT: at which steps the priority of whoever moves is lowered, and how many of them are past.
    changes: Vec<u32>,
    lowered: u64,
    /// Learns the canonical run: candidate 0 always.
    learns: bool,
}

impl Hunter {
    /// The hunter of the canonical run, which learns what it is like.
    pub fn learning() -> Self {
        Hunter { learns: true, ..Hunter::new(Draw::Walk, 0, 0, Rc::default()) }
    }

    /// The hunter of execution `i` under a seed.
    pub fn new(draw: Draw, seed: u64, i: u64, profile: Rc<Profile>) -> Self {
        let mut hunter = Hunter {
            draw,
            random: 0,
            profile,
            numbers: Vec::new(),
            touches: Vec::new(),
            steps: 0,
            changes: Vec::new(),
            lowered: 0,
            learns: false,
        };
        hunter.restart(draw, seed, i);
        hunter
    }

    /// Turns to execution `i`, keeping what it has allocated.
    pub fn restart(&mut self, draw: Draw, seed: u64, i: u64) {
        self.draw = draw;
        self.random = mix(mix(0x4845_4152_5452_4143, seed), i);
        self.numbers.clear();
        self.touches.clear();
        self.changes.clear();
        (self.steps, self.lowered) = (0, 0);
        if let Draw::Pct { depth } = draw {
            let length = u64::from(self.profile.steps.max(1));
            for _ in 1..depth {
                let at = self.below(length) as u32;
                self.changes.push(at);
            }
        }
    }

    /// What the learning hunter has learned.
    pub fn learned(&self) -> Profile {
        let movers = self.numbers.iter().map(|(name, count)| (*name, *count as u32));
        Profile { steps: self.steps, movers: movers.collect() }
    }

    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.random, 0)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.random()) * u128::from(n)) >> 64) as u64
    }

    pub(super) fn within(&mut self, point: Point<'_>) -> u32 {
        match point {
            _ if self.learns => 0,
            Point::Fault(_) => u32::from(self.below(STRIKES_ONE_IN) == 0),
            _ => self.below(u64::from(point.arity())) as u32,
        }
    }

    #[inline]
    pub(super) fn step(&mut self, moment: &Moment<'_>) -> u32 {
        let arity = moment.candidates.len();
        if arity == 1 || self.learns {
            return 0;
        }
        // Priorities are not fair: one who runs in circles would keep all others from moving for ever.
        let draw = if self.steps > FAIR_AFTER * (self.profile.steps + 10) { Draw::Walk } else { self.draw };
        match draw {
            Draw::Walk => self.below(arity as u64) as u32,
            Draw::Pos => self.highest(moment),
            Draw::Pct { .. } => {
                let pick = self.highest(moment);
                if !self.changes.contains(&self.steps) {
                    return pick;
                }
                // The priority of who would have moved becomes the lowest of all.
                self.lowered += 1;
                let lowest = (1 << 20) - self.lowered;
                *entry(&mut self.numbers, moment.name(pick)).expect("it has a priority") = lowest;
                self.highest(moment)
            }
            Draw::Urw => {
                let left: Vec<u64> = moment.names().map(|name| self.left(name)).collect();
                let mut at = self.below(left.iter().sum());
                let taken = left.iter().position(|left| match at.checked_sub(*left) {
                    Some(rest) => {
                        at = rest;
                        false
                    }
                    None => true,
                });
                taken.unwrap_or(0) as u32
            }
        }
    }

    /// The candidate with the highest priority; who has none is given one, above those that were lowered.
    fn highest(&mut self, moment: &Moment<'_>) -> u32 {
        let mut highest = (0, 0);
        let arity = moment.candidates.len();
        for (index, name) in moment.names().enumerate() {
            let priority = match entry(&mut self.numbers, name) {
                Some(priority) => *priority,
                None => {
                    let priority = self.random() | 1 << 20;
                    self.numbers.push((name, priority));
                    priority
                }
            };
            highest = highest.max((priority, arity - index));
        }
        (arity - highest.1) as u32
    }

    /// How many steps a mover has left in the canonical run, at least one.
    fn left(&self, name: Name) -> u64 {
        let total = self.profile.movers.iter().find(|(known, _)| *known == name).map_or(0, |(_, steps)| *steps);
        let made = self.numbers.iter().find(|(known, _)| *known == name).map_or(0, |(_, made)| *made);
        u64::from(total).saturating_sub(made).max(1)
    }

    #[inline]
    pub(super) fn stepped(&mut self, mover: Name, touch: impl FnOnce() -> Touch) {
        self.steps += 1;
        if self.learns || self.draw == Draw::Urw {
            match entry(&mut self.numbers, mover) {
                Some(made) => *made += 1,
                None => self.numbers.push((mover, 1)),
            }
        } else if self.draw == Draw::Pos {
            let touch = touch();
            // Who would race with this step, as far as its last one tells, is drawn anew; and the mover itself.
            let touches = &self.touches;
            let races = |name: Name| match touches.iter().find(|(known, _)| *known == name) {
                Some((_, last)) => name == mover || !last.commutes(&touch),
                None => name == mover,
            };
            self.numbers.retain(|(name, _)| !races(*name));
            match entry(&mut self.touches, mover) {
                Some(last) => *last = touch,
                None => self.touches.push((mover, touch)),
            }
        }
    }
}

fn entry<T>(list: &mut [(Name, T)], name: Name) -> Option<&mut T> {
    list.iter_mut().find(|(known, _)| *known == name).map(|(_, value)| value)
}
