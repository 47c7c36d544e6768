//! How long answers take, and which quantile is worth waiting for before asking somebody else.
//!
//! A copy that was cancelled would have taken *at least* as long as it had run: a censored sample. Whoever leaves
//! those out sees only winners, so the quantile falls, copies are sent earlier, more of them are cancelled, and it
//! falls again. Here they count, by the product-limit estimate of Kaplan and Meier.

use crate::patterns::config::ConfigError;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

/// The newest samples decide; these many.
const WINDOW: usize = 1_000;

/// The quantile is looked up anew after so many samples, not after each.
const STALE: usize = 50;

#[derive(Default)]
struct State {
    /// How long, and whether it was cut short.
    samples: VecDeque<(Duration, bool)>,
    found: Option<Duration>,
    unseen: usize,
}

/// Samples of how long answers take. Clones are the same samples.
#[derive(Clone)]
pub struct Latencies {
    per_mille: u32,
    least: usize,
    state: Rc<RefCell<State>>,
}

impl Latencies {
    /// To find the quantile `per_mille` thousandths, once there are `least` samples of the last 1,000.
    ///
    /// # Errors
    /// If the quantile is not inside 0 to 1, or if more samples are asked for than are kept.
    pub fn new(per_mille: u32, least: u32) -> Result<Self, ConfigError> {
        ConfigError::unless((1..1_000).contains(&per_mille), "quantile", per_mille, "1–999 per mille")?;
        ConfigError::unless((1..=WINDOW as u32).contains(&least), "least", least, "1–1000")?;
        Ok(Latencies { per_mille, least: least as usize, state: Rc::default() })
    }

    /// An answer came after so long.
    pub fn answered(&self, after: Duration) {
        self.add(after, false);
    }

    /// An attempt was cancelled after so long: its answer would have taken longer.
    pub fn cut_short(&self, after: Duration) {
        self.add(after, true);
    }

    fn add(&self, after: Duration, cut_short: bool) {
        let mut state = self.state.borrow_mut();
        if state.samples.len() == WINDOW {
            state.samples.pop_front();
        }
        state.samples.push_back((after, cut_short));
        state.unseen += 1;
    }

    /// The quantile: so long that the given share of answers has come. None before there are enough samples. If too
    /// many were cut short to tell, the longest sample, which it is at least.
    pub fn quantile(&self) -> Option<Duration> {
        let mut state = self.state.borrow_mut();
        if state.samples.len() < self.least {
            return None;
        }
        if state.found.is_none() || state.unseen >= STALE {
            state.found = product_limit(state.samples.iter().copied().collect(), self.per_mille);
            state.unseen = 0;
        }
        state.found
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.state.borrow().samples.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The least sample by which so many thousandths of the answers have come, or the longest sample of all.
fn product_limit(mut samples: Vec<(Duration, bool)>, per_mille: u32) -> Option<Duration> {
    samples.sort_unstable();
    let open_at_most = f64::from(1_000 - per_mille) / 1_000.0;
    // The share of answers that have not come yet. An answer lets it shrink by its part of those still running; what
    // was cut short only leaves their number. Equal times: answers first, as `false` sorts before `true`.
    let mut open = 1.0;
    for (index, (after, cut_short)) in samples.iter().enumerate() {
        let running = (samples.len() - index) as f64;
        if !cut_short {
            open *= (running - 1.0) / running;
        }
        // Products of fractions miss a limit by their last digits.
        if open <= open_at_most + 1e-9 {
            return Some(*after);
        }
    }
    samples.last().map(|(after, _)| *after)
}
