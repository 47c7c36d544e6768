//! Faults: crash, cancel, drop, delay, duplicate, those that only may strike, and those that find nothing.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{Told, at, check_in, faulty, ms, run_in, run_with};
use futures::future::join;
use heartrace::runtime::chooser::{Choose, Point};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Harm, May, Setting};
use heartrace::trace::FaultCode;
use std::cell::Cell;
use std::rc::Rc;

#[test]
fn nothing_of_a_crashed_task_is_dropped_before_the_run_ends() {
    struct Counts(Rc<Cell<u32>>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let dropped = Rc::new(Cell::new(0));
    let (inner, seen) = (dropped.clone(), dropped.clone());
    let ran = run_in(faulty(&[("x", Harm::Crash { at: at(10) })]), |rt| async move {
        let r = rt.clone();
        let counts = Counts(inner);
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        rt.spawn("x", async move {
            let _counts = counts;
            r.work(ms(50)).await;
            sender.close(&r);
        });
        let w = rt.clone();
        rt.spawn_server("waits for x", async move {
            let _ = receiver.recv(&w).await;
        });
        rt.sleep(ms(100)).await;
        assert_eq!(seen.get(), 0);
    });
    assert_eq!((ran.end, dropped.get()), (End::Finished, 1));
    assert!(!ran.events.contains(&"50 x worked".to_owned()), "{:?}", ran.events);
    assert!(!ran.events.iter().any(|event| event.ends_with("close")), "{:?}", ran.events);
}

#[test]
fn faults_of_messages() {
    type Faults<'a> = &'a [(&'a str, Harm)];
    let cases: [(Faults<'_>, &[&str]); 4] = [
        (&[("l", Harm::Drop { nth: 2 })], &["10 root: 1", "10 root: 3", "20 root: end"]),
        (
            &[("l", Harm::Duplicate { nth: 2 })],
            &["10 root: 1", "10 root: 2", "10 root: 2", "10 root: 3", "20 root: end"],
        ),
        // The later ones of the same sender wait behind it.
        (&[("l", Harm::Delay { nth: 2, by: ms(5) })], &["10 root: 1", "15 root: 2", "15 root: 3", "20 root: end"]),
        (
            &[("l", Harm::Drop { nth: 1 }), ("l", Harm::Drop { nth: 2 }), ("l", Harm::Drop { nth: 3 })],
            &["20 root: end"],
        ),
    ];
    for (faults, expected) in cases {
        check_in(faulty(faults), expected, |rt| async move {
            let (sender, receiver) = rt.link::<u32>("l", ms(10));
            let w = rt.clone();
            rt.spawn("writer", async move {
                for n in 1..=3 {
                    sender.send(&w, n).await.unwrap();
                }
                w.sleep(ms(20)).await;
                sender.close(&w);
            });
            while let Some(n) = receiver.recv(&rt).await {
                rt.log(n.to_string());
            }
            rt.log("end");
        });
    }
}

#[test]
fn the_users_cancel_gives_the_input_of_its_task() {
    check_in(faulty(&[("x", Harm::Cancel { at: at(10) })]), &["10 x: user"], |rt| async move {
        let r = rt.clone();
        let input = rt.input("x");
        let task = rt.spawn("x", async move {
            let cause = input.wait(&r).await;
            r.log(cause.reason.name());
        });
        task.join().await.unwrap();
    });
}

#[test]
fn a_fault_that_found_nothing_is_reported() {
    let crash = Harm::Crash { at: at(10) };
    let ran = run_in(faulty(&[("nobody", crash), ("late", crash), ("l", Harm::Drop { nth: 2 })]), |rt| async move {
        let (sender, _receiver) = rt.link::<u32>("l", ms(10));
        sender.send(&rt, 1).await.unwrap();
        rt.sleep(ms(20)).await;
        rt.spawn("late", async {});
    });
    assert_eq!(ran.missed.iter().map(|fault| fault.target.as_str()).collect::<Vec<_>>(), ["nobody", "late", "l"]);
}

/// Faults of one instant struck in reverse.
#[test]
fn faults_of_one_instant_strike_in_the_order_given() {
    for (first, second) in [("a", "b"), ("b", "a")] {
        let crash = Harm::Crash { at: at(10) };
        let ran = run_in(faulty(&[(first, crash), (second, crash)]), |rt| async move {
            for name in ["a", "b"] {
                let r = rt.clone();
                rt.spawn(name, async move { r.work(ms(50)).await });
            }
            rt.sleep(ms(20)).await;
        });
        let struck: Vec<_> = ran.events.iter().filter(|event| event.ends_with("fault")).collect();
        assert_eq!(struck, [&format!("10 {first} fault"), &format!("10 {second} fault")]);
    }
}

fn may(kind: FaultCode) -> Setting {
    Setting { may: vec![May { kind, target: "x".to_owned(), times: 1 }], ..Setting::default() }
}

#[test]
fn a_fault_that_may_strike_is_a_choice_at_every_operation() {
    for (nth, expected) in [(0, 0), (1, 1), (2, 2), (3, 3)] {
        let told = Told::new(&[&[0; 3][..nth], &[1]].concat());
        let ran = run_with(may(FaultCode::Crash), Some(Box::new(told)), |rt| async move {
            let r = rt.clone();
            rt.spawn("x", async move {
                for _ in 0..3 {
                    r.work(ms(10)).await;
                    r.log("done");
                }
            });
            rt.sleep(ms(100)).await;
        });
        assert_eq!(ran.lines.len(), expected, "{:?}", ran.lines);
    }
}

/// Strikes at the n-th opportunity and chooses canonically otherwise.
struct StrikeAt(u32);

impl Choose for StrikeAt {
    fn choose(&mut self, point: Point<'_>) -> u32 {
        if !matches!(point, Point::Fault(_)) {
            return 0;
        }
        let is_now = self.0 == 0;
        self.0 = self.0.wrapping_sub(1);
        u32::from(is_now)
    }
}

/// After a crash in the middle of a poll the other part of a join took its message and went on.
#[test]
fn a_crash_in_one_part_of_a_combinator_is_the_end_of_all_parts() {
    for kind in [FaultCode::Crash, FaultCode::Hang] {
        // The two receives are the first opportunities; the sleep after one of them is the third.
        let ran = run_with(may(kind), Some(Box::new(StrikeAt(2))), |rt| async move {
            let (one, from_one) = rt.channel::<u32>("one", 0);
            let (two, from_two) = rt.channel::<u32>("two", 0);
            let r = rt.clone();
            rt.spawn("x", async move {
                let first = async {
                    from_one.recv(&r).await;
                    r.sleep(ms(10)).await;
                };
                let second = async {
                    from_two.recv(&r).await;
                    r.log("received after the crash");
                };
                join(first, second).await;
            });
            rt.yield_now().await;
            one.try_send(&rt, 1).unwrap();
            two.try_send(&rt, 2).unwrap();
            rt.sleep(ms(100)).await;
        });
        assert_eq!((ran.end, ran.lines), (End::Finished, vec![]), "{kind:?}");
        assert!(ran.events.contains(&"0 x fault".to_owned()), "{:?}", ran.events);
    }
}
