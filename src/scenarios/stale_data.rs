//! Readings come faster than they can be used: a deadline against age, and newer data in place of older.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario, any};
use crate::analysis::claim::Expect;
use crate::analysis::claims::NoOrphans;
use crate::analysis::freshness::{Fresh, KeepsComing};
use crate::patterns::cancel::{Cancel, Context};
use crate::patterns::heartbeat::{Latest, latest};
use crate::runtime::{Cause, Message, Of3, Reason, Receiver, Runtime, Sender, Time, select};
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "stale-data",
    chapter: "5.2",
    parameters: PARAMETERS,
    tasks: &["main", "sensor", "consumer"],
    cancels: &[],
    channels: &["readings"],
    claims: &[
        ClaimInfo::expected("fresh", expect_fresh, |params| Box::new(Fresh::within(params.duration("max-age"))))
            .about_time(),
        ClaimInfo::expected("keeps-coming", expect_coming, |params| {
            Box::new(KeepsComing::within(params.duration("gap")))
        })
        .about_time(),
        ClaimInfo::always("no-orphans", |_| Box::new(NoOrphans::default())),
    ],
    outcome: None,
    sources: &["src/scenarios/stale_data.rs", "src/patterns/cancel/mod.rs", "src/patterns/heartbeat.rs"],
    presets: &[
        ("queue", ""),
        ("deadline", "policy=deadline"),
        ("newest", "policy=newest"),
        ("supersede", "policy=supersede"),
        ("supersede-in-time", "policy=supersede&work=400ms"),
        ("fast-enough", "work=400ms"),
        ("too-strict", "policy=newest&max-age=1s"),
    ],
    check: any,
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::choice("policy", "queue", &["queue", "deadline", "newest", "supersede"]),
    Parameter::duration("every", "500ms", "1ms", "1h"),
    Parameter::duration("work", "1.2s", "1ms", "1h"),
    Parameter::duration("max-age", "2s", "1ms", "1h"),
    Parameter::duration("gap", "3s", "1ms", "1h"),
    Parameter::count("readings", 20, 1, 2_000),
];

#[derive(Clone, Copy)]
struct Plan {
    policy: &'static str,
    every: Duration,
    work: Duration,
    max_age: Duration,
    gap: Duration,
    readings: u32,
}

fn plan(params: &Params) -> Plan {
    Plan {
        policy: params.choice("policy"),
        every: params.duration("every"),
        work: params.duration("work"),
        max_age: params.duration("max-age"),
        gap: params.duration("gap"),
        readings: params.count("readings") as u32,
    }
}

/// Only a queue without deadlines uses what is too old; its last reading has waited longest.
fn expect_fresh(params: &Params) -> Expect {
    let Plan { policy, every, work, max_age, readings, .. } = plan(params);
    let oldest = work + work.saturating_sub(every) * (readings - 1);
    if policy == "queue" && oldest > max_age { Expect::Breaks } else { Expect::Always }
}

/// Who falls behind the readings loses all of them to a deadline or to newer ones, unless it always takes the newest.
fn expect_coming(params: &Params) -> Expect {
    let Plan { policy, every, work, max_age, gap, .. } = plan(params);
    let comes = match policy {
        "queue" => true,
        // At the very moment of its deadline a reading may be lost, hence no equality here.
        "newest" => every + work < max_age,
        _ => work < every && work < max_age,
    };
    if comes && work.max(every) <= gap { Expect::Always } else { Expect::Breaks }
}

/// A reading, which is worth less the older it is.
#[derive(Clone, Copy)]
struct Reading {
    number: u32,
    taken: Time,
}

impl Message for Reading {
    fn code(&self) -> u32 {
        self.number
    }
    fn describe(code: u32) -> String {
        format!("reading {code}")
    }
}

/// Where the sensor puts its readings: all of them into a queue, or the latest into a slot.
enum Place {
    Queue(Sender<Reading>),
    Slot(Latest<Reading>),
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let (rt, plan) = (rt.clone(), plan(params));
    Box::pin(async move {
        let _ = rt.spawn("main", begin(rt.clone(), plan)).join().await;
    })
}

async fn begin(rt: Runtime, plan: Plan) {
    let (place, readings) = match plan.policy {
        "queue" | "deadline" => {
            let (queue, readings) = rt.channel("readings", plan.readings as usize);
            (Place::Queue(queue), readings)
        }
        _ => {
            let (slot, readings) = latest(&rt, "readings");
            (Place::Slot(slot), readings)
        }
    };
    let sensor = rt.spawn("sensor", measure(rt.clone(), plan, place));
    let consumer = rt.spawn("consumer", consume(rt.clone(), plan, readings));
    let _ = sensor.join().await;
    let _ = consumer.join().await;
}

/// A reading every so often, whether or not anybody keeps up.
async fn measure(rt: Runtime, plan: Plan, place: Place) {
    let clock = rt.interval(plan.every);
    for number in 1..=plan.readings {
        clock.tick().await;
        let reading = Reading { number, taken: rt.now() };
        rt.note("measure reading {}", [number, 0]);
        match &place {
            Place::Queue(queue) => drop(queue.send(&rt, reading).await),
            Place::Slot(slot) => drop(slot.put(&rt, reading)),
        }
    }
    match place {
        Place::Queue(queue) => queue.close(&rt),
        Place::Slot(slot) => slot.close(&rt),
    }
}

/// How the work on a reading ended.
enum Ended {
    Used,
    TooOld,
    Superseded(Reading),
}

/// Uses one reading after the other.
async fn consume(rt: Runtime, plan: Plan, readings: Receiver<Reading>) {
    let mut next = readings.recv(&rt).await;
    while let Some(reading) = next {
        let age = |rt: &Runtime| rt.now() - reading.taken;
        next = match make_use(&rt, plan, reading, &readings).await {
            Ended::Superseded(newer) => {
                rt.log(format!("reading {}: gave way to {}", reading.number, newer.number));
                Some(newer)
            }
            Ended::Used => {
                rt.note("use reading {}", [reading.number, 0]);
                rt.note("gauge age {}/{}", [age(&rt).as_millis() as u32, 1_000]);
                rt.log(format!("reading {}: used, {:?} old", reading.number, age(&rt)));
                readings.recv(&rt).await
            }
            Ended::TooOld => {
                rt.log(format!("reading {}: given up, {:?} old", reading.number, age(&rt)));
                readings.recv(&rt).await
            }
        };
    }
}

/// Works on a reading under a context that ends with the reading's worth.
async fn make_use(rt: &Runtime, plan: Plan, reading: Reading, readings: &Receiver<Reading>) -> Ended {
    let (worth, cancel): (Context, Cancel) = match plan.policy {
        "queue" => Context::background(rt).with_cancel(),
        _ => Context::background(rt).with_deadline(reading.taken + plan.max_age),
    };
    let mut newer = if plan.policy == "supersede" { readings.clone() } else { Receiver::absent() };
    if worth.err().is_some() {
        worth.done().await;
        return Ended::TooOld;
    }
    let mut work = rt.work(plan.work);
    loop {
        match select((work.by_ref(), worth.done(), newer.recv(rt))).await {
            Of3::A(()) => return Ended::Used,
            Of3::B(_) => return Ended::TooOld,
            Of3::C(Some(reading)) => {
                cancel.because(Cause::new(Reason::Plain, "newer data"));
                worth.done().await;
                return Ended::Superseded(reading);
            }
            // The sensor is done: nothing newer will come.
            Of3::C(None) => newer = Receiver::absent(),
        }
    }
}
