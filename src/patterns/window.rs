//! Sums over the last while, in slots: what is older than the span is forgotten a slot at a time.
//!
//! A moment belongs to the slot `moment / (span / slots)`; the sum covers the current slot and the `slots − 1` before
//! it, so what was added is forgotten when it is between `span − span / slots` and `span` old.

use super::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// `N` sums over a sliding span.
#[derive(Clone, Debug)]
pub struct Window<const N: usize> {
    width: u64,
    slots: Vec<[i64; N]>,
    /// The number of the newest slot since time zero.
    newest: u64,
}

impl<const N: usize> Window<N> {
    /// A span in so many slots, `1..=1000`.
    ///
    /// # Errors
    /// If there are no slots or too many, or a slot would be shorter than a nanosecond.
    pub fn new(span: Duration, slots: usize) -> Result<Self, ConfigError> {
        ConfigError::unless((1..=1000).contains(&slots), "slots", slots, "1–1000")?;
        let width = u64::try_from(span.as_nanos() / slots as u128).unwrap_or(u64::MAX);
        ConfigError::unless(width > 0, "window", format!("{span:?}"), format!("≥ {slots}ns"))?;
        Ok(Window { width, slots: vec![[0; N]; slots], newest: 0 })
    }

    /// Adds to one of the sums.
    pub fn add(&mut self, now: Time, which: usize, amount: i64) {
        self.pass(now);
        let slot = self.slot(self.newest);
        self.slots[slot][which] += amount;
    }

    /// The sums of the span that ends now.
    pub fn sums(&mut self, now: Time) -> [i64; N] {
        self.pass(now);
        let mut sums = [0; N];
        for slot in &self.slots {
            for (sum, amount) in sums.iter_mut().zip(slot) {
                *sum += amount;
            }
        }
        sums
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.slots.fill([0; N]);
    }

    fn slot(&self, number: u64) -> usize {
        (number % self.slots.len() as u64) as usize
    }

    /// Forgets the slots that have passed. A moment before the newest slot counts as the newest.
    fn pass(&mut self, now: Time) {
        let number = (now.as_nanos() / self.width).max(self.newest);
        let passed = (number - self.newest).min(self.slots.len() as u64);
        for past in 0..passed {
            let slot = self.slot(number - past);
            self.slots[slot] = [0; N];
        }
        self.newest = number;
    }
}
