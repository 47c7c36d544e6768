//! The last few silences between beats: mean and variance over a window that never grows.

use crate::patterns::config::ConfigError;
use std::collections::VecDeque;
use std::time::Duration;

/// The most samples that a window may hold.
const MOST: usize = 100_000;

/// A window of silences. Sums of whole nanoseconds, so that a sample that leaves takes with it exactly what it
/// brought: no drift, and the variance is never below zero.
#[derive(Clone, Debug)]
pub struct Samples {
    capacity: usize,
    kept: VecDeque<u64>,
    sum: u128,
    squares: u128,
}

impl Samples {
    /// A window of so many samples, 1 to 100,000.
    ///
    /// # Errors
    /// A window of none or of too many.
    pub fn new(capacity: usize) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=MOST).contains(&capacity), "window", capacity, format!("1–{MOST}"))?;
        Ok(Samples { capacity, kept: VecDeque::new(), sum: 0, squares: 0 })
    }

    /// Takes a sample; the oldest leaves a full window.
    pub fn push(&mut self, silence: Duration) {
        if self.kept.len() == self.capacity
            && let Some(oldest) = self.kept.pop_front()
        {
            self.sum -= u128::from(oldest);
            self.squares -= square(oldest);
        }
        // No longer than a thousand years in all, so that the sums hold.
        let nanos = u64::try_from(silence.as_nanos()).unwrap_or(u64::MAX).min(1 << 54);
        self.kept.push_back(nanos);
        self.sum += u128::from(nanos);
        self.squares += square(nanos);
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Their sum, in nanoseconds.
    pub fn sum(&self) -> f64 {
        self.sum as f64
    }

    /// Their mean, in nanoseconds; 0 if there are none.
    pub fn mean(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.sum as f64 / self.len() as f64 }
    }

    /// The mean of their squared distances from their mean, in square nanoseconds; never below 0.
    pub fn variance(&self) -> f64 {
        let n = self.len() as u128;
        if n == 0 {
            return 0.0;
        }
        // n·Σx² − (Σx)² is whole and, by Cauchy and Schwarz, not negative.
        (n * self.squares - self.sum * self.sum) as f64 / (n * n) as f64
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.kept.clear();
        (self.sum, self.squares) = (0, 0);
    }
}

fn square(nanos: u64) -> u128 {
    u128::from(nanos) * u128::from(nanos)
}
