//! Asking others before suspecting, as in SWIM: whoever does not answer me may still answer them, and then it is the way
//! between the two of us that is broken.
//!
//! A probe goes directly first. If there is no answer in time it goes by way of some others, all at once, and any answer
//! counts. Only who answers nobody is silent.

use crate::patterns::config::ConfigError;
use crate::patterns::timeout::timeout;
use crate::runtime::Runtime;
use futures::future::select_all;
use std::future::Future;
use std::time::Duration;

/// More others than this are never asked.
pub const MOST_HELPERS: u32 = 100;

/// How somebody is probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// How many others are asked, 0 to [`MOST_HELPERS`] (memberlist: 3).
    pub helpers: u32,
    /// How long a direct answer may take.
    pub direct: Duration,
    /// How long one by way of others may take, from when they are asked.
    pub indirect: Duration,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It has answered.
    Directly,
    /// It has answered this one, the first of those who were asked.
    Through(u32),
    /// It has answered nobody.
    Nobody,
}

impl Probe {
    /// Whether it can be done.
    ///
    /// # Errors
    /// Too many others, or no time for an answer.
    pub fn check(&self) -> Result<(), ConfigError> {
        ConfigError::unless(self.helpers <= MOST_HELPERS, "helpers", self.helpers, format!("0–{MOST_HELPERS}"))?;
        ConfigError::if_zero("direct", self.direct)?;
        ConfigError::if_zero("indirect", self.indirect)
    }

    /// Probes: `ping` directly, then `through` each of the others, numbered from 0. Both end when there is an answer,
    /// and may wait for ever if there is none.
    ///
    /// # Cancellation safety
    /// Dropping it drops every ping.
    pub async fn run<D: Future<Output = ()>, T: Future<Output = ()>>(
        &self,
        rt: &Runtime,
        ping: impl FnOnce() -> D,
        through: impl Fn(u32) -> T,
    ) -> Reached {
        if timeout(rt, self.direct, ping()).await.is_ok() {
            return Reached::Directly;
        }
        self.ask(rt, through).await
    }

    /// Only the second half: somebody has been silent for too long already.
    ///
    /// # Cancellation safety
    /// Dropping it drops every ping.
    pub async fn ask<T: Future<Output = ()>>(&self, rt: &Runtime, through: impl Fn(u32) -> T) -> Reached {
        if self.helpers == 0 {
            return Reached::Nobody;
        }
        rt.note("ask {} others within {} ms", [self.helpers, self.indirect.as_millis() as u32]);
        let pings = select_all((0..self.helpers).map(|helper| Box::pin(through(helper))));
        match timeout(rt, self.indirect, pings).await {
            Ok(((), helper, _)) => Reached::Through(helper as u32),
            Err(_) => Reached::Nobody,
        }
    }
}
