//! Ends: finished, stalled with who waits for what, live-locked, and every limit by its name.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ms, run_in};
use heartrace::runtime::Runtime;
use heartrace::runtime::ends::{Blocked, End, Limit};
use heartrace::runtime::setting::{Limits, Setting};
use std::future::Future;

fn limited<F: Future<Output = ()> + 'static>(limits: Limits, root: impl FnOnce(Runtime) -> F) -> End {
    run_in(Setting { limits, ..Setting::default() }, root).end
}

#[test]
fn a_stall_says_who_waits_for_what() {
    let end = limited(Limits::default(), |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let (other, from_other) = rt.channel::<u32>("d", 0);
        let signal = rt.signal();
        let (s, a, b) = (rt.clone(), rt.clone(), rt.clone());
        rt.spawn_server("server", async move {
            let _ = from_other.recv(&s).await;
        });
        let task = rt.spawn("a", async move {
            let _ = sender.send(&a, 1).await;
        });
        rt.spawn("b", async move {
            let _ = signal.wait(&b).await;
        });
        let _keep = (receiver, other);
        let _ = task.join().await;
    });
    let End::Stalled(mut stuck) = end else { panic!("{end:?}") };
    stuck.sort_unstable();
    assert_eq!(stuck, [(0, Blocked::Join(2)), (2, Blocked::Send(0)), (3, Blocked::Signal(0))]);
}

#[test]
fn servers_are_stopped_when_the_root_returns() {
    let ran = run_in(Setting::default(), |rt| async move {
        let (_sender, receiver) = rt.channel::<u32>("c", 0);
        let s = rt.clone();
        rt.spawn_server("server", async move {
            let _ = receiver.recv(&s).await;
        });
        rt.sleep(ms(5)).await;
    });
    assert_eq!((ran.end, ran.events.last().map(String::as_str)), (End::Finished, Some("5 server stop")));
}

#[test]
fn moving_without_time_passing_is_a_live_lock() {
    let limits = Limits { polls_at_once: 1000, ..Limits::default() };
    let end = limited(limits, |rt| async move {
        loop {
            rt.yield_now().await;
        }
    });
    assert_eq!(end, End::LiveLocked { polls: 1001, task: 0 });
    // So are the turns of a few who give way to one another, but not those of a crowd of which each has only some.
    let turns = |tasks: u32, each: u32| {
        limited(Limits { polls_at_once: 1000, polls_each: 20, ..Limits::default() }, move |rt| async move {
            let turns = |rt: Runtime| async move {
                for _ in 0..each {
                    rt.yield_now().await;
                }
            };
            let tasks: Vec<_> = (0..tasks).map(|_| rt.spawn("task", turns(rt.clone()))).collect();
            for task in tasks {
                let _ = task.join().await;
            }
        })
    };
    assert!(matches!(turns(10, 1000), End::LiveLocked { polls: 1001, .. }));
    assert_eq!(turns(1000, 10), End::Finished);
    assert!(matches!(turns(1000, 30), End::LiveLocked { polls: 20_021, .. }));
    // As many polls with time in between are none.
    let end = limited(limits, |rt| async move {
        for _ in 0..5000 {
            rt.sleep(ms(1)).await;
        }
    });
    assert_eq!(end, End::Finished);
}

#[test]
fn every_limit_ends_the_run_and_is_named() {
    let all = Limits::default();
    let end = limited(Limits { events: 100, ..all }, |rt| async move {
        loop {
            rt.sleep(ms(1)).await;
        }
    });
    assert_eq!(end, End::Cut(Limit::Events));
    let end = limited(Limits { polls: 100, ..all }, |rt| async move {
        loop {
            rt.sleep(ms(1)).await;
        }
    });
    assert_eq!(end, End::Cut(Limit::Polls));
    let end = limited(Limits { objects: 10, ..all }, |rt| async move {
        for _ in 0..20 {
            rt.spawn("x", async {});
        }
        rt.sleep(ms(1)).await;
    });
    assert_eq!(end, End::Cut(Limit::Objects));
    let end = limited(Limits { messages: 10, ..all }, |rt| async move {
        let (sender, _receiver) = rt.channel::<u32>("c", usize::MAX);
        for n in 0..20 {
            let _ = sender.send(&rt, n).await;
        }
        rt.sleep(ms(1)).await;
    });
    assert_eq!(end, End::Cut(Limit::Messages));
    let end = limited(Limits { time: ms(100), ..all }, |rt| async move { rt.sleep(ms(101)).await });
    assert_eq!(end, End::Cut(Limit::Time));
    let end = limited(Limits { time: ms(100), ..all }, |rt| async move { rt.sleep(ms(100)).await });
    assert_eq!(end, End::Finished);
}
