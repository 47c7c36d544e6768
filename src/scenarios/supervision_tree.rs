//! A tree of supervisors: what fails is begun anew, alone or with others; if it fails too often, its supervisor does.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::lives::{NeverNotes, OneLife, StoppedInReverse};
use crate::patterns::backoff::{Backoff, Growth, Jitter};
use crate::patterns::cancel::Context;
use crate::patterns::config::ConfigError;
use crate::patterns::steward::{Exit, Intensity, Life, Pauses, Restarts, Signs, Ward};
use crate::patterns::supervisor::{Child, Config, Shutdown, Stopped, Strategy, Supervisor};
use crate::runtime::{Cause, Of2, Reason, Receiver, Runtime, Time, Variable, select};
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "supervision-tree",
    chapter: "5.6",
    parameters: PARAMETERS,
    tasks: &["main", "top", "store", "pool", "source", "cache", "index", "front"],
    cancels: &["top"],
    channels: &["top-heartbeat", "pool-heartbeat"],
    claims: &[
        ClaimInfo::always("stopped-in-reverse", |_| Box::new(StoppedInReverse::by(&["top", "pool"]))),
        ClaimInfo::always("one-life", |_| Box::new(OneLife::of("cache"))),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
        ClaimInfo::expected("heals", heals, |_| Box::new(NeverNotes::by("pool", &["giveup"]))).about_time(),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/supervision_tree.rs",
        "src/patterns/supervisor/run.rs",
        "src/patterns/supervisor/mod.rs",
        "src/patterns/steward/intensity.rs",
        "src/patterns/steward/restart.rs",
    ],
    presets: &[
        ("one-for-one", ""),
        ("one-for-all", "strategy=all"),
        ("rest-for-one", "strategy=rest"),
        ("pool-gives-up", "failures=100"),
        ("tree-gives-up", "failures=100&period=1m&stop=1m"),
        ("backs-off", "failures=100&backoff=1s&period=4s"),
        ("deaf", "lag=1h"),
        ("crash", "failures=0&fault=source:crash@4s"),
    ],
    check: |params| supervisors(&plan(params), || false).map(drop),
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("strategy", "one", &["one", "all", "rest"]),
    Parameter::duration("fails-after", "2s", "10ms", "1h"),
    Parameter::count("failures", 2, 0, 1_000),
    Parameter::count("intensity", 2, 0, 100),
    Parameter::duration("period", "10s", "1ms", "1h"),
    Parameter::duration("backoff", "0s", "0s", "1h"),
    Parameter::duration("grace", "1s", "0s", "1h"),
    Parameter::duration("lag", "200ms", "0s", "1h"),
    Parameter::duration("stop", "20s", "0s", "1h"),
];

/// How often supervisors pulse.
const PULSE: Duration = Duration::from_secs(5);
/// How long a worker is busy without looking up.
const STRETCH: Duration = Duration::from_secs(5);
/// The longest pause before a restart, in first pauses: it doubles three times.
const GROWS_TO: u32 = 8;

struct Plan {
    strategy: Strategy,
    intensity: Intensity,
    pauses: Pauses,
    fails_after: Duration,
    failures: u64,
    grace: Duration,
    lag: Duration,
    stop: Duration,
}

fn plan(params: &Params) -> Plan {
    let base = params.duration("backoff");
    let growth = Growth::Exponential { factor: 2000 };
    let backoff = Backoff { growth, base, max: base * GROWS_TO, jitter: Jitter::None };
    Plan {
        strategy: match params.choice("strategy") {
            "all" => Strategy::OneForAll,
            "rest" => Strategy::RestForOne,
            _ => Strategy::OneForOne,
        },
        intensity: Intensity::Window { most: params.count("intensity") as u32, period: params.duration("period") },
        pauses: Pauses::new(backoff, Duration::ZERO),
        fails_after: params.duration("fails-after"),
        failures: params.count("failures"),
        grace: params.duration("grace"),
        lag: params.duration("lag"),
        stop: params.duration("stop"),
    }
}

/// Whether the pool's first life sees all failures through, reckoned as it happens.
fn heals(params: &Params) -> Expect {
    let mut plan = plan(params);
    // Only what began after the cache is slow to stop.
    let stopping = if plan.strategy == Strategy::OneForOne { Duration::ZERO } else { plan.lag.min(plan.grace) };
    let mut restarts = Restarts::new(plan.intensity);
    let mut now = Time::ZERO;
    for _ in 0..plan.failures {
        now = now + plan.fails_after;
        // What fails at the very moment of the stop may come first.
        if now.since(Time::ZERO) > plan.stop {
            break;
        }
        if !restarts.admit(now) {
            return Expect::Breaks;
        }
        now = now + stopping + plan.pauses.next(0);
    }
    Expect::Always
}

/// The tree: `top` over store, pool and front; `pool` over source, cache and index. Of each life of the cache `fails` is
/// asked whether it will fail.
fn supervisors(plan: &Plan, fails: impl Fn() -> bool + 'static) -> Result<Supervisor, ConfigError> {
    let (lag, grace, fails_after) = (plan.lag, plan.grace, plan.fails_after);
    let steady = |name: &'static str, lag: Duration| {
        let ward = Ward::new(move |rt, life| worker(rt, name, life, None, lag));
        Child::new(name, ward).shutdown(Shutdown::Grace(grace))
    };
    let cache = Ward::new(move |rt, life| worker(rt, "cache", life, fails().then_some(fails_after), Duration::ZERO));
    let cache = Child::new("cache", cache).shutdown(Shutdown::Grace(grace));
    let none = Duration::ZERO;
    let config =
        Config { strategy: plan.strategy, intensity: plan.intensity, pauses: plan.pauses, ..Config::default() };
    let pool = Supervisor::new(config, vec![steady("source", none), cache, steady("index", lag)])?;
    let top = vec![steady("store", none), Child::supervisor("pool", pool), steady("front", none)];
    Supervisor::new(Config { intensity: plan.intensity, ..Config::default() }, top)
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let _ = rt.spawn("main", main(rt.clone(), plan)).join().await;
    })
}

/// Begins the tree, has it stopped in the end, and says how that went.
async fn main(rt: Runtime, plan: Plan) {
    // How many lives of the cache are still to fail, whoever begins them.
    let failures = Variable::new(&rt, plan.failures);
    let fails = move || failures.change(|left| std::mem::replace(left, left.saturating_sub(1)) > 0);
    let Ok(top) = supervisors(&plan, fails) else { return };
    let (context, cancel) = Context::background(&rt).with_cancel();
    let (top, handle) = top.begin(&rt, "top", Life { context, pulse: PULSE, epoch: 1 });
    let (button, stopping) = (rt.input("top"), cancel.clone());
    let _stop = rt.later(plan.stop, move |rt| {
        rt.log("main: stop everything");
        stopping.because(Cause::new(Reason::Shutdown, "time is up"));
    });
    if let Of2::B(cause) = select((top.task.join(), button.wait(&rt))).await {
        cancel.because(cause);
        let _ = top.task.join().await;
    }
    for (name, stopped) in handle.report() {
        match stopped {
            Stopped::Killed => rt.log(format!("main: {name} did not stop in time")),
            Stopped::Before(exit) => rt.log(format!("main: {name} had ended: {}", exit.name())),
            Stopped::InTime(_) => {}
        }
    }
    rt.log(if handle.gave_up() { "main: the tree gave up" } else { "main: all stopped" });
}

/// A worker is busy until it fails or is told to stop, which may take it a while.
fn worker(rt: &Runtime, name: &'static str, life: Life, fails_after: Option<Duration>, lag: Duration) -> Signs {
    rt.log(format!("{name}: begins life {}", life.epoch));
    let inner = rt.clone();
    let task = rt.spawn(name, async move {
        let stretch = fails_after.unwrap_or(STRETCH);
        while let Of2::A(()) = select((inner.work(stretch), life.context.done())).await {
            if fails_after.is_some() {
                inner.log(format!("{name}: fails"));
                return Exit::Failed("failed");
            }
        }
        if !lag.is_zero() {
            inner.work(lag).await;
        }
        inner.log(format!("{name}: stops"));
        Exit::Shutdown
    });
    Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
}
