//! Suspicion before death, as in memberlist (SWIM with Lifeguard): the suspect has time to object, less of it the
//! more others agree, and more of it if there is reason to doubt oneself.

use crate::ordered::Set;
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// A suspicion under way: it lasts `longest` at first and `shortest` once `k` others have confirmed it.
#[derive(Clone, Debug)]
pub struct Suspicion {
    k: u32,
    shortest: Duration,
    longest: Duration,
    begun: Time,
    /// Who has spoken; the accuser is among them and counts for nothing more.
    voices: Set<u32>,
}

impl Suspicion {
    /// `accuser` begins to suspect. With `k` 0 nobody is left to be asked: it lasts `shortest`.
    ///
    /// # Errors
    /// A longest time below the shortest.
    pub fn new(accuser: u32, k: u32, shortest: Duration, longest: Duration, now: Time) -> Result<Self, ConfigError> {
        let allowed = format!("{shortest:?} or more");
        ConfigError::unless(longest >= shortest, "longest", format!("{longest:?}"), allowed)?;
        Ok(Suspicion { k, shortest, longest, begun: now, voices: Set::from([accuser]) })
    }

    /// Somebody else suspects as well; whether that is news. After `k` of them nothing is.
    pub fn confirm(&mut self, from: u32) -> bool {
        self.confirmations() < self.k && self.voices.insert(from)
    }

    /// How many have confirmed it.
    pub fn confirmations(&self) -> u32 {
        self.voices.len() as u32 - 1
    }

    /// When the suspect counts as dead; at once if that has passed.
    pub fn ends_at(&self) -> Time {
        self.begun + Suspicion::length(self.confirmations(), self.k, self.shortest, self.longest)
    }

    /// How long a suspicion with `n` of `k` confirmations lasts, in whole milliseconds: the first few say most.
    pub fn length(n: u32, k: u32, shortest: Duration, longest: Duration) -> Duration {
        if k == 0 {
            return shortest;
        }
        let share = libm::log(f64::from(n) + 1.0) / libm::log(f64::from(k) + 1.0);
        let seconds = longest.as_secs_f64() - share * (longest.as_secs_f64() - shortest.as_secs_f64());
        Duration::from_millis((seconds.max(0.0) * 1000.0).floor() as u64).max(shortest)
    }
}

/// How long to suspect in a group of `members`, in units of the least: longer in a large one, since news spreads
/// by rumour.
pub fn log_scale(members: u32) -> f64 {
    libm::log10(f64::from(members.max(1))).max(1.0)
}

/// How much there is to doubt oneself: signs that one is slow oneself raise it, and every wait becomes longer.
#[derive(Clone, Debug)]
pub struct Awareness {
    most: u32,
    score: u32,
}

impl Awareness {
    /// In perfect health. Waits grow to `most` times themselves (memberlist: 8).
    ///
    /// # Errors
    /// A most of 0.
    pub fn new(most: u32) -> Result<Self, ConfigError> {
        ConfigError::unless(most > 0, "awareness", most, "1 or more")?;
        Ok(Awareness { most, score: 0 })
    }

    /// A sign for the worse (above 0) or for the better.
    pub fn note(&mut self, change: i32) {
        self.score = self.score.saturating_add_signed(change).min(self.most - 1);
    }

    /// From 0, perfect health, to one less than the most.
    pub fn score(&self) -> u32 {
        self.score
    }

    /// A wait, as long as it should be now.
    pub fn stretch(&self, wait: Duration) -> Duration {
        wait * (self.score + 1)
    }
}
