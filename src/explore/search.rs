//! A search, slice by slice: prove, hunt, then the shortest execution of each kind that was found.

use super::deepen::Deepen;
use super::hunt::{Draw, Hunter, Profile};
use super::mind::{Mind, Told};
use super::options::{Options, Strategy};
use super::outcomes::{Found, Kind};
use super::prove::{Part, Prover, Reduction};
use super::shrink::{Shrink, picks_of};
use super::world::{World, deviations_of};
use super::{is_reducible, world::Came};
use crate::link::Link;
use std::rc::Rc;

/// At most so many executions are tried in the order of their deviations.
const MAX_DEEPENED: u64 = 300_000;
/// At most so many executions are made to shrink one.
const MAX_SHRINKS: u32 = 3_000;

/// What a search is doing.
enum Phase {
    Prove,
    /// The next number, and the end of the numbers.
    Hunt {
        next: u64,
        end: u64,
    },
    Deepen {
        deepen: Deepen,
        wanted: Vec<Kind>,
    },
    Shrink {
        wanted: Vec<Kind>,
        shrink: Option<Shrink>,
        left: u32,
    },
    Done,
}

/// A search of one link.
pub struct Search {
    world: World,
    options: Options,
    phase: Phase,
    found: Found,
    profile: Rc<Profile>,
    /// Whether every execution within the bounds was made.
    complete: bool,
    completed: u64,
    /// Whether the shortest executions are looked for.
    shortens: bool,
}

impl Search {
    /// A search under these options.
    pub fn new(link: &Link, options: &Options) -> Self {
        let mut search = Search::idle(link, options);
        match options.strategy {
            Strategy::Prove => search.prove(),
            _ => search.hunt(0, options.executions),
        }
        search
    }

    fn idle(link: &Link, options: &Options) -> Self {
        let world = World::new(link);
        let found = Found::new(world.claims().len());
        Search {
            world,
            options: options.clone(),
            phase: Phase::Done,
            found,
            profile: Rc::default(),
            complete: false,
            completed: 0,
            shortens: true,
        }
    }

    /// The same without looking for the shortest executions, as a part of a search whose parts are merged.
    pub fn without_shortening(mut self) -> Self {
        self.shortens = false;
        self
    }

    fn prove(&mut self) {
        let is_reducible = is_reducible(self.world.link().scenario);
        let reduction = self.options.reduction.unwrap_or(if is_reducible { Reduction::FULL } else { Reduction::NONE });
        self.world.think(Mind::Proves(Box::new(Prover::new(reduction, self.options.bounds, self.options.part))));
        self.phase = Phase::Prove;
    }

    /// Hunts with the executions of this part among those numbered so.
    fn hunt(&mut self, from: u64, to: u64) {
        self.world.think(Mind::Hunts(Box::new(Hunter::learning())));
        self.world.execute();
        if let Mind::Hunts(hunter) = &self.world.walk().mind {
            self.profile = Rc::new(hunter.learned());
        }
        let hunter = Hunter::new(Draw::Walk, 0, 0, self.profile.clone());
        self.world.think(Mind::Hunts(Box::new(hunter)));
        let Part { index, of } = self.options.part;
        let bound = |index: u32| from + ((u128::from(to - from) * u128::from(index)) / u128::from(of)) as u64;
        self.phase = Phase::Hunt { next: bound(index), end: bound(index + 1) };
    }

    /// Executes about so often; whether the search is over.
    pub fn advance(&mut self, executions: u32) -> bool {
        for _ in 0..executions {
            match self.phase {
                Phase::Prove => self.prove_once(),
                Phase::Hunt { .. } => self.hunt_once(),
                Phase::Deepen { .. } => self.deepen_once(),
                Phase::Shrink { .. } => self.shrink_once(),
                Phase::Done => return true,
            }
        }
        matches!(self.phase, Phase::Done)
    }

    /// How far the search proper is, in executions.
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// Whether every execution was made, but for those that differ from another in nothing that matters.
    pub fn is_exhausted(&self) -> bool {
        self.complete && self.found.cut.is_none() && !self.options.bounds.is_any()
    }

    /// Whether every execution that the bounds allow was made, but for those that differ from another in nothing that
    /// matters.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// How many executions of the proof were completed: the others turned out to have been made before.
    pub fn completed(&self) -> u64 {
        self.completed
    }

    /// How many states the proof has met so far.
    pub fn states(&self) -> usize {
        match &self.world.walk().mind {
            Mind::Proves(prover) => prover.states(),
            _ => 0,
        }
    }

    /// The world it searches.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Whether the search proper is over, and the shortest executions are looked for.
    pub fn is_shortening(&self) -> bool {
        matches!(self.phase, Phase::Deepen { .. } | Phase::Shrink { .. } | Phase::Done)
    }

    /// What was found.
    pub fn into_found(self) -> Found {
        self.found
    }

    /// The search whose parts have found this, all of them complete or not: what is left is to look for the
    /// shortest executions.
    pub fn of_parts<'a>(
        link: &Link,
        options: &Options,
        parts: impl IntoIterator<Item = &'a Found>,
        complete: bool,
    ) -> Self {
        let mut search = Search::idle(link, options);
        parts.into_iter().for_each(|part| search.found.merge(part));
        search.complete = complete;
        search.shorten();
        search
    }

    fn prove_once(&mut self) {
        // The last quarter is for the hunt, if it comes to that.
        if self.found.executions >= (self.options.executions - self.options.executions / 4).max(1) {
            return self.hunt(self.found.executions, self.options.executions.max(self.found.executions));
        }
        let came = self.world.execute();
        let is_over = {
            let mut walk = self.world.walk();
            let walk = &mut *walk;
            let Mind::Proves(prover) = &mut walk.mind else { unreachable!("proving is done by a prover") };
            if let Some(came) = came.filter(|_| !prover.is_redundant()) {
                let deviations = || deviations_of(&walk.choices);
                self.found.add(self.found.executions, &came, walk.behaviour.hash(), deviations);
                self.completed += 1;
            }
            self.found.executions += 1;
            !prover.advance()
        };
        if is_over {
            self.complete = true;
            self.end_of_search();
        }
    }

    fn hunt_once(&mut self) {
        let Phase::Hunt { next, end } = &mut self.phase else { return };
        if *next >= *end {
            return self.end_of_search();
        }
        let number = *next;
        *next += 1;
        let draw = match self.options.strategy {
            Strategy::Prove | Strategy::Hunt => Draw::of_portfolio(number),
            Strategy::Random => Draw::Walk,
            Strategy::Pct => Draw::Pct { depth: (number % 4) as u32 + 1 },
            Strategy::Pos => Draw::Pos,
            Strategy::Urw => Draw::Urw,
        };
        if let Mind::Hunts(hunter) = &mut self.world.walk().mind {
            hunter.restart(draw, self.options.seed, number);
        }
        let came = self.world.execute();
        self.found.executions += 1;
        if let Some(came) = came {
            let walk = self.world.walk();
            self.found.add(number, &came, walk.behaviour.hash(), || deviations_of(&walk.choices));
        }
    }

    fn end_of_search(&mut self) {
        match self.shortens {
            true => self.shorten(),
            false => self.phase = Phase::Done,
        }
    }

    fn shorten(&mut self) {
        let deepen = Deepen::new(self.options.executions.min(MAX_DEEPENED));
        self.phase = Phase::Deepen { deepen, wanted: self.found.kinds() };
    }

    fn tell(&self, picks: Vec<(u32, u32)>) {
        self.world.think(Mind::Told(Told::new(picks)));
    }

    fn deepen_once(&mut self) {
        let Phase::Deepen { deepen, wanted } = &mut self.phase else { return };
        let picks = if wanted.is_empty() { None } else { deepen.next_picks() };
        let Some(picks) = picks else {
            let wanted = std::mem::take(wanted);
            self.phase = Phase::Shrink { wanted, shrink: None, left: 0 };
            return;
        };
        self.tell(picks);
        let came = self.world.execute_without_account();
        let Phase::Deepen { deepen, wanted } = &mut self.phase else { return };
        let walk = self.world.walk();
        deepen.met(&walk.choices);
        let Some(came) = came else { return };
        let found = &mut self.found;
        wanted.retain(|kind| {
            let fits = kind.fits(&came);
            if let Some(finding) = found.of(*kind).filter(|_| fits) {
                (finding.deviations, finding.minimal) = (deviations_of(&walk.choices), true);
            }
            !fits
        });
    }

    fn shrink_once(&mut self) {
        let Phase::Shrink { wanted, shrink, left } = &mut self.phase else { return };
        let Some(kind) = wanted.last().copied() else {
            self.phase = Phase::Done;
            return;
        };
        let Some(present) = shrink else {
            let deviations = self.found.of(kind).map(|finding| finding.deviations.clone()).unwrap_or_default();
            (*shrink, *left) = (Some(Shrink::new(&deviations)), MAX_SHRINKS);
            return;
        };
        match present.candidate().filter(|_| *left > 0) {
            Some(picks) => {
                *left -= 1;
                self.world.think(Mind::Told(Told::new(picks)));
                let came = self.world.execute_without_account();
                let walk = self.world.walk();
                present.answer(&walk.choices, came.is_some_and(|came| kind.fits(&came)));
            }
            None => {
                let best = present.best().clone();
                wanted.pop();
                *shrink = None;
                self.tell(best);
                let came: Option<Came> = self.world.execute_without_account();
                let walk = self.world.walk();
                if let Some(finding) = self.found.of(kind).filter(|_| came.is_some_and(|came| kind.fits(&came))) {
                    finding.deviations = deviations_of(&walk.choices);
                }
            }
        }
    }
}

/// Shrinks one execution of a kind; gives its picks.
pub fn shrink(world: &mut World, kind: Kind, deviations: &[crate::runtime::setting::Deviation]) -> Vec<(u32, u32)> {
    let mut shrink = Shrink::new(deviations);
    for _ in 0..MAX_SHRINKS {
        let Some(picks) = shrink.candidate() else { break };
        world.think(Mind::Told(Told::new(picks)));
        let came = world.execute_without_account();
        shrink.answer(&world.walk().choices, came.is_some_and(|came| kind.fits(&came)));
    }
    debug_assert!(shrink.best().len() <= picks_of(deviations).len());
    shrink.best().clone()
}
