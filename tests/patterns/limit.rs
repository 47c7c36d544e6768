//! Limits that are decided for every call, and tell somebody (Polly, `test/Polly.Core.Tests/Timeout/*`, `v_t013_…`).

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms as at, secs, story};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::fault::Fault;
use heartrace::patterns::timeout::{Asked, Ended, Limit, Mode};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

fn limit() -> Limit {
    Limit::fixed(7, secs(2)).unwrap()
}

#[test]
fn v_t013_each_call_is_asked_about_once() {
    story(|rt| async move {
        let asked = Rc::new(Cell::new(0));
        let count = asked.clone();
        let limit = limit().decided_by(move || {
            count.set(count.get() + 1);
            Asked::Within(secs(1))
        });
        let context = Context::background(&rt);
        for calls in 1..=3 {
            let inner = rt.clone();
            let done = limit.run(&rt, &context, Mode::Drop, |_| async move { inner.sleep(secs(9)).await }).await;
            assert_eq!((done, asked.get(), rt.now()), (Err(Ended::TimedOut), calls, at(calls * 1_000)));
        }
    });
}

#[test]
fn v_t014_v_t019_v_t023_who_is_told_is_told_once_which_limit_it_was() {
    let ended = story(|rt| async move {
        let told = Rc::new(RefCell::new(Vec::new()));
        let (out, inner) = (told.clone(), rt.clone());
        let limit = limit().tells(move |limit| out.borrow_mut().push((limit, inner.task_path())));
        let (context, inner) = (Context::background(&rt), rt.clone());
        let done = limit.run(&rt, &context, Mode::Drop, |_| async move { inner.sleep(secs(9)).await }).await;
        assert_eq!(done, Err(Ended::TimedOut));
        assert!(told.borrow().is_empty(), "not by whoever was limited");
        rt.yield_now().await;
        let told = told.take();
        assert!(told.len() == 1 && told[0].0 == secs(2) && told[0].1.contains("on-timeout"), "{told:?}");
    });
    let notes: Vec<_> = ended.notes("timeout of limit").iter().map(|note| note.numbers()).collect();
    assert_eq!(notes, [[7, 2_000]], "the event names the limit");
}

#[test]
fn v_t015_v_t017_what_may_be_answered() {
    for (asked, expected) in [
        (Asked::Fixed, Err(Ended::TimedOut)),
        (Asked::Within(Duration::ZERO), Ok(())),
        (Asked::Within(Duration::MAX), Ok(())),
        (Asked::Unlimited, Ok(())),
        (Asked::Within(secs(4)), Ok(())),
    ] {
        story(move |rt| async move {
            let (context, inner) = (Context::background(&rt), rt.clone());
            let limit = limit().decided_by(move || asked);
            let done = limit.run(&rt, &context, Mode::Drop, |_| async move { inner.sleep(secs(3)).await }).await;
            assert_eq!(done, expected, "{asked:?}");
        });
    }
    // There are no negative durations; what else makes no sense is found when the limit is made.
    assert_eq!(Limit::fixed(1, Duration::ZERO).map(drop).unwrap_err().field, "limit");
}

#[test]
fn v_t018_what_the_work_fails_with_keeps_its_places() {
    story(|rt| async move {
        let (context, inner) = (Context::background(&rt), rt.clone());
        let work = |_| async move { Err::<(), _>(Fault::new(&inner, "innermost", "broken").through("outer")) };
        let failed = limit().run(&rt, &context, Mode::Drop, work).await.unwrap().unwrap_err();
        let operations: Vec<_> = failed.frames.iter().map(|frame| frame.operation).collect();
        assert_eq!(operations, ["innermost", "outer"]);
        assert!(failed.frames[0].site.file().ends_with("limit.rs"));
    });
}

#[test]
fn a_callers_end_is_no_timeout() {
    let ended = story(|rt| async move {
        let told = Rc::new(Cell::new(false));
        let out = told.clone();
        let limit = limit().tells(move |_| out.set(true));
        let (context, _cancel) = Context::background(&rt).with_timeout(secs(1));
        let inner = rt.clone();
        let done = limit.run(&rt, &context, Mode::Drop, |_| async move { inner.sleep(secs(9)).await }).await;
        rt.sleep(secs(3)).await;
        assert_eq!((done, told.get()), (Err(Ended::OuterDeadline), false));
    });
    assert!(ended.notes("timeout of").is_empty());
}
