//! When it became inevitable: from points along one run, the share of sampled futures that end in each outcome.

use super::hunt::{Draw, Hunter};
use super::mind::{Mind, Told};
use super::shrink::Picks;
use super::world::World;
use crate::link::Link;
use crate::runner::Execution;
use crate::runtime::chooser::{Choose, Misfit, Point, Recorded};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most points along a run.
pub const MAX_POINTS: u32 = 1_000;
/// The most futures sampled from each point.
pub const MAX_SAMPLES: u32 = 100_000;

/// How the futures from one point of a run end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
pub struct Futures {
    /// How many choices of the run have been made.
    pub choices: u32,
    /// The moment of the next choice, in nanoseconds; of the last point that of the end.
    pub time_ns: u64,
    /// How many of the sampled futures end in each outcome.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub outcomes: BTreeMap<&'static str, u32>,
}

/// A sampling under way.
pub struct Inevitability {
    world: World,
    picks: Picks,
    futures: Vec<Futures>,
    samples: u32,
    seed: u64,
    next: (usize, u32),
}

impl Inevitability {
    /// Samples so many futures from each of about so many points of the run of a link.
    ///
    /// # Errors
    /// If the link's recorded choices do not fit the run.
    pub fn new(link: &Link, points: u32, samples: u32, seed: u64) -> Result<Self, Misfit> {
        let picks = picks_of_run(link)?;
        let mut world = World::new(link);
        world.think(Mind::Told(Told::new(picks.clone())));
        world.walk().times = Some(Vec::new());
        world.execute_without_account();
        let times = world.walk().times.take().unwrap_or_default();
        let (points, samples) = (points.clamp(2, MAX_POINTS), samples.clamp(1, MAX_SAMPLES));
        let count = times.len() as u64;
        let mut at: Vec<u64> = (0..u64::from(points)).map(|n| n * count / u64::from(points - 1)).collect();
        at.dedup();
        let end = world.now();
        let futures = at.into_iter().map(|choices| Futures {
            choices: choices as u32,
            time_ns: times.get(choices as usize).copied().unwrap_or(end),
            outcomes: BTreeMap::new(),
        });
        Ok(Inevitability { futures: futures.collect(), world, picks, samples, seed, next: (0, 0) })
    }

    /// Executes about so often; whether it is done.
    pub fn advance(&mut self, executions: u32) -> bool {
        for _ in 0..executions {
            let (point, sample) = self.next;
            let Some(futures) = self.futures.get_mut(point) else { return true };
            self.next = if sample + 1 < self.samples { (point, sample + 1) } else { (point + 1, 0) };
            let until = futures.choices;
            let number = u64::from(until) << 32 | u64::from(sample);
            let hunter = Hunter::new(Draw::Walk, self.seed, number, Rc::default());
            let mut told = Told::new(self.picks.clone());
            told.until = Some((until, Box::new(hunter)));
            self.world.think(Mind::Told(told));
            if let Some(came) = self.world.execute_without_account() {
                *futures.outcomes.entry(came.outcome).or_default() += 1;
            }
        }
        self.next.0 >= self.futures.len()
    }

    /// What was sampled so far, from the start of the run to its end.
    pub fn futures(&self) -> &[Futures] {
        &self.futures
    }
}

/// The picks of the run of a link, whatever its order.
fn picks_of_run(link: &Link) -> Result<Picks, Misfit> {
    struct Logged(Recorded, Rc<RefCell<(u32, Picks, Option<Misfit>)>>);
    impl Choose for Logged {
        fn choose(&mut self, point: Point<'_>) -> u32 {
            let mut log = self.1.borrow_mut();
            let number = log.0;
            log.0 += 1;
            match self.0.pick(point, u64::from(number)) {
                Ok(0) => 0,
                Ok(pick) => {
                    log.1.push((number, pick));
                    pick
                }
                Err(misfit) => {
                    log.2.get_or_insert(misfit);
                    0
                }
            }
        }
    }
    let setting = &link.setting;
    let recorded = Recorded::new(setting.order, setting.seed, setting.schedule.clone().unwrap_or_default());
    let log = Rc::new(RefCell::new((0, Picks::new(), None)));
    Execution::with_chooser(link, false, Box::new(Logged(recorded, log.clone()))).finish()?;
    let (_, picks, misfit) = log.take();
    misfit.map_or(Ok(picks), Err)
}
