//! Draws from one named generator: PCG32 (`Pcg32` of rand_pcg: PCG XSH RR 64/32), one stream per purpose and task.
//!
//! A draw in `0..n` is the high half of `n × 32 random bits` (multiply-shift); its bias is below n / 2³².

use crate::trace::Fingerprint;
use rand_core::Rng;
use rand_pcg::Pcg32;
use std::collections::BTreeMap;

/// The streams of a run.
#[derive(Default)]
pub(crate) struct Draws {
    seed: u64,
    streams: BTreeMap<(&'static str, u32), Pcg32>,
}

impl Draws {
    pub fn new(seed: u64) -> Self {
        Draws { seed, streams: BTreeMap::new() }
    }

    /// Every stream begins anew.
    pub fn restart(&mut self) {
        self.streams.clear();
    }

    /// A number below `n`, from the stream of a purpose and a task. Zero if `n` is zero.
    pub fn below(&mut self, purpose: &'static str, task: u32, n: u64) -> u64 {
        let seed = self.seed;
        let stream = self
            .streams
            .entry((purpose, task))
            .or_insert_with(|| stream(seed, Fingerprint::hash(purpose) ^ u64::from(task)));
        below(stream, n)
    }
}

/// The stream with this number under a seed. Both are mixed first: neighbouring states and streams of a PCG begin
/// with numbers that are alike, and tasks are numbered one after the other.
pub(crate) fn stream(seed: u64, number: u64) -> Pcg32 {
    let number = mix(number);
    Pcg32::new(mix(seed ^ number), number)
}

/// The last step of SplitMix64: every bit of the result depends on every bit of the number.
fn mix(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number below `n`; zero if `n` is zero.
pub(crate) fn below(generator: &mut Pcg32, n: u64) -> u64 {
    let high = u64::from(generator.next_u32());
    if n <= 1 << 32 {
        return (high * n) >> 32;
    }
    let random = high << 32 | u64::from(generator.next_u32());
    ((u128::from(random) * u128::from(n)) >> 64) as u64
}
