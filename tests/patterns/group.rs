//! Groups of tasks, and locks: rows C057… of tokio-util's task tracker and C085… of Trio, as far as the idea exists
//! here: a group is not closed and reopened, and a task has no key.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::group::{Group, StopReport};
use heartrace::patterns::lock::Lock;
use heartrace::patterns::preempt::work;
use heartrace::patterns::timeout::timeout;
use heartrace::runtime::setting::{Fault, Harm, Setting};
use heartrace::runtime::{Cause, Reason, Runtime, Time};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const STOP: Cause = Cause::new(Reason::Shutdown, "closing");

/// A group with a task that looks ten times a second, one that never looks, and one that is done after a second.
fn three(rt: &Runtime) -> Group {
    let group = Group::new(rt, &Context::background(rt));
    let inner = rt.clone();
    group.spawn("polite", async move |context: Context| {
        let _ = work(&inner, &context, secs(100), ms(100)).await;
    });
    let inner = rt.clone();
    group.spawn("deaf", async move |_| inner.sleep(secs(100)).await);
    let inner = rt.clone();
    group.spawn("brief", async move |_| inner.sleep(secs(1)).await);
    group
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn v_c058_tasks_are_counted() {
    story(|rt| async move {
        let group = Group::new(&rt, &Context::background(&rt));
        for seconds in 1..=10 {
            let inner = rt.clone();
            group.spawn("task", async move |_| inner.sleep(secs(seconds)).await);
        }
        for left in (0..10).rev() {
            rt.sleep(secs(1)).await;
            rt.sleep(secs(0)).await;
            assert_eq!(group.len(), left);
        }
        assert!(group.is_empty());
    });
}

#[test]
fn v_c059_waiting_for_nobody_is_over_at_once() {
    story(|rt| async move {
        Group::new(&rt, &Context::background(&rt)).join().await;
        assert_eq!(rt.now(), Time::ZERO);
    });
}

#[test]
fn v_c062_v_c064_v_c066_all_who_wait_wait_for_the_last_also_one_that_came_later() {
    story(|rt| async move {
        let group = Rc::new(Group::new(&rt, &Context::background(&rt)));
        let (inner, late) = (rt.clone(), group.clone());
        group.spawn("first", async move |_| {
            inner.sleep(secs(1)).await;
            let later = inner.clone();
            late.spawn("second", async move |_| later.sleep(secs(1)).await);
        });
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let (rt, group) = (rt.clone(), group.clone());
                rt.clone().spawn("waiter", async move {
                    group.join().await;
                    rt.now()
                })
            })
            .collect();
        for waiter in waiters {
            assert_eq!(waiter.join().await, Ok(at_ms(2_000)));
        }
    });
}

#[test]
fn v_c085_a_task_in_a_cancelled_group_starts_and_stops_at_its_first_wait() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        let group = Group::new(&rt, &context);
        cancel.because(STOP);
        let begun = Rc::new(Cell::new(false));
        let (inner, kept) = (rt.clone(), begun.clone());
        group.spawn("late", async move |context: Context| {
            kept.set(true);
            let _ = context.run(inner.sleep(secs(9))).await;
        });
        group.join().await;
        assert_eq!((begun.get(), rt.now()), (true, Time::ZERO));
    });
}

#[test]
fn v_c102_a_cancel_is_heard_while_the_group_waits_for_its_end() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        let group = Group::new(&rt, &context);
        for _ in 0..3 {
            let inner = rt.clone();
            group.spawn("member", async move |context: Context| {
                let _ = context.run(inner.sleep(secs(9))).await;
            });
        }
        let later = rt.later(secs(1), move |_| cancel.because(STOP));
        group.join().await;
        assert_eq!(rt.now(), at_ms(1_000));
        drop(later);
    });
}

#[test]
fn stopping_asks_first_and_names_who_had_to_be_forced() {
    let told = story(|rt| async move {
        let group = three(&rt);
        rt.sleep(ms(2_050)).await;
        let report = group.stop(STOP, secs(1)).await;
        let expected = StopReport {
            ended: vec![("polite".to_owned(), ms(50))],
            forced: names(&["deaf"]),
            crashed: vec![],
            latency: secs(1),
        };
        assert_eq!((report, rt.now()), (expected, at_ms(3_050)));
    });
    assert_eq!(told.notes("unstopped ")[0].numbers(), [1, 2]);
}

#[test]
fn stopping_takes_no_longer_than_the_slowest_who_listens() {
    story(|rt| async move {
        let group = Group::new(&rt, &Context::background(&rt));
        for (name, after) in [("quick", 1), ("slow", 3)] {
            let inner = rt.clone();
            group.spawn(name, async move |context: Context| {
                context.done().await;
                inner.sleep(secs(after)).await;
            });
        }
        let report = group.stop(STOP, secs(60)).await;
        let ended = vec![("quick".to_owned(), secs(1)), ("slow".to_owned(), secs(3))];
        assert_eq!(report, StopReport { ended, latency: secs(3), ..StopReport::default() });
    });
}

#[test]
fn p_c31_stopping_right_after_starting_with_no_grace_forces_at_once() {
    story(|rt| async move {
        let group = three(&rt);
        let report = group.stop(STOP, secs(0)).await;
        assert_eq!((report.forced.len(), rt.now()), (3, Time::ZERO));
    });
}

#[test]
fn a_task_that_hangs_is_forced_and_one_that_crashed_is_named() {
    let strike = |target: &str, harm| Fault { target: target.to_owned(), harm };
    let faults = vec![
        strike("polite", Harm::Hang { at: at_ms(500), lasting: secs(50) }),
        strike("deaf", Harm::Crash { at: at_ms(500) }),
    ];
    story_in(Setting { faults, ..Setting::default() }, |rt| async move {
        let group = three(&rt);
        rt.sleep(secs(2)).await;
        let report = group.stop(STOP, secs(1)).await;
        assert_eq!((report.forced, report.crashed), (names(&["polite"]), names(&["deaf"])));
    });
}

#[test]
fn a_group_that_is_dropped_leaves_nobody_behind() {
    for during_stop in [false, true] {
        story(move |rt| async move {
            let group = three(&rt);
            rt.sleep(ms(500)).await;
            if during_stop {
                let _ = timeout(&rt, ms(250), group.stop(STOP, secs(60))).await;
            } else {
                drop(group);
            }
            // Nothing but the timer of this very test is left: the clock does not go on beyond it.
            let background = Context::background(&rt);
            let _ = timeout(&rt, secs(1), background.done()).await;
            let alive = rt.with_trace(|trace| {
                let over = |kind| trace.events().filter(move |event| event.kind == kind).count();
                trace.tasks.len() - over(heartrace::trace::Kind::End) - over(heartrace::trace::Kind::Stop)
            });
            assert_eq!(alive, 1, "the root alone");
        });
    }
}

// --- locks

#[test]
fn a_lock_goes_to_those_who_wait_in_the_order_they_came() {
    for seed in 0..50 {
        story_in(seeded(seed), |rt| async move {
            let lock = Lock::new(&rt, "lock");
            let first = lock.hold().await;
            assert!(lock.try_hold().is_none());
            let order = Rc::new(RefCell::new(Vec::new()));
            for number in 0..5 {
                let (inner, lock, order) = (rt.clone(), lock.clone(), order.clone());
                rt.spawn("waiter", async move {
                    let _held = lock.hold().await;
                    order.borrow_mut().push(number);
                    inner.work(secs(1)).await;
                });
                rt.sleep(ms(1)).await;
            }
            drop(first);
            // Whoever comes now, be it at the very moment, is behind all who wait.
            assert!(lock.try_hold().is_none());
            let _held = lock.hold().await;
            assert_eq!(*order.borrow(), [0, 1, 2, 3, 4], "seed {seed}");
            assert_eq!(rt.now(), at_ms(5_005));
        });
    }
}

#[test]
fn p_c25_a_lock_that_was_handed_to_somebody_who_is_gone_goes_to_the_next() {
    story(|rt| async move {
        let lock = Lock::new(&rt, "lock");
        let held = lock.hold().await;
        let waiter = |name: &'static str| {
            let (inner, lock) = (rt.clone(), lock.clone());
            rt.spawn(name, async move {
                let _held = lock.hold().await;
                inner.now()
            })
        };
        let (gone, next) = (waiter("gone"), waiter("next"));
        rt.sleep(secs(1)).await;
        // Handed over and stopped before it could take notice.
        drop(held);
        gone.stop();
        assert_eq!(next.join().await, Ok(at_ms(1_000)));
        assert!(lock.try_hold().is_some());
    });
}

#[test]
fn who_gives_up_waiting_leaves_the_queue() {
    story(|rt| async move {
        let lock = Lock::new(&rt, "lock");
        let held = lock.hold().await;
        assert!(timeout(&rt, secs(1), lock.hold()).await.is_err());
        drop(held);
        assert!(lock.try_hold().is_some());
    });
}
