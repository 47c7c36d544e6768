//! Joining several tasks: the rules of Go's error groups, Trio's nurseries and Java's task scopes, which share them.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::join::{Failed, Lost, all, first, settle};
use heartrace::runtime::setting::{Fault, Harm, Setting};
use heartrace::runtime::{Gone, Runtime};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

type Diary = Rc<RefCell<Vec<usize>>>;
type Body = Box<dyn FnOnce(Context) -> Pin<Box<dyn Future<Output = Result<usize, &'static str>>>>>;

/// A body for each (ms, whether it succeeds); it writes down when it ends by itself, and makes an error of a cancel.
fn bodies(rt: &Runtime, diary: &Diary, ways: &[(u64, bool)]) -> Vec<Body> {
    let body = |(place, (takes, succeeds)): (usize, &(u64, bool))| -> Body {
        let (rt, diary, takes, succeeds) = (rt.clone(), diary.clone(), ms(*takes), *succeeds);
        Box::new(move |context| {
            Box::pin(async move {
                context.run(rt.sleep(takes)).await.map_err(|_| "cancelled")?;
                diary.borrow_mut().push(place);
                if succeeds { Ok(place * 10) } else { Err("failed") }
            })
        })
    };
    ways.iter().enumerate().map(body).collect()
}

#[test]
fn v_c097_one_failure_ends_all_and_is_the_one_that_is_told() {
    for seed in 0..50 {
        story_in(seeded(seed), |rt| async move {
            let (background, diary) = (Context::background(&rt), Diary::default());
            let ways = [(300, true), (100, false), (200, false)];
            let went = all(&rt, &background, "part", bodies(&rt, &diary, &ways)).await;
            // Not what the others made of their cancel.
            assert_eq!(went, Err(Failed { place: 1, why: Lost::Failed("failed") }), "seed {seed}");
            assert_eq!(rt.now(), at_ms(100));
            rt.sleep(secs(1)).await;
            assert_eq!(diary.take(), [1], "nobody is left behind");
        });
    }
}

#[test]
fn all_of_them_in_their_order() {
    story(|rt| async move {
        let (background, diary) = (Context::background(&rt), Diary::default());
        let ways = [(300, true), (100, true), (200, true)];
        assert_eq!(all(&rt, &background, "part", bodies(&rt, &diary, &ways)).await, Ok(vec![0, 10, 20]));
        assert_eq!((diary.take(), rt.now()), (vec![1, 2, 0], at_ms(300)));
        assert_eq!(all(&rt, &background, "part", bodies(&rt, &diary, &[])).await, Ok(vec![]));
    });
}

#[test]
fn the_first_few_in_the_order_they_came() {
    story(|rt| async move {
        let (background, diary) = (Context::background(&rt), Diary::default());
        let some = async |enough, ways: &[_]| first(enough, &rt, &background, "part", bodies(&rt, &diary, ways)).await;
        let ways = [(300, true), (100, false), (200, true), (400, true)];
        assert_eq!((some(1, &ways).await, rt.now()), (Ok(vec![(2, 20)]), at_ms(200)));
        assert_eq!((some(2, &ways).await, rt.now()), (Ok(vec![(2, 20), (0, 0)]), at_ms(500)));
        assert_eq!((some(0, &ways).await, rt.now()), (Ok(vec![]), at_ms(500)));
        // As soon as it cannot come true any more.
        let failed = Failed { place: 1, why: Lost::Failed("failed") };
        assert_eq!((some(4, &ways).await, rt.now()), (Err(vec![failed]), at_ms(600)));
        assert_eq!(some(1, &[]).await, Err(vec![]));
    });
}

#[test]
fn as_many_as_there_are_in_time() {
    let faults = vec![Fault { target: "part-3".to_owned(), harm: Harm::Crash { at: at_ms(10) } }];
    story_in(Setting { faults, ..Setting::default() }, |rt| async move {
        let (background, diary) = (Context::background(&rt), Diary::default());
        let ways = [(100, true), (200, false), (900, true), (100, true)];
        let outcomes = settle(ms(500), &rt, &background, "part", bodies(&rt, &diary, &ways)).await;
        let expected = [Some(Ok(0)), Some(Err(Lost::Failed("failed"))), None, Some(Err(Lost::Gone(Gone::Crashed)))];
        assert_eq!((outcomes.as_slice(), rt.now()), (expected.as_slice(), at_ms(500)));
        rt.sleep(secs(1)).await;
        assert_eq!(diary.take(), [0, 1]);
    });
}

#[test]
fn a_cancel_from_outside_is_each_ones_own_failure() {
    story(|rt| async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        let later = rt.later(ms(50), move |_| cancel.cancel());
        let diary = Diary::default();
        let went = settle(secs(9), &rt, &context, "part", bodies(&rt, &diary, &[(100, true), (200, true)])).await;
        assert_eq!(went, [Some(Err(Lost::Failed("cancelled"))); 2]);
        assert_eq!(rt.now(), at_ms(50));
        drop(later);
    });
}
