//! The same request to ten handlers: the first answer counts, the others are told to stop.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claims::{CancelHeard, NoOrphans};
use crate::analysis::copies::FastestWins;
use crate::patterns::cancel::Context;
use crate::patterns::replicate::{Attempt, Budget, Eligible, Policy, Replicator, Share, first_ok};
use crate::runtime::{Of2, Runtime, select, wall};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "replicated-requests",
    chapter: "5.4",
    parameters: PARAMETERS,
    tasks: &[
        "main",
        "handler-0",
        "handler-1",
        "handler-2",
        "handler-3",
        "handler-4",
        "handler-5",
        "handler-6",
        "handler-7",
        "handler-8",
        "handler-9",
    ],
    cancels: &[],
    channels: &["result"],
    claims: &[
        ClaimInfo::always("fastest-wins", |_| Box::new(FastestWins::of("handler-"))).about_time(),
        ClaimInfo::always("cancel-heard", |_| Box::new(CancelHeard::within(Duration::ZERO))).about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/replicated_requests.rs",
        "src/patterns/replicate/race.rs",
        "src/patterns/replicate/copies.rs",
        "src/patterns/replicate/mod.rs",
    ],
    presets: &[
        ("ten", ""),
        ("one", "handlers=1"),
        ("two", "handlers=2"),
        ("close-race", "handlers=10&loads=2"),
        ("crash", "fault=handler-4:crash@500ms"),
        ("lost-answer", "fault=result:drop@1"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[Parameter::count("handlers", 10, 1, 1_000), Parameter::count("loads", 5, 1, 1_000)];

fn start(rt: &Runtime, params: &Params) -> Root {
    let (handlers, loads) = (params.count("handlers") as u32, params.count("loads"));
    let rt = rt.clone();
    Box::pin(async move {
        let _ = rt.spawn("main", ask(rt.clone(), handlers, loads)).join().await;
    })
}

/// Asks everybody, and speaks when all have stopped.
async fn ask(rt: Runtime, handlers: u32, loads: u64) {
    // One request, and every copy of it is paid for.
    let share = Share { per_mille: 1_000 * handlers, start: 0, most: handlers, at_once: handlers };
    let budget = Budget::new(share).expect("there is a handler");
    let replicas = Replicator::new(Policy::replicas(handlers), budget).expect("a handler for each copy");
    let serve = |copy| handle(rt.clone(), copy, loads);
    let context = Context::background(&rt);
    let answer = replicas.ask(&rt, &context, Eligible::Idempotent, "handler", first_ok, serve).await;
    if let Ok(won) = answer {
        rt.log(format!("Received an answer from #{}", won.value));
    }
}

/// The handler was told to stop.
struct Stopped;

/// A handler: busy for one to so many seconds, or until it is told to stop. It prints how long its load takes, even
/// if it was spared the rest of it.
async fn handle(rt: Runtime, copy: Attempt, loads: u64) -> Result<u32, Stopped> {
    let began = rt.now();
    let load = Duration::from_secs(rt.draw("load", 1, loads));
    let done = select((rt.work(load), copy.context.done())).await;
    let took = rt.now().since(began).max(load);
    rt.log(format!("{} took {}", copy.number, wall::duration(took)));
    match done {
        Of2::A(()) => Ok(copy.number),
        Of2::B(_) => Err(Stopped),
    }
}
