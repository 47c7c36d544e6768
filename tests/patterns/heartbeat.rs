//! Heartbeats as patterns: a pulse per unit of work (HB-3), the slot in which the latest wins.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::{at_ms, ms, secs, story};
use heartrace::patterns::detector::{Deadline, State, Watch};
use heartrace::patterns::heartbeat::{Heart, Pulse, Stamped, first_beat, latest};
use heartrace::patterns::timeout::{TimedOut, timeout};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Of2, Receiver, Runtime, Time, select, wall};
use heartrace::trace::Kind;
use std::future::Future;
use std::time::Duration;

const UNITS: u32 = 10;

/// Runs a story and gives what it printed.
fn told<F: Future<Output = ()> + 'static>(setting: Setting, tell: impl FnOnce(Runtime) -> F) -> Vec<String> {
    let mut run = Run::new(setting, true);
    run.start(tell(run.runtime().clone()));
    assert_eq!(run.finish(), End::Finished);
    run.runtime().with_trace(|trace| {
        let logs = trace.events().filter(|event| event.kind == Kind::Log);
        logs.map(|event| trace.text(event.a).to_owned()).collect()
    })
}

/// A pulse before each unit, sent apart from the result: in one select with it, the result would be lost.
async fn pulse_per_unit(rt: Runtime) {
    let (heart, heartbeat) = rt.channel("heartbeat", 1);
    let (made, results) = rt.channel("results", 0);
    let inner = rt.clone();
    rt.spawn("worker", async move {
        let heart = Heart::new(heart);
        for unit in 0..UNITS {
            heart.beat(&inner);
            let _ = made.send(&inner, unit).await;
        }
        made.close(&inner);
    });
    loop {
        match select((heartbeat.recv(&rt), results.recv(&rt))).await {
            Of2::A(_) => rt.log("pulse"),
            Of2::B(Some(unit)) => rt.log(format!("results {unit}")),
            Of2::B(None) => return,
        }
    }
}

#[test]
fn hb3_pulse_and_result_take_turns() {
    let lines = told(Setting::default(), pulse_per_unit);
    let expected: Vec<String> = (0..UNITS).flat_map(|unit| ["pulse".to_owned(), format!("results {unit}")]).collect();
    assert_eq!(lines, expected);
}

#[test]
fn hb3_loses_no_result_in_any_order() {
    for seed in 0..200 {
        let lines = told(Setting { order: Order::Seeded, seed, ..Setting::default() }, pulse_per_unit);
        let results: Vec<&String> = lines.iter().filter(|line| line.starts_with("results")).collect();
        let expected: Vec<String> = (0..UNITS).map(|unit| format!("results {unit}")).collect();
        assert!(results.into_iter().eq(&expected), "seed {seed}: {lines:?}");
    }
}

/// A generator that is slow to start and then pulses before each value.
fn slow_generator(rt: &Runtime) -> (Receiver<()>, Receiver<u32>) {
    let (heart, heartbeat) = rt.channel("heartbeat", 1);
    let (send, values) = rt.channel("values", 0);
    let inner = rt.clone();
    rt.spawn_server("generator", async move {
        inner.sleep(Duration::from_secs(2)).await;
        let heart = Heart::new(heart);
        for value in [0, 1, 2, 3, 5] {
            heart.beat(&inner);
            let _ = send.send(&inner, value).await;
        }
        send.close(&inner);
        heart.close(&inner);
    });
    (heartbeat, values)
}

#[test]
fn v_h068_a_test_waits_for_the_first_beat_and_not_for_a_while() {
    told(Setting::default(), |rt| async move {
        let (_, values) = slow_generator(&rt);
        assert_eq!(timeout(&rt, Duration::from_secs(1), values.recv(&rt)).await, Err(TimedOut), "at the first value");
    });
    told(Setting::default(), |rt| async move {
        let (heartbeat, values) = slow_generator(&rt);
        assert!(first_beat(&rt, &heartbeat).await);
        assert_eq!(rt.now().as_nanos(), 2_000_000_000);
        for value in [0, 1, 2, 3, 5] {
            assert_eq!(values.recv(&rt).await, Some(value));
        }
        assert_eq!(values.recv(&rt).await, None);
    });
    // A heart that closes without a beat has none.
    told(Setting::default(), |rt| async move {
        let (heart, heartbeat) = rt.channel::<()>("heartbeat", 1);
        Heart::new(heart).close(&rt);
        assert!(!first_beat(&rt, &heartbeat).await);
    });
}

#[test]
fn v_h069_two_pulses_then_silence_and_nothing_closed() {
    told(Setting::default(), |rt| async move {
        let (listener, heartbeat) = rt.channel("heartbeat", 0);
        let inner = rt.clone();
        rt.spawn_server("worker", async move {
            let pulse = Pulse::every(&inner, Duration::from_secs(1), listener);
            for _ in 0..2 {
                pulse.due().await;
                pulse.beat(&inner);
            }
        });
        let mut pulses = 0;
        while let Ok(Some(())) = timeout(&rt, Duration::from_secs(2), heartbeat.recv(&rt)).await {
            pulses += 1;
        }
        assert_eq!((pulses, rt.now().as_nanos()), (2, 4_000_000_000));
    });
}

#[test]
fn a_heart_beats_while_it_waits_for_something_else() {
    told(Setting::default(), |rt| async move {
        let (listener, heartbeat) = rt.channel("heartbeat", 8);
        let pulse = Pulse::every(&rt, Duration::from_secs(1), listener);
        // What it waits for is asked before the clock.
        assert_eq!(pulse.during(&rt, 7_u32, async { "done" }).await, "done");
        pulse.during(&rt, 7, rt.sleep(Duration::from_millis(2500))).await;
        let heard: Vec<u32> = std::iter::from_fn(|| heartbeat.try_recv(&rt)).collect();
        assert_eq!(heard, [7, 7]);
    });
}

#[test]
fn a_late_listener_finds_one_pulse() {
    told(Setting::default(), |rt| async move {
        let (heart, heartbeat) = rt.channel("heartbeat", 1);
        let heart = Heart::new(heart);
        assert_eq!([(); 3].map(|()| heart.beat(&rt)), [true, false, false]);
        assert_eq!(heart.beats(), 1);
        assert_eq!((heartbeat.try_recv(&rt), heartbeat.try_recv(&rt)), (Some(()), None));
    });
}

#[test]
fn a_late_reader_finds_the_latest_value() {
    told(Setting::default(), |rt| async move {
        let (progress, reader) = latest(&rt, "progress");
        assert_eq!([1_u32, 2, 3].map(|value| progress.put(&rt, value)), [false, true, true]);
        assert_eq!(reader.recv(&rt).await, Some(3));
        let inner = rt.clone();
        rt.spawn("writer", async move {
            inner.sleep(Duration::from_secs(1)).await;
            progress.put(&inner, 4);
            progress.close(&inner);
        });
        assert_eq!(reader.recv(&rt).await, Some(4));
        assert_eq!(reader.recv(&rt).await, None);
        assert_eq!(rt.now().as_nanos(), 1_000_000_000);
    });
}

#[test]
fn the_wall_clock_knows_its_days() {
    let day = 86_400_000_000_000;
    let date = |days: u64| wall::timestamp(Time::from_nanos(days * day + 1_500_000_000))[..10].to_owned();
    assert_eq!(wall::timestamp(Time::ZERO), "2026-01-01 00:00:00 +0000 UTC");
    assert_eq!(wall::timestamp(Time::from_nanos(61_250_000_000)), "2026-01-01 00:01:01.25 +0000 UTC");
    assert_eq!(wall::second(Time::from_nanos(61_250_000_000)), 1);
    assert_eq!([31, 59, 364, 365].map(date), ["2026-02-01", "2026-03-01", "2026-12-31", "2027-01-01"]);
    // 2028 is a leap year.
    assert_eq!([788, 789, 790].map(date), ["2028-02-28", "2028-02-29", "2028-03-01"]);
}

/// A pulse waited in a buffer for a reader who was slow, and was taken for a sign of life when it was read; those that
/// came after it were lost. Here the slot has the newest, and the newest says when it was sent.
#[test]
fn p_h9_a_late_reader_finds_the_newest_pulse_and_how_old_it_is() {
    story(|rt| async move {
        let (slot, pulses) = latest::<Stamped<u32>>(&rt, "pulses");
        let inner = rt.clone();
        let worker = rt.spawn("worker", async move {
            for done in 1..=5 {
                inner.sleep(secs(1)).await;
                slot.put(&inner, Stamped::now(&inner, done));
            }
            // It hangs, with its last pulse in the slot.
            inner.sleep(secs(60)).await;
        });
        rt.sleep(secs(9)).await;
        let pulse = pulses.recv(&rt).await.unwrap();
        assert_eq!((pulse, rt.now() - pulse.sent), (Stamped { sent: at_ms(5_000), says: 5 }, secs(4)));
        let watch = || Watch::new(Deadline::new(secs(1), secs(1)).unwrap(), 1.0, ms(0), 1).unwrap();
        let (mut by_sending, mut by_reading) = (watch(), watch());
        by_sending.beat(0, pulse.sent);
        by_reading.beat(0, rt.now());
        assert_eq!(by_sending.state(rt.now()), State::Dead(at_ms(7_000)));
        assert_eq!(by_reading.state(rt.now()), State::Alive, "what it would be taken for");
        worker.stop();
    });
}
