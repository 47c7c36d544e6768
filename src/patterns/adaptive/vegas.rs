//! As many as can be under way without queueing: how much longer calls take than the fastest one says how many of
//! them wait (TCP Vegas, as in Netflix' `VegasLimit`). Few waiting: more; many waiting: fewer.

use crate::patterns::config::ConfigError;
use std::time::Duration;

/// How a limit adapts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where it begins; it is never below 1.
    pub start: u32,
    /// It is never higher.
    pub max: u32,
    /// Fewer waiting than this, times the digits of the limit beyond the first: one step up.
    pub alpha: u32,
    /// More waiting than this: one step down. Hardly anybody waiting: so many up at once.
    pub beta: u32,
    /// How a limit is lowered.
    pub decrease: Decrease,
    /// How much of a change is made at once, in thousandths, `1..=1000`.
    pub smoothing: u32,
    /// After so many calls, times the limit, the fastest one is looked for anew; the network may have changed.
    pub probe: u32,
}

/// How a limit is lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decrease {
    /// By a step.
    Step,
    /// By half.
    Half,
}

impl Default for Config {
    /// Netflix' numbers.
    fn default() -> Self {
        Config { start: 20, max: 1000, alpha: 3, beta: 6, decrease: Decrease::Step, smoothing: 1000, probe: 30 }
    }
}

/// A place, in the unit in which the limit is kept.
const PLACE: u64 = 1_000_000;

/// The limit.
#[derive(Clone, Debug)]
pub struct Vegas {
    config: Config,
    /// In millionths of a place.
    limit: u64,
    fastest: Option<Duration>,
    calls: u64,
}

impl Vegas {
    /// A limit at its start.
    ///
    /// # Errors
    /// If not 1 ≤ start ≤ max, alpha is above beta, or the smoothing or the probe interval makes no sense.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=config.max).contains(&config.start), "start", config.start, "1–max")?;
        ConfigError::unless(config.alpha <= config.beta, "alpha", config.alpha, "≤ beta")?;
        let smoothing = f64::from(config.smoothing) / 1000.0;
        ConfigError::unless((1..=1000).contains(&config.smoothing), "smoothing", smoothing, "0.001–1")?;
        ConfigError::unless(config.probe > 0, "probe", config.probe, "≥ 1")?;
        Ok(Vegas { config, limit: u64::from(config.start) * PLACE, fastest: None, calls: 0 })
    }

    /// The limit now.
    pub fn limit(&self) -> u32 {
        (self.limit / PLACE) as u32
    }

    /// A call took so long while so many were under way.
    pub fn sample(&mut self, took: Duration, in_flight: u32) -> u32 {
        self.calls += 1;
        let is_time_to_probe = self.calls >= u64::from(self.config.probe) * self.limit / PLACE;
        match self.fastest {
            Some(fastest) if fastest <= took && !is_time_to_probe => {
                // Less than half of the limit was used: the call says nothing about more.
                if u64::from(in_flight) * 2 * PLACE >= self.limit {
                    self.adapt(self.waiting(fastest, took));
                }
            }
            _ => {
                self.fastest = Some(took);
                self.calls = 0;
            }
        }
        self.limit()
    }

    /// A call was dropped or timed out.
    pub fn dropped(&mut self) -> u32 {
        self.move_to(self.lower());
        self.limit()
    }

    /// How many of those under way wait: the limit times the share of its time that a call spent waiting.
    fn waiting(&self, fastest: Duration, took: Duration) -> u64 {
        let (fastest, took) = (fastest.as_nanos(), took.as_nanos().max(1));
        let waiting = u128::from(self.limit) * (took - fastest) / took;
        waiting.div_ceil(u128::from(PLACE)) as u64
    }

    /// A step: the digits of the limit beyond the first, at least 1.
    fn step(&self) -> u64 {
        u64::from((self.limit / PLACE).max(1).ilog10().max(1))
    }

    fn lower(&self) -> u64 {
        match self.config.decrease {
            Decrease::Step => self.limit.saturating_sub(self.step() * PLACE),
            Decrease::Half => self.limit / 2,
        }
    }

    fn adapt(&mut self, waiting: u64) {
        let step = self.step();
        let (alpha, beta) = (u64::from(self.config.alpha) * step, u64::from(self.config.beta) * step);
        let to = match waiting {
            few if few <= step => self.limit + beta * PLACE,
            few if few < alpha => self.limit + step * PLACE,
            many if many > beta => self.lower(),
            _ => return,
        };
        self.move_to(to);
    }

    fn move_to(&mut self, to: u64) {
        let to = to.clamp(PLACE, u64::from(self.config.max) * PLACE);
        let smoothing = u64::from(self.config.smoothing);
        self.limit = (self.limit * (1000 - smoothing) + to * smoothing) / 1000;
    }
}
