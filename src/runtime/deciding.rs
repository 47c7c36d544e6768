//! Who moves next, and whoever is asked where several things could happen: see [`chooser`](super::chooser).

use super::chooser::{Candidate, Choose, Point, Recorded, Seeded};
use super::core::Core;
use super::setting::{Model, Order, Setting};

/// Who decides.
pub(crate) enum Deciding {
    Canonical,
    Free(Box<dyn Choose>),
    Recorded(Recorded),
}

impl Deciding {
    /// Who decides under a setting.
    pub fn new(setting: &Setting) -> Self {
        match (&setting.schedule, setting.order) {
            (Some(deviations), order) => Deciding::Recorded(Recorded::new(order, setting.seed, deviations.clone())),
            (None, Order::Seeded) => Deciding::Free(Box::new(Seeded::new(setting.seed))),
            (None, Order::Canonical) => Deciding::Canonical,
        }
    }
}

impl Core {
    /// Lets somebody choose.
    pub fn decide_with(&mut self, chooser: Box<dyn Choose>) {
        self.deciding = Deciding::Free(chooser);
    }

    /// Asks the chooser. With one candidate there is nothing to ask.
    pub fn choose(&mut self, point: Point<'_>) -> u32 {
        if point.arity() < 2 {
            return 0;
        }
        let choice = self.choices;
        self.choices += 1;
        match &mut self.deciding {
            Deciding::Canonical => 0,
            Deciding::Free(chooser) => chooser.choose(point).min(point.arity() - 1),
            Deciding::Recorded(record) => {
                let made = record.made();
                let pick = record.pick(point, choice).unwrap_or_else(|misfit| {
                    self.misfit.get_or_insert(misfit);
                    0
                });
                if record.made() > made {
                    self.deviations.push(self.events);
                }
                pick
            }
        }
    }

    /// Deviations that were not used by the end of the run.
    pub fn left_over(&mut self) {
        if let Deciding::Recorded(record) = &self.deciding
            && self.misfit.is_none()
        {
            self.misfit = record.left_over(self.choices);
        }
    }

    /// Who moves next; none if nothing can move without time passing (in the any-speed model: at all).
    pub fn next(&mut self) -> Option<Candidate> {
        let horizon = self.horizon();
        let first = match self.ready.first() {
            Some(task) => Candidate::Task(task),
            None => {
                let timer = self.timers.first().filter(|id| self.timers.get(*id).deadline <= horizon)?;
                Candidate::Timer(timer)
            }
        };
        if matches!(self.deciding, Deciding::Canonical) || self.is_alone(first, horizon) {
            return Some(first);
        }
        let mut candidates = std::mem::take(&mut self.candidates);
        self.list_candidates(&mut candidates);
        let pick = self.choose(Point::Step(&candidates));
        let chosen = candidates[pick as usize];
        self.candidates = candidates;
        Some(chosen)
    }

    /// Up to which deadline timers are candidates.
    fn horizon(&self) -> u64 {
        match self.model {
            Model::Timed => self.now,
            Model::AnySpeed => u64::MAX,
        }
    }

    /// Everybody who can move now: first who would move canonically.
    #[inline]
    pub fn list_candidates(&mut self, candidates: &mut Vec<Candidate>) {
        candidates.clear();
        self.ready.list(candidates);
        self.timers.pending_until(self.horizon(), candidates);
    }

    fn is_alone(&self, first: Candidate, horizon: u64) -> bool {
        match first {
            Candidate::Task(_) => {
                self.ready.len() == 1 && self.timers.first_deadline().is_none_or(|deadline| deadline > horizon)
            }
            Candidate::Timer(_) => !self.timers.has_second_due(horizon),
        }
    }
}
