//! Several buckets one after the other, as the book does it: wait for the slowest, then for the next.
//!
//! It is simple, and what it does wrong is worth seeing: a caller takes its token of the first bucket long before it
//! acts, and if it gives up at a later one it keeps what it has taken. [`Multi`](super::Multi) is the remedy.

use super::{Bucket, Denied, Limiter, Rate, TokenBucket};
use crate::patterns::cancel::Context;
use crate::runtime::Runtime;

/// Buckets to be waited for in turn.
pub struct InTurn<B: Bucket = TokenBucket> {
    rate: Rate,
    buckets: Vec<Limiter<B>>,
}

impl<B: Bucket> InTurn<B> {
    /// A single bucket.
    pub fn one(bucket: &Limiter<B>) -> Self {
        InTurn { rate: bucket.with(|bucket| bucket.rate()), buckets: vec![bucket.clone()] }
    }

    /// Several as one, the slowest first; it counts as being as slow as that one. Those that are equally slow keep
    /// their order, and so do the parts of each.
    pub fn all(parts: impl IntoIterator<Item = InTurn<B>>) -> Self {
        let mut slowest_first: Vec<InTurn<B>> = Vec::new();
        for part in parts {
            let place = slowest_first.partition_point(|other| other.rate <= part.rate);
            slowest_first.insert(place, part);
        }
        InTurn {
            rate: slowest_first.first().map_or(Rate::INFINITE, |slowest| slowest.rate),
            buckets: slowest_first.into_iter().flat_map(|part| part.buckets).collect(),
        }
    }

    /// The rate of the slowest.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Waits at each bucket in turn.
    ///
    /// # Errors
    /// As [`Limiter::wait`]; the tokens of the buckets before are gone.
    ///
    /// # Cancellation safety
    /// Dropping it gives back the token it waits for, and none it has already.
    pub async fn wait(&self, rt: &Runtime, context: &Context, n: u32) -> Result<(), Denied> {
        for bucket in &self.buckets {
            bucket.wait(rt, context, n).await?;
        }
        Ok(())
    }
}
