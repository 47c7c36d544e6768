//! Bridges, and the stages around them: one stream over many lives, ended by its source or by a cancel.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::bridge::{Marked, Switch, bridge, bridge_marked, or_done, take};
use heartrace::patterns::cancel::{Cancel, Context};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Message, Receiver, Runtime, Sender};
use std::future::Future;
use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A story is told in canonical order and in some others.
fn story<F: Future<Output = ()> + 'static>(tell: impl Fn(Runtime, Context, Cancel) -> F) {
    for seed in 0..50 {
        let order = if seed == 0 { Order::Canonical } else { Order::Seeded };
        let mut run = Run::new(Setting { order, seed, ..Setting::default() }, true);
        let rt = run.runtime().clone();
        let (context, cancel) = Context::background(&rt).with_cancel();
        run.start(tell(rt, context, cancel));
        assert_eq!(run.finish(), End::Finished, "seed {seed}");
    }
}

/// A stream that gives these values, so far apart, and closes if it shall.
fn stream(rt: &Runtime, values: &'static [u32], apart: u64, closes: bool) -> Receiver<u32> {
    let (send, stream) = rt.channel("values", 0);
    let inner = rt.clone();
    rt.spawn_server("source", async move {
        for value in values {
            inner.sleep(ms(apart)).await;
            if send.send(&inner, *value).await.is_err() {
                return;
            }
        }
        if closes {
            send.close(&inner);
        }
    });
    stream
}

async fn all<T: Message>(rt: &Runtime, stream: &Receiver<T>) -> Vec<T> {
    let mut found = Vec::new();
    while let Some(value) = stream.recv(rt).await {
        found.push(value);
    }
    found
}

/// Announces streams one after the other.
fn announce(rt: &Runtime, lives: Vec<Receiver<u32>>, apart: u64) -> Receiver<Receiver<u32>> {
    let (send, streams): (Sender<Receiver<u32>>, _) = rt.channel("streams", 0);
    let inner = rt.clone();
    rt.spawn_server("announcer", async move {
        for life in lives {
            let _ = send.send(&inner, life).await;
            inner.sleep(ms(apart)).await;
        }
        send.close(&inner);
    });
    streams
}

#[test]
fn or_done_ends_with_its_source_or_with_a_cancel() {
    story(|rt, context, _| async move {
        let stage = or_done(&rt, &context, stream(&rt, &[1, 2, 3], 1, true));
        assert_eq!(all(&rt, &stage.out).await, [1, 2, 3]);
        stage.task.join().await.unwrap();
    });
    story(|rt, context, cancel| async move {
        let stage = or_done(&rt, &context, stream(&rt, &[1, 2, 3], 10, false));
        let _later = rt.later(ms(25), move |_| cancel.cancel());
        assert_eq!(all(&rt, &stage.out).await, [1, 2]);
        assert_eq!(rt.now().as_nanos(), 25_000_000);
    });
}

#[test]
fn p_h8_take_can_be_cancelled_while_it_waits() {
    story(|rt, context, cancel| async move {
        let stage = take(&rt, &context, stream(&rt, &[1, 2], 10, false), 6);
        let _later = rt.later(ms(50), move |_| cancel.cancel());
        assert_eq!(all(&rt, &stage.out).await, [1, 2]);
        stage.task.join().await.unwrap();
        assert_eq!(rt.now().as_nanos(), 50_000_000);
    });
    story(|rt, context, _| async move {
        assert_eq!(all(&rt, &take(&rt, &context, stream(&rt, &[1, 2, 3], 1, true), 2).out).await, [1, 2]);
        assert_eq!(all(&rt, &take(&rt, &context, stream(&rt, &[1], 1, true), 6).out).await, [1]);
        assert!(all(&rt, &take(&rt, &context, stream(&rt, &[1], 1, true), 0).out).await.is_empty());
    });
    // Nor does it hang if nobody takes what it has.
    story(|rt, context, cancel| async move {
        let stage = take(&rt, &context, stream(&rt, &[1], 1, true), 1);
        rt.sleep(ms(5)).await;
        cancel.cancel();
        stage.task.join().await.unwrap();
    });
}

#[test]
fn a_bridge_is_one_stream_over_many_lives() {
    for switch in [Switch::WhenClosed, Switch::AtOnce] {
        story(move |rt, context, _| async move {
            let lives = [&[1, 2][..], &[], &[3], &[4, 5]].map(|values| stream(&rt, values, 1, true));
            let stage = bridge(&rt, &context, announce(&rt, lives.into(), 10), switch);
            assert_eq!(all(&rt, &stage.out).await, [1, 2, 3, 4, 5]);
            stage.task.join().await.unwrap();
        });
    }
}

#[test]
fn o031_a_mark_stands_between_the_lives() {
    for switch in [Switch::WhenClosed, Switch::AtOnce] {
        story(move |rt, context, _| async move {
            let lives = [&[1, 2][..], &[3]].map(|values| stream(&rt, values, 1, true));
            let stage = bridge_marked(&rt, &context, announce(&rt, lives.into(), 10), switch);
            use Marked::{Begun, Ended, Value};
            let expected = [Begun(1), Value(1), Value(2), Ended(1), Begun(2), Value(3), Ended(2)];
            assert_eq!(all(&rt, &stage.out).await, expected);
        });
    }
}

#[test]
fn o028_a_life_that_does_not_end_blocks_the_next_unless_it_is_left() {
    let zombie = |switch: Switch| {
        story(move |rt, context, cancel| async move {
            let lives = vec![stream(&rt, &[1, 2, 3, 4], 10, false), stream(&rt, &[7, 8], 10, true)];
            let stage = bridge(&rt, &context, announce(&rt, lives, 25), switch);
            let _later = rt.later(ms(100), move |_| cancel.cancel());
            let found = all(&rt, &stage.out).await;
            match switch {
                Switch::WhenClosed => assert_eq!(found, [1, 2, 3, 4]),
                // At 25 ms the next is there; what the old one brings after that is refused.
                Switch::AtOnce => assert_eq!(found, [1, 2, 7, 8]),
            }
        });
    };
    zombie(Switch::WhenClosed);
    zombie(Switch::AtOnce);
}

#[test]
fn a_cancelled_bridge_leaves_nobody_behind() {
    for switch in [Switch::WhenClosed, Switch::AtOnce] {
        for after in [0, 5, 10, 15] {
            story(move |rt, context, cancel| async move {
                let lives = vec![stream(&rt, &[1, 2, 3], 5, false)];
                let stage = bridge(&rt, &context, announce(&rt, lives, 1), switch);
                rt.sleep(ms(after)).await;
                // Nobody has read: a value may be on its way.
                cancel.cancel();
                stage.task.join().await.unwrap();
                assert_eq!(stage.out.recv(&rt).await, None);
            });
        }
    }
}
