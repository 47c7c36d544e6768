//! A limit on how long somebody waits. What is given up is dropped, which withdraws whatever it waits for.
//!
//! [`timeout`] is about waiting and knows one clock. [`within`] is about work under a context: it says whether its own
//! time was up, the time of whoever it works for, or nobody wanted the result any more; only the first is its to
//! handle. A [`Limit`] is one that is decided for every call, and tells somebody.

mod limit;

pub use limit::{Asked, Limit};

use super::cancel::{Context, ContextError};
use crate::runtime::{Cause, Runtime};
use futures::future::{Either, select};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// It took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

/// Waits for a future, but no longer than `limit` from the first poll. The future is asked before the timer: if
/// both are ready it has won.
///
/// # Errors
/// [`TimedOut`]; the future has been dropped.
///
/// # Cancellation safety
/// Dropping it drops the future.
pub async fn timeout<T>(rt: &Runtime, limit: Duration, future: impl Future<Output = T>) -> Result<T, TimedOut> {
    match select(pin!(future), rt.sleep(limit)).await {
        Either::Left((output, _)) => Ok(output),
        Either::Right(((), _)) => Err(TimedOut),
    }
}

/// What becomes of work whose time is up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is dropped at once.
    #[default]
    Drop,
    /// It is told by its context and may put things in order for so long; then it is dropped.
    Drain(Duration),
}

/// Why work under a limit gave no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its own limit was reached: an error like any other.
    TimedOut,
    /// The deadline of the context around it was reached, be it at the same moment: not its own business.
    OuterDeadline,
    /// The context around it was cancelled, for this cause.
    Cancelled(Cause),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::TimedOut => f.write_str("timed out"),
            Ended::OuterDeadline => f.write_str("no time was left to whoever asked"),
            Ended::Cancelled(cause) => write!(f, "cancelled: {}", cause.what),
        }
    }
}

impl Error for Ended {}

/// Does some work under a context of its own that ends after `limit`. A result counts if it was there before that
/// moment and before the context ended, whatever the order in which things happen at one moment: work that hears the
/// end and gives a value all the same has none. If no time is left the work is not begun.
///
/// # Errors
/// [`Ended`], which tells its own limit from everything outside.
///
/// # Cancellation safety
/// Dropping it drops the work and cancels its context.
pub async fn within<T, F: Future<Output = T>>(
    rt: &Runtime,
    context: &Context,
    limit: Duration,
    mode: Mode,
    work: impl FnOnce(Context) -> F,
) -> Result<T, Ended> {
    let own = rt.now() + limit;
    let (inner, cancel) = context.with_deadline(own);
    let _cancelled_when_over = cancel.guard();
    let ended = |error| match error {
        ContextError::Canceled => Ended::Cancelled(inner.cause().unwrap_or(error.cause())),
        ContextError::DeadlineExceeded if context.deadline().is_some_and(|outer| outer <= own) => Ended::OuterDeadline,
        ContextError::DeadlineExceeded => Ended::TimedOut,
    };
    if let Some(error) = inner.err() {
        return Err(ended(error));
    }
    let mut work = pin!(work(inner.clone()));
    // The end is asked first: work that goes on whatever it hears is not polled any more.
    match select(inner.done(), work.as_mut()).await {
        Either::Right((output, _)) if rt.now() < own => return Ok(output),
        Either::Right(_) => {}
        Either::Left(_) => {
            if let Mode::Drain(grace) = mode {
                // Whatever it gives now comes too late.
                let _ = timeout(rt, grace, work).await;
            }
        }
    }
    Err(ended(inner.err().unwrap_or(ContextError::DeadlineExceeded)))
}
