//! Stewards: what they notice, what becomes of the old life, when they give up; and stewards over stewards.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::backoff::{Backoff, Growth, Jitter};
use heartrace::patterns::cancel::{Cancel, Context};
use heartrace::patterns::heartbeat::Pulse;
use heartrace::patterns::steward::{
    Change, Config, Exit, Fence, Handover, Intensity, Life, Pauses, Restart, Signs, Ward, Why, steward,
};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Fault, Harm, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Of2, Of3, Receiver, Runtime, Task, Time, select};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What happened, each with its second: `2 begin 1`, `6 silent 1`, `6 killed 1` …
#[derive(Clone)]
struct World {
    rt: Runtime,
    diary: Rc<RefCell<Vec<String>>>,
    context: Context,
    cancel: Cancel,
}

fn story_with<F: Future<Output = ()> + 'static>(setting: Setting, tell: impl FnOnce(World) -> F + 'static) {
    let mut run = Run::new(setting, true);
    let rt = run.runtime().clone();
    run.start(async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        tell(World { rt, diary: Rc::default(), context, cancel }).await;
    });
    assert_eq!(run.finish(), End::Finished);
}

fn story<F: Future<Output = ()> + 'static>(tell: impl FnOnce(World) -> F + 'static) {
    story_with(Setting::default(), tell);
}

/// How a ward behaves; without anything it pulses as it is asked and stops at once.
#[derive(Clone, Copy, Default)]
struct Ways {
    /// It gives so many pulses and then hangs.
    pulses: Option<u32>,
    /// It ends so.
    ends: Option<(Duration, Exit)>,
    /// It says that so much is done and no more.
    gets_done: Option<u32>,
    /// It takes so long to stop.
    lag: Duration,
    /// It closes its heart when it hangs.
    closes: bool,
}

impl World {
    fn write(&self, what: &str) {
        let seconds = (self.rt.now() - Time::ZERO).as_millis() as f64 / 1000.0;
        self.diary.borrow_mut().push(format!("{seconds} {what}"));
    }

    fn read(&self) -> Vec<String> {
        self.diary.take()
    }

    /// A ward whose lives behave so, by epoch from 1; the last way goes on.
    fn ward(&self, ways: Vec<Ways>) -> Ward {
        let world = self.clone();
        Ward::new(move |rt, life| {
            let ways = ways[(life.epoch as usize).min(ways.len()) - 1];
            world.write(&format!("begin {}", life.epoch));
            let (listener, heartbeat) = rt.channel("heartbeat", 1);
            let (rt_inner, world) = (rt.clone(), world.clone());
            let task = rt.spawn("ward", async move {
                let rt = rt_inner;
                let pulse = Pulse::every(&rt, life.pulse, listener);
                let (after, exit) = ways.ends.unwrap_or((secs(1_000_000), Exit::Normal));
                let mut end = rt.sleep(after);
                let mut pulses = 0;
                loop {
                    match select((life.context.done(), pulse.due(), end.by_ref())).await {
                        Of3::A(_) => break,
                        Of3::B(_) if ways.pulses.is_none_or(|most| pulses < most) => {
                            pulses += 1;
                            pulse.beat_with(&rt, ways.gets_done.map_or(pulses, |most| pulses.min(most)));
                        }
                        Of3::B(_) if ways.closes => pulse.close(&rt),
                        Of3::B(_) => {}
                        Of3::C(()) => return exit,
                    }
                }
                if !ways.lag.is_zero() {
                    rt.sleep(ways.lag).await;
                }
                world.write(&format!("halt {}", life.epoch));
                Exit::Shutdown
            });
            Signs { heartbeat, task: Rc::new(task) }
        })
    }

    /// Begins a steward whose changes are written down.
    fn begin(&self, config: Config, ward: Ward) -> Signs {
        let world = self.clone();
        let hook = move |_: &Runtime, epoch: u32, change: Change| {
            let what = match change {
                Change::Unwell(Why::Silent) => "silent".to_owned(),
                Change::Unwell(Why::Stalled) => "stalled".to_owned(),
                Change::Unwell(Why::Exited(exit)) => exit.name().to_owned(),
                other => format!("{other:?}").to_lowercase(),
            };
            world.write(&format!("{what} {epoch}"));
        };
        let config = Config { hook: Some(Rc::new(hook)), ..config };
        let life = Life { context: self.context.clone(), pulse: secs(1), epoch: 1 };
        steward("steward", config, ward).expect("it makes sense").begin(&self.rt, life)
    }

    /// Lets everything go on to a second, then stops it.
    async fn until(&self, second: u64, task: &Task<Exit>) -> Exit {
        let left = secs(second) - (self.rt.now() - Time::ZERO);
        if let Of2::A(joined) = select((task.join(), self.rt.sleep(left))).await {
            return Exit::of(joined);
        }
        self.cancel.cancel();
        Exit::of(task.join().await)
    }
}

/// The book's steward, with a place for the pulse and an orderly end.
fn sure() -> Config {
    Config { handover: Handover::Kill(secs(1)), ..Config::book(secs(4)) }
}

#[test]
fn a_hung_ward_is_replaced_one_timeout_after_its_last_pulse() {
    story(|world| async move {
        let hung = Ways { pulses: Some(3), ..Ways::default() };
        let signs = world.begin(Config::book(secs(4)), world.ward(vec![hung]));
        world.until(21, &signs.task).await;
        // Pulses at 2, 4 and 6 s, silence from then on; and the same in the next life.
        let expected = "0 begin 1, 10 silent 1, 10 begin 2, 10 halt 1, 20 silent 2, 20 begin 3, 20 halt 2, 21 halt 3";
        assert_eq!(world.read().join(", "), expected);
    });
}

#[test]
fn s072_a_healthy_ward_is_left_alone() {
    story(|world| async move {
        let signs = world.begin(sure(), world.ward(vec![Ways::default()]));
        assert_eq!(world.until(1000, &signs.task).await, Exit::Shutdown);
        assert_eq!(world.read().join(", "), "0 begin 1, 1000 halt 1, 1000 stopped 1");
    });
}

#[test]
fn p_s9_the_next_life_waits_for_the_end_of_this_one() {
    let hung = |lag| Ways { pulses: Some(0), lag, ..Ways::default() };
    for (handover, lag, expected) in [
        (Handover::Overlap, 500, "4 silent 1, 4 begin 2, 4.5 halt 1"),
        (Handover::Kill(secs(1)), 500, "4 silent 1, 4.5 halt 1, 4.5 stopped 1, 4.5 begin 2"),
        (Handover::Kill(secs(1)), 60_000, "4 silent 1, 5 killed 1, 5 begin 2"),
        (Handover::Fence(secs(1)), 2000, "4 silent 1, 5 zombie 1, 5 begin 2, 6 halt 1"),
    ] {
        story(move |world| async move {
            let ward = world.ward(vec![hung(ms(lag)), Ways::default()]);
            let signs = world.begin(Config { handover, ..Config::book(secs(4)) }, ward);
            world.rt.sleep(secs(7)).await;
            assert_eq!(world.read()[1..].join(", "), expected);
            world.until(8, &signs.task).await;
        });
    }
}

#[test]
fn o028_what_an_older_life_still_brings_is_refused() {
    let fence = Fence::default();
    assert!(fence.admits(0) && fence.admits(1));
    fence.raise(2);
    assert!(!fence.admits(1) && fence.admits(2) && fence.admits(3));
    fence.raise(1);
    assert!(!fence.admits(1), "a fence never goes back");
    story(|world| async move {
        let fence = Fence::default();
        let deaf = Ways { pulses: Some(0), lag: secs(60), ..Ways::default() };
        let config = Config { handover: Handover::Fence(secs(1)), fence: fence.clone(), ..Config::book(secs(4)) };
        let signs = world.begin(config, world.ward(vec![deaf, Ways::default()]));
        world.rt.sleep(ms(4900)).await;
        assert!(fence.admits(1), "it may still stop in time");
        world.rt.sleep(ms(200)).await;
        assert!(!fence.admits(1) && fence.admits(2));
        world.until(10, &signs.task).await;
    });
}

#[test]
fn o029_pulses_without_progress_are_caught_by_the_progress_rule() {
    story(|world| async move {
        let stuck = Ways { gets_done: Some(3), ..Ways::default() };
        let config = Config { progress: Some(secs(10)), ..sure() };
        let signs = world.begin(config, world.ward(vec![stuck, Ways::default()]));
        world.until(40, &signs.task).await;
        // The third unit is done at 6 s; at 16 s it has been the last for 10 s.
        let expected = "0 begin 1, 16 stalled 1, 16 halt 1, 16 stopped 1, 16 begin 2, 40 halt 2, 40 stopped 2";
        assert_eq!(world.read().join(", "), expected);
    });
    // Without the rule it is never noticed.
    story(|world| async move {
        let stuck = Ways { gets_done: Some(3), ..Ways::default() };
        let signs = world.begin(sure(), world.ward(vec![stuck]));
        world.until(1000, &signs.task).await;
        assert_eq!(world.read().len(), 3);
    });
}

#[test]
fn p_h8_a_closed_heart_is_silent_and_not_busy() {
    story(|world| async move {
        let closes = Ways { pulses: Some(1), closes: true, ..Ways::default() };
        let signs = world.begin(sure(), world.ward(vec![closes, Ways::default()]));
        world.until(7, &signs.task).await;
        assert_eq!(world.read()[1], "6 silent 1");
        assert!(world.rt.event_count() < 100, "{}", world.rt.event_count());
    });
}

#[test]
fn p_s7_a_start_has_a_limit_of_its_own() {
    for (startup, pulses, expected) in [
        // It falls silent before it has pulsed at all, and after.
        (Some(secs(30)), 0, "30 silent 1"),
        (Some(secs(30)), 2, "8 silent 1"),
        (None, 0, "4 silent 1"),
    ] {
        story(move |world| async move {
            let ward = world.ward(vec![Ways { pulses: Some(pulses), ..Ways::default() }, Ways::default()]);
            let signs = world.begin(Config { startup, ..sure() }, ward);
            world.until(31, &signs.task).await;
            assert_eq!(world.read()[1], expected);
        });
    }
}

#[test]
fn s010_to_s018_a_steward_that_sees_ends() {
    for (restart, exit, expected) in [
        (Restart::Permanent, Exit::Normal, None),
        (Restart::Permanent, Exit::Shutdown, None),
        (Restart::Permanent, Exit::Failed("oops"), None),
        (Restart::Transient, Exit::Normal, Some(Exit::Normal)),
        (Restart::Transient, Exit::Shutdown, Some(Exit::Shutdown)),
        (Restart::Transient, Exit::Failed("oops"), None),
        (Restart::Temporary, Exit::Normal, Some(Exit::Normal)),
        (Restart::Temporary, Exit::Failed("oops"), Some(Exit::Failed("oops"))),
    ] {
        story(move |world| async move {
            let ends = Ways { ends: Some((secs(1), exit)), ..Ways::default() };
            let config = Config { restart: Some(restart), ..sure() };
            let signs = world.begin(config, world.ward(vec![ends, Ways::default()]));
            let end = world.until(5, &signs.task).await;
            match expected {
                // Its own end is that of its ward, and its heart closes.
                Some(exit) => {
                    assert_eq!((end, world.read().len()), (exit, 1), "{restart:?}");
                    while signs.heartbeat.recv(&world.rt).await.is_some() {}
                }
                None => {
                    let diary = world.read();
                    assert_eq!(diary[1..3], [format!("1 {} 1", exit.name()), "1 begin 2".to_owned()], "{restart:?}");
                }
            }
        });
    }
}

#[test]
fn p_s4_a_crash_is_seen_at_once_by_a_steward_that_sees_ends() {
    let crash = Fault { target: "ward".to_owned(), harm: Harm::Crash { at: Time::ZERO + ms(2500) } };
    for (restart, noticed) in [(Some(Restart::Transient), "2.5 crashed 1"), (None, "6 silent 1")] {
        let setting = Setting { faults: vec![crash.clone()], ..Setting::default() };
        story_with(setting, move |world| async move {
            let signs = world.begin(Config { restart, ..sure() }, world.ward(vec![Ways::default()]));
            world.until(8, &signs.task).await;
            assert_eq!(world.read()[1], noticed);
        });
    }
}

#[test]
fn s021_a_steward_gives_up_when_there_were_too_many() {
    story(|world| async move {
        let ends = Ways { ends: Some((secs(1), Exit::Failed("oops"))), ..Ways::default() };
        let intensity = Some(Intensity::Window { most: 2, period: secs(10) });
        let config = Config { restart: Some(Restart::Permanent), intensity, ..sure() };
        let signs = world.begin(config, world.ward(vec![ends]));
        assert_eq!(world.until(60, &signs.task).await, Exit::Failed("too many restarts"));
        let expected = "0 begin 1, 1 oops 1, 1 begin 2, 2 oops 2, 2 begin 3, 3 oops 3, 3 gaveup 3";
        assert_eq!(world.read().join(", "), expected);
        while signs.heartbeat.recv(&world.rt).await.is_some() {}
    });
}

#[test]
fn p_s6_pauses_grow_and_begin_anew_after_a_stable_life() {
    story(|world| async move {
        let brief = Ways { ends: Some((secs(1), Exit::Failed("oops"))), ..Ways::default() };
        let long = Ways { ends: Some((secs(10), Exit::Failed("oops"))), ..Ways::default() };
        let growth = Growth::Exponential { factor: 2000 };
        let backoff = Backoff { growth, base: secs(1), max: secs(4), jitter: Jitter::None };
        let pauses = Pauses::new(backoff, secs(10));
        let config = Config { restart: Some(Restart::Permanent), pauses, ..sure() };
        let signs = world.begin(config, world.ward(vec![brief, brief, brief, long, brief, Ways::default()]));
        world.until(40, &signs.task).await;
        let begun: Vec<_> = world.read().into_iter().filter(|line| line.contains("begin")).collect();
        // Pauses of 1, 2, 4, then after a life of 10 s again 1, then 2.
        assert_eq!(begun.join(", "), "0 begin 1, 2 begin 2, 5 begin 3, 10 begin 4, 21 begin 5, 24 begin 6");
    });
}

#[test]
fn a_steward_told_to_stop_in_a_pause_or_a_grace_stops() {
    let pauses = Pauses::new(
        Backoff { growth: Growth::Constant, base: secs(60), max: secs(60), jitter: Jitter::None },
        Duration::ZERO,
    );
    for (lag, at, ends) in [(0, 10, 10), (60, 5, 7)] {
        story(move |world| async move {
            let hung = Ways { pulses: Some(0), lag: secs(lag), ..Ways::default() };
            let config = Config { pauses, handover: Handover::Kill(secs(2)), ..sure() };
            let signs = world.begin(config, world.ward(vec![hung]));
            assert_eq!(world.until(at, &signs.task).await, Exit::Shutdown);
            // In the grace the ward gets one of its own, and is dropped then.
            assert_eq!((world.rt.now() - Time::ZERO, world.read().len() > 1), (secs(ends), true));
        });
    }
}

#[test]
fn a_steward_pulses_whatever_it_is_about() {
    story(|world| async move {
        let hung = Ways { pulses: Some(0), lag: secs(60), ..Ways::default() };
        let config = Config { handover: Handover::Kill(secs(10)), capacity: 1, ..sure() };
        let signs = world.begin(config, world.ward(vec![hung, Ways::default()]));
        for second in 1..=20 {
            assert!(signs.heartbeat.recv(&world.rt).await.is_some());
            assert_eq!(world.rt.now() - Time::ZERO, secs(second));
        }
        world.until(21, &signs.task).await;
    });
}

#[test]
fn o030_a_steward_is_watched_by_another() {
    // The inner steward hangs for good; the outer one drops it, and its ward hears of it.
    let hang = Fault { target: "inner".to_owned(), harm: Harm::Hang { at: Time::ZERO + ms(5500), lasting: secs(900) } };
    story_with(Setting { faults: vec![hang], ..Setting::default() }, |world| async move {
        let inner = Config { capacity: 1, ..Config::book(secs(4)) };
        let inner = steward("inner", inner, world.ward(vec![Ways::default()])).unwrap();
        let outer = Config { pulse: secs(3), handover: Handover::Kill(secs(1)), ..Config::book(secs(10)) };
        let signs = world.begin(outer, inner);
        world.until(20, &signs.task).await;
        let expected = "0 begin 1, 13 silent 1, 13 halt 1, 14 killed 1, 14 begin 1, 20 halt 1, 20 stopped 2";
        assert_eq!(world.read().join(", "), expected);
    });
}

#[test]
fn a_ward_hears_of_the_end_of_its_steward() {
    story(|world| async move {
        let signs = world.begin(Config::book(secs(4)), world.ward(vec![Ways::default()]));
        world.rt.sleep(secs(1)).await;
        signs.task.stop();
        world.rt.sleep(secs(1)).await;
        assert_eq!(world.read().join(", "), "0 begin 1, 1 halt 1");
    });
}

#[test]
fn a_pulse_tells_through_every_steward_how_much_is_done() {
    story(|world| async move {
        let inner = Config { capacity: 1, ..Config::book(secs(4)) };
        let inner = steward("inner", inner, world.ward(vec![Ways::default()])).unwrap();
        let outer = Config { pulse: secs(2), capacity: 1, ..Config::book(secs(8)) };
        let signs = world.begin(outer, inner);
        let mut told = 0;
        while world.rt.now() < Time::ZERO + secs(20) {
            told = signs.heartbeat.recv(&world.rt).await.unwrap_or_default();
        }
        assert!((7..=10).contains(&told), "{told}");
        world.until(21, &signs.task).await;
    });
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let ward = Ward::new(|rt, _| {
        let task = rt.spawn("ward", async { Exit::Normal });
        Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
    });
    let book = || Config::book(secs(4));
    assert!(steward("s", book(), ward.clone()).is_ok());
    let minute = Backoff { growth: Growth::Constant, base: secs(60), max: secs(60), jitter: Jitter::None };
    for (config, field) in [
        (Config::book(Duration::ZERO), "timeout"),
        (Config { pulse: Duration::ZERO, ..book() }, "pulse"),
        (Config { pulse: secs(4), ..book() }, "pulse"),
        (Config { progress: Some(secs(1)), ..book() }, "progress"),
        (Config { pause: Some(Duration::ZERO), ..book() }, "pause"),
        (Config { pauses: Pauses::new(Backoff { max: secs(1), ..minute }, Duration::ZERO), ..book() }, "base"),
        // One that sees only silence restarts once in a timeout at most.
        (Config { intensity: Some(Intensity::Window { most: 2, period: secs(7) }), ..book() }, "period"),
        (
            Config {
                intensity: Some(Intensity::OTP),
                restart: Some(Restart::Permanent),
                pauses: Pauses::new(minute, Duration::ZERO),
                ..book()
            },
            "period",
        ),
    ] {
        assert_eq!(steward("s", config, ward.clone()).err().map(|error| error.field), Some(field));
    }
    let fits = Config { intensity: Some(Intensity::Window { most: 2, period: secs(8) }), ..book() };
    assert!(steward("s", fits, ward).is_ok());
}
