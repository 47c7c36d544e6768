//! Who waits is woken, once, whatever happens before and in between: traps of futures and wake-ups, against whatever
//! can be waited for here.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use futures::FutureExt;
use heartrace::patterns::cancel::Context;
use heartrace::patterns::concurrency::{self, Concurrency};
use heartrace::patterns::dedup::{Dedup, NotDone, Once, Repeated, Window};
use heartrace::patterns::group::Group;
use heartrace::patterns::lock::Lock;
use heartrace::patterns::queue::{Backlog, Config, Next, Order, WorkQueue};
use heartrace::patterns::rate_limit::{Limiter, Multi, Rate, TokenBucket};
use heartrace::patterns::replicate::{Budget, Eligible, Losers, Next as When, Policy, Replicator, Share, first_ok};
use heartrace::patterns::timeout::{Mode, timeout, within};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::Setting;
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Cause, Reason, Receiver, Runtime, Time};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

const DONE: Cause = Cause::new(Reason::Plain, "done");

/// "So long" meant from when it was written down in one library and from when it was begun in another, and some had only
/// one of them. Both are here, under two names.
#[test]
fn p_c8_v_c099_from_when_it_was_made_or_from_when_it_is_begun() {
    story(|rt| async move {
        let (context, _cancel) = Context::background(&rt).with_timeout(secs(5));
        let forever = || Receiver::<u32>::absent().recv(&rt);
        let relative = timeout(&rt, secs(5), forever());
        let background = Context::background(&rt);
        let begun = within(&rt, &background, secs(5), Mode::Drop, async |_| forever().await);
        rt.sleep(secs(3)).await;
        context.done().await;
        assert_eq!(rt.now(), at_ms(5_000), "of a context: from when it was made");
        assert!(relative.await.is_err());
        assert_eq!(rt.now(), at_ms(10_000), "of a wait: from when it was begun");
        assert!(begun.await.is_err());
        assert_eq!(rt.now(), at_ms(15_000));
    });
}

/// The timer of a limit stayed armed when what it limited was long over, and kept the program from ending.
#[test]
fn p_c14_no_timer_outlives_what_it_was_for() {
    let mut run = Run::new(Setting::default(), true);
    let rt = run.runtime().clone();
    run.start(async move {
        let hour = secs(3600);
        let _ = timeout(&rt, hour, rt.sleep(ms(1))).await;
        let background = Context::background(&rt);
        let _ = within(&rt, &background, hour, Mode::Drain(hour), async |_| rt.sleep(ms(1)).await).await;
        let (context, cancel) = background.with_timeout(hour);
        cancel.cancel();
        drop((context, cancel));
        let limiter = Limiter::new(1, TokenBucket::new(Rate::every(hour), 1).unwrap());
        assert!(limiter.allow(&rt, 1));
        assert!(timeout(&rt, ms(1), limiter.wait(&rt, &background, 1)).await.is_err());
        // Whatever was left would let the clock go on.
        Receiver::<u32>::absent().recv(&rt).await;
    });
    assert!(matches!(run.finish(), End::Stalled(_)));
    assert_eq!(run.runtime().now(), at_ms(3));
}

/// Something to wait for, and what makes it come true.
type Waited = Pin<Box<dyn Future<Output = ()>>>;
type Waits = (&'static str, Box<dyn Fn() -> Waited>, Box<dyn FnOnce()>);

/// Everything that can be waited for, each with what it waits for.
fn all(rt: &Runtime) -> Vec<Waits> {
    let mut all: Vec<Waits> = Vec::new();
    let (signal, giver, r) = (rt.signal(), rt.clone(), rt.clone());
    let given = signal.clone();
    let wait = move || Box::pin(given.wait(&r).map(drop)) as Waited;
    all.push(("signal", Box::new(wait), Box::new(move || _ = signal.give(&giver, DONE))));
    let (context, cancel) = Context::background(rt).with_cancel();
    all.push(("context", Box::new(move || Box::pin(context.done().map(drop))), Box::new(move || cancel.cancel())));
    let (sender, receiver) = rt.channel::<u32>("closing", 0);
    let (r, closer) = (rt.clone(), rt.clone());
    let wait = move || Box::pin(receiver.recv(&r).map(drop)) as Waited;
    all.push(("close", Box::new(wait), Box::new(move || sender.close(&closer))));
    let task = Rc::new(rt.spawn("waited for", Receiver::<u32>::absent().recv(rt).map(drop)));
    let joined = task.clone();
    all.push(("join", Box::new(move || Box::pin(joined.join().map(drop))), Box::new(move || task.stop())));
    let group = Rc::new(Group::new(rt, &Context::background(rt)));
    let (ends, ended) = rt.channel::<()>("group", 1);
    let (r, ender) = (rt.clone(), rt.clone());
    group.spawn("member", async move |_| _ = ended.recv(&r).await);
    let wait = move || {
        let group = group.clone();
        Box::pin(async move { group.join().await }) as Waited
    };
    all.push(("group", Box::new(wait), Box::new(move || _ = ends.try_send(&ender, ()))));
    let limit = Concurrency::new(concurrency::Config { limit: 1, order: Order::Fifo, waiting: 99 }).unwrap();
    let permit = limit.try_acquire();
    all.push(("permit", Box::new(move || Box::pin(limit.acquire().map(drop))), Box::new(move || drop(permit))));
    let lock = Lock::new(rt, "lock");
    let held = lock.try_hold();
    let wait = move || {
        let lock = lock.clone();
        Box::pin(async move { drop(lock.hold().await) }) as Waited
    };
    all.push(("lock", Box::new(wait), Box::new(move || drop(held))));
    let queue = WorkQueue::<u32>::new(rt, "queue", Config::default()).unwrap();
    let (r, closer, closed) = (rt.clone(), rt.clone(), queue.clone());
    let wait = move || {
        let (queue, rt) = (queue.clone(), r.clone());
        Box::pin(async move { _ = queue.take(&rt).await }) as Waited
    };
    all.push(("queue", Box::new(wait), Box::new(move || _ = closed.close(&closer))));
    all
}

/// What was told before anybody listened was lost. Here it does not matter who comes first.
#[test]
fn p_c21_what_has_happened_before_is_heard_all_the_same() {
    for seed in 0..50 {
        story_in(seeded(seed), |rt| async move {
            for (what, wait, comes) in all(&rt) {
                let waiter = rt.spawn("waiter", wait());
                let giver = rt.spawn("giver", async move { comes() });
                let both = async { (waiter.join().await, giver.join().await) };
                assert!(timeout(&rt, secs(1), both).await.is_ok(), "{what}, seed {seed}");
            }
        });
    }
}

/// Of several who waited for one thing only the last was woken; or none, when the one who had been asked last was gone.
#[test]
fn p_c22_everybody_who_waits_is_woken() {
    story(|rt| async move {
        for (what, wait, comes) in all(&rt) {
            let waiters: Vec<_> = (0..5).map(|_| rt.spawn("waiter", wait())).collect();
            rt.sleep(ms(1)).await;
            waiters[4].stop();
            waiters[0].stop();
            comes();
            for waiter in &waiters[1..4] {
                assert!(timeout(&rt, secs(1), waiter.join()).await.is_ok(), "{what}");
            }
        }
        // One wait that several share, each polled by a task of its own.
        let signal = rt.signal();
        let shared = signal.wait(&rt).map(drop).shared();
        let waiters: Vec<_> = (0..5).map(|_| rt.spawn("sharer", shared.clone())).collect();
        rt.sleep(ms(1)).await;
        waiters[0].stop();
        signal.give(&rt, DONE);
        for waiter in &waiters[1..] {
            assert!(timeout(&rt, secs(1), waiter.join()).await.is_ok());
        }
    });
}

/// Somebody looked, found nothing, and put its name down; what came in between was told to nobody. Here a wait that was
/// made and not begun hears what came before it was.
#[test]
fn p_c24_what_comes_between_asking_and_waiting_is_heard() {
    story(|rt| async move {
        for is_early in [false, true] {
            for (what, wait, comes) in all(&rt) {
                let mut waiting = wait();
                // Polled once, for the last time before it comes.
                if is_early {
                    assert!(waiting.as_mut().now_or_never().is_none(), "{what}");
                }
                comes();
                assert!(timeout(&rt, secs(1), waiting).await.is_ok(), "{what}");
            }
        }
        let sleep = rt.sleep(ms(1));
        let interval = rt.interval(ms(1));
        let tick = interval.tick();
        rt.sleep(ms(5)).await;
        let before = rt.now();
        sleep.await;
        tick.await;
        assert_eq!(rt.now(), before);
    });
}

/// While the first result was handled nothing else went on, since all of it was polled by one task; and none at a time
/// meant waiting for ever. Here copies are tasks, and a limit of nothing is an error.
#[test]
fn p_c26_what_is_under_way_goes_on_while_somebody_is_busy() {
    story(|rt| async move {
        let budget = Budget::new(Share { per_mille: 1000, start: 9, most: 9, at_once: 9 }).unwrap();
        let losers = Losers::Drain { grace: secs(60) };
        let policy = Policy { extra: 2, targets: 3, next: When::After(ms(0)), tied: false, losers };
        let copies = Replicator::new(policy, budget).unwrap();
        let done = Rc::new(RefCell::new(Vec::new()));
        let (inner, list) = (rt.clone(), done.clone());
        let serve = move |copy: heartrace::patterns::replicate::Attempt| {
            let (rt, list) = (inner.clone(), list.clone());
            async move {
                rt.sleep(secs(1 + u64::from(copy.number))).await;
                list.borrow_mut().push((copy.number, rt.now()));
                Ok::<_, ()>(copy.number)
            }
        };
        let background = Context::background(&rt);
        let won = copies.ask(&rt, &background, Eligible::Idempotent, "copy", first_ok, serve).await.ok().unwrap();
        // Whoever asked is busy with the first answer, and polls nothing.
        rt.work_blocking(secs(10)).await;
        assert_eq!(won.number, 0);
        assert_eq!(done.take(), [(0, at_ms(1_000)), (1, at_ms(2_000)), (2, at_ms(3_000))]);

        let none = concurrency::Config { limit: 0, order: Order::Fifo, waiting: 9 };
        assert_eq!(Concurrency::new(none).map(drop).map_err(|error| error.field), Err("limit"));
        let limit = Config { limit: 0, ..Config::default() };
        assert_eq!(Backlog::<u32>::new(limit).map(drop).map_err(|error| error.field), Err("limit"));
        let nothing = Window { most: 1, time: secs(1), in_flight: 0 };
        assert_eq!(Dedup::<u32, u32>::new(nothing).map(drop).map_err(|error| error.field), Err("in-flight"));
        let policy = Policy { targets: 0, ..Policy::replicas(1) };
        let unrationed = Budget::new(Share { per_mille: 1, start: 1, most: 1, at_once: 1 }).unwrap();
        assert_eq!(Replicator::new(policy, unrationed).map(drop).map_err(|error| error.field), Err("targets"));
    });
}

/// A send or a receive that was cancelled took its value with it. Here a value is with the sender, on its way or with
/// the receiver, whoever is dropped at whatever moment.
#[test]
fn p_c30_no_value_is_lost_with_whoever_gives_up() {
    for seed in 0..400 {
        story_in(seeded(seed), move |rt| async move {
            let capacity = (seed % 3) as usize;
            let (sender, receiver) = rt.channel::<u32>("values", capacity);
            let (sent, received) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(Vec::new())));
            let (s, list) = (rt.clone(), sent.clone());
            let sending = rt.spawn("sender", async move {
                for value in 0..20 {
                    // A send that is given up has sent nothing: the value is there to be sent again.
                    loop {
                        let patience = ms(s.draw("patience", 0, 2));
                        if timeout(&s, patience, sender.send(&s, value)).await.is_ok() {
                            list.borrow_mut().push(value);
                            break;
                        }
                        s.sleep(ms(1)).await;
                    }
                }
                sender.close(&s);
            });
            let (r, list) = (rt.clone(), received.clone());
            let receiving = rt.spawn("receiver", async move {
                loop {
                    let patience = ms(r.draw("patience", 0, 2));
                    match timeout(&r, patience, receiver.recv(&r)).await {
                        Ok(Some(value)) => list.borrow_mut().push(value),
                        Ok(None) => return,
                        Err(_) => r.sleep(ms(1)).await,
                    }
                }
            });
            sending.join().await.unwrap();
            receiving.join().await.unwrap();
            assert_eq!((sent.take(), received.take()), ((0..20).collect(), (0..20).collect()), "seed {seed}");
        });
    }
}

/// Clones of a limiter shared one timer, and only one of those who waited was woken by it. Here each wait has its own,
/// and clones share the bucket only.
#[test]
fn p_r11_each_clone_is_woken_at_its_own_time() {
    story(|rt| async move {
        let background = Context::background(&rt);
        let limiter = Limiter::new(1, TokenBucket::new(Rate::every(ms(100)), 1).unwrap());
        let multi = Multi::of([limiter.clone()]).unwrap();
        let waiters: Vec<_> = (0..10)
            .map(|index| {
                let (inner, context, limiter, multi) = (rt.clone(), background.clone(), limiter.clone(), multi.clone());
                rt.spawn("waiter", async move {
                    match index % 2 {
                        0 => limiter.wait(&inner, &context, 1).await.unwrap(),
                        _ => multi.wait(&inner, &context, 1).await.unwrap(),
                    }
                    inner.now()
                })
            })
            .collect();
        rt.sleep(ms(50)).await;
        drop((limiter, multi));
        waiters[9].stop();
        let mut times = Vec::new();
        for waiter in &waiters[..9] {
            times.push(waiter.join().await.unwrap());
        }
        times.sort();
        // Who was stopped is behind them or gives its moment back; nobody else is late.
        assert!(times.iter().zip(0..10).all(|(time, n)| *time <= at_ms(100 * (n + 1))), "{times:?}");
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= ms(100)), "{times:?}");
    });
}

/// Row 140 of bottleneck's `general.js`: a job whose name is in the queue already is refused.
#[test]
fn v_l140_a_job_that_is_queued_already_is_refused() {
    story(|rt| async move {
        let window = Window { most: 10, time: secs(60), in_flight: 10 };
        let once = Once::<&str, u32>::new(&rt, window, Repeated::Refuse).unwrap();
        let queue = WorkQueue::<&str>::new(&rt, "jobs", Config::default()).unwrap();
        let job = |name: &'static str| {
            let (rt, once, queue) = (rt.clone(), once.clone(), queue.clone());
            rt.clone().spawn("caller", async move {
                once.run(name, 0, || async {
                    let _ = queue.offer(&rt, name, 0, Time::MAX);
                    rt.sleep(secs(1)).await;
                    Ok::<_, ()>(1)
                })
                .await
            })
        };
        let (first, second, other) = (job("a"), job("a"), job("b"));
        rt.sleep(ms(1)).await;
        assert_eq!(queue.len(), 2);
        let mut queued = [queue.try_take(&rt), queue.try_take(&rt)].map(|next| match next {
            Some(Next::Serve(name)) => name,
            other => panic!("{other:?}"),
        });
        queued.sort_unstable();
        assert_eq!(queued, ["a", "b"]);
        let results = (first.join().await.unwrap(), second.join().await.unwrap(), other.join().await.unwrap());
        let refused = [results.0.clone(), results.1].iter().filter(|one| **one == Err(NotDone::InFlight)).count();
        assert_eq!((refused, results.2), (1, Ok(1)));
    });
}
