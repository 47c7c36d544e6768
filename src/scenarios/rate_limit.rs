//! Twenty callers and a limit: without one they all act at once, with two buckets the slower one decides. Other kinds of
//! limit with the same rate and burst differ in what they let through around the edge of a window, and in whose calls
//! have to wait when one kind of caller is noisy.

use super::calls::{self, Begin, CALLERS, Call, Crowd, Gate, Gauge, Patience, bound, bucket};
use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::limits::{Bound, NoneInVain, WithinLimits};
use crate::patterns::config::ConfigError;
use crate::patterns::rate_limit::{
    Bucket, Fair, FixedWindow, Gcra, InTurn, Keyed, Limiter, Multi, Rate, SlidingLog, SlidingWindow, TokenBucket,
};
use crate::runtime::Runtime;
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "rate-limit",
    chapter: "5.5",
    parameters: PARAMETERS,
    tasks: &CALLERS,
    cancels: &[],
    channels: &[],
    claims: &[
        ClaimInfo::expected("within-limits", bursts_twice, |params| Box::new(WithinLimits::of(bounds(params))))
            .about_time(),
        ClaimInfo::expected("none-in-vain", takes_in_vain, |_| Box::new(NoneInVain::default())),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/rate_limit.rs",
        "src/scenarios/calls.rs",
        "src/patterns/rate_limit/bucket.rs",
        "src/patterns/rate_limit/bucket/fit.rs",
        "src/patterns/rate_limit/limiter.rs",
        "src/patterns/rate_limit/in_turn.rs",
        "src/patterns/rate_limit/multi.rs",
        "src/patterns/rate_limit/plan.rs",
        "src/patterns/rate_limit/gcra.rs",
        "src/patterns/rate_limit/window.rs",
        "src/patterns/rate_limit/log.rs",
        "src/patterns/rate_limit/keyed.rs",
        "src/patterns/rate_limit/fair.rs",
    ],
    presets: &[
        ("one-bucket", ""),
        ("no-limit", "limiter=none"),
        ("two-buckets", "limiter=multi"),
        ("burst", "rate=2/s&burst=5"),
        ("refused-early", "limiter=multi&deadline=3s"),
        ("refused-late", "limiter=multi&deadline=3s&refusal=late"),
        ("full-queue", "queue=5"),
        ("together", "limiter=multi&deadline=3s&combine=atomic"),
        ("double-burst", "limiter=fixed-window&rate=2/s&burst=10&after=4.9s"),
        ("no-edge", "limiter=sliding-window&rate=2/s&burst=10&after=4.9s"),
        ("every-window", "limiter=sliding-log&rate=2/s&burst=10&after=4.9s"),
        ("bucket-at-the-edge", "rate=2/s&burst=10&after=4.9s"),
        ("one-number", "limiter=gcra&rate=2/s&burst=10&after=4.9s"),
        ("noisy-neighbour", "noise=3"),
        ("in-turns", "limiter=fair&noise=3"),
        ("own-buckets", "limiter=keyed&noise=3"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("limiter", "simple", &LIMITERS),
    Parameter::rate("rate", "1/s", "1/h", "1000000/s"),
    Parameter::count("burst", 1, 1, 1_000_000),
    Parameter::rate("second-rate", "2/s", "1/h", "1000000/s"),
    Parameter::count("second-burst", 1, 1, 1_000_000),
    Parameter::rate("minute-rate", "10/m", "1/h", "1000000/s"),
    Parameter::count("minute-burst", 10, 1, 1_000_000),
    Parameter::choice("combine", "in-turn", &["in-turn", "atomic"]),
    Parameter::duration("deadline", "0s", "0s", "24h"),
    Parameter::choice("refusal", "early", &["early", "late"]),
    Parameter::count("queue", 2_000, 0, 2_000),
    Parameter::count("calls", 10, 1, 1_000),
    Parameter::duration("after", "0s", "0s", "1h"),
    Parameter::count("noise", 1, 1, 20),
];

/// No limit; token buckets, alone and two together; one that remembers a moment; counters; a log; and a bucket of which
/// each kind of call has its own, or its turn.
const LIMITERS: [&str; 9] =
    ["none", "simple", "multi", "gcra", "fixed-window", "sliding-window", "sliding-log", "keyed", "fair"];

/// The buckets in use: number, and the parameters of rate and burst.
fn tiers(params: &Params) -> Vec<(u32, &'static str, &'static str)> {
    match params.choice("limiter") {
        "none" => vec![],
        "multi" => vec![(1, "second-rate", "second-burst"), (2, "minute-rate", "minute-burst")],
        _ => vec![(1, "rate", "burst")],
    }
}

/// What a token bucket with these numbers may give, whatever the limiter. Where each kind of call has a bucket of its
/// own it is twice that.
fn bounds(params: &Params) -> impl Iterator<Item = Bound> {
    let each = if params.choice("limiter") == "keyed" { 2 } else { 1 };
    tiers(params).into_iter().map(move |(number, rate, burst)| {
        let one = bound(number, params.rate(rate), params.count(burst));
        Bound { count: one.count * u64::from(each), burst: one.burst * each, ..one }
    })
}

fn crowd(params: &Params) -> Crowd {
    let addresses = params.count("calls");
    Crowd { reads: addresses * params.count("noise"), addresses, after: params.duration("after") }
}

/// One token of the one bucket comes in this time, and a window is as long as a whole burst takes to come.
fn interval(params: &Params) -> Duration {
    let rate = params.rate("rate");
    rate.per / rate.count as u32
}

fn window(params: &Params) -> Duration {
    interval(params) * params.count("burst") as u32
}

/// A fixed window gives a whole burst at its edge, whatever it gave a moment before.
fn bursts_twice(params: &Params) -> Expect {
    if params.choice("limiter") != "fixed-window" {
        return Expect::Always;
    }
    let (crowd, window) = (crowd(params), window(params).as_nanos());
    let (burst, deadline) = (params.count("burst"), params.duration("deadline").as_nanos());
    let to_the_edge = window - crowd.after.as_nanos() % window;
    let is_patient = deadline == 0 || to_the_edge <= deadline;
    let waiting = (crowd.reads + crowd.addresses).saturating_sub(burst).min(params.count("queue"));
    let at_the_edge = if is_patient { waiting.min(burst) } else { 0 };
    let is_too_much = u128::from(at_the_edge) * interval(params).as_nanos() > to_the_edge;
    if is_too_much { Expect::Breaks } else { Expect::Always }
}

/// Who gives up at the second bucket in turn keeps the token of the first.
fn takes_in_vain(params: &Params) -> Expect {
    let crowd = crowd(params);
    let can_give_up = !params.duration("deadline").is_zero() || params.count("queue") < crowd.reads + crowd.addresses;
    let has_two = params.choice("limiter") == "multi" && params.choice("combine") == "in-turn";
    if can_give_up && has_two { Expect::Breaks } else { Expect::Always }
}

const TOKENS: (&str, &str) = ("gauge tokens {}/{}", "gauge owed {}/{}");
const SECOND: (&str, &str) = ("gauge second {}/{}", "gauge second-owed {}/{}");
const MINUTE: (&str, &str) = ("gauge minute {}/{}", "gauge minute-owed {}/{}");

/// What the callers wait for, and what is charted of it.
type Gates = (Box<dyn Fn(Call) -> Gate>, Vec<Gauge>);

fn gates(rt: &Runtime, params: &Params) -> Result<Gates, ConfigError> {
    let (queue, burst) = (params.count("queue") as u32, params.count("burst") as u32);
    let rate = Rate::every(interval(params));
    let alone = |bucket: Box<dyn Bucket>| -> Gates {
        let limiter = Limiter::new(1, bucket);
        let gauges = vec![(TOKENS.0, TOKENS.1, calls::level(&limiter))];
        (Box::new(move |_| Gate::Alone(limiter.clone())), gauges)
    };
    Ok(match params.choice("limiter") {
        "none" => (Box::new(|_| Gate::Open), vec![]),
        "gcra" => alone(Box::new(Gcra::new(rate, burst)?.with_queue(queue)?)),
        "fixed-window" => alone(Box::new(FixedWindow::new(burst, window(params))?.with_queue(queue)?)),
        "sliding-window" => alone(Box::new(SlidingWindow::new(burst, window(params))?.with_queue(queue)?)),
        "sliding-log" => alone(Box::new(SlidingLog::new(burst, window(params))?.with_queue(queue)?)),
        "keyed" => {
            let buckets = Keyed::new(1, TokenBucket::new(rate, burst)?.with_queue(queue)?, 2)?;
            (Box::new(move |call| Gate::Own(buckets.clone(), call)), vec![])
        }
        "fair" => {
            let bucket = Fair::new(rt, 1, TokenBucket::new(rate, burst)?, queue)?;
            let inner = bucket.clone();
            let level = Rc::new(move |now| inner.tokens(now));
            (Box::new(move |call| Gate::Turns(bucket.clone(), call)), vec![(TOKENS.0, TOKENS.1, level)])
        }
        _ => {
            let make = |(number, rate, burst)| bucket(number, params.rate(rate), params.count(burst), queue.into());
            let limiters: Vec<Limiter> = tiers(params).into_iter().map(make).collect();
            let names = if limiters.len() == 1 { vec![TOKENS] } else { vec![SECOND, MINUTE] };
            let gauges =
                names.iter().zip(&limiters).map(|((there, owed), limiter)| (*there, *owed, calls::level(limiter)));
            let (gauges, is_atomic) = (gauges.collect(), params.choice("combine") == "atomic");
            let gate = move |_| match is_atomic {
                true => Gate::Atomic(Multi::of(limiters.clone()).expect("they are several buckets")),
                false => Gate::InTurn(InTurn::all(limiters.iter().map(InTurn::one))),
            };
            (Box::new(gate), gauges)
        }
    })
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (gate, gauges) = gates(rt, params).expect("the parameters' ranges leave out what makes no sense");
    let (crowd, patience) = (crowd(params), Patience::of(params));
    let rt = rt.clone();
    Box::pin(async move {
        let main = calls::run(rt.clone(), crowd, Begin::Go, patience, gate, gauges);
        let _ = rt.spawn("main", main).join().await;
    })
}
