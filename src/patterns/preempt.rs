//! Work that can be stopped: it is done in stretches, and between two of them it looks whether to go on.
//!
//! The period is a promise: a cancel is heard no later than one stretch after it was given. Whatever takes longer
//! than the period without looking breaks it.

use super::cancel::Context;
use crate::runtime::{Reason, Runtime};
use std::time::Duration;

/// The work was stopped, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// As the worker heard it: [`Reason::Parent`] if what it was part of was cancelled.
    pub reason: Reason,
}

/// Works for a while in stretches of `period` at most, under a context; it looks once more at the end.
///
/// # Errors
/// [`Stopped`], with what was left not done.
///
/// # Cancellation safety
/// Dropping it cuts the work short.
pub async fn work(rt: &Runtime, context: &Context, duration: Duration, period: Duration) -> Result<(), Stopped> {
    let mut left = duration;
    loop {
        let stretch = left.min(period);
        rt.work(stretch).await;
        left -= stretch;
        if context.err().is_some() {
            return Err(Stopped { reason: context.done().await.reason });
        }
        if left.is_zero() {
            return Ok(());
        }
    }
}
