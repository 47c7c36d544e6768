//! Where `n` more tokens fit between those that are reserved: nobody who has a reservation may be short of any.
//!
//! One walk forwards says what the bucket holds between any two who act; one backwards how much of that could be taken
//! without anybody later missing it. The first stretch that has enough of both is the answer.

use super::{Rate, Refused, TokenBucket};
use crate::runtime::Time;

/// A stretch of time between two who act: when it begins and what there is then, in units; and how much of it could be
/// taken without anybody later being short.
#[derive(Clone, Copy, Debug)]
struct Gap {
    begins: i128,
    level: i128,
    lent: i128,
}

impl TokenBucket {
    /// The first moment from `from` on at which `n` tokens fit. Whoever waits for another bucket as well holds a place
    /// far ahead in this one; to stand behind it would waste what comes until then.
    ///
    /// # Errors
    /// As [`next_free`](super::super::Bucket::next_free).
    pub(in crate::patterns::rate_limit) fn next_fit(&mut self, now: Time, n: u32, from: Time) -> Result<Time, Refused> {
        let now = self.advance(now);
        let from = from.max(now);
        if self.rate.is_infinite() {
            return Ok(from);
        }
        self.check(n)?;
        let need = i128::from(n) * self.rate.token();
        if self.rate == Rate::ZERO {
            return self.admit(if need <= self.free(self.now) { from } else { Time::MAX });
        }
        let (earliest, from) = (from, self.act_at(from));
        let gaps = self.gaps();
        for (index, gap) in gaps.iter().enumerate() {
            let next = gaps.get(index + 1).map(|next| next.begins);
            let start = from.max(gap.begins);
            let lack = (need - self.refilled(gap.level, start - gap.begins)).max(0);
            let Some(nanos) = self.rate.nanos_up(start + lack) else { continue };
            let nanos = self.step_up(nanos);
            let act = self.rate.units(nanos);
            if next.is_some_and(|next| act >= next) {
                continue;
            }
            // What the bucket would have lost by overflowing before the next one acts is nobody's.
            let spare = next.map_or(0, |next| self.overflow(self.refilled(gap.level, act - gap.begins), next - act));
            if need - spare <= gap.lent {
                return self.admit(Time::from_nanos(nanos).max(earliest));
            }
        }
        self.admit(Time::MAX)
    }

    /// The stretches between those who have yet to act, the last one without an end.
    fn gaps(&self) -> Vec<Gap> {
        let mut gaps = vec![Gap { begins: self.rate.units(self.now), level: self.level, lent: i128::MAX }];
        for share in self.held.values() {
            let last = gaps[gaps.len() - 1];
            let level = self.refilled(last.level, share.act - last.begins) - share.need;
            gaps.push(Gap { begins: share.act, level, lent: i128::MAX });
        }
        // Backwards: whoever acts next can do without what it leaves, and the one after it without what is left then.
        for index in (0..gaps.len() - 1).rev() {
            let next = gaps[index + 1];
            let following = gaps.get(index + 2).map(|after| self.overflow(next.level, after.begins - next.begins));
            gaps[index].lent = next.level.min(next.lent.saturating_add(following.unwrap_or(0)));
        }
        gaps
    }

    /// What does not fit any more after so many units' time.
    fn overflow(&self, level: i128, units: i128) -> i128 {
        (level + units - self.room()).max(0)
    }
}
