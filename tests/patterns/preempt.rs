//! Work in chunks: rows O001… of the project's own table.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, story};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::preempt::{Chunks, Measured, Stopped, Stretch};
use heartrace::runtime::{Cause, Reason, Runtime};
use std::time::Duration;

const AGES: Duration = secs(1_000_000);

fn chunks(rt: &Runtime, context: &Context, units: u32, time: Duration) -> Chunks {
    Chunks::new(rt, context, Stretch { units, time }).unwrap()
}

#[test]
fn o001_a_thousand_units_with_a_budget_of_64() {
    story(|rt| async move {
        let mut chunks = chunks(&rt, &Context::background(&rt), 64, AGES);
        for _ in 0..1_000 {
            chunks.unit(Duration::ZERO).await.unwrap();
        }
        let longest = Stretch { units: 64, time: Duration::ZERO };
        assert_eq!(chunks.finish().await, Ok(Measured { looks: 16, longest }));
    });
}

#[test]
fn o001_every_look_gives_way_to_the_others() {
    story(|rt| async move {
        let inner = rt.clone();
        let other = rt.spawn("other", async move {
            let mut turns = 0;
            while turns < 10 {
                turns += 1;
                inner.yield_now().await;
            }
            inner.now()
        });
        let mut chunks = chunks(&rt, &Context::background(&rt), 1, AGES);
        for _ in 0..20 {
            chunks.unit(Duration::ZERO).await.unwrap();
        }
        assert!(other.is_over());
    });
}

#[test]
fn o002_by_the_clock_a_unit_is_never_split() {
    story(|rt| async move {
        let mut chunks = chunks(&rt, &Context::background(&rt), u32::MAX, ms(8));
        for _ in 0..30 {
            chunks.unit(ms(3)).await.unwrap();
        }
        let longest = Stretch { units: 3, time: ms(9) };
        assert_eq!(chunks.finish().await, Ok(Measured { looks: 10, longest }));
        assert_eq!(rt.now(), at_ms(90));
    });
}

#[test]
fn o003_a_cancel_is_heard_at_the_end_of_the_stretch() {
    for (cancelled, heard) in [(1, 9), (10, 18), (17, 18), (19, 27)] {
        story(move |rt| async move {
            let (context, cancel) = Context::background(&rt).with_cancel();
            let _stop = rt.later(ms(cancelled), move |_| cancel.because(Cause::new(Reason::User, "enough")));
            let mut chunks = chunks(&rt, &context, u32::MAX, ms(8));
            let stopped = loop {
                if let Err(stopped) = chunks.unit(ms(3)).await {
                    break stopped;
                }
            };
            assert_eq!((stopped, rt.now()), (Stopped { reason: Reason::User }, at_ms(heard)), "at {cancelled} ms");
        });
    }
}

#[test]
fn o004_a_unit_longer_than_the_budget_is_reported() {
    let told = story(|rt| async move {
        let inner = rt.clone();
        let greedy = rt.spawn("greedy", async move {
            let mut chunks = chunks(&inner, &Context::background(&inner), u32::MAX, ms(8));
            for cost in [3, 8, 20] {
                chunks.unit(ms(cost)).await.unwrap();
            }
            chunks.finish().await
        });
        let measured = greedy.join().await.unwrap().unwrap();
        assert_eq!(measured.longest, Stretch { units: 2, time: ms(20) });
    });
    let overruns = told.notes("overrun ");
    assert_eq!(overruns.len(), 1);
    assert_eq!(overruns[0].numbers(), [20, 8]);
    assert_eq!(told.with_trace(|trace| trace.task_name(overruns[0].task).to_owned()), "greedy");
}

#[test]
fn o005_work_within_work_shares_one_budget() {
    async fn inner(chunks: &mut Chunks) -> Result<(), Stopped> {
        for _ in 0..5 {
            chunks.unit(Duration::ZERO).await?;
        }
        Ok(())
    }
    story(|rt| async move {
        let mut chunks = chunks(&rt, &Context::background(&rt), 8, AGES);
        for _ in 0..10 {
            chunks.unit(Duration::ZERO).await.unwrap();
            inner(&mut chunks).await.unwrap();
        }
        let measured = chunks.finish().await.unwrap();
        assert_eq!((measured.looks, measured.longest.units), (8, 8));
    });
}

#[test]
fn a_budget_of_nothing_is_refused() {
    story(|rt| async move {
        let background = Context::background(&rt);
        let refused = |units, time| Chunks::new(&rt, &background, Stretch { units, time }).err().unwrap().field;
        assert_eq!([refused(0, ms(1)), refused(1, Duration::ZERO)], ["units", "time"]);
    });
}
