//! Two tasks take two locks in opposite order: stuck for ever; moving for ever with equal timeouts; done with random ones.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::progress::{EverybodyDone, NobodyStuck};
use crate::patterns::lock::Lock;
use crate::patterns::timeout::timeout;
use crate::runtime::Runtime;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "deadlock",
    chapter: "5.2",
    parameters: PARAMETERS,
    tasks: &["main", "left", "right"],
    cancels: &[],
    channels: &["lock-a", "lock-b"],
    claims: &[
        ClaimInfo::expected("nobody-stuck", expect_moving, |_| Box::new(NobodyStuck::default())),
        ClaimInfo::expected("everybody-done", expect_done, |_| Box::new(EverybodyDone::of(&["left", "right"])))
            .about_time(),
    ],
    outcome: None,
    sources: &["src/scenarios/deadlock.rs", "src/patterns/lock.rs", "src/patterns/timeout.rs"],
    presets: &[
        ("stuck", ""),
        ("in-step", "policy=equal"),
        ("random", "policy=random"),
        ("ordered", "policy=ordered"),
        ("no-room", "policy=random&spread=50ms&rounds=3"),
        ("out-of-step", "policy=equal&fault=left:hang@650ms%2B150ms"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("policy", "none", &["none", "equal", "random", "ordered"]),
    Parameter::duration("timeout", "500ms", "1ms", "1h"),
    Parameter::duration("work", "100ms", "1ms", "1h"),
    Parameter::duration("undo", "50ms", "1ms", "1h"),
    Parameter::duration("spread", "1s", "1ms", "1h"),
    Parameter::count("rounds", 20, 1, 1_000),
];

#[derive(Clone, Copy)]
struct Plan {
    policy: &'static str,
    timeout: Duration,
    work: Duration,
    undo: Duration,
    spread: Duration,
    rounds: u64,
}

fn expect_moving(params: &Params) -> Expect {
    if params.choice("policy") == "none" { Expect::Breaks } else { Expect::Always }
}

/// Pauses drawn from ten times the work and more collide in one round out of five at most: hardly ever in fifteen.
fn expect_done(params: &Params) -> Expect {
    let has_room = params.duration("spread") >= 10 * params.duration("work") && params.count("rounds") >= 15;
    match params.choice("policy") {
        "ordered" => Expect::Always,
        "random" if has_room => Expect::Always,
        _ => Expect::Breaks,
    }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let plan = Plan {
        policy: params.choice("policy"),
        timeout: params.duration("timeout"),
        work: params.duration("work"),
        undo: params.duration("undo"),
        spread: params.duration("spread"),
        rounds: params.count("rounds"),
    };
    let rt = rt.clone();
    Box::pin(async move {
        let _ = rt.spawn("main", begin(rt.clone(), plan)).join().await;
    })
}

/// Starts the two, each with the locks in its own order, unless everybody has agreed on one.
async fn begin(rt: Runtime, plan: Plan) {
    let (a, b) = (Lock::new(&rt, "lock-a"), Lock::new(&rt, "lock-b"));
    let others = if plan.policy == "ordered" { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
    let left = rt.spawn("left", transfer(rt.clone(), "left", plan, a, b));
    let right = rt.spawn("right", transfer(rt.clone(), "right", plan, others.0, others.1));
    let _ = left.join().await;
    let _ = right.join().await;
}

/// Works under the first lock, then under both. If the second does not come in time it puts everything back, lets the
/// first go and begins anew.
async fn transfer(rt: Runtime, name: &'static str, plan: Plan, first: Lock, second: Lock) {
    for round in 1..=plan.rounds {
        let one = first.hold().await;
        rt.work(plan.work).await;
        let two = match plan.policy {
            "equal" | "random" => timeout(&rt, plan.timeout, second.hold()).await.ok(),
            _ => Some(second.hold().await),
        };
        if let Some(_two) = two {
            rt.work(plan.work).await;
            rt.note("done in round {}", [round as u32, 0]);
            rt.log(format!("{name}: done in round {round}"));
            return;
        }
        rt.note("back to the beginning of round {}", [round as u32 + 1, 0]);
        rt.work(plan.undo).await;
        drop(one);
        if plan.policy == "random" {
            let pause = rt.draw("pause", 0, plan.spread.as_nanos() as u64);
            rt.sleep(Duration::from_nanos(pause)).await;
        }
    }
    rt.log(format!("{name}: gave up after {} rounds", plan.rounds));
}
