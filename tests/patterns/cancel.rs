//! Cancellation contexts, row by row: each test is one row of the table of Go's semantics, a tiny story in virtual
//! time. Rows C21 to C23 are about contexts that a user defines, which do not exist here; the tests without a
//! number are what the table's rules say besides the rows.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::cancel::{Context, ContextError};
use heartrace::patterns::timeout::{TimedOut, timeout};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Cause, Of2, Reason, Runtime, Time, select};
use heartrace::trace::Kind;
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

const P: Cause = Cause::new(Reason::User, "P");
const C: Cause = Cause::new(Reason::Replica, "C");
const T: Cause = Cause::new(Reason::Timeout, "T");
const U: Cause = Cause::new(Reason::Shutdown, "U");

const CANCELED: ContextError = ContextError::Canceled;
const EXCEEDED: ContextError = ContextError::DeadlineExceeded;
/// What is seen after a plain cancel, and after a deadline without a cause of its own.
const PLAIN: Look = Some((CANCELED, CANCELED.cause()));
const LATE: Look = Some((EXCEEDED, EXCEEDED.cause()));

type Look = Option<(ContextError, Cause)>;

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn at(seconds: u64) -> Time {
    Time::from_nanos(seconds * 1_000_000_000)
}

/// Error and cause; they come together, and never before `done`.
fn look(context: &Context) -> Look {
    assert_eq!(context.err().is_some(), context.cause().is_some());
    context.err().zip(context.cause())
}

/// Whether `done` can be heard now.
async fn is_done(rt: &Runtime, context: &Context) -> bool {
    matches!(select((context.done(), rt.sleep(Duration::ZERO))).await, Of2::A(_))
}

/// Runs a story to its end in virtual time.
fn story<F: Future<Output = ()> + 'static>(tell: impl FnOnce(Runtime, Context) -> F) {
    story_in(Setting::default(), tell);
}

fn story_in<F: Future<Output = ()> + 'static>(setting: Setting, tell: impl FnOnce(Runtime, Context) -> F) {
    let mut run = Run::new(setting, true);
    let rt = run.runtime().clone();
    let background = Context::background(&rt);
    run.start(tell(rt, background));
    assert_eq!(run.finish(), End::Finished);
}

/// What a task wrote down, with times in seconds.
type Diary = Rc<RefCell<Vec<(&'static str, u64)>>>;

fn write(rt: &Runtime, diary: &Diary, what: &'static str) -> impl Future<Output = ()> + use<> {
    let (rt, diary) = (rt.clone(), diary.clone());
    async move { diary.borrow_mut().push((what, rt.now().as_nanos() / 1_000_000_000)) }
}

#[test]
fn c01_background_never_ends() {
    story(|rt, background| async move {
        assert_eq!(look(&background), None);
        assert!(!background.can_end());
        assert_eq!(background.deadline(), None);
        assert!(!is_done(&rt, &background).await);
    });
}

#[test]
fn c02_another_root_is_just_as_quiet() {
    story(|rt, background| async move {
        let todo = Context::background(&rt);
        let (_, cancel) = background.with_cancel();
        cancel.cancel();
        assert_eq!(look(&todo), None);
    });
}

#[test]
fn c03_cancel() {
    story(|rt, background| async move {
        let (context, cancel) = background.with_cancel();
        assert_eq!(look(&context), None);
        cancel.cancel();
        assert_eq!(look(&context), PLAIN);
        assert!(is_done(&rt, &context).await);
    });
}

#[test]
fn c04_cancel_for_a_cause() {
    story(|_, background| async move {
        let (context, cancel) = background.with_cancel();
        cancel.because(P);
        assert_eq!(look(&context), Some((CANCELED, P)));
    });
}

#[test]
fn c05_cancel_for_no_cause() {
    story(|_, background| async move {
        let (context, cancel) = background.with_cancel();
        cancel.cancel();
        assert_eq!(context.cause(), Some(CANCELED.cause()));
    });
}

#[test]
fn c06_the_parents_cause_comes_first() {
    story(|_, background| async move {
        let (parent, cancel_parent) = background.with_cancel();
        let (child, cancel_child) = parent.with_cancel();
        cancel_parent.because(P);
        cancel_child.because(C);
        assert_eq!(look(&child), Some((CANCELED, P)));
    });
}

#[test]
fn c07_the_childs_cause_comes_first() {
    story(|_, background| async move {
        let (parent, cancel_parent) = background.with_cancel();
        let (child, cancel_child) = parent.with_cancel();
        cancel_child.because(C);
        cancel_parent.because(P);
        assert_eq!(look(&child), Some((CANCELED, C)));
        assert_eq!(look(&parent), Some((CANCELED, P)));
    });
}

#[test]
fn c10_a_plain_parent_first() {
    story(|_, background| async move {
        let (parent, cancel_parent) = background.with_cancel();
        let (child, cancel_child) = parent.with_cancel();
        cancel_parent.cancel();
        cancel_child.because(C);
        assert_eq!(look(&child), PLAIN);
    });
}

#[test]
fn c12_no_time_at_all() {
    story(|_, background| async move {
        let (context, cancel) = background.with_timeout(Duration::ZERO);
        cancel.cancel();
        assert_eq!(look(&context), LATE);
    });
}

#[test]
fn c13_cancelled_long_before_the_deadline() {
    story(|rt, background| async move {
        let (context, cancel) = background.with_timeout(secs(1_000_000));
        cancel.cancel();
        assert_eq!(look(&context), PLAIN);
        assert_eq!(rt.now(), Time::ZERO);
    });
}

#[test]
fn c14_no_time_and_a_cause() {
    story(|_, background| async move {
        let (context, cancel) = background.with_timeout_cause(Duration::ZERO, T);
        cancel.cancel();
        assert_eq!(look(&context), Some((EXCEEDED, T)));
    });
}

#[test]
fn c15_a_cancel_never_shows_the_deadlines_cause() {
    story(|_, background| async move {
        let (context, cancel) = background.with_timeout_cause(secs(1_000_000), T);
        cancel.cancel();
        assert_eq!(look(&context), PLAIN);
    });
}

#[test]
fn c18_detached_from_the_root() {
    story(|rt, background| async move {
        let detached = background.without_cancel();
        assert_eq!(look(&detached), None);
        assert!(!is_done(&rt, &detached).await);
    });
}

#[test]
fn c19_detached_from_what_is_cancelled() {
    story(|rt, background| async move {
        let (parent, cancel) = background.with_cancel();
        let detached = parent.without_cancel();
        cancel.because(U);
        assert_eq!(look(&detached), None);
        assert!(!is_done(&rt, &detached).await);
    });
}

#[test]
fn c20_detached_from_what_has_expired() {
    story(|_, background| async move {
        let (parent, cancel) = background.with_timeout_cause(Duration::ZERO, T);
        let detached = parent.without_cancel();
        cancel.cancel();
        assert_eq!(look(&detached), None);
        assert_eq!(detached.deadline(), None);
    });
}

#[test]
fn c24_born_cancelled() {
    story(|rt, background| async move {
        let (parent, cancel) = background.with_cancel();
        cancel.because(P);
        let (child, _unused) = parent.with_cancel();
        assert_eq!(look(&child), Some((CANCELED, P)));
        assert!(is_done(&rt, &child).await);
        assert_eq!(parent.children(), 0);
    });
}

#[test]
fn c25_the_deadline_to_the_millisecond() {
    story(|rt, background| async move {
        let (context, cancel) = background.with_timeout(secs(5));
        rt.sleep(Duration::from_millis(4_999)).await;
        assert_eq!(look(&context), None);
        assert!(!is_done(&rt, &context).await);
        context.done().await;
        assert_eq!(rt.now(), at(5));
        assert_eq!(look(&context), LATE);
        cancel.cancel();
        assert_eq!(look(&context), LATE);
    });
}

#[test]
fn c29_equal_deadlines() {
    let tell = |rt: Runtime, background: Context| async move {
        let (parent, _keep) = background.with_deadline_cause(at(3), P);
        let (child, _keep) = parent.with_deadline_cause(at(3), T);
        child.done().await;
        parent.done().await;
        assert_eq!(rt.now(), at(3));
        assert_eq!(look(&parent), Some((EXCEEDED, P)));
        let found = look(&child).unwrap();
        rt.log(found.1.what);
        assert!(found == (EXCEEDED, P) || found == (EXCEEDED, T), "{found:?}");
    };
    // Canonically the older timer goes first, and with it the parent's cause.
    let cause_in = |setting: Setting| {
        let mut run = Run::new(setting, true);
        let rt = run.runtime().clone();
        let background = Context::background(&rt);
        run.start(tell(rt, background));
        assert_eq!(run.finish(), End::Finished);
        run.runtime().with_trace(|trace| {
            let log = trace.events().find(|event| event.kind == Kind::Log).unwrap();
            trace.text(log.a).to_owned()
        })
    };
    assert_eq!(cause_in(Setting::default()), "P");
    let seeded = |seed| cause_in(Setting { order: Order::Seeded, seed, ..Setting::default() });
    let found: std::collections::BTreeSet<String> = (0..50).map(seeded).collect();
    assert!(found.into_iter().eq(["P".to_owned(), "T".to_owned()]));
}

#[test]
fn c30_a_sibling_notices_nothing() {
    story(|_, background| async move {
        let (parent, _keep) = background.with_cancel();
        let (b, cancel_b) = parent.with_cancel();
        let (c, _keep) = parent.with_cancel();
        cancel_b.because(C);
        assert_eq!(look(&parent), None);
        assert_eq!(look(&b), Some((CANCELED, C)));
        assert_eq!(look(&c), None);
    });
}

#[test]
fn c31_a_deadline_in_the_past() {
    story(|rt, background| async move {
        rt.sleep(secs(2)).await;
        let (context, _keep) = background.with_deadline_cause(at(1), T);
        assert_eq!(look(&context), Some((EXCEEDED, T)));
        assert!(is_done(&rt, &context).await);
        assert_eq!(look(&background), None);
    });
}

#[test]
fn c32_a_deadline_in_the_past_below_a_cancelled_parent() {
    story(|rt, background| async move {
        rt.sleep(secs(2)).await;
        let (parent, cancel) = background.with_cancel();
        cancel.because(P);
        let (context, _keep) = parent.with_deadline_cause(at(1), T);
        assert_eq!(look(&context), Some((CANCELED, P)));
    });
}

#[test]
fn c35_the_second_cause_is_ignored() {
    story(|_, background| async move {
        let (context, cancel) = background.with_cancel();
        cancel.because(P);
        cancel.because(C);
        assert_eq!(look(&context), Some((CANCELED, P)));
    });
}

#[test]
fn c36_no_cause_is_a_cause_too() {
    story(|_, background| async move {
        let (context, cancel) = background.with_cancel();
        cancel.cancel();
        cancel.because(C);
        assert_eq!(look(&context), PLAIN);
    });
}

#[test]
fn c37_through_a_value_to_a_leaf() {
    story(|rt, background| async move {
        let (root, cancel) = background.with_cancel();
        let value = root.with_value("k", 7);
        let (leaf, _keep) = value.with_timeout_cause(secs(60), T);
        rt.sleep(secs(2)).await;
        cancel.because(P);
        assert_eq!(look(&value), Some((CANCELED, P)));
        assert_eq!(look(&leaf), Some((CANCELED, P)));
        assert_eq!(leaf.value::<_, i32>(&"k").as_deref(), Some(&7));
        assert_eq!(leaf.deadline().unwrap() - rt.now(), secs(58));
    });
}

#[test]
fn c43_a_deadline_from_above() {
    story(|rt, background| async move {
        let (parent, _keep) = background.with_timeout(secs(5));
        let (child, _keep) = parent.with_cancel();
        rt.sleep(secs(2)).await;
        assert_eq!(child.deadline().unwrap() - rt.now(), secs(3));
        child.done().await;
        assert_eq!(rt.now(), at(5));
        assert_eq!(look(&child), LATE);
    });
}

#[test]
fn c44_children_are_counted() {
    story(|_, background| async move {
        let (parent, cancel) = background.with_cancel();
        let (first, _keep) = parent.with_cancel();
        let (second, _keep) = parent.with_cancel();
        assert_eq!(parent.children(), 2);
        cancel.cancel();
        assert_eq!([&parent, &first, &second].map(look), [PLAIN; 3]);
        assert_eq!(parent.children(), 0);

        let (parent, _keep) = background.with_cancel();
        let (_only, cancel) = parent.with_cancel();
        assert_eq!(parent.children(), 1);
        cancel.cancel();
        assert_eq!(parent.children(), 0);
        assert_eq!(look(&parent), None);
    });
}

#[test]
fn c45_afterwards_and_called_off() {
    story(|rt, background| async move {
        let diary = Diary::default();
        let (context, _keep) = background.with_timeout(secs(2));
        let first = context.after_cancel("f1", write(&rt, &diary, "f1"));
        let second = context.after_cancel("f2", write(&rt, &diary, "f2"));
        rt.sleep(secs(1)).await;
        assert!(second.stop());
        assert!(!second.stop());
        rt.sleep(secs(1)).await;
        rt.sleep(Duration::ZERO).await;
        assert_eq!(*diary.borrow(), [("f1", 2)]);
        assert!(!first.stop());
        rt.sleep(secs(5)).await;
        assert_eq!(diary.borrow().len(), 1);
    });
}

#[test]
fn c46_afterwards_of_what_is_over() {
    story(|rt, background| async move {
        let diary = Diary::default();
        let (context, cancel) = background.with_cancel();
        cancel.cancel();
        let after = context.after_cancel("f", write(&rt, &diary, "f"));
        assert!(!after.stop());
        rt.sleep(Duration::ZERO).await;
        assert_eq!(*diary.borrow(), [("f", 0)]);
    });
}

#[test]
fn c47_a_cancel_waits_for_nobody() {
    story(|rt, background| async move {
        let diary = Diary::default();
        let (context, cancel) = background.with_cancel();
        let (inner, written) = (rt.clone(), diary.clone());
        context.after_cancel("f", async move {
            inner.sleep(secs(3)).await;
            write(&inner, &written, "f").await;
        });
        cancel.cancel();
        assert_eq!(rt.now(), Time::ZERO);
        rt.sleep(secs(4)).await;
        assert_eq!(*diary.borrow(), [("f", 3)]);
    });
}

#[test]
fn c49_the_innermost_value_wins() {
    #[derive(PartialEq)]
    struct Key(u32);
    #[derive(PartialEq)]
    struct OtherKey(u32);
    const NOTHING: Option<&str> = None;
    story(|_, background| async move {
        let context = background.with_value(Key(1), Some("a"));
        let context = context.with_value(Key(2), Some("b"));
        assert_eq!(context.value(&Key(1)).as_deref(), Some(&Some("a")));
        let context = context.with_value(Key(1), NOTHING);
        assert_eq!(context.value(&Key(1)).as_deref(), Some(&NOTHING));
        assert_eq!(context.value(&Key(2)).as_deref(), Some(&Some("b")));
        assert_eq!(context.value::<_, Option<&str>>(&OtherKey(1)), None);
        assert_eq!(background.value::<_, Option<&str>>(&Key(1)), None);
    });
}

#[test]
fn c50_a_whole_tree_in_any_order() {
    for seed in 0..20 {
        story_in(Setting { seed, order: Order::Seeded, ..Setting::default() }, |rt, background| async move {
            let (root, cancel) = background.with_cancel();
            let mut tree = vec![(root, cancel)];
            for node in 0..30 {
                for _ in 0..4 {
                    let below = tree[node].0.with_cancel();
                    tree.push(below);
                }
            }
            let heard: Vec<_> = tree
                .iter()
                .map(|(context, _)| {
                    let done = context.done();
                    rt.spawn("listener", done)
                })
                .collect();
            let mut order: Vec<usize> = (0..tree.len()).collect();
            while !order.is_empty() {
                let pick = rt.draw("victim", 0, order.len() as u64 - 1) as usize;
                tree[order.swap_remove(pick)].1.cancel();
            }
            for listener in heard {
                assert!(listener.join().await.is_ok());
            }
            assert_eq!(rt.now(), Time::ZERO);
            assert!(tree.iter().all(|(context, _)| look(context) == PLAIN && context.children() == 0));
        });
    }
}

#[test]
fn a_parents_earlier_deadline_throws_the_childs_cause_away() {
    story(|rt, background| async move {
        let (parent, _keep) = background.with_deadline_cause(at(2), P);
        let (child, _keep) = parent.with_deadline_cause(at(3), T);
        assert_eq!(child.deadline(), Some(at(2)));
        child.done().await;
        assert_eq!(rt.now(), at(2));
        assert_eq!(look(&child), Some((EXCEEDED, P)));
    });
}

#[test]
fn a_childs_earlier_deadline_is_its_own() {
    story(|rt, background| async move {
        let (parent, _keep) = background.with_deadline(at(3));
        let (child, _keep) = parent.with_deadline_cause(at(2), C);
        child.done().await;
        assert_eq!((rt.now(), look(&child), look(&parent)), (at(2), Some((EXCEEDED, C)), None));
        assert_eq!(parent.children(), 0);
    });
}

#[test]
fn below_what_is_detached_begins_a_tree_of_its_own() {
    story(|rt, background| async move {
        let (parent, cancel) = background.with_cancel();
        cancel.because(P);
        let detached = parent.with_value("k", 1).without_cancel();
        let (child, _keep) = detached.with_timeout(secs(1));
        assert_eq!(look(&child), None);
        assert_eq!(child.value::<_, i32>(&"k").as_deref(), Some(&1));
        child.done().await;
        assert_eq!((rt.now(), look(&child)), (at(1), LATE));
    });
}

#[test]
fn afterwards_of_what_never_ends_can_be_called_off_once() {
    story(|rt, background| async move {
        let diary = Diary::default();
        let after = background.without_cancel().after_cancel("f", write(&rt, &diary, "f"));
        assert!(after.stop());
        assert!(!after.stop());
        rt.sleep(secs(1)).await;
        assert!(diary.borrow().is_empty());
    });
}

#[test]
fn a_cancelled_context_gives_its_deadline_back() {
    story(|_, background| async move {
        let (context, cancel) = background.with_timeout(secs(5));
        cancel.cancel();
        assert_eq!(context.deadline(), Some(at(5)));
        assert_eq!(context.err(), Some(CANCELED));
    });
    // Nothing is left to wait for: a root that waits for ever is stuck at once, and not after five seconds.
    let mut run = Run::new(Setting::default(), true);
    let rt = run.runtime().clone();
    run.start(async move {
        let background = Context::background(&rt);
        let (_context, cancel) = background.with_timeout(secs(5));
        cancel.cancel();
        background.done().await;
    });
    assert!(matches!(run.finish(), End::Stalled(_)));
    assert_eq!(run.runtime().now(), Time::ZERO);
}

#[test]
fn a_deadline_keeps_no_run_alive() {
    story(|_, background| async move {
        let (_context, _cancel) = background.with_timeout(secs(5));
        drop(background.with_timeout(secs(7)));
    });
    let mut run = Run::new(Setting::default(), true);
    let rt = run.runtime().clone();
    run.start(async move {
        let _keep = Context::background(&rt).with_timeout(secs(5));
    });
    run.finish();
    assert_eq!(run.runtime().now(), Time::ZERO);
}

#[test]
fn a_parent_that_nobody_holds_still_cancels() {
    story(|rt, background| async move {
        let (child, _keep) = background.with_timeout_cause(secs(2), T).0.with_cancel();
        let done = child.done();
        drop(child);
        assert_eq!(done.await.reason, Reason::Parent);
        assert_eq!(rt.now(), at(2));
    });
}

#[test]
fn a_guard_cancels_on_every_way_out() {
    story(|rt, background| async move {
        let (context, cancel) = background.with_cancel();
        let inner = rt.clone();
        let task = rt.spawn("stopped", async move {
            let _guard = cancel.guard();
            inner.sleep(secs(10)).await;
        });
        rt.sleep(secs(1)).await;
        assert_eq!(look(&context), None);
        task.stop();
        assert_eq!(look(&context), PLAIN);
    });
}

#[test]
fn a_child_hears_that_it_was_its_parent() {
    story(|_, background| async move {
        let (parent, cancel) = background.with_cancel();
        let (child, _keep) = parent.with_cancel();
        cancel.because(P);
        assert_eq!(parent.done().await, P);
        assert_eq!(child.done().await, Cause::new(Reason::Parent, "P"));
        assert_eq!(child.cause(), Some(P));
    });
}

#[test]
fn errors_read_as_in_go() {
    assert_eq!(CANCELED.to_string(), "context canceled");
    assert_eq!(EXCEEDED.to_string(), "context deadline exceeded");
    assert!(EXCEEDED.is_timeout() && !CANCELED.is_timeout());
}

#[test]
fn a_timeout_asks_the_future_first() {
    story(|rt, _| async move {
        let inner = rt.clone();
        assert_eq!(timeout(&rt, secs(2), async move { inner.sleep(secs(1)).await }).await, Ok(()));
        assert_eq!(timeout(&rt, secs(2), rt.sleep(secs(2))).await, Ok(()));
        assert_eq!(timeout(&rt, Duration::ZERO, async { 7 }).await, Ok(7));
        assert_eq!(timeout(&rt, secs(1), rt.sleep(secs(9))).await, Err(TimedOut));
        assert_eq!(rt.now(), at(4));
    });
}

/// Go's `TestCause`, its rows with and without a number of their own above: whoever is first gives error and cause.
#[test]
fn v_c001_to_v_c020_whoever_is_first_gives_the_cause() {
    story(|rt, background| async move {
        let hour = secs(3_600);
        // A parent and a child, each cancelled plainly or for a cause, either one first.
        let plain = CANCELED.cause();
        for (of_parent, of_child) in [(P, C), (plain, C), (P, plain), (plain, plain)] {
            for parent_first in [true, false] {
                let (parent, cancel_parent) = background.with_cancel();
                let (child, cancel_child) = parent.with_cancel();
                let mut cancels = [(cancel_parent, of_parent), (cancel_child, of_child)];
                if !parent_first {
                    cancels.reverse();
                }
                cancels.iter().for_each(|(cancel, cause)| cancel.because(*cause));
                let expected = if parent_first { of_parent } else { of_child };
                assert_eq!(look(&child), Some((CANCELED, expected)), "{of_parent:?} {of_child:?} {parent_first}");
                assert_eq!(look(&parent), Some((CANCELED, of_parent)));
            }
        }
        // Limits within each other: the one that is over is the one that counts, with its own cause.
        let exceeded = ContextError::DeadlineExceeded;
        for (outer, inner, expected) in [
            (Duration::ZERO, hour, Some((exceeded, T))),
            (hour, Duration::ZERO, Some((exceeded, C))),
            (hour, 2 * hour, PLAIN),
        ] {
            let (parent, _cancel_parent) = background.with_timeout_cause(outer, T);
            let (child, cancel) = parent.with_timeout_cause(inner, C);
            cancel.cancel();
            assert_eq!(look(&child), expected, "{outer:?} {inner:?}");
        }
        // Who is detached hears nothing of it, before or after.
        let (parent, cancel) = background.with_timeout_cause(hour, T);
        let before = parent.without_cancel();
        cancel.because(P);
        assert_eq!((look(&before), look(&parent.without_cancel()), look(&background)), (None, None, None));
        assert_eq!(rt.now(), Time::ZERO);
    });
}
