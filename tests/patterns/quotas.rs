//! Quotas: tokens that come all at once (failsafe-go's bursty limiters, bucket4j's interval refill, leaky-bucket), several
//! bands (bucket4j), two limiters with slack (uber-go/ratelimit), a bucket per key, and tokens in turns.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::rate_limit::{at, ms, rate};
use crate::story::{secs, seeded, story, story_in};
use heartrace::patterns::cancel::{Context, ContextError};
use heartrace::patterns::rate_limit::{
    Bucket, Denied, Fair, InTurn, Keyed, Limiter, MOST_KEYS, Multi, Rate, Refused, Reservation, TokenBucket,
    TooManyKeys,
};
use heartrace::runtime::{Runtime, Task, Time};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

const fn ns(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

fn at_ns(nanos: u64) -> Time {
    Time::from_nanos(nanos)
}

/// `count` tokens at once at the end of every period.
fn bursty(count: u32, period: Duration) -> TokenBucket {
    TokenBucket::new(Rate::new(count.into(), period).unwrap(), count).unwrap().in_steps(period).unwrap()
}

// ---------------------------------------------------------------- all at once

/// failsafe-go, bursty: "t: take n → the last one's wait; permits left".
fn check_bursty(count: u32, steps: &[(u64, u32, u64, f64)]) {
    let mut bucket = bursty(count, ms(1000));
    for (t, n, wait, left) in steps {
        let last = (0..*n).map(|_| bucket.reserve(at(*t), 1, None).unwrap()).last().unwrap();
        assert_eq!(last.delay(at(*t)), ms(*wait), "{n} at {t} ms");
        assert_eq!(bucket.tokens(at(*t)), *left, "left after {n} at {t} ms");
    }
}

#[test]
fn v_l010_to_v_l014_two_a_second() {
    // **Differs** in how more than the burst is taken: one after the other, since three at once are an error.
    check_bursty(2, &[(0, 7, 3000, -5.0), (800, 3, 3200, -8.0), (2300, 1, 2700, -5.0), (3500, 3, 2500, -6.0)]);
    check_bursty(2, &[(0, 12, 5000, -10.0), (7000, 1, 0, 1.0)]);
    assert_eq!(bursty(2, ms(1000)).reserve(at(800), 3, None), Err(Refused::Burst { burst: 2 }));
}

#[test]
fn v_l015_to_v_l017_five_a_second() {
    check_bursty(5, &[(300, 3, 0, 2.0), (1550, 10, 450, -5.0), (2210, 2, 790, -2.0)]);
}

#[test]
fn v_r044_v_r045_so_many_per_window() {
    // tower `limit/rate.rs`: one, or three, per 100 ms; the next waits for the next window, which is whole again.
    let mut one = bursty(1, ms(100));
    assert!(one.allow(at(0), 1) && !one.allow(at(99), 1) && one.allow(at(100), 1));
    let mut three = bursty(3, ms(100));
    assert_eq!([0, 10, 20].map(|t| three.allow(at(t), 1)), [true; 3]);
    assert_eq!(three.next_free(at(30), 1), Ok(at(100)));
    assert_eq!((three.tokens(at(99)), three.tokens(at(100))), (0.0, 3.0));
}

#[test]
fn v_l019_what_can_be_taken_can_be_reserved_and_the_other_way_round() {
    for bucket in [TokenBucket::new(rate(10), 3).unwrap(), bursty(3, ms(300))] {
        for t in 0..2000 {
            let (mut taken, mut reserved, free) = (bucket.clone(), bucket.clone(), bucket.clone().next_free(at(t), 2));
            let is_free = free == Ok(at(t));
            assert_eq!(taken.allow(at(t), 2), is_free);
            assert_eq!(reserved.reserve(at(t), 2, Some(Duration::ZERO)).is_ok(), is_free);
            assert_eq!(taken.tokens(at(t + 5000)), reserved.tokens(at(t + 5000)));
        }
    }
}

/// The same, holding nothing at the start.
fn empty(count: u64, period: Duration, burst: u32) -> TokenBucket {
    TokenBucket::holding(Rate::new(count, period).unwrap(), burst, 0).unwrap().in_steps(period).unwrap()
}

#[test]
fn v_l183_nothing_before_its_period_is_over_and_then_all() {
    // bucket4j `FixedIntervalRefillSpecification`: nine at once every 10 ns.
    let nine = empty(9, ns(10), 9);
    assert_eq!([0, 4, 9, 10, 11].map(|t| nine.tokens(at_ns(t))), [0.0, 0.0, 0.0, 9.0, 9.0]);
    let mut ten = bursty(10, ns(10));
    assert!(ten.allow(at_ns(9), 10) && !ten.allow(at_ns(9), 1));
    // Around the end of a period twice the burst can be taken, which is why this is not the rule.
    assert!(ten.allow(at_ns(10), 10) && !ten.allow(at_ns(19), 1));
    // Its issue 71: ten a minute, and how long it is until one of them comes.
    let mut minute = empty(10, secs(60), 10);
    let mut wait = |t, n| minute.next_free(at(t), n).map(|at_| at_.since(at(t)));
    assert_eq!([wait(0, 1), wait(0, 10), wait(15_000, 1)], [secs(60), secs(60), secs(45)].map(Ok));
    // **Differs**: fifteen, more than there ever are, is an error and no wait of two minutes.
    assert_eq!(wait(15_000, 15), Err(Refused::Burst { burst: 10 }));
}

#[test]
fn v_l184_two_bands_that_come_all_at_once() {
    // What two buckets hold together is what the poorer one holds: 5 per 6 ns up to 9, 4 per 5 ns up to 12.
    let bands = [empty(5, ns(6), 9), empty(4, ns(5), 12)];
    let together = |t| bands.iter().map(|band| band.tokens(at_ns(t))).fold(f64::INFINITY, f64::min);
    assert_eq!([4, 5, 6, 10, 12, 15].map(together), [0.0, 0.0, 4.0, 5.0, 8.0, 9.0]);
    // Planned together: the first moment at which both have so many.
    let multi = Multi::of((1..).zip(bands).map(|(number, band)| Limiter::new(number, band))).unwrap();
    let plan = |n| multi.plan(at_ns(1), n).map(|plan| plan.at.as_nanos());
    assert_eq!([1, 4, 5, 8, 9].map(plan), [6, 6, 10, 12, 15].map(Ok));
}

#[test]
fn v_l171_v_l172_time_until_several_bands_are_full() {
    let full = |bands: &[(u32, u64, u32)]| {
        let wait = |(count, period, held): &(u32, u64, u32)| {
            let rate = Rate::new(u64::from(*count), ns(*period)).unwrap();
            TokenBucket::holding(rate, *count, *held).unwrap().next_free(Time::ZERO, *count).unwrap().as_nanos()
        };
        bands.iter().map(wait).max().unwrap()
    };
    // 10 per 100 ns and 5 per 10 ns: the slower one decides, in whatever order.
    assert_eq!(full(&[(10, 100, 1), (5, 10, 2)]), 90);
    assert_eq!(full(&[(5, 10, 5), (10, 100, 3)]), 70);
    // All at once: not before the period is over.
    let mut step = TokenBucket::holding(Rate::new(10, ns(100)).unwrap(), 10, 1).unwrap().in_steps(ns(100)).unwrap();
    assert_eq!(step.next_free(Time::ZERO, 10).map(Time::as_nanos), Ok(100));
}

#[test]
fn steps_are_the_same_bucket_seen_at_steps_only() {
    // Whatever is asked, at every step both hold the same; in between one of them has nothing new.
    let period = ms(100);
    for seed in 1..200_u64 {
        let mut steps = TokenBucket::new(Rate::new(3, period).unwrap(), 5).unwrap().in_steps(period).unwrap();
        let (mut held, mut granted) = (Vec::<Reservation>::new(), Vec::<Reservation>::new());
        let (mut t, mut random) = (0, seed);
        for _ in 0..40 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            t += (random >> 33) % 90;
            match (random >> 60) % 4 {
                0 if !held.is_empty() => {
                    let index = (random >> 40) as usize % held.len();
                    let reservation = held.swap_remove(index);
                    // What was given back in time is not acted on.
                    granted.retain(|kept| *kept != reservation || kept.at < at(t));
                    steps.cancel(at(t), &reservation);
                }
                _ => {
                    let n = 1 + (random >> 50) as u32 % 5;
                    let reservation = steps.reserve(at(t), n, None).unwrap();
                    held.push(reservation);
                    granted.push(reservation);
                }
            }
        }
        // The rule itself: what acts up to the end of a period is no more than the burst and what has come by then.
        granted.sort_by_key(|reservation| reservation.at);
        let mut taken = 0;
        for reservation in &granted {
            taken += u64::from(reservation.n);
            let come = 3 * (reservation.at.as_nanos() / 100_000_000);
            assert!(taken <= 5 + come, "seed {seed}: {taken} by {:?}", reservation.at);
        }
    }
    assert_eq!(bursty(1, ms(1)).in_steps(Duration::ZERO).map(drop).map_err(|error| error.field), Err("step"));
}

// ---------------------------------------------------------------- leaky-bucket, governor, bucket4j

#[test]
fn v_l100_v_l111_v_l117_v_l120_small_rows() {
    // governor: a fresh one accepts the first.
    assert!(TokenBucket::new(rate(1), 1).unwrap().allow(Time::ZERO, 1));
    // leaky-bucket `limits.rs`: so much at once that counting overflows. **Differs** in that the rest of a period is not
    // thrown away and n is at most the burst; three refills of the largest burst, then one more.
    let most = u32::MAX;
    let period = Rate::new(u64::from(most), ms(100)).unwrap();
    let mut large = TokenBucket::holding(period, most, 0).unwrap().in_steps(ms(100)).unwrap();
    let last = (0..3).map(|_| large.reserve(Time::ZERO, most, None).unwrap().at).last();
    assert_eq!((last, large.next_free(Time::ZERO, 1)), (Some(at(300)), Ok(at(400))));
    // `test_overflow.rs`: five there, one more every 100 ms, ten taken: 500 ms.
    let mut five = TokenBucket::new(rate(10), 5).unwrap().in_steps(ms(100)).unwrap();
    let last = (0..10).map(|_| five.reserve(Time::ZERO, 1, None).unwrap().at).last();
    assert_eq!(last, Some(at(500)));
    // `test_try_acquire.rs`: five can be had at once and a sixth cannot, until the next has come.
    let mut five = TokenBucket::new(rate(10), 5).unwrap();
    assert!((0..5).all(|_| five.allow(Time::ZERO, 1)) && !five.allow(at(99), 1) && five.allow(at(100), 1));
}

#[test]
fn v_l161_to_v_l164_the_wait_for_two_bands() {
    // bucket4j, (count, period in ns, held) of each band: how long until three can be taken from both.
    let wait = |bands: [(u64, u64, u32); 2], n| {
        let limiter = |(index, (count, period, held)): (u32, (u64, u64, u32))| {
            let rate = Rate::new(count, ns(period)).unwrap();
            Limiter::new(index, TokenBucket::holding(rate, count as u32, held).unwrap())
        };
        let multi = Multi::of((1..).zip(bands).map(limiter)).unwrap();
        multi.plan(Time::ZERO, n).map(|plan| plan.at.as_nanos())
    };
    assert_eq!(wait([(10, 100, 1), (5, 10, 2)], 3), Ok(20));
    assert_eq!(wait([(5, 10, 2), (10, 100, 1)], 3), Ok(20));
    assert_eq!(wait([(5, 10, 5), (10, 100, 3)], 3), Ok(0));
    // **Differs**: more than a band ever holds is an error.
    assert_eq!(wait([(10, 100, 4), (50, 100, 50)], 11), Err(Denied::Burst { bucket: 1, burst: 10 }));
}

#[test]
fn v_l185_to_v_l190_asking_takes_nothing() {
    // bucket4j's probes: what was taken, what is left, how long to wait; an estimate takes nothing however often.
    let ten = Rate::new(10, ns(100)).unwrap();
    for (held, n, taken) in [(0, 1, false), (1, 1, true), (10, 10, true), (9, 10, false), (5, 3, true)] {
        let mut bucket = TokenBucket::holding(ten, 10, held).unwrap();
        let before = bucket.tokens(Time::ZERO);
        let estimates: Vec<_> = (0..8).map(|_| bucket.next_free(Time::ZERO, n).unwrap().as_nanos()).collect();
        assert_eq!(bucket.tokens(Time::ZERO), before);
        let lack = u64::from(n.saturating_sub(held)) * 10;
        assert_eq!(estimates, [lack; 8]);
        assert_eq!(bucket.allow(Time::ZERO, n), taken);
        assert_eq!(bucket.tokens(Time::ZERO), if taken { before - f64::from(n) } else { before });
    }
}

// ---------------------------------------------------------------- uber-go/ratelimit

#[test]
fn v_l125_v_l126_slack_is_a_burst() {
    // Without slack a bucket of one, with a slack of ten a bucket of eleven. **Differs** in that ours starts full, as the
    // burst it is; emptied but for one, three takes are at 0, 100 and 200 ms either way.
    for slack in [0, 10] {
        let mut bucket = TokenBucket::holding(rate(10), 1 + slack, 1).unwrap();
        let times = [(); 3].map(|()| bucket.reserve(Time::ZERO, 1, None).unwrap().at);
        assert_eq!(times, [at(0), at(100), at(200)]);
    }
    // One per second and a slack of one: taken at 1 ns, then nothing until 2 s; two at once, then one per second.
    let mut bucket = TokenBucket::holding(rate(1), 2, 1).unwrap();
    assert_eq!(bucket.reserve(at_ns(1), 1, None).unwrap().at, at_ns(1));
    let times: Vec<_> = (1..=4).map(|n| bucket.reserve(at_ns(2_000_000_000 + n), 1, None).unwrap().at).collect();
    let by = |until: u64| 1 + times.iter().filter(|time| **time <= at(until)).count();
    assert_eq!((by(3000), by(10_000)), (3, 5));
}

#[test]
fn v_l127_to_v_l134_what_a_slow_limiter_lets_a_fast_one_save() {
    // Behind 10 per second and 100 per period, after 2 s two more behind the fast one only: what was saved is spent.
    for (period, slack, expected) in [
        (1000, 10, 130),
        (1000, 10, 130),
        (1000, 20, 140),
        (1000, 150, 270),
        (500, 10, 230),
        (500, 10, 230),
        (500, 20, 240),
        (500, 150, 370),
    ] {
        story(move |rt| async move {
            let fast = Rate::new(100, ms(period)).unwrap();
            // **Differs** in the start: ours would begin with what uber's has to save first.
            let fast = Limiter::new(2, TokenBucket::holding(fast, 1 + slack, 1).unwrap());
            let slow = Limiter::new(1, TokenBucket::new(rate(10), 1).unwrap());
            let background = Context::background(&rt);
            let count = Rc::new(Cell::new(0_u32));
            let taker = |limits: InTurn| {
                let (inner, context, count) = (rt.clone(), background.clone(), count.clone());
                rt.spawn_server("taker", async move {
                    while limits.wait(&inner, &context, 1).await.is_ok() {
                        count.set(count.get() + 1);
                    }
                })
            };
            let both = InTurn::all([InTurn::one(&slow), InTurn::one(&fast)]);
            let mut takers = vec![taker(both)];
            rt.sleep(ms(950)).await;
            assert_eq!(count.get(), 10);
            rt.sleep(ms(1049)).await;
            takers.extend([taker(InTurn::one(&fast)), taker(InTurn::one(&fast))]);
            rt.sleep(ms(1000)).await;
            // What is due at the very end may be one more or less.
            assert!(count.get().abs_diff(expected) <= 2, "{period} ms, slack {slack}: {}", count.get());
            takers.iter().for_each(Task::stop);
        });
    }
}

// ---------------------------------------------------------------- keys

#[test]
fn each_key_has_a_bucket_of_its_own() {
    let keyed = Keyed::new(1, TokenBucket::new(rate(10), 2).unwrap(), 3).unwrap();
    let allow = |t, key: &'static str| keyed.allow(at(t), key, 1);
    assert_eq!([0, 0, 0].map(|t| allow(t, "hot")), [Ok(true), Ok(true), Ok(false)]);
    assert_eq!(allow(0, "other"), Ok(true));
    assert_eq!(keyed.len(), 2);
}

#[test]
fn a_key_is_forgotten_when_nobody_can_tell() {
    let keyed = Keyed::new(1, TokenBucket::new(rate(10), 2).unwrap(), 3).unwrap();
    let allow = |t, key: u32| keyed.allow(at(t), key, 1);
    assert_eq!([1, 2, 3].map(|key| allow(0, key)), [Ok(true); 3]);
    // Each of them lacks a token: a fourth finds no room, and the three keep their buckets.
    assert_eq!((allow(0, 4), allow(99, 4), keyed.len()), (Err(TooManyKeys), Err(TooManyKeys), 3));
    // At 100 ms all are full, as good as new. Not so one that somebody keeps or waits for.
    let kept = keyed.of(at(100), 2).unwrap();
    assert_eq!((allow(100, 4), keyed.len()), (Ok(true), 2));
    let waiting = keyed.of(at(100), 3).unwrap();
    let _ = waiting.with(|bucket| (bucket.reserve(at(100), 2, None), bucket.reserve(at(100), 2, None)));
    drop(waiting);
    assert_eq!((allow(250, 5), allow(250, 6)), (Ok(true), Err(TooManyKeys)), "2 is kept, 3 is waited for");
    drop(kept);
    assert_eq!((allow(250, 6), keyed.len()), (Ok(true), 3));
    let field = |most| {
        let made = Keyed::<u32>::new(1, TokenBucket::new(rate(1), 1).unwrap(), most);
        made.map(drop).map_err(|error| error.field)
    };
    assert_eq!([0, 1, MOST_KEYS, MOST_KEYS + 1].map(field), [Err("most"), Ok(()), Ok(()), Err("most")]);
}

// ---------------------------------------------------------------- turns

/// Who was served, in order, with the ms.
type Diary = Rc<RefCell<Vec<(&'static str, u64)>>>;

fn fair(rt: &Runtime, rate: Rate, burst: u32, most: u32) -> Fair<&'static str> {
    Fair::new(rt, 1, TokenBucket::new(rate, burst).unwrap(), most).unwrap()
}

fn user(
    rt: &Runtime,
    fair: &Fair<&'static str>,
    context: &Context,
    key: &'static str,
    n: u32,
    diary: &Diary,
) -> Task<Result<(), Denied>> {
    let (inner, fair, context, diary) = (rt.clone(), fair.clone(), context.clone(), diary.clone());
    rt.spawn(key, async move {
        let served = fair.wait(&context, key, n).await;
        if served.is_ok() {
            diary.borrow_mut().push((key, inner.now().as_nanos() / 1_000_000));
        }
        served
    })
}

#[test]
fn o027_a_hot_user_starves_nobody() {
    for seed in 0..50 {
        story_in(seeded(seed), |rt| async move {
            let (fair, background, diary) = (fair(&rt, rate(10), 1, 1000), Context::background(&rt), Diary::default());
            let hot: Vec<_> = (0..100).map(|_| user(&rt, &fair, &background, "hot", 1, &diary)).collect();
            rt.sleep(ms(10)).await;
            let others = ["b", "c"].map(|key| [(); 2].map(|()| user(&rt, &fair, &background, key, 1, &diary)));
            for task in others.iter().flatten() {
                assert_eq!(task.join().await, Ok(Ok(())));
            }
            // One of each in turn, whoever else wants however much; each token at its time.
            let order: Vec<_> = diary.borrow().iter().copied().collect();
            let names: Vec<_> = order.iter().map(|(name, _)| *name).collect();
            assert_eq!(names[..2], ["hot", "hot"]);
            for key in ["b", "c"] {
                let turns: Vec<_> = (0..names.len()).filter(|place| names[*place] == key).collect();
                assert!(turns[1] - turns[0] == 3 && turns[0] <= 4, "seed {seed}: {names:?}");
            }
            assert!(order.iter().zip(0..).all(|((_, time), n)| *time == 100 * n), "{order:?}");
            drop(hot);
        });
    }
}

#[test]
fn a_line_is_first_come_first_served_and_a_large_request_is_not_starved() {
    story(|rt| async move {
        let (fair, background, diary) = (fair(&rt, rate(10), 5, 1000), Context::background(&rt), Diary::default());
        let mut tasks = vec![user(&rt, &fair, &background, "first", 5, &diary)];
        rt.sleep(ms(1)).await;
        tasks.push(user(&rt, &fair, &background, "large", 5, &diary));
        rt.sleep(ms(1)).await;
        tasks.extend((0..3).map(|_| user(&rt, &fair, &background, "small", 1, &diary)));
        for task in &tasks {
            assert_eq!(task.join().await, Ok(Ok(())));
        }
        assert_eq!(diary.take(), [("first", 0), ("large", 500), ("small", 600), ("small", 700), ("small", 800)]);
    });
}

#[test]
fn who_gives_up_leaves_the_line_and_the_next_moves_up() {
    for seed in 0..100 {
        story_in(seeded(seed), |rt| async move {
            let (fair, background, diary) = (fair(&rt, rate(10), 1, 3), Context::background(&rt), Diary::default());
            assert_eq!(user(&rt, &fair, &background, "a", 1, &diary).join().await, Ok(Ok(())));
            let (context, cancel) = background.with_cancel();
            let gives_up = user(&rt, &fair, &context, "a", 1, &diary);
            rt.sleep(ms(1)).await;
            let (stays, dropped) =
                (user(&rt, &fair, &background, "a", 1, &diary), user(&rt, &fair, &background, "b", 1, &diary));
            rt.sleep(ms(1)).await;
            // A fourth finds no room; one who wants more than there ever is is told so first.
            assert_eq!(fair.wait(&background, "c", 1).await, Err(Denied::Full { bucket: 1 }));
            assert_eq!(fair.wait(&background, "c", 2).await, Err(Denied::Burst { bucket: 1, burst: 1 }));
            let (late, _cancel) = background.with_timeout(ms(10));
            assert!(matches!(fair.wait(&late, "c", 1).await, Err(Denied::Deadline { bucket: 1, .. })));
            cancel.cancel();
            assert_eq!(gives_up.join().await, Ok(Err(Denied::Ended(ContextError::Canceled))));
            assert_eq!(fair.waiting(), 2);
            // At the very moment at which its token comes, granted or not.
            rt.sleep(at(100) - rt.now()).await;
            dropped.stop();
            assert_eq!(stays.join().await, Ok(Ok(())));
            assert_eq!(fair.waiting(), 0);
            let served = diary.take().last().copied().unwrap();
            assert!(served == ("a", 100) || served == ("a", 200), "seed {seed}: {served:?}");
            assert_eq!(user(&rt, &fair, &background, "d", 1, &diary).join().await, Ok(Ok(())));
            assert!(rt.now() <= at(300));
        });
    }
}

#[test]
fn a_bucket_that_never_fills_keeps_nobody_from_ending() {
    story(|rt| async move {
        let (fair, background) = (fair(&rt, Rate::ZERO, 1, 10), Context::background(&rt));
        assert_eq!(fair.wait(&background, "a", 1).await, Ok(()));
        let (context, cancel) = background.with_cancel();
        let later = rt.later(secs(1), move |_| cancel.cancel());
        assert_eq!(fair.wait(&context, "a", 1).await, Err(Denied::Ended(ContextError::Canceled)));
        assert_eq!(rt.now(), at(1000));
        drop(later);
    });
}
