//! Retries in every layer multiply: three tries in each of five layers are 243 calls at the bottom.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::overload::{AtMost, RetriesWithin};
use crate::patterns::backoff::{Backoff, Growth, Jitter};
use crate::patterns::concurrency::{self, Concurrency, Order};
use crate::patterns::config::ConfigError;
use crate::patterns::retry::budget::TokenRatio;
use crate::patterns::retry::throttling::{CERTAIN, Throttling};
use crate::patterns::retry::{Attempt, Budget, Checked, Failure, Policy, SharedBudget, retry};
use crate::runtime::{Message, Receiver, Runtime, Sender};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "retry-storm",
    chapter: "5.5",
    parameters: PARAMETERS,
    tasks: &["user", "layer-1", "layer-2", "layer-3", "layer-4", "layer-5", "layer-6", "backend"],
    cancels: &[],
    channels: &["calls-1", "calls-2", "calls-3", "calls-4", "calls-5", "calls-6", "calls-7"],
    claims: &[
        ClaimInfo::expected(
            "retries-do-not-multiply",
            |params| if most_calls(&plan(params)) <= one_layer(params) { Expect::Always } else { Expect::Breaks },
            |params| Box::new(AtMost::new("reach", one_layer(params))),
        ),
        ClaimInfo::expected(
            "retries-within-budget",
            |params| if params.ratio("budget").millionths > 0 { Expect::Always } else { Expect::Breaks },
            |params| {
                let ratio = params.ratio("budget").millionths;
                Box::new(RetriesWithin::new("try", |[layer, _]| layer, u64::from(START), ratio))
            },
        ),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/retry_storm.rs",
        "src/patterns/retry/mod.rs",
        "src/patterns/retry/policy.rs",
        "src/patterns/retry/budget.rs",
        "src/patterns/retry/throttling.rs",
        "src/patterns/backoff.rs",
        "src/patterns/concurrency.rs",
    ],
    presets: &[
        ("storm", ""),
        ("top-only", "retry=top"),
        ("fresh-only", "retry=fresh"),
        ("budget", "budget=0.1"),
        ("many", "layers=3&requests=20&gap=50ms"),
        ("many-budget", "layers=3&requests=20&gap=50ms&budget=0.1"),
        ("many-throttled", "layers=3&requests=20&gap=50ms&throttle=2"),
        ("herd", "layers=1&tries=4&requests=50&backoff=100ms&outage=50ms&capacity=10"),
        ("spread", "layers=1&tries=4&requests=50&backoff=100ms&outage=50ms&capacity=10&jitter=true"),
    ],
    check,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::count("layers", 5, 1, 6),
    Parameter::count("tries", 3, 1, 5),
    Parameter::choice("retry", "every", &["every", "top", "bottom", "fresh"]),
    Parameter::ratio("budget", "0", "0", "1"),
    Parameter::ratio("throttle", "0", "0", "100"),
    Parameter::duration("backoff", "0s", "0s", "1m"),
    Parameter::flag("jitter", false),
    Parameter::count("requests", 1, 1, 200),
    Parameter::duration("gap", "0s", "0s", "1m"),
    Parameter::duration("hop", "1ms", "0s", "1m"),
    Parameter::duration("service", "10ms", "0s", "1m"),
    Parameter::count("capacity", 200, 1, 200),
    Parameter::duration("outage", "1h", "0s", "1h"),
];

/// The tokens a layer's budget begins with, and the most it keeps.
const START: u32 = 10;
const CAP: u32 = 100;

/// Why nothing is amiss with what the parameters say.
const CHECKED: &str = "the link was checked";

#[derive(Clone, Copy)]
struct Plan {
    layers: u32,
    tries: u32,
    place: &'static str,
    /// In thousandths of a token per call; 0 is no budget.
    budget: u32,
    /// K of the client-side throttling, in thousandths; 0 is none.
    throttle: u32,
    backoff: Backoff,
    requests: u32,
    gap: Duration,
    hop: Duration,
    service: Duration,
    capacity: u32,
    outage: Duration,
}

fn plan(params: &Params) -> Plan {
    let base = params.duration("backoff");
    Plan {
        layers: params.count("layers") as u32,
        tries: params.count("tries") as u32,
        place: params.choice("retry"),
        budget: (params.ratio("budget").millionths / 1000) as u32,
        throttle: (params.ratio("throttle").millionths / 1000) as u32,
        backoff: Backoff {
            growth: Growth::Exponential { factor: 2000 },
            base,
            max: base.saturating_mul(16),
            jitter: if params.flag("jitter") { Jitter::Full } else { Jitter::None },
        },
        requests: params.count("requests") as u32,
        gap: params.duration("gap"),
        hop: params.duration("hop"),
        service: params.duration("service"),
        capacity: params.count("capacity") as u32,
        outage: params.duration("outage"),
    }
}

impl Plan {
    /// How often a layer tries a call. `is_retry`: somebody above is trying it again already.
    fn tries(&self, layer: u32, is_retry: bool) -> u32 {
        let retries = match self.place {
            "top" => layer == 1,
            "bottom" => layer == self.layers,
            "fresh" => !is_retry,
            _ => true,
        };
        if retries { self.tries } else { 1 }
    }

    fn policy(&self, tries: u32) -> Result<Checked, ConfigError> {
        Policy { backoff: self.backoff, ..Policy::at_once(tries) }.checked()
    }

    /// A layer's retry budget.
    fn budget(&self) -> Result<Budget, ConfigError> {
        match self.budget {
            0 => Ok(Budget::Unlimited),
            ratio => TokenRatio::new(ratio, START, CAP).map(Budget::Tokens),
        }
    }

    /// How a layer holds itself back, if it does: over two minutes, as in the book.
    fn throttling(&self) -> Result<Option<Throttling>, ConfigError> {
        match self.throttle {
            0 => Ok(None),
            k => Throttling::new(Duration::from_secs(120), k).map(Some),
        }
    }
}

fn check(params: &Params) -> Result<(), ConfigError> {
    let ratio = params.ratio("budget").millionths;
    ConfigError::unless(ratio == 0 || ratio >= 1000, "budget", ratio as f64 / 1e6, "0, 0.001–1")?;
    let k = params.ratio("throttle");
    ConfigError::unless(k.millionths == 0 || k.millionths >= 1_000_000, "throttle", k, "0, 1–100")?;
    let plan = plan(params);
    plan.budget()?;
    plan.throttling()?;
    plan.policy(plan.tries).map(drop)
}

/// The calls that retries of a single layer account for.
fn one_layer(params: &Params) -> u64 {
    params.count("requests") * params.count("tries")
}

/// The most calls that can reach the backend: layer by layer, fresh ones and retries.
fn most_calls(plan: &Plan) -> u64 {
    let (mut fresh, mut again) = (u64::from(plan.requests), 0);
    for layer in 1..=plan.layers {
        let more = fresh * u64::from(plan.tries(layer, false) - 1) + again * u64::from(plan.tries(layer, true) - 1);
        let earned = u64::from(START) + (fresh + again) * u64::from(plan.budget) / 1000;
        again += if plan.budget > 0 { more.min(earned) } else { more };
        fresh = u64::from(plan.requests);
    }
    fresh + again
}

/// A call to the layer below.
#[derive(Clone)]
struct Call {
    request: u32,
    is_retry: bool,
    /// Where the layer above waits.
    reply: Sender<Reply>,
}

impl Message for Call {
    fn code(&self) -> u32 {
        self.request << 1 | u32::from(self.is_retry)
    }
    fn describe(code: u32) -> String {
        format!("{} {}", if code & 1 == 1 { "retry" } else { "request" }, code >> 1)
    }
}

/// What came of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Reply(bool);

impl Message for Reply {
    fn code(&self) -> u32 {
        u32::from(self.0)
    }
    fn describe(code: u32) -> String {
        if code == 1 { "done" } else { "failed" }.to_owned()
    }
}

/// How often each layer was called; the backend is the last.
type Counts = Rc<Vec<Cell<u32>>>;

fn count(counts: &Counts, layer: u32) -> u32 {
    let cell = &counts[layer as usize - 1];
    cell.set(cell.get() + 1);
    cell.get()
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let counts: Counts = Rc::new((0..=plan.layers).map(|_| Cell::new(0)).collect());
        let (top, mut calls) = rt.link("calls-1", plan.hop);
        for number in 1..=plan.layers {
            let (below, next) = rt.link(&format!("calls-{}", number + 1), plan.hop);
            let layer = Layer {
                plan,
                number,
                calls,
                below,
                budget: plan.budget().expect(CHECKED).shared(),
                throttling: Rc::new(RefCell::new(plan.throttling().expect(CHECKED))),
                counts: counts.clone(),
            };
            // As many workers as requests: nobody waits for anything but the backend.
            for _ in 0..plan.requests {
                rt.spawn_server(&format!("layer-{number}"), layer.clone().serve(rt.clone()));
            }
            calls = next;
        }
        rt.spawn_server("backend", backend(rt.clone(), plan, calls, counts.clone()));
        let mut users = Vec::new();
        for request in 1..=plan.requests {
            users.push(rt.spawn("user", ask(rt.clone(), plan, request, top.clone())));
            if !plan.gap.is_zero() && request < plan.requests {
                rt.sleep(plan.gap).await;
            }
        }
        let mut served = 0;
        for user in users {
            served += u32::from(user.join().await == Ok(true));
        }
        for (index, calls) in counts.iter().enumerate() {
            let who = if index as u32 == plan.layers { "the backend" } else { &format!("layer {}", index + 1) };
            rt.log(format!("calls to {who}: {}", calls.get()));
        }
        rt.log(format!("requests served: {served} of {}", plan.requests));
    })
}

/// Somebody who asks once and takes what comes.
async fn ask(rt: Runtime, plan: Plan, request: u32, top: Sender<Call>) -> bool {
    let (reply, replies) = rt.link("replies", plan.hop);
    let _ = top.send(&rt, Call { request, is_retry: false, reply }).await;
    replies.recv(&rt).await == Some(Reply(true))
}

/// A layer: passes each call on, and tries again if that fails.
#[derive(Clone)]
struct Layer {
    plan: Plan,
    number: u32,
    calls: Receiver<Call>,
    below: Sender<Call>,
    budget: SharedBudget,
    throttling: Rc<RefCell<Option<Throttling>>>,
    counts: Counts,
}

impl Layer {
    /// Whether to ask the layer below at all.
    fn admits(&self, rt: &Runtime) -> bool {
        let mut throttling = self.throttling.borrow_mut();
        throttling.as_mut().is_none_or(|throttling| throttling.admits(rt.now(), rt.draw("throttle", 0, CERTAIN - 1)))
    }

    fn accepted(&self, rt: &Runtime) {
        if let Some(throttling) = &mut *self.throttling.borrow_mut() {
            throttling.accepted(rt.now());
        }
    }

    async fn serve(self, rt: Runtime) {
        let (reply, replies) = rt.link("replies", self.plan.hop);
        while let Some(call) = self.calls.recv(&rt).await {
            count(&self.counts, self.number);
            let tries = self.plan.tries(self.number, call.is_retry);
            let policy = self.plan.policy(tries).expect(CHECKED);
            let pass_on = async |attempt: Attempt| {
                rt.note("try layer {} attempt {}", [self.number, attempt.number]);
                if !self.admits(&rt) {
                    rt.note("hold layer {} attempt {}", [self.number, attempt.number]);
                    return Err(Failure::transient(()));
                }
                let is_retry = call.is_retry || attempt.number > 1;
                let below = Call { request: call.request, is_retry, reply: reply.clone() };
                let _ = self.below.send(&rt, below).await;
                match replies.recv(&rt).await {
                    Some(Reply(true)) => {
                        self.accepted(&rt);
                        Ok(())
                    }
                    _ => Err(Failure::transient(())),
                }
            };
            let done = retry(&rt, policy, &self.budget, pass_on).await;
            let _ = call.reply.send(&rt, Reply(done.is_ok())).await;
        }
    }
}

/// The backend: fails at once during the outage and when it is full, else takes its time.
async fn backend(rt: Runtime, plan: Plan, calls: Receiver<Call>, counts: Counts) {
    let limit = concurrency::Config { limit: plan.capacity, order: Order::Fifo, waiting: 0 };
    let places = Concurrency::new(limit).expect(CHECKED);
    while let Some(call) = calls.recv(&rt).await {
        let number = count(&counts, plan.layers + 1);
        rt.note("reach request {} call {}", [call.request, number]);
        let is_down = rt.now().as_nanos() < plan.outage.as_nanos() as u64;
        let place = if is_down { None } else { places.try_acquire() };
        let Some(place) = place else {
            let _ = call.reply.send(&rt, Reply(false)).await;
            continue;
        };
        let inner = rt.clone();
        rt.spawn("job", async move {
            inner.work(plan.service).await;
            drop(place);
            let _ = call.reply.send(&inner, Reply(true)).await;
        });
    }
}
