//! Twenty callers of an API, ten that read a file and ten that resolve an address: what the rate limit stories share.

use super::parameter::{Params, Rate as Given};
use crate::analysis::limits::Bound;
use crate::patterns::cancel::{Context, Guard};
use crate::patterns::rate_limit::{Bucket, Denied, Fair, InTurn, Keyed, Limiter, Multi, Rate, TokenBucket};
use crate::runtime::{Cause, Later, Reason, Runtime, Time, wall};
use std::rc::Rc;
use std::time::Duration;

/// The names of the first ten of each kind: those that faults may name.
pub const CALLERS: [&str; 21] = [
    "main",
    "read-1",
    "read-2",
    "read-3",
    "read-4",
    "read-5",
    "read-6",
    "read-7",
    "read-8",
    "read-9",
    "read-10",
    "resolve-1",
    "resolve-2",
    "resolve-3",
    "resolve-4",
    "resolve-5",
    "resolve-6",
    "resolve-7",
    "resolve-8",
    "resolve-9",
    "resolve-10",
];

/// What a caller asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It needs the disk.
    ReadFile,
    /// It needs the network.
    ResolveAddress,
}

impl Call {
    const fn name(self) -> &'static str {
        match self {
            Call::ReadFile => "ReadFile",
            Call::ResolveAddress => "ResolveAddress",
        }
    }

    const fn task(self) -> &'static str {
        match self {
            Call::ReadFile => "read",
            Call::ResolveAddress => "resolve",
        }
    }
}

/// What a caller has to wait for.
pub enum Gate {
    /// Nothing.
    Open,
    /// Several buckets, one after the other.
    InTurn(InTurn),
    /// Several buckets, planned together.
    Atomic(Multi),
    /// A limiter of whatever kind.
    Alone(Limiter<Box<dyn Bucket>>),
    /// A bucket for each kind of call.
    Own(Keyed<&'static str>, Call),
    /// One bucket, whose tokens go to the kinds of call in turns.
    Turns(Fair<&'static str>, Call),
}

impl Gate {
    async fn pass(&self, rt: &Runtime, context: &Context) -> Result<(), Denied> {
        match self {
            Gate::Open => Ok(()),
            Gate::InTurn(buckets) => buckets.wait(rt, context, 1).await,
            Gate::Atomic(buckets) => buckets.wait(rt, context, 1).await,
            Gate::Alone(limiter) => limiter.wait(rt, context, 1).await,
            Gate::Own(buckets, call) => {
                let own = buckets.of(rt.now(), call.name()).expect("there is room for every kind of call");
                own.wait(rt, context, 1).await
            }
            Gate::Turns(bucket, call) => bucket.wait(context, call.name(), 1).await,
        }
    }
}

/// Who begins first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// As Go's scheduler has it: the last one that was created, then the others in order.
    Go,
    /// Every read, then the others.
    ReadFirst,
    /// Every address, then the others.
    ResolveFirst,
}

/// How patient a caller is.
#[derive(Clone, Copy)]
pub struct Patience {
    /// How long it would wait; none: for ever.
    pub deadline: Option<Duration>,
    /// Whether it is told at once that the wait would be too long, or finds out when its time is up.
    pub told_early: bool,
}

impl Patience {
    /// As the parameters `deadline` and `refusal` say.
    pub fn of(params: &Params) -> Self {
        let deadline = params.duration("deadline");
        Patience {
            deadline: (!deadline.is_zero()).then_some(deadline),
            told_early: params.choice("refusal") == "early",
        }
    }

    /// A context with this patience, and what ends it when its caller is done.
    fn context(self, rt: &Runtime) -> (Context, (Guard, Option<Later>)) {
        let background = Context::background(rt);
        match self.deadline {
            Some(deadline) if self.told_early => {
                let (context, cancel) = background.with_timeout(deadline);
                (context, (cancel.guard(), None))
            }
            Some(deadline) => {
                // Nobody who looks at this context can know how much time is left.
                let (context, cancel) = background.with_cancel();
                let end = cancel.clone();
                let out_of_time = Cause::new(Reason::Timeout, "out of patience");
                (context, (cancel.guard(), Some(rt.later(deadline, move |_| end.because(out_of_time)))))
            }
            None => {
                let (context, cancel) = background.with_cancel();
                (context, (cancel.guard(), None))
            }
        }
    }
}

/// A bucket by the book's helper, which cuts the interval of its rate to whole nanoseconds; `queue` may wait.
pub fn bucket(number: u32, given: Given, burst: u64, queue: u64) -> Limiter {
    let rate = Rate::per(given.count as u32, given.per).expect("the parameter's range leaves out zero");
    let bucket = TokenBucket::new(rate, burst as u32).expect("the parameter's range leaves out zero");
    Limiter::new(number, bucket.with_queue(queue as u32).expect("the parameter's range leaves out what is too long"))
}

/// How much a bucket may give, as a claim holds it against.
pub fn bound(number: u32, given: Given, burst: u64) -> Bound {
    let per = (given.per / given.count as u32).max(Duration::from_nanos(1));
    Bound { bucket: number, count: 1, per, burst: burst as u32 }
}

/// A bucket to chart: a label for the tokens there are, one for the tokens that are owed to those who wait, and how
/// many there are, below zero while some are owed.
pub type Gauge = (&'static str, &'static str, Rc<dyn Fn(Time) -> f64>);

/// How many tokens a limiter holds, to be charted.
pub fn level<B: Bucket + 'static>(limiter: &Limiter<B>) -> Rc<dyn Fn(Time) -> f64> {
    let limiter = limiter.clone();
    Rc::new(move |now| limiter.with(|bucket| bucket.tokens(now)))
}

/// Who calls: so many read a file, so many resolve an address, all of them from this moment on.
#[derive(Clone, Copy)]
pub struct Crowd {
    /// Callers that read a file.
    pub reads: u64,
    /// Callers that resolve an address.
    pub addresses: u64,
    /// Since the start of the run.
    pub after: Duration,
}

/// What all callers share.
struct Shared {
    rt: Runtime,
    patience: Patience,
    read: Gate,
    resolve: Gate,
    gauges: Vec<Gauge>,
}

/// Starts the callers, waits for them and prints `Done.`
pub async fn run(
    rt: Runtime,
    crowd: Crowd,
    begin: Begin,
    patience: Patience,
    gate: impl Fn(Call) -> Gate,
    gauges: Vec<Gauge>,
) {
    let (read, resolve) = (gate(Call::ReadFile), gate(Call::ResolveAddress));
    let shared = Rc::new(Shared { rt, patience, read, resolve, gauges });
    if !crowd.after.is_zero() {
        shared.rt.sleep(crowd.after).await;
    }
    shared.chart();
    let mut callers: Vec<_> = (1..=crowd.reads).map(|number| (Call::ReadFile, number)).collect();
    callers.extend((1..=crowd.addresses).map(|number| (Call::ResolveAddress, number)));
    // Whoever is created last begins first (rule S4), so the one that is to begin goes to the end.
    match begin {
        Begin::Go => {}
        Begin::ReadFirst => callers.rotate_left(1),
        Begin::ResolveFirst => callers.rotate_left(crowd.reads as usize + 1),
    }
    let started = callers.into_iter().map(|(call, number)| {
        let name = format!("{}-{number}", call.task());
        shared.rt.spawn(&name, shared.clone().call(call))
    });
    for caller in started.collect::<Vec<_>>() {
        let _ = caller.join().await;
    }
    shared.rt.log("Done.");
}

impl Shared {
    /// A caller: waits for its turn, then acts, that is prints its name.
    async fn call(self: Rc<Self>, call: Call) {
        let (context, _end) = self.patience.context(&self.rt);
        let gate = if call == Call::ReadFile { &self.read } else { &self.resolve };
        let passed = gate.pass(&self.rt, &context).await;
        self.chart();
        let what = call.name();
        let Err(denied) = passed else { return self.print(what) };
        let (bucket, wait) = match denied {
            Denied::Deadline { bucket, wait } => (bucket, wait),
            Denied::Burst { bucket, .. } | Denied::Full { bucket } => (bucket, Duration::ZERO),
            Denied::Ended(_) => (0, Duration::ZERO),
        };
        self.rt.note("denied bucket {} wait {} ms", [bucket, wait.as_millis() as u32]);
        self.print(&format!("{what}: {denied}"));
    }

    /// A line with the second at which it was printed (UTC).
    fn print(&self, line: &str) {
        self.rt.log(format!("{} {line}", wall::time_of_day(self.rt.utc_nanos())));
    }

    fn chart(&self) {
        for (there, owed, level) in &self.gauges {
            let tokens = level(self.rt.now());
            let thousandths = |tokens: f64| (tokens.max(0.0) * 1000.0) as u32;
            self.rt.note(there, [thousandths(tokens), 1000]);
            self.rt.note(owed, [thousandths(-tokens), 1000]);
        }
    }
}
