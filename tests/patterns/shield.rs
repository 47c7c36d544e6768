//! Shields and checkpoints: rows of Trio's `test_run.py` and anyio's `test_taskgroups.py`, and the trap of a shield that
//! is taken off while an error is on its way.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use heartrace::patterns::cancel::{Context, ContextError};
use heartrace::patterns::preempt::{Chunks, Stretch, look, work};
use heartrace::patterns::shield::shield;
use heartrace::patterns::timeout::{Ended, Mode, TimedOut, timeout, within};
use heartrace::runtime::{Cause, Reason};
use std::cell::Cell;
use std::rc::Rc;

const STOP: Cause = Cause::new(Reason::Shutdown, "closing");

#[test]
fn v_c079_to_v_c082_where_a_cancel_is_heard() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        cancel.because(STOP);
        // A look, with and without giving way; a wait under the context. Giving way alone hears nothing.
        let most = Stretch { units: 1, time: secs(1) };
        assert!(Chunks::new(&rt, &context, most).unwrap().look().await.is_err());
        assert!(look(&context).await.is_err());
        assert!(context.run(rt.sleep(secs(1))).await.is_err());
        rt.yield_now().await;
        assert_eq!(shield(&rt, &context, secs(1), async |_| rt.yield_now().await).await, Ok(()));
    });
}

#[test]
fn v_c086_a_shield_holds_a_cancel_off_and_does_not_lose_it() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        let later = rt.later(secs(1), move |_| cancel.because(STOP));
        let inner = rt.clone();
        let went = shield(&rt, &context, secs(60), async |shield| {
            assert_eq!(shield.context().run(inner.sleep(secs(2))).await, Ok(()));
            assert_eq!(shield.context().err(), None);
            // Off: heard at once, each time; on again: not.
            for _ in 0..2 {
                assert_eq!(shield.unmask(inner.sleep(secs(9))).await.map_err(|cause| cause.reason), Err(STOP.reason));
            }
            shield.context().run(inner.sleep(secs(2))).await.map(|()| inner.now())
        });
        assert_eq!(went.await, Ok(Ok(at_ms(4_000))));
        assert!(look(&context).await.is_err(), "whoever comes after the shield hears it");
        drop(later);
    });
}

/// The shield was taken off while an error was on its way up: the cancel that had waited took the error's place, and what
/// had really gone wrong was never told. Here it is heard at the next look and takes nobody's place.
#[test]
fn p_c6_v_c092_a_cancel_that_has_waited_does_not_replace_an_error() {
    for seed in 0..100 {
        story_in(seeded(seed), |rt| async move {
            let (context, cancel) = Context::background(&rt).with_cancel();
            // At the very moment of the failure, before or after it.
            let later = rt.later(secs(1), move |_| cancel.because(STOP));
            let inner = rt.clone();
            let went = shield(&rt, &context, secs(60), async |shield| {
                let _ = shield.unmask(inner.sleep(ms(500))).await;
                inner.sleep(ms(500)).await;
                Err::<(), _>("the disk is full")
            });
            assert_eq!(went.await, Ok(Err("the disk is full")), "seed {seed}");
            rt.sleep(ms(1)).await;
            assert_eq!(context.err(), Some(ContextError::Canceled));
            drop(later);
        });
    }
}

#[test]
fn v_c088_work_behind_a_shield_can_be_stopped_from_within() {
    story(|rt| async move {
        let (context, _cancel) = Context::background(&rt).with_cancel();
        let inner = rt.clone();
        let went = shield(&rt, &context, secs(60), async |shield| {
            let (part, stop) = shield.context().with_cancel();
            stop.because(STOP);
            part.run(inner.sleep(secs(9))).await.map_err(|cause| cause.what)
        });
        assert_eq!((went.await, rt.now()), (Ok(Err("closing")), at_ms(0)));
    });
}

#[test]
fn v_c100_v_c105_behind_a_shield_limits_and_sleeps_are_as_ever() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        cancel.because(STOP);
        let inner = rt.clone();
        let went = shield(&rt, &context, secs(60), async |_| {
            assert_eq!(timeout(&inner, secs(1), inner.sleep(secs(9))).await, Err(TimedOut));
            inner.sleep(secs(3)).await;
            inner.now()
        });
        assert_eq!(went.await, Ok(at_ms(4_000)));
    });
}

#[test]
fn v_c103_a_shield_has_a_limit_of_its_own_and_not_that_outside() {
    story(|rt| async move {
        let (context, _cancel) = Context::background(&rt).with_timeout(secs(1));
        let context = context.with_value("user", 7_u32);
        let inner = rt.clone();
        let deaf = shield(&rt, &context, secs(3), async |shield| {
            assert_eq!(shield.context().deadline(), Some(at_ms(3_000)));
            assert_eq!(shield.context().value::<_, u32>(&"user").as_deref(), Some(&7));
            inner.sleep(secs(60)).await;
        });
        assert_eq!((deaf.await, rt.now()), (Err(TimedOut), at_ms(3_000)));
        // Without time it is not begun.
        let begun = Rc::new(Cell::new(false));
        let kept = begun.clone();
        assert_eq!(shield(&rt, &context, secs(0), async move |_| kept.set(true)).await, Err(TimedOut));
        assert!(!begun.get());
    });
}

#[test]
fn a_shield_within_a_shield_is_taken_off_by_itself() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        cancel.because(STOP);
        let inner = rt.clone();
        let went = shield(&rt, &context, secs(10), async |outer| {
            shield(&inner, outer.context(), secs(20), async |nested| {
                // What is outside of the inner one is the outer one's: nothing has been cancelled there.
                assert_eq!(nested.unmask(inner.sleep(secs(2))).await, Ok(()));
                assert!(outer.unmask(inner.sleep(secs(2))).await.is_err());
                // Its own limit is longer than what is left to the one outside.
                inner.sleep(secs(15)).await;
            })
            .await
        });
        assert_eq!((went.await, rt.now()), (Err(TimedOut), at_ms(10_000)));
    });
}

#[test]
fn v_c101_v_c104_each_limit_speaks_for_itself() {
    story(|rt| async move {
        let background = Context::background(&rt);
        // (outer, inner, how long it takes): what the inner one says, and what the outer one makes of it.
        let nested = async |outer, inner, takes| {
            within(&rt, &background, secs(outer), Mode::Drop, async |context| {
                within(&rt, &context, secs(inner), Mode::Drop, async |_| rt.sleep(secs(takes)).await).await
            })
            .await
        };
        assert_eq!(nested(9, 1, 5).await, Ok(Err(Ended::TimedOut)));
        assert_eq!(nested(1, 9, 5).await, Err(Ended::TimedOut));
        assert_eq!(nested(9, 9, 5).await, Ok(Ok(())));
    });
}

#[test]
fn v_c093_what_is_cancelled_before_it_begins_stops_at_its_first_look() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        cancel.because(STOP);
        let stopped = work(&rt, &context, secs(100), secs(1)).await;
        assert_eq!((stopped.map_err(|stopped| stopped.reason), rt.now()), (Err(STOP.reason), at_ms(1_000)));
    });
}
