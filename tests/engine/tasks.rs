//! Tasks: names, S3 and S4, join and stop, combinators of `futures` inside a task, foreign wakers, draws.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{check, ms, run_in, seeded};
use futures::StreamExt;
use futures::future::{FutureExt, join, join_all};
use futures::stream::FuturesUnordered;
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Model, Setting};
use heartrace::runtime::{Gone, Of2, select};
use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Poll, Waker};

#[test]
fn a_second_task_of_a_name_is_numbered() {
    check(&["0 x#3: here", "0 x: here", "0 x#2: here"], |rt| async move {
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let r = rt.clone();
                rt.spawn("x", async move { r.log("here") })
            })
            .collect();
        for task in tasks {
            task.join().await.unwrap();
        }
    });
}

/// S3: the first in source order.
#[test]
fn a_select_takes_the_first_ready_arm() {
    check(&["0 root: first", "0 root: second"], |rt| async move {
        let (one, from_one) = rt.channel::<u32>("one", 1);
        let (two, from_two) = rt.channel::<u32>("two", 1);
        one.send(&rt, 1).await.unwrap();
        two.send(&rt, 2).await.unwrap();
        for _ in 0..2 {
            match select((from_one.recv(&rt), from_two.recv(&rt))).await {
                Of2::A(_) => rt.log("first"),
                Of2::B(_) => rt.log("second"),
            }
        }
    });
}

/// S4: who is woken or spawned runs next, and pushes who was to run next to the tail of the queue.
#[test]
fn the_last_one_spawned_runs_first_then_the_others_in_order() {
    check(&["0 d: here", "0 a: here", "0 b: here", "0 c: here"], |rt| async move {
        let mut tasks = Vec::new();
        for name in ["a", "b", "c", "d"] {
            let r = rt.clone();
            tasks.push(rt.spawn(name, async move { r.log("here") }));
        }
        for task in tasks {
            task.join().await.unwrap();
        }
    });
}

#[test]
fn a_join_gives_the_result_once_and_a_stop_gives_none() {
    check(&["10 root: Ok(7) Err(Stopped)", "20 for ever: dropped", "20 root: Err(Stopped) true"], |rt| async move {
        let r = rt.clone();
        let task = rt.spawn("seven", async move {
            r.sleep(ms(10)).await;
            7
        });
        rt.log(format!("{:?} {:?}", task.join().await, task.join().await));
        struct Says(heartrace::runtime::Runtime);
        impl Drop for Says {
            fn drop(&mut self) {
                self.0.log("dropped");
            }
        }
        let says = Says(rt.clone());
        let r = rt.clone();
        let task = rt.spawn("for ever", async move {
            let _says = says;
            r.sleep(ms(1000)).await;
        });
        rt.sleep(ms(10)).await;
        let _ = rt.spawn("nobody", async {}).join().await;
        task.stop();
        rt.log(format!("{:?} {}", task.join().await, task.is_over()));
    });
}

#[test]
fn a_task_that_stops_itself_goes_on_to_its_next_wait() {
    check(&["0 self: still here", "0 root: Err(Stopped)"], |rt| async move {
        let own = Rc::new(RefCell::new(None::<heartrace::runtime::Task<()>>));
        let (r, inner) = (rt.clone(), own.clone());
        let task = rt.spawn("self", async move {
            inner.borrow().as_ref().unwrap().stop();
            r.log("still here");
            r.sleep(ms(10)).await;
            r.log("never");
        });
        *own.borrow_mut() = Some(task);
        let join = own.borrow().as_ref().unwrap().join();
        rt.log(format!("{:?}", join.await));
    });
}

/// While a task is stopped its destructors run; one that stops the task at work found it "not running", took
/// nothing and left a future that nobody ever dropped.
#[test]
fn a_destructor_may_stop_the_task_that_is_running() {
    struct Stops(Rc<RefCell<Option<heartrace::runtime::Task<()>>>>);
    impl Drop for Stops {
        fn drop(&mut self) {
            if let Some(task) = self.0.borrow().as_ref() {
                task.stop();
            }
        }
    }
    check(&["10 root: Err(Stopped) Err(Stopped)"], |rt| async move {
        let slot = Rc::new(RefCell::new(None));
        let stops = Stops(slot.clone());
        let (v, k) = (rt.clone(), rt.clone());
        let victim = Rc::new(rt.spawn("victim", async move {
            let _stops = stops;
            v.sleep(ms(100)).await;
        }));
        let inner = victim.clone();
        let killer = rt.spawn("killer", async move {
            k.sleep(ms(10)).await;
            inner.stop();
            k.sleep(ms(10)).await;
            k.log("never");
        });
        let join = killer.join();
        *slot.borrow_mut() = Some(killer);
        let killed = join.await;
        rt.log(format!("{:?} {:?}", killed, victim.join().await));
    });
}

#[test]
fn combinators_of_futures_work_inside_a_task() {
    check(&["30 root: 30 20 10", "60 root: 10 20 30", "60 root: 3"], |rt| async move {
        let wait = |n: u64| rt.sleep(ms(n)).map(move |()| n.to_string());
        rt.log(join_all([wait(30), wait(20), wait(10)]).await.join(" "));
        let mut some: FuturesUnordered<_> = [30, 10, 20].into_iter().map(wait).collect();
        let mut order = Vec::new();
        while let Some(n) = some.next().await {
            order.push(n);
        }
        rt.log(order.join(" "));
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let (_, received) = join(sender.send(&rt, 3), receiver.recv(&rt)).await;
        rt.log(received.unwrap().to_string());
    });
}

/// yield_now did not call the waker it was polled with: a combinator that polls only its woken parts never
/// polled it again.
#[test]
fn giving_way_inside_a_combinator_comes_back() {
    check(&["0 root: 2"], |rt| async move {
        let mut some = FuturesUnordered::new();
        some.push(rt.yield_now());
        some.push(rt.yield_now());
        let mut count = 0;
        while some.next().await.is_some() {
            count += 1;
        }
        rt.log(count.to_string());
    });
}

/// A task that was woken and then gave way stood in the queue twice, and was polled once too often.
#[test]
fn giving_way_after_a_wake_is_one_place_in_the_queue() {
    let mut polls = 0;
    let ran = run_in(Setting::default(), |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let mut receive = receiver.recv(&rt);
        let mut given_way = Box::pin(rt.yield_now());
        let r = rt.clone();
        std::future::poll_fn(move |cx| {
            polls += 1;
            assert!(polls <= 2, "polled {polls} times");
            if polls == 1 {
                assert!(receive.poll_unpin(cx).is_pending());
                sender.try_send(&r, 1).unwrap();
            }
            given_way.poll_unpin(cx)
        })
        .await;
        let mut polls = 0;
        let mut sleep = rt.sleep(ms(10));
        std::future::poll_fn(|cx| {
            polls += 1;
            sleep.poll_unpin(cx)
        })
        .await;
        assert_eq!(polls, 2, "once to park, once to wake");
    });
    assert_eq!(ran.end, End::Finished);
}

#[test]
fn a_foreign_waker_wakes_its_task() {
    check(&["10 root: woken"], |rt| async move {
        let kept: Rc<RefCell<Option<Waker>>> = Rc::default();
        let (r, inner) = (rt.clone(), kept.clone());
        rt.spawn("friend", async move {
            r.sleep(ms(10)).await;
            inner.borrow_mut().take().unwrap().wake();
        });
        let mut polls = 0;
        std::future::poll_fn(move |cx| {
            polls += 1;
            *kept.borrow_mut() = Some(cx.waker().clone());
            if polls > 1 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        rt.log("woken");
    });
}

#[test]
fn draws_belong_to_a_purpose_and_a_task() {
    let draw_all = |others: u32| {
        let drawn = Rc::new(RefCell::new(Vec::new()));
        let inner = drawn.clone();
        run_in(seeded(7, Model::Timed), |rt| async move {
            let r = rt.clone();
            let first = rt.spawn("first", async move {
                for _ in 0..5 {
                    // Draws of other purposes change nothing.
                    (0..others).for_each(|_| {
                        r.draw("other", 0, 9);
                    });
                    inner.borrow_mut().push(r.draw("load", 1, 5));
                }
            });
            first.join().await.unwrap();
            let r = rt.clone();
            rt.spawn("second", async move { r.draw("load", 1, 5) }).join().await.unwrap();
        });
        drawn.take()
    };
    assert_eq!(draw_all(0), draw_all(3));
    assert!(draw_all(0).iter().all(|load| (1..=5).contains(load)));
}

/// Whatever a destructor spawns at the very end holds the runtime too: it was kept for ever.
#[test]
fn a_destructor_that_spawns_leaves_nothing_behind() {
    struct Spawns(heartrace::runtime::Runtime, Rc<()>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let kept = self.1.clone();
            self.0.spawn("late", async move { drop(kept) });
        }
    }
    let kept = Rc::new(());
    let inner = kept.clone();
    run_in(Setting::default(), |rt| async move {
        let spawns = Spawns(rt.clone(), inner);
        let r = rt.clone();
        rt.spawn("waits", async move {
            let _spawns = spawns;
            r.sleep(ms(1000)).await;
        });
        rt.yield_now().await;
    });
    assert_eq!(Rc::strong_count(&kept), 1);
}

#[test]
fn a_task_that_is_gone_says_how() {
    let setting = crate::faulty(&[("x", heartrace::runtime::setting::Harm::Crash { at: crate::at(5) })]);
    let ran = run_in(setting, |rt| async move {
        let r = rt.clone();
        let task = rt.spawn("x", async move {
            r.sleep(ms(10)).await;
        });
        assert!(!rt.is_dead(task.id()));
        assert_eq!(task.join().await, Err(Gone::Crashed));
        assert!(rt.is_dead(task.id()));
    });
    assert_eq!(ran.end, End::Finished);
}
