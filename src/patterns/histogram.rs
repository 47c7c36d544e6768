//! How often which length of time, in a place that never grows: buckets whose width is an eighth of their size, so that
//! every answer is at most an eighth too high, from a nanosecond to centuries.

use std::time::Duration;

/// Buckets per doubling.
const STEPS: u64 = 8;
/// As many as 64-bit nanoseconds need: the first 8 are exact, and then 8 for each of the 61 doublings.
const BUCKETS: usize = (STEPS + 61 * STEPS) as usize;

/// A histogram of durations.
///
/// ```
/// use heartrace::patterns::histogram::Histogram;
/// use std::time::Duration;
/// let mut waits = Histogram::default();
/// (1..=100).for_each(|millis| waits.add(Duration::from_millis(millis)));
/// let median = waits.quantile(0.5).unwrap();
/// assert!(median >= Duration::from_millis(50) && median <= Duration::from_micros(56_250));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    counts: Box<[u64; BUCKETS]>,
    count: u64,
    longest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: Box::new([0; BUCKETS]), count: 0, longest: 0 }
    }
}

impl Histogram {
    /// Counts one; over 584 years counts as that.
    pub fn add(&mut self, length: Duration) {
        let nanos = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket(nanos)] += 1;
        self.count += 1;
        self.longest = self.longest.max(nanos);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest of them, exactly; zero if there are none.
    pub fn longest(&self) -> Duration {
        Duration::from_nanos(self.longest)
    }

    /// The length that a share `q` of them do not exceed (0 to 1; what is outside counts as the nearer of the two), at
    /// most an eighth too high and never above the longest. None if there are none, or if `q` is not a number.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        if self.count == 0 || q.is_nan() {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * self.count as f64).ceil() as u64).max(1);
        let mut below = 0;
        for (index, count) in self.counts.iter().enumerate() {
            below += count;
            if below >= rank {
                return Some(Duration::from_nanos(highest(index).min(self.longest)));
            }
        }
        Some(self.longest())
    }

    /// The buckets that hold any: the longest that belongs into each, and how many there are.
    pub fn bars(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let all = self.counts.iter().enumerate();
        all.filter(|(_, count)| **count > 0).map(|(index, count)| (Duration::from_nanos(highest(index)), *count))
    }
}

/// Where so many nanoseconds belong.
fn bucket(nanos: u64) -> usize {
    if nanos < STEPS {
        return nanos as usize;
    }
    let doubling = u64::from(63 - nanos.leading_zeros()) - 3;
    (STEPS + doubling * STEPS + (nanos >> doubling) - STEPS) as usize
}

/// The highest number that belongs there.
fn highest(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket;
    }
    let (doubling, step) = (bucket / STEPS - 1, bucket % STEPS);
    let next = u128::from(STEPS + step + 1) << doubling;
    u64::try_from(next - 1).unwrap_or(u64::MAX)
}
