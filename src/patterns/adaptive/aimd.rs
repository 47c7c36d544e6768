//! One more for a success that needed it, a tenth less for a drop (additive increase, multiplicative decrease, as in
//! Netflix' `AIMDLimit`).

use crate::patterns::config::ConfigError;

/// How a limit adapts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where it begins.
    pub start: u32,
    /// It is never lower; at least 1.
    pub min: u32,
    /// It is never higher.
    pub max: u32,
    /// What is left of it after a drop, in thousandths, `500..1000`.
    pub keep: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config { start: 10, min: 1, max: 200, keep: 900 }
    }
}

/// The limit.
#[derive(Clone, Debug)]
pub struct Aimd {
    config: Config,
    limit: u32,
}

impl Aimd {
    /// A limit at its start.
    ///
    /// # Errors
    /// If not 1 ≤ min ≤ start ≤ max, or what is kept is below a half or not less than all.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        ConfigError::unless(config.min >= 1, "min", config.min, "≥ 1")?;
        ConfigError::unless((config.min..=config.max).contains(&config.start), "start", config.start, "min–max")?;
        let keep = f64::from(config.keep) / 1000.0;
        ConfigError::unless((500..1000).contains(&config.keep), "keep", keep, "0.5 ≤ keep < 1")?;
        Ok(Aimd { config, limit: config.start })
    }

    /// The limit now.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// A call was answered while so many were under way. It grows only if at least half of it was used: otherwise
    /// the success says nothing about more.
    pub fn success(&mut self, in_flight: u32) -> u32 {
        if u64::from(in_flight) * 2 >= u64::from(self.limit) {
            self.limit = self.limit.saturating_add(1).min(self.config.max);
        }
        self.limit
    }

    /// A call was dropped or timed out.
    pub fn dropped(&mut self) -> u32 {
        let kept = u64::from(self.limit) * u64::from(self.config.keep) / 1000;
        self.limit = (kept as u32).clamp(self.config.min, self.config.max);
        self.limit
    }
}
