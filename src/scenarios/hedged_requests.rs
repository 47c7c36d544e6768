//! A copy of a request only when the answer is late: cheap against a long tail, and a storm when everything is slow.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::claims::{AtMostOnce, CancelHeard, NoOrphans, NothingLost};
use crate::analysis::copies::WithinShare;
use crate::patterns::cancel::Context;
use crate::patterns::config::ConfigError;
use crate::patterns::replicate::{
    Attempt, Budget, Eligible, Latencies, Losers, Next, Policy, Replicator, Share, first_ok,
};
use crate::runtime::{Of2, Receiver, Runtime, Sender, Time, select, wall};
use futures::future::join_all;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "hedged-requests",
    chapter: "5.4",
    parameters: PARAMETERS,
    tasks: &["client", "request", "copy-0", "copy-1", "copy-2"],
    cancels: &[],
    channels: &["result"],
    claims: &[
        ClaimInfo::always("within-share", |params| {
            let share = share(params);
            Box::new(WithinShare::of(share.per_mille, share.start, share.most))
        }),
        ClaimInfo::always("accepted-once", |_| Box::new(AtMostOnce::default())),
        ClaimInfo::expected(
            "nothing-lost",
            |params| if params.ratio("fail").millionths > 0 { Expect::Breaks } else { Expect::Always },
            |params| Box::new(NothingLost::new(params.count("requests") as u32)),
        ),
        ClaimInfo::always("cancel-heard", |_| Box::new(CancelHeard::within(Duration::ZERO))).about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/hedged_requests.rs",
        "src/patterns/replicate/race.rs",
        "src/patterns/replicate/schedule.rs",
        "src/patterns/replicate/copies.rs",
        "src/patterns/replicate/budget.rs",
        "src/patterns/replicate/latency.rs",
    ],
    presets: &[
        ("late-answers", ""),
        ("no-copies", "hedge=none"),
        ("quantile", "requests=100&hedge=quantile&quantile=0.9"),
        ("no-tail", "load=even&fast=1s&every=6s&servers=0&delay=2s&share=1"),
        ("tied", "hedge=at-once&tied=true&share=1"),
        ("on-failure", "hedge=on-failure&share=1&fail=0.2"),
        ("fan-out", "requests=2&every=2s&fan-out=100&servers=0&slow-share=0.01&hedge=none"),
        ("fan-out-hedged", "requests=2&every=2s&fan-out=100&servers=0&slow-share=0.01"),
        ("storm", "requests=60&every=50ms&slow=300ms&slow-from=500ms&slow-for=1s&share=1&at-once=1000"),
        ("storm-rationed", "requests=60&every=50ms&slow=300ms&slow-from=500ms&slow-for=1s"),
    ],
    check,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::count("requests", 40, 1, 10_000),
    Parameter::duration("every", "100ms", "1ms", "1h"),
    Parameter::count("fan-out", 1, 1, 200),
    Parameter::count("servers", 4, 0, 100),
    Parameter::choice("load", "tail", &["tail", "even"]),
    Parameter::duration("fast", "10ms", "1ms", "1h"),
    Parameter::duration("slow", "1s", "1ms", "1h"),
    Parameter::ratio("slow-share", "0.1", "0", "1"),
    Parameter::duration("slow-from", "0s", "0s", "24h"),
    Parameter::duration("slow-for", "0s", "0s", "24h"),
    Parameter::ratio("fail", "0", "0", "1"),
    Parameter::choice("hedge", "delay", &["none", "at-once", "delay", "quantile", "on-failure"]),
    Parameter::duration("delay", "50ms", "1ms", "1h"),
    Parameter::ratio("quantile", "0.95", "0.001", "0.999"),
    Parameter::count("extra", 1, 1, 9),
    Parameter::flag("tied", false),
    Parameter::ratio("share", "0.1", "0", "9"),
    Parameter::count("at-once", 20, 1, 10_000),
];

/// Copies go to different servers, so there must be one for each.
fn check(params: &Params) -> Result<(), ConfigError> {
    let (servers, extra) = (params.count("servers"), params.count("extra"));
    let allowed = format!("0, or more than the {extra} extra copies");
    ConfigError::unless(servers == 0 || servers > extra, "servers", servers, allowed)?;
    // Each part is a task, and tasks that all wait at once take memory.
    let (requests, fan_out) = (params.count("requests"), params.count("fan-out"));
    let most = MOST_PARTS / requests;
    ConfigError::unless(fan_out <= most, "fan-out", fan_out, format!("≤ {most} for {requests} requests"))
}

/// Most parts of all requests together.
const MOST_PARTS: u64 = 100_000;

fn share(params: &Params) -> Share {
    let per_mille = (params.ratio("share").millionths / 1_000) as u32;
    // One in advance, so that the first late answer is not waited out; ten can be saved up.
    Share { per_mille, start: 1, most: 10, at_once: params.count("at-once") as u32 }
}

fn replicator(params: &Params, budget: Budget) -> Result<Replicator, ConfigError> {
    let is_off = params.choice("hedge") == "none";
    let extra = if is_off { 0 } else { params.count("extra") as u32 };
    let next = match params.choice("hedge") {
        "at-once" => Next::After(Duration::ZERO),
        "delay" => Next::After(params.duration("delay")),
        "quantile" => Next::Late(Latencies::new((params.ratio("quantile").millionths / 1_000) as u32, 20)?),
        _ => Next::OnFailure,
    };
    let losers = Losers::Drain { grace: Duration::from_secs(1) };
    Replicator::new(Policy { extra, targets: extra + 1, next, tied: params.flag("tied"), losers }, budget)
}

/// What may slow a copy down or let it fail.
struct Weather {
    /// One to five times as long as a fast answer, each equally often; there is no tail then.
    is_even: bool,
    fast: Duration,
    slow: Duration,
    slow_millionths: u64,
    storm: (Time, Time),
    fail_millionths: u64,
}

/// What is in store for a copy.
#[derive(Clone, Copy)]
struct Luck {
    times: u32,
    is_slow: bool,
    fails: bool,
}

impl Weather {
    /// Drawn before the copy is sent, whenever it is served.
    fn draw(&self, rt: &Runtime) -> Luck {
        let happens = |purpose, millionths| rt.draw(purpose, 0, 999_999) < millionths;
        Luck {
            times: if self.is_even { rt.draw("load", 1, 5) as u32 } else { 1 },
            is_slow: !self.is_even && happens("slow", self.slow_millionths),
            fails: happens("fail", self.fail_millionths),
        }
    }

    /// How long a copy keeps its server busy if it begins now.
    fn busy(&self, rt: &Runtime, luck: Luck) -> Duration {
        let in_storm = (self.storm.0..self.storm.1).contains(&rt.now());
        if luck.is_slow || in_storm { self.slow } else { self.fast * luck.times }
    }
}

/// The right to be served: each server has one, and takes requests in the order they came.
type Turns = Vec<(Sender<()>, Receiver<()>)>;

struct Client {
    rt: Runtime,
    copies: Replicator,
    budget: Budget,
    weather: Weather,
    turns: Turns,
    fan_out: u32,
    extra: u32,
    active: Cell<u32>,
    sent: Cell<u32>,
    latencies: RefCell<Vec<Duration>>,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let budget = Budget::new(share(params)).expect("it starts with one");
    let storm_from = Time::ZERO + params.duration("slow-from");
    let client = Client {
        rt: rt.clone(),
        copies: replicator(params, budget.clone()).expect("the ranges and `check` leave out what does not fit"),
        budget,
        weather: Weather {
            is_even: params.choice("load") == "even",
            fast: params.duration("fast"),
            slow: params.duration("slow"),
            slow_millionths: params.ratio("slow-share").millionths,
            storm: (storm_from, storm_from + params.duration("slow-for")),
            fail_millionths: params.ratio("fail").millionths,
        },
        turns: (0..params.count("servers")).map(|number| rt.channel(&format!("turn-{number}"), 1)).collect(),
        fan_out: params.count("fan-out") as u32,
        extra: params.count("extra") as u32,
        active: Cell::new(0),
        sent: Cell::new(0),
        latencies: RefCell::default(),
    };
    let (requests, every) = (params.count("requests") as u32, params.duration("every"));
    let rt = rt.clone();
    Box::pin(async move {
        let _ = rt.spawn("client", Rc::new(client).run(requests, every)).join().await;
    })
}

impl Client {
    /// Sends the requests, whether or not the earlier ones are answered, and sums up.
    async fn run(self: Rc<Self>, requests: u32, every: Duration) {
        for (give, _) in &self.turns {
            let _ = give.try_send(&self.rt, ());
        }
        let mut open = Vec::new();
        for number in 1..=requests {
            // Drawn here for every copy there might be: they fare alike whichever are sent.
            let draw = |_| (0..=self.extra).map(|_| self.weather.draw(&self.rt)).collect();
            let luck = (0..self.fan_out).map(draw).collect();
            open.push(self.rt.spawn("request", self.clone().request(number, luck)));
            if number < requests {
                self.rt.sleep(every).await;
            }
        }
        for request in open {
            let _ = request.join().await;
        }
        self.sum_up(&mut self.latencies.take());
        let (asked, sent) = (requests * self.fan_out, self.sent.get());
        let extra = sent.saturating_sub(asked);
        let per_mille = u64::from(extra) * 1_000 / u64::from(asked);
        let refused = self.budget.refused();
        self.rt.log(format!(
            "{asked} requests, {extra} extra ({}.{}%), {refused} suppressed",
            per_mille / 10,
            per_mille % 10
        ));
    }

    fn sum_up(&self, latencies: &mut [Duration]) {
        latencies.sort_unstable();
        let count = latencies.len();
        let Some(slowest) = latencies.last() else { return };
        let mean = latencies.iter().sum::<Duration>() / count as u32;
        let mean = Duration::from_millis(mean.as_millis() as u64);
        let at = |per_cent: usize| latencies[(count * per_cent).div_ceil(100) - 1];
        let [mean, median, p95, p99, slowest] = [mean, at(50), at(95), at(99), *slowest].map(wall::duration);
        self.rt.log(format!("mean {mean}, median {median}, p95 {p95}, p99 {p99}, slowest {slowest}"));
    }

    /// A request, which is answered when each of its parts is.
    async fn request(self: Rc<Self>, number: u32, luck: Vec<Vec<Luck>>) {
        let began = self.rt.now();
        let context = Context::background(&self.rt);
        let parts = (0..).zip(luck).map(|(part, luck)| {
            let (client, context) = (self.clone(), &context);
            async move {
                // Said when it pays into the budget, so that whoever counts sees payments in their order.
                client.rt.note("request {} part {}", [number, part + 1]);
                let serve = |copy: Attempt| {
                    let luck = luck[copy.number as usize];
                    client.clone().serve(copy, number + part, luck)
                };
                client.copies.ask(&client.rt, context, Eligible::Idempotent, "copy", first_ok, serve).await
            }
        });
        let answers = join_all(parts).await;
        let winners: Vec<_> = answers.iter().flatten().map(|won| won.number).collect();
        if winners.len() == answers.len() {
            self.rt.note("accept request {} attempt {}", [number, winners.into_iter().max().unwrap_or(0)]);
            self.latencies.borrow_mut().push(self.rt.now().since(began));
        }
        for answer in &answers {
            match answer {
                Ok(won) => won.drained().await,
                Err(failed) => failed.drained().await,
            }
        }
    }

    /// A copy at its server: waits for its turn, is served, or is told to stop.
    async fn serve(self: Rc<Self>, copy: Attempt, first: u32, luck: Luck) -> Result<(), ()> {
        self.sent.set(self.sent.get() + 1);
        let _active = Active::count(&self);
        let server = (!self.turns.is_empty()).then(|| &self.turns[(first + copy.number) as usize % self.turns.len()]);
        let _turn = match server {
            None => None,
            Some((give, take)) => match select((take.recv(&self.rt), copy.context.done())).await {
                Of2::A(_) => Some(Turn { rt: &self.rt, give }),
                Of2::B(_) => return Err(()),
            },
        };
        if !copy.begin() {
            return Err(());
        }
        match select((self.rt.work(self.weather.busy(&self.rt, luck)), copy.context.done())).await {
            Of2::A(()) if !luck.fails => Ok(()),
            _ => Err(()),
        }
    }
}

/// The next one may be served when this is dropped.
struct Turn<'a> {
    rt: &'a Runtime,
    give: &'a Sender<()>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let _ = self.give.try_send(self.rt, ());
    }
}

/// A copy that has not ended counts as load.
struct Active<'a>(&'a Client);

impl<'a> Active<'a> {
    fn count(client: &'a Client) -> Self {
        client.active.set(client.active.get() + 1);
        client.rt.note("gauge copies {}/{}", [client.active.get(), 1]);
        Active(client)
    }
}

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.active.set(self.0.active.get() - 1);
        self.0.rt.note("gauge copies {}/{}", [self.0.active.get(), 1]);
    }
}
