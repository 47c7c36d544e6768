//! A pulse before each unit of work: one place of room keeps it for a listener who is late, and no result is lost.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claims::NoOrphans;
use crate::analysis::lives::AllTaken;
use crate::analysis::signs::EverySendTaken;
use crate::patterns::heartbeat::Heart;
use crate::runtime::{Of2, Runtime, Sender, Signal, select};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "work-unit-heartbeat",
    chapter: "5.3",
    parameters: PARAMETERS,
    tasks: &["main", "worker"],
    cancels: &["worker"],
    channels: &["heartbeat", "results"],
    claims: &[
        ClaimInfo::always("results-kept", |_| Box::new(EverySendTaken::on("results"))),
        ClaimInfo::always("all-taken", |params| Box::new(AllTaken::from("results", params.count("units") as u32))),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &["src/scenarios/work_unit_heartbeat.rs", "src/patterns/heartbeat.rs"],
    presets: &[
        ("alternating", ""),
        ("swapped", "late=1s&order=seeded&seed=3"),
        ("late-listener", "late=1s"),
        ("no-room", "late=1s&capacity=0"),
        ("slow-units", "unit=500ms"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::count("units", 10, 1, 10_000),
    Parameter::count("capacity", 1, 0, 1),
    Parameter::duration("unit", "0s", "0s", "1h"),
    Parameter::duration("late", "0s", "0s", "1h"),
];

#[derive(Clone, Copy)]
struct Plan {
    units: u64,
    capacity: usize,
    unit: Duration,
    late: Duration,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let plan = Plan {
        units: params.count("units"),
        capacity: params.count("capacity") as usize,
        unit: params.duration("unit"),
        late: params.duration("late"),
    };
    let rt = rt.clone();
    Box::pin(async move {
        let _ = rt.spawn("main", listen(rt.clone(), plan)).join().await;
    })
}

/// The consumer: pulses and results, until the worker has closed both.
async fn listen(rt: Runtime, plan: Plan) {
    let done = rt.input("worker");
    let (heart, heartbeat) = rt.channel("heartbeat", plan.capacity);
    let (made, results) = rt.channel("results", 0);
    let worker = rt.spawn("worker", work(rt.clone(), plan, Heart::new(heart), made, done));
    if !plan.late.is_zero() {
        rt.sleep(plan.late).await;
    }
    loop {
        match select((heartbeat.recv(&rt), results.recv(&rt))).await {
            Of2::A(Some(())) => rt.log("pulse"),
            Of2::B(Some(value)) => rt.log(format!("results {value}")),
            Of2::A(None) | Of2::B(None) => break,
        }
    }
    let _ = worker.join().await;
}

/// The worker: a pulse, then a unit of work, each sent by itself: in one select a pulse would be sent instead of
/// a result.
async fn work(rt: Runtime, plan: Plan, heart: Heart, results: Sender<u32>, done: Signal) {
    for _ in 0..plan.units {
        heart.beat(&rt);
        if !plan.unit.is_zero() {
            rt.work(plan.unit).await;
        }
        let value = rt.draw("value", 0, 9) as u32;
        if let Of2::A(_) = select((done.wait(&rt), results.send(&rt, value))).await {
            break;
        }
    }
    // Closed in this order, the last declared first.
    results.close(&rt);
    heart.close(&rt);
}
