//! Timers: S1, sleeps, work, intervals with their policies, and time that is never early.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{at, check, check_in, faulty, ms, run_in, seeded};
use heartrace::runtime::ends::{End, Limit};
use heartrace::runtime::setting::{Harm, Model, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Missed, Of2, select};
use heartrace::trace::Kind;
use std::time::Duration;

/// S1: by the creation of the timer object; an interval keeps its rank although it is armed again at every tick.
#[test]
fn timers_of_one_instant_fire_in_the_order_of_their_creation() {
    check(&["1000 root: tick", "2000 root: tick", "2000 root: slept", "3000 root: tick"], |rt| async move {
        let interval = rt.interval(ms(1000));
        let mut sleep = rt.sleep(ms(2000));
        let mut ticks = 0;
        let mut is_awake = false;
        while ticks < 3 {
            if is_awake {
                interval.tick().await;
                ticks += 1;
                rt.log("tick");
                continue;
            }
            match select((sleep.by_ref(), interval.tick())).await {
                Of2::A(()) => {
                    is_awake = true;
                    rt.log("slept");
                }
                Of2::B(_) => {
                    ticks += 1;
                    rt.log("tick");
                }
            }
        }
    });
}

/// S1 and S2 however many there are: few pending timers are kept as a sorted list and many as a heap, and their number
/// rises and falls through the border between the two while some of them are taken back.
#[test]
fn few_timers_and_many_fire_in_the_same_order() {
    for seed in 0..20 {
        let mut run = Run::new(Setting { seed, ..Setting::default() }, true);
        let rt = run.runtime().clone();
        run.start(async move {
            for wave in [5, 40, 3, 25, 17, 16, 60] {
                let sleepers: Vec<_> = (0..wave)
                    .map(|_| {
                        let (inner, span) = (rt.clone(), ms(rt.draw("span", 1, 12)));
                        rt.spawn("sleeper", async move { inner.sleep(span).await })
                    })
                    .collect();
                rt.sleep(ms(3)).await;
                sleepers.iter().step_by(3).for_each(|sleeper| sleeper.stop());
                rt.sleep(ms(4)).await;
            }
            rt.sleep(ms(20)).await;
        });
        assert_eq!(run.finish(), End::Finished, "seed {seed}");
        run.runtime().with_trace(|trace| {
            let wakes: Vec<_> = trace.events().filter(|event| event.kind == Kind::Wake).collect();
            let order: Vec<_> = wakes.iter().map(|wake| (wake.time, wake.cause)).collect();
            assert!(wakes.len() > 100 && order.is_sorted(), "seed {seed}: {order:?}");
            for wake in wakes {
                let set = trace.event(wake.cause.expect("a timer was set"));
                assert_eq!(wake.time.since(set.time), Duration::from_nanos(set.b), "seed {seed}: {wake:?}");
            }
        });
    }
}

/// S2: after each timer everything runs until it blocks, before the next timer of the same instant.
#[test]
fn one_timer_runs_to_the_end_before_the_next_of_its_instant() {
    check(&["10 a: woken", "10 friend: told", "10 b: woken"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let (f, a, b) = (rt.clone(), rt.clone(), rt.clone());
        rt.spawn("friend", async move {
            receiver.recv(&f).await;
            f.log("told");
        });
        let deadline = ms(10);
        rt.yield_now().await;
        rt.spawn("b", async move {
            b.sleep(deadline + ms(0)).await;
            b.log("woken");
        });
        rt.spawn("a", async move {
            a.sleep(deadline).await;
            a.log("woken");
            let _ = sender.send(&a, 1).await;
        });
        rt.sleep(ms(20)).await;
    });
}

#[test]
fn the_nth_tick_is_n_periods_after_the_start() {
    // The work after the second tick takes 25: ticks of 30 and 40 are missed.
    let cases = [
        (Missed::Skip, ["10", "20", "45", "50", "60"], ["10", "20", "30", "50", "60"]),
        (Missed::Burst, ["10", "20", "45", "45", "50"], ["10", "20", "30", "40", "50"]),
        (Missed::Delay, ["10", "20", "45", "55", "65"], ["10", "20", "30", "55", "65"]),
    ];
    for (missed, taken, due) in cases {
        let expected: Vec<String> = taken.iter().zip(due).map(|(taken, due)| format!("{taken} root: {due}")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&expected, |rt| async move {
            let interval = rt.interval_with(ms(10), missed);
            for n in 0..5 {
                let due = interval.tick().await;
                rt.log(format!("{}", due.as_nanos() / 1_000_000));
                if n == 1 {
                    rt.work(ms(25)).await;
                }
            }
        });
    }
}

/// Two tasks waited for ticks of one interval: the timer knew only the later of them, who then took its tick twice.
#[test]
fn each_tick_goes_to_one_of_those_who_wait() {
    check(&["10 a: 10", "20 b: 20", "30 a: 30", "40 root: done"], |rt| async move {
        let interval = rt.interval(ms(10));
        for (name, ticks) in [("b", 1), ("a", 2)] {
            let (r, interval) = (rt.clone(), interval.clone());
            rt.spawn(name, async move {
                for _ in 0..ticks {
                    let due = interval.tick().await;
                    r.log(format!("{}", due.as_nanos() / 1_000_000));
                }
            });
        }
        rt.sleep(ms(35)).await;
        interval.tick().await;
        rt.log("done");
    });
}

#[test]
fn a_dropped_tick_waits_for_the_next_one_who_asks() {
    check(&["10 root: other arm", "10 root: 10"], |rt| async move {
        let mut sleep = rt.sleep(ms(10));
        let interval = rt.interval(ms(10));
        match select((sleep.by_ref(), interval.tick())).await {
            Of2::A(()) => rt.log("other arm"),
            Of2::B(_) => rt.log("tick"),
        }
        rt.log(format!("{}", interval.tick().await.as_nanos() / 1_000_000));
    });
}

#[test]
fn a_hang_stops_work_and_not_sleep() {
    let hang = Harm::Hang { at: at(10), lasting: ms(100) };
    check_in(
        faulty(&[("worker", hang), ("sleeper", hang)]),
        &["110 sleeper: slept", "150 worker: worked"],
        |rt| async move {
            let (w, s) = (rt.clone(), rt.clone());
            rt.spawn("worker", async move {
                w.work(ms(50)).await;
                w.log("worked");
            });
            rt.spawn("sleeper", async move {
                s.sleep(ms(50)).await;
                s.log("slept");
            });
            rt.sleep(ms(1000)).await;
        },
    );
}

#[test]
fn overlapping_hangs_last_until_the_last_is_over() {
    let setting = faulty(&[
        ("worker", Harm::Hang { at: at(10), lasting: ms(100) }),
        ("worker", Harm::Hang { at: at(50), lasting: ms(100) }),
    ]);
    check_in(setting, &["190 worker: worked"], |rt| async move {
        let w = rt.clone();
        let worker = rt.spawn("worker", async move {
            w.work(ms(50)).await;
            w.log("worked");
        });
        worker.join().await.unwrap();
    });
}

#[test]
fn a_slow_task_works_longer_and_sleeps_as_before() {
    // 20 of 50 are done; the other 30 take 90; the next 10 take 30.
    let setting = faulty(&[("worker", Harm::Slow { at: at(20), thousandths: 3000 })]);
    check_in(setting, &["110 worker: worked", "160 worker: slept", "190 worker: worked"], |rt| async move {
        let w = rt.clone();
        let worker = rt.spawn("worker", async move {
            w.work(ms(50)).await;
            w.log("worked");
            w.sleep(ms(50)).await;
            w.log("slept");
            w.work(ms(10)).await;
            w.log("worked");
        });
        worker.join().await.unwrap();
    });
}

#[test]
fn blocking_work_hears_nothing() {
    check(&["50 worker: done", "50 worker: Some(1)"], |rt| async move {
        let (sender, receiver) = rt.link::<u32>("l", ms(10));
        sender.send(&rt, 1).await.unwrap();
        let w = rt.clone();
        let worker = rt.spawn("worker", async move {
            futures::future::join(w.work_blocking(ms(50)), async {
                w.sleep(ms(5)).await;
                w.log("done");
            })
            .await;
            w.log(format!("{:?}", receiver.recv(&w).await));
        });
        worker.join().await.unwrap();
    });
}

#[test]
fn at_any_speed_no_timer_is_early_and_the_clock_never_goes_back() {
    for seed in 0..100 {
        let ran = run_in(seeded(seed, Model::AnySpeed), |rt| async move {
            for (name, wait) in [("a", 30), ("b", 10), ("c", 20)] {
                let r = rt.clone();
                rt.spawn(name, async move {
                    let interval = r.interval(ms(wait));
                    for _ in 0..3 {
                        let before = r.now();
                        r.sleep(ms(wait)).await;
                        assert!(r.now().since(before) >= ms(wait));
                        let due = interval.tick().await;
                        assert!(r.now() >= due, "a tick before it was due");
                    }
                });
            }
            rt.sleep(ms(500)).await;
        });
        assert_eq!(ran.end, End::Finished);
        let times: Vec<u64> =
            ran.events.iter().map(|event| event.split([' ', '+']).next().unwrap().parse().unwrap()).collect();
        assert!(times.is_sorted(), "seed {seed}: {times:?}");
    }
}

#[test]
fn the_longest_durations_end_at_the_limit_of_time() {
    for duration in [Duration::from_nanos(1 << 63), Duration::from_nanos(u64::MAX), Duration::MAX] {
        let slow = faulty(&[("root", Harm::Slow { at: at(0), thousandths: u64::MAX })]);
        for setting in [Setting::default(), slow] {
            let ran = run_in(setting, |rt| async move {
                let interval = rt.interval_with(duration, Missed::Burst);
                let link = rt.link::<u32>("l", duration);
                link.0.send(&rt, 1).await.unwrap();
                select((rt.work(duration), interval.tick(), rt.sleep(duration))).await;
            });
            assert_eq!(ran.end, End::Cut(Limit::Time), "{duration:?}");
        }
    }
}
