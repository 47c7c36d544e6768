//! A worker that pulses at intervals: its pulses may be lost, its results never are, and its silence is noticed.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::{CancelHeard, NoOrphans};
use crate::analysis::signs::{EverySendTaken, OnlyTheSilentSuspected, SilenceNoticed};
use crate::patterns::heartbeat::{Pulse, Undelivered, deliver};
use crate::runtime::{Cause, Of3, Reason, Runtime, Sender, Signal, Time, select, wall};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "interval-heartbeat",
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
        ClaimInfo::always("cancel-heard", |_| Box::new(CancelHeard::within(Duration::ZERO))).about_time(),
        // The consumer leaves a worker that seems silent; at any speed that may be a healthy one.
        ClaimInfo::expected("no-orphans", suspects, |_| Box::new(NoOrphans::default())).about_time(),
    ],
    outcome: None,
    sources: &["src/scenarios/interval_heartbeat.rs", "src/patterns/heartbeat.rs"],
    presets: &[
        ("healthy", ""),
        ("slow-work", "work=4s"),
        ("lost-pulse", "order=seeded&seed=3"),
        ("crash", "fault=worker:crash@4.5s"),
        ("short-hang", "fault=worker:hang@4.5s%2B1s"),
        ("slow-pulse", "pulse=3s&work=7s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("timeout", "2s", "1ms", "1h"),
    Parameter::duration("pulse", "1s", "1ms", "1h"),
    Parameter::duration("work", "2s", "1ms", "1h"),
    Parameter::duration("stop", "10s", "0s", "1h"),
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
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let plan = Plan {
        timeout: params.duration("timeout"),
        pulse: params.duration("pulse"),
        work: params.duration("work"),
        stop: params.duration("stop"),
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
            Of3::B(Some(at)) => rt.log(format!("results {}", wall::second(at))),
            Of3::A(None) | Of3::B(None) => return,
            Of3::C(()) => {
                rt.note("silence after {} signs of life", [signs, 0]);
                return;
            }
        }
        signs += 1;
    }
}

/// The worker: waits for work, and its heart beats meanwhile.
async fn work(rt: Runtime, plan: Plan, heart: Sender<()>, results: Sender<Time>, done: Signal) {
    let pulse = Pulse::every(&rt, plan.pulse, heart);
    let jobs = rt.interval(plan.work);
    loop {
        match select((done.wait(&rt), pulse.due(), jobs.tick())).await {
            Of3::A(_) => break,
            Of3::B(_) => {
                pulse.beat(&rt);
            }
            Of3::C(at) => {
                if let Err(Undelivered) = deliver(&rt, at, &results, &pulse, &done).await {
                    break;
                }
            }
        }
    }
    // Closed in this order, the last declared first.
    results.close(&rt);
    pulse.close(&rt);
}
