//! A cancel comes while a stage is in a long call: how long until it is heard depends on where the call looks.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::claims::{CancelHeard, NoOrphans};
use crate::analysis::delays::HeardAsPredicted;
use crate::patterns::cancel::Context;
use crate::patterns::config::ConfigError;
use crate::patterns::preempt::{Stopped, look, work};
use crate::runtime::{Cause, Of2, Of3, Reason, Receiver, Runtime, Sender, select};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "preemption",
    chapter: "5.2",
    parameters: PARAMETERS,
    tasks: &["main", "stage"],
    cancels: &["stage"],
    channels: &["values", "results"],
    claims: &[
        ClaimInfo::expected("cancel-heard", expect_heard, |params| {
            Box::new(CancelHeard::within(params.duration("period")))
        })
        .about_time(),
        ClaimInfo::always("heard-as-predicted", |params| Box::new(HeardAsPredicted::within(plan(params).delays())))
            .about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &["src/scenarios/preemption.rs", "src/patterns/preempt.rs", "src/patterns/cancel/mod.rs"],
    presets: &[
        ("not-at-all", ""),
        ("half-way", "version=half"),
        ("everywhere", "version=full"),
        ("late-not-at-all", "cancel=4s"),
        ("late-half-way", "version=half&cancel=4s"),
        ("late-everywhere", "version=full&cancel=4s"),
        ("too-late", "cancel=7s"),
    ],
    check,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("version", "none", &["none", "half", "full"]),
    Parameter::duration("half", "3s", "1ms", "1h"),
    Parameter::duration("cancel", "1s", "0s", "2h"),
    Parameter::duration("period", "250ms", "1us", "1h"),
];

/// More looks than this in half the call would only be more events to draw.
const MOST_LOOKS: u32 = 10_000;

fn check(params: &Params) -> Result<(), ConfigError> {
    let (half, period) = (params.duration("half"), params.duration("period"));
    let allowed = || format!(">= half/{MOST_LOOKS}");
    ConfigError::unless(period >= half / MOST_LOOKS, "period", format!("{period:?}"), allowed())
}

#[derive(Clone, Copy)]
struct Plan {
    version: &'static str,
    half: Duration,
    cancel: Duration,
    period: Duration,
}

fn plan(params: &Params) -> Plan {
    Plan {
        version: params.choice("version"),
        half: params.duration("half"),
        cancel: params.duration("cancel"),
        period: params.duration("period"),
    }
}

impl Plan {
    /// After which delays the cancel may be heard, each from the first to the second; none if it comes too late.
    fn delays(self) -> Vec<(Duration, Duration)> {
        let Plan { half, cancel, period, .. } = self;
        let exactly = |end: Duration| end.checked_sub(cancel).map(|delay| (delay, delay));
        match self.version {
            "none" => exactly(2 * half).into_iter().collect(),
            // At the very middle it may come before the look or after it.
            "half" if cancel == half => exactly(half).into_iter().chain(exactly(2 * half)).collect(),
            "half" => exactly(if cancel < half { half } else { 2 * half }).into_iter().collect(),
            _ => vec![(Duration::ZERO, period)],
        }
    }
}

fn expect_heard(params: &Params) -> Expect {
    let plan = plan(params);
    match plan.delays().iter().all(|(_, most)| *most <= plan.period) {
        true => Expect::Always,
        false => Expect::Breaks,
    }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let _ = rt.spawn("main", command(rt.clone(), plan)).join().await;
    })
}

/// Hands the stage one value and cancels it a while later, unless the result is there by then.
async fn command(rt: Runtime, plan: Plan) {
    let (context, cancel) = Context::background(&rt).with_cancel();
    let button = rt.input("stage");
    let (give, values) = rt.channel("values", 0);
    let (made, results) = rt.channel("results", 0);
    let stage = rt.spawn("stage", stage(rt.clone(), plan, context, values, made));
    let _ = give.send(&rt, 7).await;
    match select((results.recv(&rt), rt.sleep(plan.cancel), button.wait(&rt))).await {
        Of3::A(result) => {
            rt.log(format!("main: result {}, nothing to cancel", result.unwrap_or_default()));
            let _ = stage.join().await;
        }
        Of3::B(()) | Of3::C(_) => {
            let given = rt.now();
            cancel.because(Cause::new(Reason::User, "no longer wanted"));
            let _ = stage.join().await;
            rt.log(format!("main: the stage has stopped {:?} after the cancel", rt.now() - given));
        }
    }
}

/// A stage of a pipeline: takes a value, makes a result of it, hands it on.
async fn stage(rt: Runtime, plan: Plan, context: Context, values: Receiver<u32>, results: Sender<u32>) {
    let Of2::B(Some(value)) = select((context.done(), values.recv(&rt))).await else { return };
    let made = match plan.version {
        "none" => long_call(&rt, plan, value).await,
        "half" => long_call_in_halves(&rt, plan, &context, value).await,
        _ => long_call_that_looks(&rt, plan, &context, value).await,
    };
    let Ok(result) = made else { return };
    select((context.done(), results.send(&rt, result))).await;
}

/// Once begun it hears nothing.
async fn long_call(rt: &Runtime, plan: Plan, value: u32) -> Result<u32, Stopped> {
    rt.work(2 * plan.half).await;
    Ok(value * 2)
}

/// Looks once, in the middle: each half for itself hears nothing.
async fn long_call_in_halves(rt: &Runtime, plan: Plan, context: &Context, value: u32) -> Result<u32, Stopped> {
    rt.work(plan.half).await;
    look(context).await?;
    rt.work(plan.half).await;
    Ok(value * 2)
}

/// Both halves look, and so does everything they call.
async fn long_call_that_looks(rt: &Runtime, plan: Plan, context: &Context, value: u32) -> Result<u32, Stopped> {
    work(rt, context, plan.half, plan.period).await?;
    work(rt, context, plan.half, plan.period).await?;
    Ok(value * 2)
}
