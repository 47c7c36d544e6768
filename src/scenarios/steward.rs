//! A steward and its ward, which is irresponsible or stuck: silence means restart, and the old life overlaps the new
//! one; pulses without progress mean nothing to a steward that does not ask.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::claims::{CancelHeard, NoOrphans};
use crate::analysis::lives::{NoStall, OneLife};
use crate::analysis::signs::SilenceNoticed;
use crate::patterns::cancel::Context;
use crate::patterns::heartbeat::Pulse;
use crate::patterns::steward::{Change, Config, Exit, Handover, Hook, Life, Signs, Ward, steward};
use crate::runtime::{Cause, Of2, Reason, Receiver, Runtime, Task, Variable, select};
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "steward",
    chapter: "5.6",
    parameters: PARAMETERS,
    tasks: &["main", "chief", "steward", "ward"],
    cancels: &["steward"],
    channels: &["chief-heartbeat", "steward-heartbeat", "heartbeat"],
    claims: &[
        ClaimInfo::always("silence-noticed", |params| {
            Box::new(SilenceNoticed::within(params.duration("timeout"), &[]))
        })
        .about_time(),
        ClaimInfo::always("cancel-heard", |_| Box::new(CancelHeard::within(Duration::ZERO))).about_time(),
        ClaimInfo::expected("one-life", unless_killed, |_| Box::new(OneLife::of("ward"))),
        ClaimInfo::expected("no-orphans", unless_killed, |_| Box::new(NoOrphans::default())),
        ClaimInfo::expected("no-stall", unless_stuck, |params| Box::new(NoStall::of("ward", stall_limit(params))))
            .about_time(),
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
        ("swapped", "order=seeded&seed=6"),
        ("slow-to-stop", "lag=6s&stop=13s"),
        ("kill", "handover=kill&lag=1.5s"),
        ("deaf", "handover=kill&lag=1h&grace=500ms"),
        ("zombie", "handover=fence&lag=1h&grace=500ms"),
        ("live-lock", "ward=stuck&stop=30s"),
        ("progress", "ward=stuck&stop=30s&progress=5s"),
        ("stacked", "levels=2&handover=kill&stop=30s&fault=steward:hang@5s%2B1h"),
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
    Parameter::choice("ward", "irresponsible", &["irresponsible", "stuck"]),
    Parameter::duration("progress", "0s", "0s", "1h"),
    Parameter::count("levels", 1, 1, 2),
];

/// So many units of work a stuck ward gets done.
const UNITS: u32 = 3;

/// Only a steward that can make sure of the end of the old life keeps lives apart; one that may itself be dropped in
/// the middle of that cannot.
fn unless_killed(params: &Params) -> Expect {
    let is_sure = params.choice("handover") == "kill" && params.count("levels") == 1;
    if is_sure { Expect::Always } else { Expect::Breaks }
}

/// How long a ward may get nothing done: until its silence or its lack of progress is noticed at the next pulse, and
/// it has been seen off.
fn stall_limit(params: &Params) -> Duration {
    let plan = plan(params);
    let grace = match plan.config.handover {
        Handover::Overlap => Duration::ZERO,
        Handover::Kill(grace) | Handover::Fence(grace) => grace,
    };
    plan.config.timeout.max(params.duration("progress")) + plan.config.pulse + grace
}

/// Nobody notices a ward that is stuck and pulses unless its pulses tell how much is done and somebody asks.
fn unless_stuck(params: &Params) -> Expect {
    let Plan { config, stop, stuck, .. } = plan(params);
    let is_unnoticed = stuck && config.progress.is_none() && stop > config.pulse * UNITS + stall_limit(params);
    if is_unnoticed { Expect::Breaks } else { Expect::Always }
}

struct Plan {
    config: Config,
    pulse: Duration,
    stop: Duration,
    lag: Duration,
    stuck: bool,
    /// Of the steward's steward, if there is one: it is more patient, and leaves the steward time to stop its ward.
    chief: Option<Config>,
}

fn plan(params: &Params) -> Plan {
    let grace = params.duration("grace");
    let handover = match params.choice("handover") {
        "kill" => Handover::Kill(grace),
        "fence" => Handover::Fence(grace),
        _ => Handover::Overlap,
    };
    let above = match handover {
        Handover::Overlap => Handover::Overlap,
        Handover::Kill(grace) | Handover::Fence(grace) => Handover::Kill(grace * 2),
    };
    let timeout = params.duration("timeout");
    let chief = Config { handover: above, ..Config::book(timeout * 2) };
    let progress = Some(params.duration("progress")).filter(|progress| !progress.is_zero());
    Plan {
        config: Config {
            handover,
            progress,
            capacity: usize::from(params.count("levels") > 1),
            ..Config::book(timeout)
        },
        pulse: params.duration("steward-pulse"),
        stop: params.duration("stop"),
        lag: params.duration("lag"),
        stuck: params.choice("ward") == "stuck",
        chief: (params.count("levels") > 1).then_some(chief),
    }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        // Every life, so that the run lasts as long as the last of them.
        let lives = Lives::new(&rt, Vec::new());
        let _ = rt.spawn("main", main(rt.clone(), plan, lives.clone())).join().await;
        for life in lives.change(std::mem::take) {
            let _ = life.join().await;
        }
    })
}

type Lives = Variable<Vec<Rc<Task<Exit>>>>;

/// Begins the steward, listens to its pulses, and has everything stopped in the end.
async fn main(rt: Runtime, plan: Plan, lives: Lives) {
    let (context, cancel) = Context::background(&rt).with_cancel();
    let halting = cancel.clone();
    let _stop = rt.later(plan.stop, move |rt| {
        rt.log("main: halting steward and ward.");
        halting.because(Cause::new(Reason::Shutdown, "time is up"));
    });
    let config = Config { hook: Some(says("steward: ward unhealthy; restarting")), ..plan.config };
    let ward = Ward::new(move |rt, life| {
        let begin = if plan.stuck { stuck } else { irresponsible };
        let signs = begin(rt, life, plan.lag);
        lives.change(|lives| lives.push(signs.task.clone()));
        signs
    });
    let Ok(mut top) = steward("steward", config, ward) else { return };
    if let Some(chief) = plan.chief {
        let chief = Config { hook: Some(says("chief: steward unhealthy; restarting")), ..chief };
        let Ok(stacked) = steward("chief", chief, top) else { return };
        top = stacked;
    }
    let steward = top.begin(&rt, Life { context, pulse: plan.pulse, epoch: 1 });
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

/// Prints a line at each restart.
fn says(line: &'static str) -> Hook {
    Rc::new(move |rt, _, change| {
        if let Change::Unwell(_) = change {
            rt.log(line);
        }
    })
}

/// A ward that gives no signs of life whatever it is asked for; it stops when it is told to, sooner or later.
fn irresponsible(rt: &Runtime, life: Life, lag: Duration) -> Signs {
    rt.log("ward: Hello, I'm irresponsible!");
    let inner = rt.clone();
    let task = rt.spawn("ward", async move {
        life.context.done().await;
        halt(&inner, lag).await
    });
    Signs { heartbeat: Receiver::absent(), task: Rc::new(task) }
}

/// A ward that gets a few units of work done and is stuck then; its heart goes on beating.
fn stuck(rt: &Runtime, life: Life, lag: Duration) -> Signs {
    rt.log("ward: Hello, I'm busy!");
    let (heart, heartbeat) = rt.channel("heartbeat", 1);
    let inner = rt.clone();
    let task = rt.spawn("ward", async move {
        let pulse = Pulse::every(&inner, life.pulse, heart);
        let mut done = 0;
        while let Of2::A(_) = select((pulse.due(), life.context.done())).await {
            if done < UNITS {
                done += 1;
                inner.note("unit {} done", [done, 0]);
            }
            pulse.beat_with(&inner, done);
        }
        halt(&inner, lag).await
    });
    Signs { heartbeat, task: Rc::new(task) }
}

async fn halt(rt: &Runtime, lag: Duration) -> Exit {
    if !lag.is_zero() {
        rt.work(lag).await;
    }
    rt.log("ward: I am halting.");
    Exit::Shutdown
}
