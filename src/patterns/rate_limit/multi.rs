//! Several buckets at once: a caller acts when all of them let it, and either has a token of each or of none.
//!
//! Planning looks at every bucket and takes nothing; the wait is the longest of theirs, not the sum. Only then is a
//! token taken from each, all for that same moment. The order of the buckets makes no difference.

use super::limiter::{Hold, time_left};
use super::{Bucket, Denied, Limiter};
use crate::patterns::cancel::Context;
use crate::patterns::config::ConfigError;
use crate::runtime::{Runtime, Time};
use std::cmp::Reverse;
use std::time::Duration;

/// A bucket among several, and how many of its tokens one unit of the request costs.
#[derive(Clone)]
pub struct Member {
    /// The bucket.
    pub limiter: Limiter,
    /// Tokens per unit; 0 if the request does not touch this bucket.
    pub cost: u32,
}

/// Several buckets: tiers (per second and per minute) and dimensions (disk and network).
#[derive(Clone)]
pub struct Multi {
    members: Vec<Member>,
}

/// When a request could act, and on whose account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The moment; [`Time::MAX`]: never.
    pub at: Time,
    /// The bucket that lets it act last; of several the one with the lowest number.
    pub binding: u32,
}

impl Multi {
    /// These buckets together.
    ///
    /// # Errors
    /// If there is none, if one of them is there twice, or if nothing costs anything.
    pub fn new(members: Vec<Member>) -> Result<Self, ConfigError> {
        ConfigError::unless(members.iter().any(|member| member.cost > 0), "cost", 0, "> 0 of one bucket or more")?;
        for (index, member) in members.iter().enumerate() {
            let twice = members[..index].iter().any(|other| other.limiter.is(&member.limiter));
            ConfigError::unless(!twice, "members", format!("bucket {} twice", member.limiter.number()), "each once")?;
        }
        Ok(Multi { members })
    }

    /// Buckets of which each unit of a request costs one token.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(limiters: impl IntoIterator<Item = Limiter>) -> Result<Self, ConfigError> {
        Multi::new(limiters.into_iter().map(|limiter| Member { limiter, cost: 1 }).collect())
    }

    /// When a request of `n` units could act. Takes nothing.
    ///
    /// # Errors
    /// If it is more than the burst of one of the buckets, or one is full of reservations.
    pub fn plan(&self, now: Time, n: u32) -> Result<Plan, Denied> {
        let touched = self.members.iter().filter(|member| member.cost > 0);
        let plans = touched.map(|Member { limiter, cost }| {
            let free = limiter.with(|bucket| bucket.next_free(now, n.saturating_mul(*cost)));
            let binding = limiter.number();
            free.map(|at| Plan { at, binding }).map_err(|refused| Denied::by(binding, refused))
        });
        let plans = plans.collect::<Result<Vec<_>, _>>()?;
        let last = plans.into_iter().max_by_key(|plan| (plan.at, Reverse(plan.binding)));
        Ok(last.expect("some bucket is touched: `new` has seen to it"))
    }

    /// Waits until all buckets let `n` units through, and takes them from each.
    ///
    /// # Errors
    /// In this order: more than a burst; the context has ended; its deadline would come first; it ended meanwhile.
    /// No bucket has lost a token then.
    ///
    /// # Cancellation safety
    /// Dropping it gives every token back.
    pub async fn wait(&self, rt: &Runtime, context: &Context, n: u32) -> Result<(), Denied> {
        let now = rt.now();
        let plan = self.plan(now, n)?;
        let most = time_left(rt, context)?;
        let wait = plan.at.since(now);
        if most.is_some_and(|most| wait > most || plan.at == Time::MAX) {
            return Err(Denied::Deadline { bucket: plan.binding, wait });
        }
        self.commit(rt, n, plan).until_due(context).await
    }

    /// Takes what was planned from every bucket.
    fn commit(&self, rt: &Runtime, n: u32, plan: Plan) -> Hold<super::TokenBucket> {
        let touched = self.members.iter().filter(|member| member.cost > 0);
        let take = |member: &Member| {
            let n = n.saturating_mul(member.cost);
            let reservation = member.limiter.with(|bucket| match bucket.rate().is_infinite() {
                true => bucket.reserve(rt.now(), n, Some(Duration::ZERO)).expect("without a limit nothing is refused"),
                false => bucket.reserve_at(rt.now(), n, plan.at),
            });
            (member.limiter.clone(), reservation)
        };
        Hold::new(rt, touched.map(take).collect())
    }
}
