//! Replicated requests: the same request to several who can serve it, and the first acceptable answer counts.
//!
//! All at once, or a copy only when the answer is late ([`Next`]). Copies buy latency with work, so they are rationed
//! ([`Budget`]); and they are only for requests that may be served twice ([`Eligible`]), which the caller has to say.
//!
//! - here: the rules · [`Replicator`]: the race; its parts are `schedule`, when copies are due, and `copies`, who is
//!   under way
//!
//! ```
//! # use heartrace::patterns::{cancel::Context, replicate::*};
//! # use heartrace::runtime::{virtual_time::Run, setting::Setting, select, Of2};
//! # use std::time::Duration;
//! # let mut run = Run::new(Setting::default(), true);
//! # let rt = run.runtime().clone();
//! # run.start(async move {
//! let budget = Budget::new(Share { per_mille: 100, start: 1, most: 10, at_once: 5 }).unwrap();
//! let losers = Losers::Drain { grace: Duration::from_secs(1) };
//! let next = Next::After(Duration::from_millis(50));
//! let copies = Replicator::new(Policy { extra: 1, targets: 2, next, tied: false, losers }, budget).unwrap();
//! // The original is slow, its copy is not.
//! let serve = |copy: Attempt| {
//!     let (rt, takes) = (rt.clone(), Duration::from_millis([900, 20][copy.number as usize]));
//!     async move {
//!         match select((rt.work(takes), copy.context.done())).await {
//!             Of2::A(()) => Ok(copy.number),
//!             Of2::B(_) => Err("cancelled"),
//!         }
//!     }
//! };
//! let context = Context::background(&rt);
//! let won = copies.ask(&rt, &context, Eligible::Idempotent, "copy", first_ok, serve).await.unwrap();
//! assert_eq!((won.number, rt.now().as_nanos()), (1, 70_000_000));
//! won.drained().await;
//! # });
//! # assert_eq!(run.finish().name(), "finished");
//! ```
//!
//! - [`Attempt`]: a copy, and what ties it to others · [`Budget`]: how many · [`Latencies`]: when it is late

mod attempt;
mod budget;
mod copies;
mod latency;
mod race;
mod schedule;

pub use attempt::{Attempt, Fate, Report};
pub use budget::{Budget, Permit, Share};
pub use latency::Latencies;
pub use race::{Failed, Replicator, Won};

use crate::patterns::cancel::ContextError;
use crate::patterns::config::ConfigError;
use std::time::Duration;

/// When the next copy is sent, if there is no answer yet.
#[derive(Clone)]
pub enum Next {
    /// The k-th extra copy k times this after the original; zero: all at once.
    After(Duration),
    /// After the quantile of how long answers take, once that is known. Until then as [`OnFailure`](Self::OnFailure).
    Late(Latencies),
    /// Only when a copy has failed.
    OnFailure,
}

/// What happens to copies that are no longer wanted. They are told at once in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Losers {
    /// They have so long to stop, and are dropped then; nobody waits for that.
    Drain {
        /// How long.
        grace: Duration,
    },
    /// The result is given only when they have stopped. If the race itself is dropped nobody can wait: so are they, then.
    Await,
}

/// Whether a request may be served more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eligible {
    /// It is idempotent.
    Idempotent,
    /// It is not: there is only the original, and no copy even if that fails.
    Once,
}

/// What an outcome means for the race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is acceptable: the race is over.
    Wins,
    /// It is not; the next copy goes out at once and the rest keep their times.
    Next,
    /// It is not, and the next copy goes out exactly so much later.
    NextAfter(Duration),
    /// It is not, and nobody else is to be bothered; those under way go on.
    NoMore,
    /// It is an error that no other copy would mend: the race is over.
    Fatal,
}

/// Accepts whatever is not an error; after an error the next copy goes out.
pub fn first_ok<T, E>(outcome: &Result<T, E>) -> Judgement {
    if outcome.is_ok() { Judgement::Wins } else { Judgement::Next }
}

/// How copies are sent.
#[derive(Clone)]
pub struct Policy {
    /// How many copies there may be besides the original.
    pub extra: u32,
    /// How many can serve the request; each copy goes to another one.
    pub targets: u32,
    /// When they are sent.
    pub next: Next,
    /// Whether the first that is being served cancels the others.
    pub tied: bool,
    /// What becomes of the others.
    pub losers: Losers,
}

impl Default for Policy {
    /// One copy after two seconds, to another target (Polly's default); who has lost has a second to stop.
    fn default() -> Self {
        let losers = Losers::Drain { grace: Duration::from_secs(1) };
        Policy { extra: 1, targets: 2, next: Next::After(Duration::from_secs(2)), tied: false, losers }
    }
}

impl Policy {
    /// `n` copies at once; the result comes when the others have stopped. The book's replicated request.
    pub fn replicas(n: u32) -> Self {
        let extra = n.saturating_sub(1);
        Policy { extra, targets: n, next: Next::After(Duration::ZERO), tied: false, losers: Losers::Await }
    }

    fn check(&self) -> Result<(), ConfigError> {
        ConfigError::unless(self.targets > 0, "targets", self.targets, "> 0")?;
        let allowed = format!("0–{}, one copy each", self.targets - 1);
        ConfigError::unless(self.extra < self.targets, "extra", self.extra, allowed)
    }
}

/// Why there is no result, besides the failure of the copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Every copy failed that could be sent.
    AllFailed,
    /// This copy failed in a way that ends the race.
    Fatal(u32),
    /// The caller's context ended.
    Ended(ContextError),
}
