//! A worker that stops without a word: nothing is closed, nothing is said, and still its silence is noticed in time.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::signs::{EverySendTaken, OnlyTheSilentSuspected, SilenceNoticed};
use crate::patterns::heartbeat::{Pulse, deliver_at_any_cost};
use crate::runtime::{Cause, Of3, Reason, Runtime, Sender, Signal, Time, select, wall};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "silent-worker",
    chapter: "5.3",
    parameters: PARAMETERS,
    tasks: &["main", "worker"],
    cancels: &["worker"],
    channels: &["heartbeat", "results"],
    claims: &[
        ClaimInfo::always("silence-noticed", |params| {
            Box::new(SilenceNoticed::within(params.duration("timeout"), &["heartbeat", "results"]))
        })
        .about_time(),
        ClaimInfo::expected("only-silent-suspected", suspects, |_| {
            Box::new(OnlyTheSilentSuspected::watching("worker"))
        })
        .about_time(),
        ClaimInfo::always("results-kept", |_| Box::new(EverySendTaken::on("results"))),
        // The consumer leaves a worker that seems silent; at any speed that may be a healthy one.
        ClaimInfo::expected("no-orphans", suspects, |_| Box::new(NoOrphans::default())).about_time(),
    ],
    outcome: None,
    sources: &["src/scenarios/silent_worker.rs", "src/patterns/heartbeat.rs"],
    presets: &[
        ("silent", ""),
        ("impatient", "timeout=1.25s"),
        ("longer-life", "rounds=7"),
        ("hang", "rounds=100&fault=worker:hang@3.5s%2B4s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("timeout", "2s", "1ms", "1h"),
    Parameter::duration("pulse", "1s", "1ms", "1h"),
    Parameter::duration("work", "2s", "1ms", "1h"),
    Parameter::duration("stop", "10s", "0s", "1h"),
    Parameter::count("rounds", 2, 0, 10_000),
];

/// A pulse is refused only to a consumer who has just heard something else: signs come as often as the more frequent
/// of pulse and work, and a healthy worker that is slower than the timeout is suspected.
fn suspects(params: &Params) -> Expect {
    let [pulse, work, timeout, stop] = ["pulse", "work", "timeout", "stop"].map(|name| params.duration(name));
    if pulse.min(work) < timeout || stop < timeout { Expect::Always } else { Expect::Breaks }
}

#[derive(Clone, Copy)]
struct Plan {
    timeout: Duration,
    pulse: Duration,
    work: Duration,
    stop: Duration,
    rounds: u64,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let plan = Plan {
        timeout: params.duration("timeout"),
        pulse: params.duration("pulse"),
        work: params.duration("work"),
        stop: params.duration("stop"),
        rounds: params.count("rounds"),
    };
    let rt = rt.clone();
    Box::pin(async move {
        let _ = rt.spawn("main", listen(rt.clone(), plan)).join().await;
    })
}

/// The consumer: every pulse and every result begins the silence anew.
async fn listen(rt: Runtime, plan: Plan) {
    let done = rt.input("worker");
    let closing = done.clone();
    let _stop = rt.later(plan.stop, move |rt| {
        closing.give(rt, Cause::new(Reason::Shutdown, "time is up"));
    });
    let (heart, heartbeat) = rt.channel("heartbeat", 0);
    let (made, results) = rt.channel("results", 0);
    rt.spawn("worker", work(rt.clone(), plan, heart, made, done));
    let mut signs = 0;
    loop {
        match select((heartbeat.recv(&rt), results.recv(&rt), rt.sleep(plan.timeout))).await {
            Of3::A(Some(())) => rt.log("pulse"),
            Of3::B(Some(at)) => rt.log(format!("results {}", wall::timestamp(at))),
            Of3::A(None) | Of3::B(None) => return,
            Of3::C(()) => {
                rt.note("silence after {} signs of life", [signs, 0]);
                rt.log("worker goroutine is not healthy!");
                return;
            }
        }
        signs += 1;
    }
}

/// The worker: a few rounds, then it is gone, and both its channels stay open.
async fn work(rt: Runtime, plan: Plan, heart: Sender<()>, results: Sender<Time>, done: Signal) {
    let pulse = Pulse::every(&rt, plan.pulse, heart);
    let jobs = rt.interval(plan.work);
    for _ in 0..plan.rounds {
        match select((done.wait(&rt), pulse.due(), jobs.tick())).await {
            Of3::A(_) => return,
            Of3::B(_) => {
                pulse.beat(&rt);
            }
            Of3::C(at) => {
                let _ = deliver_at_any_cost(&rt, at, &results, &pulse).await;
            }
        }
    }
}
