//! What went wrong with clocks and timers elsewhere (`p_v1_…` are those traps), and the rows of tokio's
//! `time_interval.rs` and `time_pause.rs` (`v_i001_…`).

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{at, check, ms, run_in, seeded};
use futures::FutureExt;
use heartrace::runtime::ends::{Blocked, End};
use heartrace::runtime::setting::{Limits, Model, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Missed, Runtime};
use std::cell::Cell;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A clock that was told to go on by 10 ms went there at once: what was due at 2 ms saw 10 ms, and what that would have
/// begun came late. Here the clock stops at every timer, and everything runs until it waits before it goes on.
#[test]
fn p_v1_v_i015_v_i016_the_clock_stops_at_every_timer_on_its_way() {
    check(&["2 a: first", "3 a: second", "4 b: between", "5 a: third", "10 root: there"], |rt| async move {
        let (a, b) = (rt.clone(), rt.clone());
        rt.spawn("b", async move {
            b.sleep(ms(4)).await;
            b.log("between");
        });
        rt.spawn("a", async move {
            for (wait, word) in [(2, "first"), (1, "second"), (2, "third")] {
                a.sleep(ms(wait)).await;
                a.log(word);
            }
        });
        rt.sleep(ms(10)).await;
        rt.log("there");
    });
}

/// A paused clock went on although something outside of it was still at work. Here it goes on only when nobody is ready,
/// and who was woken from outside is ready.
#[test]
fn p_v2_the_clock_stands_still_while_anybody_is_at_work() {
    check(&["0 busy: done", "0 root: woken", "1 root: late"], |rt| async move {
        let (b, slot) = (rt.clone(), Rc::new(Cell::new(None::<Waker>)));
        let kept = slot.clone();
        rt.spawn("busy", async move {
            for _ in 0..10_000 {
                b.yield_now().await;
            }
            b.log("done");
            kept.take().into_iter().for_each(Waker::wake);
        });
        let late = rt.sleep(ms(1));
        let mut is_waiting = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut is_waiting, true) {
                return Poll::Ready(());
            }
            slot.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
        rt.log("woken");
        late.await;
        rt.log("late");
    });
}

/// There is one clock, and it is part of the run: what it shows depends on nothing else.
#[test]
fn p_v3_v_i009_two_runs_of_random_sleeps_are_the_same_run() {
    for model in [Model::Timed, Model::AnySpeed] {
        let fingerprint = |seed| {
            let ran = run_in(seeded(seed, model), |rt| async move {
                let sleeper = |rt: Runtime| async move {
                    for _ in 0..20 {
                        let nanos = rt.draw("sleep", 1, 5_000_000);
                        rt.sleep(Duration::from_nanos(nanos)).await;
                    }
                };
                let sleepers: Vec<_> = (0..5).map(|_| rt.spawn("sleeper", sleeper(rt.clone()))).collect();
                for sleeper in sleepers {
                    sleeper.join().await.unwrap();
                }
            });
            (ran.end, ran.fingerprint, ran.events)
        };
        assert_eq!(fingerprint(7), fingerprint(7));
        assert_ne!(fingerprint(7).1, fingerprint(8).1);
    }
}

/// An interval that armed itself anew from wherever it was lost a little each time.
#[test]
fn p_v4_v_i008_a_million_ticks_are_a_million_periods() {
    const TICKS: u64 = 1_000_000;
    let limits = Limits { events: u32::MAX, ..Limits::default() };
    // No whole number of anything; in virtual time nobody is late, and who is works that off.
    let mut run = Run::new(Setting { limits, ..Setting::default() }, false);
    let rt = run.runtime().clone();
    run.start(async move {
        let interval = rt.interval_with(Duration::from_nanos(333_333), Missed::Burst);
        for n in 1..=TICKS {
            let due = interval.tick().await;
            assert_eq!(due.as_nanos(), n * 333_333);
            if n % 100_000 == 0 {
                rt.work(ms(1)).await;
            }
        }
    });
    assert_eq!(run.finish(), End::Finished);
}

/// What an interval of 300 ms gives to whoever asks at these moments only.
fn ticks(missed: Missed, asked: &'static [u64]) -> Vec<u64> {
    let (told, list) = std::sync::mpsc::channel();
    let ran = run_in(Setting::default(), move |rt| async move {
        let interval = rt.interval_from(Duration::ZERO, ms(300), missed);
        for moment in asked {
            rt.sleep(at(*moment) - rt.now()).await;
            while let Some(due) = interval.tick().now_or_never() {
                told.send(due.as_nanos() / 1_000_000).unwrap();
            }
        }
    });
    assert_eq!(ran.end, End::Finished);
    list.iter().collect()
}

/// After a stall all the pulses that were missed came at once. Here they are left out unless somebody asks for them by
/// name.
#[test]
fn p_v5_v_i001_to_v_i003_ticks_that_nobody_took_in_time() {
    const ASKED: &[u64] = &[0, 1, 101, 301, 951, 1151, 1251, 1501, 1801, 1851];
    assert_eq!(ticks(Missed::Burst, ASKED), [0, 300, 600, 900, 1200, 1500, 1800]);
    // **Differs**: upstream a tick that is late by up to 5 ms is not missed; here every nanosecond counts, so it is taken
    // at 300 ms and not at 301.
    let punctual = &[0, 1, 101, 300, 951, 1151, 1251, 1501, 1551, 1801, 1851];
    assert_eq!(ticks(Missed::Delay, punctual), [0, 300, 600, 1251, 1551, 1851]);
    assert_eq!(ticks(Missed::Skip, ASKED), [0, 300, 600, 1200, 1500, 1800]);
    assert_eq!(ticks(Missed::default(), &[0, 30_000, 30_299]), [0, 300], "the one that waited, and none of the others");
}

/// The first tick came at once, to everybody's surprise. Here one has to ask for that.
#[test]
fn p_v6_v_i007_the_first_tick_comes_when_it_was_said() {
    check(&["0 root: 0", "100 root: 100", "250 root: 250", "350 root: 350"], |rt| async move {
        for first in [ms(0), ms(250)] {
            // Made after 100 ms the second time.
            let interval = rt.interval_from(first.saturating_sub(rt.now() - at(0)), ms(100), Missed::Skip);
            for _ in 0..2 {
                let due = interval.tick().await;
                rt.log(format!("{}", due.as_nanos() / 1_000_000));
            }
        }
        // By itself it comes after a period; a period of nothing is one of a nanosecond.
        assert_eq!(rt.interval(ms(100)).tick().await, at(450));
        assert_eq!(rt.interval(ms(0)).tick().await.as_nanos(), 450_000_001);
    });
}

/// Delays of more than 2³¹ ms came at once. (Here the clock is ours; see `live` for the browser's.)
#[test]
fn p_v7_thirty_days_are_thirty_days() {
    check(&["1 other: soon", "2592000000 root: after 30 days"], |rt| async move {
        let other = rt.clone();
        rt.spawn("other", async move {
            other.sleep(ms(1)).await;
            other.log("soon");
        });
        rt.sleep(30 * DAY).await;
        rt.log("after 30 days");
    });
}

/// A queue of delays went on sleeping until what had been the first delay: after an earlier one was put in, after the
/// first was taken out or put elsewhere, after the last was taken out. A delay is a timer here, and each of these moves
/// the alarm.
#[test]
fn p_v8_p_c29_whatever_becomes_of_a_timer_the_next_one_is_on_time() {
    // Earlier than all that is pending; before the first, after the last, at the same moment.
    check(&["5 early: 5", "10 first: 10", "10 equal: 10", "20 last: 20"], |rt| async move {
        let sleeper = |name: &'static str, until: u64| {
            let rt = rt.clone();
            let wait = at(until) - rt.now();
            rt.clone().spawn(name, async move {
                rt.sleep(wait).await;
                rt.log(until.to_string());
            })
        };
        let first = sleeper("first", 10);
        rt.sleep(ms(1)).await;
        let all = [sleeper("equal", 10), sleeper("early", 5), sleeper("last", 20)];
        for task in all.iter().chain([&first]) {
            task.join().await.unwrap();
        }
    });
    // Taken out: the first, one in the middle, the last; put elsewhere: earlier, later, into the past, after it fired.
    check(&["3 root: earlier", "3 root: past", "13 root: later", "13 root: after it fired", "20 root: 20"], |rt| {
        async move {
            let mut pending: Vec<_> = [5, 8, 12, 20, 30].map(|until| Some(rt.sleep(ms(until)))).into();
            // Asked once, all of them are armed and waited for.
            for sleep in pending.iter_mut().flatten() {
                assert!(sleep.by_ref().now_or_never().is_none());
            }
            (pending[0], pending[2], pending[4]) = (None, None, None);
            pending[1] = Some(rt.sleep(ms(3)));
            pending[1].take().unwrap().await;
            rt.log("earlier");
            rt.sleep(ms(0)).await;
            rt.log("past");
            rt.sleep(ms(10)).await;
            rt.log("later");
            let fired = rt.sleep(ms(0));
            rt.yield_now().await;
            drop(fired);
            rt.log("after it fired");
            pending[3].take().unwrap().await;
            rt.log("20");
        }
    });
    // All taken out: nothing is left that could move the clock.
    let ran = run_in(Setting::default(), |rt| async move {
        let pending: Vec<_> = (1..=100).map(|until| rt.sleep(ms(until))).collect();
        drop(pending);
        heartrace::runtime::Receiver::<u32>::absent().recv(&rt).await;
    });
    assert_eq!(ran.end, End::Stalled(vec![(0, Blocked::Never)]));
    assert!(ran.events.iter().all(|event| event.starts_with("0 ")), "{:?}", ran.events);
}

#[test]
fn v_i010_to_v_i014_a_sleep_takes_what_it_was_told_to_the_nanosecond() {
    for nanos in [1, 999, 100_000, 1_000_000, 3_000_000, 3_000_001, 3_400_000] {
        let ran = run_in(Setting::default(), |rt| async move {
            // It counts from when it was made, and one that nobody waits for wakes nobody.
            let (sleep, unasked) = (rt.sleep(Duration::from_nanos(nanos)), rt.sleep(Duration::from_nanos(1)));
            sleep.await;
            assert_eq!(rt.now().as_nanos(), nanos);
            drop(unasked);
        });
        assert_eq!(ran.end, End::Finished);
    }
}
