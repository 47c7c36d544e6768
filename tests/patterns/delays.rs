//! What is due when: a queue of delays (tokio-util, `tests/time_delay_queue.rs`, `v_i017_…`), intervals that begin anew
//! (tokio, `tokio/tests/time_interval.rs`, `v_i004_…`). Times are milliseconds.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms as at, ms, story};
use heartrace::patterns::delays::{DelayQueue, Delays, Full, Key};
use heartrace::runtime::{Interval, Runtime};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

fn empty<T>() -> Delays<T> {
    Delays::new(1_000).unwrap()
}

/// Puts values in that are due at these moments; the values are the moments.
fn filled(due: &[u64]) -> (Delays<u64>, Vec<Key>) {
    let mut delays = empty();
    let keys = due.iter().map(|due| delays.insert(at(*due), *due).unwrap()).collect();
    (delays, keys)
}

/// Everything that is due by then, in the order in which it comes out.
fn due_by<T>(delays: &mut Delays<T>, now: u64) -> Vec<T> {
    std::iter::from_fn(|| delays.pop(at(now))).map(|expired| expired.value).collect()
}

#[test]
fn v_i017_to_v_i021_values_come_out_when_they_are_due() {
    let (mut single, _) = filled(&[5]);
    assert_eq!((due_by(&mut single, 4), due_by(&mut single, 5), single.is_empty()), (vec![], vec![5], true));
    let mut at_once = empty();
    for value in ["one", "two", "three"] {
        at_once.insert(at(0), value).unwrap();
    }
    assert_eq!(due_by(&mut at_once, 0), ["one", "two", "three"], "those of one moment in the order they came");
    let mut short = empty();
    let due = short.insert(at(0) + std::time::Duration::from_nanos(1), "short").map(|_| short.next_due());
    assert!(due.unwrap() > Some(at(0)) && due_by(&mut short, 1) == ["short"], "less than a millisecond");
    let (mut many, _) = filled(&[3, 1, 4, 1, 5, 9, 2, 6]);
    assert_eq!((due_by(&mut many, 4), due_by(&mut many, 9)), (vec![1, 1, 2, 3, 4], vec![5, 6, 9]));
    let (mut past, _) = filled(&[100]);
    past.insert(at(10), 10).unwrap();
    assert_eq!(past.next_due(), Some(at(10)));
    assert_eq!(past.pop(at(50)).map(|expired| (expired.due, expired.value)), Some((at(10), 10)), "long due");
}

#[test]
fn v_i022_v_i028_to_v_i030_values_are_taken_back() {
    let (mut delays, keys) = filled(&[5, 10, 4_096]);
    assert_eq!((delays.remove(keys[0]), delays.remove(keys[0]), delays.next_due()), (Some(5), None, Some(at(10))));
    assert_eq!(delays.remove(keys[1]), Some(10), "though it is due");
    assert_eq!((delays.remove(keys[2]), due_by(&mut delays, 10_000)), (Some(4_096), vec![]), "however far away");
    let (mut delays, _) = filled(&[10_000, 9_000, 1]);
    assert_eq!(
        (due_by(&mut delays, 1), due_by(&mut delays, 9_999)),
        (vec![1], vec![9_000]),
        "before the last that came"
    );
}

#[test]
fn v_i023_v_i025_to_v_i027_v_i031_to_v_i034_values_are_moved() {
    let (mut delays, keys) = filled(&[5]);
    assert!(delays.reset(keys[0], at(10)) && due_by(&mut delays, 9).is_empty() && due_by(&mut delays, 10) == [5]);
    assert!(!delays.reset(keys[0], at(20)), "it is gone");
    let (mut later, keys) = filled(&[10, 20]);
    assert!(later.reset(keys[0], at(1_000_000)) && later.next_due() == Some(at(20)), "much later");
    assert!(later.reset(keys[0], at(15)) && later.reset(keys[0], at(30)), "twice");
    assert_eq!((due_by(&mut later, 25), due_by(&mut later, 30)), (vec![20], vec![10]));
    let (mut expired, keys) = filled(&[0]);
    assert!(expired.reset(keys[0], at(7)) && expired.pop(at(6)).is_none() && expired.pop(at(7)).is_some());
    let (mut several, keys) = filled(&[200, 250]);
    for (first, second) in [(10, 20), (20, 10), (300, 20), (30, 30)] {
        assert!(several.reset(keys[0], at(first)) && several.reset(keys[1], at(second)));
        let expected = if second < first { keys[1] } else { keys[0] };
        assert_eq!((several.peek(), several.next_due()), (Some(expected), Some(at(first.min(second)))));
    }
    assert_eq!(due_by(&mut several, 30), [200, 250]);
}

/// What came out, and when; the last is that there is nothing any more.
type Read = Rc<RefCell<Vec<(u64, Option<u64>)>>>;

/// A reader that notes what comes out.
fn reader(rt: &Runtime, queue: &DelayQueue<u64>) -> Read {
    let read = Rc::new(RefCell::new(Vec::new()));
    let (inner, queue, out) = (rt.clone(), queue.clone(), read.clone());
    rt.spawn("reader", async move {
        loop {
            let next = queue.next(&inner).await.map(|expired| expired.value);
            out.borrow_mut().push((inner.now().as_nanos() / 1_000_000, next));
            if next.is_none() {
                return;
            }
        }
    });
    read
}

#[test]
fn v_i024_v_i035_to_v_i039_whatever_comes_first_wakes_who_waits() {
    story(|rt| async move {
        let (delays, keys) = filled(&[1_000, 2_000]);
        let queue = DelayQueue::new(&rt, "wakes", delays);
        let read = reader(&rt, &queue);
        rt.sleep(ms(10)).await;
        // Moved into the past, it is there at once.
        queue.with(&rt, |delays| delays.reset(keys[1], at(5)));
        rt.sleep(ms(10)).await;
        assert_eq!(*read.borrow(), [(10, Some(2_000))]);
        // An earlier one, one in the past, and the first one put off and back.
        queue.with(&rt, |delays| delays.insert(at(50), 50).unwrap());
        rt.sleep(ms(40)).await;
        queue.with(&rt, |delays| delays.insert(at(1), 1).unwrap());
        rt.sleep(ms(5)).await;
        queue.with(&rt, |delays| delays.reset(keys[0], at(1_500)));
        queue.with(&rt, |delays| delays.reset(keys[0], at(90)));
        rt.sleep(ms(100)).await;
        let expected = [(10, Some(2_000)), (50, Some(50)), (60, Some(1)), (90, Some(1_000)), (90, None)];
        assert_eq!(*read.borrow(), expected);
    });
}

#[test]
fn v_i040_v_i043_an_empty_queue_lets_go_who_waits() {
    for clears in [false, true] {
        story(move |rt| async move {
            let (delays, keys) = filled(&[1_000]);
            let queue = DelayQueue::new(&rt, "wakes", delays);
            let read = reader(&rt, &queue);
            rt.sleep(ms(10)).await;
            queue.with(&rt, |delays| match clears {
                true => delays.clear(),
                false => assert_eq!(delays.remove(keys[0]), Some(1_000)),
            });
            rt.sleep(ms(1)).await;
            assert_eq!(*read.borrow(), [(10, None)], "the last one is gone: {clears}");
            assert!(queue.next(&rt).await.is_none(), "of an empty one there is nothing to wait for");
        });
    }
}

#[test]
fn v_i041_v_i042_keys_stay_what_they_are_and_no_delay_is_too_long() {
    let (mut delays, keys) = filled(&(0..1_000).collect::<Vec<_>>());
    assert_eq!(delays.insert(at(1), 7), Err(Full(7)), "there is no room");
    for key in keys.iter().step_by(2) {
        delays.remove(*key);
    }
    let fresh = delays.insert(at(2), 4_711).unwrap();
    assert!(!keys.contains(&fresh), "no number is given twice");
    assert_eq!((delays.get(keys[1]), delays.get(keys[2]), delays.len()), (Some((at(1), &1)), None, 501));
    let year = 365 * 24 * 3_600 * 1_000;
    assert!(delays.reset(fresh, at(year)));
    assert_eq!(due_by(&mut delays, year - 1).len(), 500);
    assert_eq!((delays.peek(), due_by(&mut delays, year)), (Some(fresh), vec![4_711]));
    assert_eq!(Delays::<u8>::new(0).map(drop).unwrap_err().field, "most");
}

/// Takes so many ticks, and says when they were due.
async fn ticks(rt: &Runtime, interval: &Interval, count: usize) -> Vec<u64> {
    let mut taken = Vec::new();
    for _ in 0..count {
        let due = interval.tick().await;
        assert!(rt.now() >= due);
        taken.push(due.as_nanos() / 1_000_000);
    }
    taken
}

/// A way to begin anew, at 401 ms, and the ticks that follow.
type Reset = (fn(&Interval), &'static [u64]);

#[test]
fn v_i004_to_v_i006_an_interval_begins_anew() {
    let resets: [Reset; 6] = [
        (Interval::reset, &[701, 1_001]),
        (Interval::reset_immediately, &[401, 701, 1_001]),
        (|interval| interval.reset_after(ms(20)), &[421, 721, 1_021]),
        (|interval| interval.reset_after(ms(1_000)), &[1_401, 1_701]),
        (|interval| interval.reset_at(at(450)), &[450, 750, 1_050]),
        (|interval| interval.reset_at(at(10)), &[401, 701, 1_001]),
    ];
    for (reset, expected) in resets {
        story(move |rt| async move {
            let interval = rt.interval_from(ms(0), ms(300), heartrace::runtime::Missed::Burst);
            assert_eq!(ticks(&rt, &interval, 2).await, [0, 300]);
            rt.sleep(ms(101)).await;
            reset(&interval);
            assert_eq!(ticks(&rt, &interval, expected.len()).await, expected);
        });
    }
}

#[test]
fn a_reset_reaches_who_waits_and_drops_what_nobody_took() {
    story(|rt| async move {
        let interval = rt.interval(ms(300));
        let (inner, waits, heard) = (rt.clone(), interval.clone(), Rc::new(Cell::new(0)));
        let out = heard.clone();
        let waiter = rt.spawn("waiter", async move {
            waits.tick().await;
            out.set(inner.now().as_nanos() / 1_000_000);
        });
        rt.sleep(ms(100)).await;
        interval.reset();
        rt.sleep(ms(299)).await;
        assert_eq!(heard.get(), 0);
        waiter.join().await.unwrap();
        assert_eq!(heard.get(), 400);
        // The tick of 700 ms is not taken.
        rt.sleep(ms(350)).await;
        interval.reset();
        assert_eq!(interval.tick().await, at(1_050));
    });
}
