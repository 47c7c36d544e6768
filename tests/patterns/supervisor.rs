//! Supervisors against Erlang/OTP's `supervisor_SUITE`, Elixir's `dynamic_supervisor_test` and suture's `suture_test`.
//!
//! What children do is written into a diary: `name+` begins, `name-` stops when told to, `name!` ends by itself.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::backoff::{Backoff, Growth, Jitter};
use heartrace::patterns::cancel::{Cancel, Context};
use heartrace::patterns::steward::{Exit, Intensity, Life, Pauses, Restart, Restarts, Signs, Ward};
use heartrace::patterns::supervisor::{
    AutoShutdown, Begun, Child, Command, Config, Counts, Handle, Shutdown, State, Stopped, Strategy, Supervisor,
};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::Setting;
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Of2, Receiver, Refused, Runtime, Task, Time, select};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

pub const FAILED: Exit = Exit::Failed("failed");
const EXITS: [Exit; 3] = [Exit::Normal, Exit::Shutdown, FAILED];

pub fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What a story needs: a runtime, a diary, a context to stop by.
#[derive(Clone)]
pub struct World {
    pub rt: Runtime,
    diary: Rc<RefCell<Vec<String>>>,
    pub context: Context,
    pub cancel: Cancel,
}

pub fn story<F: Future<Output = ()> + 'static>(tell: impl FnOnce(World) -> F + 'static) {
    story_in(Setting::default(), tell);
}

pub fn story_in<F: Future<Output = ()> + 'static>(setting: Setting, tell: impl FnOnce(World) -> F + 'static) {
    let mut run = Run::new(setting, true);
    let rt = run.runtime().clone();
    run.start(async move {
        let (context, cancel) = Context::background(&rt).with_cancel();
        tell(World { rt, diary: Rc::default(), context, cancel }).await;
    });
    assert_eq!(run.finish(), End::Finished);
}

impl World {
    /// A child that goes on until it is told to stop, which takes it `lag`.
    pub fn slow(&self, name: &'static str, lag: Duration) -> Child {
        let diary = self.diary.clone();
        let ward = Ward::new(move |rt, life| {
            diary.borrow_mut().push(format!("{name}+"));
            let (inner, diary) = (rt.clone(), diary.clone());
            let task = rt.spawn(name, async move {
                life.context.done().await;
                inner.sleep(lag).await;
                diary.borrow_mut().push(format!("{name}-"));
                Exit::Shutdown
            });
            Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
        });
        Child::new(name, ward)
    }

    pub fn steady(&self, name: &'static str) -> Child {
        self.slow(name, Duration::ZERO)
    }

    /// A child whose first `times` lives end by themselves `after` a while.
    pub fn ends(&self, name: &'static str, exit: Exit, after: Duration, times: u32) -> Child {
        let diary = self.diary.clone();
        let left = Cell::new(times);
        let ward = Ward::new(move |rt, life| {
            diary.borrow_mut().push(format!("{name}+"));
            let ends = left.get() > 0;
            left.set(left.get().saturating_sub(1));
            let (inner, diary) = (rt.clone(), diary.clone());
            let task = rt.spawn(name, async move {
                // One that does not end by itself is told to.
                let ended = if ends {
                    select((inner.sleep(after), life.context.done())).await
                } else {
                    Of2::B(life.context.done().await)
                };
                let (sign, exit) = if let Of2::A(()) = ended { ('!', exit) } else { ('-', Exit::Shutdown) };
                diary.borrow_mut().push(format!("{name}{sign}"));
                exit
            });
            Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
        });
        Child::new(name, ward)
    }

    /// A child that fails to begin, from one beginning to before another, counted from 1.
    pub fn stumbles(&self, name: &'static str, from: u32, until: u32) -> Child {
        let (diary, begun) = (self.diary.clone(), Cell::new(0));
        Child::fallible(name, move |rt, life| {
            begun.set(begun.get() + 1);
            if (from..until).contains(&begun.get()) {
                diary.borrow_mut().push(format!("{name}?"));
                return Begun::Failed("not now");
            }
            diary.borrow_mut().push(format!("{name}+"));
            let diary = diary.clone();
            Begun::Running(Rc::new(rt.spawn(name, async move {
                life.context.done().await;
                diary.borrow_mut().push(format!("{name}-"));
                Exit::Shutdown
            })))
        })
    }

    pub fn begin(&self, config: Config, children: Vec<Child>) -> (Rc<Task<Exit>>, Handle) {
        let supervisor = Supervisor::new(config, children).expect("it makes sense");
        let life = Life { context: self.context.clone(), pulse: ms(1000), epoch: 1 };
        let (signs, handle) = supervisor.begin(&self.rt, "supervisor", life);
        (signs.task, handle)
    }

    /// What was written since the last time.
    pub fn read(&self) -> String {
        self.diary.take().join(" ")
    }

    pub async fn pass(&self, millis: u64) {
        self.rt.sleep(ms(millis)).await;
    }

    pub async fn stop(&self, task: &Task<Exit>) -> Exit {
        self.cancel.cancel();
        Exit::of(task.join().await)
    }
}

pub fn window(most: u32, period: Duration) -> Intensity {
    Intensity::Window { most, period }
}

/// Restarts without end, in effect.
pub fn often() -> Config {
    Config { intensity: window(100, ms(60_000)), ..Config::default() }
}

// ---------------------------------------------------------------- begin and stop

#[test]
fn s001_children_begin_in_order_and_stop_in_reverse() {
    story(|world| async move {
        let (task, handle) = world.begin(Config::default(), ["a", "b", "c"].map(|name| world.steady(name)).into());
        world.pass(1).await;
        assert_eq!(world.read(), "a+ b+ c+");
        assert_eq!(handle.counts(), Counts { specs: 3, active: 3, restarting: 0 });
        assert_eq!(world.stop(&task).await, Exit::Shutdown);
        assert_eq!(world.read(), "c- b- a-");
        let report = handle.report().into_iter().map(|(name, stopped)| (name, stopped.exit()));
        assert!(report.eq(["c", "b", "a"].map(|name| (name.to_owned(), Exit::Shutdown))));
    });
}

#[test]
fn s002_a_child_with_nothing_to_do_keeps_its_place() {
    story(|world| async move {
        let ignore = |name: &str| Child::fallible(name, |_, _| Begun::Ignored);
        let children = vec![ignore("kept"), ignore("dropped").restart(Restart::Temporary), world.steady("a")];
        let (task, handle) = world.begin(Config::default(), children);
        world.pass(1).await;
        assert_eq!((handle.state("kept"), handle.state("dropped")), (Some(State::Stopped(None)), None));
        assert_eq!(handle.counts(), Counts { specs: 2, active: 1, restarting: 0 });
        world.stop(&task).await;
    });
}

#[test]
fn s003_s004_a_child_that_does_not_begin_ends_the_beginning() {
    story(|world| async move {
        let children = vec![world.steady("a"), world.steady("b"), world.stumbles("c", 1, 9), world.steady("d")];
        let (task, handle) = world.begin(Config::default(), children);
        assert!(matches!(Exit::of(task.join().await), Exit::Failed(_)));
        assert_eq!(world.read(), "a+ b+ c? b- a-");
        assert_eq!(handle.state("c"), None);
    });
}

#[test]
fn s005_s006_defaults_and_settings_that_make_no_sense() {
    story(|world| async move {
        let child = world.steady("a");
        assert_eq!((child.restart, child.shutdown), (Restart::Permanent, Shutdown::Grace(ms(5000))));
        let inner = Supervisor::new(Config::default(), vec![]).unwrap();
        assert_eq!(Child::supervisor("s", inner).shutdown, Shutdown::Infinity);
        let config = Config::default();
        assert_eq!((config.strategy, config.intensity), (Strategy::OneForOne, window(1, ms(5000))));
        let pauses = |base: u64, max: u64| {
            let (base, max) = (ms(base), ms(max));
            Pauses::new(Backoff { growth: Growth::Constant, base, max, jitter: Jitter::None }, Duration::ZERO)
        };
        let refused = |config: Config, children: Vec<Child>| Supervisor::new(config, children).err().map(|e| e.field);
        for (config, children, field) in [
            (config, vec![world.steady("a"), world.steady("a")], "child"),
            (config, vec![world.steady("")], "child"),
            (Config { most: 1, ..config }, vec![world.steady("a"), world.steady("b")], "children"),
            (Config { intensity: window(1, Duration::ZERO), ..config }, vec![], "period"),
            (Config { intensity: window(99_999, ms(1)), ..config }, vec![], "intensity"),
            (
                Config { intensity: Intensity::Decay { threshold: 5, half_life: Duration::ZERO }, ..config },
                vec![],
                "half-life",
            ),
            (Config { pauses: pauses(2000, 1000), ..config }, vec![], "base"),
            // A permanent child has no end of its own; where nothing follows from an end none is significant.
            (
                Config { auto_shutdown: AutoShutdown::Any, ..config },
                vec![world.steady("a").significant()],
                "significant",
            ),
            (config, vec![world.steady("a").restart(Restart::Transient).significant()], "significant"),
        ] {
            assert_eq!(refused(config, children), Some(field));
        }
        // P-S8: pauses that spread restarts wider than they are counted.
        for (intensity, base, is_refused) in [
            (window(1, ms(5000)), 5000, false),
            (window(1, ms(5000)), 5001, true),
            (window(3, ms(5000)), 1667, true),
            (window(0, ms(1)), 60_000, false),
            (Intensity::SUTURE, 3000, false),
            (Intensity::SUTURE, 30_000, true),
        ] {
            let found = refused(Config { intensity, pauses: pauses(base, base), ..config }, vec![]);
            assert_eq!(found.is_some(), is_refused, "{intensity:?} {base} {found:?}");
        }
    });
}

#[test]
fn s007_to_s009_s044_a_child_is_asked_waited_for_and_dropped() {
    story(|world| async move {
        let children = vec![
            world.slow("patient", ms(60_000)).shutdown(Shutdown::Infinity),
            // It fails while others are being stopped, and that is reported.
            world.ends("early", FAILED, ms(500), 1),
            world.slow("slow", ms(900)).shutdown(Shutdown::Grace(ms(1000))),
            world.slow("deaf", ms(60_000)).shutdown(Shutdown::Grace(ms(1000))),
            world.steady("brutal").shutdown(Shutdown::Brutal),
        ];
        let (task, handle) = world.begin(Config::default(), children);
        world.pass(10).await;
        world.stop(&task).await;
        let expected = [
            ("brutal", Stopped::Killed),
            ("deaf", Stopped::Killed),
            ("slow", Stopped::InTime(Exit::Shutdown)),
            ("early", Stopped::Before(FAILED)),
            ("patient", Stopped::InTime(Exit::Shutdown)),
        ];
        assert!(handle.report().iter().map(|(name, stopped)| (name.as_str(), *stopped)).eq(expected));
        assert_eq!(world.rt.now() - Time::ZERO, ms(10 + 1000 + 900 + 60_000));
    });
}

// ---------------------------------------------------------------- restarts

#[test]
fn s010_to_s018_s042_who_is_begun_anew_after_which_end() {
    const TABLE: [(Restart, [bool; 3]); 3] = [
        (Restart::Permanent, [true, true, true]),
        (Restart::Transient, [false, false, true]),
        (Restart::Temporary, [false, false, false]),
    ];
    for (restart, row) in TABLE {
        for (exit, again) in EXITS.into_iter().zip(row) {
            assert_eq!(restart.applies_to(exit), again, "{restart:?} {exit:?}");
            story(move |world| async move {
                let child = world.ends("a", exit, ms(10), 1).restart(restart);
                let (task, handle) = world.begin(Config::default(), vec![child]);
                world.pass(20).await;
                assert_eq!(world.read(), if again { "a+ a! a+" } else { "a+ a!" }, "{restart:?} {exit:?}");
                let expected = match (again, restart) {
                    (true, _) => Some(State::Running(2)),
                    (false, Restart::Temporary) => None,
                    (false, _) => Some(State::Stopped(Some(exit))),
                };
                assert_eq!(handle.state("a"), expected);
                world.stop(&task).await;
            });
        }
    }
}

#[test]
fn p_s4_a_crash_and_a_kill_are_ends_too() {
    story(|world| async move {
        let child = world.steady("a").restart(Restart::Transient);
        let tasks: Rc<RefCell<Vec<Rc<Task<Exit>>>>> = Rc::default();
        let seen = tasks.clone();
        let killed = Child::fallible("k", move |rt, life| {
            let task = Rc::new(rt.spawn("k", async move {
                life.context.done().await;
                Exit::Shutdown
            }));
            seen.borrow_mut().push(task.clone());
            Begun::Running(task)
        })
        .restart(Restart::Transient);
        let (task, handle) = world.begin(often(), vec![child, killed]);
        world.pass(10).await;
        tasks.borrow()[0].stop();
        world.pass(10).await;
        assert_eq!(handle.state("k"), Some(State::Running(2)));
        world.stop(&task).await;
    });
    for exit in [Exit::Crashed, Exit::Killed] {
        assert!(exit.is_abnormal() && Restart::Transient.applies_to(exit), "{exit:?}");
    }
}

#[test]
fn s019_s036_a_bystander_is_begun_anew_unless_it_is_temporary() {
    for strategy in [Strategy::OneForAll, Strategy::RestForOne] {
        story(move |world| async move {
            let children = vec![
                world.ends("a", FAILED, ms(10), 1),
                world.steady("b").restart(Restart::Temporary),
                world.steady("c").restart(Restart::Transient).significant(),
            ];
            let config = Config { strategy, auto_shutdown: AutoShutdown::Any, ..Config::default() };
            let (task, handle) = world.begin(config, children);
            world.pass(20).await;
            assert_eq!(world.read(), "a+ b+ c+ a! c- b- a+ c+", "{strategy:?}");
            // The end of a bystander means nothing, and counts for nothing.
            assert_eq!((handle.restarts(), handle.state("b"), task.is_over()), (1, None, false));
            world.stop(&task).await;
        });
    }
}

#[test]
fn s020_s021_s039_a_window_counts_restarts() {
    let verdicts = |intensity: Intensity, moments: &[u64]| {
        let mut restarts = Restarts::new(intensity);
        moments.iter().map(|moment| restarts.admit(Time::ZERO + ms(*moment))).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(window(1, ms(1000)), &[0, 2100, 4200, 6300]), [true; 4]);
    assert_eq!(verdicts(window(2, ms(3_600_000)), &[0, 1_000_000, 3_600_000]), [true, true, false]);
    // Both ends of the window belong to it.
    assert_eq!(verdicts(window(1, ms(5000)), &[0, 5000]), [true, false]);
    assert_eq!(verdicts(window(1, ms(5000)), &[0, 5001]), [true, true]);
    assert_eq!(verdicts(window(0, ms(1)), &[7]), [false]);
    assert_eq!(verdicts(Intensity::OTP, &[0, 1]), [true, false]);
    assert_eq!(verdicts(Intensity::ELIXIR, &[0, 1, 2, 3]), [true, true, true, false]);
}

#[test]
fn s048_a_decaying_count_halves_in_its_half_life() {
    let half_life = ms(30_000);
    let mut restarts = Restarts::new(Intensity::Decay { threshold: 5, half_life });
    assert!(restarts.admit(Time::ZERO) && restarts.admit(Time::ZERO));
    let later = Time::ZERO + half_life;
    assert_eq!((restarts.score(Time::ZERO), restarts.score(later)), (2.0, 1.0));
    assert!(restarts.admit(later));
    assert_eq!(restarts.score(later), 2.0);
    assert!((0..3).all(|_| restarts.admit(later)));
    assert!(!restarts.admit(later));
}

#[test]
fn s021_too_many_restarts_end_the_supervisor() {
    story(|world| async move {
        let children = vec![world.steady("a"), world.ends("b", FAILED, ms(10), 9), world.steady("c")];
        let (task, handle) = world.begin(Config { intensity: window(2, ms(60_000)), ..Config::default() }, children);
        assert_eq!(Exit::of(task.join().await), Exit::Shutdown);
        assert_eq!(world.read(), "a+ b+ c+ b! b+ b! b+ b! c- a-");
        assert!(handle.gave_up());
        assert_eq!((handle.restarts(), world.rt.now() - Time::ZERO), (2, ms(30)));
    });
}

#[test]
fn s022_s050_its_own_supervisor_begins_it_anew() {
    story(|world| async move {
        let b = world.ends("b", FAILED, ms(10), 2);
        let inner = Supervisor::new(Config::default(), vec![world.steady("a"), b]).unwrap();
        let (task, handle) = world.begin(Config::default(), vec![Child::supervisor("inner", inner)]);
        world.pass(100).await;
        // One restart is allowed below; the second failure is the end of the inner one, which begins anew with both.
        assert_eq!(world.read(), "a+ b+ b! b+ b! a- a+ b+");
        assert_eq!((handle.restarts(), handle.state("inner")), (1, Some(State::Running(2))));
        world.stop(&task).await;
        assert_eq!(world.read(), "b- a-");
    });
    // Giving up is a shutdown: a transient subtree is not begun anew.
    story(|world| async move {
        let inner = Supervisor::new(Config::default(), vec![world.ends("b", FAILED, ms(10), 9)]).unwrap();
        let child = Child::supervisor("inner", inner).restart(Restart::Transient);
        let (task, handle) = world.begin(Config::default(), vec![child]);
        world.pass(100).await;
        assert_eq!(handle.state("inner"), Some(State::Stopped(Some(Exit::Shutdown))));
        world.stop(&task).await;
    });
}

#[test]
fn s023_s025_s027_who_else_is_begun_anew() {
    for (strategy, expected) in [
        (Strategy::OneForOne, "b! b+"),
        (Strategy::OneForAll, "b! c- a- a+ b+ c+"),
        (Strategy::RestForOne, "b! c- b+ c+"),
    ] {
        story(move |world| async move {
            let children = vec![world.steady("a"), world.ends("b", FAILED, ms(10), 1), world.steady("c")];
            let (task, handle) = world.begin(Config { strategy, ..Config::default() }, children);
            world.pass(5).await;
            world.read();
            world.pass(15).await;
            assert_eq!((world.read().as_str(), handle.restarts()), (expected, 1));
            world.stop(&task).await;
        });
    }
    assert_eq!(Strategy::OneForOne.affected(1, 3), 1..2);
    assert_eq!(Strategy::OneForAll.affected(1, 3), 0..3);
    assert_eq!(Strategy::RestForOne.affected(1, 3), 1..3);
}

#[test]
fn s024_s026_p_s1_a_beginning_that_fails_is_one_restart_more() {
    // All begin anew each time; of the rest, what has begun stays.
    for (strategy, expected) in [
        (Strategy::OneForAll, "b! c- a- a+ b+ c? b- a- a+ b+ c? b- a- a+ b+ c+"),
        (Strategy::RestForOne, "b! c- b+ c? c? c+"),
    ] {
        story(move |world| async move {
            let b = world.ends("b", FAILED, ms(10), 1);
            let children = vec![world.steady("a"), b, world.stumbles("c", 2, 4)];
            let (task, handle) = world.begin(Config { strategy, ..often() }, children);
            world.pass(5).await;
            world.read();
            world.pass(15).await;
            assert_eq!((world.read().as_str(), handle.restarts()), (expected, 3), "{strategy:?}");
            world.stop(&task).await;
        });
    }
    // A child that never begins again is too many in the end, without a hang.
    story(|world| async move {
        let b = world.ends("b", FAILED, ms(10), 1);
        let config = Config { strategy: Strategy::OneForAll, intensity: window(5, ms(1000)), ..Config::default() };
        let (task, handle) = world.begin(config, vec![b, world.stumbles("c", 2, 99)]);
        assert_eq!(Exit::of(task.join().await), Exit::Shutdown);
        assert_eq!((handle.gave_up(), handle.restarts()), (true, 5));
    });
}

// ---------------------------------------------------------------- asked from outside

#[test]
fn s028_s029_s040_s049_children_can_be_added_up_to_a_limit() {
    story(|world| async move {
        let config = Config { most: 2, intensity: window(1, ms(1000)), ..Config::default() };
        let (task, handle) = world.begin(config, vec![]);
        let start = |child: Child| handle.ask(&world.rt, Command::Start(child)).unwrap();
        start(world.steady("a").restart(Restart::Temporary));
        start(world.steady("a").restart(Restart::Temporary));
        start(world.ends("b", FAILED, ms(10), 9));
        start(world.steady("c"));
        world.pass(5).await;
        // The same name twice, and one too many.
        assert_eq!(world.read(), "a+ b+");
        assert_eq!(handle.counts().specs, 2);
        assert_eq!(Exit::of(task.join().await), Exit::Shutdown);
        assert_eq!(world.read(), "b! b+ b! a-");
    });
}

#[test]
fn s031_a_thousand_children_are_counted() {
    story(|world| async move {
        let quiet = |name: String| {
            Child::fallible(&name, |rt, life| {
                Begun::Running(Rc::new(rt.spawn("child", async move {
                    life.context.done().await;
                    Exit::Shutdown
                })))
            })
        };
        let children = (0..1000).map(|number| quiet(number.to_string())).collect();
        let (task, handle) = world.begin(Config::default(), children);
        world.pass(1).await;
        assert_eq!(handle.counts(), Counts { specs: 1000, active: 1000, restarting: 0 });
        world.stop(&task).await;
        assert_eq!(handle.report().len(), 1000);
    });
}

/// 100 ms, always.
fn tenth() -> Pauses {
    let base = ms(100);
    Pauses::new(Backoff { growth: Growth::Constant, base, max: base, jitter: Jitter::None }, Duration::ZERO)
}

#[test]
fn s032_s041_s045_p_s5_while_one_waits_for_its_restart() {
    story(|world| async move {
        let config = Config { pauses: tenth(), most: 2, ..often() };
        let children = vec![world.ends("a", FAILED, ms(10), 9), world.steady("b")];
        let (task, handle) = world.begin(config, children);
        world.pass(20).await;
        assert_eq!(handle.counts(), Counts { specs: 2, active: 1, restarting: 1 });
        assert_eq!(handle.state("a"), Some(State::Restarting));
        // It keeps its place meanwhile, and can be stopped: no timer begins it late.
        handle.ask(&world.rt, Command::Start(world.steady("c"))).unwrap();
        handle.ask(&world.rt, Command::Stop("a".into())).unwrap();
        world.pass(500).await;
        assert_eq!((world.read().as_str(), handle.state("a")), ("a+ b+ a!", Some(State::Stopped(None))));
        // Begun by hand it does not count; the pause of its next end is its own.
        handle.ask(&world.rt, Command::Restart("a".into())).unwrap();
        world.pass(1).await;
        assert_eq!((world.read().as_str(), handle.restarts()), ("a+", 1));
        world.pass(20).await;
        handle.ask(&world.rt, Command::Restart("a".into())).unwrap();
        world.pass(5).await;
        assert_eq!(world.read(), "a! a+");
        handle.ask(&world.rt, Command::Remove("a".into())).unwrap();
        world.pass(500).await;
        assert_eq!((world.read().as_str(), handle.counts().specs), ("a-", 1));
        world.stop(&task).await;
    });
}

#[test]
fn p_s10_whatever_is_asked_the_children_are_those_of_a_simple_list() {
    story(|world| async move {
        let (task, handle) = world.begin(Config { most: 4, ..often() }, vec![]);
        let names = ["a", "b", "c", "d", "e"];
        let (mut model, mut dice) = (Vec::<(&str, bool)>::new(), 1_u32);
        for step in 0..2000 {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (name, what) = (names[(dice >> 8) as usize % 5], (dice >> 16) % 4);
            let place = model.iter().position(|(known, _)| *known == name);
            let command = match what {
                0 => Command::Start(world.steady(name)),
                1 => Command::Stop(name.into()),
                2 => Command::Restart(name.into()),
                _ => Command::Remove(name.into()),
            };
            match (what, place) {
                (0, None) if model.len() < 4 => model.push((name, true)),
                (1 | 2, Some(place)) => model[place].1 = what == 2,
                (3, Some(place)) => _ = model.remove(place),
                _ => {}
            }
            handle.ask(&world.rt, command).unwrap();
            world.pass(1).await;
            let found = handle.children();
            let found: Vec<_> =
                found.iter().map(|(name, state)| (name.as_str(), matches!(state, State::Running(_)))).collect();
            assert_eq!(found, model, "step {step}");
        }
        world.stop(&task).await;
        let living = model.iter().rev().filter(|(_, lives)| *lives).map(|(name, _)| (*name).to_owned());
        assert!(handle.report().into_iter().map(|(name, _)| name).eq(living));
    });
}

#[test]
fn s033_to_s037_the_end_of_a_significant_child() {
    let ends = |world: &World, name, after| {
        world.ends(name, Exit::Normal, ms(after), 1).restart(Restart::Transient).significant()
    };
    for (auto_shutdown, expected, end) in [(AutoShutdown::Any, "a! c- b-", 10), (AutoShutdown::All, "a! b! c-", 20)] {
        story(move |world| async move {
            let children = vec![ends(&world, "a", 10), ends(&world, "b", 20), world.steady("c")];
            let (task, handle) = world.begin(Config { auto_shutdown, ..Config::default() }, children);
            world.pass(5).await;
            world.read();
            assert_eq!(Exit::of(task.join().await), Exit::Shutdown);
            assert_eq!((world.read().as_str(), world.rt.now() - Time::ZERO), (expected, ms(end)));
            assert!(!handle.gave_up());
        });
    }
    // Begun anew it has not ended.
    story(|world| async move {
        let child = world.ends("a", FAILED, ms(10), 1).restart(Restart::Transient).significant();
        let (task, _) = world.begin(Config { auto_shutdown: AutoShutdown::Any, ..Config::default() }, vec![child]);
        world.pass(50).await;
        assert!(!task.is_over());
        world.stop(&task).await;
    });
}

#[test]
fn s038_s043_a_child_that_never_begins_can_be_removed() {
    story(|world| async move {
        let config = Config { pauses: tenth(), ..often() };
        let b = Child::fallible("b", {
            let begun = Cell::new(false);
            move |rt, _| match begun.replace(true) {
                true => Begun::Failed("never again"),
                false => Begun::Running(Rc::new(rt.spawn("b", async { FAILED }))),
            }
        });
        let (task, handle) = world.begin(config, vec![world.steady("a"), b]);
        world.pass(1050).await;
        assert_eq!((handle.state("b"), handle.restarts()), (Some(State::Restarting), 11));
        handle.ask(&world.rt, Command::Remove("b".into())).unwrap();
        world.pass(1000).await;
        assert_eq!((handle.state("b"), handle.restarts(), handle.counts().active), (None, 11, 1));
        world.stop(&task).await;
    });
}

#[test]
fn s052_s053_s055_s059_to_s061_a_hung_child_is_stopped_and_reported() {
    story(|world| async move {
        let hung = || world.slow("hung", ms(60_000)).shutdown(Shutdown::Grace(ms(10)));
        let (task, handle) = world.begin(Config::default(), vec![world.steady("a"), hung()]);
        handle.ask(&world.rt, Command::Remove("hung".into())).unwrap();
        world.pass(5).await;
        assert_eq!(handle.counts().specs, 2, "it has its grace");
        world.pass(10).await;
        assert_eq!(handle.state("hung"), None);
        // Removed already: nothing happens.
        handle.ask(&world.rt, Command::Remove("hung".into())).unwrap();
        handle.ask(&world.rt, Command::Start(hung())).unwrap();
        world.pass(5).await;
        world.stop(&task).await;
        let report: Vec<_> = handle.report();
        assert_eq!(report[0], ("hung".to_owned(), Stopped::Killed));
        assert_eq!(report[1], ("a".to_owned(), Stopped::InTime(Exit::Shutdown)));
    });
}

#[test]
fn s062_s064_s067_after_its_end_nothing_can_be_asked() {
    story(|world| async move {
        let (task, handle) = world.begin(Config::default(), vec![world.steady("a")]);
        world.pass(1).await;
        world.stop(&task).await;
        assert_eq!(handle.ask(&world.rt, Command::Start(world.steady("b"))), Err(Refused::Closed));
        assert_eq!(handle.ask(&world.rt, Command::Stop("a".into())), Err(Refused::Closed));
        assert_eq!(world.read(), "a+ a-");
    });
    // Nor too much at once.
    story(|world| async move {
        let (task, handle) = world.begin(Config::default(), vec![]);
        let refused = (0..100).filter(|_| handle.ask(&world.rt, Command::Stop("x".into())).is_err()).count();
        assert!(refused > 0 && refused < 100, "{refused}");
        world.stop(&task).await;
    });
}

#[test]
fn s063_ninety_nine_nested_are_stopped_right_after_their_beginning() {
    for wait in [0, 1] {
        story(move |world| async move {
            let mut tree = Supervisor::new(Config::default(), vec![world.steady("leaf")]).unwrap();
            for _ in 0..98 {
                tree = Supervisor::new(Config::default(), vec![Child::supervisor("inner", tree)]).unwrap();
            }
            let life = Life { context: world.context.clone(), pulse: ms(1000), epoch: 1 };
            let (signs, _) = tree.begin(&world.rt, "top", life);
            if wait > 0 {
                world.pass(wait).await;
            }
            assert_eq!(world.stop(&signs.task).await, Exit::Shutdown);
            assert!(["", "leaf+ leaf-"].contains(&world.read().as_str()));
        });
    }
}

#[test]
fn p_s6_a_life_that_was_long_enough_is_a_success() {
    let growth = Growth::Exponential { factor: 2000 };
    let backoff = Backoff { growth, base: ms(100), max: ms(1000), jitter: Jitter::None };
    let mut pauses = Pauses::new(backoff, ms(5000));
    let next = |pauses: &mut Pauses, lived: u64| {
        pauses.lived(ms(lived));
        pauses.next(0)
    };
    let found = [10, 4999, 10, 10, 10, 5000, 10].map(|lived| next(&mut pauses, lived).as_millis());
    assert_eq!(found, [100, 200, 400, 800, 1000, 100, 200]);
    let mut suture = Pauses::SUTURE;
    let range = [0, 1_000_000_000].map(|random| suture.next(random).as_millis());
    assert_eq!(range, [15_000, 22_500]);
    let mut kubelet = Pauses::KUBELET;
    let found = [0; 7].map(|_| kubelet.next(0).as_secs());
    assert_eq!(found, [10, 20, 40, 80, 160, 300, 300]);
    kubelet.lived(Duration::from_secs(600));
    assert_eq!(kubelet.next(0).as_secs(), 10);
}

#[test]
fn p_s11_siblings_do_not_come_back_all_at_once() {
    story(|world| async move {
        let base = ms(100);
        let backoff = Backoff { growth: Growth::Constant, base, max: ms(200), jitter: Jitter::Plus(1000) };
        let config = Config { pauses: Pauses::new(backoff, Duration::ZERO), ..often() };
        let moments: Rc<RefCell<Vec<Time>>> = Rc::default();
        let child = |name: String| {
            let moments = moments.clone();
            Child::fallible(&name, move |rt, life| {
                if life.epoch == 2 {
                    moments.borrow_mut().push(rt.now());
                }
                let (inner, first) = (rt.clone(), life.epoch == 1);
                Begun::Running(Rc::new(rt.spawn("child", async move {
                    if first {
                        inner.sleep(ms(10)).await;
                        return FAILED;
                    }
                    life.context.done().await;
                    Exit::Shutdown
                })))
            })
        };
        let (task, _) = world.begin(config, (0..8).map(|number| child(number.to_string())).collect());
        world.pass(500).await;
        let mut back = moments.borrow().clone();
        assert!(back.iter().all(|at| (ms(110)..=ms(210)).contains(&(*at - Time::ZERO))), "{back:?}");
        back.dedup();
        assert_eq!(back.len(), 8);
        world.stop(&task).await;
    });
}

#[test]
fn s082_a_supervisor_that_is_dropped_takes_its_children_along() {
    story(|world| async move {
        let (task, _) = world.begin(Config::default(), vec![world.slow("a", ms(60_000)), world.steady("b")]);
        world.pass(1).await;
        task.stop();
        world.pass(1).await;
        // Neither has been asked: they were dropped where they were.
        assert_eq!(world.read(), "a+ b+");
        let (again, _) = world.begin(Config::default(), vec![world.steady("a")]);
        world.pass(1).await;
        assert_eq!((world.stop(&again).await, world.read().as_str()), (Exit::Shutdown, "a+ a-"));
    });
}

#[test]
fn s073_s083_a_life_begins_afresh_and_shares_what_is_meant_to_be_shared() {
    story(|world| async move {
        let handed: Rc<Cell<u32>> = Rc::default();
        let seen: Rc<RefCell<Vec<(u32, u32)>>> = Rc::default();
        let (shared, noted) = (handed.clone(), seen.clone());
        let child = Child::fallible("a", move |rt, life| {
            let (shared, noted, inner) = (shared.clone(), noted.clone(), rt.clone());
            Begun::Running(Rc::new(rt.spawn("a", async move {
                let mut own = 0;
                for _ in 0..3 {
                    own += 1;
                    shared.set(shared.get() + 1);
                    inner.sleep(ms(1)).await;
                }
                noted.borrow_mut().push((own, shared.get()));
                if life.epoch < 3 { FAILED } else { Exit::Normal }
            })))
        });
        let (task, _) = world.begin(often(), vec![child.restart(Restart::Transient)]);
        world.pass(50).await;
        assert_eq!(*seen.borrow(), [(3, 3), (3, 6), (3, 9)]);
        world.stop(&task).await;
    });
}
