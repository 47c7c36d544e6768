//! One stream over many lives: the ward stumbles over a poisoned value, is begun anew, and nobody downstream notices.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::lives::{AllTaken, NoRepeats};
use crate::patterns::bridge::{Switch, bridge, take};
use crate::patterns::cancel::Context;
use crate::patterns::heartbeat::Pulse;
use crate::patterns::steward::{Change, Config, Exit, Handover, Life, Signs, Ward, steward};
use crate::runtime::{Cause, Of2, Of3, Reason, Receiver, Runtime, Sender, Variable, select};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "restarted-stream",
    chapter: "5.6",
    parameters: PARAMETERS,
    tasks: &["main", "steward", "ward", "bridge", "or-done", "take"],
    cancels: &[],
    channels: &["streams", "values", "heartbeat", "or-done", "bridge", "take"],
    claims: &[
        ClaimInfo::expected("all-taken", all_taken, |params| {
            Box::new(AllTaken::from("take", params.count("take") as u32))
        })
        .about_time(),
        ClaimInfo::expected("no-repeats", no_repeats, |_| Box::new(NoRepeats::on("take"))),
        ClaimInfo::expected("no-orphans", unless_killed, |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/restarted_stream.rs",
        "src/patterns/bridge.rs",
        "src/patterns/steward/mod.rs",
        "src/patterns/steward/watch.rs",
    ],
    presets: &[
        ("book", ""),
        ("any-order", "order=seeded&seed=5"),
        ("goes-on", "list=kept&take=5"),
        ("trap", "list=kept&stop=10ms"),
        ("two", "take=2"),
    ],
    check: |params| config(params).check(),
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("timeout", "1ms", "1us", "1h"),
    Parameter::duration("steward-pulse", "1h", "1us", "1h"),
    Parameter::count("take", 6, 1, 1_000),
    Parameter::choice("list", "fresh", &["fresh", "kept"]),
    Parameter::choice("handover", "overlap", &["overlap", "kill"]),
    Parameter::duration("stop", "100ms", "0s", "1h"),
];

/// What each life is to send; below zero is poison.
const VALUES: [i64; 6] = [1, 2, -1, 3, 4, 5];

/// A fresh list gives two values in each life; a kept one two, then three, then none.
fn all_taken(params: &Params) -> Expect {
    let take = params.count("take");
    let restarts = match params.choice("list") {
        "kept" if take > 5 => return Expect::Breaks,
        "kept" => u64::from(take > 2),
        _ => (take - 1) / 2,
    };
    let needed = params.duration("timeout").saturating_mul(restarts as u32);
    if needed < params.duration("stop") { Expect::Always } else { Expect::Breaks }
}

/// Whoever begins anew with a fresh list sends again what it sent before.
fn no_repeats(params: &Params) -> Expect {
    let fresh = params.choice("list") == "fresh";
    let second_life = params.count("take") > 2 && params.duration("timeout") <= params.duration("stop");
    if fresh && second_life { Expect::Breaks } else { Expect::Always }
}

fn unless_killed(params: &Params) -> Expect {
    if params.choice("handover") == "kill" { Expect::Always } else { Expect::Breaks }
}

fn config(params: &Params) -> Config {
    let timeout = params.duration("timeout");
    let handover = match params.choice("handover") {
        "kill" => Handover::Kill(timeout),
        _ => Handover::Overlap,
    };
    Config { handover, ..Config::book(timeout) }
}

struct Plan {
    config: Config,
    pulse: Duration,
    take: u32,
    kept: bool,
    stop: Duration,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let rt = rt.clone();
    let plan = Plan {
        config: config(params),
        pulse: params.duration("steward-pulse"),
        take: params.count("take") as u32,
        kept: params.choice("list") == "kept",
        stop: params.duration("stop"),
    };
    Box::pin(async move {
        let _ = rt.spawn("main", main(rt.clone(), plan)).join().await;
    })
}

/// The reader: takes so many values, from however many lives, and has everything stopped.
async fn main(rt: Runtime, plan: Plan) {
    let (context, cancel) = Context::background(&rt).with_cancel();
    let stop = cancel.clone();
    let _stop = rt.later(plan.stop, move |_| stop.because(Cause::new(Reason::Shutdown, "time is up")));
    let (announce, streams) = rt.channel("streams", 0);
    let bridged = bridge(&rt, &context, streams, Switch::WhenClosed);
    let hook = |rt: &Runtime, _: u32, change: Change| {
        if let Change::Unwell(_) = change {
            rt.log("steward: ward unhealthy; restarting");
        }
    };
    let config = Config { hook: Some(Rc::new(hook)), ..plan.config };
    let Ok(steward) = steward("steward", config, generator(&rt, announce, plan.kept)) else { return };
    let steward = steward.begin(&rt, Life { context: context.clone(), pulse: plan.pulse, epoch: 1 });
    let taken = take(&rt, &context, bridged.out, plan.take);
    while let Some(value) = taken.out.recv(&rt).await {
        rt.log(format!("Received: {value}"));
    }
    cancel.because(Cause::new(Reason::Shutdown, "enough"));
    let _ = taken.task.join().await;
    let _ = bridged.task.join().await;
    let _ = steward.task.join().await;
}

/// A ward that announces a stream of its own in each life, then sends its values. It closes that stream when it
/// ends, but not its heart: whoever waits for a closed one would be answered at once, for ever.
fn generator(rt: &Runtime, announce: Sender<Receiver<i64>>, kept: bool) -> Ward {
    let list = Variable::new(rt, VecDeque::from(VALUES));
    Ward::new(move |rt, life| {
        // Shared, the list goes on where the last life left it; a copy begins anew.
        let list = if kept { list.clone() } else { Variable::new(rt, list.get()) };
        let (heart, heartbeat) = rt.channel("heartbeat", 0);
        let (rt_inner, announce) = (rt.clone(), announce.clone());
        let task = rt.spawn("ward", async move {
            let rt = rt_inner;
            let (send, stream) = rt.channel("values", 0);
            let exit = match select((announce.send(&rt, stream), life.context.done())).await {
                Of2::A(_) => generate(&rt, &life, list, heart, &send).await,
                Of2::B(_) => Exit::Shutdown,
            };
            send.close(&rt);
            exit
        });
        Signs { heartbeat, task: Rc::new(task) }
    })
}

async fn generate(
    rt: &Runtime,
    life: &Life,
    list: Variable<VecDeque<i64>>,
    heart: Sender<u32>,
    send: &Sender<i64>,
) -> Exit {
    let pulse = Pulse::every(rt, life.pulse, heart);
    let mut sent = 0;
    loop {
        let next = list.change(VecDeque::pop_front);
        let Some(value) = next else { return Exit::Normal };
        if value < 0 {
            rt.log(format!("negative value: {value}"));
            return Exit::Failed("negative value");
        }
        loop {
            match select((pulse.due(), send.send(rt, value), life.context.done())).await {
                Of3::A(_) => _ = pulse.beat_with(rt, sent),
                Of3::B(_) => break sent += 1,
                Of3::C(_) => return Exit::Shutdown,
            }
        }
    }
}
