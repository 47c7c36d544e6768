//! Deduplication: rows O015… of the project's own table. (O012 to O014 are the policies of the duplicated message.)

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, seeded, story, story_in};
use heartrace::patterns::dedup::{Admit, Dedup, Fence, NotDone, Once, Repeated, Window};
use heartrace::runtime::{Runtime, Time};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

const WINDOW: Window = Window { most: 3, time: secs(300), in_flight: 2 };

fn table(window: Window) -> Dedup<u32, &'static str> {
    Dedup::new(window).unwrap()
}

/// A request that is done at once.
fn done(table: &mut Dedup<u32, &'static str>, now: Time, key: u32) {
    assert_eq!(table.admit(now, key, 0), Admit::Fresh, "request {key}");
    assert!(table.settle(now, &key, "done"));
}

#[test]
fn o015_by_count_the_oldest_is_forgotten() {
    let mut table = table(WINDOW);
    for key in 1..=4 {
        done(&mut table, at_ms(key.into()), key);
    }
    assert_eq!(table.len(), 3);
    assert_eq!(table.admit(at_ms(5), 2, 0), Admit::Done("done"));
    assert_eq!(table.admit(at_ms(5), 1, 0), Admit::Fresh);
    // What is in flight is never forgotten.
    for key in 10..20 {
        done(&mut table, at_ms(6), key);
    }
    assert_eq!(table.admit(at_ms(7), 1, 0), Admit::InFlight);
}

#[test]
fn o016_by_time_counted_from_the_settling() {
    let mut table = table(WINDOW);
    assert_eq!(table.admit(at_ms(0), 1, 0), Admit::Fresh);
    assert!(table.settle(at_ms(10_000), &1, "late"));
    assert_eq!(table.admit(at_ms(310_000), 1, 0), Admit::Done("late"));
    assert_eq!(table.admit(at_ms(310_001), 1, 0), Admit::Fresh);
    // A clock that goes back neither forgets nor revives.
    assert!(table.settle(at_ms(0), &1, "again"));
    assert_eq!(table.admit(at_ms(0), 1, 0), Admit::Done("again"));
    assert_eq!(table.admit(at_ms(610_002), 1, 0), Admit::Fresh);
}

#[test]
fn o017_the_same_key_for_another_request_is_an_error() {
    let mut table = table(WINDOW);
    assert_eq!(table.admit(Time::ZERO, 1, 7), Admit::Fresh);
    assert_eq!(table.admit(Time::ZERO, 1, 8), Admit::Conflict);
    table.settle(Time::ZERO, &1, "done");
    assert_eq!([table.admit(Time::ZERO, 1, 8), table.admit(Time::ZERO, 1, 7)], [Admit::Conflict, Admit::Done("done")]);
    // Failed as well.
    assert_eq!(table.admit(Time::ZERO, 2, 7), Admit::Fresh);
    table.fail(Time::ZERO, &2);
    assert_eq!(table.admit(Time::ZERO, 2, 8), Admit::Conflict);
}

#[test]
fn o018_a_stale_epoch_is_turned_away_and_counted() {
    let mut fence = Fence::default();
    assert!(fence.admit(1) && fence.admit(1));
    let second = fence.advance();
    assert_eq!([fence.admit(1), fence.admit(second), fence.admit(1)], [false, true, false]);
    assert_eq!(fence.stale(), 2);
    // One that is newer than expected is the current one: whoever sent it knows more.
    assert!(fence.admit(9));
    assert!(!fence.admit(second));
}

#[test]
fn o019_what_failed_is_done_again() {
    let mut table = table(WINDOW);
    assert_eq!(table.admit(Time::ZERO, 1, 0), Admit::Fresh);
    for failures in 1..=1_000 {
        assert!(table.fail(Time::ZERO, &1));
        assert_eq!(table.admit(Time::ZERO, 1, 0), Admit::Again(failures));
    }
    assert!(table.settle(Time::ZERO, &1, "at last"));
    assert!(!table.fail(Time::ZERO, &1), "what is done is done");
    assert_eq!(table.admit(Time::ZERO, 1, 0), Admit::Done("at last"));
}

#[test]
fn too_many_under_way_are_refused() {
    let mut table = table(WINDOW);
    assert_eq!([1, 2, 3].map(|key| table.admit(Time::ZERO, key, 0)), [Admit::Fresh, Admit::Fresh, Admit::Full]);
    table.fail(Time::ZERO, &1);
    assert_eq!(table.admit(Time::ZERO, 3, 0), Admit::Fresh);
}

#[test]
fn settings_that_remember_nothing_are_refused() {
    let fields =
        [Window { most: 0, ..WINDOW }, Window { time: Duration::ZERO, ..WINDOW }, Window { in_flight: 0, ..WINDOW }];
    let named = fields.map(|window| Dedup::<u32, ()>::new(window).err().unwrap().field);
    assert_eq!(named, ["most", "time", "in-flight"]);
}

/// Three requests with one key that come 100 ms apart and take a second; the first so many fail. What each got, when
/// in milliseconds, and how often the work was done.
async fn three(
    rt: &Runtime,
    repeated: Repeated,
    failing: u32,
) -> (Vec<(Result<u32, NotDone<&'static str>>, u64)>, u32) {
    let once = Once::new(rt, WINDOW, repeated).unwrap();
    let done = Rc::new(Cell::new(0));
    let mut asked = Vec::new();
    for _ in 0..3 {
        let (inner, once, done) = (rt.clone(), once.clone(), done.clone());
        asked.push(rt.spawn("request", async move {
            let result = once.run("key", 1, async || {
                inner.sleep(secs(1)).await;
                done.set(done.get() + 1);
                if done.get() <= failing { Err("failed") } else { Ok(done.get()) }
            });
            (result.await, inner.now().as_nanos() / 1_000_000)
        }));
        rt.sleep(ms(100)).await;
    }
    let mut got = Vec::new();
    for request in asked {
        got.push(request.join().await.unwrap());
    }
    (got, done.get())
}

#[test]
fn o019_repetitions_wait_for_the_first() {
    story(|rt| async move {
        let (got, done) = three(&rt, Repeated::Wait, 0).await;
        assert_eq!((got, done), (vec![(Ok(1), 1_000), (Ok(1), 1_000), (Ok(1), 1_000)], 1));
    });
}

#[test]
fn o019_if_the_first_fails_one_of_the_others_does_it_again() {
    for seed in 0..50 {
        story_in(seeded(seed), move |rt| async move {
            let (got, done) = three(&rt, Repeated::Wait, 1).await;
            let expected = vec![(Err(NotDone::Failed("failed")), 1_000), (Ok(2), 2_000), (Ok(2), 2_000)];
            assert_eq!((got, done), (expected, 2), "seed {seed}");
        });
    }
}

#[test]
fn o019_or_repetitions_are_refused_meanwhile() {
    story(|rt| async move {
        let (got, done) = three(&rt, Repeated::Refuse, 0).await;
        assert_eq!((got[0].clone(), got[1].0.clone(), done), ((Ok(1), 1_000), Err(NotDone::InFlight), 1));
    });
}

#[test]
fn work_that_is_dropped_has_failed_and_somebody_else_goes_on() {
    story(|rt| async move {
        let once = Once::new(&rt, WINDOW, Repeated::Wait).unwrap();
        let ask = |name: &'static str| {
            let (inner, once) = (rt.clone(), once.clone());
            rt.spawn(name, async move {
                let work = async || {
                    inner.sleep(secs(1)).await;
                    Ok::<_, &str>(name)
                };
                once.run(1, 1, work).await
            })
        };
        let first = ask("first");
        rt.sleep(ms(100)).await;
        let second = ask("second");
        rt.sleep(ms(400)).await;
        first.stop();
        assert_eq!(second.join().await, Ok(Ok("second")));
        assert_eq!(rt.now(), at_ms(1_500));
    });
}
