//! A limit that is decided anew for every call, and somebody who is told when it was reached (Polly's timeout strategy).

use super::{Ended, Mode, within};
use crate::patterns::cancel::Context;
use crate::patterns::config::ConfigError;
use crate::runtime::Runtime;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// What a call may take, by whoever decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing special: the fixed limit.
    Fixed,
    /// As long as it wants.
    Unlimited,
    /// So long; zero is no limit either.
    Within(Duration),
}

/// A limit by number, which is what it is known by in notes.
#[derive(Clone)]
pub struct Limit {
    number: u32,
    fixed: Duration,
    decide: Option<Rc<dyn Fn() -> Asked>>,
    told: Option<Rc<dyn Fn(Duration)>>,
}

impl Limit {
    /// The same limit for every call.
    ///
    /// # Errors
    /// A limit of zero: nothing could be done.
    pub fn fixed(number: u32, limit: Duration) -> Result<Self, ConfigError> {
        ConfigError::if_zero("limit", limit)?;
        Ok(Limit { number, fixed: limit, decide: None, told: None })
    }

    /// The same; each call is asked about once, before it begins.
    pub fn decided_by(mut self, decide: impl Fn() -> Asked + 'static) -> Self {
        self.decide = Some(Rc::new(decide));
        self
    }

    /// The same; once for each call that reaches its limit this is told which one that was. It is a task of its own,
    /// `on-timeout`: neither the call nor its caller waits for it.
    pub fn tells(mut self, told: impl Fn(Duration) + 'static) -> Self {
        self.told = Some(Rc::new(told));
        self
    }

    /// Does some work within the limit, as [`within`] does. What the work itself fails with is passed on as it is.
    ///
    /// # Errors
    /// As [`within`]. Only its own limit is noted and told of: a caller's cancel or deadline is no timeout.
    ///
    /// # Cancellation safety
    /// As [`within`].
    pub async fn run<T, F: Future<Output = T>>(
        &self,
        rt: &Runtime,
        context: &Context,
        mode: Mode,
        work: impl FnOnce(Context) -> F,
    ) -> Result<T, Ended> {
        let asked = self.decide.as_ref().map_or(Asked::Fixed, |decide| decide());
        let limit = match asked {
            Asked::Fixed => self.fixed,
            Asked::Within(limit) if !limit.is_zero() => limit,
            // So far away that it never comes, without an exception for it.
            Asked::Within(_) | Asked::Unlimited => Duration::MAX,
        };
        let result = within(rt, context, limit, mode, work).await;
        if matches!(result, Err(Ended::TimedOut)) {
            let millis = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
            rt.note("timeout of limit {} after {} ms", [self.number, millis]);
            if let Some(told) = self.told.clone() {
                let _ = rt.spawn("on-timeout", async move { told(limit) });
            }
        }
        result
    }
}
