//! Twenty callers and a bucket of tokens: without one they all act at once, with two the slower one decides.

use super::calls::{self, Begin, CALLERS, Call, Gate, Gauge, Patience, bound, bucket};
use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::limits::{NoneInVain, WithinLimits};
use crate::patterns::rate_limit::{InTurn, Limiter, Multi};
use crate::runtime::Runtime;

pub static SCENARIO: Scenario = Scenario {
    id: "rate-limit",
    chapter: "5.5",
    parameters: PARAMETERS,
    tasks: &CALLERS,
    channels: &[],
    claims: &[
        ClaimInfo::always("within-limits", |params| {
            let bounds = tiers(params)
                .into_iter()
                .map(|(number, rate, burst)| bound(number, params.rate(rate), params.count(burst)));
            Box::new(WithinLimits::of(bounds))
        })
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
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("limiter", "simple", &["none", "simple", "multi"]),
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
];

/// The buckets in use: number, and the parameters of rate and burst.
fn tiers(params: &Params) -> Vec<(u32, &'static str, &'static str)> {
    match params.choice("limiter") {
        "none" => vec![],
        "simple" => vec![(1, "rate", "burst")],
        _ => vec![(1, "second-rate", "second-burst"), (2, "minute-rate", "minute-burst")],
    }
}

/// Who gives up at the second bucket in turn keeps the token of the first.
fn takes_in_vain(params: &Params) -> Expect {
    let can_give_up = !params.duration("deadline").is_zero() || params.count("queue") < 2 * params.count("calls");
    let has_two = params.choice("limiter") == "multi" && params.choice("combine") == "in-turn";
    if can_give_up && has_two { Expect::Breaks } else { Expect::Always }
}

const GAUGES: [(&str, &str); 2] =
    [("gauge second {}/{}", "gauge second-owed {}/{}"), ("gauge minute {}/{}", "gauge minute-owed {}/{}")];

fn start(rt: &Runtime, params: &Params) -> Root {
    let make = |(number, rate, burst)| bucket(number, params.rate(rate), params.count(burst), params.count("queue"));
    let limiters: Vec<Limiter> = tiers(params).into_iter().map(make).collect();
    let is_atomic = params.choice("combine") == "atomic";
    let names = if limiters.len() == 1 { &[("gauge tokens {}/{}", "gauge owed {}/{}")][..] } else { &GAUGES };
    let gauges: Vec<Gauge> =
        names.iter().zip(&limiters).map(|((there, owed), limiter)| (*there, *owed, limiter.clone())).collect();
    let gate = move |_: Call| match limiters.is_empty() {
        true => Gate::Open,
        false if is_atomic => Gate::Atomic(Multi::of(limiters.clone()).expect("they are several buckets")),
        false => Gate::InTurn(InTurn::all(limiters.iter().map(InTurn::one))),
    };
    let (each, patience) = (params.count("calls"), Patience::of(params));
    let rt = rt.clone();
    Box::pin(async move {
        let main = calls::run(rt.clone(), each, Begin::Go, patience, gate, gauges);
        let _ = rt.spawn("main", main).join().await;
    })
}
