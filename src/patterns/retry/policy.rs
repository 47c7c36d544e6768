//! Whether a failed attempt is followed by another one, and when: the decision, without a clock.
//!
//! Attempts are numbered from 1. Whoever failed says how ([`Class`]); the policy, the shared budget and the time that
//! is left decide.

use super::budget::Budget;
use crate::patterns::backoff::{Backoff, Schedule};
use crate::patterns::config::ConfigError;
use crate::runtime::Time;
use std::time::Duration;

/// Attempts that never left the client are repeated at most so often.
const MOST_UNSENT: u32 = 1000;

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Another attempt may succeed.
    Transient,
    /// No other attempt will.
    Fatal,
    /// Part of the answer was used already: the attempt is committed, no other may take its place.
    Committed,
    /// It was refused before anybody looked at it: repeated once, at once, without counting as a retry.
    Unprocessed,
    /// It never left the client: repeated at once, without counting as a retry.
    Unsent,
}

/// What the server said about when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushBack {
    /// After exactly so long.
    After(Duration),
    /// Not at all; also what could not be read.
    Never,
}

/// A failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure<E> {
    /// What went wrong.
    pub error: E,
    /// What kind of failure it was.
    pub class: Class,
    /// What the server said.
    pub push_back: Option<PushBack>,
}

impl<E> Failure<E> {
    /// A failure that another attempt may avoid.
    pub fn transient(error: E) -> Self {
        Failure { error, class: Class::Transient, push_back: None }
    }

    /// A failure that no other attempt will avoid.
    pub fn fatal(error: E) -> Self {
        Failure { error, class: Class::Fatal, push_back: None }
    }

    /// The same failure, of which the server said when to come back.
    pub fn with(mut self, push_back: PushBack) -> Self {
        self.push_back = Some(push_back);
        self
    }
}

/// Which error a caller gets when all attempts failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Report {
    /// That of the last attempt.
    #[default]
    Last,
    /// That of the first: what came after may only be its consequence.
    First,
}

/// How an operation is retried.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// At most so many attempts, the first one included; at least 1.
    pub attempts: u32,
    /// How long each attempt may take.
    pub per_attempt: Option<Duration>,
    /// How long all of them may take together, waiting included.
    pub total: Option<Duration>,
    /// How long to wait between two of them.
    pub backoff: Backoff,
    /// Which error is reported.
    pub report: Report,
}

impl Policy {
    /// As gRPC's retry design (A6) has it: 4 attempts.
    pub const GRPC: Policy =
        Policy { attempts: 4, per_attempt: None, total: None, backoff: Backoff::GRPC, report: Report::Last };

    /// So many attempts, one right after the other.
    pub fn at_once(attempts: u32) -> Self {
        Policy { attempts, per_attempt: None, total: None, backoff: Backoff::NONE, report: Report::Last }
    }

    /// Checks it.
    ///
    /// # Errors
    /// If there is no attempt, a limit is zero, or the back-off makes no sense.
    pub fn checked(self) -> Result<Checked, ConfigError> {
        ConfigError::unless(self.attempts >= 1, "attempts", self.attempts, "≥ 1")?;
        for (field, limit) in [("per-attempt", self.per_attempt), ("total", self.total)] {
            if let Some(limit) = limit {
                ConfigError::if_zero(field, limit)?;
            }
        }
        let schedule = Schedule::new(self.backoff, Some(self.attempts - 1), None)?;
        Ok(Checked { policy: self, schedule })
    }
}

/// A policy that makes sense.
#[derive(Clone, Copy, Debug)]
pub struct Checked {
    policy: Policy,
    schedule: Schedule,
}

impl Checked {
    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// Why there is no further attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The failure is of a kind that no attempt will avoid.
    Fatal,
    /// The attempt was committed.
    Committed,
    /// All attempts were made.
    Attempts,
    /// The next attempt would begin after the total deadline, or it has passed.
    Deadline,
    /// The retry budget is used up.
    Budget,
    /// The server said so.
    PushBack,
}

/// The attempts of one operation.
#[derive(Clone, Debug)]
pub struct Retry {
    policy: Policy,
    deadline: Option<Time>,
    schedule: Schedule,
    attempts: u32,
    /// No attempt is repeated for free any more.
    counted: bool,
    unsent: u32,
}

impl Retry {
    /// An operation that begins now.
    pub fn new(Checked { policy, schedule }: Checked, now: Time) -> Self {
        let deadline = policy.total.map(|total| now + total);
        Retry { policy, deadline, schedule, attempts: 1, counted: false, unsent: 0 }
    }

    /// The number of the attempt that is under way, from 1. Repeats for free have the number of what they repeat.
    pub fn attempt(&self) -> u32 {
        self.attempts
    }

    /// How long the attempt that begins now may take: its own limit or what is left of the total, whichever is less.
    pub fn limit(&self, now: Time) -> Option<Duration> {
        let left = self.deadline.map(|deadline| deadline - now);
        [self.policy.per_attempt, left].into_iter().flatten().min()
    }

    /// After a failure: how long to wait for the next attempt, or why there is none. `random` is for the back-off.
    ///
    /// # Errors
    /// [`Why`] the operation has failed.
    pub fn failed(
        &mut self,
        now: Time,
        class: Class,
        push_back: Option<PushBack>,
        budget: &mut Budget,
        random: u64,
    ) -> Result<Duration, Why> {
        if class == Class::Committed {
            return Err(Why::Committed);
        }
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Err(Why::Deadline);
        }
        if self.is_free(class) {
            return Ok(Duration::ZERO);
        }
        self.counted = true;
        let is_transient = class != Class::Fatal;
        if is_transient || push_back == Some(PushBack::Never) {
            budget.failure();
        }
        if push_back == Some(PushBack::Never) {
            return Err(Why::PushBack);
        }
        if !is_transient && push_back.is_none() {
            return Err(Why::Fatal);
        }
        if self.schedule.is_over() {
            return Err(Why::Attempts);
        }
        // A delay that would cross the deadline is not begun, and its retry not paid for.
        let mut schedule = self.schedule;
        let delay = match push_back {
            Some(PushBack::After(delay)) => schedule.told(delay),
            _ => schedule.next(random),
        };
        let delay = delay.ok_or(Why::Attempts)?;
        if self.deadline.is_some_and(|deadline| now + delay >= deadline) {
            return Err(Why::Deadline);
        }
        if !budget.retry(now, !is_transient) {
            return Err(Why::Budget);
        }
        self.schedule = schedule;
        self.attempts += 1;
        Ok(delay)
    }

    /// Whether the attempt is repeated for free.
    fn is_free(&mut self, class: Class) -> bool {
        match class {
            Class::Unsent if self.unsent < MOST_UNSENT => {
                self.unsent += 1;
                true
            }
            Class::Unprocessed => !std::mem::replace(&mut self.counted, true),
            _ => false,
        }
    }
}
