//! Four detectors hear the same heart: what one takes for death is a pause to another, and the price is time.

use super::parameter::{Parameter, Params};
use super::{ClaimInfo, Root, Scenario};
use crate::analysis::claim::Expect;
use crate::analysis::doubts::{DoubtInTime, FairDoubt};
use crate::patterns::config::ConfigError;
use crate::patterns::detector::{Deadline, Detector, LocalPause, Misses, PhiExponential, PhiNormal, State, Watch, phi};
use crate::patterns::heartbeat::Heart;
use crate::runtime::{Cause, Of2, Of4, Reason, Receiver, Runtime, Signal, Time, select};
use std::f64::consts::LOG10_E;
use std::time::Duration;

pub static SCENARIO: Scenario = Scenario {
    id: "detectors",
    chapter: "5.3",
    parameters: PARAMETERS,
    tasks: &["ward", "watcher"],
    channels: &["beats"],
    claims: &[
        ClaimInfo::always("doubt-in-time", |params| Box::new(DoubtInTime::new("deadline", deadline(params))))
            .about_time(),
        ClaimInfo::expected(
            "deadline-fair",
            |params| fair(longest(params) < deadline(params)),
            |_| Box::new(FairDoubt::of("deadline")),
        )
        .about_time(),
        ClaimInfo::expected(
            "misses-fair",
            |params| fair(longest(params) < missed(params)),
            |_| Box::new(FairDoubt::of("misses")),
        )
        .about_time(),
        ClaimInfo::expected("phi-fair", phi_is_fair, |_| Box::new(FairDoubt::of("phi"))).about_time(),
        ClaimInfo::expected("exponential-fair", exponential_is_fair, |_| Box::new(FairDoubt::of("exponential")))
            .about_time(),
    ],
    outcome: None,
    sources: &[
        "src/scenarios/detectors.rs",
        "src/patterns/detector/watch.rs",
        "src/patterns/detector/fixed.rs",
        "src/patterns/detector/normal.rs",
        "src/patterns/detector/exponential.rs",
    ],
    presets: &[
        ("pauses", ""),
        ("steady", "pause=0s&jitter=0s"),
        ("jitter-only", "pause=0s"),
        ("patient", "accept=3s&misses=5"),
        ("low-threshold", "threshold=1&pause=0s"),
        ("lost-beats", "pause=0s&fault=beats:drop@9&fault=beats:drop@10&fault=beats:drop@20"),
        ("own-stall", "pause=0s&fault=watcher:hang@10.6s%2B6s"),
        ("guarded", "pause=0s&guard=1s&fault=watcher:hang@10.6s%2B6s"),
    ],
    check: |params| panel(params).map(drop),
    start,
};

const PARAMETERS: &[Parameter] = &[
    Parameter::duration("interval", "1s", "10ms", "1h"),
    Parameter::duration("jitter", "300ms", "0s", "1h"),
    Parameter::duration("pause", "2s", "0s", "1h"),
    Parameter::count("pause-every", 12, 1, 10_000),
    Parameter::duration("dies", "40s", "0s", "1h"),
    Parameter::duration("horizon", "65s", "0s", "1h"),
    Parameter::duration("accept", "1s", "0s", "1h"),
    Parameter::count("misses", 3, 1, 1_000),
    Parameter::ratio("threshold", "8", "0.1", "100"),
    Parameter::duration("confirm", "2s", "0s", "1h"),
    Parameter::duration("guard", "0s", "0s", "1h"),
];

/// The least deviation of the phi detector, as in Akka.
const LEAST_DEVIATION: Duration = Duration::from_millis(100);
/// How many silences the phi detectors remember.
const WINDOW: usize = 1_000;
/// Every detector with the notes it is told by: suspicion, objection, death, level in thresholds.
const NAMES: [[&str; 5]; 4] = [
    ["deadline", "doubt deadline after {} ms", "clear deadline", "dead deadline", "gauge deadline {}/{}"],
    ["misses", "doubt misses after {} ms", "clear misses", "dead misses", "gauge misses {}/{}"],
    ["phi", "doubt phi after {} ms", "clear phi", "dead phi", "gauge phi {}/{}"],
    [
        "exponential",
        "doubt exponential after {} ms",
        "clear exponential",
        "dead exponential",
        "gauge exponential {}/{}",
    ],
];

type Panel = [Watch<Box<dyn Detector>>; 4];

fn panel(params: &Params) -> Result<Panel, ConfigError> {
    let (interval, accept) = (params.duration("interval"), params.duration("accept"));
    let (threshold, confirm) = (params.ratio("threshold").as_f64(), params.duration("confirm"));
    let watch = |detector: Box<dyn Detector>, threshold| Watch::new(detector, threshold, confirm, 1);
    let misses = params.count("misses") as f64;
    let exponential = PhiExponential::new(WINDOW, interval * 2, 0, interval * 2)?;
    Ok([
        watch(Box::new(Deadline::new(interval, accept)?), 1.0)?,
        watch(Box::new(Misses::new(interval, Duration::ZERO)?), misses)?,
        watch(Box::new(PhiNormal::new(WINDOW, interval, LEAST_DEVIATION, accept)?), threshold)?,
        watch(Box::new(exponential), threshold)?,
    ])
}

fn fair(is_fair: bool) -> Expect {
    if is_fair { Expect::Always } else { Expect::Breaks }
}

/// The longest silence between two beats of a ward that is alive.
fn longest(params: &Params) -> Duration {
    let (interval, jitter) = (params.duration("interval"), params.duration("jitter"));
    let life = params.duration("dies").min(params.duration("horizon"));
    let pauses = interval.saturating_mul(params.count("pause-every") as u32) < life;
    interval + jitter + if pauses { params.duration("pause") } else { Duration::ZERO }
}

fn deadline(params: &Params) -> Duration {
    params.duration("interval") + params.duration("accept")
}

fn missed(params: &Params) -> Duration {
    params.duration("interval").saturating_mul(params.count("misses") as u32)
}

/// At worst it expects the shortest silences. For one that is longer still, phi is highest if they seem to be always
/// the same, so that nothing but the least deviation excuses it; for one that is shorter, if they seem to scatter most:
/// half of them like the shortest and half like the longest there are, its first guess included.
fn phi_is_fair(params: &Params) -> Expect {
    let (interval, longest) = (params.duration("interval"), longest(params));
    let spread = longest.max(interval * 5 / 4) - interval * 3 / 4;
    let highest = |deviation: Duration| {
        let [silence, mean, deviation] = [longest, deadline(params), deviation].map(|time| time.as_secs_f64());
        phi(silence, mean, deviation)
    };
    let highest = highest(LEAST_DEVIATION).max(highest(LEAST_DEVIATION.max(spread / 2)));
    fair(highest < params.ratio("threshold").as_f64())
}

/// At worst it expects the shortest silences.
fn exponential_is_fair(params: &Params) -> Expect {
    let waited = longest(params).as_secs_f64() / params.duration("interval").as_secs_f64();
    fair(waited * LOG10_E < params.ratio("threshold").as_f64())
}

#[derive(Clone, Copy)]
struct Heartbeat {
    interval: Duration,
    jitter: Duration,
    pause: Duration,
    pause_every: u64,
    dies: Duration,
}

fn start(rt: &Runtime, params: &Params) -> Root {
    let rt = rt.clone();
    let heartbeat = Heartbeat {
        interval: params.duration("interval"),
        jitter: params.duration("jitter"),
        pause: params.duration("pause"),
        pause_every: params.count("pause-every"),
        dies: params.duration("dies"),
    };
    let (horizon, guard, panel) = (params.duration("horizon"), params.duration("guard"), panel(params));
    Box::pin(async move {
        let Ok(panel) = panel else { return };
        let done = rt.input("ward");
        let closing = done.clone();
        let _stop = rt.later(horizon, move |rt| {
            closing.give(rt, Cause::new(Reason::Shutdown, "time is up"));
        });
        let (send, beats) = rt.channel("beats", 1_000);
        let ward = rt.spawn("ward", beat(rt.clone(), heartbeat, Heart::new(send), done.clone()));
        let guard = LocalPause::new(guard).ok();
        let watcher = Watcher { rt: rt.clone(), panel, guard, tellings: [Telling::default(); 4] };
        let watcher = rt.spawn("watcher", watcher.run(beats, done));
        let _ = ward.join().await;
        let _ = watcher.join().await;
    })
}

/// The ward: beats at uneven intervals, pauses now and then, and is gone one day without a word.
async fn beat(rt: Runtime, plan: Heartbeat, heart: Heart, done: Signal) {
    let end = rt.now() + plan.dies;
    for beat in 1_u64.. {
        heart.beat(&rt);
        let jitter = rt.draw("jitter", 0, plan.jitter.as_nanos() as u64);
        let pause = if beat.is_multiple_of(plan.pause_every) { plan.pause } else { Duration::ZERO };
        let next = plan.interval + Duration::from_nanos(jitter) + pause;
        if let Of2::A(_) = select((done.wait(&rt), rt.sleep(next.min(end - rt.now())))).await {
            return;
        }
        if rt.now() >= end {
            return;
        }
    }
}

/// What a detector has said so far.
#[derive(Clone, Copy, Default)]
struct Telling {
    suspects: bool,
    dead: bool,
    /// Hundredths of its threshold.
    level: u32,
}

/// Hears the beats, asks every detector, and sleeps until one of them would change its mind.
struct Watcher {
    rt: Runtime,
    panel: Panel,
    guard: Option<LocalPause>,
    tellings: [Telling; 4],
}

impl Watcher {
    async fn run(mut self, beats: Receiver<()>, done: Signal) {
        let rt = self.rt.clone();
        let second = rt.interval(Duration::from_secs(1));
        loop {
            let now = rt.now();
            let next = self.panel.iter_mut().filter_map(|watch| watch.next_check(now)).min();
            let due = next.unwrap_or(now + Duration::from_secs(1)).max(now);
            let wait = select((done.wait(&rt), beats.recv(&rt), second.tick(), rt.sleep(due - now)));
            match wait.await {
                Of4::A(_) => return,
                Of4::B(_) => {
                    // Those that waited while it stood still are one sign of life.
                    while beats.try_recv(&rt).is_some() {}
                    self.heard();
                }
                Of4::C(at) => self.look(at),
                Of4::D(()) => self.look(due),
            }
        }
    }

    /// A beat has come: the level it ends, then the level it begins.
    fn heard(&mut self) {
        self.gauge();
        let now = self.rt.now();
        for watch in &mut self.panel {
            watch.beat(0, now);
        }
        self.tell();
        self.gauge();
    }

    /// It wanted to look at the detectors at that moment.
    fn look(&mut self, due: Time) {
        if let Some(late) = self.guard.as_ref().and_then(|guard| guard.lateness(due, self.rt.now())) {
            self.rt.note("pause of {} ms excused", [late.as_millis() as u32, 0]);
            self.panel.iter_mut().for_each(|watch| watch.excuse(late));
        }
        self.tell();
        self.gauge();
    }

    /// Says whose mind has changed.
    fn tell(&mut self) {
        let now = self.rt.now();
        for (index, [name, doubt, clear, dead, _]) in NAMES.into_iter().enumerate() {
            let state = self.panel[index].state(now);
            let said = self.tellings[index];
            let suspects = matches!(state, State::Suspect(_) | State::Dead(_));
            let is_dead = matches!(state, State::Dead(_));
            if suspects && !said.suspects {
                let silence = self.panel[index].silence(now).as_millis() as u32;
                self.rt.note(doubt, [silence, 0]);
                self.rt.log(format!("{name}: suspects after {silence} ms"));
            }
            if is_dead && !said.dead {
                self.rt.note(dead, [0, 0]);
                self.rt.log(format!("{name}: counts it as dead"));
            }
            if said.suspects && !suspects {
                self.rt.note(clear, [0, 0]);
                self.rt.log(format!("{name}: a false suspicion"));
            }
            (self.tellings[index].suspects, self.tellings[index].dead) = (suspects, is_dead);
        }
    }

    /// Draws every level that has changed, up to twice the threshold.
    fn gauge(&mut self) {
        let now = self.rt.now();
        for (index, [.., gauge]) in NAMES.into_iter().enumerate() {
            let level = (self.panel[index].level(now) * 100.0).min(200.0) as u32;
            if level != self.tellings[index].level {
                self.rt.note(gauge, [level, 100]);
                self.tellings[index].level = level;
            }
        }
    }
}
