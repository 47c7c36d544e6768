//! The death spiral: a surge fills the queue, and long after it is gone the server works only for callers who have
//! given up.

mod client;
mod instant;
mod server;

use super::parameter::{Parameter, Params, Rate};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::overload::{GoodputBack, NoDeadWork, RetriesWithin};
use crate::patterns::adaptive::{Aimd, Vegas, aimd, vegas};
use crate::patterns::backoff::{Backoff, Growth, Jitter};
use crate::patterns::config::ConfigError;
use crate::patterns::queue::{Backlog, Class, Codel, Config, MOST, OnFull, Order, Shed, WorkQueue};
use crate::patterns::retry::budget::TokenRatio;
use crate::patterns::retry::{Budget, Checked, Policy};
use crate::runtime::{Runtime, Time};
use client::Clients;
use server::Adaptive;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "saturation",
    chapter: "5.2",
    parameters: PARAMETERS,
    tasks: &["source", "server", "monitor", "client"],
    cancels: &[],
    channels: &["requests", "answers"],
    claims: &[
        ClaimInfo::expected(
            "goodput-back",
            |params| if is_bounded(params) { Expect::Always } else { Expect::Breaks },
            |params| Box::new(GoodputBack::new(params.duration("surge-end"), enough(params))),
        )
        .about_time(),
        ClaimInfo::expected(
            "no-dead-work",
            |params| if is_pruned(params) { Expect::Always } else { Expect::Breaks },
            |_| Box::new(NoDeadWork::default()),
        ),
        ClaimInfo::expected(
            "retries-within-budget",
            |params| if params.ratio("budget").millionths > 0 { Expect::Always } else { Expect::Breaks },
            |params| Box::new(RetriesWithin::new("offer", |_| 0, u64::from(START), budget(params))),
        ),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/saturation/client.rs",
        "src/scenarios/saturation/server.rs",
        "src/scenarios/saturation/mod.rs",
        "src/scenarios/saturation/instant.rs",
        "src/patterns/queue/backlog.rs",
        "src/patterns/queue/work_queue.rs",
        "src/patterns/retry/mod.rs",
        "src/patterns/retry/policy.rs",
        "src/patterns/retry/budget.rs",
        "src/patterns/adaptive/aimd.rs",
        "src/patterns/adaptive/vegas.rs",
    ],
    presets: &[
        ("spiral", ""),
        ("queue-limit", "queue-limit=50"),
        ("told", "told=true"),
        ("last-first", "queue-order=lifo"),
        ("codel", "shed=codel"),
        ("urgent", "queue-limit=50&on-full=less-urgent&urgent=0.2"),
        ("adaptive", "adaptive=vegas"),
        ("hang", "surge=80/s&fault=server:hang@1s%2B2s"),
        ("long-no-retry", "surge-start=10s&surge-end=20s&duration=300s&retries=0"),
        ("long-retries", "surge-start=10s&surge-end=20s&duration=300s"),
        ("long-expired", "surge-start=10s&surge-end=20s&duration=300s&retries=0&shed=expired"),
        ("long-budget", "surge-start=10s&surge-end=20s&duration=300s&budget=0.1"),
        ("long-limit", "surge-start=10s&surge-end=20s&duration=300s&queue-limit=50"),
    ],
    check,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::rate("rate", "80/s", "1/m", "1000/s"),
    Parameter::rate("surge", "200/s", "1/m", "1000/s"),
    Parameter::duration("surge-start", "1s", "0s", "1h"),
    Parameter::duration("surge-end", "3s", "0s", "1h"),
    Parameter::duration("duration", "7s", "1s", "1h"),
    Parameter::duration("service", "10ms", "1us", "1m"),
    Parameter::duration("timeout", "1s", "1ms", "1h"),
    Parameter::count("retries", 3, 0, 20),
    Parameter::ratio("budget", "0", "0", "1"),
    Parameter::duration("backoff", "0s", "0s", "1m"),
    Parameter::choice("shed", "none", &["none", "expired", "remaining", "codel"]),
    Parameter::choice("queue-order", "fifo", &["fifo", "lifo"]),
    Parameter::count("queue-limit", 0, 0, 100_000),
    Parameter::choice("adaptive", "none", &["none", "aimd", "vegas"]),
    Parameter::choice("on-full", "newcomer", &["newcomer", "oldest", "less-urgent"]),
    Parameter::ratio("urgent", "0", "0", "1"),
    Parameter::flag("told", false),
    Parameter::ratio("jitter", "0", "0", "1"),
];

/// How urgent a request is.
const URGENT: Class = 0;
const ORDINARY: Class = 1;

/// The tokens a retry budget begins with, and the most it keeps.
const START: u32 = 10;
const CAP: u32 = 100;

/// What a run is given.
#[derive(Clone, Copy)]
pub struct Plan {
    rate: Rate,
    surge: Rate,
    surge_start: Time,
    surge_end: Time,
    duration: Duration,
    service: Duration,
    timeout: Duration,
    retries: u32,
    backoff: Backoff,
    budget: u32,
    queue: Config,
    adaptive: &'static str,
    /// The share of urgent requests, in millionths.
    urgent: u64,
    told: bool,
    /// In millionths of the gap to the next arrival.
    jitter: u64,
}

impl Plan {
    fn policy(&self) -> Result<Checked, ConfigError> {
        Policy { backoff: self.backoff, ..Policy::at_once(self.retries + 1) }.checked()
    }

    /// The retry budget that all clients share.
    fn budget(&self) -> Result<Budget, ConfigError> {
        match self.budget {
            0 => Ok(Budget::Unlimited),
            ratio => TokenRatio::new(ratio, START, CAP).map(Budget::Tokens),
        }
    }

    /// How urgent the n-th request is: the urgent ones are spread evenly.
    fn class(&self, request: u32) -> Class {
        let urgent_up_to = |request: u32| u64::from(request) * self.urgent / 1_000_000;
        if urgent_up_to(request) > urgent_up_to(request - 1) { URGENT } else { ORDINARY }
    }

    /// The time between arrivals at the rate of a moment.
    fn gap(&self, at: Time) -> Duration {
        let rate = if (self.surge_start..self.surge_end).contains(&at) { self.surge } else { self.rate };
        Duration::from_nanos((rate.per.as_nanos() / u128::from(rate.count.max(1))) as u64)
    }

    /// The arrival after the one at this moment. If the rate rises meanwhile, whoever would have come late at the old
    /// one comes at the new one.
    fn next_arrival(&self, at: Time) -> Time {
        let changes = [self.surge_start, self.surge_end].into_iter().filter(|change| *change > at);
        changes.fold(at + self.gap(at), |next, change| next.min(change + self.gap(change)))
    }
}

fn plan(params: &Params) -> Plan {
    let base = params.duration("backoff");
    let backoff = Backoff {
        growth: Growth::Exponential { factor: 2000 },
        base,
        max: base.saturating_mul(64),
        jitter: if base.is_zero() { Jitter::None } else { Jitter::Full },
    };
    let service = params.duration("service");
    let shed = match params.choice("shed") {
        "expired" => Shed::Expired,
        "remaining" => Shed::TooLate { needs: service },
        "codel" => Shed::Codel(Codel::default()),
        _ => Shed::Nothing,
    };
    let limit = params.count("queue-limit") as u32;
    Plan {
        rate: params.rate("rate"),
        surge: params.rate("surge"),
        surge_start: Time::ZERO + params.duration("surge-start"),
        surge_end: Time::ZERO + params.duration("surge-end"),
        duration: params.duration("duration"),
        service,
        timeout: params.duration("timeout"),
        retries: params.count("retries") as u32,
        backoff,
        budget: (budget(params) / 1000) as u32,
        queue: Config {
            limit: if limit == 0 { MOST } else { limit },
            on_full: match params.choice("on-full") {
                "oldest" => OnFull::Oldest,
                "less-urgent" => OnFull::LessUrgent,
                _ => OnFull::Newcomer,
            },
            order: if params.choice("queue-order") == "lifo" { Order::Lifo } else { Order::Fifo },
            shed,
        },
        adaptive: params.choice("adaptive"),
        urgent: params.ratio("urgent").millionths,
        told: params.flag("told"),
        jitter: params.ratio("jitter").millionths,
    }
}

/// Ratio of the budget in millionths of a token per request.
fn budget(params: &Params) -> u64 {
    params.ratio("budget").millionths
}

/// Per second nine tenths of what is asked, or of what the server can do: the surge is forgotten. Two less, since
/// an arrival or a completion near the end of a second may fall into the next.
fn enough(params: &Params) -> u32 {
    let plan = plan(params);
    let second = 1_000_000_000;
    let asked = u128::from(plan.rate.count) * second / plan.rate.per.as_nanos().max(1);
    let possible = second / plan.service.as_nanos().max(1);
    (asked.min(possible) * 9 / 10).saturating_sub(2) as u32
}

/// Whoever gets into the queue is served in time: all that wait and the one in service take less than the timeout.
fn is_bounded(params: &Params) -> bool {
    let plan = plan(params);
    let is_fixed = plan.adaptive == "none";
    let is_kept = plan.queue.on_full == OnFull::Newcomer && !matches!(plan.queue.shed, Shed::Codel(_));
    let is_in_order = plan.queue.order == Order::Fifo && plan.urgent == 0;
    is_fixed && is_kept && is_in_order && plan.service.saturating_mul(plan.queue.limit + 1) <= plan.timeout
}

/// Nobody whose caller has given up is served.
fn is_pruned(params: &Params) -> bool {
    let plan = plan(params);
    plan.told || matches!(plan.queue.shed, Shed::Expired | Shed::TooLate { .. })
}

fn check(params: &Params) -> Result<(), ConfigError> {
    let (start, end) = (params.duration("surge-start"), params.duration("surge-end"));
    ConfigError::unless(start <= end, "surge-start", format!("{start:?}"), "≤ surge-end")?;
    let ratio = budget(params);
    ConfigError::unless(ratio == 0 || ratio >= 1000, "budget", ratio as f64 / 1e6, "0, 0.001–1")?;
    let plan = plan(params);
    plan.budget()?;
    plan.policy()?;
    Backlog::<()>::new(plan.queue).map(drop)
}

/// The limit with which adaptive ones begin; the one in service is counted.
const LIMIT: u32 = 10;

fn adaptive(plan: &Plan) -> Adaptive {
    let limit = match plan.adaptive {
        "aimd" => Aimd::new(aimd::Config { start: LIMIT, ..aimd::Config::default() }).map(Adaptive::Aimd),
        "vegas" => Vegas::new(vegas::Config { start: LIMIT, ..vegas::Config::default() }).map(Adaptive::Vegas),
        _ => Ok(Adaptive::Fixed),
    };
    limit.expect("the numbers fit each other")
}

/// How much of what happened so far.
#[derive(Default)]
pub struct Counts {
    offered: Cell<u32>,
    useful: Cell<u32>,
    urgent: Cell<u32>,
    /// The longest that a client waited for a useful answer, in milliseconds.
    worst_ms: Cell<u32>,
}

fn bump(count: &Cell<u32>) {
    count.set(count.get() + 1);
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let checked = "the link was checked";
        let (policy, budget) = (plan.policy().expect(checked), plan.budget().expect(checked).shared());
        let queue = WorkQueue::new(&rt, "requests", plan.queue).expect(checked);
        let counts = Rc::new(Counts::default());
        rt.spawn_server("monitor", watch(rt.clone(), plan, queue.clone(), counts.clone()));
        let adaptive = adaptive(&plan);
        if !matches!(adaptive, Adaptive::Fixed) {
            queue.set_limit(LIMIT - 1);
        }
        rt.spawn_server("server", server::serve(rt.clone(), plan, queue.clone(), adaptive));
        let clients = Clients { rt: rt.clone(), plan, policy, queue, budget, counts };
        let _ = rt.spawn("source", clients.arrive()).join().await;
    })
}

/// Once a second: what came out, what went in, what waits.
async fn watch(rt: Runtime, plan: Plan, queue: WorkQueue<server::Call>, counts: Rc<Counts>) {
    let seconds = rt.interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        rt.note("gauge goodput {}/{}", [counts.useful.take(), 1]);
        if plan.urgent > 0 {
            rt.note("gauge urgent {}/{}", [counts.urgent.take(), 1]);
        }
        rt.note("gauge latency {}/{}", [counts.worst_ms.take(), 1]);
        rt.note("gauge offered {}/{}", [counts.offered.take(), 1]);
        rt.note("gauge queue {}/{}", [queue.len() as u32, 1]);
    }
}
