//! Three tests of one worker: one guesses how long its start takes, one waits for its first beat, one for its beats.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::lives::NeverNotes;
use crate::patterns::heartbeat::{Heart, Pulse, first_beat};
use crate::runtime::{Cause, Of2, Of3, Reason, Receiver, Runtime, Sender, Signal, select};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "heartbeat-tests",
    chapter: "5.3",
    parameters: PARAMETERS,
    tasks: &["bad-test", "bad-worker", "first-beat-test", "first-beat-worker", "interval-test", "interval-worker"],
    cancels: &[],
    channels: &[
        "bad-heartbeat",
        "bad-results",
        "first-beat-heartbeat",
        "first-beat-results",
        "interval-heartbeat",
        "interval-results",
    ],
    claims: &[
        ClaimInfo::expected("bad-test-passes", bad_test, |_| Box::new(NeverNotes::by("bad-test", FAIL))).about_time(),
        ClaimInfo::always("first-beat-test-passes", |_| Box::new(NeverNotes::by("first-beat-test", FAIL))),
        ClaimInfo::always("interval-test-passes", |_| Box::new(NeverNotes::by("interval-test", FAIL))).about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &["src/scenarios/heartbeat_tests.rs", "src/patterns/heartbeat.rs"],
    presets: &[
        ("side-by-side", ""),
        ("bad", "test=bad"),
        ("first-beat", "test=first-beat"),
        ("interval", "test=interval"),
        ("coin-toss", "test=bad&delay=1s&order=seeded&seed=1"),
        ("slow-unit", "slow=10s"),
        ("crash", "slow=10s&fault=interval-worker:crash@5s&fault=first-beat-worker:hang@5s%2B20s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("test", "all", &["all", "bad", "first-beat", "interval"]),
    Parameter::duration("delay", "2s", "0s", "1h"),
    Parameter::duration("guess", "1s", "1ms", "1h"),
    Parameter::duration("timeout", "2s", "1ms", "1h"),
    Parameter::duration("slow", "0s", "0s", "1h"),
];

/// What a worker is to send.
const VALUES: [u32; 5] = [0, 1, 2, 3, 5];
/// The one it may take long for.
const SLOW: usize = 2;
const FAIL: &[&str] = &["fail"];

/// A guess is right only if nothing takes longer.
fn bad_test(params: &Params) -> Expect {
    let is_run = matches!(params.choice("test"), "all" | "bad");
    let longest = params.duration("delay").max(params.duration("slow"));
    if is_run && longest >= params.duration("guess") { Expect::Breaks } else { Expect::Always }
}

#[derive(Clone, Copy)]
struct Plan {
    delay: Duration,
    guess: Duration,
    timeout: Duration,
    slow: Duration,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let plan = Plan {
        delay: params.duration("delay"),
        guess: params.duration("guess"),
        timeout: params.duration("timeout"),
        slow: params.duration("slow"),
    };
    let test = params.choice("test");
    let rt = rt.clone();
    Box::pin(async move {
        let is_run = |name: &str| test == "all" || test == name;
        let bad = is_run("bad").then(|| rt.spawn("bad-test", bad(rt.clone(), plan)));
        let first = is_run("first-beat").then(|| rt.spawn("first-beat-test", first(rt.clone(), plan)));
        let interval = is_run("interval").then(|| rt.spawn("interval-test", interval(rt.clone(), plan)));
        for test in [bad, first, interval].iter().flatten() {
            let _ = test.join().await;
        }
    })
}

/// How far a test has come.
struct Test {
    rt: Runtime,
    name: &'static str,
    right: usize,
}

impl Test {
    fn new(rt: &Runtime, name: &'static str) -> Self {
        Test { rt: rt.clone(), name, right: 0 }
    }

    /// Whether this is the value that had to come.
    fn is_right(&mut self, value: u32) -> bool {
        let is_right = VALUES.get(self.right) == Some(&value);
        self.right += usize::from(is_right);
        is_right
    }

    fn timed_out(&self) {
        self.rt.log("test timed out");
    }

    /// The verdict: the values that came were right; were they all?
    fn end(&self) {
        let (right, all) = (self.right, VALUES.len());
        if right == all {
            self.rt.note("pass with {} of {} values", [right as u32, all as u32]);
            self.rt.log(format!("{}-test: PASS, {right} of {all} values", self.name));
        } else {
            self.rt.note("fail after {} of {} values", [right as u32, all as u32]);
            self.rt.log(format!("{}-test: FAIL, {right} of {all} values", self.name));
        }
    }
}

fn over() -> Cause {
    Cause::new(Reason::Shutdown, "test over")
}

/// Guesses that no value takes longer than so: a slow start fails it, and a slower machine fails it now and then.
async fn bad(rt: Runtime, plan: Plan) {
    let mut test = Test::new(&rt, "bad");
    let (_, results, done, worker) = begin(&rt, "bad", plan, false);
    while test.right < VALUES.len() {
        match select((results.recv(&rt), rt.sleep(plan.guess))).await {
            Of2::A(Some(value)) if test.is_right(value) => {}
            Of2::A(_) => break,
            Of2::B(()) => {
                test.timed_out();
                break;
            }
        }
    }
    test.end();
    done.give(&rt, over());
    let _ = worker.join().await;
}

/// Waits for the first beat, however long the start takes, and then for every value, however long that takes.
async fn first(rt: Runtime, plan: Plan) {
    let mut test = Test::new(&rt, "first-beat");
    let (heartbeat, results, done, worker) = begin(&rt, "first-beat", plan, false);
    if first_beat(&rt, &heartbeat).await {
        rt.log("first-beat-test: first heartbeat");
        while let Some(value) = results.recv(&rt).await
            && test.is_right(value)
        {}
    }
    test.end();
    done.give(&rt, over());
    let _ = worker.join().await;
}

/// Waits for the first beat, and then no longer than `timeout` for a value or another beat: whoever beats may be slow.
async fn interval(rt: Runtime, plan: Plan) {
    let mut test = Test::new(&rt, "interval");
    let (heartbeat, results, done, worker) = begin(&rt, "interval", plan, true);
    if first_beat(&rt, &heartbeat).await {
        rt.log("interval-test: first heartbeat");
        let mut heartbeat = heartbeat;
        loop {
            match select((results.recv(&rt), heartbeat.recv(&rt), rt.sleep(plan.timeout))).await {
                Of3::A(Some(value)) if test.is_right(value) => {}
                Of3::A(_) => break,
                Of3::B(Some(())) => {}
                // A closed heart would answer again and again.
                Of3::B(None) => heartbeat = Receiver::absent(),
                Of3::C(()) => {
                    test.timed_out();
                    break;
                }
            }
        }
    }
    test.end();
    done.give(&rt, over());
    let _ = worker.join().await;
}

type Worker = (Receiver<()>, Receiver<u32>, Signal, crate::runtime::Task<()>);

/// Starts a worker that pulses at intervals or before each value; what it gives, how to stop it, and its task.
fn begin(rt: &Runtime, test: &str, plan: Plan, at_intervals: bool) -> Worker {
    let (heart, heartbeat) = rt.channel(&format!("{test}-heartbeat"), 1);
    let (send, results) = rt.channel(&format!("{test}-results"), 0);
    let done = rt.signal();
    let (inner, stop) = (rt.clone(), done.clone());
    let worker = rt.spawn(&format!("{test}-worker"), async move {
        if at_intervals {
            pulse_at_intervals(&inner, plan, heart.clone(), &send, &stop).await;
        } else {
            pulse_per_value(&inner, plan, Heart::new(heart.clone()), &send, &stop).await;
        }
        send.close(&inner);
        heart.close(&inner);
    });
    (heartbeat, results, done, worker)
}

/// A worker that is slow to start, and then pulses before each value.
async fn pulse_per_value(rt: &Runtime, plan: Plan, heart: Heart, results: &Sender<u32>, done: &Signal) {
    if let Of2::A(_) = select((done.wait(rt), rt.sleep(plan.delay))).await {
        return;
    }
    for (index, value) in VALUES.into_iter().enumerate() {
        heart.beat(rt);
        if index == SLOW
            && !plan.slow.is_zero()
            && let Of2::A(_) = select((done.wait(rt), rt.work(plan.slow))).await
        {
            return;
        }
        if let Of2::A(_) = select((done.wait(rt), results.send(rt, value))).await {
            return;
        }
    }
}

/// A worker that is slow to start, and then pulses twice in every timeout, whatever it is about.
async fn pulse_at_intervals(rt: &Runtime, plan: Plan, heart: Sender<()>, results: &Sender<u32>, done: &Signal) {
    if let Of2::A(_) = select((done.wait(rt), rt.sleep(plan.delay))).await {
        return;
    }
    let pulse = Pulse::every(rt, plan.timeout / 2, heart);
    for (index, value) in VALUES.into_iter().enumerate() {
        if index == SLOW && !plan.slow.is_zero() {
            let mut slow = rt.work(plan.slow);
            loop {
                match select((done.wait(rt), pulse.due(), slow.by_ref())).await {
                    Of3::A(_) => return,
                    Of3::B(_) => _ = pulse.beat(rt),
                    Of3::C(()) => break,
                }
            }
        }
        loop {
            match select((done.wait(rt), pulse.due(), results.send(rt, value))).await {
                Of3::A(_) => return,
                Of3::B(_) => _ = pulse.beat(rt),
                Of3::C(_) => break,
            }
        }
    }
}
