//! A shield: what must not be cut short by a cancel, such as tidying up after it, and for how long at most.
//!
//! The cancel is held off, not lost: [`Shield::unmask`] hears it where that is safe, and whoever comes after the shield
//! hears it at its next look. The limit is not optional, since nothing else would end work that hangs.

use super::cancel::Context;
use super::timeout::{Mode, TimedOut, within};
use crate::runtime::{Cause, Runtime};
use std::future::Future;
use std::time::Duration;

/// What work behind a shield is given.
#[derive(Clone)]
pub struct Shield {
    context: Context,
    outer: Context,
}

impl Shield {
    /// What to work under: it has the values of the context outside and the shield's own deadline, and hears no cancel
    /// from outside.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Takes the shield off for some of the work: it runs until the context outside is cancelled, and is not begun if
    /// that has happened already, each time anew. Of shields within each other it takes off the innermost.
    ///
    /// # Errors
    /// The cause as it was heard.
    ///
    /// # Cancellation safety
    /// Dropping it drops the work.
    pub async fn unmask<T>(&self, work: impl Future<Output = T>) -> Result<T, Cause> {
        self.outer.run(work).await
    }
}

/// Does some work that no cancel of `context` cuts short, for at most `limit` from the first poll. What it gives is
/// given, be it an error of its own, whether or not the context has been cancelled meanwhile: that is heard at the next
/// look.
///
/// # Errors
/// [`TimedOut`] at the limit; the work was dropped. Without time it is not begun.
///
/// # Cancellation safety
/// Dropping it drops the work: a shield is against cancels, not against being dropped.
pub async fn shield<T, F: Future<Output = T>>(
    rt: &Runtime,
    context: &Context,
    limit: Duration,
    work: impl FnOnce(Shield) -> F,
) -> Result<T, TimedOut> {
    let outer = context.clone();
    let done =
        within(rt, &context.without_cancel(), limit, Mode::Drop, |context| work(Shield { context, outer })).await;
    // Nobody cancels what it works under: it can only be its own limit.
    done.map_err(|_| TimedOut)
}
