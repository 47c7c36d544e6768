//! Limiters that are no token buckets: the generic cell rate algorithm, which decides as one all the same; windows, fixed
//! and sliding; a log. And what goes around any limiter: the tally, changes of limits, jitter. Times are milliseconds.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::rate_limit::{at, ms, rate};
use crate::story::{secs, seeded, story, story_in};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::rate_limit::{
    Bucket, Counted, Denied, Fair, FixedWindow, Gcra, Inherit, Limiter, Planned, Rate, Refused, Rule, SlidingLog,
    SlidingWindow, TokenBucket,
};
use heartrace::runtime::{Runtime, Time};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

const NANO: Duration = Duration::from_nanos(1);

/// Numbers that look random, always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Ten per five seconds, by every rule.
fn windows() -> [(&'static str, Box<dyn Bucket>); 5] {
    let window = secs(5);
    [
        ("bucket", Box::new(TokenBucket::new(rate(2), 10).unwrap())),
        ("gcra", Box::new(Gcra::new(rate(2), 10).unwrap())),
        ("fixed", Box::new(FixedWindow::new(10, window).unwrap())),
        ("sliding", Box::new(SlidingWindow::new(10, window).unwrap())),
        ("log", Box::new(SlidingLog::new(10, window).unwrap())),
    ]
}

#[test]
fn p_l8_only_a_fixed_window_lets_two_bursts_through_at_its_edge() {
    for (name, mut bucket) in windows() {
        let grants = |bucket: &mut dyn Bucket, time: u64| (0..20).filter(|_| bucket.allow(at(time), 1)).count();
        let before = grants(&mut *bucket, 4_999);
        let after = grants(&mut *bucket, 5_001);
        let expected = if name == "fixed" { (10, 10) } else { (10, 0) };
        assert_eq!((before, after), expected, "{name}");
    }
}

#[test]
fn twenty_at_once_are_let_through_each_in_its_own_way() {
    let times = |bucket: &mut dyn Bucket| -> Vec<u64> {
        let reserve = |_| bucket.reserve(at(4_900), 1, None).unwrap().at.as_nanos() / 1_000_000;
        (0..20).map(reserve).collect()
    };
    for (name, mut bucket) in windows() {
        let later: Vec<u64> = match name {
            "fixed" => vec![5_000; 10],
            "log" => vec![9_900; 10],
            // The estimate takes the ten for evenly spread over their window, so it begins with the next one.
            "sliding" => (1..=10).map(|half| 5_000 + 500 * half).collect(),
            _ => (1..=10).map(|half| 4_900 + 500 * half).collect(),
        };
        assert_eq!(times(&mut *bucket), [vec![4_900; 10], later].concat(), "{name}");
        assert_eq!(bucket.tokens(at(4_900)), -10.0, "{name}: ten wait");
    }
}

#[test]
fn v_l100_to_v_l108_the_cell_rate_algorithm() {
    let mut one = Gcra::new(rate(1), 1).unwrap();
    assert!(one.allow(at(0), 1), "L100: the first is let through");
    assert!(!one.allow(at(0), 1) && !one.allow(at(999), 1), "L101: too many are not");
    let mut idle = Gcra::new(rate(1), 5).unwrap();
    let taken = (0..20).filter(|_| idle.allow(at(100_000), 1)).count();
    assert_eq!(taken, 5, "L102: after a long idle exactly the burst");
    assert!(idle.clone().next_free(at(100_000), 1) == Ok(at(101_000)), "L107: the exact wait");
    let (mut single, mut bulk) = (Gcra::new(rate(5), 5).unwrap(), Gcra::new(rate(5), 5).unwrap());
    for time in (0..4_000).step_by(70) {
        assert_eq!(single.allow(at(time), 1), bulk.reserve(at(time), 1, Some(Duration::ZERO)).is_ok(), "L103");
    }
    let mut five = Gcra::new(rate(1), 5).unwrap();
    for asked in [15, 7, 6] {
        assert_eq!(five.reserve(at(0), asked, None), Err(Refused::Burst { burst: 5 }), "L104, L106");
    }
    assert!(five.allow(at(0), 5) && !five.allow(at(0), 5) && !five.allow(at(4_999), 5), "L105");
    let huge = Rate::new(1 << 62, NANO).unwrap();
    let mut large = Gcra::new(huge, u32::MAX).unwrap();
    assert!(large.allow(Time::from_nanos(u64::MAX - 1), u32::MAX), "L108: no overflow");
    let mut slow = Gcra::new(Rate::every(Duration::from_nanos(u64::MAX)), u32::MAX).unwrap();
    assert!(slow.allow(at(0), u32::MAX) && !slow.allow(at(0), 1), "L108: the slowest there is");
    assert!(Gcra::new(Rate::INFINITE, 0).unwrap().allow(at(0), 9), "no limit");
    assert_eq!(Gcra::new(rate(0), 2).unwrap().reserve(at(0), 2, None).unwrap().at, at(0));
    let mut never = Gcra::new(rate(0), 1).unwrap();
    assert!(never.allow(at(0), 1) && never.reserve(at(0), 1, None).unwrap().at == Time::MAX);
}

/// The level of a bucket and the moment at which it is full are two ways of saying the same.
#[test]
fn p_l1_p_l3_the_cell_rate_algorithm_decides_as_the_token_bucket_does() {
    let mut dice = Dice(7);
    for (count, period, burst) in [(1, 1_000, 1), (3, 1_000, 1), (7, 300, 5), (1, 333, 10), (1_000, 7, 64)] {
        let rate = Rate::new(count, ms(period)).unwrap();
        let (mut gcra, mut bucket) = (Gcra::new(rate, burst).unwrap(), TokenBucket::new(rate, burst).unwrap());
        let (mut now, mut held) = (0, Vec::new());
        for step in 0..5_000 {
            now += dice.roll(period) * dice.roll(2_000_000 / count);
            let time = Time::from_nanos(now);
            let n = dice.roll(u64::from(burst) + 2) as u32;
            let what = format!("{count} per {period} ms, burst {burst}, step {step}");
            match dice.roll(4) {
                0 => assert_eq!(gcra.allow(time, n), bucket.allow(time, n), "{what}"),
                1 | 2 => {
                    let most = (dice.roll(2) == 0).then(|| ms(dice.roll(3 * period)));
                    let both = (gcra.reserve(time, n, most), bucket.reserve(time, n, most));
                    assert_eq!(both.0.map(|got| got.at), both.1.map(|got| got.at), "{what}");
                    held.extend(both.0.ok().zip(both.1.ok()));
                }
                _ => {
                    // The last one, some of them too late. (In a gap that another leaves the bucket finds room for small
                    // requests, where a rule keeps to the order in which they came.)
                    if let Some((one, other)) = held.pop() {
                        gcra.cancel(time, &one);
                        bucket.cancel(time, &other);
                    }
                }
            }
            assert_eq!(gcra.next_free(time, 1), bucket.next_free(time, 1), "{what}");
            assert_eq!(gcra.waiting(), bucket.waiting(), "{what}");
            // While some wait it counts what is promised, and the bucket how long a newcomer would stand behind them.
            let is_near = (gcra.tokens(time) - bucket.tokens(time)).abs() < 1e-6;
            assert!(gcra.waiting() > 0 || is_near, "{what}");
        }
    }
}

/// Asks and cancels at random; gives the grants that stand, in order. Whatever is offered is the first moment there is.
fn grants<R: Rule>(limiter: &mut Planned<R>, dice: &mut Dice, most: u64, pace: u64) -> Vec<(u64, u32)> {
    let (mut now, mut granted) = (0, Vec::new());
    for _ in 0..3_000 {
        now += dice.roll(pace);
        let (time, n) = (Time::from_nanos(now), 1 + dice.roll(most) as u32);
        if dice.roll(5) == 0 && !granted.is_empty() {
            let index = dice.roll(granted.len() as u64) as usize;
            let reservation: heartrace::patterns::rate_limit::Reservation = granted[index];
            limiter.cancel(time, &reservation);
            if reservation.at >= time {
                let _ = granted.remove(index);
            }
            continue;
        }
        let first = limiter.next_free(time, n).unwrap();
        if limiter.waiting() == 0 && first > time {
            assert!(limiter.clone().allow(first, n), "offered and not given");
            assert!(!limiter.clone().allow(Time::from_nanos(first.as_nanos() - 1), n), "it was there before");
        }
        if let Ok(reservation) = limiter.reserve(time, n, Some(Duration::from_nanos(3 * pace))) {
            assert_eq!(reservation.at, first);
            granted.push(reservation);
        }
    }
    granted.sort_by_key(|grant| grant.at);
    granted.iter().map(|grant| (grant.at.as_nanos(), grant.n)).collect()
}

fn sum(grants: &[(u64, u32)], from: u64, before: u64) -> u64 {
    grants.iter().filter(|(time, _)| (from..before).contains(time)).map(|(_, n)| u64::from(*n)).sum()
}

#[test]
fn p_l1_windows_keep_what_they_promise_whoever_gives_up() {
    let mut dice = Dice(11);
    for (limit, length) in [(1, 1_000), (3, 1_000), (10, 777), (50, 10_007)] {
        let window = Duration::from_nanos(length);
        let pace = length / u64::from(limit).min(10);
        let most = u64::from(limit).min(4);
        let log = grants(&mut SlidingLog::new(limit, window).unwrap(), &mut dice, most, pace);
        assert!(log.len() > 500, "{}", log.len());
        for (time, _) in &log {
            assert!(sum(&log, *time, time + length) <= u64::from(limit), "any window: {limit} per {length}, {time}");
        }
        let fixed = grants(&mut FixedWindow::new(limit, window).unwrap(), &mut dice, most, pace);
        for (time, _) in &fixed {
            let begins = time / length * length;
            assert!(sum(&fixed, begins, begins + length) <= u64::from(limit), "{limit} per {length}, {time}");
        }
        let sliding = grants(&mut SlidingWindow::new(limit, window).unwrap(), &mut dice, most, pace);
        for (time, _) in &sliding {
            let begins = time / length * length;
            let before = sum(&sliding, begins.saturating_sub(length), begins) * (begins + length - time);
            let estimate = before + sum(&sliding, begins, time + 1) * length;
            assert!(estimate <= u64::from(limit) * length, "{limit} per {length}, {time}");
        }
    }
}

/// A token bucket of the same numbers would have allowed all that these do, which the other way round is not so.
#[test]
fn p_l1_sliding_windows_and_cell_rates_never_exceed_a_token_bucket() {
    let mut dice = Dice(3);
    for limit in [1, 4, 20] {
        let (window, pace) = (Duration::from_nanos(1_000 * u64::from(limit)), 700);
        let check = |grants: Vec<(u64, u32)>| {
            let mut bucket = TokenBucket::new(Rate::new(u64::from(limit), window).unwrap(), limit).unwrap();
            grants.iter().all(|(time, n)| bucket.allow(Time::from_nanos(*time), *n))
        };
        let gcra = || Gcra::new(Rate::new(u64::from(limit), window).unwrap(), limit).unwrap();
        assert!(check(grants(&mut gcra(), &mut dice, 1, pace)), "whoever gives up");
        assert!(check(grants(&mut SlidingLog::new(limit, window).unwrap(), &mut dice, 1, pace)));
        assert!(check(grants(&mut SlidingWindow::new(limit, window).unwrap(), &mut dice, 1, pace)));
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let field = |error: heartrace::patterns::config::ConfigError| error.field;
    assert_eq!(Gcra::new(rate(1), 0).map(drop).map_err(field), Err("burst"));
    assert_eq!(FixedWindow::new(0, secs(1)).map(drop).map_err(field), Err("limit"));
    assert_eq!(SlidingWindow::new(1, Duration::ZERO).map(drop).map_err(field), Err("window"));
    assert_eq!(SlidingLog::new(1, Duration::MAX).map(drop).map_err(field), Err("window"));
    assert_eq!(SlidingLog::new(1_000_001, secs(1)).map(drop).map_err(field), Err("limit"));
    assert_eq!(Gcra::new(rate(1), 1).unwrap().with_queue(100_001).map(drop).map_err(field), Err("queue"));
    for (name, mut bucket) in windows() {
        assert_eq!(bucket.reserve(at(0), 11, None), Err(Refused::Burst { burst: 10 }), "{name}");
        assert_eq!(bucket.reserve(at(0), 0, None).unwrap().at, at(0), "{name}: nothing is always there");
    }
}

#[test]
fn at_most_so_many_wait_at_a_window() {
    let mut window = FixedWindow::new(1, secs(1)).unwrap().with_queue(2).unwrap();
    let ask = |window: &mut FixedWindow, time: u64| window.reserve(at(time), 1, None).map(|granted| granted.at);
    assert_eq!([0, 0, 0].map(|time| ask(&mut window, time)), [Ok(at(0)), Ok(at(1_000)), Ok(at(2_000))]);
    assert_eq!(ask(&mut window, 0), Err(Refused::Full));
    assert_eq!(ask(&mut window, 1_000), Ok(at(3_000)), "whoever is due does not wait any more");
}

#[test]
fn a_clock_that_goes_back_gives_nothing_twice() {
    for (name, mut bucket) in windows() {
        assert!(bucket.allow(at(7_000), 10), "{name}");
        assert!(!bucket.allow(at(1_000), 1), "{name}");
        assert!(bucket.next_free(at(0), 1).unwrap() > at(7_000), "{name}");
    }
}

// ---------------------------------------------------------------- around a limiter

#[test]
fn limits_change_and_tokens_stay_grow_scale_or_begin_anew() {
    let changed = |held: u32, burst: u32, inherit: Inherit| {
        let mut bucket = TokenBucket::holding(rate(1), 10, held).unwrap();
        bucket.change(at(0), rate(3), burst, inherit).unwrap();
        assert_eq!((bucket.rate(), bucket.burst()), (rate(3), burst));
        bucket.tokens(at(0))
    };
    let all = [Inherit::Keep, Inherit::Add, Inherit::Scale, Inherit::Reset];
    assert_eq!(all.map(|inherit| changed(4, 20, inherit)), [4.0, 14.0, 8.0, 20.0]);
    assert_eq!(all.map(|inherit| changed(4, 5, inherit)), [4.0, 4.0, 2.0, 5.0]);
    assert_eq!(all.map(|inherit| changed(10, 5, inherit)), [5.0, 5.0, 5.0, 5.0]);
    assert_eq!(all.map(|inherit| changed(0, 3, inherit)), [0.0, 0.0, 0.0, 3.0]);
    assert_eq!(changed(1, 3, Inherit::Scale), 0.3);
    let mut bucket = TokenBucket::new(rate(1), 10).unwrap();
    assert_eq!(bucket.change(at(0), rate(1), 0, Inherit::Reset).unwrap_err().field, "burst");
}

#[test]
fn p_l8_a_promise_outlives_a_change() {
    for inherit in [Inherit::Keep, Inherit::Scale, Inherit::Reset] {
        let mut bucket = TokenBucket::holding(rate(1), 10, 0).unwrap();
        let promised = bucket.reserve(at(0), 2, None).unwrap();
        bucket.change(at(1_000), rate(10), 10, inherit).unwrap();
        assert_eq!(promised.at, at(2_000));
        // Behind it stands who comes now; what is there besides is what was inherited.
        // The bucket is full at 2 s, and the promise leaves eight.
        assert_eq!(bucket.next_free(at(1_000), 9), Ok(at(2_100)), "{inherit:?}");
        // Without it there is what was inherited: the one that came in the first second, or all ten.
        bucket.cancel(at(1_000), &promised);
        let expected = if inherit == Inherit::Reset { at(1_000) } else { at(1_800) };
        assert_eq!(bucket.next_free(at(1_000), 9), Ok(expected), "{inherit:?}");
    }
}

#[test]
fn a_tally_counts_what_is_decided() {
    let mut bucket = Counted::new(TokenBucket::new(rate(1), 2).unwrap().with_queue(2).unwrap());
    assert!(bucket.allow(at(0), 2) && !bucket.allow(at(0), 1) && !bucket.allow(at(0), 3));
    let first = bucket.reserve(at(0), 1, None).unwrap();
    let second = bucket.reserve(at(0), 2, None).unwrap();
    assert_eq!(bucket.reserve(at(0), 1, Some(ms(10))), Err(Refused::Full));
    assert_eq!(bucket.reserve(at(0), 3, None), Err(Refused::Burst { burst: 2 }));
    bucket.cancel(at(500), &second);
    bucket.cancel(at(1_500), &first);
    assert_eq!(bucket.reserve(at(1_500), 1, Some(ms(10))), Err(Refused::TooLong { wait: ms(500) }));
    let tally = bucket.tally();
    assert_eq!((tally.granted, tally.queued, tally.tokens, tally.given_back), (2, 2, 3, 1));
    assert_eq!((tally.over_burst, tally.too_long, tally.queue_full, tally.refused()), (2, 2, 1, 5));
    assert_eq!((tally.waits.count(), tally.waits.longest()), (3, secs(3)));
}

#[test]
fn a_tally_stands_in_line_like_any_limiter() {
    story(|rt| async move {
        let limiter = Limiter::new(1, Counted::new(Gcra::new(rate(2), 1).unwrap()));
        let context = Context::background(&rt);
        for _ in 0..5 {
            limiter.wait(&rt, &context, 1).await.unwrap();
        }
        assert_eq!(rt.now(), at(2_000));
        limiter.with(|counted| {
            assert_eq!((counted.tally().granted, counted.tally().queued), (5, 4));
            assert_eq!(counted.tally().waits.quantile(0.5), Some(ms(500)));
        });
    });
}

/// When each of so many callers acts who wait for a quota that comes all at once.
fn herd(rt: &Runtime, jitter: Duration, patience: Duration) -> Rc<RefCell<Vec<Time>>> {
    let acted = Rc::new(RefCell::new(Vec::new()));
    let quota = FixedWindow::new(8, secs(10)).unwrap();
    let limiter = Limiter::new(1, quota).with_jitter(jitter);
    for _ in 0..16 {
        let (inner, limiter, acted) = (rt.clone(), limiter.clone(), acted.clone());
        rt.spawn("caller", async move {
            let (context, cancel) = Context::background(&inner).with_timeout(patience);
            let _end = cancel.guard();
            limiter.wait(&inner, &context, 1).await.unwrap();
            acted.borrow_mut().push(inner.now());
        });
    }
    acted
}

#[test]
fn p_l12_jitter_keeps_a_herd_from_acting_at_once() {
    let times = |jitter: Duration, patience: Duration, seed: u64| {
        let found = Rc::new(RefCell::new(Vec::new()));
        let out = found.clone();
        story_in(seeded(seed), move |rt| async move {
            let acted = herd(&rt, jitter, patience);
            rt.sleep(secs(30)).await;
            *out.borrow_mut() = acted.take();
        });
        found.take()
    };
    let herd = times(Duration::ZERO, secs(60), 1);
    assert_eq!(herd, [[at(0); 8], [at(10_000); 8]].concat());
    for seed in 0..50 {
        let spread = times(secs(1), secs(60), seed);
        assert_eq!(spread[..8], [at(0); 8], "who need not wait is not held up");
        let later: BTreeSet<_> = spread[8..].iter().copied().collect();
        assert!(later.len() > 4 && later.iter().all(|time| (at(10_000)..=at(11_000)).contains(time)), "{later:?}");
        // Not past a deadline: whoever could act in time does.
        let in_time = times(secs(1), ms(10_100), seed);
        assert!(in_time[8..].iter().all(|time| *time <= at(10_100)), "{in_time:?}");
    }
}

#[test]
fn p_l8_a_change_is_felt_by_those_in_line() {
    story(|rt| async move {
        let fair = Fair::new(&rt, 1, TokenBucket::holding(rate(1), 10, 0).unwrap(), 100).unwrap();
        let waiter = |n: u32, key: u8| {
            let (inner, fair) = (rt.clone(), fair.clone());
            rt.spawn("waiter", async move {
                let went = fair.wait(&Context::background(&inner), key, n).await;
                (went, inner.now())
            })
        };
        // Whoever is created last begins first.
        let (small, large, first) = (waiter(5, 1), waiter(10, 2), waiter(1, 3));
        rt.sleep(secs(2)).await;
        assert_eq!((first.join().await.unwrap(), fair.tokens(rt.now())), ((Ok(()), at(1_000)), -14.0));
        // Five would have been there at 6 s; at ten per second the other four are after 400 ms.
        fair.change(rate(10), 5, Inherit::Keep).unwrap();
        assert_eq!(small.join().await.unwrap(), (Ok(()), at(2_400)));
        assert_eq!(large.join().await.unwrap(), (Err(Denied::Burst { bucket: 1, burst: 5 }), at(2_400)));
        assert_eq!(fair.waiting(), 0);
    });
}
