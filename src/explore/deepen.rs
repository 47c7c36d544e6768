//! The fewest deviations: executions in the order of how many of their choices differ from the candidates 0.
//!
//! An execution's children have one deviation more, after its last one; so each set of deviations is tried exactly
//! once, those of n before those of n + 1, and the first execution of a kind that is met has the fewest.

use super::mind::Choice;
use std::collections::VecDeque;

/// A set of deviations: one, and those before it.
#[derive(Clone, Copy)]
struct Place {
    before: u32,
    number: u32,
    pick: u32,
}

const ROOT: u32 = u32::MAX;

/// The executions still to be tried.
#[derive(Default)]
pub struct Deepen {
    places: Vec<Place>,
    next: VecDeque<u32>,
    present: Option<u32>,
    budget: u64,
    begun: bool,
}

impl Deepen {
    /// At most so many executions.
    pub fn new(budget: u64) -> Self {
        Deepen { budget, ..Deepen::default() }
    }

    /// The picks of the next execution, as (number of the choice, pick); none if the budget is used up or there is none.
    pub fn next_picks(&mut self) -> Option<Vec<(u32, u32)>> {
        self.budget = self.budget.checked_sub(1)?;
        if !self.begun {
            self.begun = true;
            self.present = None;
            return Some(Vec::new());
        }
        let place = self.next.pop_front()?;
        self.present = Some(place);
        let mut picks = Vec::new();
        let mut at = place;
        while at != ROOT {
            let Place { before, number, pick, .. } = self.places[at as usize];
            picks.push((number, pick));
            at = before;
        }
        picks.reverse();
        Some(picks)
    }

    /// Takes in the choices that the execution came to.
    pub fn met(&mut self, choices: &[Choice]) {
        let from = self.present.map_or(0, |place| self.places[place as usize].number + 1);
        for (number, choice) in choices.iter().enumerate().skip(from as usize) {
            for pick in 1..choice.arity {
                // What cannot be tried need not be remembered; nor then what comes after it.
                if self.next.len() as u64 >= self.budget {
                    return;
                }
                let place = Place { before: self.present.unwrap_or(ROOT), number: number as u32, pick };
                self.next.push_back(self.places.len() as u32);
                self.places.push(place);
            }
        }
    }
}
