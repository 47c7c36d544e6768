//! Limits in tiers and dimensions: every call counts against the API's second and minute, and against the disk or
//! the network. Who begins first decides who waits, and so does whether a token is taken before it can be used.

use super::calls::{self, Begin, CALLERS, Call, Crowd, Gate, Patience, bound, bucket};
use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::limits::{Bound, NoneInVain, WithinLimits};
use crate::patterns::rate_limit::{InTurn, Multi};
use crate::runtime::Runtime;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "tiered-rate-limit",
    chapter: "5.5",
    parameters: PARAMETERS,
    tasks: &CALLERS,
    cancels: &[],
    channels: &[],
    claims: &[
        ClaimInfo::always("within-limits", |params| Box::new(WithinLimits::of(bounds(params)))).about_time(),
        // A token taken early is used when another bucket gives its own, together with those that come then.
        ClaimInfo::expected(
            "acts-within-limits",
            |params| if params.choice("combine") == "atomic" { Expect::Always } else { Expect::Breaks },
            |params| Box::new(WithinLimits::when_acting(bounds(params))),
        )
        .about_time(),
        ClaimInfo::expected(
            "none-in-vain",
            |params| {
                let all_wait = params.count("queue") >= 2 * params.count("calls");
                let nobody_gives_up = params.duration("deadline").is_zero() && all_wait;
                if nobody_gives_up || params.choice("combine") == "atomic" { Expect::Always } else { Expect::Breaks }
            },
            |_| Box::new(NoneInVain::default()),
        ),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/tiered_rate_limit.rs",
        "src/scenarios/calls.rs",
        "src/patterns/rate_limit/in_turn.rs",
        "src/patterns/rate_limit/multi.rs",
        "src/patterns/rate_limit/bucket.rs",
        "src/patterns/rate_limit/bucket/fit.rs",
        "src/patterns/rate_limit/limiter.rs",
    ],
    presets: &[
        ("go-order", ""),
        ("reads-first", "start=read-first"),
        ("addresses-first", "start=resolve-first"),
        ("too-many-at-once", "order=seeded&seed=4"),
        ("burst-of-one", "second-burst=1"),
        ("together", "combine=atomic"),
        ("in-vain", "start=resolve-first&deadline=2s"),
        ("nothing-in-vain", "start=resolve-first&combine=atomic&deadline=2s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("start", "go", &["go", "read-first", "resolve-first"]),
    Parameter::choice("combine", "in-turn", &["in-turn", "atomic"]),
    Parameter::rate("second-rate", "2/s", "1/h", "1000000/s"),
    Parameter::count("second-burst", 2, 1, 1_000_000),
    Parameter::rate("minute-rate", "10/m", "1/h", "1000000/s"),
    Parameter::count("minute-burst", 10, 1, 1_000_000),
    Parameter::rate("disk-rate", "1/s", "1/h", "1000000/s"),
    Parameter::count("disk-burst", 1, 1, 1_000_000),
    Parameter::rate("network-rate", "3/s", "1/h", "1000000/s"),
    Parameter::count("network-burst", 3, 1, 1_000_000),
    Parameter::duration("deadline", "0s", "0s", "24h"),
    Parameter::choice("refusal", "early", &["early", "late"]),
    Parameter::count("queue", 2_000, 0, 2_000),
    Parameter::count("calls", 10, 1, 1_000),
];

/// Number, and the parameters of rate and burst.
const BUCKETS: [(u32, &str, &str); 4] = [
    (1, "second-rate", "second-burst"),
    (2, "minute-rate", "minute-burst"),
    (3, "disk-rate", "disk-burst"),
    (4, "network-rate", "network-burst"),
];

fn bounds(params: &Params) -> Vec<Bound> {
    let of = |(number, rate, burst)| bound(number, params.rate(rate), params.count(burst));
    BUCKETS.into_iter().map(of).collect()
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let [second, minute, disk, network] = BUCKETS
        .map(|(number, rate, burst)| bucket(number, params.rate(rate), params.count(burst), params.count("queue")));
    let gauges = vec![
        ("gauge second {}/{}", "gauge second-owed {}/{}", calls::level(&second)),
        ("gauge minute {}/{}", "gauge minute-owed {}/{}", calls::level(&minute)),
    ];
    let is_atomic = params.choice("combine") == "atomic";
    let gate = move |call: Call| {
        let own = if call == Call::ReadFile { &disk } else { &network };
        if is_atomic {
            let all = [second.clone(), minute.clone(), own.clone()];
            return Gate::Atomic(Multi::of(all).expect("they are three buckets"));
        }
        let api = InTurn::all([InTurn::one(&second), InTurn::one(&minute)]);
        Gate::InTurn(InTurn::all([api, InTurn::one(own)]))
    };
    let begin = match params.choice("start") {
        "read-first" => Begin::ReadFirst,
        "resolve-first" => Begin::ResolveFirst,
        _ => Begin::Go,
    };
    let each = params.count("calls");
    let (crowd, patience) = (Crowd { reads: each, addresses: each, after: Duration::ZERO }, Patience::of(params));
    let rt = rt.clone();
    Box::pin(async move {
        let main = calls::run(rt.clone(), crowd, begin, patience, gate, gauges);
        let _ = rt.spawn("main", main).join().await;
    })
}
