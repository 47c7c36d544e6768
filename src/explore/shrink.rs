//! Shrinking: a shorter execution of the same kind, by leaving deviations out and lowering picks until nothing more goes.
//!
//! Simpler is: fewer deviations, then lower picks, then earlier ones. Chunks are left out first, halved down to one
//! (ddmin, Zeller and Hildebrandt 2002), then each pick is lowered; whatever works begins it anew, so that what has been
//! shrunk does not shrink again. Picks that do not fit what an execution comes to are taken modulo the arity; what counts
//! is what it came to.

use super::mind::Choice;
use crate::runtime::setting::Deviation;

/// (number of the choice, pick).
pub type Picks = Vec<(u32, u32)>;

/// The picks of deviations.
pub fn picks_of(deviations: &[Deviation]) -> Picks {
    let mut number = 0;
    let picks = deviations.iter().map(|deviation| {
        number += deviation.gap;
        let pick = (number, deviation.pick);
        number += 1;
        pick
    });
    picks.collect()
}

/// The picks of an execution's choices that are not 0.
fn picks_in(choices: &[Choice]) -> Picks {
    let numbered = choices.iter().zip(0..).filter(|(choice, _)| choice.pick != 0);
    numbered.map(|(choice, number)| (number, choice.pick)).collect()
}

/// How simple picks are; less is simpler.
fn measure(picks: &Picks) -> (usize, u64, &Picks) {
    (picks.len(), picks.iter().map(|(_, pick)| u64::from(*pick)).sum(), picks)
}

/// What is tried next.
#[derive(Clone, Copy, Debug)]
enum Attempt {
    /// To leave out so many, from this place.
    Without { from: usize, length: usize },
    /// To lower the pick at this place to so much.
    Lower { at: usize, to: u32 },
    /// Nothing: it is as simple as it gets.
    Done,
}

/// An execution being shrunk.
#[derive(Clone, Debug)]
pub struct Shrink {
    best: Picks,
    attempt: Attempt,
}

impl Shrink {
    /// An execution with these deviations.
    pub fn new(deviations: &[Deviation]) -> Self {
        let best = picks_of(deviations);
        let attempt = first(&best);
        Shrink { best, attempt }
    }

    /// The simplest so far.
    pub fn best(&self) -> &Picks {
        &self.best
    }

    /// What to execute next; none if nothing more goes.
    pub fn candidate(&self) -> Option<Picks> {
        let mut picks = self.best.clone();
        match self.attempt {
            Attempt::Without { from, length } => {
                picks.drain(from..(from + length).min(picks.len()));
            }
            Attempt::Lower { at, to } => picks[at].1 = to,
            Attempt::Done => return None,
        }
        Some(picks)
    }

    /// Takes in what the candidate came to, and whether it is of the same kind.
    pub fn answer(&mut self, choices: &[Choice], is_same: bool) {
        if is_same {
            let came = picks_in(choices);
            if measure(&came) < measure(&self.best) {
                self.best = came;
                self.attempt = first(&self.best);
                return;
            }
        }
        self.attempt = self.after();
    }

    fn after(&self) -> Attempt {
        match self.attempt {
            Attempt::Without { from, length } if from + length < self.best.len() => {
                Attempt::Without { from: from + length, length }
            }
            Attempt::Without { length, .. } if length > 1 => Attempt::Without { from: 0, length: length.div_ceil(2) },
            Attempt::Without { .. } => self.lower_from(0),
            Attempt::Lower { at, to } if to + 1 < self.best[at].1 => Attempt::Lower { at, to: to + 1 },
            Attempt::Lower { at, .. } => self.lower_from(at + 1),
            Attempt::Done => Attempt::Done,
        }
    }

    fn lower_from(&self, at: usize) -> Attempt {
        let lowered = (at..self.best.len()).find(|at| self.best[*at].1 > 1);
        lowered.map_or(Attempt::Done, |at| Attempt::Lower { at, to: 1 })
    }
}

fn first(picks: &Picks) -> Attempt {
    match picks.len() {
        0 => Attempt::Done,
        length => Attempt::Without { from: 0, length },
    }
}
