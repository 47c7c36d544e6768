//! A dependency fails; the breaker opens, callers fail fast, a probe finds out when it is over.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::overload::{AllWellAfter, AtMost, ProbesLimited};
use crate::patterns::breaker::{Breaker, CircuitBreaker, Config, Error, Trip};
use crate::patterns::concurrency::{self, Concurrency, Order};
use crate::patterns::config::ConfigError;
use crate::patterns::timeout::{TimedOut, timeout};
use crate::runtime::scope::Scope;
use crate::runtime::{Message, Receiver, Runtime, Sender, Time};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "circuit-breaker",
    chapter: "5.5",
    parameters: PARAMETERS,
    tasks: &["source", "caller", "dependency", "monitor"],
    cancels: &[],
    channels: &["calls", "answers"],
    claims: &[
        ClaimInfo::always("probes-limited", |params| Box::new(ProbesLimited::new(params.count("probes") as u32))),
        ClaimInfo::expected(
            "outage-spared",
            |params| {
                let spared = params.flag("breaker") || all_calls(params) <= most_calls(params);
                if spared { Expect::Always } else { Expect::Breaks }
            },
            |params| {
                let plan = plan(params);
                Box::new(AtMost::new("call", most_calls(params)).between(plan.outage_start, plan.outage_end))
            },
        )
        .about_time(),
        ClaimInfo::always("recovers", |params| Box::new(AllWellAfter::new(recovered_by(params)))).about_time(),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/circuit_breaker.rs",
        "src/patterns/breaker.rs",
        "src/patterns/window.rs",
        "src/patterns/concurrency.rs",
    ],
    presets: &[
        ("breaker", ""),
        ("none", "breaker=false"),
        ("careful", "probes=2&successes=3"),
        ("impatient", "open=100ms"),
        ("few-slots", "slots=4"),
        ("few-slots-none", "slots=4&breaker=false"),
    ],
    check,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::flag("breaker", true),
    Parameter::rate("rate", "20/s", "1/s", "1000/s"),
    Parameter::duration("duration", "12s", "1s", "1h"),
    Parameter::duration("outage-start", "3s", "0s", "1h"),
    Parameter::duration("outage-end", "7s", "0s", "1h"),
    Parameter::duration("hop", "10ms", "0s", "1m"),
    Parameter::duration("timeout", "500ms", "1ms", "1m"),
    Parameter::count("slots", 0, 0, 1000),
    Parameter::count("failures", 5, 1, 1000),
    Parameter::duration("window", "10s", "1ms", "1h"),
    Parameter::duration("open", "1s", "1ms", "1h"),
    Parameter::count("probes", 1, 1, 100),
    Parameter::count("successes", 1, 1, 100),
];

/// Any number of callers may wait for a slot; the run's own limit on tasks comes first.
const MOST_WAITING: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Plan {
    breaker: bool,
    config: Config,
    /// The time from an arrival to the next.
    gap: Duration,
    duration: Duration,
    outage_start: Time,
    outage_end: Time,
    hop: Duration,
    timeout: Duration,
    /// How many callers can call at a time; 0 for all.
    slots: u32,
}

fn failures(params: &Params) -> u32 {
    params.count("failures") as u32
}

fn plan(params: &Params) -> Plan {
    let rate = params.rate("rate");
    let config = Config {
        trip: Trip::Failures(failures(params)),
        window: params.duration("window"),
        open: params.duration("open"),
        probes: params.count("probes") as u32,
        successes: params.count("successes") as u32,
    };
    Plan {
        breaker: params.flag("breaker"),
        config,
        gap: Duration::from_nanos((rate.per.as_nanos() / u128::from(rate.count.max(1))) as u64),
        duration: params.duration("duration"),
        outage_start: Time::ZERO + params.duration("outage-start"),
        outage_end: Time::ZERO + params.duration("outage-end"),
        hop: params.duration("hop"),
        timeout: params.duration("timeout"),
        slots: params.count("slots") as u32,
    }
}

fn check(params: &Params) -> Result<(), ConfigError> {
    let plan = plan(params);
    let (start, end) = (plan.outage_start, plan.outage_end);
    ConfigError::unless(start <= end, "outage-start", format!("{start}"), "≤ outage-end")?;
    ConfigError::unless(plan.timeout > plan.hop * 2, "timeout", format!("{:?}", plan.timeout), "> 2 hops")?;
    Breaker::new(plan.config)?;
    // Calls fail as fast as they come, or as fast as their slots are free again. The window forgets a tenth at a time.
    let between = if plan.slots > 0 { plan.gap.max(plan.timeout / plan.slots) } else { plan.gap };
    let fits = between.saturating_mul(failures(params)) <= plan.config.window * 9 / 10;
    ConfigError::unless(fits, "failures", failures(params), "what can fail in 9/10 of a window")
}

/// The most calls that a breaker lets into the outage: until enough of them have failed, each after the timeout, and
/// then the probes of each time it is half open.
fn most_calls(params: &Params) -> u64 {
    let plan = plan(params);
    let outage = plan.outage_end - plan.outage_start;
    let times = |span: Duration, of: Duration| (span.as_nanos() / of.as_nanos().max(1)) as u64;
    let probes = u64::from(plan.config.probes) * (times(outage, plan.config.open) + 2);
    u64::from(failures(params)) + times(plan.timeout, plan.gap) + 2 + probes
}

/// The calls that are made during the outage if nobody holds them back.
fn all_calls(params: &Params) -> u64 {
    let plan = plan(params);
    ((plan.outage_end - plan.outage_start).as_nanos() / plan.gap.as_nanos().max(1)) as u64 + 1
}

/// When calls go through again for certain: the last probe of the outage has timed out, the breaker has been open
/// once more, and enough probes, one after the other, have succeeded.
fn recovered_by(params: &Params) -> Time {
    let plan = plan(params);
    let probe = plan.gap + plan.hop * 2;
    plan.outage_end + plan.timeout + plan.config.open + probe.saturating_mul(plan.config.successes) + plan.gap
}

/// A call to the dependency.
#[derive(Clone)]
struct Call {
    request: u32,
    /// Where the caller waits.
    reply: Sender<Answer>,
}

/// The answer to a request.
#[derive(Clone)]
struct Answer(u32);

impl Message for Answer {
    fn code(&self) -> u32 {
        self.0
    }
    fn describe(code: u32) -> String {
        format!("answer {code}")
    }
}

impl Message for Call {
    fn code(&self) -> u32 {
        self.request
    }
    fn describe(code: u32) -> String {
        format!("request {code}")
    }
}

/// What came of the requests since the last second, and how many callers wait right now.
#[derive(Default)]
struct Counts {
    answered: Cell<u32>,
    failed: Cell<u32>,
    refused: Cell<u32>,
    waiting: Cell<u32>,
}

fn bump(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// What all callers share.
#[derive(Clone)]
struct Callers {
    rt: Runtime,
    plan: Plan,
    slots: Option<Concurrency>,
    breaker: CircuitBreaker,
    calls: Sender<Call>,
    counts: Rc<Counts>,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let breaker = CircuitBreaker::new(plan.config).expect("the link was checked");
        let (calls, called) = rt.link("calls", plan.hop);
        let counts = Rc::new(Counts::default());
        rt.spawn_server("dependency", depend(rt.clone(), plan, called));
        rt.spawn_server("monitor", watch(rt.clone(), counts.clone()));
        let limit = concurrency::Config { limit: plan.slots, order: Order::Fifo, waiting: MOST_WAITING };
        let slots = (plan.slots > 0).then(|| Concurrency::new(limit).expect("there are slots"));
        let callers = Callers { rt: rt.clone(), plan, slots, breaker, calls, counts };
        let _ = rt.spawn("source", callers.arrive()).join().await;
    })
}

impl Callers {
    /// Starts a caller for each request, at equal gaps, and waits until all have ended.
    async fn arrive(self) {
        let callers = Scope::new(&self.rt);
        let mut request = 0;
        while self.plan.gap.saturating_mul(request) < self.plan.duration {
            request += 1;
            callers.spawn("caller", self.clone().ask(request));
            let next = Time::ZERO + self.plan.gap.saturating_mul(request);
            self.rt.sleep(next - self.rt.now()).await;
        }
        callers.join().await;
    }

    /// One caller: with a slot of its own, through the breaker, if there is one, to the dependency.
    async fn ask(self, request: u32) {
        let counts = &self.counts;
        bump(&counts.waiting);
        let slot = match &self.slots {
            Some(slots) => slots.acquire().await.ok(),
            None => None,
        };
        let result = match self.plan.breaker {
            true => self.breaker.call(&self.rt, self.call(request)).await,
            false => self.call(request).await.map_err(Error::Failed),
        };
        drop(slot);
        counts.waiting.set(counts.waiting.get() - 1);
        match result {
            Ok(()) => {
                bump(&counts.answered);
                self.rt.note("answer request {}", [request, 0]);
            }
            Err(Error::Failed(TimedOut)) => {
                bump(&counts.failed);
                self.rt.note("fail request {}", [request, 0]);
            }
            Err(Error::Refused(refused)) => {
                bump(&counts.refused);
                let wait = u32::try_from(refused.retry_after.as_millis()).unwrap_or(u32::MAX);
                self.rt.note("reject request {}, again in {} ms", [request, wait]);
            }
        }
    }

    /// One call: the dependency answers in time, or not.
    async fn call(&self, request: u32) -> Result<(), TimedOut> {
        let rt = &self.rt;
        rt.note("call request {}", [request, 0]);
        let (reply, answers) = rt.link("answers", self.plan.hop);
        let _ = self.calls.send(rt, Call { request, reply }).await;
        timeout(rt, self.plan.timeout, answers.recv(rt)).await.map(drop)
    }
}

/// The dependency: answers at once, except during the outage, when it says nothing at all.
async fn depend(rt: Runtime, plan: Plan, calls: Receiver<Call>) {
    while let Some(call) = calls.recv(&rt).await {
        if !(plan.outage_start..plan.outage_end).contains(&rt.now()) {
            let _ = call.reply.send(&rt, Answer(call.request)).await;
        }
    }
}

/// Once a second: what came of the requests, and how many callers wait.
async fn watch(rt: Runtime, counts: Rc<Counts>) {
    let seconds = rt.interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        rt.note("gauge answered {}/{}", [counts.answered.take(), 1]);
        rt.note("gauge failed {}/{}", [counts.failed.take(), 1]);
        rt.note("gauge refused {}/{}", [counts.refused.take(), 1]);
        rt.note("gauge waiting {}/{}", [counts.waiting.get(), 1]);
    }
}
