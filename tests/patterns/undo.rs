//! Undoing and staging: rows O006… of the project's own table.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use heartrace::patterns::cancel::{Context, ContextError};
use heartrace::patterns::fault::Fault;
use heartrace::patterns::stage::{Outdated, Shared};
use heartrace::patterns::undo::{Undo, transaction};
use heartrace::runtime::setting::Setting;
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Cause, Reason, Runtime};
use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;
use std::time::Duration;

/// What was undone, in order.
type Diary = Rc<RefCell<Vec<u32>>>;

/// A compensation that takes so long and writes down that it was done.
fn undoing(
    rt: &Runtime,
    diary: &Diary,
    step: u32,
    time: Duration,
) -> impl Future<Output = Result<(), Box<dyn Error>>> + use<> {
    let (rt, diary) = (rt.clone(), diary.clone());
    async move {
        rt.work(time).await;
        diary.borrow_mut().push(step);
        Ok(())
    }
}

/// Makes so many steps of a second each, each with its way back.
async fn steps(rt: &Runtime, diary: &Diary, undo: &mut Undo, count: u32) -> Result<(), Box<dyn Error>> {
    for step in 1..=count {
        rt.work(secs(1)).await;
        undo.push("step", undoing(rt, diary, step, ms(100)));
    }
    Ok(())
}

#[test]
fn o006_a_cancel_after_two_of_three_steps_undoes_two_and_then_one() {
    story(|rt| async move {
        let diary = Diary::default();
        let (context, cancel) = Context::background(&rt).with_cancel();
        let _stop = rt.later(ms(2_500), move |_| cancel.because(Cause::new(Reason::User, "enough")));
        let done = transaction(&rt, &context, secs(1), async |undo| {
            context.run(steps(&rt, &diary, undo, 3)).await.map_err(|cause| cause.what)??;
            Ok(())
        });
        assert_eq!(done.await.unwrap_err().to_string(), "enough");
        assert_eq!((diary.take(), rt.now()), (vec![2, 1], at_ms(2_700)));
    });
}

#[test]
fn o007_a_compensation_that_fails_is_told_besides_and_the_others_run() {
    story(|rt| async move {
        let diary = Diary::default();
        let background = Context::background(&rt);
        let failed = transaction(&rt, &background, secs(1), async |undo| {
            undo.push("one", undoing(&rt, &diary, 1, ms(100)));
            undo.push("two", async { Err("two cannot be undone".into()) });
            undo.push("three", undoing(&rt, &diary, 3, ms(100)));
            Err::<(), _>(Fault::new(&rt, "work", "the work failed").into())
        });
        let error = failed.await.unwrap_err().downcast::<Fault>().unwrap();
        assert_eq!(diary.take(), [3, 1]);
        assert_eq!((error.what.as_str(), error.secondary.len()), ("the work failed", 1));
        assert_eq!(error.secondary[0].to_string(), "two cannot be undone");
        assert!(format!("{error:?}").contains("dirty: true"));
    });
}

#[test]
fn a_primary_of_whatever_kind_is_kept() {
    story(|rt| async move {
        let background = Context::background(&rt);
        let failed = transaction(&rt, &background, secs(1), async |undo| {
            undo.push("one", async { Err("no way back".into()) });
            Err::<(), _>(ContextError::Canceled.into())
        });
        let error = failed.await.unwrap_err();
        assert!(error.source().unwrap().is::<ContextError>());
        // With nothing to tell besides it stays as it is.
        let background = Context::background(&rt);
        let failed = transaction(&rt, &background, secs(1), async |_| Err::<(), _>(ContextError::Canceled.into()));
        assert!(failed.await.unwrap_err().is::<ContextError>());
    });
}

#[test]
fn o008_between_the_last_step_and_the_commit_there_is_still_a_way_back() {
    story(|rt| async move {
        let diary = Diary::default();
        let (context, cancel) = Context::background(&rt).with_cancel();
        let done = transaction(&rt, &context, secs(1), async |undo| {
            steps(&rt, &diary, undo, 2).await?;
            cancel.cancel();
            Ok("value")
        });
        assert!(done.await.unwrap_err().is::<ContextError>());
        assert_eq!(diary.take(), [2, 1]);
    });
}

#[test]
fn o008_after_the_commit_there_is_none() {
    story(|rt| async move {
        let diary = Diary::default();
        let (context, cancel) = Context::background(&rt).with_cancel();
        let done = transaction(&rt, &context, secs(1), async |undo| {
            steps(&rt, &diary, undo, 2).await?;
            Ok("value")
        });
        assert_eq!(done.await.unwrap(), "value");
        cancel.cancel();
        rt.sleep(secs(9)).await;
        assert!(diary.take().is_empty());
    });
}

#[test]
fn o009_a_compensation_that_takes_too_long_is_told_and_holds_nobody_up() {
    story(|rt| async move {
        let diary = Diary::default();
        let mut undo = Undo::new(&rt, secs(1)).unwrap();
        undo.push("one", undoing(&rt, &diary, 1, ms(100)));
        undo.push("endless", undoing(&rt, &diary, 2, secs(1_000)));
        let rolled = undo.roll_back().await;
        assert_eq!((rolled.undone.as_slice(), rolled.is_dirty()), (&["one"][..], true));
        assert_eq!(rolled.failed[0].1.to_string(), "undoing endless took longer than 1s");
        assert_eq!((diary.take(), rt.now()), (vec![1], at_ms(1_100)));
    });
}

#[test]
fn o011_what_is_dropped_without_a_commit_is_rolled_back() {
    story(|rt| async move {
        let diary = Diary::default();
        let (inner, kept) = (rt.clone(), diary.clone());
        let task = rt.spawn("worker", async move {
            let _ = transaction(&inner, &Context::background(&inner), secs(1), async |undo| {
                steps(&inner, &kept, undo, 5).await
            })
            .await;
        });
        rt.sleep(ms(2_500)).await;
        task.stop();
        assert!(diary.borrow().is_empty());
        rt.sleep(secs(1)).await;
        assert_eq!(diary.take(), [2, 1]);
    });
}

#[test]
fn rolling_back_is_out_of_reach_of_whoever_stops() {
    story(|rt| async move {
        let diary = Diary::default();
        let mut undo = Undo::new(&rt, secs(5)).unwrap();
        undo.push("one", undoing(&rt, &diary, 1, secs(1)));
        undo.push("two", undoing(&rt, &diary, 2, secs(1)));
        let task = rt.spawn("roller", async move { drop(undo.roll_back().await) });
        rt.sleep(ms(1_500)).await;
        task.stop();
        rt.sleep(secs(1)).await;
        assert_eq!(diary.take(), [2, 1]);
    });
}

#[test]
fn a_limit_of_nothing_is_refused() {
    story(|rt| async move {
        assert_eq!(Undo::new(&rt, Duration::ZERO).err().unwrap().field, "limit");
    });
}

#[test]
fn o010_no_reader_sees_half_of_a_staged_change() {
    let mut refused = 0;
    for seed in 0..300 {
        let counted = Rc::new(RefCell::new(0));
        let count = counted.clone();
        story_in(seeded(seed), |rt| async move {
            // Both halves are always the same, and each writer changes them one after the other.
            let pair = Shared::new(&rt, (0_u32, 0_u32));
            let writers: Vec<_> = (0..2)
                .map(|_| {
                    let (rt, pair, count) = (rt.clone(), pair.clone(), count.clone());
                    rt.clone().spawn("writer", async move {
                        let mut published = 0;
                        while published < 3 {
                            let mut copy = pair.stage();
                            copy.0 += 1;
                            rt.yield_now().await;
                            copy.1 += 1;
                            match copy.publish() {
                                Ok(()) => published += 1,
                                Err(Outdated { .. }) => *count.borrow_mut() += 1,
                            }
                            rt.yield_now().await;
                        }
                    })
                })
                .collect();
            let (inner, seen) = (rt.clone(), pair.clone());
            let reader = rt.spawn("reader", async move {
                let mut last = 0;
                while last < 6 {
                    let (one, two) = *seen.read();
                    assert_eq!(one, two, "seed {seed}");
                    assert!(one >= last, "seed {seed}");
                    last = one;
                    inner.yield_now().await;
                }
            });
            for writer in writers {
                let _ = writer.join().await;
            }
            let _ = reader.join().await;
            assert_eq!(*pair.read(), (6, 6), "no change is lost, seed {seed}");
        });
        refused += *counted.borrow();
    }
    assert!(refused > 0, "in some order somebody is refused and tries again");
}

#[test]
fn a_copy_that_is_not_published_leaves_no_trace() {
    let run = Run::new(Setting::default(), false);
    let value = Shared::new(run.runtime(), vec![1]);
    let before = value.read();
    let mut copy = value.stage();
    copy.push(2);
    drop(copy);
    assert_eq!((value.read(), value.version()), (before.clone(), 1));
    let (mut first, second) = (value.stage(), value.stage());
    first.push(3);
    assert_eq!(first.publish(), Ok(()));
    assert_eq!(second.publish(), Err(Outdated { staged: 1, found: 2 }));
    // Who has read keeps what it has.
    assert_eq!((*before).clone(), [1]);
    assert_eq!(*value.read(), [1, 3]);
}
