//! When the next extra copy of a request is due: by plan, or sooner because a copy has failed.

use crate::runtime::Time;
use std::time::Duration;

/// The extra copies that are still to be sent.
pub(super) struct Schedule {
    left: u32,
    /// The k-th extra copy is planned for k steps after the start; without a step none is planned.
    step: Option<Duration>,
    planned: Option<Time>,
    /// How many are due at once, because as many copies have failed.
    owed: u32,
}

impl Schedule {
    pub fn new(start: Time, step: Option<Duration>, extra: u32) -> Self {
        Schedule { left: extra, step, planned: step.map(|step| start + step), owed: 0 }
    }

    /// When the next one is due; none if there is no further one, or only after a failure.
    pub fn due(&self, now: Time) -> Option<Time> {
        match (self.left, self.owed) {
            (0, _) => None,
            (_, 0) => self.planned,
            _ => Some(now),
        }
    }

    pub fn is_due(&self, now: Time) -> bool {
        self.due(now).is_some_and(|due| due <= now)
    }

    /// The one that is due is sent or suppressed. Those after it keep their times.
    pub fn take(&mut self) {
        self.left = self.left.saturating_sub(1);
        self.owed = self.owed.saturating_sub(1);
        self.planned = self.planned.zip(self.step).map(|(planned, step)| planned + step);
    }

    /// A copy has failed: one more is due at once.
    pub fn bring_forward(&mut self) {
        self.owed += 1;
    }

    /// The next one is due at this moment and not before, those after it step by step.
    pub fn put_off(&mut self, until: Time) {
        self.planned = Some(until);
    }

    /// No further one is to be sent.
    pub fn end(&mut self) {
        self.left = 0;
    }
}
