//! From levels to states: unknown, alive, suspect, dead, and back.
//!
//! Invariants:
//! 1. The moment of death is set once, when it comes, and stays until the heart is alive again.
//! 2. A silence that ended in suspicion is kept out of the history.
//! 3. Beats of an older life change nothing.

use super::Detector;
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// What is believed of a heart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has not beaten yet, or too few times to tell.
    Unknown,
    /// It beats.
    Alive,
    /// Silent for too long, since this moment; time to object.
    Suspect(Time),
    /// Silent for so long that it counts as dead, since this moment.
    Dead(Time),
}

/// A detector with a threshold, and what follows from it.
///
/// ```
/// use heartrace::patterns::detector::{Deadline, State, Watch};
/// use heartrace::runtime::Time;
/// use std::time::Duration;
///
/// let second = Duration::from_secs(1);
/// let deadline = Deadline::new(second, second).unwrap();
/// let mut watch = Watch::new(deadline, 1.0, second, 1).unwrap();
/// watch.beat(0, Time::ZERO);
/// let silent = Time::ZERO + 2 * second;
/// assert_eq!(watch.next_check(Time::ZERO), Some(silent));
/// assert_eq!(watch.state(silent), State::Suspect(silent));
/// assert_eq!(watch.state(silent + second), State::Dead(silent + second));
/// ```
#[derive(Clone, Debug)]
pub struct Watch<D> {
    detector: D,
    threshold: f64,
    confirm: Duration,
    revive: u32,
    epoch: u32,
    beats: u32,
    state: State,
    /// Beats in a row since it was dead.
    back: u32,
    /// The last beat, or the start of the life.
    last: Time,
    grace: Option<Duration>,
    /// The share of the threshold from which on a silence is worth a warning.
    warning: Option<f64>,
}

impl<D: Detector> Watch<D> {
    /// Suspects at `threshold`; dead if it is still silent `confirm` later (zero: at once); alive again after
    /// `revive` beats (at least 1; 2 keeps a rumour from raising the dead).
    ///
    /// # Errors
    /// A threshold that is not above 0 and finite, or a `revive` of 0.
    pub fn new(detector: D, threshold: f64, confirm: Duration, revive: u32) -> Result<Self, ConfigError> {
        let is_number = threshold.is_finite() && threshold > 0.0;
        ConfigError::unless(is_number, "threshold", threshold, "> 0 and finite")?;
        ConfigError::unless(revive > 0, "revive", revive, "1 or more")?;
        Ok(Watch {
            detector,
            threshold,
            confirm,
            revive,
            epoch: 0,
            beats: 0,
            state: State::Unknown,
            back: 0,
            last: Time::ZERO,
            grace: None,
            warning: None,
        })
    }

    /// The same; a silence is worth a warning from this share of the threshold on. It changes nothing else: who is warned
    /// too often raises this and not the pause that a detector accepts, which would change what is suspected
    /// (akka/akka#25253).
    ///
    /// # Errors
    /// A share that is not between 0 and 1.
    pub fn with_warning(mut self, share: f64) -> Result<Self, ConfigError> {
        ConfigError::unless(share > 0.0 && share < 1.0, "warning", share, "0 < share < 1")?;
        self.warning = Some(share);
        Ok(self)
    }

    /// The same; a heart that has not beaten at all `grace` after the start of its life is suspected too. A start
    /// takes its own time: without this it is unknown for ever.
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// Another life of the same heart begins: nothing is known of it. What comes from an older one is ignored.
    pub fn begin(&mut self, epoch: u32, now: Time) {
        if epoch >= self.epoch {
            self.detector.reset();
            (self.epoch, self.beats, self.back) = (epoch, 0, 0);
            self.state = State::Unknown;
            self.last = now;
        }
    }

    /// A beat of a life; whether it counted.
    pub fn beat(&mut self, epoch: u32, now: Time) -> bool {
        if epoch != self.epoch {
            return false;
        }
        let before = self.state(now);
        let accepted = !matches!(before, State::Suspect(_) | State::Dead(_));
        self.detector.beat(now, accepted);
        self.beats = self.beats.saturating_add(1);
        self.last = now;
        self.back = if matches!(before, State::Dead(_)) { self.back + 1 } else { 0 };
        if !matches!(before, State::Dead(_)) || self.back >= self.revive {
            self.state = State::Alive;
            self.back = 0;
        }
        true
    }

    /// What is believed now.
    pub fn state(&mut self, now: Time) -> State {
        if let State::Dead(_) = self.state {
            return self.state;
        }
        // What has come to pass since it was last asked keeps its own moment.
        let suspected = if self.beats == 0 {
            self.grace.map(|grace| self.last + grace)
        } else {
            self.detector.time_to(self.threshold)
        };
        self.state = match suspected {
            Some(at) if now >= at + self.confirm => State::Dead(at + self.confirm),
            Some(at) if now >= at => State::Suspect(at),
            // A detector that cannot tell yet, or no beat at all.
            None => State::Unknown,
            Some(_) if self.beats == 0 => State::Unknown,
            Some(_) => State::Alive,
        };
        self.state
    }

    /// Whether it is alive and yet so late that it is worth a warning.
    pub fn is_slow(&mut self, now: Time) -> bool {
        self.state(now) == State::Alive && self.warning.is_some_and(|share| self.level(now) >= share)
    }

    /// When a warning is due if no beat comes; none without a warning, or if nothing is known yet.
    pub fn warns_at(&self) -> Option<Time> {
        self.detector.time_to(self.threshold * self.warning?)
    }

    /// How much is suspected, in thresholds: 1 and more is suspicion.
    pub fn level(&self, now: Time) -> f64 {
        self.detector.level(now) / self.threshold
    }

    /// When the state changes next if no beat comes; none if it does not.
    pub fn next_check(&mut self, now: Time) -> Option<Time> {
        match self.state(now) {
            State::Dead(_) => None,
            State::Suspect(at) => Some(at + self.confirm),
            State::Unknown if self.beats == 0 => Some(self.last + self.grace?),
            State::Unknown | State::Alive => self.detector.time_to(self.threshold),
        }
    }

    /// How long the heart has been silent; since the start of its life if it has never beaten.
    pub fn silence(&self, now: Time) -> Duration {
        now - self.last
    }

    /// Nobody listened for so long; see [`Detector::excuse`].
    pub fn excuse(&mut self, pause: Duration) {
        self.detector.excuse(pause);
        self.last = self.last + pause;
    }

    /// The detector.
    pub fn detector(&self) -> &D {
        &self.detector
    }
}
