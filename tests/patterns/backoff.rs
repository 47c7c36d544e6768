//! Back-off: the tables of tower (`src/retry/backoff.rs`), grpc-java (`RetriableStreamTest.java`), Polly
//! (`RetryHelperTests.cs`) and backon (`backoff/exponential.rs`).

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::backoff::{Backoff, Growth, Jitter, Schedule, WHOLE};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_nanos(u64::MAX);
const DOUBLING: Growth = Growth::Exponential { factor: 2000 };

fn of(growth: Growth, jitter: Jitter) -> Backoff {
    Backoff { growth, base: SECOND, max: LONGEST, jitter }
}

/// The delays before the first retries, without randomness.
fn seconds(backoff: Backoff, retries: u32) -> Vec<f64> {
    (0..retries).map(|retry| backoff.delay(retry, None, 0).as_secs_f64()).collect()
}

fn random(share: f64) -> u64 {
    (share * WHOLE as f64) as u64
}

/// All delays of a sequence of retries, each drawn anew from a few numbers that go round.
fn wandering(backoff: Backoff, retries: u32) -> Vec<Duration> {
    let mut before = None;
    let mut delays = Vec::new();
    for retry in 0..retries {
        let random = u64::from(retry).wrapping_mul(618_033_989) % (WHOLE + 1);
        let delay = backoff.delay(retry, before, random);
        before = Some(delay);
        delays.push(delay);
    }
    delays
}

#[test]
fn v_r041_the_first_delay_is_the_least() {
    assert_eq!(of(DOUBLING, Jitter::None).delay(0, None, 0), SECOND);
    assert_eq!(of(DOUBLING, Jitter::Plus(500)).delay(0, None, 0), SECOND);
}

#[test]
fn v_r042_every_delay_is_within_its_bounds() {
    let max = Duration::from_secs(60);
    for growth in [Growth::Constant, Growth::Linear, DOUBLING, Growth::Decorrelated] {
        for jitter in [Jitter::None, Jitter::Plus(1000), Jitter::Plus(100)] {
            for delay in wandering(Backoff { max, ..of(growth, jitter) }, 100) {
                assert!(SECOND <= delay && delay <= max, "{growth:?} {jitter:?}: {delay:?}");
            }
        }
        for jitter in [Jitter::Full, Jitter::Equal, Jitter::PlusMinus(250)] {
            for delay in wandering(Backoff { max, ..of(growth, jitter) }, 100) {
                assert!(delay <= max, "{growth:?} {jitter:?}: {delay:?}");
            }
        }
    }
}

#[test]
fn v_r043_there_is_spread_unless_there_is_no_room_for_it() {
    let spread = |backoff: Backoff, retry| backoff.delay(retry, None, WHOLE) - backoff.delay(retry, None, 0);
    let jittered = Backoff { max: Duration::from_secs(10), ..of(DOUBLING, Jitter::Plus(500)) };
    assert_eq!(spread(jittered, 0), SECOND / 2);
    assert!(spread(Backoff { jitter: Jitter::Plus(0), ..jittered }, 0).is_zero());
    assert!(spread(Backoff { base: Duration::ZERO, ..jittered }, 0).is_zero());
    // **differs**: upstream's spread shrinks to nothing at the cap; here the delay keeps room for it (P-R10).
    assert!(spread(jittered, 20) > Duration::from_secs(3));
    assert_eq!(jittered.delay(20, None, WHOLE).as_secs(), 9);
}

#[test]
fn p_r9_a_jitter_that_is_no_share_is_refused() {
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 1.001] {
        let error = Jitter::plus_minus(wrong).expect_err("no share");
        assert_eq!(error.field, "jitter");
    }
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 1000.1] {
        assert!(Jitter::plus(wrong).is_err(), "{wrong}");
    }
    assert_eq!(Jitter::plus_minus(0.25), Ok(Jitter::PlusMinus(250)));
    assert_eq!(Jitter::plus(100.0), Ok(Jitter::Plus(100_000)));
    let field = |backoff: Backoff| backoff.checked().map_err(|error| error.field);
    assert_eq!(field(Backoff { max: SECOND / 2, ..of(DOUBLING, Jitter::None) }), Err("base"));
    assert_eq!(field(of(Growth::Exponential { factor: 999 }, Jitter::None)), Err("factor"));
    assert_eq!(field(of(DOUBLING, Jitter::PlusMinus(1001))), Err("jitter"));
}

#[test]
fn p_r10_the_cap_neither_is_passed_nor_swallows_the_spread() {
    let max = Duration::from_secs(8);
    for jitter in [Jitter::PlusMinus(200), Jitter::Plus(1000), Jitter::Full, Jitter::Equal] {
        let backoff = Backoff { max, ..of(DOUBLING, jitter) };
        let at_cap: Vec<Duration> = (0..=20).map(|step| backoff.delay(50, None, WHOLE / 20 * step)).collect();
        assert!(at_cap.iter().all(|delay| *delay <= max), "{jitter:?}: {at_cap:?}");
        assert!(at_cap.windows(2).all(|pair| pair[0] < pair[1]), "{jitter:?} piles up: {at_cap:?}");
    }
    // Decorrelated jitter too: its upper end is capped, not what was drawn.
    let drawn = wandering(Backoff { max, ..of(Growth::Decorrelated, Jitter::None) }, 200);
    assert!(drawn.iter().filter(|delay| **delay == max).count() < 10);
}

#[test]
fn v_r085_grpc_sleeps() {
    let hundred = Duration::from_secs(100);
    let backoff = Backoff { growth: DOUBLING, base: hundred, max: 7 * hundred, jitter: Jitter::None };
    assert_eq!(seconds(backoff, 5), [100.0, 200.0, 400.0, 700.0, 700.0]);
    // **differs**: gRPC draws ±20 % after the cap, up to 840 s; here the spread ends at the cap (P-R10).
    let jittered = Backoff { jitter: Jitter::PlusMinus(200), ..backoff };
    let middle: Vec<u64> = (0..5).map(|retry| jittered.delay(retry, None, WHOLE / 2).as_secs()).collect();
    assert_eq!(middle, [100, 200, 400, 583, 583]);
    assert_eq!(jittered.delay(4, None, WHOLE).as_secs(), 699);
}

#[test]
fn v_r086_a_delay_that_was_told_is_kept_exactly_and_the_back_off_begins_again() {
    let mut schedule = Schedule::new(of(DOUBLING, Jitter::None), Some(6), None).unwrap();
    let told = Duration::from_millis(123);
    assert_eq!([schedule.next(0), schedule.next(0)], [Some(SECOND), Some(2 * SECOND)]);
    assert_eq!(schedule.told(told), Some(told));
    assert_eq!([schedule.next(0), schedule.next(0)], [Some(SECOND), Some(2 * SECOND)]);
    assert_eq!(schedule.told(told), Some(told));
    assert_eq!([schedule.next(0), schedule.told(told)], [None, None], "six retries were made");
}

#[test]
fn v_r100_to_r104_constant() {
    assert_eq!(seconds(of(Growth::Constant, Jitter::None), 3), [1.0; 3]);
    let jittered = of(Growth::Constant, Jitter::PlusMinus(250));
    for (share, expected) in [(0.0, 0.75), (0.4, 0.95), (0.6, 1.05), (1.0, 1.25)] {
        assert_eq!(jittered.delay(0, None, random(share)).as_secs_f64(), expected);
    }
}

#[test]
fn v_r105_to_r112_linear() {
    assert_eq!(seconds(of(Growth::Linear, Jitter::None), 3), [1.0, 2.0, 3.0]);
    let jittered = of(Growth::Linear, Jitter::PlusMinus(250));
    for (share, expected) in [(0.0, 2.25), (0.4, 2.85), (0.5, 3.0), (0.6, 3.15), (1.0, 3.75)] {
        assert_eq!(jittered.delay(2, None, random(share)).as_secs_f64(), expected);
    }
}

#[test]
fn v_r113_to_r115_exponential() {
    assert_eq!(seconds(of(DOUBLING, Jitter::None), 3), [1.0, 2.0, 4.0]);
}

#[test]
fn v_r116_the_cap_holds_for_each_kind() {
    let max = Duration::from_millis(1500);
    for growth in [Growth::Linear, DOUBLING] {
        assert_eq!(seconds(Backoff { max, ..of(growth, Jitter::None) }, 3), [1.0, 1.5, 1.5]);
    }
    let low = Backoff { base: SECOND / 2, max: SECOND / 2, ..of(Growth::Constant, Jitter::None) };
    assert_eq!(seconds(low, 2), [0.5; 2]);
}

#[test]
fn v_r117_r118_what_is_too_large_saturates() {
    let day = 24 * 3600 * SECOND;
    let backoff = Backoff { base: day, ..of(DOUBLING, Jitter::None) };
    // **differs**: the longest duration here is 2^64 − 1 ns, as everywhere in a run.
    assert_eq!(backoff.delay(1000, None, 0), LONGEST);
    assert_eq!(Backoff { max: 2 * day, ..backoff }.delay(1000, None, 0), 2 * day);
    assert_eq!(Backoff { base: day, ..of(Growth::Linear, Jitter::None) }.delay(u32::MAX, None, 0), LONGEST);
    assert_eq!(Backoff { base: LONGEST, ..of(Growth::Decorrelated, Jitter::None) }.delay(9, None, 0), LONGEST);
}

#[test]
fn v_r119_to_r127_decorrelated_jitter_stays_between_zero_and_the_cap() {
    let max = Duration::from_secs(30);
    let delays = wandering(Backoff { max, ..of(Growth::Decorrelated, Jitter::None) }, 1026);
    for attempt in [1, 2, 3, 4, 10, 100, 1000, 1024, 1025] {
        assert!(!delays[attempt].is_zero() && delays[attempt] <= max, "{attempt}: {:?}", delays[attempt]);
    }
    // It is decorrelated: it also falls.
    assert!(delays.windows(2).any(|pair| pair[1] < pair[0]));
}

#[test]
fn v_r128_polly_by_default_waits_three_times_two_seconds() {
    let backoff = Backoff { base: 2 * SECOND, ..of(Growth::Constant, Jitter::None) };
    let mut schedule = Schedule::new(backoff, Some(3), None).unwrap();
    let delays: Vec<_> = std::iter::from_fn(|| schedule.next(0)).collect();
    assert_eq!(delays, [2 * SECOND; 3]);
}

#[test]
fn v_r129_r130_factors() {
    assert_eq!(seconds(of(DOUBLING, Jitter::None), 3), [1.0, 2.0, 4.0]);
    assert_eq!(seconds(of(Growth::Exponential { factor: 1500 }, Jitter::None), 3), [1.0, 1.5, 2.25]);
    assert_eq!(seconds(of(Growth::Exponential { factor: 1000 }, Jitter::None), 3), [1.0; 3]);
}

#[test]
fn v_r131_jitter_ranges() {
    let backoff = of(DOUBLING, Jitter::Plus(1000));
    for (retry, low) in [(0, 1), (1, 2), (2, 4)] {
        let (low, high) = (low * SECOND, 2 * low * SECOND);
        for share in [0.0, 0.25, 0.5, 0.999] {
            let delay = backoff.delay(retry, None, random(share));
            assert!(low <= delay && delay < high, "{retry}: {delay:?}");
        }
    }
}

#[test]
fn v_r132_least_delay() {
    let backoff = Backoff { base: SECOND / 2, ..of(DOUBLING, Jitter::None) };
    assert_eq!(seconds(backoff, 3), [0.5, 1.0, 2.0]);
}

#[test]
fn v_r133_a_total_of_all_delays() {
    let mut schedule = Schedule::new(of(Growth::Constant, Jitter::None), None, Some(3 * SECOND)).unwrap();
    let delays: Vec<_> = std::iter::from_fn(|| schedule.next(0)).collect();
    assert_eq!(delays, [SECOND; 3]);
    assert!(!schedule.is_over(), "it is the time that is used up");
}

#[test]
fn v_r134_without_a_number_of_times_there_is_no_end() {
    let mut schedule = Schedule::new(of(Growth::Constant, Jitter::None), None, None).unwrap();
    assert!((0..10_000).all(|_| schedule.next(0) == Some(SECOND)));
}

#[test]
fn v_r135_to_r137_greatest_delay() {
    let capped = Backoff { max: 2 * SECOND, ..of(DOUBLING, Jitter::None) };
    assert_eq!(seconds(capped, 4), [1.0, 2.0, 2.0, 2.0]);
    let steep = of(Growth::Exponential { factor: 4_000_000_000 }, Jitter::None);
    assert_eq!(steep.delay(1, None, 0), 4_000_000 * SECOND);
    assert_eq!([2, 3, 100].map(|retry| steep.delay(retry, None, 0)), [LONGEST; 3]);
    let large = Backoff { base: LONGEST / 2 + SECOND, ..of(DOUBLING, Jitter::None) };
    assert_eq!(large.delay(1, None, 0), LONGEST);
    let flat = Backoff { base: 3 * SECOND, max: 3 * SECOND, ..of(DOUBLING, Jitter::None) };
    assert_eq!(seconds(flat, 2), [3.0, 3.0]);
}

#[test]
fn v_r138_a_number_of_times() {
    let mut schedule = Schedule::new(of(DOUBLING, Jitter::None), Some(1), None).unwrap();
    assert_eq!([schedule.next(0), schedule.next(0)], [Some(SECOND), None]);
    assert!(Schedule::new(of(DOUBLING, Jitter::None), Some(0), None).unwrap().is_over());
}

#[test]
fn v_r139_a_back_off_is_a_constant_if_you_like() {
    const BACKOFF: Backoff = Backoff { base: Duration::from_millis(1), ..Backoff::GRPC };
    assert_eq!(BACKOFF.checked(), Ok(BACKOFF));
    assert_eq!(Backoff::NONE.checked(), Ok(Backoff::NONE));
    assert!(Backoff::NONE.delay(7, None, WHOLE).is_zero());
}
