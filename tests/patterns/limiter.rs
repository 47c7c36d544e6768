//! Waiting at one bucket and at several: `l22_…` are rows of Go's table, `p_l5_…` are traps that other libraries fell
//! into, each a small story in virtual time. Times are milliseconds.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::rate_limit::{ms, rate};
use heartrace::patterns::cancel::{Context, ContextError};
use heartrace::patterns::rate_limit::{
    Adjustable, Bucket, Denied, GoBucket, InTurn, Limiter, Member, Multi, Rate, TokenBucket,
};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Cause, Reason, Runtime, Task, Time};
use std::future::Future;
use std::time::Duration;

const CANCELED: Denied = Denied::Ended(ContextError::Canceled);
const EXCEEDED: Denied = Denied::Ended(ContextError::DeadlineExceeded);

fn story<F: Future<Output = ()> + 'static>(tell: impl FnOnce(Runtime, Context) -> F) {
    story_in(Setting::default(), tell);
}

fn story_in<F: Future<Output = ()> + 'static>(setting: Setting, tell: impl FnOnce(Runtime, Context) -> F) {
    let mut run = Run::new(setting, true);
    let rt = run.runtime().clone();
    let background = Context::background(&rt);
    run.start(tell(rt, background));
    assert_eq!(run.finish(), End::Finished);
}

fn limiter(rate: Rate, burst: u32) -> Limiter {
    Limiter::new(1, TokenBucket::new(rate, burst).unwrap())
}

fn now(rt: &Runtime) -> u64 {
    rt.now().as_nanos() / 1_000_000
}

fn tokens<B: Bucket>(rt: &Runtime, limiter: &Limiter<B>) -> f64 {
    limiter.with(|bucket| bucket.tokens(rt.now()))
}

/// How it went, and when.
type Went = (Result<(), Denied>, u64);

/// A task that waits for `n` tokens.
fn waiter<B: Bucket + 'static>(rt: &Runtime, limiter: &Limiter<B>, context: &Context, n: u32) -> Task<Went> {
    let (inner, limiter, context) = (rt.clone(), limiter.clone(), context.clone());
    rt.spawn("waiter", async move { (limiter.wait(&inner, &context, n).await, now(&inner)) })
}

async fn went(task: &Task<Went>) -> Went {
    task.join().await.expect("nobody stops a waiter")
}

// ---------------------------------------------------------------- one bucket

#[test]
fn l22_v_l085_to_v_l088_the_order_of_what_is_checked() {
    story(|rt, background| async move {
        let limiter = limiter(rate(10), 3);
        let (dead, cancel) = background.with_cancel();
        cancel.cancel();
        assert_eq!(limiter.wait(&rt, &dead, 1).await, Err(CANCELED));
        assert_eq!(limiter.wait(&rt, &dead, 4).await, Err(Denied::Burst { bucket: 1, burst: 3 }));
        assert_eq!(limiter.wait(&rt, &background, 4).await, Err(Denied::Burst { bucket: 1, burst: 3 }));
        assert_eq!((limiter.wait(&rt, &background, 2).await, now(&rt)), (Ok(()), 0));
        assert_eq!((limiter.wait(&rt, &background, 3).await, now(&rt)), (Ok(()), 200));
    });
}

#[test]
fn l23_v_l089_p_l7_who_gives_up_gives_back() {
    story(|rt, background| async move {
        let limiter = limiter(rate(10), 3);
        assert_eq!(limiter.wait(&rt, &background, 2).await, Ok(()));
        let (context, cancel) = background.with_cancel();
        let waiting = waiter(&rt, &limiter, &context, 3);
        rt.sleep(ms(100)).await;
        cancel.because(Cause::new(Reason::User, "no longer wanted"));
        // The error, not the cause.
        assert_eq!(went(&waiting).await, (Err(CANCELED), 100));
        assert_eq!((limiter.wait(&rt, &background, 2).await, now(&rt)), (Ok(()), 100));
    });
}

#[test]
fn p_l7_v_l195_a_waiter_that_is_dropped_gives_back() {
    story(|rt, background| async move {
        let limiter = limiter(rate(10), 3);
        let _ = limiter.wait(&rt, &background, 3).await;
        let waiting = waiter(&rt, &limiter, &background, 3);
        rt.sleep(ms(100)).await;
        assert_eq!(tokens(&rt, &limiter), -2.0);
        waiting.stop();
        assert_eq!(tokens(&rt, &limiter), 1.0);
    });
}

#[test]
fn l24_v_l090_v_l018_v_l194_o022_turned_away_at_once() {
    story(|rt, background| async move {
        let limiter = limiter(rate(10), 3);
        let (context, _cancel) = background.with_timeout(ms(100));
        assert_eq!(limiter.wait(&rt, &context, 2).await, Ok(()));
        let too_late = Err(Denied::Deadline { bucket: 1, wait: ms(200) });
        assert_eq!((limiter.wait(&rt, &context, 3).await, now(&rt)), (too_late, 0));
        assert_eq!(tokens(&rt, &limiter), 1.0);
    });
}

#[test]
fn a_deadline_equal_to_the_wait_is_kept() {
    for seed in 0..400 {
        story_in(Setting { order: Order::Seeded, seed, ..Setting::default() }, |rt, background| async move {
            let limiter = limiter(rate(10), 1);
            let (context, _cancel) = background.with_timeout(ms(100));
            assert_eq!(limiter.wait(&rt, &context, 1).await, Ok(()));
            assert_eq!((limiter.wait(&rt, &context, 1).await, now(&rt)), (Ok(()), 100));
        });
    }
}

#[test]
fn l25_v_l091_no_limit() {
    story(|rt, background| async move {
        let limiter = Limiter::new(1, TokenBucket::new(Rate::INFINITE, 0).unwrap());
        assert_eq!((limiter.wait(&rt, &background, 3).await, now(&rt)), (Ok(()), 0));
    });
}

#[test]
fn l27_waiting_at_the_default_bucket() {
    story(|rt, background| async move {
        let limiter = Limiter::new(1, TokenBucket::default());
        assert_eq!(limiter.wait(&rt, &background, 1).await, Err(Denied::Burst { bucket: 1, burst: 0 }));
        assert_eq!(limiter.wait(&rt, &background, 0).await, Ok(()));
    });
}

#[test]
fn v_l093_without_a_rate_one_waits_for_ever() {
    story(|rt, background| async move {
        let limiter = limiter(Rate::ZERO, 1);
        let (context, cancel) = background.with_cancel();
        assert_eq!(limiter.wait(&rt, &context, 1).await, Ok(()));
        let waiting = waiter(&rt, &limiter, &context, 1);
        rt.sleep(Duration::from_secs(1_000_000)).await;
        assert!(!waiting.is_over());
        cancel.cancel();
        assert_eq!(went(&waiting).await.0, Err(CANCELED));
        // With any deadline it is told at once.
        let (late, _cancel) = background.with_timeout(Duration::from_secs(1_000_000));
        assert!(matches!(limiter.wait(&rt, &late, 1).await, Err(Denied::Deadline { .. })));
        assert_eq!(now(&rt), 1_000_000_000);
    });
}

#[test]
fn l30_v_l094_a_rate_after_all() {
    story(|rt, background| async move {
        let limiter = limiter(Rate::ZERO, 1);
        assert_eq!(limiter.wait(&rt, &background, 1).await, Ok(()));
        limiter.with(|bucket| bucket.set_rate(rt.now(), rate(10)));
        assert_eq!((limiter.wait(&rt, &background, 1).await, now(&rt)), (Ok(()), 100));
    });
}

#[test]
fn l42_nobody_moves_up() {
    fn check<B: Bucket + 'static>(bucket: B) {
        story(|rt, background| async move {
            let limiter = Limiter::new(1, bucket);
            assert!(limiter.allow(&rt, 1));
            let (context, cancel) = background.with_cancel();
            let a = waiter(&rt, &limiter, &context, 1);
            rt.yield_now().await;
            let b = waiter(&rt, &limiter, &background, 1);
            rt.sleep(ms(500)).await;
            cancel.cancel();
            let c = waiter(&rt, &limiter, &background, 1);
            assert_eq!(went(&a).await, (Err(CANCELED), 500));
            assert_eq!(went(&b).await, (Ok(()), 2000));
            assert_eq!(went(&c).await, (Ok(()), 3000));
        });
    }
    check(TokenBucket::new(rate(1), 1).unwrap());
    check(GoBucket::new(rate(1), 1));
}

#[test]
fn p_l6_a_newcomer_gets_what_was_given_back() {
    fn check<B: Bucket + 'static>(bucket: B, next_ms: u64) {
        story(|rt, background| async move {
            let limiter = Limiter::new(1, bucket);
            assert!(limiter.allow(&rt, 5));
            let (context, cancel) = background.with_cancel();
            let big = waiter(&rt, &limiter, &context, 3);
            rt.yield_now().await;
            let small = waiter(&rt, &limiter, &background, 1);
            rt.sleep(ms(500)).await;
            cancel.cancel();
            assert_eq!(went(&big).await, (Err(CANCELED), 500));
            let next = waiter(&rt, &limiter, &background, 1);
            assert_eq!(went(&next).await, (Ok(()), next_ms));
            assert_eq!(went(&small).await, (Ok(()), 4000));
        });
    }
    // As if the big one had never asked, except that the small one keeps the moment it was promised.
    check(TokenBucket::new(rate(1), 5).unwrap(), 2000);
    // By Go's rule one of the three tokens counts as used by the small one, which had a token of its own.
    check(GoBucket::new(rate(1), 5), 3000);
}

#[test]
fn p_l4_first_come_first_served_and_the_big_one_is_not_starved() {
    story(|rt, background| async move {
        let limiter = limiter(rate(10), 5);
        assert!(limiter.allow(&rt, 5));
        let mut waiting = Vec::new();
        for n in [1, 5, 1, 2] {
            waiting.push(waiter(&rt, &limiter, &background, n));
            rt.yield_now().await;
        }
        let mut times = Vec::new();
        for task in &waiting {
            times.push(went(task).await.1);
        }
        assert_eq!(times, [100, 600, 700, 900]);
    });
}

#[test]
fn p_l9_v_l112_v_l119_nobody_depends_on_the_first() {
    story(|rt, background| async move {
        let limiter = limiter(rate(10), 100);
        assert!(limiter.allow(&rt, 100));
        let huge = waiter(&rt, &limiter, &background, 100);
        rt.yield_now().await;
        let behind = waiter(&rt, &limiter, &background, 1);
        rt.yield_now().await;
        huge.stop();
        // Ten newcomers need not wait for what nobody is going to take. To the first of them it looks as if a token
        // overflowed before the one behind acts; as it takes one itself that is not so, and the next need not wait.
        let small: Vec<_> = (0..10).map(|_| waiter(&rt, &limiter, &background, 1)).collect();
        let mut times = Vec::new();
        for task in &small {
            times.push(went(task).await.1);
        }
        times.sort_unstable();
        assert_eq!(times, [300, 300, 400, 500, 600, 700, 800, 900, 1000, 1100]);
        assert_eq!(went(&behind).await, (Ok(()), 10_100));
    });
}

#[test]
fn p_l10_p_l12_all_at_once_and_each_at_its_own_moment() {
    story(|rt, background| async move {
        let limiter = limiter(rate(10), 5);
        assert!(limiter.allow(&rt, 5));
        // Two that need three of five: neither holds a part of it while it waits for the rest.
        let waiting: Vec<_> = (0..20).map(|_| waiter(&rt, &limiter, &background, 3)).collect();
        let mut times = Vec::new();
        for task in &waiting {
            times.push(went(task).await.1);
        }
        times.sort_unstable();
        assert!(times.into_iter().eq((1..=20).map(|turn| turn * 300)));
        // Nobody woke up in vain: each set one timer.
        let sleeps =
            rt.with_trace(|trace| trace.events().filter(|event| event.kind == heartrace::trace::Kind::Sleep).count());
        assert_eq!(sleeps, 20);
    });
}

#[test]
fn sleepers_keep_their_moment_when_the_limit_goes() {
    story(|rt, background| async move {
        let limiter = limiter(rate(1), 1);
        assert!(limiter.allow(&rt, 1));
        let waiting = waiter(&rt, &limiter, &background, 1);
        rt.sleep(ms(100)).await;
        limiter.with(|bucket| bucket.set_rate(rt.now(), Rate::INFINITE));
        assert_eq!(limiter.wait(&rt, &background, 9).await, Ok(()));
        assert_eq!(went(&waiting).await, (Ok(()), 1000));
    });
}

// ---------------------------------------------------------------- several buckets

const MINUTE: Duration = Duration::from_secs(60);

/// Two per second with a burst of one, and ten per minute at once.
fn book() -> [Limiter; 2] {
    let minute = TokenBucket::new(Rate::per(10, MINUTE).unwrap(), 10).unwrap();
    [Limiter::new(1, TokenBucket::new(rate(2), 1).unwrap()), Limiter::new(2, minute)]
}

fn asker(rt: &Runtime, multi: &Multi, context: &Context, n: u32) -> Task<Went> {
    let (inner, multi, context) = (rt.clone(), multi.clone(), context.clone());
    rt.spawn("asker", async move { (multi.wait(&inner, &context, n).await, now(&inner)) })
}

#[test]
fn o023_twelve_takes_and_the_bucket_that_binds() {
    story(|rt, background| async move {
        let multi = Multi::of(book()).unwrap();
        let mut times = Vec::new();
        for _ in 0..12 {
            let plan = multi.plan(rt.now(), 1).unwrap();
            assert_eq!(multi.wait(&rt, &background, 1).await, Ok(()));
            assert_eq!(rt.now(), plan.at);
            times.push((now(&rt), plan.binding));
        }
        let expected = [0, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000, 4500].map(|time| (time, 1));
        assert_eq!(times[..10], expected);
        assert_eq!(times[10..], [(6000, 2), (12_000, 2)]);
    });
}

#[test]
fn o024_the_longest_wait_and_not_the_sum() {
    story(|rt, background| async move {
        let make = |number, per_second| Limiter::new(number, TokenBucket::new(rate(per_second), 100).unwrap());
        let (api, disk, network) = (make(1, 10), make(2, 20), make(3, 50));
        let member = |limiter: &Limiter, cost| Member { limiter: limiter.clone(), cost };
        let multi = Multi::new(vec![member(&api, 1), member(&disk, 10), member(&network, 100)]).unwrap();
        assert_eq!(multi.wait(&rt, &background, 1).await, Ok(()));
        let plan = multi.plan(rt.now(), 1).unwrap();
        assert_eq!((plan.at.as_nanos(), plan.binding), (2_000_000_000, 3));
        // It took nothing.
        assert_eq!([&api, &disk, &network].map(|limiter| tokens(&rt, limiter)), [99.0, 90.0, 0.0]);
        assert_eq!(multi.wait(&rt, &background, 2).await, Err(Denied::Burst { bucket: 3, burst: 100 }));
        assert_eq!(multi.wait(&rt, &background, 1).await, Ok(()));
        assert_eq!(now(&rt), 2000);
    });
}

#[test]
fn o025_p_l11_cancelling_the_head_restores_every_bucket() {
    story(|rt, background| async move {
        let buckets = book();
        let multi = Multi::of(buckets.clone()).unwrap();
        for _ in 0..3 {
            let _ = multi.wait(&rt, &background, 1).await;
        }
        let before = buckets.clone().map(|limiter| tokens(&rt, &limiter));
        let (context, cancel) = background.with_cancel();
        let head = asker(&rt, &multi, &context, 1);
        rt.yield_now().await;
        cancel.cancel();
        assert_eq!(went(&head).await.0, Err(CANCELED));
        assert_eq!(buckets.map(|limiter| tokens(&rt, &limiter)), before);
    });
}

#[test]
fn o026_the_order_of_the_buckets_makes_no_difference() {
    let times = |order: fn([Limiter; 2]) -> [Limiter; 2]| {
        let (tell, told) = std::sync::mpsc::channel();
        story(|rt, background| async move {
            let multi = Multi::of(order(book())).unwrap();
            let waiting: Vec<_> = (0..20).map(|_| asker(&rt, &multi, &background, 1)).collect();
            for task in &waiting {
                let _ = tell.send((went(task).await, multi.plan(rt.now(), 1)));
            }
        });
        told.iter().collect::<Vec<_>>()
    };
    assert_eq!(times(|buckets| buckets), times(|[second, minute]| [minute, second]));
}

#[test]
fn p_l5_v_l191_to_v_l193_all_or_nothing() {
    story(|rt, background| async move {
        let buckets = [34, 22, 13].map(|burst| Limiter::new(burst, TokenBucket::new(rate(1), burst).unwrap()));
        let multi = Multi::of(buckets.clone()).unwrap();
        let all = || buckets.clone().map(|limiter| tokens(&rt, &limiter));
        assert_eq!(multi.wait(&rt, &background, 10).await, Ok(()));
        assert_eq!(all(), [24.0, 12.0, 3.0]);
        // **Differs** from .NET, where the first two members stay charged.
        let (context, _cancel) = background.with_timeout(ms(100));
        let too_late = Err(Denied::Deadline { bucket: 13, wait: ms(7000) });
        assert_eq!((multi.wait(&rt, &context, 10).await, all()), (too_late, [24.0, 12.0, 3.0]));
        assert_eq!(multi.wait(&rt, &background, 14).await, Err(Denied::Burst { bucket: 13, burst: 13 }));
        assert_eq!(all(), [24.0, 12.0, 3.0]);
    });
}

#[test]
fn v_l123_two_limiters_in_series_and_others_on_one_of_them() {
    // uber-go/ratelimit: takers behind 10/s and 100/s, after 20 s four more behind 100/s only: 1200 at 30 s.
    story(|rt, background| async move {
        let make = |number, per_second| Limiter::new(number, TokenBucket::new(rate(per_second), 1).unwrap());
        let (slow, fast) = (make(1, 10), make(2, 100));
        let count = std::rc::Rc::new(std::cell::Cell::new(0));
        let taker = |limits: Multi| {
            let (inner, context, count) = (rt.clone(), background.clone(), count.clone());
            rt.spawn_server("taker", async move {
                while limits.wait(&inner, &context, 1).await.is_ok() {
                    count.set(count.get() + 1);
                }
            })
        };
        let takers: Vec<_> = (0..4).map(|_| taker(Multi::of([slow.clone(), fast.clone()]).unwrap())).collect();
        rt.sleep(Duration::from_secs(20)).await;
        assert_eq!(count.get(), 200);
        let more: Vec<_> = (0..4).map(|_| taker(Multi::of([fast.clone()]).unwrap())).collect();
        rt.sleep(Duration::from_secs(10)).await;
        // What is due at 30 s exactly is not counted by then.
        assert!((1199..=1201).contains(&count.get()), "{}", count.get());
        takers.iter().chain(&more).for_each(Task::stop);
    });
}

#[test]
fn several_buckets_that_make_no_sense() {
    let limiter = limiter(rate(1), 1);
    let field = |members: Vec<Member>| Multi::new(members).map(drop).map_err(|error| error.field);
    let member = |cost| Member { limiter: limiter.clone(), cost };
    assert_eq!(field(vec![]), Err("cost"));
    assert_eq!(field(vec![member(0)]), Err("cost"));
    assert_eq!(field(vec![member(1), member(1)]), Err("members"));
    assert_eq!(field(vec![member(1)]), Ok(()));
}

#[test]
fn o022_l41_in_turn_a_token_is_lost_and_together_none() {
    story(|rt, background| async move {
        let [second, minute] = book();
        let in_turn = InTurn::all([InTurn::one(&second), InTurn::one(&minute)]);
        assert_eq!(in_turn.rate(), Rate::per(10, MINUTE).unwrap());
        let (context, _cancel) = background.with_timeout(ms(400));
        assert_eq!(in_turn.wait(&rt, &context, 1).await, Ok(()));
        // The minute is asked first and gives its token; then the second would take too long.
        let too_late = Err(Denied::Deadline { bucket: 1, wait: ms(500) });
        assert_eq!(in_turn.wait(&rt, &context, 1).await, too_late);
        assert_eq!([&second, &minute].map(|limiter| tokens(&rt, limiter)), [0.0, 8.0]);
        let together = Multi::of([second.clone(), minute.clone()]).unwrap();
        assert_eq!(together.wait(&rt, &context, 1).await, too_late);
        assert_eq!([&second, &minute].map(|limiter| tokens(&rt, limiter)), [0.0, 8.0]);
    });
}

#[test]
fn l41_in_turn_cancelled_at_the_second_bucket() {
    story(|rt, background| async move {
        let [second, minute] = book();
        let in_turn = InTurn::all([InTurn::one(&second), InTurn::one(&minute)]);
        let _ = in_turn.wait(&rt, &background, 1).await;
        let (context, cancel) = background.with_cancel();
        let inner = rt.clone();
        let waiting = rt.spawn("waiter", async move { in_turn.wait(&inner, &context, 1).await });
        rt.sleep(ms(250)).await;
        cancel.cancel();
        assert_eq!(waiting.join().await, Ok(Err(CANCELED)));
        // What it waited for comes back, what it had does not.
        assert_eq!(tokens(&rt, &second), 0.5);
        assert_eq!(tokens(&rt, &minute), 8.0 + 0.25 / 6.0);
    });
}

#[test]
fn a_deadline_in_the_middle_of_a_wait() {
    story(|rt, background| async move {
        let limiter = limiter(rate(1), 1);
        assert!(limiter.allow(&rt, 1));
        // The child is known to end only by its parent's cancel, so it is let in and then thrown out.
        let (context, cancel) = background.with_cancel();
        let _late = rt.later(ms(300), move |_| cancel.because(Cause::new(Reason::Timeout, "too late")));
        assert_eq!((limiter.wait(&rt, &context, 1).await, now(&rt)), (Err(CANCELED), 300));
        let (dead, _cancel) = background.with_timeout(Duration::ZERO);
        assert_eq!(limiter.wait(&rt, &dead, 1).await, Err(EXCEEDED));
        assert_eq!(limiter.with(|bucket| bucket.next_free(Time::ZERO, 1)).map(Time::as_nanos), Ok(1_000_000_000));
    });
}
