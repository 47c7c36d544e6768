//! Supervisors once more: traps (`p_s2_…`), and the rows of suture, task-supervisor and ractor. The diary is that of
//! `supervisor`.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::story::at_ms;
use crate::supervisor::{FAILED, ms, often, story, story_in, window};
use heartrace::patterns::cancel::Context;
use heartrace::patterns::config::ConfigError;
use heartrace::patterns::steward::{
    self, Exit, Intensity, Life, Pauses, Restart, Signs, Ward, steward as steward_over,
};
use heartrace::patterns::supervisor::{
    AutoShutdown, Begun, Child, Command, Config, Shutdown, State, Stopped, Strategy, Supervisor,
};
use heartrace::runtime::setting::{Fault, Harm, Setting};
use heartrace::runtime::{Receiver, Refused, Runtime};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// A child that does this in each of its lives.
fn child<F: Future<Output = Exit> + 'static>(
    name: &'static str,
    lives: impl Fn(Runtime, Life) -> F + 'static,
) -> Child {
    let lives = Rc::new(lives);
    Child::new(
        name,
        Ward::new(move |rt, life| {
            let task = rt.spawn(name, lives(rt.clone(), life));
            Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
        }),
    )
}

fn crash(target: &str, millis: u64) -> Setting {
    let fault = Fault { target: target.to_owned(), harm: Harm::Crash { at: at_ms(millis) } };
    Setting { faults: vec![fault], ..Setting::default() }
}

// ---------------------------------------------------------------- traps

/// A child was dead before anybody watched it, and nobody ever knew. Here beginning and watching are one step: it may be
/// over before the beginning returns.
#[test]
fn p_s2_an_end_cannot_come_too_early_to_be_seen() {
    story(|world| async move {
        let at_once = |name: &'static str, times: u32| {
            let left = Cell::new(times);
            child(name, move |_, life| {
                let ends = left.get() > 0;
                left.set(left.get().saturating_sub(1));
                async move {
                    if !ends {
                        life.context.done().await;
                    }
                    FAILED
                }
            })
        };
        // Ends in its first poll; stopped before its first poll, that is before its beginning has returned.
        let begun = Rc::new(Cell::new(0));
        let count = begun.clone();
        let stillborn = Child::fallible("stillborn", move |rt, life| {
            count.set(count.get() + 1);
            let is_last = count.get() == 4;
            let task = rt.spawn("stillborn", async move {
                life.context.done().await;
                Exit::Shutdown
            });
            if !is_last {
                task.stop();
            }
            Begun::Running(Rc::new(task))
        });
        let (task, handle) = world.begin(often(), vec![at_once("brief", 3), stillborn]);
        world.pass(1).await;
        assert_eq!(handle.restarts(), 6);
        assert_eq!((handle.state("brief"), begun.get()), (Some(State::Running(4)), 4));
        assert_eq!(world.stop(&task).await, Exit::Shutdown);
    });
    // A steward that sees ends sees this one as well.
    story(|world| async move {
        let lives = Rc::new(Cell::new(0));
        let count = lives.clone();
        let ward = Ward::new(move |rt, _| {
            count.set(count.get() + 1);
            let task = rt.spawn("ward", async { FAILED });
            Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
        });
        let config = steward::Config {
            restart: Some(Restart::Permanent),
            intensity: Some(window(3, ms(60_000))),
            ..steward::Config::book(ms(4000))
        };
        let life = Life { context: world.context.clone(), pulse: ms(2000), epoch: 1 };
        let signs = steward_over("steward", config, ward).unwrap().begin(&world.rt, life);
        assert!(matches!(Exit::of(signs.task.join().await), Exit::Failed(_)));
        assert_eq!((lives.get(), world.rt.now()), (4, at_ms(0)));
    });
}

/// The stop of one child was taken for a stop of the supervisor; and what a child had to do at its end was not done when
/// it was killed. Here a stop is known by whose it is, and a kill drops the child where it is, with all it holds.
#[test]
fn p_s3_a_childs_stop_is_its_own_and_its_last_things_are_done() {
    struct Last(Rc<RefCell<Vec<&'static str>>>, &'static str);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }
    story(|world| async move {
        let done = Rc::new(RefCell::new(Vec::new()));
        let deaf = |name: &'static str| {
            let done = done.clone();
            child(name, move |rt, _| {
                let last = Last(done.clone(), name);
                async move {
                    let _last = last;
                    rt.sleep(ms(1_000_000)).await;
                    Exit::Normal
                }
            })
        };
        let children = vec![
            world.steady("polite"),
            deaf("killed").shutdown(Shutdown::Grace(ms(100))),
            deaf("brutal").shutdown(Shutdown::Brutal),
            world.steady("other"),
        ];
        let (task, handle) = world.begin(often(), children);
        for name in ["polite", "killed", "brutal"] {
            handle.ask(&world.rt, Command::Stop(name.to_owned())).unwrap();
        }
        world.pass(200).await;
        assert_eq!(world.read(), "polite+ other+ polite-");
        assert_eq!(done.take(), ["killed", "brutal"]);
        let states = ["polite", "killed", "brutal"].map(|name| handle.state(name));
        assert_eq!(states, [Exit::Shutdown, Exit::Killed, Exit::Killed].map(|exit| Some(State::Stopped(Some(exit)))));
        assert_eq!((handle.state("other"), task.is_over()), (Some(State::Running(1)), false));
        world.stop(&task).await;
    });
}

/// A service had ended and could not say why. Here there is no end without a reason. **Differs** in that it is a word of
/// the child's own and no record: whoever fails writes its fault into the log itself, where its id is.
#[test]
fn p_s12_every_end_has_a_reason() {
    story_in(crash("crashes", 50), |world| async move {
        let ends = |name: &'static str, exit| child(name, move |_, _| async move { exit }).restart(Restart::Transient);
        let children = vec![
            ends("normal", Exit::Normal),
            ends("shutdown", Exit::Shutdown),
            ends("fails", FAILED).restart(Restart::Temporary),
            world.steady("crashes"),
            world.slow("slow", ms(1_000_000)).shutdown(Shutdown::Grace(ms(10))),
            world.steady("stopped"),
        ];
        let (task, handle) = world.begin(Config { intensity: window(0, ms(1000)), ..Config::default() }, children);
        world.pass(1).await;
        let reason = |name: &str| match handle.state(name) {
            Some(State::Stopped(Some(exit))) => exit.name(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(["normal", "shutdown"].map(reason), ["normal", "shutdown"]);
        // The crash is one restart too many.
        assert_eq!(Exit::of(task.join().await), Exit::Shutdown);
        assert!(handle.gave_up());
        let report = handle.report();
        let told = |name: &str| report.iter().find(|(known, _)| known == name).map(|(_, stopped)| *stopped);
        assert_eq!(told("stopped"), Some(Stopped::InTime(Exit::Shutdown)));
        assert_eq!(told("slow"), Some(Stopped::Killed));
        assert_eq!(reason("crashes"), "crashed");
    });
}

// ---------------------------------------------------------------- OTP

#[test]
fn s030_a_child_that_was_ended_behind_its_supervisors_back() {
    story(|world| async move {
        let kept = Rc::new(RefCell::new(None));
        let slot = kept.clone();
        let unlinked = Child::fallible("unlinked", move |rt, life| {
            let inner = rt.clone();
            let task = Rc::new(rt.spawn("unlinked", async move {
                life.context.done().await;
                inner.sleep(ms(1_000_000)).await;
                Exit::Shutdown
            }));
            *slot.borrow_mut() = Some(task.clone());
            Begun::Running(task)
        });
        let (task, _) = world.begin(often(), vec![unlinked.shutdown(Shutdown::Infinity)]);
        world.pass(1).await;
        // While its supervisor waits for it, for however long.
        world.cancel.cancel();
        world.pass(10).await;
        assert!(!task.is_over());
        let unlinked = kept.take().unwrap();
        unlinked.stop();
        assert_eq!(Exit::of(task.join().await), Exit::Shutdown);
        assert_eq!(world.rt.now(), at_ms(11));
    });
}

// ---------------------------------------------------------------- suture

#[test]
fn s046_s047_s051_s054_begin_add_remove_stop() {
    story(|world| async move {
        let (task, handle) = world.begin(Config::default(), vec![world.steady("a")]);
        world.pass(1).await;
        handle.ask(&world.rt, Command::Start(world.steady("b"))).unwrap();
        world.pass(1).await;
        assert_eq!(world.read(), "a+ b+");
        handle.ask(&world.rt, Command::Remove("a".to_owned())).unwrap();
        world.pass(1).await;
        assert_eq!((world.read().as_str(), handle.state("a")), ("a-", None));
        assert_eq!(world.stop(&task).await, Exit::Shutdown);
        assert_eq!(world.read(), "b-");
        assert_eq!(handle.ask(&world.rt, Command::Start(world.steady("c"))), Err(Refused::Closed));
    });
}

#[test]
fn s056_to_s058_nothing_can_be_left_out() {
    // Upstream: a service that is nil, a supervisor without a name. Here the types leave nothing out but a name.
    story(|world| async move {
        let field = |children: Vec<Child>| {
            Supervisor::new(Config::default(), children).map(drop).map_err(|ConfigError { field, .. }| field)
        };
        assert_eq!(field(vec![world.steady("")]), Err("child"));
        assert_eq!(field(vec![]), Ok(()));
        // One without children waits for some, and is stopped like any other.
        let (task, handle) = world.begin(Config::default(), vec![]);
        world.pass(1).await;
        assert_eq!((handle.counts().specs, task.is_over()), (0, false));
        assert_eq!(world.stop(&task).await, Exit::Shutdown);
    });
}

#[test]
fn s065_s066_an_end_that_ends_the_tree_and_one_that_does_not() {
    // Suture has errors for it. **Differs**: here it is said where the tree is built, by significance; what a child
    // returns decides nothing above its supervisor.
    for significant in [true, false] {
        story(move |world| async move {
            let config = Config { auto_shutdown: AutoShutdown::Any, ..Config::default() };
            let ends = world.ends("ends", Exit::Normal, ms(10), 1).restart(Restart::Transient).significant();
            let inner = Supervisor::new(config, vec![world.steady("a"), ends]).unwrap();
            let inner = Child::supervisor("inner", inner).restart(Restart::Transient);
            let inner = if significant { inner.significant() } else { inner };
            let (task, handle) = world.begin(config, vec![world.steady("b"), inner, world.steady("c")]);
            world.pass(20).await;
            if significant {
                assert_eq!(world.read(), "b+ c+ a+ ends+ ends! a- c- b-");
                assert_eq!(Exit::of(task.join().await), Exit::Shutdown);
            } else {
                assert_eq!(world.read(), "b+ c+ a+ ends+ ends! a-");
                assert_eq!(handle.state("inner"), Some(State::Stopped(Some(Exit::Shutdown))));
                assert!(!task.is_over());
                world.stop(&task).await;
            }
        });
    }
}

#[test]
fn s068_somebody_elses_cancel_is_no_stop_of_ones_own() {
    // Suture issue 77: "canceled" came back from a service whose own request had been cancelled, and its supervisor took
    // it for a stop. Here a supervisor stops when its own context says so, whatever a child says.
    story(|world| async move {
        let (request, cancel) = Context::background(&world.rt).with_cancel();
        let serves = child("serves", move |rt, life| {
            let request = request.clone();
            async move {
                match life.context.run(request.run(rt.sleep(ms(1000)))).await {
                    // As if it had been told to: it passes on what it was given.
                    Ok(Err(_)) => Exit::Shutdown,
                    Ok(Ok(())) => Exit::Normal,
                    Err(_) => Exit::Shutdown,
                }
            }
        });
        let (task, handle) =
            world.begin(Config { pauses: pauses(ms(100)), ..often() }, vec![serves, world.steady("a")]);
        world.pass(50).await;
        cancel.cancel();
        world.pass(60).await;
        assert!(!task.is_over() && handle.restarts() == 1, "a permanent child is begun anew after any end");
        assert_eq!(handle.state("a"), Some(State::Running(1)));
        world.stop(&task).await;
    });
}

fn pauses(base: Duration) -> Pauses {
    use heartrace::patterns::backoff::{Backoff, Growth, Jitter};
    Pauses::new(Backoff { growth: Growth::Constant, base, max: base, jitter: Jitter::None }, Duration::ZERO)
}

// ---------------------------------------------------------------- task-supervisor

#[test]
fn s069_s070_a_failing_task_is_begun_again_and_again() {
    story(|world| async move {
        let (task, handle) = world.begin(often(), vec![world.ends("a", FAILED, ms(10), 3)]);
        world.pass(100).await;
        assert_eq!((world.read().as_str(), handle.restarts()), ("a+ a! a+ a! a+ a! a+", 3));
        world.stop(&task).await;
    });
    // Without an intensity a steward never gives up.
    story(|world| async move {
        let lives = Rc::new(Cell::new(0));
        let count = lives.clone();
        let ward = Ward::new(move |rt, _| {
            count.set(count.get() + 1);
            let inner = rt.clone();
            let task = rt.spawn("ward", async move {
                inner.sleep(ms(10)).await;
                FAILED
            });
            Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
        });
        let config = steward::Config { restart: Some(Restart::Permanent), ..steward::Config::book(ms(4000)) };
        let life = Life { context: world.context.clone(), pulse: ms(2000), epoch: 1 };
        let signs = steward_over("steward", config, ward).unwrap().begin(&world.rt, life);
        world.pass(10_005).await;
        assert_eq!((lives.get(), signs.task.is_over()), (1001, false));
        world.cancel.cancel();
        assert_eq!(Exit::of(signs.task.join().await), Exit::Shutdown);
    });
}

#[test]
fn s071_too_many_that_are_dead_end_all() {
    for (share, is_over) in [(400, true), (499, true), (500, false), (600, false)] {
        story(move |world| async move {
            let config = Config { auto_shutdown: AutoShutdown::Share(share), ..Config::default() };
            let dies = world.ends("dies", FAILED, ms(10), 1).restart(Restart::Temporary).significant();
            let lives = world.steady("lives").restart(Restart::Transient).significant();
            let (task, _) = world.begin(config, vec![lives, dies, world.steady("bystander")]);
            world.pass(20).await;
            assert_eq!(task.is_over(), is_over, "one of two, of which more than {share} in a thousand are too many");
            let stopped = if is_over { "bystander- lives-" } else { "" };
            assert_eq!(world.read(), format!("lives+ dies+ bystander+ dies! {stopped}").trim_end());
            if !is_over {
                world.stop(&task).await;
            }
        });
    }
    let config = Config { auto_shutdown: AutoShutdown::Share(1000), ..Config::default() };
    assert_eq!(Supervisor::new(config, vec![]).map(drop).map_err(|error| error.field), Err("share"));
}

// ---------------------------------------------------------------- ractor

/// Where a child fails.
#[derive(Clone, Copy, Debug)]
enum When {
    Beginning,
    Working,
    Stopping,
}

#[test]
fn s074_to_s079_whenever_a_child_fails_its_supervisor_knows() {
    // **Differs**: what upstream's panics are is a crash here, or a value; a panic ends the session (P-W6).
    for when in [When::Beginning, When::Working, When::Stopping] {
        for crashes in [true, false] {
            let setting = match (crashes, when) {
                (false, _) => Setting::default(),
                (true, When::Beginning) => crash("child", 0),
                (true, When::Working) => crash("child", 50),
                (true, When::Stopping) => crash("child", 150),
            };
            story_in(setting, move |world| async move {
                let fails = child("child", move |rt, life| async move {
                    let fails_at = |now| !crashes && when as u32 == now as u32;
                    if fails_at(When::Beginning) {
                        return FAILED;
                    }
                    let working = async {
                        rt.sleep(ms(50)).await;
                        !fails_at(When::Working)
                    };
                    if let Ok(false) = life.context.run(working).await {
                        return FAILED;
                    }
                    life.context.done().await;
                    rt.sleep(ms(100)).await;
                    if fails_at(When::Stopping) { FAILED } else { Exit::Shutdown }
                });
                let (task, handle) =
                    world.begin(often(), vec![fails.restart(Restart::Temporary), world.steady("other")]);
                world.pass(100).await;
                let seen = handle.state("child");
                match when {
                    When::Beginning | When::Working => {
                        assert_eq!(seen, None, "a temporary child that has failed is gone")
                    }
                    When::Stopping => assert_eq!(seen, Some(State::Running(1))),
                }
                assert_eq!(handle.state("other"), Some(State::Running(1)));
                world.stop(&task).await;
                let expected = if crashes { Exit::Crashed } else { FAILED };
                let told =
                    handle.report().into_iter().find(|(name, _)| name == "child").map(|(_, stopped)| stopped.exit());
                let expected = matches!(when, When::Stopping).then_some(expected);
                assert_eq!(told, expected, "{when:?}, crashes: {crashes}");
            });
        }
    }
}

#[test]
fn s080_s081_a_supervisor_that_fails_is_a_child_that_fails() {
    // A crash of the inner one; and an inner one whose children do not begin.
    story_in(crash("inner", 50), |world| async move {
        let inner = Supervisor::new(often(), vec![world.steady("a")]).unwrap();
        let config = Config { pauses: pauses(ms(10)), ..often() };
        let (task, handle) = world.begin(config, vec![Child::supervisor("inner", inner), world.steady("b")]);
        world.pass(100).await;
        assert_eq!((handle.restarts(), handle.state("inner")), (1, Some(State::Running(2))));
        // What crashed stands still: its child was not told, and the new life has one of its own.
        assert_eq!(world.read(), "b+ a+ a+");
        world.stop(&task).await;
        assert_eq!(world.read(), "b- a-");
    });
    story(|world| async move {
        let inner = Supervisor::new(often(), vec![world.steady("a"), world.stumbles("c", 1, 3)]).unwrap();
        let config =
            Config { pauses: pauses(ms(10)), intensity: Intensity::ELIXIR, strategy: Strategy::OneForOne, ..often() };
        let (task, handle) = world.begin(config, vec![Child::supervisor("inner", inner)]);
        world.pass(100).await;
        assert_eq!(world.read(), "a+ c? a- a+ c? a- a+ c+");
        assert_eq!((handle.restarts(), handle.state("inner")), (2, Some(State::Running(3))));
        world.stop(&task).await;
    });
}
