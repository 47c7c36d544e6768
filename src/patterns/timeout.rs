//! A limit on how long somebody waits. What is given up is dropped, which withdraws whatever it waits for.

use crate::runtime::Runtime;
use futures::future::{Either, select};
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
