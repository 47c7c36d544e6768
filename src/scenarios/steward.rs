//! A steward and its irresponsible ward: silence means restart, and the old life overlaps the new one.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::claims::{CancelHeard, NoOrphans};
use crate::analysis::lives::OneLife;
use crate::analysis::signs::SilenceNoticed;
use crate::patterns::cancel::Context;
use crate::patterns::steward::{Change, Config, Exit, Handover, Life, Signs, Ward, steward};
use crate::runtime::{Cause, Of2, Reason, Receiver, Runtime, Task, select};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "steward",
    chapter: "5.6",
    parameters: PARAMETERS,
    tasks: &["main", "steward", "ward"],
    channels: &["steward-heartbeat"],
    claims: &[
        ClaimInfo::always("silence-noticed", |params| {
            Box::new(SilenceNoticed::within(params.duration("timeout"), &[]))
        })
        .about_time(),
        ClaimInfo::always("cancel-heard", |_| Box::new(CancelHeard::within(Duration::ZERO))).about_time(),
        ClaimInfo::expected("one-life", unless_killed, |_| Box::new(OneLife::of("ward"))),
        ClaimInfo::expected("no-orphans", unless_killed, |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/steward.rs",
        "src/patterns/steward/mod.rs",
        "src/patterns/steward/watch.rs",
        "src/patterns/steward/ward.rs",
    ],
    presets: &[
        ("book", ""),
        ("swapped", "order=seeded&seed=2"),
        ("slow-to-stop", "lag=6s&stop=13s"),
        ("kill", "handover=kill&lag=1.5s"),
        ("deaf", "handover=kill&lag=1h&grace=500ms"),
        ("zombie", "handover=fence&lag=1h&grace=500ms"),
    ],
    check: |params| plan(params).config.check(),
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("timeout", "4s", "1ms", "1h"),
    Parameter::duration("steward-pulse", "4s", "1ms", "1h"),
    Parameter::duration("stop", "9s", "0s", "1h"),
    Parameter::choice("handover", "overlap", &["overlap", "kill", "fence"]),
    Parameter::duration("grace", "2s", "0s", "1h"),
    Parameter::duration("lag", "0s", "0s", "1h"),
];

/// Only a steward that can make sure of the end of the old life keeps lives apart.
fn unless_killed(params: &Params) -> Expect {
    if params.choice("handover") == "kill" { Expect::Always } else { Expect::Breaks }
}

struct Plan {
    config: Config,
    pulse: Duration,
    stop: Duration,
    lag: Duration,
}

fn plan(params: &Params) -> Plan {
    let grace = params.duration("grace");
    let handover = match params.choice("handover") {
        "kill" => Handover::Kill(grace),
        "fence" => Handover::Fence(grace),
        _ => Handover::Overlap,
    };
    Plan {
        config: Config { handover, ..Config::book(params.duration("timeout")) },
        pulse: params.duration("steward-pulse"),
        stop: params.duration("stop"),
        lag: params.duration("lag"),
    }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        // Every life, so that the run lasts as long as the last of them.
        let lives = Rc::new(RefCell::new(Vec::new()));
        let _ = rt.spawn("main", main(rt.clone(), plan, lives.clone())).join().await;
        for life in lives.take() {
            let _ = life.join().await;
        }
    })
}

type Lives = Rc<RefCell<Vec<Rc<Task<Exit>>>>>;

/// Begins the steward, listens to its pulses, and has everything stopped in the end.
async fn main(rt: Runtime, plan: Plan, lives: Lives) {
    let (context, cancel) = Context::background(&rt).with_cancel();
    let halting = cancel.clone();
    let _stop = rt.later(plan.stop, move |rt| {
        rt.log("main: halting steward and ward.");
        halting.because(Cause::new(Reason::Shutdown, "time is up"));
    });
    let hook = |rt: &Runtime, _: u32, change: Change| {
        if let Change::Unwell(_) = change {
            rt.log("steward: ward unhealthy; restarting");
        }
    };
    let config = Config { hook: Some(Rc::new(hook)), ..plan.config };
    let irresponsible = Ward::new(move |rt, life| {
        let signs = irresponsible(rt, life, plan.lag);
        lives.borrow_mut().push(signs.task.clone());
        signs
    });
    let Ok(steward) = steward("steward", config, irresponsible) else { return };
    let steward = steward.begin(&rt, Life { context, pulse: plan.pulse, epoch: 1 });
    let button = rt.input("steward");
    while let Of2::A(Some(_)) | Of2::B(_) = select((steward.heartbeat.recv(&rt), button.wait(&rt))).await {
        if let Some(cause) = button.given() {
            cancel.because(cause);
            while steward.heartbeat.recv(&rt).await.is_some() {}
            break;
        }
    }
    rt.log("Done");
}

/// A ward that gives no signs of life whatever it is asked for; it stops when it is told to, sooner or later.
fn irresponsible(rt: &Runtime, life: Life, lag: Duration) -> Signs {
    rt.log("ward: Hello, I'm irresponsible!");
    let inner = rt.clone();
    let task = rt.spawn("ward", async move {
        life.context.done().await;
        if !lag.is_zero() {
            inner.work(lag).await;
        }
        inner.log("ward: I am halting.");
        Exit::Shutdown
    });
    Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
}
