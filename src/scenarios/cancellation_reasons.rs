//! Four reasons to stop, in one tree: out of time, the user, the parent, another copy that was faster.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claims::{CancelHeard, NoOrphans, StoppedFor};
use crate::patterns::cancel::Context;
use crate::patterns::preempt::{Stopped, look, work};
use crate::runtime::{Cause, Reason, Runtime, select};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "cancellation-reasons",
    chapter: "5.2",
    parameters: PARAMETERS,
    tasks: &["main", "user", "lookup", "report", "chart", "table", "asker", "replica-1", "replica-2", "replica-3"],
    cancels: &["report"],
    channels: &["answers"],
    claims: &[
        ClaimInfo::always("stopped-for-its-reason", |_| Box::new(StoppedFor::new(EXPECTED))),
        ClaimInfo::always("cancel-heard", |params| Box::new(CancelHeard::within(params.duration("period"))))
            .about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/cancellation_reasons.rs",
        "src/patterns/cancel/mod.rs",
        "src/patterns/cancel/node.rs",
        "src/patterns/preempt.rs",
    ],
    presets: &[
        ("four-reasons", ""),
        ("nobody-stops", "timeout=10s&user=10s"),
        ("early-user", "user=500ms"),
        ("long-period", "period=2s"),
        ("deaf", "fault=chart:hang@2.9s%2B2s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("timeout", "2s", "0s", "1h"),
    Parameter::duration("user", "3s", "0s", "1h"),
    Parameter::duration("work", "5s", "0s", "1h"),
    Parameter::duration("replica-1", "1.5s", "0s", "1h"),
    Parameter::duration("replica-2", "2.5s", "0s", "1h"),
    Parameter::duration("replica-3", "4s", "0s", "1h"),
    Parameter::duration("period", "350ms", "1ms", "1h"),
];

/// Who may be stopped for what.
const EXPECTED: &[(&str, Reason)] = &[
    ("lookup", Reason::Timeout),
    ("report", Reason::User),
    ("chart", Reason::Parent),
    ("table", Reason::Parent),
    ("replica-1", Reason::Replica),
    ("replica-2", Reason::Replica),
    ("replica-3", Reason::Replica),
];

#[derive(Clone, Copy)]
struct Plan {
    timeout: Duration,
    user: Duration,
    work: Duration,
    replicas: [(&'static str, Duration); 3],
    period: Duration,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let plan = Plan {
        timeout: params.duration("timeout"),
        user: params.duration("user"),
        work: params.duration("work"),
        replicas: ["replica-1", "replica-2", "replica-3"].map(|name| (name, params.duration(name))),
        period: params.duration("period"),
    };
    let rt = rt.clone();
    Box::pin(async move {
        let _ = rt.spawn("main", begin(rt.clone(), plan)).join().await;
    })
}

/// Starts the three jobs, each under a context of its own, and the user, who cancels one of them.
async fn begin(rt: Runtime, plan: Plan) {
    let (all, _stop_all) = Context::background(&rt).with_cancel();

    let (in_time, cancel) = all.with_timeout(plan.timeout);
    let _limit = cancel.guard();
    let lookup = rt.spawn("lookup", job("lookup", rt.clone(), in_time, plan.work, plan.period));

    let (wanted, unwanted) = all.with_cancel();
    let report = rt.spawn("report", report(rt.clone(), wanted, plan));

    let asker = rt.spawn("asker", ask(rt.clone(), all, plan));

    let button = rt.input("report");
    let inner = rt.clone();
    let user = rt.spawn("user", async move {
        select((button.wait(&inner), inner.sleep(plan.user))).await;
        unwanted.because(Cause::new(Reason::User, "no longer wanted"));
    });
    let _ = lookup.join().await;
    let _ = report.join().await;
    let _ = asker.join().await;
    user.stop();
}

/// A job under a context: done, or stopped.
async fn job(name: &'static str, rt: Runtime, context: Context, duration: Duration, period: Duration) {
    tell(&rt, name, work(&rt, &context, duration, period).await);
}

fn tell(rt: &Runtime, name: &str, outcome: Result<(), Stopped>) {
    match outcome {
        Ok(()) => rt.log(format!("{name}: done")),
        Err(Stopped { reason }) => rt.log(format!("{name}: stopped ({})", reason.name())),
    }
}

/// A job with two parts: it is done when they are; if it is cancelled they are, and it waits for them.
async fn report(rt: Runtime, context: Context, plan: Plan) {
    let parts = ["chart", "table"].map(|name| {
        let (part, stop) = context.with_cancel();
        (rt.spawn(name, job(name, rt.clone(), part, plan.work, plan.period)), stop)
    });
    let both = async || {
        for (part, _) in &parts {
            let _ = part.join().await;
        }
    };
    let mut outcome = work(&rt, &context, plan.work, plan.period).await;
    if outcome.is_ok() {
        both().await;
        outcome = look(&context).await;
    }
    tell(&rt, "report", outcome);
    both().await;
}

/// The same request to three handlers: the first answer stops the others.
async fn ask(rt: Runtime, context: Context, plan: Plan) {
    let (race, cancel) = context.with_cancel();
    let (answer, answers) = rt.channel("answers", plan.replicas.len());
    let replicas = [1, 2, 3].map(|number: u32| {
        let (name, load) = plan.replicas[number as usize - 1];
        let (rt, race, answer) = (rt.clone(), race.clone(), answer.clone());
        rt.clone().spawn(name, async move {
            match work(&rt, &race, load, plan.period).await {
                Ok(()) => drop(answer.send(&rt, number).await),
                Err(Stopped { reason }) => rt.log(format!("{name}: stopped ({})", reason.name())),
            }
        })
    });
    if let Some(first) = answers.recv(&rt).await {
        rt.log(format!("replica-{first}: answered first"));
    }
    cancel.because(Cause::new(Reason::Replica, "another copy has answered"));
    for replica in replicas {
        let _ = replica.join().await;
    }
}
