//! Token buckets, row by row: `l02_…` are rows of the table of Go's semantics with times in ms, `v_l057_…` rows of
//! upstream tests (`golang.org/x/time`, `rate/rate_test.go`) with times in steps of 100 ms.
//!
//! Most rows hold for both buckets and are checked against both. Where a bucket that is exact cannot agree with one
//! that rounds, forgets or turns its clock back, the row says **differs** and each has its own expectation.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::rate_limit::{Adjustable, Bucket, GoBucket, Rate, Refused, Reservation, TokenBucket};
use heartrace::runtime::Time;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

pub fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub fn at(millis: u64) -> Time {
    Time::from_nanos(millis * 1_000_000)
}

/// So many per second; 0 is no rate.
pub fn rate(per_second: u64) -> Rate {
    if per_second == 0 { Rate::ZERO } else { Rate::new(per_second, SECOND).unwrap() }
}

/// A bucket of either kind, in the words of the tables.
struct Table {
    bucket: Box<dyn Adjustable>,
    who: &'static str,
}

/// The same rows for both buckets: full ones with this rate and burst.
fn both(rate: Rate, burst: u32, rows: impl Fn(&mut Table)) {
    rows(&mut ours(rate, burst));
    rows(&mut go(rate, burst));
}

fn ours(rate: Rate, burst: u32) -> Table {
    let mut bucket = TokenBucket::new(rate, burst.max(1)).unwrap();
    bucket.set_burst(Time::ZERO, burst);
    Table { bucket: Box::new(bucket), who: "ours" }
}

fn go(rate: Rate, burst: u32) -> Table {
    Table { bucket: Box::new(GoBucket::new(rate, burst)), who: "Go's" }
}

impl Table {
    #[track_caller]
    fn allow(&mut self, t: u64, n: u32, expected: bool) -> &mut Self {
        assert_eq!(self.bucket.allow(at(t), n), expected, "{}: {n} at {t} ms", self.who);
        self
    }

    #[track_caller]
    fn tokens(&mut self, t: u64, expected: f64) -> &mut Self {
        let tokens = self.bucket.tokens(at(t));
        assert!((tokens - expected).abs() < 1e-12, "{}: {tokens} tokens at {t} ms, not {expected}", self.who);
        self
    }

    /// Tokens before, then a take.
    #[track_caller]
    fn take(&mut self, t: u64, tokens: f64, n: u32, expected: bool) -> &mut Self {
        self.tokens(t, tokens).allow(t, n, expected)
    }

    /// A reservation that acts at a moment in ms.
    #[track_caller]
    fn reserve(&mut self, t: u64, n: u32, acts: u64) -> Reservation {
        let reservation = self.bucket.reserve(at(t), n, None).unwrap();
        assert_eq!(reservation.at, at(acts), "{}: {n} at {t} ms", self.who);
        reservation
    }

    #[track_caller]
    fn refused(&mut self, t: u64, n: u32, most: Option<u64>) -> &mut Self {
        let most = most.map(ms);
        assert!(self.bucket.reserve(at(t), n, most).is_err(), "{}: {n} at {t} ms is refused", self.who);
        self
    }

    fn cancel(&mut self, t: u64, reservation: &Reservation) -> &mut Self {
        self.bucket.cancel(at(t), reservation);
        self
    }

    fn set_rate(&mut self, t: u64, rate: Rate) -> &mut Self {
        self.bucket.set_rate(at(t), rate);
        self
    }

    fn set_burst(&mut self, t: u64, burst: u32) -> &mut Self {
        self.bucket.set_burst(at(t), burst);
        self
    }
}

// ---------------------------------------------------------------- rates

#[test]
fn l01_v_l022_to_v_l034_intervals_as_rates() {
    let longest = i64::MAX as u64;
    for (nanos, per_second) in [
        (0, f64::INFINITY),
        (1, 1e9),
        (1_000, 1e6),
        (1_000_000, 1e3),
        (10_000_000, 100.0),
        (100_000_000, 10.0),
        (1_000_000_000, 1.0),
        (2_000_000_000, 0.5),
        (2_500_000_000, 0.4),
        (4_000_000_000, 0.25),
        (10_000_000_000, 0.1),
        (longest, 1e9 / longest as f64),
    ] {
        assert_eq!(Rate::every(Duration::from_nanos(nanos)).per_second(), per_second, "every {nanos} ns");
    }
    // −1 ns: a `Duration` is never negative.
}

#[test]
fn rl_h_per_divides_whole_nanoseconds() {
    assert_eq!(Rate::per(2, SECOND).unwrap(), rate(2));
    assert_eq!(Rate::per(10, 60 * SECOND).unwrap().per_second(), 1.0 / 6.0);
    assert_eq!(Rate::per(3, SECOND).unwrap(), Rate::every(Duration::from_nanos(333_333_333)));
    assert_eq!(format!("{:.9}", Rate::per(3, SECOND).unwrap().per_second()), "3.000000003");
    assert_eq!(Rate::per(2, Duration::from_nanos(1)).unwrap(), Rate::INFINITE);
    assert!(Rate::per(3, SECOND).unwrap() > Rate::new(3, SECOND).unwrap());
}

#[test]
fn rates_that_make_no_sense_name_their_field() {
    let field = |error: heartrace::patterns::config::ConfigError| error.field;
    assert_eq!(Rate::new(0, SECOND).map_err(field), Err("rate"));
    assert_eq!(Rate::new(1, Duration::ZERO).map_err(field), Err("period"));
    assert_eq!(Rate::new(u64::MAX, Duration::from_nanos(1)).map_err(field), Err("rate"));
    assert_eq!(Rate::new(1, Duration::MAX).map_err(field), Err("period"));
    assert_eq!(Rate::per(0, SECOND).map_err(field), Err("rate"));
    assert_eq!(Rate::per(1, Duration::ZERO).map_err(field), Err("period"));
    assert_eq!(TokenBucket::new(rate(1), 0).map(drop).map_err(field), Err("burst"));
    assert!(TokenBucket::new(Rate::INFINITE, 0).is_ok());
}

#[test]
fn slower_rates_are_smaller() {
    let ascending = [Rate::ZERO, Rate::per(10, 60 * SECOND).unwrap(), rate(1), rate(2), rate(3), Rate::INFINITE];
    assert!(ascending.is_sorted());
    assert_eq!(Rate::new(60, 60 * SECOND).unwrap(), rate(1));
}

// ---------------------------------------------------------------- takes

#[test]
fn l02_v_l035_to_v_l043_burst_1() {
    both(rate(10), 1, |table| {
        table.take(0, 1.0, 1, true).take(0, 0.0, 1, false).take(0, 0.0, 1, false);
        table.take(100, 1.0, 1, true).take(100, 0.0, 1, false).take(100, 0.0, 1, false);
        table.take(200, 1.0, 2, false).take(200, 1.0, 1, true).take(200, 0.0, 1, false);
    });
}

#[test]
fn l03_v_l044_to_v_l056_burst_3() {
    both(rate(10), 3, |table| {
        table.take(0, 3.0, 2, true).take(0, 1.0, 2, false).take(0, 1.0, 1, true).take(0, 0.0, 1, false);
        table.take(100, 1.0, 4, false).take(200, 2.0, 1, true).take(300, 2.0, 1, true);
        table.take(400, 2.0, 1, true).take(400, 1.0, 1, true).take(400, 0.0, 1, false).take(400, 0.0, 1, false);
        table.take(900, 3.0, 3, true).take(900, 0.0, 0, true);
    });
}

#[test]
fn v_l057_to_v_l067_a_clock_that_goes_back() {
    let start = |table: &mut Table| {
        table.take(100, 3.0, 1, true).take(0, 2.0, 1, true).take(0, 1.0, 1, true);
        table.take(0, 0.0, 1, false).take(0, 0.0, 1, false);
    };
    let mut table = go(rate(10), 3);
    start(&mut table);
    table.take(100, 1.0, 1, true).take(100, 0.0, 1, false).take(100, 0.0, 1, false);
    table.take(200, 1.0, 1, true).take(200, 0.0, 1, false).take(200, 0.0, 1, false);
    // **Differs**: the latest moment seen stays, so the same 100 ms are not credited twice.
    let mut table = ours(rate(10), 3);
    start(&mut table);
    table.take(100, 0.0, 1, false).take(200, 1.0, 1, true).take(200, 0.0, 1, false);
}

#[test]
fn l05_v_l068_no_truncation() {
    // 0.7692307692307693 per second is one every 1.3 s.
    both(Rate::every(ms(1300)), 1, |table| {
        table.allow(0, 1, true).allow(1299, 1, false).allow(1300, 1, true);
    });
}

#[test]
fn l06_v_l069_fifteen_at_once() {
    both(rate(1), 5, |table| {
        let granted = (0..15).filter(|_| table.bucket.allow(Time::ZERO, 1)).count();
        assert_eq!(granted, 5);
    });
}

#[test]
fn l07_v_l070_a_try_every_2_ms() {
    both(rate(100), 100, |table| {
        let granted = (0..2500).filter(|step| table.bucket.allow(at(2 * step), 1)).count();
        assert_eq!(granted, 599);
    });
}

#[test]
fn l25_no_limit_and_no_room() {
    both(Rate::INFINITE, 0, |table| {
        table.allow(0, 1_000_000, true).tokens(0, 0.0);
        assert_eq!(table.reserve(0, 99, 0).delay(Time::ZERO), Duration::ZERO);
        table.tokens(1000, 0.0);
    });
}

#[test]
fn l26_no_room() {
    both(rate(10), 0, |table| {
        table.allow(0, 1, false).allow(0, 0, true);
        assert_eq!(table.bucket.reserve(Time::ZERO, 1, None), Err(Refused::Burst { burst: 0 }));
    });
}

#[test]
fn l27_the_default_bucket() {
    let rows = |bucket: &mut dyn Adjustable| {
        assert!(!bucket.allow(Time::ZERO, 1));
        assert!(bucket.allow(Time::ZERO, 0));
    };
    rows(&mut TokenBucket::default());
    rows(&mut GoBucket::default());
}

#[test]
fn l28_v_l092_no_rate() {
    both(rate(0), 1, |table| {
        table.allow(0, 1, true).allow(0, 1, false).allow(1_000_000_000, 1, false);
        assert_eq!(table.bucket.reserve(at(1_000_000_000), 1, None).unwrap().at, Time::MAX);
        table.tokens(1_000_000_000, -1.0).refused(1_000_000_000, 1, Some(1_000_000_000));
    });
}

#[test]
fn l31_v_l095_v_l096_a_rate_of_1e_10() {
    both(Rate::every(Duration::from_secs(10_000_000_000)), 1, |table| {
        table.allow(0, 1, true).allow(0, 1, false).allow(1_000_000_000, 1, false);
    });
}

#[test]
fn l32_nothing_is_refused_while_tokens_are_owed() {
    both(rate(10), 2, |table| {
        let _ = (table.reserve(0, 2, 0), table.reserve(0, 2, 200));
        table.tokens(0, -2.0).allow(0, 0, false);
        let nothing = table.reserve(0, 0, 200);
        assert_eq!(nothing.n, 0);
        table.allow(200, 0, true);
    });
}

#[test]
fn l33_a_refusal_changes_nothing() {
    both(rate(10), 1, |table| {
        table.allow(0, 1, true);
        for t in (10..100).step_by(10) {
            table.tokens(t, t as f64 / 100.0).allow(t, 1, false);
        }
        table.allow(99, 1, false).allow(100, 1, true);
    });
}

#[test]
fn l34_refill() {
    both(rate(10), 5, |table| {
        table.allow(0, 5, true);
        table.tokens(0, 0.0).tokens(100, 1.0).tokens(250, 2.5).tokens(500, 5.0).tokens(60_000, 5.0);
    });
}

// ---------------------------------------------------------------- reservations

#[test]
fn l08_v_l071_in_line() {
    both(rate(10), 2, |table| {
        let _ = (table.reserve(0, 2, 0), table.reserve(0, 2, 200), table.reserve(300, 2, 400));
    });
}

#[test]
fn l09_v_l072_takes_between_reservations() {
    both(rate(10), 2, |table| {
        table.refused(0, 3, None);
        let _ = table.reserve(0, 2, 0);
        table.take(100, 1.0, 2, false);
        let _ = table.reserve(100, 2, 200);
        table.take(100, -1.0, 1, false).take(300, 1.0, 1, true);
    });
}

#[test]
fn l10_v_l073_what_was_refused_cannot_be_cancelled() {
    both(rate(10), 2, |table| {
        let _ = table.reserve(0, 2, 0);
        // There is no reservation to cancel: the type says so.
        table.refused(0, 3, None);
        let _ = table.reserve(0, 2, 200);
    });
}

#[test]
fn l11_v_l074_cancel_the_last() {
    both(rate(10), 2, |table| {
        let _ = table.reserve(0, 2, 0);
        let last = table.reserve(0, 2, 200);
        table.cancel(100, &last);
        let _ = table.reserve(100, 2, 200);
    });
}

#[test]
fn l12_v_l075_too_late() {
    both(rate(10), 2, |table| {
        let _ = table.reserve(0, 2, 0);
        let last = table.reserve(0, 2, 200);
        table.cancel(300, &last);
        let _ = table.reserve(300, 2, 400);
    });
}

#[test]
fn v_l076_the_later_ones_have_used_it() {
    let rows = |table: &mut Table, next| {
        let _ = table.reserve(0, 2, 0);
        let middle = table.reserve(0, 1, 100);
        let _ = table.reserve(0, 1, 200);
        table.cancel(0, &middle);
        let _ = table.reserve(0, 1, next);
    };
    rows(&mut go(rate(10), 2), 300);
    // **Differs**: at 200 ms there are two tokens and one of them is taken, so the next one may act then too.
    rows(&mut ours(rate(10), 2), 200);
}

#[test]
fn l14_v_l077_one_comes_back() {
    both(rate(10), 2, |table| {
        let _ = table.reserve(0, 2, 0);
        let middle = table.reserve(0, 2, 200);
        let _ = table.reserve(0, 1, 300);
        table.cancel(200, &middle).tokens(200, 0.0);
        let _ = table.reserve(200, 2, 400);
    });
}

#[test]
fn v_l078_two_come_back() {
    let rows = |table: &mut Table, next| {
        let _ = table.reserve(0, 4, 0);
        let a = table.reserve(0, 3, 300);
        let _ = table.reserve(0, 1, 400);
        let c = table.reserve(0, 1, 500);
        table.cancel(100, &c).cancel(100, &a);
        let _ = table.reserve(100, 3, next);
    };
    rows(&mut go(rate(10), 4), 500);
    // **Differs**: at 400 ms the bucket is full, one is taken and three are left.
    rows(&mut ours(rate(10), 4), 400);
}

#[test]
fn l16_v_l079_reservations_after_a_clock_that_goes_back() {
    let mut table = go(rate(10), 2);
    let _ = (table.reserve(100, 2, 100), table.reserve(0, 1, 100), table.reserve(200, 2, 300));
    table.refused(0, 3, None);
    let _ = table.reserve(200, 1, 400);
    table.refused(0, 2, Some(100));
    let _ = table.reserve(200, 1, 500);
    // **Differs**: 0 ms counts as 100 ms, so nobody acts on a token that does not exist yet.
    let mut table = ours(rate(10), 2);
    let _ = (table.reserve(100, 2, 100), table.reserve(0, 1, 200), table.reserve(200, 2, 400));
    table.refused(0, 3, None);
    let _ = table.reserve(200, 1, 500);
    table.refused(0, 2, Some(100));
    let _ = table.reserve(200, 1, 600);
}

#[test]
fn v_l080_cancel_after_a_clock_that_went_back() {
    let rows = |table: &mut Table, next| {
        let _ = table.reserve(100, 2, 100);
        let second = table.reserve(100, 2, 300);
        let _ = table.reserve(100, 1, 400);
        table.cancel(0, &second);
        let _ = table.reserve(100, 2, next);
    };
    rows(&mut go(rate(10), 2), 400);
    // **Differs**: to Go 0 ms is 100 ms of credit. Without it: full at 300 ms, one is left at 400, two at 500.
    rows(&mut ours(rate(10), 2), 500);
}

#[test]
fn l18_v_l081_another_rate_while_tokens_are_owed() {
    let rows = |table: &mut Table, next| {
        let _ = (table.reserve(0, 2, 0), table.reserve(0, 2, 400));
        table.set_rate(200, rate(10));
        let _ = table.reserve(200, 1, next);
    };
    rows(&mut go(rate(5), 2), 400);
    // **Differs**: whoever was promised 400 ms takes both tokens that the bucket can hold then. Our choice: the limit
    // holds under the new rate as well.
    rows(&mut ours(rate(5), 2), 500);
}

#[test]
fn l19_v_l082_another_burst_while_tokens_are_owed() {
    let rows = |table: &mut Table, t, next| {
        let _ = (table.reserve(0, 2, 0), table.reserve(0, 2, 400));
        table.set_burst(300, 4);
        let _ = table.reserve(t, 4, next);
    };
    rows(&mut go(rate(5), 2), 0, 900);
    // **Differs** only in the clock, which went back from 300 ms to 0; asked at 300 ms both say 1200.
    rows(&mut ours(rate(5), 2), 0, 1200);
    both(rate(5), 2, |table| rows(table, 300, 1200));
}

#[test]
fn v_l083_another_rate_then_a_cancel() {
    both(rate(5), 2, |table| {
        let _ = table.reserve(0, 2, 0);
        let last = table.reserve(0, 2, 400);
        table.set_rate(200, rate(10)).cancel(200, &last);
        let _ = table.reserve(200, 2, 300);
    });
}

#[test]
fn l21_v_l084_no_longer_than() {
    both(rate(10), 2, |table| {
        let most = Some(ms(100));
        let mut next = |n| table.bucket.reserve(Time::ZERO, n, most);
        assert_eq!(next(2).unwrap().at, at(0));
        assert_eq!(next(1).unwrap().at, at(100));
        assert_eq!(next(1), Err(Refused::TooLong { wait: ms(200) }));
    });
}

#[test]
fn l35_delays_seen_from_any_moment() {
    both(rate(2), 3, |table| {
        for (index, acts) in [0, 0, 0, 500, 1000, 1500].into_iter().enumerate() {
            table.tokens(0, 3.0 - 1.0 - index as f64 + 1.0);
            let _ = table.reserve(0, 1, acts);
        }
        let late = table.reserve(1000, 1, 2000);
        assert_eq!([1000, 1900, 5000].map(|t| late.delay(at(t))), [ms(1000), ms(100), ms(0)]);
    });
}

#[test]
fn l36_debt_is_paid_off() {
    both(rate(10), 2, |table| {
        let _ = (table.reserve(0, 2, 0), table.reserve(0, 2, 200), table.reserve(0, 2, 400));
        table.tokens(0, -4.0).tokens(100, -3.0).tokens(400, 0.0).tokens(600, 2.0).tokens(900, 2.0);
    });
}

#[test]
fn l38_cancelled_twice() {
    let rows = |table: &mut Table, again| {
        let _ = table.reserve(0, 2, 0);
        let last = table.reserve(0, 2, 200);
        table.cancel(0, &last).tokens(0, 0.0).cancel(0, &last).tokens(0, again);
    };
    rows(&mut go(rate(10), 2), 2.0);
    // **Differs**: a second cancel changes nothing.
    rows(&mut ours(rate(10), 2), 0.0);
}

#[test]
fn l39_cancelled_at_its_moment_or_just_after() {
    both(rate(10), 2, |table| {
        let _ = table.reserve(0, 2, 0);
        let last = table.reserve(0, 2, 200);
        table.cancel(200, &last).tokens(200, 2.0);
    });
    both(rate(10), 2, |table| {
        let _ = table.reserve(0, 2, 0);
        let last = table.reserve(0, 2, 200);
        table.cancel(201, &last).tokens(201, 0.01);
    });
}

#[test]
fn l45_another_burst() {
    both(rate(10), 10, |table| {
        table.set_burst(0, 3).tokens(0, 3.0).allow(0, 4, false).allow(0, 3, true).allow(0, 1, false);
    });
    both(rate(10), 3, |table| {
        table.set_burst(0, 10).tokens(0, 3.0).tokens(200, 5.0).tokens(700, 10.0);
    });
}

#[test]
fn l48_rounding_left_behind() {
    let rows = |table: &mut Table, left: f64, allowed| {
        let three = [(); 3].map(|()| table.bucket.reserve(Time::ZERO, 1, None).unwrap());
        for reservation in three.iter().rev() {
            table.cancel(0, reservation);
        }
        table.tokens(0, left).allow(0, 1, allowed);
    };
    for (per_second, left, allowed) in [(30, 1.0, true), (100, 1.0, true), (60, -6e-8, false), (7, -7e-9, false)] {
        rows(&mut go(rate(per_second), 1), left, allowed);
        // **Differs** for 60 and 7 per second: nothing is rounded, so all of it comes back.
        rows(&mut ours(rate(per_second), 1), 1.0, true);
    }
}

#[test]
fn l50_every_6_s() {
    both(Rate::every(ms(6000)), 10, |table| {
        for index in 0..20_u64 {
            let _ = table.reserve(0, 1, 6000 * index.saturating_sub(9));
        }
        table.tokens(0, -10.0);
    });
}

// ---------------------------------------------------------------- traps and other limiters

#[test]
fn p_l2_no_drift_and_no_overflow() {
    // A third of a second is no whole number of nanoseconds; a day of them is exact all the same.
    let mut bucket = TokenBucket::new(rate(3), 1).unwrap();
    let mut last = Time::ZERO;
    for k in 1..=259_200_u64 {
        last = bucket.reserve(last, 1, None).unwrap().at;
        assert_eq!(last.as_nanos(), ((k - 1) * 1_000_000_000).div_ceil(3), "grant {k}");
    }
    for rate in [Rate::new(1 << 62, Duration::from_nanos(1)).unwrap(), Rate::every(Duration::MAX)] {
        let mut bucket = TokenBucket::new(rate, u32::MAX).unwrap();
        assert!(bucket.allow(Time::MAX, u32::MAX));
        bucket.set_rate(Time::MAX, Rate::every(Duration::from_nanos(u64::MAX - 1)));
        assert!(!bucket.allow(Time::MAX, 1));
    }
}

#[test]
fn p_l3_v_l102_after_a_long_idle_exactly_the_burst() {
    both(rate(10), 5, |table| {
        table.allow(0, 5, true);
        for _ in 0..5 {
            table.allow(86_400_000, 1, true);
        }
        table.allow(86_400_000, 1, false);
    });
}

#[test]
fn p_l8_a_lower_limit_goes_on_refilling() {
    both(rate(10), 5, |table| {
        table.allow(0, 5, true).set_rate(0, rate(1));
        table.tokens(1000, 1.0).tokens(3000, 3.0).allow(3000, 3, true).allow(3500, 1, false);
    });
}

#[test]
fn v_l101_v_l103_to_v_l106_bulk() {
    both(rate(1), 5, |table| {
        for n in [15, 7, 6] {
            assert_eq!(table.bucket.reserve(Time::ZERO, n, None), Err(Refused::Burst { burst: 5 }));
        }
        table.allow(0, 4, true).allow(0, 2, false).allow(0, 1, true).allow(0, 1, false);
    });
}

#[test]
fn v_l107_l181_the_wait_is_told() {
    both(rate(1), 1, |table| {
        table.allow(0, 1, true);
        assert_eq!(
            table.bucket.reserve(at(200), 1, Some(ms(100))),
            Err(Refused::TooLong { wait: ms(800) }),
            "{}",
            table.who
        );
    });
}

#[test]
fn v_l001_to_v_l009_smooth() {
    // failsafe-go, one per 500 ms and per 200 ms: a burst of one. "t: take n → the last one's wait; next free at".
    let smooth = |interval, steps: &[(u64, u32, u64, u64)]| {
        let mut bucket = TokenBucket::new(Rate::every(ms(interval)), 1).unwrap();
        for (t, n, wait, next) in steps {
            let last = (0..*n).map(|_| bucket.reserve(at(*t), 1, None).unwrap()).last().unwrap();
            assert_eq!(last.delay(at(*t)), ms(*wait), "{n} at {t} ms");
            assert_eq!(bucket.next_free(at(*t), 1), Ok(at(*next)), "next free after {t} ms");
        }
    };
    // **Differs** where upstream's intervals lie on a grid and a token bucket counts from when it was emptied: at
    // 11 000 ms and at 2 210 ms nobody is owed anything, so the next interval begins there.
    smooth(500, &[(0, 7, 3000, 3500), (800, 3, 3700, 5000), (2300, 1, 2700, 5500), (3500, 3, 3000, 7000)]);
    smooth(500, &[(0, 19, 9000, 9500), (9100, 3, 1400, 11_000), (11_000, 1, 0, 11_500)]);
    smooth(200, &[(0, 3, 400, 600), (550, 2, 250, 1000), (2210, 2, 200, 2610)]);
}

#[test]
fn v_l020_v_l021_so_many_at_once_or_one_by_one() {
    both(rate(10), 5, |table| {
        assert_eq!(table.bucket.reserve(Time::ZERO, 0, None).unwrap().at, Time::ZERO);
        let _ = (table.reserve(0, 5, 0), table.reserve(0, 4, 400));
    });
    both(rate(10), 5, |table| {
        let last = (0..9).map(|_| table.bucket.reserve(Time::ZERO, 1, None).unwrap().at).last();
        assert_eq!(last, Some(at(400)));
    });
    // **Differs** from failsafe-go for more than the burst: that is an error.
    both(rate(10), 5, |table| {
        table.refused(0, 9, None);
    });
}

#[test]
fn v_l147_to_v_l156_what_there_is() {
    // bucket4j, 10 per 100 ns, holding so many at the start; a second band is a second bucket.
    let ten = Rate::new(10, Duration::from_nanos(100)).unwrap();
    let tokens = |held| TokenBucket::holding(ten, 10, held).map(|bucket| bucket.tokens(Time::ZERO));
    assert_eq!([10, 0, 5].map(tokens), [Ok(10.0), Ok(0.0), Ok(5.0)]);
    assert_eq!(tokens(11).map_err(|error| error.field), Err("tokens"));
    let later = |held, nanos| {
        let bucket = TokenBucket::holding(ten, 10, held).unwrap();
        bucket.tokens(Time::from_nanos(nanos))
    };
    // Added tokens never exceed the burst; ours come with time only.
    assert_eq!([later(0, 100), later(10, 10), later(5, 60), later(1, 40)], [10.0, 10.0, 10.0, 5.0]);
}

#[test]
fn v_l165_to_v_l170_time_until_it_is_full() {
    let full = |count, nanos, burst, held| {
        let rate = Rate::new(count, Duration::from_nanos(nanos)).unwrap();
        let mut bucket = TokenBucket::holding(rate, burst, held).unwrap();
        bucket.next_free(Time::ZERO, burst).unwrap().as_nanos()
    };
    assert_eq!(full(10, 100, 10, 1), 90);
    assert_eq!(full(10, 100, 10, 0), 100);
    assert_eq!(full(10, 100, 10, 4), 60);
}

#[test]
fn v_l113_to_v_l116_refill_after_idling() {
    // leaky-bucket: one per 100 ms into a bucket of ten that starts empty.
    let bucket = TokenBucket::holding(rate(10), 10, 0).unwrap();
    let tokens = [0, 100, 2000, 10_000].map(|t| bucket.tokens(at(t)));
    assert_eq!(tokens, [0.0, 1.0, 10.0, 10.0]);
}

#[test]
fn v_l109_v_l110_v_l118_takes_from_an_empty_bucket() {
    let last = |rate, burst, takes| {
        let mut bucket = TokenBucket::holding(rate, burst, 0).unwrap();
        let times = (0..takes).map(|_| bucket.reserve(Time::ZERO, 1, None).unwrap().at);
        times.last().unwrap().as_nanos() / 1_000_000
    };
    assert_eq!(last(Rate::every(ms(100)), 10, 10), 1000);
    assert_eq!(last(Rate::every(ms(2000)), 1, 2), 4000);
    assert_eq!(last(rate(500), 1, 1000), 2000);
}

#[test]
fn v_l121_v_l122_v_l124_takes_in_so_many_seconds() {
    // uber-go/ratelimit without slack: takers as fast as they may, how many have acted before a moment.
    let taken = |rate: Rate, until: u64| {
        let mut bucket = TokenBucket::new(rate, 1).unwrap();
        let mut now = Time::ZERO;
        let mut count = 0;
        loop {
            let next = bucket.reserve(now, 1, None).unwrap().at;
            if next >= at(until) {
                return count;
            }
            (now, count) = (next, count + 1);
        }
    };
    assert_eq!([1000, 2000, 3000].map(|until| taken(rate(100), until)), [100, 200, 300]);
    let seven = Rate::new(7, 60 * SECOND).unwrap();
    assert_eq!([1000, 60_000, 120_000].map(|until| taken(seven, until + 1)), [1, 8, 15]);
    let mut unlimited = TokenBucket::new(Rate::INFINITE, 1).unwrap();
    assert!((0..1000).all(|_| unlimited.reserve(Time::ZERO, 1, None).unwrap().at == Time::ZERO));
}

#[test]
fn v_l108_v_l182_large_quotas_after_a_long_idle() {
    // 700,000 an hour, 14,500 a minute and 300 a second: after 12 hours the smallest bucket decides.
    let hour = Duration::from_secs(3600);
    let bands = [(700_000, hour), (14_500, hour / 60), (300, SECOND)].map(|(count, per)| {
        let mut bucket = TokenBucket::new(Rate::new(u64::from(count), per).unwrap(), count).unwrap();
        assert!(bucket.allow(Time::ZERO, count));
        bucket.tokens(Time::ZERO + 12 * hour)
    });
    assert_eq!(bands, [700_000.0, 14_500.0, 300.0]);
}

#[test]
fn v_l157_to_v_l160_waits_for_several() {
    // bucket4j, 10 per 100 ns: how long until so many are there, from empty or with four left.
    let wait = |held: u32, n: u32| {
        let mut bucket = TokenBucket::new(Rate::new(10, Duration::from_nanos(100)).unwrap(), 10).unwrap();
        assert!(bucket.allow(Time::ZERO, 10 - held));
        bucket.next_free(Time::ZERO, n).map(Time::as_nanos)
    };
    assert_eq!((wait(0, 10), wait(4, 7)), (Ok(100), Ok(30)));
    // L161, **differs**: more than the bucket holds is an error, not a long wait.
    assert_eq!(wait(4, 11), Err(Refused::Burst { burst: 10 }));
}

#[test]
fn v_l173_to_v_l180_refill_keeps_its_remainder() {
    // bucket4j: after 10 003 ns of 100 tokens per period of 1000 … the fraction of a token is kept, and cleared when full.
    let mut bucket = TokenBucket::new(Rate::new(10, Duration::from_nanos(100)).unwrap(), 10).unwrap();
    assert!(bucket.allow(Time::ZERO, 10));
    let nanos = Time::from_nanos;
    assert_eq!(bucket.tokens(nanos(97)), 9.7);
    assert!(bucket.allow(nanos(97), 9));
    assert!(!bucket.allow(nanos(99), 1) && bucket.allow(nanos(100), 1));
    assert!(bucket.allow(nanos(28_888), 10) && !bucket.allow(nanos(28_888), 1));
}

#[test]
fn a_queue_with_room_for_two() {
    let mut bucket = TokenBucket::new(rate(1), 1).unwrap().with_queue(2).unwrap();
    let mut reserve = |t| bucket.reserve(at(t), 1, None).map(|reservation| reservation.at);
    // Who acts at once does not wait.
    assert_eq!([0, 0, 0, 0].map(&mut reserve), [Ok(at(0)), Ok(at(1000)), Ok(at(2000)), Err(Refused::Full)]);
    // At 1 s the first of those who wait acts.
    assert_eq!([999, 1000, 1000].map(&mut reserve), [Err(Refused::Full), Ok(at(3000)), Err(Refused::Full)]);
    assert!(bucket.allow(at(9000), 1));
    assert_eq!(bucket.waiting(), 0);
    assert_eq!(bucket.with_queue(100_001).map(drop).map_err(|error| error.field), Err("queue"));
}

#[test]
fn too_many_reservations_are_refused() {
    let mut bucket = TokenBucket::new(rate(1), 1).unwrap();
    let kept = (0..100_000).map(|_| bucket.reserve(Time::ZERO, 1, None).unwrap()).last().unwrap();
    assert_eq!(bucket.reserve(Time::ZERO, 1, None), Err(Refused::Full));
    bucket.cancel(Time::ZERO, &kept);
    assert_eq!(bucket.reserve(Time::ZERO, 1, None).unwrap().at, kept.at);
}
