//! Several buckets at once: a caller acts when all of them let it, and either has a token of each or of none.
//!
//! Planning looks at every bucket and takes nothing; the wait is the longest of theirs, not the sum. Only then is a
//! token taken from each, all for that same moment. The order of the buckets makes no difference. A plan never delays
//! anybody who has a reservation, but it may come before some of them: who waits for the disk keeps nobody from the
//! network.

use super::limiter::{Hold, time_left};
use super::{Denied, Limiter, Reservation, TokenBucket};
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

    /// Buckets of which each unit of a request costs one token. A single one makes sense too: asked directly, it would
    /// put a caller behind those who wait for another bucket.
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
        let touched = || self.members.iter().filter(|member| member.cost > 0);
        let lowest = touched().map(|member| member.limiter.number()).min();
        let mut plan = Plan { at: now, binding: lowest.expect("`new` has seen to it that something is touched") };
        // The first moment that suits one may not suit another, which names a later one; until it suits all.
        loop {
            let fits = touched().map(|Member { limiter, cost }| {
                let binding = limiter.number();
                let fit = limiter.with(|bucket| bucket.next_fit(now, n.saturating_mul(*cost), plan.at));
                fit.map(|at| Plan { at, binding }).map_err(|refused| Denied::by(binding, refused))
            });
            let fits = fits.collect::<Result<Vec<_>, _>>()?;
            let last = fits.into_iter().max_by_key(|fit| (fit.at, Reverse(fit.binding)));
            match last.filter(|last| last.at > plan.at) {
                Some(later) => plan = later,
                None => return Ok(plan),
            }
        }
    }

    /// Takes `n` units' tokens from every bucket for the first moment that suits all, if that is no more than `most`
    /// away: a reservation of each bucket that is touched, all for that moment.
    ///
    /// # Errors
    /// Why not; no bucket has lost a token then.
    pub fn reserve(&self, now: Time, n: u32, most: Option<Duration>) -> Result<Vec<(Limiter, Reservation)>, Denied> {
        let plan = self.plan(now, n)?;
        plan.within(now, most)?;
        Ok(self.commit(now, n, plan))
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
        let plan = self.plan(rt.now(), n)?;
        plan.within(rt.now(), time_left(rt, context)?)?;
        Hold::new(rt, self.commit(rt.now(), n, plan)).until_due(context, plan.binding).await
    }

    /// Takes what was planned from every bucket.
    fn commit(&self, now: Time, n: u32, plan: Plan) -> Vec<(Limiter, Reservation)> {
        let touched = self.members.iter().filter(|member| member.cost > 0);
        let take = |Member { limiter, cost }: &Member| {
            let take = |bucket: &mut TokenBucket| bucket.reserve_at(now, n.saturating_mul(*cost), plan.at);
            (limiter.clone(), limiter.with(take))
        };
        touched.map(take).collect()
    }
}

impl Plan {
    fn within(self, now: Time, most: Option<Duration>) -> Result<(), Denied> {
        let wait = self.at.since(now);
        match most.is_some_and(|most| wait > most || self.at == Time::MAX) {
            true => Err(Denied::Deadline { bucket: self.binding, wait }),
            false => Ok(()),
        }
    }
}
