//! All techniques in one pipeline: a limit, a timeout, copies, heartbeats, stewards, a sink that remembers, and
//! failures that are told. Each can be switched off, to see what it was there for.
//!
//! - here: the parts and how they are put together · `request`: one request, from its turn to its answer
//! - `backend`: a ward that serves, until it gets stuck · `sink`: who accepts results

mod backend;
mod request;
mod sink;

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::claims::{AtMostOnce, NoOrphans};
use crate::analysis::failures::{LoggedOnce, NobodyReportsABug};
use crate::analysis::limits::{Bound, WithinLimits};
use crate::analysis::lives::NeverNotes;
use crate::patterns::cancel::Context;
use crate::patterns::config::ConfigError;
use crate::patterns::dedup::{Dedup, Window};
use crate::patterns::rate_limit::{Limiter, Rate, TokenBucket};
use crate::patterns::replicate::{Budget, Losers, Next, Policy, Replicator, Share};
use crate::patterns::steward::{Config, Handover, Life, Restart, steward};
use crate::patterns::timeout::timeout;
use crate::runtime::{Cause, Reason, Runtime};
use backend::Backend;
use request::Client;
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "all-together",
    chapter: "5.7",
    parameters: PARAMETERS,
    tasks: &["main", "request", "sink", "backend-1", "backend-2", "steward-1", "steward-2"],
    cancels: &[],
    channels: &["jobs-1", "jobs-2", "answers", "results", "pulses-1", "pulses-2"],
    claims: &[
        ClaimInfo::expected("accepted-once", |params| while_on(params, "dedup"), |_| Box::new(AtMostOnce::default())),
        ClaimInfo::expected("nobody-left", unless_left, |_| Box::new(NeverNotes::any(&["left"]))).about_time(),
        ClaimInfo::expected(
            "within-limits",
            |params| while_on(params, "limit"),
            |params| Box::new(WithinLimits::of([bound(params)])),
        )
        .about_time(),
        ClaimInfo::expected(
            "told-what-happened",
            |params| while_on(params, "wrap"),
            |_| Box::new(NobodyReportsABug::default()),
        ),
        ClaimInfo::always("logged-once", |_| Box::new(LoggedOnce::default())),
        // Whoever does not stop within its grace is left behind; at any speed that may be anybody.
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())).about_time(),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/all_together/mod.rs",
        "src/scenarios/all_together/request.rs",
        "src/scenarios/all_together/backend.rs",
        "src/scenarios/all_together/sink.rs",
        "src/patterns/rate_limit/limiter.rs",
        "src/patterns/timeout.rs",
        "src/patterns/replicate/race.rs",
        "src/patterns/steward/watch.rs",
        "src/patterns/dedup.rs",
        "src/patterns/fault/mod.rs",
    ],
    presets: &[
        ("all-on", ""),
        ("no-limit", "limit=false"),
        ("no-timeout", "timeout=false&steward=false&hedge=false"),
        ("no-copies", "hedge=false"),
        ("no-heartbeat", "heartbeat=false"),
        ("no-steward", "steward=false"),
        ("no-memory", "dedup=false&hop=60ms&hedge-delay=60ms"),
        ("no-words", "wrap=false"),
        ("all-off", "limit=false&timeout=false&hedge=false&heartbeat=false&steward=false&dedup=false&wrap=false"),
        ("large", "requests=2000"),
    ],
    check: |params| Parts::new(params).map(drop),
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::count("requests", 30, 1, 10_000),
    Parameter::duration("every", "40ms", "1ms", "1h"),
    Parameter::flag("limit", true),
    Parameter::rate("rate", "20/s", "1/h", "1000/s"),
    Parameter::count("burst", 5, 1, 1_000),
    Parameter::flag("timeout", true),
    Parameter::duration("patience", "800ms", "1ms", "1h"),
    Parameter::flag("hedge", true),
    Parameter::duration("hedge-delay", "120ms", "1ms", "1h"),
    Parameter::ratio("share", "0.3", "0.001", "1"),
    Parameter::flag("heartbeat", true),
    Parameter::duration("pulse", "100ms", "1ms", "1h"),
    Parameter::flag("steward", true),
    Parameter::duration("silence", "300ms", "2ms", "1h"),
    Parameter::flag("dedup", true),
    Parameter::flag("wrap", true),
    Parameter::duration("fast", "20ms", "0s", "1h"),
    Parameter::duration("slow", "400ms", "0s", "1h"),
    Parameter::ratio("slow-share", "0.1", "0", "1"),
    Parameter::duration("stuck-at", "500ms", "0s", "1h"),
    Parameter::count("bad", 7, 0, 10_000),
    Parameter::duration("hop", "5ms", "0s", "1m"),
    Parameter::duration("stop", "3s", "0s", "1h"),
];

/// How long a backend has to stop.
const GRACE: Duration = Duration::from_millis(50);
/// Two backends, so there is one extra copy.
const BACKENDS: u32 = 2;
/// How many results the sink remembers, and for how long: all that there can be, for longer than a run can last.
const REMEMBERED: Window = Window { most: 10_000, time: Duration::from_secs(365 * 24 * 3600), in_flight: 10_000 };

/// What holds as long as something is switched on.
fn while_on(params: &Params, flag: &str) -> Expect {
    if params.flag(flag) { Expect::Always } else { Expect::Breaks }
}

/// The last request comes `every` before `stop` begins; it is over when its patience is, and its copies have stopped.
fn unless_left(params: &Params) -> Expect {
    let [patience, every, stop] = ["patience", "every", "stop"].map(|name| params.duration(name));
    if patience + GRACE < every + stop { while_on(params, "timeout") } else { Expect::Breaks }
}

fn bound(params: &Params) -> Bound {
    let rate = params.rate("rate");
    Bound { bucket: 1, count: rate.count, per: rate.per, burst: params.count("burst") as u32 }
}

/// The techniques, each as it was asked for.
struct Parts {
    limiter: Limiter,
    copies: Replicator,
    steward: Option<Config>,
    memory: Option<Dedup<u32, ()>>,
}

impl Parts {
    fn new(params: &Params) -> Result<Self, ConfigError> {
        let rate = params.rate("rate");
        let rate = if params.flag("limit") { Rate::new(rate.count, rate.per)? } else { Rate::INFINITE };
        let extra = if params.flag("hedge") { BACKENDS - 1 } else { 0 };
        let per_mille = (params.ratio("share").millionths / 1_000) as u32;
        let budget = Budget::new(Share { per_mille, start: 2, most: 10, at_once: 10 })?;
        let next = Next::After(params.duration("hedge-delay"));
        let policy = Policy { extra, targets: BACKENDS, next, tied: false, losers: Losers::Await };
        let steward = Config {
            pulse: params.duration("pulse"),
            capacity: 1,
            handover: Handover::Kill(GRACE),
            restart: Some(Restart::Permanent),
            ..Config::book(params.duration("silence"))
        };
        if params.flag("steward") {
            steward.check()?;
        }
        Ok(Parts {
            limiter: Limiter::new(1, TokenBucket::new(rate, params.count("burst") as u32)?),
            copies: Replicator::new(policy, budget)?,
            steward: params.flag("steward").then_some(steward),
            memory: if params.flag("dedup") { Some(Dedup::new(REMEMBERED)?) } else { None },
        })
    }
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, params) = (rt.clone(), params.clone());
    Box::pin(async move {
        let Ok(parts) = Parts::new(&params) else { return };
        let _ = rt.spawn("main", main(rt.clone(), params, parts)).join().await;
    })
}

/// Puts the pipeline together, sends the requests through it, and stops it when each has come to its end.
async fn main(rt: Runtime, params: Params, parts: Parts) {
    let hop = params.duration("hop");
    let (context, cancel) = Context::background(&rt).with_cancel();
    let (results, accepted) = rt.link("results", hop);
    rt.spawn_server("sink", sink::accept(rt.clone(), accepted.clone(), parts.memory));

    let mut jobs = Vec::new();
    let mut begun = Vec::new();
    for number in 0..BACKENDS {
        let (send, take) = rt.link(JOBS[number as usize], hop);
        jobs.push(send);
        let ward = Backend::new(number, &params, take, results.clone()).ward();
        let life = Life { context: context.clone(), pulse: params.duration("pulse"), epoch: 1 };
        let watched = parts.steward.clone().map(|config| steward(STEWARDS[number as usize], config, ward.clone()));
        let first = watched.and_then(Result::ok).unwrap_or(ward);
        begun.push(first.begin(&rt, life));
    }

    let client = Rc::new(Client::new(&rt, &params, context, parts.limiter, parts.copies, jobs));
    let mut open = Vec::new();
    for number in 1..=params.count("requests") as u32 {
        open.push(rt.spawn("request", client.clone().request(number)));
        rt.sleep(params.duration("every")).await;
    }
    let all = async {
        for request in &open {
            let _ = request.join().await;
        }
    };
    if timeout(&rt, params.duration("stop"), all).await.is_err() {
        rt.note("left {} requests waiting", [client.waiting(), 0]);
    }
    cancel.because(Cause::new(Reason::Shutdown, "all done"));
    for request in &open {
        let _ = request.join().await;
    }
    for signs in begun {
        // Whoever watches over a backend sees to its end; without a steward nobody does but this.
        if timeout(&rt, GRACE * 2, signs.task.join()).await.is_err() {
            signs.task.stop();
        }
    }
    accepted.quiet(&rt).await;
    client.sum_up();
}

const JOBS: [&str; BACKENDS as usize] = ["jobs-1", "jobs-2"];
const STEWARDS: [&str; BACKENDS as usize] = ["steward-1", "steward-2"];
