//! Timeouts under a context: rows T001… of Kotlin's WithTimeoutTest and of its issue 67, T016… of Polly, and the traps
//! that nested timeouts are.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::timeout::{Ended, Mode, timeout, within};
use heartrace::runtime::{Cause, Reason, Runtime};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

const USER: Cause = Cause::new(Reason::User, "the user");

/// Work of so long under two limits in each other: what the outer one says, and in it what the inner one says.
async fn nested(rt: &Runtime, outer: u64, inner: u64, work: u64) -> Result<Result<&'static str, Ended>, Ended> {
    let background = Context::background(rt);
    within(rt, &background, secs(outer), Mode::Drop, async |context: Context| {
        within(rt, &context, secs(inner), Mode::Drop, async |_| {
            rt.sleep(secs(work)).await;
            "value"
        })
        .await
    })
    .await
}

/// The same in many orders, which all have to say the same.
fn check_nested(outer: u64, inner: u64, work: u64, expected: Result<Result<&'static str, Ended>, Ended>) {
    for seed in 0..50 {
        story_in(seeded(seed), move |rt| async move {
            assert_eq!(nested(&rt, outer, inner, work).await, expected, "({outer}, {inner}, {work}), seed {seed}");
        });
    }
}

#[test]
fn v_t001_without_time_the_work_is_not_begun() {
    story(|rt| async move {
        let begun = Cell::new(false);
        let background = Context::background(&rt);
        let none = within(&rt, &background, Duration::ZERO, Mode::Drop, async |_| begun.set(true)).await;
        assert_eq!((none, begun.get()), (Err(Ended::TimedOut), false));
        // Nor under a context that has ended already.
        let (over, cancel) = background.with_cancel();
        cancel.because(USER);
        let none = within(&rt, &over, secs(1), Mode::Drop, async |_| begun.set(true)).await;
        assert_eq!((none, begun.get()), (Err(Ended::Cancelled(USER)), false));
    });
}

#[test]
fn v_t002_a_result_before_the_limit() {
    story(|rt| async move {
        let work = async |_| {
            rt.sleep(ms(999)).await;
            "OK"
        };
        assert_eq!(within(&rt, &Context::background(&rt), secs(1), Mode::Drop, work).await, Ok("OK"));
    });
}

#[test]
fn v_t003_v_t004_an_inner_limit_is_the_inner_ones_error() {
    check_nested(1_000, 10, 100, Ok(Err(Ended::TimedOut)));
    check_nested(300_000_000, 10, 100, Ok(Err(Ended::TimedOut)));
}

#[test]
fn v_t005_an_outer_limit_ends_a_loop_of_inner_ones() {
    for seed in 0..50 {
        story_in(seeded(seed), |rt| async move {
            let rounds = Cell::new(0);
            let background = Context::background(&rt);
            let outer = within(&rt, &background, ms(320), Mode::Drop, async |context: Context| {
                loop {
                    let round = within(&rt, &context, ms(150), Mode::Drop, async |_| rt.sleep(secs(9)).await).await;
                    if round == Err(Ended::TimedOut) {
                        rounds.set(rounds.get() + 1);
                    }
                }
            });
            let outer: Result<(), Ended> = outer.await;
            assert_eq!((outer, rounds.get(), rt.now()), (Err(Ended::TimedOut), 2, at_ms(320)), "seed {seed}");
        });
    }
}

#[test]
fn v_t006_an_error_of_the_work_wins_over_a_later_limit() {
    story(|rt| async move {
        let background = Context::background(&rt);
        let failed = within(&rt, &background, secs(2), Mode::Drop, async |_| {
            rt.sleep(secs(1)).await;
            Err::<(), _>("failed")
        });
        assert_eq!((failed.await, rt.now()), (Ok(Err("failed")), at_ms(1_000)));
    });
}

#[test]
fn v_t007_work_that_swallows_the_end_and_gives_a_value_has_timed_out() {
    for mode in [Mode::Drop, Mode::Drain(secs(5))] {
        for seed in 0..50 {
            story_in(seeded(seed), move |rt| async move {
                let background = Context::background(&rt);
                let swallowed = within(&rt, &background, secs(1), mode, async |context: Context| {
                    context.done().await;
                    "value"
                });
                assert_eq!(swallowed.await, Err(Ended::TimedOut), "{mode:?}, seed {seed}");
            });
        }
    }
}

#[test]
fn v_t008_outer_1_inner_2_work_3() {
    check_nested(1, 2, 3, Err(Ended::TimedOut));
}

#[test]
fn v_t009_p_c11_outer_1_inner_3_work_2() {
    check_nested(1, 3, 2, Err(Ended::TimedOut));
}

#[test]
fn v_t010_outer_2_inner_1_work_3() {
    check_nested(2, 1, 3, Ok(Err(Ended::TimedOut)));
}

#[test]
fn v_t011_outer_2_inner_3_work_1() {
    check_nested(2, 3, 1, Ok(Ok("value")));
}

#[test]
fn v_t012_of_equal_limits_the_outer_one_speaks() {
    check_nested(2, 2, 3, Err(Ended::TimedOut));
    // And a result at that very moment comes too late for both.
    check_nested(2, 2, 2, Err(Ended::TimedOut));
}

#[test]
fn the_inner_one_knows_that_it_is_not_its_own_time() {
    story(|rt| async move {
        let told = Rc::new(Cell::new(None));
        let kept = told.clone();
        let background = Context::background(&rt);
        let outer = within(&rt, &background, secs(1), Mode::Drain(secs(1)), async |context: Context| {
            let inner = within(&rt, &context, secs(2), Mode::Drop, async |_| rt.sleep(secs(9)).await).await;
            kept.set(Some(inner));
        });
        assert_eq!(outer.await, Err(Ended::TimedOut));
        assert_eq!(told.get(), Some(Err(Ended::OuterDeadline)));
    });
}

#[test]
fn v_t016_slow_work_times_out_under_whatever_context() {
    story(|rt| async move {
        let (context, _keep) = Context::background(&rt).with_cancel();
        for context in [Context::background(&rt), context] {
            let begun = rt.now();
            let slow = within(&rt, &context, secs(1), Mode::Drop, async |_| rt.sleep(secs(9)).await);
            assert_eq!((slow.await, rt.now() - begun), (Err(Ended::TimedOut), secs(1)));
        }
    });
}

#[test]
fn v_t020_v_t021_p_c12_a_callers_cancel_is_no_timeout_and_keeps_its_cause() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        let _stop = rt.later(secs(1), move |_| cancel.because(USER));
        let work = within(&rt, &context, secs(2), Mode::Drop, async |_| rt.sleep(secs(9)).await);
        assert_eq!((work.await, rt.now()), (Err(Ended::Cancelled(USER)), at_ms(1_000)));
    });
}

#[test]
fn v_t022_the_callers_context_is_left_as_it_was() {
    story(|rt| async move {
        let (context, _keep) = Context::background(&rt).with_cancel();
        let _ = within(&rt, &context, secs(1), Mode::Drop, async |_| rt.sleep(secs(9)).await).await;
        assert_eq!((context.err(), context.deadline(), context.children()), (None, None, 0));
    });
}

#[test]
fn v_t024_draining_waits_until_the_work_has_heard() {
    story(|rt| async move {
        let steps = Rc::new(RefCell::new(Vec::new()));
        let kept = steps.clone();
        let background = Context::background(&rt);
        let tidy = within(&rt, &background, secs(1), Mode::Drain(secs(5)), async |context: Context| {
            let reason = context.done().await.reason;
            rt.sleep(secs(2)).await;
            kept.borrow_mut().push((reason, rt.now()));
        });
        assert_eq!((tidy.await, rt.now()), (Err(Ended::TimedOut), at_ms(3_000)));
        assert_eq!(*steps.borrow(), [(Reason::Timeout, at_ms(3_000))]);
    });
}

#[test]
fn draining_has_an_end_and_dropping_has_no_delay() {
    for (mode, end) in [(Mode::Drain(secs(2)), 3_000), (Mode::Drop, 1_000)] {
        story(move |rt| async move {
            let background = Context::background(&rt);
            let deaf = within(&rt, &background, secs(1), mode, async |_| rt.sleep(secs(99)).await);
            assert_eq!((deaf.await, rt.now()), (Err(Ended::TimedOut), at_ms(end)), "{mode:?}");
        });
    }
}

#[test]
fn p_c13_the_result_needs_nothing_of_the_work_that_is_stuck() {
    story(|rt| async move {
        let (_nobody, silence) = rt.channel::<()>("silence", 0);
        let background = Context::background(&rt);
        let stuck = within(&rt, &background, secs(1), Mode::Drop, async |_| silence.recv(&rt).await);
        assert_eq!((stuck.await, rt.now()), (Err(Ended::TimedOut), at_ms(1_000)));
    });
}

#[test]
fn p_c15_there_is_one_end_and_it_is_decided_once() {
    for seed in 0..200 {
        story_in(seeded(seed), |rt| async move {
            // Cancel, limit, failure and value all at one moment: the limit has come, whatever came before it.
            let (context, cancel) = Context::background(&rt).with_cancel();
            let _stop = rt.later(secs(1), move |_| cancel.because(USER));
            let race = within(&rt, &context, secs(1), Mode::Drop, async |_| rt.sleep(secs(1)).await).await;
            assert!(matches!(race, Err(Ended::TimedOut | Ended::Cancelled(USER))), "seed {seed}: {race:?}");
        });
    }
}

#[test]
fn waiting_with_a_limit_asks_first_and_looks_at_the_clock_then() {
    story(|rt| async move {
        assert_eq!(timeout(&rt, Duration::ZERO, async { 7 }).await, Ok(7));
        assert!(timeout(&rt, secs(1), rt.sleep(secs(9))).await.is_err());
    });
}
