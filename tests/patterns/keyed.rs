//! Tasks by key: rows C067… of tokio-util's `task_join_map.rs`, and the trap of an entry that was replaced.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::keyed::Keyed;
use heartrace::patterns::timeout::timeout;
use heartrace::runtime::setting::{Fault, Harm, Setting};
use heartrace::runtime::{Gone, Runtime};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

fn set(rt: &Runtime) -> Rc<Keyed<u32, u32>> {
    Rc::new(Keyed::new(rt, &Context::background(rt)))
}

/// A task for a key that gives a value after a while.
fn gives(rt: &Runtime, set: &Keyed<u32, u32>, key: u32, value: u32, after: u64) -> bool {
    let inner = rt.clone();
    set.spawn(key, "task", async move |_| {
        inner.sleep(ms(after)).await;
        value
    })
}

#[test]
fn v_c067_keys_are_kept_until_their_end_is_taken_notice_of() {
    story(|rt| async move {
        let set = set(&rt);
        for key in [3, 1, 2] {
            assert!(!gives(&rt, &set, key, key * 10, 100 * u64::from(key)));
        }
        assert_eq!((set.keys(), set.len(), set.contains(&2)), (vec![1, 2, 3], 3, true));
        rt.sleep(secs(1)).await;
        assert_eq!(set.len(), 3, "over, and nobody has asked");
        assert_eq!(set.next().await, Some((1, Ok(10))));
        assert_eq!((set.keys(), set.contains(&1)), (vec![2, 3], false));
    });
}

#[test]
fn v_c068_to_v_c070_dropped_by_key_by_rule_and_all() {
    story(|rt| async move {
        let set = set(&rt);
        for key in 0..10 {
            gives(&rt, &set, key, key, 1000);
        }
        assert!(set.abort(&4) && !set.abort(&4) && !set.abort(&99));
        assert_eq!(set.next().await, Some((4, Err(Gone::Stopped))));
        assert_eq!(set.abort_those(|key| key % 2 == 0), 4);
        for key in [0, 2, 6, 8] {
            assert_eq!(set.try_next(), Some((key, Err(Gone::Stopped))));
        }
        assert_eq!(set.abort_those(|_| true), 5);
        assert_eq!((set.len(), rt.now()), (5, at_ms(0)));
    });
}

#[test]
fn v_c071_a_set_that_is_dropped_leaves_nobody_behind() {
    story(|rt| async move {
        let set = set(&rt);
        let kept = Rc::new(());
        for key in 0..5 {
            let (inner, kept) = (rt.clone(), kept.clone());
            set.spawn(key, "task", async move |_| {
                inner.sleep(secs(9)).await;
                Rc::strong_count(&kept) as u32
            });
        }
        rt.sleep(ms(1)).await;
        assert_eq!(Rc::strong_count(&kept), 6);
        drop(set);
        assert_eq!(Rc::strong_count(&kept), 1);
    });
}

#[test]
fn v_c072_to_v_c077_what_is_told_next() {
    story(|rt| async move {
        let set = set(&rt);
        // Nobody; nobody yet; one that is over; one that was dropped; several.
        assert_eq!((set.try_next(), set.next().await), (None, None));
        gives(&rt, &set, 1, 10, 100);
        assert_eq!(set.try_next(), None);
        assert_eq!((set.next().await, rt.now()), (Some((1, Ok(10))), at_ms(100)));
        for key in [2, 3, 4] {
            gives(&rt, &set, key, key * 10, 100);
        }
        set.abort(&3);
        rt.sleep(ms(101)).await;
        assert_eq!(set.try_next(), Some((2, Ok(20))));
        assert_eq!(set.try_next(), Some((3, Err(Gone::Stopped))));
        assert_eq!(set.try_next(), Some((4, Ok(40))));
        assert_eq!(set.try_next(), None);
    });
}

/// A key was given a new task, and what was told under it was the old one's. Whatever the order in which the old one
/// ends, is replaced, and somebody waits, nothing of it is told.
#[test]
fn p_c28_v_c078_what_was_replaced_is_told_of_nobody() {
    for seed in 0..200 {
        story_in(seeded(seed), |rt| async move {
            let set = set(&rt);
            gives(&rt, &set, 1, 111, 100);
            gives(&rt, &set, 2, 22, 300);
            let told = Rc::new(RefCell::new(Vec::new()));
            let (waiting, list) = (set.clone(), told.clone());
            let waiter = rt.spawn("waiter", async move {
                while let Some(over) = waiting.next().await {
                    list.borrow_mut().push(over);
                }
            });
            // At the moment at which the first one ends: it may have been told of by then, and then it was not replaced.
            rt.sleep(ms(100)).await;
            let was_told = !told.borrow().is_empty();
            let replaced = gives(&rt, &set, 1, 999, 100);
            assert!(set.len() <= 2, "one task for each key");
            waiter.join().await.unwrap();
            let first = if was_told { vec![(1, Ok(111))] } else { vec![] };
            let all = [first, vec![(1, Ok(999)), (2, Ok(22))]].concat();
            assert_eq!(told.take(), all, "seed {seed}, replaced: {replaced}");
        });
    }
}

#[test]
fn who_waits_hears_of_a_task_that_was_started_meanwhile() {
    story(|rt| async move {
        let set = set(&rt);
        gives(&rt, &set, 1, 1, 5000);
        let (inner, late) = (rt.clone(), set.clone());
        rt.spawn("starter", async move {
            inner.sleep(ms(100)).await;
            gives(&inner, &late, 2, 2, 100);
        });
        assert_eq!((set.next().await, rt.now()), (Some((2, Ok(2))), at_ms(200)));
        // Nothing is lost with a wait that was given up.
        assert!(timeout(&rt, ms(100), set.next()).await.is_err());
        assert_eq!((set.next().await, rt.now()), (Some((1, Ok(1))), at_ms(5000)));
    });
}

#[test]
fn a_crash_is_told_and_a_destructor_may_use_the_set() {
    struct Asks(Rc<Keyed<u32, u32>>, Rc<Cell<usize>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            self.1.set(self.0.len());
        }
    }
    let faults = vec![Fault { target: "task".to_owned(), harm: Harm::Crash { at: at_ms(50) } }];
    story_in(Setting { faults, ..Setting::default() }, |rt| async move {
        let set = set(&rt);
        gives(&rt, &set, 1, 1, 100);
        assert_eq!(set.next().await, Some((1, Err(Gone::Crashed))));
        let seen = Rc::new(Cell::new(99));
        let (inner, asks) = (rt.clone(), Asks(set.clone(), seen.clone()));
        set.spawn(2, "asker", async move |_| {
            let _asks = asks;
            inner.sleep(secs(9)).await;
            0
        });
        rt.sleep(ms(1)).await;
        set.abort(&2);
        assert_eq!((seen.get(), set.keys()), (0, vec![2]));
    });
}
