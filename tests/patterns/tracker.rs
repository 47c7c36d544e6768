//! Trackers: when nothing is under way any more (tokio-util, `tests/task_tracker.rs`, `v_c057_…`).

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms as at, ms, story};
use heartrace::patterns::tracker::Tracker;
use heartrace::runtime::{Runtime, Task};
use std::cell::Cell;
use std::rc::Rc;

/// A task that waits at the tracker; and whether it was let go.
fn waiter(rt: &Runtime, tracker: &Tracker) -> (Task<()>, Rc<Cell<bool>>) {
    let (tracker, over) = (tracker.clone(), Rc::new(Cell::new(false)));
    let out = over.clone();
    let task = rt.spawn("waiter", async move {
        tracker.wait().await;
        out.set(true);
    });
    (task, over)
}

#[test]
fn v_c057_a_tracker_is_open_or_closed() {
    story(|rt| async move {
        let tracker = Tracker::new(&rt);
        assert!(!tracker.is_closed() && !tracker.reopen());
        assert!(tracker.close() && tracker.is_closed() && !tracker.close());
        assert!(tracker.reopen() && !tracker.is_closed() && !tracker.reopen());
    });
}

#[test]
fn v_c058_tokens_are_counted() {
    story(|rt| async move {
        let tracker = Tracker::new(&rt);
        let tokens: Vec<_> = (0..10).map(|_| tracker.token()).collect();
        for (gone, token) in tokens.into_iter().enumerate() {
            assert_eq!(tracker.len(), 10 - gone);
            drop(token);
        }
        assert!(tracker.is_empty());
        let work = tracker.track(async { 7 });
        assert_eq!(tracker.len(), 1, "from when it is handed over");
        assert_eq!((work.await, tracker.len()), (7, 0));
        drop(tracker.track(async {}));
        assert_eq!(tracker.len(), 0, "dropped before it was begun");
    });
}

#[test]
fn v_c059_to_v_c061_closed_and_empty_it_is_over() {
    story(|rt| async move {
        let tracker = Tracker::new(&rt);
        let (waits, is_over) = waiter(&rt, &tracker);
        rt.sleep(ms(10)).await;
        assert!(!is_over.get(), "it is open, and empty");
        // Open again before the waiter runs: it is let go all the same.
        tracker.close();
        tracker.reopen();
        waits.join().await.unwrap();
        assert!(is_over.get());
        let (_, again) = waiter(&rt, &tracker);
        rt.sleep(ms(10)).await;
        assert!(!again.get(), "it is open");
        tracker.close();
        rt.sleep(ms(0)).await;
        assert!(again.get());
        tracker.wait().await;
        assert_eq!(rt.now(), at(20), "at once");
    });
}

#[test]
fn v_c062_to_v_c064_the_last_one_decides() {
    story(|rt| async move {
        let tracker = Tracker::new(&rt);
        let work = |millis: u64| {
            let (inner, tracker) = (rt.clone(), tracker.clone());
            rt.spawn("work", tracker.track(async move { inner.work(ms(millis)).await }));
        };
        work(10);
        let (_, is_over) = waiter(&rt, &tracker);
        rt.sleep(ms(20)).await;
        assert!(tracker.is_empty() && !is_over.get(), "while it is open more may come");
        work(10);
        tracker.close();
        rt.sleep(ms(5)).await;
        // Also at a closed one more may begin, and is waited for.
        work(20);
        rt.sleep(ms(10)).await;
        assert!(!is_over.get());
        tracker.wait().await;
        assert_eq!(rt.now(), at(45));
        rt.sleep(ms(1)).await;
        assert!(is_over.get());
    });
}

#[test]
fn v_c065_v_c066_many_wait() {
    story(|rt| async move {
        let tracker = Tracker::new(&rt);
        let token = tracker.token();
        let waiters: Vec<_> = (0..100).map(|_| waiter(&rt, &tracker)).collect();
        rt.sleep(ms(1)).await;
        tracker.close();
        rt.sleep(ms(1)).await;
        assert!(waiters.iter().all(|(_, is_over)| !is_over.get()));
        drop(token);
        for (waits, is_over) in &waiters {
            waits.join().await.unwrap();
            assert!(is_over.get());
        }
    });
}
