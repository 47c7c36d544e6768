//! A healthy ward that is restarted all the same: its pulse finds the steward busy with its own, and the next one
//! arrives with the deadline.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::signs::OnlyTheSilentSuspected;
use crate::patterns::cancel::Context;
use crate::patterns::heartbeat::Pulse;
use crate::patterns::steward::{Config, Exit, Life, Signs, Ward, steward};
use crate::runtime::{Cause, Of2, Reason, Runtime, Task, Variable, select};
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "healthy-ward-restarted",
    chapter: "5.6",
    parameters: PARAMETERS,
    tasks: &["main", "steward", "ward"],
    cancels: &[],
    channels: &["heartbeat", "steward-heartbeat"],
    claims: &[ClaimInfo::expected("only-silent-suspected", suspects, |_| {
        Box::new(OnlyTheSilentSuspected::watching("ward"))
    })
    .about_time()],
    outcome: None,
    sources: &[
        "src/scenarios/healthy_ward_restarted.rs",
        "src/patterns/steward/watch.rs",
        "src/patterns/heartbeat.rs",
        "src/patterns/steward/mod.rs",
    ],
    presets: &[
        ("lucky", ""),
        ("unlucky", "order=seeded&seed=1"),
        ("one-place", "capacity=1&order=seeded&seed=1"),
        ("third", "pulse=1.333333333s&order=seeded&seed=1"),
        ("three-coincidences", "horizon=13s"),
        ("hidden-tab", "horizon=30s&fault=steward:hang@10.5s%2B10s"),
        ("guarded", "horizon=30s&guard=500ms&fault=steward:hang@10.5s%2B10s"),
    ],
    check: |params| plan(params).config.check(),
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("timeout", "4s", "1ms", "1h"),
    Parameter::duration("pulse", "2s", "1ms", "1h"),
    Parameter::count("capacity", 0, 0, 1),
    Parameter::duration("steward-pulse", "4s", "1ms", "1h"),
    Parameter::duration("horizon", "60s", "0s", "1h"),
    Parameter::duration("guard", "0s", "0s", "1h"),
];

/// Whether some order of what happens at one instant restarts a healthy ward.
///
/// A pulse is lost only at an instant at which the steward pulses too. A restart needs all pulses strictly within
/// a timeout to be lost: with one, a single coincidence is enough; two in a row coincide only if each pulse of the
/// ward does. One place of room keeps the pulse for the steward.
fn suspects(params: &Params) -> Expect {
    let nanos = |name: &str| params.duration(name).as_nanos();
    let (timeout, pulse, own) = (nanos("timeout"), nanos("pulse"), nanos("steward-pulse"));
    let inside = timeout.div_ceil(pulse) - 1;
    let first_loss = match inside {
        1 => own / gcd(pulse, own) * pulse,
        _ => pulse,
    };
    let coincides = inside == 1 || pulse % own == 0;
    let in_time = first_loss - pulse + timeout < nanos("horizon");
    if params.count("capacity") == 0 && coincides && in_time { Expect::Breaks } else { Expect::Always }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

struct Plan {
    config: Config,
    capacity: usize,
    steward_pulse: Duration,
    horizon: Duration,
}

fn plan(params: &Params) -> Plan {
    let guard = params.duration("guard");
    let config = Config {
        pulse: params.duration("pulse"),
        pause: (!guard.is_zero()).then_some(guard),
        ..Config::book(params.duration("timeout"))
    };
    Plan {
        config,
        capacity: params.count("capacity") as usize,
        steward_pulse: params.duration("steward-pulse"),
        horizon: params.duration("horizon"),
    }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let lives = Lives::new(&rt, Vec::new());
        let _ = rt.spawn("main", main(rt.clone(), plan, lives.clone())).join().await;
        for life in lives.change(std::mem::take) {
            let _ = life.join().await;
        }
    })
}

type Lives = Variable<Vec<Rc<Task<Exit>>>>;

/// Begins the steward and listens to its pulses, as somebody has to.
async fn main(rt: Runtime, plan: Plan, lives: Lives) {
    let (context, cancel) = Context::background(&rt).with_cancel();
    let _stop = rt.later(plan.horizon, move |_| cancel.because(Cause::new(Reason::Shutdown, "time is up")));
    let healthy = Ward::new(move |rt, life| {
        let signs = healthy(rt, life, plan.capacity);
        lives.change(|lives| lives.push(signs.task.clone()));
        signs
    });
    let Ok(steward) = steward("steward", plan.config, healthy) else { return };
    let steward = steward.begin(&rt, Life { context, pulse: plan.steward_pulse, epoch: 1 });
    while steward.heartbeat.recv(&rt).await.is_some() {}
}

/// A ward that does what it is asked: it pulses in time, does a unit of work each time, and stops when it is told to.
fn healthy(rt: &Runtime, life: Life, capacity: usize) -> Signs {
    let (heart, heartbeat) = rt.channel("heartbeat", capacity);
    let inner = rt.clone();
    let task = rt.spawn("ward", async move {
        let pulse = Pulse::every(&inner, life.pulse, heart);
        let mut done = 0;
        while let Of2::A(_) = select((pulse.due(), life.context.done())).await {
            done += 1;
            pulse.beat_with(&inner, done);
        }
        Exit::Shutdown
    });
    Signs { heartbeat, task: Rc::new(task) }
}
