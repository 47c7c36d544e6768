//! Trying again: how often, how long, at whose expense.
//!
//! - [`policy`]: the decision after a failure · [`budget`]: what all callers together may add to the load
//! - [`throttling`]: not asking whoever refuses · here: the loop that makes the attempts

pub mod budget;
pub mod policy;
pub mod throttling;

pub use budget::{Budget, SharedBudget};
pub use policy::{Checked, Class, Failure, Policy, PushBack, Report, Why};

use super::backoff::WHOLE;
use super::timeout::{TimedOut, timeout};
use crate::runtime::Runtime;
use policy::Retry;
use std::future::Future;
use std::time::Duration;

/// One attempt, as the operation sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, from 1.
    pub number: u32,
    /// How long it may take: to be passed on to whomever it asks. It is cut off then.
    pub limit: Option<Duration>,
}

/// An operation that failed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GaveUp<E> {
    /// Why there was no further attempt.
    pub why: Why,
    /// How many attempts were made.
    pub attempts: u32,
    /// The error of the first or the last attempt, as the policy says; none if that one ran out of time.
    pub error: Option<E>,
}

/// Makes attempts until one succeeds or the policy, the budget or the time forbid another.
///
/// # Errors
/// [`GaveUp`], after the last attempt has ended or was cut off.
///
/// # Cancellation safety
/// Dropping it drops the attempt under way, and no other follows.
pub async fn retry<T, E, F>(
    rt: &Runtime,
    policy: Checked,
    budget: &SharedBudget,
    mut operation: impl FnMut(Attempt) -> F,
) -> Result<T, GaveUp<E>>
where
    F: Future<Output = Result<T, Failure<E>>>,
{
    let mut state = Retry::new(policy, rt.now());
    let policy = policy.policy();
    let _request = budget.request(rt.now());
    let (mut first, mut paid) = (None, None);
    loop {
        let attempt = Attempt { number: state.attempt(), limit: state.limit(rt.now()) };
        let (error, class, push_back) = match within(rt, attempt.limit, operation(attempt)).await {
            Ok(Ok(value)) => {
                budget.with(Budget::success);
                return Ok(value);
            }
            Ok(Err(Failure { error, class, push_back })) => (Some(error), class, push_back),
            Err(TimedOut) => (None, Class::Transient, None),
        };
        drop(paid.take());
        let random = if policy.backoff.is_spread() { rt.draw("back-off", 0, WHOLE) } else { 0 };
        let decision = budget.with(|budget| state.failed(rt.now(), class, push_back, budget, random));
        match decision {
            Ok(delay) => {
                // A repeat for free keeps its number.
                paid = (state.attempt() > attempt.number).then(|| budget.retry());
                if !delay.is_zero() {
                    rt.sleep(delay).await;
                }
            }
            Err(why) => {
                let error = match policy.report {
                    Report::Last => error,
                    Report::First => first.unwrap_or(error),
                };
                return Err(GaveUp { why, attempts: attempt.number, error });
            }
        }
        first.get_or_insert(error);
    }
}

async fn within<T>(rt: &Runtime, limit: Option<Duration>, attempt: impl Future<Output = T>) -> Result<T, TimedOut> {
    match limit {
        Some(limit) => timeout(rt, limit, attempt).await,
        None => Ok(attempt.await),
    }
}
