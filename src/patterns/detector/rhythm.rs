//! How a heart beats: the silences between its beats, and how often it was late, lost, and back again.

use super::State;
use crate::patterns::histogram::Histogram;
use crate::runtime::Time;

/// What was heard of a heart so far. A [`Watch`](super::Watch) decides; this only counts what it decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rhythm {
    silences: Histogram,
    last: Option<Time>,
    suspected: bool,
    dead: bool,
    /// How often it was suspected.
    pub misses: u64,
    /// How often it counted as dead.
    pub deaths: u64,
    /// How often it was alive after all: a suspicion or a death that was false.
    pub flaps: u64,
}

impl Rhythm {
    /// A beat came.
    pub fn beat(&mut self, now: Time) {
        if let Some(last) = self.last.replace(now) {
            self.silences.add(now.since(last));
        }
    }

    /// What is believed now.
    pub fn state(&mut self, state: State) {
        let is_dead = matches!(state, State::Dead(_));
        let suspected = is_dead || matches!(state, State::Suspect(_));
        self.misses += u64::from(suspected && !self.suspected);
        self.deaths += u64::from(is_dead && !self.dead);
        self.flaps += u64::from(self.suspected && state == State::Alive);
        // Who is unknown has begun another life: that is no return.
        (self.suspected, self.dead) = (suspected, is_dead);
    }

    /// Another life begins: the silence before it was none of its heart.
    pub fn begin(&mut self) {
        (self.last, self.suspected, self.dead) = (None, false, false);
    }

    /// The silences between beats.
    pub fn silences(&self) -> &Histogram {
        &self.silences
    }
}
